/* One value of a kit that holds no section into one field, by its type.  Every function here either
 * fills the field or says what is wrong with the value, never both. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "kit/bind.h"

#define TEXT_MAX 16384 /* longer than any query that a person wrote */
#define ITEMS_MAX 5000 /* of one map or list: the cross checks compare them in pairs */

static struct problem *wrong(struct binder *b, const struct key *k, const struct node *n, const char *must)
{
	if (n->kind == NODE_SCALAR)
		return complain(b->problems, n->at, PROBLEM_ERROR, "`%s` must be %s, not \"%.60s\"", k->name, must, n->text);
	return complain(b->problems, n->at, PROBLEM_ERROR, "`%s` must be %s, not a %s", k->name, must, n->kind == NODE_MAP ? "map" : "list");
}

/* ---- texts ---------------------------------------------------------------------------- */

static bool is_text(struct binder *b, const struct key *k, const struct node *n)
{
	if (n->kind != NODE_SCALAR) {
		mend_with(wrong(b, k, n, "one text"), "%s", k->help);
		return false;
	}
	if (strlen(n->text) > TEXT_MAX) {
		mend_with(complain(b->problems, n->at, PROBLEM_ERROR, "`%s` is longer than 16 KiB", k->name), "shorten it");
		return false;
	}
	return true;
}

static void bind_text(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	if (!is_text(b, k, n))
		return;
	if (!*n->text)
		mend_with(wrong(b, k, n, "a text"), "fill it, or take the key out");
	else if (field)
		*(const char **)field = n->text;
}

static bool is_date(const char *s)
{
	int64_t at;
	char full[32];
	if (strlen(s) != 10)
		return false;
	(void)snprintf(full, sizeof full, "%sT00:00:00Z", s);
	return instant_parse(full, &at);
}

static void bind_word(struct binder *b, const struct key *k, const struct node *n, void *field, bool good, const char *must,
	const char *mend)
{
	if (!good)
		mend_with(wrong(b, k, n, must), "%s", mend);
	else if (field)
		*(const char **)field = n->text;
}

static const char name_must[] = "a name", name_mend[] = "letters, digits, dots, - and _, at most 64, beginning with a letter or digit";

/* ---- numbers, times, choices ------------------------------------------------------------ */

static bool digits_parse(const char *s, int64_t max, int64_t *out)
{
	int64_t v = 0;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (*s - '0');
		if (v > max)
			return false;
	}
	*out = v;
	return true;
}

static void bind_bool(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	bool yes = !strcmp(n->text, "true");
	if (!n->plain || (!yes && strcmp(n->text, "false") != 0))
		mend_with(wrong(b, k, n, "true or false"), "write true or false, without quotes");
	else if (field)
		*(bool *)field = yes;
}

static void bind_int(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	int64_t v = -1;
	char must[64];
	if (!n->plain || !digits_parse(n->text, k->max, &v) || v < k->min) {
		if (k->min == k->max)
			(void)snprintf(must, sizeof must, "%d", (int)k->min);
		else
			(void)snprintf(must, sizeof must, "a number from %d to %d", (int)k->min, (int)k->max);
		mend_with(wrong(b, k, n, must), "%s", k->help);
	} else if (field) {
		*(int *)field = (int)v;
	}
}

static void bind_uid(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	int64_t v;
	if (!digits_parse(n->text, UINT32_MAX - 1, &v))
		mend_with(wrong(b, k, n, "a user's number"), "see `id -u`");
	else if (field)
		*(int64_t *)field = v;
}

static void bind_duration(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	int64_t v;
	if (!duration_parse(n->text, &v))
		mend_with(wrong(b, k, n, "a duration"), "write it as 90s, 5m, 2h, 7d or immediate");
	else if (v < k->min)
		mend_with(wrong(b, k, n, k->min >= 100000 ? "at least 100ms" : "longer than nothing"), "write it as 90s, 5m, 2h or 7d");
	else if (field)
		*(int64_t *)field = v;
}

