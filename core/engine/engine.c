/* The engine's life: start in the contract's order, ticks, and the end. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"
#include "feed/feed.h"

#define SELF_MS 2000
#define END_MS 9000
#define SOCKET_PATH_MAX 100

/* ---- ticks ----------------------------------------------------------------------------- */

static void tick(void *ctx);

static void tick_at(struct engine *e, int64_t due)
{
	struct now now;
	if (e->ending || (e->tick && due >= e->tick_due))
		return;
	os_now(&now);
	int64_t ms = (due - now.mono + 999) / 1000;
	timer_stop(&e->tick);
	e->tick_due = due;
	e->tick = timer_new(&e->loop, ms > 0 ? (uint64_t)ms : 0, 0, tick, e);
}

void engine_tick_by(struct engine *e, int64_t ms)
{
	struct now now;
	os_now(&now);
	tick_at(e, now.mono + ms * 1000);
}

/* Is there anything that must be looked at each second? */
static bool open_business(const struct engine *e)
{
	if (model_open_incidents(e->model, NULL) || e->recons)
		return true;
	vec_each(const struct model_row, r, &e->model->rows)
		if (r->state != ROW_CLEAR && r->state != ROW_CANNOT_TELL)
			return true;
	return false;
}

static void tick(void *ctx)
{
	struct engine *e = ctx;
	struct drafts ds = {0};
	struct now now;
	char random[65];
	timer_stop(&e->tick);
	e->tick_due = INT64_MAX;
	if (e->ending || e->lost)
		return;
	os_now(&now);
	os_random_hex(random, 32);
	decide_tick(e->model, e->judge, &now, random, &ds);
	bool decided = ds.n > 0;
	enum status s = engine_commit(e, &ds, &now, NULL);
	drafts_release(&ds);
	auto_look(e);
	if (e->anchor_due)
		anchors_write(e, true);
	e->anchor_due = false;
	if (e->kit_again && !model_open_incidents(e->model, NULL))
		kit_look(e);
	os_now(&now);
	int64_t next = decide_next(e->model, e->judge, &now), soonest = now.mono + (s || e->heal ? 1000 : decided ? TICK_MS : 20) * 1000;
	if (open_business(e) && next > now.mono + US_SECOND)
		next = now.mono + US_SECOND;
	if (next != INT64_MAX)
		tick_at(e, next > soonest ? next : soonest);
}

/* ---- the end ------------------------------------------------------------------------------ */

static void finish(void *ctx)
{
	struct engine *e = ctx;
	uv_stop(&e->loop);
}

void engine_gone(struct engine *e)
{
	if (e->living)
		e->living--;
	if (e->ending && !e->living)
		finish(e);
}

static void record_end(struct engine *e, const char *reason)
{
	struct drafts ds = {0};
	struct now now;
	bool replaced = !strcmp(reason, "replaced");
	struct jw j = draft_open(&ds, EVENT_ENGINE, NULL, "engine");
	jw_kstr(&j, "what", replaced ? "replaced" : "stopped");
	jw_kstr(&j, "host", e->host);
	jw_kint(&j, "pid", getpid());
	jw_kstr(&j, "version", PACKAGE_VERSION);
	jw_kint(&j, "reducer", REDUCER_VERSION);
	jw_kstr(&j, "reason", reason);
	jw_obj_end(&j);
	os_now(&now);
	engine_commit(e, &ds, &now, NULL);
	drafts_release(&ds);
}

/* reason NULL: there is no store any more to write it into. */
void engine_end(struct engine *e, enum status s, const char *reason)
{
	if (e->ending)
		return;
	e->exit = s;
	samples_flush(e);
	acts_leave(e); /* panels are recorded as closed while the store still takes it */
	if (reason) {
		clients_unseat(e);
		record_end(e, reason);
	}
	e->ending = true;
	timer_stop(&e->tick);
	timer_stop(&e->flush);
	timer_stop(&e->self);
	timer_stop(&e->heal);
	clients_close(e);
	timer_stop(&e->beat);
	watches_end(e);
	reconcile_end(e);
	series_end(e);
	pages_end(e);
	ways_end(e);
	e->end = timer_new(&e->loop, e->living ? END_MS : 0, 0, finish, e);
}

