/* Names that recur are kept once, and records are found by two keys without a
 * walk.  Below everything else of the model. */
#include "model/private.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_one(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

static uint64_t hash_two(const char *a, const char *b)
{
	uint64_t h = hash_one(a, strlen(a));
	h = (h ^ 0xff) * 0x100000001b3u;
	for (; b && *b; b++)
		h = (h ^ (unsigned char)*b) * 0x100000001b3u;
	return h;
}

void index_release(struct index *x)
{
	free(x->v);
	memset(x, 0, sizeof *x);
}

int64_t index_find(const struct index *x, const struct model *m, const char *a, const char *b, index_same_fn same)
{
	if (!x->cap)
		return -1;
	uint64_t h = hash_two(a, b);
	for (size_t i = h & (x->cap - 1); x->v[i].pos_1; i = (i + 1) & (x->cap - 1))
		if (x->v[i].hash == h && same(m, x->v[i].pos_1 - 1, a, b))
			return x->v[i].pos_1 - 1;
	return -1;
}

static void index_put(struct index *x, uint64_t h, uint32_t pos_1)
{
	size_t i = h & (x->cap - 1);
	while (x->v[i].pos_1)
		i = (i + 1) & (x->cap - 1);
	x->v[i].hash = h;
	x->v[i].pos_1 = pos_1;
}

static void index_add_hash(struct index *x, uint64_t h, size_t pos)
{
	if (x->n * 2 >= x->cap) {
		struct index bigger = {.cap = x->cap ? x->cap * 2 : 64, .n = x->n};
		bigger.v = mem_new(bigger.cap * sizeof *bigger.v);
		for (size_t i = 0; i < x->cap; i++)
			if (x->v[i].pos_1)
				index_put(&bigger, x->v[i].hash, x->v[i].pos_1);
		free(x->v);
		*x = bigger;
	}
	index_put(x, h, (uint32_t)pos + 1);
	x->n++;
}

void index_add(struct index *x, const char *a, const char *b, size_t pos)
{
	index_add_hash(x, hash_two(a, b), pos);
}

/* ---- names ----------------------------------------------------------------------- */

/* The one that is kept already, or NULL. */
static const char *find_name(const struct model_private *p, uint64_t h, const char *s, size_t n)
{
	const struct index *x = &p->interned;
	if (!x->cap)
		return NULL;
	for (size_t i = h & (x->cap - 1); x->v[i].pos_1; i = (i + 1) & (x->cap - 1)) {
		const char *kept = p->all.v[x->v[i].pos_1 - 1];
		if (x->v[i].hash == h && strncmp(kept, s, n) == 0 && !kept[n])
			return kept;
	}
	return NULL;
}

const char *model_name(const struct model *m, const char *s)
{
	return s ? find_name(m->private_, hash_one(s, strlen(s)), s, strlen(s)) : NULL;
}

const char *model_intern_n(struct model *m, const char *s, size_t n)
{
	struct model_private *p = m->private_;
	uint64_t h = hash_one(s, n);
	const char *kept = find_name(p, h, s, n);
	if (kept)
		return kept;
	kept = arena_strn(p->names, s, n);
	*vec_push(&p->all) = kept;
	index_add_hash(&p->interned, h, p->all.n - 1);
	return kept;
}

const char *model_intern(struct model *m, const char *s)
{
	return s ? model_intern_n(m, s, strlen(s)) : NULL;
}
