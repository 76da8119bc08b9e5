#include "config.h"

#include "probe/fetch.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADERS_BYTES ((size_t)256 << 10)

struct job {
	struct fetcher *f;
	struct job *next;
	const struct request *r;
	CURL *easy;
	struct curl_slist *headers;
	char *sent_body;
	bool want_body, cut, header_seen;
	struct buf body;
	size_t got, header_bytes;
	char error[CURL_ERROR_SIZE];
	void (*fn)(void *ctx, const struct fetched *got);
	void *ctx;
};

struct fetcher {
	struct sdk *s;
	CURLM *multi;
	struct sdk_timer *timer;
	struct job *jobs;
	size_t running;
};

/* ---- one job ---- */

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	size_t len = size * n;
	j->got += len;
	if (j->want_body)
		buf_add(&j->body, data, len);
	if (j->got <= BODY_MAX)
		return len;
	j->cut = true; /* enough is known; the rest is not worth its time */
	return 0;
}

static bool header_fits(const char *want, const char *line, size_t len)
{
	const char *colon = strchr(want, ':'), *value = colon + 1 + strspn(colon + 1, " ");
	size_t name = (size_t)(colon - want);
	if (len <= name || line[name] != ':' || strncasecmp(line, want, name))
		return false;
	char *copy = mem_strn(line + name + 1, len - name - 1);
	bool fits = strstr(copy, value) != NULL;
	free(copy);
	return fits;
}

static size_t take_header(char *data, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	size_t len = size * n;
	j->header_bytes += len;
	if (j->header_bytes > HEADERS_BYTES)
		return 0;
	if (len > 5 && !strncmp(data, "HTTP/", 5))
		j->header_seen = false; /* of the last answer, not of a redirect on the way */
	if (j->r->expect_header && header_fits(j->r->expect_header, data, len))
		j->header_seen = true;
	return len;
}

static void job_free(struct job *j)
{
	for (struct job **at = &j->f->jobs; *at; at = &(*at)->next)
		if (*at == j) {
			*at = j->next;
			j->f->running--;
			break;
		}
	if (j->easy) {
		curl_multi_remove_handle(j->f->multi, j->easy);
		curl_easy_cleanup(j->easy);
	}
	curl_slist_free_all(j->headers);
	free(j->sent_body);
	buf_release(&j->body);
	free(j);
}

/* What curl's failures are to a prober; everything else is the connection's. */
static enum class class_of(CURLcode code)
{
	static const struct { CURLcode code; enum class class; } rows[] = {
		{CURLE_OPERATION_TIMEDOUT, CLASS_TIMEOUT}, {CURLE_TOO_MANY_REDIRECTS, CLASS_MISMATCH},
		{CURLE_UNSUPPORTED_PROTOCOL, CLASS_MISMATCH}, {CURLE_WEIRD_SERVER_REPLY, CLASS_MISMATCH},
		{CURLE_WRITE_ERROR, CLASS_MISMATCH}, {CURLE_BAD_CONTENT_ENCODING, CLASS_MISMATCH},
		{CURLE_URL_MALFORMAT, CLASS_MISMATCH}, {CURLE_OUT_OF_MEMORY, CLASS_MISMATCH},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			return rows[i].class;
	return CLASS_CONNECT;
}

static void job_done(struct job *j, CURLcode code)
{
	struct fetched got = {.body = ""};
	curl_off_t us = 0;
	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &got.status);
	curl_easy_getinfo(j->easy, CURLINFO_TOTAL_TIME_T, &us);
	got.seconds = (double)us / 1e6;
	bool enough = j->cut && !j->want_body; /* the status was all that was asked */
	if (code == CURLE_OK || enough) {
		got.answered = true;
		got.body = buf_str(&j->body);
		got.len = j->body.len;
		got.class = request_judge(j->r, got.status, got.body, j->header_seen, got.why, sizeof got.why);
	} else if (j->cut) {
		got.class = CLASS_MISMATCH;
		(void)snprintf(got.why, sizeof got.why, "the answer is longer than 1 MiB");
	} else {
		got.class = class_of(code);
		(void)snprintf(got.why, sizeof got.why, "%.180s", j->error[0] ? j->error : curl_easy_strerror(code));
	}
	void (*fn)(void *ctx, const struct fetched *got) = j->fn;
	void *ctx = j->ctx;
	fn(ctx, &got);
	job_free(j);
}

/* ---- curl and the loop ---- */

static void collect(struct fetcher *f)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(f->multi, &left))) {
		struct job *j = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result; /* m is gone once the handle is */
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&j);
		job_done(j, code);
	}
}

struct watch_fd {
	struct fetcher *f;
	struct sdk_fd *w;
	int fd;
};

