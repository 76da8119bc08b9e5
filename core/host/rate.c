/* How much per second. */
#include "host/rate.h"

void rate_init(struct rate *r, size_t limit, size_t pause)
{
	*r = (struct rate){ .limit = limit, .pause = pause };
}

enum rate_says rate_add(struct rate *r, uint64_t now_ms, size_t n)
{
	uint64_t second = now_ms / 1000;

	if (second != r->second) {
		/* Seconds in which nothing was counted (a loop that was held up, a pause) are
		 * neither a rest nor a flood by themselves: the average over them tells. */
		uint64_t gap = second - r->second;
		r->over = gap < 60 && r->count > r->limit * gap ? r->over + (unsigned)gap : 0;
		r->second = second;
		r->count = 0;
	}
	r->count += n;
	if (r->over >= RATE_SECONDS)
		return RATE_TOO_MUCH;
	return r->count >= r->pause ? RATE_PAUSE : RATE_WELL;
}
