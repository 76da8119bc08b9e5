/* Screens 3 and 5 to 7: deciding, running, verifying, verified. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

#define MOST_GAUGES 40 /* of an incident with many services the worst are shown */

static void gauges_part(const struct scene *s, struct page *p, bool calm)
{
	struct gauges g;
	int alarms = calm ? 1 : 0;

	gauges_make(&g, s, s->inc, NULL);
	for (size_t i = 0; i < g.n && i < MOST_GAUGES; i++) {
		page_line(p, g.v[i].rank == RANK_BAD ? (i < 4 ? 0 : 5) : g.v[i].rank <= RANK_UNKNOWN ? 3 : i < 5 ? 4 : 6);
		page_item(p, ITEM_SIGNAL, g.v[i].service->name, g.v[i].signal->name, 0);
		gauge_draw(p, s, &g.v[i], s->inc->services.n > 1, &alarms);
	}
	if (g.n > MOST_GAUGES) {
		page_line(p, 4);
		page_put(p, 1, p->g.cols - 2, ROLE_DIM, "and %zu signals more of %zu services: %s lists them", g.n - MOST_GAUGES,
			s->inc->services.n, key_of(s->ui, COMMAND_SERVICES));
	}
	gauges_release(&g);
}

/* What people said of this incident and nobody has called gone. */
void view_said(const struct scene *s, struct page *p)
{
	const struct model_report *last = NULL;
	size_t more = 0;
	char t[WHEN_LEN], note[200];

	for (size_t i = 0; i < s->m->reports.n; i++) {
		const struct model_report *r = &s->m->reports.v[i];
		if (r->gone || (r->incident && strcmp(r->incident, s->inc->name) != 0))
			continue;
		if (r->service && !incident_has_service(s->inc, r->service))
			continue;
		more += last != NULL;
		last = r;
	}
	if (!last)
		return;
	page_line(p, 1);
	page_item(p, ITEM_SAID, last->service, last->signal, last->seq);
	text_safe(note, sizeof note, last->note && *last->note ? last->note : last->signal);
	page_put(p, 1, 14, ROLE_TEXT, "said");
	if (more)
		page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "\"%s\": %s %s, and %zu more", note, last->by, when_short(s, last->at.at, t), more);
	else
		page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "\"%s\": %s %s", note, last->by, when_short(s, last->at.at, t));
}

static void command_lines(struct page *p, enum role role, const char *text)
{
	int first = p->n;

	page_wrapped(p, 0, 16, role, text);
	if (p->n > first && p->lines[first].row >= 0)
		cells_text(&p->g, p->lines[first].row, 1, 14, ROLE_SOON, "COMMAND");
}

/* Each says until when it waits, and what happens then. */
void view_command(const struct scene *s, struct page *p)
{
	const struct model_incident *i = s->inc;
	char t[WHEN_LEN], e[WHEN_LEN], text[400];
	bool me = *s->ui->person && !s->ui->read_only;
	const char *stays = i->commander ? i->commander : "nobody";

	if (i->offered_to) {
		bool mine = me && !strcmp(i->offered_to, s->ui->person);
		when_clock(i->offered_at.at + OFFER_FOR, e);
		if (mine)
			snprintf(text, sizeof text, "%s offers it to you: %s reads the brief and accepts.  Until %s, then: it stays with %s.",
				i->commander ? i->commander : "somebody", key_of(s->ui, COMMAND_TAKE), e, stays);
		else
			snprintf(text, sizeof text, "offered to %s, who has not accepted.  Until %s, then: it stays with %s.", i->offered_to, e, stays);
		command_lines(p, mine ? ROLE_TITLE : ROLE_TEXT, text);
	}
	if (i->asked_by) {
		bool mine = me && i->commander && !strcmp(i->commander, s->ui->person);
		when_clock(i->asked_at.at + TAKE_AFTER, e);
		if (mine)
			snprintf(text, sizeof text, "%s asked for it %s: %s refuses.  Until %s, then: it is theirs.", i->asked_by,
				when_clock(i->asked_at.at, t), key_of(s->ui, COMMAND_VETO), e);
		else
			snprintf(text, sizeof text, "%s asked for it %s, and %s may refuse.  Until %s, then: it is theirs.", i->asked_by,
				when_clock(i->asked_at.at, t), stays, e);
		command_lines(p, mine ? ROLE_TITLE : ROLE_TEXT, text);
	}
}

/* ---- the proposal -------------------------------------------------------------- */

