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

/* ---- what changed ---- */
/* When it happened; a backend whose clock is ahead cannot have told of it before. */
static int64_t change_time(const struct model_change *c)
{
	return c->at < c->learned.at ? c->at : c->learned.at;
}

/* Behind all that are known, in the order in which they were told; what was filled in goes to its time. */
static void change_put(struct model *m, const struct model_change *one)
{
	size_t k = m->changes.n;
	(void)vec_push(&m->changes);
	for (; one->filled && k && change_time(&m->changes.v[k - 1]) > change_time(one); k--)
		m->changes.v[k] = m->changes.v[k - 1];
	m->changes.v[k] = *one;
	vec_bound(&change_table, &m->changes, 128);
}

static struct model_change change_of(struct reduction *r, const char *service, const char *what, const char *name, const char *by, int64_t at)
{
	return (struct model_change){.service = service, .what = model_intern(r->m, what), .name = mem_str(name), .by = by,
		.backend = body_name(r, "backend"), .at = at ? at : r->at.at, .learned = r->at, .seq = r->e->seq, .dated = at != 0,
		.filled = json_get_bool(r->body, "filled", false)};
}

/* The deploys of a service next to the instant t, among those that are known. */
static void deploys_around(struct model *m, const char *service, int64_t t, struct model_change **out_before, struct model_change **out_after)
{
	*out_before = *out_after = NULL;
	vec_each(struct model_change, c, &m->changes) {
		if (c->service != service || strcmp(c->what, "deploy") != 0)
			continue;
		if (change_time(c) <= t)
			*out_before = c;
		else if (!*out_after)
			*out_after = c;
	}
}

static bool same_deploy(const struct model_change *c, const struct model_change *one)
{
	return c && c->to && strcmp(c->to, one->to) == 0 && (c->filled || one->filled);
}

/* The same version from then to then is one deploy, told when it happened and once more with the past, in either order. */
static bool deploy_known(struct model *m, const struct model_change *one)
{
	struct model_change *before, *after;
	deploys_around(m, one->service, change_time(one), &before, &after);
	if (same_deploy(before, one))
		return true;
	if (!same_deploy(after, one))
		return false;
	struct model_change c = *after; /* it began earlier than was known */
	vec_cut(m->changes.v, &m->changes.n, (size_t)(after - m->changes.v), sizeof c);
	c.at = one->at;
	c.by = one->by ? one->by : c.by; /* who brought it first */
	c.dated = c.dated || one->dated;
	if (!c.from)
		c.from = mem_str(one->from);
	c.filled = true;
	change_put(m, &c);
	return true;
}

static void deploy_add(struct reduction *r, const char *service, const char *version, const char *from, const char *by, int64_t at)
{
	struct model_change c = change_of(r, service, "deploy", service, by, at), *before, *after;
	deploys_around(r->m, service, change_time(&c), &before, &after);
	c.from = mem_str(from ? from : c.filled && before ? before->to : NULL);
	c.to = mem_str(version);
	if (deploy_known(r->m, &c))
		record_release(&change_table, &c);
	else
		change_put(r->m, &c);
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
	deploy_add(r, d->service, d->version, was ? was : d->previous, d->by, d->at);
	vetoes_dropped(m, d->service, d->version);
}

/* ---- deploys of the past ---- */
static void breaches_again(struct model *m, const char *service);

static bool ended_before(const struct model_version *a, const struct model_version *b)
{
	return a->last && (!b->last || a->last < b->last);
}

/* Those of the service in the order in which they ended, among the places that they have. */
static void versions_order(struct model *m, const char *service)
{
	for (size_t i = 0; i < m->versions.n; i++) {
		size_t at = i;
		if (m->versions.v[i].service != service)
			continue;
		for (size_t k = i; k-- > 0;) {
			struct model_version *a = &m->versions.v[k], *b = &m->versions.v[at], swap = *a;
			if (a->service != service)
				continue;
			if (!ended_before(b, a))
				break;
			*a = *b;
			*b = swap;
			at = k;
		}
	}
}

