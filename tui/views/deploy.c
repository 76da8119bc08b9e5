/* A deploy: what went live, what is known of going back, what health did since. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

/* The change that brought it, newest first; NULL where it was there before anybody looked. */
static const struct model_change *change_of(const struct model *m, const char *service, const char *version)
{
	for (size_t i = m->changes.n; i-- > 0;) {
		const struct model_change *c = &m->changes.v[i];
		if (c->service && c->to && !strcmp(c->what, "deploy") && !strcmp(c->service, service) && !strcmp(c->to, version))
			return c;
	}
	return NULL;
}

static void lived(const struct scene *s, struct page *p, const struct place *place, const struct model_change *c)
{
	const struct model_version *v = model_version(s->m, place->service, place->name);
	const struct model_action *ours = c ? model_change_action(s->m, c) : NULL;
	char text[300], a[WHEN_LEN], b[WHEN_LEN];

	if (v && v->first) {
		char age[WHEN_LEN];
		snprintf(text, sizeof text, "since %s, %s%s", when_short(s, v->first, a), age_long((v->last ? v->last : s->now.at) - v->first, age),
			v->last ? ", until " : "; it serves now");
		if (v->last)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s", when_short(s, v->last, b));
	} else {
		snprintf(text, sizeof text, "it was here before anybody looked");
	}
	view_fact(p, "live", ROLE_TEXT, text);
	if (v && v->verdict != VERDICT_NONE)
		view_fact(p, "verdict", v->verdict == VERDICT_BAD ? ROLE_SOON : ROLE_TEXT, v->verdict == VERDICT_BAD ? "it was rolled back from" : "it was good");
	if (c && c->from)
		view_fact(p, "took over from", ROLE_TEXT, c->from);
	if (ours && action_external(ours))
		snprintf(text, sizeof text, "%s, elsewhere (%s): adopted as %s", ours->by ? ours->by : "?", ours->through ? ours->through : "?", ours->key);
	else if (ours)
		snprintf(text, sizeof text, "%s, by backout: %s %s", ours->by ? ours->by : "?", ours->key, ours->action);
	else
		snprintf(text, sizeof text, "%s%s%s", c && c->by ? c->by : "nobody is named", c && c->backend ? ", seen by " : "", c && c->backend ? c->backend : "");
	view_fact(p, "ask", ROLE_TEXT, text);
}

/* Of the deploy that serves: how it is laid out, and whether one can go back. */
static void serving(const struct scene *s, struct page *p, const struct model_deploy *d)
{
	char text[400], t[WHEN_LEN];
	size_t n;

	snprintf(text, sizeof text, "%s%s%.0f %%%s%s", d->strategy ? d->strategy : "", d->strategy ? ", " : "", 100 * d->share, d->state ? ", " : "", d->state ? d->state : "");
	n = strlen(text);
	if (d->instances_new >= 0 && d->instances_old >= 0)
		snprintf(text + n, sizeof text - n, ", %d new and %d old instances", d->instances_new, d->instances_old);
	view_fact(p, "strategy", ROLE_TEXT, text);
	if (d->managed_by)
		view_fact(p, "managed by", ROLE_SOON, d->managed_by);
	if (d->back_safe == TRI_YES)
		snprintf(text, sizeof text, "safe%s%s", d->back_why ? ": " : "", d->back_why ? d->back_why : "");
	else if (d->back_safe == TRI_NO)
		snprintf(text, sizeof text, "NO%s%s: %s", d->back_since ? " since " : "", d->back_since ? when_short(s, d->back_since, t) : "",
			d->back_why ? d->back_why : "the reason was not told");
	else
		snprintf(text, sizeof text, "not known: can %s read what %s wrote?", d->previous ? d->previous : "the one before", d->version);
	view_fact(p, "back", d->back_safe == TRI_NO ? ROLE_SOON : ROLE_TEXT, text);
}

/* What a way back from it would leave as it is, as far as a backend has said so. */
static void not_undone(const struct scene *s, struct page *p, const struct place *place)
{
	const struct tried *t = &s->ui->tried;

	if (!ui_looks_back(s->ui) && !strcmp(t->panel.service, place->service) && *t->panel.not_undone)
		view_fact(p, "not undone", ROLE_TEXT, t->panel.not_undone);
	else
		view_fact(p, "not undone", ROLE_DIM, "not asked yet: Enter on a way back below, then \"try it now\"");
}

static void breaches_since(const struct scene *s, struct page *p, const char *service, int64_t from, int64_t to)
{
	char t[WHEN_LEN], d[DURATION_LEN], text[300];
	int n = 0;

	for (size_t i = 0; i < s->m->rows.n; i++) {
		const struct model_row *r = &s->m->rows.v[i];
		if (!r->service || strcmp(r->service, service) != 0 || r->breached.at < from || (to && r->breached.at > to) || !r->breached.at)
			continue;
		snprintf(text, sizeof text, "%s breached %s, %s after", r->row, when_short(s, r->breached.at, t), duration_short(r->breached.at - from, d));
		view_fact(p, n++ ? "" : "since then", ROLE_SOON, text);
	}
	if (!n)
		view_fact(p, "since then", ROLE_TEXT, "no row that stands began with it");
}

static void health_part(const struct scene *s, struct page *p, const char *service)
{
	const struct vitals *v = health_of(s->health, service);
	int alarms = 1;

	for (size_t i = 0; v && i < v->n; i++) {
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_SIGNAL, service, v->gauges[i].signal->name, 0);
		gauge_draw(p, s, &v->gauges[i], false, &alarms);
	}
}

void view_deploy(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit_service *svc = kit_service(s->m->kit, place->service);
	const struct model_deploy *d = deploy_of(s, place->service);
	const struct model_change *c = change_of(s->m, place->service, place->name);
	const struct model_version *v = model_version(s->m, place->service, place->name);
	const struct model_pin *pin = model_pin(s->m, place->service, place->name);
	char text[300], t[WHEN_LEN];
	bool serves = d && !strcmp(d->version, place->name);

	snprintf(text, sizeof text, "DEPLOY   %s %s", place->service, place->name);
	view_title(p, text);
	lived(s, p, place, c);
	if (serves)
		serving(s, p, d);
	if (pin) {
		snprintf(text, sizeof text, "kept out since %s, %s: %s", when_short(s, pin->at.at, t), pin->by, pin->reason);
		view_fact(p, "pinned", ROLE_SOON, text);
	}
	if (serves)
		not_undone(s, p, place);
	breaches_since(s, p, place->service, v && v->first ? v->first : c ? c->at : 0, v ? v->last : 0);
	if (!svc)
		return;
	page_rule(p, DROP_NEVER, s->demo);
	health_part(s, p, place->service);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	for (size_t k = 0; k < svc->n_actions; k++)
		view_way(s, p, &svc->actions[k]);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	view_versions_of(s, p, place->service);
}
