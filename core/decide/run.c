/* Runs and slides. */
#include "decide/run.h"

#include <string.h>

int64_t run_not_ok_since(const struct run *r, int64_t now, int64_t stale_after)
{
	if (!r->any)
		return r->bad_since ? r->bad_since : now;
	int64_t silent = r->last_ok + stale_after;
	int64_t since = r->bad_since && r->bad_since < silent ? r->bad_since : silent;
	return now > since || r->bad_since ? since : 0;
}

void run_settle(struct run *r, int64_t now, int64_t stale_after)
{
	int64_t since = r->active ? run_not_ok_since(r, now, stale_after) : 0;
	if (!since)
		return;
	if (now - since > stale_after)
		r->active = false;
	else
		r->paused += now - since;
}

bool run_over(const struct run *r, int64_t now, int64_t stale_after)
{
	int64_t since = r->any ? run_not_ok_since(r, now, stale_after) : 0;
	return since && now - since > stale_after;
}

void run_ok(struct run *r, int64_t t, double value, bool satisfied, int64_t stale_after)
{
	run_settle(r, t, stale_after);
	if (!satisfied) {
		r->active = false;
	} else if (!r->active) {
		r->active = true;
		r->start = t;
		r->paused = 0;
	}
	r->any = true;
	r->last_ok = t;
	r->bad_since = 0;
	r->value = value;
}

void run_bad(struct run *r, int64_t t)
{
	if (!r->bad_since)
		r->bad_since = t;
}

int64_t run_held(const struct run *r, int64_t now, int64_t stale_after)
{
	struct run at = *r;
	run_settle(&at, now, stale_after);
	return at.active ? now - at.start - at.paused : -1;
}

/* ---- slides ---- */
void slide_init(struct slide *s, int64_t window)
{
	memset(s, 0, sizeof *s);
	s->bucket_us = window / SLIDE_BUCKETS > 0 ? window / SLIDE_BUCKETS : 1;
}

static void slide_turn(struct slide *s, int64_t t)
{
	int64_t head = t / s->bucket_us;
	if (!s->any)
		return;
	if (head - s->head >= SLIDE_BUCKETS) {
		s->kept = 0;
		memset(s->sum, 0, sizeof s->sum);
		memset(s->n, 0, sizeof s->n);
		s->head = head;
	}
	while (s->head < head) {
		s->head++;
		s->kept -= s->n[s->head % SLIDE_BUCKETS];
		s->sum[s->head % SLIDE_BUCKETS] = 0;
		s->n[s->head % SLIDE_BUCKETS] = 0;
	}
}

void slide_add(struct slide *s, int64_t t, double v)
{
	if (!s->any) {
		s->any = true;
		s->head = t / s->bucket_us;
	}
	slide_turn(s, t);
	int64_t own = t / s->bucket_us;
	if (own <= s->head - SLIDE_BUCKETS)
		return; /* before the window */
	if (!s->kept++ || t < s->first)
		s->first = t;
	s->sum[own % SLIDE_BUCKETS] += v;
	s->n[own % SLIDE_BUCKETS]++;
}

double slide_sum(struct slide *s, int64_t now)
{
	double sum = 0;
	slide_turn(s, now);
	for (int i = 0; i < SLIDE_BUCKETS; i++)
		sum += s->sum[i];
	return sum;
}

double slide_average(struct slide *s, int64_t now, int64_t *out_covered)
{
	double sum = 0;
	uint32_t n = 0;
	slide_turn(s, now);
	*out_covered = now - s->first;
	for (int i = 0; i < SLIDE_BUCKETS; i++) {
		sum += s->sum[i];
		n += s->n[i];
	}
	return n ? sum / n : 0;
}
