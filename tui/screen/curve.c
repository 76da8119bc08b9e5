/* A signal's kept points, put into columns of equal time. */
#include "config.h"

#include <math.h>

#include "tui/screen/curve.h"

#define SPAN_LEAST 2

int64_t curve_span(int64_t every, int width)
{
	int64_t all = MODEL_CURVE * (every / US_SECOND), span = width > 0 ? (all + width - 1) / width : all;

	return span < SPAN_LEAST ? SPAN_LEAST : span;
}

static const struct model_point *point(const struct model_signal *s, uint32_t i)
{
	return &s->curve[(s->curve_next + MODEL_CURVE - s->curve_n + i) % MODEL_CURVE];
}

/* A sample that came a moment late leaves a column empty and the next one with two: that is no gap. */
static void bridge(int n, const int *samples, float *v)
{
	for (int i = 1; i + 1 < n; i++)
		if (!samples[i] && samples[i - 1] && samples[i + 1])
			v[i] = v[i - 1];
}

/* The last points fall out one by one: their column would change its height with each. */
static uint32_t oldest_whole(const struct model_signal *s, uint32_t span)
{
	uint32_t i = 0, first = point(s, 0)->s / span;

	if (s->curve_n < MODEL_CURVE)
		return 0;
	while (i < s->curve_n && point(s, i)->s / span == first)
		i++;
	return i < s->curve_n ? i : 0;
}

/* How many columns are whole whatever the moment: one more that comes and goes would be a flicker. */
static int whole_columns(const struct model_signal *s, uint32_t span)
{
	uint32_t n = (point(s, s->curve_n - 1)->s - point(s, 0)->s) / span;

	return s->curve_n < MODEL_CURVE || n > MODEL_CURVE ? MODEL_CURVE : n > 1 ? (int)n : 1;
}

double curve_top(double highest)
{
	static const double steps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
	double tens;

	if (!(highest > 0) || !isfinite(highest))
		return 0;
	tens = pow(10, floor(log10(highest)));
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (highest <= steps[i] * tens)
			return steps[i] * tens;
	return 10 * tens;
}

int curve_columns(const struct model_signal *s, int64_t span, int64_t now, int width, float *out)
{
	int samples[MODEL_CURVE] = {0}, good[MODEL_CURVE] = {0}, n = 0;
	uint32_t each = (uint32_t)span, last;

	if (!s || !s->curve_n || width <= 0)
		return 0;
	width = width > MODEL_CURVE ? MODEL_CURVE : width;
	last = point(s, s->curve_n - 1)->s / each;
	if (now && (uint32_t)now / each > last)
		last = (uint32_t)now / each;
	else if (width > whole_columns(s, each))
		width = whole_columns(s, each);
	for (int i = 0; i < width; i++)
		out[i] = 0;
	for (uint32_t i = oldest_whole(s, each); i < s->curve_n; i++) {
		const struct model_point *p = point(s, i);
		uint32_t ago = last - p->s / each;
		if (ago >= (uint32_t)width)
			continue; /* out of sight, or told by a clock that ran ahead */
		int at = width - 1 - (int)ago;
		n = width - at > n ? width - at : n;
		samples[at]++;
		if (!isnan(p->v)) {
			out[at] += p->v;
			good[at]++;
		}
	}
	for (int i = 0; i < n; i++) {
		int at = width - n + i;
		out[i] = good[at] ? out[at] / (float)good[at] : NAN;
		samples[i] = samples[at];
	}
	bridge(n, samples, out);
	return n;
}
