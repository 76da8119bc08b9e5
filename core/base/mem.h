/* Allocation, growing arrays and an arena.  Running out of memory ends the
 * process in one place: the engine's death at any moment is a case that the
 * journal is built for, a half-built model is not. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t size);                  /* zeroed; never NULL */
void *mem_grow(void *p, size_t n, size_t each); /* realloc of n*each, overflow checked; never NULL */
char *mem_str(const char *s);                /* copy; NULL stays NULL */
char *mem_strn(const char *s, size_t n);
/* Free *p where set and put a copy of s (may be NULL) there. */
void mem_set(char **p, const char *s);

/* struct { T *v; size_t n, cap; } with a zeroed new last element from vec_push. */
#define VEC(T) struct { T *v; size_t n, cap; }
#define vec_push(a) \
	(((a)->n == (a)->cap ? (void)((a)->v = mem_vec_grow((a)->v, &(a)->cap, sizeof *(a)->v)) : (void)0), \
	 mem_zero(&(a)->v[(a)->n], sizeof *(a)->v), &(a)->v[(a)->n++])
#define vec_release(a) (mem_drop((void **)(void *)&(a)->v), (a)->n = (a)->cap = 0)
#define vec_each(T, it, a) for (T *it = (a)->v; (a)->n && it < (a)->v + (a)->n; it++)
void *mem_vec_grow(void *v, size_t *cap, size_t each);
/* For programs that live long: once, before the first allocation of size. */
void mem_frugal(void);
void mem_zero(void *p, size_t n);
void mem_drop(void **p);

/* An arena: everything allocated from it is freed with it. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);            /* NULL is fine */
void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t n);

#endif
