/* Children of a plugin: argument lists without a shell, output bounded while it
 * is read, an end that kills the whole family.  A child is over when it exited
 * and its pipes closed; grandchildren that keep a pipe open get 200 ms. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "sdk/inside.h"

#define LINGER 200000 /* us that pipes may stay open after the exit */

struct stream {
	struct sdk_fd *watch;
	int fd;
	struct buf keep;
	uint64_t total;
};

struct sdk_child {
	struct sdk *s;
	struct sdk_child *next;
	struct os_child os;
	struct stream out, err;
	struct sdk_fd *in_watch;
	char *input;
	size_t input_len, input_done;
	struct sdk_timer *limit, *linger;
	bool exited, timed_out;
	int code;
	void (*fn)(void *ctx, const struct sdk_ran *r);
	void *ctx;
};

/* ---- SIGCHLD becomes a readable descriptor ---- */

static int wake[2] = {-1, -1};
static struct sdk_fd *wake_watch;

static void on_child(int sig)
{
	int saved = errno;
	(void)sig;
	if (write(wake[1], "", 1) < 0)
		errno = saved; /* full: somebody is awake already */
	errno = saved;
}

static void look_for_exits(void *ctx, short revents);

static bool wake_init(struct sdk *s)
{
	if (wake[0] >= 0)
		return true;
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	struct sigaction act = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
	sigemptyset(&act.sa_mask);
	sigaction(SIGCHLD, &act, NULL);
	wake_watch = sdk_fd_new(s, wake[0], POLLIN, look_for_exits, s);
	return true;
}

/* ---- the end of a child ---- */

static void stream_close(struct stream *st)
{
	sdk_fd_free(st->watch);
	st->watch = NULL;
	if (st->fd >= 0)
		close(st->fd);
	st->fd = -1;
}

static void input_close(struct sdk_child *c)
{
	sdk_fd_free(c->in_watch);
	c->in_watch = NULL;
	if (c->os.in >= 0)
		close(c->os.in);
	c->os.in = -1;
}

