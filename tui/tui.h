/* The console: full screen over a client, or headless (keys in, frames out as
 * text) for tests.  The screen is a pure function of model, cursor, size and
 * now; only term.c knows curses. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "cli/cli.h"

/* `backout [KIT]`, `demo`, `watch`, `observe`: c->argv[0] says which. */
enum status tui_console(struct cli *c);
/* `backout help keys`, `backout help themes`; problems of the user's files go to standard error. */
enum status tui_help_keys(struct cli *c, struct buf *out);
enum status tui_help_themes(struct cli *c, struct buf *out);

#endif
