/* The rubric: every row and how it is, and one row with all it says. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

enum role view_row_role(const struct model_row *r)
{
	if (model_row_standing(r) || r->state == ROW_BREACHED || r->state == ROW_OVERDUE || r->state == ROW_PENDING)
		return ROLE_SOON;
	return r->state == ROW_CANNOT_TELL ? ROLE_UNKNOWN : ROLE_TEXT;
}

/* "breached, 2:40, then asks lena", "pending since 02:00, breach in 0:25", "clear since Mon 09:12" */
void view_row_words(const struct scene *s, const struct model_row *r, char *out, size_t cap)
{
	char t[WHEN_LEN], d[DURATION_LEN], timer[120];
	int64_t left = r->until - s->now.at;
	size_t n;

	bool runs = timer_short(s, r, timer, sizeof timer);
	snprintf(out, cap, "%s%s%s", row_state_name(r->state), r->changed.at && !runs ? " since " : "", r->changed.at && !runs ? when_short(s, r->changed.at, t) : "");
	n = strlen(out);
	if (runs)
		snprintf(out + n, cap - n, "%s", timer);
	else if (r->until && r->state == ROW_PENDING)
		snprintf(out + n, cap - n, ", breach in %s", duration_clock(left > 0 ? left : 0, d));
	else if (r->dropped)
		snprintf(out + n, cap - n, ", proposed no more");
	n = strlen(out);
	if (r->would && *r->would)
		snprintf(out + n, cap - n, " (shadow: would %s)", r->would);
}

/* A row of one service, as a line: of service views and of the list. */
void view_row_line(const struct scene *s, struct page *p, const struct kit_row *r, const struct kit_service *svc, bool with_service)
{
	const struct model_row *mr = model_row(s->m, r->name, svc->name);
	char text[160] = "clear";

	page_line(p, DROP_NEVER);
	page_item(p, ITEM_ROW, svc->name, r->name, 0);
	if (mr)
		view_row_words(s, mr, text, sizeof text);
	page_put(p, 1, 20, ROLE_TEXT, "%s", with_service ? svc->name : r->name);
	page_put(p, 22, 24, ROLE_DIM, "%s %s", with_service ? r->name : r->signal, with_service ? "" : r->when_text);
	page_put(p, 47, p->g.cols - 48, mr ? view_row_role(mr) : ROLE_DIM, "%s", text);
}

static size_t not_clear(const struct scene *s, struct page *p)
{
	const struct kit *k = s->m->kit;
	size_t n = 0;

	for (size_t i = 0; i < s->m->rows.n && n < 200; i++) {
		const struct model_row *mr = &s->m->rows.v[i];
		const struct kit_row *r = kit_row(k, mr->row);
		const struct kit_service *svc = mr->service && *mr->service ? kit_service(k, mr->service) : NULL;
		if (!r || !svc || (mr->state == ROW_CLEAR && !model_row_standing(mr)))
			continue;
		char all[200];
		snprintf(all, sizeof all, "%s %s", mr->service, mr->row);
		if (!page_wanted(p, all))
			continue;
		view_row_line(s, p, r, svc, true);
		n++;
	}
	return n;
}

void view_rows(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit *k = s->m->kit;

	(void)place;
	view_title(p, "RUBRIC   what pends and what breached first; Enter opens a row");
	if (!not_clear(s, p))
		view_nothing(p, "every row is clear");
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	for (size_t i = 0; i < k->n_rows; i++) {
		const struct kit_row *r = &k->rows[i];
		size_t covers = 0;
		for (size_t n = 0; n < k->n_services; n++)
			covers += kit_row_covers(k, r, &k->services[n]);
		if (!page_wanted(p, r->name))
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_ROW, "", r->name, 0);
		page_put(p, 1, 20, ROLE_TEXT, "%s", r->name);
		page_put(p, 22, 34, ROLE_DIM, "%s %s", r->signal, r->when_text);
		page_put(p, 57, p->g.cols - 58, ROLE_DIM, "%s, %zu service%s%s", row_class_name(r->action), covers, covers == 1 ? "" : "s", r->dry_run ? ", shadow" : "");
	}
}

static const char *const policy_words[] = {"ask", "it counts as a breach", "it is passed over"}; /* enum row_policy */

