/* A tick of the clock, from all who have something to say about it. */
#include <stdint.h>
#include <string.h>

#include "decide/private.h"
#include "decide/world.h"

/* What was offered and not taken in time stays where it is. */
static void tick_offers(const struct model *m, const struct now *now, struct drafts *out)
{
	struct stamp n = stamp_of_now(now);
	vec_each(struct model_incident, i, &m->incidents) {
		if (!i->open || !i->offered_to || stamp_diff(&i->offered_at, &n, NULL) < OFFER_FOR)
			continue;
		struct jw w = draft_open(out, EVENT_COMMANDER, i->name, "engine");
		jw_kstr(&w, "person", i->commander);
		jw_kstr(&w, "how", "lapsed");
		jw_kstr(&w, "to", i->offered_to);
		draft_close(&w);
	}
}

/* Asked for 30 s ago, and nobody said no: command changes hands. */
static void tick_command(const struct model *m, const struct now *now, struct drafts *out)
{
	struct stamp n = stamp_of_now(now);
	vec_each(struct model_incident, i, &m->incidents) {
		if (!i->open || !i->asked_by || stamp_diff(&i->asked_at, &n, NULL) < TAKE_AFTER)
			continue;
		struct jw w = draft_open(out, EVENT_COMMANDER, i->name, "engine");
		jw_kstr(&w, "person", i->asked_by);
		jw_kstr(&w, "from", i->commander);
		jw_kstr(&w, "how", "taken");
		draft_close(&w);
	}
}

static void tick_prompts(const struct model *m, struct judge *j, const struct now *now, const char *random, struct drafts *out)
{
	struct wants w = {0};
	want_stops(m, j, now, &w);
	want_escalations(m, now, &w);
	want_overdue(m, now, &w);
	wants_settle(m, &w, now, random, out);
	vec_release(&w);
}

void decide_tick(const struct model *m, struct judge *j, const struct now *now, const char *random, struct drafts *out)
{
	if (!m->kit)
		return;
	tick_rows(m, j, now, out);
	tick_verify(m, j, now, out);
	tick_command(m, now, out);
	tick_offers(m, now, out);
	tick_adopt(m, out);
	tick_pins(m, out);
	tick_freezes(m, out);
	tick_soak(m, now, out);
	tick_automatic(m, now, out);
	tick_prompts(m, j, now, random, out);
}

int64_t decide_next(const struct model *m, const struct judge *j, const struct now *now)
{
	int64_t t = judge_time(j, now), next = rows_next(j, t);
	int64_t due = next == INT64_MAX ? INT64_MAX : now->mono + (next - t);
	bool busy = j->verifies.n > 0 || m->prompts.n > 0;
	vec_each(struct model_incident, i, &m->incidents)
		busy = busy || i->open;
	vec_each(struct model_row, r, &m->rows)
		busy = busy || r->state != ROW_CLEAR;
	int64_t second = now->mono + (busy ? US_SECOND : 5 * US_SECOND); /* silence is noticed within 5 s */
	int64_t zero = countdown_next(m, now);
	due = due < zero ? due : zero;
	return due < second ? due : second;
}
