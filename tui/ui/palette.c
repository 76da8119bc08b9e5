/* Taking the palette's line apart, and what its words could become. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tui/ui/palette.h"
#include "tui/ui/palette_names.h"

static const struct {
	const char *id, *word;
} kinds[ARG_COMMAND] = {
#define X(id, word) {#id, word},
	ARGS(X)
#undef X
};

static const char *const view_names[VIEW_COUNT] = {
#define X(id, fn, name, enter, shows) name,
	VIEWS(X)
#undef X
};

void palette_args(const char *written, struct palette_args *out)
{
	bool optional = false;

	memset(out, 0, sizeof *out);
	for (const char *p = written; *p && out->n < PALETTE_WORDS;) {
		size_t n;
		optional = optional || *p == '[';
		p += strspn(p, " []");
		n = strcspn(p, " .[]");
		for (int i = 0; n && i < ARG_COMMAND; i++)
			if (strlen(kinds[i].id) == n && !strncmp(kinds[i].id, p, n)) {
				out->kind[out->n++] = (enum arg_kind)i;
				out->least += !optional;
			}
		p += n;
		out->many = *p == '.';
		p += strspn(p, ".");
		p += strspn(p, " ]");
	}
}

const char *palette_usage(enum command_id id, char *out, size_t cap)
{
	char name[COMMAND_NAME];

	snprintf(out, cap, ":%s%s%s", keymap_name((int)id, name), *keymap[id].args ? " " : "", keymap[id].args);
	return out;
}

/* ---- names of commands and views ---------------------------------------------------- */

static enum view_kind view_named(const char *name)
{
	for (int i = 0; *name && i < VIEW_COUNT; i++)
		if (!strcasecmp(view_names[i], name))
			return (enum view_kind)i;
	return VIEW_COUNT;
}

/* Names that are not the command's own; keys of the same name only move. */
static const struct {
	const char *name;
	enum command_id id;
} also[] = {{"back", COMMAND_LOOK_BACK}};
#define N_ALSO (sizeof also / sizeof *also)

/* A view that is also a command goes by the command. */
static void offer_names(const struct palette_scope *s, struct gather *g)
{
	char name[COMMAND_NAME];

	for (int i = 0; i < COMMAND_NONE; i++)
		if (keymap_written(i, "", name, sizeof name) && (s->asks || !keymap[i].asks))
			gather_offer(g, name);
	for (size_t i = 0; i < N_ALSO; i++)
		gather_offer(g, also[i].name);
	for (int i = 0; i < VIEW_COUNT; i++)
		if (*view_names[i] && keymap_named(view_names[i]) == COMMAND_NONE)
			gather_offer(g, view_names[i]);
}

/* ---- finding a name ------------------------------------------------------------------- */

static void gather(const struct palette_scope *s, const struct palette_line *l, enum arg_kind kind, enum match match,
	const char *text, struct palette_choices *out)
{
	struct gather g = {.match = match, .word = text, .out = out};

	if (kind == ARG_COMMAND)
		offer_names(s, &g);
	else
		palette_names(s, l, kind, &g);
}

/* Several that it may be, in words. */
static void several(const struct palette_choices *c, const char *word, char *why, size_t cap)
{
	snprintf(why, cap, "'%s' may be", word);
	for (size_t i = 0; i < c->n && i < 4 && strlen(why) + 1 < cap; i++)
		snprintf(why + strlen(why), cap - strlen(why), "%s %s", i ? "," : "", c->v[i]);
	if (c->n + c->more > 4 && strlen(why) + 1 < cap)
		snprintf(why + strlen(why), cap - strlen(why), " and %zu more", c->n + c->more - 4);
}

static void nearest(const struct palette_choices *all, const char *what, const char *word, char *why, size_t cap)
{
	const char **names = mem_new((all->n + 1) * sizeof *names);
	const char *near;

	for (size_t i = 0; i < all->n; i++)
		names[i] = all->v[i];
	near = text_nearest(word, names, all->n);
	snprintf(why, cap, near ? "there is no %s '%s': did you mean %s?" : "there is no %s '%s'%s", what, word,
		near ? near : all->n ? "" : ", and none that could be meant");
	free(names);
}

