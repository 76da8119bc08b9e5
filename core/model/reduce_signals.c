/* What the backends tell: deploys, changes, samples. */
#include <math.h>
#include <string.h>

#include "model/private.h"

/* ---- deploys ---- */
static struct model_deploy *deploy_at(struct model *m, const char *service, const char *place)
{
	vec_each(struct model_deploy, d, &m->deploys)
		if (d->service == service && d->place == place)
			return d;
	struct model_deploy *d = vec_push(&m->deploys);
	d->service = service;
	d->place = place;
	d->instances_old = d->instances_new = -1;
	return d;
}

static struct model_version *version_mut(struct model *m, const char *service, const char *version)
{
	vec_each(struct model_version, v, &m->versions)
		if (v->service == service && v->version == version)
			return v;
	return NULL;
}

/* Newest last, at most 32 a service. */
static void versions_bound(struct model *m, const char *service)
{
	size_t n = 0;
	for (size_t k = m->versions.n; k-- > 0;)
		if (m->versions.v[k].service == service && ++n > 32)
			vec_drop(&version_table, &m->versions, k);
}

static struct model_version *version_seen(struct model *m, const char *service, const char *version, const char *by, int64_t at)
{
	struct model_version old = {0}, *v = version_mut(m, service, version);
	if (v) {
		old = *v;
		vec_cut(m->versions.v, &m->versions.n, (size_t)(v - m->versions.v), sizeof *v);
	}
	v = vec_push(&m->versions);
	*v = old;
	v->service = service;
	v->version = version;
	v->by = by;
	v->first = old.first ? old.first : at;
	v->last = 0;
	versions_bound(m, service);
	by_service_moved(&m->private_->by_service);
	return &m->versions.v[m->versions.n - 1];
}

static void version_ended(struct model *m, const char *service, const char *but, int64_t at)
{
	vec_each(struct model_version, v, &m->versions)
		if (v->service == service && v->version != but && !v->last)
			v->last = at;
}

static void change_add(struct reduction *r, const char *service, const char *what, const char *name, const char *from,
	const char *to, const char *by, int64_t at)
{
	struct model_change *c = vec_push(&r->m->changes);
	c->service = service;
	c->what = model_intern(r->m, what);
	c->name = mem_str(name);
	c->from = mem_str(from);
	c->to = mem_str(to);
	c->by = by;
	c->backend = body_name(r, "backend");
	c->at = at ? at : r->at.at;
	c->learned = r->at;
	c->seq = r->e->seq;
	c->dated = at != 0;
	vec_bound(&change_table, &r->m->changes, 128);
}

/* The version that serves has changed: history, and a line in what changed. */
static void deploy_switched(struct reduction *r, struct model_deploy *d, const char *was)
{
	struct model *m = r->m;
	int64_t at = d->at ? d->at : r->at.at;
	if (d->previous && d->previous != d->version && !version_mut(m, d->service, d->previous)) {
		struct model_version *p = version_seen(m, d->service, d->previous, NULL, 0);
		p->last = at;
	}
	version_ended(m, d->service, d->version, at);
	struct model_version *v = version_mut(m, d->service, d->version);
	bool serves = v && v->learned.at && !v->last; /* at another place already */
	v = version_seen(m, d->service, d->version, d->by, at);
	if (!serves) {
		v->since = at;
		v->learned = r->at;
		v->spoiled = (struct stamp){0};
	}
	change_add(r, d->service, "deploy", d->service, was ? was : d->previous, d->version, d->by, d->at);
	vetoes_dropped(m, d->service);
}

static enum tri tri_of(const struct json *v)
{
	return json_type(v) != JSON_BOOL ? TRI_UNKNOWN : json_bool(v, false) ? TRI_YES : TRI_NO;
}

/* Does this one version serve at that place, and no other any more?  What the backend leaves untold is not doubted. */
static bool is_whole(const struct model_deploy *d)
{
	bool live = !d->state || !*d->state || strcmp(d->state, "live") == 0 || strcmp(d->state, "rolled-back") == 0;
	return live && d->share >= 1 && d->instances_old <= 0;
}

