/* What every plugin must do. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "host/checks.h"

enum { PING_MS = 5000, WATCH_MS = 10000, LEAVE_MS = 2000, LISTEN_MS = 1500 };
static const char empty_sets[] = "{\"deploys\":[],\"signals\":[]}";

/* An answer that must be a result object. */
static enum conform_verdict wants_object(struct exam *e, const char *method, const char *params, const char *extra, int64_t ms, const char *well)
{
	struct message m;

	if (!exam_ask(e, method, params, extra, ms, &m))
		return CONFORM_FAILED;
	enum conform_verdict v = json_type(m.result) == JSON_OBJECT ? exam_say(e, CONFORM_OK, "%s", well) :
		m.result ? exam_say(e, CONFORM_FAILED, "the result of %s is no object", method) :
		exam_say(e, CONFORM_FAILED, "%s was refused (%d): %.200s", method, m.error_code, m.error_message);
	message_release(&m);
	return v;
}

static enum conform_verdict another_protocol(struct exam *e)
{
	struct message m;
	struct buf b;

	buf_init(&b, JSON_LINE_MAX);
	exam_initialize_params(e, false, 4711, &b);
	bool answered = exam_ask(e, "initialize", buf_str(&b), NULL, WATCH_MS, &m);
	buf_release(&b);
	if (!answered)
		return CONFORM_FAILED;
	int64_t says = json_get_int(m.result, "protocol", 0);
	enum conform_verdict v = !m.result || says == 1 ? exam_say(e, CONFORM_OK, m.result ? "it offers protocol 1" : "it refuses") :
		exam_say(e, CONFORM_FAILED, "offered protocol 4711 it says %lld: refuse, or answer 1", (long long)says);
	message_release(&m);
	return v;
}

static enum conform_verdict unknown_method(struct exam *e)
{
	struct message m;

	if (!exam_ask(e, "x-no-such-method", "{}", NULL, PING_MS, &m))
		return CONFORM_FAILED;
	enum conform_verdict v = m.result ? exam_say(e, CONFORM_FAILED, "a method nobody knows was answered with a result") :
		m.error_code != -32601 ? exam_say(e, CONFORM_FAILED, "it was answered with %d, not -32601", m.error_code) :
		exam_say(e, CONFORM_OK, "-32601");
	message_release(&m);
	return v;
}

static enum conform_verdict unknown_members(struct exam *e)
{
	return wants_object(e, "ping", "{\"x-later\":{\"deep\":[1,2,{}]},\"x\":null}", ",\"x-trace\":\"a\"", PING_MS, "ignored");
}

static enum conform_verdict ping(struct exam *e)
{
	return wants_object(e, "ping", "{}", NULL, PING_MS, "answered");
}

static enum conform_verdict utf8(struct exam *e)
{
	return wants_object(e, "ping", "{\"x\":\"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\xa8 \\ud83d\\udea8 \\\"\\\\\"}", NULL, PING_MS, "read");
}

static enum conform_verdict long_line(struct exam *e)
{
	enum { LEN = 1000000 };
	char *params = mem_new(LEN + 1);

	memset(params, 'x', LEN);
	memcpy(params, "{\"x\":\"", 6);
	memcpy(params + LEN - 2, "\"}", 2);
	enum conform_verdict v = wants_object(e, "ping", params, NULL, PING_MS, "a line of 1,000,000 bytes was read");
	free(params);
	return v;
}

static bool watches(const struct exam *e)
{
	return e->manifest.deploys || e->manifest.signals;
}

static enum conform_verdict watch(struct exam *e)
{
	if (!watches(e))
		return exam_say(e, CONFORM_SKIPPED, "it provides neither deploys nor signals");
	return wants_object(e, "watch", e->spec->watch ? e->spec->watch : empty_sets, NULL, WATCH_MS, "answered");
}

