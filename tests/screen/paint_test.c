/* tui/screen/paint: what it writes between two frames, drawn by a real terminal
 * emulator (libvterm) and held against the frame it was written for. */
#include "config.h"

#include "cm.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "tui/screen/paint.h"

struct lab {
	VTerm *term;
	VTermScreen *screen;
	struct cells shown, next;
	struct buf bytes;
	struct brush brush;
};

static unsigned dice_seed = 7;

static int dice(int n)
{
	dice_seed = dice_seed * 1103515245u + 12345u;
	return (int)(dice_seed >> 16 & 0x7fff) % n;
}

/* Every third role is plain, the others have a colour of their own, some a background as well. */
static void lab_init(struct lab *l, int rows, int cols)
{
	memset(l, 0, sizeof *l);
	l->term = vterm_new(rows, cols);
	vterm_set_utf8(l->term, 1);
	l->screen = vterm_obtain_screen(l->term);
	vterm_screen_reset(l->screen, 1);
	cells_init(&l->shown, rows, cols);
	cells_init(&l->next, rows, cols);
	buf_init(&l->bytes, (size_t)1 << 20);
	l->brush.shifts = true;
	for (int i = 1; i < ROLE_COUNT; i++) {
		if (i % 3)
			snprintf(l->brush.on[i], BRUSH_MAX, i % 4 ? "\033[38;5;%dm" : "\033[1;38;5;%d;48;5;17m", 100 + i);
		l->brush.blank_shows[i] = i % 3 && i % 4 == 0;
	}
}

static void lab_release(struct lab *l)
{
	vterm_free(l->term);
	cells_release(&l->shown);
	cells_release(&l->next);
	buf_release(&l->bytes);
}

static bool is_mark(uint32_t cp)
{
	return cp >= 0x300 && cp < 0x370;
}

/* libvterm keeps characters, and colours as their number. */
static void held_against(struct lab *l, int row, int col)
{
	const struct cell *c = cells_at(&l->next, row, col);
	const char *on = l->brush.on[c->role];
	VTermScreenCell v;

	if (!c->width)
		return;
	assert_int_equal(vterm_screen_get_cell(l->screen, (VTermPos){row, col}, &v), 1);
	uint32_t there = v.chars[0] ? v.chars[0] : ' ';
	if (there != c->cp[0] || (is_mark(c->cp[1]) && v.chars[1] != c->cp[1])) {
		print_error("%.*s\n", (int)l->bytes.len, l->bytes.data);
		fail_msg("row %d column %d shows %x, not %x", row, col, there, c->cp[0]);
	}
	if (c->cp[0] == ' ' && !l->brush.blank_shows[c->role])
		return;
	vterm_state_convert_color_to_rgb(vterm_obtain_state(l->term), &v.fg);
	VTermColor want;
	vterm_color_indexed(&want, (uint8_t)(100 + c->role));
	vterm_state_convert_color_to_rgb(vterm_obtain_state(l->term), &want);
	assert_int_equal(v.attrs.bold, strstr(on, "[1;") != NULL);
	assert_int_equal(vterm_color_is_equal(&v.fg, &want), *on != 0);
}

/* Paint and compare; how many bytes it took. */
static size_t painted(struct lab *l, bool from_nothing)
{
	buf_reset(&l->bytes);
	paint_changes(&l->brush, from_nothing ? NULL : &l->shown, &l->next, &l->bytes);
	vterm_input_write(l->term, l->bytes.data ? l->bytes.data : "", l->bytes.len);
	for (int row = 0; row < l->next.rows; row++)
		for (int col = 0; col < l->next.cols; col++)
			held_against(l, row, col);
	memcpy(l->shown.v, l->next.v, (size_t)l->next.rows * (size_t)l->next.cols * sizeof *l->next.v);
	return l->bytes.len;
}

/* ---- any frame after any other ------------------------------------------------------- */

static void scribble(struct cells *c, int row, int col, int n)
{
	static const char *const bits[] = {"a", "7", " ", "   ", "word", "\xe6\x97\xa5", "\xed\x95\x9c", "e\xcc\x81", "\xe2\x96\x83", "\xe2\x96\x88\xe2\x96\x88",
		"\xe2\x94\x80", "\xc3\xa4", "\xe2\x80\xa6", "\xd0\x96", "0:59", "\xc2\xb7", "\xe2\x9c\x93", "\xe0\xa4\x95"};
	char text[400] = "";
	size_t at = 0;

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s", bits[dice((int)(sizeof bits / sizeof *bits))]);
	cells_text(c, row, col, c->cols, (enum role)dice(ROLE_COUNT), text);
}

/* The curve of a row moves by a column and gets a new one. */
static void move_left(struct cells *c, int row, int col, int n)
{
	for (int i = col; i + 1 < col + n && i + 1 < c->cols; i++)
		if (cells_at(c, row, i)->width == 1 && cells_at(c, row, i + 1)->width == 1)
			*cells_at(c, row, i) = *cells_at(c, row, i + 1);
	cells_fill(c, row, col + n - 1, 1, ROLE_TEXT, 0x2581u + (uint32_t)dice(8));
}

/* Words with wide letters that move to the left, over whatever stands there. */
static void ticker(struct cells *c, int row, int col)
{
	for (int i = 0; i < 3 && row + i < c->rows; i++)
		cells_text(c, row + i, col, c->cols - col, ROLE_TEXT,
			"\xe2\x96\x81\xe2\x96\x85\xe6\x97\xa5\xe2\x96\x88\xe2\x96\x81\xe2\x96\x83\xe2\x96\x85\xe2\x96\x88\xe6\x9c\xac\xe2\x96\x81\xe2\x96\x85\xe2\x96\x88 ");
}

