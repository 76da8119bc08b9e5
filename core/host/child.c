/* A child from its start to the end of the last of its kin. */
#include "config.h"

#include "host/child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/child_io.h"
#include "host/room.h"

enum { /* milliseconds; 5,000 to cancel + these are within the 8 s of quality.md */
	DRAIN_MAX = 300,
	DRAIN_EVERY = 5,
	DRAIN_TURNS = 5,
	DRAIN_HARD = 1500,
	TERM_MAX = 2000,
	TERM_FIRST = 20,
	TERM_EVERY = 200,
	KILL_MAX = 800,
	KILL_EVERY = 50,
	REAP_AFTER = 200,
};

/* ---- stages ----------------------------------------------------------------------------- */

static uint64_t stage_age(const struct child *c)
{
	return uv_now(c->timer.loop) - c->since;
}

static void stage_enter(struct child *c, enum child_stage stage, uv_timer_cb cb, uint64_t first, uint64_t every)
{
	c->stage = stage;
	c->since = uv_now(c->timer.loop);
	uv_timer_start(&c->timer, cb, first, every);
}

static void close_all(struct child *c)
{
	uv_handle_t *all[] = { (uv_handle_t *)&c->in, (uv_handle_t *)&c->out, (uv_handle_t *)&c->err, (uv_handle_t *)&c->timer,
		(uv_handle_t *)&c->pace, (uv_handle_t *)&c->reap, (uv_handle_t *)&c->chld, (uv_handle_t *)&c->more };

	c->stage = CHILD_CLOSING;
	child_io_stop(c);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		child_close(c, all[i]);
}

/* All of it has ended, or nothing more can be done about the rest. */
static void finish(struct child *c)
{
	c->survivors = os_kill_all(c->os.pid, c->tmpdir, 0);
	if (!os_exited(c->os.pid, true, &c->code))
		os_forget(c->os.pid); /* reaped with the orphans, whenever the kernel lets go of it */
	os_reap_orphans();
	room_remove(c->tmpdir);
	close_all(c);
}

/* Nothing of it lives, and what it wrote has been read (or had time to be). */
static bool all_ended(struct child *c)
{
	return c->exited && os_kill_all(c->os.pid, c->tmpdir, 0) == 0;
}

static void on_kill(uv_timer_t *t)
{
	struct child *c = t->data;

	os_kill_all(c->os.pid, c->tmpdir, SIGKILL);
	c->exited = c->exited || os_exited(c->os.pid, false, &c->code);
	if (all_ended(c) || stage_age(c) >= KILL_MAX)
		finish(c);
}

static void on_term(uv_timer_t *t)
{
	struct child *c = t->data;

	if (all_ended(c))
		finish(c);
	else if (stage_age(c) >= TERM_MAX)
		stage_enter(c, CHILD_KILL, on_kill, 0, KILL_EVERY);
}

void child_term(struct child *c)
{
	if (c->stage >= CHILD_TERM)
		return;
	stage_enter(c, CHILD_TERM, on_term, TERM_FIRST, TERM_EVERY);
	child_close_in(c, false);
	os_kill_all(c->os.pid, c->tmpdir, SIGTERM);
}

static void on_drain(uv_timer_t *t)
{
	struct child *c = t->data;

	/* A grandchild may hold the pipes for ever: wait a moment, not for the end.  The
	 * moment counts in turns of the loop, too: one that was held up has read nothing.
	 * Lines that were read and not told yet are waited for; one may be the answer. */
	c->turns++;
	bool moment = stage_age(c) < DRAIN_MAX || c->turns < DRAIN_TURNS;
	bool untold = child_io_untold(c) && stage_age(c) < DRAIN_HARD;
	if (!child_io_empty(c) && (moment || untold))
		return;
	c->ev->exited(c->ctx);
	if (c->stage != CHILD_DRAINS)
		return;
	if (all_ended(c))
		finish(c);
	else
		child_term(c);
}

static void on_asked(uv_timer_t *t)
{
	child_term(t->data);
}

