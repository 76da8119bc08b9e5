/* A plugin to start from: the "system" is a directory in which a service's
 * running version is the one line of a file, and a signal is a number in a file.
 * Small as it is, it keeps every promise of the protocol (docs/protocol.md):
 * preflight changes nothing, perform goes exactly to `to` or says why nothing
 * was changed, a repeat changes nothing, and reconcile tells the truth after a
 * crash, because the effect is one atomic rename.
 *
 *   config  {"dir": "/srv/versions"}            (default: the kit's directory)
 *   target  {"file": "auth.version"}            query: "auth.errors"
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sdk/sdk.h"

struct deploy {
	char *service, *path;
	char last[300];
};
struct signal {
	char *service, *name, *path;
	int64_t every, due;
};
struct plugin {
	struct sdk *s;
	char *dir;
	struct sdk_timer *tick;
	VEC(struct deploy) deploys;
	VEC(struct signal) signals;
};

/* ---- the "system" ---- */

/* DIR/NAME, where NAME is one plain file name: a kit cannot reach out of the directory by mistake. */
static char *path_of(const struct plugin *p, const char *name)
{
	struct buf b;
	if (!*name || *name == '.' || strchr(name, '/'))
		return NULL;
	buf_init(&b, 4000);
	buf_addf(&b, "%s/%s", p->dir, name);
	return buf_take(&b);
}

