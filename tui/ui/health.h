/* How everything is: one gauge per signal of the kit with the row that speaks
 * of it, and the services by how bad they are.  Kept between frames and looked
 * at anew only when the model or the time makes a difference, so that a key
 * costs the same with five signals and five thousand.  Owned by the ui, read
 * by the views; never changes the model. */
#ifndef TUI_HEALTH_H
#define TUI_HEALTH_H

#include "model/model.h"

/* From worst to best; of a service and of a gauge. */
enum rank { RANK_BAD, RANK_NEAR, RANK_UNKNOWN, RANK_GOOD, RANK_PLAIN /* a gauge without a limit */ };
#define RANKS 4 /* of a service */

struct gauge {
	const struct kit_service *service;
	const struct kit_signal *signal;
	const struct model_signal *ms;   /* NULL never seen */
	const struct kit_row *row;       /* the row that is worst off; NULL none has a limit */
	const struct model_row *mr;
	bool silent;                     /* no sample for stale_after, or never */
	enum rank rank;
	int order;                       /* in the kit */
};
struct vitals {                          /* of a service */
	const struct kit_service *service;
	const struct gauge *gauges;      /* worst first */
	size_t n;
	enum rank rank;                  /* the worst of its gauges and of what people said of it */
	const struct model_row *said;    /* a row on people's word that stands, or NULL */
	int64_t since;                   /* when its oldest trouble began, microseconds; 0 none */
};

struct intake {                            /* what a backend of the kit measures */
	size_t n, silent, failed; /* signals; without a fresh sample; whose newest sample failed */
	int64_t newest;          /* arrival of the newest good one; 0 none yet */
};

struct health;
struct health *health_new(void);
void health_free(struct health *h);
/* Forget everything: the model is gone. */
void health_forget(struct health *h);
/* Bring it up to date; cheap where nothing changed.  What it hands out lives until the model is reduced again. */
void health_look(struct health *h, const struct model *m, const struct now *now);
size_t health_services(const struct health *h);
/* By the kit's order, and by rank, then name. */
const struct vitals *health_vitals(const struct health *h, size_t service);
const struct vitals *health_worst(const struct health *h, size_t place);
/* NULL where the kit has no such service. */
const struct vitals *health_of(const struct health *h, const char *service);
size_t health_count(const struct health *h, enum rank rank);
const struct intake *health_intake(const struct health *h, size_t backend); /* by the kit's order */

#endif
