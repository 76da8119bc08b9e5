/* Asks: the one door. */
#include "decide/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void decision_init(struct decision *d)
{
	memset(d, 0, sizeof *d);
	buf_init(&d->result, JSON_LINE_MAX);
}

void decision_release(struct decision *d)
{
	drafts_release(&d->events);
	buf_release(&d->result);
}

enum status deny(struct asking *q, enum status s, const char *code, const char *fmt, ...)
{
	char text[480];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return fault_set(&q->d->fault, s, code, "%s", text);
}

const char *param(const struct asking *q, const char *key)
{
	const char *s = json_get_str(q->a->params, key, NULL);
	return s && *s ? s : NULL;
}

struct jw draft_begin(struct asking *q, enum event_kind kind, const char *incident)
{
	char actor[80];
	if (q->a->person)
		text_copy(actor, sizeof actor, q->a->person);
	else
		(void)snprintf(actor, sizeof actor, "uid:%lld", (long long)q->a->uid);
	struct jw w = draft_open(&q->d->events, kind, incident, actor);
	jw_kstr(&w, "ask", q->a->id);
	if (event_kind_salted(kind))
		jw_kstr(&w, "salt", q->a->random + 32);
	return w;
}

struct jw result_begin(struct asking *q)
{
	struct jw w;
	buf_reset(&q->d->result);
	jw_init(&w, &q->d->result);
	jw_obj(&w);
	return w;
}

/* ---- which incident ---- */
static enum status list_incidents(struct asking *q)
{
	char names[300] = "";
	size_t n = 0;
	vec_each(struct model_incident, i, &q->m->incidents)
		if (i->open && n < sizeof names - 100)
			n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", i->name);
	deny(q, STATUS_USAGE, "which-incident", "several incidents are open: %s", names);
	fault_mend(&q->d->fault, "name one with --incident");
	return STATUS_USAGE;
}

enum status which_incident(struct asking *q, const char *service, const struct model_incident **out)
{
	const char *named = param(q, "incident");
	*out = NULL;
	if (named) {
		*out = model_incident(q->m, named);
		if (!*out)
			return deny(q, STATUS_USAGE, "no-incident", "there is no incident %s", named);
		return (*out)->open ? STATUS_OK : deny(q, STATUS_USAGE, "closed", "%s is closed", named);
	}
	if (service) {
		*out = model_incident_of_service(q->m, service);
		return STATUS_OK;
	}
	return model_open_incidents(q->m, out) > 1 ? list_incidents(q) : STATUS_OK;
}

enum status need_incident(struct asking *q, const char *service, const struct model_incident **out)
{
	enum status s = which_incident(q, service, out);
	if (s == STATUS_OK && !*out) {
		deny(q, STATUS_USAGE, "no-incident", "no incident is open");
		fault_mend(&q->d->fault, "declare one first: backout declare --title \"what is wrong\" --service NAME");
		return STATUS_USAGE;
	}
	return s;
}

/* ---- the door ---- */
struct verb {
	const char *name;
	enum status (*fn)(struct asking *q);
};
static const struct verb verbs[] = {
	{"declare", ask_declare}, {"report", ask_report}, {"note", ask_note}, {"arm", ask_arm}, {"disarm", ask_disarm},
	{"fire", ask_fire}, {"cancel", ask_cancel}, {"resolve", ask_resolve}, {"veto", ask_veto}, {"ack", ask_ack},
	{"pin", ask_pin}, {"unpin", ask_unpin}, {"freeze", ask_freeze}, {"unfreeze", ask_unfreeze},
	{"take", ask_take}, {"hand-over", ask_hand_over}, {"close", ask_close}, {"reload", ask_reload},
};

static bool answered_before(struct asking *q)
{
	vec_each(struct model_ask, k, &q->m->asks) {
		if (strcmp(k->ask, q->a->id) != 0)
			continue;
		struct jw w = result_begin(q);
		jw_kbool(&w, "again", true);
		if (k->key)
			jw_kstr(&w, "key", k->key);
		if (k->incident)
			jw_kstr(&w, "incident", k->incident);
		jw_obj_end(&w);
		return true;
	}
	return false;
}

static enum status ask_checked(struct asking *q)
{
	const struct verb *v = NULL;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, q->a->verb) == 0)
			v = &verbs[i];
	if (!v)
		return deny(q, STATUS_USAGE, "unknown-ask", "the engine does not know how to %s", q->a->verb);
	if (!q->m->kit)
		return deny(q, STATUS_USAGE, "no-kit", "the engine has no kit in use");
	if (q->a->read_only)
		return deny(q, STATUS_DENIED, "read-only", "this console is read-only");
	if (!q->a->person) {
		deny(q, STATUS_DENIED, "unknown-person", "the kit does not know uid %lld: it may read", (long long)q->a->uid);
		fault_mend(&q->d->fault, "add the person with this login under people: in kit.yaml");
		return STATUS_DENIED;
	}
	return v->fn(q);
}

void decide_ask(const struct model *m, const struct judge *j, const struct now *now, const struct ask *ask, struct decision *out)
{
	struct asking q = {m, now, ask, out};
	(void)j;
	buf_adds(&out->result, "{}");
	if (answered_before(&q))
		return;
	out->status = ask_checked(&q);
	if (out->status != STATUS_OK)
		drafts_release(&out->events); /* a refusal records nothing */
}
