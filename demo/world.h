/* The keeper of the demo's world: lays out the release directories, starts the
 * three services and the traffic, sends the bad release out, and ends all of it
 * soon after the engine that commands it is gone.  Nobody but the keeper holds
 * the pipe by which its processes live, so none outlives it. */
#ifndef DEMO_WORLD_H
#define DEMO_WORLD_H

#include <stdbool.h>

struct world_options {
	const char *dir;      /* absolute, ours alone; holds world/, kit/, store/, world.json */
	const char *program;  /* this program's file */
	double speed;
	bool alone;           /* no engine is waited for or watched: tests */
};
/* Make the world, say "ready" on standard output, keep it until its end.  Exit status of the process. */
int world_keep(const struct world_options *o);

#endif
