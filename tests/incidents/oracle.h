/* What must be true of a run, from the truth and from what the sources told:
 * was a "verified" false, did anything act without a cause, does the onset lie
 * where the harm began to show?  It reads the notes and never the model. */
#ifndef INCIDENTS_ORACLE_H
#define INCIDENTS_ORACLE_H

#include "drive.h"

struct ruling {
	int verified, taken_back;    /* verified in all; of those taken back later */
	int false_verified, without_cause, onsets_off;
	bool rightly, refused, slow; /* it ended verified; not verified, as it should; not verified though all was long good */
	bool unproven;               /* verified by checks that never had been bad, and said so */
	int automatic, automatic_hit; /* what acted by itself; of those on the true cause's service */
	VEC(double) onset_errors;    /* seconds, from when the truth began to show */
	char why[240];               /* the first fault */
};
void oracle_judge(const struct drive *d, struct ruling *out);
void ruling_release(struct ruling *v);

#endif
