/* Suspects: which change may have turned a signal (mission A5), ranked by when
 * it happened, how far it lies from what is bad, and of what kind it is, each
 * with its reason in a sentence.  Pure; asked by views and documents.  A rank is
 * a hint for people and never a reason to act. */
#ifndef DECIDE_SUSPECTS_H
#define DECIDE_SUSPECTS_H

#include "model/model.h"
#include "model/phases.h"

#define SUSPECTS_MOST 8
#define SUSPECT_UNRELATED 9

struct turn {                    /* what is to be explained */
	const char *const *services; /* those that are bad */
	size_t n;
	int64_t at;              /* when the signal turned, wall clock, microseconds */
	int64_t unsure;          /* the true turn may lie so much earlier: window and interval of the signal */
};
struct suspect {
	const struct model_change *change;
	int64_t before;          /* microseconds from the change to the turn; may be a little negative */
	int distance;            /* hops along depends_on from the nearest bad service; SUSPECT_UNRELATED */
	double score;            /* only for the order */
	char why[160];           /* "35s before, same service" */
};
/* The likeliest first; how many (at most cap).  Changes after the turn explain nothing; ours that went back to a
 * good version hardly anything. */
size_t suspects_find(const struct model *m, const struct turn *t, struct suspect *out, size_t cap);
/* Hops along depends_on from what is bad to a changed service (NULL: of every service, 1), or SUSPECT_UNRELATED. */
int suspect_distance(const struct kit *k, const char *bad, const char *service);
/* The turn of an incident: the services that breached (all of them where none did), from its onset.  False where
 * its onset is not known.  services: room for the names, at least as many as the incident has. */
bool suspects_turn(const struct model *m, const struct model_incident *i, const struct phases *ph, const char **services, struct turn *out);

#endif
