/* Countdowns: what acts by itself, from the first look to the intent.  Each
 * step looks at everything again; what is missing is recorded by name. */
#include <stdio.h>
#include <string.h>

#include "decide/automatic.h"
#include "decide/private.h"

#define TRY_AGAIN US_MINUTE     /* after a preflight that was not green */

/* ---- what is recorded ----------------------------------------------------------------- */

static void put_expired(struct drafts *out, const struct model_action *a, const char *actor, const char *by, const char *why)
{
	struct jw w = draft_open(out, EVENT_ACTION_EXPIRED, a->incident, actor);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "digest", a->digest);
	if (by)
		jw_kstr(&w, "by", by);
	jw_kstr(&w, "reason", why);
	draft_close(&w);
}

/* preflight: it is the way back that lacked something when it was tried, which is only now and then. */
static void put_hold(const struct model *m, struct drafts *out, const struct automatic_case *c, const struct automatic_whys *w, bool preflight)
{
	const struct model_incident *i = model_incident_of_service(m, c->row->service);
	struct jw j = draft_open(out, EVENT_AUTOMATIC, i ? i->name : NULL, "engine");
	jw_kstr(&j, "row", c->row->row);
	jw_kstr(&j, "service", c->row->service);
	if (c->action)
		jw_kstr(&j, "action", c->action->name);
	jw_kbool(&j, "preflight", preflight);
	jw_key(&j, "missing");
	jw_arr(&j);
	for (size_t x = 0; x < w->n; x++)
		jw_str(&j, w->v[x]);
	jw_arr_end(&j);
	draft_close(&j);
}

static void join(const struct automatic_whys *w, const char *between, char *out, size_t cap)
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < w->n && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? between : "", w->v[i]);
}

static bool says_same(const struct model_hold *h, const struct automatic_whys *w)
{
	char text[AUTOMATIC_WHYS * 202];
	join(w, (const char[]){HOLD_BREAK, 0}, text, sizeof text);
	return h->why && strcmp(h->why, text) == 0;
}

/* ---- every tick -------------------------------------------------------------------------- */

static const struct model_row *row_behind(const struct model *m, const struct model_action *a)
{
	return a->row ? model_row(m, a->row, a->service) : NULL;
}

/* A countdown whose reasons are gone ends before its zero. */
static bool still_counts(const struct model *m, const struct now *now, const struct model_action *a, const struct automatic_storm *storm, struct drafts *out)
{
	const struct model_row *r = row_behind(m, a);
	struct automatic_case c;
	struct automatic_whys w;
	char why[1000];
	if (!r || !automatic_case_of(m, r, &c) || !c.service) {
		put_expired(out, a, "engine", NULL, "what it was for is over");
		return false;
	}
	automatic_missing(m, now, &c, storm, a, false, &w);
	const struct model_deploy *d = model_deploy(m, a->service);
	if (!w.n && a->level > 1 && a->from && d && strcmp(d->version, a->from) != 0)
		text_copy(why, sizeof why, "another version serves by now");
	else if (w.n)
		join(&w, "; ", why, sizeof why);
	else
		return true;
	put_expired(out, a, "engine", NULL, why);
	return false;
}

static bool counts_down(const struct model *m, const char *service)
{
	return model_countdown(m, service) != NULL;
}

/* What is missing is recorded when it changes. */
static void look_at_case(const struct model *m, const struct now *now, const struct model_row *r, const struct automatic_storm *storm, struct drafts *out)
{
	struct automatic_case c;
	struct automatic_whys w;
	const struct model_hold *h = model_hold(m, r->row, r->service);
	if (!automatic_case_of(m, r, &c)) {
		w.n = 0;
		if (h) { /* the kit is another one, or its timer was stopped */
			c = (struct automatic_case){.row = r};
			put_hold(m, out, &c, &w, false);
		}
		return;
	}
	if (c.service && counts_down(m, c.service->name))
		return;
	automatic_missing(m, now, &c, storm, NULL, false, &w);
	bool waits_for_way = h && h->preflight;
	if (w.n ? !h || waits_for_way || !says_same(h, &w) : h && !waits_for_way)
		put_hold(m, out, &c, &w, false);
}

