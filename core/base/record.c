/* Printing by table, and giving back. */
#include "base/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/record_private.h"

void text_set(const char **field, const char *s)
{
	char *old = (char *)(uintptr_t)*field;
	*field = mem_str(s);
	free(old);
}

void vec_cut(void *v, size_t *n, size_t i, size_t each)
{
	char *p = v;
	memmove(p + i * each, p + (i + 1) * each, (*n - i - 1) * each);
	(*n)--;
}

size_t field_size(const struct field *f)
{
	switch (f->type) {
	case F_NAME: case F_TEXT: return sizeof(char *);
	case F_INT: return sizeof(int64_t);
	case F_I32: return sizeof(int);
	case F_DBL: case F_NUM: return sizeof(double);
	case F_BOOL: return sizeof(bool);
	case F_VEC: return sizeof(struct any_vec);
	case F_NAMES: case F_LIST: return sizeof(struct any_list);
	case F_PART: return f->sub->size;
	case F_OTHER: return f->how->size;
	}
	return 0;
}

static void release_vec(const struct table *t, struct any_vec *a)
{
	for (size_t i = 0; i < a->n; i++)
		record_release(t, (char *)a->v + i * t->size);
	free(a->v);
	a->v = NULL;
	a->n = a->cap = 0;
}

void record_release(const struct table *t, void *rec)
{
	for (size_t k = 0; k < t->n; k++) {
		const struct field *f = &t->fields[k];
		void *at = (char *)rec + f->off;
		if (f->type == F_TEXT)
			text_set(at, NULL);
		else if (f->type == F_VEC)
			release_vec(f->sub, at);
		else if (f->type == F_PART)
			record_release(f->sub, at);
		else if (f->type == F_OTHER && f->how->release)
			f->how->release(at);
	}
}

/* ---- which tables there are ----------------------------------------------------- */

void tables_from(const struct table *t, struct tables *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i] == t)
			return;
	if (out->n == TABLES_MAX)
		return;
	out->v[out->n++] = t;
	for (size_t k = 0; k < t->n; k++)
		if (t->fields[k].sub)
			tables_from(t->fields[k].sub, out);
}

void record_columns_dump(struct jw *w, const struct table *root)
{
	struct tables all = {.n = 0};
	tables_from(root, &all);
	jw_obj(w);
	for (size_t i = 0; i < all.n; i++) {
		jw_key(w, all.v[i]->name);
		jw_arr(w);
		for (size_t k = 0; k < all.v[i]->n; k++)
			jw_str(w, all.v[i]->fields[k].key);
		jw_arr_end(w);
	}
	jw_obj_end(w);
}

/* ---- printing -------------------------------------------------------------------- */

static size_t filled(const struct record_out *o, const struct table *t, const void *rec);

static bool is_empty(const struct record_out *o, const struct field *f, const void *at)
{
	switch (f->type) {
	case F_NAME: case F_TEXT: return !*(char *const *)at;
	case F_INT: return !*(const int64_t *)at;
	case F_I32: return !*(const int *)at;
	case F_DBL: return !isfinite(*(const double *)at);
	case F_NUM: return *(const double *)at == 0;
	case F_BOOL: return !*(const bool *)at;
	case F_VEC: return !((const struct any_vec *)at)->n;
	case F_NAMES: case F_LIST: return !((const struct any_list *)at)->n;
	case F_PART: return !filled(o, f->sub, at);
	case F_OTHER: return f->how->empty(o, at);
	}
	return true;
}

/* How many fields there are up to the last that is not empty. */
static size_t filled(const struct record_out *o, const struct table *t, const void *rec)
{
	size_t n = t->n;
	while (n && is_empty(o, &t->fields[n - 1], (const char *)rec + t->fields[n - 1].off))
		n--;
	return n;
}

static void dump_records(struct record_out *o, const struct table *t, const void *v, size_t n)
{
	jw_arr(o->w);
	for (size_t i = 0; i < n; i++)
		record_dump(o, t, (const char *)v + i * t->size);
	jw_arr_end(o->w);
}

static void dump_names(struct jw *w, const struct any_list *l)
{
	const char *const *v = l->v;
	jw_arr(w);
	for (size_t i = 0; i < l->n; i++)
		jw_str(w, v[i]);
	jw_arr_end(w);
}

static void dump_field(struct record_out *o, const struct field *f, const void *at)
{
	const struct any_vec *vec = at;
	const struct any_list *list = at;
	switch (f->type) {
	case F_NAME: case F_TEXT: jw_str(o->w, *(char *const *)at); break;
	case F_NAMES: dump_names(o->w, list); break;
	case F_INT: jw_int(o->w, *(const int64_t *)at); break;
	case F_I32: jw_int(o->w, *(const int *)at); break;
	case F_DBL: case F_NUM: jw_num(o->w, *(const double *)at); break;
	case F_BOOL: jw_bool(o->w, *(const bool *)at); break;
	case F_VEC: dump_records(o, f->sub, vec->v, vec->n); break;
	case F_LIST: dump_records(o, f->sub, list->v, list->n); break;
	case F_PART: record_dump(o, f->sub, at); break;
	case F_OTHER: f->how->dump(o, at); break;
	}
}

void record_dump(struct record_out *o, const struct table *t, const void *rec)
{
	size_t n = filled(o, t, rec);
	jw_arr(o->w);
	for (size_t k = 0; k < n; k++)
		dump_field(o, &t->fields[k], (const char *)rec + t->fields[k].off);
	jw_arr_end(o->w);
}

void record_dump_keys(struct record_out *o, const struct table *t, const void *rec)
{
	jw_obj(o->w);
	for (size_t k = 0; k < t->n; k++) {
		jw_key(o->w, t->fields[k].key);
		dump_field(o, &t->fields[k], (const char *)rec + t->fields[k].off);
	}
	jw_obj_end(o->w);
}
