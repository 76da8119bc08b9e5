/* The release directories of the demo's world on disk: what is in them, and the
 * step of a deployer.  Called by the keeper only. */
#ifndef DEMO_LAYOUT_H
#define DEMO_LAYOUT_H

#include <stdbool.h>

/* DIR/{auth,checkout,ledger}/releases/V/..., current -> the good one. */
bool layout_make(const char *dir);
/* Unpack auth 8.14.0 and let `current` point to it: symlink, rename, sync of the directory. */
bool layout_deploy(const char *dir);

#endif
