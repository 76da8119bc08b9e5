/* A backend's config read into servers: bounded, checked and refused in words
 * at the start, not in the incident. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/server.h"

#define TIMEOUT 10.0
#define TIMEOUT_MAX 60.0
#define SERVERS_MAX 32
#define HEADERS_MAX 32

static const char *const keys[] = {"url", "headers", "tls", "timeout", "user", "password", "token", "servers", NULL};
static const char *const tls_keys[] = {"ca", "cert", "key", "insecure", NULL};

static bool refuse(struct fault *f, const char *name, const char *what, const char *more)
{
	fault_set(f, STATUS_USAGE, "bad-config", "%s%s%s%s%s", *name ? "server " : "", name, *name ? ": " : "", what, more);
	return false;
}

/* ---- keys ---- */

static bool known(const char *const *list, const char *key)
{
	for (; list && *list; list++)
		if (!strcmp(*list, key))
			return true;
	return false;
}

static bool keys_known(const struct json *obj, const char *const *list, const char *const *more, const char *name, struct fault *f)
{
	for (const struct json *v = json_first(obj); v; v = json_next(v))
		if (!known(list, json_key(v)) && !known(more, json_key(v))) {
			size_t n = 0;
			while (list[n])
				n++;
			const char *near = text_nearest(json_key(v), list, n);
			char what[200];
			(void)snprintf(what, sizeof what, "the key %.80s is not known%s%s", json_key(v), near ? "; did you mean " : "", near ? near : "");
			return refuse(f, name, what, "");
		}
	return true;
}

/* The server's own word, else that of the whole backend. */
static const struct json *word(const struct json *own, const struct json *all, const char *key)
{
	const struct json *v = json_get(own, key);
	return v ? v : json_get(all, key);
}

/* ---- secrets ---- */

static const char *secret_word(const void *ctx, const char *name, char *room, size_t cap)
{
	(void)room, (void)cap;
	return strncmp(name, "secret.", 7) ? NULL : sdk_secret(ctx, name + 7);
}

/* The text with secrets filled in, or NULL and a fault that does not hold them. */
static char *filled(struct sdk *s, const char *text, const char *name, const char *key, struct fault *f)
{
	struct buf b;
	struct fault inner;
	buf_init(&b, 65536);
	bool ok = sdk_expand(&b, text, secret_word, s, &inner) && !b.failed;
	if (!ok)
		refuse(f, name, key, ": a word in it stands for no secret of this backend");
	else if (strpbrk(buf_str(&b), "\r\n")) /* it would be a header of its own */
		ok = refuse(f, name, key, " would hold a line break");
	if (ok)
		return buf_take(&b);
	buf_release(&b);
	return NULL;
}

/* `password` and `token`: a template that names a secret; by default the secret of that name where there is one. */
static bool credential(struct sdk *s, const struct json *v, const char *key, const char *name, char **out, struct fault *f)
{
	*out = NULL;
	if (!v) {
		*out = mem_str(sdk_secret(s, key));
		return true;
	}
	if (!strstr(json_str(v, ""), "{{secret."))
		return refuse(f, name, key, " must not stand in a kit: write {{secret.NAME}} and give the backend that secret");
	*out = filled(s, json_str(v, ""), name, key, f);
	return *out != NULL;
}

static bool read_who(struct sdk *s, struct http_server *v, const struct json *own, const struct json *all, struct fault *f)
{
	char *token = NULL, *password = NULL;
	const char *user = json_str(word(own, all, "user"), sdk_secret(s, "user"));
	if (!credential(s, word(own, all, "token"), "token", v->name, &token, f) ||
	    !credential(s, word(own, all, "password"), "password", v->name, &password, f)) {
		free(token);
		return false;
	}
	bool ok = true;
	if (user && password) {
		v->user = mem_str(user);
		v->password = mem_str(password);
	} else if (user || word(own, all, "password")) {
		ok = refuse(f, v->name, "`user` and the secret `password` go together: one of them is missing", "");
	} else if (token) {
		struct buf b;
		buf_init(&b, 65536);
		buf_addf(&b, "Authorization: Bearer %s", token);
		*vec_push(&v->headers) = buf_take(&b);
	}
	free(token);
	free(password);
	return ok;
}

static bool read_headers(struct sdk *s, struct http_server *v, const struct json *headers, struct fault *f)
{
	if (json_count(headers) > HEADERS_MAX)
		return refuse(f, v->name, "more than 32 headers", "");
	for (const struct json *h = json_first(headers); h; h = json_next(h)) {
		const char *key = json_key(h);
		if (!key || !*key || strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(key))
			return refuse(f, v->name, "a header's name has other characters than A-Za-z0-9-_", "");
		char *text = filled(s, json_str(h, ""), v->name, "headers", f);
		if (!text)
			return false;
		struct buf b;
		buf_init(&b, 65536 + 256);
		buf_addf(&b, "%s: %s", key, text);
		*vec_push(&v->headers) = buf_take(&b);
		free(text);
	}
	return true;
}

/* ---- url, tls, timeout ---- */

