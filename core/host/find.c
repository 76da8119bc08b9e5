/* Which program a kit means by a plugin's name or command. */
#include "config.h"

#include "host/host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/trust.h"

/* DIR/backout-plugin-NAME, or DIR/NAME/backout-plugin-NAME as the build tree has it. */
static char *in_dir(const char *dir, size_t dir_len, const char *name)
{
	static const char *const shapes[] = { "%.*s/backout-plugin-%s", "%.*s/%s/backout-plugin-%s" };
	char path[PATH_MAX];

	if (!dir_len || dir[0] != '/')
		return NULL;
	for (int i = 0; i < 2; i++) {
		int n = i ? snprintf(path, sizeof path, shapes[1], (int)dir_len, dir, name, name)
			  : snprintf(path, sizeof path, shapes[0], (int)dir_len, dir, name);
		struct stat st;
		if (n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
			return mem_str(path);
	}
	return NULL;
}

static char *in_list(const char *list, const char *name)
{
	for (const char *dir = list; dir && *dir;) {
		size_t n = strcspn(dir, ":");
		char *found = in_dir(dir, n, name);
		if (found)
			return found;
		dir += n + (dir[n] == ':');
	}
	return NULL;
}

/* Beside this program: an installation that was moved, or the build tree. */
static char *beside_us(const char *name)
{
	char self[PATH_MAX - 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	char plugins[PATH_MAX];
	snprintf(plugins, sizeof plugins, "%s/plugins", self);
	char *found = in_dir(self, strlen(self), name);
	return found ? found : in_dir(plugins, strlen(plugins), name);
}

static enum status find_named(const char *name, char **out, struct fault *f)
{
	if (!text_is_kit_name(name)) {
		fault_set(f, STATUS_USAGE, "plugin-name", "'%s' is no name of a plugin", name);
		fault_mend(f, "a name is small letters, digits and '-'; another program is written {command: [...]}");
		return STATUS_USAGE;
	}
	char *found = in_list(getenv("BACKOUT_PLUGIN_PATH"), name);
	if (!found)
		found = beside_us(name);
	if (!found)
		found = in_dir(PKGLIBEXECDIR, strlen(PKGLIBEXECDIR), name);
	*out = found;
	if (found)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "no-plugin", "there is no plugin '%s'", name);
	fault_mend(f, "put an executable backout-plugin-%s into a directory of BACKOUT_PLUGIN_PATH, or install it to %s", name, PKGLIBEXECDIR);
	return STATUS_USAGE;
}

/* ---- commands ---------------------------------------------------------------------------- */

/* kit_dir/word as an absolute path, where there is such a file; else NULL. */
static char *in_kit(const char *kit_dir, const char *word)
{
	struct buf b;
	struct stat st;

	buf_init(&b, PATH_MAX);
	buf_addf(&b, "%s/%s", kit_dir ? kit_dir : ".", word);
	char *path = b.failed ? NULL : realpath(buf_str(&b), NULL);
	buf_release(&b);
	if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return path;
	free(path);
	return NULL;
}

static char *in_path(const char *word)
{
	const char *list = getenv("PATH");
	struct stat st;

	for (const char *dir = list && *list ? list : "/usr/local/bin:/usr/bin:/bin"; *dir;) {
		size_t n = strcspn(dir, ":");
		struct buf b;
		buf_init(&b, PATH_MAX);
		buf_addf(&b, "%.*s/%s", (int)n, dir, word);
		if (n && dir[0] == '/' && !b.failed && stat(buf_str(&b), &st) == 0 && S_ISREG(st.st_mode) && access(buf_str(&b), X_OK) == 0)
			return buf_take(&b);
		buf_release(&b);
		dir += n + (dir[n] == ':');
	}
	return NULL;
}

static enum status find_word(const char *word, bool first, const char *kit_dir, char **out, struct fault *f)
{
	bool relative = word[0] != '/' && strchr(word, '/');

	*out = relative ? in_kit(kit_dir, word) : first && word[0] != '/' ? in_path(word) : mem_str(word);
	if (!*out && !first)
		*out = mem_str(word); /* it only looks like a path */
	if (*out)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "no-plugin", "there is no program '%s'", word);
	fault_mend(f, relative ? "a path with / is relative to the kit's directory" : "install it, or write its path");
	return STATUS_USAGE;
}

static void argv_release(char **argv)
{
	for (size_t i = 0; argv[i]; i++) {
		free(argv[i]);
		argv[i] = NULL;
	}
}

enum status host_find(const char *plugin, const char *const *command, const char *kit_dir, char **out_argv, size_t cap, struct fault *f)
{
	enum status s = STATUS_OK;
	size_t n = 0;

	out_argv[0] = NULL;
	if (plugin) {
		s = find_named(plugin, &out_argv[0], f);
		n = s == STATUS_OK;
	}
	for (; !plugin && s == STATUS_OK && command && command[n]; n++) {
		if (n + 1 >= cap)
			s = fault_set(f, STATUS_USAGE, "plugin-command", "the command of a plugin has over %zu words", cap - 1);
		else if ((s = find_word(command[n], n == 0, kit_dir, &out_argv[n], f)) == STATUS_OK)
			out_argv[n + 1] = NULL;
		if (s != STATUS_OK)
			break;
	}
	out_argv[n] = NULL;
	if (s == STATUS_OK && n == 0)
		s = fault_set(f, STATUS_USAGE, "no-plugin", "a plugin needs a name or a command");
	for (size_t i = 0; s == STATUS_OK && i < n; i++)
		s = trust_program(out_argv[i], f);
	if (s != STATUS_OK)
		argv_release(out_argv);
	return s;
}
