/* What `check` can say about a kit's secrets on this machine: files that others
 * may read.  Opens them only to look at their rights; never reads a secret. */
#ifndef CLI_CHECK_SECRETS_H
#define CLI_CHECK_SECRETS_H

#include "kit/kit.h"

/* dir: of the kit, which relative paths begin at. */
void check_secrets(const struct kit *k, const char *dir, struct problems *p);

#endif
