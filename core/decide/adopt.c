/* What was made elsewhere: a revert, a deploy or a flip of a flag that nobody
 * fired here.  In an open incident it is adopted: recorded as an action with who
 * and how, as of when it was done, and then verified like one's own.  Called by
 * tick.c alone; fires nothing.  The record says which change was adopted, so
 * that no engine adopts it again. */
#include "decide/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide/world.h"

#define NOBODY_NAMED "somebody the backend does not name"

struct elsewhere {                    /* one change that is to be adopted */
	const struct model_incident *i;
	const struct model_change *c;
	const struct kit_service *s;
	const struct kit_action *flag; /* the kit's action whose flag it is; NULL: a deploy */
	const struct model_action *crossed; /* ours, to another version, while which it was done; NULL */
	bool reverse;
	const char *by, *through;
	int64_t done;                  /* when it was whole, wall clock */
};

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* ---- is it ours? ------------------------------------------------------------------ */

static bool holds_word(const struct json *v, const char *word)
{
	if (json_type(v) == JSON_STRING)
		return same(json_str(v, ""), word);
	for (const struct json *c = json_first(v); c; c = json_next(c))
		if (holds_word(c, word))
			return true;
	return false;
}

bool target_names_flag(const char *target, const char *flag)
{
	struct json *v = NULL;
	if (!target || !flag || !*flag || json_parse(target, strlen(target), JSON_LINE_MAX, &v, NULL) != STATUS_OK)
		return false;
	bool yes = holds_word(v, flag);
	json_free(v);
	return yes;
}

static bool covers(const struct model *m, const struct model_action *a, const char *service)
{
	const struct kit_action *k = kit_action(m->kit, a->service, a->action);
	return same(a->service, service) || (k && kit_action_covers(k, service));
}

/* Would this action of ours, or one that it was, have brought the change? */
static bool goes_there(const struct elsewhere *e, const struct model_action *a)
{
	if (e->flag)
		return a->level == 1 && target_names_flag(a->target, e->c->name);
	if (a->level < 2)
		return false;
	return a->to ? same(a->to, e->c->to) : same(a->backend, e->c->backend); /* a canary that was shrunk names no version */
}

enum cause { CAUSE_THEIRS, CAUSE_OURS, CAUSE_WAIT };

static enum cause cause_of_one(const struct model *m, struct elsewhere *e, const struct model_action *a)
{
	if (action_external(a) || !covers(m, a, e->s->name))
		return CAUSE_THEIRS;
	bool there = goes_there(e, a);
	if (!action_over(a)) {
		if (!there && !e->flag && a->level >= 2 && a->fired.at && e->c->at >= a->fired.at)
			e->crossed = a;
		return there ? CAUSE_WAIT : CAUSE_THEIRS;
	}
	if (!there || !a->fired.at || (a->outcome != OUTCOME_DONE && same(a->changed, "none")))
		return CAUSE_THEIRS;
	return model_change_of(m, e->c, a) ? CAUSE_OURS : CAUSE_THEIRS;
}

static enum cause cause_of(const struct model *m, struct elsewhere *e)
{
	enum cause worst = CAUSE_THEIRS;
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions) {
			enum cause one = cause_of_one(m, e, a);
			if (one == CAUSE_OURS)
				return one;
			worst = one > worst ? one : worst;
		}
	return worst;
}

static bool adopted(const struct model *m, const struct elsewhere *e)
{
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (a->change == e->c->seq && same(a->service, e->s->name))
				return true;
	return false;
}

/* ---- did it serve the harm? ----------------------------------------------------------- */

/* Whole at that version, everywhere; *out_done: since when. */
static bool settled(const struct model *m, const char *service, const struct model_change *c, int64_t *out_done)
{
	bool any = false;
	*out_done = c->at;
	vec_each(struct model_deploy, d, &m->deploys) {
		if (!same(d->service, service))
			continue;
		if (!same(d->version, c->to) || !d->whole)
			return false;
		any = true;
		*out_done = d->whole > *out_done ? d->whole : *out_done;
	}
	return any;
}

/* Going back helps from onset on.  A new version that came before anybody saw the harm is what may have done it. */
static bool late_enough(const struct model *m, const struct elsewhere *e)
{
	struct phases p;
	phases_of(m, e->i, &p);
	const struct stamp *from = !p.at[PHASE_ONSET].at ? &p.at[PHASE_DECLARED] : e->reverse ? &p.at[PHASE_ONSET] : &p.at[PHASE_DETECTED];
	return e->c->at >= from->at - US_SECOND && stamp_cmp(&e->c->learned, from) > 0; /* a backend may tell whole seconds */
}

