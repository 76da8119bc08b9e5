/* Command changes hands; vetoes, pins, freezes, reload. */
#include <stdio.h>
#include <string.h>

#include "decide/private.h"

#define ABSENT_AFTER (2 * US_MINUTE)

/* ---- take, hand over ---- */
static void put_commander(struct asking *q, const struct model_incident *i, const char *person, const char *how, const char *to)
{
	struct jw w = draft_begin(q, EVENT_COMMANDER, i->name);
	jw_kstr(&w, "person", person);
	jw_kstr(&w, "from", i->commander);
	jw_kstr(&w, "how", how);
	if (to)
		jw_kstr(&w, "to", to);
	draft_close(&w);
	w = result_begin(q);
	jw_kstr(&w, "incident", i->name);
	jw_kstr(&w, "commander", person);
	jw_kstr(&w, "how", how);
	jw_obj_end(&w);
}

/* Without a console for two minutes (contract, E8). */
static bool is_absent(const struct model *m, const char *person, const struct now *now)
{
	struct stamp n = stamp_of_now(now), last = {0};
	vec_each(struct model_seat, s, &m->seats) {
		if (strcmp(s->person, person) != 0 || strcmp(s->role, "console") != 0)
			continue;
		if (s->count > 0)
			return false;
		if (!last.at || stamp_cmp(&s->at, &last) > 0)
			last = s->at;
	}
	if (!last.at)
		last = m->engine_at; /* never had one under this engine */
	return stamp_diff(&last, &n, NULL) >= ABSENT_AFTER;
}

enum status ask_take(struct asking *q)
{
	const struct model_incident *i;
	char why[240];
	const char *me = q->a->person;
	enum status s = need_incident(q, NULL, &i);
	if (s != STATUS_OK)
		return s;
	if (holds_command(i, me))
		return deny(q, STATUS_NO, "yours", "you command %s already", i->name);
	if (i->offered_to && strcmp(i->offered_to, me) == 0) {
		put_commander(q, i, me, "handed-over", NULL);
		return STATUS_OK;
	}
	if (may_command(q->m, me, why, sizeof why) != STATUS_OK)
		return deny(q, STATUS_DENIED, "authority", "%s", why);
	if (!i->commander || is_absent(q->m, i->commander, q->now)) {
		put_commander(q, i, me, "taken", NULL);
		return STATUS_OK;
	}
	if (i->asked_by)
		return deny(q, STATUS_NO, "asked", "%s has asked for command already", i->asked_by);
	put_commander(q, i, i->commander, "asked", me);
	return STATUS_OK;
}

enum status ask_hand_over(struct asking *q)
{
	const struct model_incident *i;
	const char *to = param(q, "person");
	char why[240];
	enum status s = need_incident(q, NULL, &i);
	if (s != STATUS_OK)
		return s;
	if (!holds_command(i, q->a->person))
		return deny(q, STATUS_DENIED, "not-commander", "only the commander hands over; %s commands", i->commander ? i->commander : "nobody");
	if (!to || !kit_person(q->m->kit, to))
		return deny(q, STATUS_USAGE, "no-person", "the kit knows no person %.60s", to ? to : "without a name");
	if (strcmp(to, q->a->person) == 0)
		return deny(q, STATUS_USAGE, "yours", "you command already");
	if (may_command(q->m, to, why, sizeof why) != STATUS_OK)
		return deny(q, STATUS_DENIED, "authority", "%s does not hold the role incident-commander", to);
	put_commander(q, i, i->commander, "offered", to);
	return STATUS_OK;
}

/* ---- veto ---- */
enum status veto_action(struct asking *q, const struct model_action *a)
{
	char said[400];
	if (a->outcome != OUTCOME_WAITING && a->outcome != OUTCOME_COUNTDOWN) {
		deny(q, STATUS_NO, "not-waiting", "%s is %s: there is nothing to veto", a->key, outcome_name(a->outcome));
		if (a->outcome == OUTCOME_RUNNING)
			fault_mend(&q->d->fault, "stop it where it is: backout cancel %s", a->key);
		return STATUS_NO;
	}
	struct jw w = draft_begin(q, EVENT_ACTION_VETOED, a->incident);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "digest", a->digest);
	jw_kstr(&w, "by", q->a->person);
	jw_kstr(&w, "reason", param(q, "reason") ? param(q, "reason") : "");
	draft_close(&w);
	(void)snprintf(said, sizeof said, "not this time: %.80s %.80s of %.80s; nothing by itself there until this breach ends or another version serves", a->key, a->action, a->service);
	w = result_begin(q);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "said", a->outcome == OUTCOME_COUNTDOWN ? said : a->key);
	jw_obj_end(&w);
	return STATUS_OK;
}

