/* What the disk says: where `current` points, which releases are complete, who
 * the pid file names, what ran here.  Everything but the functions named
 * disk_make_lock, disk_flip and history_add only reads. */
#ifndef RELEASES_DISK_H
#define RELEASES_DISK_H

#include <sys/types.h>

#include "releases/place.h"

struct link {
	bool there;
	char version[VERSION_LEN];
	char why[200];    /* where it is not there */
	int64_t at;       /* when it was made, microseconds */
	char stamp[96];   /* opaque: changes whenever somebody makes the link anew */
	uid_t owner;
};
void link_read(const struct place *p, struct link *out);

/* A release's manifest and the rest that is known of it. */
struct release {
	bool complete;
	char why[200];    /* what is missing */
	char by[80];
	int safe;         /* is going back from it safe: -1 not said, 0 no, 1 yes */
	char safe_why[200];
	int64_t at;
};
void release_read(const struct place *p, const char *version, struct release *out);

/* The living process that the pid file names, or 0 and why not. */
pid_t disk_pid(const struct place *p, char *why, size_t cap);
/* Is another switch under way?  why says whose. */
bool disk_busy(const struct place *p, char *why, size_t cap);
/* Hold DIR/.backout-lock; -1 and errno. */
int disk_make_lock(const struct place *p);
/* current -> releases/version: symlink beside, rename, sync of the directory.  0, or errno of the
 * step that failed; *out_flipped says whether the rename had happened. */
int disk_flip(const struct place *p, const char *version, bool *out_flipped);
/* At most cap - 1 bytes; false where it cannot be read. */
bool disk_read(const char *path, char *out, size_t cap);

/* DIR/.backout-history, oldest first */
struct ran {
	int64_t at;
	bool left;        /* rolled back from; else: ran */
	char version[VERSION_LEN];
};
struct history {
	struct ran *v;
	size_t n, cap;
};
void history_load(const struct place *p, struct history *out);
void history_release(struct history *h);
/* Append unless the newest line says the same; failing is no error: it is a convenience. */
void history_add(const struct place *p, bool left, const char *version);
bool history_left(const struct history *h, const char *version);
/* The newest version that ran before `now`, or NULL. */
const char *history_previous(const struct history *h, const char *now);
/* Where a rollback from `from` goes by default: the newest that ran, is complete and was not
 * rolled back from; with an empty history the next older directory.  *out_seen: it ran here. */
bool history_default(const struct place *p, const struct history *h, const char *from, char out[VERSION_LEN], bool *out_seen);

#endif