static void change(struct cells *c)
{
	static int moving;

	moving = moving > 0 && dice(20) ? moving - 1 : dice(c->cols);
	ticker(c, 0, moving < c->cols ? moving : 0);
	for (int k = dice(12); k >= 0; k--) {
		int row = dice(c->rows), col = dice(c->cols);
		switch (dice(6)) {
		case 0:
			cells_fill(c, row, col, 1 + dice(c->cols), (enum role)dice(ROLE_COUNT), dice(2) ? ' ' : 0x2500);
			break;
		case 1:
			cells_paint(c, row, col, 1 + dice(9), (enum role)dice(ROLE_COUNT));
			break;
		case 2:
			for (int i = 0; i < c->cols; i++)
				cells_fill(c, row, i, 1, ROLE_TEXT, 0x2581u + (uint32_t)dice(8));
			break;
		case 3:
			for (int r = row; r < c->rows; r++)
				move_left(c, r, col, 1 + dice(c->cols - col));
			break;
		default:
			scribble(c, row, col, 1 + dice(20));
			break;
		}
	}
}

static void any_frame_after_any_other(void **state)
{
	(void)state;
	for (int world = 0; world < 60; world++) {
		struct lab l;
		lab_init(&l, 1 + dice(30), 2 + dice(100));
		l.brush.shifts = world % 4 != 0;
		for (int i = 0; i < 60; i++) {
			if (dice(20) == 0)
				cells_clear(&l.next);
			change(&l.next);
			painted(&l, dice(30) == 0);
		}
		lab_release(&l);
	}
}

/* ---- what it costs ----------------------------------------------------------------------- */

static void a_changed_figure_is_three_bytes(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 24, 80);
	for (int i = 2; i < 22; i++)
		cells_textf(&l.next, i, 20, 50, ROLE_TEXT, "%d.0 %%   limit 5 %%", i % 10);
	painted(&l, false);
	assert_int_equal(painted(&l, false), 0); /* nothing changed */
	for (int i = 2; i < 22; i++)
		cells_textf(&l.next, i, 20, 1, ROLE_TEXT, "%d", (i + 1) % 10);
	assert_in_range(painted(&l, false), 20, 20 * 3 + 10);
	/* one alone, in another role: go there, paint, be plain again */
	cells_paint(&l.next, 5, 20, 1, ROLE_TITLE);
	l.brush.on[ROLE_TITLE][0] = 0;
	assert_in_range(painted(&l, false), 1, 20);
	lab_release(&l);
}

/* Figures below each other, then a few ends of curves: down the one column, down the other, not to and fro. */
static void columns_are_gone_down(void **state)
{
	struct lab l;
	size_t bytes;

	(void)state;
	lab_init(&l, 30, 120);
	painted(&l, true);
	for (int i = 5; i < 25; i++)
		cells_fill(&l.next, i, 26, 1, ROLE_TEXT, '0' + (uint32_t)(i % 10));
	for (int i = 6; i < 25; i += 1 + i % 3)
		cells_fill(&l.next, i, 79, 1, ROLE_TEXT, 0x2585);
	bytes = painted(&l, false);
	assert_in_range(bytes, 60, 20 * 3 + 10 * 7 + 12);
	lab_release(&l);
}

static void curves_draw(struct cells *c, int shift, int width)
{
	for (int row = 2; row < 22; row++)
		for (int i = 0; i < width; i++)
			cells_fill(c, row, 30 + i, 1, ROLE_TEXT, 0x2581u + (uint32_t)((i + shift + row) * (i + shift) % 8));
}

static void a_curve_that_moves_is_two_characters(void **state)
{
	struct lab l;
	size_t shifted, rewritten;

	(void)state;
	lab_init(&l, 24, 120);
	for (int row = 0; row < 24; row++)
		cells_text(&l.next, row, 80, 40, ROLE_DIM, "good      3 s old \xe2\x94\x82 02:12:45 \xe6\x97\xa5\xe6\x9c\xac");
	curves_draw(&l.next, 0, 48);
	painted(&l, false);
	curves_draw(&l.next, 1, 48);
	shifted = painted(&l, false);
	l.brush.shifts = false;
	curves_draw(&l.next, 2, 48);
	rewritten = painted(&l, false);
	assert_in_range(shifted, 20, 20 * 14 + 20);
	assert_true(rewritten > 5 * shifted);
	lab_release(&l);
}

static void the_corner_is_left_where_it_would_scroll(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 10);
	l.brush.corner_scrolls = true;
	cells_fill(&l.next, 2, 0, 10, ROLE_TEXT, 'x');
	buf_reset(&l.bytes);
	paint_changes(&l.brush, &l.shown, &l.next, &l.bytes);
	assert_string_equal(buf_str(&l.bytes), "\033[3Hxxxxxxxxx");
	lab_release(&l);
}

/* Terminals differ on how wide a heart is: behind it nothing is taken to be where it was sent. */
static void behind_a_doubtful_width_the_cursor_is_put(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 40);
	cells_text(&l.next, 0, 0, 40, ROLE_TEXT, "a\xe2\x9d\xa4" "bc");
	paint_changes(&l.brush, &l.shown, &l.next, &l.bytes);
	assert_string_equal(buf_str(&l.bytes), "\033[Ha\xe2\x9d\xa4\033[1;3Hbc");
	lab_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_frame_after_any_other), cmocka_unit_test(a_changed_figure_is_three_bytes), cmocka_unit_test(columns_are_gone_down),
		cmocka_unit_test(a_curve_that_moves_is_two_characters), cmocka_unit_test(the_corner_is_left_where_it_would_scroll),
		cmocka_unit_test(behind_a_doubtful_width_the_cursor_is_put),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
