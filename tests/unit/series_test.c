/* core/feed/series and what it reads with: one signal out of many bodies,
 * peaks kept, bounded in time, and not fooled by damaged or odd bodies. */
#include "config.h"

#include "tests/unit/journal_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_pick.h"
#include "feed/series.h"

#define T0 INT64_C(1700000000000000)

/* ---- one member out of text ---------------------------------------------------------- */

static const struct {
	const char *in, *part, *key; /* part NULL: the key is of the outer object */
	double is;                   /* NaN: it is not there */
} picks[] = {
	{"{\"a\":1}", NULL, "a", 1},
	{"{\"a\":1}", NULL, "b", NAN},
	{" { \"x\" : [1,{\"a\":2}] , \"a\" : -3.5e1 }", NULL, "a", -35},
	{"{\"v\":{\"s/x\":0.25,\"s/y\":7},\"n\":{\"s/x\":9}}", "v", "s/x", 0.25},
	{"{\"v\":{\"s/xx\":1,\"s/x\":2}}", "v", "s/x", 2},
	{"{\"v\":{},\"n\":{\"s/x\":9}}", "v", "s/x", NAN}, /* what another part holds is not taken */
	{"{\"w\":{\"v\":{\"s/x\":1}},\"v\":{\"s/x\":2}}", "v", "s/x", 2},
	{"{\"text\":\"\\\"v\\\":{\\\"s/x\\\":1}\",\"v\":{\"s/x\":2}}", "v", "s/x", 2},
	{"{\"text\":\"\\\\\",\"v\":{\"s/x\":2}}", "v", "s/x", 2},
	{"{\"v\":{\"s/x\":\"2\"}}", "v", "s/x", NAN},
	{"{\"v\":{\"s/x\":null}}", "v", "s/x", NAN},
	{"{\"v\":[\"s/x\",2]}", "v", "s/x", NAN},
	{"[]", NULL, "a", NAN},
	{"", NULL, "a", NAN},
};

static double pick(const char *s, size_t len, const char *part, const char *key)
{
	struct json_text v = {s, len};
	double d;

	if ((part && !json_pick(v, part, &v)) || !json_pick(v, key, &v) || !json_pick_num(v, &d))
		return NAN;
	return d;
}

static void members(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(picks); i++) {
		double got = pick(picks[i].in, strlen(picks[i].in), picks[i].part, picks[i].key);
		row_true(i, isnan(picks[i].is) ? isnan(got) : fabs(got - picks[i].is) < 1e-12);
	}
}

/* Cut anywhere, or with any byte changed: nothing behind the end is read (the sanitizers look on). */
static void damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(picks); i++)
		for (size_t n = 0; n <= strlen(picks[i].in); n++) {
			char *copy = mem_strn(picks[i].in, n), word[8];
			char *exact = mem_grow(NULL, n + 1, 1);
			struct json_text v;
			memcpy(exact, copy, n);
			exact = mem_grow(exact, n ? n : 1, 1);
			(void)pick(exact, n, picks[i].part, picks[i].key);
			for (size_t k = 0; k < n; k++) {
				char was = exact[k];
				for (const char *odd = "\"\\{}[],:\x01"; *odd; odd++) {
					exact[k] = *odd;
					(void)pick(exact, n, picks[i].part, picks[i].key);
					if (json_pick((struct json_text){exact, n}, "text", &v))
						(void)json_pick_str(v, word, sizeof word);
				}
				exact[k] = was;
			}
			free(exact);
			free(copy);
		}
}

/* ---- out of a store ------------------------------------------------------------------------ */

static void samples(struct journal *j, int64_t second, const char *body)
{
	char whole[2000], when[INSTANT_LEN];
	struct fault f;

	now.at = T0 + second * US_SECOND;
	(void)snprintf(whole, sizeof whole, "{\"backend\":\"m\",\"at\":\"%s\",%s,\"salt\":\"00\"}", instant_print(now.at, when), body);
	assert_int_equal(append(j, EVENT_SAMPLES, whole, &f), STATUS_OK);
}

