/* Allocation that does not come back empty-handed. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LARGE ((size_t)128 << 10)

static void *mem_must(void *p)
{
	if (!p)
		abort();
	return p;
}

void *mem_new(size_t size)
{
	return mem_must(calloc(1, size ? size : 1));
}

void *mem_grow(void *p, size_t n, size_t each)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, each, &bytes))
		abort();
	return mem_must(realloc(p, bytes ? bytes : 1));
}

char *mem_strn(const char *s, size_t n)
{
	if (!s)
		return NULL;
	char *out = mem_new(n + 1);
	memcpy(out, s, n);
	return out;
}

char *mem_str(const char *s)
{
	return s ? mem_strn(s, strlen(s)) : NULL;
}

void mem_set(char **p, const char *s)
{
	char *copy = mem_str(s); /* first: s may be *p */
	free(*p);
	*p = copy;
}

void *mem_vec_grow(void *v, size_t *cap, size_t each)
{
	*cap = *cap ? *cap * 2 : 8;
	return mem_grow(v, *cap, each);
}

void mem_zero(void *p, size_t n)
{
	memset(p, 0, n);
}

void mem_drop(void **p)
{
	free(*p);
	*p = NULL;
}

/* What is freed goes back to the system, a body, a tree or a snapshot at once:
 * left to itself the allocator keeps room for the largest that ever came. */
void mem_frugal(void)
{
#ifdef M_MMAP_THRESHOLD
	(void)mallopt(M_MMAP_THRESHOLD, (int)LARGE);
	(void)mallopt(M_TRIM_THRESHOLD, (int)LARGE);
#endif
}

/* ---- arena: chunks of growing size, freed together ---- */
#define CHUNK_FIRST ((size_t)4096)
#define CHUNK_LAST (2 * LARGE) /* so that a large arena leaves no holes behind */

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};
struct arena {
	struct chunk *chunks;
};

struct arena *arena_new(void)
{
	return mem_new(sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	if (size > SIZE_MAX / 4)
		abort();
	size = (size + align - 1) / align * align;
	struct chunk *c = a->chunks;
	if (!c || c->size - c->used < size) {
		size_t room = c ? c->size * 2 : CHUNK_FIRST;
		room = room > CHUNK_LAST ? CHUNK_LAST : room;
		room = size > room ? size : room;
		c = mem_new(sizeof *c + room);
		c->size = room;
		c->next = a->chunks;
		a->chunks = c;
	}
	void *p = (char *)c->data + c->used;
	c->used += size;
	return p;
}

char *arena_strn(struct arena *a, const char *s, size_t n)
{
	if (!s)
		return NULL;
	char *out = arena_alloc(a, n + 1);
	memcpy(out, s, n);
	return out;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}
