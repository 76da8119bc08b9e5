/* The judge watches conditions over samples: runs, sliding counts, burn rates,
 * in constant memory per condition.  It is fed the same events as the model,
 * in order, after they were reduced; so a restarted engine that folds the
 * journal has the judge that it had.  decide_tick asks it, nobody else keeps
 * state about samples.  The rules are the contract's section 4, "Conditions". */
#ifndef DECIDE_JUDGE_H
#define DECIDE_JUDGE_H

#include "base/event.h"
#include "model/model.h"

struct judge;
struct judge *judge_new(void);
void judge_free(struct judge *j);
/* Feed an event that `m` has reduced already. */
void judge_event(struct judge *j, const struct model *m, const struct event *e);

#endif
