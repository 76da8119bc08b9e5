/* An incident's clock, from its facts. */
#include "model/phases.h"

#include <string.h>

static bool earlier(const struct stamp *a, const struct stamp *b)
{
	return a->at && (!b->at || stamp_cmp(a, b) < 0);
}

/* Onset and detection belong together: both are of the earliest breach. */
static void phases_seen(const struct model_incident *i, struct phases *p)
{
	const struct model_breach *first = NULL;
	vec_each(struct model_breach, b, &i->breaches)
		if (!first || earlier(&b->at, &first->at))
			first = b;
	if (first) {
		p->at[PHASE_DETECTED] = first->at;
		p->at[PHASE_ONSET] = first->onset.at ? first->onset : first->at;
	}
	if (earlier(&i->reported, &p->at[PHASE_DETECTED]))
		p->at[PHASE_DETECTED] = i->reported;
	if (!p->at[PHASE_DETECTED].at || earlier(&i->declared, &p->at[PHASE_DETECTED]))
		p->at[PHASE_DETECTED] = i->declared;
	if (i->onset_said.at)
		p->at[PHASE_ONSET] = i->onset_said;
	struct stamp *o = &p->at[PHASE_ONSET];
	if (o->at && o->at < i->declared.at - US_DAY) { /* 24 h back at most */
		o->at = i->declared.at - US_DAY;
		o->mono = i->declared.mono - US_DAY;
		o->boot = i->declared.boot;
	}
}

static bool in_the_way(const struct model_action *a)
{
	return a->outcome == OUTCOME_RUNNING || a->outcome == OUTCOME_UNKNOWN || a->outcome == OUTCOME_WAITING ||
		a->outcome == OUTCOME_COUNTDOWN;
}

static void phases_done(const struct model_incident *i, struct phases *p)
{
	const struct model_action *last = NULL;
	bool busy = false;
	vec_each(struct model_action, a, &i->actions) {
		if (!a->recovery)
			continue;
		if (!p->at[PHASE_DECIDED].at)
			p->at[PHASE_DECIDED] = a->requested;
		if (a->fired.at && !p->at[PHASE_FIRED].at)
			p->at[PHASE_FIRED] = a->fired;
		busy = busy || (in_the_way(a) && (a->fired.at || a->outcome == OUTCOME_COUNTDOWN));
		if (a->ended.at && a->fired.at && (!last || stamp_cmp(&a->ended, &last->ended) >= 0))
			last = a;
	}
	if (busy || !last || last->outcome != OUTCOME_DONE || i->reopened.at)
		return;
	p->at[PHASE_ACTED] = i->settled.at && earlier(&last->ended, &i->settled) ? i->settled : last->ended;
	p->at[PHASE_VERIFIED] = i->verified;
}

static int64_t phases_between(const struct phases *p, enum phase a, enum phase b, bool *approx)
{
	if (!p->at[a].at || !p->at[b].at)
		return -1;
	return stamp_diff(&p->at[a], &p->at[b], approx);
}

static int kept(int64_t took, int64_t promised)
{
	return took < 0 || !promised ? -1 : took <= promised;
}

static void phases_promises(const struct model *m, const struct model_incident *i, struct phases *p)
{
	vec_each(struct model_action, a, &i->actions)
		if (a->recovery && a->fired.at && a->confirmed_us > p->confirmed)
			p->confirmed = a->confirmed_us;
	vec_each(struct model_name, s, &i->services) {
		const struct kit_service *k = m->kit ? kit_service(m->kit, s->name) : NULL;
		int64_t t = k ? k->tier->revert_target : 0;
		if (t && (!p->target || t < p->target))
			p->target = t;
	}
	bool ignore = false;
	p->confirmed_kept = kept(phases_between(p, PHASE_DECIDED, PHASE_VERIFIED, &ignore), p->confirmed);
	p->target_kept = kept(p->bad_to_reverted, p->target);
	bool known = p->confirmed_kept >= 0 || p->target_kept >= 0;
	p->kept = !known ? -1 : p->confirmed_kept != 0 && p->target_kept != 0;
}

void phases_of(const struct model *m, const struct model_incident *i, struct phases *p)
{
	memset(p, 0, sizeof *p);
	p->at[PHASE_DECLARED] = i->declared;
	p->closed = i->closed;
	phases_seen(i, p);
	phases_done(i, p);
	p->detect = phases_between(p, PHASE_ONSET, PHASE_DETECTED, &p->approximate);
	p->decide = phases_between(p, PHASE_DECLARED, PHASE_DECIDED, &p->approximate);
	p->approve = phases_between(p, PHASE_DECIDED, PHASE_FIRED, &p->approximate);
	p->act = phases_between(p, PHASE_FIRED, PHASE_ACTED, &p->approximate);
	p->verify = phases_between(p, PHASE_ACTED, PHASE_VERIFIED, &p->approximate);
	p->bad_to_reverted = phases_between(p, PHASE_DECLARED, PHASE_VERIFIED, &p->approximate);
	p->onset_to_verified = phases_between(p, PHASE_ONSET, PHASE_VERIFIED, &p->approximate);
	phases_promises(m, i, p);
}

/* Where the clocks stop: verified, else closed, else they run. */
static const struct stamp *phases_end(const struct phases *p, const struct stamp *now)
{
	if (p->at[PHASE_VERIFIED].at)
		return &p->at[PHASE_VERIFIED];
	return p->closed.at ? &p->closed : now;
}

int64_t phases_clock(const struct phases *p, const struct stamp *now, bool *out_running)
{
	const struct stamp *end = phases_end(p, now);
	if (out_running)
		*out_running = end == now;
	return stamp_diff(&p->at[PHASE_DECLARED], end, NULL);
}

int64_t phases_hurt(const struct phases *p, const struct stamp *now)
{
	if (!p->at[PHASE_ONSET].at)
		return -1;
	return stamp_diff(&p->at[PHASE_ONSET], phases_end(p, now), NULL);
}

enum incident_state phases_state(const struct model_incident *i, const struct phases *p)
{
	if (!i->open)
		return INCIDENT_CLOSED;
	if (p->at[PHASE_VERIFIED].at)
		return INCIDENT_VERIFIED;
	if (p->at[PHASE_ACTED].at)
		return INCIDENT_ACTED;
	return p->at[PHASE_FIRED].at ? INCIDENT_FIRED : INCIDENT_DECLARED;
}
