#include "config.h"

#include "releases/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool disk_read(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	if (fd < 0)
		return false;
	for (ssize_t n; len < cap - 1 && (n = read(fd, out + len, cap - 1 - len)) > 0; )
		len += (size_t)n;
	close(fd);
	out[len] = '\0';
	return true;
}

static void first_line(char *s)
{
	s[strcspn(s, "\r\n")] = '\0';
}

/* ---- the link ---- */

/* releases/V or DIR/releases/V */
static const char *link_version(const struct place *p, const char *target)
{
	size_t len = strlen(p->dir);
	if (!strncmp(target, p->dir, len) && target[len] == '/')
		target += len + 1;
	if (!strncmp(target, "./", 2))
		target += 2;
	return strncmp(target, "releases/", 9) ? NULL : target + 9;
}

void link_read(const struct place *p, struct link *out)
{
	const char *path = place_path(p, "current");
	char target[4096];
	struct stat st;
	*out = (struct link){0};
	ssize_t n = readlink(path, target, sizeof target - 1);
	if (n < 0 || lstat(path, &st) < 0) {
		(void)snprintf(out->why, sizeof out->why, "%s", errno == EINVAL ? "`current` is no symbolic link" : strerror(errno));
		return;
	}
	while (n > 1 && target[n - 1] == '/')
		n--;
	target[n] = '\0';
	const char *version = link_version(p, target);
	if (!version || !place_version(version)) {
		(void)snprintf(out->why, sizeof out->why, "`current` does not point to releases/VERSION but to %.100s", target);
		return;
	}
	out->there = true;
	(void)snprintf(out->version, sizeof out->version, "%s", version);
	out->owner = st.st_uid;
	out->at = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
	(void)snprintf(out->stamp, sizeof out->stamp, "%ju.%lld.%09ld", (uintmax_t)st.st_ino, (long long)st.st_mtim.tv_sec,
		st.st_mtim.tv_nsec);
}

/* ---- a release ---- */

static bool manifest_file(int dir, const char *path, struct release *out)
{
	struct stat st;
	if (!*path || path[0] == '/' || !strncmp(path, "../", 3) || strstr(path, "/../"))
		return true; /* not of this release */
	if (fstatat(dir, path, &st, 0) == 0 && faccessat(dir, path, R_OK, 0) == 0)
		return true;
	(void)snprintf(out->why, sizeof out->why, "%.120s, which its RELEASE names, %s", path,
		errno == ENOENT ? "is gone" : "cannot be read");
	return false;
}

static void manifest_json(int dir, const struct json *m, struct release *out)
{
	const struct json *back = json_get(m, "back");
	(void)snprintf(out->by, sizeof out->by, "%s", json_get_str(m, "by", ""));
	if (json_type(json_get(back, "safe")) == JSON_BOOL)
		out->safe = json_get_bool(back, "safe", false);
	(void)snprintf(out->safe_why, sizeof out->safe_why, "%s", json_get_str(back, "why", ""));
	for (const struct json *f = json_first(json_get(m, "files")); f && out->complete; f = json_next(f))
		out->complete = manifest_file(dir, json_str(f, ""), out);
}

static void manifest_lines(int dir, char *text, struct release *out)
{
	char *save = NULL;
	for (char *line = strtok_r(text, "\r\n", &save); line && out->complete; line = strtok_r(NULL, "\r\n", &save))
		if (*line != '#')
			out->complete = manifest_file(dir, line, out);
}

static void manifest_read(int dir, const char *path, struct release *out)
{
	enum { CAP = 1 << 18 };
	char *text = mem_new(CAP);
	struct json *m = NULL;
	struct fault f;
	if (disk_read(path, text, CAP)) {
		if (text[0] == '{') {
			if (json_parse(text, strlen(text), CAP, &m, &f) == STATUS_OK)
				manifest_json(dir, m, out);
			else
				(void)snprintf(out->why, sizeof out->why, "its RELEASE cannot be understood: %.120s", f.what);
			out->complete = out->complete && m;
		} else {
			manifest_lines(dir, text, out);
		}
		json_free(m);
	}
	free(text);
}

/* Something that could run: any entry that is not one of our own words about it. */
static bool has_content(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	bool found = false;
	if (!d && fd >= 0)
		close(fd);
	for (struct dirent *e; d && !found && (e = readdir(d)); )
		found = e->d_name[0] != '.' && strcmp(e->d_name, "RELEASE") && strcmp(e->d_name, "BY");
	if (d)
		closedir(d);
	return found;
}

