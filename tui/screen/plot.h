/* The picture of one signal over time in a rectangle of cells: curve, axes with
 * round figures, limit, marks, and what is not known as what is not known.
 * Called by the chart and by tests with everything a picture is made of; reads
 * no model, no clock and no cell, and never joins what was not measured. */
#ifndef TUI_PLOT_H
#define TUI_PLOT_H

#include "kit/cond.h"
#include "tui/screen/cells.h"

enum plot_ink { PLOT_DOTS /* braille */, PLOT_BLOCKS, PLOT_ASCII };

/* One sample, or what many of them came to: at is when the newest was measured; lo NaN: none could be. */
struct plot_point {
	int64_t at;
	float lo, hi, last;
};
struct plot_mark {
	int64_t at;
	char letter;
	enum role role;
	char text[72];           /* what it stands for, without the time */
};
struct plot {
	int64_t from, to;        /* the time that is shown, microseconds */
	int64_t now;             /* nothing is said of what lies behind it */
	int64_t join;            /* samples farther apart are not joined */
	int64_t stale;           /* that long after the last one nothing is known */
	const struct plot_point *points; /* oldest first */
	size_t n;
	enum unit unit;
	double limit;            /* NaN: there is none */
	bool bad_below;          /* the side of the limit that is bad */
	const char *limit_text;  /* "limit 5 %" */
	const struct plot_mark *marks; /* oldest first */
	size_t n_marks;
	int64_t focus;           /* marks near it are named first */
	const char *empty;       /* instead of a curve where there is no point */
	const char *before;      /* of the time before the first point */
	enum plot_ink ink;
};
#define PLOT_ROWS_MIN 5
void plot_draw(const struct plot *p, struct cells *c, int row, int col, int rows, int cols);

/* ---- axes, plot_axis.c ---- */
struct plot_scale {          /* of the values: lo, lo + step, ... lo + n * step */
	double lo, step;
	int n;                   /* 2 to 4, so 3 to 5 figures */
	bool limit_above;        /* the limit is so far above that the curve would be a line at the bottom: left out */
};
void plot_scale_of(const struct plot *p, struct plot_scale *out);
#define PLOT_LABEL 16
/* The figure at a step of the scale, in the unit of the signal: "2.5 %", "200 ms", "12k". */
const char *plot_figure(const struct plot_scale *s, enum unit unit, int step, char out[PLOT_LABEL]);
/* The distance of the times on the axis that has room in `cols` columns. */
int64_t plot_time_step(int64_t from, int64_t to, int cols);
/* The first instant at or after `t` that is round in local time. */
int64_t plot_time_round(int64_t t, int64_t step);
/* "02:15", "02:15:30", and at midnight the day, "Wed 25". */
const char *plot_time_label(int64_t t, int64_t step, char out[PLOT_LABEL]);

#endif
