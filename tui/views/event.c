/* One event of the journal, whole: who, when, what, and the bytes that were hashed. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

#define DEEP 6

static void value_line(struct page *p, int depth, const struct json *v, bool in_list)
{
	char text[1200] = "";
	double number = json_num(v, 0);
	const char *key = json_key(v);
	int col = 3 + 2 * depth;

	if (json_type(v) == JSON_STRING)
		text_safe(text, sizeof text, json_str(v, ""));
	else if (json_type(v) == JSON_NUMBER)
		snprintf(text, sizeof text, fabs(number) < 1e15 && number == nearbyint(number) ? "%.0f" : "%.6g", number);
	else if (json_type(v) == JSON_BOOL)
		snprintf(text, sizeof text, "%s", json_bool(v, false) ? "yes" : "no");
	else if (json_type(v) == JSON_NULL)
		snprintf(text, sizeof text, "none");
	char line[1300];
	snprintf(line, sizeof line, "%s%s%s", in_list ? "-" : key ? key : "", *text ? (in_list ? " " : ": ") : "", text);
	int first = p->n;
	page_wrapped(p, DROP_NEVER, col, ROLE_TEXT, line);
	if (p->n > first) { /* so that a long one can be scrolled */
		page_item(p, ITEM_LINE, "", "", -first);
		p->items[p->n_items - 1].line = first;
	}
}

static void tree(struct page *p, int depth, const struct json *j)
{
	for (const struct json *v = json_first(j); v && p->n < 250; v = json_next(v)) {
		value_line(p, depth, v, json_type(j) == JSON_ARRAY);
		if (depth < DEEP)
			tree(p, depth + 1, v);
	}
}

/* What `read` answered: the event, when it is the one that was asked for. */
static bool body(struct page *p, const struct json *answer, int64_t seq)
{
	const struct json *e = json_first(json_get(answer, "events"));
	char text[300];
	bool found = e && json_get_int(e, "seq", 0) == seq;

	if (found) {
		view_fact(p, "actor", ROLE_TEXT, json_get_str(e, "actor", ""));
		if (*json_get_str(e, "incident", ""))
			view_fact(p, "incident", ROLE_TEXT, json_get_str(e, "incident", ""));
		snprintf(text, sizeof text, "%.24s... (`backout log` has it whole)", json_get_str(e, "chain", ""));
		view_fact(p, "chain", ROLE_DIM, text);
		page_line(p, DROP_NEVER);
		tree(p, 0, json_get(e, "body"));
		if (json_type(json_get(e, "body")) == JSON_NULL)
			view_nothing(p, "its body was withheld; the chain over it is whole");
	}
	return found;
}

void view_event(const struct scene *s, struct page *p, const struct place *place)
{
	const struct fetched *f = &s->ui->fetched;
	int64_t seq = strtoll(place->name, NULL, 10);
	char text[200], t[WHEN_LEN], what[96];

	snprintf(text, sizeof text, "EVENT %lld", (long long)seq);
	view_title(p, text);
	for (size_t i = 0; i < s->m->lines.n; i++) {
		const struct model_line *l = &s->m->lines.v[i];
		if (l->seq != seq)
			continue;
		snprintf(text, sizeof text, "%s, %s", when_short(s, l->at.at, t), l->kind);
		view_fact(p, "at", ROLE_TEXT, text);
		view_fact(p, "what", ROLE_TITLE, l->text && *l->text ? l->text : l->kind);
	}
	snprintf(what, sizeof what, "event %lld", (long long)seq);
	if (strcmp(f->what, what) != 0 || f->waiting)
		view_nothing(p, "reading it from the journal ...");
	else if (*f->why || !f->answer || !body(p, f->answer, seq))
		view_fact(p, "not read", ROLE_SOON, *f->why ? f->why : "the journal has no such event");
}
