/* Reading by table: whoever wrote it may be another build, or nobody to trust.
 * What is no record of these tables is refused, and memory is bounded by what
 * was sent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/record_private.h"

#define COLUMNS_MAX 64
#define ROOM_EACH 64   /* the emptiest record that is let in has a name: some ten bytes for at most 500 */
#define ROOM_MAX ((size_t)512 << 20)
#define UNKNOWN 255 /* a column of another build: stepped over */

struct columns {
	const struct table *t;
	size_t n;
	unsigned char field[COLUMNS_MAX];
	uint64_t absent;     /* fields that no column is for */
	uint64_t odd;        /* fields that are not zero where they are empty */
	uint64_t needed;
};

/* ---- columns -------------------------------------------------------------------- */

static uint64_t bit(size_t k)
{
	return UINT64_C(1) << k;
}

static bool is_word(const char *word, const char *s, size_t n)
{
	return strlen(word) == n && memcmp(word, s, n) == 0;
}

static void load_columns_of(struct record_in *in, struct columns *c)
{
	if (c->n || !json_walk_open(in->w, JSON_ARRAY)) {
		json_walk_refuse(in->w, "the columns of a table stand twice, or are no list");
		return;
	}
	while (json_walk_more(in->w)) {
		size_t n, k = 0;
		const char *s = json_walk_str(in->w, &n);
		if (!s || c->n == COLUMNS_MAX) {
			json_walk_refuse(in->w, "a table has columns that are none");
			return;
		}
		while (k < c->t->n && !is_word(c->t->fields[k].key, s, n))
			k++;
		bool known = k < c->t->n;
		if (known && !(c->absent & bit(k)))
			json_walk_refuse(in->w, "a column stands twice");
		if (known)
			c->absent &= ~bit(k);
		c->field[c->n++] = known ? (unsigned char)k : UNKNOWN;
	}
}

/* The next field of a set, which loses it. */
static size_t take_bit(uint64_t *set)
{
	size_t k = (size_t)__builtin_ctzll(*set);
	*set &= *set - 1;
	return k;
}

static void begin_columns(struct columns *c, const struct table *t)
{
	c->t = t;
	for (size_t k = 0; k < t->n; k++) {
		c->absent |= bit(k);
		if (t->fields[k].type == F_DBL || t->fields[k].type == F_PART)
			c->odd |= bit(k);
		if (t->fields[k].needed)
			c->needed |= bit(k);
	}
}

bool record_columns_load(struct record_in *in, const struct table *root)
{
	struct tables all = {.n = 0};
	tables_from(root, &all);
	free(in->columns);
	in->columns = mem_new(all.n * sizeof *in->columns);
	in->n_columns = all.n;
	for (size_t i = 0; i < all.n; i++)
		begin_columns(&in->columns[i], all.v[i]);
	for (bool more = json_walk_open(in->w, JSON_OBJECT); more && json_walk_more(in->w);) {
		size_t n, i = 0;
		const char *key = json_walk_key(in->w, &n);
		while (i < all.n && !is_word(all.v[i]->name, key, n))
			i++;
		if (i < all.n)
			load_columns_of(in, &in->columns[i]);
		else
			json_walk_skip(in->w);
	}
	return !in->w->at.why;
}

size_t record_room(size_t bytes)
{
	return bytes < ROOM_MAX / ROOM_EACH ? bytes * ROOM_EACH + 4096 : ROOM_MAX;
}

void record_in_release(struct record_in *in)
{
	free(in->columns);
	in->columns = NULL;
	in->n_columns = 0;
}

static const struct columns *columns_of(const struct record_in *in, const struct table *t)
{
	for (size_t i = 0; i < in->n_columns; i++)
		if (in->columns[i].t == t)
			return &in->columns[i];
	return NULL;
}

/* ---- values ----------------------------------------------------------------------- */

static void load_one(struct record_in *in, const struct columns *c, void *rec);

static const char *load_name(struct record_in *in)
{
	size_t n;
	const char *s = json_walk_str(in->w, &n);
	return s ? in->name(in->ctx, s, n) : NULL;
}

static void load_text(struct record_in *in, const char **at)
{
	size_t n;
	const char *s = json_walk_str(in->w, &n);
	free((char *)(uintptr_t)*at);
	*at = mem_strn(s, n);
}

static int load_i32(struct record_in *in, int most)
{
	int64_t v = json_walk_int(in->w, 0);
	if (v < INT32_MIN || v > INT32_MAX || (most && (v < 0 || v > most))) {
		json_walk_refuse(in->w, "a value that this build does not know");
		return 0;
	}
	return (int)v;
}

/* Is there room for one more?  What is sent in few bytes must not take many. */
static bool take_room(struct record_in *in, size_t size)
{
	if (size > in->room) {
		json_walk_refuse(in->w, "more records than a snapshot of this length may hold");
		return false;
	}
	in->room -= size;
	return true;
}

static void load_records(struct record_in *in, const struct table *t, struct any_vec *a)
{
	const struct columns *c = columns_of(in, t);
	for (bool more = json_walk_open(in->w, JSON_ARRAY); more && json_walk_more(in->w);) {
		if (!take_room(in, t->size))
			return;
		if (a->n == a->cap)
			a->v = mem_vec_grow(a->v, &a->cap, t->size);
		void *rec = (char *)a->v + a->n++ * t->size;
		memset(rec, 0, t->size);
		load_one(in, c, rec);
	}
}

