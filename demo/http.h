/* As much HTTP/1.1 as the demo's shop needs: a small server on one poll loop,
 * and a blocking client that keeps its connection.  Used by the shop's services
 * and its traffic; never by backout itself, and never off 127.0.0.1. */
#ifndef DEMO_HTTP_H
#define DEMO_HTTP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTTP_TOKEN_MAX 512
#define HTTP_CONNS 64

struct http_request {
	char method[8], path[128], query[128];
	char token[HTTP_TOKEN_MAX]; /* what stood behind "Authorization: Bearer", or "" */
	const char *body;
	size_t body_len;
};
struct http_response { int status; struct buf body; };
typedef void (*http_handler)(void *ctx, const struct http_request *q, struct http_response *r);

struct http_conn { int fd; struct buf in; };
struct http_server {
	int listen_fd;
	struct http_conn conns[HTTP_CONNS];
	http_handler handler;
	void *ctx;
};
/* listen_fd is bound and listening already, non-blocking. */
void http_server_init(struct http_server *s, int listen_fd, http_handler handler, void *ctx);
void http_server_release(struct http_server *s);
/* Add our descriptors to p (room for HTTP_CONNS + 1); returns how many. */
size_t http_server_poll(const struct http_server *s, struct pollfd *p);
/* Serve what poll found ready in the same p. */
void http_server_serve(struct http_server *s, const struct pollfd *p, size_t n);

/* Value of `name` in a query ("window=15&x=y"), or def. */
double http_query_num(const char *query, const char *name, double def);

/* A listening socket on 127.0.0.1; port 0: any free one.  -1 with errno. */
int http_listen(uint16_t port, uint16_t *out_port);

struct http_client { uint16_t port; int fd; };
void http_client_init(struct http_client *c, uint16_t port);
void http_client_release(struct http_client *c);
/* One call; token may be NULL, out may be NULL.  Status of the answer, or -1. */
int http_client_call(struct http_client *c, const char *method, const char *path, const char *token, const char *body, struct buf *out);

#endif
