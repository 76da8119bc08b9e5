/* Actions: from the panel to the outcome. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/phases.h"
#include "model/private.h"

/* ---- panels ---- */
void reduce_armed(struct reduction *r)
{
	struct model_armed *a = vec_push(&r->m->armed);
	a->action = body_word(r, "action");
	a->service = body_word(r, "service");
	a->person = model_intern(r->m, r->e->actor);
	a->at = r->at;
	vec_bound(&armed_table, &r->m->armed, 64);
}

void reduce_disarmed(struct reduction *r)
{
	const char *action = body_word(r, "action"), *service = body_word(r, "service");
	vec_each(struct model_armed, a, &r->m->armed)
		if (a->action == action && a->service == service && strcmp(a->person, r->e->actor) == 0) {
			vec_drop(&armed_table, &r->m->armed, (size_t)(a - r->m->armed.v));
			return;
		}
}

/* ---- requests ---- */

static char *tree_text(const struct json *v)
{
	struct buf b;
	struct jw w;
	if (!v)
		return NULL;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_canon(&w, v, NULL, 0);
	return buf_take(&b);
}

static enum row_class class_of(const char *s)
{
	for (int c = CLASS_CONTAIN; c <= CLASS_TELL; c++)
		if (strcmp(row_class_name((enum row_class)c), s) == 0)
			return (enum row_class)c;
	return CLASS_TELL;
}

void reduce_requested(struct reduction *r)
{
	struct model *m = r->m;
	const struct json *a = json_get(r->body, "a");
	if (!r->i || !json_get(r->body, "key"))
		return;
	struct model_action *x = vec_push(&r->i->actions);
	x->key = body_word(r, "key");
	x->op = body_word(r, "op");
	x->ask = body_name(r, "ask");
	x->digest = body_name(r, "digest");
	x->incident = r->i->name;
	x->action = model_intern(m, json_get_str(a, "name", ""));
	x->service = model_intern(m, json_get_str(a, "service", ""));
	x->backend = body_word(r, "backend");
	x->verb = model_intern(m, json_get_str(a, "verb", ""));
	x->from = model_intern(m, json_get_str(a, "from", NULL));
	x->to = model_intern(m, json_get_str(a, "to", NULL));
	x->target = tree_text(json_get(a, "target"));
	x->a = tree_text(a);
	x->level = (int)json_get_int(a, "level", 0);
	x->cls = class_of(json_get_str(a, "class", ""));
	x->recovery = x->cls == CLASS_REVERSE || x->cls == CLASS_FORWARD;
	x->by = body_name(r, "by");
	x->via = body_name(r, "via");
	x->authority = body_name(r, "authority");
	x->reason = mem_str(json_get_str(r->body, "reason", ""));
	x->confirmed_us = json_get_span(r->body, "confirmed_s");
	x->requested = r->at;
	x->countdown_us = json_get_span(r->body, "countdown_s");
	x->row = body_name(r, "row");
	x->because = mem_str(json_get_str(r->body, "because", NULL));
	x->outcome = json_get(r->body, "countdown_s") ? OUTCOME_COUNTDOWN : OUTCOME_WAITING;
	x->changed = model_intern(m, "none");
	x->share = -1;
	x->through = body_name(r, "through");
	x->change = json_get_int(r->body, "change", 0);
	if (x->outcome == OUTCOME_COUNTDOWN)
		hold_dropped(m, x->row, x->service);
}

/* When it was done.  What was done elsewhere was done before it was learned of, but never before the harm began. */
static struct stamp stamp_done(struct reduction *r)
{
	int64_t did = json_get_time(r->body, "did_at"), from;
	struct phases p;
	if (!did || !r->i)
		return r->at;
	phases_of(r->m, r->i, &p);
	from = p.at[PHASE_ONSET].at ? p.at[PHASE_ONSET].at : p.at[PHASE_DECLARED].at;
	did = did < from ? from : did;
	did = did > r->at.at ? r->at.at : did;
	return (struct stamp){did, r->at.mono - (r->at.at - did), r->at.boot};
}

/* An action that ends before it was fired: nothing was changed. */
static void action_stopped(struct reduction *r, enum outcome o)
{
	struct model_action *a = action_mut(r);
	if (!a || a->fired.at || a->ended.at)
		return;
	a->outcome = o;
	a->ended = r->at;
	text_set(&a->detail, json_get_str(r->body, "reason", NULL));
}

void reduce_refused(struct reduction *r)
{
	action_stopped(r, OUTCOME_REFUSED);
}

void reduce_vetoed(struct reduction *r)
{
	const struct model_action *a = action_mut(r);
	if (a && !a->fired.at)
		veto_add(r, a);
	action_stopped(r, OUTCOME_VETOED);
}

void reduce_expired(struct reduction *r)
{
	action_stopped(r, OUTCOME_EXPIRED);
}

void reduce_fired(struct reduction *r)
{
	struct model_action *a = action_mut(r);
	if (!a)
		return;
	a->outcome = OUTCOME_RUNNING;
	a->fired = stamp_done(r);
	if (stamp_cmp(&a->fired, &a->requested) < 0) /* who did it had decided it */
		a->requested = a->fired;
	a->deadline_us = json_get_span(r->body, "deadline_s");
	a->pid = json_get_int(r->body, "pid", 0);
	a->pid_start = json_get_int(r->body, "pid_start", 0);
	if (a->recovery && r->i)
		incident_unverify(r->i);
}

void reduce_progress(struct reduction *r)
{
	struct model_action *a = action_mut(r);
	if (!a)
		return;
	a->share = json_get_num(r->body, "share", a->share);
	text_set(&a->progress, json_get_str(r->body, "text", NULL));
	a->stopping = a->stopping || json_get_bool(r->body, "cancel", false);
}

static void version_rolled_back(struct model *m, const char *service, const char *version)
{
	vec_each(struct model_version, v, &m->versions)
		if (v->service == service && v->version == version)
			v->verdict = VERDICT_BAD;
}

void reduce_ended(struct reduction *r)
{
	struct model_action *a = action_mut(r);
	enum outcome o;
	if (!a || !outcome_of(json_get_str(r->body, "outcome", NULL), &o))
		return;
	a->outcome = o;
	a->changed = body_name(r, "changed");
	text_set(&a->detail, json_get_str(r->body, "detail", NULL));
	if (json_get(r->body, "evidence")) {
		char *evidence = tree_text(json_get(r->body, "evidence"));
		text_set(&a->evidence, evidence);
		free(evidence);
	}
	if (json_get(r->body, "resolved"))
		a->resolved_by = body_name(r, "by");
	if (o == OUTCOME_UNKNOWN) {
		if (!a->unknown_since.at)
			a->unknown_since = r->at;
	} else {
		a->ended = stamp_done(r);
	}
	if (o != OUTCOME_DONE || !a->recovery)
		return;
	if (a->cls == CLASS_REVERSE && a->from && a->to && a->from != a->to)
		version_rolled_back(r->m, a->service, a->from);
	if (r->i) { /* verification starts anew from here */
		incident_unverify(r->i);
		r->i->reopened = r->i->settled = (struct stamp){0};
	}
}
