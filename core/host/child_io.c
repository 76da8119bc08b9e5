/* What flows between us and a child. */
#include "config.h"

#include "host/child_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum {
	QUEUE_MAX = 4 << 20,     /* bytes that may wait for a child that does not read */
	TURN_LINES = 256,        /* lines of one child before others get their turn, */
	TURN_BYTES = 128 << 10,  /* or this many bytes of them */
	EOF_GRACE = 500,         /* ms from the end of its output to its own */
	ERR_BYTES = 1 << 20,     /* bytes of log in one second */
	DISCARD_MAX = 8 << 20,   /* bytes nobody listens to, after which reading ends */
};

struct sending {
	uv_write_t req;
	struct child *child;
	size_t len;
	bool secret;
	char data[];
};

/* ---- handles ------------------------------------------------------------------------- */

static void child_io_closed(uv_handle_t *h)
{
	struct child *c = h->data;

	if (--c->n_open == 0 && c->stage == CHILD_CLOSING) {
		c->stage = CHILD_GONE;
		c->ev->gone(c->ctx);
	}
}

void child_close(struct child *c, uv_handle_t *h)
{
	if (h == (uv_handle_t *)&c->in)
		c->in_open = false;
	if (!uv_is_closing(h))
		uv_close(h, child_io_closed);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	struct child *c = req->data;

	(void)status; /* cancelled or done: the pipe has to go either way */
	free(req);
	child_close(c, (uv_handle_t *)&c->in);
}

void child_close_in(struct child *c, bool when_written)
{
	if (!c->in_open)
		return;
	c->in_open = false;
	uv_shutdown_t *req = mem_new(sizeof *req);
	req->data = c;
	if (when_written && uv_shutdown(req, (uv_stream_t *)&c->in, on_shut) == 0)
		return;
	free(req);
	child_close(c, (uv_handle_t *)&c->in);
}

/* ---- towards it ---------------------------------------------------------------------- */

static void on_sent(uv_write_t *req, int status)
{
	struct sending *s = (struct sending *)(void *)req;
	struct child *c = s->child;

	if (s->secret)
		explicit_bzero(s->data, s->len);
	free(s);
	if (status < 0 && status != UV_ECANCELED && c->in_open && c->stage == CHILD_RUNS)
		child_trouble(c, "closed its standard input");
}

void child_send(struct child *c, const char *data, size_t len, bool secret)
{
	if (!c->in_open || c->stage >= CHILD_DRAINS)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->in) + len > QUEUE_MAX) {
		child_trouble(c, "does not read its standard input: over 4 MiB wait for it");
		return;
	}
	struct sending *s = mem_new(sizeof *s + len);
	uv_buf_t piece = uv_buf_init(s->data, (unsigned)len);
	memcpy(s->data, data, len);
	s->child = c;
	s->len = len;
	s->secret = secret;
	if (uv_write(&s->req, (uv_stream_t *)&c->in, &piece, 1, on_sent) != 0) {
		if (secret)
			explicit_bzero(s->data, len);
		free(s);
		child_trouble(c, "cannot be written to");
	}
}

/* ---- from it: pace ---------------------------------------------------------------------- */

static void out_resume(struct child *c);
static void err_resume(struct child *c);

void child_io_resume(struct child *c)
{
	c->read_paused = c->err_paused = false;
	out_resume(c);
	err_resume(c);
}

static void on_pace(uv_timer_t *t)
{
	child_io_resume(t->data);
}

/* Rest until the next whole second of the loop: a flood then waits in its own pipe. */
static void rest(struct child *c, bool *flag, uv_stream_t *s)
{
	uint64_t now = uv_now(c->timer.loop);

	*flag = true;
	uv_read_stop(s);
	if (!uv_is_active((uv_handle_t *)&c->pace))
		uv_timer_start(&c->pace, on_pace, 1000 - now % 1000, 0);
}

void child_pause(struct child *c)
{
	if (c->exited || c->stage >= CHILD_CLOSING) /* what is left of it is bounded by its pipes */
		return;
	rest(c, &c->read_paused, (uv_stream_t *)&c->out);
}

void child_discard(struct child *c)
{
	c->discard = true;
	lines_release(&c->lines);
}

/* ---- from it: standard output ------------------------------------------------------------- */

/* Tell a turn's worth of lines; true where more may wait. */
static bool lines_told(struct child *c)
{
	const char *line;
	size_t len = 0;

	for (size_t i = 0, bytes = 0; i < TURN_LINES && bytes < TURN_BYTES; i++, bytes += len) {
		if (c->stage >= CHILD_CLOSING || c->read_paused || c->discard)
			return false;
		switch (lines_next(&c->lines, &line, &len)) {
		case LINES_NONE:
			return false;
		case LINES_LONG:
			child_discard(c);
			c->ev->trouble(c->ctx, "sent a line over 1 MiB");
			return false;
		case LINES_SOME:
			c->ev->line(c->ctx, line, len);
			break;
		}
	}
	return true;
}

