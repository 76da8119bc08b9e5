/* tui/ui/chart: which time is shown, what is asked for it and what is not asked
 * twice, and how what comes is put together. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "tui/ui/chart.h"

#define NOW INT64_C(1795482900000000) /* 2026-11-24T01:15:00Z */
#define S US_SECOND

static struct chart c;
static struct chart_need need;

static void fresh(int64_t onset)
{
	memset(&c, 0, sizeof c);
	need = (struct chart_need){NOW, NOW, 1000 * S, 5 * S, 80};
	chart_open(&c, "auth", "rate", onset, NOW);
}

static void pass(int64_t seconds)
{
	need.now += seconds * S;
	need.real += seconds * S;
	need.mono += seconds * S;
}

/* ---- which time ------------------------------------------------------------------ */

static const struct {
	int64_t ago;             /* of the onset, seconds; 0 none */
	const char *keys;        /* + - h l 0 */
	const char *span;
	int64_t to_ago, from_ago; /* seconds before now */
} windows[] = {
	{0, "", "15 min", 0, 900},
	{600, "", "15 min", 0, 900},
	{800, "", "1 h", 0, 3600},
	{3000, "", "2 h", 0, 7200},
	{200000, "", "24 h", 0, 86400},
	{0, "-", "1 h", 0, 3600},
	{0, "---------", "24 h", 0, 86400},
	{0, "+", "5 min", 0, 300},
	{0, "+++", "5 min", 0, 300},
	{0, "h", "15 min", 450, 1350},
	{0, "hh", "15 min", 900, 1800},
	{0, "hhl", "15 min", 450, 1350},
	{0, "hl", "15 min", 0, 900},
	{0, "l", "15 min", 0, 900},
	{0, "hhhh0", "15 min", 0, 900},
	{0, "-0", "1 h", 0, 3600},
	{0, "hhhhhhhhhhhh-", "1 h", 4050, 7650}, /* around the middle */
	{0, "h-", "1 h", 0, 3600},               /* not beyond now */
};

static void window(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(windows); i++) {
		fresh(windows[i].ago ? NOW - windows[i].ago * S : 0);
		for (const char *k = windows[i].keys; *k; k++) {
			if (*k == '+' || *k == '-')
				(void)chart_zoom(&c, *k == '+' ? 1 : -1, NOW);
			else
				chart_pan(&c, *k == 'h' ? -1 : *k == 'l' ? 1 : 0, NOW);
		}
		struct chart_window w = chart_window(&c, NOW);
		row_true(i, !strcmp(chart_span_words(&c), windows[i].span));
		row_true(i, w.to == NOW - windows[i].to_ago * S && w.from == NOW - windows[i].from_ago * S);
		row_true(i, w.live == !windows[i].to_ago);
	}
}

/* What one looks at stays while time goes on; now goes on with it. */
static void stays(void **state)
{
	struct chart_window w;

	(void)state;
	fresh(0);
	w = chart_window(&c, NOW + 60 * S);
	assert_true(w.live && w.to == NOW + 60 * S);
	chart_pan(&c, -1, NOW);
	w = chart_window(&c, NOW + 600 * S);
	assert_true(!w.live && w.to == NOW - 450 * S);
}

/* ---- asking --------------------------------------------------------------------------- */

static char *asked(void)
{
	struct buf b = {0};
	char *s;

	if (!chart_wants(&c, &need, &b))
		return NULL;
	s = buf_take(&b);
	return s;
}

static void is_asked(const char *from, const char *to)
{
	char *s = asked(), want[120];

	snprintf(want, sizeof want, "\"from\":\"2026-11-%s.000000Z\",\"to\":\"2026-11-%s.999999Z\"", from, to);
	if (!s || !strstr(s, want))
		fail_msg("asked %s, and not for %s", s ? s : "nothing", want);
	free(s);
}

static void is_quiet(void)
{
	char *s = asked();

	if (s)
		fail_msg("asked once more: %s", s);
}

static bool incomplete; /* the engine's time was over before it had read all */

