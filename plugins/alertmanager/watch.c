/* Alerts as signals: how many are there that match.  One question for all that
 * match by equality; an expression is the server's to match, so each has a
 * question of its own.  Before each round the server is asked since when it
 * runs: one that has just begun has not heard of the alerts yet, and its zero
 * means nothing. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alertmanager/alertmanager.h"
#include "alertmanager/matcher.h"

#define ALONE_FOR (60 * US_SECOND)
#define LABELS_MAX 1000 /* of one alert; more is nobody's */
#define ALERTS "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=false"

struct signal {
	char *service, *name, *wrong;
	struct matchers m;
	const struct http_server *server;
	int64_t every;
	struct post *post;
	const struct matcher *key; /* its first label="value", by which it is found; NULL: it has none */
	int count;             /* of this round: how many match; -1 it cannot be told */
	bool pending;          /* asked by itself, and not answered yet */
};
/* Signals of one server and pace. */
struct post {
	struct watch *w;
	const struct http_server *server;
	VEC(struct signal *) signals; /* those with a key first, sorted by it */
	size_t keyed;
	struct sdk_timer *timer;
	int64_t every, began, alone_until;
	bool young;            /* its zero means nothing yet */
	size_t pending;
};
struct watch {
	struct am *a;
	struct { struct signal *v; size_t n, cap; } signals;
	VEC(struct post *) posts;
	struct sdk_timer *wrong_timer;
};

/* ---- samples ---- */

static bool is_alert(const struct json *v)
{
	const struct json *labels = json_get(v, "labels");
	return json_type(labels) == JSON_OBJECT && json_count(labels) <= LABELS_MAX && json_get_str(json_get(v, "status"), "state", NULL);
}

static int key_order(const struct matcher *a, const char *label, const char *value)
{
	int c = strcmp(a->label, label);
	return c ? c : strcmp(a->value, value);
}

