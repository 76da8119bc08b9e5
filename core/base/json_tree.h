/* A tree of JSON values out of bytes that json_scan has let in.  All of it is
 * one allocation, the root first: values in the order of the text, then their
 * strings.  Called by json.c, which owns what is handed out; json_pick.c
 * takes its numbers, json_walk.c its numbers and strings. */
#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

#include "base/json.h"
#include "base/json_scan.h"

struct json {
	const struct json *next; /* of the same array or object */
	const char *key;         /* within an object */
	union {
		const struct json *child;
		const char *str;
		double num;
		bool yes;
	} u;
	enum json_type type;
};

/* seen: what json_scan counted in the same bytes.  Never NULL; free() ends it. */
struct json *json_tree(const char *s, size_t len, const struct json_scanned *seen);
/* The string whose opening quote is s[0], with its end in `out`: room for as many bytes as stand between the quotes, and
 * one more.  Its length; only for what json_scan let in. */
size_t json_string(const char *s, char *out);
/* A JSON number of n bytes, as near as a double comes. */
double json_number(const char *s, size_t n);

#endif
