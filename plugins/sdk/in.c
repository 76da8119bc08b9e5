/* Lines in.  A line is parsed at once, so that a `cancel` is heard while a
 * handler waits; everything else queues. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sdk/inside.h"

static void enqueue(struct sdk *s, struct json *root)
{
	struct sdk_request *r = mem_new(sizeof *r);
	r->root = root;
	if (s->last)
		s->last->next = r;
	else
		s->first = r;
	s->last = r;
	s->queued++;
}

static void take_line(struct sdk *s, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	if (!len)
		return;
	struct json *root = NULL;
	struct fault f;
	if (json_parse(line, len, JSON_LINE_MAX, &root, &f) != STATUS_OK) {
		sdk_refuse_line(s, -32700, f.what);
		return;
	}
	if (json_type(root) != JSON_OBJECT) {
		sdk_refuse_line(s, SDK_BAD_REQUEST, "a message is one object a line; there are no batches");
		json_free(root);
		return;
	}
	if (!strcmp(json_get_str(root, "method", ""), "cancel") && !json_get(root, "id")) {
		sdk_heard_cancel(s, json_get(root, "params"));
		json_free(root);
		return;
	}
	enqueue(s, root);
}

/* Split what was read so far. */
static void take_lines(struct sdk *s)
{
	size_t start = 0;
	for (;;) {
		const char *from = s->in.data + start;
		const char *lf = s->in.len > start ? memchr(from, '\n', s->in.len - start) : NULL;
		if (!lf)
			break;
		size_t len = (size_t)(lf - from);
		if (s->skipping)
			s->skipping = false;
		else if (len > JSON_LINE_MAX)
			sdk_refuse_line(s, SDK_BAD_REQUEST, "the line is longer than 1 MiB");
		else
			take_line(s, from, len);
		start += len + 1;
	}
	buf_cut(&s->in, start);
	if (s->in.len > JSON_LINE_MAX) {
		if (!s->skipping)
			sdk_refuse_line(s, SDK_BAD_REQUEST, "the line is longer than 1 MiB");
		s->skipping = true;
		buf_reset(&s->in);
	}
}

static void read_more(void *ctx, short revents)
{
	(void)revents;
	struct sdk *s = ctx;
	static char piece[65536];
	ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		buf_add(&s->in, piece, (size_t)n);
		take_lines(s);
	} else {
		if (s->in.len && !s->skipping)
			take_line(s, s->in.data, s->in.len);
		s->eof = true;
		sdk_fd_free(s->in_fd);
		s->in_fd = NULL;
	}
	if (s->in_fd && s->queued >= SDK_QUEUE_MAX)
		sdk_fd_set(s->in_fd, 0);
}

void sdk_in_init(struct sdk *s)
{
	buf_init(&s->in, JSON_LINE_MAX + 65536 + 1);
	sdk_no_wait(STDIN_FILENO);
	s->in_fd = sdk_fd_new(s, STDIN_FILENO, POLLIN, read_more, s);
}

void sdk_in_release(struct sdk *s)
{
	struct json *root;
	while ((root = sdk_take_request(s)))
		json_free(root);
	buf_release(&s->in);
}

struct json *sdk_take_request(struct sdk *s)
{
	struct sdk_request *r = s->first;
	if (!r)
		return NULL;
	s->first = r->next;
	if (!s->first)
		s->last = NULL;
	s->queued--;
	if (s->in_fd)
		sdk_fd_set(s->in_fd, POLLIN);
	struct json *root = r->root;
	free(r);
	return root;
}
