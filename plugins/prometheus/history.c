/* The past, a page at a time: as many steps as fit in one line and in what
 * Prometheus answers at once, then `next`. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"

#define STEPS_MAX INT64_C(11000)
#define PAGE_BYTES ((size_t)1000000)
#define WITHIN (25 * US_SECOND)

enum point_kind { POINT_NONE, POINT_VALUE, POINT_SEVERAL, POINT_WRONG };
struct point {
	enum point_kind kind;
	double v;
};

struct asked {
	struct look *look;
	struct round *round;
};
struct look {
	struct prom *p;
	struct span span;
	int64_t steps;
	size_t pending, failed, total;
	bool over;
	char why[320];
};

static void on_series(void *ctx, struct signal *g, const struct json *series, bool scalar)
{
	struct look *l = ((struct asked *)ctx)->look;
	(void)scalar;
	for (const struct json *pair = json_first(json_get(series, "values")); pair; pair = json_next(pair)) {
		double v;
		int64_t at = 0;
		const char *why;
		bool good = answer_number(pair, &v, &at, &why);
		int64_t i = at ? (at - l->span.from + l->span.step / 2) / l->span.step : -1;
		if (i < 0 || i >= l->steps)
			continue;
		struct point *pt = &g->row[i];
		*pt = (struct point){.kind = pt->kind != POINT_NONE ? POINT_SEVERAL : good ? POINT_VALUE : POINT_WRONG, .v = good ? v : 0};
	}
}

static void on_told(void *ctx, struct signal **v, size_t n, const char *why)
{
	struct look *l = ((struct asked *)ctx)->look;
	l->total += n;
	if (!why)
		return;
	l->failed += n;
	(void)snprintf(l->why, sizeof l->why, "%s", why);
	sdk_log(l->p->s, "warning", "the past of %s of %s%s cannot be had: %s", v[0]->name, v[0]->service, n > 1 ? " and others" : "", why);
}


/* ---- the page ---- */

static void add_point(struct buf *b, const struct signal *g, const struct point *pt, bool *comma)
{
	struct jw w;
	if (pt->kind == POINT_NONE)
		return;
	if (*comma)
		buf_addc(b, ',');
	*comma = true;
	jw_init(&w, b);
	jw_obj(&w);
	jw_kstr(&w, "service", g->service);
	jw_kstr(&w, "signal", g->name);
	if (pt->kind == POINT_VALUE) {
		jw_knum(&w, "value", pt->v);
	} else {
		jw_key(&w, "value");
		jw_null(&w);
		jw_kstr(&w, "error", pt->kind == POINT_SEVERAL ? "several series" : "not a number");
	}
	jw_obj_end(&w);
}

static void add_step(struct buf *b, const struct signals *all, int64_t i, int64_t at, bool *comma)
{
	char text[INSTANT_LEN];
	bool inner = false, any = false;
	for (size_t k = 0; k < all->n && !any; k++)
		any = all->v[k].row && all->v[k].row[i].kind != POINT_NONE;
	if (!any)
		return;
	buf_addf(b, "%s{\"at\":\"%s\",\"values\":[", *comma ? "," : "", instant_print(at, text));
	*comma = true;
	for (size_t k = 0; k < all->n; k++)
		if (all->v[k].row)
			add_point(b, &all->v[k], &all->v[k].row[i], &inner);
	buf_adds(b, "]}");
}

static struct sdk_answer page(const struct look *l, const struct signals *all, int64_t to)
{
	struct buf b;
	char text[INSTANT_LEN];
	bool comma = false;
	buf_init(&b, JSON_LINE_MAX);
	buf_adds(&b, "{\"samples\":[");
	for (int64_t i = 0; i < l->steps; i++)
		add_step(&b, all, i, l->span.from + i * l->span.step, &comma);
	buf_adds(&b, "],\"deploys\":[],\"changes\":[]");
	int64_t next = l->span.from + l->steps * l->span.step;
	if (next <= to)
		buf_addf(&b, ",\"next\":\"%s\"", instant_print(next, text));
	buf_addc(&b, '}');
	return sdk_result(&b);
}

/* How many steps fit in a line with every signal in each of them; 0: not even one. */
static int64_t steps_of(const struct signals *all, int64_t wanted)
{
	size_t one = 64;
	vec_each(struct signal, g, all)
		one += strlen(g->service) + strlen(g->name) + 64; /* the longest value, or null with its reason */
	int64_t fit = (int64_t)(PAGE_BYTES / one);
	fit = fit < STEPS_MAX ? fit : STEPS_MAX;
	return fit < wanted ? fit : wanted;
}

/* ---- the look ---- */

static void on_done(void *ctx)
{
	struct asked *a = ctx;
	a->round = NULL;
	a->look->over = --a->look->pending == 0;
}

static bool ask_all(struct look *l, struct plan *plan)
{
	static const struct round_fns fns = {.series = on_series, .told = on_told, .done = on_done};
	struct asked *asked = mem_new((plan->n + 1) * sizeof *asked);
	l->pending = plan->n;
	l->over = !plan->n;
	for (size_t i = 0; i < plan->n; i++) {
		asked[i].look = l;
		asked[i].round = round_start(l->p, plan->v[i].v, plan->v[i].n, &l->span, &fns, &asked[i]);
	}
	(void)sdk_wait(l->p->s, &l->over, sdk_now() + WITHIN);
	for (size_t i = 0; i < plan->n; i++)
		round_drop(asked[i].round);
	free(asked);
	return l->over;
}

static struct sdk_answer look(struct look *l, struct signals *all, int64_t to)
{
	struct plan plan;
	vec_each(struct signal, g, all)
		if (g->server)
			g->row = mem_new((size_t)l->steps * sizeof *g->row);
	plan_make(all, &plan);
	bool over = ask_all(l, &plan);
	plan_release(&plan);
	if (!over)
		return sdk_error(SDK_UNAVAILABLE, "no whole answer within %d s", (int)(WITHIN / US_SECOND));
	if (l->total && l->failed == l->total)
		return sdk_error(SDK_UNAVAILABLE, "the past cannot be had: %s", l->why);
	return page(l, all, to);
}

struct sdk_answer history_answer(struct prom *p, const struct json *params)
{
	struct signals all;
	double step = json_get_num(params, "step", 15);
	int64_t from = json_get_time(params, "from") / 1000 * 1000, to = json_get_time(params, "to");
	if (!from || !to || to < from || !(step >= 0.001 && step <= 86400))
		return sdk_error(SDK_BAD_PARAMS, "`from`, `to` and `step` make no sense together");
	struct look l = {.p = p, .span = {.from = from, .step = (int64_t)(step * 1000 + 0.5) * 1000}};
	signals_read(p, json_get(params, "signals"), &all);
	l.steps = steps_of(&all, (to - from) / l.span.step + 1);
	l.span.to = from + (l.steps - 1) * l.span.step;
	struct sdk_answer a = l.steps ? look(&l, &all, to) : sdk_error(SDK_BAD_PARAMS, "so many signals do not fit in one line: ask for fewer at once");
	signals_release(&all);
	return a;
}
