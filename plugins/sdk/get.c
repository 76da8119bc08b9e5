/* One plain HTTP GET, HTTP/1.0, nothing kept alive, nothing blocking: enough to
 * ask a process for its version.  Names other than numbers and localhost are
 * looked up by `getent`, since the resolver of libc would hold up the loop. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sdk/inside.h"

#define ANSWER_CAP 65536

struct sdk_get {
	struct sdk *s;
	char host[256], port[8], path[1024], unix_path[108];
	int fd;
	struct sdk_fd *watch;
	struct sdk_timer *timer;
	struct sdk_child *resolver;
	struct buf out, in;
	size_t sent;
	const char *error; /* found while starting: told from the loop */
	char text[160];
	void (*fn)(void *ctx, const struct sdk_got *g);
	void *ctx;
};

static void get_release(struct sdk_get *g)
{
	sdk_fd_free(g->watch);
	sdk_timer_free(g->timer);
	sdk_child_drop(g->resolver);
	if (g->fd >= 0)
		close(g->fd);
	buf_release(&g->out);
	buf_release(&g->in);
	free(g);
}

void sdk_get_free(struct sdk_get *g)
{
	if (g)
		get_release(g);
}

static void finish(struct sdk_get *g, const struct sdk_got *got)
{
	g->fn(g->ctx, got);
	get_release(g);
}

static void fail(struct sdk_get *g, const char *error)
{
	finish(g, &(struct sdk_got){.error = error});
}

/* ---- the answer ---- */

static int status_of(const struct buf *in)
{
	int code = 0;
	if (in->len < 12 || memcmp(in->data, "HTTP/1.", 7) || in->data[8] != ' ')
		return 0;
	for (int i = 9; i < 12; i++) {
		if (in->data[i] < '0' || in->data[i] > '9')
			return 0;
		code = code * 10 + (in->data[i] - '0');
	}
	return code;
}

static size_t body_at(const struct buf *in)
{
	const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
	return end ? (size_t)(end - in->data) + 4 : 0;
}

/* Content-Length, or -1 where it is not said. */
static long length_of(const struct buf *in, size_t head)
{
	const char *p = in->data;
	while (p < in->data + head) {
		if (!strncasecmp(p, "content-length:", 15))
			return strtol(p + 15, NULL, 10);
		const char *lf = strchr(p, '\n');
		if (!lf)
			break;
		p = lf + 1;
	}
	return -1;
}

static void answered(struct sdk_get *g)
{
	int status = status_of(&g->in);
	size_t head = body_at(&g->in);
	if (!status || !head) {
		fail(g, g->in.len ? "the answer is not HTTP" : "it closed the connection without an answer");
		return;
	}
	long length = length_of(&g->in, head);
	if (length >= 0 && g->in.len - head < (size_t)length) {
		fail(g, "the answer was cut short");
		return;
	}
	finish(g, &(struct sdk_got){.status = status, .body = g->in.data + head, .len = g->in.len - head});
}

static void read_answer(struct sdk_get *g)
{
	char piece[8192];
	ssize_t n = recv(g->fd, piece, sizeof piece, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		(void)snprintf(g->text, sizeof g->text, "the connection broke: %s", strerror(errno));
		fail(g, g->text);
		return;
	}
	if (n > 0 && !buf_add(&g->in, piece, (size_t)n)) {
		fail(g, "the answer is longer than 64 KiB");
		return;
	}
	size_t head = body_at(&g->in);
	long length = head ? length_of(&g->in, head) : -1;
	if (n == 0 || (length >= 0 && g->in.len - head >= (size_t)length))
		answered(g);
}

static void socket_ready(void *ctx, short revents)
{
	struct sdk_get *g = ctx;
	if (g->sent == g->out.len) {
		read_answer(g);
		return;
	}
	int error = 0;
	socklen_t len = sizeof error;
	(void)revents;
	if (!getsockopt(g->fd, SOL_SOCKET, SO_ERROR, &error, &len) && error) {
		(void)snprintf(g->text, sizeof g->text, "cannot connect: %s", strerror(error));
		fail(g, g->text);
		return;
	}
	ssize_t n = send(g->fd, g->out.data + g->sent, g->out.len - g->sent, MSG_NOSIGNAL);
	if (n > 0)
		g->sent += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR) {
		(void)snprintf(g->text, sizeof g->text, "cannot connect: %s", strerror(errno));
		fail(g, g->text);
		return;
	}
	if (g->sent == g->out.len)
		sdk_fd_set(g->watch, POLLIN);
}

static void time_is_up(void *ctx)
{
	struct sdk_get *g = ctx;
	fail(g, g->error ? g->error : "no answer in time");
}

/* Told from the loop, so that fn is never called from within sdk_get_new. */
static void fail_soon(struct sdk_get *g, const char *error)
{
	g->error = error;
	sdk_timer_set(g->timer, 1);
}

