/* What `defaults` in kit.yaml adds to a service: whole signals and actions, and
 * keys for every signal and every action.  What the service says itself wins. */
#include "config.h"

#include <string.h>

#include "kit/checks.h"

static void put(struct node *map, const char *key, struct place at, const struct node *value)
{
	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->v[i].key, key) == 0) {
			map->v[i].node = value;
			return;
		}
	}
	map->v[map->n++] = (struct child){key, at, value};
}

static const struct node *apply_signals(struct arena *a, const struct node *own, const struct node *base)
{
	if (base->kind != NODE_MAP)
		return own;
	const struct node *all = node_merge(a, own, node_part(a, base, false), 2);
	return all->kind == NODE_MAP ? node_merge_each(a, all, node_part(a, base, true)) : all;
}

static const struct node *apply_actions(struct arena *a, const struct node *own, const struct node *base)
{
	if (base->kind == NODE_LIST)
		return node_merge(a, own, base, 2);
	return own && own->kind == NODE_LIST && base->kind == NODE_MAP ? node_merge_each(a, own, base) : own;
}

const struct node *defaults_apply(struct arena *a, const struct node *service, const struct node *defaults)
{
	const struct child *signals = node_child(defaults, "signals"), *actions = node_child(defaults, "actions");
	const struct child *verify = node_child(defaults, "verify");
	struct node *new = arena_alloc(a, sizeof *new);
	const struct node *made;
	*new = *service;
	new->v = arena_alloc(a, (service->n + 3) * sizeof *new->v);
	if (service->n)
		memcpy(new->v, service->v, service->n * sizeof *new->v);
	if (signals && (made = apply_signals(a, node_get(service, "signals"), signals->node)))
		put(new, "signals", signals->at, made);
	if (actions && (made = apply_actions(a, node_get(service, "actions"), actions->node)))
		put(new, "actions", actions->at, made);
	if (verify)
		put(new, "verify", verify->at, node_merge(a, node_get(service, "verify"), verify->node, 1));
	return new;
}
