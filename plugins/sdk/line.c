/* Lines in and lines out.  A line that comes is parsed at once, so that a
 * `cancel` is heard while a handler waits; everything else queues.  A line that
 * goes is whole or not at all; when nobody reads, notifications are dropped and
 * counted, answers never. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
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

static void write_more(struct sdk *s)
{
	size_t done = 0;
	while (done < s->out.len && !s->out_dead) {
		ssize_t n = write(STDOUT_FILENO, s->out.data + done, s->out.len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			break;
		else
			s->out_dead = true; /* EPIPE: a running perform goes on all the same */
	}
	if (s->out_dead)
		done = s->out.len;
	buf_cut(&s->out, done);
	if (s->out_fd)
		sdk_fd_set(s->out_fd, s->out.len ? POLLOUT : 0);
}

static void can_write(void *ctx, short revents)
{
	struct sdk *s = ctx;
	if (revents & (POLLERR | POLLNVAL))
		s->out_dead = true;
	write_more(s);
}

static void no_wait(int fd)
{
	if (isatty(fd))
		return;
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void sdk_lines_init(struct sdk *s)
{
	buf_init(&s->in, JSON_LINE_MAX + 65536 + 1);
	buf_init(&s->out, 64 * JSON_LINE_MAX);
	no_wait(STDIN_FILENO);
	no_wait(STDOUT_FILENO);
	s->in_fd = sdk_fd_new(s, STDIN_FILENO, POLLIN, read_more, s);
	s->out_fd = sdk_fd_new(s, STDOUT_FILENO, 0, can_write, s);
}

void sdk_lines_release(struct sdk *s)
{
	struct json *root;
	while ((root = sdk_take_request(s)))
		json_free(root);
	buf_release(&s->in);
	buf_release(&s->out);
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

void sdk_put_line(struct sdk *s, const struct buf *line, bool may_drop)
{
	if (s->out_dead)
		return;
	if (may_drop && s->out.len > SDK_NOTES_MAX) {
		s->dropped++;
		return;
	}
	if (line->failed || line->len > JSON_LINE_MAX || s->out.len + line->len >= s->out.max) {
		s->dropped++;
		return;
	}
	buf_add(&s->out, line->data, line->len);
	buf_addc(&s->out, '\n');
	write_more(s);
}

void sdk_flush(struct sdk *s, int64_t until)
{
	while (s->out.len && !s->out_dead) {
		int64_t left = until - sdk_now();
		if (left <= 0)
			return;
		struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
		if (poll(&p, 1, (int)(left / 1000 + 1)) > 0 && p.revents & (POLLERR | POLLNVAL))
			s->out_dead = true;
		write_more(s);
	}
}