static void bind_enum(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	const char *names[12];
	char copy[200];
	size_t count = 0;
	text_copy(copy, sizeof copy, k->words);
	for (char *p = copy; p && count < 12;) {
		char *bar = strchr(p, '|');
		if (bar)
			*bar++ = '\0';
		names[count++] = p;
		p = bar;
	}
	for (unsigned i = 0; i < count; i++) {
		if (*names[i] && strcmp(names[i], n->text) == 0) {
			if (field)
				memcpy(field, &i, sizeof i);
			return;
		}
	}
	const char *near = strlen(n->text) < 100 ? text_nearest(n->text, names, count) : NULL;
	struct problem *p = complain(b->problems, n->at, PROBLEM_ERROR, "`%s` cannot be \"%.60s\"", k->name, n->text);
	if (near && *near)
		mend_with(p, "did you mean %s? It may be %s", near, k->words);
	else
		mend_with(p, "it may be %s", k->words);
}

bool limit_parse(const char *s, struct kit_limit *out)
{
	char count[12];
	size_t n = strcspn(s, " ");
	int64_t v;
	if (n == 0 || n >= sizeof count || strncmp(s + n, " in ", 4) != 0)
		return false;
	memcpy(count, s, n);
	count[n] = '\0';
	if (!digits_parse(count, 1000000000, &v) || v < 1 || !duration_parse(s + n + 4, &out->in) || out->in <= 0)
		return false;
	out->count = (int)v;
	return true;
}

static void bind_limit(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	struct kit_limit v;
	if (!limit_parse(n->text, &v))
		mend_with(wrong(b, k, n, "a count in a time"), "write it as \"3 in 1h\"");
	else if (field)
		*(struct kit_limit *)field = v;
}

/* ---- maps and lists have a size -------------------------------------------------------- */

static bool is_not_too_long(struct binder *b, const struct key *k, const struct node *n)
{
	if (n->n <= ITEMS_MAX)
		return true;
	mend_with(complain(b->problems, n->at, PROBLEM_ERROR, "`%s` has more than %d items", k->name, ITEMS_MAX), "split the kit");
	return false;
}

bool value_is_map(struct binder *b, const struct key *k, const struct node *n)
{
	if (n->kind == NODE_MAP)
		return is_not_too_long(b, k, n);
	mend_with(wrong(b, k, n, "names with values"), "write NAME: {…}, one a line");
	return false;
}

/* ---- keys of the keyboard ------------------------------------------------------------------ */

/* What the console itself does with a letter (contract 6). */
static const struct { char key; const char *what; } console_keys[] = {
	{'a', "ways back"}, {'b', "brief"}, {'c', "comms"}, {'g', "the top"}, {'h', "left"}, {'j', "down"}, {'k', "up"}, {'l', "right"},
	{'n', "note"}, {'o', "owed"}, {'p', "plan"}, {'q', "leave"}, {'t', "timeline"}, {'u', "what changed"}, {'v', "veto"},
	{'w', "report"}, {'A', "acknowledge"}, {'B', "break-glass"}, {'C', "take command"}, {'D', "declare"}, {'E', "export"},
	{'F', "freeze"}, {'G', "the end"}, {'H', "hand over"}, {'O', "reserved"}, {'P', "pins"}, {'Q', "reserved"}, {'R', "resolve"},
	{'S', "sort"}, {'T', "theme"}, {'V', "reserved"}, {'X', "close"},
};

static const char *key_of_console(char c)
{
	for (size_t i = 0; i < sizeof console_keys / sizeof *console_keys; i++)
		if (console_keys[i].key == c)
			return console_keys[i].what;
	return NULL;
}

bool key_is_free(char c)
{
	return c && strchr("defimrsxyz" "IJKLMNUWYZ", c) != NULL;
}

static bool letter_of(struct binder *b, const char *text, struct place at, char *out)
{
	const char *what = text[0] && !text[1] ? key_of_console(text[0]) : NULL;
	*out = text[0];
	if (text[0] && !text[1] && key_is_free(text[0]))
		return true;
	struct problem *p;
	if (what)
		p = complain(b->problems, at, PROBLEM_ERROR, "the key %s is the console's own: %s", text, what);
	else
		p = complain(b->problems, at, PROBLEM_ERROR, "\"%.20s\" is no key that a kit may use", text);
	mend_with(p, "one letter of d e f i m r s x y z I J K L M N U W Y Z");
	return false;
}

static void bind_letter(struct binder *b, const struct node *n, void *field)
{
	char c;
	if (letter_of(b, n->text, n->at, &c) && field)
		*(char *)field = c;
}

