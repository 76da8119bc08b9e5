/* A YAML file as a tree in which every node knows its line and column.  Made
 * by yaml_read from bytes, read by the binder and the cross checks.  Everything
 * lives in the kit's arena; nodes are never changed after they were made. */
#ifndef KIT_NODE_H
#define KIT_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "kit/problems.h"

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };
struct node {
	enum node_kind kind;
	struct place at;
	bool plain;              /* a scalar without quotes: may mean true, null or a number */
	bool quoted;             /* in quotes on its own line: column + 1 is its first character */
	const char *text;        /* of a scalar; "" otherwise, never NULL */
	struct child *v;         /* of a map or list */
	size_t n;
	size_t size;             /* nodes in this tree, shared ones as often as they are met */
	int height;              /* 1 for a scalar */
};
struct child {
	const char *key;         /* NULL in a list */
	struct place at;         /* of the key */
	const struct node *node;
};

/* What one kit may hold, over all its files. */
#define NODES_MAX ((size_t)1 << 20)
#define DEPTH_MAX 32

/* Bytes to a tree: its texts in `a`, where the kit keeps what it points to; the
 * nodes in `trees`, which end with the parsing.  False where the file is no single UTF-8 YAML document
 * within the limits; everything that is wrong is in *p.  *budget counts nodes down. */
bool yaml_read(struct arena *a, struct arena *trees, const char *path, const char *text, size_t len, size_t *budget, struct problems *p,
	const struct node **out);

const struct child *node_child(const struct node *map, const char *key); /* NULL where not there */
const struct node *node_get(const struct node *map, const char *key);
bool node_is_null(const struct node *n);         /* nothing was written, or ~ or null */
/* Canonical JSON of a tree (keys sorted by bytes, core schema scalars) in the arena;
 * NULL with a problem where it cannot be one. */
const char *node_json(struct arena *a, const struct node *n, struct problems *p);
bool node_has_blank(const struct node *n); /* {{service}} stands in it somewhere */
/* A copy in which {{service}} is filled in. */
const struct node *node_fill(struct arena *a, const struct node *n, const char *service);
/* The children of a map that are scalars, or those that are not. */
const struct node *node_part(struct arena *a, const struct node *map, bool scalars);
/* `each` merged below every map in a map or list. */
const struct node *node_merge_each(struct arena *a, const struct node *group, const struct node *each);
/* own with what only `base` has behind it, `depth` maps deep; either may be NULL. */
const struct node *node_merge(struct arena *a, const struct node *own, const struct node *base, int depth);

#endif
