/* The views that are opened from the main screen: a service, ways back,
 * versions, people's word, brief, timeline, changes, pins, help.  Every line
 * that the cursor may stand on is an item; long ones scroll with it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/scene.h"

static void title(struct page *p, const char *text)
{
	page_line(p, DROP_NEVER);
	page_put(p, 1, p->g.cols - 2, ROLE_TITLE, "%s", text);
}

static void nothing(struct page *p, const char *text)
{
	page_line(p, DROP_NEVER);
	page_put(p, 1, p->g.cols - 2, ROLE_DIM, "%s", text);
}

/* A line of running text that the cursor can pass over. */
static void text_line(struct page *p, const char *text, int64_t number)
{
	if (!page_wanted(p, text))
		return;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s", text);
}

/* ---- versions ---------------------------------------------------------------- */

static void version_line(const struct scene *s, struct page *p, const struct model_version *v)
{
	char a[WHEN_LEN], b[WHEN_LEN];
	const struct model_version *good = model_last_good(s->m, v->service);
	const char *verdict = v->verdict == VERDICT_BAD ? "rolled back from" : v->verdict == VERDICT_GOOD ? "was good" : "no verdict";

	page_line(p, DROP_NEVER);
	page_item(p, ITEM_VERSION, v->service, v->version, 0);
	page_put(p, 1, 20, v == good ? ROLE_TITLE : ROLE_TEXT, "%s", v->version);
	if (v->first)
		page_put(p, 22, 24, ROLE_TEXT, "since %s, %s", when_short(s, v->first, a), age_long((v->last ? v->last : s->now.at) - v->first, b));
	else
		page_put(p, 22, 24, ROLE_DIM, "before anybody looked");
	page_put(p, 48, 18, v->verdict == VERDICT_BAD ? ROLE_SOON : ROLE_TEXT, "%s", verdict);
	page_put(p, 66, p->g.cols - 67, ROLE_DIM, "%s", !v->last ? "serves now" : v == good ? "last good" : model_pin(s->m, v->service, v->version) ? "pinned out" : "");
}

static size_t versions_part(const struct scene *s, struct page *p, const char *service)
{
	size_t n = 0;

	for (size_t i = s->m->versions.n; i-- > 0;) {
		const struct model_version *v = &s->m->versions.v[i];
		if (strcmp(v->service, service) != 0 || !page_wanted(p, v->version))
			continue;
		version_line(s, p, v);
		n++;
	}
	return n;
}

static void place_versions(const struct scene *s, struct page *p, const struct place *place)
{
	char text[240];

	snprintf(text, sizeof text, "%s: to which version of %s?   Enter opens the panel", place->name, place->service);
	title(p, text);
	if (!versions_part(s, p, place->service))
		nothing(p, "no version was seen here yet");
}

/* ---- ways back ------------------------------------------------------------------ */

static void way_line(const struct scene *s, struct page *p, const struct kit_action *a)
{
	char about[WHEN_LEN], why[200], words[120], all[400];
	const char *time = "";
	const struct model_action *busy = model_action_busy(s->m, a->backend, a->target);
	const char *to = goal_version(s, a);
	int64_t takes = expected_time(s->m, a, &time);
	bool may = may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, why, sizeof why) == STATUS_OK;

	page_line(p, DROP_NEVER);
	page_item(p, ITEM_ACTION, a->service->name, a->name, 0);
	page_put(p, 1, 1, ROLE_KEY, "%c", a->key ? a->key : ' ');
	page_put(p, 3, 24, ROLE_TITLE, "%s", a->name);
	page_put(p, 28, 20, ROLE_TEXT, "%s, %s", level_word(a->level), row_class_name(a->cls));
	page_put(p, 49, 14, ROLE_TEXT, "%s", span_about(takes, about));
	page_put(p, 64, p->g.cols - 65, ROLE_DIM, "%s%s", to ? "to " : "", to ? to : "");
	if (busy)
		snprintf(all, sizeof all, "%s: %s is %s on it", verb_words(a, words, sizeof words), busy->key, outcome_name(busy->outcome));
	else
		snprintf(all, sizeof all, "%s; time: %s; %s%s", verb_words(a, words, sizeof words), time && *time ? time : "not known",
			may ? "" : "you may not: ", why);
	page_wrapped(p, DROP_NEVER, 3, may && !busy ? ROLE_DIM : ROLE_SOON, all);
}

