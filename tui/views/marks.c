/* What is marked above a chart: deploys and changes, breaches, and what people decided. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

struct mark_list {
	struct plot_mark *v;
	size_t n, cap;
};

/* Kept in the order of time; where there are too many the oldest goes. */
static void mark(struct mark_list *k, int64_t at, char letter, enum role role, const char *text)
{
	size_t i;

	if (!at || (k->n == k->cap && at <= k->v[0].at))
		return;
	if (k->n == k->cap)
		memmove(k->v, k->v + 1, --k->n * sizeof *k->v);
	for (i = k->n++; i > 0 && k->v[i - 1].at > at; i--)
		k->v[i] = k->v[i - 1];
	k->v[i] = (struct plot_mark){.at = at, .letter = letter, .role = role};
	text_safe(k->v[i].text, sizeof k->v[i].text, text);
}

static void changes(const struct scene *s, struct mark_list *k, const char *service)
{
	for (size_t i = 0; i < s->m->changes.n; i++) {
		const struct model_change *c = &s->m->changes.v[i];
		char text[200];
		bool deploy = !strcmp(c->what, "deploy");
		if ((c->service && strcmp(c->service, service) != 0) || model_change_action(s->m, c))
			continue; /* what we did ourselves is marked as that */
		snprintf(text, sizeof text, "%s%s%s", deploy ? service : c->name ? c->name : c->what, c->to ? " " : "", c->to ? c->to : "");
		mark(k, c->at, 'D', ROLE_TITLE, text);
	}
}

static void breaches(const struct scene *s, struct mark_list *k, const char *service, const char *signal)
{
	char text[100];

	for (size_t i = 0; i < s->m->rows.n; i++) {
		const struct model_row *r = &s->m->rows.v[i];
		const struct kit_row *row = kit_row(s->m->kit, r->row);
		if (!row || row->is_report || strcmp(row->signal, signal) != 0 || strcmp(r->service, service) != 0)
			continue;
		snprintf(text, sizeof text, "%s breached", r->row);
		mark(k, r->breached.at, '!', ROLE_SOON, text);
	}
}

/* A breach of the incident that cleared since; one that stands is marked already. */
static void cleared(const struct scene *s, struct mark_list *k, const struct model_incident *x, const char *service, const char *signal)
{
	char text[100];

	for (size_t i = 0; i < x->breaches.n; i++) {
		const struct model_breach *b = &x->breaches.v[i];
		const struct model_row *r = model_row(s->m, b->row, b->service);
		if (strcmp(b->service, service) != 0 || strcmp(b->signal, signal) != 0 || (r && r->breached.at == b->at.at))
			continue;
		snprintf(text, sizeof text, "%s breached", b->row);
		mark(k, b->at.at, '!', ROLE_SOON, text);
	}
}

static void actions(struct mark_list *k, const struct model_incident *x, const char *service)
{
	char text[200];

	for (size_t i = 0; i < x->actions.n; i++) {
		const struct model_action *a = &x->actions.v[i];
		if (strcmp(a->service, service) != 0)
			continue;
		snprintf(text, sizeof text, "%s fired", a->action);
		mark(k, a->fired.at, 'F', ROLE_TITLE, text);
		snprintf(text, sizeof text, "%s %s", a->action, outcome_name(a->outcome));
		if (a->fired.at)
			mark(k, a->ended.at, a->outcome == OUTCOME_DONE ? 'R' : 'x', a->outcome == OUTCOME_DONE ? ROLE_TITLE : ROLE_SOON, text);
	}
}

size_t view_marks(const struct scene *s, const char *service, const char *signal, struct plot_mark *out, size_t cap)
{
	struct mark_list k = {out, 0, cap};
	char text[120];

	changes(s, &k, service);
	breaches(s, &k, service, signal);
	for (size_t i = 0; i < s->m->incidents.n; i++) {
		const struct model_incident *x = &s->m->incidents.v[i];
		if (!incident_has_service(x, service))
			continue;
		snprintf(text, sizeof text, "%s declared", x->name);
		mark(&k, x->declared.at, 'B', ROLE_TITLE, text);
		cleared(s, &k, x, service, signal);
		actions(&k, x, service);
		snprintf(text, sizeof text, "%s verified", x->name);
		mark(&k, x->verified.at, 'V', ROLE_GOOD, text);
	}
	return k.n;
}
