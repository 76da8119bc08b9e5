/* What acts by itself in status, brief, show and list: the countdown first, what is missing, and who said no. */
#include "cm.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/standing.h"
#include "report/report.h"

#define BASE INT64_C(1795000000000000) /* 2026-11-18T11:06:40Z */

struct step { int t; const char *incident, *kind, *body; };
#define REQUESTED(key, service, from, to, seconds) "{\"key\":\"" key "\",\"op\":\"0f\",\"digest\":\"dd\",\"a\":{\"name\":\"" service "-rollback\",\"service\":\"" service "\"," \
	"\"level\":2,\"class\":\"reverse\",\"verb\":\"rollback\",\"target\":{\"dir\":\"/" service "\"}" from to "},\"backend\":\"hosts\",\"via\":\"automatic\",\"authority\":\"automatic\"," \
	"\"by\":\"engine\",\"reason\":\"by itself\",\"countdown_s\":" seconds ",\"row\":\"spike\",\"because\":\"measured; brake 1 of 3\",\"waits_for\":[]}"

static const struct step story[] = {
	{0, NULL, "store", "{\"format\":1,\"id\":\"00112233445566778899aabbccddeeff\",\"kit\":\"shop\",\"environment\":\"demo\",\"tool\":\"t\"}"},
	{1, NULL, "deploy", "{\"service\":\"auth\",\"backend\":\"hosts\",\"version\":\"42\",\"previous\":\"41\",\"at\":\"2026-11-18T11:06:41Z\",\"share\":1,\"state\":\"live\"}"},
	{10, NULL, "rubric", "{\"row\":\"spike\",\"service\":\"auth\",\"signal\":\"e\",\"state\":\"breached\",\"value\":0.9,\"since\":\"2026-11-18T11:06:45Z\",\"action\":\"reverse\",\"owner\":\"x\"}"},
	{11, NULL, "automatic", "{\"row\":\"spike\",\"service\":\"auth\",\"action\":\"auth-rollback\",\"preflight\":false,\"missing\":[\"auth is frozen\",\"the kit is not armed\"]}"},
	{20, NULL, "automatic", "{\"row\":\"spike\",\"service\":\"auth\",\"preflight\":false,\"missing\":[]}"},
	{20, "INC-1", "incident.declared", "{\"services\":[\"auth\",\"cart\"],\"title\":\"auth: spike breached\",\"kind\":\"real\",\"environment\":\"demo\"}"},
	{20, "INC-1", "action.requested", REQUESTED("INC-1/1", "auth", ",\"from\":\"42\"", ",\"to\":\"41\"", "30")},
	{22, "INC-1", "action.requested", REQUESTED("INC-1/2", "cart", "", "", "10")},
	{30, "INC-1", "action.expired", "{\"key\":\"INC-1/2\",\"digest\":\"dd\",\"reason\":\"e was good in its newest sample\"}"},
	{40, "INC-1", "action.vetoed", "{\"key\":\"INC-1/1\",\"digest\":\"dd\",\"by\":\"ravi\",\"reason\":\"\"}"},
	{41, NULL, "automatic", "{\"row\":\"spike\",\"service\":\"auth\",\"action\":\"auth-rollback\",\"preflight\":false,\"missing\":[\"ravi said not this time\"]}"},
	{50, NULL, "rubric", "{\"row\":\"spike\",\"service\":\"auth\",\"signal\":\"e\",\"state\":\"clear\",\"value\":0.1,\"since\":\"2026-11-18T11:07:30Z\"}"},
};

static struct model *told_until(int t)
{
	struct model *m = model_new();
	for (size_t i = 0; i < sizeof story / sizeof *story && story[i].t <= t; i++) {
		const struct step *s = &story[i];
		struct event e = {.seq = (int64_t)i + 1, .at = BASE + s->t * US_SECOND, .boot = "b", .mono = s->t * US_SECOND, .incident = s->incident,
			.kind = s->kind, .actor = "engine", .body = s->body, .body_len = strlen(s->body)};
		model_reduce(m, &e);
	}
	return m;
}

static void said(const char *what, int t, struct buf *out)
{
	struct model *m = told_until(t);
	struct now now = {.at = BASE + t * US_SECOND + 400000, .mono = t * US_SECOND + 400000, .boot = "b"};
	struct stamp at = stamp_of_now(&now);
	const struct model_incident *i = model_incident(m, "INC-1");
	if (!strcmp(what, "brief")) {
		report_brief(m, i, &now, out);
	} else if (!strcmp(what, "show")) {
		report_incident_text(m, i, &now, out);
	} else if (!strcmp(what, "show --json")) {
		report_incident_json(m, i, true, &now, out);
	} else if (!strcmp(what, "list")) {
		report_list_text(m, &now, out);
	} else {
		struct json *tree;
		struct buf b;
		struct jw w;
		buf_init(&b, 1 << 16);
		jw_init(&w, &b);
		standing_print(m, true, &at, &w);
		assert_int_equal(json_parse(buf_str(&b), b.len, 1 << 16, &tree, NULL), STATUS_OK);
		report_status(tree, what, out);
		json_free(tree);
		buf_release(&b);
	}
	model_free(m);
}

