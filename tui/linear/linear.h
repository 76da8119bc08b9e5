/* The console for a screen reader, a braille line or a pipe: the same model,
 * keys and views as lines that are only added, what happened first and when
 * last.  Owns what was said already, so that nothing is said twice.  Called by
 * the console's loop and by tests; talks to no terminal and no socket. */
#ifndef TUI_LINEAR_H
#define TUI_LINEAR_H

#include "tui/linear/spoken.h"
#include "tui/ui/ui.h"

/* What the ui is told its window is: room for everything, so that no view leaves a line out. */
#define LINEAR_ROWS 250
#define LINEAR_COLS 148

struct linear;
struct linear *linear_new(struct ui *u); /* u's window is made so large */
void linear_keyless(struct linear *l); /* nobody can type: no key is offered */
void linear_free(struct linear *l);
/* A key: what it did is in linear_text at once. */
void linear_key(struct linear *l, struct ui *u, const struct sight *s, const struct key *k);
/* Everything that is new since the last call.  Sets u->shows_letters where the letters of a panel are among it. */
void linear_say(struct linear *l, struct ui *u, const struct sight *s);
/* What is to be written; linear_written forgets it. */
const char *linear_text(const struct linear *l);
void linear_written(struct linear *l);

#endif
