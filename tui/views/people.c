/* People's word: what can be said, and what was said and is not gone. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* ---- people's word ------------------------------------------------------------------- */

/* What can be said: the kit's own questions, then anything else. */
static void sayable(const struct scene *s, struct page *p, bool other)
{
	for (size_t i = 0; i < s->m->kit->n_reports; i++) {
		const struct kit_report *r = &s->m->kit->reports[i];
		if (!strcmp(r->id, "other") != other)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_REPORT, "", r->id, 0);
		page_put(p, 1, 20, ROLE_TITLE, "%s", r->id);
		page_put(p, 22, p->g.cols - 23, ROLE_TEXT, "%s", r->ask);
	}
}

void view_reports(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	char t[WHEN_LEN];
	bool said = false;

	for (size_t i = 0; i < s->m->reports.n; i++)
		said = said || !s->m->reports.v[i].gone;
	view_title(p, "WHAT PEOPLE SAY   Enter says it, in their words");
	sayable(s, p, false);
	sayable(s, p, true);
	if (!said)
		return;
	page_rule(p, DROP_NEVER, s->demo);
	view_title(p, "SAID, AND NOT GONE YET   Enter says that it is gone");
	p->pane++;
	for (size_t i = s->m->reports.n; i-- > 0;) {
		const struct model_report *r = &s->m->reports.v[i];
		if (r->gone)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_SAID, r->service, r->signal, r->seq);
		page_put(p, 1, 20, ROLE_TEXT, "%s", r->signal);
		page_put(p, 22, p->g.cols - 23, ROLE_TEXT, "%s %s%s%s: %s", when_short(s, r->at.at, t), r->by, r->service ? ", " : "",
			r->service ? r->service : "", r->note ? r->note : "");
	}
}
