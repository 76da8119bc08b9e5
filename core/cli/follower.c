/* The model of a running engine, through its socket. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/reading.h"

#define ANSWER_US (5 * US_SECOND)

struct follower {
	uv_loop_t loop;
	struct client *c;
	bool done;
};

static void snapshot(struct client *c, void *ctx)
{
	struct follower *from = ctx;
	(void)c;
	from->done = true;
}

enum status follower_open(const struct client_paths *paths, const char *role, struct follower **out, struct fault *f)
{
	static const struct client_events events = {.snapshot = snapshot};
	struct client_spec spec = {.paths = paths, .role = role, .follow = true};
	struct follower *from = mem_new(sizeof *from);
	uv_loop_init(&from->loop);
	enum status s = client_new(&from->loop, &spec, &events, from, &from->c, f);
	if (s == STATUS_OK && !client_wait(from->c, &from->done, ANSWER_US)) {
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
	while (uv_loop_close(&from->loop) == UV_EBUSY)
		uv_run(&from->loop, UV_RUN_ONCE);
	free(from);
}
