/* The lock of a store's directory: one engine, one store, one directory.
 * The file also tells clients which store, process, kit and socket it is. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/os_lock.h"
#include "base/text.h"
#include "engine/parts.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static enum status write_text(struct engine *e, struct fault *f)
{
	struct buf b;
	buf_init(&b, 16384);
	buf_addf(&b, "store %s\npid %ld\nkit %s\nsocket %s\n", base_name(e->store), (long)getpid(), e->kit_dir, e->socket);
	bool good = !ftruncate(e->lock_fd, 0) && pwrite(e->lock_fd, buf_str(&b), b.len, 0) == (ssize_t)b.len;
	buf_release(&b);
	if (good)
		return STATUS_OK;
	return fault_set(f, STATUS_OUTSIDE, "lock", "cannot write %s: %s", e->lock, strerror(errno));
}

/* Ask the engine that runs to end; where it cannot be asked, its process gets the signal that means the same. */
static void ask_to_leave(const struct os_lock *t)
{
	static const char lines[] =
		"{\"hello\":{\"protocol\":1,\"role\":\"command\"}}\n"
		"{\"id\":1,\"ask\":\"00000000000000000000000000000000\",\"do\":\"stop\",\"via\":\"command\",\"params\":{\"replace\":true}}\n";
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool sent = fd >= 0 && text_copy(sa.sun_path, sizeof sa.sun_path, t->socket) &&
		!connect(fd, (struct sockaddr *)&sa, sizeof sa) &&
		send(fd, lines, sizeof lines - 1, MSG_NOSIGNAL) == (ssize_t)sizeof lines - 1;
	if (!sent && t->pid > 1)
		kill((pid_t)t->pid, SIGTERM);
	if (fd >= 0)
		close(fd);
}

/* LOCK_NB, `times` times: somebody who only looks whether it is held may hold it for an instant. */
static bool try_lock(struct engine *e, int times)
{
	const struct timespec pause = {.tv_nsec = 15 * 1000 * 1000};
	while (flock(e->lock_fd, LOCK_EX | LOCK_NB)) {
		if (!--times)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* A client that lost the first one may have started another meanwhile: that one is asked, too. */
static bool replace(struct engine *e, struct os_lock *t)
{
	long asked = 0;
	for (int i = 0; i < 100; i++) {
		if (t->pid != asked)
			ask_to_leave(t);
		asked = t->pid;
		if (try_lock(e, 10))
			return true;
		os_lock_read_fd(e->lock_fd, t);
	}
	return false;
}

static enum status held(struct engine *e, const struct os_lock *t, bool *out_held, struct fault *f)
{
	*out_held = true;
	if (t->store[0] && strcmp(t->store, base_name(e->store)) != 0) {
		fault_set(f, STATUS_USAGE, "other-store", "%s belongs to the store %s, whose engine runs (process %ld)", e->dir, t->store, t->pid);
		fault_mend(f, "name that store, or use another directory: one store a directory");
		return STATUS_USAGE;
	}
	fault_set(f, STATUS_OUTSIDE, "engine-runs", "process %ld is the engine of %s already", t->pid, e->store);
	fault_mend(f, "`backout engine --replace` takes over from it");
	return STATUS_OUTSIDE;
}

/* A dead engine's lock file names its store; where that store still lies here, this directory is taken. */
static enum status other_store(struct engine *e, const struct os_lock *t, struct fault *f)
{
	char path[4400];
	struct stat st;
	if (!t->store[0] || !strcmp(t->store, base_name(e->store)) || strchr(t->store, '/'))
		return STATUS_OK;
	snprintf(path, sizeof path, "%s/%s", e->dir, t->store);
	if (stat(path, &st))
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "other-store", "%s holds the store %s, not %s", e->dir, t->store, base_name(e->store));
	fault_mend(f, "name that store, or use another directory: one store a directory");
	return STATUS_USAGE;
}

enum status lock_take(struct engine *e, bool *out_held, struct fault *f)
{
	struct os_lock t;
	*out_held = false;
	e->lock_fd = open(e->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (e->lock_fd < 0)
		return fault_set(f, STATUS_OUTSIDE, "lock", "cannot open %s: %s", e->lock, strerror(errno));
	bool mine = try_lock(e, 4);
	os_lock_read_fd(e->lock_fd, &t);
	if (!mine && e->o->replace && (!t.store[0] || !strcmp(t.store, base_name(e->store))))
		mine = replace(e, &t);
	if (!mine)
		return held(e, &t, out_held, f);
	/* the file may have been deleted while we waited: then the lock is one that nobody else will ever see */
	if (!lock_is_ours(e))
		return fault_set(f, STATUS_OUTSIDE, "lock", "%s was replaced while it was taken", e->lock);
	enum status s = other_store(e, &t, f);
	return s ? s : write_text(e, f);
}

bool lock_is_ours(const struct engine *e)
{
	struct stat mine, there;
	return e->lock_fd >= 0 && !fstat(e->lock_fd, &mine) && !stat(e->lock, &there) &&
		mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}
