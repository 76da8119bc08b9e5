/* Reading a file of keys, and what of it can be had beside the kit's. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kit/problems.h"
#include "tui/keys/keyfile.h"
#include "tui/settings.h"

/* ---- one line ---------------------------------------------------------------------- */

static bool refuse(const struct settings *s, const struct setting *x, int column, const char *what, const char *mend)
{
	mend_with(complain(s->problems, (struct place){s->file, x->line, column}, PROBLEM_ERROR, "%s", what), "%s", mend);
	return false;
}

/* Keys that nobody can give away, so that every list and every command can be reached. */
static const struct {
	enum command_id id;
	const char *key;
} fixed[] = {{COMMAND_OPEN, "Enter"}, {COMMAND_BACK, "Esc"}, {COMMAND_PALETTE, ":"}, {COMMAND_NOW, "0"}};
#define N_FIXED (sizeof fixed / sizeof *fixed)

/* To name one where it stands anyway is no mistake. */
static bool fixed_here(enum command_id id, uint32_t stroke)
{
	for (size_t i = 0; i < N_FIXED; i++)
		if (fixed[i].id == id && stroke == stroke_named(fixed[i].key, NULL))
			return true;
	return false;
}

static bool stroke_take(const struct settings *s, const struct setting *x, enum command_id id, const char *word, int column, uint32_t *out)
{
	const char *why, *near;
	char what[120], mend[160];

	*out = stroke_named(word, &why);
	if (*out && (!why || fixed_here(id, *out)))
		return true;
	if (*out) {
		snprintf(what, sizeof what, "%s cannot be bound: %s", word, why);
		return refuse(s, x, column, what, "take another key");
	}
	near = stroke_nearest(word);
	snprintf(what, sizeof what, "no key is called \"%.40s\"", word);
	snprintf(mend, sizeof mend, near ? "did you mean %s?" : "write one character, Ctrl-L, Tab, Space, Home, PageUp%s; two keys: g g", near ? near : "");
	return refuse(s, x, column, what, mend);
}

/* The strokes up to the next comma or the end. */
static bool chord_take(const struct settings *s, const struct setting *x, const char **at, struct keyline *l)
{
	struct chord c = {0, 0};
	char word[48];
	int column, first = 0, n = 0;

	for (; setting_word(x, at, ",", word, sizeof word, &column); n++) {
		if (n == 2)
			return refuse(s, x, column, "at most two keys can follow each other", "put a comma between keys that do the same");
		if (!stroke_take(s, x, l->id, word, column, n ? &c.second : &c.first))
			return false;
		first = n ? first : column;
	}
	if (!n && !l->keys.n && **at != ',')
		return true; /* nothing at all: no key is wanted */
	if (!n)
		return refuse(s, x, column, "a key is missing", "a comma itself is written Comma, a # is written Hash");
	if (n == 2 && (fixed_here(l->id, c.first) || fixed_here(l->id, c.second)))
		return refuse(s, x, first, "this key cannot be one of two", "let it stand alone");
	if (l->keys.n == COMMAND_KEYS)
		return refuse(s, x, first, "more than four keys", "leave some out");
	l->key_column[l->keys.n] = first;
	l->keys.v[l->keys.n++] = c;
	return true;
}

static bool line_take(const struct settings *s, const struct setting *x, struct keyline *out)
{
	const char *at = x->value;

	for (;; at++) {
		if (!chord_take(s, x, &at, out))
			return false;
		if (*at != ',')
			return true;
	}
}

static bool command_take(const struct settings *s, const struct setting *x, const struct keyfile *k, enum command_id *out)
{
	char names[COMMAND_NONE][COMMAND_NAME], what[120], mend[160];
	const char *all[COMMAND_NONE], *near;

	*out = keymap_named(x->name);
	for (int i = 0; i < k->n; i++)
		if (k->v[i].id == *out) {
			snprintf(what, sizeof what, "%s has its keys on line %d already", x->name, k->v[i].line);
			return refuse(s, x, x->column, what, "put all its keys on one line, with commas between");
		}
	if (*out != COMMAND_NONE)
		return true;
	for (int i = 0; i < COMMAND_NONE; i++)
		all[i] = keymap_name(i, names[i]);
	near = text_nearest(x->name, all, COMMAND_NONE);
	snprintf(what, sizeof what, "there is no command \"%s\"", x->name);
	snprintf(mend, sizeof mend, near ? "did you mean %s?" : "`backout help keys` lists them%s", near ? near : "");
	return refuse(s, x, x->column, what, mend);
}