static bool read_url(struct http_server *v, const char *url, struct fault *f)
{
	const char *rest = !strncmp(url, "http://", 7) ? url + 7 : !strncmp(url, "https://", 8) ? url + 8 : NULL;
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("?#", *p))
			rest = NULL;
	if (!rest || !*rest || *rest == '/' || strlen(url) > 2000)
		return refuse(f, v->name, "`url` must be http://HOST[:PORT][/PATH] or https://…", "");
	if (memchr(rest, '@', strcspn(rest, "/")))
		return refuse(f, v->name, "`url` must not hold a password: use `user` and the secret `password`", "");
	size_t len = strlen(url);
	while (len && url[len - 1] == '/')
		len--;
	v->url = mem_strn(url, len);
	return true;
}

static bool read_tls(struct http_server *v, const struct json *tls, struct fault *f)
{
	if (!keys_known(tls, tls_keys, NULL, v->name, f))
		return false;
	const struct { const char *key; char **to; } rows[] = {{"ca", &v->ca}, {"cert", &v->cert}, {"key", &v->key}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = json_get_str(tls, rows[i].key, NULL);
		if (path && access(path, R_OK)) {
			char what[400];
			(void)snprintf(what, sizeof what, "tls.%s: %.300s cannot be read", rows[i].key, path);
			return refuse(f, v->name, what, "");
		}
		*rows[i].to = mem_str(path);
	}
	v->insecure = json_get_bool(tls, "insecure", false);
	return true;
}

static bool read_one(struct sdk *s, struct http_server *v, const char *name, const struct json *own, const struct json *all, struct fault *f)
{
	v->name = mem_str(name);
	double timeout = json_num(word(own, all, "timeout"), TIMEOUT);
	if (!(timeout >= 0.05 && timeout <= TIMEOUT_MAX))
		return refuse(f, name, "`timeout` must be 0.05 to 60 seconds", "");
	v->timeout = (int64_t)(timeout * 1e6);
	return read_url(v, json_str(word(own, own == all ? NULL : all, "url"), ""), f) && read_tls(v, word(own, all, "tls"), f) &&
	       read_headers(s, v, word(own, all, "headers"), f) && read_who(s, v, own, all, f);
}

bool http_servers_read(struct sdk *s, const struct json *config, const char *const *more, struct http_servers *out, struct fault *f)
{
	const struct json *list = json_get(config, "servers");
	bool ok = keys_known(config, keys, more, "", f);
	*out = (struct http_servers){0};
	if (ok && json_count(list) > SERVERS_MAX)
		ok = refuse(f, "", "more than 32 servers", "");
	if (ok && (json_get(config, "url") || !list))
		ok = read_one(s, vec_push(out), "", config, config, f);
	for (const struct json *v = json_first(list); v && ok; v = json_next(v)) {
		const char *name = json_key(v) ? json_key(v) : "";
		if (!text_is_name(name) || json_type(v) != JSON_OBJECT || !json_get(v, "url"))
			ok = refuse(f, name, "it must be a name with an object that has a `url`", "");
		else
			ok = keys_known(v, keys, NULL, name, f) && read_one(s, vec_push(out), name, v, config, f);
	}
	if (!ok)
		http_servers_release(out);
	return ok;
}

void http_servers_release(struct http_servers *list)
{
	vec_each(struct http_server, v, list) {
		vec_each(char *, line, &v->headers)
			free(*line);
		vec_release(&v->headers);
		char *const all[] = {v->name, v->url, v->user, v->password, v->ca, v->cert, v->key};
		for (size_t i = 0; i < sizeof all / sizeof *all; i++)
			free(all[i]);
	}
	vec_release(list);
}

/* ---- which one ---- */

/* {{service}} is filled in by the kit; what still stands there is a word that nothing fills, and would be asked for as it
 * is: no such series, no such alert, and a zero that nobody meant. */
static bool unfilled(const char *text, struct fault *f)
{
	const char *from = strstr(text, "{{"), *to = from ? strstr(from, "}}") : NULL;
	if (!to)
		return false;
	fault_set(f, STATUS_USAGE, "bad-query", "nothing fills %.*s in: a query may hold {{service}}", to - from > 40 ? 40 : (int)(to - from) + 2, from);
	return true;
}

const struct http_server *http_server_of(const struct http_servers *v, const char *text, const char **out_rest, struct fault *f)
{
	char name[65] = "";
	const char *rest = text + strspn(text, " \t\r\n");
	if (*rest == '@') {
		size_t len = strcspn(rest + 1, " \t\r\n");
		(void)snprintf(name, sizeof name, "%.*s", (int)(len < 64 ? len : 64), rest + 1);
		rest += 1 + len;
		rest += strspn(rest, " \t\r\n");
	}
	*out_rest = rest;
	if (unfilled(rest, f))
		return NULL;
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->v[i].name, name))
			return &v->v[i];
	if (!*name && v->n == 1)
		return &v->v[0];
	if (*name)
		fault_set(f, STATUS_USAGE, "no-server", "the backend has no server %s", name);
	else
		fault_set(f, STATUS_USAGE, "no-server", "the backend has several servers: begin the query with @NAME, such as @%s", v->v[0].name);
	return NULL;
}
