/* Walking a kit's directory.  Every file is opened once and judged by its
 * descriptor, so that what was checked is what is read. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "kit/kit_read.h"
#include "kit/problems.h"

#define KIT_BYTES_MAX ((size_t)16 << 20)
#define FILES_MAX 40000

struct walker {
	char root[PATH_MAX];
	struct kit_files *out;
	struct problems *problems;
	size_t bytes;
};

static struct problem *say(struct walker *w, const char *path, enum problem_severity s, const char *what)
{
	return complain(w->problems, (struct place){path, 1, 1}, s, "%s", what);
}

/* ---- who may have written it ---------------------------------------------------------- */

static bool is_trusted(struct walker *w, const char *path, const struct stat *st)
{
	if (st->st_mode & S_IWOTH) {
		mend_with(say(w, path, PROBLEM_ERROR, "everybody may write to it"), "chmod o-w %s", path);
		return false;
	}
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		struct problem *p = say(w, path, PROBLEM_ERROR, "it belongs to neither root nor the user who runs this");
		mend_with(p, "chown %ld %s", (long)geteuid(), path);
		return false;
	}
	return true;
}

/* A link may point elsewhere within the kit, never out of it. */
static bool leads_out(const struct walker *w, const char *full)
{
	char real[PATH_MAX];
	size_t n = strlen(w->root);
	return !realpath(full, real) || strncmp(real, w->root, n) != 0 || (real[n] != '/' && n > 1);
}

/* ---- one file -------------------------------------------------------------------------- */

static bool read_whole(int fd, size_t size, char *out)
{
	size_t got = 0;
	while (got < size) {
		ssize_t n = read(fd, out + got, size - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static void keep(struct walker *w, const char *path, int fd, const struct stat *st)
{
	size_t size = st->st_size > 0 ? (size_t)st->st_size : 0;
	if (size > KIT_BYTES_MAX || w->bytes + size > KIT_BYTES_MAX || w->out->n >= FILES_MAX) {
		mend_with(say(w, path, PROBLEM_ERROR, "the kit is larger than 16 MiB"), "take out what is not part of it, or split it");
		return;
	}
	char *text = mem_new(size + 1);
	if (!read_whole(fd, size, text)) {
		mend_with(say(w, path, PROBLEM_ERROR, "it changed while it was read"), "try again");
		free(text);
		return;
	}
	w->bytes += size;
	struct kit_file *f = vec_push(w->out);
	*f = (struct kit_file){mem_str(path), text, size};
}

static void read_one(struct walker *w, const char *path)
{
	char full[PATH_MAX];
	struct stat st;
	if (snprintf(full, sizeof full, "%s/%s", w->root, path) >= (int)sizeof full)
		return;
	if (lstat(full, &st) == 0 && S_ISLNK(st.st_mode) && leads_out(w, full)) {
		mend_with(say(w, path, PROBLEM_WARNING, "this link leads out of the kit and is not followed"), "copy the file into the kit");
		return;
	}
	int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		mend_with(say(w, path, PROBLEM_ERROR, strerror(errno)), "make it readable for the user who runs this");
	else if (!S_ISREG(st.st_mode))
		mend_with(say(w, path, PROBLEM_ERROR, "it is no file"), "remove it, or rename it");
	else if (is_trusted(w, path, &st))
		keep(w, path, fd, &st);
	if (fd >= 0)
		close(fd);
}

/* ---- directories ------------------------------------------------------------------------ */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n > m && strcmp(s + n - m, end) == 0;
}

static void read_entry(struct walker *w, const char *dir, const char *ending, const char *name)
{
	char path[NAME_MAX + 16];
	if (name[0] == '.')
		return;
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	if (ends_with(name, ending))
		read_one(w, path);
	else if (strcmp(ending, ".yaml") == 0 && ends_with(name, ".yml"))
		mend_with(say(w, path, PROBLEM_WARNING, "files of a kit end in .yaml; this one is not read"), "rename it");
}

static void read_dir(struct walker *w, const char *dir, const char *ending)
{
	char full[PATH_MAX];
	struct stat st;
	if (snprintf(full, sizeof full, "%s/%s", w->root, dir) >= (int)sizeof full || lstat(full, &st) != 0)
		return;
	if (S_ISLNK(st.st_mode) && leads_out(w, full)) {
		mend_with(say(w, dir, PROBLEM_WARNING, "this link leads out of the kit and is not followed"), "copy the directory into the kit");
		return;
	}
	if (stat(full, &st) != 0 || !S_ISDIR(st.st_mode) || !is_trusted(w, dir, &st))
		return;
	DIR *d = opendir(full);
	if (!d) {
		mend_with(say(w, dir, PROBLEM_ERROR, strerror(errno)), "make it readable for the user who runs this");
		return;
	}
	for (struct dirent *e; (e = readdir(d));)
		read_entry(w, dir, ending, e->d_name);
	closedir(d);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct kit_file *)a)->path, ((const struct kit_file *)b)->path);
}

