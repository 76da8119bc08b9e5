/* base/text: what of a stranger's bytes reaches a screen, and the alphabets of names. */
#include "config.h"

#include "cm.h"

#include <string.h>

#include "base/text.h"

#define B(s) s, sizeof(s) - 1

static const struct {
	const char *in;
	size_t len;
	const char *out;
	int cols;
} cleaned[] = {
	{B(""), "", 0},
	{B("plain ascii ~"), "plain ascii ~", 13},
	{B("\xc3\xa4\xe2\x82\xac"), "\xc3\xa4\xe2\x82\xac", 2},
	{B("\xe6\x97\xa5"), "\xe6\x97\xa5", 2},                         /* wide */
	{B("\x1b[2J"), "\xe2\x90\x9b[2J", 4},                            /* escape sequence */
	{B("\x1b]0;t\x07"), "\xe2\x90\x9b]0;t\xe2\x90\x87", 6},        /* window title */
	{B("a\r\nb"), "a\xe2\x90\x8d\xe2\x90\x8a" "b", 4},
	{B("a\tb"), "a\xe2\x90\x89" "b", 3},
	{B("\0"), "\xe2\x90\x80", 1},
	{B("\x7f"), "\xe2\x90\xa1", 1},
	{B("\xc2\x9b" "31m"), "<U+009B>31m", 11},                        /* C1 control sequence introducer */
	{B("\xc2\x85"), "<U+0085>", 8},
	{B("\xe2\x80\xae" "abc"), "<U+202E>abc", 11},                    /* right-to-left override */
	{B("\xe2\x81\xa6"), "<U+2066>", 8},
	{B("\xe2\x80\x8b"), "<U+200B>", 8},                              /* zero width space */
	{B("\xe2\x80\x8d"), "<U+200D>", 8},                              /* joiner */
	{B("\xef\xbb\xbf"), "<U+FEFF>", 8},
	{B("\xe2\x80\xa8"), "<U+2028>", 8},                              /* line separator */
	{B("\xc2\xad"), "<U+00AD>", 8},                                  /* soft hyphen */
	{B("\xf3\xa0\x81\x81"), "<U+E0041>", 9},                         /* tag */
	{B("\xee\x80\x80"), "<U+E000>", 8},                              /* private use */
	{B("\xe2\xa0\x80"), "<U+2800>", 8},                              /* blank that looks like nothing */
	{B("\xe3\x85\xa4"), "<U+3164>", 8},
	{B("\xef\xb8\x8f"), "<U+FE0F>", 8},                              /* variation selector */
	{B("\xff"), "\xef\xbf\xbd", 1},
	{B("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd", 2},                  /* overlong NUL */
	{B("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3},  /* surrogate */
	{B("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4},
	{B("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd", 2},                  /* cut off */
	{B("e\xcc\x81"), "e\xcc\x81", 1},
	{B("e\xcc\x81\xcc\x82"), "e\xcc\x81\xcc\x82", 1},
	{B("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85x"), "e\xcc\x81\xcc\x82\xef\xbf\xbdx", 3}, /* a flood of marks */
	{B("\xcc\x81"), "\xef\xbf\xbd", 1},                              /* a mark on nothing */
	{B("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"), "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 2}, /* a Hangul syllable of three */
	{B("\xe1\x85\xa1"), "\xef\xbf\xbd", 1},                          /* its vowel on nothing */
	{B("\xe0\xa4\x95\xe0\xa4\xbf"), "\xe0\xa4\x95\xe0\xa4\xbf", 2}, /* a vowel sign that takes a column */
};

static void test_cleaned(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cleaned); i++) {
		char out[256];
		int cols = text_clean(out, sizeof out, cleaned[i].in, cleaned[i].len, 0);
		if (strcmp(out, cleaned[i].out) != 0)
			fail_msg("row %zu: got \"%s\", expected \"%s\"", i, out, cleaned[i].out);
		row_true(i, cols == cleaned[i].cols);
		row_true(i, text_cols(out) == cols);
	}
}

static const struct {
	size_t cap;
	int max;
	const char *in, *out;
} cut[] = {
	{64, 5, "hello", "hello"},
	{64, 5, "hello!", "hell\xe2\x80\xa6"},
	{64, 1, "ab", "\xe2\x80\xa6"},
	{64, 3, "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe2\x80\xa6"},
	{64, 2, "\xe6\x97\xa5\xe6\x9c\xac", "\xe2\x80\xa6"},
	{6, 0, "hello", "hello"},
	{5, 0, "hello", "hell"},
	{3, 0, "\xe2\x82\xac", ""},                                       /* never half a character */
	{4, 0, "\xe2\x82\xac", "\xe2\x82\xac"},
	{1, 0, "x", ""},
	{64, 10, "ab\xe2\x80\xae" "cd", "ab<U+202E>"},
};

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cut); i++) {
		char out[64];
		memset(out, '#', sizeof out);
		int cols = text_clean(out, cut[i].cap, cut[i].in, strlen(cut[i].in), cut[i].max);
		row_true(i, strlen(out) < cut[i].cap);
		row_true(i, !cut[i].max || cols <= cut[i].max);
		row_true(i, text_cols(out) == cols);
		if (i < COUNT(cut) - 1 && strcmp(out, cut[i].out) != 0)
			fail_msg("row %zu: got \"%s\", expected \"%s\"", i, out, cut[i].out);
	}
}

static const struct {
	const char *s;
	bool version, kit, name;
} alphabets[] = {
	{"", false, false, false}, {"1", true, true, true}, {"8.14.0", true, false, true}, {"v1.2-rc+3", true, false, false},
	{"registry/app:1@sha256", true, false, false}, {"a b", false, false, false}, {"a\n", false, false, false},
	{"A", true, false, true}, {"a-b", true, true, true}, {"-a", true, false, false}, {".a", true, false, false},
	{"_a", true, false, false}, {"a_b", true, false, true}, {"a;b", false, false, false}, {"$(x)", false, false, false},
	{"\xc3\xa4", false, false, false}, {"a/../b", true, false, false}, {"demo", true, true, true}, {"Demo", true, false, true},
	{"0123456789012345678901234567890123456789", true, true, true},
	{"01234567890123456789012345678901234567890", true, false, true},
	{"0123456789012345678901234567890123456789012345678901234567890123", true, false, true},
	{"01234567890123456789012345678901234567890123456789012345678901234", true, false, false},
};

static void test_alphabets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(alphabets); i++) {
		row_true(i, text_is_version(alphabets[i].s) == alphabets[i].version);
		row_true(i, text_is_kit_name(alphabets[i].s) == alphabets[i].kit);
		row_true(i, text_is_name(alphabets[i].s) == alphabets[i].name);
	}
}

