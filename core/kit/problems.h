/* Collecting what is wrong with a kit: each problem with its place and mend,
 * all of one run, bounded, sorted and without doubles.  Used by every file of
 * this room; nothing here prints. */
#ifndef KIT_PROBLEMS_H
#define KIT_PROBLEMS_H

#include "kit/kit.h"

/* Where something stands: a file's path and a position from 1. */
struct place {
	const char *file;
	int line, column;
};

/* Add a problem; the pointer is good until the next call (mend_with fills its mend).
 * What strangers wrote may stand in it: it is cleaned here. */
struct problem *complain(struct problems *p, struct place at, enum problem_severity severity, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void mend_with(struct problem *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* By file, line and column; the same thing said twice at one place is kept once. */
void problems_sort(struct problems *p);

#endif
