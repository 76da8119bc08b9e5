/* An outage for the tests of what acts by itself: five services of one tier, of
 * which one or more turn bad after a deploy, and what may be otherwise in that
 * world.  Used by automatic_test.c alone; asserts nothing beyond its own making. */
#ifndef TESTS_OUTAGE_H
#define TESTS_OUTAGE_H

#include "story.h"

#define HOUR 3600
#define PREFLIGHT "{'ready':true,'effect':'switches','command':'ln -s','from':'42','to':'41','expect':'x','current':['41','42'],'checks':[],'not_undone':[]}"
#define SERVICES 5

/* ---- the world: five services of one tier, 41 served for an hour, 42 came, then it turned bad -------- */

struct world {
	const char *kit_from, *kit_to;           /* one text of kit.yaml put in place of another; NULL */
	const char *service_from, *service_to;   /* the same in auth's file */
	int bad;                                 /* so many services turn bad; 0: one */
	const char *event, *event_actor;         /* an event before it turns bad: "KIND BODY" */
	const char *after;                       /* and one after the breach */
	int deploy_at;                           /* seconds; 0: an hour and a half */
	const char *preflight;
	double end;                              /* its newest value when it is looked at; 0: as bad as ever */
	bool failed;                             /* what comes after the breach fails */
	const char *missing;                     /* the clause; NULL: none, it counts down */
	bool never_wants;                        /* no case at all: nothing is said, nothing is done */
};

extern const char kit_text[];
extern const char *const names[SERVICES];

void begin(struct story *s, const struct world *w);
void sample(struct story *s, int bad, double v);
void run(struct story *s, int from, int to, int bad, double v);
void say(struct story *s, const char *event);
int outage(struct story *s, const struct world *w);
bool begins(struct story *s, const char *preflight);
bool missing(const struct story *s, const char *words);

#endif
