/* The likely cause: what changed before the turn, with the reason for its rank. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "decide/suspects.h"
#include "tui/views/views.h"

#define SHOWN 2

/* "deploy auth 8.14.0", "config auth-env of auth" */
static void change_words(const struct model_change *c, char *out, size_t cap)
{
	bool deploy = !strcmp(c->what, "deploy");

	if (deploy)
		snprintf(out, cap, "deploy %s %s", c->service ? c->service : "", c->to ? c->to : "");
	else
		snprintf(out, cap, "%s %s%s%s", c->what, c->name ? c->name : "", c->service ? " of " : "", c->service ? c->service : "");
}

static void suspect_line(const struct scene *s, struct page *p, const struct suspect *x, int number, int drop)
{
	char what[200], ask[80] = "";
	const struct model_action *ours = model_change_action(s->m, x->change);
	const char *by = ours ? ours->by : x->change->by;
	int right = p->g.cols - 1, col;

	change_words(x->change, what, sizeof what);
	if (by && *by)
		snprintf(ask, sizeof ask, "ask %s", by);
	page_line(p, drop);
	page_item(p, ITEM_CHANGE, x->change->service, x->change->what, x->change->seq);
	page_put(p, 1, 14, ROLE_TITLE, "%s", number == 1 ? "LIKELY CAUSE" : "");
	page_put(p, 14, 1, ROLE_TEXT, "%d", number);
	col = page_put(p, 16, right - 17, number == 1 ? ROLE_TITLE : ROLE_TEXT, "%s", what);
	if (*ask && col + 3 + text_cols(x->why) + 2 + text_cols(ask) < right)
		right = page_right(p, right, ROLE_DIM, ask) - 2;
	page_put(p, col, right - col, ROLE_TEXT, ", %s", x->why);
}

static void turn_part(const struct scene *s, struct page *p, const struct turn *t)
{
	struct suspect found[SUSPECTS_MOST];
	size_t n = suspects_find(s->m, t, found, SUSPECTS_MOST);

	for (size_t i = 0; i < n && i < SHOWN; i++)
		suspect_line(s, p, &found[i], (int)i + 1, i ? 4 : 0);
	if (n)
		return;
	page_line(p, 1);
	page_put(p, 1, 14, ROLE_TITLE, "LIKELY CAUSE");
	page_put(p, 16, p->g.cols - 17, ROLE_DIM, "nothing was seen to change before the turn  (%s: all changes)", key_of(s->ui, COMMAND_CHANGES));
}

void view_cause(const struct scene *s, struct page *p)
{
	const char **services = mem_new((s->inc->services.n + 1) * sizeof *services);
	struct turn t;

	if (suspects_turn(s->m, s->inc, &s->ph, services, &t))
		turn_part(s, p, &t);
	free(services);
}

/* Of a service that pends or breached and was not declared: it turned when the oldest of its bad runs began. */
void view_cause_of(const struct scene *s, struct page *p, const struct vitals *v)
{
	const char *name = v->service->name;
	struct turn t = {.services = &name, .n = 1, .at = 0};

	for (size_t i = 0; i < v->n && v->gauges[i].rank <= RANK_NEAR; i++) {
		const struct gauge *g = &v->gauges[i];
		int64_t at = g->mr->onset.at && model_row_standing(g->mr) ? g->mr->onset.at : g->mr->since.at;
		if (!t.at || at < t.at)
			t.at = at;
		if (g->signal->window + g->signal->every > t.unsure)
			t.unsure = g->signal->window + g->signal->every;
	}
	if (t.at)
		turn_part(s, p, &t);
}
