/* A user's own keys: `$XDG_CONFIG_HOME/backout/keys`, in the form in which
 * `backout help keys` prints the defaults.  Makes the bindings in use out of
 * the defaults, this file and the kit, whose action keys are nobody else's.
 * Called by the console, by help and by tests; never takes a key of a panel. */
#ifndef TUI_KEYFILE_H
#define TUI_KEYFILE_H

#include "base/buf.h"
#include "kit/kit.h"
#include "tui/keys/keymap.h"

struct keyline {
	enum command_id id;
	int line, column, key_column[COMMAND_KEYS];
	struct binding keys;     /* none: the command shall have no key */
};
struct keyfile {
	char file[200];          /* as problems name it */
	int n;
	struct keyline v[COMMAND_NONE];
};

/* Lines that are not understood are problems; the others count. */
void keyfile_parse(const char *file, const char *text, struct keyfile *out, struct problems *p);
/* This user's file; NO, and empty, where there is none. */
enum status keyfile_load(struct keyfile *out, struct problems *p);
/* The bindings in use.  Without a kit: everything that is wrong with the lines among themselves becomes a problem.
 * With one: only what clashes with the keys of its actions, which stay the kit's. */
void keyfile_apply(const struct keyfile *k, const struct kit *kit, struct bindings *out, struct problems *p);
/* The table, in the form of the file. */
void keyfile_print(const struct bindings *b, struct buf *out);

#endif
