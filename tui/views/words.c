/* Running text: the brief. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* ---- brief ------------------------------------------------------------------------- */

/* Read out, so never cut: what is longer than the screen goes on below, behind its label. */
static void brief_line(struct page *p, const char *text, int64_t number)
{
	size_t fits = text_cols(text) > p->g.cols - 2 ? (size_t)p->g.cols - 2 : strlen(text);

	if (!page_wanted(p, text))
		return;
	while (fits < strlen(text) && fits > 20 && text[fits] != ' ')
		fits--;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%.*s", (int)fits, text);
	page_wrapped(p, DROP_NEVER, 12, ROLE_TEXT, text[fits] == ' ' ? text + fits + 1 : text + fits);
}

void view_brief(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	struct buf b;
	const char *line;
	int64_t n = 0;

	buf_init(&b, 65536);
	view_title(p, "BRIEF   read it out, or paste it");
	if (s->ui->out.brief)
		s->ui->out.brief(s->m, s->inc, &s->now, &b);
	for (line = buf_str(&b); *line; n++) {
		char text[1024];
		size_t len = strcspn(line, "\n");
		snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
		brief_line(p, text, n);
		line += len + (line[len] == '\n');
	}
	buf_release(&b);
}
