/* The conversation: which line goes to which handler, what is checked before,
 * and when the process ends. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "sdk/inside.h"

/* ---- what is sent, checked ---- */

static bool action_read(const struct json *v, struct sdk_action *out)
{
	*out = (struct sdk_action){
		.name = json_get_str(v, "name", ""), .service = json_get_str(v, "service", ""), .cls = json_get_str(v, "class", ""),
		.verb = json_get_str(v, "verb", ""), .environment = json_get_str(v, "environment", ""),
		.from = json_get_str(v, "from", ""), .to = json_get_str(v, "to", ""), .expect = json_get_str(v, "expect", ""),
		.by = json_get_str(v, "by", ""), .incident = json_get_str(v, "incident", ""), .reason = json_get_str(v, "reason", ""),
		.level = (int)json_get_int(v, "level", 0), .target = json_get(v, "target"),
	};
	return json_type(v) == JSON_OBJECT && *out->verb && json_type(out->target) == JSON_OBJECT;
}

static struct sdk_answer do_initialize(struct sdk *s, const struct json *params)
{
	if (s->ready)
		return sdk_error(SDK_BAD_REQUEST, "initialize was answered before");
	if (json_get_int(params, "protocol", 0) != 1)
		return sdk_error(SDK_BAD_PARAMS, "this plugin speaks protocol 1 only");
	s->secrets = json_get(params, "secrets");
	if (json_count(s->secrets))
		os_no_dump();
	struct sdk_start start = {
		.acting = !strcmp(json_get_str(params, "mode", "watch"), "act"),
		.backend = json_get_str(params, "backend", ""),
		.environment = json_get_str(params, "environment", ""),
		.config = json_get(params, "config"),
	};
	s->acting = start.acting;
	struct sdk_answer a = s->plugin->initialize(s, &start);
	if (!s->ready)
		s->secrets = NULL; /* they go with the line that was refused */
	return a;
}

static struct sdk_answer do_preflight(struct sdk *s, const struct json *params)
{
	struct sdk_action a;
	if (!s->plugin->preflight)
		return sdk_error(SDK_NO_METHOD, "%s has no preflight", s->plugin->name);
	if (!action_read(json_get(params, "action"), &a))
		return sdk_error(SDK_BAD_PARAMS, "preflight needs an action with a verb and a target");
	return s->plugin->preflight(s, &a);
}

static struct sdk_answer op_read(const struct json *params, struct sdk_op *out, bool *out_ok)
{
	*out = (struct sdk_op){.op = json_get_str(params, "op", ""), .key = json_get_str(params, "key", "")};
	*out_ok = false;
	if (!sdk_is_op(out->op))
		return sdk_error(SDK_BAD_PARAMS, "op is 32 hexadecimal digits");
	if (!action_read(json_get(params, "action"), &out->action))
		return sdk_error(SDK_BAD_PARAMS, "an action with a verb and a target is needed");
	*out_ok = true;
	return (struct sdk_answer){NULL};
}

static struct sdk_answer do_perform(struct sdk *s, const struct json *params)
{
	struct sdk_op op;
	bool ok;
	if (!s->plugin->perform)
		return sdk_error(SDK_NO_METHOD, "%s performs nothing", s->plugin->name);
	struct sdk_answer bad = op_read(params, &op, &ok);
	if (!ok)
		return bad;
	op.seconds = json_get_num(params, "deadline", 0);
	if (!(op.seconds > 0 && op.seconds < 1e7))
		return sdk_error(SDK_BAD_PARAMS, "deadline is seconds above 0");
	op.deadline = sdk_now() + (int64_t)(op.seconds * 1e6);
	memcpy(s->op, op.op, sizeof "0123456789abcdef0123456789abcdef");
	struct sdk_answer a = sdk_cancelled(s) ? sdk_failed(SDK_NONE, NULL, "cancelled before anything was done")
	                                       : s->plugin->perform(s, &op);
	s->op[0] = '\0';
	return a;
}

