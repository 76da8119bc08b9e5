/* Counters in a ring of 100 ms buckets. */
#include "config.h"

#include <string.h>

#include "demo/stats.h"

#define STEP_US INT64_C(100000)

const char *stats_name(enum stats_counter c)
{
	static const char *const names[] = {
#define X(id, name) name,
		STATS_COUNTERS(X)
#undef X
		""};
	return names[c];
}

/* Empty the buckets between the newest one and now. */
static void move_on(struct stats *s, int64_t now_us)
{
	int64_t step = now_us / STEP_US;
	if (step - s->step > STATS_STEPS)
		s->step = step - STATS_STEPS;
	while (s->step < step) {
		s->step++;
		memset(s->bucket[s->step % STATS_STEPS], 0, sizeof s->bucket[0]);
	}
}

void stats_add(struct stats *s, int64_t now_us, enum stats_counter c, uint32_t n)
{
	move_on(s, now_us);
	s->bucket[s->step % STATS_STEPS][c] += n;
}

uint64_t stats_sum(struct stats *s, int64_t now_us, int64_t window_us, enum stats_counter c)
{
	uint64_t sum = 0;
	int64_t steps = window_us / STEP_US;
	move_on(s, now_us);
	if (steps > STATS_STEPS)
		steps = STATS_STEPS;
	for (int64_t i = 0; i < steps && i <= s->step; i++)
		sum += s->bucket[(s->step - i) % STATS_STEPS][c];
	return sum;
}
