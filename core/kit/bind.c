/* Sections, and the maps and lists of them; what holds no section is in values.c. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/bind.h"

#define KEYS_MAX 64

static const struct key *key_of(const struct section *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->keys[i].name, name) == 0)
			return &s->keys[i];
	return NULL;
}

static void refuse_unknown(struct binder *b, const struct section *s, const struct child *c)
{
	const char *names[KEYS_MAX];
	char known[260] = "";
	size_t n = 0;
	for (; n < s->n && n < KEYS_MAX; n++)
		names[n] = s->keys[n].name;
	const char *near = strlen(c->key) < 100 ? text_nearest(c->key, names, n) : NULL;
	struct problem *p = complain(b->problems, c->at, PROBLEM_ERROR, "%s has no key `%s`", s->noun, c->key);
	if (near) {
		mend_with(p, "did you mean `%s`?", near);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		text_copy(known + strlen(known), sizeof known - strlen(known), i ? " " : "");
		text_copy(known + strlen(known), sizeof known - strlen(known), names[i]);
	}
	mend_with(p, "it knows: %s", known);
}

/* ---- maps and lists of sections ---------------------------------------------------------- */

static void bind_list(struct binder *b, const struct key *k, const struct node *n, void *field, size_t *field_n)
{
	if (k->common && n->kind == NODE_MAP) {
		bind_section(b, k->sub, n, n->at, NULL);
		return;
	}
	if (!value_is_list(b, k, n))
		return;
	size_t each = k->sub->size;
	char *v = field ? arena_alloc(b->arena, n->n * each + 1) : NULL;
	for (size_t i = 0; i < n->n; i++) {
		char *base = v ? v + i * each : NULL;
		object_add(b, base, n->v[i].node, n->v[i].at);
		bind_section(b, k->sub, n->v[i].node, n->v[i].at, base);
	}
	if (field) {
		memcpy(field, &v, sizeof v);
		*field_n = n->n;
	}
}

static void bind_map(struct binder *b, const struct key *k, const struct node *n, void *field, size_t *field_n)
{
	if (!value_is_map(b, k, n))
		return;
	if (k->common) {
		bind_section(b, k->sub, node_part(b->arena, n, true), n->at, NULL);
		n = node_part(b->arena, n, false);
	}
	size_t each = k->sub->size;
	char *v = field ? arena_alloc(b->arena, n->n * each + 1) : NULL;
	for (size_t i = 0; i < n->n; i++) {
		const struct child *c = &n->v[i];
		char *base = v ? v + i * each : NULL;
		value_check_id(b, k, c);
		if (base)
			memcpy(base, &c->key, sizeof c->key);
		object_add(b, base, c->node, c->at);
		bind_section(b, k->sub, c->node, c->at, base);
	}
	if (field) {
		memcpy(field, &v, sizeof v);
		*field_n = n->n;
	}
}

static void bind_lists(struct binder *b, const struct key *k, const struct node *n, void *field, size_t *field_n)
{
	if (!value_is_map(b, k, n))
		return;
	struct kit_list *v = arena_alloc(b->arena, n->n * sizeof *v + 1);
	for (size_t i = 0; i < n->n; i++) {
		const struct child *c = &n->v[i];
		const struct key members = {.name = c->key, .type = KEY_LIST, .sub = k->sub};
		value_check_id(b, k, c);
		v[i].id = c->key;
		object_add(b, &v[i], c->node, c->at);
		bind_list(b, &members, c->node, &v[i].v, &v[i].n);
	}
	if (field) {
		*(struct kit_list **)field = v;
		*field_n = n->n;
	}
}

static void bind_json(struct binder *b, const struct key *k, const struct node *n, void *field)
{
	if (!value_is_map(b, k, n))
		return;
	if (k->sub)
		bind_section(b, k->sub, n, n->at, NULL);
	const char *json = node_json(b->arena, n, b->problems);
	if (field)
		*(const char **)field = json;
}