void child_ask(struct child *c, uint64_t ms, bool close_in)
{
	if (c->stage > CHILD_ASKED)
		return;
	stage_enter(c, CHILD_ASKED, on_asked, ms, 0);
	if (close_in)
		child_close_in(c, true);
}

void child_leave(struct child *c)
{
	if (c->stage >= CHILD_CLOSING)
		return;
	c->left = true;
	os_forget(c->os.pid);
	close_all(c);
}

/* When orphans were last looked for, by any child: the walk through all processes
 * serves everybody, and a family of sixty must not cause sixty walks per plugin. */
static uint64_t reaped_ns;

static void on_reap(uv_timer_t *t)
{
	const struct child *c = t->data;

	if (reaped_ns > c->died_ns)
		return; /* another child has looked since */
	reaped_ns = uv_hrtime();
	os_reap_orphans();
}

/* SIGCHLD says that somebody died, not who. */
static void on_chld(uv_signal_t *h, int sig)
{
	struct child *c = h->data;

	(void)sig;
	c->died_ns = uv_hrtime();
	if (c->stage < CHILD_CLOSING && !uv_is_active((uv_handle_t *)&c->reap))
		uv_timer_start(&c->reap, on_reap, REAP_AFTER, 0);
	if (c->stage >= CHILD_CLOSING || c->exited || !os_exited(c->os.pid, false, &c->code))
		return;
	c->exited = true;
	if (c->stage < CHILD_DRAINS) {
		stage_enter(c, CHILD_DRAINS, on_drain, 1, DRAIN_EVERY);
		child_io_resume(c); /* no pace for what is left of it */
	}
}

const char *child_how(const struct child *c, char *out, size_t cap)
{
	out[0] = '\0';
	if (c->exited && c->code >= 0)
		snprintf(out, cap, "exited with %d", c->code);
	else if (c->exited)
		snprintf(out, cap, "was ended by signal %d (%s)", -c->code, strsignal(-c->code));
	return out;
}

/* ---- start ------------------------------------------------------------------------------- */

static enum status spawn(struct child *c, const struct child_spec *spec, struct fault *f)
{
	struct os_spawn how = { .argv = spec->argv, .cwd = spec->cwd, .dies_with_parent = spec->dies_with_parent };

	c->tmpdir = room_tmpdir(spec->log_dir);
	if (!c->tmpdir)
		return fault_set(f, STATUS_OUTSIDE, "tmpdir", "no private directory for %s can be made", spec->argv[0]);
	char **env = room_env(c->tmpdir, spec->pass_env);
	how.env = (const char *const *)(uintptr_t)env;
	enum status s = os_spawn(&how, &c->os, f);
	room_env_free(env);
	if (s != STATUS_OK)
		room_remove(c->tmpdir);
	return s;
}

enum status child_start(struct child *c, uv_loop_t *loop, const struct child_spec *spec, const struct child_events *ev,
	void *ctx, struct fault *f)
{
	c->ev = ev;
	c->ctx = ctx;
	signal(SIGPIPE, SIG_IGN); /* a plugin that closes its input must not end us */
	log_init(&c->log, spec->log_dir, spec->log_name);
	if (uv_signal_init(loop, &c->chld) != 0) {
		c->stage = CHILD_GONE;
		return fault_set(f, STATUS_OUTSIDE, "spawn", "cannot start %s: no descriptors for signals", spec->argv[0]);
	}
	uv_timer_init(loop, &c->timer);
	uv_timer_init(loop, &c->reap);
	c->timer.data = c->reap.data = c->chld.data = c;
	c->n_open = 3;
	child_io_init(c, loop);
	uv_signal_start(&c->chld, on_chld, SIGCHLD); /* first: it may exit at once */
	enum status s = spawn(c, spec, f);
	if (s != STATUS_OK) {
		close_all(c);
		return s;
	}
	c->log.pid = c->os.pid;
	if (!child_io_start(c))
		child_trouble(c, "has pipes that cannot be used");
	return STATUS_OK;
}

void child_release(struct child *c)
{
	log_release(&c->log);
	lines_release(&c->lines);
	free(c->tmpdir);
}
