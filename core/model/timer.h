/* The owner's timer of a row that breached: whether it runs, until when, and
 * what its end does.  decide acts by it; screens and reports say it beside
 * every timer that they show.  Pure. */
#ifndef MODEL_TIMER_H
#define MODEL_TIMER_H

#include "model/model.h"

/* The timer of a standing breach runs: *out_until is the wall time of its end.  False where none does: the row only
 * tells or is in shadow, somebody decided, its end has come. */
bool timer_runs(const struct model *m, const struct model_row *r, int64_t *out_until);
/* Its end may act by itself: the kit says so, and this host is one that may. */
bool timer_acts(const struct model *m, const struct model_row *r);
/* What its end does, as it is said behind "then": "asks maya, who commands".  NULL: the row has no timer. */
#define TIMER_THEN 200
const char *timer_then(const struct model *m, const struct model_row *r, char out[TIMER_THEN]);
/* The timer is the owner's time to decide: has somebody fired something since the breach? (Anybody may say
 * "not this time": that decides nothing.) */
bool timer_decided(const struct model *m, const struct model_row *r);
/* The open incident that a row is of: of its service, or without one the only one. */
const struct model_incident *timer_incident(const struct model *m, const struct model_row *r);

#endif
