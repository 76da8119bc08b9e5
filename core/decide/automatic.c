/* What is missing for acting by itself.  Each rule is a function that adds its
 * clause; no clause holds a figure that moves, so that a change of the text is news. */
#include "decide/automatic.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/private.h"
#include "decide/suspects.h"
#include "decide/world.h"

#define LATE (10 * US_MINUTE)   /* from the onset to the breach, at most, where only the time of this boot is believed */
#define SKEW (10 * US_SECOND)   /* between the clock of who deploys and ours */
#define TOLD_LATE US_MINUTE     /* after the breach, at most, by who asks for what serves now and then */
#define SETTLE_MOST US_MINUTE   /* after the engine started, until the others were heard of, too */
#define LEVEL_MOST 2            /* migrations and data are people's to decide */

static void miss(struct automatic_whys *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void miss(struct automatic_whys *w, const char *fmt, ...)
{
	char text[400];
	va_list ap;
	if (w->n >= AUTOMATIC_WHYS)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)text_safe(w->v[w->n++], sizeof w->v[0], text); /* a backend's words are in some of them */
}

/* ---- the storm: who is bad together ------------------------------------------------- */

static bool measured(const struct model *m, const struct model_row *r)
{
	const struct kit_row *k = kit_row(m->kit, r->row);
	return k && !k->is_report && !k->dry_run && *r->service;
}

void storm_of(const struct model *m, struct automatic_storm *out)
{
	memset(out, 0, sizeof *out);
	vec_each(const struct model_row, r, &m->rows)
		if ((model_row_standing(r) || r->state == ROW_PENDING) && measured(m, r))
			*vec_push(&out->rows) = r;
	for (size_t s = 0; out->rows.n && s < m->kit->n_services; s++)
		for (size_t k = 0; k < m->kit->services[s].n_signals; k++)
			out->settle = m->kit->services[s].signals[k].every > out->settle ? m->kit->services[s].signals[k].every : out->settle;
	out->settle = 2 * out->settle < SETTLE_MOST ? 2 * out->settle : SETTLE_MOST;
}

void storm_release(struct automatic_storm *s)
{
	vec_release(&s->rows);
}

/* Bad together: breaches recorded within the brake's time of this one, and what pends. */
static bool together(const struct model_row *a, const struct model_row *b, int64_t within)
{
	if (!model_row_standing(b))
		return true;
	int64_t d = stamp_cmp(&a->breached, &b->breached) < 0 ? stamp_diff(&a->breached, &b->breached, NULL) : stamp_diff(&b->breached, &a->breached, NULL);
	return d <= within;
}

static int storm_count(const struct model *m, const struct automatic_storm *s, const struct model_row *r)
{
	int n = 0, enough = m->kit->automatic.brake_services;
	for (size_t i = 0; i < s->rows.n && n < enough; i++) {
		bool seen = false;
		if (!together(r, s->rows.v[i], m->kit->automatic.brake_within))
			continue;
		for (size_t k = 0; k < i && !seen; k++)
			seen = s->rows.v[k]->service == s->rows.v[i]->service && together(r, s->rows.v[k], m->kit->automatic.brake_within);
		n += !seen;
	}
	return n;
}

/* ---- the cause ------------------------------------------------------------------------ */

/* A change that went live within the kit's time before the bad run began.  One of ours, and one that went back to what
 * was here before, is a cure and no cause. */
static bool fits_cause(const struct model *m, const struct automatic_case *k, const struct model_change *c)
{
	int64_t onset = k->row->onset.at ? k->row->onset.at : k->row->breached.at;
	if (c->at > onset + SKEW || c->at < onset - m->kit->automatic.within)
		return false;
	if (stamp_cmp(&c->learned, &k->row->breached) < 0 && stamp_diff(&c->learned, &k->row->breached, NULL) > m->kit->automatic.within + LATE)
		return false; /* whatever the clocks on the wall say */
	if (!c->filled && stamp_cmp(&k->row->breached, &c->learned) < 0 && stamp_diff(&k->row->breached, &c->learned, NULL) > TOLD_LATE)
		return false; /* likelier a cure, under the time of its build */
	if (suspect_distance(m->kit, k->service->name, c->service) == SUSPECT_UNRELATED)
		return false; /* before what costs more: in a storm this is asked for every breach and change */
	if (strcmp(c->what, "deploy") != 0)
		return true;
	const struct model_change *next = c->service ? model_change_next(m, c) : NULL;
	const struct model_version *v = c->service && c->to ? model_version(m, c->service, c->to) : NULL;
	bool went_back = v && v->first && v->first < c->at - US_SECOND;
	return !went_back && !model_change_action(m, c) && !(next && next->at <= onset);
}

