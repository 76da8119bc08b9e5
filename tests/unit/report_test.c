/* Reports from hand-made event lists: every field of the contract's shape, and the lines for people. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/standing.h"
#include "report/report.h"

#define BASE INT64_C(1795000000000000) /* 2026-11-18T11:06:40Z */

static const char kit_yaml[] =
	"kit: 1\nname: demo\nenvironment: demo\n"
	"people:\n  ravi: {name: Ravi, uid: 1000, roles: [incident-commander, on-call]}\n"
	"tiers:\n  customer-facing: {recovery: rollback, revert_target: 5m}\n"
	"authority:\n  service: {roles: [on-call, incident-commander]}\n"
	"backends:\n  hosts: {plugin: releases}\n  shop: {plugin: probe}\n"
	"rubric:\n  - {name: locked-out, signal: login_failures, when: \"> 5% for 8s\", action: reverse, owner: on-call, timer: 2m}\n";
static const char auth_yaml[] =
	"service: auth\ntier: customer-facing\nowner: ravi\ndeploys: {backend: hosts, target: {dir: /x}}\n"
	"signals:\n  login_failures: {backend: shop, query: q, unit: ratio, every: 1s, window: 15s}\n"
	"actions:\n  - {name: auth-rollback, key: r, level: 2, class: reverse, verb: rollback, backend: hosts, confirmed: {time: 2m, on: 2026-11-16, where: demo, by: ravi}}\n"
	"verify: {good: [\"login_failures < 2% for 15s\"], within: 5m}\n";

struct step { int t; const char *incident, *kind, *actor, *body; };

