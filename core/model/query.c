/* Questions of the model. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "model/private.h"

static bool eq(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool same_signal(const struct model *m, size_t pos, const char *a, const char *b)
{
	return eq(m->signals.v[pos].service, a) && eq(m->signals.v[pos].name, b);
}

static bool same_row(const struct model *m, size_t pos, const char *a, const char *b)
{
	return eq(m->rows.v[pos].row, a) && eq(m->rows.v[pos].service, b);
}

const struct model_signal *model_signal(const struct model *m, const char *service, const char *name)
{
	int64_t pos = index_find(&m->private_->signals, m, service, name, same_signal);
	return pos < 0 ? NULL : &m->signals.v[pos];
}

const struct model_signal *model_signal_after(const struct model *m, const struct model_signal *before, const char *service, const char *name)
{
	const struct model_signal *next = before ? before + 1 : m->signals.v;
	if (next && next < m->signals.v + m->signals.n && eq(next->name, name) && eq(next->service, service))
		return next;
	return model_signal(m, service, name);
}

const struct model_row *model_row(const struct model *m, const char *row, const char *service)
{
	int64_t pos = index_find(&m->private_->rows, m, row, service, same_row);
	return pos < 0 ? NULL : &m->rows.v[pos];
}

struct model_incident *incident_mut(struct model *m, const char *name)
{
	for (size_t i = m->incidents.n; name && i-- > 0;)
		if (eq(m->incidents.v[i].name, name))
			return &m->incidents.v[i];
	return NULL;
}

const struct model_incident *model_incident(const struct model *m, const char *name)
{
	for (size_t i = m->incidents.n; name && i-- > 0;)
		if (eq(m->incidents.v[i].name, name))
			return &m->incidents.v[i];
	return NULL;
}

bool incident_has_service(const struct model_incident *i, const char *service)
{
	vec_each(struct model_name, s, &i->services)
		if (eq(s->name, service))
			return true;
	return false;
}

bool incident_concerns(const struct model_incident *i, const char *service)
{
	return !service || !*service || incident_has_service(i, service);
}

const struct model_incident *model_incident_of_service(const struct model *m, const char *service)
{
	vec_each(struct model_incident, i, &m->incidents)
		if (i->open && incident_has_service(i, service))
			return i;
	return NULL;
}

size_t model_open_incidents(const struct model *m, const struct model_incident **out_only)
{
	size_t n = 0;
	const struct model_incident *only = NULL;
	vec_each(struct model_incident, i, &m->incidents)
		if (i->open) {
			n++;
			only = i;
		}
	if (out_only)
		*out_only = n == 1 ? only : NULL;
	return n;
}

const struct model_action *model_action(const struct model *m, const char *key)
{
	for (size_t i = m->incidents.n; key && i-- > 0;)
		vec_each(struct model_action, a, &m->incidents.v[i].actions)
			if (eq(a->key, key))
				return a;
	return NULL;
}

static bool action_busy(const struct model_action *a)
{
	return a->outcome == OUTCOME_RUNNING || a->outcome == OUTCOME_UNKNOWN || a->outcome == OUTCOME_COUNTDOWN ||
		a->outcome == OUTCOME_WAITING;
}

const struct model_action *model_action_busy(const struct model *m, const char *backend, const char *target)
{
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (action_busy(a) && eq(a->backend, backend) && eq(a->target, target))
				return a;
	return NULL;
}

bool action_over(const struct model_action *a)
{
	return !action_busy(a);
}

bool action_under_way(const struct model_action *a)
{
	return a->fired.at && (a->outcome == OUTCOME_RUNNING || a->outcome == OUTCOME_UNKNOWN);
}

const struct model_prompt *model_prompt(const struct model *m, const char *id)
{
	vec_each(struct model_prompt, p, &m->prompts)
		if (eq(p->id, id))
			return p;
	return NULL;
}

bool model_row_standing(const struct model_row *r)
{
	return r->breached.at != 0;
}

const struct model_verify *model_verify(const struct model_incident *i, const char *service)
{
	vec_each(struct model_verify, v, &i->verifies)
		if (eq(v->service, service))
			return v;
	return NULL;
}

const struct model_backend *model_backend(const struct model *m, const char *backend)
{
	vec_each(struct model_backend, b, &m->backends)
		if (eq(b->backend, backend))
			return b;
	return NULL;
}

const struct model_pin *model_pin(const struct model *m, const char *service, const char *version)
{
	vec_each(struct model_pin, p, &m->pins)
		if (eq(p->service, service) && (!version || eq(p->version, version)))
			return p;
	return NULL;
}

bool model_frozen(const struct model *m, const char *service)
{
	vec_each(struct model_freeze, f, &m->freezes)
		if (eq(f->service, service) || eq(f->service, "all"))
			return true;
	return false;
}

const struct model_veto *model_veto(const struct model *m, const char *service)
{
	vec_each(struct model_veto, v, &m->vetoes)
		if (eq(v->service, service))
			return v;
	return NULL;
}

const struct model_hold *model_hold(const struct model *m, const char *row, const char *service)
{
	vec_each(struct model_hold, h, &m->holds)
		if (eq(h->row, row) && eq(h->service, service))
			return h;
	return NULL;
}

int64_t action_countdown_left(const struct model_action *a, const struct stamp *now)
{
	int64_t left = a->countdown_us - stamp_diff(&a->requested, now, NULL);
	return left > 0 ? left : 0;
}

const struct model_action *model_countdown(const struct model *m, const char *service)
{
	const struct model_action *first = NULL;
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (i->open && a->outcome == OUTCOME_COUNTDOWN && (!service || eq(a->service, service)) &&
				(!first || a->requested.at + a->countdown_us < first->requested.at + first->countdown_us))
				first = a;
	return first;
}

int64_t action_countdown_at(const struct model_action *a, const struct stamp *now)
{
	int64_t said = a->requested.at + a->countdown_us, left = action_countdown_left(a, now), off = now->at + left - said;
	return left && (off > US_SECOND / 10 || off < -US_SECOND / 10) ? now->at + left : said; /* the clock on the wall was set meanwhile */
}

