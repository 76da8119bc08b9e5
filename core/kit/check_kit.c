/* Cross checks of kit.yaml itself. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/checks.h"

#define SOCKET_PATH_MAX 100 /* what a socket's address can carry, with room (contract 1) */

/* ---- people --------------------------------------------------------------------------- */

static void roles_collect(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_people; i++) {
		const struct kit_names *roles = &c->k->people[i].roles;
		for (size_t r = 0; r < roles->n; r++) {
			bool known = false;
			for (size_t j = 0; j < c->roles.n && !known; j++)
				known = strcmp(c->roles.v[j], roles->v[r]) == 0;
			if (!known)
				*(const char **)vec_push(&c->roles) = roles->v[r];
		}
	}
}

static void check_role_words(struct checker *c, const struct kit_person *p)
{
	for (size_t i = 0; i < p->roles.n; i++)
		if (!text_is_name(p->roles.v[i]))
			mend_with(err(c, place_in(&c->b, p, "roles", (int)i), "\"%.60s\" is no name for a role", p->roles.v[i]),
				"letters, digits, dots, - and _, beginning with a letter or digit");
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Two people behind one login could acknowledge each other. */
static void check_same_login(struct checker *c, const struct kit_person *p)
{
	for (const struct kit_person *other = c->k->people; other < p; other++) {
		bool uid = p->uid != UID_NOBODY && p->uid == other->uid;
		if (!uid && !same(p->login, other->login))
			continue;
		struct problem *new = err(c, place_in(&c->b, p, uid ? "uid" : "login", -1), "%.64s and %.64s have one %s", other->id, p->id,
			uid ? "uid" : "login");
		mend_with(new, "each person needs a login of their own");
	}
}

static void check_person(struct checker *c, struct kit_person *p)
{
	const struct object *o = object_of(&c->b, p);
	bool login = node_get(o->node, "login") != NULL, uid = node_get(o->node, "uid") != NULL;
	p->line = o->at.line;
	if (!login && !uid)
		mend_with(err(c, o->at, "%.64s has neither `login` nor `uid`", p->id), "add `login`: the name they log in with on this machine");
	if (login && uid)
		mend_with(err(c, place_in(&c->b, p, "uid", -1), "%.64s has both `login` and `uid`", p->id), "keep one of them");
	if (!p->name)
		p->name = p->id;
	check_role_words(c, p);
	check_same_login(c, p);
	if (role_is_held(c, p->id) || same(p->id, "incident-commander"))
		mend_with(err(c, o->at, "the person %.64s is named like a role", p->id), "give the person or the role another name");
	for (size_t i = 0; i < p->owns.n; i++)
		check_service_name(c, place_in(&c->b, p, "owns", (int)i), p->owns.v[i]);
}

static void check_people(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_people; i++)
		if (!node_get(object_of(&c->b, &c->k->people[i])->node, "uid"))
			c->k->people[i].uid = UID_NOBODY;
	roles_collect(c);
	for (size_t i = 0; i < c->k->n_people; i++)
		check_person(c, &c->k->people[i]);
}

/* ---- authority -------------------------------------------------------------------------- */

static void check_authority(struct checker *c)
{
	static const char *const names[] = {"service", "shared", "global", "break-glass"};
	const struct node *all = node_get(object_of(&c->b, c->k)->node, "authority");
	for (size_t i = 0; i < 4; i++) {
		struct kit_authority *a = &c->k->authority[i];
		const struct node *n = node_get(all, names[i]), *roles = node_get(n, "roles"), *ack = node_get(n, "acknowledge");
		const struct node *reason = node_get(n, "reason");
		a->reason_required = reason && strcmp(reason->text, "required") == 0;
		for (size_t r = 0; roles && roles->kind == NODE_LIST && r < roles->n; r++)
			if (roles->v[r].node->kind == NODE_SCALAR)
				check_role(c, roles->v[r].at, roles->v[r].node->text);
		if (roles && roles->kind == NODE_LIST && roles->n == 0)
			mend_with(err(c, roles->at, "`roles` of %s is empty: nobody could fire", names[i]), "name a role");
		if (a->acknowledge)
			check_role(c, ack->at, a->acknowledge);
	}
}

/* ---- backends, lists, anchors ------------------------------------------------------------- */

static bool sounds_secret(const char *key)
{
	static const char *const words[] = {"password", "passwd", "token", "secret", "api_key", "apikey", "private_key"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(key, words[i]) == 0)
			return true;
	return false;
}

static void check_backends(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_backends; i++) {
		struct kit_backend *b = &c->k->backends[i];
		const struct object *o = object_of(&c->b, b);
		const struct node *config = node_get(o->node, "config");
		b->line = o->at.line;
		for (size_t j = 0; config && config->kind == NODE_MAP && j < config->n; j++)
			if (sounds_secret(config->v[j].key) && config->v[j].node->kind == NODE_SCALAR)
				mend_with(warn(c, config->v[j].at, "`%s` in `config` looks like a secret, and a kit is no place for one", config->v[j].key),
					"move it to `secrets` as {file: PATH} or {command: […]}");
	}
}