/* Only what is told with its time: else nobody knows that it came before. */
static bool may_be_cause(const struct model *m, const struct automatic_case *k, const struct model_change *c)
{
	return c->dated && fits_cause(m, k, c);
}

static const struct model_change *find_undated(const struct model *m, const struct automatic_case *k)
{
	for (size_t i = m->changes.n; i-- > 0;)
		if (!m->changes.v[i].dated && fits_cause(m, k, &m->changes.v[i]))
			return &m->changes.v[i];
	return NULL;
}

static bool undone_by(const struct kit_action *a, const struct model_change *c)
{
	if (!c->service || !kit_action_covers(a, c->service))
		return false;
	if (strcmp(c->what, "flag") == 0) /* another flag is not what this one switches */
		return a->level == 1 && target_names_flag(a->target, c->name);
	return a->level == 1 || strcmp(c->what, "deploy") == 0; /* going back brings back code, and no config */
}

/* The newest one that the action undoes; where none is, the newest of the service or of what it depends on. */
static const struct model_change *find_cause(const struct model *m, const struct automatic_case *c, bool *out_undone)
{
	const struct model_change *best = NULL;
	*out_undone = false;
	for (size_t i = m->changes.n; i-- > 0;) {
		const struct model_change *x = &m->changes.v[i];
		if (!may_be_cause(m, c, x))
			continue;
		if (c->action && undone_by(c->action, x)) {
			*out_undone = true;
			return x;
		}
		best = best ? best : x;
	}
	return best;
}

/* What is likelier to have turned it than what the action undoes, or NULL. */
static const struct model_change *likelier(const struct model *m, const struct automatic_case *c, const struct model_change *undone)
{
	const char *service = c->service->name;
	const struct kit_signal *k = kit_signal(c->service, c->rule->signal);
	const struct turn t = {&service, 1, c->row->onset.at ? c->row->onset.at : c->row->breached.at, k ? k->window + k->every : 0};
	struct suspect s[SUSPECTS_MOST];
	size_t n = suspects_find(m, &t, s, SUSPECTS_MOST);
	for (size_t i = 0; i < n && s[i].change != undone; i++)
		if (!undone_by(c->action, s[i].change))
			return s[i].change;
	return NULL;
}

static void miss_cause(const struct model *m, const struct automatic_case *c, struct automatic_whys *w)
{
	char d[DURATION_LEN];
	bool undone;
	const struct model_change *x = find_cause(m, c, &undone);
	duration_short(m->kit->automatic.within, d);
	const struct model_change *undated = x ? NULL : find_undated(m, c);
	if (undated)
		miss(w, "%.40s %.60s was told without its time: whether it came before is not known", undated->what,
			undated->name && strcmp(undated->what, "deploy") != 0 ? undated->name : undated->service);
	else if (!x)
		miss(w, "no change of %.60s or of what it depends on went live within %s before it turned bad", c->service->name, d);
	else if (c->action && c->action->cls == CLASS_REVERSE && !undone)
		miss(w, "the change before it was %.40s %.60s: %.60s would not undo that", x->what, x->service ? x->service : x->name, c->action->name);
	else if (c->action && c->action->cls == CLASS_REVERSE && (x = likelier(m, c, x)))
		miss(w, "%.40s %.60s is the likelier cause: %.60s would not undo that", x->what, x->name && strcmp(x->what, "deploy") != 0 ? x->name : x->service,
			c->action->name);
}

/* ---- what is known of the breach --------------------------------------------------------- */

