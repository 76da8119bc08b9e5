/* Reading theme files and finding them; the package's own are in themes/, compiled in. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "kit/problems.h"
#include "tui/settings.h"
#include "tui/screen/theme.h"
#include "tui/themes_data.h"

#define INHERIT_MAX 8

static const struct {
	const char *name, *text;
} ours[] = {
	{"default", theme_default},
	{"light", theme_light},
	{"high-contrast", theme_high_contrast},
	{"no-colour", theme_no_colour},
	{"ascii", theme_ascii},
};
#define N_OURS (sizeof ours / sizeof *ours)

static const char *const colours[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
	"bright-white"};
#define N_COLOURS (sizeof colours / sizeof *colours)

static const struct {
	const char *word;
	unsigned bit;
} attributes[] = {
	{"bold", PAINT_BOLD},
	{"dim", PAINT_DIM},
	{"reverse", PAINT_REVERSE},
	{"underline", PAINT_UNDERLINE},
};
#define N_ATTRIBUTES (sizeof attributes / sizeof *attributes)

/* ---- a paint ------------------------------------------------------------------------- */

static bool colour_of(const char *word, short *out)
{
	char *end;
	long n;

	*out = -1;
	if (!strcmp(word, "default"))
		return true;
	for (size_t i = 0; i < N_COLOURS; i++)
		if (!strcmp(word, colours[i])) {
			*out = (short)i;
			return true;
		}
	n = strtol(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || n > 255)
		return false;
	*out = (short)n;
	return true;
}

static unsigned attribute_of(const char *word)
{
	for (size_t i = 0; i < N_ATTRIBUTES; i++)
		if (!strcmp(word, attributes[i].word))
			return attributes[i].bit;
	return 0;
}

static const char *paint_nearest(const char *word)
{
	const char *names[N_COLOURS + N_ATTRIBUTES + 2];
	size_t n = 0;

	for (size_t i = 0; i < N_COLOURS; i++)
		names[n++] = colours[i];
	for (size_t i = 0; i < N_ATTRIBUTES; i++)
		names[n++] = attributes[i].word;
	names[n++] = "default";
	names[n++] = "on";
	return text_nearest(word, names, n);
}

static void paint_wrong(const struct settings *s, const struct setting *x, int column, const char *what, const char *word)
{
	const char *near = *word ? paint_nearest(word) : NULL;
	struct problem *p = complain(s->problems, (struct place){s->file, x->line, column}, PROBLEM_ERROR, what, word);

	if (near)
		mend_with(p, "did you mean %s?", near);
	else
		mend_with(p, "write [COLOUR] [on COLOUR] [bold] [dim] [reverse] [underline]; a colour is red, bright-red, 0 to 255 or default");
}

/* Letters' colour, "on" the ground's, and attributes in any order. */
static void paint_take(const struct settings *s, const struct setting *x, struct paint *out)
{
	struct paint paint = {-1, -1, 0};
	const char *at = x->value;
	char word[48];
	bool on = false, had[2] = {false, false};
	int column;
	short colour;

	while (setting_word(x, &at, "", word, sizeof word, &column)) {
		unsigned bit = attribute_of(word);
		if (!strcmp(word, "on") && !on && !had[1]) {
			on = true;
		} else if (bit && !on) {
			paint.attributes |= bit;
		} else if (!colour_of(word, &colour)) {
			paint_wrong(s, x, column, "\"%s\" is no colour and no attribute", word);
			return;
		} else if (had[on]) {
			paint_wrong(s, x, column, "one colour more than there is place for%s", "");
			return;
		} else {
			*(on ? &paint.bg : &paint.fg) = colour;
			had[on] = true;
			on = false;
		}
	}
	if (on)
		paint_wrong(s, x, column, "a colour is missing after \"on\"%s", "");
	else
		*out = paint;
}

/* ---- a theme --------------------------------------------------------------------------- */

static void load(const char *name, bool own, int depth, struct theme *out, struct problems *p);

/* The value of a line that takes one word, all of it where there are more, without its comment. */
static const char *word_of(const struct setting *x, char out[sizeof x->value])
{
	char more[sizeof x->value];
	const char *at = x->value;
	int column;

	if (!setting_word(x, &at, "", out, sizeof x->value, &column))
		*out = 0;
	else if (setting_word(x, &at, "", more, sizeof more, &column))
		text_copy(out, sizeof x->value, x->value);
	return out;
}

static void plain(const char *name, struct theme *out)
{
	memset(out, 0, sizeof *out);
	text_copy(out->name, sizeof out->name, name);
	for (int i = 0; i < ROLE_COUNT; i++)
		out->paint[i] = (struct paint){-1, -1, 0};
}

static bool exists(const struct theme_names *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i], name))
			return true;
	return false;
}

/* Another theme to begin with.  A file that inherits its own name means ours. */
static void inherit(const struct settings *s, const struct setting *x, int depth, struct theme *out)
{
	struct place at = {s->file, x->line, x->value_column};
	const char *names[THEMES_MAX], *near;
	struct theme_names all;
	char name[THEME_NAME], from[sizeof x->value];

	theme_names(&all);
	word_of(x, from);
	text_copy(name, sizeof name, out->name);
	if (depth >= INHERIT_MAX) {
		mend_with(complain(s->problems, at, PROBLEM_ERROR, "these themes inherit each other in a circle"), "let one of them say everything itself");
	} else if (exists(&all, from)) {
		load(from, strcmp(from, name) != 0, depth + 1, out, s->problems);
		text_copy(out->name, sizeof out->name, name);
	} else {
		for (size_t i = 0; i < all.n; i++)
			names[i] = all.v[i];
		near = text_nearest(from, names, all.n);
		mend_with(complain(s->problems, at, PROBLEM_ERROR, "there is no theme \"%.60s\" to inherit", from),
			near ? "did you mean %s?" : "inherit default%s", near ? near : "");
	}
}

