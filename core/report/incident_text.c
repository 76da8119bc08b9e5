/* `show` and `list` for people. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/parts.h"

static void add_duration(struct buf *out, const char *name, int64_t us)
{
	char d[DURATION_LEN];
	if (us >= 0)
		part_say(out, "  %s %s", name, duration_clock(us, d));
}

static void add_head(const struct model *m, const struct model_incident *i, const struct phases *p, struct buf *out)
{
	char place[96], services[256];
	part_say(out, "%s  %s  %s\n", i->name, part_place(m, i, place, sizeof place), i->title ? i->title : "");
	part_say(out, "state      %s", incident_state_name(phases_state(i, p)));
	if (!i->open)
		part_say(out, ", as %s%s%s", i->resolution ? i->resolution : "not said", i->resolution_reason && *i->resolution_reason ? ": " : "",
			i->resolution_reason ? i->resolution_reason : "");
	buf_addc(out, '\n');
	part_say(out, "services   %s\n", part_services(i, services, sizeof services));
	part_say(out, "commander  %s\n", i->commander ? i->commander : "nobody");
}

static void add_phases(const struct phases *p, struct buf *out)
{
	char clock[CLOCK_LEN];
	buf_adds(out, "phases   ");
	for (int k = 0; k < PHASE_COUNT; k++)
		if (p->at[k].at)
			part_say(out, "  %s %s", phase_name((enum phase)k), part_clock(p->at[k].at, clock));
	buf_adds(out, "\ntook     ");
	add_duration(out, "detect", p->detect);
	add_duration(out, "decide", p->decide);
	add_duration(out, "approve", p->approve);
	add_duration(out, "act", p->act);
	add_duration(out, "verify", p->verify);
	part_say(out, "%s\n", p->approximate ? "  (approximate: a clock was set or the machine restarted)" : "");
}

static void add_promise(struct buf *out, const char *what, int64_t promised, int kept)
{
	char d[DURATION_LEN];
	if (promised)
		part_say(out, "  %s %s %s", what, duration_clock(promised, d), kept < 0 ? "open" : kept ? "kept" : "NOT kept");
}

static void add_clock(const struct model_incident *i, const struct phases *p, const struct stamp *now, struct buf *out)
{
	char bad[DURATION_LEN], hurt[DURATION_LEN];
	bool running;
	int64_t hurt_us = phases_hurt(p, now);
	int64_t clock = phases_clock(p, now, &running);
	part_say(out, "clock      %s since \"bad\"%s", duration_clock(clock, bad), running && i->open ? ", running" : "");
	if (hurt_us >= 0)
		part_say(out, "; users hurt for %s", duration_clock(hurt_us, hurt));
	buf_addc(out, '\n');
	if (!p->confirmed && !p->target)
		return;
	buf_adds(out, "promises ");
	add_promise(out, "confirmed", p->confirmed, p->confirmed_kept);
	add_promise(out, "target", p->target, p->target_kept);
	buf_addc(out, '\n');
}

static void add_breaches(const struct model *m, const struct model_incident *i, struct buf *out)
{
	vec_each(struct model_breach, b, &i->breaches) {
		const struct model_row *r = model_row(m, b->row, b->service);
		char clock[CLOCK_LEN], measure[160];
		part_say(out, "crossed    %s %s at %s", b->service, b->row, part_clock(b->at.at, clock));
		part_measure(m, b->row, b->service, measure, sizeof measure);
		part_say(out, "; now %s%s%s\n", r ? row_state_name(r->state) : "not known", *measure ? ": " : "", measure);
	}
}

static void add_actions(const struct model_incident *i, struct buf *out)
{
	vec_each(struct model_action, a, &i->actions) {
		char clock[CLOCK_LEN], by[200];
		bool said = a->detail && *a->detail && !action_external(a);
		part_say(out, "action     %s %s %s", a->key, a->service, a->action);
		if (a->from && a->to)
			part_say(out, " %s -> %s", a->from, a->to);
		part_say(out, ": %s", outcome_name(a->outcome));
		if (a->ended.at)
			part_say(out, " at %s", part_clock(a->ended.at, clock));
		else if (a->fired.at)
			part_say(out, " since %s", part_clock(a->fired.at, clock));
		part_say(out, ", by %s%s%s\n", part_by(a, by, sizeof by), said ? "; " : "", said ? a->detail : "");
		if (a->resolved_by)
			part_say(out, "           resolved by %s\n", a->resolved_by);
	}
}

/* What counts down in it, why something does not act by itself, and who said no. */
static void add_by_itself(const struct model *m, const struct model_incident *i, const struct stamp *now, struct buf *out)
{
	char at[CLOCK_LEN], left[DURATION_LEN], what[300], clause[300];
	vec_each(struct model_action, a, &i->actions)
		if (a->outcome == OUTCOME_COUNTDOWN) {
			part_say(out, "BY ITSELF  at %s, in %s, unless somebody says no (backout veto %s): %s\n", part_clock(action_countdown_at(a, now), at),
				duration_clock(action_countdown_shown(a, now), left), a->key, part_what(a, what, sizeof what));
			part_say(out, "           may, because: %s\n", a->because ? a->because : "not told");
		}
	vec_each(struct model_hold, h, &m->holds) {
		if (*h->service && !incident_has_service(i, h->service))
			continue;
		part_say(out, "by itself  no, %s%s%s, %s; missing:\n", h->service, *h->service ? " " : "", h->row, h->action ? h->action : "no action fits");
		for (size_t n = 0; hold_clause(h, n, clause, sizeof clause); n++)
			part_say(out, "           - %s\n", clause);
	}
	vec_each(struct model_veto, v, &m->vetoes)
		if (incident_has_service(i, v->service))
			part_say(out, "vetoed     %s, by %s at %s: nothing by itself until this breach ends or another version serves\n", v->service,
				v->by ? v->by : "somebody", part_clock(v->at.at, at));
}