static void price(const struct scene *s, const struct kit_action *a, char *out, size_t cap)
{
	char about[WHEN_LEN];
	const char *why = "";
	int64_t takes = expected_time(s->m, a, &why);

	snprintf(out, cap, "%s, %s", level_word(a->level), span_about(takes, about));
}

/* "9 d, since 12 Nov"; what ran for a moment proves little, and says so: "only 23s, since 02:13:09". */
static const char *ran_words(const struct scene *s, const struct model_version *v, char out[WHEN_LEN])
{
	char age[WHEN_LEN], from[WHEN_LEN], d[DURATION_LEN];
	int64_t ran = (v->last ? v->last : s->now.at) - v->first;

	if (!v->first)
		snprintf(out, WHEN_LEN, "before");
	else if (ran < US_MINUTE)
		snprintf(out, WHEN_LEN, "only %s, since %s", duration_short(ran > 0 ? ran : 0, d), when_clock(v->first, from));
	else
		snprintf(out, WHEN_LEN, "%s, since %s", age_minutes(ran, age), when_short(s, v->first, from));
	return out;
}

/* What is known of the version it goes to, and what is not. */
static void doubts(const struct scene *s, struct page *p, const struct kit_action *a, const char *to)
{
	const struct model_deploy *d = deploy_of(s, a->service->name);
	const struct model_version *v = to ? model_version(s->m, a->service->name, to) : NULL;
	char t[WHEN_LEN], not_now[200], key[2] = "";
	const char *why = "";

	if (v) {
		page_line(p, 2);
		page_put(p, 14, p->g.cols - 15, v->verdict == VERDICT_BAD ? ROLE_SOON : ROLE_TEXT, "%s ran here %s%s", to, ran_words(s, v, t),
			v->verdict == VERDICT_BAD ? ", and was rolled back from" : v->verdict == VERDICT_GOOD ? ", and was good" : "");
	}
	int64_t takes = expected_time(s->m, a, &why);
	if (why && *why) {
		page_line(p, 4);
		page_put(p, 14, p->g.cols - 15, ROLE_DIM, "time: %s%s%s", p->g.cols < 72 ? span_about(takes, t) : "", p->g.cols < 72 ? ", " : "", why);
	}
	page_line(p, 1);
	if (d && d->back_safe == TRI_NO)
		page_put(p, 14, p->g.cols - 15, ROLE_SOON, "back: NO%s%s: %s", d->back_since ? " since " : "",
			d->back_since ? when_short(s, d->back_since, t) : "", d->back_why ? d->back_why : "the reason was not told");
	else if (d && d->back_safe == TRI_YES)
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "back: safe%s%s", d->back_why ? ", " : "", d->back_why ? d->back_why : "");
	else if (to && d)
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "not known:  can %s read what %s wrote?", to, d->version);
	else
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "not known:  whether going back is safe");
	if (may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, not_now, sizeof not_now) != STATUS_OK || s->ui->read_only)
		return;
	page_line(p, 3);
	key[0] = a->key;
	page_put(p, 14, p->g.cols - 15, ROLE_DIM, "%s asks the backend, shows what would run, and fires nothing yet", a->key ? key : key_of(s->ui, COMMAND_WAYS));
}

static void action_line(const struct scene *s, struct page *p, const struct kit_action *a, bool first)
{
	char words[120], cost[96], why[200];
	const struct model_deploy *d = deploy_of(s, a->service->name);
	const char *to = goal_version(s, a);
	int right = p->g.cols - 1, col;

	price(s, a, cost, sizeof cost);
	if (!first)
		snprintf(cost + strlen(cost), sizeof cost - strlen(cost), ", %s", row_class_name(a->cls));
	if (p->g.cols >= 72) /* from which version to which needs the room; what it costs stands below, too */
		right = page_right(p, right, ROLE_DIM, cost) - 2;
	page_put(p, 11, 1, ROLE_KEY, "%c", a->key ? a->key : '-');
	col = page_put(p, 14, right - 14, first ? ROLE_TITLE : ROLE_TEXT, "%s", first ? verb_words(a, words, sizeof words) : a->name);
	if (to)
		page_put(p, col + 2, right - col - 2, first ? ROLE_TITLE : ROLE_TEXT, "%s%s%s", d ? d->version : "", d ? " -> " : "", to);
	else if (!first && text_cols(verb_words(a, words, sizeof words)) <= right - col - 2)
		page_put(p, col + 2, right - col - 2, ROLE_DIM, "%s", words);
	if (first && may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, why, sizeof why) != STATUS_OK) {
		page_line(p, 1);
		page_put(p, 14, p->g.cols - 15, ROLE_SOON, "you may not: %s", why);
	}
}

