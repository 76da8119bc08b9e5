/* Driving one plugin by hand. */
#include "config.h"

#include "host/probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "host/room.h"

static int64_t now_ms(void)
{
	struct now n;

	os_now(&n);
	return n.mono / 1000;
}

static void sinned(struct probe *p, enum probe_sin which, const char *what, const char *line, size_t len)
{
	char *to = p->sins->first[which], shown[100];

	if (to[0])
		return;
	text_clean(shown, sizeof shown, line, len < 400 ? len : 400, 60);
	snprintf(to, sizeof p->sins->first[which], "%.90s%s%s", what, len ? ": " : "", shown);
}

enum status probe_start(struct probe *p, const char *const *argv, const char *cwd, struct probe_sins *sins, struct fault *f)
{
	memset(p, 0, sizeof *p);
	p->sins = sins;
	p->tmpdir = room_tmpdir(NULL);
	if (!p->tmpdir)
		return fault_set(f, STATUS_OUTSIDE, "tmpdir", "no private directory can be made");
	char **env = room_env(p->tmpdir, NULL);
	struct os_spawn how = { .argv = argv, .env = (const char *const *)(uintptr_t)env, .cwd = cwd, .dies_with_parent = true };
	enum status s = os_spawn(&how, &p->child, f);
	room_env_free(env);
	if (s != STATUS_OK) {
		room_remove(p->tmpdir);
		free(p->tmpdir);
		return s;
	}
	signal(SIGPIPE, SIG_IGN);
	lines_init(&p->lines);
	buf_init(&p->to_send, 2 * JSON_LINE_MAX);
	return STATUS_OK;
}

/* ---- listening ------------------------------------------------------------------------------ */

static bool value_well(const struct json *v)
{
	enum json_type t = json_type(json_get(v, "value"));

	return json_get_str(v, "service", NULL) && json_get_str(v, "signal", NULL) && (t == JSON_NUMBER || t == JSON_NULL);
}

/* Why a notification is not well formed, or NULL. */
static const char *notification_ill(const struct message *m)
{
	const struct json *values = json_get(m->params, "values");

	if (json_type(m->params) != JSON_OBJECT)
		return "it has no params";
	if (strcmp(m->method, "samples") == 0) {
		if (json_type(values) != JSON_ARRAY || !json_get_time(m->params, "at"))
			return "samples without at and values";
		for (const struct json *v = json_first(values); v; v = json_next(v))
			if (!value_well(v))
				return "a value without service, signal and value";
		return NULL;
	}
	if (strcmp(m->method, "deploy") == 0)
		return json_get_str(m->params, "service", NULL) && json_get_str(m->params, "version", NULL) ? NULL : "deploy without service and version";
	if (strcmp(m->method, "change") == 0)
		return json_get_str(m->params, "what", NULL) && json_get_str(m->params, "name", NULL) ? NULL : "change without what and name";
	if (strcmp(m->method, "progress") == 0)
		return json_get_str(m->params, "op", NULL) ? NULL : "progress without op";
	if (strcmp(m->method, "log") == 0)
		return json_get_str(m->params, "text", NULL) ? NULL : "log without text";
	return "its method is not known";
}

/* Judge one line; true where it is the answer to `want`. */
static bool heard(struct probe *p, const char *line, size_t len, int64_t want, struct message *out)
{
	struct fault f;

	p->n_lines++;
	if (p->shut)
		sinned(p, SIN_AFTER, "it said", line, len);
	if (message_read(line, len, out, &f) != STATUS_OK) {
		sinned(p, SIN_STDOUT, f.what, line, len);
		return false;
	}
	if (strcmp(json_get_str(out->root, "jsonrpc", ""), "2.0") != 0)
		sinned(p, SIN_JSONRPC, "a message does not say so", line, len);
	if (out->method && notification_ill(out))
		sinned(p, SIN_NOTIFY, notification_ill(out), line, len);
	else if (!out->method && out->id == want)
		return true;
	else if (!out->method)
		sinned(p, SIN_TWICE, "nobody waited for that answer", line, len);
	message_release(out);
	return false;
}

static bool next_lines(struct probe *p, int64_t want, struct message *out)
{
	const char *line;
	size_t len;

	for (;;) {
		switch (lines_next(&p->lines, &line, &len)) {
		case LINES_NONE:
			return false;
		case LINES_LONG:
			sinned(p, SIN_STDOUT, "a line over 1 MiB", "", 0);
			p->eof = true; /* the host would have ended it here */
			return false;
		case LINES_SOME:
			if (heard(p, line, len, want, out))
				return true;
			break;
		}
	}
}