/* The first of the keyed ones that is not before label="value". */
static size_t key_at(const struct post *p, const char *label, const char *value)
{
	size_t lo = 0, hi = p->keyed;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (key_order(p->signals.v[mid]->key, label, value) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void count_one(const struct post *p, const struct json *alert)
{
	for (const struct json *l = json_first(json_get(alert, "labels")); l; l = json_next(l)) {
		const char *label = json_key(l), *value = json_str(l, "");
		for (size_t i = key_at(p, label, value); i < p->keyed && !key_order(p->signals.v[i]->key, label, value); i++)
			p->signals.v[i]->count += matchers_take(&p->signals.v[i]->m, alert);
	}
	for (size_t i = p->keyed; i < p->signals.n; i++)
		p->signals.v[i]->count += matchers_take(&p->signals.v[i]->m, alert);
}

/* By their labels, since tens of thousands of alerts and a thousand signals are not held against each other one by one. */
static void count_all(const struct post *p, const struct json *list)
{
	bool good = true;
	vec_each(struct signal *, at, &p->signals)
		(*at)->count = 0;
	for (const struct json *v = json_first(list); v && good; v = json_next(v)) {
		good = is_alert(v);
		if (good)
			count_one(p, v);
	}
	vec_each(struct signal *, at, &p->signals)
		if (!good)
			(*at)->count = -1;
}

static int count(const struct matchers *m, const struct json *list)
{
	int n = 0;
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		if (!is_alert(v))
			return -1;
		n += matchers_take(m, v);
	}
	return n;
}

/* why: it could not be asked; else n match, or something of the answer is no alert. */
static void add(struct sdk_samples *s, const struct post *p, const struct signal *g, int n, const char *why)
{
	if (why)
		sdk_sample_failed(s, g->service, g->name, "%s", why);
	else if (n < 0)
		sdk_sample_failed(s, g->service, g->name, "the answer holds something that is no alert");
	else if (n == 0 && p->young)
		sdk_sample_none(s, g->service, g->name);
	else
		sdk_sample(s, g->service, g->name, n, -1);
}

/* ---- a round ---- */

static void one_less(struct post *p)
{
	if (--p->pending)
		return;
	int64_t next = p->began + p->every, now = sdk_now();
	sdk_timer_set(p->timer, next > now ? next : now + 1);
}

static bool by_itself(const struct post *p, const struct signal *g)
{
	return g->m.regex || p->alone_until > sdk_now();
}

static void got_own(void *ctx, const struct http_got *got)
{
	struct signal *g = ctx;
	struct post *p = g->post;
	struct am *a = p->w->a;
	struct json *root;
	struct sdk_samples s;
	char why[320];
	const struct json *list = am_read(got, JSON_ARRAY, &root, why, sizeof why);
	sdk_samples_begin(&s, sdk_wall());
	add(&s, p, g, list ? count(&g->m, list) : -1, list ? NULL : why);
	sdk_samples_send(a->s, &s);
	json_free(root);
	g->pending = false;
	one_less(p);
}

static void ask_own(struct signal *g)
{
	struct buf path;
	buf_init(&path, 60000);
	buf_adds(&path, ALERTS);
	matchers_filter(&g->m, &path);
	g->pending = true;
	g->post->pending++;
	http_ask(g->post->w->a->http, &(struct http_question){.server = g->server, .path = buf_str(&path), .cap = ANSWER_CAP, .fn = got_own, .ctx = g});
	buf_release(&path);
}

static void got_shared(void *ctx, const struct http_got *got)
{
	struct post *p = ctx;
	struct am *a = p->w->a;
	struct json *root;
	struct sdk_samples s;
	char why[320];
	const struct json *list = am_read(got, JSON_ARRAY, &root, why, sizeof why);
	am_told(a, p->server, list ? NULL : why);
	if (list)
		count_all(p, list);
	sdk_samples_begin(&s, sdk_wall());
	vec_each(struct signal *, at, &p->signals) {
		if ((*at)->pending || (*at)->m.regex)
			continue;
		if (got->too_long)
			ask_own(*at); /* so many alerts at once: each asks for its own */
		else
			add(&s, p, *at, (*at)->count, list ? NULL : why);
		if (s.b.len > JSON_LINE_MAX / 2) {
			sdk_samples_send(a->s, &s);
			sdk_samples_begin(&s, sdk_wall());
		}
	}
	sdk_samples_send(a->s, &s);
	if (got->too_long)
		p->alone_until = sdk_now() + ALONE_FOR;
	json_free(root);
	one_less(p);
}

static void fail_all(struct post *p, const char *why)
{
	struct sdk_samples s;
	sdk_samples_begin(&s, sdk_wall());
	vec_each(struct signal *, at, &p->signals)
		add(&s, p, *at, -1, why);
	sdk_samples_send(p->w->a->s, &s);
	am_told(p->w->a, p->server, why);
	one_less(p);
}

static void ask_all(struct post *p)
{
	bool shared = false;
	vec_each(struct signal *, at, &p->signals) {
		if (by_itself(p, *at))
			ask_own(*at);
		else
			shared = true;
	}
	if (shared)
		http_ask(p->w->a->http, &(struct http_question){.server = p->server, .path = ALERTS, .cap = ANSWER_CAP, .fn = got_shared, .ctx = p});
	else
		one_less(p);
}

/* Something that answers `[]` to everything is no Alertmanager: its zero is not believed. */
static void got_status(void *ctx, const struct http_got *got)
{
	struct post *p = ctx;
	struct json *root;
	char why[320];
	const struct json *v = am_read(got, JSON_OBJECT, &root, why, sizeof why);
	int64_t start = json_get_time(v, "uptime"), age = sdk_wall() - start, settle = p->w->a->settle;
	json_free(root);
	if (v && !start) /* v itself is gone */
		(void)snprintf(why, sizeof why, "its status does not say since when it runs: see `url`");
	if (!start) {
		fail_all(p, why);
		return;
	}
	p->young = age > -settle && age < settle;
	ask_all(p);
}

static void due(void *ctx)
{
	struct post *p = ctx;
	p->began = sdk_now();
	p->pending = 1;
	http_ask(p->w->a->http, &(struct http_question){.server = p->server, .path = "/api/v2/status", .cap = (size_t)1 << 20, .fn = got_status, .ctx = p});
}

static void tell_wrong(void *ctx)
{
	struct watch *w = ctx;
	struct sdk_samples s;
	int64_t every = US_MINUTE;
	sdk_samples_begin(&s, sdk_wall());
	vec_each(struct signal, g, &w->signals) {
		if (!g->wrong)
			continue;
		sdk_sample_failed(&s, g->service, g->name, "%s", g->wrong);
		every = g->every < every ? g->every : every;
	}
	bool any = s.n > 0;
	sdk_samples_send(w->a->s, &s);
	if (any)
		sdk_timer_set(w->wrong_timer, sdk_now() + (every < US_SECOND ? US_SECOND : every));
}

/* ---- the set ---- */

static void signal_read(struct watch *w, const struct json *v)
{
	struct signal *g = vec_push(&w->signals);
	struct fault f;
	const char *rest;
	double every = json_get_num(v, "every", 15);
	g->service = mem_str(json_get_str(v, "service", ""));
	g->name = mem_str(json_get_str(v, "signal", ""));
	g->every = (int64_t)((every >= 0.05 && every <= 86400 ? every : 15) * 1e6);
	g->server = http_server_of(&w->a->servers, json_get_str(v, "query", ""), &rest, &f);
	if (!g->server || !matchers_parse(&g->m, rest, &f))
		g->wrong = mem_str(f.what);
}

static void join(struct watch *w, struct signal *g)
{
	vec_each(struct post *, at, &w->posts)
		if ((*at)->server == g->server && (*at)->every == g->every)
			g->post = *at;
	if (!g->post) {
		struct post *p = mem_new(sizeof *p);
		*p = (struct post){.w = w, .server = g->server, .every = g->every};
		p->timer = sdk_timer_new(w->a->s, due, p);
		sdk_timer_set(p->timer, sdk_now());
		*vec_push(&w->posts) = p;
		g->post = p;
	}
	*vec_push(&g->post->signals) = g;
}

/* A label that is not there is the same as an empty one, so label="" is no key. */
static void find_key(struct signal *g)
{
	for (size_t i = 0; i < g->m.n && !g->key; i++)
		if (g->m.v[i].op == MATCH_EQUAL && g->m.v[i].value[0])
			g->key = &g->m.v[i];
}

static int by_key(const void *a, const void *b)
{
	const struct signal *x = *(struct signal *const *)a, *y = *(struct signal *const *)b;
	if (!x->key || !y->key)
		return !x->key - !y->key;
	return key_order(x->key, y->key->label, y->key->value);
}

static void sort_signals(struct post *p)
{
	vec_each(struct signal *, at, &p->signals) {
		find_key(*at);
		p->keyed += (*at)->key != NULL;
	}
	qsort(p->signals.v, p->signals.n, sizeof *p->signals.v, by_key);
}

struct watch *watch_new(struct am *a, const struct json *signals)
{
	struct watch *w = mem_new(sizeof *w);
	w->a = a;
	for (const struct json *v = json_first(signals); v; v = json_next(v))
		signal_read(w, v);
	vec_each(struct signal, g, &w->signals)
		if (!g->wrong)
			join(w, g);
	vec_each(struct post *, at, &w->posts)
		sort_signals(*at);
	w->wrong_timer = sdk_timer_new(a->s, tell_wrong, w);
	sdk_timer_set(w->wrong_timer, sdk_now());
	return w;
}

bool watch_has_service(const struct watch *w, const char *service)
{
	if (w)
		vec_each(const struct signal, g, &w->signals)
			if (!strcmp(g->service, service))
				return true;
	return false;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	vec_each(struct post *, at, &w->posts) {
		http_drop(w->a->http, *at);
		sdk_timer_free((*at)->timer);
		vec_release(&(*at)->signals);
		free(*at);
	}
	vec_each(struct signal, g, &w->signals) {
		http_drop(w->a->http, g);
		matchers_release(&g->m);
		free(g->service);
		free(g->name);
		free(g->wrong);
	}
	vec_release(&w->posts);
	vec_release(&w->signals);
	sdk_timer_free(w->wrong_timer);
	free(w);
}
