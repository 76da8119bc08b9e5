/* Outcomes that are not known.  The acting process is waited for, then the
 * backend is asked what became of the operation, again and again in the times
 * that decide gives, each time through a process of its own. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "engine/parts.h"

#define LOOK_MS 250
#define TERM_US (2 * US_SECOND)

static void recon_free(struct recon *r)
{
	struct recon **at = &r->e->recons;
	while (*at && *at != r)
		at = &(*at)->next;
	if (*at)
		*at = r->next;
	timer_stop(&r->timer);
	free(r->key);
	free(r);
}

static const struct model_action *still_unknown(const struct recon *r)
{
	const struct model_action *a = model_action(r->e->model, r->key);
	return a && (a->outcome == OUTCOME_UNKNOWN || a->outcome == OUTCOME_RUNNING) ? a : NULL;
}

static void attempt(void *ctx);

static void next_attempt(struct recon *r)
{
	struct now now;
	os_now(&now);
	timer_stop(&r->timer);
	int64_t after = still_unknown(r) && !r->e->ending ? reconcile_after(r->e->model, r->key, r->attempt, &r->gone, &now) : -1;
	if (after < 0) {
		recon_free(r);
		return;
	}
	struct stamp a = stamp_of_now(&r->gone), b = stamp_of_now(&now);
	int64_t wait = after - stamp_diff(&a, &b, NULL);
	r->timer = timer_new(&r->e->loop, wait > 0 ? (uint64_t)wait / 1000 : 0, 0, attempt, r);
}

static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct recon *r = ctx;
	struct engine *e = r->e;
	struct drafts ds = {0};
	struct now now;
	os_now(&now);
	if (still_unknown(r) && !e->ending) {
		decide_outcome(e->model, &now, r->key, result, fault, code, true, &ds);
		engine_owe(e, &ds);
	}
	drafts_release(&ds);
	if (r->p && host_plugin_state(r->p) == PLUGIN_READY)
		host_plugin_end(r->p, false);
}

static void ready(struct host_plugin *p, void *ctx)
{
	struct recon *r = ctx;
	const struct model_action *a = still_unknown(r);
	struct buf b;
	struct jw w;
	if (!a) {
		host_plugin_end(p, false);
		return;
	}
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "op", a->op);
	jw_kstr(&w, "key", a->key);
	jw_key(&w, "action");
	jw_raw(&w, a->a, strlen(a->a));
	jw_obj_end(&w);
	host_request(p, "reconcile", buf_str(&b), b.len, RECONCILE_US, answered, r);
	buf_release(&b);
}

static void notified(struct host_plugin *p, void *ctx, const char *method, const struct json *params)
{
	struct recon *r = ctx;
	const struct model_action *a = model_action(r->e->model, r->key);
	(void)p;
	if (a)
		engine_heard(r->e, a->backend, method, params);
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct recon *r = ctx;
	struct engine *e = r->e;
	(void)why;
	host_plugin_free(p);
	r->p = NULL;
	next_attempt(r);
	engine_gone(e);
}

static void launched(void *ctx, struct host_plugin *p, const char *sha, const struct fault *fault)
{
	struct recon *r = ctx;
	(void)sha;
	(void)fault;
	r->launch = NULL;
	r->p = p;
	if (!p)
		next_attempt(r);
}

static const struct host_events recon_events = {ready, notified, gone};

static void attempt(void *ctx)
{
	struct recon *r = ctx;
	const struct model_action *a = still_unknown(r);
	timer_stop(&r->timer);
	if (!a || r->e->ending) {
		recon_free(r);
		return;
	}
	r->attempt++;
	r->launch = launch_new(r->e, a->backend, true, &recon_events, launched, r);
}

/* ---- an acting process that an earlier engine left --------------------------------------- */

static void look(void *ctx);

static bool past_deadline(const struct model_action *a, const struct now *now)
{
	struct stamp t = stamp_of_now(now);
	return a->fired.at && stamp_diff(&a->fired, &t, NULL) > a->deadline_us;
}

static void look(void *ctx)
{
	struct recon *r = ctx;
	const struct model_action *a = still_unknown(r);
	struct now now;
	os_now(&now);
	if (!a || os_pid_start(r->pid) != r->start) {
		r->gone = now;
		next_attempt(r);
		return;
	}
	if (!past_deadline(a, &now))
		return;
	if (!r->termed || now.mono - r->killed_mono > TERM_US) {
		char *tmpdir = os_tmpdir_of(r->pid);
		os_kill_all(r->pid, tmpdir, r->termed ? SIGKILL : SIGTERM);
		free(tmpdir);
		r->killed_mono = now.mono;
		r->termed = true;
	}
}

void reconcile_begin(struct engine *e, const char *key, const struct now *gone_at, pid_t pid, uint64_t start)
{
	for (struct recon *r = e->recons; r; r = r->next)
		if (!strcmp(r->key, key))
			return;
	struct recon *r = mem_new(sizeof *r);
	r->e = e;
	r->key = mem_str(key);
	r->gone = *gone_at;
	r->pid = pid;
	r->start = start;
	r->next = e->recons;
	e->recons = r;
	if (pid > 1 && start && os_pid_start(pid) == start)
		r->timer = timer_new(&e->loop, 0, LOOK_MS, look, r);
	else
		next_attempt(r);
}

void reconcile_all(struct engine *e)
{
	struct now now;
	os_now(&now);
	vec_each(struct model_incident, i, &e->model->incidents)
		vec_each(struct model_action, a, &i->actions) {
			if (a->outcome != OUTCOME_UNKNOWN && a->outcome != OUTCOME_RUNNING)
				continue;
			bool same_boot = a->fired.boot && !strcmp(a->fired.boot, now.boot);
			reconcile_begin(e, a->key, &now, same_boot ? (pid_t)a->pid : 0, same_boot ? (uint64_t)a->pid_start : 0);
		}
}

void reconcile_end(struct engine *e)
{
	for (struct recon *r = e->recons, *next; r; r = next) {
		next = r->next;
		if (r->launch)
			launch_drop(&r->launch);
		if (r->p)
			host_plugin_end(r->p, false);
		else
			recon_free(r);
	}
}
