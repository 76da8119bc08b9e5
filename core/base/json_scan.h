/* The strict door in front of every JSON tree: one pass over the bytes that
 * refuses what contract 3 refuses, and counts what a tree of them needs.
 * Called by json.c and json_check.c alone; keeps no state. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH 64

struct json_scanned {
	size_t at;           /* where it went wrong */
	const char *why;     /* what is wrong there; NULL: nothing */
	size_t values, text; /* how many values, and room for all strings and keys with their ends */
};
/* True where the bytes are one JSON value in strict RFC 8259 form, valid UTF-8, without \u0000 or lone
 * surrogates, at most JSON_DEPTH levels. */
bool json_scan(const char *s, size_t len, struct json_scanned *out);

#endif