static void add_asked(const struct model *m, const struct model_incident *i, const struct stamp *now, struct buf *out)
{
	char how[96], limit[200];
	vec_each(struct model_prompt, p, &m->prompts)
		if (p->incident && !strcmp(p->incident, i->name))
			part_say(out, "asked      %s%s%s\n", p->text, part_answer(p, how, sizeof how), part_limit(p, limit, sizeof limit));
	vec_each(struct model_row, r, &m->rows)
		if (incident_has_service(i, r->service) && *part_timer(m, r, now, limit, sizeof limit))
			part_say(out, "owner      %s %s: %s\n", r->service, r->row, limit);
}

static void add_check(const struct model_check *c, struct buf *out)
{
	char held[DURATION_LEN], need[DURATION_LEN];
	part_say(out, "  %-12s %s", c->state ? c->state : "", c->name ? c->name : "");
	if (c->need_us > 0)
		part_say(out, ", %s of %s", duration_clock(c->held_us, held), duration_clock(c->need_us, need));
	if (c->was_bad)
		buf_adds(out, ", was bad in this incident");
	if (c->detail && *c->detail)
		part_say(out, " (%s)", c->detail);
	buf_addc(out, '\n');
}

static void add_verification(const struct model_incident *i, struct buf *out)
{
	const char *why;
	enum verify_state v = part_verified(i, &why);
	part_say(out, "verified   %s%s%s\n", v == VERIFY_PASSED ? "yes, what was bad is good" : verify_state_name(v), *why ? ": " : "", why);
	vec_each(struct model_verify, s, &i->verifies)
		vec_each(struct model_check, c, &s->checks)
			add_check(c, out);
}

static void add_left_over(const struct model *m, const struct model_incident *i, struct buf *out)
{
	vec_each(struct model_pin, p, &m->pins)
		if (incident_has_service(i, p->service))
			part_say(out, "pinned     %s %s is kept out, by %s%s\n", p->service, p->version, p->by ? p->by : "engine", p->returned ? "; it CAME BACK" : "");
	vec_each(struct model_report, r, &m->reports)
		if (r->incident && !strcmp(r->incident, i->name))
			part_say(out, "said       %s, by %s%s%s%s\n", r->signal, r->by ? r->by : "", r->note && *r->note ? ": " : "", r->note ? r->note : "",
				r->gone ? " (gone)" : " (not answered yet)");
	vec_each(struct model_gap, g, &i->gaps) {
		char d[DURATION_LEN];
		part_say(out, "gap        nothing was seen for %s\n", duration_clock(g->by_us < 0 ? -g->by_us : g->by_us, d));
	}
}

void report_incident_text(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out)
{
	struct stamp at = report_now(now);
	struct phases p;
	char head[HEAD_LEN];
	phases_of(m, i, &p);
	add_head(m, i, &p, out);
	add_clock(i, &p, &at, out);
	add_phases(&p, out);
	add_breaches(m, i, out);
	add_actions(i, out);
	if (i->open)
		add_by_itself(m, i, &at, out);
	add_asked(m, i, &at, out);
	add_verification(i, out);
	add_left_over(m, i, out);
	part_say(out, "events     %lld; %s\n", (long long)i->events, part_head(m, head));
}

void report_list_text(const struct model *m, const struct now *now, struct buf *out)
{
	struct stamp at = report_now(now);
	for (size_t k = m->incidents.n; k-- > 0;) {
		const struct model_incident *i = &m->incidents.v[k];
		struct phases p;
		char day[CLOCK_LEN], clock[DURATION_LEN], services[256];
		bool running;
		phases_of(m, i, &p);
		part_say(out, "%-9s %s  %-9s %8s  %-16s %s", i->name, instant_local(i->declared.at, "%Y-%m-%d %H:%M", day, sizeof day),
			incident_state_name(phases_state(i, &p)), duration_clock(phases_clock(&p, &at, &running), clock),
			part_services(i, services, sizeof services), i->title ? i->title : "");
		vec_each(struct model_action, a, &i->actions)
			if (i->open && a->outcome == OUTCOME_COUNTDOWN)
				part_say(out, "; %s by itself in %s", a->action, duration_clock(action_countdown_shown(a, &at), clock));
		buf_addc(out, '\n');
	}
	if (!m->incidents.n)
		buf_adds(out, "no incident in this store\n");
}