/* When each of a service's versions ran, from all deploys that are known now. */
static void versions_again(struct model *m, const char *service, const struct model_deploy *now)
{
	for (size_t i = 0; i < m->changes.n; i++) {
		const struct model_change *c = &m->changes.v[i];
		if (c->service != service || strcmp(c->what, "deploy") != 0 || !c->to)
			continue;
		const char *version = model_intern(m, c->to);
		const struct model_change *next = model_change_next(m, c);
		struct model_version *v = version_mut(m, service, version);
		if (!v) {
			v = vec_push(&m->versions);
			*v = (struct model_version){.service = service, .version = version, .by = c->by};
		}
		v->first = !v->first || c->at < v->first ? c->at : v->first;
		if (now ? now->version == version : !next)
			v->last = 0; /* it serves */
		else if (next)
			v->last = change_time(next);
		else if (!v->last) /* another one serves */
			v->last = now->at > c->at ? now->at : c->at;
	}
	versions_order(m, service);
	versions_bound(m, service);
	by_service_moved(&m->private_->by_service);
}

/* It never becomes what serves now: that is for the backend to say when it is asked now. */
static void deploy_past(struct reduction *r, const char *service, const char *version)
{
	int64_t at = json_get_time(r->body, "at");
	const struct model_deploy *now = model_deploy(r->m, service);
	if (!at || at > r->at.at)
		return; /* of no time, or of none that has been */
	deploy_add(r, service, version, body_name(r, "previous"), body_name(r, "by"), at);
	versions_again(r->m, service, now);
	breaches_again(r->m, service);
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
static void pins_gone(struct reduction *r, const char *service)
{
	struct model *m = r->m;
	bool gone = false;
	vec_each(struct model_pin, p, &m->pins) {
		bool serves = p->service != service;
		vec_each(struct model_deploy, d, &m->deploys)
			serves = serves || (d->service == service && d->version == p->version);
		gone = gone || (p->returned && !serves);
		p->returned = p->returned && serves;
	}
	if (gone)
		incidents_eased(r);
}

void reduce_deploy(struct reduction *r)
{
	struct model *m = r->m;
	const struct json *inst = json_get(r->body, "instances"), *back = json_get(r->body, "back");
	const char *service = body_name(r, "service"), *place = body_name(r, "place"), *version = body_name(r, "version");
	if (!service || !version)
		return;
	if (json_get_bool(r->body, "filled", false)) {
		deploy_past(r, service, version);
		return;
	}
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
		pins_gone(r, service);
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
static struct model_change *change_before(struct model *m, const char *service, int64_t onset)
{
	for (size_t k = m->changes.n; k-- > 0;)
		if (m->changes.v[k].service == service && m->changes.v[k].at <= onset + CLOCK_SKEW)
			return &m->changes.v[k];
	return NULL;
}

void change_breached(struct reduction *r, const char *service, int64_t onset)
{
	struct model_change *c = change_before(r->m, service, onset);
	if (c && !c->breach) {
		c->breach = body_name(r, "signal");
		c->breached = onset;
	}
}

/* It began earlier than was known: another change may be the one before it. */
void change_breached_earlier(struct reduction *r, const char *service, int64_t was, int64_t onset)
{
	vec_each(struct model_change, c, &r->m->changes)
		if (c->service == service && c->breach && c->breached == was) {
			c->breach = NULL;
			c->breached = 0;
		}
	change_breached(r, service, onset);
}

/* A change that was filled in may be the one before a breach that counts against an older one, or that had none. */
static void breaches_again(struct model *m, const char *service)
{
	vec_each(struct model_row, k, &m->rows) {
		const struct kit_row *row = k->service == service && model_row_standing(k) && !k->would && m->kit ? kit_row(m->kit, k->row) : NULL;
		struct model_change *c = row ? change_before(m, service, k->last_onset) : NULL;
		if (!c || c->breach)
			continue;
		vec_each(struct model_change, x, &m->changes)
			if (x->service == service && x->breach && x->breached == k->last_onset) {
				x->breach = NULL;
				x->breached = 0;
			}
		c->breach = model_intern(m, row->signal);
		c->breached = k->last_onset;
	}
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* A backend may tell of it when it happens, and once more with the past. */
static bool change_known(const struct model *m, const struct model_change *one)
{
	vec_each(const struct model_change, c, &m->changes)
		if (c->service == one->service && c->what == one->what && same(c->name, one->name) && same(c->to, one->to) &&
			same(c->backend, one->backend) && c->at == one->at)
			return true;
	return false;
}

void reduce_change(struct reduction *r)
{
	int64_t at = json_get_time(r->body, "at");
	struct model_change c = change_of(r, body_name(r, "service"), json_get_str(r->body, "what", "other"),
		json_get_str(r->body, "name", ""), body_name(r, "by"), at);
	c.from = mem_str(json_get_str(r->body, "from", NULL));
	c.to = mem_str(json_get_str(r->body, "to", NULL));
	if (at && change_known(r->m, &c))
		record_release(&change_table, &c);
	else
		change_put(r->m, &c);
	if (c.filled && c.service)
		breaches_again(r->m, c.service);
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

struct hearing { const char *backend; int64_t at; bool filled; };

/* The signal whose newest sample this is; NULL where it is none, or where a newer one is there already. */
static struct model_signal *signal_heard(struct reduction *r, const char *key, const struct hearing *h, enum sample_state state, double v)
{
	struct model_signal *s = signal_at(r->m, key, true);
	if (!s)
		return NULL;
	*vec_push(&r->m->heard) = (uint32_t)(s - r->m->signals.v);
	s->backend = h->backend;
	(h->filled ? curve_put : curve_add)(s, (uint32_t)(h->at / US_SECOND), (float)v);
	if (h->filled && s->at >= h->at)
		return NULL;
	s->state = state;
	s->at = h->at;
	if (s->why && state != SAMPLE_FAILED)
		text_set(&s->why, NULL);
	return s;
}

/* What is filled in is as old as it is. */
static struct stamp arrived(const struct reduction *r, const struct hearing *h)
{
	int64_t ago = h->filled && h->at < r->at.at ? r->at.at - h->at : 0;
	return (struct stamp){r->at.at - ago, r->at.mono - ago, r->at.boot};
}

/* Counts stand in the order of their values: thousands are not looked for one by one.  Answers the first that does not. */
static const struct json *reduce_values(struct reduction *r, const struct hearing *h)
{
	const struct json *n = json_first(json_get(r->body, "n"));
	for (const struct json *v = json_first(json_get(r->body, "v")); v; v = json_next(v)) {
		struct model_signal *s = signal_heard(r, json_key(v), h, SAMPLE_OK, json_num(v, NAN));
		bool counted = n && strcmp(json_key(n), json_key(v)) == 0;
		if (s) {
			s->value = json_num(v, NAN);
			s->n = counted ? json_num(n, NAN) : NAN;
			s->ok_arrived = arrived(r, h);
			s->filled = h->filled;
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
	struct hearing h = {body_name(r, "backend"), json_get_time(r->body, "at"), json_get_bool(r->body, "filled", false)};
	r->m->heard_at = h.at;
	r->m->heard_filled = h.filled;
	for (const struct json *n = reduce_values(r, &h); n; n = json_next(n)) { /* in another order, then */
		struct model_signal *s = signal_at(r->m, json_key(n), false);
		if (s && s->state == SAMPLE_OK && s->at == h.at && json_get(json_get(r->body, "v"), json_key(n)))
			s->n = json_num(n, NAN);
	}
	for (const struct json *v = json_first(json_get(r->body, "bad")); v; v = json_next(v))
		signal_heard(r, json_key(v), &h, strcmp(json_str(v, ""), "failed") == 0 ? SAMPLE_FAILED : SAMPLE_NO_DATA, NAN);
	reduce_reasons(r);
	if (!h.filled)
		backend_heard(r, h.backend);
}
