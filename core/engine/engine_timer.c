/* Timers that may be stopped from anywhere, their own callback included. */
#include "config.h"

#include <stdlib.h>

#include "engine/parts.h"

struct timer {
	uv_timer_t h;
	timer_fn fn;
	void *ctx;
};

static void fired(uv_timer_t *h)
{
	struct timer *t = h->data;
	t->fn(t->ctx);
}

struct timer *timer_new(uv_loop_t *loop, uint64_t ms, uint64_t repeat_ms, timer_fn fn, void *ctx)
{
	struct timer *t = mem_new(sizeof *t);
	t->fn = fn;
	t->ctx = ctx;
	uv_timer_init(loop, &t->h);
	t->h.data = t;
	uv_timer_start(&t->h, fired, ms, repeat_ms);
	return t;
}

static void closed(uv_handle_t *h)
{
	free(h->data);
}

void timer_stop(struct timer **t)
{
	if (!*t)
		return;
	uv_timer_stop(&(*t)->h);
	uv_close((uv_handle_t *)&(*t)->h, closed);
	*t = NULL;
}
