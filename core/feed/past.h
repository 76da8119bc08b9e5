/* A second model of the same journal, with a cursor of its own: the model as it
 * was after any event, found again quickly by checkpoints and a bounded store
 * of the newest events read.  Whoever owns one says where to go, hands in the
 * events it needs and lets it fold one at a time; it never reads, waits or
 * looks at a clock, and its memory has a bound however many events there are.
 * Called by core/client's history and by the front end of the screen tests. */
#ifndef FEED_PAST_H
#define FEED_PAST_H

#include "base/event.h"
#include "feed/marks.h"
#include "model/model.h"

struct past;
struct past_bounds {             /* 0: as it is in the program */
	size_t spots;            /* bytes of all checkpoints together */
	size_t events;           /* bytes of events kept */
	int64_t stride;          /* a checkpoint every so many events, or of every 512 bytes of bodies as many */
};
struct past *past_new(const struct past_bounds *b); /* b NULL: all as in the program */
void past_free(struct past *p);

/* Where to go.  STEP: from event `from` (head + 1: from the present) to the nearest one with one of the marks,
 * before it (dir < 0) or behind it.  TIME: to the last event at or before `at`. */
enum past_how { PAST_STEP, PAST_TIME };
struct past_wish {
	enum past_how how;
	int dir;
	unsigned marks;
	int64_t from, at;
};
/* head: the newest event there is.  What was wished before is forgotten. */
void past_go(struct past *p, const struct past_wish *w, int64_t head);

enum past_turn {
	PAST_MORE,   /* one event was folded, or a checkpoint taken up */
	PAST_NEEDS,  /* event past_needs() has to be handed in */
	PAST_THERE,  /* nothing is to be done */
};
enum past_turn past_turn(struct past *p);
int64_t past_needs(const struct past *p);
/* What it will need once all that was handed in is folded, as far as is known; 0 nothing. */
int64_t past_ahead(const struct past *p);
/* Hand events in, in order; what does not follow the newest one held replaces all of them. */
void past_take(struct past *p, const struct event *e);

/* What became of the wish, once past_turn says PAST_THERE. */
enum past_found { PAST_FOUND, PAST_NO_EARLIER, PAST_NO_LATER };
enum past_found past_found(const struct past *p);
int past_percent(const struct past *p);            /* of the way; 100 when there */
const struct model *past_model(const struct past *p); /* never NULL; of event model->seq, 0 before the first */
size_t past_bytes(const struct past *p);           /* what checkpoints, events and marks take */

#endif