static struct sdk_answer do_reconcile(struct sdk *s, const struct json *params)
{
	struct sdk_op op;
	bool ok;
	if (!s->plugin->reconcile)
		return sdk_error(SDK_NO_METHOD, "%s cannot reconcile", s->plugin->name);
	struct sdk_answer bad = op_read(params, &op, &ok);
	return ok ? s->plugin->reconcile(s, &op) : bad;
}

static struct sdk_answer do_watch(struct sdk *s, const struct json *params)
{
	if (!s->plugin->watch)
		return sdk_error(SDK_NO_METHOD, "%s watches nothing", s->plugin->name);
	return s->plugin->watch(s, params);
}

static struct sdk_answer do_history(struct sdk *s, const struct json *params)
{
	if (!s->plugin->history)
		return sdk_error(SDK_NO_METHOD, "%s keeps no history", s->plugin->name);
	return s->plugin->history(s, params);
}

static struct sdk_answer do_notify(struct sdk *s, const struct json *params)
{
	if (!s->plugin->notify)
		return sdk_error(SDK_NO_METHOD, "%s sends no messages", s->plugin->name);
	return s->plugin->notify(s, params);
}

static struct sdk_answer do_ping(struct sdk *s, const struct json *params)
{
	(void)s, (void)params;
	return sdk_ok();
}

static struct sdk_answer do_shutdown(struct sdk *s, const struct json *params)
{
	(void)params;
	s->ending = true;
	return sdk_ok();
}

static const struct method {
	const char *name;
	struct sdk_answer (*run)(struct sdk *s, const struct json *params);
	bool always; /* also before initialize */
} methods[] = {
	{"initialize", do_initialize, true}, {"watch", do_watch, false},         {"history", do_history, false},
	{"preflight", do_preflight, false},  {"perform", do_perform, false},     {"reconcile", do_reconcile, false},
	{"notify", do_notify, false},        {"ping", do_ping, true},            {"shutdown", do_shutdown, true},
};

static struct sdk_answer dispatch(struct sdk *s, const char *method, const struct json *params)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(methods[i].name, method))
			continue;
		if (!s->ready && !methods[i].always)
			return sdk_error(SDK_BAD_REQUEST, "initialize comes first");
		return methods[i].run(s, params);
	}
	return sdk_error(SDK_NO_METHOD, "no method of that name");
}

/* True where the tree was kept. */
static bool handle(struct sdk *s, const struct json *root)
{
	const struct json *id = json_get(root, "id");
	const char *method = json_str(json_get(root, "method"), NULL);
	if (!method) {
		/* An answer to something never asked is not worth a reply that could loop. */
		if (!json_get(root, "result") && !json_get(root, "error"))
			sdk_reply(s, id, sdk_error(SDK_BAD_REQUEST, "a message needs a method"));
		return false;
	}
	if (!id)
		return false; /* a notification that we do not know */
	bool was_ready = s->ready;
	sdk_reply(s, id, dispatch(s, method, json_get(root, "params")));
	return !was_ready && s->ready;
}

static void converse(struct sdk *s)
{
	while (!s->ending) {
		struct json *root = sdk_take_request(s);
		if (root) {
			if (handle(s, root))
				s->init = root;
			else
				json_free(root);
		} else if (s->eof) {
			return;
		} else {
			sdk_turn(s, INT64_MAX);
		}
	}
}

int sdk_main(const struct sdk_plugin *p)
{
	struct sdk s = {.plugin = p};
	signal(SIGPIPE, SIG_IGN);
	sdk_in_init(&s);
	sdk_out_init(&s);
	converse(&s);
	sdk_flush(&s, sdk_now() + 2000000);
	if (p->end)
		p->end(&s);
	sdk_children_release(&s);
	json_free(s.init);
	sdk_in_release(&s);
	buf_release(&s.out);
	sdk_loop_release(&s);
	return 0;
}
