/* Lines out of pieces. */
#include "host/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

void lines_init(struct lines *l)
{
	*l = (struct lines){ 0 };
}

void lines_release(struct lines *l)
{
	free(l->data);
	lines_init(l);
}

char *lines_room(struct lines *l)
{
	size_t left = l->len - l->from;

	if (l->from) {
		memmove(l->data, l->data + l->from, left);
		l->seen -= l->from;
		l->len = left;
		l->from = 0;
	}
	/* One huge line must not keep its memory for the rest of a plugin's life. */
	if (!left && l->cap > 4 * LINES_PIECE)
		lines_release(l);
	if (l->cap - l->len < LINES_PIECE) {
		size_t want = l->cap * 2 > l->len + LINES_PIECE ? l->cap * 2 : l->len + LINES_PIECE;
		l->data = mem_grow(l->data, want, 1);
		l->cap = want;
	}
	return l->data + l->len;
}

void lines_filled(struct lines *l, size_t n)
{
	l->len += n;
}

enum lines_found lines_next(struct lines *l, const char **out_line, size_t *out_len)
{
	const char *start = l->data + l->from, *nl = NULL;

	if (l->seen < l->len)
		nl = memchr(l->data + l->seen, '\n', l->len - l->seen);
	if (!nl) {
		l->seen = l->len;
		return l->len - l->from > JSON_LINE_MAX ? LINES_LONG : LINES_NONE;
	}
	*out_line = start;
	*out_len = (size_t)(nl - start);
	if (*out_len > JSON_LINE_MAX)
		return LINES_LONG;
	l->from += *out_len + 1;
	l->seen = l->from;
	return LINES_SOME;
}
