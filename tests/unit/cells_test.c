/* tui/screen/cells and page: nothing raw reaches a cell, nothing leaves its
 * field, and what does not fit goes in the right order. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "tui/screen/page.h"

static const struct {
	const char *in;
	int max;
	const char *out; /* the row */
	int end;
} texts[] = {
	{"abc", 10, "|abc", 4},
	{"abcdef", 4, "|abc…", 5},
	{"\033[2Jx", 20, "|␛[2Jx", 6},
	{"a\rb", 20, "|a␍b", 4},
	{"日本", 20, "|日本", 5},
	{"日本", 3, "|日…", 4},
	{"\xe2\x80\xaexyz", 20, "|<U+202E>xyz", 12},
	{"\xff", 20, "|�", 2},
	{"e\xcc\x81x", 20, "|e\xcc\x81x", 3},
};

static void text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct cells c;
		struct buf b;
		char row[200];
		cells_init(&c, 1, 24);
		cells_fill(&c, 0, 0, 1, ROLE_TEXT, '|');
		row_true(i, cells_text(&c, 0, 1, texts[i].max, ROLE_TEXT, texts[i].in) == texts[i].end);
		buf_init(&b, 4096);
		cells_print(&c, &b);
		snprintf(row, sizeof row, "%s\n", texts[i].out);
		if (strcmp(buf_str(&b), row) != 0)
			fail_msg("row %zu: %s", i, buf_str(&b));
		buf_release(&b);
		cells_release(&c);
	}
}

/* Hostile bytes, at random: every cell holds something that may be drawn, and the next field is untouched. */
static void hostile(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct cells c;
		char in[64];
		for (size_t k = 0; k < sizeof in; k++) {
			seed = seed * 1664525u + 1013904223u;
			in[k] = (char)(seed >> 24 ? seed >> 24 : 1);
		}
		in[sizeof in - 1] = 0;
		cells_init(&c, 2, 40);
		cells_fill(&c, 0, 30, 10, ROLE_PANEL, '#');
		assert_in_range(cells_text(&c, 0, 2, 28, ROLE_TEXT, in), 2, 30);
		for (int k = 0; k < 40; k++) {
			const struct cell *p = cells_at(&c, 0, k);
			for (int m = 0; p->width && m <= CELL_MARKS && p->cp[m]; m++)
				assert_true(utf8_width(p->cp[m]) >= 0);
			if (k >= 30)
				assert_true(p->cp[0] == '#' && p->role == ROLE_PANEL);
		}
		cells_release(&c);
	}
}

static void outside(void **state)
{
	struct cells c;

	(void)state;
	cells_init(&c, 2, 10);
	cells_text(&c, -1, 0, 5, ROLE_TEXT, "x");
	cells_text(&c, 2, 0, 5, ROLE_TEXT, "x");
	cells_text(&c, 0, 10, 5, ROLE_TEXT, "x");
	cells_text(&c, 0, -3, 5, ROLE_TEXT, "x");
	cells_fill(&c, 1, 8, 9, ROLE_TEXT, '#');
	cells_paint(&c, 5, 8, 9, ROLE_ALARM);
	assert_null(cells_at(&c, 2, 0));
	assert_int_equal(cells_at(&c, 1, 9)->cp[0], '#');
	cells_release(&c);
}

/* Lines go by how little they are needed, the last first; order and items stay. */
static void fitting(void **state)
{
	static const int drops[] = {0, 3, 9, 0, 5, 5, 0};
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
	struct page p;

	(void)state;
	page_init(&p, 20, NULL, "");
	for (int i = 0; i < 7; i++) {
		page_line(&p, drops[i]);
		page_item(&p, ITEM_SERVICE, names[i], "", 0);
		page_put(&p, 0, 5, ROLE_TEXT, "%s", names[i]);
	}
	page_fit(&p, 5);
	struct buf b;
	buf_init(&b, 65536);
	struct cells shown;
	cells_init(&shown, 5, 20);
	page_show(&p, &shown, 0, 5, 0, 20);
	cells_print(&shown, &b);
	cells_release(&shown);
	assert_memory_equal(buf_str(&b), "a\nb\nd\ne\ng\n", 10);
	assert_int_equal(p.n_items, 5);
	assert_int_equal(p.items[4].line, 4);
	page_fit(&p, 1);
	assert_int_equal(p.n, 3); /* what is never dropped stays */
	buf_release(&b);
	page_release(&p);
}

