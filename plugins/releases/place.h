/* Where a service's releases lie and how its process is asked and told: the
 * backend's config and the target read into one struct.  Made for every watch,
 * preflight, perform and reconcile anew; it never touches the disk. */
#ifndef RELEASES_PLACE_H
#define RELEASES_PLACE_H

#include "sdk/sdk.h"

#define VERSION_LEN 257

struct place {
	struct arena *mem;             /* everything below lives in it */
	const char *service, *dir;
	const char *url, *field, *file; /* how the process is asked; NULL where not so */
	const char *const *command;
	int signal;                    /* 0: not by signal */
	const char *signal_name, *pid_file;
	const char *const *reload;
	const char *lock;
	const char *const *shared;     /* NULL-terminated, or NULL */
	int64_t every;
};

/* `a` needs service, target and environment; from and to where words use them.  False: the fault says why. */
bool place_init(struct place *p, const struct json *config, const struct sdk_action *a, struct fault *f);
void place_release(struct place *p);
/* Is there any way to ask the process? */
bool place_asks(const struct place *p);
/* DIR/name, in the place's arena. */
const char *place_path(const struct place *p, const char *name);
/* A version as the name of a directory in releases/. */
bool place_version(const char *v);

#endif