static const char *const end_words[] = {"asks the commander", "acts by itself where it may, or asks the commander", "nothing is proposed any more"}; /* enum row_end */

static void policies(struct page *p, const struct kit_row *r)
{
	char text[200], d[DURATION_LEN];

	snprintf(text, sizeof text, "no data: %s, cannot measure: %s, too little traffic: %s", policy_words[r->no_data], policy_words[r->failed],
		policy_words[r->too_little]);
	view_fact(p, "else", ROLE_TEXT, text);
	if (r->has_at_least) {
		snprintf(text, sizeof text, "%g in %s", r->at_least, duration_short(r->at_least_in, d));
		view_fact(p, "needs", ROLE_TEXT, text);
	}
}

static void defined(const struct scene *s, struct page *p, const struct kit_row *r)
{
	char text[300], d[DURATION_LEN];
	size_t n;

	snprintf(text, sizeof text, "%s %s", r->signal, r->when_text);
	view_fact(p, "when", ROLE_TITLE, text);
	snprintf(text, sizeof text, "%s%s%s%s", row_class_name(r->action), r->fire ? ", by " : "", r->fire ? r->fire : "", r->dry_run ? "; in shadow: it only says what it would do" : "");
	view_fact(p, "then", ROLE_TEXT, text);
	if (r->action == CLASS_TELL || r->dry_run)
		snprintf(text, sizeof text, "%s; nothing waits for a decision", r->owner);
	else
		snprintf(text, sizeof text, "%s, who has %s to decide, then: %s", r->owner, r->timer ? duration_clock(r->timer, d) : "no time", end_words[r->on_timer]);
	view_fact(p, "owner", ROLE_TEXT, text);
	*text = 0;
	for (size_t i = 0; i < r->notify.n; i++) {
		n = strlen(text);
		snprintf(text + n, sizeof text - n, "%s%s", i ? ", " : "", r->notify.v[i]);
	}
	if (*text)
		view_fact(p, "tells", ROLE_TEXT, text);
	policies(p, r);
	(void)s;
}

/* What the timeline still has of it. */
static void history(const struct scene *s, struct page *p, const struct place *place)
{
	char t[WHEN_LEN], begin[160];
	int n = 0;

	snprintf(begin, sizeof begin, "%s %s ", place->service, place->name);
	for (size_t i = s->m->lines.n; i-- > 0 && n < 40;) {
		const struct model_line *l = &s->m->lines.v[i];
		if (strcmp(l->kind, "rubric") != 0 || !l->text || (*place->service ? strncmp(l->text, begin, strlen(begin)) != 0 : !strstr(l->text, begin)))
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_LINE, "", "", l->seq);
		page_put(p, 1, 10, ROLE_DIM, "%s", when_clock(l->at.at, t));
		page_put(p, 12, p->g.cols - 13, ROLE_TEXT, "%s", l->text);
		n++;
	}
	if (!n)
		view_nothing(p, "it did not change as far back as the timeline goes");
}

static void of_service(const struct scene *s, struct page *p, const struct kit_row *r, const struct kit_service *svc)
{
	const struct vitals *v = health_of(s->health, svc->name);
	int alarms = 1;

	view_row_line(s, p, r, svc, true);
	for (size_t i = 0; v && i < v->n; i++)
		if (!strcmp(v->gauges[i].signal->name, r->signal)) {
			page_line(p, DROP_NEVER);
			page_item(p, ITEM_SIGNAL, svc->name, r->signal, 0);
			gauge_draw(p, s, &v->gauges[i], false, &alarms);
		}
	view_hold_whole(s, p, svc->name, r->name);
}

void view_row(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit *k = s->m->kit;
	const struct kit_row *r = kit_row(k, place->name);
	char text[240];

	if (!r) {
		view_nothing(p, "this row is not in the kit");
		return;
	}
	snprintf(text, sizeof text, "ROW   %s%s%s", r->name, *place->service ? " of " : "", place->service);
	view_title(p, text);
	defined(s, p, r);
	page_rule(p, DROP_NEVER, s->demo);
	for (size_t i = 0; i < k->n_services && p->n < 200; i++)
		if (kit_row_covers(k, r, &k->services[i]) && (!*place->service || !strcmp(place->service, k->services[i].name)))
			of_service(s, p, r, &k->services[i]);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	history(s, p, place);
}
