/* What the backends tell: the truth measured in turn, as each source's manners
 * allow (late, skewed, failing, silent).  What arrived is kept, one list a
 * signal, for the oracle.  Called by drive.c; knows nothing of the model. */
#ifndef INCIDENTS_SOURCE_H
#define INCIDENTS_SOURCE_H

#include "truth.h"

enum told_state { TOLD_OK, TOLD_FAILED };
struct told {                    /* a sample, as it was measured and as it arrived */
	int64_t polled, arrived; /* the truth's time */
	int64_t age;             /* as the engine saw it: its wall clock at arrival less the sample's `at` */
	enum told_state state;
	double value, n;
};
struct batch {                   /* what one backend measured at once */
	bool ping;
	int64_t polled, due, at; /* at: the source's wall clock */
	VEC(struct told) values; /* in the order of source_signals */
};
struct told_list { VEC(struct told) all; };
struct source_run {
	struct truth *t;
	int64_t next_web, next_ping;
	VEC(struct batch) coming;
	struct told_list *lists;  /* of service s, signal g at s * SIG_COUNT + g */
};

void source_init(struct source_run *s, struct truth *t);
void source_release(struct source_run *s);
/* Signals that a backend measures under this truth. */
int source_signals(const struct truth *t, bool ping, enum signal_id out[SIG_COUNT]);
int64_t source_next_poll(const struct source_run *s);
int64_t source_next_due(const struct source_run *s);
/* Measure what is to be measured at `now`; wall: the wall clock on the source's machine. */
void source_poll(struct source_run *s, int64_t now, int64_t wall);
/* The next batch that has arrived at `now`, taken out; false where there is none. */
bool source_arrived(struct source_run *s, int64_t now, struct batch *out);
/* It was recorded: kept for the oracle. */
void source_keep(struct source_run *s, const struct batch *b, int64_t arrived, int64_t wall);
const struct told_list *source_list(const struct source_run *s, int service, enum signal_id g);

#endif
