/* The condition grammar: what is read, how it is printed, and where it is wrong. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "kit/cond.h"

#define S US_SECOND
#define M US_MINUTE
#define H US_HOUR

/* ---- what is read ---------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum unit unit;
	enum cond_kind kind;
	enum cmp_op op;
	double number;
	int64_t for_us, in_us;
	const char *printed;
} good[] = {
	{"> 5", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 0, 0, "limit 5"},
	{">5", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 0, 0, "limit 5"},
	{">=5", UNIT_NUMBER, COND_CMP, CMP_GE, 5, 0, 0, "limit 5"},
	{">= 5", UNIT_NUMBER, COND_CMP, CMP_GE, 5, 0, 0, "limit 5"},
	{"< 5", UNIT_NUMBER, COND_CMP, CMP_LT, 5, 0, 0, "at least 5"},
	{"<5", UNIT_NUMBER, COND_CMP, CMP_LT, 5, 0, 0, "at least 5"},
	{"<= 5", UNIT_NUMBER, COND_CMP, CMP_LE, 5, 0, 0, "more than 5"},
	{"<=5", UNIT_NUMBER, COND_CMP, CMP_LE, 5, 0, 0, "more than 5"},
	{"  >   5  ", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 0, 0, "limit 5"},
	{"> 0", UNIT_NUMBER, COND_CMP, CMP_GT, 0, 0, 0, "limit 0"},
	{"> -5", UNIT_NUMBER, COND_CMP, CMP_GT, -5, 0, 0, "limit -5"},
	{"> -0.5", UNIT_NUMBER, COND_CMP, CMP_GT, -0.5, 0, 0, "limit -0.5"},
	{"> 0.25", UNIT_NUMBER, COND_CMP, CMP_GT, 0.25, 0, 0, "limit 0.25"},
	{"> 14.4", UNIT_NUMBER, COND_CMP, CMP_GT, 14.4, 0, 0, "limit 14.4"},
	{"> 0.1", UNIT_NUMBER, COND_CMP, CMP_GT, 0.1, 0, 0, "limit 0.1"},
	{"> 007", UNIT_NUMBER, COND_CMP, CMP_GT, 7, 0, 0, "limit 7"},
	{"> 123456789012345", UNIT_NUMBER, COND_CMP, CMP_GT, 123456789012345.0, 0, 0, NULL},
	{"> 5 for 2m", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 2 * M, 0, "limit 5 for 2m"},
	{"> 5 for 90s", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 90 * S, 0, "limit 5 for 90s"},
	{"> 5 for 120s", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 2 * M, 0, "limit 5 for 2m"},
	{"> 5 for 2h", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 2 * H, 0, "limit 5 for 2h"},
	{"> 5 for 7d", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 7 * US_DAY, 0, "limit 5 for 7d"},
	{"> 5 for 250ms", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 250000, 0, "limit 5 for 250ms"},
	{"> 5   for   2m", UNIT_NUMBER, COND_CMP, CMP_GT, 5, 2 * M, 0, "limit 5 for 2m"},
	{"> 5% for 2m", UNIT_RATIO, COND_CMP, CMP_GT, 0.05, 2 * M, 0, "limit 5 % for 2m"},
	{"> 20%", UNIT_RATIO, COND_CMP, CMP_GT, 0.2, 0, 0, "limit 20 %"},
	{"> 0.1%", UNIT_RATIO, COND_CMP, CMP_GT, 0.001, 0, 0, "limit 0.1 %"},
	{"> 100%", UNIT_RATIO, COND_CMP, CMP_GT, 1, 0, 0, "limit 100 %"},
	{"< 99.95%", UNIT_RATIO, COND_CMP, CMP_LT, 0.9995, 0, 0, "at least 99.95 %"},
	{"> 0.05 for 1m", UNIT_RATIO, COND_CMP, CMP_GT, 0.05, M, 0, "limit 5 % for 1m"},
	{"> 7%", UNIT_RATIO, COND_CMP, CMP_GT, 0.07, 0, 0, "limit 7 %"},
	{"> 800ms", UNIT_S, COND_CMP, CMP_GT, 0.8, 0, 0, "limit 0.8 s"},
	{"> 0.8s", UNIT_S, COND_CMP, CMP_GT, 0.8, 0, 0, "limit 0.8 s"},
	{"> 2s", UNIT_S, COND_CMP, CMP_GT, 2, 0, 0, "limit 2 s"},
	{"> 2", UNIT_S, COND_CMP, CMP_GT, 2, 0, 0, "limit 2 s"},
	{"> 800ms", UNIT_MS, COND_CMP, CMP_GT, 800, 0, 0, "limit 800 ms"},
	{"> 0.8s", UNIT_MS, COND_CMP, CMP_GT, 800, 0, 0, "limit 800 ms"},
	{"> 1.5s for 30s", UNIT_MS, COND_CMP, CMP_GT, 1500, 30 * S, 0, "limit 1500 ms for 30s"},
	{"> 800", UNIT_MS, COND_CMP, CMP_GT, 800, 0, 0, "limit 800 ms"},
	{"< 0.5ms", UNIT_S, COND_CMP, CMP_LT, 0.0005, 0, 0, "at least 0.0005 s"},
	{"> 300 for 1m", UNIT_COUNT, COND_CMP, CMP_GT, 300, M, 0, "limit 300 for 1m"},
	{"< 25 for 1m", UNIT_COUNT, COND_CMP, CMP_LT, 25, M, 0, "at least 25 for 1m"},
	{"> 0.5", UNIT_COUNT, COND_CMP, CMP_GT, 0.5, 0, 0, "limit 0.5"},
	{"> 3 in 1h", UNIT_COUNT, COND_COUNT, CMP_GT, 3, 0, H, "limit 3 in 1h"},
	{">3 in 1h", UNIT_COUNT, COND_COUNT, CMP_GT, 3, 0, H, "limit 3 in 1h"},
	{">= 3 in 1h", UNIT_COUNT, COND_COUNT, CMP_GE, 3, 0, H, "limit 3 reached in 1h"},
	{"> 0 in 10m", UNIT_COUNT, COND_COUNT, CMP_GT, 0, 0, 10 * M, "limit 0 in 10m"},
	{"> 100000 in 7d", UNIT_COUNT, COND_COUNT, CMP_GT, 100000, 0, 7 * US_DAY, "limit 100000 in 7d"},
	{" >  3  in  30s ", UNIT_COUNT, COND_COUNT, CMP_GT, 3, 0, 30 * S, "limit 3 in 30s"},
	{"any", UNIT_COUNT, COND_ANY, CMP_GT, 0, 0, 0, "any"},
	{" any ", UNIT_NUMBER, COND_ANY, CMP_GT, 0, 0, 0, "any"},
	{"burn 99.9% > 14.4 in 5m and 1h", UNIT_RATIO, COND_BURN, CMP_GT, 0, 0, 5 * M, "burn limit 14.4 x of 99.9 % in 5m and 1h"},
	{"burn 99.9% > 14.4 in 1h and 5m", UNIT_RATIO, COND_BURN, CMP_GT, 0, 0, 5 * M, "burn limit 14.4 x of 99.9 % in 5m and 1h"},
	{"burn 99% > 1 in 6h and 3d", UNIT_RATIO, COND_BURN, CMP_GT, 0, 0, 6 * H, "burn limit 1 x of 99 % in 6h and 3d"},
	{"burn 99.99% > 6 in 30m and 30m", UNIT_RATIO, COND_BURN, CMP_GT, 0, 0, 30 * M, "burn limit 6 x of 99.99 % in 30m and 30m"},
	{"  burn  95%  >  2.5  in  1m  and  2m  ", UNIT_RATIO, COND_BURN, CMP_GT, 0, 0, M, "burn limit 2.5 x of 95 % in 1m and 2m"},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct cond c;
		struct fault f = {0};
		char printed[100];
		row_true(i, cond_parse(good[i].text, good[i].unit, &c, &f) == STATUS_OK);
		row_true(i, c.kind == good[i].kind);
		row_true(i, c.kind == COND_BURN || c.kind == COND_ANY || (c.op == good[i].op && c.number == good[i].number));
		row_true(i, c.for_us == good[i].for_us && c.in_us == good[i].in_us);
		if (good[i].printed && strcmp(cond_print(&c, good[i].unit, printed, sizeof printed), good[i].printed) != 0)
			fail_msg("row %zu: \"%s\" printed as \"%s\"", i, good[i].text, printed);
	}
}

static void test_burn(void **state)
{
	(void)state;
	struct cond c;
	assert_int_equal(cond_parse("burn 99.9% > 14.4 in 1h and 5m", UNIT_RATIO, &c, NULL), STATUS_OK);
	assert_true(fabs(c.objective - 0.999) < 1e-15 && fabs(c.factor - 14.4) < 1e-12);
	assert_true(c.in_us == 5 * M && c.and_us == H);
}

/* ---- what is refused, and at which column ------------------------------------------------ */

