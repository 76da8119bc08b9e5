/* Frames for those whose terminal, eyes or reader have ASCII alone: the shapes
 * that we draw become signs, a stranger's letters question marks.  Called by
 * the front ends on a whole frame; views know nothing of it. */
#ifndef TUI_ASCII_H
#define TUI_ASCII_H

#include "tui/screen/cells.h"

/* 0x20..0x7e for every code point. */
char ascii_of(uint32_t cp);
/* The same grid, every cell one column of ASCII.  out is sized anew where it has another size. */
void cells_ascii(const struct cells *from, struct cells *out);

#endif
