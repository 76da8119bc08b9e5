/* Names that must exist elsewhere in the kit, and the nearest one where they do not. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/checks.h"

#define NEAR_MAX 4096 /* names looked through for a hint */

static struct problem *say(struct checker *c, struct place at, enum problem_severity s, const char *fmt, va_list ap)
{
	char what[800];
	(void)vsnprintf(what, sizeof what, fmt, ap);
	return complain(c->b.problems, at, s, "%s", what);
}

struct problem *err(struct checker *c, struct place at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct problem *p = say(c, at, PROBLEM_ERROR, fmt, ap);
	va_end(ap);
	return p;
}

struct problem *warn(struct checker *c, struct place at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct problem *p = say(c, at, PROBLEM_WARNING, fmt, ap);
	va_end(ap);
	return p;
}

void mend_near(struct problem *p, const char *name, const char *const *known, size_t n, const char *otherwise)
{
	const char *near = strlen(name) < 100 ? text_nearest(name, known, n < NEAR_MAX ? n : NEAR_MAX) : NULL;
	if (near)
		mend_with(p, "did you mean %s?", near);
	else
		mend_with(p, "%s", otherwise);
}

/* Names of an array of structs whose first member is the name. */
static const char **first_members(const void *v, size_t n, size_t each, size_t extra)
{
	const char **out = mem_grow(NULL, n + extra + 1, sizeof *out);
	for (size_t i = 0; i < n; i++) {
		memcpy(&out[i], (const char *)v + i * each, sizeof *out);
		if (!out[i])
			out[i] = "";
	}
	return out;
}

static void unknown(struct checker *c, struct place at, const char *kind, const char *name, const char **known, size_t n,
	const char *otherwise)
{
	mend_near(err(c, at, "no %s is called %.80s", kind, name), name, known, n, otherwise);
	free(known);
}

/* ---- people and roles ------------------------------------------------------------------ */

/* These two mean the service's own people, so somebody always holds them (contract 4, "Who may"). */
static bool role_is_built_in(const char *name)
{
	return !strcmp(name, "on-call") || !strcmp(name, "service-owner");
}

bool role_is_held(const struct checker *c, const char *name)
{
	for (size_t i = 0; i < c->roles.n; i++)
		if (strcmp(c->roles.v[i], name) == 0)
			return true;
	return role_is_built_in(name);
}

static const char **roles_and(const struct checker *c, const char **names, size_t *n)
{
	for (size_t i = 0; i < c->roles.n; i++)
		names[(*n)++] = c->roles.v[i];
	return names;
}

void check_person_or_role(struct checker *c, struct place at, const char *name)
{
	if (!name || c->kit_broken || kit_person(c->k, name) || role_is_held(c, name))
		return;
	size_t n = c->k->n_people;
	const char **names = roles_and(c, first_members(c->k->people, n, sizeof *c->k->people, c->roles.n), &n);
	struct problem *p = err(c, at, "%.80s is no person, and nobody holds a role of that name", name);
	mend_near(p, name, names, n, "add the person to `people`, or give somebody the role");
	free(names);
}

void check_role(struct checker *c, struct place at, const char *name)
{
	if (!name || c->kit_broken || role_is_held(c, name))
		return;
	if (kit_person(c->k, name)) {
		mend_with(err(c, at, "%.80s is a person, and a role must stand here", name), "give the person a role and name that");
		return;
	}
	size_t n = 0;
	const char **names = roles_and(c, mem_grow(NULL, c->roles.n + 1, sizeof *names), &n);
	mend_near(err(c, at, "nobody holds the role %.80s", name), name, names, n, "give it to somebody under `people`");
	free(names);
}

/* ---- the rest ----------------------------------------------------------------------------- */

void check_backend(struct checker *c, struct place at, const char *name)
{
	if (name && !c->kit_broken && !kit_backend(c->k, name))
		unknown(c, at, "backend", name, first_members(c->k->backends, c->k->n_backends, sizeof *c->k->backends, 0), c->k->n_backends,
			"add it to `backends` in kit.yaml");
}

void check_list(struct checker *c, struct place at, const char *name)
{
	for (size_t i = 0; i < c->k->n_lists; i++)
		if (name && strcmp(c->k->lists[i].id, name) == 0)
			return;
	if (name && !c->kit_broken)
		unknown(c, at, "list", name, first_members(c->k->lists, c->k->n_lists, sizeof *c->k->lists, 0), c->k->n_lists,
			"add it to `lists` in kit.yaml");
}

static bool service_is_known(const struct checker *c, const char *name)
{
	for (size_t i = 0; i < c->broken.n; i++)
		if (strcmp(c->broken.v[i], name) == 0)
			return true;
	return kit_service(c->k, name) != NULL;
}

void check_service_name(struct checker *c, struct place at, const char *name)
{
	if (name && !service_is_known(c, name))
		unknown(c, at, "service", name, first_members(c->k->services, c->k->n_services, sizeof *c->k->services, 0), c->k->n_services,
			"write services/NAME.yaml for it");
}

void check_file_bears(struct checker *c, const struct node *n, const char *key, const char *path)
{
	const struct node *name = node_get(n, key);
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	size_t len = strlen(name && name->kind == NODE_SCALAR ? name->text : "");
	if (len == 0 || (strncmp(base, name->text, len) == 0 && strcmp(base + len, ".yaml") == 0))
		return;
	struct problem *p = err(c, name->at, "`%s` says %.64s, but the file is called %.100s", key, name->text, base);
	mend_with(p, "rename the file to %.64s.yaml, or the %s", name->text, key);
}

void complain_cond(struct checker *c, const struct node *n, struct place at, const char *key, const struct fault *f)
{
	/* within a plain or quoted word on one line the column can be told exactly */
	if (n && n->kind == NODE_SCALAR && (n->plain || n->quoted) && f->column > 0)
		at.column += f->column - 1 + n->quoted;
	mend_with(err(c, at, "`%s`: %s", key, f->what), "%s", f->mend);
}