static struct series_ask ask_of(int64_t from, int64_t to, int points)
{
	return (struct series_ask){.store = path, .service = "auth", .signal = "rate", .from = T0 + from * US_SECOND,
		.to = T0 + to * US_SECOND, .points = points, .most_us = 60 * US_SECOND};
}

static void read_all(const struct series_ask *a, struct series *out)
{
	struct fault f;

	if (series_read(a, out, &f) != STATUS_OK)
		fail_msg("%s", f.what);
}

/* Points as text: second min max last bad. */
static void is_series(const struct series *h, const char *want)
{
	char got[2000] = "";

	for (size_t i = 0; i < h->points.n; i++) {
		const struct series_point *p = &h->points.v[i];
		(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld %g %g %g %lld", i ? "|" : "", (long long)((p->at - T0) / US_SECOND),
			p->min, p->max, p->last, (long long)p->bad);
	}
	assert_string_equal(got, want);
}

static struct journal *filled(void)
{
	struct journal *j = create();

	samples(j, 10, "\"v\":{\"auth/rate\":1,\"auth/rates\":50,\"shop/rate\":60},\"bad\":{}");
	samples(j, 20, "\"v\":{\"shop/rate\":60},\"n\":{\"auth/rate\":99},\"bad\":{\"auth/rate\":\"failed\"}");
	samples(j, 30, "\"v\":{\"shop/rate\":60},\"bad\":{}");
	samples(j, 40, "\"v\":{\"auth/rate\":2},\"bad\":{}");
	samples(j, 41, "\"v\":{\"auth/rate\":9},\"bad\":{}");
	samples(j, 42, "\"v\":{\"auth/rate\":3},\"n\":{\"auth/rate\":1000},\"bad\":{}");
	samples(j, 90, "\"v\":{\"auth/rate\":4},\"bad\":{}");
	return j;
}

static void points(void **state)
{
	struct series_ask a = ask_of(0, 100, 100), few = ask_of(0, 100, 2), part = ask_of(35, 50, 10), none = ask_of(200, 300, 5);
	struct series h;
	struct journal *j = filled();

	(void)state;
	journal_close(j);
	read_all(&a, &h);
	is_series(&h, "10 1 1 1 0|20 nan nan nan 1|40 2 2 2 0|41 9 9 9 0|42 3 3 3 0|90 4 4 4 0");
	assert_true(h.complete && h.since == T0 + 10 * US_SECOND);
	series_release(&h);
	read_all(&few, &h); /* the peak of one sample stays */
	is_series(&h, "42 1 9 3 1|90 4 4 4 0");
	assert_true(h.since == T0 + 10 * US_SECOND);
	series_release(&h);
	read_all(&part, &h);
	is_series(&h, "41 2 9 9 0|42 3 3 3 0");
	series_release(&h);
	read_all(&none, &h);
	is_series(&h, "");
	assert_true(h.complete && !h.since);
	series_release(&h);
}

