/* Frames to bytes.  Of a frame of the incident a dozen figures change each second, one below the other: written
 * down a column each costs three bytes, across the rows it is nine. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/screen/paint.h"

#define GAP 3      /* so many unchanged letters are rather written again than passed over */
#define WINDOW 64  /* runs that are looked at for the nearest one */
#define COLUMNS_MOST 256 /* with more runs it is text, which goes along the rows */

struct run {
	int row, col, n;
	bool done;
};
struct pen {
	const struct brush *b;
	const struct cells *from, *to;
	struct buf *out;
	int row, col;             /* col -1: nobody knows */
	int role;                 /* -1 plain */
	struct run *runs;
	size_t n, cap;
};

/* ---- cells ----------------------------------------------------------------------- */

/* What every terminal draws as wide as we do: letters of Europe, the shapes of ours, and the great blocks of Asia. */
static bool width_is_sure(uint32_t cp)
{
	return cp < 0x300 || (cp >= 0x370 && cp < 0x483) || (cp >= 0x2010 && cp <= 0x2026) || (cp >= 0x2190 && cp <= 0x2193) ||
		(cp >= 0x2500 && cp < 0x25a0) || (cp >= 0x2800 && cp < 0x2900) || (cp >= 0x3041 && cp <= 0x3096) ||
		(cp >= 0x30a1 && cp <= 0x30fa) || (cp >= 0x4e00 && cp < 0x9fd0) || (cp >= 0xac00 && cp <= 0xd7a3);
}

/* Terminals go by the widths of libc.  Where those are not ours a character would take its neighbour's cell, or leave
 * what stood there before: it is shown as one that is not known. */
bool paint_glyph(const struct cell *c, wchar_t out[GLYPH_MAX])
{
	bool known = wcwidth((wchar_t)c->cp[0]) == c->width;
	int n = 1;

	out[0] = known ? (wchar_t)c->cp[0] : c->width == 2 ? 0xff1f : 0xfffd;
	for (int i = 1; i <= CELL_MARKS && c->cp[i] && known; i++)
		if (wcwidth((wchar_t)c->cp[i]) == 0)
			out[n++] = (wchar_t)c->cp[i];
	out[n] = 0;
	return n == 1 && known && width_is_sure(c->cp[0]);
}

static const struct cell *cell(const struct cells *c, int row, int col)
{
	return &c->v[row * c->cols + col];
}

static bool looks_blank(const struct brush *b, const struct cell *c)
{
	return c->cp[0] == ' ' && !c->cp[1] && !b->blank_shows[c->role];
}

static bool same(const struct brush *b, const struct cell *x, const struct cell *y)
{
	return memcmp(x, y, sizeof *x) == 0 || (looks_blank(b, x) && looks_blank(b, y));
}

static bool differs(const struct pen *p, int row, int col)
{
	const struct cell *new = cell(p->to, row, col), *old;

	if (p->b->corner_scrolls && row == p->to->rows - 1 && col == p->to->cols - 1)
		return false;
	if (!p->from)
		return new->width > 0;
	old = cell(p->from, row, col);
	return new->width > 0 && (!same(p->b, new, old) ||
		(new->width == 2 && col + 1 < p->to->cols && !same(p->b, new + 1, old + 1)));
}

/* ---- moves --------------------------------------------------------------------------- */

static int digits(int n)
{
	return 1 + (n > 9) + (n > 99);
}

static int step_cost(int n)
{
	return n == 0 ? 0 : n == 1 ? 3 : 3 + digits(n);
}

static int down_cost(int rows)
{
	int far = step_cost(abs(rows));

	return rows > 0 && rows < far ? rows : far;
}

static int across_cost(int from, int to)
{
	int by = step_cost(abs(to - from)), at = 1 + step_cost(to);

	if (to < from && from - to < by)
		by = from - to;
	return at < by ? at : by;
}

static int absolute_cost(int row, int col)
{
	return 3 + (row || col ? digits(row + 1) : 0) + (col ? 1 + digits(col + 1) : 0);
}

static int move_cost(const struct pen *p, int row, int col)
{
	int far = absolute_cost(row, col), near;

	if (p->col < 0)
		return far;
	near = down_cost(row - p->row) + across_cost(p->col, col);
	return near < far ? near : far;
}

static void step(struct buf *out, int n, char letter)
{
	if (n == 1)
		buf_addf(out, "\033[%c", letter);
	else if (n > 1)
		buf_addf(out, "\033[%d%c", n, letter);
}

/* Downwards a line feed is one byte; the terminal is raw and never asked for one in its last row. */
static void go_down(struct buf *out, int rows)
{
	if (rows > 0 && rows < step_cost(rows))
		for (int i = 0; i < rows; i++)
			buf_addc(out, '\n');
	else
		step(out, abs(rows), rows > 0 ? 'B' : 'A');
}

