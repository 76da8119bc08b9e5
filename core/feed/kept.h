/* Copies of events that follow one another, the newest ones up to a bound in
 * bytes.  Called by feed/past alone; knows nothing of what a body means. */
#ifndef FEED_KEPT_H
#define FEED_KEPT_H

#include "base/event.h"
#include "base/mem.h"

struct kept_one { struct event e; char *data; size_t bytes; };
struct kept {
	VEC(struct kept_one) all;
	size_t first;            /* index of the oldest one that is held */
	size_t bytes;
};

void kept_release(struct kept *k);
/* One that does not follow the newest replaces all.  Held beyond max is at most that one. */
void kept_add(struct kept *k, const struct event *e, size_t max);
int64_t kept_end(const struct kept *k); /* behind the newest */
const struct event *kept_find(const struct kept *k, int64_t seq); /* NULL where it is not held */

#endif