static int drawn;

static void list_line(struct page *p, const void *ctx, const void *what)
{
	drawn++;
	page_put(p, 0, 10, ROLE_TEXT, "%s%d", (const char *)ctx, *(const int *)what);
}

/* A list of thousands draws only what is seen; the cursor stays on its item while the list moves under it. */
static void long_list(void **state)
{
	static int numbers[3000];
	static char names[3000][8];
	struct mark cursor = {0};
	struct cells shown;
	struct page p;
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	cells_init(&shown, 4, 12);
	for (int i = 0; i < 3000; i++) {
		numbers[i] = i;
		snprintf(names[i], sizeof names[i], "s%d", i);
	}
	for (int shift = 0; shift < 3; shift++) {
		page_init(&p, 12, &cursor, "");
		p.ctx = "n";
		for (int i = shift; i < 3000; i++) {
			page_promise(&p, DROP_NEVER, list_line, &numbers[i]);
			page_item(&p, ITEM_SERVICE, names[i], "", 0);
		}
		if (!shift)
			mark_set(&cursor, &p.items[2000], 2000);
		drawn = 0;
		cells_clear(&shown);
		page_show(&p, &shown, 0, 4, 0, 12);
		assert_int_equal(drawn, 4);
		assert_string_equal(page_cursor_item(&p)->service, "s2000");
		page_release(&p);
	}
	cells_print(&shown, &b);
	assert_string_equal(buf_str(&b), "n1998\nn1999\n>2000\nn2001 more\n");
	cells_release(&shown);
	buf_release(&b);
	page_init(&p, 12, &cursor, ""); /* gone: nothing slides under it */
	page_promise(&p, DROP_NEVER, list_line, &numbers[1]);
	page_item(&p, ITEM_SERVICE, names[1], "", 0);
	assert_null(page_cursor_item(&p));
	page_release(&p);
}

static void digits(void **state)
{
	struct cells c;
	struct buf b;

	(void)state;
	cells_init(&c, 3, 20);
	assert_int_equal(digits_draw(&c, 0, 18, ROLE_CLOCK, "01:47"), 1);
	buf_init(&b, 4096);
	cells_print(&c, &b);
	assert_string_equal(buf_str(&b), "  _             _\n | |   | . |_|   |\n |_|   | '   |   |\n");
	buf_release(&b);
	cells_release(&c);
}

static void sparks(void **state)
{
	const float v[] = {0, 0.5f, 1, NAN, 2};
	struct cells c;
	struct buf b;

	(void)state;
	cells_init(&c, 1, 8);
	spark_draw(&c, 0, 0, 7, ROLE_TEXT, v, 5, 1.0);
	buf_init(&b, 4096);
	cells_print(&c, &b);
	assert_string_equal(buf_str(&b), "  ▁▅█·█\n");
	const float beyond[] = {1, INFINITY, INFINITY}; /* a value that no float holds, and what is largest with it */
	buf_reset(&b);
	cells_clear(&c);
	spark_draw(&c, 0, 0, 3, ROLE_TEXT, beyond, 3, (double)INFINITY);
	cells_print(&c, &b);
	assert_string_equal(buf_str(&b), "▁▁▁\n");
	buf_release(&b);
	cells_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text), cmocka_unit_test(hostile), cmocka_unit_test(outside), cmocka_unit_test(fitting), cmocka_unit_test(long_list),
		cmocka_unit_test(digits), cmocka_unit_test(sparks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
