/* Counters over sliding windows of at most two minutes, in steps of 100 ms;
 * constant memory.  What a service of the shop says of itself at /stats. */
#ifndef DEMO_STATS_H
#define DEMO_STATS_H

#include <stdint.h>

#define STATS_STEPS 1200

/* One row per counter: enum suffix, name in /stats. */
#define STATS_COUNTERS(X) \
	X(REQUESTS, "requests") \
	X(ERRORS, "errors")     /* answered 5xx */ \
	X(DENIED, "denied")     /* answered 401 */ \
	X(LOGIN_OK, "login_ok") \
	X(LOGIN_FAILED, "login_failed") \
	X(MICROS, "busy_us")

enum stats_counter {
#define X(id, name) STATS_##id,
	STATS_COUNTERS(X)
#undef X
	STATS_N
};

struct stats {
	int64_t step;                          /* of the newest bucket, 100 ms since boot */
	uint32_t bucket[STATS_STEPS][STATS_N]; /* by step modulo STATS_STEPS */
};
void stats_add(struct stats *s, int64_t now_us, enum stats_counter c, uint32_t n);
/* Sum over the last window_us. */
uint64_t stats_sum(struct stats *s, int64_t now_us, int64_t window_us, enum stats_counter c);
const char *stats_name(enum stats_counter c);

#endif
