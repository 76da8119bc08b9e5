/* Which files may be run or read as secrets: those that nobody but root and
 * the engine's user can have changed.  Called by host_find and host_secrets. */
#ifndef HOST_TRUST_H
#define HOST_TRUST_H

#include "base/status.h"

/* A path that is a regular file must be owned by root or us and not be writable by everyone; anything else passes. */
enum status trust_program(const char *path, struct fault *f);
/* The same for an open file that holds a secret, which nobody else may read either. */
enum status trust_secret(int fd, const char *path, struct fault *f);

#endif