static void bind_keys(struct binder *b, const struct key *k, const struct node *n, void *field, size_t *field_n)
{
	if (!value_is_map(b, k, n))
		return;
	struct kit_key *v = arena_alloc(b->arena, n->n * sizeof *v + 1);
	for (size_t i = 0; i < n->n; i++) {
		(void)letter_of(b, n->v[i].key, n->v[i].at, &v[i].key);
		if (n->v[i].node->kind == NODE_SCALAR && text_is_name(n->v[i].node->text))
			v[i].action = n->v[i].node->text;
		else
			mend_with(wrong(b, k, n->v[i].node, "an action's name"), name_mend);
	}
	if (field) {
		*(struct kit_key **)field = v;
		*field_n = n->n;
	}
}

/* ---- lists -------------------------------------------------------------------------------- */

bool value_is_list(struct binder *b, const struct key *k, const struct node *n)
{
	if (n->kind == NODE_LIST)
		return is_not_too_long(b, k, n);
	struct problem *p = wrong(b, k, n, "a list");
	if (n->kind == NODE_SCALAR)
		mend_with(p, "write [%.60s]", n->text);
	else
		mend_with(p, "write it in brackets, or each item behind a -");
	return false;
}

static void bind_names(struct binder *b, const struct key *k, const struct node *n, struct kit_names *field)
{
	if (!value_is_list(b, k, n))
		return;
	struct kit_names out = {arena_alloc(b->arena, n->n * sizeof *out.v + 1), 0};
	for (size_t i = 0; i < n->n; i++)
		if (is_text(b, k, n->v[i].node))
			out.v[out.n++] = n->v[i].node->text;
	if (field)
		*field = out;
}

static void bind_conds(struct binder *b, const struct key *k, const struct node *n, struct kit_conds *field)
{
	if (!value_is_list(b, k, n))
		return;
	struct kit_conds out = {arena_alloc(b->arena, n->n * sizeof *out.v + 1), 0};
	for (size_t i = 0; i < n->n; i++)
		if (is_text(b, k, n->v[i].node))
			out.v[out.n++].text = n->v[i].node->text;
	if (field)
		*field = out;
}

void value_check_id(struct binder *b, const struct key *k, const struct child *c)
{
	if (!text_is_name(c->key))
		mend_with(complain(b->problems, c->at, PROBLEM_ERROR, "\"%.60s\" under `%s` is not a name", c->key, k->name), "%s", name_mend);
}

/* ---- plugins and secrets ----------------------------------------------------------------------- */

static void bind_plugin(struct binder *b, const struct key *k, const struct node *n, void *field, struct kit_names *argv)
{
	static const struct key command = {"command", KEY_NAMES, .help = "a list: program, then its arguments"};
	const struct node *list = node_get(n, "command");
	if (n->kind == NODE_SCALAR && text_is_name(n->text)) {
		if (field)
			*(const char **)field = n->text;
	} else if (n->kind == NODE_MAP && n->n == 1 && list) {
		struct kit_names got = {0};
		bind_names(b, &command, list, &got);
		if (list->kind == NODE_LIST && (got.n == 0 || !*got.v[0]))
			mend_with(complain(b->problems, list->at, PROBLEM_ERROR, "`command` names no program"), "write [program, argument]");
		if (argv)
			*argv = got;
	} else {
		mend_with(wrong(b, k, n, "a plugin's name or {command: […]}"), "backout-plugin-NAME is looked for in BACKOUT_PLUGIN_PATH");
	}
}

/* One of {file: PATH}, {command: […]}, {env: NAME}. */
static bool secret_is_kept(struct binder *b, const struct child *c)
{
	static const struct key file = {"file", KEY_TEXT, .help = "a path"}, env = {"env", KEY_NAME, .help = "a variable"};
	static const struct key command = {"command", KEY_NAMES, .help = "a list: program, then its arguments"};
	const struct child *how = c->node->kind == NODE_MAP && c->node->n == 1 ? &c->node->v[0] : NULL;
	if (how && strcmp(how->key, "file") == 0) {
		bind_leaf(b, &file, how->node, NULL, NULL);
	} else if (how && strcmp(how->key, "command") == 0) {
		bind_leaf(b, &command, how->node, NULL, NULL);
		if (how->node->kind == NODE_LIST && how->node->n == 0)
			mend_with(complain(b->problems, how->node->at, PROBLEM_ERROR, "`command` names no program"), "write [program, argument]");
	} else if (how && strcmp(how->key, "env") == 0) {
		bind_leaf(b, &env, how->node, NULL, NULL);
		struct problem *p = complain(b->problems, how->at, PROBLEM_WARNING, "the secret `%s` comes from the environment", c->key);
		mend_with(p, "meant for tests and CI: others may read it; use {file: PATH} or {command: […]}");
	} else {
		return false;
	}
	return true;
}