int64_t action_countdown_shown(const struct model_action *a, const struct stamp *now)
{
	int64_t s = action_countdown_at(a, now) / US_SECOND - now->at / US_SECOND;
	return s > 0 ? s * US_SECOND : 0;
}

size_t model_countdowns(const struct model *m)
{
	size_t n = 0;
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			n += i->open && a->outcome == OUTCOME_COUNTDOWN;
	return n;
}

bool action_by_itself(const struct model_action *a)
{
	return a->via && strcmp(a->via, "automatic") == 0;
}

const char *action_who(const struct model_action *a)
{
	return action_by_itself(a) ? "itself" : a->by ? a->by : "nobody";
}

size_t hold_clauses(const struct model_hold *h)
{
	size_t n = h->why && *h->why;
	for (const char *s = h->why ? strchr(h->why, HOLD_BREAK) : NULL; s; s = strchr(s + 1, HOLD_BREAK))
		n++;
	return n;
}

bool hold_clause(const struct model_hold *h, size_t n, char *out, size_t cap)
{
	const char *s = h->why;
	for (; s && n; n--) {
		s = strchr(s, HOLD_BREAK);
		s = s ? s + 1 : NULL;
	}
	if (!s || !*s)
		return false;
	const char *end = strchr(s, HOLD_BREAK);
	(void)snprintf(out, cap, "%.*s", end ? (int)(end - s) : (int)strlen(s), s);
	return true;
}

const struct model_version *model_version(const struct model *m, const char *service, const char *version)
{
	const struct model_version *v = NULL;
	while ((v = service_version(m, service, v)) && !eq(v->version, version))
		;
	return v;
}

const struct model_version *model_last_good(const struct model *m, const char *service)
{
	const struct model_version *best = NULL;
	for (const struct model_version *v = NULL; (v = service_version(m, service, v));)
		if (v->last && v->verdict != VERDICT_BAD && (!best || v->last >= best->last))
			best = v;
	return best;
}

static bool is_deploy_of(const struct model_change *c, const char *service)
{
	return c->service && service && strcmp(c->what, "deploy") == 0 && strcmp(c->service, service) == 0;
}

bool model_change_later(const struct model *m, const struct model_change *x, const struct model_change *c)
{
	bool both = c >= m->changes.v && c < m->changes.v + m->changes.n && x >= m->changes.v && x < m->changes.v + m->changes.n;
	return both ? x > c : x->seq > c->seq;
}

#define SEEN_WITHIN US_MINUTE /* a backend tells of it some time after it was done */

bool action_external(const struct model_action *a)
{
	return eq(a->via, "external");
}

/* Since it was fired, by the time that its backend gives.  A clock there that is behind says earlier: where ours changed
 * the world, what is first heard of meanwhile is no older. */
static bool made_since(const struct model_change *c, const struct model_action *a)
{
	return c->at >= a->fired.at - US_SECOND || (eq(a->changed, "full") && !c->filled && stamp_cmp(&c->learned, &a->fired) >= 0);
}

/* Between the first such change since the action was fired and this one lies another version: somebody came and went. */
static bool gone_meanwhile(const struct model *m, const struct model_change *c, const struct model_action *a)
{
	bool first = false;
	vec_each(const struct model_change, x, &m->changes) {
		if (x == c || model_change_later(m, x, c) || !made_since(x, a) || !is_deploy_of(x, c->service))
			continue;
		if (first && !eq(x->to, c->to))
			return true;
		first = first || eq(x->to, c->to);
	}
	return false;
}

bool model_change_of(const struct model *m, const struct model_change *c, const struct model_action *a)
{
	if (!a->fired.at || !a->ended.at)
		return false;
	/* what was learned before its end was not made after it, though a clock that was set back may say so */
	bool early = c->at < a->fired.at - US_SECOND, heard = stamp_cmp(&c->learned, &a->ended) <= 0;
	bool in_time = heard || (early ? stamp_diff(&a->ended, &c->learned, NULL) : c->at - a->ended.at) <= SEEN_WITHIN;
	return made_since(c, a) && in_time && !gone_meanwhile(m, c, a);
}

const struct model_action *model_change_action(const struct model *m, const struct model_change *c)
{
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			if (a->outcome != OUTCOME_DONE || !a->to || !c->to || !is_deploy_of(c, a->service) || strcmp(a->to, c->to) != 0)
				continue;
			if (a->change ? a->change == c->seq : model_change_of(m, c, a))
				return a;
		}
	return NULL;
}

const struct model_change *model_change_next(const struct model *m, const struct model_change *c)
{
	vec_each(const struct model_change, x, &m->changes)
		if (is_deploy_of(x, c->service) && model_change_later(m, x, c))
			return x;
	return NULL;
}

const struct model_change *model_latest_deploy(const struct model *m, const struct model_incident *i)
{
	const struct model_change *best = NULL;
	int64_t before = i->declared.at;
	if (i->breaches.n)
		before = i->breaches.v[0].onset.at ? i->breaches.v[0].onset.at : i->breaches.v[0].at.at;
	if (i->onset_said.at)
		before = i->onset_said.at;
	vec_each(struct model_change, c, &m->changes)
		if (eq(c->what, "deploy") && incident_has_service(i, c->service) && c->at <= before && (!best || c->at >= best->at))
			best = c;
	return best;
}
