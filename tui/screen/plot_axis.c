/* Round figures for values, round times for people's clocks. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "tui/screen/plot.h"

#define FAR_ABOVE 10 /* a limit that many times above all values would press them flat */

/* ---- values ---------------------------------------------------------------- */

/* The next of 1, 2, 5, 10, 20, 50 ... that is not below v. */
static double round_up(double v)
{
	double ten = pow(10, floor(log10(v)));

	for (int i = 0; i < 2; i++, ten *= 10)
		for (int k = 1; k <= 5; k += k == 1 ? 1 : 3)
			if (k * ten >= v * (1 - 1e-9))
				return k * ten;
	return ten;
}

static void range_of(const struct plot *p, double *out_lo, double *out_hi)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < p->n; i++) {
		const struct plot_point *x = &p->points[i];
		if (!isfinite(x->lo) || !isfinite(x->hi) || x->at < p->from || x->at > p->to)
			continue;
		lo = fmin(lo, (double)x->lo);
		hi = fmax(hi, (double)x->hi);
	}
	*out_lo = lo;
	*out_hi = hi;
}

void plot_scale_of(const struct plot *p, struct plot_scale *out)
{
	double lo, hi;

	memset(out, 0, sizeof *out);
	range_of(p, &lo, &hi);
	if (lo > hi)
		lo = hi = 0;
	lo = fmin(lo, 0); /* a small change of a large value must look small */
	hi = fmax(hi, 0);
	out->limit_above = isfinite(p->limit) && p->limit > hi * FAR_ABOVE && hi > 0;
	if (isfinite(p->limit) && !out->limit_above) {
		hi = fmax(hi, p->limit);
		lo = fmin(lo, p->limit);
	}
	if (hi - lo < 1e-9)
		hi = lo + (p->unit == UNIT_RATIO ? 0.01 : 1);
	for (double want = (hi - lo) / 4;; want = out->step * 1.01) {
		out->step = round_up(want);
		out->lo = floor(lo / out->step + 1e-9) * out->step;
		out->n = (int)ceil((hi - out->lo) / out->step - 1e-9);
		if (out->n <= 4)
			break;
	}
	out->n = out->n < 2 ? 2 : out->n;
}

/* What the figures of an axis are counted in, from its largest one: they all have the same. */
static void unit_of_axis(enum unit unit, double top, double *out_times, const char **out_suffix)
{
	*out_times = 1;
	*out_suffix = "";
	switch (unit) {
	case UNIT_RATIO:
		*out_times = 100;
		*out_suffix = " %";
		return;
	case UNIT_S:
		*out_times = top < 1 ? 1000 : 1;
		*out_suffix = top < 1 ? " ms" : " s";
		return;
	case UNIT_MS:
		*out_times = top >= 10000 ? 0.001 : 1;
		*out_suffix = top >= 10000 ? " s" : " ms";
		return;
	case UNIT_COUNT:
	case UNIT_NUMBER:
		*out_times = top >= 1e9 ? 1e-9 : top >= 1e6 ? 1e-6 : top >= 1e4 ? 1e-3 : 1;
		*out_suffix = top >= 1e9 ? "G" : top >= 1e6 ? "M" : top >= 1e4 ? "k" : "";
	}
}

const char *plot_figure(const struct plot_scale *s, enum unit unit, int step, char out[PLOT_LABEL])
{
	double v = s->lo + step * s->step, times, each;
	const char *suffix;
	int digits;

	unit_of_axis(unit, fmax(fabs(s->lo), fabs(s->lo + s->n * s->step)), &times, &suffix);
	each = s->step * times;
	digits = each < 1 ? (int)ceil(-log10(each) - 1e-9) : 0;
	v *= times;
	if (fabs(v) < each / 1000)
		v = 0; /* never -0 */
	if (digits > 6 || fabs(v) >= 1e7)
		snprintf(out, PLOT_LABEL, "%.2g%s", v, suffix);
	else
		snprintf(out, PLOT_LABEL, "%.*f%s", digits, v, suffix);
	return out;
}

/* ---- time ------------------------------------------------------------------ */

#define APART 12 /* columns from one time to the next */

int64_t plot_time_step(int64_t from, int64_t to, int cols)
{
	static const int seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600};

	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
		if ((to - from) / US_SECOND * APART <= (int64_t)seconds[i] * cols)
			return seconds[i] * US_SECOND;
	return US_DAY;
}

/* How far local time is ahead of UTC at t. */
static int64_t ahead(int64_t t)
{
	char zone[PLOT_LABEL];
	long n = strtol(instant_local(t, "%z", zone, sizeof zone), NULL, 10);

	return (n / 100 * 60 + n % 100) * US_MINUTE;
}

int64_t plot_time_round(int64_t t, int64_t step)
{
	for (int i = 0; i < 3; i++) { /* a clock that was changed between t and the next round time needs a second look */
		int64_t local = t + ahead(t), over = local % step;
		if (over < 0)
			over += step;
		if (!over)
			break;
		t += step - over;
	}
	return t;
}

const char *plot_time_label(int64_t t, int64_t step, char out[PLOT_LABEL])
{
	char clock[PLOT_LABEL];

	instant_local(t, "%H:%M:%S", clock, sizeof clock);
	if (!strcmp(clock, "00:00:00"))
		return instant_local(t, "%a %e", out, PLOT_LABEL);
	return instant_local(t, step < US_MINUTE ? "%H:%M:%S" : "%H:%M", out, PLOT_LABEL);
}