/* The one name that `word` stands for: itself, or as much of it as can mean only one. */
static bool find(const struct palette_scope *s, const struct palette_line *l, enum arg_kind kind, const char *what,
	const char *word, char out[PALETTE_NAME], char *why, size_t cap)
{
	static const enum match order[] = {MATCH_EXACT, MATCH_CASE, MATCH_PREFIX};
	struct palette_choices c = {0};
	bool found = false;

	for (size_t i = 0; i < sizeof order / sizeof *order && !c.n; i++)
		gather(s, l, kind, order[i], word, &c);
	if (c.n == 1 && !c.more) {
		text_copy(out, PALETTE_NAME, c.v[0]);
		found = true;
	} else if (c.n) {
		several(&c, word, why, cap);
	} else {
		gather(s, l, kind, MATCH_ALL, "", &c);
		nearest(&c, what, word, why, cap);
	}
	palette_choices_release(&c);
	return found;
}

/* ---- taking a line apart ----------------------------------------------------------------- */

/* The words behind a name.  *out_open: where the last one begins; false where that is one too many. */
static bool words_take(const struct palette_args *a, const char *p, struct palette_line *out, const char **out_open)
{
	for (*out_open = p; *p; p += strspn(p, " ")) {
		bool rest = out->n == a->n - 1 && (a->many || a->kind[out->n] == ARG_TEXT || a->kind[out->n] == ARG_TIME);
		size_t n = rest ? strlen(p) : strcspn(p, " ");
		char *word = out->word[out->n];
		*out_open = p;
		if (out->n == a->n)
			return false;
		snprintf(word, PALETTE_LINE, "%.*s", (int)n, p);
		for (size_t k = strlen(word); k && word[k - 1] == ' '; k--)
			word[k - 1] = 0;
		out->n++;
		p += n;
	}
	return true;
}

static void line_begin(const char *text, struct palette_line *out, const char **out_rest)
{
	const char *p = text + strspn(text, " ");
	size_t n = strcspn(p, " ");

	memset(out, 0, sizeof *out);
	out->id = COMMAND_NONE;
	out->view = VIEW_COUNT;
	snprintf(out->name, sizeof out->name, "%.*s", (int)n, p);
	*out_rest = p + n + strspn(p + n, " ");
}

static void line_named(struct palette_line *l, const char *name)
{
	l->id = keymap_named(name);
	for (size_t i = 0; i < N_ALSO; i++)
		if (!strcasecmp(also[i].name, name))
			l->id = also[i].id;
	l->view = l->id == COMMAND_NONE ? view_named(name) : VIEW_COUNT;
}

bool palette_parse(const struct palette_scope *s, const char *text, struct palette_line *out, char *why, size_t cap)
{
	struct palette_args a = {0};
	char name[PALETTE_NAME], usage[120];
	const char *rest, *open;

	*why = 0;
	line_begin(text, out, &rest);
	line_named(out, out->name);
	if (out->id == COMMAND_NONE && out->view == VIEW_COUNT) {
		if (!find(s, out, ARG_COMMAND, "command", out->name, name, why, cap))
			return false;
		line_named(out, name);
	}
	if (out->id != COMMAND_NONE)
		palette_args(keymap[out->id].args, &a);
	if (words_take(&a, rest, out, &open))
		return true;
	if (out->id != COMMAND_NONE)
		snprintf(why, cap, "'%s' is a word too many: %s", open, palette_usage(out->id, usage, sizeof usage));
	else
		snprintf(why, cap, "'%s' is a word too many", open);
	return false;
}

/* Each of a list: blanks or commas between. */
static bool settle_list(const struct palette_scope *s, struct palette_line *l, int i, enum arg_kind kind, char *why, size_t cap)
{
	char all[PALETTE_LINE] = "", word[PALETTE_LINE], name[PALETTE_NAME];

	for (const char *p = l->word[i] + strspn(l->word[i], " ,"); *p;) {
		size_t n = strcspn(p, " ,"), used = strlen(all);
		snprintf(word, sizeof word, "%.*s", (int)n, p);
		if (!find(s, l, kind, kinds[kind].word, word, name, why, cap))
			return false;
		if (used + strlen(name) + 2 > sizeof all) {
			snprintf(why, cap, "these are too many names for one line");
			return false;
		}
		snprintf(all + used, sizeof all - used, "%s%s", used ? " " : "", name);
		p += n;
		p += strspn(p, " ,");
	}
	text_copy(l->word[i], sizeof l->word[i], all);
	return true;
}

