/* Marks against which the world acts: a version that is kept out and serves
 * again, a deploy of what is frozen.  Each is an alarm that names who brought
 * it, said once a time.  Called by tick.c; adopt.c and outcome.c set pins here. */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

#include "decide/world.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

const struct model_change *change_latest(const struct model *m, const char *service)
{
	for (size_t k = m->changes.n; k-- > 0;)
		if (same(m->changes.v[k].what, "deploy") && same(m->changes.v[k].service, service))
			return &m->changes.v[k];
	return NULL;
}

bool change_goes_back(const struct model *m, const struct model_change *c)
{
	const struct model_version *v = model_version(m, c->service, c->to);
	bool ran = v && v->first && v->first < c->at;
	vec_each(struct model_change, x, &m->changes)
		ran = ran || (model_change_later(m, c, x) && same(x->what, "deploy") && same(x->service, c->service) && (same(x->from, c->to) || same(x->to, c->to)));
	return ran && !(v && v->verdict == VERDICT_BAD);
}

/* Whom the backend names, else what manages it: that, at least, can be asked. */
static void brought_by(const struct model *m, const struct model_change *c, char *out, size_t cap)
{
	const char *through = NULL;
	vec_each(struct model_deploy, d, &m->deploys)
		if (same(d->service, c->service) && same(d->version, c->to) && d->managed_by && *d->managed_by)
			through = d->managed_by;
	(void)snprintf(out, cap, "%.120s%s%.80s%s", c->by && *c->by ? c->by : "somebody the backend does not name", through ? " (" : "",
		through ? through : "", through ? ")" : "");
}

/* ---- pins ---- */
void pin_rolled_back(const struct model *m, const char *incident, const char *service, const char *version, const char *by, struct drafts *out)
{
	char reason[160];
	if (!version || model_pin(m, service, version))
		return;
	(void)snprintf(reason, sizeof reason, "rolled back from in %.60s", incident);
	struct jw w = draft_open(out, EVENT_PIN, incident, "engine");
	jw_kstr(&w, "service", service);
	jw_kstr(&w, "version", version);
	jw_kstr(&w, "what", "set");
	jw_kstr(&w, "by", by);
	jw_kstr(&w, "reason", reason);
	draft_close(&w);
}

static bool serves(const struct model *m, const char *service, const char *version)
{
	vec_each(struct model_deploy, d, &m->deploys)
		if (same(d->service, service) && same(d->version, version))
			return true;
	return false;
}

/* The newest change to the version since it was kept out: that it is told of again is none. */
static const struct model_change *came_back(const struct model *m, const struct model_pin *p)
{
	for (size_t k = m->changes.n; k-- > 0;) {
		const struct model_change *c = &m->changes.v[k];
		if (same(c->what, "deploy") && same(c->service, p->service) && same(c->to, p->version))
			return stamp_cmp(&c->learned, &p->at) > 0 && serves(m, p->service, p->version) ? c : NULL;
	}
	return NULL;
}

void tick_pins(const struct model *m, struct drafts *out)
{
	char who[220];
	vec_each(struct model_pin, p, &m->pins) {
		const struct model_change *c = p->returned ? NULL : came_back(m, p);
		if (!c)
			continue;
		struct jw w = draft_open(out, EVENT_PIN, NULL, "engine");
		jw_kstr(&w, "service", p->service);
		jw_kstr(&w, "version", p->version);
		jw_kstr(&w, "what", "returned");
		brought_by(m, c, who, sizeof who);
		jw_kstr(&w, "returned_by", who);
		jw_kstr(&w, "reason", p->reason);
		draft_close(&w);
	}
}

/* ---- freezes ---- */
void alarm_put(struct drafts *out, const char *incident, const char *what, const struct model_change *c, const char *by, const char *key)
{
	struct jw w = draft_open(out, EVENT_ALARM, incident, "engine");
	jw_kstr(&w, "service", c->service);
	jw_kstr(&w, "what", what);
	jw_kstr(&w, "version", c->to);
	jw_kstr(&w, "brought_by", by);
	jw_kint(&w, "change", c->seq);
	if (key)
		jw_kstr(&w, "key", key);
	draft_close(&w);
}

/* What a person fired here was meant, frozen or not. */
static bool fired_here(const struct model *m, const struct model_change *c)
{
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (!action_external(a) && a->fired.at && same(a->service, c->service) && (!a->to || same(a->to, c->to)) &&
				(!action_over(a) || model_change_of(m, c, a)))
				return true;
	return false;
}

static bool breaks_freeze(const struct model *m, const struct model_change *c)
{
	vec_each(struct model_freeze, f, &m->freezes)
		if ((same(f->service, "all") || same(f->service, c->service)) && c->seq > f->broken_seq && stamp_cmp(&c->learned, &f->at) > 0 &&
			(!c->filled || c->at > f->at.at))
			return true;
	return false;
}

void tick_freezes(const struct model *m, struct drafts *out)
{
	char who[220];
	vec_each(struct model_change, c, &m->changes) {
		if (!m->freezes.n)
			return;
		if (!same(c->what, "deploy") || !c->from || !breaks_freeze(m, c) || fired_here(m, c))
			continue;
		const struct model_incident *i = model_incident_of_service(m, c->service);
		brought_by(m, c, who, sizeof who);
		alarm_put(out, i ? i->name : NULL, "frozen", c, who, NULL);
	}
}
