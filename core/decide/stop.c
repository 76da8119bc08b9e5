/* What is watched while an action runs, or while nobody knows what it did: the
 * stop conditions of every service that it covers, from samples that arrived
 * after it was fired; and that it does not run longer than the kit says. */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

void stop_release(struct stop_watch *w)
{
	tracker_release(&w->t);
}

/* ---- the watches ---- */
static const struct model_action *under_way(const struct model *m, const char *key)
{
	const struct model_action *a = model_action(m, key);
	return a && action_under_way(a) ? a : NULL;
}

static bool is_watched(const struct judge *j, const char *key)
{
	vec_each(struct stop_watch, w, &j->stops)
		if (strcmp(w->key, key) == 0)
			return true;
	return false;
}

static void watch_conditions(struct judge *j, const struct model_action *a, const struct kit_service *s)
{
	struct now fired = {a->fired.at, a->fired.mono, ""};
	text_copy(fired.boot, sizeof fired.boot, a->fired.boot ? a->fired.boot : "");
	for (size_t c = 0; c < s->stop_conditions.n; c++) {
		struct stop_watch *w = vec_push(&j->stops);
		text_copy(w->key, sizeof w->key, a->key);
		w->service = s;
		w->cond = &s->stop_conditions.v[c];
		tracker_init(&w->t, s, w->cond->signal, &w->cond->cond);
		w->t.not_before_t = judge_time(j, &fired); /* for what is filled in later */
	}
}

static void watch_action(struct judge *j, const struct model *m, const struct model_action *a)
{
	const struct kit_action *k = kit_action(m->kit, a->service, a->action);
	for (size_t s = 0; s < m->kit->n_services; s++) {
		const struct kit_service *svc = &m->kit->services[s];
		if (strcmp(svc->name, a->service) == 0 || (k && kit_action_covers(k, svc->name)))
			watch_conditions(j, a, svc);
	}
}

void stops_sync(struct judge *j, const struct model *m)
{
	for (size_t k = j->stops.n; k-- > 0;)
		if (!under_way(m, j->stops.v[k].key)) {
			stop_release(&j->stops.v[k]);
			j->stops.v[k] = j->stops.v[--j->stops.n];
		}
	vec_each(struct model_incident, i, &m->incidents)
		for (size_t k = 0; m->kit && i->open && k < i->actions.n; k++)
			if (action_under_way(&i->actions.v[k]) && !is_watched(j, i->actions.v[k].key))
				watch_action(j, m, &i->actions.v[k]);
}

/* ---- what is asked ---- */
static bool is_unknown(const struct model_action *a)
{
	return a->outcome == OUTCOME_UNKNOWN;
}

/* The limit is the action's own deadline; of an unknown outcome there is none, and so it is asked again. */
static void put_limit(struct want *x, const struct model_action *a)
{
	x->incident = a->incident;
	x->key = a->key;
	if (is_unknown(a)) {
		x->then = "asks again";
		return;
	}
	x->until = a->fired.at + a->deadline_us;
	x->then = "its outcome is unknown until it is found out";
}

static void want_stop(const struct stop_watch *s, const struct model_action *a, const char *id, struct wants *w)
{
	struct want *x = want_add(w, "stop", s->service->name);
	text_copy(x->id, sizeof x->id, id);
	put_limit(x, a);
	if (is_unknown(a))
		(void)snprintf(x->text, sizeof x->text, "%s: %s holds, and the outcome of %s is unknown: look at %s itself.", s->service->name,
			s->cond->text, a->key, a->service);
	else
		(void)snprintf(x->text, sizeof x->text, "%s: %s holds while %s runs: stop it where it is?", s->service->name, s->cond->text, a->key);
}

/* It stands until the opposite held as long as a breach needs to clear; what cannot be told changes nothing. */
static bool stop_holds(const struct finding *f, bool standing)
{
	if (f->quality != QUALITY_OK)
		return standing;
	return f->holds || (standing && !f->cleared);
}

void want_stops(const struct model *m, struct judge *j, const struct now *now, struct wants *w)
{
	int64_t t = judge_time(j, now);
	vec_each(struct stop_watch, s, &j->stops) {
		const struct model_action *a = under_way(m, s->key);
		struct finding f;
		char id[WANT_ID];
		if (!a || (a->stopping && !is_unknown(a)))
			continue; /* somebody has decided: it stops as soon as its backend can */
		(void)snprintf(id, sizeof id, "stop:%s:%s:%s", s->key, s->service->name, s->cond->text);
		tracker_find(&s->t, m, t, now, &f);
		if (stop_holds(&f, model_prompt(m, id) != NULL))
			want_stop(s, a, id, w);
	}
}

/* ---- it takes long ---- */
static void want_escalation(const struct model_action *a, const struct kit_service *s, struct wants *w)
{
	char d[DURATION_LEN];
	struct want *x = want_add(w, "escalate", a->service);
	(void)snprintf(x->id, sizeof x->id, "escalate:%s", a->key);
	put_limit(x, a);
	x->to = s->escalate_to;
	(void)snprintf(x->text, sizeof x->text, "%s %s %s %s: tell %s.", a->key, a->action,
		is_unknown(a) ? "has no known outcome after" : "runs longer than", duration_clock(s->escalate_after, d), s->escalate_to);
}

void want_escalations(const struct model *m, const struct now *now, struct wants *w)
{
	struct stamp n = stamp_of_now(now);
	vec_each(struct model_incident, i, &m->incidents)
		for (size_t k = 0; i->open && k < i->actions.n; k++) {
			const struct model_action *a = &i->actions.v[k];
			const struct kit_service *s = action_under_way(a) ? kit_service(m->kit, a->service) : NULL;
			if (s && s->escalate_after && s->escalate_to && stamp_diff(&a->fired, &n, NULL) > s->escalate_after)
				want_escalation(a, s, w);
		}
}
