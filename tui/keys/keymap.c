/* The table of commands, keys by their names, and which key means what. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tui/keys/keymap.h"

const struct keymap_row keymap[COMMAND_NONE] = {
#define X(id, keys, args, group, help, use) {COMMAND_##id, #id, keys, args, group, help, (use) == 1, \
	(use) == 3 ? KEYMODE_CHART : (use) == 2 ? KEYMODE_PAST : KEYMODE_ANY},
	COMMANDS(X)
#undef X
};

/* ---- names of commands ------------------------------------------------------------ */

const char *keymap_name(int id, char out[COMMAND_NAME])
{
	size_t n = 0;

	for (; keymap[id].name[n] && n + 1 < COMMAND_NAME; n++)
		out[n] = (char)(keymap[id].name[n] == '_' ? '-' : tolower((unsigned char)keymap[id].name[n]));
	out[n] = 0;
	return out;
}

bool keymap_written(int id, const char *begin, char *out, size_t cap)
{
	char name[COMMAND_NAME];

	if (!strcmp(keymap[id].group, "move") || (keymap[id].mode != KEYMODE_ANY && id != COMMAND_LOOK_BACK && id != COMMAND_LIVE))
		return false;
	text_copy(out, cap, keymap_name(id, name));
	return !strncasecmp(out, begin, strlen(begin));
}

enum command_id keymap_named(const char *name)
{
	char known[COMMAND_NAME];

	for (int i = 0; i < COMMAND_NONE; i++)
		if (!strcasecmp(keymap_name(i, known), name))
			return keymap[i].id;
	return COMMAND_NONE;
}

/* ---- names of keys ------------------------------------------------------------------- */

#define STROKE(kind, cp) (((uint32_t)(kind) << 24) | (cp))
#define STROKE_KIND(s) ((enum key_kind)((s) >> 24))
#define STROKE_CP(s) ((s) & 0xffffffu)

static const struct {
	const char *name;
	uint32_t stroke;
} named[] = {
	{"Enter", STROKE(KEY_ENTER, 0)}, {"Esc", STROKE(KEY_ESC, 0)}, {"Tab", STROKE(KEY_TAB, 0)},
	{"Shift-Tab", STROKE(KEY_BACKTAB, 0)}, {"Backspace", STROKE(KEY_BACKSPACE, 0)}, {"Delete", STROKE(KEY_DELETE, 0)},
	{"Up", STROKE(KEY_UP, 0)}, {"Down", STROKE(KEY_DOWN, 0)}, {"Left", STROKE(KEY_LEFT, 0)}, {"Right", STROKE(KEY_RIGHT, 0)},
	{"Home", STROKE(KEY_HOME, 0)}, {"End", STROKE(KEY_END, 0)}, {"PageUp", STROKE(KEY_PAGE_UP, 0)},
	{"PageDown", STROKE(KEY_PAGE_DOWN, 0)}, {"Space", STROKE(KEY_CHAR, ' ')}, {"Comma", STROKE(KEY_CHAR, ',')},
	{"Hash", STROKE(KEY_CHAR, '#')},
};
#define N_NAMED (sizeof named / sizeof *named)

uint32_t stroke_of(const struct key *k)
{
	return STROKE(k->kind, k->kind == KEY_CHAR || k->kind == KEY_CTRL ? k->cp : 0);
}

static uint32_t ctrl_named(const char *word, const char **why)
{
	uint32_t cp = (uint32_t)tolower((unsigned char)word[5]);

	if (strncasecmp(word, "Ctrl-", 5) != 0 || !word[5] || word[6] || cp < 'a' || cp > 'z')
		return 0;
	if (cp == 'm' || cp == 'j')
		*why = "terminals send Enter for it";
	else if (cp == 'i')
		*why = "terminals send Tab for it";
	else if (cp == 'h')
		*why = "terminals send Backspace for it";
	return STROKE(KEY_CTRL, cp);
}

uint32_t stroke_named(const char *word, const char **out_why)
{
	uint32_t cp;
	const char *why = NULL;
	uint32_t stroke = 0;
	size_t n = strlen(word), len = n ? utf8_next(word, n, &cp) : 0;

	if (len && len == n && cp > 0x20 && utf8_width(cp) > 0) {
		stroke = STROKE(KEY_CHAR, cp);
		why = cp >= '0' && cp <= '9' ? "digits are kept free" : NULL;
	} else if (n > 5) {
		stroke = ctrl_named(word, &why);
	}
	for (size_t i = 0; !stroke && i < N_NAMED; i++)
		if (!strcasecmp(named[i].name, word))
			stroke = named[i].stroke;
	if (stroke == STROKE(KEY_ENTER, 0))
		why = "Enter always opens";
	else if (stroke == STROKE(KEY_ESC, 0))
		why = "Esc always goes back";
	else if (stroke == STROKE(KEY_CHAR, ':'))
		why = "it always opens the palette";
	if (out_why)
		*out_why = why;
	return stroke;
}

