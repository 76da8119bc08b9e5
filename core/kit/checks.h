/* The cross checks: what one part of a kit says about another (contract 4).
 * Called by kit_parse after everything is bound; they fill the computed
 * defaults on the way.  They add problems and never stop at one. */
#ifndef KIT_CHECKS_H
#define KIT_CHECKS_H

#include "kit/bind.h"

struct checker {
	struct binder b;
	struct kit *k;
	bool kit_broken;          /* kit.yaml is no YAML: what it would name is not held against the rest */
	VEC(const char *) roles;  /* held by somebody, each once */
	VEC(const char *) broken; /* services whose file is no YAML */
	VEC(const char *) procedures;
};

void check_kit(struct checker *c);       /* people, tiers, authority, backends, lists, reports, keys */
void check_services(struct checker *c);
void check_rows(struct checker *c);
void check_release(struct checker *c, const struct node *n, const char *path);
void check_procedure(struct checker *c, const struct node *n, const char *path);
void check_notice(struct checker *c, const struct node *n);

/* A service's node with the kit's `defaults` (filled in already) behind its own (defaults.c). */
const struct node *defaults_apply(struct arena *a, const struct node *service, const struct node *defaults);

/* ---- shared by the checks (refs.c); a NULL name was complained about before and passes ---- */
void check_person_or_role(struct checker *c, struct place at, const char *name);
void check_role(struct checker *c, struct place at, const char *name);
void check_backend(struct checker *c, struct place at, const char *name);
void check_list(struct checker *c, struct place at, const char *name);
void check_service_name(struct checker *c, struct place at, const char *name);
bool role_is_held(const struct checker *c, const char *name);
void check_file_bears(struct checker *c, const struct node *n, const char *key, const char *path);
struct problem *err(struct checker *c, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct problem *warn(struct checker *c, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The nearest of `known`, or how to mend it otherwise. */
void mend_near(struct problem *p, const char *name, const char *const *known, size_t n, const char *otherwise);
/* Move a fault of a condition to its place in the file. */
void complain_cond(struct checker *c, const struct node *n, struct place at, const char *key, const struct fault *f);

#endif
