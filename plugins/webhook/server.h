/* A small HTTP/1.1 server on loopback beside the SDK's loop: one request a
 * connection, everything bounded in bytes, number and time, nothing blocking.
 * main.c starts it; what a request means is said by the function it is given. */
#ifndef WEBHOOK_SERVER_H
#define WEBHOOK_SERVER_H

#include "webhook/request.h"

struct reply {
	int status;
	struct buf body; /* JSON */
};
typedef void (*server_fn)(void *ctx, const struct request *r, const char *body, struct reply *out);

struct server;
/* address: 127.… or ::1, numbers only.  NULL and a fault where it cannot listen. */
struct server *server_new(struct sdk *s, const char *address, int port, size_t max_body, server_fn fn, void *ctx, struct fault *f);
void server_free(struct server *v); /* NULL is fine */
bool server_is_loopback(const char *address);

/* Fill out: {"error":{…}} */
void reply_refuse(struct reply *out, int status, const struct fault *f);

#endif
