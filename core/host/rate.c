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
		/* A pause carries what came at the very end into the next second. */
		r->over = r->count > r->limit && second == r->second + 1 ? r->over + 1 : 0;
		r->second = second;
		r->count = 0;
	}
	r->count += n;
	if (r->over >= RATE_SECONDS)
		return RATE_TOO_MUCH;
	return r->count >= r->pause ? RATE_PAUSE : RATE_WELL;
}