static const struct {
	const char *text;
	enum unit unit;
	int column;
	const char *what;
} bad[] = {
	{"", UNIT_NUMBER, 1, "missing"},
	{"   ", UNIT_NUMBER, 4, "missing"},
	{"5", UNIT_NUMBER, 1, "begin with"},
	{"= 5", UNIT_NUMBER, 1, "begin with"},
	{"== 5", UNIT_NUMBER, 1, "begin with"},
	{"!= 5", UNIT_NUMBER, 1, "begin with"},
	{"above 5", UNIT_NUMBER, 1, "begin with"},
	{"error_rate > 5", UNIT_NUMBER, 1, "begin with"},
	{">", UNIT_NUMBER, 2, "number is missing"},
	{"> ", UNIT_NUMBER, 3, "number is missing"},
	{">> 5", UNIT_NUMBER, 2, "number is missing"},
	{">=> 5", UNIT_NUMBER, 3, "number is missing"},
	{"> five", UNIT_NUMBER, 3, "number is missing"},
	{"> .5", UNIT_NUMBER, 3, "number is missing"},
	{"> 5.", UNIT_NUMBER, 3, "number is missing"},
	{"> -", UNIT_NUMBER, 3, "number is missing"},
	{"> --5", UNIT_NUMBER, 3, "number is missing"},
	{"> 1234567890123456", UNIT_NUMBER, 3, "too long"},
	{"> 0.0000000000000001", UNIT_NUMBER, 3, "too long"},
	{"> 1.2.3", UNIT_NUMBER, 6, "not known"},
	{"> 1e3", UNIT_NUMBER, 4, "not known"},
	{"> 1,5", UNIT_NUMBER, 4, "not known"},
	{"> 0x10", UNIT_NUMBER, 4, "not known"},
	{"> 5x", UNIT_NUMBER, 4, "not known"},
	{"> 5m", UNIT_S, 4, "not known"},
	{"> 5 %", UNIT_RATIO, 5, "ended here"},
	{"> 5%%", UNIT_RATIO, 4, "not known"},
	{"> 5%", UNIT_NUMBER, 4, "only for ratios"},
	{"> 5%", UNIT_COUNT, 4, "only for ratios"},
	{"> 5%", UNIT_S, 4, "only for ratios"},
	{"> 5% for 2m", UNIT_MS, 4, "only for ratios"},
	{"> 5ms", UNIT_NUMBER, 4, "only for times"},
	{"> 5s", UNIT_RATIO, 4, "only for times"},
	{"> 5s for 1m", UNIT_COUNT, 4, "only for times"},
	{"> 5 for", UNIT_NUMBER, 8, "duration"},
	{"> 5 for ", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 2", UNIT_NUMBER, 9, "duration"},
	{"> 5 for m", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 2 m", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 0s", UNIT_NUMBER, 9, "duration"},
	{"> 5 for -2m", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 2w", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 1.5m", UNIT_NUMBER, 9, "duration"},
	{"> 5 for immediate", UNIT_NUMBER, 9, "duration"},
	{"> 5 for 2m for 3m", UNIT_NUMBER, 12, "ended here"},
	{"> 5 for 2m in 3m", UNIT_NUMBER, 12, "ended here"},
	{"> 5 during 2m", UNIT_NUMBER, 5, "ended here"},
	{"> 5 FOR 2m", UNIT_NUMBER, 5, "ended here"},
	{"> 5 for\t2m", UNIT_NUMBER, 5, "ended here"},
	{"> 5\n", UNIT_NUMBER, 4, "not known"},
	{"> 3 in 1h", UNIT_NUMBER, 3, "not a count"},
	{"> 3 in 1h", UNIT_RATIO, 3, "not a count"},
	{"> 3 in 1h", UNIT_S, 3, "not a count"},
	{"< 3 in 1h", UNIT_COUNT, 1, "cannot be"},
	{"<= 3 in 1h", UNIT_COUNT, 1, "cannot be"},
	{"> 3.5 in 1h", UNIT_COUNT, 3, "whole number"},
	{"> -3 in 1h", UNIT_COUNT, 3, "whole number"},
	{"> 3 in", UNIT_COUNT, 7, "duration"},
	{"> 3 in 1", UNIT_COUNT, 8, "duration"},
	{"> 3 in 0s", UNIT_COUNT, 8, "duration"},
	{"> 3 in 1h for 2m", UNIT_COUNT, 11, "ended here"},
	{"> 3 in 1h and 2h", UNIT_COUNT, 11, "ended here"},
	{"any thing", UNIT_COUNT, 5, "ended here"},
	{"any for 2m", UNIT_COUNT, 5, "ended here"},
	{"anyone", UNIT_COUNT, 1, "begin with"},
	{"Any", UNIT_COUNT, 1, "begin with"},
	{"burn", UNIT_RATIO, 5, "number is missing"},
	{"burn 99.9", UNIT_RATIO, 10, "needs a %"},
	{"burn 99.9 % > 14.4 in 5m and 1h", UNIT_RATIO, 10, "needs a %"},
	{"burn 100% > 14.4 in 5m and 1h", UNIT_RATIO, 6, "between"},
	{"burn 0% > 14.4 in 5m and 1h", UNIT_RATIO, 6, "between"},
	{"burn -1% > 14.4 in 5m and 1h", UNIT_RATIO, 6, "between"},
	{"burn 99.9% 14.4 in 5m and 1h", UNIT_RATIO, 11, "> is missing"},
	{"burn 99.9% < 14.4 in 5m and 1h", UNIT_RATIO, 11, "> is missing"},
	{"burn 99.9% >= 14.4 in 5m and 1h", UNIT_RATIO, 11, "> is missing"},
	{"burn 99.9% > in 5m and 1h", UNIT_RATIO, 14, "number is missing"},
	{"burn 99.9% > 0 in 5m and 1h", UNIT_RATIO, 14, "above zero"},
	{"burn 99.9% > -2 in 5m and 1h", UNIT_RATIO, 14, "above zero"},
	{"burn 99.9% > 14.4", UNIT_RATIO, 18, "\"in\" is missing"},
	{"burn 99.9% > 14.4 in", UNIT_RATIO, 21, "duration"},
	{"burn 99.9% > 14.4 in 5m", UNIT_RATIO, 24, "\"and\""},
	{"burn 99.9% > 14.4 in 5m or 1h", UNIT_RATIO, 24, "\"and\""},
	{"burn 99.9% > 14.4 in 5m and", UNIT_RATIO, 28, "duration"},
	{"burn 99.9% > 14.4 in 5m and 1h and 3d", UNIT_RATIO, 32, "ended here"},
	{"burn 99.9% > 14.4 in 5m and 1h", UNIT_NUMBER, 1, "only for ratios"},
	{"burn 99.9% > 14.4 in 5m and 1h", UNIT_COUNT, 1, "only for ratios"},
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct cond c;
		struct fault f = {0};
		row_true(i, cond_parse(bad[i].text, bad[i].unit, &c, &f) == STATUS_USAGE);
		if (f.column != bad[i].column)
			fail_msg("row %zu: \"%s\" column %d, not %d (%s)", i, bad[i].text, f.column, bad[i].column, f.what);
		if (!strstr(f.what, bad[i].what))
			fail_msg("row %zu: \"%s\" says \"%s\", not \"%s\"", i, bad[i].text, f.what, bad[i].what);
		row_true(i, f.mend[0]);
	}
}

