/* Dots, blocks or letters for values; around them axes, limit, marks and words. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "base/text.h"
#include "tui/screen/plot.h"

/* What an ink is made of: dots a cell has across and down, and the characters of everything that is no curve. */
static const struct {
	int across, down;
	uint32_t axis, tick_y, corner, line, tick_x, dash, unknown, guide;
} inks[] = {
	[PLOT_DOTS] = {2, 4, 0x2502, 0x2524, 0x2514, 0x2500, 0x2534, 0, 0xb7, 0x250a},
	[PLOT_BLOCKS] = {1, 8, 0x2502, 0x2524, 0x2514, 0x2500, 0x2534, 0x2500, 0xb7, 0x2502},
	[PLOT_ASCII] = {1, 2, '|', '+', '+', '-', '+', '-', '?', ':'},
};

struct canvas {              /* the part with the curve */
	const struct plot *p;
	struct cells *c;
	int row, col, rows, cols;
	int wide, high;          /* in dots */
	struct plot_scale scale;
	unsigned char *bits;     /* the dots of each cell, as braille counts them, or the blocks' eighths */
	unsigned char *light;    /* blocks: how far up the largest value of the column reaches, in dots of its cell */
	bool *known;             /* of each column */
	int limit;               /* its dot row, -1 none */
};

/* ---- where things are ---------------------------------------------------------- */

static int dot_x(const struct canvas *k, int64_t at)
{
	int64_t x = (int64_t)floor((double)(at - k->p->from) * k->wide / (double)(k->p->to - k->p->from));

	return x < -9 ? -9 : x > k->wide + 9 ? k->wide + 9 : at == k->p->to ? k->wide - 1 : (int)x;
}

static int column(const struct canvas *k, int64_t at)
{
	return dot_x(k, at) / inks[k->p->ink].across;
}

/* From below. */
static int dot_y(const struct canvas *k, double v)
{
	double y = (v - k->scale.lo) / (k->scale.step * k->scale.n) * (k->high - 1) + 0.5;

	return y < 0 ? 0 : y >= k->high ? k->high - 1 : (int)y;
}

static int cell_row(const struct canvas *k, int y)
{
	return k->rows - 1 - y / inks[k->p->ink].down;
}

static bool good(const struct plot_point *x)
{
	return isfinite(x->lo) && isfinite(x->hi) && isfinite(x->last);
}

/* ---- the curve, as dots --------------------------------------------------------- */

static void dot(struct canvas *k, int x, int y)
{
	static const unsigned char braille[4][2] = {{0x40, 0x80}, {0x04, 0x20}, {0x02, 0x10}, {0x01, 0x08}}; /* from below */

	if (x < 0 || x >= k->wide || y < 0 || y >= k->high)
		return;
	unsigned char *b = &k->bits[cell_row(k, y) * k->cols + x / inks[k->p->ink].across];
	*b = (unsigned char)(*b | (k->p->ink == PLOT_DOTS ? braille[y % 4][x % 2] : 1 << y % 2));
}

static void line(struct canvas *k, int x, int y, int to_x, int to_y)
{
	int dx = abs(to_x - x), dy = -abs(to_y - y), sx = x < to_x ? 1 : -1, sy = y < to_y ? 1 : -1, off = dx + dy;

	for (;;) {
		dot(k, x, y);
		if (x == to_x && y == to_y)
			return;
		int twice = 2 * off;
		if (twice >= dy) {
			off += dy;
			x += sx;
		}
		if (twice <= dx) {
			off += dx;
			y += sy;
		}
	}
}

/* A block stands for the least value of its column, a light one above it reaches to the largest: a peak stays one. */
static void block(struct canvas *k, int col, double lo, double hi)
{
	int low = dot_y(k, lo) + 1, high = dot_y(k, hi) + 1;

	if (col < 0 || col >= k->cols)
		return;
	for (int r = 0; r < k->rows; r++) {
		int below = (k->rows - 1 - r) * 8, solid = low - below, light = high - below;
		unsigned char *b = &k->bits[r * k->cols + col], *l = &k->light[r * k->cols + col];
		solid = solid < 0 ? 0 : solid > 8 ? 8 : solid;
		light = light < 0 ? 0 : light > 8 ? 8 : light;
		*b = (unsigned char)(k->known[col] && *b < solid ? *b : solid); /* the least of several */
		*l = (unsigned char)(*l > light ? *l : light);
	}
	k->known[col] = true;
}

