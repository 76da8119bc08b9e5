/* Panels and firing: everything that must hold before an intent is recorded. */
#include "decide/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum status find_action(struct asking *q, const struct kit_action **out)
{
	const char *name = param(q, "action"), *service = param(q, "service");
	if (!name)
		return deny(q, STATUS_USAGE, "no-action", "which action?");
	*out = kit_action(q->m->kit, service, name);
	if (*out)
		return STATUS_OK;
	const char *names[256];
	size_t n = 0, same = 0;
	for (size_t s = 0; s < q->m->kit->n_services; s++)
		for (size_t a = 0; a < q->m->kit->services[s].n_actions; a++) {
			const struct kit_action *k = &q->m->kit->services[s].actions[a];
			same += strcmp(k->name, name) == 0;
			if (n < 256)
				names[n++] = k->name;
		}
	if (same > 1 && !service) {
		deny(q, STATUS_USAGE, "which-service", "several services have an action %s", name);
		fault_mend(&q->d->fault, "name one with --service");
		return STATUS_USAGE;
	}
	const char *near = text_nearest(name, names, n);
	deny(q, STATUS_USAGE, "no-action", "the kit has no action %.80s", name);
	if (near)
		fault_mend(&q->d->fault, "did you mean %s?", near);
	return STATUS_USAGE;
}

/* The target is taken: the same action is attached to, another is refused with the key of the first. */
static enum status target_free(struct asking *q, const struct kit_action *k, const struct model_action **out_same)
{
	const struct model_action *busy = model_action_busy(q->m, k->backend, k->target);
	*out_same = NULL;
	if (!busy || busy->outcome == OUTCOME_COUNTDOWN) /* a person's fire takes the place of what counts down */
		return STATUS_OK;
	if (strcmp(busy->action, k->name) == 0 && strcmp(busy->service, k->service->name) == 0) {
		*out_same = busy;
		return STATUS_OK;
	}
	deny(q, STATUS_NO, "busy", "%s (%s) is %s on the same target", busy->key, busy->action, outcome_name(busy->outcome));
	fault_mend(&q->d->fault, "wait for it, stop it (backout cancel %s) or settle it (backout resolve %s)", busy->key, busy->key);
	return STATUS_NO;
}

static enum status attach(struct asking *q, const struct model_action *a)
{
	struct jw w = result_begin(q);
	jw_kbool(&w, "already", true);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "incident", a->incident);
	jw_kstr(&w, "op", a->op);
	jw_obj_end(&w);
	return STATUS_OK;
}

enum status ask_arm(struct asking *q)
{
	const struct kit_action *k;
	const struct model_action *same;
	enum status s = find_action(q, &k);
	if (s == STATUS_OK)
		s = target_free(q, k, &same);
	if (s != STATUS_OK)
		return s;
	if (json_get_bool(q->a->params, "break_glass", false))
		return deny(q, STATUS_DENIED, "break-glass", "break-glass needs the owner's acknowledgement, which is not there yet");
	if (same)
		return attach(q, same);
	if (param(q, "to") && !text_is_version(param(q, "to")))
		return deny(q, STATUS_USAGE, "bad-version", "a version has 1 to 256 characters of A-Za-z0-9._:/@+-");
	const struct model_incident *i = model_incident_of_service(q->m, k->service->name);
	struct jw w = draft_begin(q, EVENT_ACTION_ARMED, i ? i->name : NULL);
	jw_kstr(&w, "action", k->name);
	jw_kstr(&w, "service", k->service->name);
	draft_close(&w);
	w = result_begin(q);
	jw_kstr(&w, "action", k->name);
	jw_kstr(&w, "service", k->service->name);
	jw_obj_end(&w);
	return STATUS_OK;
}

static void put_disarmed(struct asking *q, const struct panel *p, const char *why)
{
	const struct model_incident *i = model_incident_of_service(q->m, p->service);
	struct jw w = draft_begin(q, EVENT_ACTION_DISARMED, i ? i->name : NULL);
	jw_kstr(&w, "action", p->action);
	jw_kstr(&w, "service", p->service);
	jw_kstr(&w, "why", why);
	draft_close(&w);
}

enum status ask_disarm(struct asking *q)
{
	const char *why = param(q, "why");
	if (q->a->panel)
		put_disarmed(q, q->a->panel, why ? why : "closed");
	return STATUS_OK;
}

/* ---- fire ---- */
static enum status looked_again(struct asking *q, const char *what)
{
	deny(q, STATUS_NO, "changed", "changed: look again (%s)", what);
	fault_mend(&q->d->fault, "nothing was fired; open the panel again");
	return STATUS_NO;
}