/* What was kept out and came back has gone again: if it returns, that is news. */
static void pins_gone(struct model *m, const char *service)
{
	vec_each(struct model_pin, p, &m->pins) {
		bool serves = p->service != service;
		vec_each(struct model_deploy, d, &m->deploys)
			serves = serves || (d->service == service && d->version == p->version);
		p->returned = p->returned && serves;
	}
}

void reduce_deploy(struct reduction *r)
{
	struct model *m = r->m;
	const struct json *inst = json_get(r->body, "instances"), *back = json_get(r->body, "back");
	const char *service = body_name(r, "service"), *place = body_name(r, "place"), *version = body_name(r, "version");
	if (!service || !version)
		return;
	struct model_deploy *d = deploy_at(m, service, place ? place : model_intern(m, ""));
	const char *was = d->version;
	int64_t was_at = d->at, was_whole = d->whole;
	d->version = version;
	d->previous = body_name(r, "previous");
	d->backend = body_name(r, "backend");
	d->by = body_name(r, "by");
	d->strategy = body_name(r, "strategy");
	d->state = body_name(r, "state");
	d->managed_by = body_name(r, "managed_by");
	d->share = json_get_num(r->body, "share", 1);
	d->instances_old = (int)json_get_int(inst, "old", -1);
	d->instances_new = (int)json_get_int(inst, "new", -1);
	d->at = json_get_time(r->body, "at");
	d->learned = r->at;
	d->back_safe = tri_of(json_get(back, "safe"));
	text_set(&d->back_why, json_get_str(back, "why", NULL));
	d->back_since = json_get_time(back, "since");
	if (!is_whole(d))
		d->whole = 0;
	else if (was != version || !was_whole) /* a later word that it is whole may still name the begin */
		d->whole = d->at && (was != version || d->at > was_at) ? d->at : r->at.at;
	if (was != version) {
		deploy_switched(r, d, was);
		pins_gone(m, service);
	}
}

/* Kept after its soak, or not; one that was rolled back from stays bad. */
void reduce_soak(struct reduction *r)
{
	const char *what = json_get_str(r->body, "what", "");
	struct model_version *v = version_mut(r->m, body_name(r, "service"), body_name(r, "version"));
	if (!v)
		return;
	if (strcmp(what, "spoiled") == 0)
		v->spoiled = r->at;
	if (strcmp(what, "kept") != 0)
		return;
	v->kept = r->at;
	if (v->verdict != VERDICT_BAD)
		v->verdict = VERDICT_GOOD;
}

/* A breach counts against the newest change of its service before it began. */
void change_breached(struct reduction *r, const char *service, int64_t onset)
{
	for (size_t k = r->m->changes.n; k-- > 0;) {
		struct model_change *c = &r->m->changes.v[k];
		if (c->service != service || c->at > onset + CLOCK_SKEW)
			continue;
		if (!c->breach) {
			c->breach = body_name(r, "signal");
			c->breached = onset;
		}
		return;
	}
}

void reduce_change(struct reduction *r)
{
	change_add(r, body_name(r, "service"), json_get_str(r->body, "what", "other"), json_get_str(r->body, "name", ""),
		json_get_str(r->body, "from", NULL), json_get_str(r->body, "to", NULL), body_name(r, "by"), json_get_time(r->body, "at"));
}

/* ---- samples ---- */

/* "SERVICE/SIGNAL": the signal of that name; made where `make` says so, else NULL. */
static struct model_signal *signal_at(struct model *m, const char *key, bool make)
{
	const char *name = strchr(key, '/');
	char service[80];
	if (!name || (size_t)(name - key) >= sizeof service || strlen(name + 1) >= sizeof service)
		return NULL;
	memcpy(service, key, (size_t)(name - key));
	service[name++ - key] = '\0';
	/* they come in the order in which they came before */
	const struct model_signal *found = model_signal_after(m, m->heard.n ? &m->signals.v[m->heard.v[m->heard.n - 1]] : NULL, service, name);
	if (found || !make)
		return found ? &m->signals.v[found - m->signals.v] : NULL;
	struct model_signal *s = vec_push(&m->signals);
	s->service = model_intern(m, service);
	s->name = model_intern(m, name);
	s->value = s->n = NAN;
	index_add(&m->private_->signals, service, name, m->signals.n - 1);
	return s;
}