/* What was filled in an hour after it was measured stands where it was measured, however long after. */
static void filled_in_later(void **state)
{
	struct series_ask a = ask_of(0, 100, 100);
	struct series h;
	struct fault f;
	struct journal *j = filled();
	char body[300], when[INSTANT_LEN];

	(void)state;
	for (int second = 4000; second < 4004; second++) {
		now.at = T0 + second * US_SECOND;
		(void)snprintf(body, sizeof body, "{\"backend\":\"m\",\"at\":\"%s\",\"filled\":true,\"v\":{\"auth/rate\":%d},\"bad\":{},\"salt\":\"00\"}",
			instant_print(T0 + (second - 3940) * US_SECOND, when), second - 3940);
		assert_int_equal(append(j, EVENT_SAMPLES, body, &f), STATUS_OK);
	}
	assert_int_equal(append(j, EVENT_BACKFILL, "{\"backend\":\"m\"}", &f), STATUS_OK);
	samples(j, 5000, "\"v\":{\"auth/rate\":70},\"bad\":{}");
	journal_close(j);
	read_all(&a, &h);
	is_series(&h, "10 1 1 1 0|20 nan nan nan 1|40 2 2 2 0|41 9 9 9 0|42 3 3 3 0|90 4 4 4 0");
	series_release(&h);
	a.late = 2 * US_HOUR;
	read_all(&a, &h);
	is_series(&h, "10 1 1 1 0|20 nan nan nan 1|40 2 2 2 0|41 9 9 9 0|42 3 3 3 0|60 60 60 60 0|61 61 61 61 0|62 62 62 62 0|63 63 63 63 0|90 4 4 4 0");
	assert_true(h.complete && h.since == T0 + 10 * US_SECOND);
	series_release(&h);
}

/* Beside the writer, which goes on; what came later than the question is there at the next one. */
static void beside_the_writer(void **state)
{
	struct series_ask a = ask_of(80, 200, 100);
	struct series h;
	struct journal *j = filled();

	(void)state;
	read_all(&a, &h);
	is_series(&h, "90 4 4 4 0");
	series_release(&h);
	samples(j, 95, "\"v\":{\"auth/rate\":5},\"bad\":{}");
	read_all(&a, &h);
	is_series(&h, "90 4 4 4 0|95 5 5 5 0");
	series_release(&h);
	journal_close(j);
}

/* No time: the newest is there, and it says that it is not all. */
static void bounded(void **state)
{
	struct series_ask a = ask_of(0, 100, 100);
	struct series h;
	struct fault f;
	atomic_bool stop = true;
	struct journal *j = filled();

	(void)state;
	journal_close(j);
	a.most_us = 0;
	read_all(&a, &h);
	is_series(&h, "90 4 4 4 0");
	assert_true(!h.complete && h.since == T0 + 90 * US_SECOND);
	series_release(&h);
	a.most_us = 60 * US_SECOND;
	a.stop = &stop;
	assert_int_equal(series_read(&a, &h, &f), STATUS_NO);
	series_release(&h);
	a.store = "/nonexistent/journal.db";
	assert_int_equal(series_read(&a, &h, &f), STATUS_USAGE);
	series_release(&h);
}

/* Among thousands of events of other kinds, and the first at or after a time is found. */
static void among_others(void **state)
{
	struct series_ask a = ask_of(0, 10000, 50);
	struct series h;
	struct fault f;
	struct journal *j = create();
	int64_t seq;

	(void)state;
	for (int i = 1; i <= 300; i++) {
		now.at = T0 + i * US_SECOND;
		assert_int_equal(append(j, EVENT_NOTE, "{\"text\":\"auth/rate\",\"salt\":\"0\"}", &f), STATUS_OK);
		if (i % 100 == 0)
			samples(j, i, "\"v\":{\"auth/rate\":7},\"bad\":{}");
	}
	journal_close(j);
	assert_int_equal(journal_open_read(path, &j, &f), STATUS_OK);
	assert_int_equal(journal_seek(j, T0 + 150 * US_SECOND, &seq, &f), STATUS_OK);
	assert_int_equal(seq, 1 + 150 + 1);
	assert_int_equal(journal_seek(j, T0 + 1000 * US_SECOND, &seq, &f), STATUS_OK);
	assert_int_equal(seq, journal_head(j, NULL) + 1);
	assert_int_equal(journal_seek(j, 0, &seq, &f), STATUS_OK);
	assert_int_equal(seq, 1);
	journal_close(j);
	read_all(&a, &h);
	is_series(&h, "200 7 7 7 0|300 7 7 7 0");
	series_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members), cmocka_unit_test(damaged), T(points), T(filled_in_later), T(beside_the_writer), T(bounded), T(among_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
