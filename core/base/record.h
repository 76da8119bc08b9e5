/* Structs as rows of JSON, by table: one row per field serves printing, reading
 * and giving back.  A dump names the columns of every table once; a record is
 * an array of their values, without the empty ones at its end.  A reader takes
 * the columns that it knows by name, so that another build's are not guessed.
 * Called by the rooms whose structs go to clients; knows none of them. */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include "base/json.h"
#include "base/json_walk.h"
#include "base/mem.h"

enum field_type {
	F_NAME,    /* const char *, kept by the reader's `name`; NULL is empty, as zero and false are below */
	F_TEXT,    /* const char *, owned by the record */
	F_NAMES,   /* struct { const char **v; size_t n; } in the arena */
	F_INT,     /* int64_t */
	F_I32,     /* int or an enum: 0..most, any where most is 0 */
	F_DBL,     /* double; NaN is empty */
	F_NUM,     /* double; zero is empty */
	F_BOOL,
	F_VEC,     /* VEC of sub's records */
	F_LIST,    /* struct { T *v; size_t n; } of sub's records in the arena */
	F_PART,    /* one of sub's records, within this one */
	F_OTHER,   /* what `how` knows */
};
struct field;
struct table {
	const char *name;
	size_t size, n;
	const struct field *fields;
};
struct record_out {
	struct jw *w;
	void *ctx;
};
struct record_in {
	struct json_walk *w;
	const char *(*name)(void *ctx, const char *s, size_t n);
	void *ctx;
	struct arena *arena;     /* for NAMES and LIST */
	size_t room;             /* bytes that records may still take */
	struct columns *columns; /* private, from record_columns_load on; record_in_release gives it back */
	size_t n_columns;
};
struct field_how {
	size_t size;
	bool (*empty)(const struct record_out *o, const void *at);
	void (*dump)(struct record_out *o, const void *at);
	void (*load)(struct record_in *in, void *at);  /* takes one value from in->w */
	void (*release)(void *at);                     /* may be NULL */
};
struct field {
	const char *key;
	enum field_type type;
	size_t off;
	const struct table *sub;
	int most;
	bool needed;             /* NAME: who reads it relies on it; a record that has none is refused */
	const struct field_how *how;
};

size_t field_size(const struct field *f);

void record_dump(struct record_out *o, const struct table *t, const void *rec);
/* {"TABLE":["column",…],…} of the tables that `root` leads to.  False, and in->w says why, where they make no sense. */
void record_columns_dump(struct jw *w, const struct table *root);
bool record_columns_load(struct record_in *in, const struct table *root);
/* rec is zeroed.  A fault is in in->w; then, too, rec is whole enough to be released. */
void record_load(struct record_in *in, const struct table *t, void *rec);
void record_in_release(struct record_in *in);
/* What records out of so many bytes may take: several times what any honest ones do. */
size_t record_room(size_t bytes);
/* What the record owns outside an arena. */
void record_release(const struct table *t, void *rec);

/* The fields of a struct that is printed as an object with keys: {"KEY":value,…}; of them none is left out. */
void record_dump_keys(struct record_out *o, const struct table *t, const void *rec);
void record_load_keys(struct record_in *in, const struct table *t, void *rec);

/* Drop element `i` of a VEC of records. */
#define vec_drop(t, a, i) (record_release((t), &(a)->v[i]), vec_cut((a)->v, &(a)->n, (i), sizeof *(a)->v))
void vec_cut(void *v, size_t *n, size_t i, size_t each);
/* Replace an owned text. */
void text_set(const char **field, const char *s);

#endif
