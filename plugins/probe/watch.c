/* Rounds of requests and the samples that come of them.  Signals that ask the
 * same share one round; each then takes its own view of the results. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe.h"

#define AT_ONCE 256
#define LATER 50000

struct signal {
	char *service, *name;
	struct query q;        /* q.request is the check's, or NULL where the query is wrong */
	char *wrong;           /* why, told as a failed sample */
	int64_t every, due;
};

struct check {
	struct watch *set;
	struct request *request;
	VEC(struct signal *) signals;
	int64_t every, window, began;
	int pending;
	struct sdk_timer *timer;
	struct ring ring;
	bool wants_body;
	/* the newest answer */
	enum class class;
	char why[200];
	struct buf body;
};

struct watch {
	struct probe *p;
	struct fetcher *fetcher;
	VEC(struct check *) checks;
	VEC(struct signal *) signals;
	VEC(struct signal *) wrong;
	struct sdk_timer *wrong_timer;
};

/* ---- samples ---- */

/* The number a `value` stands for: 1, 0 for no data, -1 and why. */
static int value_of(const struct check *c, const struct query *q, double *out, double *out_n, char *why, size_t cap)
{
	struct json *root = NULL;
	char *end;
	double per = 1;
	int got = 1;
	*out_n = -1;
	if (!q->path) {
		const char *s = buf_str(&c->body);
		*out = strtod(s, &end);
		if (end == s || end[strspn(end, " \t\r\n")] || !isfinite(*out)) {
			(void)snprintf(why, cap, "the answer is no number");
			return -1;
		}
		return 1;
	}
	if (json_parse(buf_str(&c->body), c->body.len, BODY_MAX, &root, NULL) != STATUS_OK) {
		(void)snprintf(why, cap, "the answer is no JSON");
		return -1;
	}
	if (!member_number(root, q->path, out, why, cap) || (q->per && !member_number(root, q->per, &per, why, cap)) ||
	    (q->n_path && !member_number(root, q->n_path, out_n, why, cap)))
		got = -1;
	else if (q->per && per == 0)
		got = 0; /* nothing happened: no data, and not zero */
	else
		*out /= per;
	json_free(root);
	return got;
}

static void add_value(struct sdk_samples *m, const struct check *c, const struct signal *g)
{
	double v = 0, n = -1;
	char why[200] = "";
	if (c->class != CLASS_OK) {
		sdk_sample_failed(m, g->service, g->name, "%s: %s", class_name(c->class), c->why);
		return;
	}
	int got = value_of(c, &g->q, &v, &n, why, sizeof why);
	if (got > 0)
		sdk_sample(m, g->service, g->name, v, n);
	else if (got == 0)
		sdk_sample_none(m, g->service, g->name);
	else
		sdk_sample_failed(m, g->service, g->name, "%s", why);
}

static void add_quantile(struct sdk_samples *m, const struct check *c, const struct signal *g, int64_t since)
{
	double v;
	size_t n;
	if (ring_quantile(&c->ring, since, g->q.quantile, &v, &n))
		sdk_sample(m, g->service, g->name, round(v * 1e6) / 1e6, (double)n);
	else
		sdk_sample_failed(m, g->service, g->name, "no request was answered: %s: %s", class_name(c->class), c->why);
}

static void add_sample(struct sdk_samples *m, const struct check *c, const struct signal *g, int64_t now)
{
	int64_t since = now - g->q.window;
	size_t all = ring_count(&c->ring, since, CLASSES_ALL);
	switch (g->q.kind) {
	case KIND_ERRORS:
		if (all)
			sdk_sample(m, g->service, g->name, (double)ring_count(&c->ring, since, g->q.classes) / (double)all, (double)all);
		else
			sdk_sample_none(m, g->service, g->name);
		return;
	case KIND_QUANTILE:
		add_quantile(m, c, g, since);
		return;
	case KIND_COUNT:
		sdk_sample(m, g->service, g->name, (double)ring_count(&c->ring, since, g->q.classes), (double)all);
		return;
	case KIND_VALUE:
		add_value(m, c, g);
		return;
	case KIND_MATCH:
		sdk_sample(m, g->service, g->name, c->class == CLASS_OK ? 1 : 0, 1);
		return;
	}
}

static void tell(struct check *c)
{
	struct sdk_samples m;
	int64_t now = sdk_now();
	sdk_samples_begin(&m, sdk_wall());
	vec_each(struct signal *, at, &c->signals) {
		struct signal *g = *at;
		if (g->due > now + c->every / 2)
			continue;
		add_sample(&m, c, g, now);
		g->due = (g->due > now - g->every ? g->due : now) + g->every;
	}
	sdk_samples_send(c->set->p->s, &m);
}

/* ---- rounds ---- */

