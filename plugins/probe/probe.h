/* What the files of the probe share: its state, and the watch that it keeps. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "probe/fetch.h"
#include "probe/ring.h"

struct probe {
	struct sdk *s;
	struct watch *watch;
};
struct watch *watch_new(struct probe *p, const struct json *signals);
void watch_free(struct watch *set);

#endif
