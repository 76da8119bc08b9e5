/* The terminal that the console has: a screen (term.c), or lines where they
 * were asked for or the terminal can do no more (plain.c).  Only one of the two
 * holds it.  Called by the console's loop; knows no model. */
#ifndef TUI_FRONT_H
#define TUI_FRONT_H

#include <uv.h>

#include "base/status.h"
#include "tui/screen/theme.h"

/* Take the terminal; *lines: wanted as lines, or true afterwards where it could only be had so. */
enum status front_open(const struct theme *t, bool *lines, struct fault *f);
void front_close(void);
bool front_has_keys(void);        /* somebody can type */
/* Call `typed` when there are bytes to read, where keys are read; `unread` when nobody reads ours any more, where none are. */
void front_watch(uv_loop_t *loop, uv_poll_t *in, uv_poll_cb typed, uv_poll_t *out, uv_poll_cb unread);
void front_unwatch(void);         /* the descriptors as they were */
bool front_flush(void);           /* go on with what was not taken yet; true where all of it is out */
bool front_is_gone(void);         /* nobody reads any more */
void front_flush_input(void);
void front_suspend(void);
void front_catch_crashes(void);   /* from here on a crash gives the terminal back, too */

#endif
