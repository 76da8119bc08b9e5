/* What a plugin with verbs must do, too. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/checks.h"

enum { PREFLIGHT_MS = 15000, DEADLINE_S = 120 };

static const char stranger[] = "{\"name\":\"check\",\"service\":\"check\",\"level\":2,\"class\":\"reverse\",\"verb\":\"x-no-such-verb\","
	"\"target\":{},\"environment\":\"conformance\",\"from\":\"0\",\"to\":\"1\",\"by\":\"check\",\"incident\":\"INC-0\",\"reason\":\"conformance\"}";

/* {"op","key","action","deadline"}, or for preflight only {"action"}.  from, to, expect: put in place of the action's own. */
static void params(const struct exam *e, const char *action, const char *op, const char *from, struct buf *out)
{
	struct json *root;
	struct jw w;

	jw_init(&w, out);
	jw_obj(&w);
	if (op) {
		jw_kstr(&w, "op", op);
		jw_kstr(&w, "key", "INC-0/1");
		jw_kint(&w, "deadline", DEADLINE_S);
	}
	jw_key(&w, "action");
	if (!from || json_parse(action, strlen(action), JSON_LINE_MAX, &root, NULL) != STATUS_OK) {
		jw_raw(&w, action, strlen(action));
		jw_obj_end(&w);
		return;
	}
	jw_obj(&w);
	for (const struct json *v = json_first(root); v; v = json_next(v)) {
		const char *key = json_key(v);
		if (strcmp(key, "from") == 0 || strcmp(key, "to") == 0 || strcmp(key, "expect") == 0)
			continue;
		jw_key(&w, key);
		jw_tree(&w, v);
	}
	json_free(root);
	jw_kstr(&w, "from", from);
	jw_kstr(&w, "to", e->to);
	if (e->expect)
		jw_kstr(&w, "expect", e->expect);
	jw_obj_end(&w);
	jw_obj_end(&w);
}

static bool ask(struct exam *e, const char *method, const char *action, const char *op, const char *from, int64_t ms, struct message *out)
{
	struct buf b;

	buf_init(&b, JSON_LINE_MAX);
	params(e, action, op, from, &b);
	bool answered = exam_ask(e, method, buf_str(&b), NULL, ms, out);
	buf_release(&b);
	return answered;
}

static enum conform_verdict unknown_verb(struct exam *e)
{
	struct message m;

	if (!ask(e, "preflight", stranger, NULL, NULL, PREFLIGHT_MS, &m))
		return CONFORM_FAILED;
	bool ready = json_get_bool(m.result, "ready", false);
	message_release(&m);
	if (ready)
		return exam_say(e, CONFORM_FAILED, "preflight is ready for a verb it does not provide");
	if (!ask(e, "perform", stranger, "00000000000000000000000000000000", NULL, PREFLIGHT_MS, &m))
		return CONFORM_FAILED;
	enum conform_verdict v = m.result ? exam_say(e, CONFORM_FAILED, "perform took a verb it does not provide") :
		exam_say(e, CONFORM_OK, "refused (%d)", m.error_code);
	message_release(&m);
	return v;
}

/* ---- preflight ------------------------------------------------------------------------------- */

static const char *checks_ill(const struct json *list)
{
	if (list && json_type(list) != JSON_ARRAY)
		return "checks is no list";
	for (const struct json *c = json_first(list); c; c = json_next(c))
		if (!json_get_str(c, "name", NULL) || json_type(json_get(c, "ok")) != JSON_BOOL)
			return "a check without name and ok";
	return NULL;
}

