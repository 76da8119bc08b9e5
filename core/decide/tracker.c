/* Conditions over samples. */
#include "decide/tracker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLEAR_AT_LEAST (30 * US_SECOND) /* contract 4: a breach clears when the opposite held for max(D, 30s) */

static struct slide *slide_new(int64_t window)
{
	struct slide *s = mem_new(sizeof *s);
	slide_init(s, window);
	return s;
}

void tracker_needs(struct tracker *t, double n, int64_t window, const struct kit_signal *by)
{
	t->at_least = n;
	t->traffic = slide_new(window);
	t->traffic_signal = by;
}

void tracker_needs_of(struct tracker *t, const struct kit_row *row)
{
	const char *by = t->signal ? t->signal->traffic : NULL;
	if (row->has_at_least && t->signal)
		tracker_needs(t, row->at_least, row->at_least_in, by ? kit_signal(t->service, by) : NULL);
}

void tracker_release(struct tracker *t)
{
	free(t->count);
	free(t->burn_a);
	free(t->burn_b);
	free(t->traffic);
	t->count = t->burn_a = t->burn_b = t->traffic = NULL;
}

void tracker_init(struct tracker *t, const struct kit_service *s, const char *signal, const struct cond *c)
{
	memset(t, 0, sizeof *t);
	t->service = s;
	t->signal = s ? kit_signal(s, signal) : NULL;
	t->report = t->signal ? NULL : signal;
	t->cond = *c;
	t->clear_us = c->kind == COND_CMP && c->for_us > CLEAR_AT_LEAST ? c->for_us : CLEAR_AT_LEAST;
	t->at_least = NAN;
	if (c->kind == COND_COUNT)
		t->count = slide_new(c->in_us);
	if (c->kind == COND_BURN) {
		t->burn_a = slide_new(c->in_us);
		t->burn_b = slide_new(c->and_us);
	}
}

static double weighed(const struct kit_signal *s, double v, int64_t since_last)
{
	/* a count over its own window, sampled more often than that: contract 4, "N in D" */
	if (!s->window || since_last >= s->window)
		return v;
	return v * (double)since_last / (double)s->window;
}

static void tracker_traffic(struct tracker *t, const struct kit_signal *s, int64_t now_t, double n)
{
	if (!isfinite(n))
		return;
	int64_t dt = t->last_traffic_t ? now_t - t->last_traffic_t : s->every;
	slide_add(t->traffic, now_t, weighed(s, n, dt));
	t->last_traffic_t = now_t;
}

static void tracker_value(struct tracker *t, const struct kit_signal *s, int64_t now_t, double v)
{
	int64_t dt = t->last_t ? now_t - t->last_t : s->every;
	struct cond opposite = cond_opposite(&t->cond);
	if (t->cond.kind == COND_CMP) {
		run_ok(&t->bad, now_t, v, cond_satisfied(&t->cond, v), s->stale_after);
		run_ok(&t->good, now_t, v, cond_satisfied(&opposite, v), s->stale_after);
	} else {
		bool any = v > 0;
		run_ok(&t->bad, now_t, v, any, s->stale_after);
		run_ok(&t->good, now_t, v, !any, s->stale_after);
	}
	if (t->cond.kind == COND_COUNT)
		slide_add(t->count, now_t, weighed(s, v, dt));
	if (t->cond.kind == COND_BURN) {
		slide_add(t->burn_a, now_t, v);
		slide_add(t->burn_b, now_t, v);
	}
	t->last_t = now_t;
}

static bool too_early(const struct tracker *t, const struct sample *s)
{
	return s->t < t->not_before_t || s->measured_t < t->not_before_t;
}

/* Traffic goes first, so that a sample is judged with the traffic that came with it. */
void tracker_feed_traffic(struct tracker *t, const struct sample *s)
{
	if (too_early(t, s) || s->state != SAMPLE_OK || isnan(t->at_least))
		return;
	if (s->signal == t->traffic_signal)
		tracker_traffic(t, s->signal, s->t, s->value);
	else if (s->signal == t->signal && !t->traffic_signal)
		tracker_traffic(t, s->signal, s->t, s->n);
}

static enum quality quality_of(struct tracker *t, const struct sample *s)
{
	switch (s->state) {
	case SAMPLE_NONE: case SAMPLE_NO_DATA: return QUALITY_NO_DATA;
	case SAMPLE_FAILED: return QUALITY_FAILED;
	case SAMPLE_OK: break;
	}
	bool low = !isnan(t->at_least) && slide_sum(t->traffic, s->t) < t->at_least;
	return low ? QUALITY_LOW_TRAFFIC : QUALITY_OK;
}

void tracker_feed(struct tracker *t, const struct sample *s)
{
	if (too_early(t, s) || s->signal != t->signal)
		return;
	t->heard = quality_of(t, s);
	t->heard_t = s->t;
	if (t->heard == QUALITY_OK) {
		tracker_value(t, s->signal, s->t, s->value);
	} else {
		run_bad(&t->bad, s->t);
		run_bad(&t->good, s->t);
	}
}

