/* A plugin: the protocol from the host's side, on top of a child. */
#include "config.h"

#include "host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/calls.h"
#include "host/child.h"
#include "host/message.h"

enum { /* contract 5 */
	VALUES_LIMIT = 20000, OTHERS_LIMIT = 1000,  /* in one second, five times in a row: ended */
	VALUES_REST = 100000, OTHERS_REST = 5000,   /* in one second: read on in the next */
	INITIALIZE_MS = 10000, CANCEL_MS = 5000, LEAVE_MS = 2000,
	SEND_MAX = 1 << 20,
};

struct host_plugin {
	struct host_events ev;   /* gone NULL: it never started, nobody knows of it */
	void *ctx;
	enum plugin_state state;
	bool faulted;            /* it broke the protocol or a bound; nothing of it counts any more */
	bool asked_to_leave;     /* shutdown was sent */
	bool performs;           /* it was performing when its end began */
	char why[200];
	char op[64];             /* of the perform that runs */
	struct calls calls;
	struct rate values, others;
	struct host_manifest manifest;
	uv_timer_t due;
	struct child child;
};

/* ---- answers ------------------------------------------------------------------------------ */

static void due_arm(struct host_plugin *p);

/* Tell whoever asked that nothing came.  All: of every open request, else of those whose time is over. */
static void calls_lose(struct host_plugin *p, bool all, const char *why)
{
	struct call c;
	struct fault f;

	while (calls_take_due(&p->calls, uv_now(p->due.loop), all, &c)) {
		if (all || p->state >= PLUGIN_ENDING)
			fault_set(&f, STATUS_OUTSIDE, p->child.left ? "plugin-left" : "plugin-lost", "no answer to %s: the plugin %s", c.method, why);
		else
			fault_set(&f, STATUS_OUTSIDE, "plugin-timeout", "no answer to %s in time", c.method);
		if (c.reply)
			c.reply(c.ctx, NULL, &f, 0);
	}
}

static void leave_now(struct host_plugin *p);

/* It broke the protocol or a bound: no courtesy but to what it is performing. */
static void plugin_fault(struct host_plugin *p, const char *why)
{
	if (p->state >= PLUGIN_GONE || p->faulted)
		return;
	p->faulted = true;
	if (!p->why[0])
		text_copy(p->why, sizeof p->why, why);
	child_discard(&p->child);
	bool performs = p->state < PLUGIN_ENDING && calls_waits_for(&p->calls, "perform");
	bool waits = p->state == PLUGIN_ENDING && p->performs;
	p->state = PLUGIN_ENDING;
	if (performs) {
		host_notify(p, "cancel", NULL, 0);
		child_ask(&p->child, CANCEL_MS, false);
	} else if (!waits) {
		child_term(&p->child);
	}
	calls_lose(p, true, why);
}

static void on_due(uv_timer_t *t)
{
	struct host_plugin *p = t->data;

	calls_lose(p, false, p->why[0] ? p->why : "is ending");
	if (calls_late(&p->calls) > CALLS_LATE_MAX)
		plugin_fault(p, "does not answer: over 256 requests wait");
	due_arm(p);
}

static void due_arm(struct host_plugin *p)
{
	uint64_t next = calls_next_due(&p->calls), now = uv_now(p->due.loop);

	if (uv_is_closing((uv_handle_t *)&p->due))
		return;
	if (next == UINT64_MAX)
		uv_timer_stop(&p->due);
	else
		uv_timer_start(&p->due, on_due, next > now ? next - now : 0, 0);
}

