/* A look back over the socket: reads the journal from the engine, page by page
 * and one page at a time, and folds it into a second model while the client's
 * own model goes on.  Works the same for every user, since nobody but the
 * engine opens the store.  Used by the console; a turn of the loop folds a few
 * milliseconds and never waits. */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include "client/client.h"
#include "feed/past.h"

struct history;
/* moved: a step of the way was made, or it cannot be made now, or it is done. */
struct history *history_new(uv_loop_t *loop, struct client *c, void (*moved)(void *ctx), void *ctx);
void history_free(struct history *h);            /* NULL is fine; the client may be gone already */
/* Go there; the client must have a model.  What was read of another store is forgotten first. */
void history_go(struct history *h, const struct past_wish *w);
/* Nobody looks any more: nothing more is read, and what was read is forgotten after ten minutes. */
void history_stop(struct history *h);
bool history_there(const struct history *h);     /* nothing is under way */
const struct past *history_past(const struct history *h); /* another one after history_go, and some time after history_stop */
const char *history_why(const struct history *h); /* why it does not get on; "" it does */

#endif