static void test_too_long(void **state)
{
	(void)state;
	char text[400];
	struct cond c;
	memset(text, ' ', sizeof text);
	text[sizeof text - 1] = '\0';
	text[0] = '>';
	text[2] = '5';
	assert_int_equal(cond_parse(text, UNIT_NUMBER, &c, NULL), STATUS_USAGE);
}

/* ---- with a signal before it ----------------------------------------------------------------- */

static bool unit_of_test(void *ctx, const char *signal, enum unit *out)
{
	(void)ctx;
	*out = strcmp(signal, "error_rate") == 0 ? UNIT_RATIO : UNIT_COUNT;
	return strcmp(signal, "error_rate") == 0 || strcmp(signal, "requests") == 0;
}

static const struct {
	const char *text, *signal;   /* signal NULL: refused */
	int column;
} with_signal[] = {
	{"error_rate < 1% for 1m", "error_rate", 0},
	{"error_rate<1%", "error_rate", 0},
	{"  error_rate  <  1%", "error_rate", 0},
	{"requests > 300 for 1m", "requests", 0},
	{"requests > 3 in 1m", "requests", 0},
	{"error_rate burn 99% > 2 in 5m and 1h", "error_rate", 0},
	{"error_rates < 1%", NULL, 1},
	{"< 1% for 1m", NULL, 1},
	{"", NULL, 1},
	{"error_rate", NULL, 11},
	{"error_rate 1%", NULL, 12},
	{"requests < 1%", NULL, 13},
	{"error_rate < 1% for 0s", NULL, 21},
	{"a_name_that_is_longer_than_sixty_four_bytes_which_is_more_than_any_name_may_be < 1", NULL, 1},
};

