/* tui/screen/curve: columns that stand for equal times. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <string.h>

#include "tui/screen/curve.h"

static void sample(struct model_signal *s, uint32_t at, float v)
{
	s->curve[s->curve_next] = (struct model_point){at, v};
	s->curve_next = (s->curve_next + 1) % MODEL_CURVE;
	s->curve_n += s->curve_n < MODEL_CURVE;
}

/* One digit a column, '.' a gap. */
static const char *columns(const struct model_signal *s, int64_t span, int64_t now, int width)
{
	static char text[MODEL_CURVE + 1];
	float v[MODEL_CURVE];
	int n = curve_columns(s, span, now, width, v);

	assert_in_range(n, 0, MODEL_CURVE);
	for (int i = 0; i < n; i++)
		text[i] = isnan(v[i]) ? '.' : (char)('0' + (int)lroundf(v[i]));
	text[n] = 0;
	return text;
}

static void spans(void **state)
{
	(void)state;
	assert_int_equal(curve_span(US_SECOND, 48), 2);
	assert_int_equal(curve_span(US_SECOND, 10), 5);
	assert_int_equal(curve_span(5 * US_SECOND, 48), 5);
	assert_int_equal(curve_span(5 * US_SECOND, 10), 24);
	assert_int_equal(curve_span(US_SECOND / 10, 10), 2);
	assert_true(curve_span(INT64_C(7) * US_DAY, 1) > 0);
}

/* Within a span a sample touches the last column alone; with the next span all of them move by one. */
static void a_sample_changes_the_last_column(void **state)
{
	struct model_point points_s[MODEL_CURVE] = {{0}};
	struct model_signal s = {.curve = points_s};

	(void)state;
	for (uint32_t t = 1000; t < 1010; t++)
		sample(&s, t, (float)((t - 1000) / 2));
	assert_string_equal(columns(&s, 2, 0, 10), "01234");
	sample(&s, 1010, 9);
	assert_string_equal(columns(&s, 2, 0, 10), "012349");
	sample(&s, 1011, 5);
	assert_string_equal(columns(&s, 2, 0, 10), "012347");
	sample(&s, 1012, 1);
	assert_string_equal(columns(&s, 2, 0, 10), "0123471");
	assert_string_equal(columns(&s, 2, 0, 3), "471");
}

/* Two signals that were first seen at different times have their columns at the same ones. */
static void columns_stand_below_each_other(void **state)
{
	struct model_point points_a[MODEL_CURVE] = {{0}};
	struct model_signal a = {.curve = points_a};
	struct model_point points_b[MODEL_CURVE] = {{0}};
	struct model_signal b = {.curve = points_b};

	(void)state;
	for (uint32_t t = 1001; t <= 1012; t++) {
		sample(&a, t, t < 1006 ? 1 : 8);
		if (t >= 1004)
			sample(&b, t, t < 1006 ? 1 : 8);
	}
	assert_string_equal(columns(&a, 3, 0, 10), "11688");
	assert_string_equal(columns(&b, 3, 0, 10), "1688");
}

static void late_samples_and_gaps(void **state)
{
	struct model_point points_s[MODEL_CURVE] = {{0}};
	struct model_signal s = {.curve = points_s};

	(void)state;
	sample(&s, 1000, 1);
	sample(&s, 1005, 2);
	sample(&s, 1011, 3); /* 1010 came late: not a gap */
	sample(&s, 1021, 4); /* 1015, too */
	assert_string_equal(columns(&s, 5, 0, 10), "12334");
	sample(&s, 1040, 5); /* three that never came are */
	assert_string_equal(columns(&s, 5, 0, 10), "12334...5");
	sample(&s, 1045, NAN);
	assert_string_equal(columns(&s, 5, 0, 10), "12334...5.");
	sample(&s, 1046, 7); /* one good sample speaks for its column */
	assert_string_equal(columns(&s, 5, 0, 10), "12334...57");
	/* silence grows at the right end, and what has moved out is gone */
	assert_string_equal(columns(&s, 5, 1056, 10), "334...57..");
	assert_string_equal(columns(&s, 5, 5000, 10), "");
	/* a clock that was behind: nothing from the future is drawn, nothing overrun */
	sample(&s, 900, 1);
	assert_string_equal(columns(&s, 5, 0, 10), "1");
	sample(&s, 4000000000u, 1);
	assert_string_equal(columns(&s, 5, 0, 10), "1");
}

/* While the oldest points fall out one by one no column changes but the first, which goes as a whole. */
static void what_falls_out(void **state)
{
	struct model_point points_s[MODEL_CURVE] = {{0}};
	struct model_signal s = {.curve = points_s};
	char before[MODEL_CURVE + 1];

	(void)state;
	assert_string_equal(columns(&s, 2, 0, 10), "");
	assert_int_equal(curve_columns(NULL, 2, 0, 10, NULL), 0);
	for (uint32_t t = 0; t < 90; t++)
		sample(&s, 1000 + t, (float)(t % 10));
	for (uint32_t t = 90; t < 300; t++) {
		snprintf(before, sizeof before, "%s", columns(&s, 4, 0, 48));
		sample(&s, 1000 + t, (float)(t % 10));
		const char *after = columns(&s, 4, 0, 48);
		bool moved = (1000 + t) % 4 == 0;
		assert_int_equal(strlen(after), 11);
		/* what stands in both is the same; what is new is the last column */
		assert_memory_equal(before + moved, after, 10);
	}
}

static void tops(void **state)
{
	static const struct {
		double highest, top;
	} table[] = {{0.61, 0.8}, {0.8, 0.8}, {0.0301, 0.04}, {1, 1}, {41, 50}, {99, 100}, {1e6, 1e6}, {0, 0}, {-1, 0}, {1e-300, 1e-300}};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_true(fabs(curve_top(table[i].highest) - table[i].top) <= table[i].top * 1e-9);
	assert_true(curve_top((double)NAN) <= 0 && curve_top((double)INFINITY) <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans), cmocka_unit_test(a_sample_changes_the_last_column),
		cmocka_unit_test(columns_stand_below_each_other), cmocka_unit_test(late_samples_and_gaps),
		cmocka_unit_test(what_falls_out), cmocka_unit_test(tops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
