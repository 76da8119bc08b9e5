/* base/instant: the spelling of times and durations, and differences that survive a reboot. */
#include "config.h"

#include "cm.h"

#include <string.h>

#include "base/instant.h"

static const struct {
	const char *in;
	int64_t us;
} instants[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:00.000001Z", 1},
	{"1969-12-31T23:59:59.999999Z", -1},
	{"2026-11-21T02:14:29.204117Z", INT64_C(1795227269204117)},
	{"2026-11-21t02:14:29.204117z", INT64_C(1795227269204117)},
	{"2026-11-21 02:14:29.204117Z", INT64_C(1795227269204117)},
	{"2026-11-21T03:14:29.204117+01:00", INT64_C(1795227269204117)},
	{"2026-11-20T20:44:29.204117-05:30", INT64_C(1795227269204117)},
	{"2026-11-21T02:14:29.204117999Z", INT64_C(1795227269204117)},
	{"2026-11-21T02:14:29.2Z", INT64_C(1795227269200000)},
	{"2024-02-29T00:00:00Z", INT64_C(1709164800000000)},
	{"2000-02-29T12:00:00Z", INT64_C(951825600000000)},
	{"2026-12-31T23:59:60Z", INT64_C(1798761600000000)},
	{"9999-12-31T23:59:59Z", INT64_C(253402300799000000)},
};
static const char *const not_instants[] = {
	"", "now", "2026", "2026-11-21", "2026-11-21T02:14", "2026-11-21T02:14:29", "2026-11-21T02:14:29.Z", "2026-11-21T02:14:29.1234567890Z",
	"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
	"2026-11-21T24:00:00Z", "2026-11-21T00:60:00Z", "2026-11-21T00:00:61Z", "2026-11-21T02:14:29+1:00", "2026-11-21T02:14:29+01",
	"2026-11-21T02:14:29+24:00", "2026-11-21T02:14:29Zx", " 2026-11-21T02:14:29Z", "26-11-21T02:14:29Z", "2026-11-21X02:14:29Z", "-026-11-21T02:14:29Z",
};

static void test_instants(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(instants); i++) {
		int64_t us = -7;
		row_true(i, instant_parse(instants[i].in, &us));
		row_true(i, us == instants[i].us);
	}
	for (size_t i = 0; i < COUNT(not_instants); i++) {
		int64_t us;
		if (instant_parse(not_instants[i], &us))
			fail_msg("taken: %s", not_instants[i]);
	}
	int64_t us;
	assert_false(instant_parse(NULL, &us));
}

static void test_printed_instants_read_back(void **state)
{
	(void)state;
	for (int64_t us = -US_DAY * 366 * 70; us < US_DAY * 366 * 300; us += US_DAY * 7 + 12345678901) {
		char s[INSTANT_LEN];
		int64_t back = 0;
		instant_print(us, s);
		if (!instant_parse(s, &back) || back != us)
			fail_msg("%s", s);
	}
}

static const struct {
	const char *in;
	int64_t us; /* -1: refused */
} durations[] = {
	{"90s", 90 * US_SECOND}, {"5m", 5 * US_MINUTE}, {"2h", 2 * US_HOUR}, {"7d", 7 * US_DAY}, {"250ms", 250000}, {"immediate", 0}, {"0s", 0},
	{"1s", US_SECOND}, {"", -1}, {"s", -1}, {"5", -1}, {"5 m", -1}, {"m5", -1}, {"-5m", -1}, {"5m30s", -1}, {"1.5h", -1}, {"5M", -1}, {"5min", -1},
	{"1w", -1}, {"99999999999999999999d", -1}, {"Immediate", -1}, {" 5m", -1}, {"5m ", -1}, {"0x5m", -1}, {"5us", -1},
};

static void test_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(durations); i++) {
		int64_t us = -1;
		bool ok = duration_parse(durations[i].in, &us);
		if (ok != (durations[i].us >= 0) || (ok && us != durations[i].us))
			fail_msg("%s", durations[i].in);
	}
	int64_t us;
	assert_false(duration_parse(NULL, &us));
}

static const struct {
	int64_t us;
	const char *clock, *brief;
} spelled[] = {
	{0, "0:00", "0s"}, {7 * US_SECOND, "0:07", "7s"}, {7 * US_SECOND + 999999, "0:07", "7s"}, {59 * US_SECOND, "0:59", "59s"},
	{60 * US_SECOND, "1:00", "1m"}, {8 * US_MINUTE + 53 * US_SECOND, "8:53", "8m"}, {59 * US_MINUTE + 59 * US_SECOND, "59:59", "59m"},
	/* the next unit from two of it on */
	{US_HOUR, "1:00:00", "60m"}, {US_HOUR + 2 * US_MINUTE + 11 * US_SECOND, "1:02:11", "62m"}, {2 * US_HOUR, "2:00:00", "2h"},
	{25 * US_HOUR, "25:00:00", "25h"}, {2 * US_DAY, "48:00:00", "2d"},
	{9 * US_DAY, "216:00:00", "9d"},
};

static void test_spelled(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spelled); i++) {
		char out[DURATION_LEN];
		assert_string_equal(duration_clock(spelled[i].us, out), spelled[i].clock);
		assert_string_equal(duration_short(spelled[i].us, out), spelled[i].brief);
	}
	char out[DURATION_LEN];
	assert_string_equal(duration_clock(-8 * US_SECOND, out), "-0:08");
}

static const struct {
	struct stamp a, b;
	int64_t diff;
	bool approximate;
} stamps[] = {
	{{100, 10, "x"}, {200, 60, "x"}, 50, false},     /* one boot: the monotonic clock */
	{{900, 10, "x"}, {200, 60, "x"}, 50, false},     /* the wall clock was put back: no matter */
	{{100, 10, "x"}, {200, 5, "y"}, 100, false},     /* a reboot between */
	{{300, 10, "x"}, {200, 5, "y"}, 0, true},        /* and the wall clock went back too */
	{{100, 10, NULL}, {200, 5, "y"}, 100, false},
	{{100, 50, "x"}, {200, 10, "x"}, 0, true},
	{{100, 50, "x"}, {100, 50, "x"}, 0, false},
};

static void test_differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stamps); i++) {
		bool approximate = false;
		row_true(i, stamp_diff(&stamps[i].a, &stamps[i].b, &approximate) == stamps[i].diff);
		row_true(i, approximate == stamps[i].approximate);
		row_true(i, stamp_diff(&stamps[i].a, &stamps[i].b, NULL) == stamps[i].diff);
	}
	bool kept = true;
	stamp_diff(&stamps[0].a, &stamps[0].b, &kept);
	assert_true(kept); /* never set false */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instants), cmocka_unit_test(test_printed_instants_read_back), cmocka_unit_test(test_durations),
		cmocka_unit_test(test_spelled), cmocka_unit_test(test_differences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
