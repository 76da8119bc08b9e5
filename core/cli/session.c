/* A command's talk with the engine. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/json_safe.h"
#include "cli/session.h"
#include "kit/kit_read.h"

/* ---- which kit, which store ------------------------------------------------------------ */

/* Was the kit found only because it is the user's default one? */
static bool is_default_kit(const char *dir)
{
	char path[4096], real[4096];
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (xdg && xdg[0] == '/')
		snprintf(path, sizeof path, "%s/backout/kit", xdg);
	else
		snprintf(path, sizeof path, "%s/.config/backout/kit", home ? home : "");
	return realpath(path, real) && !strcmp(real, dir);
}

static enum status paths_of_kit(const struct cli *c, const char *dir, struct client_paths *out, struct fault *f)
{
	struct kit_files files = {0};
	struct problems problems = {0};
	struct kit *k = NULL;
	const char *store = getenv("BACKOUT_STORE");
	char running[4096];
	if (!c->store && !(store && store[0]) && (client_paths_beside(dir, out, f) == STATUS_OK ||
	    client_paths_running(dir, out, running, sizeof running, f) == STATUS_OK))
		return STATUS_OK; /* its lock says where: a kit of a thousand files need not be read for its name */
	enum status s = kit_read(dir, &files, &problems, f);
	if (s == STATUS_OK && kit_parse(files.v, files.n, &k, &problems) == STATUS_OK && k) {
		s = client_paths_of(c->store, k->name, k->engine_socket, out, f);
	} else if (client_paths_last(dir, out, f) == STATUS_OK) {
		s = STATUS_OK; /* its engine goes on with the kit as it was, and comes back with it while an incident is open */
	} else {
		s = fault_set(f, STATUS_USAGE, "bad-kit", "the kit in %s has errors", dir);
		fault_mend(f, "`backout check %s` names them", dir);
	}
	kit_free(k);
	problems_release(&problems);
	kit_files_release(&files);
	return s;
}

enum status session_place(const struct cli *c, const char *kit_word, struct client_paths *out, char *kit_dir, size_t cap, struct fault *f)
{
	const char *word = kit_word ? kit_word : c->kit, *env = getenv("BACKOUT_KIT"), *store = getenv("BACKOUT_STORE");
	bool named = word || (env && env[0]), stored = c->store || (store && store[0]);
	char dir[4096];
	struct fault none;
	enum status s = kit_find(word, dir, sizeof dir, f);
	if (!named && !stored && (s || is_default_kit(dir)) && !client_paths_running(NULL, out, kit_dir, cap, &none))
		return STATUS_OK;
	if (s && (named || !stored))
		return s;
	kit_dir[0] = '\0';
	if (s)
		return client_paths_of(c->store, NULL, NULL, out, f);
	text_copy(kit_dir, cap, dir);
	return paths_of_kit(c, dir, out, f);
}

/* ---- the connection ------------------------------------------------------------------------ */

static void on_snapshot(struct client *c, void *ctx)
{
	(void)c;
	((struct session *)ctx)->changed = true;
}

static void on_event(struct client *c, void *ctx, const struct event *e)
{
	(void)c;
	(void)e;
	((struct session *)ctx)->changed = true;
}

static void on_tell(struct client *c, void *ctx, const struct json *what)
{
	struct session *s = ctx;
	char text[400];
	(void)c;
	if (!strcmp(json_get_str(what, "what", ""), "panel-closed"))
		text_copy(s->closed, sizeof s->closed, json_get_str(what, "why", "the engine closed it"));
	if (!strcmp(json_get_str(what, "what", ""), "problem") && json_get_str(what, "text", "")[0])
		fprintf(stderr, "backout: %s\n", text_safe(text, sizeof text, json_get_str(what, "text", "")));
	s->changed = true;
}

static const struct client_events session_events = {.snapshot = on_snapshot, .event = on_event, .tell = on_tell};

/* Until the model is there; an engine may have to start first. */
static enum status wait_model(struct session *s, struct fault *f)
{
	for (int i = 0; i < 80 && !client_model(s->client); i++) {
		s->changed = false;
		client_wait(s->client, &s->changed, US_SECOND / 10);
		if (!s->kit_dir[0] && i > 10 && !client_is_up(s->client))
			break;
	}
	if (client_model(s->client))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "no-engine", s->kit_dir[0] ? "no engine answers, and none could be started" : "no engine runs");
	fault_mend(f, s->kit_dir[0] ? "%s says why" : "name its kit, or start one: `backout engine`%s", s->kit_dir[0] ? s->paths.log : "");
	return STATUS_OUTSIDE;
}

