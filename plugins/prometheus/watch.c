/* The watch: one timer a group of signals, one round when it is due, samples
 * when it is answered.  A group whose server hangs holds up nobody else. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/told.h"

#define LINE_BYTES (JSON_LINE_MAX / 2)
#define SPREAD (2 * US_SECOND)

struct post {
	struct watch *w;
	struct group group;
	struct sdk_timer *timer;
	struct round *round;
	int64_t began, every;
	struct signal **asked;
};
struct watch {
	struct prom *p;
	struct signals signals;
	struct plan plan;
	VEC(struct post *) posts;
	VEC(struct signal *) wrong;
	struct sdk_timer *wrong_timer;
};

/* ---- samples ---- */

/* A line holds one time and at most half of what a line may. */
static void line_room(struct sdk *s, struct sdk_samples *m, int64_t at)
{
	if (m->b.len < LINE_BYTES)
		return;
	sdk_samples_send(s, m);
	sdk_samples_begin(m, at);
}

static void add_unmeasured(struct sdk_samples *m, const struct signal *g, const char *why)
{
	if (g->series > 1)
		sdk_sample_failed(m, g->service, g->name, "%zu series where one was expected: aggregate them, such as sum(…) or max(…)", g->series);
	else if (why || g->why)
		sdk_sample_failed(m, g->service, g->name, "%s", why ? why : g->why);
	else
		sdk_sample_none(m, g->service, g->name);
}

/* What was sampled long before it was asked for is told as of then. */
static void mind_age(const struct prom *p, struct signal *g)
{
	if (g->sampled && g->sampled < g->at - p->stale)
		g->at = g->sampled;
}

static bool measured(const struct signal *g)
{
	return g->series == 1 && !g->why;
}

static void tell_unmeasured(struct sdk *s, struct signal **v, size_t n, const char *why)
{
	struct sdk_samples m;
	int64_t at = sdk_wall();
	sdk_samples_begin(&m, at);
	for (size_t i = 0; i < n; i++) {
		if (!why && measured(v[i]))
			continue;
		add_unmeasured(&m, v[i], why);
		line_room(s, &m, at);
	}
	sdk_samples_send(s, &m);
}

/* Values by their own time, which is the server's. */
static void tell_measured(struct sdk *s, struct signal **v, size_t n)
{
	struct sdk_samples m;
	int64_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (!measured(v[i]))
			continue;
		if (v[i]->at != at) {
			if (at)
				sdk_samples_send(s, &m);
			at = v[i]->at;
			sdk_samples_begin(&m, at);
		}
		sdk_sample(&m, v[i]->service, v[i]->name, v[i]->v, -1);
		line_room(s, &m, at);
	}
	if (at)
		sdk_samples_send(s, &m);
}

/* ---- a round ---- */

static void on_series(void *ctx, struct signal *g, const struct json *series, bool scalar)
{
	const struct json *pair = scalar ? series : json_get(series, "value");
	const char *why = NULL;
	(void)ctx;
	if (g->series++)
		return;
	signal_failed(g, NULL);
	if (!pair && json_get(series, "histogram"))
		signal_failed(g, "it gives a histogram: take histogram_quantile(…) or histogram_count(…) of it");
	else if (!answer_number(pair, &g->v, &g->at, &why))
		signal_failed(g, why);
}

static void on_told(void *ctx, struct signal **v, size_t n, const char *why)
{
	struct post *post = ctx;
	struct prom *p = post->w->p;
	for (size_t i = 0; i < n; i++) {
		if (why || !v[i]->series)
			signal_failed(v[i], why);
	}
	tell_unmeasured(p->s, v, n, why);
	if (why)
		return;
	const struct signal *one = NULL;
	for (size_t i = 0; i < n && !one; i++)
		one = measured(v[i]) ? v[i] : NULL;
	if (one)
		told_clock(p, one->server, one->at - sdk_wall());
	for (size_t i = 0; i < n; i++)
		mind_age(p, v[i]);
	tell_measured(p->s, v, n);
}

static void on_done(void *ctx)
{
	struct post *post = ctx;
	int64_t next = post->began + post->every, now = sdk_now();
	post->round = NULL;
	sdk_timer_set(post->timer, next > now ? next : now + 1);
}

static void due(void *ctx)
{
	static const struct round_fns fns = {.series = on_series, .told = on_told, .done = on_done};
	struct post *post = ctx;
	size_t n = 0;
	post->began = sdk_now();
	for (size_t i = 0; i < post->group.n; i++) {
		struct signal *g = post->group.v[i];
		if (g->muted_until > post->began)
			tell_unmeasured(post->w->p->s, &g, 1, g->why); /* what was wrong with it a moment ago still is */
		else
			post->asked[n++] = g;
	}
	post->round = round_start(post->w->p, post->asked, n, &(struct span){0}, &fns, post);
	if (!post->round)
		on_done(post);
}

/* Queries that are wrong are told like any other failure, at a pace of their own. */
static void tell_wrong(void *ctx)
{
	struct watch *w = ctx;
	int64_t every = US_MINUTE;
	vec_each(struct signal *, g, &w->wrong)
		every = (*g)->every < every ? (*g)->every : every;
	tell_unmeasured(w->p->s, w->wrong.v, w->wrong.n, NULL);
	sdk_timer_set(w->wrong_timer, sdk_now() + (every < US_SECOND ? US_SECOND : every));
}

/* ---- the set ---- */

static void post_new(struct watch *w, const struct group *group, size_t i)
{
	struct post *post = mem_new(sizeof *post);
	*post = (struct post){.w = w, .group = *group, .every = group->v[0]->every};
	post->asked = mem_new(group->n * sizeof *post->asked);
	post->timer = sdk_timer_new(w->p->s, due, post);
	*vec_push(&w->posts) = post;
	int64_t over = post->every < SPREAD ? post->every : SPREAD; /* not all in one instant */
	sdk_timer_set(post->timer, sdk_now() + over * (int64_t)i / (int64_t)w->plan.n);
}

struct watch *watch_new(struct prom *p, const struct json *signals)
{
	struct watch *w = mem_new(sizeof *w);
	w->p = p;
	signals_read(p, signals, &w->signals);
	plan_make(&w->signals, &w->plan);
	for (size_t i = 0; i < w->plan.n; i++)
		post_new(w, &w->plan.v[i], i);
	vec_each(struct signal, g, &w->signals)
		if (!g->server)
			*vec_push(&w->wrong) = g;
	w->wrong_timer = sdk_timer_new(p->s, tell_wrong, w);
	if (w->wrong.n)
		sdk_timer_set(w->wrong_timer, sdk_now());
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	vec_each(struct post *, at, &w->posts) {
		struct post *post = *at;
		round_drop(post->round);
		sdk_timer_free(post->timer);
		free(post->asked);
		free(post);
	}
	vec_release(&w->posts);
	vec_release(&w->wrong);
	sdk_timer_free(w->wrong_timer);
	plan_release(&w->plan);
	signals_release(&w->signals);
	free(w);
}
