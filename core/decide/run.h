/* The three clocks of a condition, each in constant memory: a run of samples
 * that satisfy it, a sliding count, a burn rate.  Fed by the judge; times are
 * the judge's own (microseconds, monotonous over reboots).  Pure. */
#ifndef DECIDE_RUN_H
#define DECIDE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/cond.h"

/* An unbroken run of judged samples that satisfy a comparison.  One judged sample that does not ends it.
 * One that is not ok neither satisfies nor ends it: time stands still, and when that lasts longer than
 * stale_after the run is over. */
struct run {
	bool any, active;
	int64_t start, paused;  /* of the active run */
	int64_t last_ok;        /* newest judged sample */
	int64_t bad_since;      /* first failed one since; 0 none */
	double value;           /* of the newest judged */
};
void run_ok(struct run *r, int64_t t, double value, bool satisfied, int64_t stale_after);
void run_bad(struct run *r, int64_t t);
/* What the time that was not ok did to the run, before a sample at `now` is judged or a question is answered. */
void run_settle(struct run *r, int64_t now, int64_t stale_after);
/* Has the signal not been ok for so long that no run outlasts it? */
bool run_over(const struct run *r, int64_t now, int64_t stale_after);
/* Since when the signal has not been ok, or 0 where it is fresh at `now`. */
int64_t run_not_ok_since(const struct run *r, int64_t now, int64_t stale_after);
/* How long the present run has lasted at `now`, standing still counted out; -1: no run. */
int64_t run_held(const struct run *r, int64_t now, int64_t stale_after);

/* A sum over a sliding window, in 60 buckets; also an average, and how much of the window is covered. */
#define SLIDE_BUCKETS 60
struct slide {
	int64_t bucket_us, head; /* head: number of the newest bucket */
	int64_t first;           /* when the unbroken cover began: of what came before nothing is left */
	uint32_t kept;           /* samples in the window */
	bool any;
	double sum[SLIDE_BUCKETS];
	uint32_t n[SLIDE_BUCKETS];
};
void slide_init(struct slide *s, int64_t window);
/* One that comes late goes to its own time, and the cover reaches back to it. */
void slide_add(struct slide *s, int64_t t, double v);
double slide_sum(struct slide *s, int64_t now);
/* Average of what was added; *out_covered: how much of the window, in microseconds. */
double slide_average(struct slide *s, int64_t now, int64_t *out_covered);

#endif