static void load_vec(struct record_in *in, const struct table *t, struct any_vec *a)
{
	load_records(in, t, a);
	if (a->n < a->cap && a->n) {
		a->v = mem_grow(a->v, a->n, t->size);
		a->cap = a->n;
	}
}

static void load_list(struct record_in *in, const struct table *t, struct any_list *l)
{
	struct any_vec a = {0};
	load_records(in, t, &a);
	l->v = arena_alloc(in->arena, a.n * t->size + 1);
	if (a.n)
		memcpy(l->v, a.v, a.n * t->size);
	l->n = a.n;
	free(a.v);
}

static void load_names(struct record_in *in, struct any_list *l)
{
	VEC(const char *) all = {0};
	for (bool more = json_walk_open(in->w, JSON_ARRAY); more && json_walk_more(in->w);) {
		if (!take_room(in, sizeof(char *)))
			break;
		const char *s = load_name(in);
		if (!s)
			json_walk_refuse(in->w, "a list of names holds something else");
		*vec_push(&all) = s;
	}
	const char **v = arena_alloc(in->arena, all.n * sizeof *v + 1);
	if (all.n)
		memcpy(v, all.v, all.n * sizeof *v);
	l->v = v;
	l->n = all.n;
	vec_release(&all);
}

static void load_field(struct record_in *in, const struct field *f, void *at)
{
	switch (f->type) {
	case F_NAME: *(const char **)at = load_name(in); break;
	case F_TEXT: load_text(in, at); break;
	case F_NAMES: load_names(in, at); break;
	case F_INT: *(int64_t *)at = json_walk_int(in->w, 0); break;
	case F_I32: *(int *)at = load_i32(in, f->most); break;
	case F_DBL: *(double *)at = json_walk_num(in->w, NAN); break;
	case F_NUM: *(double *)at = json_walk_num(in->w, 0); break;
	case F_BOOL: *(bool *)at = json_walk_bool(in->w, false); break;
	case F_VEC: load_vec(in, f->sub, at); break;
	case F_LIST: load_list(in, f->sub, at); break;
	case F_PART: load_one(in, columns_of(in, f->sub), at); break;
	case F_OTHER: f->how->load(in, at); break;
	}
}

/* ---- records ----------------------------------------------------------------------- */

/* Fields that were not sent: empty, and that is not zero for every one. */
static void settle(struct record_in *in, const struct columns *c, uint64_t absent, void *rec)
{
	for (uint64_t left = absent & c->odd; left;) {
		const struct field *f = &c->t->fields[take_bit(&left)];
		char *at = (char *)rec + f->off;
		if (f->type == F_DBL)
			*(double *)(void *)at = NAN;
		else
			settle(in, columns_of(in, f->sub), ~UINT64_C(0), at);
	}
}

static void check_needed(struct record_in *in, const struct columns *c, const void *rec)
{
	for (uint64_t left = c->needed; left;)
		if (!*(void *const *)(const void *)((const char *)rec + c->t->fields[take_bit(&left)].off))
			json_walk_refuse(in->w, "a record without its name");
}

static void load_one(struct record_in *in, const struct columns *c, void *rec)
{
	const struct field *fields = c->t->fields;
	uint64_t absent = c->absent;
	size_t i = 0;
	for (bool more = json_walk_open(in->w, JSON_ARRAY); more && json_walk_more(in->w); i++) {
		if (i < c->n && c->field[i] != UNKNOWN)
			load_field(in, &fields[c->field[i]], (char *)rec + fields[c->field[i]].off);
		else
			json_walk_skip(in->w);
	}
	for (; i < c->n; i++)
		if (c->field[i] != UNKNOWN)
			absent |= bit(c->field[i]);
	settle(in, c, absent, rec);
	check_needed(in, c, rec);
}

void record_load(struct record_in *in, const struct table *t, void *rec)
{
	const struct columns *c = columns_of(in, t);
	if (c)
		load_one(in, c, rec);
	else
		json_walk_refuse(in->w, "the columns do not stand before the records");
}

void record_load_keys(struct record_in *in, const struct table *t, void *rec)
{
	const struct columns *c = columns_of(in, t);
	uint64_t absent = ~UINT64_C(0);
	size_t next = 0;
	if (!c) {
		json_walk_refuse(in->w, "the columns do not stand before the records");
		return;
	}
	for (bool more = json_walk_open(in->w, JSON_OBJECT); more && json_walk_more(in->w);) {
		size_t n, k = next;
		const char *key = json_walk_key(in->w, &n);
		if (k >= t->n || !is_word(t->fields[k].key, key, n)) /* the table's own order, but for another build */
			for (k = 0; k < t->n && !is_word(t->fields[k].key, key, n); k++)
				;
		next = k + 1;
		if (k == t->n) {
			json_walk_skip(in->w);
		} else if (!(absent & bit(k))) {
			json_walk_refuse(in->w, "a key stands twice");
		} else {
			absent &= ~bit(k);
			load_field(in, &t->fields[k], (char *)rec + t->fields[k].off);
		}
	}
	settle(in, c, absent, rec);
	check_needed(in, c, rec);
}
