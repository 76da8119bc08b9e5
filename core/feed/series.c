/* Samples out of the journal, one signal of them. */
#include "config.h"

#include "feed/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_pick.h"
#include "base/os.h"
#include "journal/journal.h"

#define LATE (2 * US_MINUTE)  /* so long after it was measured a sample may be recorded */
#define FILL (90 * US_SECOND) /* a fill is over sooner */
#define EARLY (10 * US_SECOND) /* and so long before, where the backend's clock is ahead */

struct bin {
	struct series_point p;
	int64_t first;           /* of its oldest sample */
};
struct reading {
	const struct series_ask *a;
	char key[160], quoted[164]; /* auth/error_rate, and as it stands in a body */
	struct bin *bins;
	int64_t each;            /* microseconds a bin stands for */
};

static struct bin *bin_of(const struct reading *r, int64_t at)
{
	int64_t i;

	if (at < r->a->from || at > r->a->to)
		return NULL;
	i = (at - r->a->from) / r->each;
	return &r->bins[i < r->a->points ? i : r->a->points - 1];
}

static void take_good(struct bin *b, int64_t at, double v)
{
	struct series_point *p = &b->p;

	if (!p->n || v < p->min)
		p->min = v;
	if (!p->n || v > p->max)
		p->max = v;
	if (!p->n || at > p->at)
		p->last = v;
	p->n++;
}

/* A value, or the word that there was none. */
static void take_body(struct reading *r, const struct event *e)
{
	struct json_text body = {e->body, e->body_len}, part, v;
	int64_t at = e->at;
	char when[48];
	double value;
	struct bin *b;

	if (!memmem(e->body, e->body_len, r->quoted, strlen(r->quoted)))
		return; /* most bodies of many backends: looking is faster than stepping over everything */
	if (json_pick(body, "at", &v) && json_pick_str(v, when, sizeof when))
		(void)instant_parse(when, &at);
	if (!(b = bin_of(r, at)))
		return;
	if (json_pick(body, "v", &part) && json_pick(part, r->key, &v) && json_pick_num(v, &value) && isfinite(value))
		take_good(b, at, value);
	else if (json_pick(body, "bad", &part) && json_pick(part, r->key, &v))
		b->p.bad++;
	else
		return;
	if (at > b->p.at)
		b->p.at = at;
	if (!b->first || at < b->first)
		b->first = at;
}

static bool stopped(const struct series_ask *a)
{
	return a->stop && atomic_load(a->stop);
}

/* The samples among the events lo to hi. */
static enum status go_through(struct reading *r, struct journal *j, int64_t lo, int64_t hi, const struct now *begun, struct series *out, struct fault *f)
{
	struct journal_cursor *c = NULL;
	struct event e;
	struct now now;
	enum status s = journal_back(j, event_kind_name(EVENT_SAMPLES), lo, hi, &c, f);

	while (s == STATUS_OK && out->complete && (s = journal_step(c, &e, f)) == STATUS_OK) {
		if (stopped(r->a)) {
			s = fault_set(f, STATUS_NO, "stopped", "nobody waits for it any more");
			break;
		}
		if (e.body)
			take_body(r, &e);
		os_now(&now);
		if (now.mono - begun->mono >= r->a->most_us) {
			out->complete = false;
			out->since = e.at;
		}
	}
	journal_cursor_free(c);
	return s == STATUS_NO && !stopped(r->a) ? STATUS_OK : s;
}

/* What was filled in later than samples come: each fill says so at its end, and takes no longer than FILL. */
static enum status go_filled(struct reading *r, struct journal *j, int64_t hi, const struct now *begun, struct series *out, struct fault *f)
{
	struct { int64_t *v; size_t n, cap; } ends = {0};
	struct journal_cursor *c = NULL;
	struct event e;
	int64_t last = hi, first = 0;
	enum status s = journal_seek(j, r->a->to + r->a->late, &last, f);

	if (s == STATUS_OK && last > hi)
		s = journal_back(j, event_kind_name(EVENT_BACKFILL), hi + 1, last, &c, f);
	while (c && s == STATUS_OK && (s = journal_step(c, &e, f)) == STATUS_OK) {
		*vec_push(&ends) = e.seq;
		*vec_push(&ends) = e.at;
	}
	s = s == STATUS_NO ? STATUS_OK : s;
	journal_cursor_free(c);
	for (size_t i = 0; s == STATUS_OK && i < ends.n; i += 2) {
		s = journal_seek(j, ends.v[i + 1] - FILL, &first, f);
		if (i + 2 < ends.n && first <= ends.v[i + 2])
			first = ends.v[i + 2] + 1; /* of the fill before it, which comes next */
		if (s == STATUS_OK)
			s = go_through(r, j, first > hi ? first : hi + 1, ends.v[i], begun, out, f);
	}
	vec_release(&ends);
	return s;
}

/* Newest first: where time runs out it is the oldest that is missing. */
static enum status go_back(struct reading *r, struct journal *j, struct series *out, struct fault *f)
{
	struct now begun;
	int64_t lo, hi = 0;
	enum status s = journal_seek(j, r->a->from - EARLY, &lo, f);

	if (s == STATUS_OK)
		s = journal_seek(j, r->a->to + LATE, &hi, f);
	hi--; /* the last one before it */
	os_now(&begun);
	out->complete = true;
	if (s == STATUS_OK && r->a->late > LATE)
		s = go_filled(r, j, hi, &begun, out, f);
	if (s == STATUS_OK && out->complete)
		s = go_through(r, j, lo, hi, &begun, out, f);
	return s;
}

static void put_points(const struct reading *r, struct series *out)
{
	for (int i = 0; i < r->a->points; i++) {
		struct series_point p = r->bins[i].p;
		if (!p.n && !p.bad)
			continue;
		if (!p.n)
			p.min = p.max = p.last = NAN;
		if (out->complete && !out->since)
			out->since = r->bins[i].first;
		*vec_push(&out->points) = p;
	}
}

enum status series_read(const struct series_ask *a, struct series *out, struct fault *f)
{
	struct reading r = {.a = a};
	struct journal *j = NULL;
	enum status s = journal_open_read(a->store, &j, f);

	memset(out, 0, sizeof *out);
	if (s != STATUS_OK)
		return s;
	(void)snprintf(r.key, sizeof r.key, "%s/%s", a->service, a->signal);
	(void)snprintf(r.quoted, sizeof r.quoted, "\"%s\"", r.key);
	r.each = (a->to - a->from) / a->points + 1;
	r.bins = mem_grow(NULL, (size_t)a->points, sizeof *r.bins);
	mem_zero(r.bins, (size_t)a->points * sizeof *r.bins);
	s = go_back(&r, j, out, f);
	if (s == STATUS_OK)
		put_points(&r, out);
	free(r.bins);
	journal_close(j);
	return s;
}

void series_release(struct series *h)
{
	vec_release(&h->points);
}
