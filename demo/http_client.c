/* The blocking client: one kept connection, one more try where it was closed meanwhile. */
#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "demo/http.h"

void http_client_init(struct http_client *c, uint16_t port)
{
	*c = (struct http_client){.port = port, .fd = -1};
}

void http_client_release(struct http_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static bool client_connect(struct http_client *c)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(c->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct timeval second = {1, 0};
	int one = 1;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return false;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!connect(c->fd, (struct sockaddr *)&a, sizeof a))
		return true;
	http_client_release(c);
	return false;
}

static size_t content_length(const char *head, const char *end)
{
	for (const char *line = strchr(head, '\n'); line && ++line < end; line = strchr(line, '\n'))
		if (!strncasecmp(line, "content-length:", 15))
			return (size_t)strtoul(line + 15, NULL, 10);
	return 0;
}

/* Status of a whole answer in `in`, 0 while it is not whole. */
static int whole_answer(const struct buf *in, struct buf *out)
{
	const char *s = buf_str(in), *end = strstr(s, "\r\n\r\n");
	if (!end || in->len < 12)
		return 0;
	size_t head = (size_t)(end - s) + 4, body = content_length(s, end);
	if (in->len < head + body)
		return 0;
	if (out)
		buf_add(out, s + head, body);
	return (int)strtol(s + 9, NULL, 10);
}

static int receive(struct http_client *c, struct buf *out, bool *out_nothing)
{
	struct buf in;
	char chunk[4096];
	int status = 0;
	ssize_t n;
	buf_init(&in, 1 << 17);
	while (!status && (n = recv(c->fd, chunk, sizeof chunk, 0)) > 0 && buf_add(&in, chunk, (size_t)n))
		status = whole_answer(&in, out);
	*out_nothing = in.len == 0;
	buf_release(&in);
	return status ? status : -1;
}

int http_client_call(struct http_client *c, const char *method, const char *path, const char *token, const char *body, struct buf *out)
{
	struct buf req;
	int status = -1;
	bool again = c->fd >= 0, nothing = true; /* a kept connection may have been closed meanwhile: one more try */
	buf_init(&req, 1 << 14);
	buf_addf(&req, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n", method, path, body ? strlen(body) : (size_t)0);
	if (token)
		buf_addf(&req, "Authorization: Bearer %s\r\n", token);
	buf_addf(&req, "\r\n%s", body ? body : "");
	for (int try = 0; status < 0 && nothing && try < (again ? 2 : 1); try++) {
		if (c->fd < 0 && !client_connect(c))
			break;
		if (send(c->fd, buf_str(&req), req.len, MSG_NOSIGNAL) == (ssize_t)req.len)
			status = receive(c, out, &nothing);
		if (status < 0)
			http_client_release(c);
	}
	buf_release(&req);
	return status;
}
