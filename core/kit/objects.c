/* Which node every struct of the kit came from, for the cross checks' places. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kit/bind.h"

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
