/* The judge: which conditions are watched, and what each sample does to them. */
#include "decide/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLEAR_AT_LEAST (30 * US_SECOND) /* contract 4: a breach clears when the opposite held for max(D, 30s) */
#define AHEAD_AT_MOST (5 * US_SECOND)

struct judge *judge_new(void)
{
	return mem_new(sizeof(struct judge));
}

static void judge_clear(struct judge *j)
{
	vec_each(struct verify_watch, w, &j->verifies)
		verify_watch_release(w);
	vec_each(struct feed_list, f, &j->by_signal)
		vec_release(f);
	vec_release(&j->rows);
	vec_release(&j->verifies);
	vec_release(&j->by_signal);
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	judge_clear(j);
	free(j);
}

/* ---- time: mono within a boot, carried over reboots by the wall clock, never backwards ---- */
static void judge_clock(struct judge *j, const struct event *e)
{
	if (strcmp(j->boot, e->boot) != 0) {
		int64_t gap = j->boot[0] && e->at > j->at ? e->at - j->at : 0;
		j->offset = j->boot[0] ? j->t + gap - e->mono : US_SECOND; /* never 0: that means "not" */
		text_copy(j->boot, sizeof j->boot, e->boot);
	}
	int64_t t = e->mono + j->offset;
	j->t = t > j->t ? t : j->t;
	j->at = e->at;
}

int64_t judge_time(const struct judge *j, const struct now *now)
{
	int64_t t = strcmp(j->boot, now->boot) == 0 ? now->mono + j->offset : j->t;
	return t > j->t ? t : j->t;
}