static enum status no_kit(struct fault *f, const char *dir, const char *what)
{
	fault_set(f, STATUS_USAGE, "no-kit", "%s", what);
	fault_where(f, dir, 0, 0);
	fault_mend(f, "name a directory with a kit.yaml, or write one with `backout init DIR`");
	return STATUS_USAGE;
}

enum status kit_read(const char *dir, struct kit_files *out, struct problems *p, struct fault *f)
{
	static const struct { const char *dir, *ending; } parts[] = {
		{"comms", ".md"}, {"data", ".yaml"}, {"releases", ".yaml"}, {"services", ".yaml"}};
	struct walker w = {.out = out, .problems = p};
	struct stat st;
	*out = (struct kit_files){0};
	if (!realpath(dir, w.root) || stat(w.root, &st) != 0)
		return no_kit(f, dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return no_kit(f, dir, "it is no directory");
	char full[PATH_MAX + 12];
	(void)snprintf(full, sizeof full, "%s/kit.yaml", w.root);
	if (access(full, F_OK) != 0)
		return no_kit(f, dir, "there is no kit.yaml in this directory");
	if (is_trusted(&w, ".", &st)) {
		read_one(&w, "kit.yaml");
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			read_dir(&w, parts[i].dir, parts[i].ending);
	}
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_path);
	return STATUS_OK;
}

void kit_files_release(struct kit_files *fs)
{
	for (size_t i = 0; i < fs->n; i++) {
		char *path, *text;
		memcpy(&path, &fs->v[i].path, sizeof path); /* const for readers; ours to free */
		memcpy(&text, &fs->v[i].text, sizeof text);
		free(path);
		free(text);
	}
	vec_release(fs);
}

/* ---- logins ------------------------------------------------------------------------------ */

static void same_uid(struct problems *p, const struct kit_person *a, const struct kit_person *b)
{
	struct problem *new = complain(p, (struct place){"kit.yaml", b->line, 1}, PROBLEM_ERROR, "%.64s and %.64s are one user on this machine (uid %ld)",
		a->id, b->id, (long)b->uid);
	mend_with(new, "each person needs a login of their own");
}

void kit_resolve_logins(struct kit *k, struct problems *p)
{
	for (size_t i = 0; i < k->n_people; i++) {
		struct kit_person *one = &k->people[i];
		if (one->login) {
			const struct passwd *pw = getpwnam(one->login);
			one->uid = pw ? (int64_t)pw->pw_uid : UID_NOBODY;
			if (!pw)
				mend_with(complain(p, (struct place){"kit.yaml", one->line, 1}, PROBLEM_WARNING, "this machine knows no login %.64s (%.64s)", one->login, one->id),
					"they cannot act from here; see `id %.64s`", one->login);
		}
		for (size_t j = 0; j < i && one->uid != UID_NOBODY; j++)
			if (k->people[j].uid == one->uid)
				same_uid(p, &k->people[j], one);
	}
}
