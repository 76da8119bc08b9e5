/* JSON that may be shown on a terminal: every character that must not be drawn
 * is written as \uXXXX, so that what a reader parses is equal to the byte and a
 * line stays a line.  Used by every command that prints JSON; never reads any. */
#ifndef CLI_JSON_SAFE_H
#define CLI_JSON_SAFE_H

#include "base/buf.h"

void json_safe(struct buf *out, const char *s, size_t len);
/* To standard output, made safe. */
void json_out(const struct buf *b);

#endif
