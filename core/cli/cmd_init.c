/* backout init DIR: the commented baseline kit, with whoever runs this as its first person. */
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

#include "base/json.h"
#include "base/text.h"
#include "cli/baseline.h"
#include "cli/commands.h"
#include "cli/json_safe.h"

struct person { char id[72], identity[96]; };

/* Who this is: the login, and as a person of the kit the same word where it is a name. */
static void person_of_us(struct person *out)
{
	const struct passwd *pw = getpwuid(getuid());
	bool named = pw && text_is_name(pw->pw_name);
	text_copy(out->id, sizeof out->id, named ? pw->pw_name : "me");
	if (!strcmp(out->id, "incident-commander") || !strcmp(out->id, "on-call") || !strcmp(out->id, "service-owner"))
		text_copy(out->id, sizeof out->id, "me");
	if (named)
		(void)snprintf(out->identity, sizeof out->identity, "login: \"%s\"", pw->pw_name);
	else
		(void)snprintf(out->identity, sizeof out->identity, "uid: %ld", (long)getuid());
}

static void fill_line(const char *line, const struct person *who, struct buf *out)
{
	static const char person[] = "{{person}}", identity[] = "{{identity}}";
	while (*line) {
		if (strncmp(line, person, sizeof person - 1) == 0) {
			buf_adds(out, who->id);
			line += sizeof person - 1;
		} else if (strncmp(line, identity, sizeof identity - 1) == 0) {
			buf_adds(out, who->identity);
			line += sizeof identity - 1;
		} else {
			buf_addc(out, *line++);
		}
	}
	buf_addc(out, '\n');
}

/* ---- writing -------------------------------------------------------------------------- */

static enum status fail(struct fault *f, const char *path, const char *what)
{
	fault_set(f, STATUS_OUTSIDE, "cannot-write", "%s: %s", what, strerror(errno));
	fault_where(f, path, 0, 0);
	fault_mend(f, "mend that, empty the directory and try again");
	return STATUS_OUTSIDE;
}

static bool write_all(int fd, const struct buf *b)
{
	for (size_t at = 0; at < b->len;) {
		ssize_t n = write(fd, buf_str(b) + at, b->len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static enum status write_file(const char *dir, const char *name, const struct buf *text, struct fault *f)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return fail(f, path, "the directory cannot be made");
	*slash = '/';
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(f, path, "the file cannot be made");
	bool good = fchmod(fd, 0644) == 0 && write_all(fd, text);
	good = close(fd) == 0 && good; /* a lax umask must not make a kit that check refuses */
	return good ? STATUS_OK : fail(f, path, "the file cannot be written");
}

static enum status write_kit(const char *dir, struct fault *f)
{
	struct person who;
	struct buf text;
	enum status s = STATUS_OK;
	person_of_us(&who);
	buf_init(&text, (size_t)1 << 20);
	for (const struct baseline_line *l = baseline_lines; l->path && !s; l++) {
		fill_line(l->text, &who, &text);
		if (l[1].path && strcmp(l[1].path, l->path) == 0)
			continue;
		s = write_file(dir, l->path, &text, f);
		buf_reset(&text);
	}
	buf_release(&text);
	return s;
}

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	bool empty = d != NULL;
	for (struct dirent *e; d && (e = readdir(d));)
		empty = empty && (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."));
	if (d)
		closedir(d);
	return empty;
}

static enum status make_dir(const char *dir, struct fault *f)
{
	struct stat st;
	if (strlen(dir) > PATH_MAX - 64) {
		fault_set(f, STATUS_USAGE, "bad-path", "the path is too long");
		return STATUS_USAGE;
	}
	if (mkdir(dir, 0755) == 0)
		return STATUS_OK;
	if (errno != EEXIST)
		return fail(f, dir, "the directory cannot be made");
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && is_empty(dir))
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "not-empty", "it is there already and not an empty directory");
	fault_where(f, dir, 0, 0);
	fault_mend(f, "name a new directory; nothing was written");
	return STATUS_USAGE;
}

/* ---- the command ------------------------------------------------------------------------ */

static void say(const struct cli *c, const char *dir)
{
	struct buf out;
	struct jw w;
	const char *before = "";
	buf_init(&out, 1 << 16);
	jw_init(&w, &out);
	if (!c->json) {
		buf_addf(&out, "%s is a kit now, and not armed: nothing fires.\n"
			"Change its lines, then `backout check %s`; `backout help kit` lists every key.\n", dir, dir);
		cli_out(&out);
	} else {
		jw_obj(&w);
		jw_kstr(&w, "kit", dir);
		jw_key(&w, "files");
		jw_arr(&w);
		for (const struct baseline_line *l = baseline_lines; l->path; before = l->path, l++)
			if (strcmp(before, l->path) != 0)
				jw_str(&w, l->path);
		jw_arr_end(&w);
		jw_obj_end(&w);
		buf_addc(&out, '\n');
		json_out(&out);
	}
	buf_release(&out);
}

enum status cmd_init(struct cli *c)
{
	const char *from = NULL;
	struct fault f = {0};
	bool with = cli_option(c, "--from", &from);
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	if (with) {
		fault_set(&f, STATUS_USAGE, "not-built", "init --from is not built yet");
		fault_mend(&f, "`backout init DIR` writes the commented baseline kit");
		return cli_fail(c, STATUS_USAGE, &f);
	}
	s = make_dir(c->argv[1], &f);
	if (!s)
		s = write_kit(c->argv[1], &f);
	if (s)
		return cli_fail(c, s, &f);
	say(c, c->argv[1]);
	return STATUS_OK;
}
