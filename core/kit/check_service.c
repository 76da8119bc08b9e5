/* Cross checks of services, their signals, actions and verification. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "kit/checks.h"

/* ---- signals ----------------------------------------------------------------------------- */

static void check_signal(struct checker *c, const struct kit_service *s, struct kit_signal *g)
{
	const struct node *stale = node_get(object_of(&c->b, g)->node, "stale_after");
	check_backend(c, place_in(&c->b, g, "backend", -1), g->backend);
	if (!stale)
		g->stale_after = 3 * g->every > 15 * US_SECOND ? 3 * g->every : 15 * US_SECOND;
	else if (g->stale_after < g->every)
		mend_with(err(c, stale->at, "`stale_after` is shorter than `every`: %.64s would always be stale", g->name), "at least `every`, better three times it");
	if (!g->traffic)
		return;
	const struct kit_signal *t = kit_signal(s, g->traffic);
	struct place at = place_in(&c->b, g, "traffic", -1);
	if (!t)
		mend_with(err(c, at, "%.64s has no signal %.64s", s->name, g->traffic), "declare it under `signals`");
	else if (t == g || t->unit != UNIT_COUNT)
		mend_with(err(c, at, "`traffic` must be another signal that counts, and %.64s does not", t->name), "give it `unit: count`");
}

/* ---- conditions ---------------------------------------------------------------------------- */

static bool unit_in_service(void *ctx, const char *signal, enum unit *out)
{
	const struct kit_signal *g = kit_signal(ctx, signal);
	if (g)
		*out = g->unit;
	return g != NULL;
}

static void check_cond(struct checker *c, struct kit_service *s, const struct node *n, const char *key, struct kit_cond *cond)
{
	char signal[72];
	struct fault f = {0};
	struct place at = n ? n->at : object_of(&c->b, s)->at;
	if (cond_parse_signal(cond->text, unit_in_service, s, signal, sizeof signal, &cond->cond, &f) != STATUS_OK) {
		complain_cond(c, n, at, key, &f);
		return;
	}
	cond->signal = kit_signal(s, signal)->name;
	if (cond->cond.kind == COND_ANY)
		mend_with(err(c, at, "`%s`: \"any\" is for reports, and %.64s is measured", key, signal), "write \"%.64s < 1%% for 1m\"", signal);
}

static void check_conds(struct checker *c, struct kit_service *s, const struct node *list, const char *key, struct kit_conds *conds)
{
	for (size_t i = 0; i < conds->n; i++)
		check_cond(c, s, list && list->kind == NODE_LIST && i < list->n ? list->v[i].node : NULL, key, &conds->v[i]);
}

static void check_verify(struct checker *c, struct kit_service *s)
{
	const struct node *root = object_of(&c->b, s)->node, *n = node_get(root, "verify"), *version = node_get(n, "version");
	struct kit_verify *v = &s->verify;
	check_conds(c, s, node_get(n, "good"), "good", &v->good);
	v->has_volume = v->volume.text != NULL;
	if (v->has_volume)
		check_cond(c, s, node_get(n, "volume"), "volume", &v->volume);
	if (!version)
		v->version = s->deploys_backend != NULL;
	else if (v->version && !s->deploys_backend && !node_get(root, "deploys"))
		mend_with(err(c, version->at, "the version cannot be verified: %.64s has no `deploys`", s->name), "add `deploys`, or say false");
}

/* ---- actions ------------------------------------------------------------------------------- */

static const struct { const char *verb; enum row_class cls; } verbs[] = {
	{"flag-off", CLASS_REVERSE}, {"rollback", CLASS_REVERSE}, {"revert", CLASS_REVERSE}, {"swap", CLASS_REVERSE},
	{"weight", CLASS_SLOW}, {"drain", CLASS_SLOW}, {"pause", CLASS_STOP}, {"freeze", CLASS_STOP},
};

static void check_class(struct checker *c, struct kit_action *a)
{
	if (node_get(object_of(&c->b, a)->node, "class") || !a->verb)
		return;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(verbs[i].verb, a->verb) == 0) {
			a->cls = verbs[i].cls;
			return;
		}
	}
	struct problem *p = err(c, place_in(&c->b, a, "verb", -1), "the verb %.64s does not say what class the action is", a->verb);
	mend_with(p, "add `class`: contain, slow, stop, reverse or forward");
}

static const char *const radius_words[] = {"service", "shared", "global"};