static void role_unknown(const struct settings *s, const struct setting *x)
{
	const char *names[ROLE_COUNT + 2], *near;
	struct problem *p = complain(s->problems, (struct place){s->file, x->line, x->column}, PROBLEM_WARNING, "there is no role \"%s\"", x->name);

	for (int r = 0; r < ROLE_COUNT; r++)
		names[r] = role_word((enum role)r);
	names[ROLE_COUNT] = "charset";
	names[ROLE_COUNT + 1] = "inherit";
	near = text_nearest(x->name, names, ROLE_COUNT + 2);
	mend_with(p, near ? "did you mean %s?" : "themes/default.theme has them all%s", near ? near : "");
}

static void charset_take(const struct settings *s, const struct setting *x, struct theme *out)
{
	struct place at = {s->file, x->line, x->value_column};
	char word[sizeof x->value];

	word_of(x, word);
	if (!strcmp(word, "ascii") || !strcmp(word, "utf-8"))
		out->ascii = *word == 'a';
	else
		mend_with(complain(s->problems, at, PROBLEM_ERROR, "charset cannot be \"%.60s\"", word), "write ascii or utf-8");
}

static void line_take(const struct settings *s, const struct setting *x, struct theme *out)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if (!strcmp(x->name, role_word((enum role)r))) {
			paint_take(s, x, &out->paint[r]);
			return;
		}
	if (!strcmp(x->name, "charset"))
		charset_take(s, x, out);
	else if (strcmp(x->name, "inherit") != 0) /* that came first */
		role_unknown(s, x);
}

static void parse(const char *file, const char *text, int depth, struct theme *out, struct problems *p)
{
	struct problems twice = {0};
	struct settings first = {file, text, 0, &twice}, all = {file, text, 0, p};
	struct setting x;

	while (settings_next(&first, &x)) /* wherever it stands, what is inherited comes before what is said here */
		if (!strcmp(x.name, "inherit")) {
			first.problems = p;
			inherit(&first, &x, depth, out);
			break;
		}
	problems_release(&twice);
	while (settings_next(&all, &x))
		line_take(&all, &x, out);
}

void theme_parse(const char *name, const char *file, const char *text, struct theme *out, struct problems *p)
{
	plain(name, out);
	parse(file, text, 0, out, p);
}

/* ---- finding one ------------------------------------------------------------------------ */

/* It becomes part of a path. */
static bool fit_name(const char *name)
{
	return text_is_name(name) && strlen(name) < THEME_NAME;
}

static bool own_path(const char *name, char *out, size_t cap)
{
	char below[80];

	snprintf(below, sizeof below, "themes/%s.theme", name);
	return fit_name(name) && settings_path(below, out, cap);
}

/* The name is known to exist: as this user's, where `own` is asked for, or as ours. */
static void load(const char *name, bool own, int depth, struct theme *out, struct problems *p)
{
	char path[4096], shown[200];
	struct buf text;
	enum status s = STATUS_NO;

	plain(name, out);
	buf_init(&text, SETTINGS_MAX);
	if (own && own_path(name, path, sizeof path))
		s = settings_read(path, &text, p);
	if (s == STATUS_OK)
		parse(settings_shown(path, shown, sizeof shown), buf_str(&text), depth, out, p);
	for (size_t i = 0; s == STATUS_NO && i < N_OURS; i++)
		if (!strcmp(name, ours[i].name))
			parse(name, ours[i].text, depth, out, p);
	buf_release(&text);
}

enum status theme_load(const char *name, struct theme *out, struct problems *p, struct fault *f)
{
	struct theme_names all;
	char list[240] = "";
	size_t before = p->errors;

	theme_names(&all);
	if (exists(&all, name)) {
		load(name, true, 0, out, p);
		if (p->errors == before)
			return STATUS_OK;
		load("default", false, 0, out, p);
		return STATUS_NO;
	}
	for (size_t i = 0; i < all.n && strlen(list) < sizeof list - THEME_NAME; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", all.v[i]);
	fault_set(f, STATUS_USAGE, "not-found", "there is no theme '%.60s'", name);
	fault_mend(f, "the themes are: %s", list);
	return STATUS_USAGE;
}

/* ---- names ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

void theme_names(struct theme_names *out)
{
	static const char end[] = ".theme";
	char path[4096], name[256];
	struct dirent *e;
	DIR *d;

	for (out->n = 0; out->n < N_OURS; out->n++)
		text_copy(out->v[out->n], THEME_NAME, ours[out->n].name);
	d = settings_path("themes", path, sizeof path) ? opendir(path) : NULL;
	while (d && out->n < THEMES_MAX && (e = readdir(d))) {
		size_t n = strlen(e->d_name), cut = sizeof end - 1;
		if (n <= cut || strcmp(e->d_name + n - cut, end) != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(n - cut), e->d_name);
		if (fit_name(name) && !exists(out, name))
			text_copy(out->v[out->n++], THEME_NAME, name);
	}
	if (d)
		closedir(d);
	qsort(out->v + N_OURS, out->n - N_OURS, THEME_NAME, by_name);
}

const char *theme_where(const char *name, char *out, size_t cap)
{
	char path[4096];

	if (own_path(name, path, sizeof path) && !access(path, F_OK))
		return settings_shown(path, out, cap);
	text_copy(out, cap, "built in");
	return out;
}

const char *theme_after(const struct theme_names *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(name, all->v[i]))
			return all->v[(i + 1) % all->n];
	return all->v[0];
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
