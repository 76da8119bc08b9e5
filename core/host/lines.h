/* Cuts a stream of bytes into lines of at most 1 MiB, without ever holding
 * more than one such line and one piece of reading.  Used by the child for
 * standard output and by the conformance check; knows nothing of JSON. */
#ifndef HOST_LINES_H
#define HOST_LINES_H

#include <stddef.h>

#define LINES_PIECE ((size_t)64 * 1024) /* read at most this much at once */

struct lines {
	char *data;
	size_t from, len, cap; /* unread bytes are data[from..len) */
	size_t seen;           /* no newline in data[from..seen) */
};
enum lines_found { LINES_NONE, LINES_SOME, LINES_LONG };

void lines_init(struct lines *l);
void lines_release(struct lines *l);
/* Where to read the next LINES_PIECE bytes to; valid until the next call. */
char *lines_room(struct lines *l);
void lines_filled(struct lines *l, size_t n);
/* The next whole line without its newline; it lives until the next lines_room.
 * LINES_LONG: the line is over 1 MiB; nothing more comes out. */
enum lines_found lines_next(struct lines *l, const char **out_line, size_t *out_len);

#endif
