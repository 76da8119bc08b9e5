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
	int room = p->g.cols - 2, cols = 0;
	size_t fits = 0, blank = 0, len;
	uint32_t cp;

	if (!page_wanted(p, text))
		return;
	for (; text[fits] && (len = utf8_next(text + fits, strlen(text + fits), &cp)); fits += len) {
		int w = utf8_width(cp);
		if (cols + (w > 0 ? w : 0) > room)
			break;
		blank = text[fits] == ' ' && fits > 20 ? fits : blank;
		cols += w > 0 ? w : 0;
	}
	if (text[fits] && text[fits] != ' ' && blank)
		fits = blank;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, room, ROLE_TEXT, "%.*s", (int)fits, text);
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
