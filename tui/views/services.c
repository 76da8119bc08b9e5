/* Every service of the kit in one list, what is bad first: for three hundred
 * of them on a Tuesday, and a thousand. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

/* As in SORTS (view.h). */
enum order { ORDER_STATE, ORDER_NAME, ORDER_TIER, ORDER_CHANGE, ORDERS };

static const char *const rank_words[RANKS] = {"limit crossed", "near its limit", "unknown", "good"};
static const enum role rank_roles[RANKS] = {ROLE_SOON, ROLE_SOON, ROLE_UNKNOWN, ROLE_GOOD};

const char *view_state(const struct scene *s, const struct vitals *v, enum role *out_role, char *out, size_t cap)
{
	char why[80] = "", d[DURATION_LEN];
	const struct gauge *g = v->n ? v->gauges : NULL;
	const struct model_action *down = s->down ? model_countdown(s->m, v->service->name) : NULL;

	*out_role = rank_roles[v->rank];
	if (v->rank == RANK_NEAR && g && g->mr && g->mr->until)
		snprintf(why, sizeof why, "breach in %s", duration_clock(g->mr->until > s->now.at ? g->mr->until - s->now.at : 0, d));
	if (down)
		snprintf(why, sizeof why, "by itself in %s", countdown_left(s, down, d));
	snprintf(out, cap, "%s%s", model_frozen(s->m, v->service->name) ? "FROZEN, " : "", *why ? why : rank_words[v->rank]);
	return out;
}

/* The signal it is about: "error_rate 7.1 %", "geo_hits silent 14m". */
static void worst_words(const struct scene *s, const struct vitals *v, char *out, size_t cap)
{
	char value[40], age[WHEN_LEN];
	const struct gauge *g = v->n ? v->gauges : NULL;

	*out = 0;
	if (v->said && (!g || g->rank > RANK_BAD))
		snprintf(out, cap, "people say: %s", v->said->row);
	else if (!g || v->rank >= RANK_GOOD)
		return;
	else if (!g->ms || !g->ms->ok_arrived.at)
		snprintf(out, cap, "%s never measured", g->signal->name);
	else if (g->silent)
		snprintf(out, cap, "%s silent %s", g->signal->name, age_minutes(stamp_diff(&g->ms->ok_arrived, &s->stamp, NULL), age));
	else
		snprintf(out, cap, "%s %s", g->signal->name, unit_print(g->ms->value, g->signal->unit, value, sizeof value));
}

/* name 20, tier 10, version 13, age 6, then how it is and what about */
static void service_line(struct page *p, const void *ctx, const void *what)
{
	const struct scene *s = ctx;
	const struct vitals *v = what;
	const struct kit_service *svc = v->service;
	const struct model_deploy *d = deploy_of(s, svc->name);
	const struct model_version *good = model_last_good(s->m, svc->name);
	char text[200], state[60], about[120], age[WHEN_LEN];
	int wide = p->g.cols >= 110 ? 8 : 0, col = 22 + wide, cols = p->g.cols;
	enum role role;

	page_put(p, 1, 20 + wide, v->rank < RANK_UNKNOWN ? ROLE_TITLE : ROLE_TEXT, "%s", svc->name);
	if (cols >= 96) { /* what is wrong needs the room more */
		page_put(p, col, 9 + wide, ROLE_DIM, "%s", svc->tier ? svc->tier->id : "");
		col += 10 + wide;
	}
	if (d && d->share > 0 && d->share < 1)
		snprintf(text, sizeof text, "%s %.0f %%", d->version, 100 * d->share);
	else
		snprintf(text, sizeof text, "%s", d ? d->version : "?");
	page_put(p, col, 12 + wide, d ? ROLE_TEXT : ROLE_DIM, "%s", text);
	col += 13 + wide;
	page_put(p, col, 5, ROLE_DIM, "%s", d && d->at ? age_minutes(s->now.at - d->at, age) : "");
	col += 6;
	view_state(s, v, &role, state, sizeof state);
	worst_words(s, v, about, sizeof about);
	page_put(p, col, wide ? 46 : cols - col - 1, role, "%s%s%s", state, *about ? ": " : "", about);
	if (wide)
		page_put(p, col + 48, cols - col - 49, ROLE_DIM, "%s%s%s%s", good ? "last good " : "no earlier one seen", good ? good->version : "",
			d && d->by ? ", ask " : "", d && d->by ? d->by : "");
}