/* ---- on the record ---------------------------------------------------------------------- */

void key_next(const struct model_incident *i, const struct drafts *out, char *key, size_t cap)
{
	size_t n = i->actions.n + 1;
	for (size_t k = 0; k < out->n; k++)
		n += out->v[k].kind == EVENT_ACTION_REQUESTED && same(out->v[k].incident, i->name);
	(void)snprintf(key, cap, "%s/%zu", i->name, n);
}

/* Nothing random is at hand, and the same change must make the same op wherever it is adopted. */
static void op_of(const struct model *m, const struct elsewhere *e, char op[33])
{
	unsigned char sha[SHA_LEN];
	char text[256], hex[SHA_HEX];
	(void)snprintf(text, sizeof text, "backout/external/1\n%.80s\n%.80s\n%.80s\n%lld", m->store_id ? m->store_id : "", e->i->name, e->s->name,
		(long long)e->c->seq);
	sha256(text, strlen(text), sha);
	hex_print(sha, SHA_LEN, hex);
	text_copy(op, 33, hex);
}

static void put_a(struct jw *w, const struct model *m, const struct elsewhere *e, const char *reason)
{
	const char *target = e->flag ? e->flag->target : e->s->deploys_target;
	jw_obj(w);
	jw_kstr(w, "name", e->flag ? "flip-elsewhere" : e->reverse ? "revert-elsewhere" : "deploy-elsewhere");
	jw_kstr(w, "service", e->s->name);
	jw_kint(w, "level", e->flag ? 1 : 2);
	jw_kstr(w, "class", e->flag ? row_class_name(e->flag->cls) : e->reverse ? "reverse" : "forward");
	jw_kstr(w, "verb", e->flag ? "flag-off" : e->reverse ? "rollback" : "deploy");
	jw_key(w, "target");
	jw_raw(w, target ? target : "{}", target ? strlen(target) : 2);
	jw_kstr(w, "environment", m->kit->environment);
	if (e->c->from)
		jw_kstr(w, "from", e->c->from);
	jw_kstr(w, "to", e->c->to);
	jw_kstr(w, "by", e->by);
	jw_kstr(w, "incident", e->i->name);
	jw_kstr(w, "reason", reason);
	jw_obj_end(w);
}

static void put_requested(const struct model *m, const struct elsewhere *e, const char *key, const char *op, const char *reason, struct drafts *out)
{
	struct jw w = draft_open(out, EVENT_ACTION_REQUESTED, e->i->name, "engine");
	jw_kstr(&w, "key", key);
	jw_kstr(&w, "op", op);
	jw_kstr(&w, "digest", NULL); /* nothing of ours ran */
	jw_key(&w, "a");
	put_a(&w, m, e, reason);
	jw_kstr(&w, "authority", NULL);
	jw_kstr(&w, "by", e->by);
	jw_kstr(&w, "via", "external");
	jw_kstr(&w, "through", e->through);
	jw_kint(&w, "change", e->c->seq);
	jw_kstr(&w, "reason", reason);
	jw_kstr(&w, "backend", e->c->backend ? e->c->backend : e->flag ? e->flag->backend : e->s->deploys_backend);
	jw_key(&w, "waits_for");
	jw_arr(&w);
	jw_arr_end(&w);
	draft_close(&w);
}

static void put_done(const struct elsewhere *e, const char *key, const char *op, const char *reason, struct drafts *out)
{
	struct jw w = draft_open(out, EVENT_ACTION_FIRED, e->i->name, "engine");
	jw_kstr(&w, "key", key);
	jw_kstr(&w, "op", op);
	jw_kstr(&w, "digest", NULL);
	jw_kint(&w, "deadline_s", 0);
	jw_kint(&w, "pid", 0);
	jw_kint(&w, "pid_start", 0);
	jw_ktime(&w, "did_at", e->c->at);
	draft_close(&w);
	w = draft_open(out, EVENT_ACTION_ENDED, e->i->name, "engine");
	jw_kstr(&w, "key", key);
	jw_kstr(&w, "op", op);
	jw_kstr(&w, "outcome", "done");
	jw_kstr(&w, "changed", "full");
	jw_kstr(&w, "detail", reason);
	jw_ktime(&w, "did_at", e->done);
	draft_close(&w);
}