void keyfile_parse(const char *file, const char *text, struct keyfile *out, struct problems *p)
{
	struct settings s = {out->file, text, 0, p};
	struct setting x;

	memset(out, 0, sizeof *out);
	text_copy(out->file, sizeof out->file, file);
	while (settings_next(&s, &x)) {
		struct keyline l = {.line = x.line, .column = x.column};
		if (command_take(&s, &x, out, &l.id) && line_take(&s, &x, &l))
			out->v[out->n++] = l;
	}
}

enum status keyfile_load(struct keyfile *out, struct problems *p)
{
	char path[4096], shown[200];
	struct buf text;
	enum status s;

	memset(out, 0, sizeof *out);
	if (!settings_path("keys", path, sizeof path))
		return STATUS_NO;
	buf_init(&text, SETTINGS_MAX);
	s = settings_read(path, &text, p);
	if (s == STATUS_OK)
		keyfile_parse(settings_shown(path, shown, sizeof shown), buf_str(&text), out, p);
	buf_release(&text);
	return s;
}

/* ---- what of it can be had ------------------------------------------------------------ */

/* The action of the kit that this key opens, or NULL. */
static const char *kit_action_of(const struct kit *k, uint32_t stroke)
{
	for (size_t i = 0; k && i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_actions; n++)
			if (stroke && k->services[i].actions[n].key && stroke == (uint32_t)(unsigned char)k->services[i].actions[n].key)
				return k->services[i].actions[n].name;
	for (size_t i = 0; k && i < k->n_keys; i++)
		if (stroke == (uint32_t)(unsigned char)k->keys[i].key)
			return k->keys[i].action;
	return NULL;
}

struct taking {
	const struct keyfile *file;
	const struct kit *kit;
	struct bindings *b;
	bool own[COMMAND_NONE];  /* the file's keys took the place of the defaults */
};

/* The line whose accepted keys clash with this one, or NULL. */
static const struct keyline *taken_by(const struct taking *t, enum command_id id, struct chord c)
{
	for (int i = 0; i < t->file->n; i++) {
		const struct binding *b = &t->b->of[t->file->v[i].id];
		if (!t->own[t->file->v[i].id] || !commands_clash(t->file->v[i].id, id))
			continue;
		for (int k = 0; k < b->n; k++)
			if (chord_clash(b->v[k], c))
				return &t->file->v[i];
	}
	return NULL;
}

static void own_keys(struct taking *t, const struct keyline *l, struct problems *p)
{
	struct binding got = {0};
	char key[CHORD_WRITTEN], name[COMMAND_NAME];

	t->b->of[l->id].n = 0;
	for (int k = 0; k < l->keys.n; k++) {
		struct chord c = l->keys.v[k];
		const struct keyline *other = taken_by(t, l->id, c);
		bool twice = false;
		for (int i = 0; i < got.n; i++)
			twice = twice || chord_clash(got.v[i], c);
		if (kit_action_of(t->kit, c.first))
			continue;
		if (!other && !twice) {
			got.v[got.n++] = c;
			continue;
		}
		if (!t->kit)
			mend_with(complain(p, (struct place){t->file->file, l->line, l->key_column[k]}, PROBLEM_ERROR, "%s does %s already, line %d",
				chord_print(c, key), keymap_name((int)(other ? other : l)->id, name), other ? other->line : l->line),
				"give one of them another key");
	}
	t->own[l->id] = got.n || !l->keys.n;
	t->b->of[l->id] = got;
}

