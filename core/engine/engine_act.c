/* Acting processes: one for every open panel.  It answers the preflight, keeps
 * still while the person decides, and performs what the panel showed, unchanged.
 * Nothing here sends `perform` before the intent is in the journal. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define PROGRESS_EVERY (200 * 1000)

static void act_free(struct act *a)
{
	struct act **at = &a->e->acts;
	while (*at && *at != a)
		at = &(*at)->next;
	if (*at)
		*at = a->next;
	if (a->peer && a->peer->panel == a)
		a->peer->panel = NULL;
	timer_stop(&a->idle);
	panel_release(&a->panel);
	free(a->key);
	free(a->op);
	free(a);
}

void panel_became(struct engine *e, const struct act *a, const char *text)
{
	struct last_panel *l = NULL;
	struct now now;
	if (!a->person[0])
		return;
	vec_each(struct last_panel, x, &e->panels)
		if (!strcmp(x->person, a->person))
			l = x;
	if (!l)
		l = vec_push(&e->panels);
	os_now(&now);
	text_copy(l->person, sizeof l->person, a->person);
	text_copy(l->action, sizeof l->action, a->panel.action);
	text_copy(l->service, sizeof l->service, a->panel.service);
	text_copy(l->text, sizeof l->text, text);
	l->mono = now.mono;
}

/* ---- a panel closes --------------------------------------------------------------------- */

static void record_disarmed(struct act *a, const char *why)
{
	struct drafts ds = {0};
	const struct model_incident *i = model_incident_of_service(a->e->model, a->panel.service);
	struct jw j = draft_open(&ds, EVENT_ACTION_DISARMED, i ? i->name : NULL, a->person[0] ? a->person : "engine");
	jw_kstr(&j, "action", a->panel.action);
	jw_kstr(&j, "service", a->panel.service);
	if (why)
		jw_kstr(&j, "why", why);
	jw_obj_end(&j);
	engine_owe(a->e, &ds);
	drafts_release(&ds);
}

static void end_process(struct act *a)
{
	timer_stop(&a->idle);
	a->state = ACT_ENDING;
	if (a->launch) {
		launch_drop(&a->launch);
		act_free(a);
	} else if (a->p) {
		host_plugin_end(a->p, false);
	} else {
		act_free(a);
	}
}

/* Who waits for the panel is told that there will be none: an ask without an answer is sent again on every new line. */
static void not_opened(struct act *a, struct peer *p, const char *why)
{
	struct fault f;
	if (!p || a->arm_id < 0)
		return;
	fault_set(&f, STATUS_NO, "panel-closed", "the panel was closed before it opened%s%.150s", why ? ": " : "", why ? why : "");
	fault_mend(&f, "nothing was fired; open it again");
	reply_fault(p, a->arm_id, STATUS_NO, &f);
	a->arm_id = -1;
}

/* why NULL: the person closed it, which decide has recorded already. */
void act_close(struct act *a, const char *why, bool tell)
{
	char text[200];
	struct peer *p = a->peer;
	if (a->state >= ACT_PERFORMING)
		return;
	if (a->owner->closed) {
		a->owner->closed(a, why ? why : "closed");
		end_process(a);
		return;
	}
	a->peer = NULL;
	not_opened(a, p, why);
	if (p) {
		p->panel = NULL;
		if (tell)
			peer_tell(p, "panel-closed", NULL, why);
	}
	if (why)
		record_disarmed(a, why);
	snprintf(text, sizeof text, "closed%s%.150s, nothing fired", why ? ": " : "", why ? why : "");
	panel_became(a->e, a, a->in_doubt ? "the store failed while it was fired: look at the journal" : text);
	end_process(a);
}

void acts_close_panels(struct engine *e, const char *why)
{
	for (struct act *a = e->acts, *next; a; a = next) {
		next = a->next;
		act_close(a, why, true);
	}
}

static void left_open(void *ctx)
{
	act_close(ctx, "left open for 90 s", true);
}

/* ---- a panel opens ------------------------------------------------------------------------ */

static void arm_failed(struct act *a, enum status s, const struct fault *f)
{
	struct peer *p = a->peer;
	if (p && a->arm_id >= 0)
		reply_fault(p, a->arm_id, s, f);
	a->arm_id = -1;
	act_close(a, f->what, false);
}

void act_end(struct act *a)
{
	if (a->state < ACT_PERFORMING)
		end_process(a);
}

