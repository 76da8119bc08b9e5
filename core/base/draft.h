/* Drafts: events that are to be recorded.  One list of drafts is one commit.
 * decide makes them, the engine adds its own, the journal takes them.  Pure. */
#ifndef BASE_DRAFT_H
#define BASE_DRAFT_H

#include "base/event.h"
#include "base/json.h"
#include "base/mem.h"

/* An event without seq, time or chain yet. */
struct draft {
	char *incident; /* NULL or owned */
	enum event_kind kind;
	char *actor;    /* owned */
	struct buf body;
};
struct drafts {
	struct draft *v;
	size_t n, cap;
};
/* Append a draft with an empty body; body.max is 1 MiB (kit.loaded 16 MiB). Fill d->body next.
 * The pointer is good until the next one is added. */
struct draft *drafts_add(struct drafts *ds, enum event_kind kind, const char *incident, const char *actor);
void drafts_release(struct drafts *ds);
/* Move all of `from` behind `to`. */
void drafts_move(struct drafts *to, struct drafts *from);

/* Add a draft and open its body as a JSON object; write its members, then draft_close.  Bodies are written one at
 * a time: a list that grows moves its drafts. */
struct jw draft_open(struct drafts *ds, enum event_kind kind, const char *incident, const char *actor);
void draft_close(struct jw *w);

#endif
