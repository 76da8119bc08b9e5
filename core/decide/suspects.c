/* Suspects.  The score is a product of three plain judgements; what it is worth
 * is tried on generated histories with known causes (tests/unit/suspects_test.c). */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "decide/suspects.h"

#define OLDEST (24 * US_HOUR)
#define SKEW (10 * US_SECOND)    /* between the clock of who deploys and ours */
#define HALF (10 * US_MINUTE)    /* a change this much before the turn is half as likely as one right before it */
#define HOPS 3

/* ---- how far ------------------------------------------------------------------ */

static bool depends(const struct kit_service *s, const char *on)
{
	return names_has(&s->depends_on, on);
}

/* Hops along depends_on from `from` to `to`; 0 the same, -1 not within HOPS. */
static int hops(const struct kit *k, const char *from, const char *to, int left)
{
	const struct kit_service *s;
	int best = -1;

	if (!strcmp(from, to))
		return 0;
	s = left ? kit_service(k, from) : NULL;
	if (s && depends(s, to))
		return 1;
	for (size_t i = 0; s && i < s->depends_on.n; i++) {
		int h = hops(k, s->depends_on.v[i], to, left - 1);
		if (h >= 0 && (best < 0 || h + 1 < best))
			best = h + 1;
	}
	return best;
}

/* How much a change of `service` can explain of what is bad with `bad`. */
static double nearness(const struct kit *k, const char *bad, const char *service, int *distance)
{
	static const double by_hops[HOPS + 1] = {1, 0.6, 0.35, 0.2};
	int h;

	if (!service) { /* of everything: a flag, the platform */
		*distance = 1;
		return 0.4;
	}
	h = hops(k, bad, service, HOPS - 1);
	if (h >= 0 && h <= HOPS) {
		*distance = h;
		return by_hops[h];
	}
	*distance = SUSPECT_UNRELATED;
	return hops(k, service, bad, 0) == 1 ? 0.1 : 0.03; /* who calls it may have changed how; else by accident */
}

int suspect_distance(const struct kit *k, const char *bad, const char *service)
{
	int d;
	(void)nearness(k, bad, service, &d);
	return d;
}

/* A cause explains all that is bad: the mean over the bad services; the distance is the nearest one's. */
static double nearness_of_all(const struct kit *k, const struct turn *t, const char *service, int *distance, const char **nearest)
{
	double sum = 0;

	*distance = SUSPECT_UNRELATED + 1;
	*nearest = t->n ? t->services[0] : "";
	for (size_t i = 0; i < t->n; i++) {
		int d;
		sum += nearness(k, t->services[i], service, &d);
		if (d < *distance) {
			*distance = d;
			*nearest = t->services[i];
		}
	}
	return t->n ? sum / (double)t->n : 0;
}

/* ---- when, and what ---------------------------------------------------------------- */

/* Right before the turn is likeliest; within what the turn is unsure by nothing is told apart. */
static double soonness(int64_t before, int64_t unsure)
{
	int64_t sure = before - unsure;

	return sure <= 0 ? 1 : 1 / (1 + (double)sure / (double)HALF);
}

static double kind_weight(const struct model *m, const struct model_change *c)
{
	static const struct {
		const char *what;
		double weight;
	} kinds[] = {{"deploy", 1}, {"flag", 0.9}, {"schema", 0.9}, {"config", 0.8}, {"traffic", 0.6}};
	const struct model_version *v = c->service && c->to ? model_version(m, c->service, c->to) : NULL;

	if (!strcmp(c->what, "deploy") && !c->from)
		return 0.5; /* perhaps it was only there when somebody looked first */
	if (!strcmp(c->what, "deploy") && v && v->verdict == VERDICT_GOOD && stamp_cmp(&v->kept, &c->learned) < 0)
		return 0.3; /* it was good here before */
	if (model_change_action(m, c))
		return 0.4; /* a way back that was chosen and looked at */
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].what, c->what))
			return kinds[i].weight;
	return 0.4;
}

static void sentence(struct suspect *s, const char *nearest)
{
	char d[DURATION_LEN], when[64];
	const char *service = s->change->service;
	int64_t before = s->before;

	if (before < 0)
		text_copy(when, sizeof when, "at the turn");
	else
		snprintf(when, sizeof when, "%s before", before < US_MINUTE ? duration_short(before, d) : duration_clock(before, d));
	if (!service)
		snprintf(s->why, sizeof s->why, "%s, concerns every service", when);
	else if (s->distance == 0)
		snprintf(s->why, sizeof s->why, "%s, same service", when);
	else if (s->distance == 1)
		snprintf(s->why, sizeof s->why, "%s; %s depends on it", when, nearest);
	else if (s->distance <= HOPS)
		snprintf(s->why, sizeof s->why, "%s; %s depends on it over %d hops", when, nearest, s->distance);
	else
		snprintf(s->why, sizeof s->why, "%s; no link to %s is declared", when, nearest);
}

/* Another deploy of the same service had taken its place before the turn: it no longer served. */
static bool replaced(const struct model *m, const struct turn *t, const struct model_change *c)
{
	const struct model_change *next = c->service && !strcmp(c->what, "deploy") ? model_change_next(m, c) : NULL;

	return next && next->at <= t->at;
}

/* ---- the list --------------------------------------------------------------------------- */

static void keep(struct suspect *out, size_t *n, size_t cap, const struct suspect *one)
{
	size_t at = *n;

	while (at && out[at - 1].score < one->score)
		at--;
	if (at >= cap)
		return;
	if (*n < cap)
		++*n;
	memmove(&out[at + 1], &out[at], (*n - 1 - at) * sizeof *out);
	out[at] = *one;
}

size_t suspects_find(const struct model *m, const struct turn *t, struct suspect *out, size_t cap)
{
	size_t n = 0;

	if (!m->kit || !t->n)
		return 0;
	/* newest first, so that of equals the later one stands first */
	for (size_t i = m->changes.n; i-- > 0;) {
		const struct model_change *c = &m->changes.v[i];
		struct suspect s = {.change = c, .before = t->at - c->at};
		const char *nearest;
		if (s.before < -SKEW || s.before > OLDEST || replaced(m, t, c))
			continue;
		s.score = nearness_of_all(m->kit, t, c->service, &s.distance, &nearest);
		s.score *= soonness(s.before, t->unsure) * kind_weight(m, c);
		sentence(&s, nearest);
		keep(out, &n, cap, &s);
	}
	return n;
}

bool suspects_turn(const struct model *m, const struct model_incident *i, const struct phases *ph, const char **services, struct turn *out)
{
	memset(out, 0, sizeof *out);
	out->services = services;
	out->at = ph->at[PHASE_ONSET].at ? ph->at[PHASE_ONSET].at : ph->at[PHASE_DETECTED].at;
	for (size_t k = 0; k < i->services.n; k++) {
		const char *name = i->services.v[k].name;
		for (size_t b = 0; b < i->breaches.n; b++)
			if (i->breaches.v[b].service && !strcmp(i->breaches.v[b].service, name)) {
				const struct kit_service *svc = m->kit ? kit_service(m->kit, name) : NULL;
				const struct kit_signal *sig = svc && i->breaches.v[b].signal ? kit_signal(svc, i->breaches.v[b].signal) : NULL;
				if (sig && sig->window + sig->every > out->unsure)
					out->unsure = sig->window + sig->every;
				services[out->n++] = name;
				break;
			}
	}
	for (size_t k = 0; !out->n && k < i->services.n; k++)
		services[k] = i->services.v[k].name;
	if (!out->n)
		out->n = i->services.n;
	return out->at != 0;
}
