/* Themes: which paint a role gets.  A theme is a file of `role = paint` lines;
 * the two of the package are compiled in.  Called by the front ends; nothing
 * here knows a terminal, and no other file knows a colour. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/status.h"
#include "tui/cells.h"

#define PAINT_BOLD 1u
#define PAINT_DIM 2u
#define PAINT_REVERSE 4u
#define PAINT_UNDERLINE 8u
struct paint {
	short fg, bg;       /* of the 256; -1 the terminal's own */
	unsigned attributes;
};
struct theme {
	char name[40];
	struct paint paint[ROLE_COUNT];
};

/* Parse a theme's text.  Unknown roles and paints are errors with line and mend. */
enum status theme_parse(const char *name, const char *text, struct theme *out, struct fault *f);
/* One of ours by name; USAGE with the names where there is none. */
enum status theme_named(const char *name, struct theme *out, struct fault *f);
/* What this environment asks for: the name given, BACKOUT_THEME, NO_COLOR, TERM=dumb, else "default". */
const char *theme_choice(const char *given, const char *env_theme, const char *no_color, const char *term);
/* The one after this in the list, around. */
const char *theme_after(const char *name);

#endif
