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
	return v;
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
	version_seen(m, d->service, d->version, d->by, at);
	change_add(r, d->service, "deploy", d->service, was ? was : d->previous, d->version, d->by, at);
}

static enum tri tri_of(const struct json *v)
{
	return json_type(v) != JSON_BOOL ? TRI_UNKNOWN : json_bool(v, false) ? TRI_YES : TRI_NO;
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
	if (was != version)
		deploy_switched(r, d, was);
}

void reduce_change(struct reduction *r)
{
	change_add(r, body_name(r, "service"), json_get_str(r->body, "what", "other"), json_get_str(r->body, "name", ""),
		json_get_str(r->body, "from", NULL), json_get_str(r->body, "to", NULL), body_name(r, "by"), json_get_time(r->body, "at"));
}

/* ---- samples ---- */
static struct model_signal *signal_at(struct reduction *r, const char *key)
{
	struct model *m = r->m;
	const char *slash = strchr(key, '/');
	char service[80], name[80];
	if (!slash || (size_t)(slash - key) >= sizeof service || strlen(slash + 1) >= sizeof name)
		return NULL;
	memcpy(service, key, (size_t)(slash - key));
	service[slash - key] = '\0';
	memcpy(name, slash + 1, strlen(slash + 1) + 1);
	const struct model_signal *found = model_signal(m, service, name);
	if (found)
		return &m->signals.v[found - m->signals.v];
	struct model_signal *s = vec_push(&m->signals);
	s->service = model_intern(m, service);
	s->name = model_intern(m, name);
	s->value = s->n = NAN;
	index_add(&m->private_->signals, service, name, m->signals.n - 1);
	return s;
}

static void signal_point(struct model_signal *s, int64_t at, float v)
{
	s->curve[s->curve_next] = (struct model_point){(uint32_t)(at / US_SECOND), v};
	s->curve_next = (s->curve_next + 1) % MODEL_CURVE;
	if (s->curve_n < MODEL_CURVE)
		s->curve_n++;
}

static void backend_heard(struct reduction *r, const char *backend)
{
	vec_each(struct model_backend, b, &r->m->backends)
		if (b->backend == backend)
			b->last_heard = r->at;
}

void reduce_samples(struct reduction *r)
{
	const char *backend = body_name(r, "backend");
	int64_t at = json_get_time(r->body, "at");
	const struct json *n = json_get(r->body, "n");
	backend_heard(r, backend);
	for (const struct json *v = json_first(json_get(r->body, "v")); v; v = json_next(v)) {
		struct model_signal *s = signal_at(r, json_key(v));
		if (!s)
			continue;
		s->backend = backend;
		s->state = SAMPLE_OK;
		s->value = json_num(v, NAN);
		s->n = n ? json_num(json_get(n, json_key(v)), NAN) : NAN;
		s->at = at;
		s->arrived = s->ok_arrived = r->at;
		signal_point(s, at, (float)s->value);
	}
	for (const struct json *v = json_first(json_get(r->body, "bad")); v; v = json_next(v)) {
		struct model_signal *s = signal_at(r, json_key(v));
		if (!s)
			continue;
		s->backend = backend;
		s->state = strcmp(json_str(v, ""), "failed") == 0 ? SAMPLE_FAILED : SAMPLE_NO_DATA;
		s->at = at;
		s->arrived = r->at;
		signal_point(s, at, NAN);
	}
}