enum status ask_veto(struct asking *q)
{
	const char *key = param(q, "key");
	if (key) {
		const struct model_action *a = model_action(q->m, key);
		return a ? veto_action(q, a) : deny(q, STATUS_USAGE, "no-key", "there is no action %.80s", key);
	}
	const struct model_action *first = model_countdown(q->m, NULL); /* no other no is as urgent */
	if (first)
		return veto_action(q, first);
	vec_each(struct model_incident, i, &q->m->incidents) {
		if (i->open && i->asked_by && holds_command(i, q->a->person)) {
			put_commander(q, i, i->commander, "refused", i->asked_by);
			return STATUS_OK;
		}
		vec_each(struct model_action, a, &i->actions)
			if (i->open && a->outcome == OUTCOME_WAITING)
				return veto_action(q, a);
	}
	deny(q, STATUS_NO, "nothing", "nothing counts down and nobody asks for your command: there is nothing to say no to");
	fault_mend(&q->d->fault, "`backout status` begins with BY ITSELF while something counts down; what runs is stopped with `backout cancel KEY`");
	return STATUS_NO;
}

/* ---- pins and freezes ---- */
static enum status marked_service(struct asking *q, bool all_allowed, const char **out)
{
	const char *service = param(q, "service");
	char why[240];
	bool all = service && strcmp(service, "all") == 0;
	if (!service || (!(all && all_allowed) && !kit_service(q->m->kit, service)))
		return deny(q, STATUS_USAGE, "no-service", "the kit has no service %.80s", service ? service : "without a name");
	if (may_touch(q->m, all ? NULL : service, q->a->person, why, sizeof why) != STATUS_OK)
		return deny(q, STATUS_DENIED, "authority", "%s", why);
	*out = service;
	return STATUS_OK;
}

static void put_mark(struct asking *q, enum event_kind kind, const char *service, const char *version, const char *what)
{
	const struct model_incident *i = model_incident_of_service(q->m, service);
	struct jw w = draft_begin(q, kind, i ? i->name : NULL);
	jw_kstr(&w, "service", service);
	if (version)
		jw_kstr(&w, "version", version);
	jw_kstr(&w, "what", what);
	jw_kstr(&w, "by", q->a->person);
	jw_kstr(&w, "reason", param(q, "reason") ? param(q, "reason") : "");
	draft_close(&w);
}

static enum status pin_params(struct asking *q, const char **out_service, const char **out_version)
{
	enum status s = marked_service(q, false, out_service);
	*out_version = param(q, "version");
	if (s != STATUS_OK)
		return s;
	if (!*out_version || !text_is_version(*out_version))
		return deny(q, STATUS_USAGE, "bad-version", "which version? 1 to 256 characters of A-Za-z0-9._:/@+-");
	return param(q, "reason") ? STATUS_OK : deny(q, STATUS_USAGE, "no-reason", "a reason is needed: --reason T");
}

enum status ask_pin(struct asking *q)
{
	const char *service, *version;
	enum status s = pin_params(q, &service, &version);
	if (s != STATUS_OK)
		return s;
	if (model_pin(q->m, service, version))
		return deny(q, STATUS_NO, "pinned", "%s %s is pinned out already", service, version);
	put_mark(q, EVENT_PIN, service, version, "set");
	return STATUS_OK;
}

enum status ask_unpin(struct asking *q)
{
	const char *service, *version;
	enum status s = pin_params(q, &service, &version);
	if (s != STATUS_OK)
		return s;
	if (!model_pin(q->m, service, version))
		return deny(q, STATUS_NO, "not-pinned", "%s %s is not pinned", service, version);
	put_mark(q, EVENT_PIN, service, version, "released");
	return STATUS_OK;
}

static const struct kit_action *freezing_action(const struct kit_service *s)
{
	for (size_t k = 0; s && k < s->n_actions; k++)
		if (strcmp(s->actions[k].verb, "freeze") == 0 || strcmp(s->actions[k].verb, "pause") == 0)
			return &s->actions[k];
	return NULL;
}

static bool has_freeze(const struct model *m, const char *service)
{
	vec_each(struct model_freeze, f, &m->freezes)
		if (strcmp(f->service, service) == 0)
			return true;
	return false;
}

enum status ask_freeze(struct asking *q)
{
	const char *service;
	enum status s = marked_service(q, true, &service);
	if (s != STATUS_OK)
		return s;
	const struct kit_action *k = freezing_action(kit_service(q->m->kit, service));
	struct jw w = result_begin(q);
	jw_kbool(&w, "again", has_freeze(q->m, service));
	if (k) { /* the mark stands at once; the backend is frozen by that action, through its panel as any other */
		jw_kstr(&w, "action", k->name);
		jw_kstr(&w, "service", service);
	}
	jw_obj_end(&w);
	if (!has_freeze(q->m, service))
		put_mark(q, EVENT_FREEZE, service, NULL, "set");
	return STATUS_OK;
}

enum status ask_unfreeze(struct asking *q)
{
	const char *service;
	enum status s = marked_service(q, true, &service);
	if (s != STATUS_OK)
		return s;
	if (!has_freeze(q->m, service))
		return deny(q, STATUS_NO, "not-frozen", "%s is not frozen", service);
	put_mark(q, EVENT_FREEZE, service, NULL, "released");
	return STATUS_OK;
}

/* The engine reads and checks the kit; who may take it into use is decided here. */
enum status ask_reload(struct asking *q)
{
	bool any = false, mine = false;
	vec_each(struct model_incident, i, &q->m->incidents) {
		any = any || i->open;
		mine = mine || (i->open && holds_command(i, q->a->person));
	}
	if (any && !mine)
		return deny(q, STATUS_DENIED, "not-commander", "while an incident is open only its commander takes a changed kit into use");
	return STATUS_OK;
}
