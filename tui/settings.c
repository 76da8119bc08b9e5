/* Lines of a user's file, with their places. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "kit/problems.h"
#include "tui/settings.h"

bool settings_path(const char *below, char *out, size_t cap)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (xdg && *xdg == '/') /* a relative one is to be ignored, says its specification */
		n = snprintf(out, cap, "%s/backout/%s", xdg, below);
	else if (home && *home)
		n = snprintf(out, cap, "%s/.config/backout/%s", home, below);
	else
		return false;
	return n > 0 && (size_t)n < cap;
}

const char *settings_shown(const char *path, char *out, size_t cap)
{
	const char *home = getenv("HOME");
	size_t n = home ? strlen(home) : 0;

	if (n > 1 && !strncmp(path, home, n) && path[n] == '/')
		snprintf(out, cap, "~%s", path + n);
	else
		text_copy(out, cap, path);
	return out;
}

static enum status cannot(struct problems *p, const char *path, const char *why, const char *mend)
{
	char shown[200];
	struct place at = {settings_shown(path, shown, sizeof shown), 1, 1};

	mend_with(complain(p, at, PROBLEM_ERROR, "it cannot be read: %s", why), "%s", mend);
	return STATUS_USAGE;
}

/* What keys mean, and what can be seen of a panel, is this user's to say, and root's. */
static enum status trusted(struct problems *p, const char *path, const struct stat *st)
{
	bool mine = st->st_uid == geteuid() || st->st_uid == 0;
	char shown[200];
	struct place at = {settings_shown(path, shown, sizeof shown), 1, 1};

	if (mine && !(st->st_mode & S_IWOTH))
		return STATUS_OK;
	mend_with(complain(p, at, PROBLEM_ERROR, "it is not used: %s", mine ? "everybody can write it" : "it belongs to somebody else"), "%s",
		mine ? "chmod o-w makes it yours alone" : "copy it, and use the copy");
	return STATUS_USAGE;
}

/* A pipe without a writer would keep the console from starting: it is not waited for, and no file of ours. */
enum status settings_read(const char *path, struct buf *out, struct problems *p)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char part[4096];
	ssize_t n = 0;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_NO;
	if (fd < 0)
		return cannot(p, path, strerror(errno), "let yourself read it, or move it away");
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return cannot(p, path, "it is not a file", "put a file there, or move it away");
	}
	if (trusted(p, path, &st) != STATUS_OK) {
		close(fd);
		return STATUS_USAGE;
	}
	while (!out->failed && (n = read(fd, part, sizeof part)) > 0) /* no further: it may have any size */
		buf_add(out, part, (size_t)n);
	close(fd);
	if (n < 0)
		return cannot(p, path, "reading it fails", "look at the disk, or move it away");
	if (out->failed)
		return cannot(p, path, "it is larger than 64 KiB", "shorten it, or move it away");
	if (strlen(buf_str(out)) != out->len || !utf8_valid(buf_str(out), out->len))
		return cannot(p, path, "it is not text in UTF-8", "write it anew as plain text");
	return STATUS_OK;
}

/* ---- lines -------------------------------------------------------------------------- */

static int columns_to(const char *from, const char *to)
{
	int n = 1;

	for (; from < to; from++)
		n += ((unsigned char)*from & 0xc0) != 0x80;
	return n;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Name and value of one line, n bytes; false where it is not `NAME = VALUE`. */
static bool line_split(const char *line, size_t n, struct setting *out)
{
	const char *end = line + n, *name = line, *value, *equals = memchr(line, '=', n);
	size_t len;

	while (name < end && blank(*name))
		name++;
	out->column = columns_to(line, name);
	if (!equals || equals <= name)
		return false;
	for (len = (size_t)(equals - name); len && blank(name[len - 1]); len--)
		;
	for (value = equals + 1; value < end && blank(*value); value++)
		;
	while (end > value && blank(end[-1]))
		end--;
	if (!len || len >= sizeof out->name || memchr(name, ' ', len) || (size_t)(end - value) >= sizeof out->value)
		return false;
	out->value_column = columns_to(line, value);
	memcpy(out->name, name, len);
	out->name[len] = 0;
	memcpy(out->value, value, (size_t)(end - value));
	out->value[end - value] = 0;
	return true;
}

bool settings_next(struct settings *s, struct setting *out)
{
	while (*s->at) {
		const char *line = s->at;
		size_t n = strcspn(line, "\n"), lead = strspn(line, " \t\r");

		s->at += n + (line[n] == '\n');
		s->line++;
		if (lead >= n || line[lead] == '#')
			continue;
		out->line = s->line;
		if (line_split(line, n, out))
			return true;
		struct place at = {s->file, s->line, out->column};
		mend_with(complain(s->problems, at, PROBLEM_ERROR, "this line is not understood"), "write NAME = VALUE, or begin it with #");
	}
	return false;
}

bool setting_word(const struct setting *x, const char **at, const char *stops, char *out, size_t cap, int *out_column)
{
	size_t n = 0;

	while (blank(**at))
		++*at;
	*out_column = x->value_column - 1 + columns_to(x->value, *at);
	if (!**at || **at == '#' || strchr(stops, **at))
		return false;
	while ((*at)[n] && !blank((*at)[n]) && !strchr(stops, (*at)[n]))
		n++;
	snprintf(out, cap, "%.*s", (int)n, *at);
	*at += n;
	return true;
}
