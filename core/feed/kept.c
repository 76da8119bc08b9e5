/* Events kept for a second look. */
#include "config.h"

#include "feed/kept.h"

#include <stdlib.h>
#include <string.h>

static void drop_first(struct kept *k)
{
	struct kept_one *o = &k->all.v[k->first++];
	k->bytes -= o->bytes;
	free(o->data);
}

static void drop_all(struct kept *k)
{
	while (k->first < k->all.n)
		drop_first(k);
	k->all.n = k->first = 0;
}

void kept_release(struct kept *k)
{
	drop_all(k);
	vec_release(&k->all);
}

/* What was dropped leaves room at the front: it is used again once it is half of all. */
static void close_up(struct kept *k)
{
	if (k->first < 64 || k->first * 2 < k->all.n)
		return;
	memmove(k->all.v, k->all.v + k->first, (k->all.n - k->first) * sizeof *k->all.v);
	k->all.n -= k->first;
	k->first = 0;
}

static const char *put(char **to, const char *s)
{
	size_t n = s ? strlen(s) + 1 : 0;
	char *at = *to;
	if (!s)
		return NULL;
	memcpy(at, s, n);
	*to += n;
	return at;
}

static size_t room(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

void kept_add(struct kept *k, const struct event *e, size_t max)
{
	if (k->first < k->all.n && k->all.v[k->all.n - 1].e.seq + 1 != e->seq)
		drop_all(k);
	size_t body = e->body ? e->body_len + 1 : 0;
	size_t size = room(e->boot) + room(e->incident) + room(e->kind) + room(e->actor) + body;
	close_up(k);
	struct kept_one *o = vec_push(&k->all);
	o->data = mem_grow(NULL, size ? size : 1, 1);
	o->bytes = size + sizeof *o;
	o->e = *e;
	char *to = o->data;
	o->e.boot = put(&to, e->boot);
	o->e.incident = put(&to, e->incident);
	o->e.kind = put(&to, e->kind);
	o->e.actor = put(&to, e->actor);
	if (e->body) {
		memcpy(to, e->body, e->body_len);
		to[e->body_len] = 0;
		o->e.body = to;
	}
	k->bytes += o->bytes;
	while (k->bytes > max && k->first + 1 < k->all.n)
		drop_first(k);
}

int64_t kept_end(const struct kept *k)
{
	return k->first < k->all.n ? k->all.v[k->all.n - 1].e.seq + 1 : 1;
}

const struct event *kept_find(const struct kept *k, int64_t seq)
{
	if (k->first == k->all.n)
		return NULL;
	int64_t oldest = k->all.v[k->first].e.seq, newest = k->all.v[k->all.n - 1].e.seq;
	return seq < oldest || seq > newest ? NULL : &k->all.v[k->first + (size_t)(seq - oldest)].e;
}