static void on_signal(uv_signal_t *h, int sig)
{
	engine_end(h->data, STATUS_OK, sig == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* ---- the start ------------------------------------------------------------------------------ */

static enum status place(struct engine *e, const struct kit *k, struct fault *f)
{
	const struct engine_options *o = e->o;
	if (!o->store || o->store[0] != '/' || strlen(o->store) > sizeof e->store - 200)
		return fault_set(f, STATUS_USAGE, "bad-store", "the store's path is to be absolute");
	text_copy(e->store, sizeof e->store, o->store);
	text_copy(e->dir, sizeof e->dir, o->store);
	*strrchr(e->dir, '/') = '\0';
	if (!realpath(o->kit_dir, e->kit_dir))
		return fault_set(f, STATUS_USAGE, "no-kit", "cannot open the kit %s: %s", o->kit_dir, strerror(errno));
	snprintf(e->lock, sizeof e->lock, "%.4000s/lock", e->dir);
	char path[4200];
	if (k->engine_socket && k->engine_socket[0] == '/')
		snprintf(path, sizeof path, "%.4000s", k->engine_socket);
	else
		snprintf(path, sizeof path, "%.4000s/%.100s", e->dir, k->engine_socket ? k->engine_socket : "engine.sock");
	if (strlen(path) > SOCKET_PATH_MAX) {
		fault_set(f, STATUS_USAGE, "socket-path", "the socket's path is %zu bytes long, more than the %d that a socket may have: %.200s",
			strlen(path), SOCKET_PATH_MAX, path);
		fault_mend(f, "use a store in a directory with a shorter path, or set `engine: {socket: PATH}` in the kit");
		return STATUS_USAGE;
	}
	text_copy(e->socket, sizeof e->socket, path);
	return STATUS_OK;
}

static enum status fold(struct engine *e, struct fault *f)
{
	struct journal_cursor *c = NULL;
	struct event ev;
	enum status s = journal_from(e->journal, 1, &c, f);
	if (s)
		return s;
	while (!(s = journal_step(c, &ev, f)))
		engine_apply(e, &ev);
	journal_cursor_free(c);
	return s == STATUS_NO ? STATUS_OK : s;
}

static enum status open_store(struct engine *e, const struct kit *k, struct fault *f)
{
	struct now now;
	os_now(&now);
	enum status s = journal_create(e->store, k->name, k->environment, "backout " PACKAGE_VERSION, &now, &e->journal, f);
	return s ? s : fold(e, f);
}

/* First words into the journal: clocks, the engine, the kit, and what ran when the last engine ended. */
static enum status first_commit(struct engine *e, const struct kit_files *files, const struct kit *k, struct fault *f)
{
	struct drafts ds = {0};
	struct now now;
	os_now(&now);
	self_start_drafts(e, &now, &ds);
	enum status s = kit_at_start(e, files, k, &ds, f);
	if (!s) {
		decide_restarted(e->model, &now, &ds);
		s = engine_commit(e, &ds, &now, f);
	}
	drafts_release(&ds);
	return s ? STATUS_OUTSIDE : STATUS_OK;
}

static void look_at_self(void *ctx)
{
	self_check(ctx);
}

static void catch_signals(struct engine *e)
{
	signal(SIGPIPE, SIG_IGN);
	if (e->o->by_client)
		signal(SIGHUP, SIG_IGN);
	uv_signal_init(&e->loop, &e->sigterm);
	uv_signal_init(&e->loop, &e->sigint);
	e->sigterm.data = e->sigint.data = e;
	uv_signal_start(&e->sigterm, on_signal, SIGTERM);
	uv_signal_start(&e->sigint, on_signal, SIGINT);
}

static void say_ready(const struct engine *e)
{
	static const char line[] = "ready\n";
	if (e->o->ready_fd < 0)
		return;
	ssize_t n = write(e->o->ready_fd, line, sizeof line - 1);
	(void)n; /* nobody may be waiting any more */
}

static enum status begin(struct engine *e, const struct kit_files *files, const struct kit *k, bool *out_held, struct fault *f)
{
	enum status s = place(e, k, f);
	if (!s)
		s = os_dirs_above(e->store, f);
	if (!s)
		s = lock_take(e, out_held, f);
	if (!s)
		s = open_store(e, k, f);
	if (!s)
		s = first_commit(e, files, k, f);
	if (!s)
		s = clients_listen(e, f);
	return s;
}

/* What plugins of a killed engine left, but for those that act still. */
static void sweep(struct engine *e)
{
	VEC(pid_t) alive = {0};
	vec_each(struct model_incident, i, &e->model->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (!action_over(a) && a->pid > 0)
				*vec_push(&alive) = (pid_t)a->pid;
	host_sweep(e->dir, alive.v, alive.n);
	vec_release(&alive);
}

static void serve(struct engine *e)
{
	const struct rlimit no_core = {0, 0};
	struct now now;
	os_now(&now);
	e->alone_since = now.mono;
	e->kit_looked = now.mono;
	e->kit_again = true;
	setrlimit(RLIMIT_CORE, &no_core); /* secrets pass through this memory */
	os_subreaper();
	catch_signals(e);
	sweep(e);
	say_ready(e);
	watches_apply(e);
	reconcile_all(e);
	e->self = timer_new(&e->loop, SELF_MS, SELF_MS, look_at_self, e);
	engine_tick_by(e, 0);
	uv_run(&e->loop, UV_RUN_DEFAULT);
}

static void close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void release(struct engine *e)
{
	timer_stop(&e->end);
	uv_close((uv_handle_t *)&e->sigterm, NULL);
	uv_close((uv_handle_t *)&e->sigint, NULL);
	uv_run(&e->loop, UV_RUN_NOWAIT);
	if (uv_loop_close(&e->loop)) { /* a plugin that would not go in time */
		uv_walk(&e->loop, close_handle, NULL);
		uv_run(&e->loop, UV_RUN_NOWAIT);
	}
}

static void free_all(struct engine *e)
{
	drafts_release(&e->owed);
	drafts_release(&e->doubt);
	vec_release(&e->panels);
	vec_release(&e->problems);
	ways_free(e);
	judge_free(e->judge);
	model_free(e->model);
	if (e->journal)
		journal_close(e->journal);
	if (e->lock_fd >= 0)
		close(e->lock_fd);
	free(e);
}

/* An incident is governed by the kit it was declared under: one that was broken on disk meanwhile must not keep
 * the engine from coming back.  The journal's own kit is taken then; *out_last owns it. */
static enum status kit_of_incident(const char *store, struct kit_files *files, const struct kit **out_kit, struct model **out_last)
{
	struct model *m = NULL;
	struct stat st;
	if (!store || stat(store, &st) || feed_fold(store, &m, NULL, NULL, NULL))
		return STATUS_NO;
	if (!m->kit || !model_open_incidents(m, NULL)) {
		model_free(m);
		return STATUS_NO;
	}
	memset(files, 0, sizeof *files);
	*out_kit = m->kit;
	*out_last = m;
	return STATUS_OK;
}

static struct engine *engine_new(const struct engine_options *o)
{
	struct engine *e = mem_new(sizeof *e);
	e->o = o;
	e->lock_fd = -1;
	e->tick_due = INT64_MAX;
	e->model = model_new();
	e->judge = judge_new();
	os_host(e->host, sizeof e->host);
	umask(077);
	uv_loop_init(&e->loop);
	return e;
}

enum status engine_run(const struct engine_options *o, struct fault *f)
{
	struct kit_files files;
	struct kit *read = NULL;
	const struct kit *k;
	struct model *last = NULL;
	bool held = false;
	enum status s = kit_load(o->kit_dir, &files, &read, f);
	k = read;
	if (s && kit_of_incident(o->store, &files, &k, &last))
		return s;
	struct engine *e = engine_new(o);
	s = begin(e, &files, k, &held, f);
	kit_free(read);
	model_free(last);
	kit_files_release(&files);
	if (!s) {
		serve(e);
		s = e->exit;
		*f = e->why;
		release(e);
	} else {
		clients_unlisten(e);
		timer_stop(&e->tick);
		uv_run(&e->loop, UV_RUN_NOWAIT);
		uv_loop_close(&e->loop);
		if (held && o->by_client && s == STATUS_OUTSIDE)
			s = STATUS_OK; /* another one won the race: that is well */
	}
	free_all(e);
	return s;
}
