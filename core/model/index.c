/* Names that recur are kept once, and records are found by two keys without a
 * walk.  Below everything else of the model. */
#include "model/private.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_two(const char *a, const char *b)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *a; a++)
		h = (h ^ (unsigned char)*a) * 0x100000001b3u;
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

void index_add(struct index *x, const char *a, const char *b, size_t pos)
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
	index_put(x, hash_two(a, b), (uint32_t)pos + 1);
	x->n++;
}

static bool same_name(const struct model *m, size_t pos, const char *a, const char *b)
{
	(void)b;
	return strcmp(m->private_->all.v[pos], a) == 0;
}

const char *model_name(const struct model *m, const char *s)
{
	int64_t pos = s ? index_find(&m->private_->interned, m, s, NULL, same_name) : -1;
	return pos < 0 ? NULL : m->private_->all.v[pos];
}

const char *model_intern(struct model *m, const char *s)
{
	if (!s)
		return NULL;
	struct model_private *p = m->private_;
	int64_t pos = index_find(&p->interned, m, s, NULL, same_name);
	if (pos >= 0)
		return p->all.v[pos];
	const char *kept = arena_str(p->names, s);
	*vec_push(&p->all) = kept;
	index_add(&p->interned, s, NULL, p->all.n - 1);
	return kept;
}
