/* What a release of the shop does: the few values in releases/V/behaviour.conf
 * that `current` points to.  A process keeps what it loaded until it is told to
 * load again, whatever the link says meanwhile. */
#ifndef DEMO_BEHAVIOUR_H
#define DEMO_BEHAVIOUR_H

#include <stdbool.h>

struct behaviour {
	char release[64];     /* from VERSION of the release */
	int issues;           /* token format that logins get */
	unsigned reads;       /* bits 1 << format */
	int error_every;      /* every so manieth request is answered 500; 0: none */
	int delay_us;         /* work done for a request */
};
/* False, and *out untouched, where the release is not whole. */
bool behaviour_load(const char *dir, struct behaviour *out);

#endif
