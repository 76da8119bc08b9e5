/* The judge's clock.  It begins far from 0, which means "not": what is filled in
 * was measured before the judge, or even the machine, began. */
#include <string.h>

#include "decide/private.h"

#define BEGIN (400 * US_DAY)

void judge_clock(struct judge *j, const struct event *e)
{
	if (strcmp(j->boot, e->boot) != 0) {
		int64_t gap = j->boot[0] && e->at > j->at ? e->at - j->at : 0;
		j->offset = j->boot[0] ? j->t + gap - e->mono : BEGIN;
		text_copy(j->boot, sizeof j->boot, e->boot);
	}
	int64_t t = e->mono + j->offset;
	j->t = t > j->t ? t : j->t;
	j->at = e->at;
}

int64_t judge_time(const struct judge *j, const struct now *now)
{
	int64_t t = strcmp(j->boot, now->boot) == 0 ? now->mono + j->offset : j->t;
	return t > j->t ? t : j->t;
}
