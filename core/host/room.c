/* A plugin's room: environment and scratch directory. */
#include "config.h"

#include "host/room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/os.h"
#include "host/host.h"

#define SCRATCH "scratch" /* in the engine's directory: what a killed engine left is found by the next */

char *room_tmpdir(const char *dir)
{
	const char *base = getenv("TMPDIR");
	struct buf b;
	char *path = NULL;

	buf_init(&b, 4096);
	if (dir && *dir) {
		buf_addf(&b, "%s/" SCRATCH, dir);
		if (mkdir(buf_str(&b), 0700) != 0 && errno != EEXIST)
			buf_reset(&b);
		else
			buf_adds(&b, "/XXXXXX");
	}
	if (!b.len)
		buf_addf(&b, "%s/backout-plugin-XXXXXX", base && base[0] == '/' ? base : "/tmp");
	if (!b.failed && mkdtemp(b.data))
		path = mem_str(b.data);
	buf_release(&b);
	return path;
}

/* One directory that is open; `levels` bounds how deep a stranger can make us go. */
static void empty_at(int fd, int levels)
{
	DIR *d = fdopendir(fd);

	if (!d) {
		close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0)
			continue;
		int sub = levels ? openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
		if (sub >= 0)
			empty_at(sub, levels - 1);
		unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

void room_remove(const char *tmpdir)
{
	int fd = open(tmpdir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		empty_at(fd, 32);
	rmdir(tmpdir);
}

static bool is_lived_in(const char *path, const pid_t *alive, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *theirs = os_tmpdir_of(alive[i]);
		bool same = theirs && strcmp(theirs, path) == 0;
		free(theirs);
		if (same)
			return true;
	}
	return false;
}

void host_sweep(const char *dir, const pid_t *alive, size_t n)
{
	struct buf b;
	buf_init(&b, 8192);
	buf_addf(&b, "%s/" SCRATCH, dir);
	DIR *d = opendir(buf_str(&b));
	for (struct dirent *e; d && (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		buf_reset(&b);
		buf_addf(&b, "%s/" SCRATCH "/%s", dir, e->d_name);
		if (!b.failed && !is_lived_in(buf_str(&b), alive, n))
			room_remove(buf_str(&b));
	}
	if (d)
		closedir(d);
	buf_release(&b);
}

/* ---- environment --------------------------------------------------------------- */

struct env {
	char **v;
	size_t n, cap;
};

static void env_add(struct env *e, const char *name, const char *value)
{
	struct buf b;

	if (!value)
		return;
	buf_init(&b, 1 << 17);
	buf_addf(&b, "%s=%s", name, value);
	if (!b.failed)
		*vec_push(e) = mem_str(buf_str(&b));
	buf_release(&b);
}

static const char *or_else(const char *value, const char *otherwise)
{
	return value && *value ? value : otherwise;
}

static bool is_ours(const char *name)
{
	static const char *const ours[] = { "PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

char **room_env(const char *tmpdir, const char *const *pass_env)
{
	struct env e = { 0 };
	const struct passwd *pw = getenv("HOME") && getenv("USER") ? NULL : getpwuid(geteuid());

	env_add(&e, "PATH", or_else(getenv("PATH"), "/usr/local/bin:/usr/bin:/bin"));
	env_add(&e, "HOME", or_else(getenv("HOME"), pw ? pw->pw_dir : "/"));
	env_add(&e, "USER", or_else(getenv("USER"), pw ? pw->pw_name : "nobody"));
	env_add(&e, "LANG", "C.UTF-8");
	env_add(&e, "TZ", "UTC");
	env_add(&e, "TMPDIR", tmpdir ? tmpdir : or_else(getenv("TMPDIR"), "/tmp"));
	for (size_t i = 0; pass_env && pass_env[i]; i++)
		if (!is_ours(pass_env[i]) && !strchr(pass_env[i], '='))
			env_add(&e, pass_env[i], getenv(pass_env[i]));
	*vec_push(&e) = NULL;
	return e.v;
}

void room_env_free(char **env)
{
	for (size_t i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}
