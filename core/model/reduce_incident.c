/* Incidents: declared, commanded, verified, closed; pins and freezes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

/* ---- breaches ---- */
void incident_unverify(struct model_incident *i)
{
	i->verified = (struct stamp){0};
	while (i->verifies.n)
		vec_drop(&verify_table, &i->verifies, i->verifies.n - 1);
}

static const struct model_action *last_done(const struct model_incident *i)
{
	const struct model_action *last = NULL;
	vec_each(struct model_action, a, &i->actions)
		if (a->recovery && a->outcome == OUTCOME_DONE && (!last || stamp_cmp(&a->ended, &last->ended) >= 0))
			last = a;
	return last;
}

/* A breach whose bad run began after the harm was reverted is a new one; one that was only noticed late is not. */
static bool is_new_breach(const struct model_incident *i, const struct model_row *row)
{
	const struct model_action *last = last_done(i);
	const struct stamp *began = row->onset.at ? &row->onset : &row->breached;
	return last && stamp_cmp(began, &last->ended) > 0;
}

void incident_add_breach(struct reduction *r, struct model_incident *i, const struct model_row *row)
{
	struct model *m = r->m;
	const struct kit_row *k = m->kit ? kit_row(m->kit, row->row) : NULL;
	struct model_breach *b = vec_push(&i->breaches);
	b->row = row->row;
	b->service = row->service;
	b->signal = k ? model_intern(m, k->signal) : NULL;
	b->action = k ? model_intern(m, row_class_name(k->action)) : NULL;
	b->owner = k ? model_intern(m, k->owner) : NULL;
	b->value = row->value;
	b->at = row->breached;
	b->onset = row->onset;
	b->seq = r->e->seq;
	if (is_new_breach(i, row)) {
		i->reopened = row->breached;
		i->settled = (struct stamp){0};
	}
	incident_unverify(i);
}

/* What was filled in shows that the harm began earlier. */
void incident_onset_moved(struct model_incident *i, const struct model_row *row)
{
	for (size_t k = i->breaches.n; k-- > 0;) {
		struct model_breach *b = &i->breaches.v[k];
		if (b->row != row->row || b->service != row->service)
			continue;
		b->onset = row->onset;
		return;
	}
}

/* Did the incident go back from this version, and not to it since? */
static bool went_back_from(const struct model_incident *i, const struct model_pin *p)
{
	bool did = false;
	vec_each(struct model_action, a, &i->actions)
		if (a->recovery && a->outcome == OUTCOME_DONE && a->service == p->service)
			did = a->to != p->version && (did || a->from == p->version);
	return did;
}

/* The version that an incident went back from serves again: what was done does not hold. */
static void incident_undone(struct reduction *r, const struct model_pin *p)
{
	vec_each(struct model_incident, i, &r->m->incidents)
		if (i->open && went_back_from(i, p)) {
			i->reopened = r->at;
			i->settled = (struct stamp){0};
			incident_unverify(i);
		}
}

void incident_eased(struct reduction *r, struct model_incident *i)
{
	if (!i->reopened.at)
		return;
	vec_each(struct model_pin, p, &r->m->pins)
		if (p->returned && went_back_from(i, p))
			return;
	vec_each(struct model_row, k, &r->m->rows)
		if (k->breached.at && !k->would && incident_concerns(i, k->service) && is_new_breach(i, k))
			return;
	i->reopened = (struct stamp){0};
	i->settled = r->at;
	incident_unverify(i);
}

void incidents_eased(struct reduction *r)
{
	vec_each(struct model_incident, i, &r->m->incidents)
		if (i->open)
			incident_eased(r, i);
}

/* ---- declared ---- */
static void next_name(struct model *m, const char *name)
{
	bool drill = strncmp(name, "DRILL-", 6) == 0;
	int64_t *next = drill ? &m->next_drill : &m->next_incident;
	int64_t n = strtoll(name + (drill ? 6 : 4), NULL, 10);
	if (n >= *next)
		*next = n + 1;
}

static enum incident_kind kind_of(const char *s)
{
	for (int k = INCIDENT_REAL; k <= INCIDENT_RECONSTRUCTED; k++)
		if (strcmp(incident_kind_name((enum incident_kind)k), s) == 0)
			return (enum incident_kind)k;
	return INCIDENT_REAL;
}

static struct model_incident *incident_new(struct reduction *r)
{
	struct model *m = r->m;
	struct model_incident *i = vec_push(&m->incidents);
	i->name = model_intern(m, r->e->incident);
	i->open = true;
	i->environment = json_get(r->body, "environment") ? body_name(r, "environment") : m->environment;
	i->kit_digest = m->kit_digest;
	i->kind = kind_of(json_get_str(r->body, "kind", "real"));
	i->declared = r->at;
	next_name(m, i->name);
	return i;
}

