/* `check --live`: the kit held against its backends, without an engine: every
 * plugin is started with its secrets, every signal measured once, every
 * action's preflight asked.  Owns its processes and ends them; changes
 * nothing.  Called by cmd_check; never prints. */
#ifndef CLI_CHECK_LIVE_H
#define CLI_CHECK_LIVE_H

#include "kit/kit_read.h"

struct live_counts { size_t signals, actions, backends; }; /* that were asked */
/* What does not work, or would not if it were pressed now, is added to the problems; files say where it stands. */
enum status check_live(const char *dir, const struct kit_files *files, struct kit *k, struct problems *p, struct live_counts *out,
	struct fault *f);

#endif
