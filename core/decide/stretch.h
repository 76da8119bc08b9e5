/* Stretches: what is known of a condition before the samples that come now: those
 * filled in after they were measured, and live ones from before a silence.  Each
 * holds together by itself; a run goes on from one into the next where no more
 * than a short silence parts them.  Kept by a tracker; times are the judge's own.
 * Pure. */
#ifndef DECIDE_STRETCH_H
#define DECIDE_STRETCH_H

#include <stddef.h>

#include "decide/run.h"

#define STRETCHES_MOST 4     /* the newest; what is older than they is not joined any more */

struct stretch {
	int64_t first;       /* its first judged sample; the newest is bad.last_ok */
	struct run bad, good; /* runs of the condition, and of its opposite */
};
struct stretches { struct stretch *v; size_t n; }; /* oldest first, none over another */

/* A judged sample of time t.  False where something is known of that time already: it counts once. */
bool stretches_take(struct stretches *s, int64_t t, double value, bool bad, bool good, int64_t stale_after);
/* One that was not ok. */
void stretches_fail(struct stretches *s, int64_t t);
/* One that is whole. */
void stretches_put(struct stretches *s, const struct stretch *one);
const struct stretch *stretches_newest(const struct stretches *s); /* or NULL */
/* A run whose samples begin at `first`, led back over the stretches before it.  False where it began within its own. */
bool stretches_join(const struct stretches *s, bool bad, int64_t first, int64_t stale_after, struct run *r);
void stretches_release(struct stretches *s);

#endif
