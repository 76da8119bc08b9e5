/* Reading, copying and merging nodes. */
#include "config.h"

#include <string.h>

#include "kit/node.h"

const struct child *node_child(const struct node *map, const char *key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->v[i].key, key) == 0)
			return &map->v[i];
	return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
	const struct child *c = node_child(map, key);
	return c ? c->node : NULL;
}

bool node_is_null(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->plain && (!*n->text || !strcmp(n->text, "~") || !strcmp(n->text, "null"));
}

/* ---- {{service}} ------------------------------------------------------------------ */

/* The length of a blank written as {{service}} or {{ service }} at s, or 0. */
static size_t blank_at(const char *s)
{
	const char *p = s;
	if (strncmp(p, "{{", 2) != 0)
		return 0;
	p += 2 + strspn(p + 2, " ");
	if (strncmp(p, "service", 7) != 0)
		return 0;
	p += 7 + strspn(p + 7, " ");
	return strncmp(p, "}}", 2) == 0 ? (size_t)(p + 2 - s) : 0;
}

static const char *fill_text(struct arena *a, const char *s, const char *service)
{
	if (!strstr(s, "{{"))
		return s;
	size_t blanks = 0, len = strlen(s), name = strlen(service);
	for (const char *p = s; *p; p++)
		blanks += blank_at(p) > 0;
	char *out = arena_alloc(a, len + blanks * name + 1), *to = out;
	while (*s) {
		size_t n = blank_at(s);
		if (n) {
			memcpy(to, service, name);
			to += name;
			s += n;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
	return out;
}

static bool text_has_blank(const char *s)
{
	for (s = s ? strstr(s, "{{") : NULL; s; s = strstr(s + 1, "{{"))
		if (blank_at(s))
			return true;
	return false;
}

bool node_has_blank(const struct node *n)
{
	if (!n || text_has_blank(n->text))
		return n != NULL;
	for (size_t i = 0; i < n->n; i++)
		if (text_has_blank(n->v[i].key) || node_has_blank(n->v[i].node))
			return true;
	return false;
}

const struct node *node_fill(struct arena *a, const struct node *n, const char *service)
{
	if (!n)
		return NULL;
	struct node *new = arena_alloc(a, sizeof *new);
	*new = *n;
	new->text = fill_text(a, n->text, service);
	new->v = arena_alloc(a, n->n * sizeof *n->v + 1);
	for (size_t i = 0; i < n->n; i++) {
		new->v[i] = n->v[i];
		if (n->v[i].key)
			new->v[i].key = fill_text(a, n->v[i].key, service);
		new->v[i].node = node_fill(a, n->v[i].node, service);
	}
	return new;
}

/* ---- merging ------------------------------------------------------------------------ */

static const struct node *merge_maps(struct arena *a, const struct node *own, const struct node *base, int depth)
{
	struct node *new = arena_alloc(a, sizeof *new);
	*new = *own;
	new->v = arena_alloc(a, (own->n + base->n) * sizeof *own->v + 1);
	if (own->n)
		memcpy(new->v, own->v, own->n * sizeof *own->v);
	for (size_t i = 0; i < own->n && depth > 1; i++)
		new->v[i].node = node_merge(a, own->v[i].node, node_get(base, own->v[i].key), depth - 1);
	for (size_t i = 0; i < base->n; i++)
		if (!node_child(own, base->v[i].key))
			new->v[new->n++] = base->v[i];
	return new;
}

static const struct node *named(const struct node *list, const struct node *like)
{
	const struct node *name = node_get(like, "name");
	for (size_t i = 0; name && i < list->n; i++) {
		const struct node *other = node_get(list->v[i].node, "name");
		if (other && strcmp(other->text, name->text) == 0)
			return list->v[i].node;
	}
	return NULL;
}

/* Lists are lists of named things: the same name is the same thing. */
static const struct node *merge_lists(struct arena *a, const struct node *own, const struct node *base, int depth)
{
	struct node *new = arena_alloc(a, sizeof *new);
	*new = *own;
	new->v = arena_alloc(a, (own->n + base->n) * sizeof *own->v + 1);
	for (size_t i = 0; i < own->n; i++) {
		new->v[i] = own->v[i];
		new->v[i].node = node_merge(a, own->v[i].node, named(base, own->v[i].node), depth - 1);
	}
	for (size_t i = 0; i < base->n; i++)
		if (!named(own, base->v[i].node))
			new->v[new->n++] = base->v[i];
	return new;
}

const struct node *node_merge(struct arena *a, const struct node *own, const struct node *base, int depth)
{
	if (!own || !base || depth < 1)
		return own ? own : base;
	if (own->kind != base->kind)
		return node_is_null(own) ? base : own;
	switch (own->kind) {
	case NODE_SCALAR: return own;
	case NODE_MAP: return merge_maps(a, own, base, depth);
	case NODE_LIST: return merge_lists(a, own, base, depth);
	}
	return own;
}

const struct node *node_part(struct arena *a, const struct node *map, bool scalars)
{
	struct node *new = arena_alloc(a, sizeof *new);
	*new = *map;
	new->n = 0;
	new->v = arena_alloc(a, map->n * sizeof *map->v + 1);
	for (size_t i = 0; i < map->n; i++)
		if ((map->v[i].node->kind == NODE_SCALAR) == scalars)
			new->v[new->n++] = map->v[i];
	return new;
}

const struct node *node_merge_each(struct arena *a, const struct node *group, const struct node *each)
{
	struct node *new = arena_alloc(a, sizeof *new);
	*new = *group;
	new->v = arena_alloc(a, group->n * sizeof *group->v + 1);
	for (size_t i = 0; i < group->n; i++) {
		new->v[i] = group->v[i];
		if (new->v[i].node->kind == NODE_MAP)
			new->v[i].node = node_merge(a, new->v[i].node, each, 1);
	}
	return new;
}
