/* Reading theme files; the package's own are in themes/, compiled in. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/theme.h"
#include "tui/themes_data.h"

static const struct {
	const char *name, *text;
} ours[] = {
	{"default", theme_default},
	{"no-colour", theme_no_colour},
};
#define N_OURS (sizeof ours / sizeof *ours)

static const char *const colours[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
	"bright-white"};

static const struct {
	const char *word;
	unsigned bit;
} attributes[] = {
	{"bold", PAINT_BOLD},
	{"dim", PAINT_DIM},
	{"reverse", PAINT_REVERSE},
	{"underline", PAINT_UNDERLINE},
};

static bool colour_of(const char *word, short *out)
{
	char *end;
	long n;

	if (!strcmp(word, "default")) {
		*out = -1;
		return true;
	}
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		if (!strcmp(word, colours[i])) {
			*out = (short)i;
			return true;
		}
	n = strtol(word, &end, 10);
	if (end == word || *end || n < 0 || n > 255)
		return false;
	*out = (short)n;
	return true;
}

/* "fg", "on bg" and attributes in any order. */
static bool paint_word(const char *word, bool *on, struct paint *out)
{
	if (!strcmp(word, "on")) {
		*on = true;
		return true;
	}
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (!strcmp(word, attributes[i].word)) {
			out->attributes |= attributes[i].bit;
			return true;
		}
	if (!colour_of(word, *on ? &out->bg : &out->fg))
		return false;
	*on = false;
	return true;
}

/* Next word of a line, cut at blanks; false at its end. */
static bool word_next(const char **s, char *out, size_t cap)
{
	size_t n;

	*s += strspn(*s, " \t");
	n = strcspn(*s, " \t");
	if (!n || n >= cap)
		return false;
	memcpy(out, *s, n);
	out[n] = 0;
	*s += n;
	return true;
}

static enum status line_parse(const char *name, const char *line, int number, struct theme *out, struct fault *f)
{
	char word[40];
	const char *s = line;
	struct paint paint = {-1, -1, 0};
	bool on = false;
	int role = -1;

	if (!word_next(&s, word, sizeof word) || *word == '#')
		return STATUS_OK;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (!strcmp(word, role_word((enum role)r)))
			role = r;
	if (role < 0) {
		fault_set(f, STATUS_USAGE, "bad-theme", "theme %s: there is no role '%s'", name, word);
		fault_where(f, name, number, 1);
		return STATUS_USAGE;
	}
	if (!word_next(&s, word, sizeof word) || strcmp(word, "=") != 0)
		goto bad;
	while (word_next(&s, word, sizeof word))
		if (!paint_word(word, &on, &paint))
			goto bad;
	out->paint[role] = paint;
	return STATUS_OK;
bad:
	fault_set(f, STATUS_USAGE, "bad-theme", "theme %s: '%s' is not understood", name, word);
	fault_mend(f, "a line is: ROLE = [COLOUR] [on COLOUR] [bold] [dim] [reverse] [underline]");
	fault_where(f, name, number, 1);
	return STATUS_USAGE;
}

enum status theme_parse(const char *name, const char *text, struct theme *out, struct fault *f)
{
	memset(out, 0, sizeof *out);
	text_copy(out->name, sizeof out->name, name);
	for (int i = 0; i < ROLE_COUNT; i++)
		out->paint[i] = (struct paint){-1, -1, 0};
	for (int number = 1; *text; number++) {
		char line[200];
		size_t n = strcspn(text, "\n");
		snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), text);
		enum status s = line_parse(name, line, number, out, f);
		if (s != STATUS_OK)
			return s;
		text += n + (text[n] == '\n');
	}
	return STATUS_OK;
}

enum status theme_named(const char *name, struct theme *out, struct fault *f)
{
	for (size_t i = 0; i < N_OURS; i++)
		if (!strcmp(name, ours[i].name))
			return theme_parse(name, ours[i].text, out, f);
	fault_set(f, STATUS_USAGE, "not-found", "there is no theme '%s'", name);
	fault_mend(f, "the themes are: default, no-colour");
	return STATUS_USAGE;
}

const char *theme_choice(const char *given, const char *env_theme, const char *no_color, const char *term)
{
	if (given && *given)
		return given;
	if (env_theme && *env_theme)
		return env_theme;
	if ((no_color && *no_color) || (term && !strcmp(term, "dumb")))
		return "no-colour";
	return "default";
}

const char *theme_after(const char *name)
{
	for (size_t i = 0; i < N_OURS; i++)
		if (!strcmp(name, ours[i].name))
			return ours[(i + 1) % N_OURS].name;
	return ours[0].name;
}
