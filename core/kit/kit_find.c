/* Which kit is meant when nobody names one (contract 1). */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "kit/kit_read.h"

static bool holds_kit(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof path, "%s/kit.yaml", dir);
	return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool absolute(const char *dir, char *out, size_t cap)
{
	char real[PATH_MAX];
	return realpath(dir, real) && text_copy(out, cap, real);
}

/* A directory that somebody named: it must be a kit, nothing else is tried. */
static enum status named(const char *dir, const char *how, char *out, size_t cap, struct fault *f)
{
	struct stat st;
	if (stat(dir, &st) != 0)
		fault_set(f, STATUS_USAGE, "no-kit", "the kit that %s names cannot be read: %s", how, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		fault_set(f, STATUS_USAGE, "no-kit", "the kit that %s names is no directory", how);
	else if (!holds_kit(dir))
		fault_set(f, STATUS_USAGE, "no-kit", "there is no kit.yaml in the directory that %s names", how);
	else if (absolute(dir, out, cap))
		return STATUS_OK;
	else
		fault_set(f, STATUS_USAGE, "no-kit", "the path of the kit is too long");
	fault_where(f, dir, 0, 0);
	fault_mend(f, "name a directory with a kit.yaml, or write one with `backout init DIR`");
	return STATUS_USAGE;
}

static bool find_above(char *out, size_t cap)
{
	char dir[PATH_MAX];
	if (!getcwd(dir, sizeof dir))
		return false;
	for (;;) {
		if (holds_kit(*dir ? dir : "/"))
			return text_copy(out, cap, *dir ? dir : "/");
		char *slash = strrchr(dir, '/');
		if (!slash || !*dir)
			return false;
		*slash = '\0';
	}
}

static bool find_at_home(char *out, size_t cap)
{
	char dir[PATH_MAX];
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;
	if (config && config[0] == '/')
		n = snprintf(dir, sizeof dir, "%s/backout/kit", config);
	else if (home && home[0] == '/')
		n = snprintf(dir, sizeof dir, "%s/.config/backout/kit", home);
	else
		return false;
	return n > 0 && (size_t)n < sizeof dir && holds_kit(dir) && absolute(dir, out, cap);
}

enum status kit_find(const char *arg, char *out, size_t cap, struct fault *f)
{
	const char *env = getenv("BACKOUT_KIT");
	if (arg)
		return named(arg, "the command line", out, cap, f);
	if (env && *env)
		return named(env, "BACKOUT_KIT", out, cap, f);
	if (find_above(out, cap) || find_at_home(out, cap))
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "no-kit", "no kit was found: not here, not above, not in ~/.config/backout/kit");
	fault_mend(f, "name one with --kit DIR, or write one with `backout init DIR`");
	return STATUS_USAGE;
}