/* points: seconds before NOW and value, until 0 */
static void answer(const char *signal, const double *points)
{
	struct json *j = NULL;
	struct buf b;
	struct jw w;

	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "service", "auth");
	jw_kstr(&w, "signal", signal);
	jw_kbool(&w, "complete", !incomplete);
	jw_ktime(&w, "measured_from", points ? NOW - (int64_t)points[0] * S : 0);
	jw_key(&w, "points");
	jw_arr(&w);
	for (; points && points[0] != 0; points += 2) {
		jw_arr(&w);
		jw_int(&w, NOW / S - (int64_t)points[0]);
		for (int i = 0; i < 3; i++)
			jw_num(&w, points[1]);
		jw_int(&w, isnan(points[1]));
		jw_arr_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &j, NULL), STATUS_OK);
	chart_answer(&c, j, NULL);
	json_free(j);
	buf_release(&b);
}

/* Seconds before NOW and value of all that is known. */
static void is_known(const struct model_signal *ms, const char *want)
{
	static struct plot_point v[CHART_POINTS + MODEL_CURVE];
	size_t n = chart_points(&c, ms, need.now, v);
	char got[600] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld %g", i ? "|" : "", (long long)((NOW - v[i].at) / S), (double)v[i].last);
	assert_string_equal(got, want);
}

static void asks(void **state)
{
	static const double first[] = {800, 1, 300, 9, 20, 2, 0}, more[] = {19, 3, -10, 4, 0};
	struct fault f;

	(void)state;
	fresh(0);
	is_asked("24T00:59:55", "24T01:15:04"); /* a point more than is shown, and whole points */
	is_quiet();
	answer("rate", first);
	is_known(NULL, "800 1|300 9|20 2");
	is_quiet();
	pass(8);
	is_quiet(); /* the model has what is newer */
	pass(4);
	is_asked("24T01:14:50", "24T01:15:14"); /* goes on, a little before what was read: samples come late */
	answer("rate", more);
	is_known(NULL, "800 1|300 9|20 2|19 3|-10 4");
	pass(20);
	is_asked("24T01:15:00", "24T01:15:34");
	chart_answer(&c, NULL, fault_set(&f, STATUS_OUTSIDE, "x", "no") ? &f : NULL);
	assert_string_equal(c.why, "no");
	is_known(NULL, "800 1|300 9|20 2|19 3|-10 4"); /* what was read stays */
	is_quiet();
	pass(6);
	is_asked("24T01:15:00", "24T01:15:39");
	answer("rate", NULL);
	assert_string_equal(c.why, "");
}

/* What is read anew takes the place of what was here of the same time. */
static void replaced(void **state)
{
	static const double first[] = {800, 1, 12, 2, 4, 8, 0}, more[] = {9, 5, 4, 6, -11, 7, 0};

	(void)state;
	fresh(0);
	free(asked());
	answer("rate", first);
	pass(12);
	is_asked("24T01:14:50", "24T01:15:14");
	answer("rate", more);
	is_known(NULL, "800 1|12 2|9 5|4 6|-11 7");
}

static void another_time(void **state)
{
	static const double first[] = {800, 1, 0}, older[] = {1300, 3, 500, 4, 0}, hour[] = {3000, 5, 0};

	(void)state;
	fresh(0);
	free(asked());
	answer("rate", first);
	chart_pan(&c, -1, NOW);
	is_asked("24T00:52:25", "24T01:07:34");
	is_known(NULL, "800 1"); /* meanwhile what is here */
	answer("rate", older);
	is_known(NULL, "1300 3|500 4");
	pass(600);
	is_quiet(); /* it has not moved */
	chart_zoom(&c, -1, need.now);
	free(asked());
	chart_zoom(&c, -1, need.now); /* at once again: the first question is of no interest any more */
	free(asked());
	assert_int_equal(c.waiting, 2);
	chart_answer(&c, NULL, NULL);
	assert_string_equal(c.why, "");
	answer("rate", hour);
	is_known(NULL, "3000 5");
	is_quiet();
}

/* Far back and to now again before anything was answered: what is under way is not what is shown. */
static void there_and_back(void **state)
{
	(void)state;
	fresh(0);
	free(asked());
	for (int i = 0; i < 6; i++)
		chart_pan(&c, -1, NOW);
	is_asked("24T00:14:55", "24T00:30:04");
	chart_pan(&c, 0, NOW);
	is_asked("24T00:59:55", "24T01:15:04");
	is_quiet();
}