void tick_automatic(const struct model *m, const struct now *now, struct drafts *out)
{
	struct automatic_storm storm;
	bool any = m->holds.n > 0 || model_countdown(m, NULL);
	vec_each(const struct model_row, r, &m->rows)
		any = any || model_row_standing(r);
	if (!any)
		return;
	storm_of(m, &storm);
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions)
			if (a->outcome == OUTCOME_COUNTDOWN)
				(void)still_counts(m, now, a, &storm, out);
	vec_each(const struct model_row, r, &m->rows)
		if (model_row_standing(r))
			look_at_case(m, now, r, &storm, out);
	storm_release(&storm);
}

int64_t countdown_next(const struct model *m, const struct now *now)
{
	struct stamp n = stamp_of_now(now);
	const struct model_action *a = model_countdown(m, NULL);
	return a ? now->mono + action_countdown_left(a, &n) : INT64_MAX;
}

/* ---- a countdown begins ---------------------------------------------------------------------- */

/* One that came to nothing a moment ago: what flaps is not counted down again and again. */
static bool tried_just_now(const struct model *m, const struct stamp *now, const char *service)
{
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions)
			if (a->countdown_us && a->outcome == OUTCOME_EXPIRED && strcmp(a->service, service) == 0 && stamp_diff(&a->ended, now, NULL) < TRY_AGAIN &&
				stamp_cmp(&a->ended, &m->engine_at) > 0)
				return true;
	return false;
}

/* Sources are asked one after the other: others that turned bad with it may be heard of only now. */
static bool too_soon(const struct automatic_case *c, const struct automatic_storm *storm, const struct stamp *now)
{
	const struct stamp *since = c->row->onset.at ? &c->row->onset : &c->row->breached;
	return stamp_diff(since, now, NULL) + c->service->tier->veto < storm->settle;
}

static bool may_try(const struct model *m, const struct now *now, const struct model_row *r, const struct automatic_storm *storm, struct automatic_case *c)
{
	struct automatic_whys w;
	struct stamp n = stamp_of_now(now);
	const struct model_hold *h = model_hold(m, r->row, r->service);
	if (!automatic_case_of(m, r, c) || !c->service || counts_down(m, c->service->name))
		return false;
	if ((h && h->preflight && stamp_diff(&h->at, &n, NULL) < TRY_AGAIN) || tried_just_now(m, &n, c->service->name) || too_soon(c, storm, &n))
		return false;
	automatic_missing(m, now, c, storm, NULL, true, &w);
	return !w.n;
}

/* What goes back is preferred to what only slows or stops. */
bool automatic_next(const struct model *m, const struct now *now, struct automatic_want *out)
{
	struct automatic_case c, best = {0};
	struct automatic_storm storm;
	if (!m->kit || !m->kit->automatic.on.n || !m->kit->armed)
		return false;
	storm_of(m, &storm);
	for (size_t i = 0; i < storm.rows.n; i++) {
		if (!model_row_standing(storm.rows.v[i]) || !may_try(m, now, storm.rows.v[i], &storm, &c))
			continue;
		if (!best.row || (c.action->cls == CLASS_REVERSE && best.action->cls != CLASS_REVERSE))
			best = c;
	}
	storm_release(&storm);
	if (!best.row)
		return false;
	text_copy(out->service, sizeof out->service, best.service->name);
	text_copy(out->action, sizeof out->action, best.action->name);
	text_copy(out->row, sizeof out->row, best.row->row);
	return true;
}

static void begin(const struct model *m, const struct now *now, const struct automatic_case *c, const struct automatic_storm *storm,
	const struct panel *p, const char *random, struct drafts *out)
{
	char because[600], title[200], reason[200];
	struct ask ask = {.verb = "fire", .via = "automatic", .random = random};
	struct decision d;
	struct asking q = {m, now, &ask, &d};
	const char *t = breach_title(m, c->service->name, title, sizeof title);
	decision_init(&d);
	(void)snprintf(reason, sizeof reason, "by itself: %.80s breached", c->row->row);
	automatic_because(m, c, storm, because, sizeof because);
	struct intent n = {.panel = p, .action = c->action, .incident = model_incident_of_service(m, c->service->name), .reason = reason,
		.title = t ? t : reason, .authority = "automatic", .row = c->row->row, .because = because, .countdown = c->service->tier->veto};
	intent_place(&q, &n);
	intent_request(&q, &n);
	drafts_move(out, &d.events);
	decision_release(&d);
}

