/* The mark of an action, and the durable write beneath it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/instant.h"
#include "base/mem.h"
#include "sdk/sdk.h"

static const char *const step_names[] = {
	[SDK_STEP_BEGUN] = "begun", [SDK_STEP_SWITCHED] = "switched", [SDK_STEP_TOLD] = "told", [SDK_STEP_ENDED] = "ended",
};
#define N_STEPS (sizeof step_names / sizeof *step_names)

static bool write_all(int fd, const char *text)
{
	size_t len = strlen(text), done = 0;
	while (done < len) {
		ssize_t n = write(fd, text + done, len - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

int sdk_write_file(const char *where, const char *name, const char *text)
{
	char tmp[128];
	int error = 0, dir = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno;
	(void)snprintf(tmp, sizeof tmp, "%.80s.new", name);
	int fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || !write_all(fd, text) || fsync(fd) < 0)
		error = errno;
	if (fd >= 0 && close(fd) < 0 && !error)
		error = errno;
	if (!error && renameat(dir, tmp, dir, name) < 0)
		error = errno;
	if (error)
		(void)unlinkat(dir, tmp, 0);
	else
		error = fsync(dir) < 0 ? errno : 0;
	close(dir);
	return error;
}

static void mark_name(const char *op, char out[64])
{
	(void)snprintf(out, 64, ".backout-op-%.32s", op);
}

void sdk_mark_begin(struct sdk_mark *m, const char *op, int64_t patience)
{
	struct now now;
	os_now(&now);
	*m = (struct sdk_mark){.pid = getpid(), .start = os_pid_start(getpid()), .patience = patience};
	(void)snprintf(m->op, sizeof m->op, "%s", op);
	(void)snprintf(m->boot, sizeof m->boot, "%s", now.boot);
}

int sdk_mark_write(const char *dir, struct sdk_mark *m, enum sdk_step step)
{
	struct buf b;
	struct jw w;
	char name[64];
	m->step = step;
	m->at = sdk_wall();
	buf_init(&b, 8192);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "op", m->op);
	jw_kstr(&w, "step", step_names[step]);
	jw_kint(&w, "pid", m->pid);
	jw_kint(&w, "start", (int64_t)m->start);
	jw_kint(&w, "child", m->child);
	jw_kint(&w, "child_start", (int64_t)m->child_start);
	jw_kstr(&w, "boot", m->boot);
	jw_ktime(&w, "at", m->at);
	jw_kint(&w, "patience_us", m->patience);
	jw_kbool(&w, "done", m->done);
	jw_kint(&w, "changed", (int64_t)m->changed);
	jw_kstr(&w, "detail", m->detail);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	mark_name(m->op, name);
	int error = sdk_write_file(dir, name, buf_str(&b));
	buf_release(&b);
	return error;
}

static bool read_text(const char *dir, const char *name, char *out, size_t cap)
{
	struct buf path;
	buf_init(&path, 8192);
	buf_addf(&path, "%s/%s", dir, name);
	int fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, cap - 1);
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	out[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

bool sdk_mark_read(const char *dir, const char *op, struct sdk_mark *out)
{
	char name[64], text[8192];
	struct json *v = NULL;
	struct fault f;
	*out = (struct sdk_mark){.changed = SDK_CHANGED_UNKNOWN};
	mark_name(op, name);
	if (!read_text(dir, name, text, sizeof text) || json_parse(text, strlen(text), sizeof text, &v, &f) != STATUS_OK)
		return false;
	const char *step = json_get_str(v, "step", "");
	for (size_t i = 0; i < N_STEPS; i++)
		if (!strcmp(step, step_names[i]))
			out->step = (enum sdk_step)i;
	(void)snprintf(out->op, sizeof out->op, "%s", op);
	(void)snprintf(out->boot, sizeof out->boot, "%s", json_get_str(v, "boot", ""));
	(void)snprintf(out->detail, sizeof out->detail, "%s", json_get_str(v, "detail", ""));
	out->pid = json_get_int(v, "pid", 0);
	out->start = (uint64_t)json_get_int(v, "start", 0);
	out->child = json_get_int(v, "child", 0);
	out->child_start = (uint64_t)json_get_int(v, "child_start", 0);
	out->at = json_get_time(v, "at");
	out->patience = json_get_int(v, "patience_us", 0);
	out->done = json_get_bool(v, "done", false);
	int64_t changed = json_get_int(v, "changed", SDK_CHANGED_UNKNOWN);
	out->changed = changed >= SDK_NONE && changed <= SDK_CHANGED_UNKNOWN ? (enum sdk_changed)changed : SDK_CHANGED_UNKNOWN;
	json_free(v);
	return true;
}

uint64_t sdk_pid_start(int64_t pid)
{
	return pid > 1 && pid < INT32_MAX ? os_pid_start((pid_t)pid) : 0;
}

static bool lives(int64_t pid, uint64_t start)
{
	return start && sdk_pid_start(pid) == start;
}

bool sdk_mark_alive(const struct sdk_mark *m)
{
	struct now now;
	os_now(&now);
	return !strcmp(now.boot, m->boot) && (lives(m->pid, m->start) || lives(m->child, m->child_start));
}

void sdk_mark_prune(const char *dir)
{
	DIR *d = opendir(dir);
	int64_t old = sdk_wall() / 1000000 - 30 * 86400;
	for (struct dirent *e; d && (e = readdir(d)); ) {
		struct stat st;
		if (!strncmp(e->d_name, ".backout-op-", 12) && !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_mtime < old)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}