/* From one sample to the next; blocks hold the value that was measured last. */
static void joined(struct canvas *k, const struct plot_point *a, const struct plot_point *b)
{
	int from = column(k, a->at), to = column(k, b->at);

	if (k->p->ink == PLOT_BLOCKS) {
		for (int i = from < 0 ? 0 : from + 1; i < to && i < k->cols; i++)
			block(k, i, (double)a->last, (double)a->last);
		return;
	}
	line(k, dot_x(k, a->at), dot_y(k, (double)a->last), dot_x(k, b->at), dot_y(k, (double)b->last));
	for (int i = from < 0 ? 0 : from; i <= to && i < k->cols; i++)
		k->known[i] = true;
}

static void single(struct canvas *k, const struct plot_point *a, bool alone)
{
	int x = dot_x(k, a->at), col = column(k, a->at);

	if (a->at < k->p->from || a->at > k->p->to)
		return;
	if (k->p->ink == PLOT_BLOCKS) {
		block(k, col, (double)a->lo, (double)a->hi);
		return;
	}
	line(k, x, dot_y(k, (double)a->lo), x, dot_y(k, (double)a->hi));
	if (alone && k->p->ink == PLOT_DOTS) /* one dot is easily overlooked */
		line(k, x - 1, dot_y(k, (double)a->last), x + 1, dot_y(k, (double)a->last));
	if (col >= 0 && col < k->cols)
		k->known[col] = true;
}

static void curve(struct canvas *k)
{
	const struct plot_point *before = NULL;
	bool was_joined = false;

	for (size_t i = 0; i < k->p->n; i++) {
		const struct plot_point *a = &k->p->points[i], *next = i + 1 < k->p->n ? a + 1 : NULL;
		if (!good(a)) {
			before = NULL;
			continue;
		}
		bool joins = before && a->at - before->at <= k->p->join;
		bool goes_on = next && good(next) && next->at - a->at <= k->p->join;
		if (joins && a->at >= k->p->from && before->at <= k->p->to)
			joined(k, before, a);
		if (!joins)
			was_joined = false;
		single(k, a, !joins && !was_joined && !goes_on);
		was_joined = joins;
		before = a;
	}
}

/* ---- and as characters --------------------------------------------------------------- */

static uint32_t glyph(const struct canvas *k, int at)
{
	static const uint32_t letters[] = {' ', '.', '\'', '*'};

	switch (k->p->ink) {
	case PLOT_DOTS:
		return 0x2800u + k->bits[at];
	case PLOT_ASCII:
		return letters[k->bits[at] & 3];
	case PLOT_BLOCKS:
		break;
	}
	return k->bits[at] ? 0x2580u + k->bits[at] : 0x2591;
}

static bool has_curve(const struct canvas *k, int row, int col)
{
	return row >= 0 && row < k->rows && col >= 0 && col < k->cols && (k->bits[row * k->cols + col] || k->light[row * k->cols + col]);
}

/* Is something of the curve in this cell on the bad side of the limit? */
static bool beyond(const struct canvas *k, int row, int col)
{
	static const unsigned char rows_of[] = {0xc0, 0x24, 0x12, 0x09}; /* the braille dots of each row, from below */
	int down = inks[k->p->ink].down, below = (k->rows - 1 - row) * down;

	if (k->limit < 0)
		return false;
	for (int i = 0; i < down; i++) {
		bool here = k->p->ink == PLOT_DOTS ? k->bits[row * k->cols + col] & rows_of[i] :
			k->p->ink == PLOT_ASCII ? k->bits[row * k->cols + col] & 1 << i : k->light[row * k->cols + col] > i;
		if (here && (k->p->bad_below ? below + i < k->limit : below + i > k->limit))
			return true;
	}
	return false;
}

