/* Themes: which paint a role gets, and whether more than ASCII may be shown.  A
 * theme is a file of `ROLE = PAINT` lines; those of the package are compiled in,
 * a user's own lie in $XDG_CONFIG_HOME/backout/themes.  Called by the front
 * ends; nothing here knows a terminal, and no other file knows a colour. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/status.h"
#include "kit/kit.h"
#include "tui/screen/cells.h"

#define PAINT_BOLD 1u
#define PAINT_DIM 2u
#define PAINT_REVERSE 4u
#define PAINT_UNDERLINE 8u
struct paint {
	short fg, bg;       /* of the 256; -1 the terminal's own */
	unsigned attributes;
};
#define THEME_NAME 40
struct theme {
	char name[THEME_NAME];
	bool ascii;         /* nothing outside 0x20..0x7e is shown */
	struct paint paint[ROLE_COUNT];
};

/* Parse a theme's text.  An unknown role is a warning, and the rest is used; what else is not understood is an error. */
void theme_parse(const char *name, const char *file, const char *text, struct theme *out, struct problems *p);
/* This user's theme of that name, else ours.  USAGE with all names where there is none.  NO where its file is not
 * understood: the problems say why, and *out is our default. */
enum status theme_load(const char *name, struct theme *out, struct problems *p, struct fault *f);

/* Every name there is, ours first. */
#define THEMES_MAX 64
struct theme_names { size_t n; char v[THEMES_MAX][THEME_NAME]; };
void theme_names(struct theme_names *out);
/* The file of this user's theme as people read it, or "built in". */
const char *theme_where(const char *name, char *out, size_t cap);
/* The one after this in the list, around. */
const char *theme_after(const struct theme_names *all, const char *name);
/* What this environment asks for: the name given, BACKOUT_THEME, NO_COLOR, TERM=dumb, else "default". */
const char *theme_choice(const char *given, const char *env_theme, const char *no_color, const char *term);

/* Red, green and blue of one of the 256; of the first sixteen as xterm has them. */
void colour_rgb(short c, unsigned char out[3]);
/* As a terminal with so many colours (0 none) can show it: the nearest ones, and where status roles would look the
 * same for it, other attributes. */
void theme_fit(const struct theme *t, int colours, struct theme *out);

#endif