static void answered(struct host_plugin *p, const struct message *m)
{
	struct call c;
	struct fault f;
	char text[300];

	if (!calls_take(&p->calls, m->id, &c)) {
		plugin_fault(p, m->id <= p->calls.last_id ? "answered twice" : "answered what it was never asked");
		return;
	}
	due_arm(p);
	if (m->result) {
		if (c.reply)
			c.reply(c.ctx, m->result, NULL, 0);
	} else if (c.reply) {
		text_clean(text, sizeof text, m->error_message, strlen(m->error_message), 200);
		if (text[0] && m->error_code <= -32000 && m->error_code >= -32004) /* the protocol's own: the text says it */
			fault_set(&f, STATUS_OUTSIDE, "plugin-error", "%s", text);
		else
			fault_set(&f, STATUS_OUTSIDE, "plugin-error", "%s (%d)", text[0] ? text : "the plugin says only that it failed", m->error_code);
		c.reply(c.ctx, NULL, &f, m->error_code);
	}
	if (p->performs && !p->asked_to_leave && !calls_waits_for(&p->calls, "perform"))
		leave_now(p); /* what its end waited for is done */
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* False where it was too much for good. */
static bool counted(struct host_plugin *p, const struct message *m)
{
	bool samples = m && m->method && strcmp(m->method, "samples") == 0;
	size_t n = samples ? json_count(json_get(m->params, "values")) : 1;
	uint64_t now = uv_now(p->due.loop);

	switch (rate_add(samples ? &p->values : &p->others, now, n)) {
	case RATE_WELL:
		break;
	case RATE_PAUSE:
		child_pause(&p->child);
		break;
	case RATE_TOO_MUCH:
		plugin_fault(p, samples ? "floods: over 20,000 values a second for 5 s" : "floods: over 1,000 lines a second for 5 s");
		return false;
	}
	return true;
}

static void notified(struct host_plugin *p, const struct message *m)
{
	static const char *const known[] = { "deploy", "change", "samples", "progress", "log" };
	bool hears = p->state == PLUGIN_READY || (p->state == PLUGIN_ENDING && p->performs && !p->asked_to_leave) ||
		(p->state == PLUGIN_STARTING && strcmp(m->method, "log") == 0);

	for (size_t i = 0; hears && m->params && i < sizeof known / sizeof *known; i++)
		if (strcmp(m->method, known[i]) == 0 && p->ev.notified)
			p->ev.notified(p, p->ctx, m->method, m->params);
}

static void on_line(void *ctx, const char *line, size_t len)
{
	struct host_plugin *p = ctx;
	struct message m;
	struct fault f;

	if (len == 0 || (len == 1 && line[0] == '\r')) {
		counted(p, NULL);
		return;
	}
	if (message_read(line, len, &m, &f) != STATUS_OK) {
		plugin_fault(p, f.what);
		return;
	}
	if (counted(p, &m)) {
		if (m.method)
			notified(p, &m);
		else
			answered(p, &m);
	}
	message_release(&m);
}

/* ---- sending ------------------------------------------------------------------------------------ */

/* One message on one line: newlines in what we were given are only white space.  The buffer is sized
 * beforehand, so that growing leaves no copy of a secret behind. */
static bool message_send(struct host_plugin *p, int64_t id, const char *method, const char *params, size_t len, bool secret)
{
	static const char nothing[] = "{}";

	if (!params) {
		params = nothing;
		len = sizeof nothing - 1;
	}
	if (len > SEND_MAX - 256)
		return false;
	char *line = mem_new(len + 256);
	int n = id ? snprintf(line, 200, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\",\"params\":", (long long)id, method)
		   : snprintf(line, 200, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":", method);
	char *to = line + n;
	for (size_t i = 0; i < len; i++)
		*to++ = params[i] == '\n' || params[i] == '\r' ? ' ' : params[i];
	*to++ = '}';
	*to++ = '\n';
	child_send(&p->child, line, (size_t)(to - line), secret);
	if (secret)
		explicit_bzero(line, len + 256);
	free(line);
	return true;
}

static void request(struct host_plugin *p, const char *method, const char *params, size_t len, uint64_t ms, bool secret,
	host_reply_fn reply, void *ctx)
{
	bool dead = p->state >= PLUGIN_ENDING && !(p->state == PLUGIN_ENDING && strcmp(method, "shutdown") == 0);
	uv_update_time(p->due.loop); /* its time counts from now, not from when the loop last woke */
	int64_t id = calls_add(&p->calls, method, uv_now(p->due.loop) + (dead ? 0 : ms), reply, ctx);

	/* What cannot be sent is answered with a fault, as everything else: later, from the loop. */
	if (!dead && !message_send(p, id, method, params, len, secret))
		child_trouble(&p->child, "would have been sent a line over 1 MiB");
	due_arm(p);
}

void host_request(struct host_plugin *p, const char *method, const char *params, size_t len, int64_t timeout,
	host_reply_fn reply, void *ctx)
{
	struct json *root;

	if (strcmp(method, "perform") == 0 && json_parse(params, len, JSON_LINE_MAX, &root, NULL) == STATUS_OK) {
		text_copy(p->op, sizeof p->op, json_get_str(root, "op", ""));
		json_free(root);
	}
	request(p, method, params, len, (uint64_t)((timeout + 999) / 1000), false, reply, ctx);
}

void host_notify(struct host_plugin *p, const char *method, const char *params, size_t len)
{
	char op[96];

	if (!params && strcmp(method, "cancel") == 0) {
		struct buf b;
		struct jw w;
		buf_init(&b, sizeof op);
		jw_init(&w, &b);
		jw_obj(&w);
		jw_kstr(&w, "op", p->op);
		jw_obj_end(&w);
		text_copy(op, sizeof op, buf_str(&b));
		buf_release(&b);
		params = op;
		len = strlen(op);
	}
	if (p->state < PLUGIN_GONE)
		message_send(p, 0, method, params, len, false);
}

/* ---- end ----------------------------------------------------------------------------------------- */

static void leave_now(struct host_plugin *p)
{
	p->asked_to_leave = true;
	request(p, "shutdown", NULL, 0, LEAVE_MS, false, NULL, NULL);
	child_ask(&p->child, LEAVE_MS, true);
}

void host_plugin_end(struct host_plugin *p, bool performing)
{
	if (p->state >= PLUGIN_ENDING)
		return;
	p->performs = performing && calls_waits_for(&p->calls, "perform");
	p->state = PLUGIN_ENDING;
	if (p->performs) {
		host_notify(p, "cancel", NULL, 0);
		child_ask(&p->child, CANCEL_MS, false);
	} else {
		leave_now(p);
	}
}

void host_plugin_leave(struct host_plugin *p)
{
	if (p->state == PLUGIN_GONE)
		return;
	p->state = PLUGIN_ENDING;
	text_copy(p->why, sizeof p->why, "was left running");
	child_leave(&p->child);
}

static void on_trouble(void *ctx, const char *why)
{
	plugin_fault(ctx, why);
}

static void why_exited(struct host_plugin *p)
{
	char how[120];

	if (!p->why[0])
		text_copy(p->why, sizeof p->why, p->asked_to_leave && p->child.code == 0 ? "ended" : child_how(&p->child, how, sizeof how));
}

static void on_exited(void *ctx)
{
	struct host_plugin *p = ctx;

	p->state = PLUGIN_ENDING;
	why_exited(p);
	calls_lose(p, true, p->why);
}

static void on_closed(uv_handle_t *h)
{
	struct host_plugin *p = h->data;

	p->state = PLUGIN_GONE;
	if (p->ev.gone)
		p->ev.gone(p, p->ctx, p->why);
	else
		host_plugin_free(p);
}

static void on_gone(void *ctx)
{
	struct host_plugin *p = ctx;

	why_exited(p);
	p->state = PLUGIN_ENDING;
	calls_lose(p, true, p->why);
	if (p->child.survivors) {
		size_t n = strlen(p->why);
		snprintf(p->why + n, sizeof p->why - n, "; %d of its processes could not be ended", p->child.survivors);
	}
	uv_close((uv_handle_t *)&p->due, on_closed);
}

/* ---- beginning --------------------------------------------------------------------------------------- */

static void on_initialized(void *ctx, const struct json *result, const struct fault *fault, int error_code)
{
	struct host_plugin *p = ctx;
	struct fault f;
	char why[sizeof p->why];

	if (p->state != PLUGIN_STARTING)
		return;
	if (!result) {
		snprintf(why, sizeof why, "%s%.160s", error_code ? "refused initialize: " : "", error_code ? fault->what : "did not answer initialize in 10 s");
		plugin_fault(p, why);
	} else if (manifest_read(result, &p->manifest, &f) != STATUS_OK) {
		plugin_fault(p, f.what);
	} else {
		p->state = PLUGIN_READY;
		if (p->ev.ready)
			p->ev.ready(p, p->ctx);
	}
}

/* The secrets stand in the params: the buffer is sized beforehand and wiped, so that no copy stays. */
static void initialize(struct host_plugin *p, const struct host_spec *spec)
{
	const char *config = spec->config ? spec->config : "{}", *secrets = spec->secrets ? spec->secrets : "{}";
	struct buf b;
	struct jw w;

	buf_init(&b, SEND_MAX);
	size_t room = strlen(config) + strlen(secrets) + strlen(spec->backend) + strlen(spec->environment) + 512;
	char *blank = mem_new(room);
	memset(blank, ' ', room);
	buf_add(&b, blank, room);
	free(blank);
	buf_reset(&b);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kint(&w, "protocol", 1);
	jw_kstr(&w, "mode", spec->acting ? "act" : "watch");
	jw_kstr(&w, "backend", spec->backend);
	jw_kstr(&w, "environment", spec->environment);
	jw_key(&w, "config");
	jw_raw(&w, config, strlen(config));
	jw_key(&w, "secrets");
	jw_raw(&w, secrets, strlen(secrets));
	jw_obj_end(&w);
	if (b.failed)
		child_trouble(&p->child, "would have been sent a config over 1 MiB");
	else
		request(p, "initialize", buf_str(&b), b.len, INITIALIZE_MS, true, on_initialized, p);
	if (b.data)
		explicit_bzero(b.data, b.cap);
	buf_release(&b);
}

static const struct child_events child_calls = { on_line, on_trouble, on_exited, on_gone };

enum status host_plugin_new(uv_loop_t *loop, const struct host_spec *spec, const struct host_events *ev, void *ctx,
	struct host_plugin **out, struct fault *f)
{
	struct child_spec how = { .argv = spec->argv, .cwd = spec->cwd, .pass_env = spec->pass_env,
		.dies_with_parent = !spec->acting, .log_dir = spec->dir, .log_name = spec->backend };
	struct host_plugin *p = mem_new(sizeof *p);

	p->ctx = ctx;
	rate_init(&p->values, VALUES_LIMIT, VALUES_REST);
	rate_init(&p->others, OTHERS_LIMIT, OTHERS_REST);
	uv_timer_init(loop, &p->due);
	p->due.data = p;
	enum status s = child_start(&p->child, loop, &how, &child_calls, p, f);
	if (s != STATUS_OK) {
		fault_where(f, spec->backend, 0, 0);
		if (p->child.stage == CHILD_GONE)
			on_gone(p);
		return s;
	}
	p->ev = *ev;
	initialize(p, spec);
	*out = p;
	return STATUS_OK;
}

void host_plugin_free(struct host_plugin *p)
{
	if (!p)
		return;
	manifest_release(&p->manifest);
	calls_release(&p->calls);
	child_release(&p->child);
	free(p);
}

/* ---- what is known of it --------------------------------------------------------------------------------- */

enum plugin_state host_plugin_state(const struct host_plugin *p)
{
	return p->state;
}

const struct host_manifest *host_plugin_manifest(const struct host_plugin *p)
{
	return &p->manifest;
}

pid_t host_plugin_pid(const struct host_plugin *p)
{
	return p->child.os.pid;
}

uint64_t host_plugin_start(const struct host_plugin *p)
{
	return p->child.os.start;
}

const char *host_plugin_tmpdir(const struct host_plugin *p)
{
	return p->child.tmpdir;
}

const char *host_plugin_last_words(const struct host_plugin *p)
{
	return p->child.log.last;
}