static void read_err(struct probe *p)
{
	char piece[4096];
	ssize_t n = read(p->child.err, piece, sizeof piece);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		p->err_eof = true;
	if (n <= 1)
		return;
	size_t end = (size_t)n - (piece[n - 1] == '\n'), start = end;
	while (start && piece[start - 1] != '\n')
		start--;
	text_clean(p->last_words, sizeof p->last_words, piece + start, end - start, 120);
}

static void write_some(struct probe *p)
{
	ssize_t n = write(p->child.in, p->to_send.data, p->to_send.len);

	if (n > 0)
		buf_cut(&p->to_send, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		probe_close_in(p);
}

static void read_out(struct probe *p)
{
	ssize_t n = read(p->child.out, lines_room(&p->lines), LINES_PIECE);

	if (n > 0)
		lines_filled(&p->lines, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		p->eof = true;
}

/* Write what waits and listen, until the answer to `want` or the end of its time or output. */
static enum probe_heard pump(struct probe *p, int64_t want, int64_t ms, struct message *out)
{
	int64_t until = now_ms() + ms, left;

	while (!next_lines(p, want, out)) {
		if (p->eof)
			return PROBE_DEAD;
		if ((left = until - now_ms()) <= 0)
			return PROBE_LATE;
		struct pollfd fds[] = { { p->child.out, POLLIN, 0 }, { p->err_eof ? -1 : p->child.err, POLLIN, 0 },
			{ p->to_send.len ? p->child.in : -1, POLLOUT, 0 } };
		if (poll(fds, 3, (int)left) < 0)
			continue;
		if (fds[1].revents)
			read_err(p);
		if (fds[2].revents)
			write_some(p);
		if (fds[0].revents)
			read_out(p);
	}
	return PROBE_ANSWER;
}

enum probe_heard probe_ask(struct probe *p, const char *method, const char *params, const char *extra, int64_t ms, struct message *out)
{
	/* The first id is beyond 32 bits: an id is echoed as it came. */
	int64_t id = p->last_id = p->last_id ? p->last_id + 1 : INT64_C(8589934593);

	buf_addf(&p->to_send, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\"%s,\"params\":", (long long)id, method, extra ? extra : "");
	buf_adds(&p->to_send, params);
	buf_adds(&p->to_send, "}\n");
	enum probe_heard h = pump(p, id, ms, out);
	if (h == PROBE_ANSWER && strcmp(method, "shutdown") == 0)
		p->shut = true;
	return h;
}

enum probe_heard probe_listen(struct probe *p, int64_t ms)
{
	struct message m;

	return pump(p, -1, ms, &m);
}

void probe_close_in(struct probe *p)
{
	if (p->child.in >= 0)
		close(p->child.in);
	p->child.in = -1;
	buf_reset(&p->to_send);
}

/* ---- its end --------------------------------------------------------------------------------- */

bool probe_exits(struct probe *p, int64_t ms, int *out_code)
{
	int64_t until = now_ms() + ms;

	while (!os_exited(p->child.pid, false, out_code)) {
		int64_t left = until - now_ms();
		if (left <= 0)
			return false;
		/* A pipe that closes is no exit, and one that is held by others no sign of life. */
		struct timespec bit = { 0, 5000000 };
		if (p->eof)
			nanosleep(&bit, NULL);
		else
			probe_listen(p, left < 20 ? left : 20);
	}
	if (!p->eof)
		probe_listen(p, 50);
	return true;
}

void probe_end(struct probe *p)
{
	int code;
	const struct timespec bit = { 0, 5000000 };
	bool exited = os_exited(p->child.pid, false, &code);

	if (exited && os_kill_all(p->child.pid, p->tmpdir, 0) > 0) {
		nanosleep(&(struct timespec){ 0, 200000000 }, NULL); /* a helper may take a moment to see it */
		if (os_kill_all(p->child.pid, p->tmpdir, 0) > 0)
			sinned(p, SIN_LEFT, "processes lived on after it had exited", "", 0);
	}
	for (int i = 0; i < 200 && os_kill_all(p->child.pid, p->tmpdir, SIGKILL) > 0; i++)
		nanosleep(&bit, NULL);
	for (int i = 0; i < 200 && !os_exited(p->child.pid, true, &code); i++)
		nanosleep(&bit, NULL);
	os_reap_orphans();
	probe_close_in(p);
	close(p->child.out);
	close(p->child.err);
	room_remove(p->tmpdir);
	free(p->tmpdir);
	lines_release(&p->lines);
	buf_release(&p->to_send);
}
