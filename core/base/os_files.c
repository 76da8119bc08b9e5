/* Directories that are there for good once a call came back, and a file that never is. */
#include "config.h"

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

bool os_sync_dir_of(const char *path)
{
	char *dir = mem_str(path);
	char *slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir ? 1 : 0] = '\0';
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return false;
	bool ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

enum status os_dirs_above(const char *path, struct fault *f)
{
	char *dir = mem_str(path);
	enum status s = STATUS_OK;
	for (char *p = dir + 1; s == STATUS_OK && *dir && (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(dir, 0700) == 0 ? !os_sync_dir_of(dir) : errno != EEXIST) {
			s = fault_set(f, STATUS_OUTSIDE, "cannot-create", "cannot make the directory %s: %s", dir, strerror(errno));
			fault_mend(f, "make it, or name another place with --store PATH");
		}
		*p = '/';
	}
	free(dir);
	return s;
}

int os_memory(void)
{
	return memfd_create("backout", MFD_CLOEXEC);
}