enum status session_open(struct session *s, const struct cli *c, bool follow, struct fault *f)
{
	memset(s, 0, sizeof *s);
	enum status st = session_place(c, NULL, &s->paths, s->kit_dir, sizeof s->kit_dir, f);
	if (st)
		return st;
	if (uv_loop_init(&s->loop))
		return fault_set(f, STATUS_OUTSIDE, "loop", "no event loop can be had");
	s->open = true;
	struct client_spec spec = {.paths = &s->paths, .kit_dir = s->kit_dir[0] ? s->kit_dir : NULL, .role = "command", .follow = follow};
	st = client_new(&s->loop, &spec, &session_events, s, &s->client, f);
	return st || !follow ? st : wait_model(s, f);
}

void session_close(struct session *s)
{
	if (!s->open)
		return;
	client_free(s->client);
	while (uv_loop_close(&s->loop) == UV_EBUSY)
		uv_run(&s->loop, UV_RUN_ONCE);
	s->open = false;
}

struct answer {
	bool done;
	enum status status;
	struct buf result;
	struct fault *fault;
};

static void replied(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct answer *a = ctx;
	struct jw w;
	a->done = true;
	a->status = s;
	if (fault)
		*a->fault = *fault;
	jw_init(&w, &a->result);
	if (result)
		jw_tree(&w, result);
}

enum status session_ask(struct session *s, const char *verb, const char *params, struct json **out_result, struct fault *f)
{
	struct answer a = {.fault = f};
	buf_init(&a.result, (size_t)64 << 20);
	client_ask(s->client, verb, "command", params, NULL, replied, &a);
	if (!client_wait(s->client, &a.done, 40 * US_SECOND)) {
		a.status = fault_set(f, STATUS_UNKNOWN, "no-answer", "the engine did not answer for 40 s");
		fault_mend(f, "look at `backout status` before doing it again");
	}
	if (!a.status && out_result && json_parse(buf_str(&a.result), a.result.len, (size_t)64 << 20, out_result, f))
		a.status = STATUS_OUTSIDE;
	buf_release(&a.result);
	return a.status;
}

/* ---- the short form --------------------------------------------------------------------------- */

void asking_begin(struct asking *a, struct cli *c)
{
	a->c = c;
	buf_init(&a->params, 60000);
	jw_init(&a->w, &a->params);
	jw_obj(&a->w);
	if (c->incident)
		jw_kstr(&a->w, "incident", c->incident);
}

static void print(const struct cli *c, const struct json *result, const char *member)
{
	struct buf b;
	struct jw w;
	const char *text = member ? json_get_str(result, member, NULL) : NULL;
	buf_init(&b, (size_t)64 << 20);
	jw_init(&w, &b);
	if (c->json)
		jw_tree(&w, result);
	else if (text)
		buf_adds(&b, text);
	if (b.len)
		buf_addc(&b, '\n');
	if (c->json)
		json_out(&b);
	else
		cli_out(&b);
	buf_release(&b);
}

enum status asking_end(struct asking *a, const char *verb, const char *member)
{
	struct session s;
	struct fault f;
	struct json *result = NULL;
	jw_obj_end(&a->w);
	enum status st = a->params.failed ? fault_set(&f, STATUS_USAGE, "too-long", "that is too long to be recorded") :
		session_open(&s, a->c, false, &f);
	if (a->params.failed)
		s.open = false;
	if (!st)
		st = session_ask(&s, verb, buf_str(&a->params), &result, &f);
	if (st)
		cli_fail(a->c, st, &f);
	else
		print(a->c, result, member);
	session_close(&s);
	json_free(result);
	buf_release(&a->params);
	return st;
}

enum status need_option(const struct cli *c, const char *name, const char *value)
{
	struct fault f;
	if (value && value[0])
		return STATUS_OK;
	fault_set(&f, STATUS_USAGE, "bad-option", "%s needs %s", c->argv[0], name);
	fault_mend(&f, "`backout %s --help` shows how it is called", c->argv[0]);
	return cli_fail(c, STATUS_USAGE, &f);
}
