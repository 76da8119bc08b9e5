/* Which kit and which engine a console is meant for (contract, section 1). */
#ifndef TUI_FIND_H
#define TUI_FIND_H

#include "cli/cli.h"
#include "client/client.h"

struct found {
	char kit[4096];              /* "" where an engine runs that we only join */
	struct client_paths paths;
};
/* KIT, --kit, BACKOUT_KIT, the nearest parent with kit.yaml, the only running
 * engine's, $XDG_CONFIG_HOME/backout/kit; else USAGE with the mend. */
enum status find_kit(const struct cli *c, const char *word, struct found *out, struct fault *f);

#endif
