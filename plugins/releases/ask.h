/* Asking the process itself which version runs: over HTTP, by a program, or by
 * a file that the process writes.  The link is never consulted here. */
#ifndef RELEASES_ASK_H
#define RELEASES_ASK_H

#include "releases/place.h"

struct running {
	bool known;
	char version[VERSION_LEN];
	char why[200]; /* where it is not known */
};
struct ask;
/* fn is called once, from the loop.  The place must live until then. */
struct ask *ask_new(struct sdk *s, const struct place *p, int64_t timeout, void (*fn)(void *ctx, const struct running *r), void *ctx);
void ask_free(struct ask *a); /* drops it without a call; only before fn was called; NULL is fine */
/* For handlers: ask and wait, at most `timeout`. */
void ask_wait(struct sdk *s, const struct place *p, int64_t timeout, struct running *out);

#endif
