/* JSON read from the front to the back, without a tree: for what is read once,
 * in the order in which it was written, and is long (a snapshot).  As strict as
 * json_parse, whose scanner it is, but that a doubled key is for the caller to
 * see.  Never allocates but for a string with an escape. */
#ifndef BASE_JSON_WALK_H
#define BASE_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/json_scan.h"

struct json_walk {
	struct scan at;              /* at.why: what is wrong; from there on there are no more values */
	char stack[JSON_DEPTH];
	int depth;
	bool fresh;                  /* a bracket was opened and nothing behind it was looked at */
	char *text;                  /* the last string, where it had escapes */
	size_t room;
};

/* s is kept, not copied. */
void json_walk_init(struct json_walk *w, const char *s, size_t len);
void json_walk_release(struct json_walk *w);
/* Everything was read and nothing was wrong. */
bool json_walk_done(struct json_walk *w);
void json_walk_refuse(struct json_walk *w, const char *why);

/* What stands here; JSON_NONE at a fault. */
enum json_type json_walk_type(struct json_walk *w);
/* Into the array or object that stands here.  Anything else is stepped over: false. */
bool json_walk_open(struct json_walk *w, enum json_type type);
/* One more value in it (its key first, in an object)?  False: stepped out of it. */
bool json_walk_more(struct json_walk *w);
/* The bytes of the key as they were written, an escape and all.  Then its value stands here. */
const char *json_walk_key(struct json_walk *w, size_t *out_len);

/* Each takes the value that stands here; `def` where it is another. */
const char *json_walk_str(struct json_walk *w, size_t *out_len); /* NULL: no string; good until the next one; no NUL behind it */
double json_walk_num(struct json_walk *w, double def);
int64_t json_walk_int(struct json_walk *w, int64_t def);
bool json_walk_bool(struct json_walk *w, bool def);
void json_walk_skip(struct json_walk *w);

#endif
