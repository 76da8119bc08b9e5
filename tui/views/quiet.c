/* Screens 1 and 2: nothing is wrong, or something may be about to be.  The
 * quiet one shows minutes, never seconds, so that an idle console sends nothing. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "model/timer.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

#define RECENT (2 * US_HOUR)

static void change_line(struct page *p, const struct model_change *c, int drop)
{
	page_promise(p, drop, view_change, c);
	page_item(p, ITEM_CHANGE, c->service, c->what, c->seq);
}

static void changes_part(const struct scene *s, struct page *p)
{
	const struct model_change *changes[CHANGES_MOST];
	size_t shown = 0, n = changes_newest(s->m, changes);
	bool recent = n && changes[0]->at > s->now.at - RECENT;

	page_line(p, DROP_NEVER);
	page_put(p, 1, 40, ROLE_TITLE, recent ? "CHANGED, LAST 2 H" : "CHANGED");
	page_put(p, p->g.cols - (p->g.cols < 100 ? 20 : 32), 19, ROLE_DIM, "SINCE THEN");
	for (size_t i = 0; i < n; i++) {
		const struct model_change *c = changes[i];
		char all[200];
		snprintf(all, sizeof all, "%s %s %s", c->what, c->service ? c->service : "", c->to ? c->to : "");
		if ((recent && c->at <= s->now.at - RECENT) || !page_wanted(p, all))
			continue;
		change_line(p, c, shown < 3 ? 1 : shown < 8 ? 4 : 7);
		if (++shown >= (recent ? 40u : 5u))
			break;
	}
	if (!shown) {
		page_line(p, 1);
		page_put(p, 1, 60, ROLE_DIM, n ? "nothing matches" : "nothing yet: no deploy or change was seen");
	}
}

/* A small shop fits on the screen; of a large one only what is not good stands here. */
#define SMALL_SHOP 12

static void service_line(const struct scene *s, struct page *p, const struct vitals *v, int drop)
{
	const struct model_deploy *d = deploy_of(s, v->service->name);
	const struct model_version *good = model_last_good(s->m, v->service->name);
	char state[60];
	enum role role;

	view_state(s, v, &role, state, sizeof state);
	page_line(p, drop);
	page_item(p, ITEM_SERVICE, v->service->name, "", 0);
	page_put(p, 1, 16, ROLE_TEXT, "%s", v->service->name);
	page_put(p, 18, 15, ROLE_TEXT, "%s", d ? d->version : "version ?");
	if (p->g.cols >= 72)
		page_put(p, 34, p->g.cols - 55, ROLE_DIM, "%s%s", good ? "last good " : "", good ? good->version : "no earlier one seen");
	page_put(p, p->g.cols - 20, 19, role, "%s", state);
}

/* The services of the kit with their versions: what the cursor opens. */
static void services_part(const struct scene *s, struct page *p)
{
	size_t n = health_services(s->health), shown = 0;
	bool small = n <= SMALL_SHOP;

	page_line(p, DROP_BLANK);
	page_line(p, 3);
	page_put(p, 1, 40, ROLE_TITLE, "SERVICES");
	p->pane = 1;
	for (size_t i = 0; i < n && shown < 24; i++) {
		const struct vitals *v = small ? health_vitals(s->health, i) : health_worst(s->health, i);
		if (!small && v->rank >= RANK_UNKNOWN) /* what is unknown stands below, with the reason */
			break;
		if (!page_wanted(p, v->service->name))
			continue;
		service_line(s, p, v, v->rank < RANK_GOOD ? (shown < 4 ? 2 : 5) : i < 3 ? 3 : 6);
		shown++;
	}
	if (small)
		return;
	page_line(p, 3);
	page_put(p, 1, p->g.cols - 2, ROLE_DIM, "%s%zu good: %s lists every service", shown ? "and " : "all ",
		health_count(s->health, RANK_GOOD), key_of(s->ui, COMMAND_SERVICES));
}

/* What is left lying about: no way back, pins, freezes, unknowns, sources. */
static void left_lying(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];

	p->pane = 2;
	page_line(p, DROP_BLANK);
	for (size_t i = 0; i < s->m->deploys.n; i++) {
		const struct model_deploy *d = &s->m->deploys.v[i];
		if (d->back_safe != TRI_NO)
			continue;
		page_line(p, 1);
		page_item(p, ITEM_SERVICE, d->service, "back", 0);
		page_put(p, 1, 12, ROLE_TITLE, "NO WAY BACK");
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "%s%s%s: %s", d->service, d->back_since ? ", since " : "",
			d->back_since ? when_short(s, d->back_since, t) : "", d->back_why ? d->back_why : "the reason was not told");
	}
	for (size_t i = 0; i < s->m->pins.n; i++) {
		const struct model_pin *pin = &s->m->pins.v[i];
		page_line(p, 2);
		page_item(p, ITEM_PIN, pin->service, pin->version, 0);
		page_put(p, 1, 12, pin->returned ? ROLE_ALARM : ROLE_TITLE, pin->returned ? "IT IS BACK" : "PINNED");
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "%s: %s kept out since %s, %s%s%s", pin->service, pin->version,
			when_short(s, pin->at.at, t), pin->by, pin->returned ? "; brought back by " : "",
			pin->returned ? pin->returned_by ? pin->returned_by : "somebody" : "");
	}
	for (size_t i = 0; i < s->m->freezes.n; i++) {
		const struct model_freeze *f = &s->m->freezes.v[i];
		page_line(p, 2);
		page_item(p, ITEM_FREEZE, f->service, "", 0);
		page_put(p, 1, 12, f->broken ? ROLE_ALARM : ROLE_TITLE, "FROZEN");
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "%s since %s, %s: %s%s%s%s%s", f->service, when_short(s, f->at.at, t), f->by, f->reason,
			f->broken ? "; " : "", f->broken ? f->broken : "", f->broken ? " deployed meanwhile by " : "", f->broken && f->broken_by ? f->broken_by : "");
	}
}