/* Is what was shown still what would happen? */
static enum status still_the_same(struct asking *q, const struct panel *p, const struct kit_action *k)
{
	const char *digest = param(q, "digest");
	const struct model_deploy *d = model_deploy(q->m, p->service);
	if (!digest || strcmp(digest, p->digest) != 0)
		return looked_again(q, "the panel is another one");
	if (!q->m->kit_digest || strcmp(q->m->kit_digest, p->kit_digest) != 0)
		return looked_again(q, "the kit is another one");
	bool of_deploy = d && d->backend && k->service->deploys_backend && strcmp(k->backend, k->service->deploys_backend) == 0 &&
		strcmp(k->target, k->service->deploys_target) == 0;
	if (of_deploy && p->from[0] && strcmp(d->version, p->from) != 0 && stamp_cmp(&d->learned, &(struct stamp){p->at.at, p->at.mono, p->at.boot}) > 0)
		return looked_again(q, "another version serves by now");
	return STATUS_OK;
}

static enum status allowed(struct asking *q, const struct panel *p, const struct kit_action *k, const struct model_incident *i)
{
	char why[240];
	if (!q->m->kit->armed) {
		deny(q, STATUS_DENIED, "unarmed", "the kit is not armed: everything is shown and tried, nothing fires");
		fault_mend(&q->d->fault, "say armed: true in kit.yaml when the team has read it");
		return STATUS_DENIED;
	}
	if (strcmp(p->person, q->a->person) != 0)
		return deny(q, STATUS_DENIED, "another-person", "the panel was opened by %s", p->person);
	if (may_fire(q->m, k, i, q->a->person, why, sizeof why) != STATUS_OK)
		return deny(q, STATUS_DENIED, "authority", "%s may not fire %s: %s", q->a->person, k->name, why);
	if (k->level == 4)
		return deny(q, STATUS_DENIED, "bleeding", "a data correction needs proof that the harm has stopped, which is not there yet");
	if (k->requires.n)
		return deny(q, STATUS_NO, "requires", "it requires the procedure %s, and procedures are not there yet", k->requires.v[0]);
	return STATUS_OK;
}

static enum status ready_to_go(struct asking *q, const struct panel *p)
{
	if (!p->ready) {
		deny(q, STATUS_NO, "preflight", "preflight says no: %s", p->fault.what[0] ? p->fault.what : "see the checks of the panel");
		fault_mend(&q->d->fault, "nothing was fired; backout fire %s --dry-run shows the checks", p->action);
		return STATUS_NO;
	}
	const struct model_version *v = p->to[0] ? model_version(q->m, p->service, p->to) : NULL;
	if (v && v->verdict == VERDICT_BAD && !p->to_said) {
		deny(q, STATUS_NO, "was-bad", "%s was rolled back from before", p->to);
		fault_mend(&q->d->fault, "name it with --to %s if it is really meant", p->to);
		return STATUS_NO;
	}
	return STATUS_OK;
}

static enum status serves_already(struct asking *q, const struct panel *p)
{
	struct jw w = result_begin(q);
	jw_kbool(&w, "served", true);
	jw_kstr(&w, "version", p->to);
	jw_obj_end(&w);
	put_disarmed(q, p, "that version serves already");
	return STATUS_OK;
}

static enum status incident_for(struct asking *q, const struct kit_action *k, const struct model_incident **out)
{
	enum status s = which_incident(q, k->service->name, out);
	if (s == STATUS_OK && *out && !incident_has_service(*out, k->service->name)) {
		const struct model_incident *other = model_incident_of_service(q->m, k->service->name);
		if (other && other != *out)
			return deny(q, STATUS_USAGE, "held", "%s is in %s", k->service->name, other->name);
	}
	return s;
}

/* Everything held: the declaration where none is open, the request and the intent, in one commit. */
static void fire_events(struct asking *q, const struct panel *p, const struct kit_action *k, const struct model_incident *i, const char *reason)
{
	char title[200];
	const char *t = *reason ? reason : breach_title(q->m, p->service, title, sizeof title);
	struct intent n = {.panel = p, .action = k, .incident = i, .reason = reason, .title = t ? t : p->action, .authority = radius_name(k->radius)};
	intent_place(q, &n);
	countdown_give_way(q, k, n.key);
	intent_request(q, &n);
	intent_fire(q, &n);
	put_disarmed(q, p, "fired");
	struct jw w = result_begin(q);
	jw_kstr(&w, "key", n.key);
	jw_kstr(&w, "incident", n.name);
	jw_obj_end(&w);
}