/* Why a preflight's result is ill, or NULL. */
static const char *preflight_ill(const struct exam *e, const struct json *r)
{
	const char *from = json_get_str(r, "from", NULL), *to = json_get_str(r, "to", NULL), *expect = json_get_str(r, "expect", "");

	if (json_type(json_get(r, "ready")) != JSON_BOOL || !json_get_str(r, "effect", NULL))
		return "it lacks ready or effect";
	if ((from && !text_is_version(from)) || (to && !text_is_version(to)))
		return "from or to leaves the version alphabet";
	if ((!from || !to) && strstr(e->spec->action, "reverse"))
		return "class reverse needs from and to";
	if (strlen(expect) > 4096)
		return "expect is over 4 KiB";
	return checks_ill(json_get(r, "checks"));
}

static enum conform_verdict preflight(struct exam *e)
{
	struct message m;

	if (!e->spec->action)
		return exam_say(e, CONFORM_SKIPPED, "needs --action JSON");
	if (!ask(e, "preflight", e->spec->action, NULL, NULL, PREFLIGHT_MS, &m))
		return CONFORM_FAILED;
	const char *ill = m.result ? preflight_ill(e, m.result) : NULL;
	enum conform_verdict v;
	if (!m.result) {
		v = exam_say(e, CONFORM_FAILED, "it was refused (%d): %.200s", m.error_code, m.error_message);
	} else if (ill) {
		v = exam_say(e, CONFORM_FAILED, "%s", ill);
	} else {
		e->froze = true;
		text_copy(e->from, sizeof e->from, json_get_str(m.result, "from", ""));
		text_copy(e->to, sizeof e->to, json_get_str(m.result, "to", ""));
		mem_set(&e->expect, json_get_str(m.result, "expect", NULL));
		v = exam_say(e, CONFORM_OK, "%s, %.60s to %.60s", json_get_bool(m.result, "ready", false) ? "ready" : "not ready", e->from, e->to);
	}
	message_release(&m);
	return v;
}

/* Preflight once more: the world has to be where it was. */
static bool unchanged(struct exam *e, const char *after)
{
	struct message m;

	if (!ask(e, "preflight", e->spec->action, NULL, NULL, PREFLIGHT_MS, &m))
		return false;
	const char *from = json_get_str(m.result, "from", "");
	bool same = m.result && strcmp(from, e->from) == 0;
	if (!same)
		exam_say(e, CONFORM_FAILED, "after %s from is %.60s, it was %.60s", after, from, e->from);
	message_release(&m);
	return same;
}

static enum conform_verdict preflight_changes_nothing(struct exam *e)
{
	if (!e->froze)
		return exam_say(e, CONFORM_SKIPPED, e->spec->action ? "preflight failed" : "needs --action JSON");
	return unchanged(e, "a preflight") ? exam_say(e, CONFORM_OK, "a second one says the same") : CONFORM_FAILED;
}

/* ---- reconcile and perform ------------------------------------------------------------------------ */

static enum conform_verdict reconcile_unknown(struct exam *e)
{
	struct message m;

	if (!e->froze)
		return exam_say(e, CONFORM_SKIPPED, e->spec->action ? "preflight failed" : "needs --action JSON");
	if (!ask(e, "reconcile", e->spec->action, "ffffffffffffffffffffffffffffffff", e->from, PREFLIGHT_MS, &m))
		return CONFORM_FAILED;
	const char *outcome = json_get_str(m.result, "outcome", "");
	bool well = !m.result || strcmp(outcome, "not-started") == 0 || strcmp(outcome, "unknown") == 0;
	enum conform_verdict v = well ? exam_say(e, CONFORM_OK, "%s", m.result ? outcome[0] == 'n' ? "not-started" : "unknown" : "an error, which counts as unknown") :
		exam_say(e, CONFORM_FAILED, "an op that was never performed is said to be %.40s", outcome);
	message_release(&m);
	return v;
}

static bool may_perform(struct exam *e)
{
	if (!e->spec->perform)
		exam_say(e, CONFORM_SKIPPED, "needs --perform, which really acts");
	else if (!e->froze)
		exam_say(e, CONFORM_SKIPPED, e->spec->action ? "preflight failed" : "needs --action JSON");
	return e->spec->perform && e->froze;
}

