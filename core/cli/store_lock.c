/* The lock of a store, looked at. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/os.h"
#include "cli/store_lock.h"

/* The file names its engine's process; only where that one lives is the lock tried, so that an engine that
 * starts after a crash never finds it taken by us. */
bool store_is_held(const char *store_dir)
{
	char path[4200], text[8192];
	snprintf(path, sizeof path, "%s/lock", store_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	const char *line = strstr(text, "pid ");
	long pid = line && (line == text || line[-1] == '\n') ? strtol(line + 4, NULL, 10) : 0;
	bool held = pid > 1 && os_pid_start((pid_t)pid) && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}
