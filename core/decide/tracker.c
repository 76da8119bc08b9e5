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

static void lookback_free(struct tracker *t)
{
	if (!t->back)
		return;
	free(t->back->count);
	free(t->back->burn_a);
	free(t->back->burn_b);
	free(t->back->traffic);
	free(t->back);
	t->back = NULL;
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
	lookback_free(t);
	stretches_release(&t->past);
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

/* How much of its own window the newest sample counts for, where `last` was the one before it. */
static int64_t counted_for(const struct kit_signal *s, int64_t now_t, int64_t last)
{
	return last && last < now_t ? now_t - last : s->every;
}

static void tracker_traffic(struct tracker *t, const struct kit_signal *s, int64_t now_t, double n)
{
	if (!isfinite(n))
		return;
	int64_t dt = counted_for(s, now_t, t->back && t->back->last_traffic_t > t->last_traffic_t ? t->back->last_traffic_t : t->last_traffic_t);
	slide_add(t->traffic, now_t, weighed(s, n, dt));
	if (!t->last_traffic_t || now_t - t->last_traffic_t > s->stale_after)
		t->traffic_from = now_t - (s->window && s->window < dt ? s->window : dt);
	t->last_traffic_t = now_t;
}

static void live_ends(struct tracker *t)
{
	if (!t->bad.any)
		return;
	stretches_put(&t->past, &(struct stretch){t->live_first, t->bad, t->good});
	t->bad = t->good = (struct run){0};
}

/* After a long silence what was before it is kept by itself: what is filled in may lead to it. */
static void live_begins(struct tracker *t, int64_t now_t, int64_t stale)
{
	if (t->bad.any && !run_over(&t->bad, now_t, stale))
		return;
	live_ends(t);
	t->live_first = now_t;
}

static void satisfied(const struct tracker *t, double v, bool *out_bad, bool *out_good)
{
	struct cond opposite = cond_opposite(&t->cond);
	*out_bad = t->cond.kind == COND_CMP ? cond_satisfied(&t->cond, v) : v > 0;
	*out_good = t->cond.kind == COND_CMP ? cond_satisfied(&opposite, v) : !*out_bad;
}

static void tracker_value(struct tracker *t, const struct kit_signal *s, int64_t now_t, double v)
{
	bool bad, good;
	int64_t dt = counted_for(s, now_t, t->back && t->back->last_t > t->last_t ? t->back->last_t : t->last_t);
	if (!t->last_t || now_t - t->last_t > s->stale_after)
		t->live_from = now_t - (s->window && s->window < dt ? s->window : dt);
	satisfied(t, v, &bad, &good);
	live_begins(t, now_t, s->stale_after);
	run_ok(&t->bad, now_t, v, bad, s->stale_after);
	run_ok(&t->good, now_t, v, good, s->stale_after);
	if (t->cond.kind == COND_COUNT)
		slide_add(t->count, now_t, weighed(s, v, dt));
	if (t->cond.kind == COND_BURN) {
		slide_add(t->burn_a, now_t, v);
		slide_add(t->burn_b, now_t, v);
	}
	t->last_t = now_t;
}

/* ---- burn rates ---- */
static bool burn_covered(const struct tracker *t, int64_t a_covered, int64_t b_covered)
{
	bool longer_b = t->cond.and_us > t->cond.in_us;
	return longer_b ? b_covered >= t->cond.and_us / 2 : a_covered >= t->cond.in_us / 2;
}

static bool burn_true(const struct tracker *t, double a, double b)
{
	double budget = 1 - t->cond.objective;
	return budget > 0 && a / budget > t->cond.factor && b / budget > t->cond.factor;
}

static bool burn_holds(const struct tracker *t, struct slide *one, struct slide *other, int64_t now)
{
	int64_t a_covered, b_covered;
	double a = slide_average(one, now, &a_covered), b = slide_average(other, now, &b_covered);
	return burn_covered(t, a_covered, b_covered) && burn_true(t, a, b);
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

static enum quality quality_of(struct tracker *t, const struct sample *s, struct slide *traffic)
{
	switch (s->state) {
	case SAMPLE_NONE: case SAMPLE_NO_DATA: return QUALITY_NO_DATA;
	case SAMPLE_FAILED: return QUALITY_FAILED;
	case SAMPLE_OK: break;
	}
	bool low = !isnan(t->at_least) && slide_sum(traffic, s->t) < t->at_least;
	return low ? QUALITY_LOW_TRAFFIC : QUALITY_OK;
}

#define QUIET_MOST 20
static void forget_lookback(struct tracker *t)
{
	if (t->back && ++t->back->quiet >= QUIET_MOST)
		lookback_free(t);
}

void tracker_feed(struct tracker *t, const struct sample *s)
{
	if (too_early(t, s) || s->signal != t->signal)
		return;
	t->heard = quality_of(t, s, t->traffic);
	t->heard_t = s->t;
	if (t->heard == QUALITY_OK) {
		tracker_value(t, s->signal, s->t, s->value);
	} else {
		run_bad(&t->bad, s->t);
		run_bad(&t->good, s->t);
		if (!t->bad.any)
			stretches_fail(&t->past, s->t);
	}
	forget_lookback(t);
}

/* ---- what is filled in ---- */
static void slide_again(struct slide **to, const struct slide *from, int64_t t)
{
	if (!from)
		return;
	if (!*to)
		*to = mem_new(sizeof **to);
	**to = *from;
	if (from->any && from->head * from->bucket_us > t) /* it is ahead: only the past itself tells of then */
		slide_init(*to, from->bucket_us * SLIDE_BUCKETS);
}

/* Counts as of the past: begun anew where time goes back, as it does from one part that is filled in to the next. */
static struct lookback *lookback_at(struct tracker *t, int64_t now_t)
{
	struct lookback *b = t->back;
	if (!t->count && !t->burn_a && !t->traffic)
		return NULL;
	if (b && now_t >= b->last_t && now_t >= b->last_traffic_t)
		return b;
	if (!b)
		b = t->back = mem_new(sizeof *b);
	slide_again(&b->count, t->count, now_t);
	slide_again(&b->burn_a, t->burn_a, now_t);
	slide_again(&b->burn_b, t->burn_b, now_t);
	slide_again(&b->traffic, t->traffic, now_t);
	b->last_t = b->last_traffic_t = b->true_since = 0;
	return b;
}

void tracker_fill_traffic(struct tracker *t, const struct sample *s)
{
	bool own = s->signal == t->signal && !t->traffic_signal;
	double n = own ? s->n : s->value;
	if (s->state != SAMPLE_OK || isnan(t->at_least) || (!own && s->signal != t->traffic_signal) || !isfinite(n))
		return;
	struct lookback *b = lookback_at(t, s->t);
	double counts = weighed(s->signal, n, counted_for(s->signal, s->t, b->last_traffic_t));
	slide_add(b->traffic, s->t, counts);
	if (s->t > t->last_traffic_t || s->t <= t->traffic_from)
		slide_add(t->traffic, s->t, counts);
	b->last_traffic_t = s->t;
	b->quiet = 0;
}

/* Since when a condition that is no run has been true, as far as the past tells. */
static void lookback_judge(const struct tracker *t, struct lookback *b, int64_t now_t)
{
	bool truth = false;
	if (t->cond.kind == COND_COUNT)
		truth = cond_satisfied(&t->cond, slide_sum(b->count, now_t));
	if (t->cond.kind == COND_BURN)
		truth = burn_holds(t, b->burn_a, b->burn_b, now_t);
	b->true_since = !truth ? 0 : b->true_since ? b->true_since : now_t;
}

static void fill_counts(struct tracker *t, const struct sample *s, bool taken)
{
	struct lookback *b = lookback_at(t, s->t);
	bool count = taken && (s->t > t->last_t || s->t <= t->live_from);
	if (!b)
		return;
	double counts = weighed(s->signal, s->value, counted_for(s->signal, s->t, b->last_t));
	if (t->cond.kind == COND_COUNT) {
		slide_add(b->count, s->t, counts);
		if (count)
			slide_add(t->count, s->t, counts);
	}
	if (t->cond.kind == COND_BURN) {
		slide_add(b->burn_a, s->t, s->value);
		slide_add(b->burn_b, s->t, s->value);
		if (count) {
			slide_add(t->burn_a, s->t, s->value);
			slide_add(t->burn_b, s->t, s->value);
		}
	}
	lookback_judge(t, b, s->t);
	b->last_t = s->t;
	b->quiet = 0;
}

/* A sample of long ago ends no run of live ones, and counts for a time that nothing else tells of. */
void tracker_fill(struct tracker *t, const struct sample *s)
{
	bool bad, good;
	if (s->signal != t->signal)
		return;
	enum quality q = quality_of(t, s, t->back ? t->back->traffic : t->traffic);
	bool live = t->bad.any && s->t >= t->live_first && s->t <= t->bad.last_ok;
	if (t->bad.any && s->t > t->bad.last_ok)
		live_ends(t); /* it goes on from what was heard last, and not from what was filled in before that */
	if (s->t > t->heard_t) {
		t->heard = q;
		t->heard_t = s->t;
	}
	if (q != QUALITY_OK) {
		stretches_fail(&t->past, s->t);
		return;
	}
	satisfied(t, s->value, &bad, &good);
	fill_counts(t, s, !live && stretches_take(&t->past, s->t, s->value, bad, good, s->signal->stale_after));
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

/* Is the newest that was judged of a sample that came when it was measured? */
static bool is_live(const struct tracker *t)
{
	const struct stretch *p = stretches_newest(&t->past);
	return t->bad.any && (!p || p->bad.last_ok < t->bad.last_ok);
}

bool tracker_run(const struct tracker *t, bool bad, struct run *out)
{
	const struct stretch *p = is_live(t) ? NULL : stretches_newest(&t->past);
	int64_t stale = t->signal ? t->signal->stale_after : 0;
	*out = p ? bad ? p->bad : p->good : bad ? t->bad : t->good;
	return stretches_join(&t->past, bad, p ? p->first : t->live_first, stale, out) || (p && out->active);
}

static void find_cmp(struct tracker *t, int64_t now, struct finding *f)
{
	struct run bad, good;
	int64_t stale = t->signal->stale_after;
	bool reached = tracker_run(t, true, &bad);
	tracker_run(t, false, &good);
	int64_t held = run_held(&bad, now, stale), well = run_held(&good, now, stale);
	f->need = t->cond.kind == COND_CMP ? t->cond.for_us : 0;
	f->held = held;
	f->active = held >= 0;
	f->since = held >= 0 ? bad.start : 0;
	f->reached = reached && held >= 0;
	f->holds = f->quality == QUALITY_OK && held >= f->need && held >= 0;
	f->clear_held = well;
	f->cleared = f->quality == QUALITY_OK && well >= t->clear_us && is_live(t);
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
	if (truth && !t->true_since) {
		const struct lookback *b = t->back;
		bool known = b && b->true_since && now - b->last_t <= 2 * t->signal->stale_after;
		t->true_since = known ? b->true_since : now;
	}
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
	bool judged = t->bad.any || t->past.n;
	if (!judged || !burn_covered(t, a_covered, b_covered))
		f->quality = f->quality == QUALITY_OK ? QUALITY_TOO_EARLY : f->quality;
	f->value = budget > 0 ? (a < b ? a : b) / budget : 0; /* the smaller one decides */
	find_truth(t, now, burn_true(t, a, b), f);
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
	struct run newest;
	tracker_run(t, true, &newest);
	f->value = newest.any ? newest.value : NAN;
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