static void child_free(struct sdk_child *c)
{
	for (struct sdk_child **at = &c->s->children; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	stream_close(&c->out);
	stream_close(&c->err);
	input_close(c);
	sdk_timer_free(c->limit);
	sdk_timer_free(c->linger);
	buf_release(&c->out.keep);
	buf_release(&c->err.keep);
	free(c->input);
	free(c);
}

static void child_over(struct sdk_child *c)
{
	struct sdk_ran r = {
		.timed_out = c->timed_out, .exit = c->code >= 0 ? c->code : -1, .signal = c->code < 0 ? -c->code : 0,
		.out = c->out.keep, .err = c->err.keep, .out_total = c->out.total, .err_total = c->err.total,
	};
	c->fn(c->ctx, &r);
	child_free(c);
}

static void maybe_over(struct sdk_child *c)
{
	if (c->exited && c->out.fd < 0 && c->err.fd < 0)
		child_over(c);
}

static void lingered(void *ctx)
{
	struct sdk_child *c = ctx;
	stream_close(&c->out);
	stream_close(&c->err);
	maybe_over(c);
}

static void look_for_exits(void *ctx, short revents)
{
	struct sdk *s = ctx;
	char drain[64];
	(void)revents;
	while (read(wake[0], drain, sizeof drain) > 0)
		;
	for (struct sdk_child *c = s->children; c; c = c->next) {
		if (c->exited || !os_exited(c->os.pid, true, &c->code))
			continue;
		/* What it wrote last is read by the next rounds; then it is over. */
		c->exited = true;
		sdk_timer_set(c->linger, c->out.fd < 0 && c->err.fd < 0 ? 1 : sdk_now() + LINGER);
	}
}

static void took_too_long(void *ctx)
{
	struct sdk_child *c = ctx;
	if (c->exited)
		return;
	c->timed_out = true;
	os_kill_all(c->os.pid, NULL, SIGKILL);
}

/* ---- its streams ---- */

static bool stream_read(struct stream *st)
{
	static char piece[65536];
	ssize_t n = read(st->fd, piece, sizeof piece);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	st->total += (uint64_t)n;
	size_t room = st->keep.max - st->keep.len;
	buf_add(&st->keep, piece, (size_t)n < room ? (size_t)n : room);
	return true;
}

static void out_ready(void *ctx, short revents)
{
	struct sdk_child *c = ctx;
	(void)revents;
	if (!stream_read(&c->out)) {
		stream_close(&c->out);
		maybe_over(c);
	}
}

static void err_ready(void *ctx, short revents)
{
	struct sdk_child *c = ctx;
	(void)revents;
	if (!stream_read(&c->err)) {
		stream_close(&c->err);
		maybe_over(c);
	}
}

static void in_ready(void *ctx, short revents)
{
	struct sdk_child *c = ctx;
	(void)revents;
	ssize_t n = write(c->os.in, c->input + c->input_done, c->input_len - c->input_done);
	if (n > 0)
		c->input_done += (size_t)n;
	if (c->input_done == c->input_len || (n < 0 && errno != EAGAIN && errno != EINTR))
		input_close(c);
}

/* ---- its begin ---- */

static const char *env_path(const char *const *env)
{
	for (; *env; env++)
		if (!strncmp(*env, "PATH=", 5))
			return *env + 5;
	return "/usr/local/bin:/usr/bin:/bin";
}

/* A program without a slash is looked up in the child's own PATH, absolute folders only. */
bool sdk_program(const char *name, const char *const *env, char *out, size_t cap, struct fault *f)
{
	extern char **environ;
	const char *path = env_path(env ? env : (const char *const *)environ);
	if (strchr(name, '/')) {
		(void)snprintf(out, cap, "%s", name);
		return true;
	}
	while (*path) {
		size_t len = strcspn(path, ":");
		struct stat st;
		if (len && path[0] == '/' && (size_t)snprintf(out, cap, "%.*s/%s", (int)len, path, name) < cap &&
		    !stat(out, &st) && S_ISREG(st.st_mode) && !access(out, X_OK))
			return true;
		path += len + (path[len] == ':');
	}
	fault_set(f, STATUS_OUTSIDE, "no-program", "%s is in no folder of PATH", name);
	return false;
}

static void child_watch(struct sdk *s, struct sdk_child *c, const struct sdk_command *cmd)
{
	c->out.fd = c->os.out;
	c->err.fd = c->os.err;
	buf_init(&c->out.keep, cmd->keep ? cmd->keep : 65536);
	buf_init(&c->err.keep, cmd->keep ? cmd->keep : 65536);
	c->out.watch = sdk_fd_new(s, c->out.fd, POLLIN, out_ready, c);
	c->err.watch = sdk_fd_new(s, c->err.fd, POLLIN, err_ready, c);
	c->limit = sdk_timer_new(s, took_too_long, c);
	c->linger = sdk_timer_new(s, lingered, c);
	if (cmd->timeout > 0)
		sdk_timer_set(c->limit, sdk_now() + cmd->timeout);
	c->input = mem_str(cmd->input);
	c->input_len = c->input ? strlen(c->input) : 0;
	if (c->input_len)
		c->in_watch = sdk_fd_new(s, c->os.in, POLLOUT, in_ready, c);
	else
		input_close(c);
}

struct sdk_child *sdk_run(struct sdk *s, const struct sdk_command *cmd, void (*fn)(void *ctx, const struct sdk_ran *r), void *ctx,
	struct fault *f)
{
	extern char **environ;
	char program[4096];
	const char *argv[256];
	size_t n = 0;
	const char *const *env = cmd->env ? cmd->env : (const char *const *)environ;
	for (; cmd->argv[n] && n < 255; n++)
		argv[n] = cmd->argv[n];
	argv[n] = NULL;
	if (!n || cmd->argv[n]) {
		fault_set(f, STATUS_USAGE, "bad-command", "a command has 1 to 255 words");
		return NULL;
	}
	if (!wake_init(s) || !sdk_program(argv[0], env, program, sizeof program, f))
		return NULL;
	argv[0] = program;
	struct sdk_child *c = mem_new(sizeof *c);
	struct os_spawn spec = {.argv = argv, .env = env, .cwd = cmd->cwd, .dies_with_parent = !s->acting};
	c->s = s;
	c->fn = fn;
	c->ctx = ctx;
	if (os_spawn(&spec, &c->os, f) != STATUS_OK) {
		free(c);
		return NULL;
	}
	child_watch(s, c, cmd);
	c->next = s->children;
	s->children = c;
	if (cmd->started)
		cmd->started(cmd->started_ctx, c->os.pid, c->os.start);
	/* It may have ended before the handler stood. */
	on_child(SIGCHLD);
	return c;
}

void sdk_child_signal(struct sdk_child *c, int sig)
{
	if (!c->exited)
		os_kill_all(c->os.pid, NULL, sig);
}

void sdk_child_drop(struct sdk_child *c)
{
	int code;
	if (!c)
		return;
	if (!c->exited) {
		os_kill_all(c->os.pid, NULL, SIGKILL);
		if (!os_exited(c->os.pid, true, &code)) /* a moment later: the loop is about to end or will not ask again */
			os_forget(c->os.pid);
	}
	child_free(c);
}

void sdk_children_release(struct sdk *s)
{
	while (s->children)
		sdk_child_drop(s->children);
	wake_watch = NULL;
	for (int i = 0; i < 2; i++) {
		if (wake[i] >= 0)
			close(wake[i]);
		wake[i] = -1;
	}
}

/* ---- waiting for one ---- */

struct waiter {
	struct sdk_ran *out;
	bool done;
};

static void keep_result(void *ctx, const struct sdk_ran *r)
{
	struct waiter *w = ctx;
	*w->out = *r;
	buf_init(&w->out->out, r->out.max);
	buf_init(&w->out->err, r->err.max);
	buf_add(&w->out->out, r->out.data, r->out.len);
	buf_add(&w->out->err, r->err.data, r->err.len);
	w->done = true;
}

bool sdk_run_wait(struct sdk *s, const struct sdk_command *c, struct sdk_ran *out, struct fault *f)
{
	struct waiter w = {.out = out};
	struct sdk_child *child = sdk_run(s, c, keep_result, &w, f);
	int64_t kill_at = INT64_MAX;
	if (!child)
		return false;
	while (!w.done) {
		if (sdk_wait(s, &w.done, kill_at))
			continue;
		/* Cancelled: asked once to end, and then made to. */
		if (kill_at == INT64_MAX) {
			sdk_child_signal(child, SIGTERM);
			kill_at = sdk_now() + 5000000;
		} else if (sdk_now() >= kill_at) {
			sdk_child_signal(child, SIGKILL);
			kill_at = INT64_MAX - 1;
		}
		sdk_turn(s, kill_at);
	}
	return true;
}

void sdk_ran_release(struct sdk_ran *r)
{
	buf_release(&r->out);
	buf_release(&r->err);
}

const char *sdk_ran_words(const struct sdk_ran *r, char *out, size_t cap)
{
	if (r->timed_out)
		(void)snprintf(out, cap, "took too long and was killed");
	else if (r->exit >= 0)
		(void)snprintf(out, cap, "exited with %d", r->exit);
	else
		(void)snprintf(out, cap, "was ended by signal %d", r->signal);
	return out;
}
