/* `brief`: at most ten lines to read out or to paste: conditions, actions, needs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "decide/decide.h"
#include "report/parts.h"

#define LINES 10
#define CONDITIONS 3
#define ACTIONS 3

struct brief { struct buf *out; int lines; struct stamp now; };

static bool room(struct brief *b, int keep)
{
	if (b->lines + keep >= LINES)
		return false;
	b->lines++;
	return true;
}

/* ---- conditions --------------------------------------------------------------- */

static bool of_incident(const struct model_incident *i, const char *service)
{
	return !i || !*service || incident_has_service(i, service);
}

/* A breach stands for a while after its signal is back under the limit. */
static bool back_again(const struct model *m, const struct model_row *r)
{
	const struct kit_row *k = m->kit ? kit_row(m->kit, r->row) : NULL;
	const struct model_signal *s = k ? model_signal(m, r->service, k->signal) : NULL;
	return s && k->when.kind == COND_CMP && s->state == SAMPLE_OK && !cond_satisfied(&k->when, s->value);
}

static void add_row(struct brief *b, const struct model *m, const struct model_row *r)
{
	char measure[160], clock[CLOCK_LEN], timer[300];
	bool standing = model_row_standing(r);
	part_say(b->out, "CONDITION  %s%s%s ", r->service, *r->service ? " " : "", r->row);
	part_measure(m, r->row, r->service, measure, sizeof measure);
	part_say(b->out, "%s%s", measure, *measure ? ", " : "");
	if (standing && r->state != ROW_CANNOT_TELL && back_again(m, r))
		part_say(b->out, "crossed at %s; back now, not clear yet\n", part_clock(r->breached.at, clock));
	else if (standing)
		part_say(b->out, "crossed since %s%s%s%s\n", part_clock(r->breached.at, clock), r->state == ROW_CANNOT_TELL ? ", cannot be told now" : "",
			*part_timer(m, r, &b->now, timer, sizeof timer) ? "; " : "", timer);
	else
		part_say(b->out, "%s since %s\n", r->state == ROW_CANNOT_TELL ? "cannot be told" : row_state_name(r->state), part_clock(r->changed.at, clock));
}

static void add_conditions(struct brief *b, const struct model *m, const struct model_incident *i)
{
	int n = 0;
	for (int pass = 0; pass < 2; pass++)  /* what stands first, then what may come */
		vec_each(struct model_row, r, &m->rows) {
			bool stands = model_row_standing(r), wanted = pass == 0 ? stands : !stands && r->state != ROW_CLEAR;
			if (!wanted || !of_incident(i, r->service))
				continue;
			if (n < CONDITIONS && room(b, 3)) {
				n++;
				add_row(b, m, r);
			}
		}
	if (!n && room(b, 1))
		buf_adds(b->out, "CONDITION  nothing measured is over its limit now\n");
}

/* ---- actions -------------------------------------------------------------------- */

static void add_action(struct brief *b, const struct model_action *a)
{
	char clock[CLOCK_LEN], by[200];
	part_say(b->out, "ACTION     %s %s", a->key, a->action);
	if (a->from && a->to)
		part_say(b->out, " %s -> %s", a->from, a->to);
	part_say(b->out, ": %s", outcome_name(a->outcome));
	if (a->ended.at || a->fired.at)
		part_say(b->out, " %s %s", a->ended.at ? "at" : "since", part_clock(a->ended.at ? a->ended.at : a->fired.at, clock));
	part_say(b->out, ", by %s", part_by(a, by, sizeof by));
	if (a->outcome == OUTCOME_EXPIRED && a->detail && *a->detail)
		part_say(b->out, ": %s", a->detail);
	buf_addc(b->out, '\n');
}

/* The newest ones: what happened last is what counts. */
static void add_actions(struct brief *b, const struct model_incident *i)
{
	size_t from = i->actions.n > ACTIONS ? i->actions.n - ACTIONS : 0;
	for (size_t k = from; k < i->actions.n; k++)
		if (room(b, 1))
			add_action(b, &i->actions.v[k]);
	if (!i->actions.n && room(b, 1))
		buf_adds(b->out, "ACTION     none fired\n");
}

