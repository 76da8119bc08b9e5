/* The journal in memory: events go in, are folded and judged as an engine does
 * it, and are kept so that another engine can fold them again.  Called by
 * drive.c and acts.c. */
#ifndef INCIDENTS_EVENTS_H
#define INCIDENTS_EVENTS_H

#include <stddef.h>

#include "base/draft.h"

struct drive;
void events_add(struct drive *d, const char *kind, const char *incident, const char *actor, const char *body, size_t len);
void events_addf(struct drive *d, const char *kind, const char *incident, const char *actor, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void events_commit(struct drive *d, struct drafts *ds); /* and release */
/* A fresh model and judge that fold all of it. */
void events_again(struct drive *d);
void events_release(struct drive *d);

#endif
