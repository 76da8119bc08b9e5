/* Ways back: every action with its price, and the versions one may go to. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "decide/decide.h"
#include "tui/views/views.h"

/* ---- versions ---------------------------------------------------------------- */

static void version_line(const struct scene *s, struct page *p, const struct model_version *v)
{
	char a[WHEN_LEN], b[WHEN_LEN];
	const struct model_version *good = model_last_good(s->m, v->service);
	const char *verdict = v->verdict == VERDICT_BAD ? "rolled back from" : v->verdict == VERDICT_GOOD ? "was good" : "no verdict";

	page_line(p, DROP_NEVER);
	page_item(p, ITEM_VERSION, v->service, v->version, 0);
	page_put(p, 1, 20, v == good ? ROLE_TITLE : ROLE_TEXT, "%s", v->version);
	if (v->first)
		page_put(p, 22, 24, ROLE_TEXT, "since %s, %s", when_short(s, v->first, a), age_long((v->last ? v->last : s->now.at) - v->first, b));
	else
		page_put(p, 22, 24, ROLE_DIM, "before anybody looked");
	page_put(p, 48, 18, v->verdict == VERDICT_BAD ? ROLE_SOON : ROLE_TEXT, "%s", verdict);
	page_put(p, 66, p->g.cols - 67, ROLE_DIM, "%s", !v->last ? "serves now" : v == good ? "last good" : model_pin(s->m, v->service, v->version) ? "pinned out" : "");
}

size_t view_versions_of(const struct scene *s, struct page *p, const char *service)
{
	size_t n = 0;

	for (size_t i = s->m->versions.n; i-- > 0;) {
		const struct model_version *v = &s->m->versions.v[i];
		if (strcmp(v->service, service) != 0 || !page_wanted(p, v->version))
			continue;
		version_line(s, p, v);
		n++;
	}
	return n;
}

/* ---- ways back ------------------------------------------------------------------ */

/* Two lines an action: what it is, then what it takes and who may. */
static void way_head(struct page *p, const void *ctx, const void *what)
{
	const struct scene *s = ctx;
	const struct kit_action *a = what;
	char about[WHEN_LEN];
	const char *time = "", *to = goal_version(s, a);

	page_put(p, 1, 1, ROLE_KEY, "%c", a->key ? a->key : ' ');
	page_put(p, 3, 24, ROLE_TITLE, "%s", a->name);
	page_put(p, 28, 20, ROLE_TEXT, "%s, %s", level_word(a->level), row_class_name(a->cls));
	page_put(p, 49, 14, ROLE_TEXT, "%s", span_about(expected_time(s->m, a, &time), about));
	page_put(p, 64, p->g.cols - 65, ROLE_DIM, "%s%s", to ? "to " : "", to ? to : "");
}

static void way_more(struct page *p, const void *ctx, const void *what)
{
	const struct scene *s = ctx;
	const struct kit_action *a = what;
	const struct model_action *busy = model_action_busy(s->m, a->backend, a->target);
	char why[200], words[120];
	const char *time = "";
	bool may = may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, why, sizeof why) == STATUS_OK;

	const struct model_way *lost = NULL;

	for (size_t i = 0; i < s->m->ways.n; i++)
		if (!strcmp(s->m->ways.v[i].action, a->name) && !strcmp(s->m->ways.v[i].service, a->service->name))
			lost = &s->m->ways.v[i];
	expected_time(s->m, a, &time);
	if (lost && !busy)
		page_put(p, 3, p->g.cols - 4, ROLE_SOON, "would fail now: %s", lost->why ? lost->why : "");
	else if (busy)
		page_put(p, 3, p->g.cols - 4, ROLE_SOON, "%s: %s is %s on it", verb_words(a, words, sizeof words), busy->key, outcome_name(busy->outcome));
	else
		page_put(p, 3, p->g.cols - 4, may ? ROLE_DIM : ROLE_SOON, "%s%s%s; time: %s", may ? "" : "you may not: ", may ? verb_words(a, words, sizeof words) : why,
			"", time && *time ? time : "not known");
}

void view_way(const struct scene *s, struct page *p, const struct kit_action *a)
{
	(void)s;
	page_promise(p, DROP_NEVER, way_head, a);
	page_item(p, ITEM_ACTION, a->service->name, a->name, 0);
	page_promise(p, DROP_NEVER, way_more, a);
}

struct way { const struct kit_action *a; int64_t takes; };

/* What is wanted, in the kit's order. */
static size_t ways_of(const struct scene *s, const struct page *p, const struct place *place, struct way *v)
{
	size_t n = 0;
	char all[200];
	const char *time;

	for (size_t i = 0; i < s->m->kit->n_services; i++) {
		const struct kit_service *svc = &s->m->kit->services[i];
		if (*place->service ? strcmp(place->service, svc->name) != 0 : s->inc && !incident_has_service(s->inc, svc->name))
			continue;
		for (size_t k = 0; k < svc->n_actions; k++) {
			snprintf(all, sizeof all, "%s %s", svc->name, svc->actions[k].name);
			if (page_wanted(p, all))
				v[n++] = (struct way){&svc->actions[k], expected_time(s->m, &svc->actions[k], &time)};
		}
	}
	return n;
}

static int by_service(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	return (x->a > y->a) - (x->a < y->a);
}

static int by_level(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	return x->a->level != y->a->level ? x->a->level - y->a->level : by_service(a, b);
}

/* What is not known comes last. */
static int by_time(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	uint64_t t = (uint64_t)x->takes, u = (uint64_t)y->takes;

	return t != u ? (t > u) - (t < u) : by_service(a, b);
}