/* A rollout that is under way and nobody fired here: adopted once it is whole, told of at once. */
static void add_meanwhile(struct brief *b, const struct model *m, const struct model_incident *i)
{
	vec_each(struct model_deploy, d, &m->deploys) {
		bool ours = false;
		if (d->whole || !d->previous || !incident_has_service(i, d->service))
			continue;
		vec_each(struct model_action, a, &i->actions)
			ours = ours || (!action_over(a) && a->to && !strcmp(a->service, d->service) && !strcmp(a->to, d->version));
		if (ours || !room(b, 2))
			continue;
		part_say(b->out, "MEANWHILE  %s %s -> %s, %.0f %% of it, %s, by %s\n", d->service, d->previous, d->version, d->share * 100,
			d->state ? d->state : "under way", d->by && *d->by ? d->by : "somebody the backend does not name");
	}
}

static void add_verification(struct brief *b, const struct model_incident *i, const struct phases *p)
{
	const char *why;
	enum verify_state v = part_verified(i, &why);
	char clock[CLOCK_LEN];
	if (!p->at[PHASE_ACTED].at || !room(b, 1))
		return;
	part_say(b->out, "VERIFIED   %s", v == VERIFY_PASSED ? "yes" : v == VERIFY_WAITING ? "NOT YET" : verify_state_name(v));
	if (p->at[PHASE_VERIFIED].at)
		part_say(b->out, ", at %s", part_clock(p->at[PHASE_VERIFIED].at, clock));
	part_say(b->out, "%s%s; reverted at %s\n", *why ? ": " : "", why, part_clock(p->at[PHASE_ACTED].at, clock));
}

/* ---- by itself ---------------------------------------------------------------------- */

static void add_countdown(struct brief *b, const struct model *m, const struct model_incident *i, const struct stamp *now)
{
	const struct model_action *a = model_countdown(m, NULL);
	char at[CLOCK_LEN], left[DURATION_LEN], what[300];
	size_t n = model_countdowns(m);
	if (!a || (i && !i->open) || !room(b, 3))
		return;
	part_say(b->out, "BY ITSELF  at %s, in %s: %s", part_clock(action_countdown_at(a, now), at), duration_clock(action_countdown_shown(a, now), left),
		part_what(a, what, sizeof what));
	if (n > 1)
		part_say(b->out, "; and %zu more", n - 1);
	buf_addc(b->out, '\n');
}

/* The first thing that is missing, of one row; the brake is about all of them. */
static void add_holds(struct brief *b, const struct model *m, const struct model_incident *i)
{
	const struct model_hold *first = NULL;
	char clause[300];
	size_t rows = 0;
	vec_each(struct model_hold, h, &m->holds)
		if (of_incident(i, h->service)) {
			first = first && !(h->why && strstr(h->why, "brake: ") && !strstr(first->why, "brake: ")) ? first : h;
			rows++;
		}
	if (!first || (i && !i->open) || !room(b, 3))
		return;
	const char *brake = strstr(first->why, "brake: ");
	if (brake) {
		part_say(b->out, "BY ITSELF  no, %.*s (%zu rows)\n", (int)strcspn(brake, ";"), brake, rows);
		return;
	}
	(void)hold_clause(first, 0, clause, sizeof clause);
	part_say(b->out, "BY ITSELF  no, %s%s%s: %s", first->service, *first->service ? " " : "", first->row, clause);
	if (hold_clauses(first) > 1)
		part_say(b->out, "; and %zu more", hold_clauses(first) - 1);
	if (rows > 1)
		part_say(b->out, "; %zu more row%s", rows - 1, rows > 2 ? "s" : "");
	buf_addc(b->out, '\n');
}

/* ---- needs ------------------------------------------------------------------------ */

static const struct model_action *first_with(const struct model_incident *i, enum outcome o)
{
	vec_each(struct model_action, a, &i->actions)
		if (a->outcome == o)
			return a;
	return NULL;
}

/* The first question of a kind that stands: of an incident, or where none is open. */
static const struct model_prompt *asked_of(const struct model *m, const struct model_incident *i, const char *what)
{
	vec_each(struct model_prompt, p, &m->prompts)
		if (!strcmp(p->what, what) && (!i || (p->incident && !strcmp(p->incident, i->name))))
			return p;
	return NULL;
}

