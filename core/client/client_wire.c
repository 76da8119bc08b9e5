/* The connection: tried, made, lost, tried again; lines in, lines out. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "client/wire.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_LAST_MS 1000
#define GRACE_US (400 * 1000)

static void freed(uv_handle_t *h)
{
	free(h);
}

static void close_pipe(struct client *c)
{
	if (c->pipe) {
		c->pipe->data = NULL;
		uv_close((uv_handle_t *)c->pipe, freed);
	}
	c->pipe = NULL;
	c->connected = c->up = false;
	buf_reset(&c->in);
	c->scanned = 0;
}

static void try_again(uv_timer_t *t)
{
	struct client *c = t->data;
	if (!c->pipe)
		wire_connect(c);
}

static void later(struct client *c)
{
	c->backoff_ms = !c->backoff_ms ? BACKOFF_FIRST_MS : c->backoff_ms * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : c->backoff_ms * 2;
	uv_timer_start(c->retry, try_again, (uint64_t)c->backoff_ms, 0);
}

/* No living socket: where the client may, it starts an engine; ten that do so at once end on one. */
static void start_engine(struct client *c, struct fault *f)
{
	struct now now;
	os_now(&now);
	if (!c->kit_dir || (c->started && now.mono - c->started < START_US))
		return;
	if (c->hello && now.mono - c->down_since < GRACE_US)
		return; /* it was here a moment ago: perhaps another takes its place just now */
	c->started = now.mono;
	c->backoff_ms = 0;
	client_start_engine(c->kit_dir, &c->paths, f);
}

void wire_lost(struct client *c, const char *why)
{
	struct fault f;
	struct now now;
	bool was_up = c->up;
	close_pipe(c);
	os_now(&now);
	if (was_up || !c->down_since)
		c->down_since = now.mono;
	fault_set(&f, STATUS_OUTSIDE, "no-engine", "%s", why);
	fault_mend(&f, c->kit_dir ? "it is tried again; %.250s says more" : "start one: `backout engine`%s", c->kit_dir ? c->paths.log : "");
	later(c);
	if (c->ev.down)
		c->ev.down(c, c->ctx, &f);
	if (!c->freed)
		c->user->lost(c);
}

static void room_for(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
	static char chunk[65536];
	(void)h;
	(void)suggested;
	*out = uv_buf_init(chunk, sizeof chunk);
}

static void take_lines(struct client *c)
{
	uv_pipe_t *of = c->pipe;
	size_t done = 0;
	while (c->pipe == of) {
		const char *s = buf_str(&c->in);
		const char *nl = memchr(s + c->scanned, '\n', c->in.len - c->scanned);
		if (!nl) {
			c->scanned = c->in.len;
			break;
		}
		size_t n = (size_t)(nl - s) - done;
		c->scanned = done + n + 1;
		if (n)
			c->user->line(c, s + done, n);
		done += n + 1;
	}
	if (c->pipe != of)
		return; /* the line was lost on the way, and the buffer with it */
	buf_cut(&c->in, done);
	c->scanned -= done;
}

static void came(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct client *c = stream->data;
	struct now now;
	if (!c || n == 0)
		return;
	os_now(&now);
	c->heard = now.mono;
	if (n < 0)
		wire_lost(c, "the engine ended");
	else if (!buf_add(&c->in, b->base, (size_t)n))
		wire_lost(c, "the engine sent a line without end");
	else
		take_lines(c);
}

static void connected(uv_connect_t *req, int status)
{
	struct client *c = req->handle->data;
	struct fault f;
	free(req);
	if (!c)
		return;
	if (status < 0) {
		bool none = status == UV_ECONNREFUSED || status == UV_ENOENT;
		fault_set(&f, STATUS_OUTSIDE, "", "%s", none ? "no engine runs" : uv_strerror(status));
		if (none)
			start_engine(c, &f);
		wire_lost(c, f.what);
		return;
	}
	c->connected = true;
	if (uv_read_start((uv_stream_t *)c->pipe, room_for, came))
		wire_lost(c, "the engine's socket cannot be read");
}

void wire_connect(struct client *c)
{
	uv_connect_t *req = mem_new(sizeof *req);
	struct now now;
	os_now(&now);
	c->connecting_at = now.at;
	c->pipe = mem_new(sizeof *c->pipe);
	uv_pipe_init(c->loop, c->pipe, 0);
	c->pipe->data = c;
	uv_pipe_connect(req, c->pipe, c->paths.socket, connected);
}

struct out {
	uv_write_t req;
	char *data;
};

static void wrote(uv_write_t *req, int status)
{
	struct out *o = req->data;
	(void)status; /* a line that breaks shows on the reading side */
	free(o->data);
	free(o);
}

void wire_send(struct client *c, const char *s, size_t n)
{
	if (!c->connected || !c->pipe)
		return;
	struct out *o = mem_new(sizeof *o);
	o->data = mem_grow(NULL, n, 1);
	memcpy(o->data, s, n);
	o->req.data = o;
	uv_buf_t b = uv_buf_init(o->data, (unsigned)n);
	if (uv_write(&o->req, (uv_stream_t *)c->pipe, &b, 1, wrote)) {
		free(o->data);
		free(o);
	}
}