static void on_more(uv_idle_t *idle)
{
	struct child *c = idle->data;
	char why[sizeof c->trouble];

	if (c->trouble[0]) {
		text_copy(why, sizeof why, c->trouble);
		c->trouble[0] = '\0';
		c->ev->trouble(c->ctx, why);
	}
	if (!lines_told(c) && !c->trouble[0]) {
		uv_idle_stop(idle);
		out_resume(c);
	}
}

void child_trouble(struct child *c, const char *why)
{
	if (c->stage >= CHILD_CLOSING)
		return;
	if (!c->trouble[0])
		text_copy(c->trouble, sizeof c->trouble, why);
	uv_idle_start(&c->more, on_more);
}

static void on_silent(uv_timer_t *t)
{
	struct child *c = t->data;

	if (c->stage == CHILD_RUNS && !c->exited)
		c->ev->trouble(c->ctx, "closed its standard output");
}

static void on_room(uv_handle_t *h, size_t hint, uv_buf_t *out)
{
	struct child *c = h->data;

	(void)hint;
	*out = uv_buf_init(lines_room(&c->lines), LINES_PIECE);
}

static void on_out(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct child *c = s->data;

	(void)b;
	if (n == 0)
		return;
	if (n < 0) {
		c->out_eof = true;
		uv_read_stop(s);
		/* Mostly it is just about to exit, and how says more than that it closed a pipe. */
		if (c->stage == CHILD_RUNS)
			uv_timer_start(&c->timer, on_silent, EOF_GRACE, 0);
		return;
	}
	if (c->discard) {
		if ((c->discarded += (size_t)n) > DISCARD_MAX)
			uv_read_stop(s);
		return;
	}
	lines_filled(&c->lines, (size_t)n);
	/* More than a turn's worth: the rest waits for the loop's next round. */
	if (lines_told(c)) {
		uv_read_stop(s);
		uv_idle_start(&c->more, on_more);
	}
}

static void out_resume(struct child *c)
{
	if (c->out_eof || c->read_paused || c->stage >= CHILD_CLOSING)
		return;
	if (lines_told(c))
		uv_idle_start(&c->more, on_more);
	else if (!c->read_paused)
		uv_read_start((uv_stream_t *)&c->out, on_room, on_out);
}

/* ---- from it: standard error ----------------------------------------------------------------- */

static void on_err_room(uv_handle_t *h, size_t hint, uv_buf_t *out)
{
	struct child *c = h->data;

	(void)hint;
	*out = uv_buf_init(c->err_piece, sizeof c->err_piece);
}

static void on_err(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct child *c = s->data;

	if (n < 0) {
		c->err_eof = true;
		uv_read_stop(s);
		log_flush(&c->log);
		return;
	}
	if (n == 0)
		return;
	log_add(&c->log, b->base, (size_t)n);
	switch (rate_add(&c->err_rate, uv_now(s->loop), (size_t)n)) {
	case RATE_WELL:
		break;
	case RATE_PAUSE:
		if (!c->exited)
			rest(c, &c->err_paused, s);
		break;
	case RATE_TOO_MUCH:
		child_trouble(c, "floods its standard error");
		break;
	}
}

static void err_resume(struct child *c)
{
	if (!c->err_eof && !c->err_paused && c->stage < CHILD_CLOSING)
		uv_read_start((uv_stream_t *)&c->err, on_err_room, on_err);
}

/* ---- beginning and end ------------------------------------------------------------------------- */

void child_io_init(struct child *c, uv_loop_t *loop)
{
	uv_pipe_init(loop, &c->in, 0);
	uv_pipe_init(loop, &c->out, 0);
	uv_pipe_init(loop, &c->err, 0);
	uv_timer_init(loop, &c->pace);
	uv_idle_init(loop, &c->more);
	c->in.data = c->out.data = c->err.data = c->pace.data = c->more.data = c;
	c->n_open += 5;
	lines_init(&c->lines);
	rate_init(&c->err_rate, ERR_BYTES - 1, ERR_BYTES);
}

bool child_io_start(struct child *c)
{
	if (uv_pipe_open(&c->in, c->os.in) != 0 || uv_pipe_open(&c->out, c->os.out) != 0 || uv_pipe_open(&c->err, c->os.err) != 0)
		return false;
	c->in_open = true;
	out_resume(c);
	err_resume(c);
	return true;
}

void child_io_stop(struct child *c)
{
	uv_read_stop((uv_stream_t *)&c->out);
	uv_read_stop((uv_stream_t *)&c->err);
	uv_idle_stop(&c->more);
	uv_timer_stop(&c->pace);
	log_flush(&c->log);
}

bool child_io_untold(const struct child *c)
{
	return uv_is_active((const uv_handle_t *)&c->more);
}

bool child_io_empty(const struct child *c)
{
	return c->out_eof && c->err_eof && !child_io_untold(c);
}
