/* The columns of a little curve.  A column stands for a fixed span of time that
 * begins at a multiple of that span, so that curves of one pace stand below each
 * other in time, a new sample changes the last column alone, and the curve moves
 * once a span.  Called by views; knows no cells. */
#ifndef TUI_CURVE_H
#define TUI_CURVE_H

#include "model/model.h"

/* Seconds a column stands for, where width columns shall show all that is kept of a signal of that pace (microseconds). */
int64_t curve_span(int64_t every, int width);
/* At most width columns, oldest first: the mean of what is good in each, NaN a gap.  now: where time has gone on
 * without samples (seconds since 1970); 0: it ends with the newest.  Returns how many. */
int curve_columns(const struct model_signal *s, int64_t span, int64_t now, int width, float *out);
/* A round figure at or above the highest column, for a full block: it stays while the highest moves a little. */
double curve_top(double highest);

#endif
