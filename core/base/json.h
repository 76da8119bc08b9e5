/* JSON, read through one bounded door and printed by our own printer.
 *
 * Reading refuses (contract 3): more than `max` bytes, more than 64 levels,
 * duplicate keys, \u0000, invalid UTF-8, lone surrogates, NaN and infinities,
 * numbers beyond double, anything after the value.  Trees are read-only and
 * owned by whoever parsed them; pointers into a tree live as long as the tree. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

#define JSON_LINE_MAX ((size_t)1 << 20) /* 1 MiB: a body, a protocol line */
#define JSON_KIT_MAX ((size_t)16 << 20)

struct json; /* a value inside a tree */

/* Parse; the tree is the caller's (json_free on the root). */
enum status json_parse(const char *s, size_t len, size_t max, struct json **out, struct fault *f);
void json_free(struct json *root);

enum json_type { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_type json_type(const struct json *v); /* JSON_NONE for NULL */

/* Would json_parse take it?  The same answer without a tree, several times faster. */
enum status json_check(const char *s, size_t len, size_t max, enum json_type *out_type, struct fault *f);

/* Everything below takes NULL for "not there" and answers with the default. */
const struct json *json_get(const struct json *obj, const char *key);
const char *json_str(const struct json *v, const char *def);
double json_num(const struct json *v, double def);
int64_t json_int(const struct json *v, int64_t def); /* only numbers that are whole and within 2^53 */
bool json_bool(const struct json *v, bool def);
const char *json_get_str(const struct json *obj, const char *key, const char *def);
double json_get_num(const struct json *obj, const char *key, double def);
int64_t json_get_int(const struct json *obj, const char *key, int64_t def);
bool json_get_bool(const struct json *obj, const char *key, bool def);
/* RFC 3339 string -> microseconds, 0 where there is none. */
int64_t json_get_time(const struct json *obj, const char *key);
/* Seconds as microseconds; 0 where there are none, or more than a life has. */
int64_t json_get_span(const struct json *obj, const char *key);

int json_depth(const struct json *v);                   /* levels: 0 nothing, 1 a scalar or {} */
size_t json_count(const struct json *v);
const struct json *json_first(const struct json *v); /* child of an array or object */
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child);      /* its key within an object; "" of one in a list */

/* The printer.  Compact, no spaces; integers in plain decimal; doubles in the
 * shortest form that reads back equal; strings escaped as JSON asks, invalid
 * UTF-8 bytes as U+FFFD.  Commas are put in by themselves. */
struct jw {
	struct buf *b;
	bool comma;
};
void jw_init(struct jw *w, struct buf *b);
void jw_obj(struct jw *w);
void jw_obj_end(struct jw *w);
void jw_arr(struct jw *w);
void jw_arr_end(struct jw *w);
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, const char *s);            /* NULL prints null */
void jw_strn(struct jw *w, const char *s, size_t len);
void jw_int(struct jw *w, int64_t v);
void jw_num(struct jw *w, double v);                 /* not finite prints null */
void jw_float(struct jw *w, float v);                /* few digits: reads back equal as a float */
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, const char *json, size_t len); /* a value that is JSON already */
void jw_tree(struct jw *w, const struct json *v);    /* in its own order */
void jw_canon(struct jw *w, const struct json *v, const char *const *without, size_t n_without);
                                                     /* keys sorted by bytes; top-level keys left out */
void jw_fault(struct jw *w, const struct fault *f); /* {"code","what","mend","where"?}, as scripts and clients read it */
void jw_kstr(struct jw *w, const char *key, const char *s);
void jw_kint(struct jw *w, const char *key, int64_t v);
void jw_knum(struct jw *w, const char *key, double v);
void jw_kbool(struct jw *w, const char *key, bool v);
void jw_ktime(struct jw *w, const char *key, int64_t at_us); /* RFC 3339, null where 0 */

#endif
