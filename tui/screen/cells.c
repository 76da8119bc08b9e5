/* The grid, and the one door through which text gets into it. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/screen/cells.h"

#define TEXT_MAX 2048

static const char *const words[ROLE_COUNT] = {
#define X(id, word) [ROLE_##id] = word,
	ROLES(X)
#undef X
};

const char *role_word(enum role r)
{
	return words[r];
}

void cells_new(struct cells *c, int rows, int cols)
{
	c->rows = rows > 0 ? rows : 0;
	c->cols = cols > 0 ? cols : 0;
	c->v = mem_grow(NULL, (size_t)c->rows * (size_t)c->cols + 1, sizeof *c->v);
}

void cells_init(struct cells *c, int rows, int cols)
{
	cells_new(c, rows, cols);
	cells_clear(c);
}

void cells_release(struct cells *c)
{
	free(c->v);
	memset(c, 0, sizeof *c);
}

static void blank(struct cell *p)
{
	memset(p, 0, sizeof *p);
	p->cp[0] = ' ';
	p->width = 1;
	p->role = ROLE_TEXT;
}

/* The first one, then twice as many of what is there already. */
static void blanks(struct cell *p, int n)
{
	if (n > 0)
		blank(p);
	for (int done = 1; done < n; done *= 2)
		memcpy(p + done, p, (size_t)(done < n - done ? done : n - done) * sizeof *p);
}

void cells_clear(struct cells *c)
{
	blanks(c->v, c->rows * c->cols);
}

void cells_clear_row(struct cells *c, int row)
{
	blanks(&c->v[row * c->cols], c->cols);
}

struct cell *cells_at(const struct cells *c, int row, int col)
{
	if (row < 0 || col < 0 || row >= c->rows || col >= c->cols)
		return NULL;
	return &c->v[row * c->cols + col];
}

/* Writing over half of a wide character leaves no half behind. */
static void set(struct cells *c, int row, int col, enum role role, uint32_t cp, int width)
{
	struct cell *p = cells_at(c, row, col), *q;

	if (!p)
		return;
	if (p->width == 0 && (q = cells_at(c, row, col - 1)))
		blank(q);
	q = cells_at(c, row, col + width);
	if (q && q->width == 0)
		blank(q);
	blank(p);
	p->cp[0] = cp;
	p->width = (uint8_t)width;
	p->role = (uint8_t)role;
	if (width == 2 && (q = cells_at(c, row, col + 1))) {
		blank(q);
		q->cp[0] = 0;
		q->width = 0;
		q->role = (uint8_t)role;
	}
}

static void mark(struct cells *c, int row, int col, uint32_t cp)
{
	struct cell *p = cells_at(c, row, col);

	if (p && p->width == 0)
		p = cells_at(c, row, col - 1);
	for (int i = 1; p && i <= CELL_MARKS; i++)
		if (!p->cp[i]) {
			p->cp[i] = cp;
			return;
		}
}

int cells_text(struct cells *c, int row, int col, int max, enum role role, const char *s)
{
	char clean[TEXT_MAX];
	uint32_t cp;
	size_t len;
	int room = c->cols - col, w;

	if (room > max)
		room = max;
	if (!s || room <= 0 || row < 0 || row >= c->rows || col < 0)
		return col;
	text_clean(clean, sizeof clean, s, strlen(s), room);
	for (const char *p = clean; *p; p += len) {
		len = utf8_next(p, strlen(p), &cp);
		if (!len)
			break;
		w = utf8_width(cp);
		if (w < 0 || w > room)
			break;
		if (w == 0) {
			mark(c, row, col - 1, cp);
			continue;
		}
		set(c, row, col, role, cp, w);
		col += w;
		room -= w;
	}
	return col;
}

int cells_textf(struct cells *c, int row, int col, int max, enum role role, const char *fmt, ...)
{
	char s[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s, sizeof s, fmt, ap);
	va_end(ap);
	return cells_text(c, row, col, max, role, s);
}

void cells_fill(struct cells *c, int row, int col, int n, enum role role, uint32_t cp)
{
	for (int i = 0; i < n; i++)
		set(c, row, col + i, role, cp, 1);
}

void cells_paint(struct cells *c, int row, int col, int n, enum role role)
{
	for (int i = 0; i < n; i++) {
		struct cell *p = cells_at(c, row, col + i);
		if (p)
			p->role = (uint8_t)role;
	}
}

void cells_copy_row(struct cells *to, int to_row, const struct cells *from, int from_row)
{
	for (int i = 0; i < to->cols; i++) {
		struct cell *p = cells_at(to, to_row, i), *q = cells_at(from, from_row, i);
		if (p && q)
			*p = *q;
		else if (p)
			blank(p);
	}
}

void cells_print_row(const struct cells *c, int row, struct buf *out)
{
	int end = c->cols;

	while (end > 0 && c->v[row * c->cols + end - 1].cp[0] == ' ')
		end--;
	for (int col = 0; col < end; col++) {
		const struct cell *p = &c->v[row * c->cols + col];
		for (int i = 0; i <= CELL_MARKS && p->cp[i]; i++) {
			char s[4];
			buf_add(out, s, utf8_put(p->cp[i], s));
		}
	}
}

void cells_print(const struct cells *c, struct buf *out)
{
	for (int row = 0; row < c->rows; row++) {
		cells_print_row(c, row, out);
		buf_addc(out, '\n');
	}
}

void cells_print_roles(const struct cells *c, struct buf *out)
{
	for (int row = 0; row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++)
			buf_addc(out, (char)('a' + c->v[row * c->cols + col].role));
		buf_addc(out, '\n');
	}
}
