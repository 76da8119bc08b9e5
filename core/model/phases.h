/* The clock: an incident's phases, durations and promises, computed from its
 * facts (contract 2, "Phases").  Pure; the same in live view, review and
 * reports.  The rules of tests/unit/phases_test.c are the contract's. */
#ifndef MODEL_PHASES_H
#define MODEL_PHASES_H

#include "model/model.h"

enum phase { PHASE_ONSET, PHASE_DETECTED, PHASE_DECLARED, PHASE_DECIDED, PHASE_FIRED, PHASE_ACTED, PHASE_VERIFIED, PHASE_COUNT };
const char *phase_name(enum phase p);

struct phases {
	struct stamp at[PHASE_COUNT];       /* at 0: not reached */
	struct stamp closed;                /* at 0: open */
	/* durations in microseconds, -1 where an end is missing */
	int64_t detect, decide, approve, act, verify, bad_to_reverted, onset_to_verified;
	bool approximate;
	/* promises; 0 where there is none */
	int64_t confirmed, target;
	int confirmed_kept, target_kept, kept; /* -1 not known yet, 0, 1 */
};
void phases_of(const struct model *m, const struct model_incident *i, struct phases *out);
/* The big clock: from declared until verified, or until now. */
int64_t phases_clock(const struct phases *p, const struct stamp *now, bool *out_running);
/* Hurt: from onset until verified, or until now; -1 without onset. */
int64_t phases_hurt(const struct phases *p, const struct stamp *now);
enum incident_state phases_state(const struct model_incident *i, const struct phases *p);

#endif
