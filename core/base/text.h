/* Text from strangers, made harmless in one place.  Whatever comes from a
 * plugin, file, terminal or database passes text_clean before it is drawn or
 * printed; the journal keeps the raw bytes.  Rule: reliability.md, section 2. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid(const char *s, size_t len);
/* Decode one code point at s (len > 0): its length 1..4, or 0 where the bytes are not UTF-8. */
size_t utf8_next(const char *s, size_t len, uint32_t *out_cp);
/* Encode; returns the length, 1..4. */
size_t utf8_put(uint32_t cp, char out[4]);
/* Columns of a code point as terminals draw it: 0, 1 or 2; -1 where it must not be drawn. */
int utf8_width(uint32_t cp);

/* Write `in` to `out` (cap > 0, always NUL-terminated, cut at a whole character):
 * bad bytes become U+FFFD, C0 and DEL become their visible picture (U+2400..),
 * C1, bidi, zero-width, tags, fillers, private use and unassigned become
 * <U+XXXX>, more than two combining marks on one base are dropped behind a mark.
 * At most max_cols columns (0 = no limit; a cut is marked with U+2026).
 * Returns the columns used. */
int text_clean(char *out, size_t cap, const char *in, size_t len, int max_cols);
/* The same for a string of ours that holds a stranger's: returns out. */
const char *text_safe(char *out, size_t cap, const char *in);
/* Columns of a string that is already clean. */
int text_cols(const char *s);
/* 1..max characters of A-Za-z0-9._:/@+- : the version alphabet (contract 5). */
bool text_is_version(const char *s);
/* [a-z0-9][a-z0-9-]{0,39}: KIT-NAME (contract 1). */
bool text_is_kit_name(const char *s);
/* [A-Za-z0-9][A-Za-z0-9._-]{0,63}: names of services, signals, rows, actions, people. */
bool text_is_name(const char *s);
/* Nearest of n names by edit distance, or NULL where none is near. */
const char *text_nearest(const char *s, const char *const *names, size_t n);
/* Copy with truncation, always terminated; returns false where it was cut. */
bool text_copy(char *out, size_t cap, const char *s);

#endif