/* A service comes in: the breaches and reports that stand on it come with it. */
static void incident_take_service(struct reduction *r, struct model_incident *i, const char *service)
{
	if (!service || incident_has_service(i, service))
		return;
	*vec_push(&i->services) = (struct model_name){service};
	vec_each(struct model_row, k, &r->m->rows)
		if (k->breached.at && !k->would && k->service == service)
			incident_add_breach(r, i, k);
	vec_each(struct model_report, p, &r->m->reports)
		if (!p->gone && p->service == service) {
			if (!i->reported.at || stamp_cmp(&p->at, &i->reported) < 0)
				i->reported = p->at;
			incident_unverify(i); /* what people say of it comes with it */
		}
}

static void incident_take_serviceless(struct reduction *r, struct model_incident *i)
{
	vec_each(struct model_row, k, &r->m->rows)
		if (k->breached.at && !k->would && !*k->service)
			incident_add_breach(r, i, k);
	vec_each(struct model_report, p, &r->m->reports)
		if (!p->gone && !p->service && (!i->reported.at || stamp_cmp(&p->at, &i->reported) < 0))
			i->reported = p->at;
}

void reduce_declared(struct reduction *r)
{
	struct model *m = r->m;
	struct model_incident *i = r->i;
	if (!r->e->incident)
		return;
	bool made = !i;
	if (made)
		i = incident_new(r);
	if (made || !i->title)
		text_set(&i->title, json_get_str(r->body, "title", ""));
	if (json_get_time(r->body, "onset"))
		i->onset_said = (struct stamp){json_get_time(r->body, "onset"), 0, NULL};
	for (const struct json *s = json_first(json_get(r->body, "services")); s; s = json_next(s))
		incident_take_service(r, i, model_intern(m, json_str(s, NULL)));
	if (made)
		incident_take_serviceless(r, i);
}

void reduce_closed(struct reduction *r)
{
	if (!r->i)
		return;
	r->i->open = false;
	r->i->closed = r->at;
	r->i->resolution = body_name(r, "as");
	text_set(&r->i->resolution_reason, json_get_str(r->body, "reason", NULL));
}

void reduce_commander(struct reduction *r)
{
	struct model_incident *i = r->i;
	const char *how = json_get_str(r->body, "how", "");
	if (!i)
		return;
	if (strcmp(how, "offered") == 0) {
		i->offered_to = body_name(r, "to");
		i->offered_at = r->at;
		return;
	}
	if (strcmp(how, "lapsed") == 0) { /* an offer that nobody took: all else stays */
		i->offered_to = NULL;
		return;
	}
	if (strcmp(how, "asked") == 0) {
		i->asked_by = body_name(r, "to");
		i->asked_at = r->at;
		return;
	}
	if (strcmp(how, "refused") != 0)
		i->commander = body_name(r, "person");
	i->offered_to = i->asked_by = NULL;
	i->asked_at = (struct stamp){0};
}

/* ---- verify ---- */
static void load_checks(struct reduction *r, struct model_verify *v)
{
	while (v->checks.n)
		vec_drop(&check_table, &v->checks, v->checks.n - 1);
	for (const struct json *c = json_first(json_get(r->body, "checks")); c; c = json_next(c)) {
		struct model_check *k = vec_push(&v->checks);
		k->name = mem_str(json_get_str(c, "name", ""));
		k->from = model_intern(r->m, json_get_str(c, "from", "kit"));
		k->state = model_intern(r->m, json_get_str(c, "state", "cannot-tell"));
		k->detail = mem_str(json_get_str(c, "detail", NULL));
		k->was_bad = json_get_bool(c, "was_bad", false);
		k->held_us = json_get_span(c, "held_s");
		k->need_us = json_get_span(c, "need_s");
		k->value = json_get_num(c, "value", NAN);
	}
}

static bool all_passed(const struct model_incident *i)
{
	vec_each(struct model_verify, v, &i->verifies)
		if (v->state != VERIFY_PASSED)
			return false;
	return i->verifies.n > 0;
}

void reduce_verify(struct reduction *r)
{
	const char *service = body_name(r, "service"), *state = json_get_str(r->body, "state", "");
	struct model_incident *i = r->i;
	struct model_verify *v = NULL;
	if (!i || !service)
		return;
	vec_each(struct model_verify, k, &i->verifies)
		if (k->service == service)
			v = k;
	if (!v) {
		v = vec_push(&i->verifies);
		v->service = service;
	}
	for (int s = VERIFY_WAITING; s <= VERIFY_NONE; s++)
		if (strcmp(verify_state_name((enum verify_state)s), state) == 0)
			v->state = (enum verify_state)s;
	text_set(&v->why, json_get_str(r->body, "why", NULL));
	v->at = r->at;
	load_checks(r, v);
	if (!all_passed(i))
		i->verified = (struct stamp){0};
	else if (!i->verified.at)
		i->verified = r->at;
}

