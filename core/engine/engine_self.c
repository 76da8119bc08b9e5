/* The engine's look at itself, every 2 s: are socket, lock and store still its
 * own, did the clock jump, is it needed at all?  And what it writes down about
 * clocks when it starts. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "engine/parts.h"

#define STEP_US (250 * 1000)
#define GAP_US (20 * US_SECOND) /* so long between two looks, that are 2 s apart, nobody watched: the machine slept */
#define KIT_EVERY_US (4 * US_SECOND)
#define CHECKPOINT_EVERY 16

static void put_clock(struct drafts *out, const char *what, int64_t by)
{
	struct jw j = draft_open(out, EVENT_CLOCK, NULL, "engine");
	jw_kstr(&j, "what", what);
	jw_kint(&j, "by_us", by);
	jw_obj_end(&j);
}

void self_start_drafts(struct engine *e, const struct now *now, struct drafts *out)
{
	const struct model *m = e->model;
	struct stamp t = stamp_of_now(now);
	bool reboot = m->now.at && m->now.boot && strcmp(m->now.boot, now->boot) != 0;
	if (m->seq > 1 && m->now.at) /* either way nobody watched for that long */
		put_clock(out, reboot ? "boot" : "gap", stamp_diff(&m->now, &t, NULL));
	struct jw j = draft_open(out, EVENT_ENGINE, NULL, "engine");
	jw_kstr(&j, "what", "started");
	jw_kstr(&j, "host", e->host);
	jw_kint(&j, "pid", getpid());
	jw_kstr(&j, "version", PACKAGE_VERSION);
	jw_kint(&j, "reducer", REDUCER_VERSION);
	jw_obj_end(&j);
	e->checked = *now;
}

static void look_at_clock(struct engine *e, const struct now *now)
{
	struct drafts ds = {0};
	int64_t by = (now->at - e->checked.at) - (now->mono - e->checked.mono);
	if (e->checked.at && (by > STEP_US || by < -STEP_US))
		put_clock(&ds, "step", by);
	struct now before = e->checked;
	bool gap = before.at && now->mono - before.mono > GAP_US;
	if (gap)
		put_clock(&ds, "gap", now->mono - before.mono);
	e->checked = *now;
	if (ds.n)
		engine_owe(e, &ds);
	drafts_release(&ds);
	if (gap)
		backfill_gap(e, before.at);
}

static bool something_stands(const struct engine *e)
{
	const struct model *m = e->model;
	const struct kit *k = m->kit;
	if (model_open_incidents(m, NULL) || m->pins.n || m->freezes.n || e->recons)
		return true;
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions)
			if (!action_over(a))
				return true;
	for (const struct act *a = e->acts; a; a = a->next)
		if (a->state == ACT_PERFORMING)
			return true;
	return k && names_has(&k->automatic.on, e->host);
}

static void leave_if_not_needed(struct engine *e, const struct now *now)
{
	if ((!e->o->by_client && !e->o->demo) || !e->alone_since)
		return;
	if (now->mono - e->alone_since < LEAVE_AFTER_US || (!e->o->demo && something_stands(e)))
		return;
	engine_end(e, STATUS_OK, "nobody is here and nothing is open");
}

static bool still_ours(struct engine *e)
{
	bool lock = lock_is_ours(e), store = journal_is_its_own(e->journal);
	if (lock && store)
		return true;
	e->lost = true;
	fault_set(&e->why, STATUS_OUTSIDE, "store-gone", "the %s was deleted or replaced under the engine: nothing fires any more (%s)",
		lock ? "store" : "lock", lock ? e->store : e->lock);
	fault_mend(&e->why, "the next command starts an engine on what lies there now");
	clients_problem(e, "store", e->why.what);
	engine_end(e, STATUS_OUTSIDE, NULL);
	return false;
}

static void bind_again(struct engine *e)
{
	struct fault f;
	if (clients_socket_is_ours(e))
		return;
	clients_unlisten(e);
	clients_problem(e, "socket", clients_listen(e, &f) ? f.what : NULL);
}

void self_check(struct engine *e)
{
	struct now now;
	if (e->ending || !still_ours(e))
		return;
	os_now(&now);
	look_at_clock(e, &now);
	bind_again(e);
	if (now.mono - e->kit_looked >= KIT_EVERY_US || e->kit_again) {
		e->kit_looked = now.mono;
		kit_look(e);
	}
	anchors_write(e, false);
	figures_write(e);
	ways_look(e);
	if (++e->looks % CHECKPOINT_EVERY == 0)
		journal_checkpoint(e->journal);
	leave_if_not_needed(e, &now);
}
