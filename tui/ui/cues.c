/* Cues, coalesced. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/cues.h"

#define SHOWN_FOR (30 * US_SECOND)
#define NAMED 3

struct news {                    /* of one look */
	size_t n;
	char text[200];          /* the first ones named */
	struct stamp newest;
	bool breach, source;
	bool urgent;             /* something will act by itself: it waits for no turn */
	const char *service;     /* what all of it is about, */
	bool mixed;              /* or there is no such one */
};

static void about(struct news *n, const char *service)
{
	n->mixed = n->mixed || !service || (n->service && strcmp(n->service, service) != 0);
	n->service = service;
}

static bool newer(const struct stamp *a, const struct stamp *than)
{
	return a->at && (!than->at || stamp_cmp(a, than) > 0);
}

static void add(struct news *n, const struct stamp *at, const char *fmt, const char *a, const char *b)
{
	size_t len = strlen(n->text);
	char one[160];

	if (!n->n || newer(at, &n->newest))
		n->newest = *at;
	if (n->n++ >= NAMED)
		return;
	snprintf(one, sizeof one, fmt, a, b);
	snprintf(n->text + len, sizeof n->text - len, "%s%s", len ? "; " : "", one);
}

/* Nothing is more urgent than what happens unless somebody says no. */
static void look_countdowns(const struct cues *c, const struct model *m, struct news *n)
{
	char what[200];

	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions) {
			if (a->outcome != OUTCOME_COUNTDOWN || !newer(&a->requested, &c->last))
				continue;
			n->breach = n->urgent = true;
			about(n, a->service);
			snprintf(what, sizeof what, "%s%s%s%s", a->service, a->from && a->to ? " " : "", a->from && a->to ? a->from : "", a->from && a->to ? " -> " : "");
			add(n, &a->requested, "BY ITSELF, unless somebody says no: %s%s", what, a->from && a->to ? a->to : "");
		}
}

/* Then, a breach says more than anything else. */
static void look(const struct cues *c, const struct model *m, struct news *n)
{
	look_countdowns(c, m, n);
	for (size_t i = 0; i < m->rows.n; i++) {
		const struct model_row *r = &m->rows.v[i];
		if (!model_row_standing(r) || !newer(&r->breached, &c->last))
			continue;
		n->breach = true;
		about(n, r->service);
		add(n, &r->breached, "BREACH %s %s", r->service ? r->service : "", r->row);
	}
	for (size_t i = 0; i < m->prompts.n; i++) {
		const struct model_prompt *p = &m->prompts.v[i];
		if (newer(&p->at, &c->last))
			add(n, &p->at, "ASKED: %s%s", p->text, "");
	}
	for (size_t i = 0; i < m->backends.n; i++) {
		const struct model_backend *b = &m->backends.v[i];
		if (b->trouble && newer(&b->trouble_at, &c->last)) {
			n->source = n->mixed = true;
			add(n, &b->trouble_at, "SOURCE %s %s", b->backend, "cannot measure");
		}
		if (!b->state || (strcmp(b->state, "failed") != 0 && strcmp(b->state, "down") != 0) || !newer(&b->at, &c->last))
			continue;
		n->source = n->mixed = true;
		add(n, &b->at, "SOURCE %s %s", b->backend, b->state);
	}
	for (size_t i = 0; i < m->lines.n; i++) {
		const struct model_line *l = &m->lines.v[i];
		bool ours = !strcmp(l->kind, "action.ended") || !strcmp(l->kind, "action.expired") || !strcmp(l->kind, "action.vetoed") ||
			!strcmp(l->kind, "verify") || !strcmp(l->kind, "alarm") ||
			(!strcmp(l->kind, "pin") && l->text && strstr(l->text, "RETURNED"));
		if (ours && l->text && newer(&l->at, &c->last)) {
			n->mixed = true;
			add(n, &l->at, "%s%s", l->text, "");
		}
	}
}

static bool may_ring(const struct cues *c, int64_t mono)
{
	return c->n_rung < CUES_MOST || mono - c->rung[c->n_rung % CUES_MOST] >= CUES_TIME;
}

static void say(struct cues *c, const struct news *n, int64_t mono)
{
	size_t more = (n->n > NAMED ? n->n - NAMED : 0) + c->held;
	char text[260];

	if (!n->n)
		snprintf(text, sizeof text, "%zu more happened: the timeline has them", c->held);
	else if (more)
		snprintf(text, sizeof text, "%s; and %zu more", n->text, more);
	else
		snprintf(text, sizeof text, "%s", n->text);
	text_safe(c->text, sizeof c->text, text);
	c->breach = n->breach;
	text_copy(c->service, sizeof c->service, !c->held && !n->mixed && n->service ? n->service : "");
	c->source = n->source;
	c->held = 0;
	c->until = mono + SHOWN_FOR;
	c->rung[c->n_rung % CUES_MOST] = mono;
	c->n_rung++;
	c->ring = true;
}

static void seen(struct cues *c, const struct model *m, const struct stamp *newest)
{
	c->seq = m->seq;
	c->last = *newest;
	text_copy(c->boot, sizeof c->boot, newest->boot ? newest->boot : "");
	c->last.boot = c->boot;
}

bool cues_look(struct cues *c, const struct model *m, const struct now *now)
{
	struct news n = {0};
	bool gone = *c->text && now->mono >= c->until;

	c->last.boot = c->boot; /* the struct may have been copied */
	if (gone)
		*c->text = 0;
	if (!c->began || m->seq < c->seq) {
		c->began = true;
		seen(c, m, &m->now);
		return gone;
	}
	if (m->seq != c->seq) {
		look(c, m, &n);
		seen(c, m, n.n ? &n.newest : &c->last);
	}
	if (!n.n && !c->held)
		return gone;
	if (!n.urgent && !may_ring(c, now->mono)) {
		c->held += n.n;
		return gone;
	}
	say(c, &n, now->mono);
	return true;
}