static void test_with_signal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(with_signal); i++) {
		struct cond c;
		struct fault f = {0};
		char signal[72] = "";
		enum status s = cond_parse_signal(with_signal[i].text, unit_of_test, NULL, signal, sizeof signal, &c, &f);
		row_true(i, (s == STATUS_OK) == (with_signal[i].signal != NULL));
		row_true(i, s != STATUS_OK || strcmp(signal, with_signal[i].signal) == 0);
		if (f.column != with_signal[i].column)
			fail_msg("row %zu: column %d (%s)", i, f.column, f.what);
	}
}

/* ---- judging and printing values ---------------------------------------------------------------- */

static void test_satisfied(void **state)
{
	(void)state;
	static const struct { const char *text; double value; bool yes; } rows[] = {
		{"> 5", 5, false}, {"> 5", 5.0001, true}, {">= 5", 5, true}, {">= 5", 4.9, false},
		{"< 5", 5, false}, {"< 5", 4.9, true}, {"<= 5", 5, true}, {"<= 5", 5.1, false}, {"> 3 in 1h", 3, false}, {"> 3 in 1h", 4, true},
		{">= 3 in 1h", 3, true}, {"any", 0, false}, {"any", 1, true},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cond c;
		row_true(i, cond_parse(rows[i].text, UNIT_COUNT, &c, NULL) == STATUS_OK);
		row_true(i, cond_satisfied(&c, rows[i].value) == rows[i].yes);
		struct cond o = cond_opposite(&c), back = cond_opposite(&o);
		row_true(i, c.kind == COND_ANY || cond_satisfied(&o, rows[i].value) == !rows[i].yes);
		row_true(i, c.kind == COND_ANY || back.op == c.op);
		row_true(i, !cond_satisfied(&c, (double)NAN));
	}
}

