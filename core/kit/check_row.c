/* Cross checks of the rubric: each row against its signal or report, the
 * services it covers, and what it proposes. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "kit/checks.h"

static bool row_is_for(const struct kit_row *r, const struct kit_service *s)
{
	char tier[80] = "tier:";
	if (r->all_services || names_has(&r->services, s->name))
		return true;
	if (!s->tier || strlen(s->tier->id) > 70)
		return false;
	memcpy(tier + 5, s->tier->id, strlen(s->tier->id) + 1);
	return names_has(&r->services, tier);
}

static void check_row_services(struct checker *c, const struct kit_row *r)
{
	for (size_t i = 0; i < r->services.n; i++) {
		const char *name = r->services.v[i];
		struct place at = place_in(&c->b, r, "services", (int)i);
		bool tier = strncmp(name, "tier:", 5) == 0, known = false;
		for (size_t t = 0; t < c->k->n_tiers && tier; t++)
			known |= strcmp(c->k->tiers[t].id, name + 5) == 0;
		if (tier && !known)
			mend_with(err(c, at, "no tier is called %.64s", name + 5), "use one of `tiers`");
		if (tier)
			continue;
		check_service_name(c, at, name);
		const struct kit_service *s = kit_service(c->k, name);
		if (s && r->signal && !r->is_report && !kit_signal(s, r->signal))
			mend_with(err(c, at, "%.64s has no signal %.64s", name, r->signal), "declare it there, or leave the service out");
	}
}

static void unknown_signal(struct checker *c, const struct kit_row *r)
{
	const char *names[512];
	size_t n = 0;
	for (size_t i = 0; i < c->k->n_reports && n < 512; i++)
		names[n++] = c->k->reports[i].id;
	for (size_t s = 0; s < c->k->n_services; s++)
		for (size_t i = 0; i < c->k->services[s].n_signals && n < 512; i++)
			names[n++] = c->k->services[s].signals[i].name;
	struct problem *p = err(c, place_in(&c->b, r, "signal", -1), "no service has a signal %.64s, and no report is called so", r->signal);
	mend_near(p, r->signal, names, n, "declare it in a service's `signals`, or under `reports`");
}

/* ---- when ------------------------------------------------------------------------------ */

static bool parse_when(struct checker *c, struct kit_row *r, enum unit unit)
{
	struct fault f = {0};
	if (cond_parse(r->when_text, unit, &r->when, &f) == STATUS_OK)
		return true;
	complain_cond(c, node_get(object_of(&c->b, r)->node, "when"), place_in(&c->b, r, "when", -1), "when", &f);
	return false;
}

static void check_report_row(struct checker *c, struct kit_row *r)
{
	struct place at = place_in(&c->b, r, "when", -1);
	if (strcmp(r->signal, "other") == 0)
		mend_with(err(c, place_in(&c->b, r, "signal", -1), "the report `other` breaches no row"), "declare a report of your own");
	if (r->when_text && parse_when(c, r, UNIT_COUNT)) {
		if (r->when.kind == COND_CMP || r->when.kind == COND_BURN)
			mend_with(err(c, at, "%.64s is a report: it is counted, not measured", r->signal), "write any, or \"> 3 in 1h\"");
	}
	if (r->on_timer == END_FIRE)
		mend_with(err(c, place_in(&c->b, r, "on_timer", -1), "reports never act by themselves"), "escalate or drop");
	if (r->has_at_least)
		mend_with(err(c, place_in(&c->b, r, "at_least", -1), "a report has no traffic"), "take `at_least` out");
}

static void check_lax_ratio(struct checker *c, const struct kit_row *r, enum unit unit)
{
	if (unit == UNIT_RATIO && r->when.kind == COND_CMP && r->when.number > 1)
		mend_with(warn(c, place_in(&c->b, r, "when", -1), "%.64s is a ratio, and this limit means %.0f%%", r->signal, r->when.number * 100),
			"write %g%%", r->when.number);
}

/* Shares and times are made of requests: without saying how many are enough, the row never acts by itself. */
static void check_acts_alone(struct checker *c, const struct kit_row *r, enum unit unit)
{
	bool wanted = r->on_timer == END_FIRE;
	for (size_t s = 0; s < c->k->n_services && !wanted; s++)
		wanted = row_is_for(r, &c->k->services[s]) && c->k->services[s].tier && c->k->services[s].tier->recovery == RECOVERY_AUTO_ROLLBACK &&
			kit_signal(&c->k->services[s], r->signal);
	if (!wanted || !c->k->automatic.on.n || r->has_at_least || r->dry_run || r->action == CLASS_TELL || r->when.kind == COND_COUNT ||
		unit == UNIT_COUNT || unit == UNIT_NUMBER)
		return;
	mend_with(warn(c, object_of(&c->b, r)->at, "the row %.64s never acts by itself: it does not say how much traffic is enough", r->name ? r->name : ""),
		"add at_least: \"50 in 2m\", or take it for what it is: a proposal");
}

