/* What may act by itself (contract 4, "By itself"; mission B10, B11).  A case is
 * a standing breach on which its tier or its row says that something acts; what
 * is missing for it is named, clause by clause.  Pure; countdown.c makes events
 * of it, the engine's part is the acting process. */
#ifndef DECIDE_AUTOMATIC_H
#define DECIDE_AUTOMATIC_H

#include "decide/decide.h"

#define AUTOMATIC_WHYS 16
struct automatic_whys {
	char v[AUTOMATIC_WHYS][200];
	size_t n;
};
struct automatic_case {
	const struct model_row *row;
	const struct kit_row *rule;
	const struct kit_service *service;  /* NULL: people's word on no service */
	const struct kit_action *action;    /* NULL: none of the kit fits */
	const struct model_change *cause;   /* the newest change that may be undone by it; NULL none */
};
/* The services that breach or pend now, looked up once a tick for all cases. */
struct automatic_storm { VEC(const struct model_row *) rows; int64_t settle; /* by then every signal has come once */ };
void storm_of(const struct model *m, struct automatic_storm *out);
void storm_release(struct automatic_storm *s);

/* Is this row one on which something acts by itself?  Its action and cause are looked for by automatic_missing. */
bool automatic_case_of(const struct model *m, const struct model_row *r, struct automatic_case *out);
/* What is missing, but for the preflight; where the brake is on, only that.  own: its own countdown (NULL none), which is in nobody's way; at_zero:
 * now or never, so the newest sample has to be bad. */
void automatic_missing(const struct model *m, const struct now *now, struct automatic_case *c, const struct automatic_storm *storm,
	const struct model_action *own, bool at_zero, struct automatic_whys *out);
/* What is missing of the way back that its panel found. */
void automatic_missing_way(const struct model *m, const struct automatic_case *c, const struct panel *p, struct automatic_whys *out);
/* Why it may: one sentence for the screen. */
void automatic_because(const struct model *m, const struct automatic_case *c, const struct automatic_storm *storm, char *out, size_t cap);

/* What a row that pends would do by itself once it breached, as far as that is known now; false where nothing would. */
struct automatic_foresight {
	const struct kit_action *action; /* NULL none of the kit fits */
	int64_t after;                   /* from the breach until it acts: the countdown, and the owner's time where that comes first */
	char missing[200];               /* the first thing that is missing now, or "" */
	size_t n_missing;
};
bool automatic_foresee(const struct model *m, const struct now *now, const struct model_row *r, struct automatic_foresight *out);

#endif