/* Is b unknown like a, of the same service?  Then one line names both. */
static bool unknown_too(const struct gauge *a, const struct gauge *b)
{
	return a->silent && b->silent && a->service == b->service && (a->ms && a->ms->ok_arrived.at) == (b->ms && b->ms->ok_arrived.at);
}

/* Many at once have one reason: a line for each source that fell silent. */
static void unknown_sources(const struct scene *s, struct page *p)
{
	const struct kit *k = s->m->kit;
	char t[WHEN_LEN];

	for (size_t b = 0; b < k->n_backends; b++) {
		size_t n = 0;
		int64_t newest = 0;
		for (size_t i = 0; i < health_services(s->health); i++) {
			const struct vitals *v = health_vitals(s->health, i);
			const struct gauge *g = v->n ? v->gauges : NULL;
			if (v->rank != RANK_UNKNOWN || !g || strcmp(g->signal->backend, k->backends[b].id) != 0)
				continue;
			n++;
			if (g->ms && g->ms->ok_arrived.at > newest)
				newest = g->ms->ok_arrived.at;
		}
		if (!n)
			continue;
		page_line(p, 2);
		page_item(p, ITEM_SOURCE, "", k->backends[b].id, 0);
		page_put(p, 1, 12, ROLE_UNKNOWN, "UNKNOWN");
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "%zu services: nothing from %s%s%s", n, k->backends[b].id, newest ? " since " : " yet",
			newest ? when_short(s, newest, t) : "");
	}
}

#define UNKNOWN_EACH 6

static void unknown_each(const struct scene *s, struct page *p)
{
	struct gauges g;
	char t[WHEN_LEN];
	int shown = 0, col;

	gauges_make(&g, s, NULL, NULL);
	for (size_t i = 0; i < g.n && shown < UNKNOWN_EACH; i++) {
		const struct gauge *x = &g.v[i];
		size_t more = 0;
		if ((!x->silent && x->rank != 2) || (i && unknown_too(&g.v[i - 1], x)))
			continue;
		while (i + more + 1 < g.n && unknown_too(x, &g.v[i + more + 1]))
			more++;
		page_line(p, shown++ ? 5 : 2);
		page_item(p, ITEM_SIGNAL, x->service->name, x->signal->name, 0);
		page_put(p, 1, 12, ROLE_UNKNOWN, "UNKNOWN");
		col = page_put(p, 14, 40, ROLE_TEXT, "%s: %s", x->service->name, x->signal->name);
		if (more)
			col = page_put(p, col, 20, ROLE_TEXT, " and %zu more", more);
		if (!x->ms || !x->ms->ok_arrived.at)
			page_put(p, col + 1, p->g.cols - col - 2, ROLE_TEXT, "never measured");
		else
			page_put(p, col + 1, p->g.cols - col - 2, ROLE_TEXT, "%s since %s", x->silent ? "silent" : "cannot be judged",
				when_short(s, x->ms->ok_arrived.at, t));
	}
	gauges_release(&g);
}

static void unknown_part(const struct scene *s, struct page *p)
{
	if (health_count(s->health, RANK_UNKNOWN) > UNKNOWN_EACH)
		unknown_sources(s, p);
	else
		unknown_each(s, p);
	view_ill_sources(s, p, 2);
	if (s->m->kit_changed) {
		page_line(p, 2);
		page_put(p, 1, 12, ROLE_SOON, "KIT");
		page_put(p, 14, p->g.cols - 15, ROLE_TEXT, "changed, not in use (:reload)");
	}
}

void screen_quiet(const struct scene *s, struct page *p)
{
	char text[240];

	changes_part(s, p);
	services_part(s, p);
	view_ways_summary(s, p);
	left_lying(s, p);
	unknown_part(s, p);
	if (s->ui->demo) {
		page_line(p, DROP_BLANK);
		if (s->m->incidents.n)
			snprintf(text, sizeof text, "That was it. %s tells what happened, %s leaves. `backout demo --clean` removes it all; then "
				"`backout demo` begins anew.", key_of(s->ui, COMMAND_TIMELINE), key_of(s->ui, COMMAND_LEAVE));
		else
			snprintf(text, sizeof text, "A bad release is on its way: wait for it. Then press %s and Enter.", key_of(s->ui, COMMAND_DECLARE));
		page_wrapped(p, 5, 1, ROLE_DIM, text);
	}
}

