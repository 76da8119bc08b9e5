/* How the cursor goes over a page: by lines, parts and pages, to an end, and to
 * the next line that contains a text. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* The page at hand, with the place of the cursor on it. */
struct walk {
	struct scene sc;
	struct page p;
	int at;                  /* item; -1 the cursor stands nowhere */
	int height;
};

static void walk_begin(struct walk *w, struct ui *u, const struct sight *s)
{
	struct mark *cursor = &ui_place(u)->cursor;
	const struct item *it;

	scene_make(&w->sc, u, s, u->rows, u->cols);
	views_page(&w->sc, &w->p, u->cols);
	w->height = u->rows - header_rows(&w->sc) - 2;
	if (w->height < 1)
		w->height = 1;
	if (ui_place(u)->view == VIEW_MAIN)
		page_fit(&w->p, w->height); /* the cursor stays on what is shown */
	it = page_cursor_item(&w->p);
	w->at = -1;
	if (it)
		w->at = (int)(it - w->p.items);
	else if (cursor->kind != ITEM_NONE && w->p.n_items) /* it is gone: from where it was */
		w->at = cursor->at < w->p.n_items ? cursor->at : w->p.n_items - 1;
}

static void walk_end(struct walk *w, struct ui *u, int to)
{
	if (to >= 0 && to < w->p.n_items)
		mark_set(&ui_place(u)->cursor, &w->p.items[to], to);
	page_release(&w->p);
}

bool ui_item(struct ui *u, const struct sight *s, struct item *out)
{
	struct scene sc;
	struct page p;
	const struct item *it;

	scene_make(&sc, u, s, u->rows, u->cols);
	views_page(&sc, &p, u->cols);
	it = page_cursor_item(&p);
	if (it)
		*out = *it;
	page_release(&p);
	return it != NULL;
}

/* The first item of the next part of the page, or of the one before. */
static int pane_after(const struct page *p, int at, enum command_id id)
{
	int n = p->n_items, pane = p->items[at].pane;

	for (int i = 1; i < n; i++) {
		int k = (at + (id == COMMAND_NEXT_PANE ? i : n - i)) % n;
		if (p->items[k].pane != pane && (id == COMMAND_NEXT_PANE || k == 0 || p->items[k - 1].pane != p->items[k].pane))
			return k;
	}
	return at;
}

/* The item `by` lines further: at least one on, at most the last of the page. */
static int lines_after(const struct page *p, int at, int by)
{
	int line = p->items[at].line, to = at;

	while (by > 0 && to + 1 < p->n_items && p->items[to].line < line + by)
		to++;
	while (by < 0 && to > 0 && p->items[to].line > line + by)
		to--;
	return to;
}

static int item_after(const struct walk *w, enum command_id id)
{
	int n = w->p.n_items, at = w->at;
	bool pages = id == COMMAND_PAGE_DOWN || id == COMMAND_HALF_DOWN;
	bool up = id == COMMAND_UP || id == COMMAND_PAGE_UP || id == COMMAND_HALF_UP || id == COMMAND_LAST;

	if (at < 0 && pages)
		at = 0; /* what is seen now was read */
	if (id == COMMAND_FIRST || (at < 0 && !up))
		return 0;
	if (id == COMMAND_LAST || at < 0)
		return n - 1;
	switch ((int)id) {
	case COMMAND_DOWN:
		return at + 1 < n ? at + 1 : at;
	case COMMAND_UP:
		return at > 0 ? at - 1 : 0;
	case COMMAND_PAGE_DOWN:
		return lines_after(&w->p, at, w->height);
	case COMMAND_PAGE_UP:
		return lines_after(&w->p, at, -w->height);
	case COMMAND_HALF_DOWN:
		return lines_after(&w->p, at, (w->height + 1) / 2);
	case COMMAND_HALF_UP:
		return lines_after(&w->p, at, -(w->height + 1) / 2);
	default:
		return pane_after(&w->p, at, id);
	}
}

void ui_move(struct ui *u, const struct sight *s, enum command_id id)
{
	struct walk w;

	walk_begin(&w, u, s);
	walk_end(&w, u, w.p.n_items ? item_after(&w, id) : -1);
}

void ui_find(struct ui *u, const struct sight *s, const char *text)
{
	struct walk w;
	struct buf line;
	int to = -1, from;

	text_copy(u->find, sizeof u->find, text);
	if (!s->m || !s->m->kit)
		return; /* there are no lines yet */
	walk_begin(&w, u, s);
	from = w.at;
	buf_init(&line, 65536);
	for (int i = 1; i <= w.p.n_items && to < 0; i++) { /* the one it stands on is the last to be looked at */
		int k = (from + i) % w.p.n_items;
		buf_reset(&line);
		page_text(&w.p, &w.p.items[k], &line);
		if (strcasestr(buf_str(&line), text))
			to = k;
	}
	buf_release(&line);
	walk_end(&w, u, to);
	if (to < 0)
		ui_say(u, s, false, "not found here: %s", text);
	else if (to == from)
		ui_say(u, s, false, "only here: %s", text);
	else if (to < from)
		ui_say(u, s, false, "from the top again: %s", text);
}