/* An outage from quiet to closed; t in seconds. */
static const struct step story[] = {
	{0, NULL, "store", "engine", "{\"format\":1,\"id\":\"00112233445566778899aabbccddeeff\",\"kit\":\"demo\",\"environment\":\"demo\",\"tool\":\"t\"}"},
	{1, NULL, "engine", "engine", "{\"what\":\"started\",\"host\":\"h\",\"pid\":7,\"version\":\"0\",\"reducer\":1}"},
	{1, NULL, "kit.loaded", "engine", NULL}, /* the kit above */
	{1, NULL, "plugin", "plugin:hosts", "{\"backend\":\"hosts\",\"plugin\":\"releases\",\"version\":\"1\",\"state\":\"ready\",\"pid\":8,\"restarts\":0,\"verbs\":[\"rollback\"]}"},
	{1, NULL, "plugin", "plugin:shop", "{\"backend\":\"shop\",\"plugin\":\"probe\",\"version\":\"1\",\"state\":\"down\",\"pid\":0,\"restarts\":3,\"verbs\":[]}"},
	{20, NULL, "deploy", "plugin:hosts", "{\"service\":\"auth\",\"version\":\"8.14.0\",\"previous\":\"8.13.2\",\"by\":\"lena\",\"at\":\"2026-11-18T11:07:00Z\",\"strategy\":\"recreate\",\"share\":1,\"state\":\"live\"}"},
	{35, NULL, "rubric", "engine", "{\"row\":\"locked-out\",\"service\":\"auth\",\"signal\":\"login_failures\",\"state\":\"breached\",\"value\":0.61,\"since\":\"2026-11-18T11:07:05Z\",\"since_mono\":25000000,\"action\":\"reverse\",\"owner\":\"on-call\"}"},
	{60, "INC-1", "incident.declared", "ravi", "{\"title\":\"users cannot log in\",\"services\":[\"auth\"],\"kind\":\"demo\",\"environment\":\"demo\"}"},
	{60, "INC-1", "commander", "ravi", "{\"person\":\"ravi\",\"how\":\"declared\"}"},
	{70, "INC-1", "action.requested", "ravi", "{\"key\":\"INC-1/1\",\"op\":\"0f\",\"ask\":\"aa\",\"digest\":\"dd\",\"a\":{\"name\":\"auth-rollback\",\"service\":\"auth\",\"level\":2,\"class\":\"reverse\",\"verb\":\"rollback\",\"target\":{\"dir\":\"/x\"},\"from\":\"8.14.0\",\"to\":\"8.13.2\"},\"service\":\"auth\",\"action\":\"auth-rollback\",\"level\":2,\"class\":\"reverse\",\"verb\":\"rollback\",\"backend\":\"hosts\",\"target\":{\"dir\":\"/x\"},\"from\":\"8.14.0\",\"to\":\"8.13.2\",\"via\":\"key\",\"confirmed_s\":120,\"authority\":\"service\",\"by\":\"ravi\",\"reason\":\"logins\",\"waits_for\":[]}"},
	{70, "INC-1", "action.fired", "engine", "{\"key\":\"INC-1/1\",\"op\":\"0f\",\"digest\":\"dd\",\"deadline_s\":30}"},
	{73, "INC-1", "action.ended", "plugin:hosts", "{\"key\":\"INC-1/1\",\"op\":\"0f\",\"outcome\":\"done\",\"changed\":\"full\",\"detail\":\"auth answers 8.13.2\",\"evidence\":{}}"},
	{74, "INC-1", "verify", "engine", "{\"service\":\"auth\",\"state\":\"waiting\",\"why\":\"its window drains\",\"checks\":[{\"name\":\"login_failures < 2% for 15s\",\"from\":\"kit\",\"state\":\"bad\",\"was_bad\":true,\"held_s\":0,\"need_s\":15},{\"name\":\"version\",\"from\":\"backend\",\"state\":\"good\",\"was_bad\":false}]}"},
	{110, NULL, "rubric", "engine", "{\"row\":\"locked-out\",\"service\":\"auth\",\"signal\":\"login_failures\",\"state\":\"clear\",\"value\":0.004,\"since\":\"2026-11-18T11:08:00Z\",\"since_mono\":80000000}"},
	{118, "INC-1", "verify", "engine", "{\"service\":\"auth\",\"state\":\"passed\",\"checks\":[{\"name\":\"login_failures < 2% for 15s\",\"from\":\"kit\",\"state\":\"good\",\"was_bad\":true,\"held_s\":15,\"need_s\":15}]}"},
	{130, "INC-1", "incident.closed", "ravi", "{\"as\":\"reverted\",\"reason\":\"\"}"},
};
#define STORY (sizeof story / sizeof *story)

