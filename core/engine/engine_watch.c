/* Watchers: one process a backend that tells deploys or signals.  Started from
 * the kit in use, told what to watch, restarted with growing pauses. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define WATCH_US (10 * US_SECOND)
#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS (60 * 1000)
#define STEADY_US (60 * US_SECOND)

/* ---- what it is asked for ------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct watched *)a)->key, ((const struct watched *)b)->key);
}

static void learn(struct watch *w, const struct kit *k)
{
	char key[256];
	backfill_stop(w);
	watch_forget(w);
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *s = &k->services[i];
		if (s->deploys_backend && !strcmp(s->deploys_backend, w->backend))
			*vec_push(&w->services) = mem_str(s->name);
		for (size_t n = 0; n < s->n_signals; n++) {
			if (strcmp(s->signals[n].backend, w->backend) != 0)
				continue;
			snprintf(key, sizeof key, "%s/%s", s->name, s->signals[n].name);
			struct watched *item = vec_push(&w->items);
			item->key = mem_str(key);
			item->service = mem_str(s->name);
		}
	}
	if (w->items.n)
		qsort(w->items.v, w->items.n, sizeof *w->items.v, by_key);
}

/* ---- what became of it, on the record ------------------------------------------------- */

void watch_record(struct watch *w, const char *state, const char *why)
{
	struct drafts ds = {0};
	const struct host_manifest *man = w->p && !strcmp(state, "ready") ? host_plugin_manifest(w->p) : NULL;
	bool known = w->state && !strcmp(w->state, state) && !strcmp(w->why, why ? why : "");
	w->state = state;
	text_copy(w->why, sizeof w->why, why ? why : "");
	vec_each(struct watched, i, &w->items)
		mem_set(&i->told, NULL); /* the model forgets with this event why samples fail */
	if (known && !man) /* the same failure a minute later is no news */
		return;
	struct jw j = draft_open(&ds, EVENT_PLUGIN, NULL, "engine");
	jw_kstr(&j, "backend", w->backend);
	jw_kstr(&j, "plugin", man ? man->name : w->plugin);
	jw_kstr(&j, "version", man ? man->version : NULL);
	jw_kstr(&j, "state", state);
	if (w->why[0])
		jw_kstr(&j, "why", w->why);
	jw_kint(&j, "pid", w->p ? host_plugin_pid(w->p) : 0);
	jw_kint(&j, "restarts", w->restarts);
	jw_key(&j, "verbs");
	jw_arr(&j);
	for (size_t i = 0; man && i < man->n_verbs; i++)
		jw_str(&j, man->verbs[i]);
	jw_arr_end(&j);
	jw_obj_end(&j);
	if (!w->e->ending)
		engine_owe(w->e, &ds);
	drafts_release(&ds);
}

/* ---- its life ------------------------------------------------------------------------- */

static void watch_start(void *ctx);

static void watch_free(struct watch *w)
{
	struct watch **at = &w->e->watches;
	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	watch_forget(w);
	vec_each(struct heard_deploy, h, &w->heard) {
		free(h->id);
		free(h->body);
	}
	vec_release(&w->heard);
	timer_stop(&w->again);
	pulse_stop(w);
	free(w->spec);
	free(w->request);
	free(w);
}

static void start_later(struct watch *w)
{
	struct now now;
	os_now(&now);
	if (w->ready_mono && now.mono - w->ready_mono > STEADY_US)
		w->pause_ms = 0;
	w->pause_ms = !w->pause_ms ? PAUSE_FIRST_MS : w->pause_ms * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : w->pause_ms * 2;
	w->ready_mono = 0;
	w->restarts++;
	timer_stop(&w->again);
	w->again = timer_new(&w->e->loop, (uint64_t)w->pause_ms, 0, watch_start, w);
}

static void watching(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct watch *w = ctx;
	w->asked--;
	if (result || code)
		pulse_felt(w);
	if (w->dying)
		return;
	if (result) {
		backfill_begin(w);
		return;
	}
	/* it lives but does not watch: not a source, so it is started anew */
	watch_record(w, "failed", fault ? fault->what : "it does not watch");
	if (w->p && host_plugin_state(w->p) == PLUGIN_READY)
		host_plugin_end(w->p, false);
}

static void ask_to_watch(struct watch *w)
{
	w->asked++;
	backfill_mark(w);
	host_request(w->p, "watch", w->request, strlen(w->request), WATCH_US, watching, w);
}