static void miss_measured(const struct model *m, const struct now *now, const struct automatic_case *c, bool at_zero, struct automatic_whys *w)
{
	const struct kit_signal *k = kit_signal(c->service, c->rule->signal);
	const struct model_signal *s = model_signal(m, c->service->name, c->rule->signal);
	struct stamp n = stamp_of_now(now);
	bool counts = c->rule->when.kind == COND_COUNT || (k && (k->unit == UNIT_COUNT || k->unit == UNIT_NUMBER));
	if (!k || !s || s->state != SAMPLE_OK || stamp_diff(&s->ok_arrived, &n, NULL) > k->stale_after)
		miss(w, "%.60s cannot be told just now", c->rule->signal);
	else if (c->row->state == ROW_CANNOT_TELL)
		miss(w, "%.60s cannot be judged just now: %s", c->rule->signal,
			c->rule->has_at_least ? "too little traffic (at_least), or not seen for long enough" : "not seen for long enough");
	else if (at_zero && c->rule->when.kind == COND_CMP && !cond_satisfied(&c->rule->when, s->value))
		miss(w, "%.60s was good in its newest sample", c->rule->signal);
	else if (s->filled)
		miss(w, "%.60s was only filled in: no sample of it came since", c->rule->signal);
	if (!c->rule->has_at_least && !counts)
		miss(w, "the row does not say how much traffic is enough to judge (at_least)");
}

static void miss_source(const struct model *m, const struct automatic_case *c, struct automatic_whys *w)
{
	const struct kit_signal *k = kit_signal(c->service, c->rule->signal);
	const struct model_backend *b = k ? model_backend(m, k->backend) : NULL;
	if (!k)
		return;
	if (!b || !b->state || strcmp(b->state, "ready") != 0)
		miss(w, "its source %.60s is not well: %.60s", k->backend, b && b->state ? b->state : "not heard of");
	else if (b->trouble)
		miss(w, "its source %.60s is not well: not all of it can be measured", k->backend);
}

static void miss_calm(const struct model *m, const struct automatic_case *c, const struct automatic_storm *storm, struct automatic_whys *w)
{
	int most = m->kit->automatic.brake_services;
	if (most > 0 && storm_count(m, storm, c->row) >= most)
		miss(w, "brake: %d or more services turn bad together", most);
}

/* ---- what else is under way ----------------------------------------------------------------- */

static int64_t ago(const struct stamp *s, const struct now *now)
{
	struct stamp n = stamp_of_now(now);
	return stamp_diff(s, &n, NULL);
}

static bool by_itself(const struct model_action *a)
{
	return a->via && strcmp(a->via, "automatic") == 0;
}

static void miss_alone(const struct model *m, const struct automatic_case *c, const struct model_action *own, struct automatic_whys *w)
{
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			bool here = strcmp(a->service, c->service->name) == 0;
			if (a == own)
				continue;
			bool same = c->action && a->target && strcmp(a->backend, c->action->backend) == 0 && strcmp(a->target, c->action->target) == 0;
			if (!action_over(a) && (here || same)) {
				miss(w, "%.60s is %s on it", a->key, outcome_name(a->outcome));
				return;
			}
			if (i->open && here && a->recovery && a->fired.at) {
				miss(w, "%.60s %s in %.60s: what to do next is for people", a->key,
					a->outcome == OUTCOME_DONE ? "went back already" : "was tried already", i->name);
				return;
			}
		}
}

static void miss_limits(const struct model *m, const struct now *now, const struct automatic_case *c, const struct model_action *own, struct automatic_whys *w)
{
	const struct kit_automatic *k = &m->kit->automatic;
	int here = 0, all = 0;
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			if (!by_itself(a) || a == own || (!a->fired.at && a->outcome != OUTCOME_COUNTDOWN))
				continue;
			int64_t since = a->fired.at ? ago(&a->fired, now) : 0;
			all += since <= k->per_kit.in;
			here += since <= k->per_service.in && strcmp(a->service, c->service->name) == 0;
		}
	if (here >= k->per_service.count)
		miss(w, "limit: %d by itself for a service in its time (automatic.per_service)", k->per_service.count);
	if (all >= k->per_kit.count)
		miss(w, "limit: %d by itself in the kit's time (automatic.per_kit)", k->per_kit.count);
}

static void miss_marks(const struct model *m, const struct automatic_case *c, struct automatic_whys *w)
{
	const struct model_veto *v = model_veto(m, c->service->name);
	if (v)
		miss(w, "%.60s said not this time", v->by ? v->by : "somebody");
	if (model_frozen(m, c->service->name))
		miss(w, "%.60s is frozen", c->service->name);
}