static void go_across(struct buf *out, int from, int to)
{
	int by = step_cost(abs(to - from)), at = 1 + step_cost(to), back = to < from ? from - to : by + 1;

	if (from == to)
		return;
	if (back <= by && back <= at) {
		for (int i = 0; i < back; i++)
			buf_addc(out, '\b');
	} else if (at < by) {
		buf_addc(out, '\r');
		step(out, to, 'C');
	} else {
		step(out, abs(to - from), to > from ? 'C' : 'D');
	}
}

static void go(struct pen *p, int row, int col)
{
	if (p->col >= 0 && move_cost(p, row, col) < absolute_cost(row, col)) {
		go_down(p->out, row - p->row);
		go_across(p->out, p->col, col);
	} else if (col) {
		buf_addf(p->out, "\033[%d;%dH", row + 1, col + 1);
	} else {
		buf_addf(p->out, row ? "\033[%dH" : "\033[H", row + 1);
	}
	p->row = row;
	p->col = col;
}

/* ---- roles and glyphs ------------------------------------------------------------------- */

static const char *look(const struct pen *p, int role)
{
	return role < 0 ? "" : p->b->on[role];
}

static int role_cost(const struct pen *p, int role)
{
	const char *now = look(p, p->role), *then = look(p, role);

	return !strcmp(now, then) ? 0 : (*now ? 3 : 0) + (int)strlen(then);
}

static void take_role(struct pen *p, int role)
{
	if (role_cost(p, role)) {
		buf_adds(p->out, *look(p, p->role) ? "\033[m" : "");
		buf_adds(p->out, look(p, role));
	}
	p->role = role;
}

/* Behind the last column, and behind a character whose width is not sure, the cursor is not where it was sent. */
static void put(struct pen *p, const struct cell *c)
{
	wchar_t glyph[GLYPH_MAX];
	bool sure = paint_glyph(c, glyph);
	char utf8[4];

	for (int i = 0; glyph[i]; i++)
		buf_add(p->out, utf8, utf8_put((uint32_t)glyph[i], utf8));
	p->col += c->width;
	if (!sure || p->col >= p->to->cols)
		p->col = -1;
}

/* ---- a row that moved by one ---------------------------------------------------------------- */

/* Narrow, and nobody's width but ours. */
static bool shiftable(const struct cell *c)
{
	return c->width == 1 && !c->cp[1] && width_is_sure(c->cp[0]);
}

/* The end of a stretch from `col` on that shows what stood one further to the right, but for its last cell. */
static int stretch(const struct pen *p, int row, int col)
{
	const struct cell *old = cell(p->from, row, 0), *new = cell(p->to, row, 0);
	int e = col;

	while (e + 2 < p->to->cols && shiftable(&old[e]) && shiftable(&new[e]) && !memcmp(&new[e], &old[e + 1], sizeof *new))
		e++;
	return e;
}

static int bytes_between(const struct pen *p, int row, int a, int b)
{
	int n = 0;

	for (int i = a; i <= b; i++)
		n += differs(p, row, i) ? cell(p->to, row, i)->cp[0] < 0x80 ? 1 : 3 : 0;
	return n;
}

/* A stretch worth it: its first and last column. */
static bool shift_find(const struct pen *p, int row, int *out_a, int *out_b)
{
	for (int i = 0; i < p->to->cols; i++) {
		int e;
		if (!differs(p, row, i) || (e = stretch(p, row, i)) == i)
			continue;
		if (shiftable(cell(p->from, row, e)) && shiftable(cell(p->to, row, e)) && bytes_between(p, row, i, e) > 15) {
			*out_a = i;
			*out_b = e;
			return true;
		}
		i = e;
	}
	return false;
}

/* First all that is taken out, then all that is put in: both down a column. */
static void shift(struct pen *p, struct run *stretches)
{
	for (int row = 0; row < p->to->rows; row++)
		if (stretches[row].n) {
			go(p, row, stretches[row].col);
			buf_adds(p->out, "\033[P");
		}
	for (int row = 0; row < p->to->rows; row++)
		if (stretches[row].n) {
			int last = stretches[row].col + stretches[row].n - 1;
			go(p, row, last);
			take_role(p, cell(p->to, row, last)->role);
			buf_adds(p->out, "\033[@");
			put(p, cell(p->to, row, last));
		}
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void run_add(struct pen *p, int row, int col, int n)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->runs = mem_grow(p->runs, p->cap, sizeof *p->runs);
	}
	p->runs[p->n++] = (struct run){row, col, n, false};
}

/* Is what lies between cheaper to write again than to pass over? */
static bool bridged(const struct pen *p, int row, int from, int to, int role)
{
	if (to - from > GAP)
		return false;
	for (int i = from; i < to; i++) {
		const struct cell *c = cell(p->to, row, i);
		if (c->width != 1 || c->cp[0] >= 0x7f || c->cp[1] || c->role != role)
			return false;
	}
	return true;
}

