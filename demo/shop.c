/* The three services: what each answers, what it counts, and its loop. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "demo/behaviour.h"
#include "demo/http.h"
#include "demo/shop.h"
#include "demo/stats.h"
#include "demo/token.h"

/* A login is good when its token opened a session within this time; else the user is locked out. */
#define LOGIN_WAIT INT64_C(700000)
#define PENDING 1024

struct pending { uint64_t login; int64_t until; };
struct shop {
	const struct shop_options *o;
	struct behaviour b;
	struct http_server server;
	struct http_client peer[SHOP_N];
	struct stats stats;
	struct pending pending[PENDING]; /* until 0: free */
	uint64_t logins, requests;
	int64_t now;
};

static const char *const names[] = {"auth", "checkout", "ledger"};

const char *shop_name(enum shop_service s)
{
	return names[s];
}

bool shop_of(const char *name, enum shop_service *out)
{
	for (int i = 0; i < SHOP_N; i++)
		if (!strcmp(names[i], name)) {
			*out = (enum shop_service)i;
			return true;
		}
	return false;
}

int64_t shop_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static volatile sig_atomic_t told_reload, told_end;

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		told_reload = 1;
	else
		told_end = 1;
}

/* ---- logins: begun, and then opened or not ------------------------------------ */

static void login_begin(struct shop *s, uint64_t login)
{
	s->pending[login % PENDING] = (struct pending){login, s->now + LOGIN_WAIT};
}

static void login_opened(struct shop *s, uint64_t login)
{
	struct pending *p = &s->pending[login % PENDING];
	if (p->until && p->login == login) {
		p->until = 0;
		stats_add(&s->stats, s->now, STATS_LOGIN_OK, 1);
	}
}

static void login_sweep(struct shop *s)
{
	for (int i = 0; i < PENDING; i++)
		if (s->pending[i].until && s->pending[i].until < s->now) {
			s->pending[i].until = 0;
			stats_add(&s->stats, s->now, STATS_LOGIN_FAILED, 1);
		}
}

/* ---- what is answered ----------------------------------------------------------- */

static void say(struct http_response *r, int status, const char *text)
{
	r->status = status;
	buf_reset(&r->body);
	buf_addf(&r->body, "{\"say\":\"%s\"}\n", text);
}

static void answer_version(struct shop *s, struct http_response *r)
{
	struct jw w;
	jw_init(&w, &r->body);
	jw_obj(&w);
	jw_kstr(&w, "service", shop_name(s->o->service));
	jw_kstr(&w, "release", s->b.release);
	jw_kint(&w, "pid", getpid());
	jw_obj_end(&w);
}

static void share(struct jw *w, const char *key, uint64_t of, uint64_t all)
{
	jw_key(w, key);
	if (all)
		jw_num(w, (double)of / (double)all);
	else
		jw_null(w);
}

static void answer_stats(struct shop *s, const struct http_request *q, struct http_response *r)
{
	uint64_t v[STATS_N];
	struct jw w;
	double window = http_query_num(q->query, "window", 15);
	jw_init(&w, &r->body);
	jw_obj(&w);
	jw_kstr(&w, "service", shop_name(s->o->service));
	jw_kstr(&w, "release", s->b.release);
	jw_knum(&w, "window_s", window);
	for (int c = 0; c < STATS_N; c++) {
		v[c] = stats_sum(&s->stats, s->now, (int64_t)(window * 1e6), (enum stats_counter)c);
		jw_kint(&w, stats_name((enum stats_counter)c), (int64_t)v[c]);
	}
	jw_kint(&w, "logins", (int64_t)(v[STATS_LOGIN_OK] + v[STATS_LOGIN_FAILED]));
	share(&w, "login_failures", v[STATS_LOGIN_FAILED], v[STATS_LOGIN_OK] + v[STATS_LOGIN_FAILED]);
	share(&w, "error_rate", v[STATS_ERRORS], v[STATS_REQUESTS]);
	share(&w, "denied_share", v[STATS_DENIED], v[STATS_REQUESTS]);
	share(&w, "busy_s", v[STATS_MICROS], v[STATS_REQUESTS] * 1000000);
	jw_obj_end(&w);
}

/* A token that this release reads, or 401. */
static bool let_in(struct shop *s, const struct http_request *q, struct http_response *r, struct token *out)
{
	if (token_read(q->token, s->b.reads, out))
		return true;
	say(r, 401, q->token[0] ? "this token cannot be read: log in again" : "no token");
	return false;
}

/* Body: USER PASSWORD */
static void answer_login(struct shop *s, const struct http_request *q, struct http_response *r)
{
	struct token t = {.format = (enum token_format)s->b.issues, .login = ++s->logins};
	char password[32], text[HTTP_TOKEN_MAX];
	if (sscanf(q->body, "%31[a-z0-9] %31s", t.user, password) != 2 || strcmp(password, "right") != 0) {
		stats_add(&s->stats, s->now, STATS_LOGIN_FAILED, 1);
		say(r, 401, "wrong password");
		return;
	}
	login_begin(s, t.login);
	token_print(&t, text, sizeof text);
	buf_addf(&r->body, "%s", text);
}

static void auth_handle(struct shop *s, const struct http_request *q, struct http_response *r)
{
	struct token t;
	if (!strcmp(q->path, "/login")) {
		answer_login(s, q, r);
	} else if (!strcmp(q->path, "/session") || !strcmp(q->path, "/validate")) {
		if (let_in(s, q, r, &t)) {
			login_opened(s, t.login);
			say(r, 200, "welcome");
		}
	} else {
		say(r, 404, "nothing here");
	}
}