struct want { const char *what; int t; const char *words; bool never; };
static const struct want wants[] = {
	{"line", 10, "BY ITSELF", true},
	{"line", 20, "BY ITSELF 0:30 auth 42->41  DEMO shop", false},
	{"line", 20, "waiting", true},                                  /* it is said otherwise */
	{"tmux", 20, "#[fg=red]BY ITSELF 0:30 auth 42->41  DEMO", false},
	{"tmux", 24, "BY ITSELF 0:08 cart cart-rollback +1 more  DEMO", false}, /* the one that ends first; what it does */
	{"line", 34, "BY ITSELF 0:16 auth 42->41  DEMO", false},
	{"line", 55, "BY ITSELF 0:00 auth", true},
	{"json", 20, "\"waiting\":[\"INC-1/1\"]", false},
	{"json", 20, "\"countdowns\":[{\"key\":\"INC-1/1\",\"service\":\"auth\",\"action\":\"auth-rollback\",\"from\":\"42\",\"to\":\"41\",\"left_s\":30,"
		"\"at\":\"2026-11-18T11:07:30.000000Z\",\"row\":\"spike\"}]", false},
	{"json", 24, "\"countdowns\":[{\"key\":\"INC-1/2\"", false},
	{"json", 10, "\"countdowns\":[]", false},
	{"json", 11, "\"holds\":[{\"service\":\"auth\",\"row\":\"spike\",\"action\":\"auth-rollback\",\"missing\":[\"auth is frozen\",\"the kit is not armed\"],", false},
	{"json", 20, "\"holds\":[]", false},
	{"brief", 11, "BY ITSELF  no, auth spike: auth is frozen; and 1 more\n", false},
	{"brief", 20, "BY ITSELF  at ", false},
	{"brief", 20, ", in 0:30: auth-rollback of auth, 42 -> 41\n", false},
	{"brief", 24, ", in 0:08: cart-rollback of cart; and 1 more\n", false},
	{"brief", 20, "NEEDS      nothing, or a no before then", false},
	{"brief", 34, "cart-rollback: expired at ", false},
	{"brief", 34, ", by itself: e was good in its newest sample\n", false},
	{"brief", 41, "BY ITSELF  no, auth spike: ravi said not this time\n", false},
	{"brief", 41, "NEEDS      a decision", false},
	{"show", 20, "unless somebody says no (backout veto INC-1/1): auth-rollback of auth, 42 -> 41\n           may, because: measured; brake 1 of 3\n", false},
	{"show", 41, "by itself  no, auth spike, auth-rollback; missing:\n           - ravi said not this time\n", false},
	{"show", 41, "vetoed     auth, by ravi at ", false},
	{"show", 50, "vetoed     auth", true},                         /* that breach is over */
	{"show --json", 41, "\"holds\":[{\"service\":\"auth\",\"row\":\"spike\"", false},
	{"show --json", 20, "\"countdown_s\":30,\"row\":\"spike\",\"because\":\"measured; brake 1 of 3\"", false},
	{"list", 20, "auth: spike breached; auth-rollback by itself in 0:30\n", false},
};

static void everywhere_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
		struct buf b;
		buf_init(&b, 1 << 20);
		said(wants[i].what, wants[i].t, &b);
		if (!strstr(buf_str(&b), wants[i].words) != wants[i].never)
			fail_msg("%s at second %d: %s \"%s\" in:\n%s", wants[i].what, wants[i].t, wants[i].never ? "unwanted" : "no", wants[i].words, buf_str(&b));
		buf_release(&b);
	}
}

/* Now, what is left and when it ends add up, at whatever part of a second one looks; a clock that was set is believed. */
static void it_adds_up(void **state)
{
	struct model *m = told_until(20);
	const struct model_action *a = model_countdown(m, NULL);
	(void)state;
	for (int64_t us = 0; us < 31 * US_SECOND; us += 70000) {
		struct stamp n = {.at = BASE + 20 * US_SECOND + us, .mono = 20 * US_SECOND + us, .boot = "b"};
		int64_t at = action_countdown_at(a, &n) / US_SECOND, left = action_countdown_shown(a, &n) / US_SECOND;
		assert_int_equal(at, BASE / US_SECOND + 50);
		assert_int_equal(left, us >= 30 * US_SECOND ? 0 : at - n.at / US_SECOND);
	}
	struct stamp later = {.at = BASE + 3600 * US_SECOND, .mono = 25 * US_SECOND, .boot = "b"};
	assert_int_equal(action_countdown_at(a, &later), later.at + 25 * US_SECOND);
	assert_int_equal(action_countdown_shown(a, &later), 25 * US_SECOND);
	model_free(m);
}

static void clauses(void **state)
{
	struct model *m = told_until(11);
	const struct model_hold *h = model_hold(m, "spike", "auth");
	char text[60];
	(void)state;
	assert_int_equal(hold_clauses(h), 2);
	assert_true(hold_clause(h, 0, text, sizeof text));
	assert_string_equal(text, "auth is frozen");
	assert_true(hold_clause(h, 1, text, sizeof text));
	assert_string_equal(text, "the kit is not armed");
	assert_false(hold_clause(h, 2, text, sizeof text));
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(everywhere_the_same), cmocka_unit_test(it_adds_up), cmocka_unit_test(clauses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
