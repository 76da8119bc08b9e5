/* What came back from an acting process, and what is to be believed of it. */
#include "decide/private.h"
#include "decide/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_MAX ((size_t)16 << 10)
#define EVIDENCE_MAX ((size_t)256 << 10)
#define EVIDENCE_DEPTH 16
#define RPC_INTERNAL (-32603)
#define RPC_DEADLINE (-32004)

/* Bounded, so that an outcome always fits an event: one that did not would be lost, and the action never over. */
static void put_evidence(struct jw *w, const struct json *evidence)
{
	struct buf b;
	struct jw own;
	buf_init(&b, EVIDENCE_MAX);
	jw_init(&own, &b);
	if (json_depth(evidence) <= EVIDENCE_DEPTH)
		jw_tree(&own, evidence);
	jw_key(w, "evidence");
	if (b.len && !b.failed) {
		jw_raw(w, buf_str(&b), b.len);
	} else {
		jw_obj(w);
		jw_kstr(w, "left_out", "it was over 256 KiB or 16 levels");
		jw_obj_end(w);
	}
	buf_release(&b);
}

static void record_end(const struct model_action *a, const char *outcome, const char *changed, const char *detail, const struct json *evidence,
	struct drafts *out)
{
	char actor[96];
	(void)snprintf(actor, sizeof actor, "plugin:%.80s", a->backend);
	struct jw w = draft_open(out, EVENT_ACTION_ENDED, a->incident, actor);
	jw_kstr(&w, "key", a->key);
	jw_kstr(&w, "op", a->op);
	jw_kstr(&w, "outcome", outcome);
	jw_kstr(&w, "changed", changed);
	char *cut = mem_new(DETAIL_MAX);
	text_copy(cut, DETAIL_MAX, detail);
	jw_kstr(&w, "detail", cut);
	free(cut);
	if (evidence)
		put_evidence(&w, evidence);
	draft_close(&w);
}

static void record_pin(const struct model *m, const struct model_action *a, struct drafts *out)
{
	if (a->cls == CLASS_REVERSE && a->level > 1 && a->from && a->to && strcmp(a->from, a->to) != 0)
		pin_rolled_back(m, a->incident, a->service, a->from, a->by, out);
}

static const char *changed_of(const struct json *result, const char *outcome)
{
	static const char *const words[] = {"none", "partial", "full", "unknown"};
	const char *said = json_get_str(result, "changed", "");
	for (size_t i = 0; i < 4; i++)
		if (strcmp(words[i], said) == 0)
			return words[i];
	return strcmp(outcome, "done") == 0 ? "full" : "unknown";
}

static int64_t since_fired(const struct model_action *a, const struct now *now)
{
	struct stamp n = stamp_of_now(now);
	return stamp_diff(&a->fired, &n, NULL);
}

static int64_t settle_of(const struct model *m, const struct model_action *a)
{
	const struct kit_backend *b = m->kit ? kit_backend(m->kit, a->backend) : NULL;
	return b ? b->settle : 30 * US_SECOND;
}

static void outcome_result(const struct model *m, const struct model_action *a, const struct now *now, const struct json *result,
	bool from_reconcile, struct drafts *out)
{
	const char *o = json_get_str(result, "outcome", "");
	const char *detail = json_get_str(result, "detail", "");
	if (strcmp(o, "done") == 0 || strcmp(o, "failed") == 0) {
		record_end(a, o, changed_of(result, o), detail, json_get(result, "evidence"), out);
		if (strcmp(o, "done") == 0)
			record_pin(m, a, out);
		return;
	}
	if (from_reconcile && strcmp(o, "not-started") == 0) { /* effects land late: only then is it final */
		if (since_fired(a, now) > a->deadline_us + settle_of(m, a))
			record_end(a, "failed", "none", *detail ? detail : "it was never started", NULL, out);
		return;
	}
	if (from_reconcile && (strcmp(o, "running") == 0 || strcmp(o, "unknown") == 0))
		return; /* asked again later */
	if (a->outcome != OUTCOME_UNKNOWN)
		record_end(a, "unknown", "unknown", "the backend's answer was not understood", NULL, out);
}

void decide_outcome(const struct model *m, const struct now *now, const char *key, const struct json *result, const struct fault *fault,
	int error_code, bool from_reconcile, struct drafts *out)
{
	const struct model_action *a = model_action(m, key);
	if (!a || (a->outcome != OUTCOME_RUNNING && a->outcome != OUTCOME_UNKNOWN))
		return; /* settled already: by a person, or by an earlier answer */
	if (result) {
		outcome_result(m, a, now, result, from_reconcile, out);
		return;
	}
	bool asserted = error_code != 0 && error_code != RPC_INTERNAL && error_code != RPC_DEADLINE;
	const char *what = fault ? fault->what : "no answer";
	if (asserted && !from_reconcile) /* an error reply to perform says that nothing was changed */
		record_end(a, "failed", "none", what, NULL, out);
	else if (a->outcome != OUTCOME_UNKNOWN)
		record_end(a, "unknown", "unknown", what, NULL, out);
}

void decide_restarted(const struct model *m, const struct now *now, struct drafts *out)
{
	(void)now;
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (a->outcome == OUTCOME_COUNTDOWN)
				decide_countdown_lost(m, a->key, "the engine started anew: it is counted from the beginning", out);
			else if (a->outcome == OUTCOME_RUNNING)
				record_end(a, "unknown", "unknown", "the engine ended while it ran; finding out", NULL, out);
}

int64_t reconcile_after(const struct model *m, const char *key, int attempt, const struct now *gone, const struct now *now)
{
	static const int64_t first[] = {0, 2, 5, 10, 20};
	const struct model_action *a = model_action(m, key);
	(void)now;
	if (!a || a->outcome != OUTCOME_UNKNOWN)
		return -1;
	if (attempt < 5)
		return first[attempt] * US_SECOND;
	int64_t until = a->deadline_us + settle_of(m, a) - since_fired(a, gone); /* as seen from `gone` */
	int64_t t = 20 * US_SECOND;
	for (int n = 5; n <= attempt; n++)
		t += t < until ? 30 * US_SECOND : 5 * US_MINUTE;
	const struct model_incident *i = model_incident(m, a->incident);
	bool late = t > until + 30 * US_SECOND;
	return late && !(i && i->open) ? -1 : t;
}
