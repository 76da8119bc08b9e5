/* What the oracle is told of: read from the model after every event, never
 * judged.  Called by drive.c. */
#ifndef INCIDENTS_NOTES_H
#define INCIDENTS_NOTES_H

#include "base/event.h"

struct drive;
/* An event was folded. */
void notes_take(struct drive *d, const struct event *e);

#endif
