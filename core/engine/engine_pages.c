/* The ask `read`: a page of the journal.  However many look back at once, a turn
 * of the loop serves one of them and no more: whoever fires waits for one page
 * at most. */
#include "config.h"

#include <stdlib.h>

#include "engine/parts.h"

#define READ_BYTES ((size_t)2 << 20)
#define OF_ONE_PEER 8
#define PAUSE_MS 1 /* between two pages: what came meanwhile goes first */

struct page_ask {
	struct page_ask *next;
	struct peer *peer;
	int64_t id, from, limit, bytes;
	bool bare;
};

static enum status put_page(struct journal_cursor *c, const struct page_ask *a, struct jw *w, struct fault *f)
{
	struct event ev;
	enum status s;
	int64_t n = 0, next = 0;
	jw_obj(w);
	jw_key(w, "events");
	jw_arr(w);
	for (; !(s = journal_step(c, &ev, f)); n++) {
		struct buf line;
		if (n == a->limit || (n && w->b->len + ev.body_len * (a->bare ? 2 : 3) > (size_t)a->bytes)) {
			next = ev.seq;
			break;
		}
		buf_init(&line, (size_t)64 << 20);
		event_print(&ev, a->bare ? 2 : 1, &line);
		jw_raw(w, buf_str(&line), line.len);
		buf_release(&line);
	}
	jw_arr_end(w);
	if (next)
		jw_kint(w, "next", next);
	jw_obj_end(w);
	return s == STATUS_NO ? STATUS_OK : s;
}

static void answer(const struct page_ask *a)
{
	struct journal_cursor *c = NULL;
	struct buf b;
	struct jw w;
	struct fault f;
	enum status s = journal_from(a->peer->e->journal, a->from, &c, &f);
	buf_init(&b, (size_t)96 << 20);
	jw_init(&w, &b);
	if (!s)
		s = put_page(c, a, &w, &f);
	if (!s && b.failed)
		s = fault_set(&f, STATUS_NO, "too-large", "that is more than an answer holds; `backout log --raw` prints it");
	journal_cursor_free(c);
	if (s)
		reply_fault(a->peer, a->id, s, &f);
	else
		reply_result(a->peer, a->id, buf_str(&b), b.len);
	buf_release(&b);
}

static void serve(void *ctx)
{
	struct engine *e = ctx;
	struct page_ask *a = e->pages;
	timer_stop(&e->pager);
	if (!a)
		return;
	e->pages = a->next; /* an answer that cannot be sent makes its peer leave */
	answer(a);
	free(a);
	if (e->pages && !e->pager)
		e->pager = timer_new(&e->loop, PAUSE_MS, 0, serve, e);
}

static int64_t within(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

void pages_ask(struct peer *p, int64_t id, const struct json *params)
{
	struct engine *e = p->e;
	struct page_ask **end = &e->pages;
	struct fault f;
	size_t same = 0;
	for (; *end; end = &(*end)->next)
		same += (*end)->peer == p;
	if (same >= OF_ONE_PEER) {
		fault_set(&f, STATUS_OUTSIDE, "busy", "%d pages that you asked for are not answered yet", OF_ONE_PEER);
		reply_fault(p, id, STATUS_OUTSIDE, &f);
		return;
	}
	struct page_ask *a = mem_new(sizeof *a);
	int64_t bytes = json_get_int(params, "bytes", 0);
	*a = (struct page_ask){.peer = p, .id = id, .from = json_get_int(params, "from", 1), .bare = json_get_bool(params, "bare", false)};
	a->limit = within(json_get_int(params, "limit", 500), 1, 2000);
	a->bytes = bytes > 0 ? within(bytes, 1, (int64_t)READ_BYTES) : (int64_t)READ_BYTES;
	*end = a;
	if (!e->pager)
		e->pager = timer_new(&e->loop, 0, 0, serve, e);
}

void pages_leave(struct peer *p)
{
	for (struct page_ask **at = &p->e->pages; *at;) {
		struct page_ask *a = *at;
		if (a->peer == p) {
			*at = a->next;
			free(a);
		} else
			at = &a->next;
	}
}

void pages_end(struct engine *e)
{
	timer_stop(&e->pager);
}