static void check_anchors(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_anchors; i++) {
		const struct kit_anchor *a = &c->k->anchors[i];
		const struct node *n = object_of(&c->b, a)->node;
		bool backend = node_get(n, "backend") != NULL, file = node_get(n, "file") != NULL;
		if (backend == file && n->kind == NODE_MAP)
			mend_with(err(c, object_of(&c->b, a)->at, "an anchor is either a `backend` or a `file`"), "write {backend: NAME} or {file: PATH}");
		if (file && a->to)
			mend_with(err(c, place_in(&c->b, a, "to", -1), "`to` belongs to a `backend`, not to a `file`"), "take it out");
		check_backend(c, place_in(&c->b, a, "backend", -1), a->backend);
	}
}

static void check_lists(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_lists; i++) {
		const struct kit_list *l = &c->k->lists[i];
		if (l->n == 0)
			mend_with(warn(c, object_of(&c->b, l)->at, "the list %.64s has no members: nobody would be told", l->id), "add {backend: NAME, to: WHOM}");
		for (size_t j = 0; j < l->n; j++)
			check_backend(c, place_in(&c->b, &l->v[j], "backend", -1), l->v[j].backend);
	}
}

/* ---- reports and keys ----------------------------------------------------------------------- */

/* `report other` exists in every kit, before those of the team. */
static void reports_complete(struct checker *c)
{
	struct kit *k = c->k;
	struct kit_report *all = arena_alloc(c->b.arena, (k->n_reports + 1) * sizeof *all);
	all[0] = (struct kit_report){.id = "other", .ask = "Something else is wrong", .all_services = true};
	for (size_t i = 0; i < k->n_reports; i++) {
		const struct object *o = object_of(&c->b, &k->reports[i]);
		const struct node *services = node_get(o->node, "services");
		all[i + 1] = k->reports[i];
		all[i + 1].all_services = !services || services->kind != NODE_LIST;
		if (strcmp(all[i + 1].id, "other") == 0)
			mend_with(err(c, o->at, "the report `other` exists in every kit"), "take it out, or call yours something else");
		struct object copy = *o; /* adding may move what o points to */
		object_add(&c->b, &all[i + 1], copy.node, copy.at);
	}
	k->reports = all;
	k->n_reports++;
}

static void check_reports(struct checker *c)
{
	reports_complete(c);
	for (size_t i = 1; i < c->k->n_reports; i++) {
		const struct kit_report *r = &c->k->reports[i];
		for (size_t j = 0; j < r->services.n; j++)
			check_service_name(c, place_in(&c->b, r, "services", (int)j), r->services.v[j]);
		for (size_t s = 0; s < c->k->n_services; s++)
			if (kit_signal(&c->k->services[s], r->id)) {
				mend_with(err(c, object_of(&c->b, r)->at, "%.64s is a report and a signal of %.64s", r->id, c->k->services[s].name),
					"give one of them another name");
				break;
			}
	}
}

static const struct kit_action *any_action(const struct kit *k, const char *name)
{
	for (size_t s = 0; s < k->n_services; s++)
		for (size_t i = 0; i < k->services[s].n_actions; i++)
			if (same(k->services[s].actions[i].name, name))
				return &k->services[s].actions[i];
	return NULL;
}

static void check_key_clash(struct checker *c, const struct kit_key *key, struct place at)
{
	for (size_t s = 0; s < c->k->n_services; s++) {
		const struct kit_service *service = &c->k->services[s];
		for (size_t i = 0; i < service->n_actions; i++)
			if (service->actions[i].key == key->key && !same(service->actions[i].name, key->action)) {
				mend_with(err(c, at, "the key %c is %.64s in service %.64s", key->key, service->actions[i].name ? service->actions[i].name : "taken",
					service->name), "choose another letter here or there");
				return;
			}
	}
}

static void check_keys(struct checker *c)
{
	const struct node *n = node_get(object_of(&c->b, c->k)->node, "keys");
	for (size_t i = 0; i < c->k->n_keys; i++) {
		const struct kit_key *key = &c->k->keys[i];
		if (key->action && !any_action(c->k, key->action) && !c->broken.n)
			mend_with(err(c, n->v[i].node->at, "no service has an action %.64s", key->action), "name one of a service's `actions`");
		if (key_is_free(key->key))
			check_key_clash(c, key, n->v[i].at);
	}
}

/* ---- all ----------------------------------------------------------------------------------------- */

static void check_engine(struct checker *c)
{
	const struct node *engine = node_get(object_of(&c->b, c->k)->node, "engine");
	const struct node *path = node_get(engine, "socket"), *metrics = node_get(engine, "metrics");
	if (c->k->engine_metrics && c->k->engine_metrics[0] != '/')
		mend_with(err(c, metrics->at, "the path for the figures is not absolute"), "begin it with /, as in /var/lib/prometheus/node-exporter/backout.prom");
	if (!c->k->engine_socket)
		return;
	if (strlen(c->k->engine_socket) > SOCKET_PATH_MAX)
		mend_with(err(c, path->at, "the socket's path is longer than %d bytes", SOCKET_PATH_MAX), "choose a shorter directory");
	if (c->k->engine_socket[0] != '/')
		mend_with(err(c, path->at, "the socket's path is not absolute"), "begin it with /");
}

void check_kit(struct checker *c)
{
	check_people(c);
	check_authority(c);
	check_backends(c);
	check_anchors(c);
	check_lists(c);
	check_reports(c);
	check_keys(c);
	check_engine(c);
}
