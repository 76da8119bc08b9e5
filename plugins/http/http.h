/* Questions to an HTTP API by libcurl's multi interface, driven by the SDK's
 * loop: nothing blocks, not even the look-up of a name, and no server holds up
 * another.  The prometheus and alertmanager plugins ask with it; it never
 * follows a redirect, since what goes with a question is for one server. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/server.h"

struct http_got {
	const char *error; /* NULL: a whole answer came, whatever it said */
	long status;
	const char *body;  /* ends with NUL */
	size_t len;
	bool too_long;     /* error: it passed the cap */
};
typedef void (*http_fn)(void *ctx, const struct http_got *got);

struct http_question {
	const struct http_server *server;
	const char *path;  /* behind the server's url, with its query string */
	const char *form;  /* the body of a POST, x-www-form-urlencoded; NULL: GET */
	size_t cap;        /* bytes of an answer that are taken */
	http_fn fn;
	void *ctx;
};

struct http;
struct http *http_new(struct sdk *s);
void http_free(struct http *h); /* drops what runs, without a call */
/* fn is called once, from the loop, never from within; the server must live until then. */
void http_ask(struct http *h, const struct http_question *q);
void http_drop(struct http *h, const void *ctx); /* forget every question of ctx */

/* The error in words for a status other than 2xx, with the mend where there is one. */
void http_status_words(long status, const char *said, char *out, size_t cap);
/* Append `text` as a value of a form or of a query string. */
void http_escape(struct buf *b, const char *text);

#endif
