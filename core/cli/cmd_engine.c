/* backout engine [KIT]: the engine alone, in the foreground. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "engine/engine.h"

enum status cmd_engine(struct cli *c)
{
	struct client_paths *p = calloc(1, sizeof *p);
	struct fault f;
	char kit_dir[4096];
	/* the two hidden ones are how a client starts it */
	struct engine_options o = {.by_client = cli_option(c, "--by-client", NULL), .demo = cli_option(c, "--demo", NULL),
		.replace = cli_option(c, "--replace", NULL), .kit_dir = kit_dir, .ready_fd = STDOUT_FILENO};
	enum status s = cli_done(c, 0, 1);
	if (s || !p) {
		free(p);
		return s;
	}
	s = session_place(c, c->argc > 1 ? c->argv[1] : NULL, p, kit_dir, sizeof kit_dir, &f);
	if (!s && !kit_dir[0]) {
		s = fault_set(&f, STATUS_USAGE, "no-kit", "an engine needs a kit");
		fault_mend(&f, "name its directory: `backout engine KIT`");
	}
	if (!s) {
		o.store = p->store;
		s = engine_run(&o, &f);
	}
	free(p);
	return s ? cli_fail(c, s, &f) : STATUS_OK;
}
