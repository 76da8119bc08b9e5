/* Connections: read a request, answer it, wait for the other side to close, so
 * that the answer is not lost behind what it still sends. */
#include "config.h"

#include "webhook/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 128
#define REQUEST_US (5 * US_SECOND) /* from the first byte's way open to the last of the answer */
#define YOUNG_US US_SECOND         /* how long one may take while others wait */
#define LINGER_US US_SECOND
#define LATER_US (US_SECOND / 10)
#define SPILL_MAX ((size_t)4 << 20)

enum stage { STAGE_READING, STAGE_WRITING, STAGE_LINGERING };

struct conn {
	struct server *v;
	struct conn *next; /* the younger */
	int fd;
	struct sdk_fd *watch;
	struct sdk_timer *timer;
	enum stage stage;
	int64_t began;
	struct buf in, out;
	struct request head;
	bool has_head, whole;
	size_t sent, spilled;
};

struct server {
	struct sdk *s;
	int fd;
	struct sdk_fd *watch;
	struct sdk_timer *again;
	size_t max_body, n;
	struct conn *conns; /* the oldest first */
	server_fn fn;
	void *ctx;
};

/* ---- answers ---- */

static const char *status_words(int status)
{
	static const struct { int status; const char *words; } rows[] = {
		{200, "OK"}, {202, "Accepted"}, {400, "Bad Request"}, {401, "Unauthorized"}, {404, "Not Found"}, {405, "Method Not Allowed"},
		{408, "Request Timeout"}, {409, "Conflict"}, {411, "Length Required"}, {413, "Content Too Large"}, {414, "URI Too Long"},
		{431, "Request Header Fields Too Large"}, {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			return rows[i].words;
	return "Refused";
}

void reply_refuse(struct reply *out, int status, const struct fault *f)
{
	struct jw w;
	out->status = status;
	buf_reset(&out->body);
	jw_init(&w, &out->body);
	jw_obj(&w);
	jw_key(&w, "error");
	jw_fault(&w, f);
	jw_obj_end(&w);
}

/* ---- one connection ---- */

static void conn_free(struct conn *c)
{
	struct server *v = c->v;
	for (struct conn **at = &v->conns; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			v->n--;
			break;
		}
	sdk_fd_free(c->watch);
	sdk_timer_free(c->timer);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	free(c);
	if (v->watch)
		sdk_fd_set(v->watch, POLLIN);
}

static void conn_write(struct conn *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			sdk_fd_set(c->watch, POLLOUT);
			return;
		}
		if (n <= 0) {
			conn_free(c);
			return;
		}
		c->sent += (size_t)n;
	}
	if (c->whole) { /* nothing more comes that could push the answer away */
		conn_free(c);
		return;
	}
	(void)shutdown(c->fd, SHUT_WR);
	c->stage = STAGE_LINGERING;
	sdk_fd_set(c->watch, POLLIN);
	sdk_timer_set(c->timer, sdk_now() + LINGER_US);
}

/* May free c. */
static void conn_answer(struct conn *c, const struct reply *r)
{
	buf_addf(&c->out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n", r->status,
		status_words(r->status), r->body.len + 1);
	if (r->status == 405)
		buf_adds(&c->out, "Allow: POST\r\n");
	if (r->status == 503)
		buf_adds(&c->out, "Retry-After: 5\r\n");
	buf_adds(&c->out, "\r\n");
	buf_add(&c->out, buf_str(&r->body), r->body.len);
	buf_addc(&c->out, '\n');
	buf_release(&c->in);
	c->stage = STAGE_WRITING;
	conn_write(c);
}

static void conn_refuse(struct conn *c, int status, const struct fault *f)
{
	struct reply r = {0};
	buf_init(&r.body, 4096);
	reply_refuse(&r, status, f);
	conn_answer(c, &r);
	buf_release(&r.body);
}

static void conn_whole(struct conn *c)
{
	struct reply r = {0};
	c->whole = true;
	buf_init(&r.body, 4096);
	c->v->fn(c->v->ctx, &c->head, c->in.data + c->head.head, &r);
	conn_answer(c, &r);
	buf_release(&r.body);
}

/* What has come may be enough for the head, and then for the whole. */
static void conn_look(struct conn *c)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct fault f;
	if (!c->has_head) {
		int status = request_read(buf_str(&c->in), c->in.len, c->v->max_body, &c->head, &f);
		if (status != 200) {
			if (status)
				conn_refuse(c, status, &f);
			return;
		}
		c->has_head = true;
		if (c->head.expects && c->in.len < c->head.head + c->head.length)
			(void)send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	if (c->in.len >= c->head.head + c->head.length)
		conn_whole(c);
}

