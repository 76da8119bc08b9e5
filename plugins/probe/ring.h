/* The results of the last while: when, how long, of which class.  Constant
 * memory; nothing here reads a clock. */
#ifndef PROBE_RING_H
#define PROBE_RING_H

#include "probe/query.h"

#define RING_MAX 8192

struct shot {
	int64_t at;      /* when it ended, CLOCK_BOOTTIME */
	float seconds;   /* until the answer was complete */
	unsigned char class;
	bool answered;
};
struct ring {
	struct shot *v;
	size_t n, next, cap;
};
void ring_add(struct ring *r, const struct shot *s);
void ring_release(struct ring *r);
size_t ring_count(const struct ring *r, int64_t since, unsigned classes);
/* Nearest rank among the answered; false where there are none. */
bool ring_quantile(const struct ring *r, int64_t since, double q, double *out, size_t *out_n);

#endif
