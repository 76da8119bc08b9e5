/* Ways back, tried all day (mission A10): every action's preflight, backend by
 * backend, one acting process at a time, so that what would fail if it were
 * pressed now is known before the night.  Changes nothing; keeps out of the way
 * of whatever really acts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "decide/way.h"
#include "engine/parts.h"

#define WAYS_FIRST_US US_MINUTE          /* after the engine's start: the sources have told by then */
#define WAYS_EVERY_US (10 * US_MINUTE)
#define WAYS_NAMED 200                   /* of those that are not ready, in one event */
#define WAYS_LOST 3                      /* answers in a row: a backend that hangs must not keep the others waiting for hours */

struct way_found { char service[72], action[72], why[300]; };
struct ways {
	struct engine *e;
	struct launch *launch;
	struct host_plugin *p;
	char backend[72];
	size_t next_backend;             /* of the kit, as long as it is the same */
	char kit_digest[SHA_HEX];
	size_t service, action;          /* the one that is asked about */
	size_t tried, ready;
	int lost;                        /* answers in a row that did not come */
	VEC(struct way_found) not_ready;
	bool recorded, gave_way;         /* of this backend: its event is made; somebody acts, so there will be none */
	bool round, again;               /* one is under way; another was asked for meanwhile */
	int64_t ended;                   /* mono: the last one was over; 0 none yet */
};

static bool acts_now(const struct engine *e)
{
	if (e->acts || e->recons)
		return true;
	for (size_t i = 0; i < e->model->incidents.n; i++)
		for (size_t k = 0; k < e->model->incidents.v[i].actions.n; k++)
			if (e->model->incidents.v[i].open && !action_over(&e->model->incidents.v[i].actions.v[k]))
				return true;
	return false;
}

/* The kit is still the one that the round began with. */
static const struct kit *kit_of(const struct ways *w)
{
	const struct kit *k = w->e->model->kit;

	return k && !strcmp(k->digest, w->kit_digest) && !w->e->ending && !w->e->lost ? k : NULL;
}

/* ---- what was found ------------------------------------------------------------ */

static void note(struct ways *w, const struct kit_action *a, const char *why)
{
	w->tried++;
	if (!why) {
		w->ready++;
		return;
	}
	struct way_found *f = vec_push(&w->not_ready);
	text_copy(f->service, sizeof f->service, a->service->name);
	text_copy(f->action, sizeof f->action, a->name);
	text_safe(f->why, sizeof f->why, why);
}

/* One event a backend and round: how many, and each that would fail. */
static void record(struct ways *w)
{
	struct drafts ds = {0};

	w->recorded = true;
	if (!w->tried)
		return;
	struct jw j = draft_open(&ds, EVENT_WAYS, NULL, "engine");
	jw_kstr(&j, "backend", w->backend);
	jw_kint(&j, "tried", (int64_t)w->tried);
	jw_kint(&j, "ready", (int64_t)w->ready);
	jw_key(&j, "not");
	jw_arr(&j);
	for (size_t i = 0; i < w->not_ready.n && i < WAYS_NAMED; i++) {
		jw_obj(&j);
		jw_kstr(&j, "service", w->not_ready.v[i].service);
		jw_kstr(&j, "action", w->not_ready.v[i].action);
		jw_kstr(&j, "why", w->not_ready.v[i].why);
		jw_obj_end(&j);
	}
	jw_arr_end(&j);
	draft_close(&j);
	engine_owe(w->e, &ds);
	drafts_release(&ds);
}

/* ---- one action after the other ---------------------------------------------------- */

static void ask_next(struct ways *w);

static const struct kit_action *action_at(const struct ways *w, const struct kit *k)
{
	return w->service < k->n_services && w->action < k->services[w->service].n_actions ? &k->services[w->service].actions[w->action] : NULL;
}

/* To the next action of this backend, from the one that stands at service and action on. */
static void seek(struct ways *w, const struct kit *k)
{
	for (; w->service < k->n_services; w->service++, w->action = 0)
		for (; w->action < k->services[w->service].n_actions; w->action++)
			if (!strcmp(k->services[w->service].actions[w->action].backend, w->backend))
				return;
}

static void step(struct ways *w, const struct kit *k)
{
	w->action++;
	seek(w, k);
}

/* What was not asked, or not answered, would fail for this reason. */
static void none_works(struct ways *w, const char *why)
{
	const struct kit *k = kit_of(w);
	const struct kit_action *a;

	while (k && (a = action_at(w, k))) {
		note(w, a, why);
		step(w, k);
	}
	record(w);
}

/* It hangs: what was not asked yet would hang as well. */
static void give_up(struct ways *w, const char *fault)
{
	char why[300];

	snprintf(why, sizeof why, "%d answers in a row did not come: %.200s", WAYS_LOST, fault);
	if (kit_of(w) && !acts_now(w->e))
		none_works(w, why);
	else
		w->gave_way = true;
	if (w->p && host_plugin_state(w->p) == PLUGIN_READY)
		host_plugin_end(w->p, false);
}

