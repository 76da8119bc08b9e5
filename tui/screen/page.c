/* Lines that may or may not fit, and the three drawings made of blocks. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/screen/page.h"

/* Pages are made for every frame and key, and large: what the last ones held serves again.  A wide frame has two. */
static struct page spare[2];

static struct page spare_take(int cols)
{
	int i = spare[1].room >= cols;
	struct page p = spare[i];

	memset(&spare[i], 0, sizeof spare[i]);
	return p;
}

void page_init(struct page *p, int cols, const struct mark *cursor, const char *filter)
{
	*p = spare_take(cols);
	if (p->room < cols) {
		cells_release(&p->g);
		cells_new(&p->g, PAGE_ROWS, cols);
		p->room = cols;
	}
	p->g.cols = cols; /* what stood there was as wide as it was: each row is cleared before it is used */
	p->n = p->n_items = p->row = p->used = p->pane = 0;
	p->ctx = p->curves_of = NULL;
	p->begins = false;
	p->cursor = cursor;
	p->filter = filter;
}

void page_release(struct page *p)
{
	int i = spare[0].g.v != NULL;

	cells_release(&spare[i].g);
	free(spare[i].lines);
	free(spare[i].items);
	spare[i] = *p;
	memset(p, 0, sizeof *p);
}

static struct page_line *line_new(struct page *p, int drop)
{
	struct page_line *l;

	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->lines = mem_grow(p->lines, (size_t)p->cap, sizeof *p->lines);
	}
	l = &p->lines[p->n++];
	memset(l, 0, sizeof *l);
	l->drop = drop;
	return l;
}

/* The last row is for drawing what was promised. */
void page_line(struct page *p, int drop)
{
	struct page_line *l;

	if (p->used == PAGE_ROWS - 1) {
		p->row = p->used - 1;
		return;
	}
	l = line_new(p, drop);
	l->row = p->row = p->used++;
	cells_clear_row(&p->g, p->row);
}

void page_promise(struct page *p, int drop, page_fn draw, const void *what)
{
	struct page_line *l = line_new(p, drop);

	l->row = -1;
	l->draw = draw;
	l->what = what;
}

bool mark_is(const struct mark *m, const struct item *it)
{
	return m->kind == it->kind && m->seq == it->seq && !strcmp(m->name, it->name) && !strcmp(m->service, it->service);
}

void mark_set(struct mark *m, const struct item *it, int at)
{
	m->kind = it->kind;
	m->at = at;
	m->seq = it->seq;
	text_copy(m->service, sizeof m->service, it->service);
	text_copy(m->name, sizeof m->name, it->name);
}

void page_rule(struct page *p, int drop, bool demo)
{
	page_line(p, drop);
	cells_fill(&p->g, p->row, 0, p->g.cols, ROLE_RULE, demo ? 0x254c : 0x2500);
}

void page_item(struct page *p, enum item_kind kind, const char *service, const char *name, int64_t seq)
{
	struct item *it;

	if (p->n_items == p->cap_items) {
		p->cap_items = p->cap_items ? 2 * p->cap_items : 16;
		p->items = mem_grow(p->items, (size_t)p->cap_items, sizeof *p->items);
	}
	it = &p->items[p->n_items++];
	memset(it, 0, sizeof *it);
	it->kind = kind;
	it->pane = p->pane;
	it->line = p->n - 1;
	it->seq = seq;
	it->service = service ? service : "";
	it->name = name ? name : "";
}

int page_put(struct page *p, int col, int width, enum role role, const char *fmt, ...)
{
	char s[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s, sizeof s, fmt, ap);
	va_end(ap);
	return cells_text(&p->g, p->row, col, width, role, s);
}

void page_wrapped(struct page *p, int drop, int col, enum role role, const char *text)
{
	while (*text) {
		char part[400];
		size_t n = 0, blank = 0;
		for (; text[n] && n + 1 < sizeof part; n++) {
			snprintf(part, sizeof part, "%.*s", (int)(n + 1), text);
			if (text_cols(part) > p->g.cols - col - 1)
				break;
			if (text[n] == ' ')
				blank = n;
		}
		if (text[n] && blank)
			n = blank;
		if (!n)
			return; /* no room for anything */
		page_line(p, drop);
		p->lines[p->n - 1].more = true;
		page_put(p, col, p->g.cols - col - 1, role, "%.*s", (int)n, text);
		text += n;
		text += *text == ' ';
	}
}

int page_right(struct page *p, int right, enum role role, const char *s)
{
	char clean[256];
	int cols = text_clean(clean, sizeof clean, s, strlen(s), right);

	cells_text(&p->g, p->row, right - cols, cols, role, clean);
	return right - cols;
}

bool page_wanted(const struct page *p, const char *text)
{
	return !p->filter || !*p->filter || strcasestr(text, p->filter);
}

/* Which lines have to go: those that mind it least, of these the lowest. */
static int lines_choose(const struct page *p, int height, bool *gone)
{
	int left = p->n, most = DROP_NEVER;

	for (int i = 0; i < p->n; i++)
		most = p->lines[i].drop > most ? p->lines[i].drop : most;
	for (int worst = most; worst > DROP_NEVER && left > height; worst--)
		for (int i = p->n; i-- > 0 && left > height;)
			if (p->lines[i].drop == worst) {
				gone[i] = true;
				left--;
			}
	return left;
}