static void kit_body(struct buf *b)
{
	struct jw w;
	buf_init(b, 1 << 16);
	jw_init(&w, b);
	jw_obj(&w);
	jw_kbool(&w, "in_use", true);
	jw_key(&w, "files");
	jw_arr(&w);
	for (int i = 0; i < 2; i++) {
		jw_obj(&w);
		jw_kstr(&w, "path", i ? "services/auth.yaml" : "kit.yaml");
		jw_kstr(&w, "text", i ? auth_yaml : kit_yaml);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
}

/* The story as far as second t. */
static struct model *told_until(int t)
{
	struct model *m = model_new();
	struct buf kit;
	kit_body(&kit);
	for (size_t i = 0; i < STORY && story[i].t <= t; i++) {
		const struct step *s = &story[i];
		struct event e = {.seq = (int64_t)i + 1, .at = BASE + s->t * US_SECOND, .boot = "b", .mono = s->t * US_SECOND,
			.incident = s->incident, .kind = s->kind, .actor = s->actor, .body = s->body ? s->body : buf_str(&kit)};
		e.body_len = strlen(e.body);
		model_reduce(m, &e);
	}
	buf_release(&kit);
	assert_true(t < 1 || m->kit != NULL);
	return m;
}

static struct now now_at(int t)
{
	return (struct now){.at = BASE + t * US_SECOND, .mono = t * US_SECOND, .boot = "b"};
}

/* "a/1/b": the value there, printed; "(none)" where nothing is. */
static void value_at(const struct json *v, const char *path, char *out, size_t cap)
{
	char word[64];
	struct buf b;
	struct jw w;
	while (*path && v) {
		size_t n = strcspn(path, "/");
		snprintf(word, sizeof word, "%.*s", (int)n, path);
		if (json_type(v) == JSON_ARRAY) {
			long k = strtol(word, NULL, 10);
			for (v = json_first(v); v && k > 0; k--)
				v = json_next(v);
		} else {
			v = json_get(v, word);
		}
		path += n + (path[n] == '/');
	}
	buf_init(&b, 1 << 16);
	jw_init(&w, &b);
	if (v)
		jw_tree(&w, v);
	snprintf(out, cap, "%s", v ? buf_str(&b) : "(none)");
	buf_release(&b);
}

struct want { int t; const char *path, *value; };

static void check_all(const struct want *want, size_t n, void (*print)(const struct model *m, const struct now *now, struct buf *out))
{
	for (size_t i = 0; i < n; i++) {
		struct model *m = told_until(want[i].t);
		struct now now = now_at(want[i].t);
		struct json *j = NULL;
		struct fault f = {0};
		struct buf b;
		char got[2048];
		buf_init(&b, 1 << 20);
		print(m, &now, &b);
		assert_int_equal(json_parse(buf_str(&b), b.len - 1, JSON_LINE_MAX, &j, &f), STATUS_OK);
		value_at(j, want[i].path, got, sizeof got);
		if (strcmp(got, want[i].value) != 0)
			fail_msg("second %d, %s: %s, wanted %s", want[i].t, want[i].path, got, want[i].value);
		json_free(j);
		buf_release(&b);
		model_free(m);
	}
}

static void print_show(const struct model *m, const struct now *now, struct buf *out)
{
	report_incident_json(m, model_incident(m, "INC-1"), true, now, out);
}

static void status_as(const struct model *m, bool engine, const char *format, const struct now *now, struct buf *out)
{
	struct stamp at = stamp_of_now(now);
	struct json *tree;
	struct buf b;
	struct jw w;
	buf_init(&b, 1 << 16);
	jw_init(&w, &b);
	standing_print(m, engine, &at, &w);
	assert_int_equal(json_parse(buf_str(&b), b.len, 1 << 16, &tree, NULL), STATUS_OK);
	report_status(tree, format, out);
	json_free(tree);
	buf_release(&b);
}

static void print_status(const struct model *m, const struct now *now, struct buf *out)
{
	status_as(m, true, "json", now, out);
}

static void print_changes(const struct model *m, const struct now *now, struct buf *out)
{
	report_changes(m, NULL, 0, true, now, out);
}

static const struct want show_wants[] = {
	{60, "incident", "\"INC-1\""},
	{60, "kind", "\"demo\""},
	{60, "environment", "\"demo\""},
	{60, "title", "\"users cannot log in\""},
	{60, "services", "[\"auth\"]"},
	{60, "state", "\"declared\""},
	{60, "resolution", "null"},
	{60, "commander", "\"ravi\""},
	{60, "phases/onset", "\"2026-11-18T11:07:05.000000Z\""},
	{60, "phases/detected", "\"2026-11-18T11:07:15.000000Z\""},
	{60, "phases/declared", "\"2026-11-18T11:07:40.000000Z\""},
	{60, "phases/decided", "null"},
	{60, "phases/verified", "null"},
	{60, "durations/detect_s", "10"},
	{60, "durations/decide_s", "null"},
	{60, "durations/approximate", "false"},
	{60, "promises/confirmed_s", "null"},
	{60, "promises/kept", "null"},
	{60, "breaches/0/row", "\"locked-out\""},
	{60, "breaches/0/service", "\"auth\""},
	{60, "breaches/0/signal", "\"login_failures\""},
	{60, "breaches/0/at", "\"2026-11-18T11:07:15.000000Z\""},
	{60, "breaches/0/value", "0.61"},
	{60, "breaches/0/action", "\"reverse\""},
	{60, "breaches/0/owner", "\"on-call\""},
	{60, "breaches/1", "(none)"},
	{60, "actions", "[]"},
	{60, "verification/state", "\"waiting\""},
	{60, "verification/checks", "[]"},
	{60, "pins", "[]"},
	{60, "gaps", "[]"},
	{70, "state", "\"fired\""},
	{70, "actions/0/key", "\"INC-1/1\""},
	{70, "actions/0/op", "\"0f\""},
	{70, "actions/0/digest", "\"dd\""},
	{70, "actions/0/action", "\"auth-rollback\""},
	{70, "actions/0/service", "\"auth\""},
	{70, "actions/0/level", "2"},
	{70, "actions/0/class", "\"reverse\""},
	{70, "actions/0/verb", "\"rollback\""},
	{70, "actions/0/backend", "\"hosts\""},
	{70, "actions/0/by", "\"ravi\""},
	{70, "actions/0/via", "\"key\""},
	{70, "actions/0/authority", "\"service\""},
	{70, "actions/0/acknowledged_by", "[]"},
	{70, "actions/0/reason", "\"logins\""},
	{70, "actions/0/from", "\"8.14.0\""},
	{70, "actions/0/to", "\"8.13.2\""},
	{70, "actions/0/outcome", "\"running\""},
	{70, "actions/0/fired", "\"2026-11-18T11:07:50.000000Z\""},
	{70, "actions/0/ended", "null"},
	{70, "actions/0/resolved_by", "null"},
	{73, "actions/0/outcome", "\"done\""},
	{73, "actions/0/changed", "\"full\""},
	{73, "actions/0/detail", "\"auth answers 8.13.2\""},
	{73, "state", "\"acted\""},
	{73, "durations/act_s", "3"},
	{73, "durations/decide_s", "10"},
	{73, "durations/approve_s", "0"},
	{73, "durations/verify_s", "null"},
	{74, "verification/state", "\"waiting\""},
	{74, "verification/why", "\"its window drains\""},
	{74, "verification/checks/0/name", "\"login_failures < 2% for 15s\""},
	{74, "verification/checks/0/was_bad", "true"},
	{74, "verification/checks/0/state", "\"bad\""},
	{74, "verification/checks/1/from", "\"kit\""},
	{118, "state", "\"verified\""},
	{118, "verification/state", "\"passed\""},
	{118, "durations/verify_s", "45"},
	{118, "durations/bad_to_reverted_s", "58"},
	{118, "durations/onset_to_verified_s", "93"},
	{118, "promises/confirmed_s", "120"},
	{118, "promises/confirmed_kept", "true"},
	{118, "promises/target_s", "300"},
	{118, "promises/target_kept", "true"},
	{118, "promises/kept", "true"},
	{60, "promises/target_s", "300"},
	{130, "state", "\"closed\""},
	{130, "resolution", "\"reverted\""},
};

static const struct want status_wants[] = {
	{1, "engine", "\"running\""},
	{1, "kit", "\"demo\""},
	{1, "environment", "\"demo\""},
	{1, "incidents", "[]"},
	{1, "breached", "0"},
	{1, "sources/0/backend", "\"hosts\""},
	{1, "sources/0/state", "\"ready\""},
	{1, "sources/1/state", "\"down\""},
	{35, "breached", "1"},
	{1, "asked", "[]"},
	{1, "timers", "[]"},
	{35, "timers/0/row", "\"locked-out\""},
	{35, "timers/0/left_s", "120"},
	{35, "timers/0/then", "\"asks whoever may command\""},
	{60, "timers/0/left_s", "95"},
	{60, "timers/0/then", "\"asks ravi, who commands\""},
	{70, "timers", "[]"},
	{60, "incidents/0/incident", "\"INC-1\""},
	{60, "incidents/0/clock_s", "0"},
	{73, "incidents/0/clock_s", "13"},
	{73, "incidents/0/state", "\"acted\""},
	{73, "incidents/0/commander", "\"ravi\""},
	{118, "incidents/0/clock_s", "58"},
	{118, "breached", "0"},
	{130, "incidents", "[]"},
	{130, "waiting", "[]"},
	{130, "cannot_tell", "0"},
};

static const struct want change_wants[] = {
	{1, "", "[]"},
	{20, "0/service", "\"auth\""},
	{20, "0/what", "\"deploy\""},
	{20, "0/from", "\"8.13.2\""},
	{20, "0/to", "\"8.14.0\""},
	{20, "0/by", "\"lena\""},
	{20, "0/at", "\"2026-11-18T11:07:00.000000Z\""},
	{20, "0/since", "\"cannot-tell\""}, /* no sample came yet */
	{20, "0/health", "\"cannot tell now\""},
	{35, "0/since", "\"breached\""},
	{35, "0/breached", "\"login_failures\""},
	{35, "0/breached_after_s", "5"},
	{35, "0/health", "\"breached login_failures under 1m after\""},
	{130, "0/since", "\"breached\""},
};

static void test_show(void **state)
{
	(void)state;
	check_all(show_wants, sizeof show_wants / sizeof *show_wants, print_show);
}

static void test_status(void **state)
{
	(void)state;
	check_all(status_wants, sizeof status_wants / sizeof *status_wants, print_status);
}

static void test_changes(void **state)
{
	(void)state;
	check_all(change_wants, sizeof change_wants / sizeof *change_wants, print_changes);
}

/* ---- lines for people ---------------------------------------------------------- */

static const struct want brief_wants[] = {
	{1, "", "no incident is open"},
	{35, "", "CONDITION  auth locked-out"},
	{35, "", "crossed since"},
	{35, "", "; on-call has 2:00, then: asks whoever may command"},
	{60, "", "; on-call has 1:35, then: asks ravi, who commands"},
	{60, "", "INC-1: auth, users cannot log in (declared)"},
	{60, "", "SINCE BAD  0:00"},
	{60, "", "for 0:35"},
	{60, "", "ravi commands"},
	{60, "", "ACTION     none fired"},
	{60, "", "auth locked-out 61.0 %"},
	{60, "", "NEEDS      a decision: auth-rollback of auth"},
	{70, "", "8.14.0 -> 8.13.2: running since"},
	{70, "", "NEEDS      nothing yet: INC-1/1 runs"},
	{74, "", "VERIFIED   NOT YET: its window drains"},
	{74, "", "NEEDS      proof: login_failures < 2% for 15s is bad"},
	{118, "", "VERIFIED   yes"},
	{118, "", "NEEDS      closing"},
	{130, "", "NEEDS      nothing: closed as reverted"},
};

static int lines(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void test_brief(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof brief_wants / sizeof *brief_wants; i++) {
		struct model *m = told_until(brief_wants[i].t);
		struct now now = now_at(brief_wants[i].t);
		struct buf b;
		buf_init(&b, 1 << 16);
		report_brief(m, model_incident(m, "INC-1"), &now, &b);
		if (!strstr(buf_str(&b), brief_wants[i].value))
			fail_msg("second %d lacks \"%s\":\n%s", brief_wants[i].t, brief_wants[i].value, buf_str(&b));
		assert_true(lines(buf_str(&b)) <= 10);
		buf_release(&b);
		model_free(m);
	}
}

struct line_want { int t; bool engine; const char *format, *text; };
static const struct line_want line_wants[] = {
	{1, true, "line", "DEMO demo  quiet  sources 1/2\n"},
	{1, false, "line", "DEMO demo  quiet  no engine\n"},
	{35, true, "line", "DEMO demo  1 breached  on-call has 2:00, then: asks whoever may command  sources 1/2\n"},
	{35, true, "tmux-plain", "DEMO demo  1 breached  sources 1/2\n"},
	{73, true, "line", "DEMO demo  INC-1 auth 0:13 acted  1 breached  sources 1/2\n"},
	{118, false, "line", "DEMO demo  INC-1 auth 0:58 verified  no engine\n"},
	{73, true, "tmux", "#[fg=red]DEMO  INC-1 auth 0:13 acted  1 breached  sources 1/2#[default]\n"},
	{73, true, "tmux-plain", "DEMO  INC-1 auth 0:13 acted  1 breached  sources 1/2\n"},
	{130, false, "tmux", "#[fg=yellow]DEMO demo  quiet  no engine#[default]\n"},
};

static void test_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof line_wants / sizeof *line_wants; i++) {
		const struct line_want *w = &line_wants[i];
		struct model *m = told_until(w->t);
		struct now now = now_at(w->t);
		struct buf b;
		buf_init(&b, 4096);
		status_as(m, w->engine, w->format, &now, &b);
		assert_string_equal(buf_str(&b), w->text);
		buf_release(&b);
		model_free(m);
	}
}

