/* Screen 2: something will act by itself.  When, what happens then, why it may,
 * and the one key that says no; the signal and its likely cause below. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

/* ---- in words ------------------------------------------------------------------ */

static const struct kit_action *kit_action_of(const struct scene *s, const struct model_action *a)
{
	return s->m->kit ? kit_action(s->m->kit, a->service, a->action) : NULL;
}

/* "checkout 42 -> 41"; of an action without versions what it does: "drain checkout". */
const char *countdown_what(const struct scene *s, const struct model_action *a, char *out, size_t cap)
{
	const struct kit_action *k = kit_action_of(s, a);

	if (a->from && a->to)
		snprintf(out, cap, "%s %s -> %s", a->service, a->from, a->to);
	else if (k)
		verb_words(k, out, cap);
	else
		snprintf(out, cap, "%s %s", a->verb, a->service);
	return out;
}

/* "0:27"; at zero everything is looked at once more. */
const char *countdown_left(const struct scene *s, const struct model_action *a, char out[DURATION_LEN])
{
	return duration_clock(action_countdown_shown(a, &s->stamp), out);
}

void countdown_line(const struct scene *s, char *out, size_t cap)
{
	char left[DURATION_LEN], what[400];

	snprintf(out, cap, "BY ITSELF in %s: %s: %s", countdown_left(s, s->down, left), s->down->action, countdown_what(s, s->down, what, sizeof what));
}

void countdown_words(const struct scene *s, int room, char out_line[3][240])
{
	const struct model_action *a = s->down;
	char at[WHEN_LEN], left[DURATION_LEN], what[400];

	countdown_left(s, a, left);
	countdown_what(s, a, what, sizeof what);
	snprintf(out_line[0], sizeof out_line[0], "BY ITSELF AT %s (%s)", when_clock(action_countdown_at(a, &s->stamp), at), left);
	if (text_cols(a->action) + 2 + text_cols(what) <= room)
		snprintf(out_line[1], sizeof out_line[1], "%s: %s", a->action, what);
	else
		snprintf(out_line[1], sizeof out_line[1], "%s", what);
}

/* ---- what one can do ------------------------------------------------------------- */

/* Behind one another where they fit, else below one another. */
struct choices {
	struct page *p;
	int col;
};

static void choice(struct choices *c, const char *key, const char *word)
{
	int need = text_cols(key) + (*key ? 1 : 0) + text_cols(word);

	if (c->col + need > c->p->g.cols - 1 && c->col > 1) {
		page_line(c->p, 0);
		c->col = 1;
	}
	if (*key)
		c->col = page_put(c->p, c->col, text_cols(key), ROLE_KEY, "%s", key) + 1;
	c->col = page_put(c->p, c->col, c->p->g.cols - c->col - 1, ROLE_TITLE, "%s", word) + 3;
}

bool countdown_now(const struct scene *s, char *out, size_t cap)
{
	const struct kit_action *k = kit_action_of(s, s->down);
	char why[200];

	if (!k || !may_ask(s) || may_fire(s->m, k, s->inc, s->ui->person, why, sizeof why) != STATUS_OK)
		return false;
	if (k->key)
		snprintf(out, cap, "%c", k->key);
	else
		snprintf(out, cap, ":fire %s", k->name);
	return true;
}

static void choices_part(const struct scene *s, struct page *p)
{
	struct choices c = {p, 1};
	char key[120];

	page_line(p, 0);
	if (may_ask(s)) {
		choice(&c, key_of(s->ui, COMMAND_VETO), "not this time (anyone who is in the kit)");
		if (countdown_now(s, key, sizeof key))
			choice(&c, key, "now");
		choice(&c, "", "press nothing: it happens");
	} else {
		choice(&c, "", "Who is in the kit may say not this time; else it happens.");
	}
	page_line(p, DROP_BLANK);
}

/* ---- the rest of the screen --------------------------------------------------------- */

static void signals_part(const struct scene *s, struct page *p)
{
	const struct kit_row *row = s->down->row ? kit_row(s->m->kit, s->down->row) : NULL;
	struct gauges g;
	int alarms = 1; /* the header's line is the red thing */

	gauges_make(&g, s, NULL, s->down->service);
	for (size_t i = 0; i < g.n && i < 24; i++) {
		bool behind = row && !strcmp(g.v[i].signal->name, row->signal);
		page_line(p, behind ? 0 : g.v[i].rank <= RANK_NEAR ? 2 : g.v[i].rank == RANK_UNKNOWN ? 3 : 5);
		page_item(p, ITEM_SIGNAL, g.v[i].service->name, g.v[i].signal->name, 0);
		gauge_draw(p, s, &g.v[i], false, &alarms);
	}
	gauges_release(&g);
}

/* What is done at zero, and what is known of the way. */
static void zero_part(const struct scene *s, struct page *p)
{
	const struct kit_action *k = kit_action_of(s, s->down);
	const struct model_deploy *d = deploy_of(s, s->down->service);
	char words[160], about[WHEN_LEN], text[600];
	const char *why = "";

	if (!k)
		return;
	int64_t takes = expected_time(s->m, k, &why);
	snprintf(text, sizeof text, "%s, %s. If anything is missing by then nothing happens, and it says what", verb_words(k, words, sizeof words),
		takes < 0 ? "time not known" : span_about(takes, about));
	view_fact(p, "at zero", ROLE_TEXT, text);
	if (k->level < 2 || !d || d->back_safe == TRI_UNKNOWN)
		return;
	snprintf(text, sizeof text, "%s%s%s", d->back_safe == TRI_YES ? "safe" : "NO", d->back_why ? ", " : "", d->back_why ? d->back_why : "");
	page_line(p, 3);
	page_put(p, 1, 14, ROLE_DIM, "going back is");
	page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s", text);
}

/* Several: this screen is about the one that ends first, or the one of the incident that was chosen. */
static void others_part(const struct scene *s, struct page *p)
{
	size_t n = model_countdowns(s->m);
	char left[DURATION_LEN], what[400];

	if (n < 2)
		return;
	page_line(p, 0);
	page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "And %zu more by %s:", n - 1, n > 2 ? "themselves" : "itself");
	vec_each(const struct model_incident, i, &s->m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			if (!i->open || a->outcome != OUTCOME_COUNTDOWN || a == s->down)
				continue;
			page_line(p, 2);
			page_put(p, 1, 14, ROLE_TEXT, "in %s", countdown_left(s, a, left));
			page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s  (:veto %s)", countdown_what(s, a, what, sizeof what), a->key);
		}
}

/* Something else of this incident goes on meanwhile. */
static void running_part(const struct scene *s, struct page *p)
{
	const struct model_action *a = s->act;

	if (!a || action_over(a))
		return;
	page_line(p, 0);
	page_put(p, 1, 14, ROLE_SOON, a->outcome == OUTCOME_UNKNOWN ? "NOT KNOWN" : "RUNNING");
	page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s %s%s%s", a->key, a->action, a->progress ? ": " : "", a->progress ? a->progress : "");
}

void screen_countdown(const struct scene *s, struct page *p)
{
	view_command(s, p);
	choices_part(s, p);
	others_part(s, p);
	running_part(s, p);
	signals_part(s, p);
	view_cause(s, p);
	view_ill_sources(s, p, 3);
	if (s->down->because && *s->down->because)
		view_fact(p, "may, because:", ROLE_TEXT, s->down->because);
	zero_part(s, p);
	view_said(s, p);
	page_rule(p, 6, s->demo);
	p->pane++;
	if (!s->side)
		view_lines(s, p, 3, 4);
	view_with_you(s, p, 7);
}