/* The widest of the service, of what it covers, and of what it says itself. */
static void check_radius(struct checker *c, const struct kit_service *s, struct kit_action *a)
{
	const struct node *given = node_get(object_of(&c->b, a)->node, "blast_radius");
	enum radius said = a->radius, least = s->radius;
	bool several = a->covers.n > 1;
	for (size_t i = 0; i < a->covers.n; i++) {
		const struct kit_service *other = kit_service(c->k, a->covers.v[i]);
		if (other && other->radius > least)
			least = other->radius;
	}
	if (several && least < RADIUS_SHARED)
		least = RADIUS_SHARED;
	a->radius = least;
	if (!given)
		return;
	if (said < least)
		mend_with(err(c, given->at, "the radius cannot be %s: %s", radius_words[said], several && s->radius < least ?
			"the action covers several services" : "it is narrower than the service's"), "at least %s, or leave it out", radius_words[least]);
	else
		a->radius = said;
}

static void check_covers(struct checker *c, const struct kit_service *s, struct kit_action *a)
{
	if (!node_get(object_of(&c->b, a)->node, "covers")) {
		a->covers.v = arena_alloc(c->b.arena, sizeof *a->covers.v);
		a->covers.v[0] = s->name;
		a->covers.n = 1;
		return;
	}
	for (size_t i = 0; i < a->covers.n; i++)
		check_service_name(c, place_in(&c->b, a, "covers", (int)i), a->covers.v[i]);
	if (!names_has(&a->covers, s->name))
		mend_with(warn(c, place_in(&c->b, a, "covers", -1), "%.64s does not cover its own service %.64s", a->name, s->name), "add it, if it helps there too");
}

static void check_confirmed(struct checker *c, struct kit_action *a)
{
	const struct node *n = object_of(&c->b, a)->node, *by = node_get(node_get(n, "confirmed"), "by");
	int64_t three = 3 * a->confirmed.time;
	if (by)
		check_person_or_role(c, by->at, a->confirmed.by);
	if (!node_get(n, "timeout"))
		a->timeout = three > 2 * US_MINUTE ? three : 2 * US_MINUTE;
}

static void check_action(struct checker *c, struct kit_service *s, struct kit_action *a)
{
	a->service = s;
	check_backend(c, place_in(&c->b, a, "backend", -1), a->backend);
	check_class(c, a);
	check_covers(c, s, a);
	check_radius(c, s, a);
	check_confirmed(c, a);
	if (!a->target)
		a->target = s->deploys_backend && a->backend && !strcmp(s->deploys_backend, a->backend) ? s->deploys_target : "{}";
	for (size_t i = 0; i < a->requires.n; i++) {
		bool known = false;
		for (size_t j = 0; j < c->procedures.n && !known; j++)
			known = strcmp(c->procedures.v[j], a->requires.v[i]) == 0;
		if (!known)
			mend_near(err(c, place_in(&c->b, a, "requires", (int)i), "no procedure in data/ is called %.64s", a->requires.v[i]),
				a->requires.v[i], c->procedures.v, c->procedures.n, "write data/NAME.yaml for it");
	}
}

static void check_action_doubles(struct checker *c, const struct kit_service *s)
{
	for (size_t i = 0; i < s->n_actions; i++) {
		const struct kit_action *a = &s->actions[i];
		for (size_t j = 0; j < i; j++) {
			const struct kit_action *b = &s->actions[j];
			if (a->name && b->name && strcmp(a->name, b->name) == 0)
				mend_with(err(c, place_in(&c->b, a, "name", -1), "%.64s has two actions called %.64s", s->name, a->name), "give one another name");
			if (a->key && a->key == b->key)
				mend_with(err(c, place_in(&c->b, a, "key", -1), "the key %c belongs to %.64s already", a->key, b->name ? b->name : "another action"),
					"choose another letter");
		}
	}
}

/* ---- the service ------------------------------------------------------------------------------ */

static void check_tier(struct checker *c, struct kit_service *s)
{
	const struct node *n = node_get(object_of(&c->b, s)->node, "tier");
	const char *names[64];
	size_t known = 0;
	if (!n || n->kind != NODE_SCALAR || c->kit_broken)
		return;
	for (size_t i = 0; i < c->k->n_tiers; i++) {
		if (strcmp(c->k->tiers[i].id, n->text) == 0)
			s->tier = &c->k->tiers[i];
		if (known < 64)
			names[known++] = c->k->tiers[i].id;
	}
	if (!s->tier)
		mend_near(err(c, n->at, "no tier is called %.64s", n->text), n->text, names, known, "add it to `tiers` in kit.yaml");
}