/* ---- the connection ---- */

static void connect_to(struct sdk_get *g, const struct sockaddr *sa, socklen_t len)
{
	g->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (g->fd < 0 || (connect(g->fd, sa, len) < 0 && errno != EINPROGRESS && errno != EAGAIN)) {
		(void)snprintf(g->text, sizeof g->text, "cannot connect: %s", strerror(errno));
		fail_soon(g, g->text);
		return;
	}
	g->watch = sdk_fd_new(g->s, g->fd, POLLOUT, socket_ready, g);
}

static bool connect_number(struct sdk_get *g, const char *host)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *ai = NULL;
	if (getaddrinfo(host, g->port, &hints, &ai))
		return false;
	connect_to(g, ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(ai);
	return true;
}

static void resolved(void *ctx, const struct sdk_ran *r)
{
	struct sdk_get *g = ctx;
	char number[64];
	g->resolver = NULL;
	size_t len = r->out.len ? strcspn(r->out.data, " \t\n") : 0;
	if (r->exit == 0 && len && len < sizeof number) {
		memcpy(number, r->out.data, len);
		number[len] = '\0';
		if (connect_number(g, number))
			return;
	}
	(void)snprintf(g->text, sizeof g->text, "the host %.80s is not known", g->host);
	fail_soon(g, g->text);
}

static void connect_name(struct sdk_get *g)
{
	const char *host = strcmp(g->host, "localhost") ? g->host : "127.0.0.1";
	struct fault f;
	if (connect_number(g, host))
		return;
	const char *argv[] = {"getent", "ahosts", host, NULL};
	struct sdk_command c = {.argv = argv, .timeout = 10000000, .keep = 4096};
	g->resolver = sdk_run(g->s, &c, resolved, g, &f);
	if (!g->resolver)
		fail_soon(g, "the host's name cannot be looked up");
}

static void connect_unix(struct sdk_get *g)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	memcpy(sa.sun_path, g->unix_path, sizeof sa.sun_path);
	connect_to(g, (const struct sockaddr *)(const void *)&sa, sizeof sa);
}

/* ---- the address ---- */

static bool put(char *out, size_t cap, const char *s, size_t len)
{
	if (len >= cap)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

static bool parse_unix(struct sdk_get *g, const char *rest)
{
	const char *colon = strchr(rest, ':');
	size_t len = colon ? (size_t)(colon - rest) : strlen(rest);
	memcpy(g->host, "localhost", sizeof "localhost");
	return len && put(g->unix_path, sizeof g->unix_path, rest, len) &&
	       put(g->path, sizeof g->path, colon ? colon + 1 : "/", colon ? strlen(colon + 1) : 1);
}

static bool parse_http(struct sdk_get *g, const char *rest)
{
	size_t authority = strcspn(rest, "/?#");
	size_t host = authority;
	const char *path = rest + authority, *start = rest;
	if (*rest == '[') {
		const char *close = memchr(rest, ']', authority);
		if (!close)
			return false;
		start++;
		host = (size_t)(close - start);
		rest = close + 1;
	} else {
		const char *colon = memchr(rest, ':', authority);
		host = colon ? (size_t)(colon - rest) : authority;
		rest += host;
	}
	size_t port = (size_t)(path - rest);
	bool ok = port > 1 ? *rest == ':' && put(g->port, sizeof g->port, rest + 1, port - 1) : put(g->port, sizeof g->port, "80", 2);
	return ok && host && !memchr(start, '@', host) && put(g->host, sizeof g->host, start, host) &&
	       put(g->path, sizeof g->path, *path == '/' ? path : "/", *path == '/' ? strlen(path) : 1);
}

static bool parse(struct sdk_get *g, const char *url)
{
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	if (!strncmp(url, "unix:", 5))
		return parse_unix(g, url + 5);
	return !strncmp(url, "http://", 7) && parse_http(g, url + 7);
}

struct sdk_get *sdk_get_new(struct sdk *s, const char *url, int64_t timeout, void (*fn)(void *ctx, const struct sdk_got *g), void *ctx)
{
	struct sdk_get *g = mem_new(sizeof *g);
	g->s = s;
	g->fd = -1;
	g->fn = fn;
	g->ctx = ctx;
	buf_init(&g->out, 4096);
	buf_init(&g->in, ANSWER_CAP);
	g->timer = sdk_timer_new(s, time_is_up, g);
	sdk_timer_set(g->timer, sdk_now() + timeout);
	if (!parse(g, url)) {
		fail_soon(g, "the URL is not http://HOST[:PORT]/PATH or unix:SOCKET:/PATH");
		return g;
	}
	buf_addf(&g->out, "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: backout\r\nAccept: application/json, text/plain\r\n"
		"Connection: close\r\n\r\n", g->path, g->host);
	if (g->unix_path[0])
		connect_unix(g);
	else
		connect_name(g);
	return g;
}