static bool row_is_same(const struct pen *p, int row)
{
	return p->from && !memcmp(cell(p->from, row, 0), cell(p->to, row, 0), (size_t)p->to->cols * sizeof *p->to->v);
}

/* What changed in a row outside of a stretch that moved, as runs of one role. */
static void row_runs(struct pen *p, int row, const struct run *moved)
{
	int start = -1, end = -1, cols = p->to->cols;

	for (int i = 0; i < cols; i += cell(p->to, row, i)->width == 2 ? 2 : 1) {
		const struct cell *c = cell(p->to, row, i);
		if ((moved->n && i >= moved->col && i < moved->col + moved->n) || !differs(p, row, i))
			continue;
		if (start < 0 || cell(p->to, row, start)->role != c->role || !bridged(p, row, end, i, c->role)) {
			if (start >= 0)
				run_add(p, row, start, end - start);
			start = i;
		}
		end = i + c->width;
	}
	if (start >= 0)
		run_add(p, row, start, end - start);
}

static int run_cost(const struct pen *p, const struct run *r)
{
	return move_cost(p, r->row, r->col) + role_cost(p, cell(p->to, r->row, r->col)->role);
}

static void run_pass(struct pen *p, const struct run *r)
{
	p->row = r->row;
	p->col = r->col + r->n < p->to->cols ? r->col + r->n : -1;
	p->role = cell(p->to, r->row, r->col)->role;
}

/* The one that is cheapest to begin with, of those that come next. */
static struct run *nearest(const struct pen *p, size_t first)
{
	struct run *best = NULL;
	int least = 0, seen = 0;

	for (size_t i = first; i < p->n && seen < WINDOW && (!best || least > 2); i++) {
		struct run *r = &p->runs[i];
		int cost = r->done ? 0 : run_cost(p, r);
		if (r->done)
			continue;
		if (!best || cost < least) {
			best = r;
			least = cost;
		}
		seen++;
	}
	return best;
}

/* Always to the nearest.  What the moves cost. */
static int order_nearest(struct pen p, const struct run **out)
{
	int cost = 0;
	size_t first = 0, n = 0;

	for (struct run *r; (r = nearest(&p, first)); ) {
		cost += run_cost(&p, r);
		run_pass(&p, r);
		r->done = true;
		out[n++] = r;
		while (first < p.n && p.runs[first].done)
			first++;
	}
	return cost;
}

static int compare_columns(const void *a, const void *b)
{
	const struct run *x = *(const struct run *const *)a, *y = *(const struct run *const *)b;

	return x->col != y->col ? x->col - y->col : x->row - y->row;
}

/* Down one column after the other: figures below each other stand in the same. */
static int order_columns(struct pen p, const struct run **out)
{
	int cost = 0;

	for (size_t i = 0; i < p.n; i++)
		out[i] = &p.runs[i];
	qsort(out, p.n, sizeof(const struct run *), compare_columns);
	for (size_t i = 0; i < p.n; i++) {
		cost += run_cost(&p, out[i]);
		run_pass(&p, out[i]);
	}
	return cost;
}

static void run_put(struct pen *p, const struct run *r)
{
	take_role(p, cell(p->to, r->row, r->col)->role);
	for (int i = r->col; i < r->col + r->n; i++) {
		const struct cell *c = cell(p->to, r->row, i);
		if (!c->width)
			continue;
		if (p->col != i || p->row != r->row)
			go(p, r->row, i);
		put(p, c);
	}
}

static void runs_put(struct pen *p)
{
	const struct run **order = mem_grow(NULL, 2 * p->n + 1, sizeof *order), **columns = order + p->n;
	bool down;

	if (!p->n) {
		free(order);
		return;
	}
	down = p->n <= COLUMNS_MOST && order_columns(*p, columns) < order_nearest(*p, order);
	if (p->n > COLUMNS_MOST)
		order_nearest(*p, order);
	for (size_t i = 0; i < p->n; i++)
		run_put(p, down ? columns[i] : order[i]);
	free(order);
}

void paint_changes(const struct brush *b, const struct cells *from, const struct cells *to, struct buf *out)
{
	struct pen p = {.b = b, .from = from, .to = to, .out = out, .col = -1, .role = -1};
	struct run *moved = mem_grow(NULL, (size_t)to->rows + 1, sizeof *moved);

	for (int row = 0; row < to->rows; row++) {
		moved[row] = (struct run){0};
		if (row_is_same(&p, row))
			continue;
		if (from && b->shifts && shift_find(&p, row, &moved[row].col, &moved[row].n))
			moved[row].n += 1 - moved[row].col;
		row_runs(&p, row, &moved[row]);
	}
	runs_put(&p);
	shift(&p, moved); /* what stands behind a stretch moves to and fro */
	free(moved);
	take_role(&p, -1);
	free(p.runs);
}