static void test_unit_print(void **state)
{
	(void)state;
	static const struct { double v; enum unit unit; const char *text; } rows[] = {
		{0.071, UNIT_RATIO, "7.1 %"}, {0.61, UNIT_RATIO, "61.0 %"}, {0.0, UNIT_RATIO, "0.0 %"}, {0.31, UNIT_S, "0.31 s"},
		{12, UNIT_S, "12.00 s"}, {812.4, UNIT_MS, "812 ms"}, {84, UNIT_COUNT, "84"}, {84, UNIT_NUMBER, "84"}, {0.125, UNIT_NUMBER, "0.125"},
		{1234.56, UNIT_NUMBER, "1235"}, {-3, UNIT_NUMBER, "-3"}, {NAN, UNIT_RATIO, "-"}, {INFINITY, UNIT_COUNT, "-"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[48];
		if (strcmp(unit_print(rows[i].v, rows[i].unit, text, sizeof text), rows[i].text) != 0)
			fail_msg("row %zu: %s", i, text);
	}
	enum unit u;
	assert_true(unit_of("ms", &u) && u == UNIT_MS && unit_of("ratio", &u) && u == UNIT_RATIO);
	assert_false(unit_of("percent", &u));
	assert_string_equal(unit_name(UNIT_COUNT), "count");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_burn), cmocka_unit_test(test_bad), cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_with_signal), cmocka_unit_test(test_satisfied), cmocka_unit_test(test_unit_print),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
