/* What is watched once the harm was reverted: the kit's checks, every row that
 * breached, each from samples newer than the revert and its window. */
#include "decide/private.h"

#include <stdlib.h>
#include <string.h>

void watch_release(struct verify_watch *w)
{
	vec_each(struct check_watch, c, &w->checks)
		tracker_release(&c->t);
	vec_release(&w->checks);
}

/* ---- setting up ---- */
static bool signal_was_bad(const struct model_incident *i, const char *service, const char *signal)
{
	vec_each(struct model_breach, b, &i->breaches)
		if (b->signal && strcmp(b->service, service) == 0 && strcmp(b->signal, signal) == 0)
			return true;
	return false;
}

static struct check_watch *add_check(struct verify_watch *w, const struct model_incident *i, const char *name,
	const char *from, const char *signal, const struct cond *c)
{
	struct check_watch *k = vec_push(&w->checks);
	k->name = name;
	k->from = from;
	k->was_bad = signal_was_bad(i, w->service->name, signal);
	tracker_init(&k->t, w->service, signal, c);
	int64_t window = k->t.signal ? k->t.signal->window : 0;
	k->t.not_before_t = w->acted_t + window;
	return k;
}

static void add_breached_rows(struct verify_watch *w, const struct model *m, const struct model_incident *i)
{
	for (size_t b = 0; b < i->breaches.n; b++) {
		const struct model_breach *x = &i->breaches.v[b];
		const struct kit_row *r = strcmp(x->service, w->service->name) == 0 ? kit_row(m->kit, x->row) : NULL;
		bool seen = !r || r->is_report || r->dry_run;
		for (size_t c = 0; c < w->checks.n && !seen; c++)
			seen = strcmp(w->checks.v[c].from, "breach") == 0 && strcmp(w->checks.v[c].name, r->name) == 0;
		if (!seen) {
			struct check_watch *k = add_check(w, i, r->name, "breach", r->signal, &r->when);
			tracker_needs_of(&k->t, r); /* as for clearing: good with nobody there is not good */
			k->by_clear = true;
			k->was_bad = true;
		}
	}
}

static const struct verify_watch *watch_of(const struct judge *j, const char *incident, const struct kit_service *s)
{
	vec_each(const struct verify_watch, w, &j->verifies)
		if (strcmp(w->incident, incident) == 0 && (!s || w->service == s))
			return w;
	return NULL;
}

static void watch_service(struct judge *j, const struct model *m, const struct model_incident *i, const struct kit_service *s,
	const struct stamp *acted)
{
	const struct verify_watch *sibling = watch_of(j, i->name, NULL);
	int64_t acted_t = sibling ? sibling->acted_t : 0; /* they are of one revert, whenever they came in */
	struct verify_watch *w = vec_push(&j->verifies);
	text_copy(w->incident, sizeof w->incident, i->name);
	text_copy(w->boot, sizeof w->boot, acted->boot);
	w->acted = *acted;
	w->acted.boot = w->boot;
	w->service = s;
	struct now then = {acted->at, acted->mono, ""};
	text_copy(then.boot, sizeof then.boot, acted->boot);
	w->acted_t = sibling ? acted_t : judge_time(j, &then);
	for (size_t c = 0; c < s->verify.good.n; c++)
		add_check(w, i, s->verify.good.v[c].text, "kit", s->verify.good.v[c].signal, &s->verify.good.v[c].cond);
	if (s->verify.has_volume)
		add_check(w, i, s->verify.volume.text, "volume", s->verify.volume.signal, &s->verify.volume.cond);
	add_breached_rows(w, m, i);
}

static bool acted_upon(const struct model *m, const struct model_incident *i, const char *service)
{
	vec_each(struct model_action, a, &i->actions) {
		if (!a->recovery || a->outcome != OUTCOME_DONE)
			continue;
		const struct kit_action *k = kit_action(m->kit, a->service, a->action);
		if (strcmp(a->service, service) == 0 || (k && kit_action_covers(k, service)))
			return true;
	}
	return false;
}

/* A service takes part when it was acted upon, when a row of it breached, or when somebody reported it. */
static bool takes_part(const struct model *m, const struct model_incident *i, const char *service)
{
	if (acted_upon(m, i, service))
		return true;
	vec_each(struct model_breach, b, &i->breaches)
		if (strcmp(b->service, service) == 0)
			return true;
	vec_each(struct model_report, p, &m->reports)
		if (p->service && strcmp(p->service, service) == 0 && stamp_cmp(&p->at, &i->reported) >= 0 && i->reported.at)
			return true;
	return false;
}

static bool watched_since(const struct judge *j, const char *incident, const struct stamp *acted)
{
	vec_each(struct verify_watch, w, &j->verifies)
		if (strcmp(w->incident, incident) == 0 && w->acted.at == acted->at && w->acted.mono == acted->mono)
			return true;
	return false;
}

static void unwatch(struct judge *j, const char *incident)
{
	for (size_t k = j->verifies.n; k-- > 0;)
		if (strcmp(j->verifies.v[k].incident, incident) == 0) {
			watch_release(&j->verifies.v[k]);
			j->verifies.v[k] = j->verifies.v[--j->verifies.n];
		}
}

/* Late breaches add to what must be good again without starting the others anew. */
static void refresh(struct judge *j, const struct model *m, const struct model_incident *i)
{
	vec_each(struct verify_watch, w, &j->verifies)
		if (strcmp(w->incident, i->name) == 0)
			add_breached_rows(w, m, i);
}

/* Also those that came in, turned bad or were reported after the revert. */
static void watch_all(struct judge *j, const struct model *m, const struct model_incident *i, const struct stamp *acted)
{
	vec_each(struct model_name, s, &i->services) {
		const struct kit_service *k = kit_service(m->kit, s->name);
		if (k && !watch_of(j, i->name, k) && takes_part(m, i, s->name))
			watch_service(j, m, i, k, acted);
	}
}

void watches_sync(struct judge *j, const struct model *m)
{
	vec_each(struct model_incident, i, &m->incidents) {
		struct phases p;
		if (!m->kit)
			return;
		if (i->open)
			phases_of(m, i, &p);
		if (!i->open || !p.at[PHASE_ACTED].at) {
			unwatch(j, i->name);
			continue;
		}
		if (watched_since(j, i->name, &p.at[PHASE_ACTED])) {
			refresh(j, m, i);
		} else {
			unwatch(j, i->name);
		}
		watch_all(j, m, i, &p.at[PHASE_ACTED]);
	}
}
