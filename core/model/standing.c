/* Counting what stands. */
#include "model/standing.h"

#include <string.h>

#include "model/phases.h"
#include "model/timer.h"

#define FAILING_MAX 20 /* signals of a source that are named */

static void put_seconds(struct jw *w, const char *key, int64_t us)
{
	jw_key(w, key);
	if (us < 0)
		jw_null(w);
	else
		jw_num(w, (double)us / 1e6);
}

static void put_incident(struct jw *w, const struct model *m, const struct model_incident *i, const struct stamp *now)
{
	struct phases p;
	bool running;
	phases_of(m, i, &p);
	jw_obj(w);
	jw_kstr(w, "incident", i->name);
	jw_kstr(w, "state", incident_state_name(phases_state(i, &p)));
	put_seconds(w, "clock_s", phases_clock(&p, now, &running));
	jw_kstr(w, "commander", i->commander);
	jw_key(w, "services");
	jw_arr(w);
	vec_each(struct model_name, s, &i->services)
		jw_str(w, s->name);
	jw_arr_end(w);
	jw_obj_end(w);
}

static void put_rows(struct jw *w, const struct model *m)
{
	int64_t breached = 0, pending = 0, cannot_tell = 0;
	vec_each(struct model_row, r, &m->rows) {
		breached += model_row_standing(r);
		pending += r->state == ROW_PENDING;
		cannot_tell += r->state == ROW_CANNOT_TELL;
	}
	jw_kint(w, "breached", breached);
	jw_kint(w, "pending", pending);
	jw_kint(w, "cannot_tell", cannot_tell);
}

static void put_actions(struct jw *w, const struct model *m, const char *key, bool unknown)
{
	jw_key(w, key);
	jw_arr(w);
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (unknown ? a->outcome == OUTCOME_UNKNOWN : a->outcome == OUTCOME_WAITING || a->outcome == OUTCOME_COUNTDOWN)
				jw_str(w, a->key);
	jw_arr_end(w);
}

