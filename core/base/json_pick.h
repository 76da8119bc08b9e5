/* One member out of JSON text, without a tree: for bodies with thousands of
 * values of which one is wanted.  The bytes passed the door when they were
 * recorded; where they were damaged since, nothing outside them is read and
 * nothing is found.  Called by who goes through many recorded bodies. */
#ifndef BASE_JSON_PICK_H
#define BASE_JSON_PICK_H

#include <stdbool.h>
#include <stddef.h>

struct json_text {           /* from the first byte of a value to the end of what it stands in */
	const char *s;
	size_t len;
};
/* The value of `key`, a name that is written without escapes, in the object that `in` begins with. */
bool json_pick(struct json_text in, const char *key, struct json_text *out);
/* The value that the text begins with, where it is a number or a string without escapes (within cap, terminated). */
bool json_pick_num(struct json_text v, double *out);
bool json_pick_str(struct json_text v, char *out, size_t cap);

#endif
