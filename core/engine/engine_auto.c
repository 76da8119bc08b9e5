/* What acts by itself: a panel that nobody sees.  Its acting process answers the
 * preflight, keeps still while the countdown runs, answers once more at zero, and
 * performs.  What may, and what is missing, is decided in core/decide; here are
 * the processes. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define TRY_AGAIN_US (5 * US_SECOND) /* after a start that came to nothing, whatever decide says */
#define FRESH_US US_SECOND           /* so new a preflight is not asked for again at zero */

static enum status record(struct engine *e, struct drafts *ds, const struct now *now)
{
	enum status s = ds->n ? engine_commit(e, ds, now, NULL) : STATUS_OK;
	drafts_release(ds);
	return s;
}

/* ---- its panel ------------------------------------------------------------------ */

/* The countdown that this process was started for, or NULL. */
static const struct model_action *countdown_of(const struct act *a)
{
	const struct model_action *x = a->key ? model_action(a->e->model, a->key) : NULL;
	return x && x->outcome == OUTCOME_COUNTDOWN ? x : NULL;
}

static const char *key_begun(const struct drafts *ds, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t i = 0; i < ds->n; i++) {
		struct json *body = NULL;
		if (ds->v[i].kind == EVENT_ACTION_REQUESTED && !json_parse(buf_str(&ds->v[i].body), ds->v[i].body.len, JSON_LINE_MAX, &body, NULL))
			text_copy(out, cap, json_get_str(body, "key", ""));
		json_free(body);
	}
	return out;
}

/* The panel is there, or why not: decide says whether a countdown begins. */
static void found(struct act *a)
{
	struct engine *e = a->e;
	struct drafts ds = {0};
	struct now now;
	char random[65], key[128];
	os_random_hex(random, 32);
	os_now(&now);
	decide_automatic(e->model, &now, &a->want, &a->panel, random, &ds);
	key_begun(&ds, key, sizeof key);
	if (!record(e, &ds, &now) && key[0] && !a->key)
		a->key = mem_str(key);
}

static void opened(struct act *a)
{
	found(a);
	if (!countdown_of(a))
		act_end(a);
}

static void failed(struct act *a, enum status s, const struct fault *f)
{
	(void)s;
	a->panel.fault = *f;
	found(a);
	act_end(a);
}

/* Its process went, or the kit is another one: nothing was done, and nothing will be. */
static void closed(struct act *a, const char *why)
{
	struct drafts ds = {0};
	if (a->key)
		decide_countdown_lost(a->e->model, a->key, why, &ds);
	if (ds.n)
		engine_owe(a->e, &ds);
	drafts_release(&ds);
}

static const struct act_owner nobody = {opened, failed, closed};

/* ---- after every tick --------------------------------------------------------------- */

static void begin(struct engine *e, const struct automatic_want *want)
{
	struct panel panel;
	struct fault f;
	panel_init(&panel);
	if (panel_begin(e->model, want->service, want->action, NULL, "engine", "by itself", &panel, &f)) {
		panel_release(&panel);
		return;
	}
	struct act *a = act_new(e, &panel, &nobody);
	a->want = *want;
}

static void fire(struct act *a, const struct now *now)
{
	struct engine *e = a->e;
	struct drafts ds = {0};
	char key[128];
	if (!launch_program_is(e, a->panel.backend, a->sha)) {
		act_close(a, "the program of its plugin changed", false);
		return;
	}
	text_copy(key, sizeof key, a->key);
	a->panel.pid = host_plugin_pid(a->p);
	a->panel.pid_start = (int64_t)host_plugin_start(a->p);
	decide_countdown(e->model, now, key, &a->panel, &ds);
	bool fire = false;
	for (size_t i = 0; i < ds.n; i++)
		fire = fire || ds.v[i].kind == EVENT_ACTION_FIRED;
	enum status s = record(e, &ds, now);
	if (s == STATUS_UNKNOWN && fire)
		a->in_doubt = true; /* the intent may be on disk: nothing is sent; `late` says so in the record */
	if (s || !fire) {
		act_end(a);
		return;
	}
	free(a->key);
	a->key = NULL;
	act_perform(a, key);
}

