/* Where an HTTP API is and how one may ask it, as a backend's `config` says it:
 * one server, or several by name.  Plugins read it once, in `initialize`, and
 * refuse what is wrong in words; nothing here opens a socket.  Secrets are put
 * in here and leave only in requests. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "sdk/sdk.h"

struct http_server {
	char *name;               /* "" where there is only one */
	char *url;                /* without a slash at its end */
	VEC(char *) headers;      /* "Name: value", secrets filled in */
	char *user, *password;    /* NULL: no basic authentication */
	char *ca, *cert, *key;
	bool insecure;
	int64_t timeout;          /* microseconds, for a whole answer */
};
struct http_servers {
	struct http_server *v;
	size_t n, cap;
};

/* keys, with `servers: {NAME: {…}}`: url headers tls timeout user password token; `more` names those of the
 * plugin itself, NULL at the end.  False and a fault: refuse to start. */
bool http_servers_read(struct sdk *s, const struct json *config, const char *const *more, struct http_servers *out, struct fault *f);
void http_servers_release(struct http_servers *v);

/* Of `@NAME REST` or `REST`: the server it is for, and where REST begins.  NULL and a fault where there is none. */
const struct http_server *http_server_of(const struct http_servers *v, const char *text, const char **out_rest, struct fault *f);

#endif