enum status ask_fire(struct asking *q)
{
	const struct panel *p = q->a->panel;
	const char *reason = param(q, "reason");
	const struct model_action *same;
	const struct model_incident *i;
	if (!p) {
		deny(q, STATUS_NO, "no-panel", "no panel is open here: nothing was fired");
		fault_mend(&q->d->fault, "open the panel again");
		return STATUS_NO;
	}
	const struct kit_action *k = kit_action(q->m->kit, p->service, p->action);
	if (!k)
		return looked_again(q, "the kit no longer has this action");
	enum status s = target_free(q, k, &same);
	if (s == STATUS_OK && same)
		return attach(q, same);
	if (s == STATUS_OK)
		s = still_the_same(q, p, k);
	if (s == STATUS_OK)
		s = incident_for(q, k, &i);
	if (s == STATUS_OK)
		s = allowed(q, p, k, i);
	if (s != STATUS_OK)
		return s;
	if (p->from[0] && strcmp(p->from, p->to) == 0)
		return serves_already(q, p);
	if ((s = ready_to_go(q, p)) != STATUS_OK)
		return s;
	fire_events(q, p, k, i, reason ? reason : "");
	return STATUS_OK;
}

/* ---- what runs, and what nobody knows ---- */
static enum status find_key(struct asking *q, const struct model_action **out)
{
	const char *key = param(q, "key");
	char why[240];
	*out = key ? model_action(q->m, key) : NULL;
	if (!*out)
		return deny(q, STATUS_USAGE, "no-key", "there is no action %s", key ? key : "without a key");
	if (may_touch(q->m, (*out)->service, q->a->person, why, sizeof why) != STATUS_OK)
		return deny(q, STATUS_DENIED, "authority", "%s", why);
	return STATUS_OK;
}

enum status ask_cancel(struct asking *q)
{
	const struct model_action *a;
	enum status s = find_key(q, &a);
	if (s != STATUS_OK)
		return s;
	if (action_over(a))
		return deny(q, STATUS_NO, "over", "%s is %s already", a->key, outcome_name(a->outcome));
	if (a->outcome == OUTCOME_UNKNOWN) {
		deny(q, STATUS_NO, "unknown", "the outcome of %s is unknown: there is nothing to stop", a->key);
		fault_mend(&q->d->fault, "look, then: backout resolve %s done|failed --reason T", a->key);
		return STATUS_NO;
	}
	if (a->outcome == OUTCOME_RUNNING) { /* the acting process is told; what became of it is its answer */
		struct jw w = draft_begin(q, EVENT_ACTION_PROGRESS, a->incident);
		jw_kstr(&w, "key", a->key);
		jw_kstr(&w, "text", "asked to stop where it is");
		jw_kbool(&w, "cancel", true);
		draft_close(&w);
		answer_prompts(q, a->key);
		return STATUS_OK;
	}
	if (a->outcome == OUTCOME_COUNTDOWN) /* it would only begin again */
		return veto_action(q, a);
	struct jw w = draft_begin(q, EVENT_ACTION_ENDED, a->incident);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "op", a->op);
	jw_kstr(&w, "outcome", "cancelled");
	jw_kstr(&w, "changed", "none");
	jw_kstr(&w, "detail", "cancelled before it was fired");
	draft_close(&w);
	return STATUS_OK;
}

enum status ask_resolve(struct asking *q)
{
	const struct model_action *a;
	const char *outcome = param(q, "outcome"), *reason = param(q, "reason");
	enum status s = find_key(q, &a);
	if (s != STATUS_OK)
		return s;
	bool done = outcome && strcmp(outcome, "done") == 0;
	if (!done && !(outcome && strcmp(outcome, "failed") == 0))
		return deny(q, STATUS_USAGE, "bad-outcome", "resolve as done or failed");
	if (!reason)
		return deny(q, STATUS_USAGE, "no-reason", "a reason is needed: what did you see?");
	if (a->outcome != OUTCOME_UNKNOWN)
		return deny(q, STATUS_NO, "not-unknown", "%s is %s: only an unknown outcome is settled by a person", a->key, outcome_name(a->outcome));
	struct jw w = draft_begin(q, EVENT_ACTION_ENDED, a->incident);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "op", a->op);
	jw_kstr(&w, "outcome", outcome);
	jw_kstr(&w, "changed", done ? "full" : "unknown");
	jw_kstr(&w, "detail", reason);
	jw_kbool(&w, "resolved", true);
	jw_kstr(&w, "by", q->a->person);
	draft_close(&w);
	return STATUS_OK;
}

enum status ask_ack(struct asking *q)
{
	return deny(q, STATUS_USAGE, "not-built", "acknowledgements are not built yet");
}