static void place_ways(const struct scene *s, struct page *p, const struct place *place)
{
	size_t n = 0;

	title(p, s->inc ? "WAYS BACK   the key opens the panel, Enter chooses a version first" :
		"WAYS BACK   move to one; its key opens the panel, Enter asks for a version");
	for (size_t i = 0; i < s->m->kit->n_services; i++) {
		const struct kit_service *svc = &s->m->kit->services[i];
		if (*place->service ? strcmp(place->service, svc->name) != 0 : s->inc && !incident_has_service(s->inc, svc->name))
			continue;
		for (size_t k = 0; k < svc->n_actions; k++) {
			char all[200];
			snprintf(all, sizeof all, "%s %s", svc->name, svc->actions[k].name);
			if (!page_wanted(p, all))
				continue;
			way_line(s, p, &svc->actions[k]);
			n++;
		}
	}
	if (!n)
		nothing(p, "the kit has no action here");
}

/* ---- a service --------------------------------------------------------------------- */

static void rows_part(const struct scene *s, struct page *p, const struct kit_service *svc)
{
	char t[WHEN_LEN], d[DURATION_LEN];

	for (size_t i = 0; i < s->m->kit->n_rows; i++) {
		const struct kit_row *r = &s->m->kit->rows[i];
		const struct model_row *mr = model_row(s->m, r->name, svc->name);
		if (!kit_row_covers(s->m->kit, r, svc))
			continue;
		page_line(p, DROP_NEVER);
		page_put(p, 1, 20, ROLE_TEXT, "%s", r->name);
		page_put(p, 22, 28, ROLE_DIM, "%s %s", r->signal, r->when_text);
		page_put(p, 51, 12, ROLE_TEXT, "%s", mr ? row_state_name(mr->state) : "clear");
		if (mr && mr->state == ROW_BREACHED && mr->until)
			page_put(p, 64, p->g.cols - 65, ROLE_DIM, "%s has %s", r->owner, duration_clock(mr->until > s->now.at ? mr->until - s->now.at : 0, d));
		else if (mr && mr->changed.at)
			page_put(p, 64, p->g.cols - 65, ROLE_DIM, "since %s", when_short(s, mr->changed.at, t));
		else
			page_put(p, 64, p->g.cols - 65, ROLE_DIM, "owner %s", r->owner);
	}
}

static void place_service(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit_service *svc = kit_service(s->m->kit, place->service);
	const struct model_deploy *d = deploy_of(s, place->service);
	char text[300], t[WHEN_LEN];
	struct gauges g;
	int alarms = s->inc ? 0 : 1;

	if (!svc) {
		nothing(p, "this service is not in the kit");
		return;
	}
	snprintf(text, sizeof text, "%s   %s, owner %s", svc->name, svc->tier ? svc->tier->id : "no tier", svc->owner);
	title(p, text);
	page_line(p, DROP_NEVER);
	if (d)
		page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s, %s %.0f %%, %s, since %s%s%s%s%s", d->version, d->strategy ? d->strategy : "",
			100 * d->share, d->state ? d->state : "", when_short(s, d->at, t), d->by ? ", ask " : "", d->by ? d->by : "",
			d->managed_by ? ", managed by " : "", d->managed_by ? d->managed_by : "");
	else
		page_put(p, 1, p->g.cols - 2, ROLE_DIM, "what serves is not known: no source has told");
	page_rule(p, DROP_NEVER, s->demo);
	gauges_make(&g, s, NULL, svc->name);
	for (size_t i = 0; i < g.n; i++) {
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_SIGNAL, svc->name, g.v[i].signal->name, 0);
		gauge_draw(p, s, &g.v[i], false, &alarms);
	}
	gauges_release(&g);
	page_rule(p, DROP_NEVER, s->demo);
	rows_part(s, p, svc);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	for (size_t k = 0; k < svc->n_actions; k++)
		way_line(s, p, &svc->actions[k]);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	versions_part(s, p, svc->name);
}

/* ---- people's word ------------------------------------------------------------------- */

/* What can be said: the kit's own questions, then anything else. */
static void sayable(const struct scene *s, struct page *p, bool other)
{
	for (size_t i = 0; i < s->m->kit->n_reports; i++) {
		const struct kit_report *r = &s->m->kit->reports[i];
		if (!strcmp(r->id, "other") != other)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_REPORT, "", r->id, 0);
		page_put(p, 1, 20, ROLE_TITLE, "%s", r->id);
		page_put(p, 22, p->g.cols - 23, ROLE_TEXT, "%s", r->ask);
	}
}