/* ---- the action --------------------------------------------------------------------------------- */

/* The place that could not go back, or NULL. */
static const struct model_deploy *unsafe_place(const struct model *m, const char *service)
{
	vec_each(const struct model_deploy, d, &m->deploys)
		if (d->back_safe == TRI_NO && strcmp(d->service, service) == 0)
			return d;
	return NULL;
}

static void miss_action(const struct model *m, const struct automatic_case *c, struct automatic_whys *w)
{
	const struct kit_action *a = c->action;
	const struct model_deploy *d = unsafe_place(m, c->service->name);
	if (!a) {
		miss(w, "no action of the kit fits (%s)", row_class_name(c->rule->action));
		return;
	}
	if (a->service != c->service)
		miss(w, "%.60s is of %.60s: what goes across services is for people to decide", a->name, a->service->name);
	if (a->radius == RADIUS_GLOBAL)
		miss(w, "%.60s has the blast radius global: it needs an acknowledgement", a->name);
	if (a->level > LEVEL_MOST)
		miss(w, "%.60s has level %d: migrations and data are for people to decide", a->name, a->level);
	if (a->requires.n)
		miss(w, "%.60s requires the procedure %.60s", a->name, a->requires.v[0]);
	if (a->cls == CLASS_REVERSE && a->level > 1 && d)
		miss(w, "going back is not safe: %.120s", d->back_why && *d->back_why ? d->back_why : "its backend says so");
}

static void miss_leave(const struct model *m, const struct now *now, const struct automatic_storm *storm, struct automatic_whys *w)
{
	if (ago(&m->engine_at, now) < storm->settle)
		miss(w, "the engine has just started: not everything was heard of yet");
	if (!m->kit->armed)
		miss(w, "the kit is not armed");
	if (!names_has(&m->kit->automatic.on, m->engine_host ? m->engine_host : ""))
		miss(w, "automatic.on does not name this host (%.60s)", m->engine_host ? m->engine_host : "unknown");
}

/* ---- all of it ------------------------------------------------------------------------------------- */

bool automatic_case_of(const struct model *m, const struct model_row *r, struct automatic_case *out)
{
	const struct kit_row *k = model_row_standing(r) ? kit_row(m->kit, r->row) : NULL;
	if (!k || k->dry_run || k->action == CLASS_TELL || r->dropped)
		return false;
	*out = (struct automatic_case){.row = r, .rule = k, .service = *r->service ? kit_service(m->kit, r->service) : NULL};
	if (!out->service)
		return k->is_report && m->kit->automatic.on.n; /* named, so that nobody waits for it */
	bool timed = k->on_timer == END_FIRE && r->state == ROW_OVERDUE;
	return out->service->tier->recovery == RECOVERY_AUTO_ROLLBACK || timed;
}

void automatic_missing(const struct model *m, const struct now *now, struct automatic_case *c, const struct automatic_storm *storm,
	const struct model_action *own, bool at_zero, struct automatic_whys *out)
{
	out->n = 0;
	if (c->rule->is_report || !c->service) {
		miss(out, "people's word proposes, it never acts by itself");
		return;
	}
	miss_calm(m, c, storm, out);
	if (out->n) /* of three hundred nobody asks what else each lacks */
		return;
	bool undone;
	c->action = row_action(m, c->rule, c->service->name);
	c->cause = find_cause(m, c, &undone);
	miss_leave(m, now, storm, out);
	miss_measured(m, now, c, at_zero, out);
	miss_source(m, c, out);
	miss_cause(m, c, out);
	miss_action(m, c, out);
	miss_alone(m, c, own, out);
	miss_limits(m, now, c, own, out);
	miss_marks(m, c, out);
}

bool automatic_foresee(const struct model *m, const struct now *now, const struct model_row *r, struct automatic_foresight *out)
{
	struct model_row then = *r;
	struct automatic_case c;
	struct automatic_storm storm;
	struct automatic_whys w;
	memset(out, 0, sizeof *out);
	if (!m->kit || r->state != ROW_PENDING || model_row_standing(r))
		return false;
	then.state = ROW_BREACHED;
	then.breached = stamp_of_now(now);
	then.onset = r->since;
	if (!automatic_case_of(m, &then, &c)) {
		then.state = ROW_OVERDUE;
		if (!automatic_case_of(m, &then, &c))
			return false;
		out->after = c.rule->timer;
	}
	if (!c.service)
		return false;
	storm_of(m, &storm);
	automatic_missing(m, now, &c, &storm, NULL, false, &w);
	storm_release(&storm);
	out->action = c.action;
	out->after += c.service->tier->veto;
	out->n_missing = w.n;
	text_copy(out->missing, sizeof out->missing, w.n ? w.v[0] : "");
	return true;
}

