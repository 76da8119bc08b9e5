/* Open requests. */
#include "host/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

int64_t calls_add(struct calls *cs, const char *method, uint64_t due, host_reply_fn reply, void *ctx)
{
	struct call *c = vec_push(cs);

	c->id = ++cs->last_id;
	c->due = due;
	text_copy(c->method, sizeof c->method, method);
	c->reply = reply;
	c->ctx = ctx;
	return c->id;
}

bool calls_take(struct calls *cs, int64_t id, struct call *out)
{
	for (size_t i = 0; i < cs->n; i++) {
		if (cs->v[i].id != id)
			continue;
		*out = cs->v[i];
		memmove(&cs->v[i], &cs->v[i + 1], (cs->n - i - 1) * sizeof *cs->v);
		cs->n--;
		return true;
	}
	return false;
}

bool calls_take_due(struct calls *cs, uint64_t now, bool all, struct call *out)
{
	vec_each(struct call, c, cs) {
		if (c->late || (!all && c->due > now))
			continue;
		*out = *c;
		c->late = true;
		c->reply = NULL;
		return true;
	}
	return false;
}

uint64_t calls_next_due(const struct calls *cs)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < cs->n; i++)
		if (!cs->v[i].late && cs->v[i].due < next)
			next = cs->v[i].due;
	return next;
}

bool calls_waits_for(const struct calls *cs, const char *method)
{
	for (size_t i = 0; i < cs->n; i++)
		if (!cs->v[i].late && strcmp(cs->v[i].method, method) == 0)
			return true;
	return false;
}

size_t calls_late(const struct calls *cs)
{
	size_t n = 0;

	for (size_t i = 0; i < cs->n; i++)
		n += cs->v[i].late;
	return n;
}

void calls_release(struct calls *cs)
{
	vec_release(cs);
}
