/* Sections, maps and lists; the scalars are in values.c. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/bind.h"

#define KEYS_MAX 64

/* ---- which struct came from which node ----------------------------------------------- */

static size_t slot_of(const struct binder *b, const void *ptr)
{
	size_t i = (size_t)(((uint64_t)(uintptr_t)ptr >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (b->cap_objects - 1);
	while (b->objects[i].ptr && b->objects[i].ptr != ptr)
		i = (i + 1) & (b->cap_objects - 1);
	return i;
}

static void objects_grow(struct binder *b)
{
	struct object *old = b->objects;
	size_t cap = b->cap_objects;
	b->cap_objects = cap ? cap * 2 : 256;
	b->objects = mem_new(b->cap_objects * sizeof *b->objects);
	for (size_t i = 0; i < cap; i++)
		if (old[i].ptr)
			b->objects[slot_of(b, old[i].ptr)] = old[i];
	free(old);
}

void object_add(struct binder *b, const void *ptr, const struct node *n, struct place at)
{
	if (!ptr)
		return;
	if (b->n_objects * 2 >= b->cap_objects)
		objects_grow(b);
	struct object *o = &b->objects[slot_of(b, ptr)];
	b->n_objects += !o->ptr;
	*o = (struct object){ptr, n, at};
}

const struct object *object_of(const struct binder *b, const void *ptr)
{
	static const struct object none = {.at = {"kit.yaml", 1, 1}};
	if (!b->cap_objects || !b->objects[slot_of(b, ptr)].ptr)
		return &none;
	return &b->objects[slot_of(b, ptr)];
}

struct place place_in(const struct binder *b, const void *ptr, const char *key, int i)
{
	const struct object *o = object_of(b, ptr);
	const struct node *n = o->node ? node_get(o->node, key) : NULL;
	if (!n)
		return o->at;
	if (i >= 0 && n->kind == NODE_LIST && (size_t)i < n->n)
		return n->v[i].at;
	return n->at;
}

void binder_release(struct binder *b)
{
	free(b->objects);
	b->objects = NULL;
	b->n_objects = b->cap_objects = 0;
}

/* ---- sections ------------------------------------------------------------------------- */

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
