/* The lock file of a store, read and looked at. */
#include "config.h"

#include "base/os_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/os.h"

static bool take_field(const char *line, size_t len, const char *name, char *out, size_t cap)
{
	size_t n = strlen(name);
	if (len <= n || strncmp(line, name, n) != 0 || line[n] != ' ' || len - n - 1 >= cap)
		return false;
	memcpy(out, line + n + 1, len - n - 1);
	out[len - n - 1] = '\0';
	return true;
}

void os_lock_read_fd(int fd, struct os_lock *out)
{
	char text[12288], pid[24];
	memset(out, 0, sizeof *out);
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		take_field(line, len, "store", out->store, sizeof out->store);
		take_field(line, len, "kit", out->kit, sizeof out->kit);
		take_field(line, len, "socket", out->socket, sizeof out->socket);
		if (take_field(line, len, "pid", pid, sizeof pid))
			out->pid = strtol(pid, NULL, 10);
		line += len + (line[len] ? 1 : 0);
	}
}

static int open_lock(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool os_lock_read(const char *path, struct os_lock *out)
{
	memset(out, 0, sizeof *out);
	int fd = open_lock(path);
	if (fd < 0)
		return false;
	os_lock_read_fd(fd, out);
	close(fd);
	return true;
}

bool os_lock_is_held(const char *path)
{
	struct os_lock l;
	int fd = open_lock(path);
	if (fd < 0)
		return false;
	os_lock_read_fd(fd, &l);
	bool held = l.pid > 1 && os_pid_start((pid_t)l.pid) && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}