static void need_answer(struct brief *b, const struct model_prompt *p)
{
	char how[96], limit[200];
	part_say(b->out, "NEEDS      an answer: %s%s%s\n", p->text, part_answer(p, how, sizeof how), part_limit(p, limit, sizeof limit));
}

static void need_decision(struct brief *b, const struct model *m, const struct model_incident *i, const struct model_prompt *overdue)
{
	char why[256] = "", limit[200] = "";
	const char *service = i->services.n ? i->services.v[0].name : NULL;
	const struct kit_action *a = m->kit ? propose(m, i, service, why, sizeof why) : NULL;
	const struct model_deploy *d = service ? model_deploy(m, service) : NULL;
	const struct model_version *good = service ? model_last_good(m, service) : NULL;
	part_say(b->out, "NEEDS      a decision%s%s: ", overdue ? ", overdue, of " : "", !overdue ? "" : overdue->to ? overdue->to : "whoever may take command");
	if (!a)
		part_say(b->out, "no action is proposed%s%s", *why ? ": " : "", why);
	else if (d && d->version && good)
		part_say(b->out, "%s of %s, %s -> %s?", a->name, a->service->name, d->version, good->version);
	else
		part_say(b->out, "%s of %s?", a->name, a->service->name);
	part_say(b->out, "%s\n", overdue ? part_limit(overdue, limit, sizeof limit) : "");
}

static const struct model_report *unanswered(const struct model *m, const struct model_incident *i)
{
	vec_each(struct model_report, r, &m->reports)
		if (!r->gone && r->incident && !strcmp(r->incident, i->name))
			return r;
	return NULL;
}

static const struct model_check *not_good(const struct model_incident *i)
{
	vec_each(struct model_verify, v, &i->verifies)
		vec_each(struct model_check, c, &v->checks)
			if (c->state && strcmp(c->state, "good") != 0)
				return c;
	return NULL;
}

static bool counts_down(const struct model_incident *i)
{
	return i->open && first_with(i, OUTCOME_COUNTDOWN);
}

/* Exactly one line: the one thing that is needed next. */
static void add_need(struct brief *b, const struct model *m, const struct model_incident *i, const struct phases *p)
{
	const struct model_action *unknown = first_with(i, OUTCOME_UNKNOWN), *running = first_with(i, OUTCOME_RUNNING);
	const struct model_report *said = unanswered(m, i);
	const struct model_check *check = not_good(i);
	const struct model_prompt *stop = asked_of(m, i, "stop"), *escalate = asked_of(m, i, "escalate"), *overdue = asked_of(m, i, "overdue");
	b->lines++;
	if (counts_down(i))
		part_say(b->out, "NEEDS      nothing, or a no before then: `backout veto`, or v at a console\n");
	else if (!i->open)
		part_say(b->out, "NEEDS      nothing: closed as %s\n", i->resolution ? i->resolution : "not said");
	else if (stop && !unknown)
		need_answer(b, stop);
	else if (unknown)
		part_say(b->out, "NEEDS      somebody who looks at %s itself: the outcome of %s is unknown\n", unknown->service, unknown->key);
	else if (p->at[PHASE_VERIFIED].at)
		buf_adds(b->out, "NEEDS      closing: what was bad is good\n");
	else if (escalate)
		need_answer(b, escalate);
	else if (running)
		part_say(b->out, "NEEDS      nothing yet: %s runs%s%s\n", running->key, running->progress ? ", " : "", running->progress ? running->progress : "");
	else if (!p->at[PHASE_ACTED].at)
		need_decision(b, m, i, overdue);
	else if (said)
		part_say(b->out, "NEEDS      an answer: is \"%s\" gone?\n", said->signal);
	else if (check)
		part_say(b->out, "NEEDS      proof: %s is %s\n", check->name, check->state);
	else
		buf_adds(b->out, "NEEDS      proof: the checks have not begun\n");
}

/* ---- the whole ---------------------------------------------------------------------- */