static void adopt(const struct model *m, const struct elsewhere *e, struct drafts *out)
{
	char key[96], op[33], reason[200];
	key_next(e->i, out, key, sizeof key);
	op_of(m, e, op);
	(void)snprintf(reason, sizeof reason, "made elsewhere: %.80s via %.80s", e->by, e->through);
	put_requested(m, e, key, op, reason, out);
	put_done(e, key, op, reason, out);
	if (e->crossed)
		alarm_put(out, e->i->name, "acted-upon", e->c, e->by, e->crossed->key);
	if (!e->flag && e->reverse)
		pin_rolled_back(m, e->i->name, e->s->name, e->c->from, e->by, out);
}

/* ---- finding it ---------------------------------------------------------------------------- */

static bool to_adopt(const struct model *m, struct elsewhere *e)
{
	return !adopted(m, e) && late_enough(m, e) && cause_of(m, e) == CAUSE_THEIRS;
}

/* Was this version gone back from in the incident, or is nobody sure yet that it was not?  Its return is no cure. */
static bool left_behind(const struct model_incident *i, const char *service, const char *version)
{
	vec_each(const struct model_action, a, &i->actions)
		if (a->recovery && a->fired.at && same(a->service, service) && same(a->from, version) && !same(a->to, version) &&
			!(a->outcome == OUTCOME_FAILED && same(a->changed, "none")))
			return true;
	return false;
}

/* The deploy that brought what serves now.  What came back though it is kept out is an alarm (pins.c) and no cure. */
static void look_deploy(const struct model *m, const struct model_incident *i, const struct kit_service *s, struct drafts *out)
{
	const struct model_change *c = change_latest(m, s->name);
	struct elsewhere e = {.i = i, .c = c, .s = s};
	if (!c || !c->from || !c->to || same(c->from, c->to) || model_pin(m, s->name, c->to) || left_behind(i, s->name, c->to) || !settled(m, s->name, c, &e.done))
		return;
	const struct model_deploy *d = model_deploy(m, s->name);
	e.reverse = change_goes_back(m, c);
	e.by = c->by && *c->by ? c->by : NOBODY_NAMED;
	e.through = d && d->managed_by && *d->managed_by ? d->managed_by : c->backend ? c->backend : "its backend";
	if (to_adopt(m, &e))
		adopt(m, &e, out);
}

static bool is_off(const char *state)
{
	return same(state, "off") || same(state, "false") || same(state, "0");
}

static const struct kit_action *flag_action(const struct kit_service *s, const char *flag)
{
	for (size_t k = 0; k < s->n_actions; k++)
		if (s->actions[k].level == 1 && target_names_flag(s->actions[k].target, flag))
			return &s->actions[k];
	return NULL;
}

/* Was it switched again since? */
static bool switched_since(const struct model *m, const struct model_change *c)
{
	vec_each(struct model_change, x, &m->changes)
		if (model_change_later(m, x, c) && same(x->what, "flag") && same(x->name, c->name) && (x->service == c->service || same(x->service, c->service)))
			return true;
	return false;
}

static void look_flags(const struct model *m, const struct model_incident *i, const struct kit_service *s, struct drafts *out)
{
	vec_each(struct model_change, c, &m->changes) {
		struct elsewhere e = {.i = i, .c = c, .s = s, .reverse = true, .done = c->at};
		if (!same(c->what, "flag") || !is_off(c->to) || (c->service && !same(c->service, s->name)) || adopted(m, &e) || !late_enough(m, &e))
			continue;
		e.flag = flag_action(s, c->name);
		e.by = c->by && *c->by ? c->by : NOBODY_NAMED;
		e.through = c->backend ? c->backend : "its backend";
		if (e.flag && !switched_since(m, c) && cause_of(m, &e) == CAUSE_THEIRS)
			adopt(m, &e, out);
	}
}

void tick_adopt(const struct model *m, struct drafts *out)
{
	vec_each(struct model_incident, i, &m->incidents)
		for (size_t k = 0; i->open && k < i->services.n; k++) {
			const struct kit_service *s = kit_service(m->kit, i->services.v[k].name);
			if (!s)
				continue;
			look_deploy(m, i, s, out);
			look_flags(m, i, s, out);
		}
}