void page_fit(struct page *p, int height)
{
	bool *gone;
	int *to, kept = 0;

	if (p->n <= height)
		return;
	gone = mem_new((size_t)p->n * sizeof *gone);
	to = mem_new((size_t)p->n * sizeof *to);
	lines_choose(p, height, gone);
	for (int i = 0; i < p->n; i++) {
		to[i] = kept;
		if (!gone[i])
			p->lines[kept++] = p->lines[i];
	}
	p->n = kept;
	kept = 0;
	for (int i = 0; i < p->n_items; i++)
		if (!gone[p->items[i].line]) {
			p->items[kept] = p->items[i];
			p->items[kept].line = to[p->items[kept].line];
			kept++;
		}
	p->n_items = kept;
	free(gone);
	free(to);
}

const struct item *page_cursor_item(const struct page *p)
{
	if (!p->cursor || p->cursor->kind == ITEM_NONE)
		return p->begins && p->n_items ? &p->items[0] : NULL;
	for (int i = 0; i < p->n_items; i++)
		if (mark_is(p->cursor, &p->items[i]))
			return &p->items[i];
	return NULL;
}

/* Rows of g are only views of it: a line that was promised is drawn into the last one. */
int page_row(struct page *p, int line)
{
	const struct page_line *l = &p->lines[line];

	if (l->row >= 0)
		return l->row;
	p->row = PAGE_ROWS - 1;
	cells_clear_row(&p->g, p->row);
	l->draw(p, p->ctx, l->what);
	return p->row;
}

void page_text(struct page *p, const struct item *it, struct buf *out)
{
	struct buf row;

	buf_init(&row, 65536);
	for (int i = it->line; i < p->n && (i == it->line || p->lines[i].more); i++) {
		const char *s;
		buf_reset(&row);
		cells_print_row(&p->g, page_row(p, i), &row);
		s = buf_str(&row) + strspn(buf_str(&row), " ");
		buf_addf(out, "%s%s", i > it->line ? " " : "", s);
	}
	buf_release(&row);
}

void page_show(struct page *p, struct cells *out, int top, int height, int left, int cols)
{
	const struct item *it = page_cursor_item(p);
	int first = 0;

	if (p->n > height && it)
		first = it->line - height / 2;
	if (first > p->n - height)
		first = p->n - height;
	if (first < 0)
		first = 0;
	for (int i = 0; i < height && first + i < p->n; i++) {
		int row = page_row(p, first + i);
		struct cell *to = cells_at(out, top + i, left), *from = cells_at(&p->g, row, 0);
		int n = cols < p->g.cols ? cols : p->g.cols;
		if (to && from)
			memcpy(to, from, (size_t)(n < out->cols - left ? n : out->cols - left) * sizeof *to);
		if (it && it->line == first + i)
			cells_fill(out, top + i, left, 1, ROLE_KEY, '>');
	}
	if (first + height < p->n)
		cells_text(out, top + height - 1, left + cols - 7, 6, ROLE_DIM, " more ");
}

/* Seven segments: top, upper left, middle... as three strings a digit. */
static const char *const segments[10][3] = {
	{" _ ", "| |", "|_|"}, {"   ", "  |", "  |"}, {" _ ", " _|", "|_ "}, {" _ ", " _|", " _|"}, {"   ", "|_|", "  |"},
	{" _ ", "|_ ", " _|"}, {" _ ", "|_ ", "|_|"}, {" _ ", "  |", "  |"}, {" _ ", "|_|", "|_|"}, {" _ ", "|_|", " _|"},
};

int digits_draw(struct cells *c, int row, int right, enum role role, const char *time)
{
	int width = -1, col;

	for (const char *p = time; *p; p++)
		width += *p >= '0' && *p <= '9' ? 4 : 2;
	col = right - width;
	for (const char *p = time; *p; p++) {
		bool digit = *p >= '0' && *p <= '9';
		for (int i = 0; i < 3; i++) {
			if (digit)
				cells_text(c, row + i, col, 3, role, segments[*p - '0'][i]);
			else if (i > 0)
				cells_text(c, row + i, col, 1, role, i == 1 ? "." : "'");
		}
		col += digit ? 4 : 2;
	}
	return right - width;
}

void spark_draw(struct cells *c, int row, int col, int width, enum role role, const float *v, int n, double top)
{
	for (int i = 0; i < width; i++) {
		/* newest at the right; each column the mean of its share of the values */
		int a = n <= width ? n - width + i : (int)((long)i * n / width);
		int b = n <= width ? a + 1 : (int)((long)(i + 1) * n / width);
		double sum = 0;
		int good = 0;
		for (int k = a < 0 ? 0 : a; k < b; k++)
			if (!isnan(v[k])) {
				sum += (double)v[k];
				good++;
			}
		if (a < 0 && b <= 0)
			continue;
		if (!good) {
			cells_fill(c, row, col + i, 1, role, 0xb7);
			continue;
		}
		double share = top > 0 ? sum / good / top : 0; /* of infinities: not a number */
		int level = share >= 1 ? 7 : share > 0 ? (int)(share * 8) : 0;
		cells_fill(c, row, col + i, 1, role, 0x2581u + (uint32_t)(level > 7 ? 7 : level));
	}
}

void bar_draw(struct cells *c, int row, int col, int width, enum role role, double share)
{
	int full = (int)(share * width + 0.5);

	for (int i = 0; i < width; i++)
		cells_fill(c, row, col + i, 1, role, i < full ? 0x2588u : 0x2591u);
}