void release_read(const struct place *p, const char *version, struct release *out)
{
	char name[VERSION_LEN + 32], by[80];
	struct stat st;
	*out = (struct release){.safe = -1};
	(void)snprintf(name, sizeof name, "releases/%s", version);
	int dir = open(place_path(p, name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &st) < 0) {
		(void)snprintf(out->why, sizeof out->why, "%s %s", name, errno == ENOENT ? "is gone" : strerror(errno));
		if (dir >= 0)
			close(dir);
		return;
	}
	out->at = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
	out->complete = has_content(dir) && faccessat(dir, ".", X_OK, 0) == 0;
	if (!out->complete)
		(void)snprintf(out->why, sizeof out->why, "%s is empty or cannot be entered", name);
	(void)snprintf(name, sizeof name, "releases/%s/RELEASE", version);
	manifest_read(dir, place_path(p, name), out);
	(void)snprintf(name, sizeof name, "releases/%s/BY", version);
	if (!out->by[0] && disk_read(place_path(p, name), by, sizeof by)) {
		first_line(by);
		(void)snprintf(out->by, sizeof out->by, "%s", by);
	}
	close(dir);
}

/* ---- the process ---- */

/* A pid file older than the process it names belongs to a process that is gone: its number was
 * given to a stranger, whom a signal would hit. */
static bool younger_than_file(uint64_t start, const struct stat *file)
{
	int64_t age = sdk_now() - (int64_t)(start * (uint64_t)1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	int64_t file_age = sdk_wall() - ((int64_t)file->st_mtim.tv_sec * 1000000 + file->st_mtim.tv_nsec / 1000);
	return age + 5000000 < file_age;
}

pid_t disk_pid(const struct place *p, char *why, size_t cap)
{
	char text[32], *end;
	struct stat st;
	if (!disk_read(p->pid_file, text, sizeof text) || stat(p->pid_file, &st) < 0) {
		(void)snprintf(why, cap, "the pid file %.100s: %s", p->pid_file, strerror(errno));
		return 0;
	}
	first_line(text);
	long pid = strtol(text, &end, 10);
	if (end == text || pid <= 1 || pid > 1 << 30 || *end) {
		(void)snprintf(why, cap, "the pid file %.100s holds no process number", p->pid_file);
		return 0;
	}
	uint64_t start = sdk_pid_start(pid);
	if (!start) {
		(void)snprintf(why, cap, "process %ld of the pid file is gone", pid);
		return 0;
	}
	if (younger_than_file(start, &st)) {
		(void)snprintf(why, cap, "process %ld began after its pid file was written: it is a stranger", pid);
		return 0;
	}
	if (kill((pid_t)pid, 0) < 0) {
		(void)snprintf(why, cap, "process %ld may not be signalled: %s", pid, strerror(errno));
		return 0;
	}
	return (pid_t)pid;
}

/* ---- locks ---- */

bool disk_busy(const struct place *p, char *why, size_t cap)
{
	if (p->lock && access(p->lock, F_OK) == 0) {
		(void)snprintf(why, cap, "%.150s is there: a deploy is under way", p->lock);
		return true;
	}
	int fd = open(place_path(p, ".backout-lock"), O_RDONLY | O_CLOEXEC);
	bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	if (fd >= 0)
		close(fd);
	if (busy)
		(void)snprintf(why, cap, "another switch of this directory is under way");
	return busy;
}

int disk_make_lock(const struct place *p)
{
	int fd = open(place_path(p, ".backout-lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* ---- writing ---- */

static int dir_sync(int dir)
{
	return fsync(dir) < 0 ? errno : 0;
}

int disk_flip(const struct place *p, const char *version, bool *out_flipped)
{
	char tmp[64], target[VERSION_LEN + 16];
	int error = 0;
	*out_flipped = false;
	int dir = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno;
	(void)snprintf(tmp, sizeof tmp, ".current.%ld", (long)getpid());
	(void)snprintf(target, sizeof target, "releases/%s", version);
	(void)unlinkat(dir, tmp, 0);
	if (symlinkat(target, dir, tmp) < 0) {
		error = errno;
	} else if (renameat(dir, tmp, dir, "current") < 0) {
		error = errno;
		(void)unlinkat(dir, tmp, 0);
	} else {
		*out_flipped = true;
		error = dir_sync(dir);
	}
	close(dir);
	return error;
}