const char *stroke_nearest(const char *word)
{
	const char *names[N_NAMED];

	for (size_t i = 0; i < N_NAMED; i++)
		names[i] = named[i].name;
	return text_nearest(word, names, N_NAMED);
}

static void stroke_print(uint32_t s, char *out, size_t cap)
{
	char c[5] = "";

	for (size_t i = 0; i < N_NAMED; i++)
		if (named[i].stroke == s) {
			text_copy(out, cap, named[i].name);
			return;
		}
	c[utf8_put(STROKE_CP(s), c)] = 0;
	if (STROKE_KIND(s) == KEY_CTRL)
		snprintf(out, cap, "Ctrl-%c", toupper((unsigned char)*c));
	else
		text_copy(out, cap, c);
}

const char *chord_print(struct chord c, char out[CHORD_WRITTEN])
{
	size_t n;

	stroke_print(c.first, out, CHORD_WRITTEN);
	n = strlen(out);
	if (c.second) {
		out[n++] = ' ';
		stroke_print(c.second, out + n, CHORD_WRITTEN - n);
	}
	return out;
}

bool chord_clash(struct chord a, struct chord b)
{
	return a.first == b.first && (!a.second || !b.second || a.second == b.second);
}

bool commands_clash(enum command_id a, enum command_id b)
{
	return keymap[a].mode == keymap[b].mode;
}

/* ---- bindings --------------------------------------------------------------------------- */

/* The keys of a row of ours: "g g, Home".  The unit test holds every row against this. */
static struct binding row_keys(const char *s)
{
	struct binding b = {0};
	char word[16];

	while (*s && b.n < COMMAND_KEYS) {
		struct chord *c = &b.v[b.n];
		size_t n = strcspn(s, " ,");
		snprintf(word, sizeof word, "%.*s", (int)n, s);
		*(c->first ? &c->second : &c->first) = stroke_named(word, NULL);
		s += n;
		b.n += !*s || *s == ',';
		s += strspn(s, " ,");
	}
	return b;
}

void bindings_default(struct bindings *b)
{
	for (int i = 0; i < COMMAND_NONE; i++)
		b->of[i] = row_keys(keymap[i].keys);
	bindings_changed(b);
}

void bindings_changed(struct bindings *b)
{
	char name[COMMAND_NAME];

	for (int i = 0; i < COMMAND_NONE; i++)
		if (b->of[i].n)
			chord_print(b->of[i].v[0], b->shown[i]);
		else
			snprintf(b->shown[i], sizeof b->shown[i], ":%s", keymap_name(i, name));
}

static enum command_id bound_in(const struct bindings *b, enum keymode mode, uint32_t first, uint32_t second, bool *out_begins)
{
	for (int i = 0; i < COMMAND_NONE; i++)
		for (int k = 0; keymap[i].mode == mode && k < b->of[i].n; k++) {
			struct chord c = b->of[i].v[k];
			if (c.first == first && c.second == second)
				return (enum command_id)i;
			*out_begins = *out_begins || (c.first == first && c.second && !second);
		}
	return COMMAND_NONE;
}

static enum command_id bound(const struct bindings *b, unsigned where, uint32_t first, uint32_t second, bool *out_begins)
{
	const enum keymode past = KEYMODE_PAST, any = KEYMODE_ANY, order[] = {KEYMODE_CHART, where & IN_PAST ? past : any, where & IN_PAST ? any : past};
	enum command_id id = COMMAND_NONE;

	for (int i = where & IN_CHART ? 0 : 1; i < 3 && id == COMMAND_NONE && !*out_begins; i++)
		id = bound_in(b, order[i], first, second, out_begins);
	return id;
}

enum command_id bindings_press(const struct bindings *b, unsigned where, uint32_t *pending, const struct key *k)
{
	uint32_t before = *pending, stroke = stroke_of(k);
	bool begins = false;
	enum command_id id = before ? bound(b, where, before, stroke, &begins) : COMMAND_NONE;

	*pending = 0;
	if (id != COMMAND_NONE)
		return id;
	begins = false;
	id = bound(b, where, stroke, 0, &begins);
	if (id == COMMAND_NONE && begins)
		*pending = stroke;
	return id;
}

const char *bindings_written(const struct bindings *b, int id, char *out, size_t cap)
{
	char one[CHORD_WRITTEN];

	*out = 0;
	for (int k = 0; k < b->of[id].n; k++) {
		size_t n = strlen(out);
		snprintf(out + n, cap - n, "%s%s", n ? ", " : "", chord_print(b->of[id].v[k], one));
	}
	return out;
}

bool binding_is_default(enum command_id id, struct chord c)
{
	struct binding d = row_keys(keymap[id].keys);

	for (int k = 0; k < d.n; k++)
		if (d.v[k].first == c.first && d.v[k].second == c.second)
			return true;
	return false;
}
