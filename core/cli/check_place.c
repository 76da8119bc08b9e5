/* Looking for a name in the text of a kit. */
#include "config.h"

#include "cli/check_place.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Does the line hold the word by itself, behind `before` where that is given? */
static const char *word_in(const char *line, size_t len, const char *before, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= len && line[i] != '#'; i++) {
		if (memcmp(line + i, word, n) != 0 || (i && is_letter(line[i - 1])) || (i + n < len && is_letter(line[i + n])))
			continue;
		const char *p = line + i;
		while (p > line && strchr(" \t\"'", p[-1]))
			p--;
		if (!before || ((size_t)(p - line) >= strlen(before) && !strncmp(p - strlen(before), before, strlen(before))))
			return line + i;
	}
	return NULL;
}

/* As a key (`NAME:`) or as a name (`name: NAME`). */
static const char *name_in(const char *line, size_t len, const char *name)
{
	const char *p = word_in(line, len, "name:", name);
	if (p)
		return p;
	p = word_in(line, len, NULL, name);
	const char *behind = p ? p + strlen(name) : NULL;
	while (behind && behind < line + len && strchr("\"' ", *behind))
		behind++;
	return behind && behind < line + len && *behind == ':' ? p : NULL;
}

static bool find(const struct kit_file *f, const char *name, bool service, struct place *out)
{
	const char *at = f->text, *end = f->text + f->len;
	for (int line = 1; at < end; line++) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol ? eol : end) - at);
		const char *p = service ? word_in(at, len, "service:", name) : name_in(at, len, name);
		if (p) {
			*out = (struct place){f->path, line, (int)(p - at) + 1};
			return true;
		}
		at += len + 1;
	}
	return false;
}

struct place place_of(const struct kit_files *files, const char *service, const char *name)
{
	struct place at = {"kit.yaml", 1, 1}, own;
	const struct kit_file *kit = NULL;
	vec_each(const struct kit_file, f, files) {
		if (!strcmp(f->path, "kit.yaml"))
			kit = f;
		if (strncmp(f->path, "services/", 9) != 0 || !find(f, service, true, &own))
			continue;
		if (find(f, name, false, &at))
			return at;
		at = own;
	}
	if (kit)
		(void)find(kit, name, false, &at);
	return at;
}
