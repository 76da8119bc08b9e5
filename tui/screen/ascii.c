/* Signs for shapes. */
#include "config.h"

#include <string.h>

#include "tui/screen/ascii.h"

/* What we draw, and what a keyboard or a phone puts in place of an ASCII sign. */
static const struct {
	uint32_t cp;
	char sign;
} signs[] = {
	{0xa0, ' '}, {0xb7, '.'}, {0xd7, 'x'}, {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''},
	{0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '~'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'},
	{0x2193, 'v'}, {0x2212, '-'}, {0x2500, '-'}, {0x2501, '-'}, {0x2502, '|'}, {0x2503, '|'}, {0x2504, '-'}, {0x2506, ':'},
	{0x2508, '-'}, {0x250a, ':'}, {0x254c, '-'}, {0x254e, ':'}, {0x2550, '='}, {0x2551, '|'}, {0x2580, '"'}, {0x2591, '.'},
	{0x2592, ':'}, {0x2593, '#'}, {0x25b2, '^'}, {0x25bc, 'v'},
};

char ascii_of(uint32_t cp)
{
	/* a dot is where nothing was measured: none of the levels */
	static const char levels[] = "_,-~=+*#", dots[] = " ..:::*##"; /* by how many */

	if (cp < 0x7f)
		return cp < 0x20 ? '?' : (char)cp;
	if (cp >= 0x2581 && cp <= 0x2588)
		return levels[cp - 0x2581];
	if (cp >= 0x2800 && cp <= 0x28ff)
		return dots[__builtin_popcount(cp & 0xff)];
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].cp == cp)
			return signs[i].sign;
	return cp >= 0x250c && cp <= 0x257f ? '+' : '?';
}

void cells_ascii(const struct cells *from, struct cells *out)
{
	if (out->rows != from->rows || out->cols != from->cols || !out->v) {
		cells_release(out);
		cells_new(out, from->rows, from->cols);
	}
	for (int i = 0; i < from->rows * from->cols; i++) {
		const struct cell *p = &from->v[i];
		struct cell *q = &out->v[i];
		bool gap = p->cp[0] == 0x254c && i % from->cols % 2; /* dashes stay dashes: they say that it is only practice */
		memset(q, 0, sizeof *q);
		q->cp[0] = (uint32_t)(unsigned char)(gap ? ' ' : p->width ? ascii_of(p->cp[0]) : '?'); /* the right half of a wide one */
		q->width = 1;
		q->role = p->role;
	}
}