static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct ways *w = ctx;
	const struct kit *k = kit_of(w);
	const struct kit_action *a = k ? action_at(w, k) : NULL;
	char why[300];

	w->lost = result || code ? 0 : w->lost + 1;
	if (a) {
		note(w, a, way_lost(w->e->model, a, result, fault, why, sizeof why));
		step(w, k);
	}
	if (w->lost >= WAYS_LOST)
		give_up(w, fault->what);
	else
		ask_next(w);
}

/* Somebody acts: the round gives way, and what it has is no round. */
static void ask_next(struct ways *w)
{
	const struct kit *k = kit_of(w);
	const struct kit_action *a = k && !acts_now(w->e) ? action_at(w, k) : NULL;
	struct buf b;

	if (!w->p || host_plugin_state(w->p) != PLUGIN_READY)
		return; /* gone follows */
	if (!a) {
		if (k && w->service >= k->n_services)
			record(w);
		else
			w->gave_way = true;
		host_plugin_end(w->p, false);
		return;
	}
	buf_init(&b, JSON_LINE_MAX);
	way_question(w->e->model, a, "engine", &b);
	host_request(w->p, "preflight", buf_str(&b), b.len, PREFLIGHT_US, answered, w);
	buf_release(&b);
}

/* ---- one backend after the other ------------------------------------------------------ */

static void begin_backend(struct ways *w);

static void ready(struct host_plugin *p, void *ctx)
{
	(void)p;
	ask_next(ctx);
}

static void notified(struct host_plugin *p, void *ctx, const char *method, const struct json *params)
{
	struct ways *w = ctx;

	(void)p;
	engine_heard(w->e, w->backend, method, params);
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct ways *w = ctx;
	struct engine *e = w->e;
	char text[300];

	snprintf(text, sizeof text, "the plugin ended while it was asked: %.200s", why);
	host_plugin_free(p);
	w->p = NULL;
	if (!w->recorded && !w->gave_way)
		none_works(w, text);
	begin_backend(w);
	engine_gone(e);
}

/* A program that does not start: none of its ways works, and the reason is the same for all. */
static void launched(void *ctx, struct host_plugin *p, const char *sha, const struct fault *fault)
{
	struct ways *w = ctx;
	(void)sha;
	w->launch = NULL;
	w->p = p;
	if (p)
		return;
	none_works(w, fault ? fault->what : "the plugin does not start");
	begin_backend(w);
}

static const struct host_events ways_events = {ready, notified, gone};

static bool first_action(struct ways *w, const struct kit *k)
{
	w->service = w->action = 0;
	seek(w, k);
	return w->service < k->n_services;
}

static void begin_backend(struct ways *w)
{
	const struct kit *k = kit_of(w);
	struct now now;

	vec_release(&w->not_ready);
	w->tried = w->ready = 0;
	w->lost = 0;
	w->recorded = w->gave_way = false;
	while (k && !acts_now(w->e) && w->next_backend < k->n_backends) {
		text_copy(w->backend, sizeof w->backend, k->backends[w->next_backend++].id);
		if (!first_action(w, k))
			continue;
		w->launch = launch_new(w->e, w->backend, true, &ways_events, launched, w);
		return;
	}
	os_now(&now);
	w->round = false;
	w->ended = now.mono - (w->again ? WAYS_EVERY_US : 0);
	w->again = false;
}

/* Called every second: is a round due? */
void ways_look(struct engine *e)
{
	struct ways *w = e->ways;
	struct now now;

	os_now(&now);
	if (!w) {
		w = e->ways = mem_new(sizeof *w);
		w->e = e;
		w->ended = now.mono - WAYS_EVERY_US + WAYS_FIRST_US;
	}
	if (w->round || e->ending || e->lost || !e->model->kit || now.mono - w->ended < WAYS_EVERY_US || acts_now(e))
		return;
	w->round = true;
	w->next_backend = 0;
	memcpy(w->kit_digest, e->model->kit->digest, sizeof w->kit_digest);
	begin_backend(w);
}

void ways_now(struct engine *e)
{
	ways_look(e);
	if (e->ways->round) {
		e->ways->again = true;
		return;
	}
	e->ways->ended -= WAYS_EVERY_US;
	ways_look(e);
}

/* The engine ends: what is being tried is let go, nothing was changed by it. */
void ways_end(struct engine *e)
{
	struct ways *w = e->ways;

	if (!w)
		return;
	launch_drop(&w->launch);
	if (w->p && host_plugin_state(w->p) != PLUGIN_GONE)
		host_plugin_end(w->p, false);
}

void ways_free(struct engine *e)
{
	if (e->ways)
		vec_release(&e->ways->not_ready);
	free(e->ways);
	e->ways = NULL;
}
