/* What waits for a person, and what happens when nobody answers: questions of
 * the engine, the limits at which a running action is questioned, the timers
 * of owners. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/timer.h"
#include "tui/views/views.h"

#define STOPS_MOST 4
#define LABEL 14
#define FROM 16

/* ---- questions ------------------------------------------------------------------ */

static const char *asked_label(const struct model_prompt *p)
{
	static const struct { const char *what, *label; } labels[] = {{"stop", "LIMIT HIT"}, {"escalate", "TAKES LONG"}, {"overdue", "OVERDUE"}};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (!strcmp(p->what, labels[i].what))
			return labels[i].label;
	return "ASKED";
}

static bool is_here(const struct scene *s, const struct model_prompt *p)
{
	return !s->inc || !p->incident || !strcmp(p->incident, s->inc->name);
}

/* The key that answers it, where this person may press it and it would help. */
static void answer_words(const struct scene *s, const struct model_prompt *p, char *out, size_t cap)
{
	const struct model_action *a = p->key ? model_action(s->m, p->key) : NULL;

	*out = 0;
	if (!a || !may_ask(s))
		return;
	if (a->outcome == OUTCOME_UNKNOWN)
		snprintf(out, cap, "  %s settles it.", key_of(s->ui, COMMAND_RESOLVE));
	else if (!a->stopping)
		snprintf(out, cap, "  %s stops it.", key_of(s->ui, COMMAND_FREEZE));
}

static void asked_lines(const struct scene *s, struct page *p, const struct model_prompt *q)
{
	char text[800], answer[80], t[WHEN_LEN], clean[520];
	bool mine = !q->to || !kit_person(s->m->kit, q->to) || !strcmp(q->to, s->ui->person);
	int first = p->n;

	answer_words(s, q, answer, sizeof answer);
	text_safe(clean, sizeof clean, q->text);
	snprintf(text, sizeof text, "%s%s", clean, answer);
	if (q->until && q->then)
		snprintf(text + strlen(text), sizeof text - strlen(text), "  Until %s, then: %s.", when_clock(q->until, t), q->then);
	page_wrapped(p, 0, FROM, mine ? ROLE_TITLE : ROLE_TEXT, text);
	if (p->n > first && p->lines[first].row >= 0)
		cells_text(&p->g, p->lines[first].row, 1, LABEL, ROLE_SOON, asked_label(q));
}

int view_asked(const struct scene *s, struct page *p)
{
	int n = 0;

	for (int stops = 1; stops >= 0; stops--) /* what can still be stopped comes first */
		for (size_t i = 0; i < s->m->prompts.n; i++)
			if (is_here(s, &s->m->prompts.v[i]) && (strcmp(s->m->prompts.v[i].what, "stop") == 0) == stops) {
				asked_lines(s, p, &s->m->prompts.v[i]);
				n++;
			}
	return n;
}

/* ---- limits of a running action ---------------------------------------------------- */

static void now_words(const struct scene *s, const struct kit_service *svc, const struct kit_cond *c, char *out, size_t cap)
{
	const struct kit_signal *k = kit_signal(svc, c->signal);
	const struct model_signal *ms = k ? model_signal(s->m, svc->name, c->signal) : NULL;
	char value[40];

	if (!ms || !ms->ok_arrived.at || ms->state != SAMPLE_OK || stamp_diff(&ms->ok_arrived, &s->stamp, NULL) > k->stale_after)
		snprintf(out, cap, "unknown now");
	else
		snprintf(out, cap, "now %s", unit_print(ms->value, k->unit, value, sizeof value));
}

static void stops_of(const struct scene *s, struct page *p, const struct kit_service *svc, int *n)
{
	for (size_t i = 0; i < svc->stop_conditions.n; i++) {
		const struct kit_cond *c = &svc->stop_conditions.v[i];
		char now[60];
		int right = p->g.cols - 1;
		if ((*n)++ >= STOPS_MOST)
			continue;
		now_words(s, svc, c, now, sizeof now);
		page_line(p, *n == 1 ? 1 : 3);
		if (*n == 1) {
			page_put(p, 1, LABEL, ROLE_TEXT, "stop if");
			if (p->g.cols >= 72)
				right = page_right(p, right, ROLE_DIM, "Limit hit: asks you") - 2;
		}
		page_put(p, FROM, right - FROM, ROLE_TEXT, "%s%s%s, %s", strcmp(svc->name, s->act->service) != 0 ? svc->name : "",
			strcmp(svc->name, s->act->service) != 0 ? " " : "", c->text, now);
	}
}

void view_stops(const struct scene *s, struct page *p)
{
	const struct kit_action *k = kit_action(s->m->kit, s->act->service, s->act->action);
	int n = 0;

	if (!action_under_way(s->act))
		return;
	for (size_t i = 0; i < s->m->kit->n_services; i++) {
		const struct kit_service *svc = &s->m->kit->services[i];
		if (!strcmp(svc->name, s->act->service) || (k && kit_action_covers(k, svc->name)))
			stops_of(s, p, svc, &n);
	}
	if (n > STOPS_MOST) {
		page_line(p, 3);
		page_put(p, FROM, p->g.cols - FROM - 1, ROLE_DIM, "and %d limits more", n - STOPS_MOST);
	}
}

/* ---- timers of owners ---------------------------------------------------------------- */

bool timer_words(const struct scene *s, const struct model_row *r, char *out, size_t cap)
{
	char d[DURATION_LEN], then[TIMER_THEN];
	int64_t until;

	if (!timer_runs(s->m, r, &until))
		return false;
	int64_t left = until - r->breached.at - stamp_diff(&r->breached, &s->stamp, NULL);
	if (left > 0)
		snprintf(out, cap, "%s has %s, then: %s", kit_row(s->m->kit, r->row)->owner, duration_clock(left, d), timer_then(s->m, r, then));
	return left > 0; /* what comes then is said when it came */
}

bool timer_short(const struct scene *s, const struct model_row *r, char *out, size_t cap)
{
	const struct model_incident *i = timer_incident(s->m, r);
	const struct kit_row *k = kit_row(s->m->kit, r->row);
	char d[DURATION_LEN];
	int64_t until;

	if (!timer_runs(s->m, r, &until))
		return false;
	int64_t left = until - r->breached.at - stamp_diff(&r->breached, &s->stamp, NULL);
	if (k->on_timer == END_DROP || timer_acts(s->m, r))
		snprintf(out, cap, ", %s, then %s", duration_clock(left > 0 ? left : 0, d), k->on_timer == END_DROP ? "dropped" : "acts");
	else
		snprintf(out, cap, ", %s, then asks %s", duration_clock(left > 0 ? left : 0, d), i && i->commander ? i->commander : "anyone");
	return left > 0;
}

void view_timers(const struct scene *s, struct page *p, const char *service)
{
	char words[TIMER_THEN + 120];
	int n = 0;

	for (size_t i = 0; i < s->m->rows.n; i++) {
		const struct model_row *r = &s->m->rows.v[i];
		bool here = service ? !strcmp(r->service, service) : !*r->service || (s->inc && incident_has_service(s->inc, r->service));
		if (!here || !timer_words(s, r, words, sizeof words))
			continue;
		page_line(p, service ? (n ? 5 : 2) : 8);
		page_item(p, ITEM_ROW, r->service, r->row, 0);
		page_put(p, 1, LABEL, ROLE_TEXT, "%s", n++ ? "" : "owner");
		page_put(p, FROM, p->g.cols - FROM - 1, ROLE_TEXT, "%s", words);
	}
}
