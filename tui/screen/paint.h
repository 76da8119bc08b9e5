/* What changed between two frames, as the bytes that an ECMA-48 terminal needs
 * to show it: the shortest moves of the cursor, in an order that keeps them
 * short, and a curve that moved by a column as one character taken out and one
 * put in.  Pure; called by term.c, which knows what its terminal can. */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include <wchar.h>

#include "tui/screen/cells.h"

#define BRUSH_MAX 48
#define GLYPH_MAX (2 + CELL_MARKS)
struct brush {                /* of one terminal and theme */
	char on[ROLE_COUNT][BRUSH_MAX]; /* from plain text to the role; "" it is plain */
	bool blank_shows[ROLE_COUNT];   /* a blank in this role looks unlike a plain one */
	bool shifts;              /* it can take a character out of a line and put one in */
	bool corner_scrolls;      /* the last cell of the last row cannot be written */
};

/* The characters of a cell as terminals can show them, 0 ends.  False: how wide it is there is not sure. */
bool paint_glyph(const struct cell *c, wchar_t out[GLYPH_MAX]);
/* From a screen that shows `from` (NULL: nobody knows what) to one that shows `to`.  The text is plain before and after. */
void paint_changes(const struct brush *b, const struct cells *from, const struct cells *to, struct buf *out);

#endif
