/* Lists of records: what happened, what changed, what is kept out, the incidents. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"


static enum role after(const struct scene *s, const struct model_change *c, bool little_room, char out[AFTERMATH_LEN])
{
	struct aftermath a;

	aftermath_of(s->m, c, &s->now, &a);
	aftermath_words(&a, &s->now, little_room, out);
	switch (a.what) {
	case AFTER_BREACHED: case AFTER_NEAR: case AFTER_BAD_BEFORE: case AFTER_RETURNED:
		return ROLE_SOON;
	case AFTER_CANNOT_TELL:
		return ROLE_UNKNOWN;
	case AFTER_NOT_MEASURED: case AFTER_REPLACED:
		return ROLE_DIM;
	case AFTER_CLEAN: case AFTER_SOAKING: case AFTER_KEPT: case AFTER_ROLLED_BACK: case AFTER_BACK: case AFTER_BACK_ELSEWHERE:
		break;
	}
	return ROLE_TEXT;
}

void view_change(struct page *p, const void *scene, const void *change)
{
	const struct scene *s = scene;
	const struct model_change *c = change;
	char t[WHEN_LEN], what[320], word[AFTERMATH_LEN];
	const struct model_action *ours = model_change_action(s->m, c);
	bool narrow = p->g.cols < 72; /* who is to be asked stands in the change itself (Enter), too */
	int right = p->g.cols - (p->g.cols < 100 ? 21 : 33), col;
	enum role role = after(s, c, p->g.cols < 100, word);

	page_put(p, 1, 9, ROLE_DIM, "%s", when_short(s, c->at, t));
	col = strlen(t) > 5 ? 12 : 7;
	snprintf(what, sizeof what, "%-6s %-9s %s%s%s%s%s", c->what, c->service ? c->service : "",
		c->name && strcmp(c->what, "deploy") != 0 ? c->name : "", c->name && strcmp(c->what, "deploy") != 0 ? " " : "",
		c->from ? c->from : "", c->from ? " -> " : "", c->to ? c->to : "");
	page_put(p, col, right - (narrow ? 0 : 14) - col, ROLE_TEXT, "%s", what);
	if ((ours || c->by) && !narrow)
		page_put(p, right - 12, 12, ROLE_DIM, "ask %s", ours && ours->by ? ours->by : c->by ? c->by : "?");
	page_put(p, right + 1, p->g.cols - right - 2, role, "%s", word);
}

/* ---- timeline, changes, pins ------------------------------------------------------------ */

/* What many rows lack is one thing: but in the timeline itself it stands there once. */
static bool same_again(const struct model_line *l, const char **last)
{
	const char *why = l->text && !strcmp(l->kind, "automatic") ? strstr(l->text, ": ") : NULL;
	bool same = why && *last && !strcmp(why, *last);

	*last = why;
	return same;
}

void view_lines(const struct scene *s, struct page *p, int most, int drop)
{
	char t[WHEN_LEN], all[600];
	const char *text, *why = NULL;
	int n = 0, col;
	bool whole = s->ui->places[s->ui->depth].view == VIEW_TIMELINE;

	for (size_t i = s->m->lines.n; i-- > 0 && n < most;) {
		const struct model_line *l = &s->m->lines.v[i];
		if (s->inc && l->incident && strcmp(l->incident, s->inc->name) != 0)
			continue;
		snprintf(all, sizeof all, "%s %s %s", l->actor, l->kind, l->text ? l->text : "");
		if (!page_wanted(p, all) || (same_again(l, &why) && !whole))
			continue;
		page_line(p, n ? drop == DROP_NEVER ? drop : 8 : drop);
		page_item(p, ITEM_LINE, "", "", l->seq);
		page_put(p, 1, 9, ROLE_DIM, "%s", when_clock(l->at.at, t));
		text = l->text && *l->text ? l->text : l->kind;
		col = 10;
		/* a backend's own lines name what it did; people are named */
		if (strcmp(l->actor, "engine") != 0 && strncmp(l->actor, "plugin:", 7) != 0 && strncmp(text, l->actor, strlen(l->actor)) != 0)
			col = page_put(p, col, 16, ROLE_DIM, "%s%s", l->actor, strcmp(l->kind, "note") ? "" : ":") + 1;
		page_put(p, col, p->g.cols - col - 1, ROLE_TEXT, "%s", text);
		n++;
	}
}

