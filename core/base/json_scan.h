/* The strict door in front of all JSON: one pass over the bytes that refuses
 * what contract 3 refuses, and counts what a tree of them needs.  Called by
 * json.c, json_check.c and, piece by piece, json_walk.c and json_write.c; keeps
 * no state. */
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

/* The pieces.  Each begins at s[i] and steps behind what it took; false with `why` where that is not JSON. */
struct scan {
	const char *s;
	size_t len, i;
	const char *why;     /* of the first fault */
	size_t values, text;
};
bool scan_fail(struct scan *c, const char *why);
size_t scan_plain(const char *s, size_t i, size_t len); /* behind the plain ASCII of a string that begins at i */
void scan_space(struct scan *c);
bool scan_string(struct scan *c);       /* at its opening quote */
bool scan_number(struct scan *c);
bool scan_scalar(struct scan *c);       /* no bracket stands here */
bool scan_value(struct scan *c, int depth); /* whatever stands here, `depth` brackets deep already */

#endif
