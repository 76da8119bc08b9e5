/* `show --json` and `list --json`: the shape is the contract's, section 2. */
#include "config.h"

#include <string.h>

#include "model/standing.h"
#include "report/parts.h"

static void print_phases(struct jw *w, const struct phases *p)
{
	jw_key(w, "phases");
	jw_obj(w);
	for (int i = 0; i < PHASE_COUNT; i++)
		jw_ktime(w, phase_name((enum phase)i), p->at[i].at);
	jw_obj_end(w);
}

static void print_durations(struct jw *w, const struct phases *p)
{
	jw_key(w, "durations");
	jw_obj(w);
	part_seconds(w, "detect_s", p->detect);
	part_seconds(w, "decide_s", p->decide);
	part_seconds(w, "approve_s", p->approve);
	part_seconds(w, "act_s", p->act);
	part_seconds(w, "verify_s", p->verify);
	part_seconds(w, "bad_to_reverted_s", p->bad_to_reverted);
	part_seconds(w, "onset_to_verified_s", p->onset_to_verified);
	jw_kbool(w, "approximate", p->approximate);
	jw_obj_end(w);
}

static void print_promises(struct jw *w, const struct phases *p)
{
	jw_key(w, "promises");
	jw_obj(w);
	part_seconds(w, "confirmed_s", p->confirmed ? p->confirmed : -1);
	part_kept(w, "confirmed_kept", p->confirmed_kept);
	part_seconds(w, "target_s", p->target ? p->target : -1);
	part_kept(w, "target_kept", p->target_kept);
	part_kept(w, "kept", p->kept);
	jw_obj_end(w);
}

