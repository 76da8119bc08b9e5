/* One reader of `verify`: the events lo..hi of a store, checked one by one
 * against their own digests and the stored chain of the event before.  Ranges
 * are independent of each other, so several run side by side, each with a
 * connection of its own; verify.c alone starts them and puts the answers together. */
#ifndef JOURNAL_SCAN_H
#define JOURNAL_SCAN_H

#include "journal/store.h"

struct span {
	int64_t a, b;
};
struct spans {
	struct span *v;
	size_t n, cap;
};

struct scan {
	const char *path;
	sqlite3 *db;             /* NULL: the scan opens one of its own */
	int64_t lo, hi;          /* the seqs that must be there; lo 1 also takes what stands before it */
	bool deep;               /* bodies must be JSON that would pass the door */
	int64_t events, nulls, at; /* at: of the last event */
	unsigned char chain[SHA_LEN]; /* of the last event that was read */
	struct spans gone;       /* null bodies */
	struct spans named;      /* what `withheld` events name, each cut to what lies before it */
	int64_t bad_seq;         /* first bad event, where bad_what is not empty */
	char bad_what[320];
	enum status status;      /* OUTSIDE: could not be read, fault says why */
	struct fault fault;
};

void scan_run(struct scan *s);
void scan_release(struct scan *s);

/* ---- head lines, anchors.c ---- */
struct head {
	char id[40];
	int64_t seq;
	unsigned char chain[SHA_LEN];
	char when[40];
};
/* A head anywhere in a line; false where there is none. *out_torn: one begins and is not whole. */
bool head_parse(const char *line, struct head *out, bool *out_torn);
/* Hold the heads of o->head and o->anchors against the store under db whose last event is `last`. */
enum status anchors_check(sqlite3 *db, const char *path, const struct store_id *id, int64_t last,
	const struct verify_options *o, struct verify_result *out, struct fault *f);

#endif