static void opened_for_peer(struct act *a)
{
	struct buf b;
	struct now now;
	os_now(&now);
	a->idle = timer_new(&a->e->loop, PANEL_IDLE_MS, 0, left_open, a);
	buf_init(&b, JSON_LINE_MAX);
	panel_print(a->e->model, &a->panel, a->person[0] ? a->person : NULL, &now, &b);
	reply_result(a->peer, a->arm_id, buf_str(&b), b.len);
	a->arm_id = -1;
	buf_release(&b);
}

static const struct act_owner peer_owner = {opened_for_peer, arm_failed, NULL};

/* What an error reply to preflight says about the world, against a plugin that could not be asked at all. */
static enum status status_of_code(int code)
{
	return code == -32001 || code == -32002 || code == -32003 ? STATUS_NO : STATUS_OUTSIDE;
}

static void preflighted(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct act *a = ctx;
	struct engine *e = a->e;
	struct now now;
	struct fault f;
	if (a->state != ACT_PREFLIGHT)
		return;
	if (!result) {
		f = *fault;
		if (!f.mend[0] && code == -32002)
			fault_mend(&f, "nothing was fired; choose a version: `a` and Enter in the console, --to VERSION on the command line");
		else if (!f.mend[0])
			fault_mend(&f, "nothing was fired; `backout plugin list` shows how the backend %s is", a->panel.backend);
		a->owner->failed(a, status_of_code(code), &f);
		return;
	}
	os_now(&now);
	enum status s = panel_freeze(e->model, &a->panel, result, a->sha, &now, &f);
	if (s) {
		a->owner->failed(a, s, &f);
		return;
	}
	a->state = ACT_OPEN;
	a->owner->opened(a);
}

static void ready(struct host_plugin *p, void *ctx)
{
	struct act *a = ctx;
	struct buf b;
	if (a->state != ACT_STARTING)
		return;
	a->state = ACT_PREFLIGHT;
	buf_init(&b, JSON_LINE_MAX);
	buf_addf(&b, "{\"action\":%s}", buf_str(&a->panel.a));
	host_request(p, "preflight", buf_str(&b), b.len, PREFLIGHT_US, preflighted, a);
	buf_release(&b);
}

static void progressed(struct act *a, const struct json *params)
{
	struct drafts ds = {0};
	struct now now;
	char text[512];
	double share = json_get_num(params, "share", -1);
	os_now(&now);
	if (a->state != ACT_PERFORMING || !a->key || strcmp(json_get_str(params, "op", ""), a->op) != 0 ||
	    now.mono - a->progress_mono < PROGRESS_EVERY)
		return;
	a->progress_mono = now.mono;
	const struct model_action *m = model_action(a->e->model, a->key);
	if (!m)
		return;
	text_copy(text, sizeof text, json_get_str(params, "text", ""));
	char actor[96];
	snprintf(actor, sizeof actor, "plugin:%s", a->panel.backend);
	struct jw j = draft_open(&ds, EVENT_ACTION_PROGRESS, m->incident, actor);
	jw_kstr(&j, "key", a->key);
	if (share >= 0 && share <= 1)
		jw_knum(&j, "share", share);
	jw_kstr(&j, "text", text);
	jw_obj_end(&j);
	engine_commit(a->e, &ds, &now, NULL); /* lost progress is no loss */
	drafts_release(&ds);
}

static void notified(struct host_plugin *p, void *ctx, const char *method, const struct json *params)
{
	struct act *a = ctx;
	(void)p;
	if (!strcmp(method, "progress"))
		progressed(a, params);
	else
		engine_heard(a->e, a->panel.backend, method, params);
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct act *a = ctx;
	struct engine *e = a->e;
	struct fault f;
	struct now now;
	const char *words = host_plugin_last_words(p);
	fault_set(&f, STATUS_OUTSIDE, "plugin-gone", "the plugin of %s ended: %.120s%s%.160s", a->panel.backend, why, words[0] ? ": " : "", words);
	fault_mend(&f, "nothing was fired; `backout plugin check` tries the plugin by itself");
	os_now(&now);
	host_plugin_free(p);
	a->p = NULL;
	if (a->state == ACT_STARTING || a->state == ACT_PREFLIGHT) {
		a->owner->failed(a, STATUS_OUTSIDE, &f);
	} else if (a->state == ACT_OPEN) {
		act_close(a, f.what, true);
	} else {
		const struct model_action *m = a->key ? model_action(e->model, a->key) : NULL;
		if (m && (m->outcome == OUTCOME_UNKNOWN || m->outcome == OUTCOME_RUNNING) && !e->ending)
			reconcile_begin(e, a->key, &now, 0, 0);
		act_free(a);
	}
	engine_gone(e);
}