static struct model_signal *signal_heard(struct reduction *r, const char *key, const char *backend, int64_t at, enum sample_state state, double v)
{
	struct model_signal *s = signal_at(r->m, key, true);
	if (!s)
		return NULL;
	*vec_push(&r->m->heard) = (uint32_t)(s - r->m->signals.v);
	s->backend = backend;
	s->state = state;
	s->at = at;
	if (s->why && state != SAMPLE_FAILED)
		text_set(&s->why, NULL);
	curve_add(s, (uint32_t)(at / US_SECOND), (float)v);
	return s;
}

/* Counts stand in the order of their values: thousands are not looked for one by one.  Answers the first that does not. */
static const struct json *reduce_values(struct reduction *r, const char *backend, int64_t at)
{
	const struct json *n = json_first(json_get(r->body, "n"));
	for (const struct json *v = json_first(json_get(r->body, "v")); v; v = json_next(v)) {
		struct model_signal *s = signal_heard(r, json_key(v), backend, at, SAMPLE_OK, json_num(v, NAN));
		bool counted = n && strcmp(json_key(n), json_key(v)) == 0;
		if (s) {
			s->value = json_num(v, NAN);
			s->n = counted ? json_num(n, NAN) : NAN;
			s->ok_arrived = r->at;
		}
		n = counted ? json_next(n) : n;
	}
	return n;
}

/* Does a signal of the kit still fail there?  The one that did before is asked first. */
static bool still_fails(struct model *m, const char *backend)
{
	for (size_t k = 0; k <= m->signals.n; k++) {
		size_t i = k ? k - 1 : m->private_->failing;
		const struct model_signal *s = i < m->signals.n ? &m->signals.v[i] : NULL;
		if (!s || s->backend != backend || s->state != SAMPLE_FAILED)
			continue;
		const struct kit_service *service = m->kit ? kit_service(m->kit, s->service) : NULL;
		if (!service || !kit_signal(service, s->name))
			continue;
		m->private_->failing = i;
		return true;
	}
	return false;
}

/* Why samples fail is told when it changes, and is over with the last that does not. */
static void backend_heard(struct reduction *r, const char *backend)
{
	const char *why = json_get_str(r->body, "why", NULL);
	vec_each(struct model_backend, b, &r->m->backends) {
		if (b->backend != backend)
			continue;
		b->last_heard = r->at;
		if (why && !b->trouble)
			b->trouble_at = r->at;
		if (why)
			text_set(&b->trouble, why);
		else if (b->trouble && !still_fails(r->m, backend))
			text_set(&b->trouble, NULL);
		if (!b->trouble)
			b->trouble_at = (struct stamp){0};
	}
}

static void reduce_reasons(struct reduction *r)
{
	for (const struct json *x = json_first(json_get(r->body, "whys")); x; x = json_next(x)) {
		const char *why = json_get_str(x, "why", NULL);
		for (const struct json *of = json_first(json_get(x, "of")); why && of; of = json_next(of)) {
			struct model_signal *s = signal_at(r->m, json_str(of, ""), false);
			if (s && s->state == SAMPLE_FAILED)
				text_set(&s->why, why);
		}
	}
}

void reduce_samples(struct reduction *r)
{
	const char *backend = body_name(r, "backend");
	int64_t at = json_get_time(r->body, "at");
	r->m->heard.n = 0;
	for (const struct json *n = reduce_values(r, backend, at); n; n = json_next(n)) { /* in another order, then */
		struct model_signal *s = signal_at(r->m, json_key(n), false);
		if (s && s->state == SAMPLE_OK && s->at == at && json_get(json_get(r->body, "v"), json_key(n)))
			s->n = json_num(n, NAN);
	}
	for (const struct json *v = json_first(json_get(r->body, "bad")); v; v = json_next(v))
		signal_heard(r, json_key(v), backend, at, strcmp(json_str(v, ""), "failed") == 0 ? SAMPLE_FAILED : SAMPLE_NO_DATA, NAN);
	reduce_reasons(r);
	backend_heard(r, backend);
}
