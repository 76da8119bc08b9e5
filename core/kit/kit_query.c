/* Looking things up in a kit. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kit/kit.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

const struct kit_person *kit_person(const struct kit *k, const char *id)
{
	for (size_t i = 0; i < k->n_people; i++)
		if (same(k->people[i].id, id))
			return &k->people[i];
	return NULL;
}

const struct kit_person *kit_person_by_uid(const struct kit *k, int64_t uid)
{
	for (size_t i = 0; i < k->n_people && uid != UID_NOBODY; i++)
		if (k->people[i].uid == uid)
			return &k->people[i];
	return NULL;
}

static int by_name(const void *key, const void *service)
{
	return strcmp(key, ((const struct kit_service *)service)->name);
}

const struct kit_service *kit_service(const struct kit *k, const char *name)
{
	if (!name || !k->n_services)
		return NULL;
	return bsearch(name, k->services, k->n_services, sizeof *k->services, by_name);
}

const struct kit_signal *kit_signal(const struct kit_service *s, const char *name)
{
	for (size_t i = 0; i < s->n_signals; i++)
		if (same(s->signals[i].name, name))
			return &s->signals[i];
	return NULL;
}

const struct kit_backend *kit_backend(const struct kit *k, const char *id)
{
	for (size_t i = 0; i < k->n_backends; i++)
		if (same(k->backends[i].id, id))
			return &k->backends[i];
	return NULL;
}

const struct kit_report *kit_report(const struct kit *k, const char *id)
{
	for (size_t i = 0; i < k->n_reports; i++)
		if (same(k->reports[i].id, id))
			return &k->reports[i];
	return NULL;
}

const struct kit_row *kit_row(const struct kit *k, const char *name)
{
	for (size_t i = 0; i < k->n_rows; i++)
		if (same(k->rows[i].name, name))
			return &k->rows[i];
	return NULL;
}

const struct kit_action *kit_action(const struct kit *k, const char *service, const char *name)
{
	const struct kit_action *found = NULL;
	for (size_t s = 0; s < k->n_services; s++) {
		const struct kit_service *at = &k->services[s];
		if (service && !same(at->name, service))
			continue;
		for (size_t i = 0; i < at->n_actions; i++) {
			if (!same(at->actions[i].name, name))
				continue;
			if (found)
				return NULL;
			found = &at->actions[i];
		}
	}
	return found;
}

static bool tier_is_named(const struct kit_names *l, const struct kit_tier *t)
{
	for (size_t i = 0; t && i < l->n; i++)
		if (strncmp(l->v[i], "tier:", 5) == 0 && strcmp(l->v[i] + 5, t->id) == 0)
			return true;
	return false;
}

bool kit_row_covers(const struct kit *k, const struct kit_row *r, const struct kit_service *s)
{
	if (!r->all_services && !names_has(&r->services, s->name) && !tier_is_named(&r->services, s->tier))
		return false;
	if (!r->is_report)
		return kit_signal(s, r->signal) != NULL;
	const struct kit_report *report = kit_report(k, r->signal);
	return report && (report->all_services || names_has(&report->services, s->name));
}

bool kit_action_covers(const struct kit_action *a, const char *service)
{
	return names_has(&a->covers, service);
}

bool kit_has_role(const struct kit_person *p, const char *role)
{
	return names_has(&p->roles, role);
}

bool names_has(const struct kit_names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (same(l->v[i], name))
			return true;
	return false;
}

const char *row_class_name(enum row_class c)
{
	static const char *const names[] = {[CLASS_CONTAIN] = "contain", [CLASS_SLOW] = "slow", [CLASS_STOP] = "stop",
		[CLASS_REVERSE] = "reverse", [CLASS_FORWARD] = "forward", [CLASS_TELL] = "tell"};
	return names[c];
}

const char *radius_name(enum radius r)
{
	static const char *const names[] = {[RADIUS_SERVICE] = "service", [RADIUS_SHARED] = "shared", [RADIUS_GLOBAL] = "global",
		[RADIUS_BREAK_GLASS] = "break-glass"};
	return names[r];
}

/* Nothing acts, tells people or keeps anchors through it. */
static bool is_idle(const struct kit *k, const char *backend)
{
	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_actions; n++)
			if (same(k->services[i].actions[n].backend, backend))
				return false;
	for (size_t i = 0; i < k->n_anchors; i++)
		if (same(k->anchors[i].backend, backend))
			return false;
	for (size_t i = 0; i < k->n_lists; i++)
		for (size_t n = 0; n < k->lists[i].n; n++)
			if (same(k->lists[i].v[n].backend, backend))
				return false;
	return true;
}

/* One that nothing else uses is there to tell changes: the webhook, where no service's deploys come from it. */
bool kit_is_source(const struct kit *k, const char *backend)
{
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *s = &k->services[i];
		if (same(s->deploys_backend, backend))
			return true;
		for (size_t n = 0; n < s->n_signals; n++)
			if (same(s->signals[n].backend, backend))
				return true;
	}
	return is_idle(k, backend);
}