/* Why it is not ready, or why its samples fail: of all of them, and of each signal. */
static void put_reasons(struct jw *w, const struct model *m, const struct model_backend *b)
{
	const char *why = b->why ? b->why : b->trouble;
	size_t n = 0;
	if (!why)
		return;
	jw_kstr(w, "why", why);
	jw_key(w, "failing");
	jw_arr(w);
	vec_each(const struct model_signal, s, &m->signals) {
		if (s->backend != b->backend || s->state != SAMPLE_FAILED || n++ >= FAILING_MAX)
			continue;
		jw_obj(w);
		jw_kstr(w, "service", s->service);
		jw_kstr(w, "signal", s->name);
		jw_kstr(w, "why", s->why);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

/* What counts down, the one that ends first first. */
static void put_countdowns(struct jw *w, const struct model *m, const struct stamp *now)
{
	VEC(const struct model_action *) v = {0};
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions) {
			if (!i->open || a->outcome != OUTCOME_COUNTDOWN)
				continue;
			size_t at = v.n;
			*vec_push(&v) = a;
			for (; at && v.v[at - 1]->requested.at + v.v[at - 1]->countdown_us > a->requested.at + a->countdown_us; at--)
				v.v[at] = v.v[at - 1];
			v.v[at] = a;
		}
	jw_key(w, "countdowns");
	jw_arr(w);
	vec_each(const struct model_action *, a, &v) {
		jw_obj(w);
		jw_kstr(w, "key", (*a)->key);
		jw_kstr(w, "service", (*a)->service);
		jw_kstr(w, "action", (*a)->action);
		jw_kstr(w, "from", (*a)->from);
		jw_kstr(w, "to", (*a)->to);
		put_seconds(w, "left_s", action_countdown_shown(*a, now));
		jw_ktime(w, "at", action_countdown_at(*a, now));
		jw_kstr(w, "row", (*a)->row);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	vec_release(&v);
}

void standing_holds(const struct model *m, const struct model_incident *i, struct jw *w)
{
	char clause[300];
	jw_key(w, "holds");
	jw_arr(w);
	vec_each(struct model_hold, h, &m->holds) {
		if (i && *h->service && !incident_has_service(i, h->service))
			continue;
		jw_obj(w);
		jw_kstr(w, "service", h->service);
		jw_kstr(w, "row", h->row);
		jw_kstr(w, "action", h->action);
		jw_key(w, "missing");
		jw_arr(w);
		for (size_t n = 0; hold_clause(h, n, clause, sizeof clause); n++)
			jw_str(w, clause);
		jw_arr_end(w);
		jw_ktime(w, "at", h->at.at);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

void standing_asked(const struct model *m, const struct model_incident *of, struct jw *w)
{
	jw_arr(w);
	vec_each(struct model_prompt, p, &m->prompts) {
		if (of && (!p->incident || strcmp(p->incident, of->name) != 0))
			continue;
		jw_obj(w);
		jw_kstr(w, "id", p->id);
		jw_kstr(w, "what", p->what);
		jw_kstr(w, "service", p->service);
		jw_kstr(w, "incident", p->incident);
		jw_kstr(w, "key", p->key);
		jw_kstr(w, "row", p->row);
		jw_kstr(w, "to", p->to);
		jw_kstr(w, "text", p->text);
		jw_ktime(w, "asked", p->at.at);
		jw_ktime(w, "until", p->until);
		jw_kstr(w, "then", p->then);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

/* The timers of owners that run: how long, and what their end does. */
static void put_timers(struct jw *w, const struct model *m, const struct stamp *now)
{
	jw_key(w, "timers");
	jw_arr(w);
	vec_each(struct model_row, r, &m->rows) {
		char then[TIMER_THEN];
		int64_t until;
		if (!timer_runs(m, r, &until))
			continue;
		int64_t left = until - r->breached.at - stamp_diff(&r->breached, now, NULL);
		jw_obj(w);
		jw_kstr(w, "row", r->row);
		jw_kstr(w, "service", r->service);
		jw_kstr(w, "owner", kit_row(m->kit, r->row)->owner);
		put_seconds(w, "left_s", left > 0 ? left : 0);
		jw_kstr(w, "then", timer_then(m, r, then));
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void put_sources(struct jw *w, const struct model *m, const struct stamp *now)
{
	jw_key(w, "sources");
	jw_arr(w);
	vec_each(struct model_backend, b, &m->backends) {
		const struct stamp *heard = b->last_heard.at ? &b->last_heard : &b->at;
		jw_obj(w);
		jw_kstr(w, "backend", b->backend);
		jw_kstr(w, "state", b->state);
		put_seconds(w, "age_s", heard->at ? stamp_diff(heard, now, NULL) : -1);
		put_reasons(w, m, b);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

/* What the backends said when every way back was tried last. */
static void put_ways(struct jw *w, const struct model *m, const struct stamp *now)
{
	int64_t tried = 0, ready = 0;
	const struct stamp *oldest = NULL;
	vec_each(struct model_round, r, &m->rounds) {
		tried += r->tried;
		ready += r->ready;
		oldest = !oldest || stamp_cmp(&r->at, oldest) < 0 ? &r->at : oldest;
	}
	jw_key(w, "ways_back");
	jw_obj(w);
	jw_kint(w, "tried", tried);
	jw_kint(w, "ready", ready);
	put_seconds(w, "age_s", oldest ? stamp_diff(oldest, now, NULL) : -1);
	jw_key(w, "not");
	jw_arr(w);
	vec_each(struct model_way, x, &m->ways) {
		jw_obj(w);
		jw_kstr(w, "service", x->service);
		jw_kstr(w, "action", x->action);
		jw_kstr(w, "why", x->why);
		jw_ktime(w, "since", x->since.at);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
}

void standing_print(const struct model *m, bool engine, const struct stamp *now, struct jw *w)
{
	char head[HEAD_LEN];
	jw_obj(w);
	jw_kstr(w, "engine", engine ? "running" : "none");
	jw_kstr(w, "kit", m->kit_name);
	jw_kstr(w, "environment", m->environment);
	jw_key(w, "incidents");
	jw_arr(w);
	vec_each(struct model_incident, i, &m->incidents)
		if (i->open)
			put_incident(w, m, i, now);
	jw_arr_end(w);
	put_rows(w, m);
	put_actions(w, m, "waiting", false);
	put_actions(w, m, "unknown", true);
	put_countdowns(w, m, now);
	standing_holds(m, NULL, w);
	jw_key(w, "asked");
	standing_asked(m, NULL, w);
	put_timers(w, m, now);
	put_sources(w, m, now);
	put_ways(w, m, now);
	jw_kstr(w, "head", head_print(m->store_id ? m->store_id : "", m->seq, m->chain, m->now.at, head));
	jw_obj_end(w);
}
