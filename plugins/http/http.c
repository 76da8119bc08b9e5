/* Requests by libcurl.  Only this file knows libcurl. */
#include "config.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http.h"

#define HEADERS_BYTES ((size_t)64 << 10)
#define PER_SERVER 8 /* questions to one server at a time; the rest wait their turn, and their time has not begun */

struct job {
	struct http *h;
	struct job *next;
	const struct http_server *server;
	CURL *easy;
	struct curl_slist *headers;
	char *form;
	size_t cap, header_bytes;
	bool cut, running;
	struct buf body;
	char error[CURL_ERROR_SIZE];
	http_fn fn;
	void *ctx;
};

struct http {
	struct sdk *s;
	CURLM *multi;
	struct sdk_timer *timer;
	struct job *jobs;
};

/* ---- one job ---- */

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	size_t len = size * n;
	if (j->body.len + len > j->cap) {
		j->cut = true;
		return 0;
	}
	return buf_add(&j->body, data, len) ? len : 0;
}

static size_t take_header(char *data, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	(void)data;
	j->header_bytes += size * n;
	return j->header_bytes > HEADERS_BYTES ? 0 : size * n;
}

/* Start the oldest that wait for this server, as many as may run. */
static void start_some(struct http *h, const struct http_server *server)
{
	int running = 0;
	for (const struct job *j = h->jobs; j; j = j->next)
		running += j->server == server && j->running;
	for (struct job *j = h->jobs; j && running < PER_SERVER; j = j->next) {
		if (j->server != server || j->running)
			continue;
		j->running = true;
		running++;
		curl_multi_add_handle(h->multi, j->easy);
	}
}

static void job_free(struct job *j)
{
	for (struct job **at = &j->h->jobs; *at; at = &(*at)->next)
		if (*at == j) {
			*at = j->next;
			break;
		}
	if (j->running)
		curl_multi_remove_handle(j->h->multi, j->easy);
	curl_easy_cleanup(j->easy);
	curl_slist_free_all(j->headers);
	free(j->form);
	buf_release(&j->body);
	free(j);
}

static void job_done(struct job *j, CURLcode code)
{
	char why[CURL_ERROR_SIZE + 64];
	struct http_got got = {.body = buf_str(&j->body), .len = j->body.len, .too_long = j->cut};
	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &got.status);
	if (j->cut)
		(void)snprintf(why, sizeof why, "the answer is longer than %zu KiB", j->cap >> 10);
	else if (j->header_bytes > HEADERS_BYTES)
		(void)snprintf(why, sizeof why, "the answer's header is longer than %zu KiB", HEADERS_BYTES >> 10);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		(void)snprintf(why, sizeof why, "no whole answer within %g s", (double)j->server->timeout / 1e6);
	else if (code != CURLE_OK)
		(void)snprintf(why, sizeof why, "no answer: %.180s", j->error[0] ? j->error : curl_easy_strerror(code));
	if (code != CURLE_OK)
		got.error = why;
	struct http *h = j->h;
	const struct http_server *server = j->server;
	j->fn(j->ctx, &got);
	job_free(j);
	start_some(h, server);
}

/* ---- curl and the loop ---- */

static void collect(struct http *h)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct job *j = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result; /* m is gone once the handle is */
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&j);
		job_done(j, code);
	}
}

struct watch_fd {
	struct http *h;
	struct sdk_fd *w;
	int fd;
};

static void fd_ready(void *ctx, short revents)
{
	struct watch_fd *x = ctx;
	struct http *h = x->h;
	int running, mask = (revents & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) | (revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
		(revents & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0);
	curl_multi_socket_action(h->multi, x->fd, mask, &running);
	collect(h);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *mine)
{
	struct http *h = ctx;
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
	*x = (struct watch_fd){.h = h, .fd = fd};
	x->w = sdk_fd_new(h->s, fd, events, fd_ready, x);
	curl_multi_assign(h->multi, fd, x);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct http *h = ctx;
	(void)multi;
	if (ms < 0)
		sdk_timer_stop(h->timer);
	else
		sdk_timer_set(h->timer, sdk_now() + ms * 1000);
	return 0;
}

static void time_due(void *ctx)
{
	struct http *h = ctx;
	int running;
	curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(h);
}

struct http *http_new(struct sdk *s)
{
	struct http *h = mem_new(sizeof *h);
	h->s = s;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->multi = curl_multi_init();
	h->timer = sdk_timer_new(s, time_due, h);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->jobs)
		job_free(h->jobs);
	curl_multi_cleanup(h->multi);
	sdk_timer_free(h->timer);
	curl_global_cleanup();
	free(h);
}

void http_drop(struct http *h, const void *ctx)
{
	const struct http_server *server = NULL;
	for (struct job *j = h->jobs, *next; j; j = next) {
		next = j->next;
		if (j->ctx != ctx)
			continue;
		server = j->server;
		job_free(j);
	}
	if (server)
		start_some(h, server);
}

/* ---- a question ---- */

static void set_protocols(CURL *e)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_who(struct job *j)
{
	const struct http_server *v = j->server;
	CURL *e = j->easy;
	vec_each(char *, line, &v->headers)
		j->headers = curl_slist_append(j->headers, *line);
	j->headers = curl_slist_append(j->headers, "Expect:"); /* no round trip before a long form */
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, j->headers);
	if (v->user) {
		curl_easy_setopt(e, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(e, CURLOPT_USERNAME, v->user);
		curl_easy_setopt(e, CURLOPT_PASSWORD, v->password);
	}
	curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, v->insecure ? 0L : 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, v->insecure ? 0L : 2L);
	if (v->ca)
		curl_easy_setopt(e, CURLOPT_CAINFO, v->ca);
	if (v->cert)
		curl_easy_setopt(e, CURLOPT_SSLCERT, v->cert);
	if (v->key)
		curl_easy_setopt(e, CURLOPT_SSLKEY, v->key);
}

static void set_how(struct job *j)
{
	CURL *e = j->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, j);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, j->error);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment has no say in what is measured */
	curl_easy_setopt(e, CURLOPT_USERAGENT, "backout/" PACKAGE_VERSION);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(j->server->timeout / 1000));
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, j);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, j);
	set_protocols(e);
}

void http_ask(struct http *h, const struct http_question *q)
{
	struct job *j = mem_new(sizeof *j);
	struct buf url;
	struct job **last = &h->jobs;
	while (*last)
		last = &(*last)->next;
	*j = (struct job){.h = h, .server = q->server, .cap = q->cap, .fn = q->fn, .ctx = q->ctx};
	*last = j;
	buf_init(&j->body, q->cap + CURL_MAX_WRITE_SIZE);
	j->easy = curl_easy_init();
	set_how(j);
	set_who(j);
	buf_init(&url, 65536);
	buf_addf(&url, "%s%s", q->server->url, q->path);
	curl_easy_setopt(j->easy, CURLOPT_URL, buf_str(&url));
	buf_release(&url);
	if (q->form) {
		j->form = mem_str(q->form);
		curl_easy_setopt(j->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(j->form));
		curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, j->form);
	}
	start_some(h, q->server);
}