static void check_people_of(struct checker *c, struct kit_service *s)
{
	const struct node *n = object_of(&c->b, s)->node, *to = node_get(node_get(n, "escalate"), "to");
	check_person_or_role(c, place_in(&c->b, s, "owner", -1), s->owner);
	for (size_t i = 0; i < s->on_call.n; i++)
		check_person_or_role(c, place_in(&c->b, s, "on_call", (int)i), s->on_call.v[i]);
	if (!s->on_call.n && s->owner) {
		s->on_call.v = arena_alloc(c->b.arena, sizeof *s->on_call.v);
		s->on_call.v[0] = s->owner;
		s->on_call.n = 1;
	}
	if (!s->escalate_to != !s->escalate_after)
		mend_with(warn(c, place_in(&c->b, s, "escalate", -1), "`escalate` does nothing without both `after` and `to`"), "write {after: 10m, to: WHOM}");
	for (size_t i = 0; i < c->k->n_lists && to; i++)
		if (strcmp(c->k->lists[i].id, to->text) == 0)
			return;
	if (to)
		check_person_or_role(c, to->at, s->escalate_to);
}

static void check_depends(struct checker *c, const struct kit_service *s)
{
	for (size_t i = 0; i < s->depends_on.n; i++) {
		struct place at = place_in(&c->b, s, "depends_on", (int)i);
		check_service_name(c, at, s->depends_on.v[i]);
		if (strcmp(s->depends_on.v[i], s->name) == 0)
			mend_with(err(c, at, "%.64s depends on itself", s->name), "take it out");
	}
}

static void check_service(struct checker *c, struct kit_service *s)
{
	const struct node *n = object_of(&c->b, s)->node;
	const struct node *deploys = node_get(node_get(n, "deploys"), "backend");
	check_tier(c, s);
	check_people_of(c, s);
	check_depends(c, s);
	if (deploys)
		check_backend(c, deploys->at, s->deploys_backend);
	for (size_t i = 0; i < s->n_signals; i++)
		check_signal(c, s, &s->signals[i]);
	for (size_t i = 0; i < s->n_actions; i++)
		check_action(c, s, &s->actions[i]);
	check_action_doubles(c, s);
	check_verify(c, s);
	check_conds(c, s, node_get(n, "bleeding"), "bleeding", &s->bleeding);
	check_conds(c, s, node_get(n, "stop_conditions"), "stop_conditions", &s->stop_conditions);
}

/* ---- cycles ------------------------------------------------------------------------------------- */

struct walk { size_t service, next; };

static void warn_cycle(struct checker *c, const struct kit_service *from, size_t edge, const char *to)
{
	struct problem *p = warn(c, place_in(&c->b, from, "depends_on", (int)edge), "%.64s and %.64s depend on each other in a circle", from->name, to);
	mend_with(p, "a plan cannot order them: break the circle, or cover them by one flag");
}

/* Depth first with a stack of our own; an edge back to a service on the stack closes a circle. */
static void walk_from(struct checker *c, size_t start, unsigned char *state, struct walk *stack)
{
	size_t n = 0;
	stack[n++] = (struct walk){start, 0};
	state[start] = 1;
	while (n) {
		struct walk *top = &stack[n - 1];
		const struct kit_service *s = &c->k->services[top->service];
		if (top->next == s->depends_on.n) {
			state[top->service] = 2;
			n--;
			continue;
		}
		size_t edge = top->next++;
		const struct kit_service *to = kit_service(c->k, s->depends_on.v[edge]);
		size_t at = to ? (size_t)(to - c->k->services) : 0;
		if (!to || to == s || state[at] == 2)
			continue;
		if (state[at] == 1) {
			warn_cycle(c, s, edge, to->name);
			continue;
		}
		state[at] = 1;
		stack[n++] = (struct walk){at, 0};
	}
}

static void check_cycles(struct checker *c)
{
	size_t n = c->k->n_services;
	unsigned char *state = mem_new(n + 1);
	struct walk *stack = mem_grow(NULL, n + 1, sizeof *stack);
	for (size_t i = 0; i < n; i++)
		if (!state[i])
			walk_from(c, i, state, stack);
	free(state);
	free(stack);
}

void check_services(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_services; i++)
		check_service(c, &c->k->services[i]);
	check_cycles(c);
}
