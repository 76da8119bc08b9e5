/* What health did after a change, in one word and in a few: asked by the
 * document `changes`, the console's list of changes and its quiet screen.
 * Pure; decides nothing. */
#ifndef DECIDE_AFTERMATH_H
#define DECIDE_AFTERMATH_H

#include "model/model.h"

enum after {
	AFTER_NOT_MEASURED,       /* no kit, no service, or no row that is measured */
	AFTER_CANNOT_TELL,        /* a row of the service cannot be told now */
	AFTER_NEAR,               /* a row is on its way to a breach */
	AFTER_CLEAN,              /* nothing breached since */
	AFTER_SOAKING,            /* the same, and the version is not kept yet */
	AFTER_KEPT,               /* kept after its soak */
	AFTER_BREACHED,           /* a breach counts against it: it is the newest change before that began */
	AFTER_BAD_BEFORE,         /* what is breached was so before it */
	AFTER_REPLACED,           /* another deploy took its place */
	AFTER_ROLLED_BACK,        /* the version was rolled back from */
	AFTER_RETURNED,           /* the same, and it serves again */
	AFTER_BACK,               /* it went back, by an action of ours */
	AFTER_BACK_ELSEWHERE      /* it went back, not by us */
};
struct aftermath {
	enum after what;
	int64_t clean;            /* CLEAN, SOAKING: for how long, as far as anybody looked */
	int64_t left;             /* SOAKING: of its soak */
	int64_t at;               /* KEPT, REPLACED: when */
	const char *signal;       /* BREACHED */
	int64_t later;            /* BREACHED: so long after the change it turned bad */
	const char *key;          /* BACK */
};
void aftermath_of(const struct model *m, const struct model_change *c, const struct now *now, struct aftermath *out);
/* "clean 11m, 19m left"; with little room "breached 4m after" names no signal.  Minutes, never seconds. */
#define AFTERMATH_LEN 120
const char *aftermath_words(const struct aftermath *a, const struct now *now, bool little_room, char out[AFTERMATH_LEN]);
/* For programs: breached clean not-measured cannot-tell. */
const char *aftermath_name(const struct aftermath *a);

#endif