/* ---- something pends or breached, and nobody has said that it is bad ------------ */

static void deploy_line(const struct scene *s, struct page *p, const struct kit_service *svc)
{
	const struct model_deploy *d = deploy_of(s, svc->name);
	char t[WHEN_LEN], back[240] = "back: not known";
	int col;

	page_line(p, 0);
	page_item(p, ITEM_SERVICE, svc->name, "", 0);
	col = page_put(p, 1, 20, ROLE_TITLE, "%s", svc->name);
	col = page_put(p, col + 3, 16, ROLE_DIM, "%s", svc->tier ? svc->tier->id : "");
	if (!d)
		return;
	if (d->back_safe != TRI_UNKNOWN)
		snprintf(back, sizeof back, "back: %s%s%s", d->back_safe == TRI_YES ? "safe" : "NO",
			d->back_since && d->back_safe == TRI_NO ? " since " : "",
			d->back_since && d->back_safe == TRI_NO ? when_short(s, d->back_since, t) : "");
	if (d->share < 1 && d->share >= 0)
		col = page_put(p, col + 3, 40, ROLE_TEXT, "%s %s %.0f %%, %s serves the rest", d->version, d->strategy ? d->strategy : "",
			100 * d->share, d->previous ? d->previous : "the one before");
	else
		col = page_put(p, col + 3, 40, ROLE_TEXT, "%s serves", d->version);
	page_put(p, col + 3, 60, d->back_safe == TRI_NO ? ROLE_SOON : ROLE_DIM, "%s", back);
}

static void trouble_of(const struct scene *s, struct page *p, const struct kit_service *svc, int *alarms)
{
	struct gauges g;

	deploy_line(s, p, svc);
	gauges_make(&g, s, NULL, svc->name);
	for (size_t i = 0; i < g.n; i++) {
		page_line(p, g.v[i].rank <= 1 ? 0 : g.v[i].rank == 2 ? 3 : 5);
		page_item(p, ITEM_SIGNAL, svc->name, g.v[i].signal->name, 0);
		gauge_draw(p, s, &g.v[i], false, alarms);
	}
	gauges_release(&g);
	view_timers(s, p, svc->name);
	page_line(p, DROP_BLANK);
}

/* Many at once are one thing, not many: a line each, and what changed last, since the cause is seldom theirs. */
#define FEW 3

/* The owner whose time ends first. */
static void storm_timer(const struct scene *s, struct page *p)
{
	const struct model_row *first = NULL;
	int64_t until, soonest = INT64_MAX;
	char words[400];

	for (size_t i = 0; i < s->m->rows.n; i++)
		if (timer_runs(s->m, &s->m->rows.v[i], &until) && until < soonest) {
			first = &s->m->rows.v[i];
			soonest = until;
		}
	if (!first || !timer_words(s, first, words, sizeof words))
		return;
	page_line(p, 1);
	page_item(p, ITEM_ROW, first->service, first->row, 0);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s %s: %s", first->service, first->row, words);
}

static int storm(const struct scene *s, struct page *p, size_t n)
{
	int by_itself;

	page_line(p, 0);
	page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "%zu services at once: look for what they have in common before you act on one.", n);
	by_itself = view_not_by_itself(s, p, NULL);
	if (!by_itself)
		by_itself = view_foreseen(s, p, NULL);
	for (size_t i = 0; i < n; i++)
		view_service_line(p, i < 6 ? 1 : i < 30 ? 4 : 7, health_worst(s->health, i));
	storm_timer(s, p);
	page_line(p, DROP_BLANK);
	changes_part(s, p);
	return by_itself;
}

void screen_pending(const struct scene *s, struct page *p)
{
	size_t n = health_count(s->health, RANK_BAD) + health_count(s->health, RANK_NEAR);
	int alarms = 1; /* the header's line is the red thing */
	int by_itself = 0; /* lines that say what acts, or does not */

	view_asked(s, p);
	if (n > FEW)
		by_itself = storm(s, p, n);
	for (size_t i = 0; n <= FEW && i < health_services(s->health); i++) {
		const struct kit_service *svc = health_vitals(s->health, i)->service;
		if (health_vitals(s->health, i)->rank > RANK_NEAR)
			continue;
		trouble_of(s, p, svc, &alarms);
		view_cause_of(s, p, health_vitals(s->health, i));
		by_itself += view_not_by_itself(s, p, svc->name) + view_foreseen(s, p, svc->name);
		view_proposal(s, p, svc->name);
		page_line(p, DROP_BLANK);
	}
	page_line(p, 2);
	if (!by_itself)
		page_put(p, 1, 60, ROLE_TEXT, "Nothing acts by itself.");
	if (may_ask(s))
		page_put(p, by_itself ? 1 : 26, 60, ROLE_TITLE, n > FEW ? "%s declares it and starts the clock." :
			"%s says that this deploy is bad and starts the clock.", key_of(s->ui, COMMAND_DECLARE));
	unknown_part(s, p);
}