/* Ask another service with the same token; its no is our no, its trouble our 500. */
static bool ask_peer(struct shop *s, enum shop_service peer, const char *path, const char *token, struct http_response *r)
{
	int status = http_client_call(&s->peer[peer], "POST", path, token, NULL, NULL);
	if (status == 200)
		return true;
	if (status == 401)
		say(r, 401, "the session is not known");
	else
		say(r, 500, "another service does not answer");
	return false;
}

static void checkout_handle(struct shop *s, const struct http_request *q, struct http_response *r)
{
	struct token t;
	bool buys = !strcmp(q->path, "/checkout");
	if (!buys && strcmp(q->path, "/session") != 0)
		say(r, 404, "nothing here");
	else if (let_in(s, q, r, &t) && ask_peer(s, SHOP_AUTH, "/validate", q->token, r) &&
		(!buys || ask_peer(s, SHOP_LEDGER, "/charge", q->token, r)))
		say(r, 200, buys ? "bought" : "welcome");
}

static void ledger_handle(struct shop *s, const struct http_request *q, struct http_response *r)
{
	struct token t;
	if (!strcmp(q->path, "/balance"))
		say(r, 200, "the books are even"); /* the back office asks all day, and has no session */
	else if (strcmp(q->path, "/charge") != 0)
		say(r, 404, "nothing here");
	else if (let_in(s, q, r, &t))
		say(r, 200, "charged");
}

static void work(struct shop *s, const struct http_request *q, struct http_response *r)
{
	struct timespec t = {0, (long)s->b.delay_us * 1000};
	if (t.tv_nsec)
		nanosleep(&t, NULL);
	if (s->b.error_every && ++s->requests % (uint64_t)s->b.error_every == 0) {
		say(r, 500, "something went wrong");
		return;
	}
	switch (s->o->service) {
	case SHOP_AUTH:
		auth_handle(s, q, r);
		break;
	case SHOP_CHECKOUT:
		checkout_handle(s, q, r);
		break;
	case SHOP_LEDGER:
		ledger_handle(s, q, r);
		break;
	case SHOP_N:
		break;
	}
}

static void handle(void *ctx, const struct http_request *q, struct http_response *r)
{
	struct shop *s = ctx;
	s->now = shop_clock();
	if (!strcmp(q->path, "/version")) {
		answer_version(s, r);
	} else if (!strcmp(q->path, "/stats")) {
		login_sweep(s);
		answer_stats(s, q, r);
	} else {
		int64_t began = s->now;
		work(s, q, r);
		s->now = shop_clock();
		stats_add(&s->stats, s->now, STATS_REQUESTS, 1);
		stats_add(&s->stats, s->now, STATS_MICROS, (uint32_t)(s->now - began));
		if (r->status >= 500)
			stats_add(&s->stats, s->now, STATS_ERRORS, 1);
		else if (r->status == 401)
			stats_add(&s->stats, s->now, STATS_DENIED, 1);
	}
}

/* ---- the process ---------------------------------------------------------------- */

/* The file by which a reload finds us; replaced whole so that nobody reads half a number. */
static bool write_pid(const char *dir)
{
	char tmp[4200], path[4200];
	snprintf(tmp, sizeof tmp, "%s/pid.new", dir);
	snprintf(path, sizeof path, "%s/pid", dir);
	FILE *f = fopen(tmp, "we");
	if (!f)
		return false;
	fprintf(f, "%ld\n", (long)getpid());
	return !fclose(f) && !rename(tmp, path);
}

static void watch_signals(sigset_t *out_open)
{
	struct sigaction a = {.sa_handler = on_signal};
	sigset_t closed;
	sigemptyset(&closed);
	sigaddset(&closed, SIGHUP);
	sigaddset(&closed, SIGTERM);
	sigprocmask(SIG_BLOCK, &closed, out_open);
	sigdelset(out_open, SIGHUP);
	sigdelset(out_open, SIGTERM);
	sigaction(SIGHUP, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void loop(struct shop *s, const sigset_t *open)
{
	struct pollfd p[HTTP_CONNS + 2];
	struct timespec tick = {0, 200000000};
	while (!told_end) {
		p[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
		size_t n = http_server_poll(&s->server, p + 1);
		int got = ppoll(p, (nfds_t)(n + 1), &tick, open);
		if (told_reload) {
			told_reload = 0;
			behaviour_load(s->o->dir, &s->b); /* a release that is not whole leaves the old one serving */
		}
		if (got > 0 && p[0].revents)
			return;
		if (got > 0)
			http_server_serve(&s->server, p + 1, n);
		s->now = shop_clock();
		login_sweep(s);
	}
}

int shop_serve(const struct shop_options *o)
{
	struct shop *s = mem_new(sizeof *s);
	sigset_t open;
	s->o = o;
	watch_signals(&open);
	fcntl(o->listen_fd, F_SETFD, FD_CLOEXEC);
	http_server_init(&s->server, o->listen_fd, handle, s);
	for (int i = 0; i < SHOP_N; i++)
		http_client_init(&s->peer[i], o->port[i]);
	bool good = behaviour_load(o->dir, &s->b) && write_pid(o->dir);
	if (good)
		loop(s, &open);
	else
		fprintf(stderr, "%s: the release in %s/current cannot be read: %s\n", shop_name(o->service), o->dir, strerror(errno));
	http_server_release(&s->server);
	for (int i = 0; i < SHOP_N; i++)
		http_client_release(&s->peer[i]);
	free(s);
	return good ? 0 : 1;
}