static enum conform_verdict watch_again(struct exam *e)
{
	if (!watches(e))
		return exam_say(e, CONFORM_SKIPPED, "it provides neither deploys nor signals");
	if (wants_object(e, "watch", empty_sets, NULL, WATCH_MS, "") != CONFORM_OK)
		return CONFORM_FAILED;
	if (!e->spec->watch)
		return exam_say(e, CONFORM_OK, "taken again");
	/* The set is empty now; give what was under way a moment, then nothing may come. */
	probe_listen(&e->probe, 500);
	size_t before = e->probe.n_lines;
	probe_listen(&e->probe, LISTEN_MS);
	return e->probe.n_lines - before <= 2 ? exam_say(e, CONFORM_OK, "the empty set replaced the first") :
		exam_say(e, CONFORM_FAILED, "%zu messages came after the set was emptied", e->probe.n_lines - before);
}

static enum conform_verdict bad_params(struct exam *e)
{
	const char *method = watches(e) ? "watch" : "ping";
	struct message m;

	if (!exam_ask(e, method, "{\"deploys\":7,\"signals\":\"no\"}", NULL, WATCH_MS, &m))
		return CONFORM_FAILED;
	message_release(&m);
	return wants_object(e, "ping", "{}", NULL, PING_MS, "answered, and it goes on");
}

static enum conform_verdict pace(struct exam *e)
{
	if (watches(e) && wants_object(e, "watch", e->spec->watch ? e->spec->watch : empty_sets, NULL, WATCH_MS, "") != CONFORM_OK)
		return CONFORM_FAILED;
	size_t before = e->probe.n_lines;
	if (probe_listen(&e->probe, LISTEN_MS) == PROBE_DEAD)
		return exam_say(e, CONFORM_FAILED, "it ended while it should watch");
	size_t n = e->probe.n_lines - before;
	return n > LISTEN_MS ? exam_say(e, CONFORM_FAILED, "%zu lines in 1.5 s: over 1,000 a second it is ended", n) :
		exam_say(e, CONFORM_OK, "%zu lines in 1.5 s", n);
}

static enum conform_verdict exits(struct exam *e, const char *after)
{
	int code = 0;

	if (!probe_exits(&e->probe, LEAVE_MS, &code))
		return exam_say(e, CONFORM_FAILED, "it still lives 2 s after %s", after);
	return code ? exam_say(e, CONFORM_FAILED, "it left with %d", code) : exam_say(e, CONFORM_OK, "it left with 0");
}

static enum conform_verdict shutdown_asked(struct exam *e)
{
	if (wants_object(e, "shutdown", "{}", NULL, PING_MS, "") != CONFORM_OK)
		return CONFORM_FAILED;
	probe_close_in(&e->probe);
	return exits(e, "shutdown");
}

static enum conform_verdict end_of_input(struct exam *e)
{
	if (!exam_begin(e, false))
		return CONFORM_FAILED;
	probe_close_in(&e->probe);
	return exits(e, "the end of its input");
}

static enum conform_verdict terminated(struct exam *e)
{
	int code;

	if (!exam_begin(e, false))
		return CONFORM_FAILED;
	os_kill_all(e->probe.child.pid, e->probe.tmpdir, SIGTERM);
	return probe_exits(&e->probe, LEAVE_MS, &code) ? exam_say(e, CONFORM_OK, "it ended") :
		exam_say(e, CONFORM_FAILED, "it still lives 2 s after SIGTERM");
}

const struct check checks_all[] = {
	{ "ping", CHECK_WATCH, ping },
	{ "unknown-method", CHECK_WATCH, unknown_method },
	{ "unknown-members", CHECK_WATCH, unknown_members },
	{ "utf-8", CHECK_WATCH, utf8 },
	{ "long-line", CHECK_WATCH, long_line },
	{ "watch", CHECK_WATCH, watch },
	{ "watch-again", CHECK_WATCH, watch_again },
	{ "bad-params", CHECK_WATCH, bad_params },
	{ "history", CHECK_WATCH, check_history },
	{ "pace", CHECK_WATCH, pace },
	{ "shutdown", CHECK_WATCH, shutdown_asked },
	{ "end-of-input", CHECK_FRESH, end_of_input },
	{ "terminate", CHECK_FRESH, terminated },
	{ "another-protocol", CHECK_FRESH, another_protocol },
	{ NULL, CHECK_FRESH, NULL },
};