/* ---- pins and freezes ---- */
void reduce_pin(struct reduction *r)
{
	struct model *m = r->m;
	const char *service = body_word(r, "service"), *version = body_word(r, "version"), *what = json_get_str(r->body, "what", "");
	struct model_pin *p = NULL;
	vec_each(struct model_pin, k, &m->pins)
		if (k->service == service && k->version == version)
			p = k;
	if (strcmp(what, "released") == 0) {
		if (p)
			vec_drop(&pin_table, &m->pins, (size_t)(p - m->pins.v));
		incidents_eased(r);
		return;
	}
	if (!p) {
		p = vec_push(&m->pins);
		p->service = service;
		p->version = version;
		p->at = r->at;
	}
	if (strcmp(what, "returned") == 0) {
		p->returned = true;
		p->returned_by = body_name(r, "returned_by");
		incident_undone(r, p);
		return;
	}
	p->by = json_get(r->body, "by") ? body_name(r, "by") : model_intern(m, r->e->actor);
	text_set(&p->reason, json_get_str(r->body, "reason", NULL));
}

void reduce_freeze(struct reduction *r)
{
	struct model *m = r->m;
	const char *service = body_word(r, "service");
	for (size_t k = m->freezes.n; k-- > 0;)
		if (m->freezes.v[k].service == service)
			vec_drop(&freeze_table, &m->freezes, k);
	if (strcmp(json_get_str(r->body, "what", ""), "set") != 0)
		return;
	struct model_freeze *f = vec_push(&m->freezes);
	f->service = service;
	f->by = model_intern(m, r->e->actor);
	f->reason = mem_str(json_get_str(r->body, "reason", NULL));
	f->at = r->at;
}

/* What a person has to know of: here only a deploy of what is frozen leaves a mark. */
void reduce_alarm(struct reduction *r)
{
	const char *service = body_word(r, "service");
	int64_t seq = json_get_int(r->body, "change", 0);
	if (strcmp(json_get_str(r->body, "what", ""), "frozen") != 0)
		return;
	vec_each(struct model_freeze, f, &r->m->freezes)
		if ((f->service == service || strcmp(f->service, "all") == 0) && seq > f->broken_seq) {
			f->broken_seq = seq;
			f->broken = body_name(r, "version");
			f->broken_by = body_name(r, "brought_by");
		}
}

/* ---- ways back ---- */

static struct model_way *way_of(struct model *m, const char *service, const char *action)
{
	vec_each(struct model_way, w, &m->ways)
		if (w->service == service && w->action == action)
			return w;
	return NULL;
}

static bool named(const struct json *list, const struct model_way *w)
{
	for (const struct json *v = json_first(list); v; v = json_next(v))
		if (!strcmp(json_get_str(v, "service", ""), w->service) && !strcmp(json_get_str(v, "action", ""), w->action))
			return true;
	return false;
}

/* A round of one backend: what it no longer names works again. */
void reduce_ways(struct reduction *r)
{
	struct model *m = r->m;
	const struct json *not = json_get(r->body, "not");
	const char *backend = body_name(r, "backend");
	struct model_round *round = NULL;

	if (!backend)
		return;
	for (size_t k = m->ways.n; k-- > 0;)
		if (m->ways.v[k].backend == backend && !named(not, &m->ways.v[k]))
			vec_drop(&way_table, &m->ways, k);
	for (const struct json *v = json_first(not); v; v = json_next(v)) {
		const char *service = model_intern(m, json_get_str(v, "service", NULL)), *action = model_intern(m, json_get_str(v, "action", NULL));
		struct model_way *w = service && action ? way_of(m, service, action) : NULL;
		if (!service || !action)
			continue;
		if (!w) {
			w = vec_push(&m->ways);
			*w = (struct model_way){.service = service, .action = action, .backend = backend, .since = r->at};
		}
		text_set(&w->why, json_get_str(v, "why", ""));
	}
	vec_each(struct model_round, x, &m->rounds)
		if (x->backend == backend)
			round = x;
	if (!round) {
		round = vec_push(&m->rounds);
		round->backend = backend;
	}
	round->tried = json_get_int(r->body, "tried", 0);
	round->ready = json_get_int(r->body, "ready", 0);
	round->at = r->at;
}
