/* The requests that wait for an answer: who asked, until when, and which ids
 * may still be answered.  Called by host_plugin; sends nothing itself. */
#ifndef HOST_CALLS_H
#define HOST_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/host.h"

struct call {
	int64_t id;
	uint64_t due;        /* ms of the loop */
	char method[64];
	host_reply_fn reply; /* NULL: nobody listens */
	void *ctx;
	bool late;           /* its time is over; an answer is let through in silence */
};
struct calls {
	struct call *v;
	size_t n, cap;
	int64_t last_id;
};
enum { CALLS_LATE_MAX = 256 };

int64_t calls_add(struct calls *cs, const char *method, uint64_t due, host_reply_fn reply, void *ctx);
/* Take the call with this id out; false where none waits. */
bool calls_take(struct calls *cs, int64_t id, struct call *out);
/* Take the reply of one call that is due (or, with all, of any); it stays as late. False where there is none. */
bool calls_take_due(struct calls *cs, uint64_t now, bool all, struct call *out);
/* When the next one is due; UINT64_MAX where none is. */
uint64_t calls_next_due(const struct calls *cs);
bool calls_waits_for(const struct calls *cs, const char *method);
size_t calls_late(const struct calls *cs);
void calls_release(struct calls *cs);

#endif
