/* Lines that every opened view begins or ends with. */
#include "config.h"

#include "tui/views/views.h"

void view_title(struct page *p, const char *text)
{
	page_line(p, DROP_NEVER);
	page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "%s", text);
}

void view_nothing(struct page *p, const char *text)
{
	page_line(p, DROP_NEVER);
	page_put(p, 1, p->g.cols - 2, ROLE_DIM, "%s", text);
}

/* A line of running text that the cursor can pass over. */
void view_text(struct page *p, const char *text, int64_t number)
{
	if (!page_wanted(p, text))
		return;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s", text);
}

void view_fact(struct page *p, const char *label, enum role role, const char *text)
{
	int first = p->n;

	page_wrapped(p, DROP_NEVER, 16, role, *text ? text : "-");
	if (p->n > first && p->lines[first].row >= 0)
		cells_text(&p->g, p->lines[first].row, 1, 14, ROLE_DIM, label);
}

void view_labelled(struct page *p, int drop, const char *label, enum role role, const struct item *about, const char *text)
{
	int first = p->n;

	page_wrapped(p, drop, 16, ROLE_TEXT, text);
	if (p->n == first)
		return;
	p->lines[first].more = false;
	if (p->lines[first].row >= 0)
		cells_text(&p->g, p->lines[first].row, 1, 14, role, label);
	if (!about)
		return;
	page_item(p, about->kind, about->service, about->name, about->seq);
	p->items[p->n_items - 1].line = first; /* the rest goes on from there */
}
