/* The line to the person's terminal, watched by the console: behind a frame
 * the terminal is asked, its answer is found among what is read, and the last
 * one is awaited before the terminal is given back.  Uses term.c and the
 * decoder; what the times mean is in pulse.h. */
#ifndef TUI_LINE_H
#define TUI_LINE_H

#include "tui/keys/keys.h"
#include "tui/screen/pulse.h"
#include "tui/ui/ui.h"

struct line {
	struct pulse pulse;
	unsigned answers;        /* of the decoder, that were taken note of */
	bool typed;              /* something, since it was last considered */
};

void line_init(struct line *l);
/* Behind the next frame, where it is time for it: while an incident is open or somebody types, and no letters are waited for. */
void line_ask(struct line *l, const struct ui *u, const struct model *m, int64_t now);
/* Something was read and decoded: was it the answer, and does it change what a person is told? */
bool line_read(struct line *l, const struct keys *k, int64_t now);
/* An answer that is still on its way would be typed into whatever comes after us: wait for it, a moment. */
void line_await(struct line *l, struct keys *k);

#endif
