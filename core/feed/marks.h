/* What lies where in a long row of events: which of them the timeline shows,
 * which changed a phase, which were decisions, and about when they were.  Half
 * a byte an event up to eight million events, beyond that for two, four, ...
 * together: it never grows past a few MiB.  Called by feed/past; pure. */
#ifndef FEED_MARKS_H
#define FEED_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#define MARK_EVENT 1u    /* the timeline shows it */
#define MARK_PHASE 2u    /* it changed the phase of an incident; without one something pended, breached or became quiet */
#define MARK_DECISION 4u /* somebody decided or said something, or it came of that */

#define MARKS_MAX ((size_t)4 << 20) /* bytes; two events each */
#define MARKS_TIMES 65536           /* instants; 1,024 events each */

struct marks {
	int64_t n;               /* events 1 .. n are known */
	unsigned char *v;
	size_t cap;
	int shift;               /* 1 << shift events share their marks */
	VEC(int64_t) times;      /* wall time of the first of every 1 << time_shift events */
	int time_shift;
	size_t max, max_times;   /* as above; less in tests */
};

void marks_init(struct marks *m, size_t max, size_t max_times);
void marks_release(struct marks *m);
/* The next event, n + 1; any other seq is passed over. */
void marks_add(struct marks *m, int64_t seq, unsigned bits, int64_t at);
/* The nearest known event before (dir < 0) or behind (dir > 0) seq that has one of the marks; 0 none.  Where events
 * share their marks it is the last of those. */
int64_t marks_find(const struct marks *m, int64_t seq, int dir, unsigned bits);
/* An event from which on one has to look for the last one at or before `at`; 0 where `at` is before the first. */
int64_t marks_near(const struct marks *m, int64_t at);

#endif