static void place_reports(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];
	bool said = false;

	for (size_t i = 0; i < s->m->reports.n; i++)
		said = said || !s->m->reports.v[i].gone;
	title(p, "WHAT PEOPLE SAY   Enter says it, in their words");
	sayable(s, p, false);
	sayable(s, p, true);
	if (!said)
		return;
	page_rule(p, DROP_NEVER, s->demo);
	title(p, "SAID, AND NOT GONE YET   Enter says that it is gone");
	p->pane++;
	for (size_t i = s->m->reports.n; i-- > 0;) {
		const struct model_report *r = &s->m->reports.v[i];
		if (r->gone)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_SAID, r->service, r->signal, r->seq);
		page_put(p, 1, 20, ROLE_TEXT, "%s", r->signal);
		page_put(p, 22, p->g.cols - 23, ROLE_TEXT, "%s %s%s%s: %s", when_short(s, r->at.at, t), r->by, r->service ? ", " : "",
			r->service ? r->service : "", r->note ? r->note : "");
	}
}

/* ---- timeline, changes, pins ------------------------------------------------------------ */

void view_timeline(const struct scene *s, struct page *p, int most, int drop)
{
	char t[WHEN_LEN], all[600];
	const char *text;
	int n = 0, col;

	for (size_t i = s->m->lines.n; i-- > 0 && n < most;) {
		const struct model_line *l = &s->m->lines.v[i];
		if (s->inc && l->incident && strcmp(l->incident, s->inc->name) != 0)
			continue;
		snprintf(all, sizeof all, "%s %s %s", l->actor, l->kind, l->text ? l->text : "");
		if (!page_wanted(p, all))
			continue;
		page_line(p, n ? drop == DROP_NEVER ? drop : 8 : drop);
		page_item(p, ITEM_LINE, "", "", l->seq);
		page_put(p, 1, 9, ROLE_DIM, "%s", when_clock(l->at.at, t));
		text = l->text && *l->text ? l->text : l->kind;
		col = 10;
		/* a backend's own lines name what it did; people are named */
		if (strcmp(l->actor, "engine") != 0 && strncmp(l->actor, "plugin:", 7) != 0 && strncmp(text, l->actor, strlen(l->actor)) != 0)
			col = page_put(p, col, 16, ROLE_DIM, "%s%s", l->actor, strcmp(l->kind, "note") ? "" : ":") + 1;
		page_put(p, col, p->g.cols - col - 1, ROLE_TEXT, "%s", text);
		n++;
	}
}

static void place_changes(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN], u[WHEN_LEN], all[300];

	title(p, "WHAT CHANGED, newest first");
	for (size_t i = s->m->changes.n; i-- > 0;) {
		const struct model_change *c = &s->m->changes.v[i];
		snprintf(all, sizeof all, "%s %s %s %s %s", c->what, c->service ? c->service : "", c->name ? c->name : "", c->to ? c->to : "", c->by ? c->by : "");
		if (!page_wanted(p, all))
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_CHANGE, c->service, c->what, c->seq);
		page_put(p, 1, 10, ROLE_DIM, "%s", when_short(s, c->at, t));
		page_put(p, 12, 8, ROLE_TEXT, "%s", c->what);
		page_put(p, 20, 16, ROLE_TEXT, "%s", c->service ? c->service : "");
		page_put(p, 37, p->g.cols - 61, ROLE_TEXT, "%s %s%s%s", c->name && strcmp(c->what, "deploy") != 0 ? c->name : "", c->from ? c->from : "",
			c->from ? " -> " : "", c->to ? c->to : "");
		const struct model_action *ours = model_change_action(s->m, c);
		const char *by = ours ? ours->by : c->by;
		page_put(p, p->g.cols - 23, 14, ROLE_DIM, "%s%s", by ? "ask " : "", by ? by : "");
		page_put(p, p->g.cols - 8, 7, ROLE_DIM, "%s", age_minutes(s->now.at - c->at, u));
	}
	if (!s->m->changes.n)
		nothing(p, "nothing was seen to change yet");
}

static void place_pins(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];

	title(p, "KEPT OUT AND FROZEN   Enter releases, with a reason");
	for (size_t i = 0; i < s->m->pins.n; i++) {
		const struct model_pin *pin = &s->m->pins.v[i];
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_PIN, pin->service, pin->version, 0);
		page_put(p, 1, 9, pin->returned ? ROLE_ALARM : ROLE_TEXT, pin->returned ? "RETURNED" : "pinned");
		page_put(p, 11, p->g.cols - 12, ROLE_TEXT, "%s %s since %s, %s: %s", pin->service, pin->version, when_short(s, pin->at.at, t), pin->by, pin->reason);
	}
	for (size_t i = 0; i < s->m->freezes.n; i++) {
		const struct model_freeze *f = &s->m->freezes.v[i];
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_FREEZE, f->service, "", 0);
		page_put(p, 1, 9, ROLE_TEXT, "frozen");
		page_put(p, 11, p->g.cols - 12, ROLE_TEXT, "%s since %s, %s: %s", f->service, when_short(s, f->at.at, t), f->by, f->reason);
	}
	if (!s->m->pins.n && !s->m->freezes.n)
		nothing(p, "nothing is pinned or frozen");
}

