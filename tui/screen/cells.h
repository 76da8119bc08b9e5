/* A grid of cells: what views produce and a front end shows.  Every piece of
 * text that reaches a screen passes cells_text, which cleans it (text_clean);
 * there is no other way in.  A cell names a role of the theme, never a colour.
 * Called by views and front ends; knows no terminal. */
#ifndef TUI_CELLS_H
#define TUI_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* One row per role: enum suffix, its word in theme files. */
#define ROLES(X) \
	X(TEXT, "text") \
	X(DIM, "dim") \
	X(HEAD, "head") \
	X(ENVIRONMENT, "environment") \
	X(DEMO, "demo") \
	X(CLOCK, "clock") \
	X(CLOCK_OLD, "clock-old") \
	X(RULE, "rule") \
	X(TITLE, "title") \
	X(GOOD, "good") \
	X(SOON, "soon") \
	X(ALARM, "alarm") \
	X(UNKNOWN, "unknown") \
	X(KEY, "key") \
	X(CURSOR, "cursor") \
	X(MESSAGE, "message") \
	X(PROMPT, "prompt") \
	X(PANEL, "panel") \
	X(CHALLENGE, "challenge") \
	X(BACKEND, "backend") \
	X(PAST, "past")

enum role {
#define X(id, word) ROLE_##id,
	ROLES(X)
#undef X
	ROLE_COUNT
};
const char *role_word(enum role r);

#define CELL_MARKS 2
struct cell {
	uint32_t cp[1 + CELL_MARKS]; /* base and its combining marks; 0 ends */
	uint8_t width;               /* 1 or 2; 0: the right half of the one before */
	uint8_t role;
};
struct cells {
	int rows, cols;
	struct cell *v;
};

void cells_init(struct cells *c, int rows, int cols); /* all blank */
void cells_new(struct cells *c, int rows, int cols);  /* not cleared: each row is before it is used */
void cells_clear_row(struct cells *c, int row);
void cells_release(struct cells *c);
void cells_clear(struct cells *c);
struct cell *cells_at(const struct cells *c, int row, int col); /* NULL outside */
/* Draw a stranger's or our own text at (row, col), at most max columns (and the
 * grid's edge); a cut ends in an ellipsis.  Returns the column after it. */
int cells_text(struct cells *c, int row, int col, int max, enum role role, const char *s);
int cells_textf(struct cells *c, int row, int col, int max, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* n times one character of ours. */
void cells_fill(struct cells *c, int row, int col, int n, enum role role, uint32_t cp);
/* The roles of n cells, the text left as it is. */
void cells_paint(struct cells *c, int row, int col, int n, enum role role);
/* Copy a row of `from` to a row of `to`; the rest of it is blank. */
void cells_copy_row(struct cells *to, int to_row, const struct cells *from, int from_row);
/* As text: one line a row, blanks at the end left out. */
void cells_print(const struct cells *c, struct buf *out);
void cells_print_row(const struct cells *c, int row, struct buf *out); /* one of them, without its line end */
/* The roles as letters, the same shape (tests). */
void cells_print_roles(const struct cells *c, struct buf *out);

#endif
