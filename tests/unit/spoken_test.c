/* tui/linear/spoken: rows of cells as words, and lines that are only added. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/linear/spoken.h"

static void words(const char *row, bool curve, const char *between, const char *want)
{
	struct cells c;
	char out[SPOKEN_LEN];

	cells_init(&c, 1, 100);
	cells_text(&c, 0, 0, 100, ROLE_TEXT, row);
	spoken_row(&c, 0, curve, between, out);
	if (strcmp(out, want) != 0)
		fail_msg("'%s' is '%s', not '%s'", row, out, want);
	cells_release(&c);
}

static void rows(void **state)
{
	static const struct {
		const char *row, *want;
	} all[] = {
		{"", ""},
		{"────────────", ""},
		{" one word", "one word"},
		{" a b   c d       e", "a b, c d, e"},
		{" rate  61 %  ▁▂▅▇██  BREACH  3 s old", "rate, 61 %, rising, BREACH, 3 s old"},
		{" rate  ██▇▅▂▁", "rate, falling"},
		{" rate  ▃▃▃▃▃▃", "rate, steady"},
		{" rate  ▁··▁▇▇", "rate, rising"},
		{" rate  ······", "rate"},
		{" rate  ██████", "rate, steady"},
		{" bar   ███░", "bar, 75 %"},
		{" label:   text", "label: text"},
		{"│ takes        about 3:40 │", "takes, about 3:40"},
		{" one · two", "one · two"},
		{" 東京  é", "東京, é"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		words(all[i].row, true, ", ", all[i].want);
	words(" so far  ████", false, ": ", "so far: 100 %");
	words("│ takes   about 3:40   drilled │", false, ": ", "takes: about 3:40, drilled");
}

static void lines(void **state)
{
	struct spoken o;

	(void)state;
	spoken_init(&o);
	spoken_line(&o, "auth %s -> %s", "1", "2");
	spoken_line(&o, "done.");
	spoken_line(&o, "who?");
	spoken_at(&o, INT64_C(1790000000) * 1000000, "BREACH  auth");
	spoken_line(&o, "fired. 02:14:29");
	spoken_line(&o, "at 02:14:29");
	spoken_line(&o, "bad\033[2J\nname ");
	assert_string_equal(buf_str(&o.text), "auth 1 to 2.\ndone.\nwho?\nBREACH auth. 14:13:20\nfired. 02:14:29\nat 02:14:29.\n"
		"bad\xe2\x90\x9b[2J\xe2\x90\x8aname.\n");
	spoken_release(&o);
}

/* What is typed stands behind its question; a line that comes between ends it first. */
static void typed(void **state)
{
	struct spoken o;

	(void)state;
	spoken_init(&o);
	spoken_begin(&o, "title:");
	spoken_more(&o, " ab");
	assert_true(o.open);
	spoken_line(&o, "BREACH");
	assert_false(o.open);
	spoken_end(&o);
	spoken_begin(&o, "title:");
	spoken_end(&o);
	assert_string_equal(buf_str(&o.text), "title: ab\nBREACH.\ntitle:\n");
	spoken_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows), cmocka_unit_test(lines), cmocka_unit_test(typed)};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