static void ink_curve(const struct canvas *k)
{
	for (int r = 0; r < k->rows; r++)
		for (int i = 0; i < k->cols; i++)
			if (has_curve(k, r, i))
				cells_fill(k->c, k->row + r, k->col + i, 1, beyond(k, r, i) ? ROLE_SOON : ROLE_TEXT, glyph(k, r * k->cols + i));
}

/* ---- limit --------------------------------------------------------------------------- */

static bool is_free(const struct canvas *k, int row, int col, int n)
{
	for (int i = 0; i < n; i++)
		if (row < 0 || row >= k->rows || col < 0 || col + i >= k->cols || has_curve(k, row, col + i) ||
		    (row == k->rows - 1 && !k->known[col + i])) /* there it says that nothing is known */
			return false;
	return true;
}

/* On the line where the curve is not, else right above or below it; never over the curve. */
static void label(const struct canvas *k, int row, const char *text)
{
	int n = text_cols(text), ends[] = {1, k->cols - n - 1, (k->cols - n) / 2};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		for (int by = 0; by <= 2; by++) {
			int at = row + (by == 1 ? -1 : by == 2 ? 1 : 0);
			if (!is_free(k, at, ends[i] - 1, n + 2))
				continue;
			cells_fill(k->c, k->row + at, k->col + ends[i] - 1, n + 2, ROLE_TEXT, ' ');
			cells_text(k->c, k->row + at, k->col + ends[i], n, ROLE_SOON, text);
			return;
		}
}

static void limit_line(const struct canvas *k)
{
	static const uint32_t dashes[] = {0x28c0, 0x2824, 0x2812, 0x2809}; /* from below */

	for (int i = 0, row = cell_row(k, k->limit); k->limit >= 0 && i < k->cols; i += 2)
		if (!has_curve(k, row, i))
			cells_fill(k->c, k->row + row, k->col + i, 1, ROLE_SOON,
				k->p->ink == PLOT_DOTS ? dashes[k->limit % 4] : inks[k->p->ink].dash);
}

static void limit_label(const struct canvas *k)
{
	char above[80];

	if (!k->p->limit_text || !isfinite(k->p->limit))
		return;
	snprintf(above, sizeof above, "%s is far above", k->p->limit_text);
	label(k, k->limit < 0 ? 0 : cell_row(k, k->limit), k->limit < 0 ? above : k->p->limit_text);
}

/* ---- what is not known --------------------------------------------------------------- */

static void not_known(const struct canvas *k, int from, int to, enum role role, const char *words)
{
	int n = text_cols(words), row = k->rows / 2, at = from + (to - from - n) / 2;

	for (int i = from; i < to; i++)
		if (!has_curve(k, k->rows - 1, i))
			cells_fill(k->c, k->row + k->rows - 1, k->col + i, 1, role, inks[k->p->ink].unknown);
	if (to - from >= n + 2 && is_free(k, row, at - 1, n + 2)) {
		cells_fill(k->c, k->row + row, k->col + at - 1, n + 2, ROLE_TEXT, ' ');
		cells_text(k->c, k->row + row, k->col + at, n, role, words);
	}
}

static void gaps(const struct canvas *k)
{
	int end = column(k, k->p->now < k->p->to ? k->p->now : k->p->to), first = 0, from;
	const struct plot_point *last = k->p->n ? &k->p->points[k->p->n - 1] : NULL;

	if (k->p->now < k->p->from)
		return;
	end = end >= k->cols ? k->cols - 1 : end;
	while (first <= end && !k->known[first])
		first++;
	for (int i = 0; i <= end; i++) {
		if (k->known[i])
			continue;
		for (from = i; i <= end && !k->known[i];)
			i++;
		if (from == 0 && first > 0 && first <= end)
			not_known(k, from, i, ROLE_DIM, k->p->before);
		else if (i <= end || !last || !good(last) || k->p->to - last->at > k->p->stale)
			not_known(k, from, i, ROLE_UNKNOWN, "not known");
		/* else the next sample is not overdue: it is only not there yet */
	}
}

