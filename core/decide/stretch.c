/* Stretches. */
#include "decide/stretch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void stretches_release(struct stretches *s)
{
	free(s->v);
	*s = (struct stretches){0};
}

const struct stretch *stretches_newest(const struct stretches *s)
{
	return s->n ? &s->v[s->n - 1] : NULL;
}

/* How many begin at or before t. */
static size_t begun_by(const struct stretches *s, int64_t t)
{
	size_t i = s->n;
	while (i && s->v[i - 1].first > t)
		i--;
	return i;
}

/* A place for a new one behind the first `at`; the oldest goes where there are too many.  NULL: it would be that one. */
static struct stretch *place_at(struct stretches *s, size_t at)
{
	if (s->n == STRETCHES_MOST) {
		if (!at)
			return NULL;
		memmove(&s->v[0], &s->v[1], (at - 1) * sizeof *s->v);
		return &s->v[at - 1];
	}
	s->v = mem_grow(s->v, s->n + 1, sizeof *s->v);
	memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof *s->v);
	s->n++;
	return &s->v[at];
}

void stretches_put(struct stretches *s, const struct stretch *one)
{
	struct stretch *p = place_at(s, begun_by(s, one->first));
	if (p)
		*p = *one;
}

bool stretches_take(struct stretches *s, int64_t t, double value, bool bad, bool good, int64_t stale_after)
{
	size_t at = begun_by(s, t);
	struct stretch *p = at ? &s->v[at - 1] : NULL;
	if (p && p->bad.last_ok >= t)
		return false;
	if (!p || run_over(&p->bad, t, stale_after)) {
		if (!(p = place_at(s, at)))
			return true; /* so old that it is not kept, but nothing is known of it either */
		*p = (struct stretch){.first = t};
	}
	run_ok(&p->bad, t, value, bad, stale_after);
	run_ok(&p->good, t, value, good, stale_after);
	return true;
}

void stretches_fail(struct stretches *s, int64_t t)
{
	size_t at = begun_by(s, t);
	if (!at || s->v[at - 1].bad.last_ok >= t)
		return;
	run_bad(&s->v[at - 1].bad, t);
	run_bad(&s->v[at - 1].good, t);
}

bool stretches_join(const struct stretches *s, bool bad, int64_t first, int64_t stale_after, struct run *r)
{
	bool joined = false;
	for (size_t i = s->n; i-- > 0 && r->active && r->start <= first;) {
		const struct stretch *p = &s->v[i];
		if (p->first >= first)
			continue; /* the run's own */
		struct run before = bad ? p->bad : p->good;
		run_settle(&before, first, stale_after);
		if (!before.active)
			return joined;
		r->start = before.start;
		r->paused += before.paused;
		first = p->first;
		joined = true;
	}
	return joined;
}
