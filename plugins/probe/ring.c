#include "config.h"

#include "probe/ring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Still in order: grow while it may, then overwrite the oldest. */
void ring_add(struct ring *r, const struct shot *s)
{
	if (r->n == r->cap && r->cap < RING_MAX) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->v = mem_grow(r->v, r->cap, sizeof *r->v);
		r->next = r->n;
	}
	r->v[r->next] = *s;
	r->next = (r->next + 1) % r->cap;
	if (r->n < r->cap)
		r->n++;
}

void ring_release(struct ring *r)
{
	free(r->v);
	*r = (struct ring){0};
}

size_t ring_count(const struct ring *r, int64_t since, unsigned classes)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += r->v[i].at > since && classes & (1u << r->v[i].class);
	return n;
}

static int by_size(const void *a, const void *b)
{
	float x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

bool ring_quantile(const struct ring *r, int64_t since, double q, double *out, size_t *out_n)
{
	float *all = mem_new((r->n + 1) * sizeof *all);
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].at > since && r->v[i].answered)
			all[n++] = r->v[i].seconds;
	qsort(all, n, sizeof *all, by_size);
	if (n) {
		size_t rank = (size_t)ceil(q * (double)n - 1e-9);
		*out = (double)all[rank ? rank - 1 : 0];
	}
	*out_n = n;
	free(all);
	return n > 0;
}
