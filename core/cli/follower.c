/* A running engine through its socket: its model, or the answer to one question. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/reading.h"

#define ANSWER_US (5 * US_SECOND)

struct follower {
	uv_loop_t loop;
	struct client *c;
	bool done;
	enum status status;  /* of the answer */
	struct buf answer;
};

static void snapshot(struct client *c, void *ctx)
{
	struct follower *from = ctx;
	(void)c;
	from->done = true;
}

static void replied(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct follower *from = ctx;
	struct jw w;
	(void)fault;
	from->done = true;
	from->status = s;
	jw_init(&w, &from->answer);
	jw_tree(&w, result);
}

/* verb NULL: for the model. */
static enum status open_line(const struct client_paths *paths, const char *role, const char *verb, struct follower **out, struct fault *f)
{
	static const struct client_events events = {.snapshot = snapshot};
	struct client_spec spec = {.paths = paths, .role = role, .follow = !verb};
	struct follower *from = mem_new(sizeof *from);
	uv_loop_init(&from->loop);
	buf_init(&from->answer, (size_t)16 << 20);
	enum status s = client_new(&from->loop, &spec, &events, from, &from->c, f);
	if (s == STATUS_OK && verb)
		client_ask(from->c, verb, "command", "{}", NULL, replied, from);
	if (s == STATUS_OK && (!client_wait(from->c, &from->done, ANSWER_US) || from->status)) {
		s = fault_set(f, STATUS_OUTSIDE, "no-engine", "the store %s is not ours to open, and no engine of its user answers", paths->store);
		fault_mend(f, "ask them to start it, and to give `engine: {socket: PATH, group: NAME}` in the kit");
	}
	*out = from;
	if (s == STATUS_OK)
		return s;
	follower_close(from);
	*out = NULL;
	return s;
}

enum status follower_open(const struct client_paths *paths, const char *role, struct follower **out, struct fault *f)
{
	return open_line(paths, role, NULL, out, f);
}

enum status follower_ask(const struct client_paths *paths, const char *role, const char *verb, struct json **out, struct fault *f)
{
	struct follower *from;
	*out = NULL;
	enum status s = open_line(paths, role, verb, &from, f);
	if (!s)
		s = json_parse(buf_str(&from->answer), from->answer.len, (size_t)16 << 20, out, f);
	follower_close(from);
	return s;
}

const struct model *follower_model(const struct follower *from)
{
	return client_model(from->c);
}

void follower_close(struct follower *from)
{
	if (!from)
		return;
	if (from->c)
		client_free(from->c);
	buf_release(&from->answer);
	while (uv_loop_close(&from->loop) == UV_EBUSY)
		uv_run(&from->loop, UV_RUN_ONCE);
	free(from);
}
