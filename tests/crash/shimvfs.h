/* A VFS between SQLite and the real one, for the journal's crash tests.  It
 * fails the n-th write, sync, open, truncate or delete as told, and records
 * every one of them so that the state after a power cut can be made.  One
 * thread, test programs only. */
#ifndef TESTS_CRASH_SHIMVFS_H
#define TESTS_CRASH_SHIMVFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shim_fault {
	SHIM_NOTHING_DONE,   /* the call fails and did nothing */
	SHIM_HALF_DONE,      /* a write reached half way */
	SHIM_ALL_DONE,       /* it was done, and still says it failed */
	SHIM_FULL,           /* the disk is full */
	SHIM_FAULTS
};

enum shim_op_kind { SHIM_WRITE, SHIM_TRUNCATE, SHIM_SYNC, SHIM_DELETE, SHIM_MARK };
struct shim_op {
	enum shim_op_kind kind;
	char name[32];       /* of the file, without its directory */
	int64_t offset;      /* or the new length; or what was marked */
	size_t len;
	unsigned char *data;
};

struct shim {
	/* faults: the calls `from` .. `from + count - 1` fail (1 is the first); count 0: none */
	int64_t calls, from, count;
	enum shim_fault how;
	int64_t failed;      /* how many did */
	/* recording */
	bool record;
	struct shim_op *ops;
	size_t n_ops, cap_ops;
};
extern struct shim shim;

void shim_install(void);   /* becomes SQLite's default */
void shim_remove(void);    /* the real one is again */
void shim_mark(int64_t v); /* into the recording: everything up to here was acknowledged */
void shim_forget(void);    /* drop the recording */

#endif