static enum conform_verdict wrong_from(struct exam *e)
{
	struct message m;

	if (!may_perform(e))
		return CONFORM_SKIPPED;
	if (!ask(e, "perform", e->spec->action, "0000000000000000000000000000000f", "x-never-ran-here", DEADLINE_S * 1000, &m))
		return CONFORM_FAILED;
	bool well = !m.result && m.error_code == -32003;
	if (m.result)
		exam_say(e, CONFORM_FAILED, "it performed although the world is not at `from`");
	else if (!well)
		exam_say(e, CONFORM_FAILED, "it was refused with %d, not -32003", m.error_code);
	message_release(&m);
	if (!well || !unchanged(e, "a refused perform"))
		return CONFORM_FAILED;
	return exam_say(e, CONFORM_OK, "-32003 and nothing changed");
}

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* Perform the frozen action; "" or why its result is ill. */
static enum conform_verdict performed(struct exam *e, const char *op, bool already)
{
	static const char *const outcomes[] = { "done", "failed", NULL }, *const changes[] = { "none", "partial", "full", "unknown", NULL };
	struct message m;

	if (!ask(e, "perform", e->spec->action, op, e->from, DEADLINE_S * 1000, &m))
		return CONFORM_FAILED;
	const char *outcome = json_get_str(m.result, "outcome", ""), *changed = json_get_str(m.result, "changed", "");
	enum conform_verdict v;
	if (!m.result)
		v = exam_say(e, CONFORM_FAILED, "it was refused (%d): %.200s", m.error_code, m.error_message);
	else if (!one_of(outcome, outcomes) || !one_of(changed, changes))
		v = exam_say(e, CONFORM_FAILED, "outcome is %.40s, changed is %.40s", outcome, changed);
	else if (already && (strcmp(outcome, "done") != 0 || strcmp(changed, "none") != 0))
		v = exam_say(e, CONFORM_FAILED, "at `to` already it says %.40s, changed %.40s instead of done, none", outcome, changed);
	else if (strcmp(outcome, "done") != 0)
		v = exam_say(e, CONFORM_FAILED, "the action failed: %.200s", json_get_str(m.result, "detail", ""));
	else
		v = exam_say(e, CONFORM_OK, "%.40s, changed %.40s", outcome, changed);
	message_release(&m);
	return v;
}

static enum conform_verdict perform(struct exam *e)
{
	return may_perform(e) ? performed(e, e->op, false) : CONFORM_SKIPPED;
}

static enum conform_verdict perform_again(struct exam *e)
{
	return may_perform(e) ? performed(e, "0000000000000000000000000000000e", true) : CONFORM_SKIPPED;
}

static enum conform_verdict reconcile(struct exam *e)
{
	struct message m;

	if (!may_perform(e))
		return CONFORM_SKIPPED;
	if (!ask(e, "reconcile", e->spec->action, e->op, e->from, PREFLIGHT_MS, &m))
		return CONFORM_FAILED;
	const char *outcome = json_get_str(m.result, "outcome", "");
	enum conform_verdict v = strcmp(outcome, "done") == 0 ? exam_say(e, CONFORM_OK, "done") :
		exam_say(e, CONFORM_FAILED, "what was done is said to be %.40s", m.result ? outcome : "an error");
	message_release(&m);
	return v;
}

const struct check checks_act[] = {
	{ "unknown-verb", CHECK_ACT, unknown_verb },
	{ "preflight", CHECK_ACT, preflight },
	{ "preflight-changes-nothing", CHECK_ACT, preflight_changes_nothing },
	{ "reconcile-unknown-op", CHECK_ACT, reconcile_unknown },
	{ "perform-wrong-from", CHECK_ACT, wrong_from },
	{ "perform", CHECK_ACT, perform },
	{ "perform-at-to", CHECK_ACT, perform_again },
	{ "reconcile", CHECK_ACT, reconcile },
	{ NULL, CHECK_ACT, NULL },
};
