/* Notes. */
#include "config.h"

#include "notes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drive.h"

/* The truth's time of a stamp. */
static int64_t time_of(const struct drive *d, const struct stamp *s)
{
	struct stamp now = stamp_of_now(&d->now);
	bool here = s->boot && strcmp(s->boot, d->boot) == 0;
	return here ? d->time - (now.mono - s->mono) : d->time - (now.at - s->at);
}

static int64_t acted_at(const struct drive *d, const struct model_incident *i)
{
	int64_t acted = 0;
	vec_each(struct acting, a, &d->acts)
		if (a->over && a->done > acted && incident_has_service(i, d->t->services[a->service].name))
			acted = a->done;
	return acted;
}

static struct noted_verified *standing(const struct drive *d, const char *incident)
{
	vec_each(struct noted_verified, v, &d->verified)
		if (v->lost == NEVER && strcmp(v->incident, incident) == 0)
			return v;
	return NULL;
}

static void note_verified(struct drive *d, const struct model_incident *i)
{
	struct noted_verified *v = standing(d, i->name);
	if (v && !i->verified.at)
		v->lost = d->time;
	if (v || !i->verified.at)
		return;
	v = vec_push(&d->verified);
	v->at = d->time;
	v->lost = NEVER;
	v->acted = acted_at(d, i);
	v->declared = time_of(d, &i->declared);
	text_copy(v->incident, sizeof v->incident, i->name);
	vec_each(struct model_name, s, &i->services) {
		int k = drive_service(d, s->name);
		if (k >= 0)
			v->services[k] = true;
	}
	vec_each(struct model_verify, y, &i->verifies)
		vec_each(struct model_check, c, &y->checks)
			v->was_bad = v->was_bad || (c->was_bad && strcmp(c->from, "backend") != 0);
}

/* The rank of the true cause among the suspects, beside the rule "latest deploy". */
static void note_suspects(struct drive *d, const struct model_incident *i, struct noted_suspect *out)
{
	const struct truth *t = d->t;
	const char *names[SERVICES_MOST];
	struct suspect found[SUSPECTS_MOST];
	const struct model_change *latest = model_latest_deploy(d->m, i);
	struct phases p;
	struct turn turn;
	const struct cause *c = &t->causes[0];
	phases_of(d->m, i, &p);
	if (!c->by_change || !suspects_turn(d->m, i, &p, names, &turn))
		return;
	size_t n = suspects_find(d->m, &turn, found, SUSPECTS_MOST);
	const char *name = t->services[c->service].name;
	out->known = true;
	out->latest = latest && latest->service && strcmp(latest->service, name) == 0 && latest->to && strcmp(latest->to, "42") == 0;
	for (size_t k = 0; k < n && k < 3; k++) {
		const struct model_change *x = found[k].change;
		bool it = x->service && strcmp(x->service, name) == 0 && x->to && strcmp(x->to, "42") == 0;
		out->first = out->first || (it && k == 0);
		out->third = out->third || it;
	}
}

static void note_breaches(struct drive *d, const struct model_incident *i)
{
	size_t had = 0;
	vec_each(struct noted_breach, b, &d->breaches)
		had += strcmp(b->incident, i->name) == 0;
	for (size_t k = had; k < i->breaches.n; k++) {
		const struct model_breach *x = &i->breaches.v[k];
		struct noted_breach *b = vec_push(&d->breaches);
		text_copy(b->incident, sizeof b->incident, i->name);
		text_copy(b->row, sizeof b->row, x->row);
		b->service = drive_service(d, x->service);
		b->at = time_of(d, &x->at);
		b->onset = time_of(d, &x->onset);
		if (k == 0 && d->suspects.n == 0 && b->service >= 0)
			note_suspects(d, i, vec_push(&d->suspects));
	}
}

static void note_automatic(struct drive *d, const struct event *e)
{
	const struct model_incident *i = e->incident ? model_incident(d->m, e->incident) : NULL;
	struct json *body = NULL;
	if (!i || json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	const struct model_action *a = model_action(d->m, json_get_str(body, "key", ""));
	if (a && a->via && strcmp(a->via, "automatic") == 0) {
		struct noted_automatic *n = vec_push(&d->automatic);
		struct phases p;
		phases_of(d->m, i, &p);
		n->service = drive_service(d, a->service);
		n->at = d->time;
		n->onset = p.at[PHASE_ONSET].at ? time_of(d, &p.at[PHASE_ONSET]) : d->time;
		text_copy(n->to, sizeof n->to, a->to);
	}
	json_free(body);
}

/* Why nothing acted by itself: each clause, as it was recorded. */
static void note_held(struct drive *d, const struct event *e)
{
	struct json *body = NULL;
	if (json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	for (const struct json *w = json_first(json_get(body, "missing")); w; w = json_next(w))
		*vec_push(&d->held) = mem_str(json_str(w, ""));
	json_free(body);
}

void notes_take(struct drive *d, const struct event *e)
{
	bool rows = !strcmp(e->kind, "rubric") || !strcmp(e->kind, "incident.declared");
	d->events++;
	if (!strcmp(e->kind, "action.fired"))
		note_automatic(d, e);
	if (!strcmp(e->kind, "automatic"))
		note_held(d, e);
	if (!strcmp(e->kind, "samples") || !strcmp(e->kind, "deploy"))
		return;
	vec_each(struct model_incident, i, &d->m->incidents) {
		note_verified(d, i);
		if (rows)
			note_breaches(d, i);
		vec_each(struct model_name, s, &i->services) {
			int k = rows ? drive_service(d, s->name) : -1;
			if (k >= 0 && !d->joined[k])
				d->joined[k] = d->time;
		}
	}
}
