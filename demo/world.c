/* The keeper's course: begin, wait for an engine, send the bad release out, end all. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/os.h"
#include "base/os_lock.h"
#include "base/text.h"
#include "demo/http.h"
#include "demo/kit_text.h"
#include "demo/layout.h"
#include "demo/shop.h"
#include "demo/world.h"

#define QUIET_US (20 * INT64_C(1000000))      /* from the engine's start to the bad release, at speed 1 */
#define ENGINE_WAIT_US (20 * INT64_C(1000000)) /* how long an engine may take to come at all */
#define ENGINE_GONE_US INT64_C(2500000)       /* how long one may be gone: a console starts the next at once */
#define END_US INT64_C(1000000)               /* what our processes get to end by themselves */
#define PACE_MAX 4.0

enum { PROC_TRAFFIC = SHOP_N, PROC_N };
struct proc { pid_t pid; uint64_t start; int restarts; int64_t began; };
struct world {
	const struct world_options *o;
	char root[4096];              /* DIR/world */
	double pace;
	int life[2];                  /* what our processes live by: they read, we hold the other end */
	int listen_fd[SHOP_N];
	uint16_t port[SHOP_N];
	struct proc proc[PROC_N];
	int64_t ready, engine_seen, engine_first, deployed;
	bool ending;
};

static volatile sig_atomic_t told_end;

static void on_end(int sig)
{
	(void)sig;
	told_end = 1;
}

static const char *proc_name(int i)
{
	return i == PROC_TRAFFIC ? "traffic" : shop_name((enum shop_service)i);
}

/* ---- processes -------------------------------------------------------------------- */

static void child_run(const struct world *w, int i)
{
	char ports[64], pace[32], dir[4200], tally[4200];
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	dup2(w->life[0], STDIN_FILENO);
	if (i < SHOP_N)
		dup2(w->listen_fd[i], 3); /* dup2 clears close-on-exec; an fd that is 3 already keeps it, see below */
	if (i < SHOP_N && w->listen_fd[i] == 3)
		fcntl(3, F_SETFD, 0);
	snprintf(ports, sizeof ports, "%u,%u,%u", w->port[0], w->port[1], w->port[2]);
	snprintf(pace, sizeof pace, "%g", w->pace);
	snprintf(dir, sizeof dir, "%s/%s", w->root, proc_name(i));
	snprintf(tally, sizeof tally, "%s/tally.json", w->root);
	if (i < SHOP_N)
		execl(w->o->program, "backout-demo-shop", "--service", proc_name(i), "--dir", dir, "--ports", ports, (char *)NULL);
	else
		execl(w->o->program, "backout-demo-shop", "--traffic", tally, "--pace", pace, "--ports", ports, (char *)NULL);
	_exit(127);
}

static bool proc_begin(struct world *w, int i)
{
	pid_t pid = fork();
	if (pid == 0)
		child_run(w, i);
	if (pid < 0)
		return false;
	w->proc[i].pid = pid;
	w->proc[i].start = os_pid_start(pid);
	w->proc[i].began = shop_clock();
	return true;
}

static void world_write(const struct world *w);

/* The shop's own operator: what ended is started again, as a service manager would. */
static void reap(struct world *w)
{
	int how;
	bool changed = false;
	for (pid_t pid; (pid = waitpid(-1, &how, WNOHANG)) > 0;)
		for (int i = 0; i < PROC_N; i++)
			if (w->proc[i].pid == pid)
				w->proc[i].pid = 0;
	for (int i = 0; i < PROC_N && !w->ending; i++)
		if (!w->proc[i].pid && shop_clock() - w->proc[i].began > 500000) {
			w->proc[i].restarts++;
			changed |= proc_begin(w, i);
		}
	if (changed)
		world_write(w);
}

static void end_all(struct world *w)
{
	int64_t began = shop_clock();
	bool left = true;
	w->ending = true;
	close(w->life[1]);
	while (left && shop_clock() - began < END_US) {
		usleep(20000);
		reap(w);
		left = false;
		for (int i = 0; i < PROC_N; i++)
			left |= w->proc[i].pid > 0;
	}
	for (int i = 0; i < PROC_N; i++)
		if (w->proc[i].pid > 0)
			kill(w->proc[i].pid, SIGKILL);
}

/* ---- what is written down ------------------------------------------------------------ */

/* DIR/world.json: whom the next demo has to end where we could not. */
static void world_write(const struct world *w)
{
	struct buf b;
	struct jw j;
	char path[4200], tmp[4200];
	buf_init(&b, 1 << 16);
	jw_init(&j, &b);
	jw_obj(&j);
	jw_knum(&j, "speed", w->o->speed);
	jw_key(&j, "ports");
	jw_obj(&j);
	for (int i = 0; i < SHOP_N; i++)
		jw_kint(&j, proc_name(i), w->port[i]);
	jw_obj_end(&j);
	jw_key(&j, "processes");
	jw_arr(&j);
	for (int i = -1; i < PROC_N; i++) {
		jw_obj(&j);
		jw_kstr(&j, "name", i < 0 ? "keeper" : proc_name(i));
		jw_kint(&j, "pid", i < 0 ? getpid() : w->proc[i].pid);
		jw_kint(&j, "start", (int64_t)(i < 0 ? os_pid_start(getpid()) : w->proc[i].start));
		jw_obj_end(&j);
	}
	jw_arr_end(&j);
	jw_obj_end(&j);
	snprintf(path, sizeof path, "%s/world.json", w->o->dir);
	snprintf(tmp, sizeof tmp, "%s/world.json.new", w->o->dir);
	FILE *f = fopen(tmp, "we");
	if (f && fprintf(f, "%s\n", buf_str(&b)) > 0 && !fclose(f))
		rename(tmp, path);
	buf_release(&b);
}