void view_ways(const struct scene *s, struct page *p, const struct place *place)
{
	const struct sort_row *order = view_sort(VIEW_WAYS, place->sort);
	size_t n = 0, all = 1;
	struct way *v;
	char title[120];

	snprintf(title, sizeof title, "WAYS BACK, %s   %s", order->words, s->inc ? "the key opens the panel, Enter looks closer" :
		"move to one; then its key opens its panel");
	view_title(p, title);
	for (size_t i = 0; i < s->m->kit->n_services; i++)
		all += s->m->kit->services[i].n_actions;
	v = mem_new(all * sizeof *v);
	n = ways_of(s, p, place, v);
	if (strcmp(order->name, "service") != 0)
		qsort(v, n, sizeof *v, !strcmp(order->name, "level") ? by_level : by_time);
	for (size_t i = 0; i < n; i++)
		view_way(s, p, v[i].a);
	free(v);
	if (!n)
		view_nothing(p, "the kit has no action here");
}

/* Does it know where to go?  Whether it would work is the backend's to say, when it is asked. */
static bool knows_where(const struct scene *s, const struct kit_action *a)
{
	const struct model_deploy *d = deploy_of(s, a->service->name);

	return a->level != 2 || ((!d || d->back_safe != TRI_NO) && goal_version(s, a));
}

static const char *where_not(const struct scene *s, const struct kit_action *a)
{
	const struct model_deploy *d = deploy_of(s, a->service->name);

	return d && d->back_safe == TRI_NO ? "going back is not safe (see below)" : d ? "no earlier version was seen here" : "what serves is not known";
}

#define NOT_NAMED 3

/* What the backends said when every way was tried last: each that would fail now, the longest first. */
static void ways_tried(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN], since[WHEN_LEN];
	int64_t tried = 0, ready = 0, oldest = 0;
	size_t named = 0;

	for (size_t i = 0; i < s->m->rounds.n; i++) {
		const struct model_round *r = &s->m->rounds.v[i];
		tried += r->tried;
		ready += r->ready;
		oldest = !oldest || r->at.at < oldest ? r->at.at : oldest;
	}
	page_line(p, 2);
	page_put(p, 1, 22, ROLE_TITLE, "COULD WE GO BACK NOW?");
	page_put(p, 24, p->g.cols - 40, ready < tried ? ROLE_TEXT : ROLE_GOOD, "%lld way%s tried, %lld ready%s", (long long)tried, tried == 1 ? "" : "s",
		(long long)ready, ready < tried ? "" : ", all of them");
	snprintf(since, sizeof since, "tried %.20s%s", age_minutes(s->now.at - oldest, t), s->now.at - oldest < US_MINUTE ? "" : " ago");
	page_right(p, p->g.cols - 1, ROLE_DIM, since);
	for (size_t i = 0; i < s->m->ways.n && named < NOT_NAMED; i++) {
		const struct model_way *w = &s->m->ways.v[i];
		if (!kit_action(s->m->kit, w->service, w->action))
			continue;
		page_line(p, named++ ? 5 : 3);
		page_item(p, ITEM_ACTION, w->service, w->action, 0);
		page_put(p, 1, 1, ROLE_SOON, "x");
		page_put(p, 3, 24, ROLE_TEXT, "%s", w->action);
		page_put(p, 28, p->g.cols - 29, ROLE_TEXT, "%s, since %s", w->why ? w->why : "", when_short(s, w->since.at, t));
	}
	if (s->m->ways.n > named) {
		page_line(p, 5);
		page_put(p, 1, 40, ROLE_TEXT, "x %zu more (%s)", s->m->ways.n - named, key_of(s->ui, COMMAND_WAYS));
	}
}

/* Before anything was tried: what at least knows where to go. */
static void ways_known(const struct scene *s, struct page *p)
{
	size_t all = 0, lost = 0;

	for (size_t i = 0; i < s->m->kit->n_services; i++)
		for (size_t k = 0; k < s->m->kit->services[i].n_actions; k++) {
			const struct kit_action *a = &s->m->kit->services[i].actions[k];
			if (a->cls != CLASS_REVERSE)
				continue;
			all++;
			lost += !knows_where(s, a);
		}
	if (!all)
		return;
	page_line(p, 2);
	page_put(p, 1, 22, ROLE_TITLE, "COULD WE GO BACK NOW?");
	if (lost)
		page_put(p, 24, p->g.cols - 25, ROLE_TEXT, "%zu way%s back, %zu know%s where to, %zu not  (%s)", all, all == 1 ? "" : "s", all - lost,
			all - lost == 1 ? "s" : "", lost, key_of(s->ui, COMMAND_WAYS));
	else
		page_put(p, 24, p->g.cols - 25, ROLE_TEXT, "%zu way%s back, every one knows where to  (%s)", all, all == 1 ? "" : "s", key_of(s->ui, COMMAND_WAYS));
	for (size_t i = 0, named = 0; lost && i < s->m->kit->n_services && named < NOT_NAMED; i++)
		for (size_t k = 0; k < s->m->kit->services[i].n_actions && named < NOT_NAMED; k++) {
			const struct kit_action *a = &s->m->kit->services[i].actions[k];
			if (a->cls != CLASS_REVERSE || knows_where(s, a))
				continue;
			page_line(p, named++ ? 5 : 3);
			page_item(p, ITEM_ACTION, a->service->name, a->name, 0);
			page_put(p, 1, 1, ROLE_SOON, "x");
			page_put(p, 3, 30, ROLE_TEXT, "%s", a->name);
			page_put(p, 35, p->g.cols - 36, ROLE_TEXT, "%s", where_not(s, a));
		}
}

void view_ways_summary(const struct scene *s, struct page *p)
{
	page_line(p, DROP_BLANK);
	if (s->m->rounds.n)
		ways_tried(s, p);
	else
		ways_known(s, p);
}