static void launched(void *ctx, struct host_plugin *p, const char *sha, const struct fault *fault)
{
	struct act *a = ctx;
	a->launch = NULL;
	a->p = p;
	text_copy(a->sha, sizeof a->sha, sha);
	if (!p) {
		struct fault f = *fault;
		if (!f.mend[0])
			fault_mend(&f, "nothing was fired");
		a->owner->failed(a, STATUS_OUTSIDE, &f);
	}
}

static const struct host_events act_events = {ready, notified, gone};

struct act *act_new(struct engine *e, struct panel *panel, const struct act_owner *owner)
{
	struct act *a = mem_new(sizeof *a);
	a->e = e;
	a->owner = owner;
	a->arm_id = -1;
	a->panel = *panel;
	a->next = e->acts;
	e->acts = a;
	a->launch = launch_new(e, a->panel.backend, true, &act_events, launched, a);
	return a;
}

void act_arm(struct peer *p, int64_t id, struct panel *panel)
{
	struct act *a = act_new(p->e, panel, &peer_owner);
	a->peer = p;
	a->arm_id = id;
	text_copy(a->person, sizeof a->person, a->panel.person);
	p->panel = a;
}

/* ---- it is fired ------------------------------------------------------------------------------ */

static void outcome(struct act *a, const struct json *result, const struct fault *fault, int code)
{
	struct engine *e = a->e;
	struct drafts ds = {0};
	struct now now;
	os_now(&now);
	decide_outcome(e->model, &now, a->key, result, fault, code, false, &ds);
	engine_owe(e, &ds); /* what happened is recorded, however long the store needs */
	drafts_release(&ds);
}

static void performed(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct act *a = ctx;
	if (a->state != ACT_PERFORMING || a->e->ending)
		return;
	outcome(a, result, fault, code);
	a->state = ACT_ENDING;
	/* a passed deadline leaves a process that still does something: it is told to stop, then made to */
	if (a->p && host_plugin_state(a->p) == PLUGIN_READY)
		host_plugin_end(a->p, !result && !code);
}

void act_perform(struct act *a, const char *key)
{
	struct engine *e = a->e;
	const struct model_action *m = model_action(e->model, key);
	struct buf b;
	struct jw w;
	timer_stop(&a->idle);
	a->state = ACT_PERFORMING;
	a->key = mem_str(key);
	if (!m || !a->p || e->lost) {
		act_not_performed(e, key);
		end_process(a);
		return;
	}
	a->op = mem_str(m->op);
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "op", m->op);
	jw_kstr(&w, "key", m->key);
	jw_key(&w, "action");
	jw_raw(&w, m->a, strlen(m->a));
	jw_knum(&w, "deadline", (double)m->deadline_us / (double)US_SECOND);
	jw_obj_end(&w);
	host_request(a->p, "perform", buf_str(&b), b.len, m->deadline_us, performed, a);
	buf_release(&b);
}

/* The intent is on record but nothing was sent, for sure: an outcome as if the backend had refused it whole. */
void act_not_performed(struct engine *e, const char *key)
{
	struct drafts ds = {0};
	struct now now;
	struct fault f;
	os_now(&now);
	fault_set(&f, STATUS_OUTSIDE, "not-sent", "the intent was recorded too late: nothing was sent to the backend");
	decide_outcome(e->model, &now, key, NULL, &f, -32000, false, &ds);
	engine_owe(e, &ds);
	drafts_release(&ds);
}

void act_cancel(struct engine *e, const char *key)
{
	struct buf b;
	for (struct act *a = e->acts; a; a = a->next) {
		if (a->state != ACT_PERFORMING || !a->p || !a->key || strcmp(a->key, key) != 0)
			continue;
		buf_init(&b, 256);
		buf_addf(&b, "{\"op\":\"%s\"}", a->op);
		host_notify(a->p, "cancel", buf_str(&b), b.len);
		buf_release(&b);
	}
}

/* The engine ends: panels close, what performs lives on and is waited for by the next engine. */
void acts_leave(struct engine *e)
{
	for (struct act *a = e->acts, *next; a; a = next) {
		next = a->next;
		if (a->state == ACT_PERFORMING && a->p)
			host_plugin_leave(a->p);
		else
			act_close(a, "the engine ended", true);
	}
}