/* A freeze stands until somebody lifts it: it is said as long as it does. */
static int frozen_lines(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];
	int n = 0;

	for (size_t i = 0; i < s->m->freezes.n; i++) {
		const struct model_freeze *f = &s->m->freezes.v[i];
		if (strcmp(f->service, "all") != 0 && !incident_has_service(s->inc, f->service))
			continue;
		page_line(p, 2);
		page_item(p, ITEM_FREEZE, f->service, "", 0);
		page_put(p, 1, 9, ROLE_TITLE, "FROZEN");
		page_put(p, 11, p->g.cols - 12, ROLE_TEXT, "%s since %s, %s%s%s  (%s)", f->service, when_short(s, f->at.at, t), f->by,
			f->reason && *f->reason ? ": " : "", f->reason ? f->reason : "", key_of(s->ui, COMMAND_PINS));
		n++;
	}
	return n;
}

/* What else the kit has for these services, then what it has not. */
static void others(const struct scene *s, struct page *p, const struct kit_action *proposed, const char *service)
{
	bool level[5] = {false};
	int n = 0, col;

	for (size_t i = 0; i < s->m->kit->n_services; i++) {
		const struct kit_service *svc = &s->m->kit->services[i];
		if (service ? strcmp(svc->name, service) != 0 : !incident_has_service(s->inc, svc->name))
			continue;
		for (size_t k = 0; k < svc->n_actions; k++) {
			const struct kit_action *a = &svc->actions[k];
			if (a->level >= 1 && a->level <= 4)
				level[a->level] = true;
			if (a == proposed)
				continue;
			page_line(p, n < 2 ? 3 : 5);
			page_item(p, ITEM_ACTION, svc->name, a->name, 0);
			if (!n++)
				page_put(p, 1, 9, ROLE_TITLE, proposed || s->inc ? "OR" : "READY");
			action_line(s, p, a, false);
		}
	}
	if (!s->inc)
		return;
	if (!frozen_lines(s, p)) {
		page_line(p, 4);
		if (!n)
			page_put(p, 1, 9, ROLE_TITLE, "OR");
		col = page_put(p, 11, 20, ROLE_KEY, "%s", key_of(s->ui, COMMAND_FREEZE)) + 1;
		col = col < 14 ? 14 : col;
		page_put(p, col, p->g.cols - col - 1, ROLE_TEXT, "freeze: nothing acts by itself here; nothing goes back");
	}
	if (!level[1] || !level[3]) {
		page_line(p, 7);
		page_put(p, 11, p->g.cols - 12, ROLE_DIM, "-  %s%s%s", level[1] ? "" : "flag: none wraps this", level[1] || level[3] ? "" : ".   ",
			level[3] ? "" : "migration: none in the kit");
	}
}

void view_proposal(const struct scene *s, struct page *p, const char *service)
{
	char why[240] = "";
	const struct kit_action *a = propose(s->m, s->inc, service, why, sizeof why);

	p->pane++;
	if (!a && !s->inc) { /* nothing breached yet: what there is, without a word for any of it */
		others(s, p, NULL, service);
		return;
	}
	page_line(p, 0);
	page_put(p, 1, 9, ROLE_TITLE, "PROPOSED");
	if (a) {
		page_item(p, ITEM_ACTION, a->service->name, a->name, 0);
		action_line(s, p, a, true);
		doubts(s, p, a, goal_version(s, a));
	} else {
		page_put(p, 11, p->g.cols - 12, ROLE_SOON, "nothing: %s", *why ? why : "the kit has no action that goes back");
	}
	others(s, p, a, service);
}

/* An attempt that did not work is said before anything is proposed again. */
static void last_attempt(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];
	const struct model_action *a = s->act;

	if (!a || !action_over(a) || a->outcome == OUTCOME_DONE || (action_by_itself(a) && !a->fired.at)) /* that, hold.c says */
		return;
	page_line(p, 0);
	page_put(p, 1, 14, ROLE_SOON, "%s", a->key);
	page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s %s %s, changed %s%s%s", a->action, outcome_name(a->outcome),
		when_short(s, a->ended.at ? a->ended.at : a->requested.at, t), a->changed ? a->changed : "not known", a->detail ? ": " : "",
		a->detail ? a->detail : "");
}

/* ---- what happened --------------------------------------------------- */

