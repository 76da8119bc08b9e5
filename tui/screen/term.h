/* The terminal: the only file that knows curses, and it uses it for output
 * alone.  Puts cells on the screen, drawing only what changed, and gives the
 * terminal back as it was on every way out.  Called by the console; knows no
 * model.  Bytes that are typed are read elsewhere (console.c, keys.c). */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "base/status.h"
#include "tui/screen/cells.h"
#include "tui/screen/theme.h"

/* Take the terminal: full screen, raw, bracketed paste on.  USAGE where there is none; NO where it only goes forward. */
enum status term_open(const struct theme *t, struct fault *f);
void term_close(void);                 /* give it back; twice is fine */
void term_size(int *out_rows, int *out_cols);
void term_resize(int rows, int cols);
void term_theme(const struct theme *t);
/* Hand clean text to the terminal's clipboard (OSC 52): how sure it is that it arrives, in words; NULL where it cannot.
 * It goes out with the next frame.  Never but for a key of the person's. */
const char *term_copy(const char *text);
bool term_is_ascii(void);              /* the theme or the terminal shows nothing else */
/* Show it; whole: from a cleared screen.  False: the terminal did not take all of it yet, and until term_flush has
 * said true no other frame may be drawn. */
bool term_draw(const struct cells *c, bool whole);
/* Behind the next frame ask the terminal for its status (CSI 5 n).  False: it is none that could answer. */
bool term_ask(void);
bool term_flush(void);                 /* write what is left; true: nothing is */
void term_suspend(void (*stop)(void)); /* give it back, stop this process, take it again when continued */
void term_bell(void);                  /* once, with the next frame; whether it sounds is the terminal's */
void term_flush_input(void);           /* forget what was typed and not read */
/* From a signal handler: write what gives the terminal back.  Async-signal-safe. */
void term_rescue(void);

#endif