/* "reverted, not verified yet" is what is read out; the state's own name is for programs. */
static const char *state_words(enum incident_state s)
{
	switch (s) {
	case INCIDENT_DECLARED:
		return "declared";
	case INCIDENT_FIRED:
		return "fired, not reverted yet";
	case INCIDENT_ACTED:
		return "reverted, not verified yet";
	case INCIDENT_VERIFIED:
		return "verified";
	case INCIDENT_CLOSED:
		return "closed";
	}
	return "";
}

static void add_head(struct brief *b, const struct model *m, const struct model_incident *i, const struct phases *p, const struct stamp *now)
{
	char place[96], services[160], bad[DURATION_LEN], clock[CLOCK_LEN], hurt[DURATION_LEN];
	bool running;
	int64_t hurt_us = phases_hurt(p, now);
	b->lines += 2;
	const char *title = i->title ? i->title : "";
	part_services(i, services, sizeof services);
	bool named = !strncmp(title, services, strlen(services)); /* a title that begins with them says them */
	part_say(b->out, "%s %s: %s%s%s (%s)\n", part_place(m, i, place, sizeof place), i->name, named ? "" : services, named ? "" : ", ",
		title, state_words(phases_state(i, p)));
	part_say(b->out, "SINCE BAD  %s", duration_clock(phases_clock(p, now, &running), bad));
	part_say(b->out, "%s, said at %s", running ? "" : " in all", part_clock(i->declared.at, clock));
	if (hurt_us >= 0)
		part_say(b->out, "; users hurt since %s, for %s", part_clock(p->at[PHASE_ONSET].at, clock), duration_clock(hurt_us, hurt));
	part_say(b->out, "; %s commands\n", i->commander ? i->commander : "nobody");
}

static void add_cause(struct brief *b, const struct model *m, const struct model_incident *i)
{
	const struct model_change *c = model_latest_deploy(m, i);
	char clock[CLOCK_LEN], step[160];
	if (!c || !room(b, 3))
		return;
	part_say(b->out, "LATEST     deploy of %s %s at %s%s%s\n", c->service, part_step(c, step, sizeof step), part_clock(c->at, clock),
		c->by ? ", by " : "", c->by ? c->by : "");
}

static void quiet_need(struct brief *b, const struct model *m)
{
	int bad = 0, blind = 0;
	vec_each(struct model_row, r, &m->rows) {
		bad += model_row_standing(r);
		blind += r->state == ROW_CANNOT_TELL;
	}
	const struct model_prompt *overdue = asked_of(m, NULL, "overdue");
	if (overdue)
		need_answer(b, overdue);
	else if (bad)
		buf_adds(b->out, "NEEDS      somebody who says whether this deploy is bad: `backout declare`\n");
	else if (blind)
		buf_adds(b->out, "NEEDS      eyes: what cannot be told is not known to be good\n");
	else
		buf_adds(b->out, "NEEDS      nothing\n");
}

/* With nothing open: what stands, and what changed last. */
static void quiet_brief(struct brief *b, const struct model *m)
{
	char place[96], clock[CLOCK_LEN], step[160];
	int n = 0;
	b->lines++;
	part_say(b->out, "%s %s: no incident is open\n", part_place(m, NULL, place, sizeof place), m->kit_name ? m->kit_name : "");
	add_conditions(b, m, NULL);
	add_holds(b, m, NULL);
	for (size_t k = m->changes.n; k-- > 0 && n < 3;) {
		const struct model_change *c = &m->changes.v[k];
		if (!room(b, 1))
			break;
		n++;
		part_say(b->out, "CHANGED    %s %s %s at %s\n", c->what, c->service ? c->service : c->name ? c->name : "",
			part_step(c, step, sizeof step), part_clock(c->at, clock));
	}
	quiet_need(b, m);
}

void report_brief(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out)
{
	struct stamp at = report_now(now);
	struct brief b = {.out = out, .now = at};
	struct phases p;
	if (!i) {
		quiet_brief(&b, m);
		return;
	}
	phases_of(m, i, &p);
	add_head(&b, m, i, &p, &at);
	add_countdown(&b, m, i, &at);
	add_conditions(&b, m, i);
	add_holds(&b, m, i);
	add_cause(&b, m, i);
	add_actions(&b, i);
	if (i->open)
		add_meanwhile(&b, m, i);
	add_verification(&b, i, &p);
	add_need(&b, m, i, &p);
}
