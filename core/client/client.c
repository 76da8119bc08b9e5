/* A client's life and what it knows; and the short one of a command. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"
#include "client/wire.h"

/* A socket that the kit puts elsewhere belongs to the user of that directory: nobody else starts an engine behind it. */
static bool is_ours(const struct client_paths *p)
{
	char dir[sizeof p->socket];
	struct stat st;
	char *slash;
	text_copy(dir, sizeof dir, p->socket);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return true;
	*slash = '\0';
	return !strcmp(dir, p->dir) || stat(dir, &st) || st.st_uid == geteuid();
}

enum status client_new(uv_loop_t *loop, const struct client_spec *spec, const struct client_events *ev, void *ctx,
	struct client **out, struct fault *f)
{
	bool runs;
	static const struct wire_user user = {.line = fold_line, .lost = asks_expire};
	*out = NULL;
	enum status s = client_engine_runs(spec->paths, &runs, f);
	if (s)
		return s;
	struct client *c = mem_new(sizeof *c);
	c->loop = loop;
	c->paths = *spec->paths;
	c->kit_dir = is_ours(&c->paths) ? mem_str(spec->kit_dir) : NULL;
	text_copy(c->role, sizeof c->role, spec->role);
	c->follow = spec->follow;
	if (ev)
		c->ev = *ev;
	c->ctx = ctx;
	buf_init(&c->in, LINE_MAX_IN);
	c->retry = mem_new(sizeof *c->retry);
	uv_timer_init(loop, c->retry);
	c->retry->data = c;
	c->user = &user;
	wire_connect(c);
	*out = c;
	return STATUS_OK;
}

static void freed(uv_handle_t *h)
{
	free(h);
}

/* Replies that still wait are not called any more. */
void client_free(struct client *c)
{
	if (!c)
		return;
	c->freed = true;
	if (c->seen_seq && c->seen_seq != c->kept_seq && c->seen_chain[0])
		heads_write(c->store, c->seen_seq, c->seen_chain);
	if (c->pipe) {
		c->pipe->data = NULL;
		uv_close((uv_handle_t *)c->pipe, freed);
	}
	uv_timer_stop(c->retry);
	uv_close((uv_handle_t *)c->retry, freed);
	asks_release(c);
	buf_release(&c->in);
	json_free(c->hello_line);
	model_free(c->model);
	free(c->kit_dir);
	free(c);
}

const struct model *client_model(const struct client *c)
{
	return c->model;
}

const char *client_person(const struct client *c)
{
	return json_get_str(c->hello, "person", NULL);
}

int64_t client_beat_age(const struct client *c, const struct now *now)
{
	return c->beat ? now->mono - c->beat : -1;
}

bool client_is_up(const struct client *c)
{
	return c->up;
}

/* ---- waiting ----------------------------------------------------------------------------- */

static void rang(uv_timer_t *t)
{
	*(bool *)t->data = true;
}

bool client_wait(struct client *c, const bool *done, int64_t us)
{
	bool over = false;
	uv_timer_t *t = mem_new(sizeof *t);
	uv_timer_init(c->loop, t);
	t->data = &over;
	uv_timer_start(t, rang, us > 0 ? (uint64_t)us / 1000 : 0, 0);
	while (!*done && !over)
		uv_run(c->loop, UV_RUN_ONCE);
	uv_timer_stop(t);
	uv_close((uv_handle_t *)t, freed);
	return *done;
}

struct call {
	bool done;
	enum status status;
	struct buf *result;
	struct fault *fault;
};

static void replied(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct call *call = ctx;
	struct jw w;
	call->done = true;
	call->status = s;
	if (fault)
		*call->fault = *fault;
	if (result) {
		jw_init(&w, call->result);
		jw_tree(&w, result);
	}
}

enum status client_call(const struct client_spec *spec, const char *verb, const char *params, char **out_result, struct fault *f)
{
	uv_loop_t loop;
	struct client *c = NULL;
	struct buf b;
	struct call call = {.result = &b, .fault = f};
	*out_result = NULL;
	if (uv_loop_init(&loop))
		return fault_set(f, STATUS_OUTSIDE, "loop", "no event loop can be had");
	buf_init(&b, LINE_MAX_IN);
	call.status = client_new(&loop, spec, NULL, NULL, &c, f);
	if (!call.status) {
		client_ask(c, verb, "command", params, NULL, replied, &call);
		if (!client_wait(c, &call.done, 30 * US_SECOND))
			call.status = fault_set(f, STATUS_UNKNOWN, "no-answer", "the engine did not answer for 30 s");
		client_free(c);
	}
	if (!call.status)
		*out_result = buf_take(&b);
	buf_release(&b);
	while (uv_loop_close(&loop) == UV_EBUSY)
		uv_run(&loop, UV_RUN_ONCE);
	return call.status;
}