/* One condition for all services it covers: so one unit. */
static void check_measured_row(struct checker *c, struct kit_row *r)
{
	const struct kit_service *first = NULL;
	enum unit unit = UNIT_NUMBER;
	struct place at = place_in(&c->b, r, "when", -1);
	for (size_t s = 0; s < c->k->n_services; s++) {
		const struct kit_service *service = &c->k->services[s];
		const struct kit_signal *g = row_is_for(r, service) ? kit_signal(service, r->signal) : NULL;
		if (g && first && g->unit != unit) {
			mend_with(err(c, at, "%.64s is %s in %.64s and %s in %.64s", r->signal, unit_name(unit), first->name, unit_name(g->unit), service->name),
				"make two rows with `services`, or one unit");
			return;
		}
		if (g && !first) {
			first = service;
			unit = g->unit;
		}
	}
	if (!first && !c->broken.n && !c->kit_broken)
		mend_with(warn(c, object_of(&c->b, r)->at, "the row %.64s covers no service", r->name ? r->name : ""), "name services that have %.64s", r->signal);
	if (!first || !r->when_text || !parse_when(c, r, unit))
		return;
	if (r->when.kind == COND_ANY)
		mend_with(err(c, at, "\"any\" is for reports, and %.64s is measured", r->signal), "write a limit: \"> 5%% for 2m\"");
	check_lax_ratio(c, r, unit);
	check_acts_alone(c, r, unit);
}

static bool signal_exists(const struct kit *k, const char *name)
{
	for (size_t s = 0; s < k->n_services; s++)
		if (kit_signal(&k->services[s], name))
			return true;
	return false;
}

static void check_when(struct checker *c, struct kit_row *r)
{
	if (!r->signal)
		return;
	r->is_report = kit_report(c->k, r->signal) != NULL;
	if (r->is_report)
		check_report_row(c, r);
	else if (signal_exists(c->k, r->signal))
		check_measured_row(c, r);
	else if (!c->broken.n)
		unknown_signal(c, r);
}

/* ---- what it proposes --------------------------------------------------------------------- */

static void check_fire(struct checker *c, const struct kit_row *r)
{
	const char *names[512];
	size_t n = 0;
	bool found = false;
	struct place at = place_in(&c->b, r, "fire", -1);
	if (r->on_timer == END_FIRE && r->action == CLASS_TELL)
		mend_with(err(c, place_in(&c->b, r, "on_timer", -1), "a row that only tells has nothing to fire"), "escalate or drop, or another `action`");
	if (!r->fire)
		return;
	if (r->action == CLASS_TELL)
		mend_with(err(c, at, "a row that only tells proposes nothing"), "take `fire` out, or choose another `action`");
	for (size_t s = 0; s < c->k->n_services; s++) {
		const struct kit_service *service = &c->k->services[s];
		for (size_t i = 0; i < service->n_actions; i++) {
			const char *name = service->actions[i].name;
			found |= name && strcmp(name, r->fire) == 0;
			if (name && n < 512)
				names[n++] = name;
		}
	}
	if (!found && !c->broken.n)
		mend_near(err(c, at, "no service has an action %.64s", r->fire), r->fire, names, n, "name one of a service's `actions`");
}

static void check_at_least(struct kit_row *r, const struct node *n)
{
	struct kit_limit limit;
	r->has_at_least = n && n->kind == NODE_SCALAR && limit_parse(n->text, &limit);
	if (r->has_at_least) {
		r->at_least = limit.count;
		r->at_least_in = limit.in;
	}
}

static void check_row(struct checker *c, struct kit_row *r)
{
	const struct node *n = object_of(&c->b, r)->node, *services = node_get(n, "services");
	r->all_services = !services || services->kind != NODE_LIST;
	check_at_least(r, node_get(n, "at_least"));
	check_when(c, r);
	check_row_services(c, r);
	check_person_or_role(c, place_in(&c->b, r, "owner", -1), r->owner);
	for (size_t i = 0; i < r->notify.n; i++)
		check_list(c, place_in(&c->b, r, "notify", (int)i), r->notify.v[i]);
	check_fire(c, r);
}

void check_rows(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_rows; i++) {
		struct kit_row *r = &c->k->rows[i];
		check_row(c, r);
		for (size_t j = 0; j < i && r->name; j++)
			if (c->k->rows[j].name && strcmp(c->k->rows[j].name, r->name) == 0)
				mend_with(err(c, place_in(&c->b, r, "name", -1), "two rows are called %.64s", r->name), "give one another name");
	}
}
