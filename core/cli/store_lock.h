/* Does an engine hold the store of a directory?  Asked without a connection,
 * which would count as a client and keep the engine from leaving, and without
 * standing in the way of an engine that starts.  Never takes a free lock. */
#ifndef CLI_STORE_LOCK_H
#define CLI_STORE_LOCK_H

#include <stdbool.h>

bool store_is_held(const char *store_dir);

#endif