/* Each service's newest first; what is of no service stands behind. */
static void changes_by_service(const struct model_change **v, size_t n)
{
	for (size_t i = 1; i < n; i++) { /* stable, and they are few */
		const struct model_change *c = v[i];
		const char *of = c->service ? c->service : "\xff";
		size_t k = i;
		for (; k && strcmp(v[k - 1]->service ? v[k - 1]->service : "\xff", of) > 0; k--)
			v[k] = v[k - 1];
		v[k] = c;
	}
}

void view_changes(const struct scene *s, struct page *p, const struct place *place)
{
	const struct model_change *changes[CHANGES_MOST];
	size_t n = changes_newest(s->m, changes);
	char all[300];
	const struct sort_row *order = view_sort(VIEW_CHANGES, place->sort);

	snprintf(all, sizeof all, "WHAT CHANGED, %s", order->words);
	view_title(p, all);
	if (!strcmp(order->name, "service"))
		changes_by_service(changes, n);
	for (size_t i = 0; i < n; i++) {
		const struct model_change *c = changes[i];
		snprintf(all, sizeof all, "%s %s %s %s %s", c->what, c->service ? c->service : "", c->name ? c->name : "", c->to ? c->to : "", c->by ? c->by : "");
		if (!page_wanted(p, all))
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_CHANGE, c->service, c->what, c->seq);
		view_change(p, s, c);
	}
	if (!s->m->changes.n)
		view_nothing(p, "nothing was seen to change yet");
}

void view_timeline(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	view_title(p, "WHAT HAPPENED, newest first");
	view_lines(s, p, 256, DROP_NEVER);
}

void view_pins(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	char t[WHEN_LEN];

	view_title(p, "KEPT OUT AND FROZEN   Enter releases, with a reason");
	for (size_t i = 0; i < s->m->pins.n; i++) {
		const struct model_pin *pin = &s->m->pins.v[i];
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_PIN, pin->service, pin->version, 0);
		page_put(p, 1, 9, pin->returned ? ROLE_ALARM : ROLE_TEXT, pin->returned ? "RETURNED" : "pinned");
		page_put(p, 11, p->g.cols - 12, ROLE_TEXT, "%s %s since %s, %s: %s", pin->service, pin->version, when_short(s, pin->at.at, t), pin->by, pin->reason);
	}
	for (size_t i = 0; i < s->m->freezes.n; i++) {
		const struct model_freeze *f = &s->m->freezes.v[i];
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_FREEZE, f->service, "", 0);
		page_put(p, 1, 9, ROLE_TEXT, "frozen");
		page_put(p, 11, p->g.cols - 12, ROLE_TEXT, "%s since %s, %s: %s", f->service, when_short(s, f->at.at, t), f->by, f->reason);
	}
	if (!s->m->pins.n && !s->m->freezes.n)
		view_nothing(p, "nothing is pinned or frozen");
}

void view_incidents(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	char t[WHEN_LEN];

	view_title(p, "OPEN INCIDENTS   Enter looks at one");
	for (size_t i = s->m->incidents.n; i-- > 0;) {
		const struct model_incident *x = &s->m->incidents.v[i];
		if (!x->open)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_INCIDENT, "", x->name, 0);
		page_put(p, 1, 10, ROLE_TITLE, "%s", x->name);
		page_put(p, 12, p->g.cols - 13, ROLE_TEXT, "%s, since %s, %s", x->title, when_short(s, x->declared.at, t),
			x->commander ? x->commander : "nobody commands");
	}
}