static void bind_secrets(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	if (!value_is_map(b, k, n))
		return;
	for (size_t i = 0; i < n->n; i++) {
		const struct child *c = &n->v[i];
		if (secret_is_kept(b, c))
			continue;
		/* the value itself is not repeated: it may be the secret */
		struct problem *p = complain(b->problems, c->node->at, PROBLEM_ERROR, "the secret `%s` must not stand in the kit", c->key);
		mend_with(p, "write {file: PATH}, {command: [program, argument]} or {env: NAME}");
	}
	const char *json = node_json(b->arena, n, b->problems);
	if (field)
		*(const char **)field = json;
}

static void bind_services(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	if (n->kind != NODE_SCALAR || strcmp(n->text, "all") != 0)
		bind_names(b, k, n, field);
}

/* ---- the door ---------------------------------------------------------------------------------- */

/* Types that are one scalar; the rest take maps and lists. */
static bool bind_scalar(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	switch (k->type) {
	case KEY_TEXT: bind_text(b, k, n, field); return true;
	case KEY_NAME: bind_word(b, k, n, field, text_is_name(n->text), name_must, name_mend); return true;
	case KEY_KIT_NAME:
		bind_word(b, k, n, field, text_is_kit_name(n->text), "a kit's name", "lower case letters, digits and -, at most 40");
		return true;
	case KEY_VERSION:
		bind_word(b, k, n, field, text_is_version(n->text), "a version", "1 to 256 of A-Z a-z 0-9 . _ : / @ + -");
		return true;
	case KEY_DATE: bind_word(b, k, n, field, is_date(n->text), "a day", "write it as 2026-11-16"); return true;
	case KEY_BOOL: bind_bool(b, k, n, field); return true;
	case KEY_INT: bind_int(b, k, n, field); return true;
	case KEY_UID: bind_uid(b, k, n, field); return true;
	case KEY_DURATION: bind_duration(b, k, n, field); return true;
	case KEY_ENUM: bind_enum(b, k, n, field); return true;
	case KEY_LIMIT: bind_limit(b, k, n, field); return true;
	case KEY_LETTER: bind_letter(b, n, field); return true;
	case KEY_NAMES: case KEY_SERVICES: case KEY_CONDS: case KEY_JSON: case KEY_ANY: case KEY_PLUGIN: case KEY_SECRETS:
	case KEY_KEYS: case KEY_SECTION: case KEY_MAP: case KEY_LIST: case KEY_LISTS:
		break;
	}
	return false;
}

static bool takes_scalar(enum key_type t)
{
	return t <= KEY_LETTER;
}

void bind_leaf(struct binder *b, const struct key *k, const struct node *n, void *field, void *field_n)
{
	if (takes_scalar(k->type) && !is_text(b, k, n))
		return;
	if (bind_scalar(b, k, n, field))
		return;
	switch (k->type) {
	case KEY_NAMES: bind_names(b, k, n, field); return;
	case KEY_SERVICES: bind_services(b, k, n, field); return;
	case KEY_CONDS: bind_conds(b, k, n, field); return;
	case KEY_PLUGIN: bind_plugin(b, k, n, field, field_n); return;
	case KEY_SECRETS: bind_secrets(b, k, n, field); return;
	case KEY_KEYS: bind_keys(b, k, n, field, field_n); return;
	case KEY_TEXT: case KEY_NAME: case KEY_KIT_NAME: case KEY_VERSION: case KEY_DATE: case KEY_BOOL: case KEY_INT: case KEY_UID:
	case KEY_DURATION: case KEY_ENUM: case KEY_LIMIT: case KEY_LETTER: case KEY_ANY:
	case KEY_JSON: case KEY_SECTION: case KEY_MAP: case KEY_LIST: case KEY_LISTS: /* bind.c's own */
		return;
	}
}
