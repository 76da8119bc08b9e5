/* What the engine would answer to a chart's question, out of one line of a
 * script.  Only the front end without a terminal uses it. */
#ifndef TESTS_SCREEN_POINTS_H
#define TESTS_SCREEN_POINTS_H

#include "tui/ui/ui.h"

/* TIME EVERY STRETCH...: samples from a moment (01:15:00 of the 24th, or with its date) on, one every so many seconds.
 * A stretch is 0.004*90 the same value ninety times, 0.1..0.6*40 a slope, x*3 could not be measured, -*12 no sample.
 * What was asked before the newest question is answered as the engine does: another one took its place. */
bool points_answer(struct ui *u, const struct sight *x, char *text);

#endif
