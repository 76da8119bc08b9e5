/* base/json: what is refused at the door, what numbers read back as, and what is printed. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

static enum status parse(const char *s, struct json **out)
{
	struct fault f;

	*out = NULL;
	enum status st = json_parse(s, strlen(s), JSON_LINE_MAX, out, &f);
	if (st != STATUS_OK && (!f.what[0] || !f.code[0]))
		fail_msg("a refusal without words: %s", s);
	return st;
}

static const char *const refused[] = {
	"", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
	"{a:1}", "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{1:2}", "{} {}", "{}x", "null,", "nul", "nulll", "True", "tru",
	"NaN", "nan", "Infinity", "-Infinity", "inf", "+1", "01", "-01", "1.", ".5", "-", "--1", "1e", "1e+", "0x10", "1_000",
	"1e999", "-1e999", "1e400",
	"\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u0000\"", "{\"\\u0000\":1}", "{\"a\":\"x\\u0000y\"}",
	"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"",
	"\"\x01\"", "\"a\nb\"", "\"a\tb\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\"",
	"{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}", "[{\"x\":1,\"y\":2,\"x\":3}]", "{\"a\":1,\"\\u0061\":2}",
	"// x\n1", "/* x */1", "1 // x", "\xef\xbb\xbf{}",
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct json *v;
		if (parse(refused[i], &v) == STATUS_OK)
			fail_msg("taken: %s", refused[i]);
		assert_null(v);
	}
}

static void test_nul_byte_within(void **state)
{
	static const char text[] = "\"a\0b\"";
	struct json *v = NULL;

	(void)state;
	assert_int_not_equal(json_parse(text, sizeof text - 1, JSON_LINE_MAX, &v, NULL), STATUS_OK);
}

/* text in, the printer's text out */
static const struct {
	const char *in, *out;
} printed[] = {
	{"null", "null"}, {"true", "true"}, {" false ", "false"}, {"\t[\n]\r ", "[]"}, {"{ }", "{}"},
	{"0", "0"}, {"-0", "0"}, {"1", "1"}, {"-1", "-1"}, {"10", "10"}, {"1.0", "1"}, {"1e2", "100"}, {"1E+2", "100"},
	{"0.1", "0.1"}, {"0.30000000000000004", "0.30000000000000004"}, {"100.5", "100.5"}, {"-2.5e-3", "-0.0025"},
	{"9007199254740991", "9007199254740991"}, {"-9007199254740991", "-9007199254740991"},
	{"1234567890123", "1234567890123"}, {"1732154400000000", "1732154400000000"},
	{"\"\"", "\"\""}, {"\"\\u0041\"", "\"A\""}, {"\"\\/\"", "\"/\""}, {"\"\\u00e4\"", "\"\xc3\xa4\""},
	{"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""}, {"\"\\\"\\\\\"", "\"\\\"\\\\\""}, {"\"\\b\\f\\n\\r\\t\"", NULL},
	{"[1,[2,[3]]]", "[1,[2,[3]]]"}, {"{\"b\":1,\"a\":{\"c\":[]}}", "{\"b\":1,\"a\":{\"c\":[]}}"},
	{"{\"\":0}", "{\"\":0}"},
};

static void print(const struct json *v, struct buf *b)
{
	struct jw w;

	buf_init(b, JSON_LINE_MAX);
	jw_init(&w, b);
	jw_tree(&w, v);
}

static void test_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(printed); i++) {
		struct json *v, *again;
		struct buf b;
		row_true(i, parse(printed[i].in, &v) == STATUS_OK);
		print(v, &b);
		if (printed[i].out)
			assert_string_equal(buf_str(&b), printed[i].out);
		row_true(i, parse(buf_str(&b), &again) == STATUS_OK);
		json_free(again);
		json_free(v);
		buf_release(&b);
	}
}

static const double numbers[] = {
	0.0, 1.0 / 3, 0.1, 1e-7, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 123456.789, 1e21, 1e22, 4.35, 0.61,
	9007199254740992.0, 9007199254740993.0, 1e15 + 0.5, -1e-300, 3.141592653589793,
};

static void test_numbers_read_back_equal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct json *v;
		struct jw w;
		struct buf b;
		buf_init(&b, 64);
		jw_init(&w, &b);
		jw_num(&w, numbers[i]);
		row_true(i, parse(buf_str(&b), &v) == STATUS_OK);
		double back = json_num(v, -1);
		row_true(i, memcmp(&back, &numbers[i], sizeof back) == 0);
		json_free(v);
		buf_release(&b);
	}
}

/* Every kind of float, and never more digits than nine where it is not tiny or huge. */
static void test_floats_read_back_equal(void **state)
{
	uint32_t bits = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct json *v;
		struct jw w;
		struct buf b;
		float f, back;
		bits = bits * 1664525u + 1013904223u;
		uint32_t made = i % 2 ? bits : (bits & 0x807fffffu) | (110u + bits % 30u) << 23; /* half of them near 1 */
		memcpy(&f, &made, sizeof f);
		if (i < 1000)
			f = (float)((double)i / 1000);
		if (!isfinite(f))
			continue;
		buf_init(&b, 64);
		jw_init(&w, &b);
		jw_float(&w, f);
		row_true(i, parse(buf_str(&b), &v) == STATUS_OK);
		back = (float)json_num(v, -1);
		row_true(i, back == f);
		row_true(i, i >= 1000 || b.len <= 5);
		json_free(v);
		buf_release(&b);
	}
}

static void test_not_finite_is_null(void **state)
{
	const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct jw w;
		struct buf b;
		buf_init(&b, 64);
		jw_init(&w, &b);
		jw_num(&w, bad[i]);
		assert_string_equal(buf_str(&b), "null");
		buf_release(&b);
	}
}

