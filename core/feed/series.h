/* What was recorded of one signal between two instants, made into at most so
 * many points.  Reads a store with a connection of its own and nothing else,
 * newest first and for a bounded time, so it may run on any thread beside the
 * engine that writes; a peak in a point that stands for many samples is kept. */
#ifndef FEED_SERIES_H
#define FEED_SERIES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

#define SERIES_POINTS 2000
struct series_ask {
	const char *store, *service, *signal;
	int64_t from, to;        /* microseconds, when it was measured */
	int points;              /* 1..SERIES_POINTS */
	int64_t most_us;         /* how long it may take */
	int64_t late;            /* so long after it was measured it may have been filled in; 0 it was not */
	const atomic_bool *stop; /* somebody has lost interest; NULL nobody can */
};
struct series_point {
	int64_t at;              /* of the newest sample in it */
	double min, max, last;   /* of the good ones; NaN where there is none */
	int64_t n, bad;          /* how many were good; how many could not be measured */
};
struct series {
	VEC(struct series_point) points; /* oldest first; a stretch without samples has none */
	int64_t since;           /* complete: when the oldest was measured, 0 none was; else nothing older was looked at */
	bool complete;           /* all of the time was read */
};
/* STATUS_NO: it was stopped. */
enum status series_read(const struct series_ask *a, struct series *out, struct fault *f);
void series_release(struct series *h);

#endif
