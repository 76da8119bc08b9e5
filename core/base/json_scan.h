/* The strict door in front of the JSON library: one pass over the bytes that
 * refuses what contract 3 refuses.  Called by json.c and json_check.c alone; keeps no state. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH 64

/* True where the bytes are one JSON value in strict RFC 8259 form, valid UTF-8, without \u0000 or lone
 * surrogates, at most JSON_DEPTH levels.  Else *out_at is the offset and *out_why what is wrong there. */
bool json_scan(const char *s, size_t len, size_t *out_at, const char **out_why);

#endif