static void bind_value(struct binder *b, const struct key *k, const struct node *n, void *field, void *field_n)
{
	switch (k->type) {
	case KEY_JSON: bind_json(b, k, n, field); return;
	case KEY_MAP: bind_map(b, k, n, field, field_n); return;
	case KEY_LIST: bind_list(b, k, n, field, field_n); return;
	case KEY_LISTS: bind_lists(b, k, n, field, field_n); return;
	case KEY_TEXT: case KEY_NAME: case KEY_KIT_NAME: case KEY_VERSION: case KEY_DATE: case KEY_BOOL: case KEY_INT: case KEY_UID:
	case KEY_DURATION: case KEY_ENUM: case KEY_LIMIT: case KEY_LETTER: case KEY_NAMES: case KEY_SERVICES: case KEY_CONDS:
	case KEY_ANY: case KEY_PLUGIN: case KEY_SECRETS: case KEY_KEYS: case KEY_SECTION:
		bind_leaf(b, k, n, field, field_n);
		return;
	}
}

/* ---- one key, one section ----------------------------------------------------------------- */

static void bind_member(struct binder *b, const struct key *k, const struct child *c, char *base)
{
	void *field = base && k->off != NOWHERE ? base + k->off : NULL;
	void *field_n = base && k->off != NOWHERE ? base + k->off_n : NULL;
	bool was = b->lenient;
	b->lenient |= k->lenient;
	if (k->type == KEY_SECTION) /* a blank is no name before it is filled in */
		bind_section(b, k->sub, k->lenient ? node_fill(b->arena, c->node, "service") : c->node, c->at, field);
	else
		bind_value(b, k, c->node, field, field_n);
	b->lenient = was;
}

/* A default of the table is read like a value somebody wrote. */
static void bind_default(struct binder *b, const struct key *k, char *base)
{
	void *field = base && k->off != NOWHERE ? base + k->off : NULL;
	if (k->type == KEY_SECTION && k->sub->implied && field)
		bind_section(b, k->sub, NULL, (struct place){"kit.yaml", 1, 1}, field);
	if (!field || !k->def || k->def[0] == '=' || k->type == KEY_NAMES || k->type == KEY_CONDS || k->type == KEY_SERVICES)
		return;
	if (k->type == KEY_JSON || k->type == KEY_SECRETS) {
		*(const char **)field = k->def;
		return;
	}
	const struct node n = {.kind = NODE_SCALAR, .plain = true, .text = k->def, .size = 1, .height = 1};
	bind_value(b, k, &n, field, NULL);
}

static bool is_empty(const struct child *c)
{
	return !c || node_is_null(c->node);
}

/* An empty value is the same as none where there is a default; a required one must be filled. */
static void bind_key(struct binder *b, const struct section *s, const struct key *k, const struct node *node,
	struct place at, char *base)
{
	const struct child *c = node ? node_child(node, k->name) : NULL;
	if (!is_empty(c)) {
		bind_member(b, k, c, base);
		return;
	}
	if (k->required && !b->lenient && node) {
		struct problem *p = complain(b->problems, c ? c->at : at, PROBLEM_ERROR, c ? "`%s` of %s is empty" : "`%s` is missing: %s needs it",
			k->name, s->noun);
		mend_with(p, "add `%s`: %s%s%s", k->name, k->help, k->words ? ": " : "", k->words ? k->words : "");
	}
	bind_default(b, k, base);
}

void bind_section(struct binder *b, const struct section *s, const struct node *node, struct place at, void *base)
{
	if (node && node->kind != NODE_MAP) {
		struct problem *p = complain(b->problems, node->at, PROBLEM_ERROR, "%s must be keys with values", s->noun);
		mend_with(p, "write {%s: …}", s->keys[0].name);
		return;
	}
	for (size_t i = 0; node && i < node->n; i++)
		if (!key_of(s, node->v[i].key))
			refuse_unknown(b, s, &node->v[i]);
	if (s->given && base && node)
		*(bool *)base = true;
	for (size_t i = 0; i < s->n; i++)
		bind_key(b, s, &s->keys[i], node, at, base);
}