/* The documents for people never say what the contract keeps for scripts wrong: both agree on the outcome. */
static void test_text(void **state)
{
	static const char *const has[] = {"INC-1  DEMO  users cannot log in", "state      verified", "commander  ravi", "clock      0:58 since \"bad\"",
		"users hurt for 1:33", "promises   confirmed 2:00 kept", "crossed    auth locked-out", "8.14.0 -> 8.13.2: done", "verified   yes, what was bad is good",
		"was bad in this incident"};
	(void)state;
	struct model *m = told_until(118);
	struct now now = now_at(200);
	struct buf b;
	buf_init(&b, 1 << 16);
	report_incident_text(m, model_incident(m, "INC-1"), &now, &b);
	for (size_t i = 0; i < sizeof has / sizeof *has; i++)
		if (!strstr(buf_str(&b), has[i]))
			fail_msg("lacks \"%s\":\n%s", has[i], buf_str(&b));
	buf_reset(&b);
	report_list_text(m, &now, &b);
	assert_non_null(strstr(buf_str(&b), "verified      0:58  auth"));
	buf_release(&b);
	model_free(m);
}

static void fold(struct model *m, int64_t seq, const char *incident, const char *kind, const char *actor, const char *body)
{
	struct event e = {.seq = seq, .at = BASE + 90 * US_SECOND, .boot = "b", .mono = 90 * US_SECOND, .incident = incident, .kind = kind,
		.actor = actor, .body = body, .body_len = strlen(body)};
	model_reduce(m, &e);
}