/* A day that is too long for one answer is read piece by piece, the newest first. */
static void in_pieces(void **state)
{
	static const double first[] = {30000, 3, 20, 2, 0}, second[] = {60000, 4, 29999, 5, 0}, third[] = {86000, 6, 0};

	(void)state;
	fresh(NOW - 80000 * S);
	free(asked());
	incomplete = true;
	answer("rate", first);
	is_known(NULL, "30000 3|20 2");
	is_asked("23T01:03:00", "23T16:56:59"); /* up to where it began, by whole points */
	is_quiet();
	answer("rate", second);
	is_known(NULL, "60000 4|29999 5|20 2"); /* the point at the seam was read whole now */
	is_asked("23T01:03:00", "23T08:41:59");
	incomplete = false;
	answer("rate", third);
	is_known(NULL, "86000 6|29999 5|20 2");
	assert_true(c.complete);
	is_quiet();
}

/* Of a journal that is young less is shown, unless somebody said how much. */
static void young(void **state)
{
	static const double first[] = {200, 1, 20, 2, 0}, old[] = {400, 1, 20, 2, 0};

	(void)state;
	fresh(0);
	free(asked());
	answer("rate", first);
	assert_string_equal(chart_span_words(&c), "5 min");
	is_asked("24T01:09:59", "24T01:15:00");
	fresh(0);
	free(asked());
	answer("rate", old);
	assert_string_equal(chart_span_words(&c), "15 min");
	fresh(0);
	free(asked());
	chart_zoom(&c, 1, NOW);
	chart_zoom(&c, -1, NOW);
	answer("rate", first);
	assert_string_equal(chart_span_words(&c), "15 min");
}

/* A window that is pulled about asks for little, and for no less than a point a column. */
static void pulled(void **state)
{
	int n = 0;

	(void)state;
	fresh(0);
	for (int i = 0; i < 300; i++) {
		need.cols = 40 + i;
		char *s = asked();
		n += s != NULL;
		free(s);
		if (i % 7 == 0 && c.waiting)
			answer("rate", NULL);
		assert_true(c.asked_each * need.cols <= 900 * S);
	}
	assert_true(n > 1 && n < 6);
}

/* A question for another signal that was under way when this one was opened. */
static void another_signal(void **state)
{
	static const double first[] = {800, 1, 0}, other[] = {700, 2, 0};

	(void)state;
	fresh(0);
	free(asked());
	chart_open(&c, "auth", "other", 0, NOW);
	free(asked());
	answer("rate", first);
	is_known(NULL, "");
	answer("other", other);
	is_known(NULL, "700 2");
	chart_open(&c, "auth", "rate", 0, NOW);
	is_known(NULL, "");
	free(asked());
	answer("other", other); /* never of another one */
	is_known(NULL, "");
}

/* The model's own points stand for what is newer than what was read, gaps too. */
static void and_the_model(void **state)
{
	static const double first[] = {800, 1, 20, 2, 0};
	struct model_point curve[MODEL_CURVE];
	struct model_signal ms = {.curve = curve, .curve_n = 4, .curve_next = 4};

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		curve[i] = (struct model_point){(uint32_t)(NOW / S) - 30 + 10 * i, i == 2 ? NAN : (float)i};
	fresh(0);
	is_known(&ms, "30 0|20 1|10 nan|0 3"); /* before anything was read */
	free(asked());
	answer("rate", first);
	is_known(&ms, "800 1|20 2|10 nan|0 3");
	need.now -= 5 * S; /* looking back: nothing of what came later */
	is_known(&ms, "800 1|20 2|10 nan");
}

/* A day of reading on: bounded, and read anew where what is shown is no longer here. */
static void bounded(void **state)
{
	(void)state;
	fresh(0);
	free(asked());
	for (int i = 0; i < 20000; i++) {
		double ago = (double)(NOW - need.now) / (double)S, last[] = {ago + 21, i, ago + 11, i, ago + 1, i, 0};
		answer("rate", last);
		pass(10);
		free(asked());
	}
	assert_true(c.n <= CHART_POINTS && c.n > 100);
	for (size_t i = 1; i < c.n; i++)
		assert_true(c.points[i].at > c.points[i - 1].at);
	assert_true(c.from <= chart_window(&c, need.now).from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window), cmocka_unit_test(stays), cmocka_unit_test(asks), cmocka_unit_test(replaced), cmocka_unit_test(another_time),
		cmocka_unit_test(there_and_back), cmocka_unit_test(in_pieces), cmocka_unit_test(young), cmocka_unit_test(pulled), cmocka_unit_test(another_signal), cmocka_unit_test(and_the_model), cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
