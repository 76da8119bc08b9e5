/* The backend of the deploys. */
#include "config.h"

#include "acts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drive.h"
#include "events.h"

void acts_tell(struct drive *d, int service, const char *version, const char *previous, double share, const char *state, int64_t at)
{
	bool two = d->t->two_places && service == 0;
	acts_tell_place(d, service, two ? "eu" : "", version, previous, share, state, at);
	if (two)
		acts_tell_place(d, service, "us", version, previous, share, state, at);
}

void acts_tell_place(struct drive *d, int service, const char *place, const char *version, const char *previous, double share, const char *state, int64_t at)
{
	char when[INSTANT_LEN];
	bool whole = share >= 1;
	events_addf(d, "deploy", NULL, "plugin:hosts",
		"{\"backend\":\"hosts\",\"service\":\"%s\",\"place\":\"%s\",\"version\":\"%s\",\"previous\":\"%s\",\"by\":\"ci\",\"at\":\"%s\",\"strategy\":\"rolling\","
		"\"share\":%g,\"state\":\"%s\",\"instances\":{\"old\":%d,\"new\":%d}}", d->t->services[service].name, place, version, previous,
		instant_print(at, when), share, state, whole ? 0 : 2, whole ? 4 : 2);
}

static const char *earlier(const char *version)
{
	return !strcmp(version, "43") ? "42" : !strcmp(version, "42") ? "41" : "40";
}

void acts_preflight(const struct drive *d, int service, const char *to, struct buf *out)
{
	const char *version = d->t->services[service].version;
	buf_addf(out, "{\"ready\":%s,\"effect\":\"goes back\",\"command\":\"releases back\",\"from\":\"%s\",\"to\":\"%s\","
		"\"checks\":[{\"name\":\"it is there\",\"ok\":true,\"detail\":\"\"}],\"not_undone\":[]}", d->t->not_ready && !to ? "false" : "true", version, to ? to : earlier(version));
}

static bool known(const struct drive *d, const char *key)
{
	vec_each(struct acting, a, &d->acts)
		if (strcmp(a->key, key) == 0)
			return true;
	return false;
}

void acts_begin(struct drive *d)
{
	vec_each(struct model_incident, i, &d->m->incidents)
		vec_each(struct model_action, x, &i->actions) {
			if (!x->fired.at || action_over(x) || known(d, x->key))
				continue;
			struct acting *a = vec_push(&d->acts);
			text_copy(a->key, sizeof a->key, x->key);
			text_copy(a->to, sizeof a->to, x->to);
			text_copy(a->from, sizeof a->from, x->from);
			a->service = drive_service(d, x->service);
			a->fired = d->time;
			a->done = d->time + d->t->act_for;
			a->automatic = x->via && !strcmp(x->via, "automatic");
			text_copy(d->t->services[a->service].wanted, sizeof a->to, a->to);
			truth_fired(d->t, d->time, a->done);
		}
}

/* What came of it: a revert that failed changed nothing, one that was lost did. */
static void live(struct drive *d, int service, const char *to, const char *from)
{
	struct truth *t = d->t;
	if (t->stuck && service == 0) {
		if (t->two_places)
			acts_tell_place(d, service, "eu", to, from, 1, "live", d->now.at);
		else
			acts_tell(d, service, to, from, 0.5, "progressing", d->now.at);
		if (t->causes[0].mends == MENDS_ALL)
			t->causes[0].until = d->time; /* what is left of it is too little to be measured */
		return;
	}
	text_copy(t->services[service].wanted, sizeof t->services[service].wanted, to); /* whatever came in between */
	truth_live(t, service, to, d->time);
	if (t->wrong_after == NEVER || t->wrong_after > SEC(4))
		acts_tell(d, service, to, from, 1, "live", d->now.at);
}

static void end(struct drive *d, struct acting *a)
{
	static const char *const done = "{\"outcome\":\"done\",\"changed\":\"full\",\"detail\":\"it serves\"}";
	static const char *const failed = "{\"outcome\":\"failed\",\"changed\":\"none\",\"detail\":\"it would not\"}";
	const struct model_action *x = model_action(d->m, a->key);
	struct json *result = NULL;
	struct drafts ds = {0};
	bool reconciled = x && x->outcome == OUTCOME_UNKNOWN, fails = d->t->act_fails, lost = d->t->act_lost;
	const struct acting was = *a;
	struct fault f;
	const char *text = fails ? failed : done;
	d->t->act_fails = d->t->act_lost = false;
	fault_set(&f, STATUS_OUTSIDE, "lost", "no answer came");
	if (json_parse(text, strlen(text), JSON_LINE_MAX, &result, NULL) == STATUS_OK)
		decide_outcome(d->m, &d->now, was.key, lost ? NULL : result, lost ? &f : NULL, 0, reconciled, &ds);
	json_free(result);
	a->over = !lost && !fails;
	a->failed = fails;
	if (!fails && !a->live)
		live(d, was.service, was.to, was.from);
	a->live = !fails;
	if (lost)
		a->done = d->time + SEC(20); /* it is asked what became of it */
	events_commit(d, &ds);
}

static void elsewhere(struct drive *d, const char *version)
{
	struct acting *a = vec_push(&d->acts);
	text_copy(a->key, sizeof a->key, "elsewhere");
	text_copy(a->to, sizeof a->to, version);
	a->fired = a->done = d->time;
	a->told = a->over = a->live = true;
	text_copy(d->t->services[0].wanted, sizeof d->t->services[0].wanted, version);
	if (d->t->seed % 4 == 3)
		truth_worse(d->t, 0, d->time);
}

void acts_go_on(struct drive *d)
{
	struct truth *t = d->t;
	for (size_t i = 0; i < d->acts.n; i++) {
		struct acting *a = &d->acts.v[i];
		if (!a->told && d->time >= a->fired + SEC(1)) {
			a->told = true;
			if (!d->t->act_fails)
				acts_tell(d, a->service, a->to, a->from, 0.5, "progressing", d->now.at);
		}
		if (!a->over && !a->failed && d->time >= a->done)
			end(d, a);
	}
	if (t->wrong_after != NEVER && t->first_revert && d->time >= t->first_revert + t->wrong_after) {
		const char *wrong = t->seed % 2 ? "43" : "42";
		t->wrong_after = NEVER;
		if (!strcmp(wrong, "43")) /* somebody's way forward: it is adopted, and stands in the place of ours */
			elsewhere(d, wrong);
		truth_live(t, 0, wrong, d->time);
		acts_tell(d, 0, wrong, "41", 1, "live", d->now.at);
	}
}

int64_t acts_next(const struct drive *d)
{
	const struct truth *t = d->t;
	int64_t next = NEVER;
	vec_each(struct acting, a, &d->acts) {
		int64_t due = !a->told && a->fired + SEC(1) < a->done ? a->fired + SEC(1) : a->over || a->failed ? NEVER : a->done;
		next = due < next ? due : next;
	}
	if (t->wrong_after != NEVER && t->first_revert && t->first_revert + t->wrong_after < next)
		next = t->first_revert + t->wrong_after;
	return next;
}