/* The newest of the timeline; on a wide terminal it has a column of its own. */
static void happened(const struct scene *s, struct page *p, int most, int drop)
{
	page_rule(p, 6, s->demo);
	p->pane++;
	if (!s->side)
		view_lines(s, p, most, drop);
}

void screen_deciding(const struct scene *s, struct page *p)
{
	view_command(s, p);
	view_asked(s, p);
	gauges_part(s, p, false);
	view_timers(s, p, NULL);
	view_said(s, p);
	view_cause(s, p);
	view_ill_sources(s, p, 3);
	last_attempt(s, p);
	view_not_by_itself(s, p, NULL);
	page_rule(p, 5, s->demo);
	view_proposal(s, p, NULL);
	happened(s, p, 3, 4);
	view_with_you(s, p, 7);
}

/* ---- running ------------------------------------------------------------------------ */

static void progress_line(const struct scene *s, struct page *p)
{
	const struct model_action *a = s->act;
	int col = 16, width = 24;

	if (!a->progress && a->share < 0)
		return;
	page_line(p, 0);
	page_put(p, 1, 14, ROLE_TEXT, "so far");
	if (a->share >= 0) {
		bar_draw(&p->g, p->row, col, width, ROLE_TEXT, a->share > 1 ? 1 : a->share);
		col += width + 2;
	}
	if (a->progress)
		page_put(p, col, p->g.cols - col - 1, ROLE_TEXT, "%s", a->progress);
}

static void pins_lines(const struct scene *s, struct page *p, int drop)
{
	char t[WHEN_LEN];

	for (size_t i = 0; i < s->m->pins.n; i++) {
		const struct model_pin *pin = &s->m->pins.v[i];
		if (!incident_has_service(s->inc, pin->service))
			continue;
		page_line(p, drop);
		page_item(p, ITEM_PIN, pin->service, pin->version, 0);
		page_put(p, 1, 14, pin->returned ? ROLE_ALARM : ROLE_TEXT, pin->returned ? "IT IS BACK" : "pinned");
		page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s %s kept out since %s, %s%s%s  (%s)", pin->service, pin->version,
			when_short(s, pin->at.at, t), pin->by, pin->returned ? "; brought back by " : "",
			pin->returned ? pin->returned_by ? pin->returned_by : "somebody" : "", key_of(s->ui, COMMAND_PINS));
	}
}

/* The one thing that matters now: a question, or that there is none. */
static void important_line(const struct scene *s, struct page *p)
{
	bool unknown = s->act->outcome == OUTCOME_UNKNOWN, asked = view_asked(s, p) > 0;

	if (asked && !unknown)
		return;
	page_line(p, 1);
	if (unknown)
		page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "DO NOT FIRE AGAIN before it is known what this one did.");
	else if (s->act->stopping)
		page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "IT WAS ASKED TO STOP where it is; its answer says how far it came.");
	else
		page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "NOTHING ELSE TO DO. It goes on when you leave.");
}

void screen_running(const struct scene *s, struct page *p)
{
	view_command(s, p);
	progress_line(s, p);
	gauges_part(s, p, true);
	view_ill_sources(s, p, 3);
	view_said(s, p);
	pins_lines(s, p, 2);
	view_stops(s, p);
	important_line(s, p);
	happened(s, p, 3, 4);
	view_with_you(s, p, 7);
}

/* ---- verifying ------------------------------------------------------------------------ */

/* The signal that a check looks at: a row's, or the one its condition begins with. */
static const struct kit_signal *check_signal(const struct scene *s, const char *service, const struct model_check *c)
{
	char name[72];
	const struct kit_service *svc = kit_service(s->m->kit, service);
	const struct kit_row *row = kit_row(s->m->kit, c->name);

	snprintf(name, sizeof name, "%.*s", row ? (int)strlen(row->signal) : (int)strcspn(c->name, " "), row ? row->signal : c->name);
	return svc ? kit_signal(svc, name) : NULL;
}

/* While it is looked at, the value of now, as the curve beside it has it; afterwards what was found. */
static void check_value(const struct scene *s, const struct model_verify *v, const struct model_check *c, char *out, size_t cap)
{
	const struct kit_signal *sig = check_signal(s, v->service, c);
	const struct model_signal *ms = sig && v->state == VERIFY_WAITING ? model_signal(s->m, v->service, sig->name) : NULL;
	bool newer = ms && ms->state == SAMPLE_OK && stamp_cmp(&ms->ok_arrived, &v->at) > 0;

	*out = 0;
	if (!isnan(c->value))
		unit_print(newer ? ms->value : c->value, sig ? sig->unit : UNIT_NUMBER, out, cap);
}