static void test_long_version(void **state)
{
	char s[260];

	(void)state;
	memset(s, 'a', sizeof s);
	s[256] = '\0';
	assert_true(text_is_version(s));
	s[256] = 'a';
	s[257] = '\0';
	assert_false(text_is_version(s));
	assert_false(text_is_version(NULL));
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"declare", "fire", "freeze", "unfreeze", "status"};
	static const struct {
		const char *in, *out;
	} rows[] = {{"fier", "fire"}, {"declar", "declare"}, {"staus", "status"}, {"frezee", "freeze"}, {"kubernetes", NULL}, {"xyz", NULL}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = text_nearest(rows[i].in, names, COUNT(names));
		row_true(i, rows[i].out ? got && strcmp(got, rows[i].out) == 0 : !got);
	}
}

static void test_copy(void **state)
{
	static const struct {
		size_t cap;
		const char *in, *out;
		bool whole;
	} rows[] = {{8, "abc", "abc", true}, {4, "abc", "abc", true}, {3, "abc", "ab", false}, {1, "abc", "", false}, {8, NULL, "", true},
		{3, "a\xe2\x82\xac", "a", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[8];
		row_true(i, text_copy(out, rows[i].cap, rows[i].in) == rows[i].whole);
		row_true(i, strcmp(out, rows[i].out) == 0);
	}
}

static void test_every_code_point_round_trips(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp <= 0x10ffff; cp++) {
		char s[4];
		uint32_t back = 0;
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		size_t n = utf8_put(cp, s);
		if (utf8_next(s, n, &back) != n || back != cp || utf8_next(s, n - 1, &back))
			fail_msg("U+%04X", (unsigned)cp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cleaned), cmocka_unit_test(test_cut), cmocka_unit_test(test_alphabets), cmocka_unit_test(test_long_version),
		cmocka_unit_test(test_nearest), cmocka_unit_test(test_copy), cmocka_unit_test(test_every_code_point_round_trips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