static void conn_read(struct conn *c)
{
	char data[16384];
	ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && c->stage == STAGE_LINGERING)
		c->spilled += (size_t)n;
	if (n <= 0 || c->spilled > SPILL_MAX) {
		conn_free(c); /* nobody is there who could be told anything */
		return;
	}
	if (c->stage != STAGE_READING)
		return;
	/* what lies behind the body is no part of it, so a full buffer has the whole */
	size_t room = c->in.max - c->in.len - 1;
	buf_add(&c->in, data, (size_t)n < room ? (size_t)n : room);
	conn_look(c);
}

static void conn_ready(void *ctx, short revents)
{
	struct conn *c = ctx;
	if (c->stage == STAGE_WRITING)
		conn_write(c);
	else if (revents)
		conn_read(c);
}

static void conn_late(void *ctx)
{
	struct conn *c = ctx;
	struct fault f;
	if (c->stage != STAGE_READING) {
		conn_free(c);
		return;
	}
	fault_set(&f, STATUS_USAGE, "too-slow", "the request took too long");
	fault_mend(&f, "send it within 5 s");
	sdk_timer_set(c->timer, sdk_now() + LINGER_US);
	conn_refuse(c, 408, &f);
}

static void conn_new(struct server *v, int fd)
{
	struct conn *c = mem_new(sizeof *c), **at = &v->conns;
	c->v = v;
	c->fd = fd;
	c->began = sdk_now();
	buf_init(&c->in, REQUEST_HEAD_MAX + v->max_body + 16);
	buf_init(&c->out, 8192);
	c->watch = sdk_fd_new(v->s, fd, POLLIN, conn_ready, c);
	c->timer = sdk_timer_new(v->s, conn_late, c);
	sdk_timer_set(c->timer, c->began + REQUEST_US);
	while (*at)
		at = &(*at)->next;
	*at = c;
	v->n++;
}

/* ---- listening ---- */

static void listen_again(void *ctx)
{
	struct server *v = ctx;
	sdk_fd_set(v->watch, POLLIN);
}

static void listen_later(struct server *v)
{
	sdk_fd_set(v->watch, 0);
	sdk_timer_set(v->again, sdk_now() + LATER_US);
}

/* Those who hold a place and say nothing give it up where others wait. */
static bool make_room(struct server *v)
{
	if (v->n < CONNS_MAX)
		return true;
	if (sdk_now() - v->conns->began < YOUNG_US)
		return false;
	conn_free(v->conns);
	return true;
}

static void can_accept(void *ctx, short revents)
{
	struct server *v = ctx;
	(void)revents;
	for (int i = 0; i < CONNS_MAX; i++) {
		if (!make_room(v)) {
			listen_later(v);
			return;
		}
		int fd = accept(v->fd, NULL, NULL);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
				listen_later(v);
			return;
		}
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		conn_new(v, fd);
	}
}

/* The address as a socket takes it; 0 where it is not loopback. */
static socklen_t loopback(const char *address, int port, struct sockaddr_storage *out)
{
	struct sockaddr_in *a = (struct sockaddr_in *)out;
	struct sockaddr_in6 *b = (struct sockaddr_in6 *)out;
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, address, &a->sin_addr) == 1) {
		a->sin_family = AF_INET;
		a->sin_port = htons((uint16_t)port);
		return ntohl(a->sin_addr.s_addr) >> 24 == 127 ? sizeof *a : 0;
	}
	if (inet_pton(AF_INET6, address, &b->sin6_addr) != 1 || !IN6_IS_ADDR_LOOPBACK(&b->sin6_addr))
		return 0;
	b->sin6_family = AF_INET6;
	b->sin6_port = htons((uint16_t)port);
	return sizeof *b;
}

bool server_is_loopback(const char *address)
{
	struct sockaddr_storage a;
	return loopback(address, 1, &a) != 0;
}

static int listen_on(const char *address, int port)
{
	struct sockaddr_storage a;
	socklen_t len = loopback(address, port, &a);
	int on = 1, fd = len ? socket(a.ss_family, SOCK_STREAM, 0) : -1;
	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* started anew at once; not two at a time */
	if (bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 1024) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

struct server *server_new(struct sdk *s, const char *address, int port, size_t max_body, server_fn fn, void *ctx, struct fault *f)
{
	int fd = listen_on(address, port);
	if (fd < 0) {
		fault_set(f, STATUS_OUTSIDE, "no-port", "cannot listen on %s port %d: %s", address, port, strerror(errno));
		fault_mend(f, "end what has the port (ss -ltnp), or write another `port`");
		return NULL;
	}
	struct server *v = mem_new(sizeof *v);
	*v = (struct server){.s = s, .fd = fd, .max_body = max_body, .fn = fn, .ctx = ctx};
	v->again = sdk_timer_new(s, listen_again, v);
	v->watch = sdk_fd_new(s, fd, POLLIN, can_accept, v);
	return v;
}

void server_free(struct server *v)
{
	if (!v)
		return;
	while (v->conns)
		conn_free(v->conns);
	sdk_fd_free(v->watch);
	sdk_timer_free(v->again);
	close(v->fd);
	free(v);
}