static void test_integers_in_plain_decimal(void **state)
{
	static const struct {
		int64_t v;
		const char *out;
	} rows[] = {{0, "0"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}, {1000000000000000, "1000000000000000"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct jw w;
		struct buf b;
		buf_init(&b, 64);
		jw_init(&w, &b);
		jw_int(&w, rows[i].v);
		assert_string_equal(buf_str(&b), rows[i].out);
		buf_release(&b);
	}
}

static void test_whole_numbers_only(void **state)
{
	static const struct {
		const char *in;
		int64_t out;
	} rows[] = {{"7", 7}, {"7.0", 7}, {"-3", -3}, {"7.5", -99}, {"1e300", -99}, {"9007199254740991", INT64_C(9007199254740991)}, {"9007199254740993", -99}, {"\"7\"", -99}, {"null", -99}, {"true", -99}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json *v;
		row_true(i, parse(rows[i].in, &v) == STATUS_OK);
		row_true(i, json_int(v, -99) == rows[i].out);
		json_free(v);
	}
}

static char *nested(int levels)
{
	char *s = malloc((size_t)levels * 2 + 1);

	memset(s, '[', (size_t)levels);
	memset(s + levels, ']', (size_t)levels);
	s[levels * 2] = '\0';
	return s;
}

static void test_depth(void **state)
{
	static const struct {
		int levels;
		bool ok;
	} rows[] = {{1, true}, {63, true}, {64, true}, {65, false}, {5000, false}, {200000, false}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *s = nested(rows[i].levels);
		struct json *v;
		row_true(i, (parse(s, &v) == STATUS_OK) == rows[i].ok);
		json_free(v);
		free(s);
	}
}

static void test_size(void **state)
{
	struct json *v = NULL;
	struct fault f;

	(void)state;
	assert_int_equal(json_parse("[1,2]", 5, 5, &v, &f), STATUS_OK);
	json_free(v);
	v = NULL;
	assert_int_not_equal(json_parse("[1,2]", 5, 4, &v, &f), STATUS_OK);
	assert_null(v);
}

static void test_looking_at_nothing(void **state)
{
	(void)state;
	assert_int_equal(json_type(NULL), JSON_NONE);
	assert_null(json_get(NULL, "a"));
	assert_string_equal(json_get_str(NULL, "a", "x"), "x");
	assert_int_equal(json_get_int(NULL, "a", 7), 7);
	assert_true(json_get_bool(NULL, "a", true));
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_first(NULL));
	assert_int_equal(json_get_time(NULL, "at"), 0);
	json_free(NULL);
}

static void test_walking(void **state)
{
	struct json *v;
	int n = 0;

	(void)state;
	assert_int_equal(parse("{\"a\":1,\"b\":\"x\",\"at\":\"1970-01-01T00:00:01Z\",\"l\":[1,2,3]}", &v), STATUS_OK);
	assert_int_equal(json_count(v), 4);
	assert_string_equal(json_key(json_first(v)), "a");
	assert_string_equal(json_get_str(v, "b", ""), "x");
	assert_string_equal(json_get_str(v, "a", "no string"), "no string");
	assert_int_equal(json_get_time(v, "at"), US_SECOND);
	for (const struct json *e = json_first(json_get(v, "l")); e; e = json_next(e))
		n += (int)json_int(e, 0);
	assert_int_equal(n, 6);
	json_free(v);
}

static void test_canonical(void **state)
{
	static const char *const without[] = {"ask"};
	struct json *v;
	struct jw w;
	struct buf b;

	(void)state;
	assert_int_equal(parse("{\"b\":1,\"ask\":2,\"a\":{\"z\":1,\"ask\":3},\"B\":[{\"y\":1,\"x\":2}]}", &v), STATUS_OK);
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_canon(&w, v, without, 1);
	assert_string_equal(buf_str(&b), "{\"B\":[{\"x\":2,\"y\":1}],\"a\":{\"ask\":3,\"z\":1},\"b\":1}");
	buf_release(&b);
	json_free(v);
}

static void test_printer(void **state)
{
	struct jw w;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "s", "a\"\\\n\x01\x7f\xff");
	jw_kstr(&w, "none", NULL);
	jw_kint(&w, "i", -5);
	jw_kbool(&w, "t", true);
	jw_ktime(&w, "at", 1500000);
	jw_ktime(&w, "never", 0);
	jw_key(&w, "list");
	jw_arr(&w);
	jw_int(&w, 1);
	jw_raw(&w, "{}", 2);
	jw_obj(&w);
	jw_obj_end(&w);
	jw_arr_end(&w);
	jw_obj_end(&w);
	assert_string_equal(buf_str(&b), "{\"s\":\"a\\\"\\\\\\n\\u0001\x7f\xef\xbf\xbd\",\"none\":null,\"i\":-5,\"t\":true,"
		"\"at\":\"1970-01-01T00:00:01.500000Z\",\"never\":null,\"list\":[1,{},{}]}");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_nul_byte_within), cmocka_unit_test(test_printed),
		cmocka_unit_test(test_numbers_read_back_equal), cmocka_unit_test(test_floats_read_back_equal),
		cmocka_unit_test(test_not_finite_is_null),
		cmocka_unit_test(test_integers_in_plain_decimal), cmocka_unit_test(test_whole_numbers_only), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_size), cmocka_unit_test(test_looking_at_nothing), cmocka_unit_test(test_walking),
		cmocka_unit_test(test_canonical), cmocka_unit_test(test_printer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
