/* What a second of 5,000 signals costs: a thousand services with five signals
 * each, every one watched by a row, folded in ticks of 1,000 values and looked at
 * by decide.  The floor is a bare loop over the same JSON.  One line a figure:
 * {"name","ours","floor","unit"}. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "decide/decide.h"
#include "decide/judge.h"
#include "model/model.h"

#define SERVICES 1000
#define SIGNALS 5
#define BODIES 5                 /* a second: this many events of 1,000 values */
#define BASE INT64_C(1795000000000000)

static int64_t seq;

static double clock_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void put_file(struct jw *w, const char *path, const char *text)
{
	jw_obj(w);
	jw_kstr(w, "path", path);
	jw_kstr(w, "text", text);
	jw_obj_end(w);
}

static void put_kit(struct buf *out)
{
	static const char top[] = "kit: 1\nname: big\nenvironment: test\n"
		"people:\n  tess: {name: Tess, uid: 70001, roles: [incident-commander, on-call]}\n"
		"tiers:\n  t1: {recovery: rollback, revert_target: 5m}\nbackends:\n  feed: {plugin: probe}\nrubric:\n"
		"  - {name: r0, signal: g0, when: \"> 5% for 1m\", action: reverse, owner: on-call, timer: 1m, at_least: \"20 in 1m\"}\n"
		"  - {name: r1, signal: g1, when: \"> 500ms for 1m\", action: tell, owner: on-call, timer: 1m}\n"
		"  - {name: r2, signal: g2, when: \"> 5% for 1m\", action: tell, owner: on-call, timer: 1m}\n"
		"  - {name: r3, signal: g3, when: \"> 5% for 1m\", action: tell, owner: on-call, timer: 1m}\n"
		"  - {name: r4, signal: g4, when: \"< 1 for 1m\", action: tell, owner: on-call, timer: 1m}\n";
	char path[40], text[800];
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "digest", "00");
	jw_key(&w, "files");
	jw_arr(&w);
	put_file(&w, "kit.yaml", top);
	for (int i = 0; i < SERVICES; i++) {
		(void)snprintf(path, sizeof path, "services/svc-%04d.yaml", i);
		(void)snprintf(text, sizeof text, "service: svc-%04d\ntier: t1\nowner: tess\nsignals:\n"
			"  g0: {backend: feed, query: q, unit: ratio, every: 1s, window: 10s, traffic: g4}\n  g1: {backend: feed, query: q, unit: ms, every: 1s}\n"
			"  g2: {backend: feed, query: q, unit: ratio, every: 1s}\n  g3: {backend: feed, query: q, unit: ratio, every: 1s}\n"
			"  g4: {backend: feed, query: q, unit: count, every: 1s, window: 10s}\n", i);
		put_file(&w, path, text);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
}

/* A thousand values, as the engine writes them. */
static void put_body(int number, int64_t at, struct buf *out)
{
	struct jw w;
	char key[40];
	buf_reset(out);
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "backend", "feed");
	jw_ktime(&w, "at", at);
	jw_key(&w, "v");
	jw_obj(&w);
	for (int i = 0; i < SERVICES; i++) {
		(void)snprintf(key, sizeof key, "svc-%04d/g%d", i, number);
		jw_knum(&w, key, number == 1 ? 100 + i % 97 : number == 3 ? (i % 311) / 97.0 / 1000 : number == 4 ? 30 + i % 7 : (i % 311) / 10000.0);
	}
	jw_obj_end(&w);
	jw_key(&w, "bad");
	jw_obj(&w);
	jw_obj_end(&w);
	jw_kstr(&w, "salt", "0123456789abcdef0123456789abcdef");
	jw_obj_end(&w);
}

/* j NULL: the model alone. */
static void event(struct model *m, struct judge *j, const struct now *now, const char *kind, const char *body, size_t len)
{
	struct event e = {.seq = ++seq, .at = now->at, .boot = now->boot, .mono = now->mono, .kind = kind, .actor = "plugin:feed", .body = body, .body_len = len};
	model_reduce(m, &e);
	if (j)
		judge_event(j, m, &e);
}

static double bare(const struct buf *b)
{
	struct json *tree = NULL;
	double sum = 0;
	if (json_parse(buf_str(b), b->len, JSON_LINE_MAX, &tree, NULL) == STATUS_OK)
		for (const struct json *v = json_first(json_get(tree, "v")); v; v = json_next(v))
			sum += json_num(v, 0);
	json_free(tree);
	return sum;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_size);
	return v[n / 2];
}

static void say(const char *name, double ours, double floor_, const char *unit)
{
	printf("{\"name\":\"%s\",\"ours\":%.3f,\"floor\":%.3f,\"unit\":\"%s\"}\n", name, ours, floor_, unit);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 200;
	struct model *m = model_new();
	struct judge *j = judge_new();
	struct buf kit, body[BODIES];
	struct now now = {BASE, 1000 * US_SECOND, "boot-1"};
	struct model *alone = model_new();     /* as a client folds */
	double *fold = calloc((size_t)rounds, sizeof *fold), *floor_ = calloc((size_t)rounds, sizeof *fold), *tick = calloc((size_t)rounds, sizeof *fold);
	double *shown = calloc((size_t)rounds, sizeof *fold), sum = 0;
	buf_init(&kit, JSON_KIT_MAX);
	put_kit(&kit);
	event(m, j, &now, "kit.loaded", buf_str(&kit), kit.len);
	event(alone, NULL, &now, "kit.loaded", buf_str(&kit), kit.len);
	if (!m->kit || rounds < 1)
		return 1;
	for (int k = 0; k < BODIES; k++)
		buf_init(&body[k], JSON_LINE_MAX);
	for (int r = -5; r < rounds; r++) {
		now.at += US_SECOND;
		now.mono += US_SECOND;
		for (int k = 0; k < BODIES; k++)
			put_body(k, now.at, &body[k]);
		double a = clock_ns();
		for (int k = 0; k < BODIES; k++)
			sum += bare(&body[k]);
		double b = clock_ns();
		for (int k = 0; k < BODIES; k++)
			event(m, j, &now, "samples", buf_str(&body[k]), body[k].len);
		double c = clock_ns();
		struct drafts ds = {0};
		decide_tick(m, j, &now, "0000000000000000000000000000000000000000000000000000000000000000", &ds);
		double d = clock_ns();
		for (int k = 0; k < BODIES; k++)
			event(alone, NULL, &now, "samples", buf_str(&body[k]), body[k].len);
		double e = clock_ns();
		drafts_release(&ds);
		if (r < 0)
			continue;
		floor_[r] = b - a;
		fold[r] = c - b;
		tick[r] = d - c;
		shown[r] = e - d;
	}
	double f = median(fold, rounds), l = median(floor_, rounds), t = median(tick, rounds), s = median(shown, rounds), n = (double)BODIES * SERVICES;
	say("fold_value", f / n, l / n, "ns");
	say("fold_model", s / n, l / n, "ns");
	say("second", (f + t) / 1e6, l / 1e6, "ms");
	say("tick", t / 1e3, l / 1e3, "us");
	return m->signals.n == (size_t)SERVICES * SIGNALS && sum > 0 ? 0 : 1;
}
