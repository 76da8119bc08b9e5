/* The file `lock` beside a store (contract, section 1): what the engine wrote
 * into it about itself, and whether that engine still holds it.  Read by
 * whoever looks for an engine; taken and written by the engine alone. */
#ifndef BASE_OS_LOCK_H
#define BASE_OS_LOCK_H

#include <stdbool.h>

struct os_lock {
	char store[256];         /* file name of the store; "" where nothing was written yet */
	char kit[4096], socket[4096];
	long pid;
};
/* False where there is no such file. */
bool os_lock_read(const char *path, struct os_lock *out);
void os_lock_read_fd(int fd, struct os_lock *out);
/* Does the process that the file names hold it?  Asked without a connection, which would count as a client and keep
 * the engine from leaving; and the lock is tried only where that process lives, so that an engine that starts never
 * finds it taken by us. */
bool os_lock_is_held(const char *path);

#endif