/* A default whose key the file gave to another command is gone. */
static void default_keys(struct taking *t, enum command_id id, const struct binding *keys, struct problems *p)
{
	const struct keyline *by = NULL;
	char key[CHORD_WRITTEN], name[COMMAND_NAME];

	t->b->of[id].n = 0;
	for (int k = 0; k < keys->n; k++) {
		const struct keyline *l = taken_by(t, id, keys->v[k]);
		if (!l)
			t->b->of[id].v[t->b->of[id].n++] = keys->v[k];
		else
			by = l;
	}
	if (t->kit || !by || t->b->of[id].n)
		return;
	keymap_name((int)id, name);
	mend_with(complain(p, (struct place){t->file->file, by->line, by->column}, PROBLEM_WARNING, "%s was the key of %s, which has none now",
		chord_print(keys->v[0], key), name), "give it one, or say `%s =`; `:%s` does it, too", name, name);
}

static void fixed_key(struct bindings *b, enum command_id id, const char *key)
{
	struct chord c = {stroke_named(key, NULL), 0};
	struct binding *x = &b->of[id];

	for (int k = 0; k < x->n; k++)
		if (chord_clash(x->v[k], c))
			return;
	x->v[x->n < COMMAND_KEYS ? x->n++ : COMMAND_KEYS - 1] = c;
}

static void kit_clashes(const struct taking *t, struct problems *p)
{
	char key[CHORD_WRITTEN], name[COMMAND_NAME];

	for (int i = 0; i < t->file->n; i++) {
		const struct keyline *l = &t->file->v[i];
		for (int k = 0; k < l->keys.n; k++) {
			const char *action = kit_action_of(t->kit, l->keys.v[k].first);
			if (action)
				mend_with(complain(p, (struct place){t->file->file, l->line, l->key_column[k]}, PROBLEM_WARNING,
					"%s is the key of %s in this kit: %s stays %s", chord_print(l->keys.v[k], key), action, keymap_name((int)l->id, name),
					t->b->shown[l->id]), "give it another key");
		}
	}
}

void keyfile_apply(const struct keyfile *k, const struct kit *kit, struct bindings *out, struct problems *p)
{
	struct taking t = {.file = k, .kit = kit, .b = out};
	struct bindings ours;

	bindings_default(&ours);
	*out = ours;
	for (int i = 0; i < k->n; i++)
		own_keys(&t, &k->v[i], p);
	for (int i = 0; i < COMMAND_NONE; i++)
		if (!t.own[i])
			default_keys(&t, (enum command_id)i, &ours.of[i], p);
	for (size_t i = 0; i < N_FIXED; i++)
		fixed_key(out, fixed[i].id, fixed[i].key);
	bindings_changed(out);
	kit_clashes(&t, p);
}

/* ---- as text ----------------------------------------------------------------------------- */

void keyfile_print(const struct bindings *b, struct buf *out)
{
	char name[COMMAND_NAME], keys[COMMAND_KEYS * (CHORD_WRITTEN + 2)];
	const char *group = "";

	buf_adds(out, "# The keys of the console, in the form of ~/.config/backout/keys: a line there\n"
		"# replaces the one here.  NAME = KEY, KEY ...; two keys one after the other: g g.\n"
		"# A command without a key is in the palette: `:`, its name, and what may stand behind it.\n");
	for (int i = 0; i < COMMAND_NONE; i++) {
		if (strcmp(group, keymap[i].group) != 0) {
			group = keymap[i].group;
			buf_addf(out, "\n# %s\n", group);
		}
		buf_addf(out, "%-13s = %-14s # %s", keymap_name(i, name), bindings_written(b, i, keys, sizeof keys), keymap[i].help);
		if (*keymap[i].args)
			buf_addf(out, " (:%s %s)", name, keymap[i].args);
		buf_addc(out, '\n');
	}
	buf_adds(out, "\n# Those of the past come first while looking back; [ { and :look-back begin it.\n"
		"# Those of a chart count in a chart alone, and come first there.\n");
	buf_adds(out, "\n# Not here: the keys of the kit's actions, which open their panels; the letters\n"
		"# that a panel shows, which fire.  Enter always opens, Esc always goes back, and\n"
		"# : always opens the palette, whatever else does.\n");
}