static void place_incidents(const struct scene *s, struct page *p)
{
	char t[WHEN_LEN];

	title(p, "OPEN INCIDENTS   Enter looks at one");
	for (size_t i = s->m->incidents.n; i-- > 0;) {
		const struct model_incident *x = &s->m->incidents.v[i];
		if (!x->open)
			continue;
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_INCIDENT, "", x->name, 0);
		page_put(p, 1, 10, ROLE_TITLE, "%s", x->name);
		page_put(p, 12, p->g.cols - 13, ROLE_TEXT, "%s, since %s, %s", x->title, when_short(s, x->declared.at, t),
			x->commander ? x->commander : "nobody commands");
	}
}

/* ---- brief, help ------------------------------------------------------------------------- */

/* Read out, so never cut: what is longer than the screen goes on below, behind its label. */
static void brief_line(struct page *p, const char *text, int64_t number)
{
	size_t fits = text_cols(text) > p->g.cols - 2 ? (size_t)p->g.cols - 2 : strlen(text);

	if (!page_wanted(p, text))
		return;
	while (fits < strlen(text) && fits > 20 && text[fits] != ' ')
		fits--;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%.*s", (int)fits, text);
	page_wrapped(p, DROP_NEVER, 12, ROLE_TEXT, text[fits] == ' ' ? text + fits + 1 : text + fits);
}

static void place_brief(const struct scene *s, struct page *p)
{
	struct buf b;
	const char *line;
	int64_t n = 0;

	buf_init(&b, 65536);
	title(p, "BRIEF   read it out, or paste it");
	if (s->ui->out.brief)
		s->ui->out.brief(s->m, s->inc, &s->now, &b);
	for (line = buf_str(&b); *line; n++) {
		char text[1024];
		size_t len = strcspn(line, "\n");
		snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
		brief_line(p, text, n);
		line += len + (line[len] == '\n');
	}
	buf_release(&b);
}

static void help_actions(const struct scene *s, struct page *p, int64_t *n)
{
	char text[300], words[120];

	text_line(p, "of the kit: while an incident is open its services', else the focused service's", (*n)++);
	for (size_t i = 0; i < s->m->kit->n_services; i++)
		for (size_t k = 0; k < s->m->kit->services[i].n_actions; k++) {
			const struct kit_action *a = &s->m->kit->services[i].actions[k];
			if (!a->key)
				continue;
			snprintf(text, sizeof text, "  %-10c %s: %s", a->key, a->name, verb_words(a, words, sizeof words));
			text_line(p, text, (*n)++);
		}
}

static void place_help(const struct scene *s, struct page *p)
{
	char text[300];
	const char *group = "";
	int64_t n = 0;

	title(p, "KEYS   opening this console commands nothing; leaving it ends nothing");
	for (int i = 0; i < COMMAND_NONE; i++) {
		if (strcmp(group, keymap[i].group) != 0) {
			group = keymap[i].group;
			text_line(p, group, n++);
		}
		snprintf(text, sizeof text, "  %-10s %s", keymap[i].written, keymap[i].help);
		if (!keymap[i].asks || may_ask(s))
			text_line(p, text, n++);
	}
	help_actions(s, p, &n);
	text_line(p, "firing", n++);
	text_line(p, "  an action's key opens its panel; the three letters it shows, typed, fire it", n++);
	text_line(p, "  any other key, Esc, Enter or 30 s without a key mean no: nothing happened", n++);
}

void view_place(const struct scene *s, struct page *p, const struct place *place)
{
	switch (place->view) {
	case VIEW_MAIN:
		break;
	case VIEW_SERVICE:
		place_service(s, p, place);
		break;
	case VIEW_WAYS:
		place_ways(s, p, place);
		break;
	case VIEW_VERSIONS:
		place_versions(s, p, place);
		break;
	case VIEW_REPORTS:
		place_reports(s, p);
		break;
	case VIEW_BRIEF:
		place_brief(s, p);
		break;
	case VIEW_TIMELINE:
		title(p, "WHAT HAPPENED, newest first");
		view_timeline(s, p, 256, DROP_NEVER);
		break;
	case VIEW_CHANGES:
		place_changes(s, p);
		break;
	case VIEW_PINS:
		place_pins(s, p);
		break;
	case VIEW_HELP:
		place_help(s, p);
		break;
	case VIEW_INCIDENTS:
		place_incidents(s, p);
		break;
	}
}
