/* Which deploy and which versions are a service's, without a walk over those of
 * a thousand others: screens ask it of every service, frame after frame.  Made
 * anew when it is asked for after one of them came or moved. */
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

/* Names are interned, so that pointers are the keys. */
static size_t slot_of(const struct by_service *x, const char *service)
{
	size_t i = (size_t)(((uintptr_t)service >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (x->cap - 1);
	while (x->v[i].service && x->v[i].service != service)
		i = (i + 1) & (x->cap - 1);
	return i;
}

static struct service_places *place_mut(struct by_service *x, const char *service)
{
	struct service_places *p = &x->v[slot_of(x, service)];
	p->service = service;
	return p;
}

static void make(struct by_service *x, const struct model *m)
{
	by_service_moved(x);
	x->cap = 16;
	while (x->cap < 2 * (m->deploys.n + m->versions.n))
		x->cap *= 2;
	x->v = mem_new(x->cap * sizeof *x->v);
	x->next = mem_new(m->versions.n * sizeof *x->next);
	for (size_t i = m->deploys.n; i-- > 0;)
		if (m->deploys.v[i].service)
			place_mut(x, m->deploys.v[i].service)->deploy_1 = (uint32_t)i + 1; /* the first of a service's places */
	for (size_t i = m->versions.n; i-- > 0;) {
		struct service_places *p = m->versions.v[i].service ? place_mut(x, m->versions.v[i].service) : NULL;
		if (!p)
			continue;
		x->next[i] = p->version_1;
		p->version_1 = (uint32_t)i + 1;
	}
	x->n_deploys = m->deploys.n;
}

void by_service_moved(struct by_service *x)
{
	free(x->v);
	free(x->next);
	*x = (struct by_service){0};
}

static const struct service_places *places(const struct model *m, const char *service)
{
	struct by_service *x = &m->private_->by_service;
	const char *name = model_name(m, service);
	if (!name)
		return NULL;
	if (!x->v || x->n_deploys != m->deploys.n)
		make(x, m);
	return &x->v[slot_of(x, name)];
}

const struct model_deploy *model_deploy(const struct model *m, const char *service)
{
	const struct service_places *p = places(m, service);
	return p && p->deploy_1 ? &m->deploys.v[p->deploy_1 - 1] : NULL;
}

const struct model_version *service_version(const struct model *m, const char *service, const struct model_version *before)
{
	const struct service_places *p = before ? NULL : places(m, service);
	uint32_t at_1 = before ? m->private_->by_service.next[before - m->versions.v] : p ? p->version_1 : 0;
	return at_1 ? &m->versions.v[at_1 - 1] : NULL;
}
