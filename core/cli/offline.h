/* Which store is meant where no kit says so.  Used by reading.c alone; never
 * starts an engine and never writes. */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "cli/cli.h"

/* --store, BACKOUT_STORE, else the only store under $XDG_STATE_HOME/backout; else USAGE with the mend. */
enum status offline_store(const struct cli *c, struct buf *out_path, struct fault *f);

#endif
