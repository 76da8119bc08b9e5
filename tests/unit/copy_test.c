/* tui/ui/ui_copy: what is handed to the clipboard is clean and bounded. */
#include "cm.h"

#include <string.h>

#include "base/text.h"
#include "tui/ui/ui.h"

static char copied[32768];
static const char *brief_text;

static const char *copy(void *ctx, const char *text)
{
	(void)ctx;
	text_copy(copied, sizeof copied, text);
	return "if the terminal allows it";
}

static void brief(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out)
{
	(void)m;
	(void)i;
	(void)now;
	buf_adds(out, brief_text);
}

static const char *copy_brief(struct ui *u, const char *text)
{
	static const struct link link = {.up = true, .ever = true};
	struct model *m = model_new();
	struct sight s = {.m = m, .link = &link};
	struct ui_out out = {.copy = copy, .brief = brief};

	brief_text = text;
	copied[0] = 0;
	ui_init(u, &out);
	ui_go(u, VIEW_BRIEF, "", "");
	ui_copy(u, &s);
	ui_release(u);
	model_free(m);
	return copied;
}

static void test_bounded(void **state)
{
	static char text[20000];
	struct ui u;

	(void)state;
	for (size_t i = 0; i + 4 < sizeof text; i += 3)
		memcpy(text + i, "\xe6\xbc\xa2", 3); /* 8192 is no multiple of 3: the cut must not split one */
	copy_brief(&u, text);
	assert_int_equal(strlen(copied), 8190);
	assert_true(utf8_valid(copied, strlen(copied)));
	assert_non_null(strstr(u.message, "its first 8 KiB"));
	text[8190] = 0;
	copy_brief(&u, text);
	assert_string_equal(copied, text);
	assert_null(strstr(u.message, "first"));
}

static void test_clean(void **state)
{
	static const struct {
		const char *brief, *copied;
	} table[] = {
		{"a\nb\n", "a\nb"},
		{"", ""},
		{"a\033]52;c;eA==\ab", "a␛]52;c;eA==␇b"},
		{"a\rb", "a␍b"},
		{"\xc2\x9b" "2J", "<U+009B>2J"},
		{"\xff", "\xef\xbf\xbd"},
	};
	struct ui u;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		row_true(i, !strcmp(copy_brief(&u, table[i].brief), table[i].copied));
	assert_non_null(strstr(u.message, "copied: the brief"));
	copy_brief(&u, "");
	assert_non_null(strstr(u.message, "nothing was copied"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
