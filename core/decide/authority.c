/* Who may: one place, whatever the way in (contract 4, "Who may"). */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

static enum status say(char *why, size_t cap, enum status s, const char *text)
{
	if (why)
		text_copy(why, cap, text);
	return s;
}

bool holds_command(const struct model_incident *i, const char *person)
{
	return i && person && i->commander && strcmp(i->commander, person) == 0;
}

enum status may_command(const struct model *m, const char *person, char *why, size_t cap)
{
	const struct kit_person *p = m->kit && person ? kit_person(m->kit, person) : NULL;
	if (!p)
		return say(why, cap, STATUS_DENIED, "the kit does not know you: you read only");
	if (!kit_has_role(p, "incident-commander"))
		return say(why, cap, STATUS_DENIED, "you do not hold the role incident-commander");
	return say(why, cap, STATUS_OK, "incident-commander");
}

/* Does the person hold `role` as seen from this service and incident?  Without an incident the commander-to-be is
 * whoever may command: firing declares one. */
static bool has_role_here(const struct kit_service *s, const struct model_incident *i, const struct kit_person *p,
	const char *role)
{
	if (strcmp(role, "incident-commander") == 0)
		return i ? holds_command(i, p->id) : kit_has_role(p, role);
	if (strcmp(role, "on-call") == 0)
		return s && names_has(&s->on_call, p->id);
	if (strcmp(role, "service-owner") == 0)
		return s && (strcmp(s->owner, p->id) == 0 || names_has(&p->owns, s->name));
	return kit_has_role(p, role);
}

static const char *first_role_here(const struct model *m, const struct kit_service *s, const struct model_incident *i,
	const struct kit_person *p, enum radius r)
{
	static const char *const defaults[][2] = {{"on-call", "incident-commander"}, {"incident-commander", NULL}, {"incident-commander", NULL},
		{"incident-commander", NULL}};
	const struct kit_authority *rule = &m->kit->authority[r];
	for (size_t k = 0; rule->given && k < rule->roles.n; k++)
		if (has_role_here(s, i, p, rule->roles.v[k]))
			return rule->roles.v[k];
	for (size_t k = 0; !rule->given && k < 2 && defaults[r][k]; k++)
		if (has_role_here(s, i, p, defaults[r][k]))
			return defaults[r][k];
	return NULL;
}

enum status may_fire(const struct model *m, const struct kit_action *a, const struct model_incident *i, const char *person, char *why, size_t cap)
{
	const struct kit_person *p = m->kit && person ? kit_person(m->kit, person) : NULL;
	char text[200];
	if (!p)
		return say(why, cap, STATUS_DENIED, "the kit does not know you: you read only");
	if (a->radius == RADIUS_GLOBAL)
		return say(why, cap, STATUS_DENIED, "needs the owner's acknowledgement, which is not there yet");
	const char *role = first_role_here(m, a->service, i, p, a->radius);
	if (!role) {
		(void)snprintf(text, sizeof text, "blast radius %s: %s", radius_name(a->radius),
			i && i->commander ? "only the commander may, or whom the kit names" :
			i ? "nobody commands yet, take command first (C)" : "you hold no role that may");
		return say(why, cap, STATUS_DENIED, text);
	}
	(void)snprintf(text, sizeof text, "%.60s, %s, nobody else needed", role, a->radius == RADIUS_SERVICE ? "one service" : "shared");
	return say(why, cap, STATUS_OK, text);
}

/* Pin, freeze, cancel and resolve need the authority of the service ("all": that of shared). */
enum status may_touch(const struct model *m, const char *service, const char *person, char *why, size_t cap)
{
	const struct kit_person *p = m->kit && person ? kit_person(m->kit, person) : NULL;
	const struct kit_service *s = m->kit && service ? kit_service(m->kit, service) : NULL;
	if (!p)
		return say(why, cap, STATUS_DENIED, "the kit does not know you: you read only");
	const struct model_incident *i = s ? model_incident_of_service(m, service) : NULL;
	if (!s)
		(void)model_open_incidents(m, &i);
	if (first_role_here(m, s, i, p, s ? s->radius == RADIUS_GLOBAL ? RADIUS_SHARED : s->radius : RADIUS_SHARED))
		return STATUS_OK;
	return say(why, cap, STATUS_DENIED, s ? "you hold no role that may act on this service" : "you hold no role that may act on all services");
}