/* A version that nobody saw here yet can be kept out, too. */
static bool new_version(const struct palette_scope *s, const struct palette_line *l, enum arg_kind kind, const char *word)
{
	struct palette_choices c = {0};
	bool known;

	if (kind != ARG_VERSION || l->id == COMMAND_UNPIN || !text_is_version(word))
		return false;
	gather(s, l, kind, MATCH_PREFIX, word, &c);
	known = c.n;
	palette_choices_release(&c);
	return !known;
}

bool palette_settle(const struct palette_scope *s, struct palette_line *l, char *why, size_t cap)
{
	struct palette_args a = {0};
	char name[PALETTE_NAME];

	if (l->id != COMMAND_NONE)
		palette_args(keymap[l->id].args, &a);
	for (int i = 0; i < l->n; i++) {
		if (a.kind[i] == ARG_TEXT || a.kind[i] == ARG_TIME)
			continue;
		if (a.many && i == a.n - 1) {
			if (!settle_list(s, l, i, a.kind[i], why, cap))
				return false;
			continue;
		}
		if (find(s, l, a.kind[i], kinds[a.kind[i]].word, l->word[i], name, why, cap))
			text_copy(l->word[i], sizeof l->word[i], name);
		else if (!new_version(s, l, a.kind[i], l->word[i]))
			return false;
	}
	return true;
}

/* ---- completing ---------------------------------------------------------------------------- */

/* Behind a command's name: which of its words is being typed. */
static void open_arg(const struct palette_scope *s, const char *text, const char *rest, struct palette_line *l, struct palette_choices *out)
{
	struct palette_args a;
	char why[200];
	const char *open;
	size_t len = strlen(text);
	bool begun = text[len - 1] != ' ';
	int at;

	palette_args(keymap[l->id].args, &a);
	if (!words_take(&a, rest, l, &open))
		return;
	at = begun && l->n ? l->n - 1 : l->n;
	if (a.many && at >= a.n - 1) {
		at = a.n - 1;
		for (open = text + len; open > rest && open[-1] != ' ' && open[-1] != ',';)
			open--;
	} else if (!begun) {
		open = text + len;
	}
	if (at >= a.n)
		return;
	out->kind = a.kind[at];
	out->from = (size_t)(open - text);
	out->goes_on = at + 1 < a.n || a.many;
	l->n = at;
	palette_settle(s, l, why, sizeof why); /* what stands before it may be shortened */
}

void palette_complete(const struct palette_scope *s, const char *text, struct palette_choices *out)
{
	struct palette_line l;
	char why[200], name[PALETTE_NAME];
	const char *rest;
	size_t len = strlen(text);

	memset(out, 0, sizeof *out);
	out->kind = ARG_NONE;
	out->id = COMMAND_NONE;
	line_begin(text, &l, &rest);
	if (!*l.name || (!*rest && text[len - 1] != ' ')) {
		out->kind = ARG_COMMAND;
		out->from = strspn(text, " ");
	} else {
		line_named(&l, l.name);
		if (l.id == COMMAND_NONE && l.view == VIEW_COUNT && find(s, &l, ARG_COMMAND, "", l.name, name, why, sizeof why))
			line_named(&l, name);
		out->id = l.id;
		out->from = len;
		if (l.id != COMMAND_NONE)
			open_arg(s, text, rest, &l, out);
	}
	gather(s, &l, out->kind, MATCH_PREFIX, text + out->from, out);
	if (!out->n || strlen(text + out->from) > 2) /* one letter is in everything */
		gather(s, &l, out->kind, MATCH_INSIDE, text + out->from, out);
	if (out->kind == ARG_COMMAND && out->n == 1) {
		enum command_id id = keymap_named(out->v[0]);
		out->goes_on = id != COMMAND_NONE && *keymap[id].args;
	}
}

void palette_choices_release(struct palette_choices *c)
{
	free(c->v);
	c->v = NULL;
	c->n = c->more = 0;
}

/* ---- what was typed before ------------------------------------------------------------------ */

void palette_remember(struct palette_past *p, const char *text)
{
	if (!*text || (p->n && !strcmp(p->v[0], text)))
		return;
	memmove(p->v[1], p->v[0], sizeof p->v - sizeof p->v[0]);
	text_copy(p->v[0], sizeof p->v[0], text);
	p->n += p->n < PALETTE_PAST;
}