static bool wanted(const struct scene *s, const struct page *p, const struct vitals *v)
{
	const struct model_deploy *d;
	char all[400], state[60];
	enum role role;

	if (!*p->filter)
		return true;
	d = deploy_of(s, v->service->name);
	snprintf(all, sizeof all, "%s %s %s %s %s %s", v->service->name, v->service->tier ? v->service->tier->id : "",
		v->service->owner ? v->service->owner : "", d ? d->version : "", view_state(s, v, &role, state, sizeof state), d && d->by ? d->by : "");
	return page_wanted(p, all);
}

static void add(const struct scene *s, struct page *p, const struct vitals *v)
{
	if (!wanted(s, p, v))
		return;
	page_promise(p, DROP_NEVER, service_line, v);
	page_item(p, ITEM_SERVICE, v->service->name, "", 0);
}

/* "customer-facing   3 bad, 1 unknown, 40 good" */
static void tier_head(const struct scene *s, struct page *p, const struct kit_tier *t)
{
	size_t by[RANKS] = {0}, n = health_services(s->health);
	char text[120] = "";

	for (size_t i = 0; i < n; i++)
		if (health_vitals(s->health, i)->service->tier == t)
			by[health_vitals(s->health, i)->rank]++;
	if (!(by[0] + by[1] + by[2] + by[3]))
		return;
	if (by[RANK_BAD] + by[RANK_NEAR])
		snprintf(text, sizeof text, "%zu bad, ", by[RANK_BAD] + by[RANK_NEAR]);
	if (by[RANK_UNKNOWN])
		snprintf(text + strlen(text), sizeof text - strlen(text), "%zu unknown, ", by[RANK_UNKNOWN]);
	page_line(p, DROP_NEVER);
	page_put(p, 1, 30, ROLE_TITLE, "%s", t ? t->id : "no tier");
	page_put(p, 32, 50, ROLE_DIM, "%s%zu good", text, by[RANK_GOOD]);
	p->pane++;
}

static void by_tier(const struct scene *s, struct page *p)
{
	const struct kit *k = s->m->kit;

	for (size_t t = 0; t <= k->n_tiers; t++) {
		const struct kit_tier *tier = t < k->n_tiers ? &k->tiers[t] : NULL;
		tier_head(s, p, tier);
		for (size_t i = 0; i < health_services(s->health); i++)
			if (health_worst(s->health, i)->service->tier == tier)
				add(s, p, health_worst(s->health, i));
	}
}

struct dated { const struct vitals *v; int64_t at; };

static int newest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : strcmp(x->v->service->name, y->v->service->name);
}

static void by_change(const struct scene *s, struct page *p)
{
	size_t n = health_services(s->health);
	struct dated *v = mem_new((n + 1) * sizeof *v);

	for (size_t i = 0; i < n; i++) {
		const struct model_deploy *d = deploy_of(s, health_vitals(s->health, i)->service->name);
		v[i].v = health_vitals(s->health, i);
		v[i].at = d ? d->at : 0;
	}
	qsort(v, n, sizeof *v, newest_first);
	for (size_t i = 0; i < n; i++)
		add(s, p, v[i].v);
	free(v);
}

void view_services(const struct scene *s, struct page *p, const struct place *place)
{
	size_t n = health_services(s->health);
	enum order order = (enum order)(place->sort % ORDERS);
	char text[120];

	snprintf(text, sizeof text, "SERVICES   %zu, %s   %s sorts otherwise", n, view_sort(VIEW_SERVICES, place->sort)->words,
		key_of(s->ui, COMMAND_SORT));
	view_title(p, text);
	switch (order) {
	case ORDER_STATE:
	case ORDER_NAME:
		for (size_t i = 0; i < n; i++)
			add(s, p, order == ORDER_STATE ? health_worst(s->health, i) : health_vitals(s->health, i));
		break;
	case ORDER_TIER:
		by_tier(s, p);
		break;
	case ORDER_CHANGE:
		by_change(s, p);
		break;
	case ORDERS:
		break;
	}
	if (!p->n_items)
		view_nothing(p, "no service matches");
}

/* One line for a service that is in trouble: for screens that have many of them. */
void view_service_line(struct page *p, int drop, const struct vitals *v)
{
	page_promise(p, drop, service_line, v);
	page_item(p, ITEM_SERVICE, v->service->name, "", 0);
}
