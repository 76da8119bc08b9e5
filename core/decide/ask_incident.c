/* Declaring, reporting, noting, closing. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "decide/private.h"

#define TITLE_MAX 200
#define NOTE_MAX 8000

/* ---- declare ---- */
/* Deploys, rows, last values and kit as they stand, so that a fold can begin here. */
static void put_baseline(struct asking *q, const char *incident)
{
	const struct model *m = q->m;
	struct jw w = draft_begin(q, EVENT_BASELINE, incident);
	jw_key(&w, "deploys");
	jw_arr(&w);
	vec_each(struct model_deploy, d, &m->deploys) {
		jw_obj(&w);
		jw_kstr(&w, "service", d->service);
		jw_kstr(&w, "place", d->place);
		jw_kstr(&w, "backend", d->backend);
		jw_kstr(&w, "version", d->version);
		jw_kstr(&w, "previous", d->previous);
		jw_kstr(&w, "state", d->state);
		jw_ktime(&w, "at", d->at);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_key(&w, "rows");
	jw_arr(&w);
	vec_each(struct model_row, r, &m->rows) {
		jw_obj(&w);
		jw_kstr(&w, "row", r->row);
		jw_kstr(&w, "service", r->service);
		jw_kstr(&w, "state", row_state_name(r->state));
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_key(&w, "values");
	jw_obj(&w);
	vec_each(struct model_signal, s, &m->signals)
		if (s->state == SAMPLE_OK && isfinite(s->value)) {
			char key[160];
			(void)snprintf(key, sizeof key, "%s/%s", s->service, s->name);
			jw_knum(&w, key, s->value);
		}
	jw_obj_end(&w);
	jw_kstr(&w, "kit", m->kit_digest);
	draft_close(&w);
}

void declare_events(struct asking *q, const char *title, const char *const *services, size_t n, const char *onset, char out_name[72])
{
	const struct model *m = q->m;
	const char *person = q->a->person;
	bool demo = m->environment && strcmp(m->environment, "demo") == 0;
	(void)snprintf(out_name, 72, "INC-%" PRId64, m->next_incident);
	struct jw w = draft_begin(q, EVENT_INCIDENT_DECLARED, out_name);
	jw_key(&w, "services");
	jw_arr(&w);
	for (size_t i = 0; i < n; i++)
		jw_str(&w, services[i]);
	jw_arr_end(&w);
	jw_kstr(&w, "title", title);
	if (onset)
		jw_kstr(&w, "onset", onset);
	jw_kstr(&w, "kind", demo ? "demo" : "real");
	jw_kstr(&w, "environment", m->environment);
	draft_close(&w);
	put_baseline(q, out_name);
	bool commands = may_command(m, person, NULL, 0) == STATUS_OK;
	w = draft_begin(q, EVENT_COMMANDER, out_name);
	jw_kstr(&w, "person", commands ? person : NULL);
	jw_kstr(&w, "how", commands ? "declared" : "vacant");
	draft_close(&w);
}

struct service_list { const char *v[256]; size_t n; };

static enum status named_services(struct asking *q, struct service_list *l)
{
	for (const struct json *s = json_first(json_get(q->a->params, "services")); s && l->n < 256; s = json_next(s)) {
		const char *name = json_str(s, "");
		if (!kit_service(q->m->kit, name)) {
			const char *names[256];
			size_t n = 0;
			for (; n < q->m->kit->n_services && n < 256; n++)
				names[n] = q->m->kit->services[n].name;
			const char *near = text_nearest(name, names, n);
			deny(q, STATUS_USAGE, "no-service", "the kit has no service %.80s", name);
			if (near)
				fault_mend(&q->d->fault, "did you mean %s?", near);
			return STATUS_USAGE;
		}
		l->v[l->n++] = name;
	}
	return STATUS_OK;
}

/* Nobody named a service: those whose rows stand breached. */
static void breached_services(const struct model *m, struct service_list *l)
{
	vec_each(struct model_row, r, &m->rows) {
		bool known = !model_row_standing(r) || !*r->service || r->would || model_incident_of_service(m, r->service);
		for (size_t i = 0; i < l->n && !known; i++)
			known = strcmp(l->v[i], r->service) == 0;
		if (!known && l->n < 256)
			l->v[l->n++] = r->service;
	}
}

static enum status declared_already(struct asking *q, const struct service_list *l, bool *out_again)
{
	const struct model_incident *held = NULL;
	size_t n = 0;
	for (size_t k = 0; k < l->n; k++) {
		const struct model_incident *i = model_incident_of_service(q->m, l->v[k]);
		n += i != NULL;
		held = i ? i : held;
	}
	*out_again = n && n == l->n;
	if (n && n < l->n) {
		deny(q, STATUS_USAGE, "held", "%s holds some of these services already", held->name);
		fault_mend(&q->d->fault, "add the others to it with --incident %s", held->name);
		return STATUS_USAGE;
	}
	if (*out_again) {
		struct jw w = result_begin(q);
		jw_kstr(&w, "incident", held->name);
		jw_kbool(&w, "again", true);
		jw_obj_end(&w);
	}
	return STATUS_OK;
}

static enum status add_services(struct asking *q, const struct model_incident *i, const struct service_list *l, const char *onset)
{
	for (size_t k = 0; k < l->n; k++) {
		const struct model_incident *other = model_incident_of_service(q->m, l->v[k]);
		if (other && other != i)
			return deny(q, STATUS_USAGE, "held", "%s is in %s already", l->v[k], other->name);
	}
	struct jw w = draft_begin(q, EVENT_INCIDENT_DECLARED, i->name);
	jw_key(&w, "services");
	jw_arr(&w);
	for (size_t k = 0; k < l->n; k++)
		jw_str(&w, l->v[k]);
	jw_arr_end(&w);
	jw_kstr(&w, "title", i->title);
	if (onset)
		jw_kstr(&w, "onset", onset);
	draft_close(&w);
	w = result_begin(q);
	jw_kstr(&w, "incident", i->name);
	jw_obj_end(&w);
	return STATUS_OK;
}

static enum status check_onset(struct asking *q, const char *onset)
{
	int64_t at;
	if (!onset)
		return STATUS_OK;
	if (!instant_parse(onset, &at)) {
		deny(q, STATUS_USAGE, "bad-time", "--onset is not an RFC 3339 time: %.60s", onset);
		fault_mend(&q->d->fault, "write it as 2026-11-21T01:58:40Z");
		return STATUS_USAGE;
	}
	return at <= q->now->at ? STATUS_OK : deny(q, STATUS_USAGE, "bad-time", "--onset lies in the future");
}

enum status ask_declare(struct asking *q)
{
	struct service_list l = {.n = 0};
	const char *title = param(q, "title"), *onset = param(q, "onset");
	const struct model_incident *i = NULL;
	enum status s = named_services(q, &l);
	if (s == STATUS_OK)
		s = check_onset(q, onset);
	if (s == STATUS_OK && param(q, "incident"))
		s = which_incident(q, NULL, &i);
	if (s != STATUS_OK)
		return s;
	if (i)
		return add_services(q, i, &l, onset);
	bool again = false, named = l.n > 0;
	if ((s = declared_already(q, &l, &again)) != STATUS_OK || again)
		return s;
	if (!title || strlen(title) > TITLE_MAX)
		return deny(q, STATUS_USAGE, "title", "a title of 1 to %d bytes is needed: --title \"what is wrong\"", TITLE_MAX);
	if (!named)
		breached_services(q->m, &l);
	char name[72];
	declare_events(q, title, l.v, l.n, onset, name);
	struct jw w = result_begin(q);
	jw_kstr(&w, "incident", name);
	jw_obj_end(&w);
	return STATUS_OK;
}

/* ---- report, note ---- */
static enum status unknown_report(struct asking *q, const char *signal)
{
	const char *names[64];
	size_t n = 0;
	for (; n < q->m->kit->n_reports && n < 64; n++)
		names[n] = q->m->kit->reports[n].id;
	const char *near = text_nearest(signal, names, n);
	deny(q, STATUS_USAGE, "no-report", "the kit asks for no report named %.80s", signal);
	fault_mend(&q->d->fault, "%s%s%sin your own words: backout report other --note \"...\" (a document of an incident: backout export)",
		near ? "did you mean " : "", near ? near : "", near ? "? or " : "");
	return STATUS_USAGE;
}

static bool stands(const struct model *m, const char *signal, const char *service)
{
	vec_each(struct model_report, p, &m->reports)
		if (!p->gone && strcmp(p->signal, signal) == 0 && (!service || (p->service && strcmp(p->service, service) == 0)))
			return true;
	return false;
}

static enum status check_report(struct asking *q, const char *signal, const char *service, const char *note, bool gone)
{
	if (!signal)
		return deny(q, STATUS_USAGE, "no-report", "which report? see reports: in kit.yaml, or: backout report other --note \"...\"");
	const struct kit_report *k = kit_report(q->m->kit, signal);
	if (!k)
		return unknown_report(q, signal);
	if (service && !kit_service(q->m->kit, service))
		return deny(q, STATUS_USAGE, "no-service", "the kit has no service %.80s", service);
	if (service && !k->all_services && !names_has(&k->services, service))
		return deny(q, STATUS_USAGE, "no-service", "%s is not asked of %s", signal, service);
	if (gone && !stands(q->m, signal, service))
		return deny(q, STATUS_NO, "not-reported", "no report %s stands%s%s", signal, service ? " on " : "", service ? service : "");
	if (!gone && strcmp(signal, "other") == 0 && !note)
		return deny(q, STATUS_USAGE, "no-note", "say it in your own words: --note \"...\"");
	return note && strlen(note) > NOTE_MAX ? deny(q, STATUS_USAGE, "too-long", "a note has at most %d bytes", NOTE_MAX) : STATUS_OK;
}

enum status ask_report(struct asking *q)
{
	const char *signal = param(q, "signal"), *service = param(q, "service"), *note = param(q, "note");
	bool gone = json_get_bool(q->a->params, "gone", false);
	const struct model_incident *i = NULL;
	enum status s = check_report(q, signal, service, note, gone);
	if (s == STATUS_OK && param(q, "incident"))
		s = which_incident(q, NULL, &i);
	if (s != STATUS_OK)
		return s;
	if (!i && service)
		i = model_incident_of_service(q->m, service);
	else if (!i)
		(void)model_open_incidents(q->m, &i);
	if (i && service && !incident_has_service(i, service)) {
		struct service_list l = {.v = {service}, .n = 1};
		if ((s = add_services(q, i, &l, NULL)) != STATUS_OK)
			return s;
	}
	struct jw w = draft_begin(q, EVENT_REPORT, i ? i->name : NULL);
	jw_kstr(&w, "signal", signal);
	if (service)
		jw_kstr(&w, "service", service);
	jw_kstr(&w, "note", note ? note : "");
	if (gone)
		jw_kbool(&w, "gone", true);
	draft_close(&w);
	w = result_begin(q);
	jw_kstr(&w, "incident", i ? i->name : NULL);
	jw_obj_end(&w);
	return STATUS_OK;
}

enum status ask_note(struct asking *q)
{
	const struct model_incident *i = NULL;
	const char *text = param(q, "text");
	if (!text || strlen(text) > NOTE_MAX)
		return deny(q, STATUS_USAGE, "no-text", "a note has 1 to %d bytes", NOTE_MAX);
	enum status s = which_incident(q, NULL, &i);
	if (s != STATUS_OK)
		return s;
	struct jw w = draft_begin(q, EVENT_NOTE, i ? i->name : NULL);
	jw_kstr(&w, "text", text);
	draft_close(&w);
	return STATUS_OK;
}

/* ---- close ---- */
static enum status check_close(struct asking *q, const struct model_incident *i, const char *as)
{
	static const char *const words[] = {"reverted", "forward", "contained", "false-alarm", "duplicate"};
	bool known = false;
	for (size_t k = 0; k < 5 && as; k++)
		known = known || strcmp(words[k], as) == 0;
	if (!known)
		return deny(q, STATUS_USAGE, "bad-resolution", "close as one of: reverted, forward, contained, false-alarm, duplicate");
	char why[240];
	bool vacant_ok = !i->commander && may_command(q->m, q->a->person, why, sizeof why) == STATUS_OK;
	if (!holds_command(i, q->a->person) && !vacant_ok) {
		deny(q, STATUS_DENIED, "not-commander", "only the commander closes %s (%s)", i->name, i->commander ? i->commander : "vacant");
		fault_mend(&q->d->fault, "take command first: backout take");
		return STATUS_DENIED;
	}
	vec_each(struct model_action, a, &i->actions)
		if (!action_over(a)) {
			deny(q, STATUS_NO, "busy", "%s is still %s", a->key, outcome_name(a->outcome));
			if (a->outcome == OUTCOME_COUNTDOWN)
				fault_mend(&q->d->fault, "not this time: backout veto %s", a->key);
			else
				fault_mend(&q->d->fault, "wait for it, or: backout resolve %s done|failed --reason T", a->key);
			return STATUS_NO;
		}
	return STATUS_OK;
}

enum status ask_close(struct asking *q)
{
	const struct model_incident *i;
	const char *as = param(q, "as"), *reason = param(q, "reason");
	enum status s = need_incident(q, NULL, &i);
	if (s == STATUS_OK)
		s = check_close(q, i, as);
	if (s != STATUS_OK)
		return s;
	struct jw w = draft_begin(q, EVENT_INCIDENT_CLOSED, i->name);
	jw_kstr(&w, "as", as);
	jw_kstr(&w, "reason", reason ? reason : "");
	draft_close(&w);
	w = result_begin(q);
	jw_kstr(&w, "incident", i->name);
	jw_obj_end(&w);
	return STATUS_OK;
}
