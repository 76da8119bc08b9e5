/* What one action has come to, in DIR/.backout-op-OP: written durably before
 * anything is touched and after each step, read by reconcile.  It is how a
 * successor tells "never began" from "died in the middle". */
#ifndef RELEASES_MARK_H
#define RELEASES_MARK_H

#include "releases/place.h"

enum step { STEP_BEGUN, STEP_SWITCHED, STEP_TOLD, STEP_ENDED };
struct mark {
	char op[40], boot[40];
	int64_t pid;
	uint64_t start;      /* of pid: os_pid_start */
	int64_t at;          /* of the last step, wall clock */
	int64_t patience;    /* microseconds after the last step within which an effect may still land */
	enum step step;
	bool done;           /* of STEP_ENDED */
	enum sdk_changed changed;
	char detail[1024];
};
void mark_begin(struct mark *m, const char *op, int64_t patience);
/* 0 or errno. */
int mark_write(const struct place *p, struct mark *m, enum step step);
bool mark_read(const struct place *p, const char *op, struct mark *out);
/* Does the process that began it still live? */
bool mark_alive(const struct mark *m);
/* Forget those older than 30 days. */
void mark_prune(const struct place *p);

#endif
