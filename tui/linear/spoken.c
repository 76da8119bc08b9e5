/* Rows as words, words as lines. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tui/linear/spoken.h"

#define UNWRITTEN_MAX ((size_t)4 << 20)

void spoken_init(struct spoken *o)
{
	memset(o, 0, sizeof *o);
	buf_init(&o->text, UNWRITTEN_MAX);
}

void spoken_release(struct spoken *o)
{
	buf_release(&o->text);
}

/* ---- lines ----------------------------------------------------------------- */

static void put_words(struct spoken *o, const char *s)
{
	for (; *s; s++)
		if (!strncmp(s, " -> ", 4)) {
			buf_adds(&o->text, " to ");
			s += 3;
		} else if (s[0] != ' ' || s[1] != ' ') {
			buf_addc(&o->text, *s);
		}
}

/* It ends in a stop, or in the time behind one. */
static bool is_ended(const char *s, size_t n)
{
	size_t digits = n;

	while (digits && strchr("0123456789:", s[digits - 1]))
		digits--;
	if (n - digits >= 5 && digits >= 2 && s[digits - 1] == ' ')
		n = digits - 1;
	return !n || strchr(".:?!", s[n - 1]);
}

void spoken_end(struct spoken *o)
{
	if (o->open)
		buf_addc(&o->text, '\n');
	o->open = false;
}

static void put_line(struct spoken *o, int64_t at, const char *fmt, va_list ap)
{
	char raw[SPOKEN_LEN], text[2 * SPOKEN_LEN], t[32];
	size_t n;

	vsnprintf(raw, sizeof raw, fmt, ap);
	text_safe(text, sizeof text, raw);
	n = strlen(text);
	while (n && text[n - 1] == ' ')
		text[--n] = 0;
	spoken_end(o);
	put_words(o, text);
	if (!is_ended(text, n))
		buf_addc(&o->text, '.');
	if (at)
		buf_addf(&o->text, " %s", instant_local(at, "%H:%M:%S", t, sizeof t));
	buf_addc(&o->text, '\n');
}

void spoken_line(struct spoken *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(o, 0, fmt, ap);
	va_end(ap);
}

void spoken_at(struct spoken *o, int64_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(o, at, fmt, ap);
	va_end(ap);
}

void spoken_more(struct spoken *o, const char *text)
{
	char clean[2 * SPOKEN_LEN];

	buf_adds(&o->text, text_safe(clean, sizeof clean, text));
}

void spoken_begin(struct spoken *o, const char *text)
{
	spoken_end(o);
	spoken_more(o, text);
	o->open = true;
}

/* ---- rows ------------------------------------------------------------------- */

static bool is_frame(uint32_t cp)
{
	return cp >= 0x2500 && cp <= 0x257f;
}

/* Blocks, the dot of a gap between them, and the dots of a braille chart. */
static bool is_block(uint32_t cp)
{
	return (cp >= 0x2581 && cp <= 0x2588) || cp == 0x2591 || cp == 0xb7 || (cp > 0x2800 && cp <= 0x28ff);
}

static uint32_t char_at(const struct cells *g, int row, int col)
{
	const struct cell *c = cells_at(g, row, col);

	return !c ? 0 : is_frame(c->cp[0]) ? ' ' : c->cp[0];
}

/* The mean height of the columns from `a` up to `b`; -1 where there is none. */
static double height(const struct cells *g, int row, int a, int b)
{
	double sum = 0;
	int n = 0;

	for (; a < b; a++) {
		uint32_t cp = char_at(g, row, a);
		if (cp >= 0x2581 && cp <= 0x2588) {
			sum += cp - 0x2580;
			n++;
		}
	}
	return n ? sum / n : -1;
}

/* From the first third of the curve to its last. */
static const char *curve_word(const struct cells *g, int row, int from, int to)
{
	int part = (to - from + 2) / 3;
	double first = height(g, row, from, from + part), last = height(g, row, to - part, to);

	if (first < 0 || last < 0)
		return "";
	return last > first + 0.75 ? "rising" : last < first - 0.75 ? "falling" : "steady";
}

static void blocks_words(const struct cells *g, int row, int from, int to, bool curve, char *out, size_t cap)
{
	int full = 0, light = 0, n = to - from;

	for (int i = from; i < to; i++) {
		full += char_at(g, row, i) == 0x2588;
		light += char_at(g, row, i) == 0x2591;
	}
	if (light || (!curve && full == n))
		snprintf(out, cap, "%d %%", (100 * full + n / 2) / n);
	else
		text_copy(out, cap, curve_word(g, row, from, to));
}

/* What is written from `from` up to the next two blanks, or to the next block. */
static int part_words(const struct cells *g, int row, int from, char *out, size_t cap)
{
	size_t n = 0;
	int col = from;

	for (; col < g->cols; col++) {
		const struct cell *c = cells_at(g, row, col);
		uint32_t cp = char_at(g, row, col);
		if ((cp == ' ' && (char_at(g, row, col + 1) == ' ' || !char_at(g, row, col + 1))) || (is_block(cp) && is_block(char_at(g, row, col + 1))))
			break;
		if (!c->width || (cp > 0x2800 && cp <= 0x28ff)) /* the dots of a line that was drawn */
			continue;
		for (int i = 0; i <= CELL_MARKS && (i ? c->cp[i] : cp) && n + 5 < cap; i++)
			n += utf8_put(i ? c->cp[i] : cp, out + n);
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
	return col;
}

static void join(char out[SPOKEN_LEN], const char *part, const char *between)
{
	size_t n = strlen(out);

	if (!*part)
		return;
	if (n && strchr(",;", out[n - 1]))
		between = " ";
	else if (n && out[n - 1] == ':')
		between = " ";
	snprintf(out + n, SPOKEN_LEN - n, "%s%s", n ? between : "", part);
}

void spoken_row(const struct cells *g, int row, bool curve, const char *between, char out[SPOKEN_LEN])
{
	char part[SPOKEN_LEN];
	int parts = 0;

	*out = 0;
	for (int col = 0; col < g->cols;) {
		int from = col;
		uint32_t cp = char_at(g, row, col);
		if (cp == ' ' || !cp) {
			col++;
			continue;
		}
		if (is_block(cp) && (is_block(char_at(g, row, col + 1)))) {
			while (col < g->cols && is_block(char_at(g, row, col)))
				col++;
			blocks_words(g, row, from, col, curve, part, sizeof part);
		} else {
			col = part_words(g, row, col, part, sizeof part);
		}
		join(out, part, parts == 1 ? between : ", ");
		parts += *part != 0;
	}
}
