/* An action: what it does, what it costs, whether it would work now, by hand,
 * its last runs, and the versions one may go to. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/views/views.h"

static void what(const struct scene *s, struct page *p, const struct kit_action *a)
{
	const struct model_deploy *d = deploy_of(s, a->service->name);
	const char *to = goal_version(s, a), *time = "";
	char text[400], about[WHEN_LEN], why[200], target[300];
	const struct kit_confirmed *c = &a->confirmed;
	int64_t takes = expected_time(s->m, a, &time);

	if (to)
		snprintf(text, sizeof text, "%s -> %s, unless another version is chosen below", d ? d->version : "?", to);
	if (to)
		view_fact(p, "goes", ROLE_TITLE, text);
	snprintf(text, sizeof text, "%s%s%s", span_about(takes, about), takes >= 0 && *time ? ", " : "", takes >= 0 ? time : "");
	view_fact(p, "takes", ROLE_TEXT, text);
	if (c->given) {
		char d2[DURATION_LEN];
		snprintf(text, sizeof text, "%s by %s%s%s", duration_clock(c->time, d2), c->by ? c->by : "?", c->where ? ", " : "", c->where ? c->where : "");
		view_fact(p, "claimed", ROLE_DIM, text);
	}
	bool may = may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, why, sizeof why) == STATUS_OK;
	view_fact(p, may ? "you may" : "you may not", may ? ROLE_TEXT : ROLE_SOON, why);
	target_words(a->target, target, sizeof target);
	snprintf(text, sizeof text, "%s: %s", a->backend, target);
	view_fact(p, "on", ROLE_TEXT, text);
	if (a->degraded)
		view_fact(p, "meanwhile", ROLE_TEXT, a->degraded);
}

/* What the backend said when it was asked, and how long ago: an old yes is no yes. */
static void preflight(const struct scene *s, struct page *p, const struct kit_action *a)
{
	const struct tried *t = &s->ui->tried;
	const struct confirm *c = &t->panel;
	bool mine = !ui_looks_back(s->ui) && !strcmp(c->service, a->service->name) && !strcmp(c->action, a->name);
	char text[600], age[DURATION_LEN];

	page_line(p, DROP_NEVER);
	page_item(p, ITEM_TRY, a->service->name, a->name, 0);
	page_put(p, 1, 14, ROLE_TITLE, "WOULD IT WORK");
	if (ui_looks_back(s->ui))
		page_put(p, 16, p->g.cols - 17, ROLE_DIM, "this is the past; it can be tried live");
	else if (mine && t->waiting)
		page_put(p, 16, p->g.cols - 17, ROLE_DIM, "asking the backend; nothing runs");
	else if (!mine || !t->at)
		page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "not tried yet: Enter tries it now, and changes nothing");
	else if (*t->why)
		page_put(p, 16, p->g.cols - 17, ROLE_SOON, "no, %s ago: %s", duration_short(s->real.mono - t->at, age), t->why);
	else
		page_put(p, 16, p->g.cols - 17, c->ready ? ROLE_GOOD : ROLE_SOON, "%s, %s ago   Enter tries again", c->ready ? "ready" : "NOT READY",
			duration_short(s->real.mono - t->at, age));
	if (!mine || !t->at || t->waiting || *t->why)
		return;
	view_fact(p, "it would", ROLE_TEXT, c->effect);
	snprintf(text, sizeof text, "%s", *c->command ? c->command : "the backend names no command");
	view_fact(p, "by hand", ROLE_TEXT, text);
	view_fact(p, "not undone", ROLE_TEXT, *c->not_undone ? c->not_undone : "nothing that the backend names");
	if (*c->not_known)
		view_fact(p, "not known", ROLE_TEXT, c->not_known);
	for (int i = 0; i < c->n_checks; i++)
		view_fact(p, i ? "" : "checked", i < c->n_bad ? ROLE_SOON : ROLE_TEXT, c->checks[i]);
}

static void runs(const struct scene *s, struct page *p, const struct kit_action *a)
{
	char t[WHEN_LEN], d[DURATION_LEN];
	int n = 0;

	for (size_t i = s->m->incidents.n; i-- > 0;)
		for (size_t k = s->m->incidents.v[i].actions.n; k-- > 0 && n < 8;) {
			const struct model_action *x = &s->m->incidents.v[i].actions.v[k];
			if (!x->service || strcmp(x->service, a->service->name) != 0 || strcmp(x->action, a->name) != 0)
				continue;
			page_line(p, DROP_NEVER);
			page_put(p, 1, 14, ROLE_TITLE, "%s", n++ ? "" : "LAST RUNS");
			page_put(p, 16, 10, ROLE_TEXT, "%s", x->key);
			page_put(p, 27, p->g.cols - 28, x->outcome == OUTCOME_DONE ? ROLE_TEXT : ROLE_SOON, "%s, %s -> %s: %s%s%s%s%s",
				when_short(s, x->fired.at ? x->fired.at : x->requested.at, t), x->from ? x->from : "?", x->to ? x->to : "?", outcome_name(x->outcome),
				x->ended.at && x->fired.at ? " in " : "", x->ended.at && x->fired.at ? duration_short(stamp_diff(&x->fired, &x->ended, NULL), d) : "",
				x->by ? ", " : "", x->by ? x->by : "");
		}
	if (!n) {
		page_line(p, DROP_NEVER);
		page_put(p, 1, 14, ROLE_TITLE, "LAST RUNS");
		page_put(p, 16, p->g.cols - 17, ROLE_DIM, "it never ran here: nothing proves yet that it works");
	}
}

void view_action(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit_action *a = kit_action(s->m->kit, place->service, place->name);
	char text[300], words[120];

	if (!a) {
		view_nothing(p, "this action is not in the kit");
		return;
	}
	snprintf(text, sizeof text, "ACTION   %s: %s   %s, %s", a->name, verb_words(a, words, sizeof words), level_word(a->level), row_class_name(a->cls));
	view_title(p, text);
	what(s, p, a);
	if (a->key) {
		snprintf(text, sizeof text, "%c opens its panel; the three letters there fire it", a->key);
		view_fact(p, "key", ROLE_TEXT, text);
	}
	page_rule(p, DROP_NEVER, s->demo);
	preflight(s, p, a);
	page_rule(p, DROP_NEVER, s->demo);
	runs(s, p, a);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	view_title(p, "VERSIONS THAT RAN HERE   Enter opens the panel with one of them");
	if (!view_versions_of(s, p, place->service))
		view_nothing(p, "no version was seen here yet");
}
