/* What plugins tell: deploys and changes at once, samples grouped by backend,
 * tick and `at`.  Everything is checked and bounded here; what is not of this
 * watcher's set is passed over. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define PENDING_MAX 40000   /* values a watcher may have between two ticks */
#define GROUP_MAX 4000      /* values of one event: far below the 1 MiB of a body */
#define GROUPS_MAX 2000
#define SAME_AT_MAX 8       /* values of one signal that claim one instant */
#define HEARD_BODY_MAX ((size_t)32 << 10)
#define TOLD_DEPTH 8
#define WHYS_MAX 32         /* reasons of one event; what is beyond them comes with the next */
#define HEARD_MAX 512
#define HEARD_AGAIN (30 * US_SECOND)

void watch_forget(struct watch *w)
{
	vec_each(struct watched, i, &w->items) {
		free(i->key);
		free(i->service);
		free(i->why);
		free(i->told);
	}
	vec_each(char *, s, &w->services)
		free(*s);
	vec_each(struct sample_group, g, &w->groups)
		vec_release(&g->values);
	vec_release(&w->items);
	vec_release(&w->services);
	vec_release(&w->groups);
	w->pending = 0;
}

/* ---- samples ------------------------------------------------------------------------- */

struct watched *watch_item(struct watch *w, const char *service, const char *signal)
{
	size_t lo = 0, hi = w->items.n, len = strlen(service);
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const char *key = w->items.v[mid].key;
		int c = strncmp(service, key, len);
		if (!c)
			c = key[len] == '/' ? strcmp(signal, key + len + 1) : '/' < key[len] ? -1 : 1;
		if (!c)
			return &w->items.v[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* A group holds a signal once: a second value of the same instant opens another group. */
static struct sample_group *group_for(struct watch *w, int64_t at, const struct watched *item)
{
	size_t same = 0;
	for (size_t i = w->groups.n; i-- > 0;) { /* the newest first: values of one instant come together */
		struct sample_group *g = &w->groups.v[i];
		if (g->at == at && g->id > item->group && g->values.n < GROUP_MAX)
			return g;
		same += g->at == at && g->values.n < GROUP_MAX;
	}
	if (w->groups.n >= GROUPS_MAX || same >= SAME_AT_MAX)
		return NULL;
	struct sample_group *g = vec_push(&w->groups);
	g->at = at;
	g->id = ++w->next_group;
	return g;
}

static void take_why(struct watched *item, const char *error)
{
	char why[200];
	if (!error && !item->why)
		return;
	text_copy(why, sizeof why, error);
	mem_set(&item->why, error ? why : NULL);
}

static void take_value(struct watch *w, int64_t at, const struct json *v)
{
	const struct json *value = json_get(v, "value");
	struct watched *item = watch_item(w, json_get_str(v, "service", ""), json_get_str(v, "signal", ""));
	if (!item || (json_type(value) != JSON_NUMBER && json_type(value) != JSON_NULL))
		return;
	struct sample_group *g = w->pending < PENDING_MAX ? group_for(w, at, item) : NULL;
	if (!g) {
		w->dropped++;
		return;
	}
	struct sample *s = vec_push(&g->values);
	s->item = (uint32_t)(item - w->items.v);
	s->n = json_get_num(v, "n", NAN);
	s->state = json_type(value) == JSON_NUMBER ? SAMPLE_OK : json_get_str(v, "error", NULL) ? SAMPLE_FAILED : SAMPLE_NO_DATA;
	s->value = json_num(value, NAN);
	take_why(item, s->state == SAMPLE_FAILED ? json_get_str(v, "error", "") : NULL);
	item->group = g->id;
	w->pending++;
}

static void flush_now(void *ctx)
{
	struct engine *e = ctx;
	timer_stop(&e->flush);
	samples_flush(e);
	engine_tick_by(e, 0);
}

static void take_samples(struct watch *w, const struct json *params)
{
	struct now now;
	int64_t at = json_get_time(params, "at");
	os_now(&now);
	if (at <= 0)
		at = now.at;
	for (const struct json *v = json_first(json_get(params, "values")); v; v = json_next(v))
		take_value(w, at, v);
	if (w->pending && !w->e->flush) /* ticks stand at fixed times: a value waits for half of one on average */
		w->e->flush = timer_new(&w->e->loop, (uint64_t)(TICK_MS - now.mono / 1000 % TICK_MS), 0, flush_now, w->e);
}

static void put_values(const struct watch *w, const struct sample_group *g, struct jw *j)
{
	jw_key(j, "v");
	jw_obj(j);
	vec_each(const struct sample, s, &g->values)
		if (s->state == SAMPLE_OK)
			jw_knum(j, w->items.v[s->item].key, s->value);
	jw_obj_end(j);
}

static void put_counts(const struct watch *w, const struct sample_group *g, struct jw *j)
{
	bool any = false;
	vec_each(const struct sample, s, &g->values) {
		if (s->state != SAMPLE_OK || isnan(s->n))
			continue;
		if (!any) {
			jw_key(j, "n");
			jw_obj(j);
		}
		any = true;
		jw_knum(j, w->items.v[s->item].key, s->n);
	}
	if (any)
		jw_obj_end(j);
}

static void put_bad(const struct watch *w, const struct sample_group *g, struct jw *j)
{
	jw_key(j, "bad");
	jw_obj(j);
	vec_each(const struct sample, s, &g->values)
		if (s->state != SAMPLE_OK)
			jw_kstr(j, w->items.v[s->item].key, s->state == SAMPLE_FAILED ? "failed" : "no-data");
	jw_obj_end(j);
}

static bool is_news(const struct watch *w, const struct sample *s)
{
	const struct watched *i = &w->items.v[s->item];
	return s->state == SAMPLE_FAILED && i->why && (!i->told || strcmp(i->why, i->told) != 0);
}

/* One reason, and those who have it. */
static void put_reason(struct watch *w, const struct sample_group *g, const char *why, struct jw *j)
{
	jw_obj(j);
	jw_kstr(j, "why", why);
	jw_key(j, "of");
	jw_arr(j);
	vec_each(const struct sample, s, &g->values) {
		struct watched *i = &w->items.v[s->item];
		if (!is_news(w, s) || strcmp(i->why, why) != 0)
			continue;
		jw_str(j, i->key);
		mem_set(&i->told, why);
	}
	jw_arr_end(j);
	jw_obj_end(j);
}

static const struct sample *news(const struct watch *w, const struct sample_group *g)
{
	vec_each(const struct sample, s, &g->values)
		if (is_news(w, s))
			return s;
	return NULL;
}

/* Why they fail, each signal: where that is another reason than before, and not with every sample. */
static void put_why(struct watch *w, const struct sample_group *g, struct jw *j)
{
	const struct sample *s = news(w, g);
	char why[200];
	vec_each(const struct sample, x, &g->values)
		if (x->state != SAMPLE_FAILED && w->items.v[x->item].told)
			mem_set(&w->items.v[x->item].told, NULL);
	if (!s)
		return;
	jw_kstr(j, "why", w->items.v[s->item].why);
	jw_key(j, "whys");
	jw_arr(j);
	for (int n = 0; s && n < WHYS_MAX; n++, s = news(w, g)) {
		text_copy(why, sizeof why, w->items.v[s->item].why);
		put_reason(w, g, why, j);
	}
	jw_arr_end(j);
}

void samples_draft(struct watch *w, const struct sample_group *g, bool filled, struct drafts *ds)
{
	char actor[96], salt[33];
	text_copy(actor, sizeof actor, "plugin:");
	text_copy(actor + 7, sizeof actor - 7, w->backend);
	os_random_hex(salt, 16);
	struct jw j = draft_open(ds, EVENT_SAMPLES, NULL, actor);
	jw_kstr(&j, "backend", w->backend);
	jw_ktime(&j, "at", g->at);
	if (filled)
		jw_kbool(&j, "filled", true);
	put_values(w, g, &j);
	put_counts(w, g, &j);
	put_bad(w, g, &j);
	if (!filled)
		put_why(w, g, &j);
	jw_kstr(&j, "salt", salt);
	jw_obj_end(&j);
}

void samples_flush(struct engine *e)
{
	struct drafts ds = {0};
	struct now now;
	for (struct watch *w = e->watches; w; w = w->next) {
		vec_each(struct sample_group, g, &w->groups) {
			samples_draft(w, g, false, &ds);
			vec_release(&g->values);
		}
		vec_release(&w->groups);
		w->pending = 0;
	}
	os_now(&now);
	/* samples that the store did not take are lost: the next ones come in seconds */
	if (ds.n)
		engine_commit(e, &ds, &now, NULL);
	drafts_release(&ds);
}

/* ---- deploys and changes ------------------------------------------------------------------- */

static bool tells_deploys_of(const struct watch *w, const char *service)
{
	vec_each(char *, s, &w->services)
		if (!strcmp(*s, service))
			return true;
	return false;
}

static bool short_text(const struct json *v)
{
	const char *s = json_str(v, NULL);
	return !s || strlen(s) <= 1024;
}

static bool good_deploy(const struct json *p)
{
	const char *version = json_get_str(p, "version", ""), *previous = json_get_str(p, "previous", NULL);
	double share = json_get_num(p, "share", 1);
	for (const struct json *v = json_first(p); v; v = json_next(v))
		if (!short_text(v))
			return false;
	return text_is_version(version) && (!previous || text_is_version(previous)) && share >= 0 && share <= 1;
}

static bool good_change(const struct json *p)
{
	for (const struct json *v = json_first(p); v; v = json_next(v))
		if (!short_text(v))
			return false;
	return json_get_str(p, "what", NULL) && json_get_str(p, "name", NULL);
}

/* The notification as received, behind the backend that told it; what nests deeper than anything of ours is left out,
 * since an event is put into answers that nest themselves. */
static bool as_received(const char *backend, const struct json *p, bool filled, struct buf *out)
{
	struct jw j;
	jw_init(&j, out);
	jw_obj(&j);
	jw_kstr(&j, "backend", backend);
	if (filled)
		jw_kbool(&j, "filled", true);
	for (const struct json *v = json_first(p); v; v = json_next(v)) {
		if (!strcmp(json_key(v), "backend") || !strcmp(json_key(v), "filled") || json_depth(v) > TOLD_DEPTH)
			continue;
		jw_key(&j, json_key(v));
		jw_tree(&j, v);
	}
	jw_obj_end(&j);
	return !out->failed;
}

/* A backend that says the same thing again and again is recorded every half minute. */
static bool said_before(struct watch *w, const char *id, const char *body)
{
	struct now now;
	struct heard_deploy *h = NULL;
	os_now(&now);
	vec_each(struct heard_deploy, x, &w->heard)
		if (!strcmp(x->id, id))
			h = x;
	if (h && !strcmp(h->body, body) && now.mono - h->mono < HEARD_AGAIN)
		return true;
	if (!h) {
		if (w->heard.n >= HEARD_MAX)
			return false;
		h = vec_push(&w->heard);
		h->id = mem_str(id);
	}
	mem_set(&h->body, body);
	h->mono = now.mono;
	return false;
}

/* False where it is not of this watcher's set, or not as it has to be. */
bool told_draft(struct watch *w, enum event_kind kind, const struct json *params, bool filled, struct drafts *ds)
{
	const char *service = json_get_str(params, "service", NULL);
	bool good = kind == EVENT_DEPLOY ? service && tells_deploys_of(w, service) && good_deploy(params) :
		good_change(params) && (!service || kit_service(w->e->model->kit, service));
	char actor[96];
	struct buf body;
	buf_init(&body, HEARD_BODY_MAX);
	text_copy(actor, sizeof actor, "plugin:");
	text_copy(actor + 7, sizeof actor - 7, w->backend);
	good = good && as_received(w->backend, params, filled, &body);
	if (good)
		buf_add(&drafts_add(ds, kind, NULL, actor)->body, buf_str(&body), body.len);
	buf_release(&body);
	return good;
}

static void tell_event(struct watch *w, enum event_kind kind, const struct json *params, const char *id)
{
	struct drafts ds = {0};
	if (told_draft(w, kind, params, false, &ds) && (!id || !said_before(w, id, buf_str(&ds.v[0].body)))) {
		samples_flush(w->e); /* what was measured before it stays before it */
		engine_owe(w->e, &ds);
	}
	drafts_release(&ds);
}

void watch_heard(struct watch *w, const char *method, const struct json *params)
{
	const char *service = json_get_str(params, "service", NULL);
	char id[256];
	if (w->dying || w->e->ending || w->e->lost)
		return;
	if (!strcmp(method, "samples")) {
		take_samples(w, params);
	} else if (!strcmp(method, "deploy")) {
		if (!service)
			return;
		text_copy(id, sizeof id, service);
		size_t n = strlen(id);
		if (n + 2 < sizeof id) {
			id[n] = '@';
			text_copy(id + n + 1, sizeof id - n - 1, json_get_str(params, "place", ""));
		}
		tell_event(w, EVENT_DEPLOY, params, id);
	} else if (!strcmp(method, "change")) {
		tell_event(w, EVENT_CHANGE, params, NULL);
	}
}

/* Notifications count from either process: an acting one speaks for its backend's watcher. */
void engine_heard(struct engine *e, const char *backend, const char *method, const struct json *params)
{
	for (struct watch *w = e->watches; w; w = w->next)
		if (!w->dying && !strcmp(w->backend, backend)) {
			watch_heard(w, method, params);
			return;
		}
}