static void print_breaches(struct jw *w, const struct model_incident *i)
{
	jw_key(w, "breaches");
	jw_arr(w);
	vec_each(struct model_breach, b, &i->breaches) {
		jw_obj(w);
		jw_kstr(w, "row", b->row);
		jw_kstr(w, "service", b->service);
		jw_kstr(w, "signal", b->signal);
		jw_ktime(w, "at", b->at.at);
		jw_knum(w, "value", b->value);
		jw_kstr(w, "action", b->action);
		jw_kstr(w, "owner", b->owner);
		jw_ktime(w, "onset", b->onset.at);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void print_action(struct jw *w, const struct model_action *a)
{
	jw_obj(w);
	jw_kstr(w, "key", a->key);
	jw_kstr(w, "op", a->op);
	jw_kstr(w, "digest", a->digest);
	jw_kstr(w, "action", a->action);
	jw_kstr(w, "service", a->service);
	jw_kint(w, "level", a->level);
	jw_kstr(w, "class", row_class_name(a->cls));
	jw_kstr(w, "verb", a->verb);
	jw_kstr(w, "backend", a->backend);
	jw_kstr(w, "by", a->by);
	jw_kstr(w, "via", a->via);
	if (a->through)
		jw_kstr(w, "through", a->through);
	jw_kstr(w, "authority", a->authority);
	jw_key(w, "acknowledged_by");
	jw_arr(w);
	jw_arr_end(w);
	jw_kstr(w, "reason", a->reason);
	if (action_by_itself(a)) {
		part_seconds(w, "countdown_s", a->countdown_us);
		jw_kstr(w, "row", a->row);
		jw_kstr(w, "because", a->because);
	}
	jw_kstr(w, "from", a->from);
	jw_kstr(w, "to", a->to);
	jw_kstr(w, "outcome", outcome_name(a->outcome));
	jw_kstr(w, "changed", a->changed ? a->changed : "unknown");
	jw_ktime(w, "fired", a->fired.at);
	jw_ktime(w, "ended", a->ended.at);
	jw_kstr(w, "detail", a->detail);
	jw_kstr(w, "resolved_by", a->resolved_by);
	jw_obj_end(w);
}

/* The contract knows three origins of a check: volume and the backend's version are the kit's. */
static const char *check_from(const char *from)
{
	return from && (!strcmp(from, "breach") || !strcmp(from, "report")) ? from : "kit";
}

static void print_verification(struct jw *w, const struct model_incident *i)
{
	const char *why;
	enum verify_state state = part_verified(i, &why);
	jw_key(w, "verification");
	jw_obj(w);
	jw_kstr(w, "state", verify_state_name(state));
	jw_kstr(w, "why", why);
	jw_key(w, "checks");
	jw_arr(w);
	vec_each(struct model_verify, v, &i->verifies)
		vec_each(struct model_check, c, &v->checks) {
			jw_obj(w);
			jw_kstr(w, "name", c->name);
			jw_kstr(w, "from", check_from(c->from));
			jw_kstr(w, "state", c->state);
			jw_kbool(w, "was_bad", c->was_bad);
			jw_kstr(w, "service", v->service);
			if (c->detail)
				jw_kstr(w, "detail", c->detail);
			jw_obj_end(w);
		}
	jw_arr_end(w);
	jw_obj_end(w);
}

static void print_pins(struct jw *w, const struct model *m, const struct model_incident *i)
{
	jw_key(w, "pins");
	jw_arr(w);
	vec_each(struct model_pin, p, &m->pins) {
		if (!incident_has_service(i, p->service))
			continue;
		jw_obj(w);
		jw_kstr(w, "service", p->service);
		jw_kstr(w, "version", p->version);
		jw_ktime(w, "at", p->at.at);
		jw_kstr(w, "by", p->by);
		jw_kstr(w, "reason", p->reason);
		jw_kbool(w, "returned", p->returned);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void print_end(struct jw *w, const struct model *m, const struct model_incident *i)
{
	char head[HEAD_LEN];
	jw_key(w, "gaps");
	jw_arr(w);
	vec_each(struct model_gap, g, &i->gaps) {
		jw_obj(w);
		jw_ktime(w, "at", g->at.at);
		part_seconds(w, "by_s", g->by_us < 0 ? -g->by_us : g->by_us);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_kint(w, "events", i->events);
	jw_kstr(w, "head", part_head(m, head));
}

static void print_incident(struct jw *w, const struct model *m, const struct model_incident *i, bool whole)
{
	struct phases p;
	phases_of(m, i, &p);
	jw_obj(w);
	jw_kstr(w, "incident", i->name);
	jw_kstr(w, "kind", incident_kind_name(i->kind));
	jw_kstr(w, "environment", i->environment);
	jw_kstr(w, "title", i->title);
	jw_key(w, "services");
	jw_arr(w);
	vec_each(struct model_name, s, &i->services)
		jw_str(w, s->name);
	jw_arr_end(w);
	jw_kstr(w, "state", incident_state_name(phases_state(i, &p)));
	jw_kstr(w, "resolution", i->resolution);
	jw_kstr(w, "commander", i->commander);
	print_phases(w, &p);
	print_durations(w, &p);
	print_promises(w, &p);
	if (whole) {
		print_breaches(w, i);
		jw_key(w, "actions");
		jw_arr(w);
		vec_each(struct model_action, a, &i->actions)
			print_action(w, a);
		jw_arr_end(w);
		if (i->open) {
			standing_holds(m, i, w);
		} else {
			jw_key(w, "holds");
			jw_arr(w);
			jw_arr_end(w);
		}
		jw_key(w, "asked");
		standing_asked(m, i, w);
	}
	print_verification(w, i);
	print_pins(w, m, i);
	print_end(w, m, i);
	jw_obj_end(w);
}

void report_incident_json(const struct model *m, const struct model_incident *i, bool whole, const struct now *now, struct buf *out)
{
	struct jw w;
	(void)now; /* nothing in it runs with the clock: two readers get the same bytes */
	jw_init(&w, out);
	print_incident(&w, m, i, whole);
	buf_addc(out, '\n');
}

void report_list_json(const struct model *m, const struct now *now, struct buf *out)
{
	struct jw w;
	(void)now;
	jw_init(&w, out);
	jw_arr(&w);
	for (size_t k = m->incidents.n; k-- > 0;)
		print_incident(&w, m, &m->incidents.v[k], false);
	jw_arr_end(&w);
	buf_addc(out, '\n');
}
