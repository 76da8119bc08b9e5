/* The server: requests out of whatever bytes came, one answer each. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "demo/http.h"

#define REQUEST_MAX ((size_t)8192)
#define BODY_MAX ((size_t)65536)

int http_listen(uint16_t port, uint16_t *out_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof a;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 64) || getsockname(fd, (struct sockaddr *)&a, &len)) {
		int e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	*out_port = ntohs(a.sin_port);
	return fd;
}

void http_server_init(struct http_server *s, int listen_fd, http_handler handler, void *ctx)
{
	*s = (struct http_server){.listen_fd = listen_fd, .handler = handler, .ctx = ctx};
	for (int i = 0; i < HTTP_CONNS; i++) {
		s->conns[i].fd = -1;
		buf_init(&s->conns[i].in, REQUEST_MAX);
	}
}

static void conn_close(struct http_conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buf_reset(&c->in);
}

void http_server_release(struct http_server *s)
{
	for (int i = 0; i < HTTP_CONNS; i++) {
		conn_close(&s->conns[i]);
		buf_release(&s->conns[i].in);
	}
}

size_t http_server_poll(const struct http_server *s, struct pollfd *p)
{
	size_t n = 0;
	p[n++] = (struct pollfd){.fd = s->listen_fd, .events = POLLIN};
	for (int i = 0; i < HTTP_CONNS; i++)
		if (s->conns[i].fd >= 0)
			p[n++] = (struct pollfd){.fd = s->conns[i].fd, .events = POLLIN};
	return n;
}

static void take_in(struct http_server *s)
{
	int fd, one = 1;
	while ((fd = accept(s->listen_fd, NULL, NULL)) >= 0) {
		struct http_conn *c = &s->conns[0];
		for (int i = 0; i < HTTP_CONNS; i++)
			if (s->conns[i].fd < 0)
				c = &s->conns[i];
		conn_close(c); /* all taken: the first has waited longest */
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		c->fd = fd;
	}
}

static void part(char *out, size_t cap, const char *from, size_t len)
{
	if (len >= cap)
		len = cap - 1;
	memcpy(out, from, len);
	out[len] = '\0';
}

/* "GET /path?query HTTP/1.1" */
static bool read_first_line(const char *line, struct http_request *q)
{
	size_t m = strcspn(line, " \r\n");
	if (!m || line[m] != ' ')
		return false;
	part(q->method, sizeof q->method, line, m);
	const char *path = line + m + 1;
	size_t p = strcspn(path, " ?\r\n");
	part(q->path, sizeof q->path, path, p);
	if (path[p] == '?')
		part(q->query, sizeof q->query, path + p + 1, strcspn(path + p + 1, " \r\n"));
	return q->path[0] == '/';
}

static size_t read_head(const char *head, size_t len, struct http_request *q)
{
	size_t body = 0;
	const char *end = head + len;
	for (const char *line = strchr(head, '\n'); line && ++line < end; line = strchr(line, '\n')) {
		if (!strncasecmp(line, "content-length:", 15))
			body = (size_t)strtoul(line + 15, NULL, 10);
		if (!strncasecmp(line, "authorization: bearer ", 22))
			part(q->token, sizeof q->token, line + 22, strcspn(line + 22, "\r\n"));
	}
	return body;
}

static const char *reason(int status)
{
	return status == 200 ? "OK" : status == 401 ? "Unauthorized" : status == 404 ? "Not Found" : status < 500 ? "Bad Request" : "Server Error";
}

static bool answer(struct http_conn *c, struct http_response *r)
{
	struct buf out;
	buf_init(&out, BODY_MAX + 512);
	buf_addf(&out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", r->status, reason(r->status), r->body.len);
	buf_add(&out, buf_str(&r->body), r->body.len);
	/* answers are far smaller than a socket's buffer: what does not fit at once is a peer that does not read */
	ssize_t n = send(c->fd, buf_str(&out), out.len, MSG_NOSIGNAL);
	bool whole = n >= 0 && (size_t)n == out.len;
	buf_release(&out);
	return whole;
}

/* One request out of c->in.  Returns false where there is none whole (or the connection is gone). */
static bool serve_one(struct http_server *s, struct http_conn *c)
{
	struct http_request q = {.body = ""};
	const char *end = c->fd < 0 ? NULL : strstr(buf_str(&c->in), "\r\n\r\n");
	if (!end)
		return false;
	size_t head = (size_t)(end - buf_str(&c->in)) + 4;
	bool good = read_first_line(buf_str(&c->in), &q);
	q.body_len = read_head(buf_str(&c->in), head, &q);
	if (!good || q.body_len > REQUEST_MAX) {
		conn_close(c);
		return false;
	}
	if (c->in.len < head + q.body_len)
		return false;
	struct http_response r = {.status = 200};
	buf_init(&r.body, BODY_MAX);
	q.body = buf_str(&c->in) + head;
	s->handler(s->ctx, &q, &r);
	if (answer(c, &r))
		buf_cut(&c->in, head + q.body_len);
	else
		conn_close(c);
	buf_release(&r.body);
	return c->fd >= 0;
}

static void conn_read(struct http_server *s, struct http_conn *c)
{
	char chunk[4096];
	ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || memchr(chunk, '\0', (size_t)n) || !buf_add(&c->in, chunk, (size_t)n)) {
		conn_close(c);
		return;
	}
	while (serve_one(s, c))
		;
}

void http_server_serve(struct http_server *s, const struct pollfd *p, size_t n)
{
	for (size_t k = 1; k < n; k++)
		for (int i = 0; p[k].revents && i < HTTP_CONNS; i++)
			if (s->conns[i].fd == p[k].fd)
				conn_read(s, &s->conns[i]);
	if (n && p[0].revents)
		take_in(s);
}

double http_query_num(const char *query, const char *name, double def)
{
	size_t len = strlen(name);
	for (const char *s = query; s && *s; s = strchr(s, '&'), s += s != NULL)
		if (!strncmp(s, name, len) && s[len] == '=')
			return strtod(s + len + 1, NULL);
	return def;
}
