/* Text for the ear: what stands on a row of cells as words, and lines that are
 * only ever added.  Curves become "rising", bars a percentage, frames nothing;
 * columns become commas.  Called by the linear front end; knows no model. */
#ifndef TUI_SPOKEN_H
#define TUI_SPOKEN_H

#include "base/buf.h"
#include "tui/screen/cells.h"

#define SPOKEN_LEN 1200

struct spoken {
	struct buf text;  /* what was said and not yet written */
	bool open;        /* the last line is not ended: something is being typed on it */
};
void spoken_init(struct spoken *o);
void spoken_release(struct spoken *o);
/* A line of its own: cleaned, "->" as "to", a full stop behind it. */
void spoken_line(struct spoken *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, and the time last: "text. 02:00:40". */
void spoken_at(struct spoken *o, int64_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The beginning of a line that is typed on, and what is added to it. */
void spoken_begin(struct spoken *o, const char *text);
void spoken_more(struct spoken *o, const char *text);
void spoken_end(struct spoken *o);
/* A row as words, "" where nothing but drawing stands there.  curve: its blocks are a curve, not a bar;
 * between: what stands between the first two of its parts (the others: ", "). */
void spoken_row(const struct cells *g, int row, bool curve, const char *between, char out[SPOKEN_LEN]);

#endif
