/* Records by table: one row per field serves release, dump and load. */
#include "model/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct any_vec { void *v; size_t n, cap; }; /* the layout of every VEC */

#define AT(rec, f, type) ((type *)(void *)((char *)(rec) + (f)->off))
#define AT_C(rec, f, type) ((type const *)(const void *)((const char *)(rec) + (f)->off))

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
		if (f->type == F_TEXT)
			text_set(AT(rec, f, const char *), NULL);
		else if (f->type == F_VEC)
			release_vec(f->sub, AT(rec, f, struct any_vec));
	}
}

/* ---- dump ---- */
static void dump_stamp(const struct stamp *s, const struct dump *d)
{
	jw_arr(d->w);
	if (s->at) {
		jw_int(d->w, s->at);
		jw_int(d->w, s->mono);
		if (!s->boot || !d->boot || strcmp(s->boot, d->boot) != 0)
			jw_str(d->w, s->boot); /* thousands of stamps are of the boot that the dump names */
	}
	jw_arr_end(d->w);
}

void curve_dump(const struct model_signal *s, struct jw *w)
{
	jw_arr(w);
	for (uint32_t k = 0; k < s->curve_n; k++) {
		const struct model_point *p = &s->curve[(s->curve_next + MODEL_CURVE - s->curve_n + k) % MODEL_CURVE];
		jw_int(w, p->s);
		jw_float(w, p->v);
	}
	jw_arr_end(w);
}

static void dump_vec(const struct table *t, const struct any_vec *a, const struct dump *d)
{
	jw_arr(d->w);
	for (size_t i = 0; i < a->n; i++)
		record_dump(t, (const char *)a->v + i * t->size, d);
	jw_arr_end(d->w);
}

static void dump_field(const struct field *f, const void *rec, const struct dump *d)
{
	switch (f->type) {
	case F_NAME: case F_TEXT: jw_str(d->w, *AT_C(rec, f, char *)); break;
	case F_INT: jw_int(d->w, *AT_C(rec, f, int64_t)); break;
	case F_I32: jw_int(d->w, *AT_C(rec, f, int)); break;
	case F_DBL: jw_num(d->w, *AT_C(rec, f, double)); break;
	case F_BOOL: jw_bool(d->w, *AT_C(rec, f, bool)); break;
	case F_STAMP: dump_stamp(AT_C(rec, f, struct stamp), d); break;
	case F_VEC: dump_vec(f->sub, AT_C(rec, f, struct any_vec), d); break;
	case F_CURVE: d->curves ? curve_dump(rec, d->w) : jw_null(d->w); break;
	}
}

void record_dump(const struct table *t, const void *rec, const struct dump *d)
{
	jw_obj(d->w);
	for (size_t k = 0; k < t->n; k++) {
		jw_key(d->w, t->fields[k].key);
		dump_field(&t->fields[k], rec, d);
	}
	jw_obj_end(d->w);
}

/* ---- load ---- */
static void load_stamp(struct model *m, struct stamp *s, const struct json *v)
{
	const struct json *at = json_first(v), *mono = json_next(at);
	s->at = json_int(at, 0);
	s->mono = json_int(mono, 0);
	s->boot = json_next(mono) ? model_intern(m, json_str(json_next(mono), NULL)) : at ? m->private_->boot : NULL;
}

/* null: there is one, and it was not sent along. */
void curve_load(struct model_signal *s, const struct json *v)
{
	s->curve_n = 0;
	s->curve_unknown = json_type(v) == JSON_NULL;
	for (const struct json *c = json_first(v); c && s->curve_n < MODEL_CURVE; c = json_next(c)) {
		struct model_point *p = &s->curve[s->curve_n++];
		p->s = (uint32_t)json_int(c, 0);
		c = json_next(c);
		p->v = (float)json_num(c, NAN);
		if (!c)
			break;
	}
	s->curve_next = s->curve_n % MODEL_CURVE;
}

static void load_vec(struct model *m, const struct table *t, struct any_vec *a, const struct json *v)
{
	size_t n = json_count(v);
	a->v = n ? mem_new(n * t->size) : NULL;
	a->cap = n;
	for (const struct json *c = json_first(v); c; c = json_next(c))
		record_load(m, t, (char *)a->v + a->n++ * t->size, c);
}

static void load_field(struct model *m, const struct field *f, void *rec, const struct json *v)
{
	switch (f->type) {
	case F_NAME: *AT(rec, f, const char *) = model_intern(m, json_str(v, NULL)); break;
	case F_TEXT: text_set(AT(rec, f, const char *), json_str(v, NULL)); break;
	case F_INT: *AT(rec, f, int64_t) = json_int(v, 0); break;
	case F_I32: *AT(rec, f, int) = (int)json_int(v, 0); break;
	case F_DBL: *AT(rec, f, double) = json_num(v, NAN); break;
	case F_BOOL: *AT(rec, f, bool) = json_bool(v, false); break;
	case F_STAMP: load_stamp(m, AT(rec, f, struct stamp), v); break;
	case F_VEC: load_vec(m, f->sub, AT(rec, f, struct any_vec), v); break;
	case F_CURVE: curve_load(rec, v); break;
	}
}

/* Objects come in the table's order from our own dump, so the search almost never searches. */
void record_load(struct model *m, const struct table *t, void *rec, const struct json *v)
{
	const struct json *c = json_first(v);
	for (size_t k = 0; k < t->n; k++) {
		const struct field *f = &t->fields[k];
		bool here = c && json_key(c) && strcmp(json_key(c), f->key) == 0;
		load_field(m, f, rec, here ? c : json_get(v, f->key));
		if (here)
			c = json_next(c);
	}
}
