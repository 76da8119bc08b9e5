/* Nodes into structs by the rows of schema.h: types, required keys, unknown
 * keys, defaults.  What one value means beside another is the cross checks'
 * work (checks.h), which find the node of every struct here. */
#ifndef KIT_BIND_H
#define KIT_BIND_H

#include "kit/kit.h"
#include "kit/node.h"
#include "kit/schema.h"

struct object { const void *ptr; const struct node *node; struct place at; };
struct binder {
	struct arena *arena;
	struct problems *problems;
	bool lenient;             /* inside `defaults`: required keys may come from the service */
	struct object *objects;   /* which node a struct came from, by hash of its address */
	size_t n_objects, cap_objects;
};

/* node may be NULL: only the defaults.  base may be NULL: only the checks. */
void bind_section(struct binder *b, const struct section *s, const struct node *node, struct place at, void *base);

/* ---- objects.c ---- */
void binder_release(struct binder *b);
/* The node that a struct of a map or list (or a root) came from, and its place. */
const struct object *object_of(const struct binder *b, const void *ptr);
/* Place of the value of `key` (item `i` of it where i >= 0); the struct's own where it is not there. */
struct place place_in(const struct binder *b, const void *ptr, const char *key, int i);
void object_add(struct binder *b, const void *ptr, const struct node *n, struct place at);

/* ---- values.c ---- */
/* One value that holds no section; field may be NULL. */
void bind_leaf(struct binder *b, const struct key *k, const struct node *n, void *field, void *field_n);
/* False with the problem said. */
bool value_is_map(struct binder *b, const struct key *k, const struct node *n);
bool value_is_list(struct binder *b, const struct key *k, const struct node *n);
void value_check_id(struct binder *b, const struct key *k, const struct child *c);
/* A letter that a kit may bind an action to. */
bool key_is_free(char c);
/* "3 in 1h" */
bool limit_parse(const char *s, struct kit_limit *out);

#endif