/* The engine tells every few seconds how long a check has been good; between two of its words the time goes on,
 * as far as the engine was heard. */
static int64_t held_now(const struct scene *s, const struct model_verify *v, const struct model_check *c)
{
	bool runs = v->state == VERIFY_WAITING && c->held_us > 0 && (!strcmp(c->state, "good") || !strcmp(c->state, "waiting"));
	int64_t more = runs && s->link->beat_age >= 0 ? stamp_diff(&v->at, &s->stamp, NULL) - s->link->beat_age : 0;
	int64_t held = c->held_us + (more > 0 ? more : 0);

	return held < c->need_us ? held : c->need_us;
}

/* "login_failures < 3% for 15s"; where that is too long the time is left out: "of 0:15" says it, too. */
static void check_name(const struct model_check *c, int width, char *out, size_t cap)
{
	const char *last = strstr(c->name, " for ");

	for (const char *next = last; next; next = strstr(next + 1, " for "))
		last = next;
	snprintf(out, cap, "%.*s", last && c->need_us > 0 && text_cols(c->name) > width ? (int)(last - c->name) : (int)strlen(c->name), c->name);
}

/* Wide enough for the longest name, as far as what stands beside it leaves room; of that the last word gives way first. */
static int checks_width(const struct scene *s, const struct page *p)
{
	int well = p->g.cols - 52, most = p->g.cols - 44, width = p->g.cols >= 100 ? 40 : 26;
	char name[240];

	for (size_t i = 0; i < s->inc->verifies.n; i++)
		for (size_t k = 0; k < s->inc->verifies.v[i].checks.n; k++) {
			check_name(&s->inc->verifies.v[i].checks.v[k], well, name, sizeof name);
			width = text_cols(name) > width ? text_cols(name) : width;
		}
	return width > most ? most : width;
}

/* "window drains: 0:07": until then nothing that is measured counts. */
static bool draining(const struct scene *s, const struct model_verify *v, const struct model_check *c, char *out, size_t cap)
{
	const struct kit_signal *sig = check_signal(s, v->service, c);
	char d[DURATION_LEN];
	int64_t left;

	if (!sig || !c->detail || strncmp(c->detail, "its window drains", 17) != 0 || !s->ph.at[PHASE_ACTED].at)
		return false;
	left = sig->window + sig->every - stamp_diff(&s->ph.at[PHASE_ACTED], &s->stamp, NULL);
	snprintf(out, cap, left > 0 ? "window drains: %s" : "drained", duration_clock(left, d));
	return true;
}

static void check_word(const struct scene *s, const struct model_verify *v, const struct model_check *c, char *out, size_t cap)
{
	bool good = !strcmp(c->state, "good");

	if (draining(s, v, c, out, cap))
		return;
	if (c->detail && *c->detail)
		snprintf(out, cap, "%s", c->detail);
	else if (c->was_bad)
		snprintf(out, cap, "was bad");
	else if (!strcmp(c->from, "volume"))
		snprintf(out, cap, "%s", good ? "traffic is back" : "");
	else
		snprintf(out, cap, "%s", !strcmp(c->from, "kit") ? "never bad: no proof" : "");
}

static void check_line(const struct scene *s, struct page *p, const struct model_verify *v, const struct model_check *c)
{
	char value[40], a[DURATION_LEN], b[DURATION_LEN], text[80], called[240], word[240];
	bool good = !strcmp(c->state, "good");
	int name = checks_width(s, p);

	check_value(s, v, c, value, sizeof value);
	check_name(c, name, called, sizeof called);
	check_word(s, v, c, word, sizeof word);
	page_line(p, good && !c->was_bad ? 4 : 1);
	page_put(p, 1, name, c->was_bad ? ROLE_TITLE : ROLE_TEXT, "%s", called);
	page_put(p, name + 2, 9, ROLE_TEXT, "%s", value);
	if (c->need_us > 0 && (good || c->held_us > 0))
		snprintf(text, sizeof text, "good %s of %s", duration_clock(held_now(s, v, c), a), duration_clock(c->need_us, b));
	else
		snprintf(text, sizeof text, "%s", !strcmp(c->state, "cannot-tell") ? "cannot tell" : c->state);
	if (!*value && text_cols(word) > p->g.cols - name - 32)
		name -= 10; /* nothing was measured: a long reason gets the room */
	page_put(p, name + 12, 18, good ? ROLE_TEXT : !strcmp(c->state, "cannot-tell") ? ROLE_UNKNOWN : ROLE_SOON, "%s", text);
	page_put(p, name + 31, p->g.cols - name - 32, ROLE_DIM, "%s", word);
}

