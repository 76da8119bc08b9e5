/* A growing byte buffer that cannot be made without a maximum.  Adding past
 * the maximum adds nothing and marks the buffer failed for good; callers check
 * once at the end.  The bytes are always followed by a NUL that is not counted. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_reset(struct buf *b);                     /* empty, not failed, memory kept */
bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_adds(struct buf *b, const char *s);       /* NULL adds nothing */
bool buf_addc(struct buf *b, char c);
char *buf_more(struct buf *b, size_t n);           /* n bytes more, for the caller to fill at once; NULL: past the maximum */
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_cut(struct buf *b, size_t n);             /* drop the first n bytes */
const char *buf_str(const struct buf *b);          /* "" where nothing was added */
char *buf_take(struct buf *b);                     /* the string, now the caller's (free) */

#endif