/* How the kit calls whoever runs the demo: their login where it can be a name. */
static const char *person(char *out, size_t cap)
{
	const struct passwd *p = getpwuid(getuid());
	static const char *const taken[] = {"maya", "lena", "tomas", "on-call", "incident-commander", "service-owner", "engine"};
	text_copy(out, cap, p && text_is_name(p->pw_name) ? p->pw_name : "you");
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (!strcmp(out, taken[i]))
			text_copy(out, cap, "you");
	return out;
}

static bool make_kit(const struct world *w)
{
	char who[72], uid[24], port[SHOP_N][8], dir[4200];
	for (int i = 0; i < SHOP_N; i++)
		snprintf(port[i], sizeof port[i], "%u", w->port[i]);
	snprintf(uid, sizeof uid, "%lu", (unsigned long)getuid());
	snprintf(dir, sizeof dir, "%s/kit", w->o->dir);
	char window[24];
	snprintf(window, sizeof window, "%g", (double)kit_scale(15 * US_SECOND, w->o->speed) / 1000.0);
	const struct kit_value values[] = {
		{"PERSON", person(who, sizeof who)}, {"UID", uid}, {"WORLD", w->root}, {"WINDOW_S", window},
		{"AUTH_PORT", port[SHOP_AUTH]}, {"CHECKOUT_PORT", port[SHOP_CHECKOUT]}, {"LEDGER_PORT", port[SHOP_LEDGER]},
		{NULL, NULL}};
	return kit_write(dir, &(struct kit_world){w->o->speed, w->pace, values});
}

/* ---- the engine, and the course of things ---------------------------------------------- */

static bool engine_lives(const struct world *w)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/store/lock", w->o->dir);
	return os_lock_is_held(path);
}

/* False once the world has no reason to be any more. */
static bool wanted(struct world *w)
{
	int64_t now = shop_clock();
	if (told_end)
		return false;
	if (w->o->alone)
		return true;
	if (engine_lives(w)) {
		w->engine_seen = now;
		if (!w->engine_first)
			w->engine_first = now;
	}
	return w->engine_seen ? now - w->engine_seen < ENGINE_GONE_US : now - w->ready < ENGINE_WAIT_US;
}

static void maybe_deploy(struct world *w)
{
	int64_t from = w->o->alone ? w->ready : w->engine_first;
	if (w->deployed || !from || (double)(shop_clock() - from) < (double)QUIET_US / w->o->speed)
		return;
	w->deployed = shop_clock();
	if (layout_deploy(w->root) && w->proc[SHOP_AUTH].pid > 0)
		kill(w->proc[SHOP_AUTH].pid, SIGHUP);
	else
		fprintf(stderr, "the release 8.14.0 could not be sent out: %s\n", strerror(errno));
}

static bool all_answer(struct world *w)
{
	for (int i = 0; i < SHOP_N; i++) {
		struct http_client c;
		http_client_init(&c, w->port[i]);
		int status = -1;
		for (int try = 0; try < 100 && status != 200; try++) {
			status = http_client_call(&c, "GET", "/version", NULL, NULL, NULL);
			if (status != 200)
				usleep(20000);
		}
		http_client_release(&c);
		if (status != 200)
			return false;
	}
	return true;
}

static bool world_begin(struct world *w)
{
	if (!layout_make(w->root) || pipe2(w->life, O_CLOEXEC))
		return false;
	for (int i = 0; i < SHOP_N; i++)
		if ((w->listen_fd[i] = http_listen(0, &w->port[i])) < 0)
			return false;
	for (int i = 0; i < PROC_N; i++)
		if (!proc_begin(w, i))
			return false;
	world_write(w);
	return all_answer(w) && make_kit(w);
}

static void keeper_signals(void)
{
	struct sigaction a = {.sa_handler = on_end};
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGINT, &a, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

/* The starter reads "ready" from our standard output; after that nobody does. */
static void say_ready(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (write(STDOUT_FILENO, "ready\n", 6) != 6 || null < 0)
		return;
	dup2(null, STDOUT_FILENO);
	close(null);
}

int world_keep(const struct world_options *o)
{
	struct world w = {.o = o, .pace = o->speed < PACE_MAX ? o->speed : PACE_MAX};
	struct timespec tick = {0, 100000000};
	setsid();
	keeper_signals();
	snprintf(w.root, sizeof w.root, "%s/world", o->dir);
	bool good = world_begin(&w);
	w.ready = shop_clock();
	if (good)
		say_ready();
	else
		fprintf(stderr, "the demo's world could not be made in %s: %s\n", o->dir, strerror(errno));
	while (good && wanted(&w)) {
		nanosleep(&tick, NULL);
		reap(&w);
		maybe_deploy(&w);
	}
	end_all(&w);
	return good ? 0 : 1;
}
