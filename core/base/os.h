/* What only the operating system knows: clocks, boot id, randomness, who is at
 * the other end of a socket, processes and directories.  With os_lock.h the one
 * part of base that touches the outside; pure rooms never include it. */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/instant.h"
#include "base/status.h"

void os_now(struct now *out);
void os_random(void *out, size_t n);
void os_random_hex(char *out, size_t bytes);   /* 2*bytes + NUL */
const char *os_host(char *out, size_t cap);
bool os_peer(int fd, uid_t *out_uid, pid_t *out_pid);

/* When a process was started, in clock ticks since boot; 0 where it is gone or a zombie.
 * (pid, start) names a process for good within one boot. */
uint64_t os_pid_start(pid_t pid);

struct os_child {
	pid_t pid;
	uint64_t start;
	int in, out, err; /* our ends: write to in, read out and err; all non-blocking, close-on-exec */
};
struct os_spawn {
	const char *const *argv;  /* argv[0] is a path */
	const char *const *env;   /* NULL-terminated */
	const char *cwd;
	bool dies_with_parent;    /* PR_SET_PDEATHSIG SIGKILL: watchers only */
};
/* New session and process group, no other descriptors, default signals, no core dump. */
enum status os_spawn(const struct os_spawn *spec, struct os_child *out, struct fault *f);
/* Has a child of os_spawn ended?  *out_code: its exit code, or minus the signal that ended it.
 * Without `reap` it stays a zombie, so that its pid cannot become a stranger's. */
bool os_exited(pid_t pid, bool reap, int *out_code);
void os_await(pid_t pid);      /* somebody here will wait for this child; os_spawn says so itself */
bool os_awaited(pid_t pid);    /* os_await was said, and it is neither reaped nor forgotten */
void os_forget(pid_t pid);     /* nobody waits for it any more: os_reap_orphans may */
/* Become the reaper of orphaned grandchildren. */
void os_subreaper(void);
/* Reap dead children that nobody here started: orphans handed to a subreaper. */
void os_reap_orphans(void);
/* Send sig to the group of `leader`, to all its descendants and to every orphan
 * of ours whose environment has TMPDIR=tmpdir.  Returns how many were signalled. */
int os_kill_all(pid_t leader, const char *tmpdir, int sig); /* sig 0 only counts; TERM is followed by CONT */
char *os_tmpdir_of(pid_t pid);  /* the TMPDIR a living process was started with; owned, or NULL */
/* A file without a name, in memory, close-on-exec; -1 where there is none to have. */
int os_memory(void);
/* fsync the directory that holds path. */
bool os_sync_dir_of(const char *path);
/* Make what is missing above path, 0700, each new name synced into its parent.  The mend names --store. */
enum status os_dirs_above(const char *path, struct fault *f);
/* No core dumps and no ptrace of this process: prctl(PR_SET_DUMPABLE, 0). */
void os_no_dump(void);

#endif