void decide_automatic(const struct model *m, const struct now *now, const struct automatic_want *want, const struct panel *p,
	const char *random, struct drafts *out)
{
	const struct model_row *r = m->kit ? model_row(m, want->row, want->service) : NULL;
	struct automatic_case c;
	struct automatic_storm storm;
	struct automatic_whys w;
	if (!r || !automatic_case_of(m, r, &c) || !c.service || counts_down(m, want->service))
		return; /* the world went on meanwhile */
	storm_of(m, &storm);
	automatic_missing(m, now, &c, &storm, NULL, true, &w);
	bool way = !w.n, same = c.action && strcmp(c.action->name, want->action) == 0;
	if (way && same)
		automatic_missing_way(m, &c, p, &w);
	if (w.n)
		put_hold(m, out, &c, &w, way);
	else if (same) /* else another action fits by now, and is asked for anew */
		begin(m, now, &c, &storm, p, random, out);
	storm_release(&storm);
}

/* ---- and ends ------------------------------------------------------------------------------------ */

static void put_fired(const struct model_action *a, const struct kit_action *k, const struct panel *p, struct drafts *out)
{
	struct jw w = draft_open(out, EVENT_ACTION_FIRED, a->incident, "engine");
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "op", a->op);
	jw_kstr(&w, "digest", a->digest);
	jw_knum(&w, "deadline_s", (double)k->timeout / 1e6);
	jw_kint(&w, "pid", p->pid);
	jw_kint(&w, "pid_start", p->pid_start);
	draft_close(&w);
}

void decide_countdown(const struct model *m, const struct now *now, const char *key, const struct panel *p, struct drafts *out)
{
	const struct model_action *a = model_action(m, key);
	const struct model_row *r = a && m->kit ? row_behind(m, a) : NULL;
	struct stamp n = stamp_of_now(now);
	struct automatic_case c;
	struct automatic_storm storm;
	struct automatic_whys w;
	char why[1000];
	if (!a || a->outcome != OUTCOME_COUNTDOWN || action_countdown_left(a, &n) > 0)
		return;
	if (!r || !automatic_case_of(m, r, &c) || !c.service) {
		put_expired(out, a, "engine", NULL, "what it was for is over");
		return;
	}
	if (!p->fault.what[0] && strcmp(p->digest, a->digest ? a->digest : "") != 0) {
		put_expired(out, a, "engine", NULL, "its backend would do something else by now than was counted down to");
		return;
	}
	storm_of(m, &storm);
	automatic_missing(m, now, &c, &storm, a, true, &w);
	bool same = c.action && strcmp(c.action->name, a->action) == 0;
	if (!w.n)
		automatic_missing_way(m, &c, p, &w);
	storm_release(&storm);
	if (!w.n && !same) {
		put_expired(out, a, "engine", NULL, "another action fits by now");
		return;
	}
	if (!w.n) {
		put_fired(a, c.action, p, out);
		return;
	}
	join(&w, "; ", why, sizeof why);
	put_expired(out, a, "engine", NULL, why);
}

void decide_countdown_lost(const struct model *m, const char *key, const char *why, struct drafts *out)
{
	const struct model_action *a = model_action(m, key);
	if (a && a->outcome == OUTCOME_COUNTDOWN)
		put_expired(out, a, "engine", NULL, why);
}

void countdown_give_way(struct asking *q, const struct kit_action *k, const char *key)
{
	char why[200];
	vec_each(const struct model_incident, i, &q->m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			bool same = strcmp(a->service, k->service->name) == 0 ||
				(a->target && strcmp(a->backend, k->backend) == 0 && strcmp(a->target, k->target) == 0);
			if (a->outcome != OUTCOME_COUNTDOWN || !same)
				continue;
			(void)snprintf(why, sizeof why, "%.80s fired %.80s in its place", q->a->person ? q->a->person : "somebody", key);
			put_expired(&q->d->events, a, q->a->person ? q->a->person : "engine", q->a->person, why);
		}
}
