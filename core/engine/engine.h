/* The engine: one process, one loop, sole writer of the journal.  Holds the
 * store by its lock, keeps plugins, clients and timers, and wires asks and
 * ticks to decide, drafts to the journal, events to the model and effects to
 * plugins.  Never blocks on a backend or a person. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "base/status.h"

struct engine_options {
	const char *kit_dir;
	const char *store;       /* NULL: the default path of the kit's name */
	bool by_client;          /* started by a client: ends by itself when nobody needs it */
	bool replace;            /* --replace: take over from the running one */
	bool demo;               /* leaves 60 s after its last client whatever is open */
	int ready_fd;            /* -1, or written to (one line) once clients are taken */
};
/* Runs until SIGTERM or until it is not needed; returns the exit status. */
enum status engine_run(const struct engine_options *o, struct fault *f);

#endif