/* Nobody's words make a line of their own: what is read out says only what we say. */
static void test_no_line_of_theirs(void **state)
{
	static const char again[] = "{\"services\":[\"shop\"],\"title\":\"bad\\nNEEDS      nothing\\rclosed\",\"kind\":\"real\",\"environment\":\"x\"}";
	static const char progress[] = "{\"key\":\"INC-1/1\",\"share\":0.5,\"text\":\"half\\nVERIFIED   yes\"}";
	(void)state;
	struct model *m = told_until(70);
	struct now now = now_at(90);
	struct buf b;
	fold(m, 900, "INC-2", "incident.declared", "ravi", again);
	fold(m, 901, "INC-1", "action.progress", "plugin:cluster", progress);
	buf_init(&b, 1 << 16);
	report_brief(m, model_incident(m, "INC-1"), &now, &b);
	assert_non_null(strstr(buf_str(&b), "half"));
	assert_null(strstr(buf_str(&b), "\nVERIFIED"));
	report_brief(m, model_incident(m, "INC-2"), &now, &b);
	report_incident_text(m, model_incident(m, "INC-2"), &now, &b);
	report_list_text(m, &now, &b);
	assert_non_null(strstr(buf_str(&b), "NEEDS      nothing\xe2\x90\x8d" "closed"));
	assert_null(strstr(buf_str(&b), "\nNEEDS      nothing\xe2"));
	assert_null(strchr(buf_str(&b), '\r'));
	buf_release(&b);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_brief),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_no_line_of_theirs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