/* ---- trackers ---- */
void tracker_init(struct tracker *t, const struct model *m, const struct kit_service *s, const char *signal, const struct cond *c)
{
	memset(t, 0, sizeof *t);
	t->service = s;
	t->signal = s ? kit_signal(s, signal) : NULL;
	t->report = t->signal ? NULL : signal;
	t->cond = *c;
	t->clear_us = c->kind == COND_CMP && c->for_us > CLEAR_AT_LEAST ? c->for_us : CLEAR_AT_LEAST;
	t->at_least = NAN;
	(void)m;
	if (c->kind == COND_COUNT)
		slide_init(&t->count, c->in_us);
	if (c->kind == COND_BURN) {
		slide_init(&t->burn_a, c->in_us);
		slide_init(&t->burn_b, c->and_us);
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
	slide_add(&t->traffic, now_t, weighed(s, n, dt));
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
		slide_add(&t->count, now_t, weighed(s, v, dt));
	if (t->cond.kind == COND_BURN) {
		slide_add(&t->burn_a, now_t, v);
		slide_add(&t->burn_b, now_t, v);
	}
	t->last_t = now_t;
}

static bool too_early(const struct tracker *t, const struct sample *s)
{
	return s->t < t->not_before_t || s->at < t->not_before_at;
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
	bool low = !isnan(t->at_least) && slide_sum(&t->traffic, s->t) < t->at_least;
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

/* ---- the set of watched rows, from the kit in use ---- */
static void watch_row(struct judge *j, const struct model *m, const struct kit_row *row, const struct kit_service *s)
{
	struct row_watch *w = vec_push(&j->rows);
	w->row = row;
	tracker_init(&w->t, m, row->is_report ? NULL : s, row->signal, &row->when);
	w->t.service = s;
	if (row->is_report)
		w->t.report = row->signal;
	if (row->has_at_least && w->t.signal) {
		w->t.at_least = row->at_least;
		slide_init(&w->t.traffic, row->at_least_in);
		w->t.traffic_signal = w->t.signal->traffic ? kit_signal(s, w->t.signal->traffic) : NULL;
	}
}

static void judge_take_kit(struct judge *j, const struct model *m)
{
	judge_clear(j);
	text_copy(j->kit_digest, sizeof j->kit_digest, m->kit_digest ? m->kit_digest : "");
	for (size_t r = 0; m->kit && r < m->kit->n_rows; r++) {
		const struct kit_row *row = &m->kit->rows[r];
		for (size_t s = 0; s < m->kit->n_services; s++)
			if (kit_row_covers(m->kit, row, &m->kit->services[s]))
				watch_row(j, m, row, &m->kit->services[s]);
		if (row->is_report)
			watch_row(j, m, row, NULL); /* reports without a service make a row without one */
	}
}

/* ---- samples ---- */
static struct feed_list *fed_by(struct judge *j, const struct model *m, const struct model_signal *s)
{
	size_t pos = (size_t)(s - m->signals.v);
	while (j->by_signal.n <= pos)
		(void)vec_push(&j->by_signal);
	struct feed_list *f = &j->by_signal.v[pos];
	if (f->known)
		return f;
	f->known = true;
	for (size_t i = 0; i < j->rows.n; i++) {
		const struct tracker *t = &j->rows.v[i].t;
		bool same = t->service && t->signal && strcmp(t->service->name, s->service) == 0 &&
			(strcmp(t->signal->name, s->name) == 0 || (t->traffic_signal && strcmp(t->traffic_signal->name, s->name) == 0));
		if (same)
			*vec_push(f) = (uint32_t)i;
	}
	return f;
}

typedef void (*feed_fn)(struct tracker *t, const struct sample *s);

static void judge_sample(struct judge *j, const struct model *m, const struct event *e, const struct model_signal *s, int64_t at, feed_fn feed)
{
	const struct kit_service *service = m->kit ? kit_service(m->kit, s->service) : NULL;
	const struct kit_signal *k = service ? kit_signal(service, s->name) : NULL;
	if (!k)
		return;
	if (e->at - at > k->stale_after || at - e->at > AHEAD_AT_MOST)
		return; /* drawn, not judged */
	const struct sample one = {k, at, j->t, s->state, s->value, s->n};
	struct feed_list *f = fed_by(j, m, s);
	for (size_t i = 0; i < f->n; i++)
		feed(&j->rows.v[f->v[i]].t, &one);
	vec_each(struct verify_watch, w, &j->verifies)
		if (w->service == service)
			vec_each(struct check_watch, c, &w->checks)
				feed(&c->t, &one);
}

/* The reducer just put the values into the signals; here each is handed to who watches it. */
static void judge_each(struct judge *j, const struct model *m, const struct event *e, const struct json *body, feed_fn feed)
{
	static const char *const groups[] = {"v", "bad"};
	int64_t at = json_get_time(body, "at");
	for (size_t g = 0; g < 2; g++)
		for (const struct json *v = json_first(json_get(body, groups[g])); v; v = json_next(v)) {
			char key[160], *slash;
			text_copy(key, sizeof key, json_key(v));
			if (!(slash = strchr(key, '/')))
				continue;
			*slash = '\0';
			const struct model_signal *s = model_signal(m, key, slash + 1);
			if (s)
				judge_sample(j, m, e, s, at, feed);
		}
}

static void judge_samples(struct judge *j, const struct model *m, const struct event *e)
{
	struct json *body = NULL;
	if (!e->body || json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	judge_each(j, m, e, body, tracker_feed_traffic);
	judge_each(j, m, e, body, tracker_feed);
	json_free(body);
}

void judge_event(struct judge *j, const struct model *m, const struct event *e)
{
	judge_clock(j, e);
	enum event_kind k = event_kind_of(e->kind);
	if (k == EVENT_SAMPLES) {
		judge_samples(j, m, e);
		return;
	}
	if (k == EVENT_KIT_LOADED && m->kit_digest && strcmp(m->kit_digest, j->kit_digest) != 0)
		judge_take_kit(j, m);
	if (k != EVENT_DEPLOY && k != EVENT_CLIENT && k != EVENT_PLUGIN)
		judge_sync_verifies(j, m);
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

/* Counts and burn rates change with time alone, so truth is tracked where it is asked for. */
static void find_truth(struct tracker *t, int64_t now, bool truth, struct finding *f)
{
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
	double a = slide_average(&t->burn_a, now, &a_covered), b = slide_average(&t->burn_b, now, &b_covered);
	int64_t longer = t->cond.and_us > t->cond.in_us ? t->cond.and_us : t->cond.in_us;
	int64_t covered = t->cond.and_us > t->cond.in_us ? b_covered : a_covered;
	if (!t->bad.any || covered < longer / 2)
		f->quality = f->quality == QUALITY_OK ? QUALITY_TOO_EARLY : f->quality;
	f->value = budget > 0 ? (a < b ? a : b) / budget : 0; /* the smaller one decides */
	find_truth(t, now, budget > 0 && a / budget > t->cond.factor && b / budget > t->cond.factor, f);
}

void tracker_find(struct tracker *t, const struct model *m, const struct judge *j, const struct now *wall, struct finding *f)
{
	int64_t now = judge_time(j, wall);
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
		f->value = slide_sum(&t->count, now);
		find_truth(t, now, cond_satisfied(&t->cond, f->value), f);
		break;
	case COND_BURN:
		find_burn(t, now, f);
		break;
	}
}