static void ready(struct host_plugin *p, void *ctx)
{
	struct watch *w = ctx;
	struct now now;
	os_now(&now);
	w->p = p;
	w->ready_mono = now.mono;
	watch_record(w, "ready", NULL);
	ask_to_watch(w);
	pulse_start(w);
}

static void notified(struct host_plugin *p, void *ctx, const char *method, const struct json *params)
{
	(void)p;
	pulse_felt(ctx);
	watch_heard(ctx, method, params);
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct watch *w = ctx;
	struct engine *e = w->e;
	char text[200];
	const char *words = host_plugin_last_words(p);
	snprintf(text, sizeof text, "%.90s%s%.90s", why, words[0] ? ": " : "", words);
	host_plugin_free(p);
	w->p = NULL;
	pulse_stop(w);
	backfill_stop(w);
	if (w->dying || e->ending) {
		watch_free(w);
	} else {
		watch_record(w, "down", text);
		start_later(w);
	}
	engine_gone(e);
}

static void launched(void *ctx, struct host_plugin *p, const char *sha, const struct fault *fault)
{
	struct watch *w = ctx;
	(void)sha;
	w->launch = NULL;
	w->p = p;
	if (p)
		return;
	watch_record(w, "failed", fault->what);
	start_later(w);
}

static const struct host_events watch_events = {ready, notified, gone};

static void watch_start(void *ctx)
{
	struct watch *w = ctx;
	timer_stop(&w->again);
	if (w->dying || w->e->ending)
		return;
	if (!w->state)
		w->state = "starting";
	w->launch = launch_new(w->e, w->backend, false, &watch_events, launched, w);
}

static void watch_stop(struct watch *w)
{
	w->dying = true;
	timer_stop(&w->again);
	backfill_stop(w);
	if (w->launch)
		launch_drop(&w->launch);
	if (w->p)
		host_plugin_end(w->p, false);
	else
		watch_free(w);
}

/* ---- the set ------------------------------------------------------------------------------ */

static struct watch *watch_of(struct engine *e, const char *backend)
{
	for (struct watch *w = e->watches; w; w = w->next)
		if (!w->dying && !strcmp(w->backend, backend))
			return w;
	return NULL;
}

static void watch_add(struct engine *e, const struct kit *k, const struct kit_backend *b, char *spec, char *request)
{
	struct watch *w = mem_new(sizeof *w);
	w->e = e;
	text_copy(w->backend, sizeof w->backend, b->id);
	text_copy(w->plugin, sizeof w->plugin, b->plugin ? b->plugin : b->command.n ? b->command.v[0] : "");
	w->spec = spec;
	w->request = request;
	w->next = e->watches;
	e->watches = w;
	learn(w, k);
	watch_start(w);
}

static void keep(struct watch *w, const struct kit *k, char *spec, char *request)
{
	bool same = !strcmp(w->request, request);
	free(spec);
	free(w->request);
	w->request = request;
	if (same)
		return;
	samples_flush(w->e);
	learn(w, k);
	if (w->p && host_plugin_state(w->p) == PLUGIN_READY)
		ask_to_watch(w);
}

static void drop_unwanted(struct engine *e, const struct kit *k)
{
	for (struct watch *w = e->watches, *next; w; w = next) {
		next = w->next;
		if (!w->dying && (!kit_backend(k, w->backend) || !kit_is_source(k, w->backend)))
			watch_stop(w);
	}
}

void watches_apply(struct engine *e)
{
	const struct kit *k = e->model->kit;
	if (!k || e->ending)
		return;
	samples_flush(e);
	drop_unwanted(e, k);
	for (size_t i = 0; i < k->n_backends; i++) {
		const struct kit_backend *b = &k->backends[i];
		if (!kit_is_source(k, b->id))
			continue;
		char *spec = request_spec(b), *request = request_watch(k, b->id);
		struct watch *w = watch_of(e, b->id);
		if (w && !strcmp(w->spec, spec)) {
			keep(w, k, spec, request);
			continue;
		}
		if (w)
			watch_stop(w);
		watch_add(e, k, b, spec, request);
	}
}

void watches_end(struct engine *e)
{
	for (struct watch *w = e->watches, *next; w; w = next) {
		next = w->next;
		watch_stop(w);
	}
}
