/* A terminal that only goes forward, or a pipe: lines out, single keys in.  No
 * cursor is moved, no colour set.  Called by the console for --linear and where
 * TERM can do no more; knows no model and no curses. */
#ifndef TUI_PLAIN_H
#define TUI_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Keys come one by one from here on, where standard input is a terminal; else there are none. */
void plain_open(void);
bool plain_has_keys(void);
void plain_close(void);           /* the terminal as it was; twice is fine */
/* Send it; false where some of it waits for who reads it.  plain_flush goes on with that. */
bool plain_write(const char *s, size_t n);
bool plain_flush(void);
bool plain_is_gone(void);         /* nobody reads any more */
void plain_suspend(void (*stop)(void));         /* give it back, stop, take it again when continued */
void plain_flush_input(void);     /* forget what was typed and not read */
void plain_rescue(void);          /* from a signal handler */

#endif