/* ---- around it ---------------------------------------------------------------------- */

static int labels_width(const struct plot *p, const struct plot_scale *s)
{
	char text[PLOT_LABEL];
	int most = 4;

	for (int i = 0; i <= s->n; i++) {
		int n = (int)strlen(plot_figure(s, p->unit, i, text));
		most = n > most ? n : most;
	}
	return most;
}

static void axis_y(const struct canvas *k)
{
	char text[PLOT_LABEL];
	int used = -1;

	for (int r = 0; r < k->rows; r++)
		cells_fill(k->c, k->row + r, k->col - 1, 1, ROLE_RULE, inks[k->p->ink].axis);
	for (int i = 0; i <= k->scale.n; i++) {
		int r = cell_row(k, dot_y(k, k->scale.lo + i * k->scale.step));
		if (r == used)
			continue;
		used = r;
		plot_figure(&k->scale, k->p->unit, i, text);
		cells_text(k->c, k->row + r, k->col - 1 - (int)strlen(text), PLOT_LABEL, ROLE_DIM, text);
		cells_fill(k->c, k->row + r, k->col - 1, 1, ROLE_RULE, inks[k->p->ink].tick_y);
	}
}

static void axis_x(const struct canvas *k)
{
	const struct plot *p = k->p;
	int64_t step = plot_time_step(p->from, p->to, k->cols);
	int row = k->row + k->rows, free_from = k->col - 1, zone_at, n;
	char text[PLOT_LABEL], zone[PLOT_LABEL];

	cells_fill(k->c, row, k->col - 1, 1, ROLE_RULE, inks[p->ink].corner);
	cells_fill(k->c, row, k->col, k->cols, ROLE_RULE, inks[p->ink].line);
	instant_local(p->to, "%Z", zone, sizeof zone);
	zone_at = k->col + k->cols - (int)strlen(zone);
	cells_text(k->c, row + 1, zone_at, PLOT_LABEL, ROLE_DIM, zone);
	for (int64_t t = plot_time_round(p->from, step); t <= p->to; t = plot_time_round(t + step / 2 + 1, step)) {
		int x = column(k, t), at;
		if (x < 0 || x >= k->cols)
			continue;
		n = (int)strlen(plot_time_label(t, step, text));
		at = k->col + x - n / 2;
		cells_fill(k->c, row, k->col + x, 1, ROLE_RULE, inks[p->ink].tick_x);
		if (at < free_from || at + n >= zone_at)
			continue;
		cells_text(k->c, row + 1, at, n, ROLE_DIM, text);
		free_from = at + n + 1;
	}
}

/* ---- marks -------------------------------------------------------------------------- */

static bool shown(const struct plot *p, const struct plot_mark *m)
{
	return m->at >= p->from && m->at <= p->to;
}

/* Below the letters thin lines, so that one sees where the curve turns; under the curve. */
static void guides(const struct canvas *k)
{
	for (size_t i = 0; i < k->p->n_marks; i++)
		for (int r = 0; r < k->rows && shown(k->p, &k->p->marks[i]); r++)
			cells_fill(k->c, k->row + r, k->col + column(k, k->p->marks[i].at), 1, ROLE_RULE, inks[k->p->ink].guide);
}

/* Two in one column stand side by side, at the right end those before them move to the left. */
static void letters(const struct canvas *k)
{
	size_t n = k->p->n_marks;
	int *at = mem_grow(NULL, n + 1, sizeof *at), next = 0, end = k->cols - 1;

	for (size_t i = 0; i < n; i++) {
		int x = column(k, k->p->marks[i].at);
		at[i] = x < next ? next : x;
		next = shown(k->p, &k->p->marks[i]) ? at[i] + 1 : next;
	}
	for (size_t i = n; i-- > 0;) {
		const struct plot_mark *m = &k->p->marks[i];
		if (!shown(k->p, m))
			continue;
		at[i] = at[i] > end ? end : at[i];
		end = at[i] - 1;
		if (at[i] >= 0)
			cells_fill(k->c, k->row - 1, k->col + at[i], 1, m->role, (unsigned char)m->letter);
	}
	free(at);
}