/* What it said before the countdown may be otherwise by now: another way, another version, not ready. */
static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct act *a = ctx;
	struct engine *e = a->e;
	struct panel *p = &a->panel, fresh;
	struct now now;
	(void)code;
	if (a->state != ACT_OPEN || !countdown_of(a) || e->ending)
		return; /* vetoed, or lost, meanwhile */
	os_now(&now);
	panel_init(&fresh);
	if (!result)
		p->fault = *fault;
	else if (!panel_begin(e->model, a->want.service, a->want.action, NULL, "engine", "by itself", &fresh, &p->fault) &&
		!panel_freeze(e->model, &fresh, result, a->sha, &now, &p->fault)) {
		panel_release(p);
		*p = fresh;
		panel_init(&fresh);
	}
	panel_release(&fresh);
	if (!e->lost && !e->heal)
		fire(a, &now);
}

static void zero(struct act *a, const struct now *now)
{
	struct panel p;
	struct buf b;
	bool fresh = now->mono - a->panel.at.mono < FRESH_US;
	panel_init(&p);
	if (fresh || panel_begin(a->e->model, a->want.service, a->want.action, NULL, "engine", "by itself", &p, &a->panel.fault)) {
		panel_release(&p);
		fire(a, now);
		return;
	}
	a->asked_again = true;
	buf_init(&b, JSON_LINE_MAX);
	buf_addf(&b, "{\"action\":%s}", buf_str(&p.a));
	panel_release(&p);
	host_request(a->p, "preflight", buf_str(&b), b.len, PREFLIGHT_US, answered, a);
	buf_release(&b);
}

/* A countdown without a process of its own: that of an engine before, or one that was lost on the way. */
static void lose_orphans(struct engine *e, struct drafts *ds)
{
	vec_each(const struct model_incident, i, &e->model->incidents)
		vec_each(const struct model_action, x, &i->actions) {
			bool held = x->outcome != OUTCOME_COUNTDOWN;
			for (const struct act *a = e->acts; a && !held; a = a->next)
				held = a->key && !strcmp(a->key, x->key) && a->state < ACT_ENDING;
			if (!held)
				decide_countdown_lost(e->model, x->key, "its acting process is gone: nothing was done", ds);
		}
}

/* Nobody's no would be on record now: what counts down ends, and is counted anew when the store takes it again. */
static void stop_countdowns(struct engine *e)
{
	for (struct act *a = e->acts, *next; a; a = next) {
		next = a->next;
		if (a->owner == &nobody && a->state == ACT_OPEN && countdown_of(a))
			act_close(a, "the store took nothing meanwhile: it is counted from the beginning", false);
	}
}

void auto_look(struct engine *e)
{
	struct now now;
	struct stamp n;
	struct automatic_want want;
	struct drafts ds = {0};
	bool preparing = false;
	if (e->heal && !e->ending && !e->lost)
		stop_countdowns(e);
	if (e->ending || e->lost || e->heal || !e->model->kit) /* a store that takes nothing: nothing begins, nothing fires */
		return;
	os_now(&now);
	n = stamp_of_now(&now);
	for (struct act *a = e->acts, *next; a; a = next) {
		next = a->next;
		if (a->owner != &nobody || a->state >= ACT_PERFORMING)
			continue;
		const struct model_action *x = countdown_of(a);
		preparing = preparing || a->state < ACT_OPEN;
		if (a->key && !x)
			act_end(a); /* vetoed, expired, or a person fired in its place */
		else if (x && !a->asked_again && action_countdown_left(x, &n) <= 0)
			zero(a, &now);
	}
	lose_orphans(e, &ds);
	record(e, &ds, &now);
	if (preparing || (e->auto_tried && now.mono - e->auto_tried < TRY_AGAIN_US) || !automatic_next(e->model, &now, &want))
		return;
	e->auto_tried = now.mono;
	begin(e, &want);
}
