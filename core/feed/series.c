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

/* Newest first: where time runs out it is the oldest that is missing. */
static enum status go_back(struct reading *r, struct journal *j, struct series *out, struct fault *f)
{
	struct journal_cursor *c = NULL;
	struct event e;
	struct now begun, now;
	int64_t lo, hi;
	enum status s = journal_seek(j, r->a->from - EARLY, &lo, f);

	if (s == STATUS_OK)
		s = journal_seek(j, r->a->to + LATE, &hi, f);
	if (s == STATUS_OK)
		s = journal_back(j, event_kind_name(EVENT_SAMPLES), lo, hi, &c, f);
	os_now(&begun);
	out->complete = true;
	while (s == STATUS_OK && out->complete && (s = journal_step(c, &e, f)) == STATUS_OK) {
		if (stopped(r->a)) {
			s = fault_set(f, STATUS_NO, "stopped", "nobody waits for it any more");
			break;
		}
		if (e.body)
			take_body(r, &e);
		os_now(&now);
		if (now.mono - begun.mono >= r->a->most_us) {
			out->complete = false;
			out->since = e.at;
		}
	}
	journal_cursor_free(c);
	return s == STATUS_NO && !stopped(r->a) ? STATUS_OK : s;
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