static void took(void *ctx, const struct fetched *got)
{
	struct check *c = ctx;
	ring_add(&c->ring, &(struct shot){.at = sdk_now(), .seconds = (float)got->seconds, .class = (unsigned char)got->class,
		.answered = got->answered});
	c->class = got->class;
	(void)snprintf(c->why, sizeof c->why, "%s", got->why);
	if (c->wants_body) {
		buf_reset(&c->body);
		buf_add(&c->body, got->body, got->len);
	}
	if (--c->pending > 0)
		return;
	tell(c);
	int64_t next = c->began + c->every, now = sdk_now();
	sdk_timer_set(c->timer, next > now ? next : now + 1);
}

static void round_start(void *ctx)
{
	struct check *c = ctx;
	if (fetcher_running(c->set->fetcher) >= AT_ONCE) {
		sdk_timer_set(c->timer, sdk_now() + LATER);
		return;
	}
	c->began = sdk_now();
	c->pending = c->request->times;
	for (int i = 0, n = c->pending; i < n; i++)
		fetch(c->set->fetcher, c->request, c->wants_body, took, c);
}

/* Queries that are wrong are told like any other failure, at their own pace. */
static void tell_wrong(void *ctx)
{
	struct watch *set = ctx;
	struct sdk_samples m;
	int64_t now = sdk_now(), next = INT64_MAX;
	sdk_samples_begin(&m, sdk_wall());
	vec_each(struct signal *, at, &set->wrong) {
		struct signal *g = *at;
		if (g->due <= now) {
			sdk_sample_failed(&m, g->service, g->name, "the query: %s", g->wrong);
			g->due = now + g->every;
		}
		next = g->due < next ? g->due : next;
	}
	sdk_samples_send(set->p->s, &m);
	if (next != INT64_MAX)
		sdk_timer_set(set->wrong_timer, next);
}

/* ---- the set ---- */

static struct check *check_of(struct watch *set, struct request *r)
{
	vec_each(struct check *, at, &set->checks)
		if (!strcmp((*at)->request->key, r->key))
			return *at;
	struct check *c = mem_new(sizeof *c);
	c->set = set;
	c->request = r;
	c->every = INT64_MAX;
	c->timer = sdk_timer_new(set->p->s, round_start, c);
	buf_init(&c->body, BODY_MAX + 65536);
	*vec_push(&set->checks) = c;
	return c;
}

static void signal_add(struct watch *set, const struct json *v)
{
	struct signal *g = mem_new(sizeof *g);
	struct fault f;
	double every = json_get_num(v, "every", 15);
	g->service = mem_str(json_get_str(v, "service", ""));
	g->name = mem_str(json_get_str(v, "signal", ""));
	g->every = (int64_t)((every >= 0.05 && every <= 86400 ? every : 15) * 1e6);
	*vec_push(&set->signals) = g;
	if (!query_parse(&g->q, json_get_str(v, "query", ""), &f)) {
		g->wrong = mem_str(f.what);
		*vec_push(&set->wrong) = g;
		return;
	}
	struct check *c = check_of(set, g->q.request);
	if (c->request != g->q.request)
		request_free(g->q.request);
	g->q.request = NULL;
	*vec_push(&c->signals) = g;
	c->every = g->every < c->every ? g->every : c->every;
	c->wants_body = c->wants_body || g->q.kind == KIND_VALUE;
}

static void signal_free(struct signal *g)
{
	query_release(&g->q);
	free(g->service);
	free(g->name);
	free(g->wrong);
	free(g);
}

static void check_free(struct check *c)
{
	sdk_timer_free(c->timer);
	request_free(c->request);
	ring_release(&c->ring);
	buf_release(&c->body);
	vec_release(&c->signals);
	free(c);
}

void watch_free(struct watch *set)
{
	if (!set)
		return;
	fetcher_free(set->fetcher); /* first: its requests belong to the checks */
	vec_each(struct check *, c, &set->checks)
		check_free(*c);
	vec_each(struct signal *, g, &set->signals)
		signal_free(*g);
	vec_release(&set->checks);
	vec_release(&set->signals);
	vec_release(&set->wrong);
	sdk_timer_free(set->wrong_timer);
	free(set);
}

struct watch *watch_new(struct probe *p, const struct json *signals)
{
	struct watch *set = mem_new(sizeof *set);
	set->p = p;
	set->fetcher = fetcher_new(p->s);
	set->wrong_timer = sdk_timer_new(p->s, tell_wrong, set);
	for (const struct json *v = json_first(signals); v; v = json_next(v))
		signal_add(set, v);
	/* Spread over their own period, so that a thousand do not set out at once. */
	for (size_t i = 0; i < set->checks.n; i++) {
		struct check *c = set->checks.v[i];
		int64_t spread = set->checks.n > 8 ? c->every * (int64_t)i / (int64_t)set->checks.n : 0;
		sdk_timer_set(c->timer, sdk_now() + spread);
	}
	if (set->wrong.n)
		sdk_timer_set(set->wrong_timer, sdk_now());
	return set;
}