/* Did it serve so long without another between?  Two moments that lie hours apart are no soak. */
static bool served_for(const struct model *m, const struct model_version *v, int64_t soak)
{
	int64_t from = 0;
	bool known = false;
	if (!v->first || !v->last)
		return false;
	if (v->since && v->last - v->since >= soak)
		return true;
	vec_each(const struct model_change, c, &m->changes) {
		if (c->service != v->service || !c->to || strcmp(c->what, "deploy") != 0)
			continue;
		bool this = strcmp(c->to, v->version) == 0;
		known = known || this;
		if (!this && from && c->at - from >= soak)
			return true;
		from = !this ? 0 : from ? from : c->at;
	}
	return known ? from && v->last - from >= soak : v->since <= v->first && v->last - v->first >= soak;
}

/* A version was good here when it was kept, or served as long as its tier soaks with no breach of the service on record. */
static bool was_good(const struct model *m, const struct kit_service *s, const char *version)
{
	const struct model_version *v = model_version(m, s->name, version);
	if (!v || v->verdict == VERDICT_BAD)
		return false;
	if (v->verdict == VERDICT_GOOD)
		return true;
	if (v->spoiled.at || !served_for(m, v, s->tier->soak))
		return false;
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_breach, b, &i->breaches) {
			int64_t at = b->onset.at ? b->onset.at : b->at.at;
			if (strcmp(b->service, s->name) == 0 && at >= v->first && at < v->last)
				return false;
		}
	return true;
}

void automatic_missing_way(const struct model *m, const struct automatic_case *c, const struct panel *p, struct automatic_whys *out)
{
	const struct model_deploy *d = model_deploy(m, c->service->name);
	if (p->fault.what[0])
		miss(out, "%.180s", p->fault.what);
	else if (!p->ready)
		miss(out, "the backend says that it is not ready");
	else if (strcmp(p->kit_digest, m->kit_digest ? m->kit_digest : "") != 0)
		miss(out, "the kit is another one by now");
	if (out->n || !c->action || c->action->cls != CLASS_REVERSE || c->action->level < 2)
		return;
	if (!p->to[0] || strcmp(p->from, p->to) == 0)
		miss(out, "there is no other version to go back to");
	else if (d && d->version && strcmp(d->version, p->from) != 0)
		miss(out, "another version serves by now");
	else if (c->cause && c->cause->to && strcmp(c->cause->to, p->from) != 0)
		miss(out, "%.60s serves, which is not what went live before it turned bad", p->from);
	else if (model_pin(m, c->service->name, p->to))
		miss(out, "%.60s is pinned out", p->to);
	else if (!was_good(m, c->service, p->to))
		miss(out, "%.60s is not known to have been good here", p->to);
}

void automatic_because(const struct model *m, const struct automatic_case *c, const struct automatic_storm *storm, char *out, size_t cap)
{
	const struct model_change *x = c->cause;
	const struct model_deploy *d = model_deploy(m, c->service->name);
	int64_t onset = c->row->onset.at ? c->row->onset.at : c->row->breached.at;
	char ago_text[DURATION_LEN];
	bool unknown = c->action->cls == CLASS_REVERSE && c->action->level > 1 && (!d || d->back_safe == TRI_UNKNOWN);
	duration_short(x && onset > x->at ? onset - x->at : 0, ago_text);
	(void)snprintf(out, cap, "measured, enough traffic; %.20s %.60s %.60s went live %s before; preflight green; brake %d of %d%s",
		x ? x->what : "change", x ? (x->service ? x->service : x->name) : "", x && x->to ? x->to : "", ago_text,
		storm_count(m, storm, c->row), m->kit->automatic.brake_services,
		unknown ? "; not known: whether the older version reads what the newer one wrote" : "");
}
