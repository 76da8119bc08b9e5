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
	char when[INSTANT_LEN];
	bool whole = share >= 1;
	events_addf(d, "deploy", NULL, "plugin:hosts",
		"{\"backend\":\"hosts\",\"service\":\"%s\",\"version\":\"%s\",\"previous\":\"%s\",\"by\":\"ci\",\"at\":\"%s\",\"strategy\":\"rolling\","
		"\"share\":%g,\"state\":\"%s\",\"instances\":{\"old\":%d,\"new\":%d}}", d->t->services[service].name, version, previous,
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

static void end(struct drive *d, struct acting *a)
{
	static const char done[] = "{\"outcome\":\"done\",\"changed\":\"full\",\"detail\":\"it serves\"}";
	const struct model_action *x = model_action(d->m, a->key);
	struct json *result = NULL;
	struct drafts ds = {0};
	bool reconciled = x && x->outcome == OUTCOME_UNKNOWN;
	char key[96], to[12], from[12];
	int service = a->service;
	a->over = true;
	text_copy(key, sizeof key, a->key);
	text_copy(to, sizeof to, a->to);
	text_copy(from, sizeof from, a->from);
	d->t->services[service].reverted = d->time;
	if (json_parse(done, sizeof done - 1, JSON_LINE_MAX, &result, NULL) == STATUS_OK)
		decide_outcome(d->m, &d->now, key, result, NULL, 0, reconciled, &ds);
	truth_live(d->t, service, to, d->time);
	if (d->t->wrong_after == NEVER || d->t->wrong_after > SEC(4))
		acts_tell(d, service, to, from, 1, "live", d->now.at);
	events_commit(d, &ds);
	json_free(result);
}

void acts_go_on(struct drive *d)
{
	struct truth *t = d->t;
	for (size_t i = 0; i < d->acts.n; i++) {
		struct acting *a = &d->acts.v[i];
		if (!a->told && d->time >= a->fired + SEC(1)) {
			a->told = true;
			acts_tell(d, a->service, a->to, a->from, 0.5, "progressing", d->now.at);
		}
		if (!a->over && d->time >= a->done)
			end(d, a);
	}
	if (t->wrong_after != NEVER && t->first_revert && d->time >= t->first_revert + t->wrong_after) {
		const char *wrong = t->seed % 2 ? "43" : "42";
		t->wrong_after = NEVER;
		truth_live(t, 0, wrong, d->time);
		acts_tell(d, 0, wrong, "41", 1, "live", d->now.at);
	}
}

int64_t acts_next(const struct drive *d)
{
	const struct truth *t = d->t;
	int64_t next = NEVER;
	vec_each(struct acting, a, &d->acts) {
		int64_t due = !a->told && a->fired + SEC(1) < a->done ? a->fired + SEC(1) : a->over ? NEVER : a->done;
		next = due < next ? due : next;
	}
	if (t->wrong_after != NEVER && t->first_revert && t->first_revert + t->wrong_after < next)
		next = t->first_revert + t->wrong_after;
	return next;
}
