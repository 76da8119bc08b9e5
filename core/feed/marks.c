/* Marks of events, in half a byte each. */
#include "config.h"

#include "feed/marks.h"

#include <string.h>

#define FIRST_TIME_SHIFT 10

void marks_init(struct marks *m, size_t max, size_t max_times)
{
	memset(m, 0, sizeof *m);
	m->time_shift = FIRST_TIME_SHIFT;
	m->max = max;
	m->max_times = max_times;
}

void marks_release(struct marks *m)
{
	mem_drop((void **)(void *)&m->v);
	vec_release(&m->times);
	m->cap = 0;
	m->n = 0;
}

static unsigned group(const struct marks *m, int64_t g)
{
	return m->v[g / 2] >> (g % 2 ? 4 : 0) & 15u;
}

/* Room for half a byte more: the array grows to its bound, and then every two groups become one. */
static void make_room(struct marks *m, int64_t g)
{
	size_t byte = (size_t)(g / 2);
	if (byte < m->cap)
		return;
	if (m->cap < m->max) {
		size_t cap = m->cap ? m->cap * 2 : 1024;
		cap = cap < m->max ? cap : m->max;
		m->v = mem_grow(m->v, cap, 1);
		memset(m->v + m->cap, 0, cap - m->cap);
		m->cap = cap;
		return;
	}
	for (size_t i = 0; i < m->cap; i++) {
		unsigned one = (m->v[i] | m->v[i] >> 4) & 15u;
		m->v[i] = 0; /* i / 2 was read already */
		m->v[i / 2] = (unsigned char)(m->v[i / 2] | one << (i % 2 ? 4 : 0));
	}
	m->shift++;
}

static void add_time(struct marks *m, int64_t seq, int64_t at)
{
	if ((seq - 1) & ((INT64_C(1) << m->time_shift) - 1))
		return;
	if (m->times.n == m->max_times) {
		for (size_t i = 0; i < m->times.n / 2; i++)
			m->times.v[i] = m->times.v[2 * i];
		m->times.n = m->times.n / 2 + m->times.n % 2;
		m->time_shift++;
		add_time(m, seq, at);
		return;
	}
	*vec_push(&m->times) = at;
}

void marks_add(struct marks *m, int64_t seq, unsigned bits, int64_t at)
{
	if (seq != m->n + 1)
		return;
	m->n = seq;
	make_room(m, (seq - 1) >> m->shift);
	int64_t g = (seq - 1) >> m->shift;
	m->v[g / 2] = (unsigned char)(m->v[g / 2] | (bits & 15u) << (g % 2 ? 4 : 0));
	add_time(m, seq, at);
}

static int64_t last_of(const struct marks *m, int64_t g)
{
	int64_t seq = (g + 1) << m->shift;
	return seq < m->n ? seq : m->n;
}

int64_t marks_find(const struct marks *m, int64_t seq, int dir, unsigned bits)
{
	int64_t end = m->n ? ((m->n - 1) >> m->shift) + 1 : 0, g;
	if (dir < 0) {
		g = seq > m->n + 1 ? end - 1 : seq > 1 ? (seq - 2) >> m->shift : -1;
		while (g >= 0 && (last_of(m, g) >= seq || !(group(m, g) & bits)))
			g--;
		return g >= 0 ? last_of(m, g) : 0;
	}
	for (g = seq < 0 ? 0 : seq >> m->shift; g < end && !(group(m, g) & bits); g++)
		;
	return g < end && last_of(m, g) > seq ? last_of(m, g) : 0;
}

int64_t marks_near(const struct marks *m, int64_t at)
{
	/* from the end: where the wall clock was set back, the later of two moments of that name is meant */
	for (size_t i = m->times.n; i-- > 0;)
		if (m->times.v[i] <= at)
			return ((int64_t)i << m->time_shift) + 1;
	return 0;
}
