/* Files of `NAME = VALUE` lines that a user keeps beside the kit: themes and
 * keys.  Finds them, reads them bounded, and hands out one line at a time with
 * its place; what is wrong becomes a problem, and the other lines are used all
 * the same.  Called by theme_file.c and keyfile.c; knows neither roles nor keys. */
#ifndef TUI_SETTINGS_H
#define TUI_SETTINGS_H

#include "base/buf.h"
#include "kit/kit.h"

#define SETTINGS_MAX ((size_t)64 << 10)

/* PATH below $XDG_CONFIG_HOME/backout (or ~/.config/backout); false where neither is set. */
bool settings_path(const char *below, char *out, size_t cap);
/* The same as people read it: what lies in the home directory begins with "~/". */
const char *settings_shown(const char *path, char *out, size_t cap);
/* Read it whole.  OK; NO where it is not there; else USAGE, and a problem says why. */
enum status settings_read(const char *path, struct buf *out, struct problems *p);

struct settings {            /* a text that is being gone through */
	const char *file;        /* as problems name it */
	const char *at;          /* begin with the text */
	int line;                /* begin with 0 */
	struct problems *problems;
};
struct setting {
	int line, column, value_column;
	char name[48], value[240];
};
/* The next line that says something; false at the end.  A line that is no setting is an error and passed over. */
bool settings_next(struct settings *s, struct setting *out);
/* The next word of a value, cut at blanks and before `stops`; `#` begins a comment.  *at starts at setting->value. */
bool setting_word(const struct setting *x, const char **at, const char *stops, char *out, size_t cap, int *out_column);

#endif
