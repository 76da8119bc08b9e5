/* Lines out.  A line that goes is whole or not at all; when nobody reads,
 * notifications are dropped and counted, answers never. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "sdk/inside.h"

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

void sdk_no_wait(int fd)
{
	if (isatty(fd))
		return;
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void sdk_out_init(struct sdk *s)
{
	buf_init(&s->out, 64 * JSON_LINE_MAX);
	sdk_no_wait(STDOUT_FILENO);
	s->out_fd = sdk_fd_new(s, STDOUT_FILENO, 0, can_write, s);
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

bool sdk_behind(const struct sdk *s)
{
	return s->out_dead || s->out.len > SDK_NOTES_MAX;
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

void sdk_reply(struct sdk *s, const struct json *id, struct sdk_answer a)
{
	struct buf b;
	struct jw w;
	char *body = sdk_answer_take(a);
	buf_init(&b, JSON_LINE_MAX + 4096);
	buf_adds(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
	jw_init(&w, &b);
	if (json_type(id) == JSON_NUMBER || json_type(id) == JSON_STRING)
		jw_tree(&w, id);
	else
		jw_null(&w);
	buf_addc(&b, ',');
	buf_adds(&b, body);
	buf_addc(&b, '}');
	sdk_put_line(s, &b, false);
	buf_release(&b);
	free(body);
}

void sdk_refuse_line(struct sdk *s, int code, const char *why)
{
	sdk_reply(s, NULL, sdk_error((enum sdk_code)code, "%s", why));
}
