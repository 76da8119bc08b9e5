/* Sixty people with real tokens in real requests.  A third and a bit use the
 * web page, which takes whatever token it is given; the others use the old app,
 * whose session is opened by checkout, which reads tokens itself. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "demo/http.h"
#include "demo/shop.h"

#define USERS 60
#define APP_OF_TEN 6  /* so many in ten use the old app */
#define STEPS 6       /* things done in a session before it is left */
#define STEP_S 1.0    /* pause between them */
#define SHUT_OUT_S 6.0 /* how long somebody who was refused waits before trying again */

#define OFFICE_S 0.25  /* how often the back office asks the ledger for its balance */

enum user_state { USER_AWAY, USER_IN, USER_SHUT_OUT };
struct user {
	char name[16], token[HTTP_TOKEN_MAX];
	bool app;
	enum user_state state;
	int steps;
	int64_t next;
};
struct traffic {
	const struct traffic_options *o;
	struct http_client c[SHOP_N];
	struct user user[USERS];
	uint32_t dice;
	long tries, bought, refused;
};

/* A small generator of our own: the demo wants variety, not secrecy. */
static uint32_t roll(struct traffic *t, uint32_t sides)
{
	t->dice = t->dice * 1664525U + 1013904223U;
	return (t->dice >> 8) % sides;
}

static void wait_for(struct traffic *t, struct user *u, double seconds)
{
	double jitter = 0.8 + 0.4 * (double)roll(t, 1000) / 1000.0;
	u->next = shop_clock() + (int64_t)(seconds * jitter * 1e6 / t->o->pace);
}

static void shut_out(struct traffic *t, struct user *u)
{
	u->state = USER_SHUT_OUT;
	u->token[0] = '\0';
	t->refused++;
	wait_for(t, u, SHUT_OUT_S);
}

static bool log_in(struct traffic *t, struct user *u)
{
	char body[64];
	struct buf out;
	buf_init(&out, 4096);
	bool typo = roll(t, 500) == 0;
	snprintf(body, sizeof body, "%s %s", u->name, typo ? "wrong" : "right");
	int status = http_client_call(&t->c[SHOP_AUTH], "POST", "/login", NULL, body, &out);
	bool good = status == 200 && out.len < sizeof u->token;
	if (good)
		snprintf(u->token, sizeof u->token, "%s", buf_str(&out));
	buf_release(&out);
	t->tries++;
	return good && http_client_call(&t->c[u->app ? SHOP_CHECKOUT : SHOP_AUTH], "GET", "/session", u->token, NULL, NULL) == 200;
}

/* Something a person who is logged in does.  False where they were refused. */
static bool do_something(struct traffic *t, struct user *u)
{
	bool buys = roll(t, 5) == 0;
	enum shop_service where = buys || u->app ? SHOP_CHECKOUT : SHOP_AUTH;
	int status = http_client_call(&t->c[where], buys ? "POST" : "GET", buys ? "/checkout" : "/session", u->token, NULL, NULL);
	t->bought += buys && status == 200;
	return status != 401;
}

static void user_step(struct traffic *t, struct user *u)
{
	switch (u->state) {
	case USER_AWAY:
	case USER_SHUT_OUT:
		if (!log_in(t, u)) {
			shut_out(t, u);
			return;
		}
		u->state = USER_IN;
		u->steps = 0;
		break;
	case USER_IN:
		if (!do_something(t, u)) {
			shut_out(t, u);
			return;
		}
		if (++u->steps >= STEPS) {
			u->state = USER_AWAY;
			u->token[0] = '\0';
		}
		break;
	}
	wait_for(t, u, STEP_S);
}

static void tally(const struct traffic *t)
{
	int in[3] = {0};
	char tmp[4200];
	if (!t->o->tally)
		return;
	for (int i = 0; i < USERS; i++)
		in[t->user[i].state]++;
	snprintf(tmp, sizeof tmp, "%s.new", t->o->tally);
	FILE *f = fopen(tmp, "we");
	if (!f)
		return;
	fprintf(f, "{\"users\":%d,\"logged_in\":%d,\"away\":%d,\"locked_out\":%d,\"login_tries\":%ld,\"bought\":%ld,\"refused\":%ld}\n",
		USERS, in[USER_IN], in[USER_AWAY], in[USER_SHUT_OUT], t->tries, t->bought, t->refused);
	if (!fclose(f))
		rename(tmp, t->o->tally);
}

static void people(struct traffic *t)
{
	for (int i = 0; i < USERS; i++) {
		struct user *u = &t->user[i];
		snprintf(u->name, sizeof u->name, "user%d", i);
		u->app = i % 10 < APP_OF_TEN;
		wait_for(t, u, (double)roll(t, 7000) / 1000.0);
	}
}

int traffic_run(const struct traffic_options *o)
{
	struct traffic t = {.o = o, .dice = 20}; /* the same people every time */
	int64_t told = 0, office = 0;
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < SHOP_N; i++)
		http_client_init(&t.c[i], o->port[i]);
	people(&t);
	for (;;) {
		int64_t now = shop_clock();
		for (int i = 0; i < USERS; i++)
			if (t.user[i].next <= now)
				user_step(&t, &t.user[i]);
		if (now >= office) {
			office = now + (int64_t)(OFFICE_S * 1e6 / o->pace);
			http_client_call(&t.c[SHOP_LEDGER], "GET", "/balance", NULL, NULL, NULL);
		}
		if (now - told > 1000000) {
			told = now;
			tally(&t);
		}
		struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
		if (poll(&p, 1, 20) > 0)
			break;
	}
	for (int i = 0; i < SHOP_N; i++)
		http_client_release(&t.c[i]);
	return 0;
}