/* ---- findings ---- */
static void find_reports(const struct tracker *t, const struct model *m, const struct now *now, int64_t now_t, struct finding *f)
{
	struct stamp here = stamp_of_now(now);
	int64_t count = 0;
	vec_each(struct model_report, p, &m->reports) {
		bool ours = t->service ? p->service && strcmp(p->service, t->service->name) == 0 : !p->service;
		bool recent = t->cond.kind != COND_COUNT || stamp_diff(&p->at, &here, NULL) <= t->cond.in_us;
		if (!ours || !recent || p->gone || strcmp(p->signal, t->report) != 0)
			continue;
		int64_t since = now_t - stamp_diff(&p->at, &here, NULL);
		f->since = !f->since || since < f->since ? since : f->since;
		count++;
	}
	f->quality = QUALITY_OK;
	f->value = (double)count;
	f->holds = t->cond.kind == COND_COUNT ? cond_satisfied(&t->cond, (double)count) : count > 0;
	f->active = f->holds;
	f->cleared = !f->holds; /* too few are not gone: at once */
}

static void find_quality(struct tracker *t, int64_t now, struct finding *f)
{
	if (!t->heard_t || now - t->heard_t > t->signal->stale_after)
		f->quality = QUALITY_NO_DATA;
	else
		f->quality = t->heard;
}

static void find_cmp(struct tracker *t, int64_t now, struct finding *f)
{
	int64_t stale = t->signal->stale_after;
	int64_t held = run_held(&t->bad, now, stale), good = run_held(&t->good, now, stale);
	f->need = t->cond.kind == COND_CMP ? t->cond.for_us : 0;
	f->held = held;
	f->active = held >= 0;
	f->since = held >= 0 ? t->bad.start : 0;
	f->holds = f->quality == QUALITY_OK && held >= f->need && held >= 0;
	f->clear_held = good;
	f->cleared = f->quality == QUALITY_OK && good >= t->clear_us;
}

static int64_t later(int64_t since, int64_t by, int64_t now)
{
	return !since ? 0 : since + by < now ? since + by : now;
}

/* What could not be told stood still, and longer than stale_after it began anew. */
static void truth_settle(struct tracker *t, int64_t now, enum quality q)
{
	if (q != QUALITY_OK) {
		t->unsure_since = t->unsure_since ? t->unsure_since : now;
		return;
	}
	int64_t still = t->unsure_since ? now - t->unsure_since : 0;
	int64_t by = still > t->signal->stale_after ? now : still;
	t->unsure_since = 0;
	t->true_since = later(t->true_since, by, now);
	t->false_since = later(t->false_since, by, now);
}

/* Counts and burn rates change with time alone, so truth is tracked where it is asked for. */
static void find_truth(struct tracker *t, int64_t now, bool truth, struct finding *f)
{
	truth_settle(t, now, f->quality);
	if (truth && !t->true_since)
		t->true_since = now;
	if (!truth && !t->false_since)
		t->false_since = now;
	if (truth)
		t->false_since = 0;
	else
		t->true_since = 0;
	f->active = truth;
	f->holds = truth && f->quality == QUALITY_OK;
	f->since = truth ? t->true_since : 0;
	f->held = truth ? now - t->true_since : -1;
	f->clear_held = truth ? -1 : now - t->false_since;
	f->cleared = !truth && f->quality == QUALITY_OK && f->clear_held >= t->clear_us;
}

static void find_burn(struct tracker *t, int64_t now, struct finding *f)
{
	int64_t a_covered, b_covered;
	double budget = 1 - t->cond.objective;
	double a = slide_average(t->burn_a, now, &a_covered), b = slide_average(t->burn_b, now, &b_covered);
	int64_t longer = t->cond.and_us > t->cond.in_us ? t->cond.and_us : t->cond.in_us;
	int64_t covered = t->cond.and_us > t->cond.in_us ? b_covered : a_covered;
	if (!t->bad.any || covered < longer / 2)
		f->quality = f->quality == QUALITY_OK ? QUALITY_TOO_EARLY : f->quality;
	f->value = budget > 0 ? (a < b ? a : b) / budget : 0; /* the smaller one decides */
	find_truth(t, now, budget > 0 && a / budget > t->cond.factor && b / budget > t->cond.factor, f);
}

void tracker_find(struct tracker *t, const struct model *m, int64_t now, const struct now *wall, struct finding *f)
{
	memset(f, 0, sizeof *f);
	f->held = f->clear_held = -1;
	f->value = NAN;
	if (t->report) {
		find_reports(t, m, wall, now, f);
		return;
	}
	find_quality(t, now, f);
	f->value = t->bad.any ? t->bad.value : NAN;
	switch (t->cond.kind) {
	case COND_CMP: case COND_ANY:
		find_cmp(t, now, f);
		break;
	case COND_COUNT:
		f->value = slide_sum(t->count, now);
		find_truth(t, now, cond_satisfied(&t->cond, f->value), f);
		break;
	case COND_BURN:
		find_burn(t, now, f);
		break;
	}
}