static void verify_part(const struct scene *s, struct page *p)
{
	for (size_t i = 0; i < s->inc->verifies.n; i++) {
		const struct model_verify *v = &s->inc->verifies.v[i];
		if (s->inc->verifies.n > 1) {
			page_line(p, 2);
			page_put(p, 1, 30, ROLE_TITLE, "%s", v->service);
		}
		if (v->state == VERIFY_FAILED || v->state == VERIFY_UNMEASURED || v->state == VERIFY_NONE) {
			page_line(p, 0);
			page_put(p, 1, 14, ROLE_ALARM, "NOT VERIFIED");
			page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s%s%s", v->state == VERIFY_NONE ? "there is nothing to check" :
				v->state == VERIFY_FAILED ? "still bad" : "could not be measured", v->why ? ": " : "", v->why ? v->why : "");
		}
		for (size_t k = 0; k < v->checks.n; k++)
			check_line(s, p, v, &v->checks.v[k]);
	}
	if (!s->inc->verifies.n) {
		page_line(p, 0);
		page_put(p, 1, 60, ROLE_DIM, "waiting for the first samples that are newer than the revert");
	}
}

void screen_verifying(const struct scene *s, struct page *p)
{
	bool ended = false;

	view_command(s, p);
	view_asked(s, p);
	verify_part(s, p);
	view_ill_sources(s, p, 3);
	for (size_t i = 0; i < s->inc->verifies.n; i++)
		ended = ended || s->inc->verifies.v[i].state != VERIFY_WAITING;
	view_said(s, p);
	pins_lines(s, p, 3);
	page_rule(p, 5, s->demo);
	gauges_part(s, p, true);
	page_line(p, 2);
	if (ended)
		page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "The clock runs on. %s shows the other ways, %s closes as it is.", key_of(s->ui, COMMAND_WAYS),
			key_of(s->ui, COMMAND_CLOSE));
	else
		page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "If it turns bad again nothing runs by itself; you are asked.   %s people's word",
			key_of(s->ui, COMMAND_REPORT));
	happened(s, p, 3, 5);
	view_with_you(s, p, 7);
}

/* ---- verified --------------------------------------------------------------------------- */

static void promise_line(const struct scene *s, struct page *p)
{
	char a[DURATION_LEN], b[DURATION_LEN];
	int64_t took = s->ph.at[PHASE_DECIDED].at ? stamp_diff(&s->ph.at[PHASE_DECIDED], &s->ph.at[PHASE_VERIFIED], NULL) : -1;

	if (!s->ph.confirmed || took < 0)
		return;
	page_line(p, 2);
	page_put(p, 1, 14, ROLE_TEXT, "confirmed time");
	page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "%s promised, decision to verified took %s: %s", duration_clock(s->ph.confirmed, a),
		duration_clock(took, b), s->ph.confirmed_kept == 1 ? "kept" : "missed");
}

void screen_verified(const struct scene *s, struct page *p)
{
	int before;

	view_command(s, p);
	promise_line(s, p);
	page_line(p, DROP_BLANK);
	page_line(p, 0);
	page_put(p, 1, 20, ROLE_TITLE, "STILL OPEN");
	before = p->n;
	pins_lines(s, p, 1);
	view_said(s, p);
	for (size_t i = 0; i < s->m->freezes.n; i++) {
		page_line(p, 2);
		page_item(p, ITEM_FREEZE, s->m->freezes.v[i].service, "", 0);
		page_put(p, 1, 60, ROLE_TEXT, "frozen         %s: %s  (%s)", s->m->freezes.v[i].service, s->m->freezes.v[i].reason,
			key_of(s->ui, COMMAND_PINS));
	}
	if (p->n == before)
		page_put(p, 16, 40, ROLE_TEXT, "nothing is pinned or frozen");
	page_line(p, DROP_BLANK);
	page_line(p, 0);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s close as: reverted | rolled forward | contained | false alarm | duplicate",
		key_of(s->ui, COMMAND_CLOSE));
	page_rule(p, 5, s->demo);
	verify_part(s, p);
	happened(s, p, 6, 4);
	view_with_you(s, p, 7);
}