static void fd_ready(void *ctx, short revents)
{
	struct watch_fd *x = ctx;
	struct fetcher *f = x->f;
	int running, mask = (revents & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) | (revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
		(revents & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0);
	curl_multi_socket_action(f->multi, x->fd, mask, &running);
	collect(f);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *mine)
{
	struct fetcher *f = ctx;
	struct watch_fd *x = mine;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (x) {
			sdk_fd_free(x->w);
			free(x);
		}
		return 0;
	}
	short events = (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
	if (x) {
		sdk_fd_set(x->w, events);
		return 0;
	}
	x = mem_new(sizeof *x);
	*x = (struct watch_fd){.f = f, .fd = fd};
	x->w = sdk_fd_new(f->s, fd, events, fd_ready, x);
	curl_multi_assign(f->multi, fd, x);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct fetcher *f = ctx;
	(void)multi;
	if (ms < 0)
		sdk_timer_stop(f->timer);
	else
		sdk_timer_set(f->timer, sdk_now() + ms * 1000);
	return 0;
}

static void time_due(void *ctx)
{
	struct fetcher *f = ctx;
	int running;
	curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(f);
}

struct fetcher *fetcher_new(struct sdk *s)
{
	struct fetcher *f = mem_new(sizeof *f);
	f->s = s;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	f->multi = curl_multi_init();
	f->timer = sdk_timer_new(s, time_due, f);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	return f;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	while (f->jobs)
		job_free(f->jobs);
	curl_multi_cleanup(f->multi);
	sdk_timer_free(f->timer);
	curl_global_cleanup();
	free(f);
}

size_t fetcher_running(const struct fetcher *f)
{
	return f->running;
}

/* ---- a request ---- */

static const char *secret_word(const void *ctx, const char *name, char *room, size_t cap)
{
	const struct job *j = ctx;
	(void)room, (void)cap;
	return strncmp(name, "secret.", 7) ? NULL : sdk_secret(j->f->s, name + 7);
}

static char *with_secrets(struct job *j, const char *text, bool *ok)
{
	struct buf b;
	struct fault f;
	buf_init(&b, 65536);
	if (!sdk_expand(&b, text, secret_word, j, &f)) {
		(void)snprintf(j->error, sizeof j->error, "%.200s", f.what);
		*ok = false;
	}
	return buf_take(&b);
}

static bool set_what_is_sent(struct job *j)
{
	bool ok = true;
	for (size_t i = 0; i < j->r->n_headers; i++) {
		char *line = with_secrets(j, j->r->header[i], &ok);
		/* A secret with a line break would be a header of its own. */
		if (ok && line && strpbrk(line, "\r\n")) {
			(void)snprintf(j->error, sizeof j->error, "a header would hold a line break");
			ok = false;
		}
		if (ok && line)
			j->headers = curl_slist_append(j->headers, line);
		free(line);
	}
	if (j->r->body)
		j->sent_body = with_secrets(j, j->r->body, &ok);
	if (j->sent_body) {
		curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, j->sent_body);
		curl_easy_setopt(j->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(j->sent_body));
	}
	if (j->r->method && !strcmp(j->r->method, "HEAD"))
		curl_easy_setopt(j->easy, CURLOPT_NOBODY, 1L);
	else if (j->r->method && strcmp(j->r->method, j->r->body ? "POST" : "GET"))
		curl_easy_setopt(j->easy, CURLOPT_CUSTOMREQUEST, j->r->method);
	if (j->headers)
		curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->headers);
	return ok;
}

static void set_protocols(CURL *e)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_how(struct job *j)
{
	CURL *e = j->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, j);
	curl_easy_setopt(e, CURLOPT_URL, j->r->url);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, j->error);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");        /* the environment has no say in what is measured */
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L); /* a user's first request, not the hundredth on a warm line */
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "backout-probe");
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(j->r->timeout / 1000));
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, j->r->follow > 0 ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_MAXREDIRS, j->r->follow);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, j);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, j);
	set_protocols(e);
}

/* What cannot be sent at all: a secret that is not there. */
static void fail_now(struct job *j)
{
	struct fetched got = {.class = CLASS_MISMATCH, .body = ""};
	(void)snprintf(got.why, sizeof got.why, "%.180s", j->error);
	j->fn(j->ctx, &got);
	job_free(j);
}

void fetch(struct fetcher *f, const struct request *r, bool want_body, void (*fn)(void *ctx, const struct fetched *got), void *ctx)
{
	struct job *j = mem_new(sizeof *j);
	j->f = f;
	j->r = r;
	j->fn = fn;
	j->ctx = ctx;
	j->want_body = want_body || request_needs_body(r);
	buf_init(&j->body, BODY_MAX + CURL_MAX_WRITE_SIZE);
	j->next = f->jobs;
	f->jobs = j;
	f->running++;
	j->easy = curl_easy_init();
	set_how(j);
	if (set_what_is_sent(j))
		curl_multi_add_handle(f->multi, j->easy);
	else
		fail_now(j);
}