static int mark_words(const struct plot *p, const struct plot_mark *m, char *out, size_t cap)
{
	char when[32], day[32], today[32];

	instant_local(m->at, "%F", day, sizeof day);
	instant_local(p->now, "%F", today, sizeof today);
	instant_local(m->at, strcmp(day, today) ? "%a %H:%M" : "%H:%M", when, sizeof when);
	snprintf(out, cap, "%s %s", when, m->text);
	return 2 + text_cols(out);
}

static int64_t far(const struct plot *p, size_t i)
{
	int64_t d = p->marks[i].at - p->focus;

	return d < 0 ? -d : d;
}

/* Which of them are named: those near the focus, as many as fit. */
static void choose(const struct plot *p, int room, bool *named)
{
	char text[120];
	bool *tried = mem_new(p->n_marks + 1);

	for (size_t n = 0; n < p->n_marks; n++) {
		size_t best = p->n_marks;
		for (size_t i = 0; i < p->n_marks; i++)
			if (!tried[i] && (best == p->n_marks || far(p, i) < far(p, best)))
				best = i;
		int need = mark_words(p, &p->marks[best], text, sizeof text) + 3;
		tried[best] = true;
		named[best] = shown(p, &p->marks[best]) && need - 3 <= room;
		room -= named[best] ? need : 0;
	}
	free(tried);
}

static void legend(const struct plot *p, struct cells *c, int row, int col, int rows, int cols)
{
	char text[120];
	bool *named = mem_new(p->n_marks + 1);
	int at = col;

	choose(p, rows * cols - (rows - 1) * 20, named); /* what does not fit at the end of a line goes on the next */
	for (size_t i = 0; i < p->n_marks; i++) {
		if (!named[i])
			continue;
		int n = mark_words(p, &p->marks[i], text, sizeof text);
		if (at > col && at + n > col + cols) {
			row++;
			rows--;
			at = col;
		}
		if (rows <= 0)
			break;
		cells_fill(c, row, at, 1, p->marks[i].role, (unsigned char)p->marks[i].letter);
		at = cells_text(c, row, at + 2, col + cols - at - 2, ROLE_TEXT, text) + 3;
	}
	free(named);
}

/* ---- all of it ----------------------------------------------------------------------- */

static void inside(struct canvas *k)
{
	size_t n = (size_t)k->rows * (size_t)k->cols;

	k->bits = mem_new(n + 1);
	k->light = mem_new(n + 1);
	k->known = mem_new(((size_t)k->cols + 1) * sizeof *k->known);
	k->limit = isfinite(k->p->limit) && !k->scale.limit_above ? dot_y(k, k->p->limit) : -1;
	curve(k);
	guides(k);
	limit_line(k);
	if (k->p->empty) {
		int width = text_cols(k->p->empty);
		cells_text(k->c, k->row + k->rows / 2, k->col + (k->cols > width ? (k->cols - width) / 2 : 0), k->cols, ROLE_UNKNOWN, k->p->empty);
	} else {
		gaps(k);
	}
	limit_label(k);
	ink_curve(k);
	free(k->bits);
	free(k->light);
	free(k->known);
}

void plot_draw(const struct plot *p, struct cells *c, int row, int col, int rows, int cols)
{
	int names = rows < 9 ? 0 : rows < 16 ? 1 : 2, marks = rows < 8 ? 0 : 1;
	struct canvas k = {.p = p, .c = c};

	plot_scale_of(p, &k.scale);
	int labels = labels_width(p, &k.scale);
	k.row = row + marks;
	k.col = col + labels + 2;
	k.rows = rows - marks - 2 - names;
	k.cols = cols - labels - 2;
	if (k.rows < 2 || k.cols < 12 || p->to <= p->from)
		return;
	k.wide = k.cols * inks[p->ink].across;
	k.high = k.rows * inks[p->ink].down;
	inside(&k);
	axis_y(&k);
	axis_x(&k);
	if (marks)
		letters(&k);
	if (names)
		legend(p, c, row + rows - names, col, names, cols);
}