/* The first line of a file; false where it cannot be read. */
static bool read_line(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, cap - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

/* Durable before it is visible, visible at once: write beside, fsync, rename. */
static bool write_line(const char *path, const char *line)
{
	char *tmp = mem_new(strlen(path) + 8);
	memcpy(tmp, path, strlen(path));
	memcpy(tmp + strlen(path), ".new", 5);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(line);
	bool ok = fd >= 0 && write(fd, line, len) == (ssize_t)len && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
	if (fd >= 0 && close(fd) < 0)
		ok = false;
	ok = ok && rename(tmp, path) == 0;
	int saved = errno;
	if (!ok)
		(void)unlink(tmp);
	free(tmp);
	errno = saved;
	return ok;
}

/* ---- watching ---- */

static void watch_release(struct plugin *p)
{
	vec_each(struct deploy, d, &p->deploys) {
		free(d->service);
		free(d->path);
	}
	vec_each(struct signal, g, &p->signals) {
		free(g->service);
		free(g->name);
		free(g->path);
	}
	vec_release(&p->deploys);
	vec_release(&p->signals);
}

/* A deploy is told when it changed, and once after `watch`. */
static void look_at(struct plugin *p, struct deploy *d)
{
	char version[300];
	struct stat st;
	if (!read_line(d->path, version, sizeof version) || !text_is_version(version) || !strcmp(version, d->last))
		return;
	sdk_deploy(p->s, &(struct sdk_deploy){.service = d->service, .version = version, .previous = d->last,
		.at = stat(d->path, &st) ? 0 : (int64_t)st.st_mtime * 1000000, .strategy = "recreate", .state = "live",
		.share = 1, .old = 0, .new = 1});
	text_copy(d->last, sizeof d->last, version);
}

static void measure(const struct signal *g, struct sdk_samples *m)
{
	char text[64], *end;
	if (!read_line(g->path, text, sizeof text)) {
		sdk_sample_failed(m, g->service, g->name, "%s", strerror(errno));
		return;
	}
	double v = strtod(text, &end);
	if (!*text)
		sdk_sample_none(m, g->service, g->name); /* nothing measured: not a failure, and not a zero */
	else if (*end || !isfinite(v))
		sdk_sample_failed(m, g->service, g->name, "the file holds no number");
	else
		sdk_sample(m, g->service, g->name, v, -1);
}

static void tick(void *ctx)
{
	struct plugin *p = ctx;
	struct sdk_samples m;
	int64_t now = sdk_now();
	vec_each(struct deploy, d, &p->deploys)
		look_at(p, d);
	sdk_samples_begin(&m, sdk_wall());
	vec_each(struct signal, g, &p->signals) {
		if (g->due > now)
			continue;
		measure(g, &m);
		g->due = now + g->every;
	}
	sdk_samples_send(p->s, &m);
	sdk_timer_set(p->tick, now + 1000000);
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct plugin *p = sdk_state(s);
	watch_release(p); /* a new set replaces the old one */
	for (const struct json *v = json_first(json_get(params, "deploys")); v; v = json_next(v)) {
		char *path = path_of(p, json_get_str(json_get(v, "target"), "file", ""));
		if (!path)
			return sdk_error(SDK_BAD_PARAMS, "the target of %.80s has no `file`", json_get_str(v, "service", "?"));
		struct deploy *d = vec_push(&p->deploys);
		d->service = mem_str(json_get_str(v, "service", ""));
		d->path = path;
	}
	for (const struct json *v = json_first(json_get(params, "signals")); v; v = json_next(v)) {
		char *path = path_of(p, json_get_str(v, "query", ""));
		if (!path)
			return sdk_error(SDK_BAD_PARAMS, "the query of %.80s is no file name", json_get_str(v, "signal", "?"));
		struct signal *g = vec_push(&p->signals);
		g->service = mem_str(json_get_str(v, "service", ""));
		g->name = mem_str(json_get_str(v, "signal", ""));
		g->path = path;
		double every = json_get_num(v, "every", 15);
		g->every = (int64_t)((every >= 0.1 && every < 86400 ? every : 15) * 1e6);
	}
	sdk_timer_set(p->tick, sdk_now());
	return sdk_ok();
}

/* ---- acting ---- */

static struct sdk_answer on_preflight(struct sdk *s, const struct sdk_action *a)
{
	struct sdk_preflight f;
	char from[300];
	char *path = path_of(sdk_state(s), json_get_str(a->target, "file", ""));
	if (strcmp(a->verb, "rollback")) {
		free(path);
		return sdk_error(SDK_BAD_PARAMS, "the only verb here is rollback");
	}
	if (!path || !read_line(path, from, sizeof from) || !text_is_version(from)) {
		free(path);
		return sdk_error(SDK_NOT_FOUND, "the target's file is not there or holds no version");
	}
	if (!text_is_version(a->to)) {
		free(path);
		return sdk_error(SDK_BAD_PARAMS, "name the version to go to (--to): this plugin remembers none");
	}
	sdk_preflight_init(&f);
	f.from = from;
	f.to = a->to;
	f.expect = from;
	buf_addf(&f.effect, "writes %s into %s, which says %s now", a->to, path, from);
	buf_addf(&f.command, "echo %s > %s", a->to, path);
	sdk_check(&f, "the file can be written", access(path, W_OK) == 0, "%s", path);
	sdk_ran_here(&f, from);
	free(path);
	return sdk_preflight_end(&f);
}

static struct sdk_answer on_perform(struct sdk *s, const struct sdk_op *op)
{
	const struct sdk_action *a = &op->action;
	char now[300];
	char *path = path_of(sdk_state(s), json_get_str(a->target, "file", ""));
	if (!path || !read_line(path, now, sizeof now)) {
		free(path);
		return sdk_error(SDK_NOT_FOUND, "the target's file is not there");
	}
	if (!text_is_version(a->to) || strcmp(a->verb, "rollback")) {
		free(path);
		return sdk_error(SDK_BAD_PARAMS, "only a rollback to a version is done here");
	}
	if (!strcmp(now, a->to)) {
		free(path);
		return sdk_done(SDK_NONE, NULL, "it is %s already", a->to);
	}
	if (strcmp(now, a->from)) {
		free(path);
		return sdk_error(SDK_CONFLICT, "it is %s, not %s: look again", now, a->from);
	}
	sdk_progress(s, 0, "writing %s", a->to);
	bool ok = write_line(path, a->to);
	int error = errno;
	free(path);
	if (!ok)
		return sdk_error(SDK_UNAVAILABLE, "nothing was changed: %s", strerror(error));
	return sdk_done(SDK_FULL, NULL, "it was %s and is %s", a->from, a->to);
}

static struct sdk_answer on_reconcile(struct sdk *s, const struct sdk_op *op)
{
	char now[300];
	char *path = path_of(sdk_state(s), json_get_str(op->action.target, "file", ""));
	bool ok = path && read_line(path, now, sizeof now);
	free(path);
	if (!ok)
		return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "the target's file cannot be read");
	if (!strcmp(now, op->action.to))
		return sdk_fate(SDK_FATE_DONE, SDK_FULL, "it is %s", now);
	if (!strcmp(now, op->action.from))
		return sdk_fate(SDK_FATE_NOT_STARTED, SDK_NONE, "it is still %s", now);
	return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "it is %s: somebody else was there", now);
}

/* ---- begin and end ---- */

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	static const char *const verbs[] = {"rollback", NULL};
	struct plugin *p = mem_new(sizeof *p);
	p->s = s;
	p->dir = mem_str(json_get_str(start->config, "dir", "."));
	p->tick = sdk_timer_new(s, tick, p);
	sdk_set_state(s, p);
	return sdk_ready(s, &(struct sdk_provides){.deploys = true, .signals = true, .verbs = verbs});
}

static void on_end(struct sdk *s)
{
	struct plugin *p = sdk_state(s);
	if (!p)
		return;
	watch_release(p);
	free(p->dir);
	free(p);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "template", .version = "1", .initialize = on_initialize, .watch = on_watch, .preflight = on_preflight,
		.perform = on_perform, .reconcile = on_reconcile, .end = on_end,
	});
}
