/* The chart and the ui: opening one, its keys, and the questions that it has. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/scene.h"

static const struct kit_signal *signal_of(const struct model *m, const char *service, const char *name)
{
	const struct kit_service *svc = kit_service(m->kit, service);

	return svc ? kit_signal(svc, name) : NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When the trouble that stands began, as far as this signal tells it; 0 there is none. */
static int64_t onset_of(const struct model *m, const char *service, const char *signal)
{
	int64_t onset = 0;

	for (size_t i = 0; i < m->rows.n; i++) {
		const struct model_row *r = &m->rows.v[i];
		const struct kit_row *row = strcmp(r->service, service) ? NULL : kit_row(m->kit, r->row);
		if (!row || row->is_report || strcmp(row->signal, signal) != 0)
			continue;
		if (model_row_standing(r))
			onset = earlier(onset, r->onset.at);
		else if (r->state == ROW_PENDING)
			onset = earlier(onset, r->since.at);
	}
	return onset;
}

void ui_chart(struct ui *u, const struct sight *s, const char *service, const char *signal)
{
	chart_open(&u->chart, service, signal, onset_of(s->m, service, signal), s->now.at);
	ui_go(u, VIEW_CHART, service, signal);
}

void ui_chart_named(struct ui *u, const struct sight *s, const char *name)
{
	char service[72];
	size_t n = strcspn(name, "/");
	struct item it;

	snprintf(service, sizeof service, "%.*s", (int)(n < sizeof service ? n : sizeof service - 1), name);
	if (name[n] && signal_of(s->m, service, name + n + 1))
		ui_chart(u, s, service, name + n + 1);
	else if (!*name && ui_item(u, s, &it) && it.kind == ITEM_SIGNAL)
		ui_chart(u, s, it.service, it.name);
	else
		ui_say(u, s, false, "of which signal? Enter on one, or :chart SERVICE/SIGNAL");
}

void ui_chart_key(struct ui *u, const struct sight *s, enum command_id id)
{
	struct chart *c = &u->chart;

	if (ui_place(u)->view != VIEW_CHART) {
		ui_say(u, s, false, "no chart is open: Enter on a signal opens one");
		return;
	}
	switch ((int)id) {
	case COMMAND_ZOOM_IN:
	case COMMAND_ZOOM_OUT:
		if (!chart_zoom(c, id == COMMAND_ZOOM_IN ? 1 : -1, s->now.at))
			ui_say(u, s, false, "%s is the %s that a chart shows", chart_span_words(c), id == COMMAND_ZOOM_IN ? "least" : "most");
		break;
	case COMMAND_EARLIER:
		chart_pan(c, -1, s->now.at);
		break;
	case COMMAND_LATER:
		chart_pan(c, 1, s->now.at);
		break;
	case COMMAND_NOW:
		chart_pan(c, 0, s->now.at);
		break;
	case COMMAND_INK:
		c->ink = (enum plot_ink)((c->ink + 1) % (PLOT_ASCII + 1));
		break;
	}
}

/* Before a frame: is what it will show here?  What is on its way is not asked for again. */
void ui_chart_tick(struct ui *u, const struct sight *s)
{
	const struct place *p = ui_place(u);
	const struct kit_signal *sig;
	struct chart_need need = {s->now.at, s->real.at, s->real.mono, 0, u->cols};
	struct buf params;

	if (p->view != VIEW_CHART || !s->m || !s->m->kit || !s->link->up || !(sig = signal_of(s->m, p->service, p->name)))
		return;
	if (strcmp(u->chart.service, p->service) != 0 || strcmp(u->chart.signal, p->name) != 0)
		chart_open(&u->chart, p->service, p->name, onset_of(s->m, p->service, p->name), s->now.at);
	need.every = sig->every;
	if (chart_wants(&u->chart, &need, &params))
		ui_ask(u, "samples", &params, TAG_SERIES);
}
