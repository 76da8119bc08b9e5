/* "Verified" against what generated incidents (tests/incidents) made of it: who
 * comes in late, nobody there, a clock that is set. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "story.h"

#define PREFLIGHT "{'ready':true,'effect':'switches','command':'ln -s','from':'2','to':'1','expect':'x','current':['1','2'],'checks':[],'not_undone':[]}"
#define FIRED 61

/* Seconds from a to b: so many log in, failures at `v`, a tick each second; the wall clock is `off` seconds off. */
static void run(struct story *s, int from, int to, double logins, double v, int off)
{
	for (int t = from; t <= to; t++) {
		story_at(s, t);
		s->now.at += off * US_SECOND;
		if (t % 5 == 0) {
			story_sample(s, "auth/logins", logins);
			story_sample(s, "auth/fails", v);
			story_sample(s, "ledger/errors", 0.001);
		}
		story_tick(s);
	}
}

/* Somebody else's deploy of version 2, adopted while ours runs. */
static void adopted(struct story *s)
{
	story_event(s, "action.requested", "INC-1", "engine", "{'key':'INC-1/2','op':'22','a':{'name':'deploy-elsewhere','service':'auth','level':2,"
		"'class':'forward','verb':'deploy','target':{},'from':'1','to':'2'},'by':'ci','via':'external','reason':'','backend':'hosts','waits_for':[]}");
	story_event(s, "action.fired", "INC-1", "engine", "{'key':'INC-1/2','op':'22','deadline_s':0}");
	story_event(s, "action.ended", "INC-1", "engine", "{'key':'INC-1/2','op':'22','outcome':'done','changed':'full','detail':''}");
}

/* Version 2 is bad from 25 on, declared with these services at 60, and version 1 serves again at 61. */
static void reverted_beside(struct story *s, const char *services, void (*meanwhile)(struct story *s))
{
	char params[200];
	struct panel p;
	struct json *done = NULL;
	struct drafts ds = {0};
	static const char result[] = "{\"outcome\":\"done\",\"changed\":\"full\",\"detail\":\"\"}";
	story_init(s, true);
	story_deploy(s, "auth", "1", "0");
	run(s, 0, 20, 20, 0.001, 0);
	story_deploy(s, "auth", "2", "1");
	run(s, 21, 60, 20, 0.6, 0);
	(void)snprintf(params, sizeof params, "{'title':'t','services':[%s]}", services);
	assert_int_equal(story_ask(s, "maya", "declare", params), STATUS_OK);
	story_panel(s, "maya", "auth", "auth-rollback", PREFLIGHT, &p);
	(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'r'}", p.digest);
	assert_int_equal(story_ask_panel(s, "maya", "fire", params, &p), STATUS_OK);
	panel_release(&p);
	if (meanwhile)
		meanwhile(s);
	story_at(s, FIRED);
	assert_int_equal(json_parse(result, sizeof result - 1, JSON_LINE_MAX, &done, NULL), STATUS_OK);
	decide_outcome(s->m, &s->now, "INC-1/1", done, NULL, 0, false, &ds);
	story_drafts(s, &ds);
	story_deploy(s, "auth", "1", "2");
	json_free(done);
}

static void reverted(struct story *s, const char *services)
{
	reverted_beside(s, services, NULL);
}

static const struct model_incident *inc(const struct story *s)
{
	return &s->m->incidents.v[0];
}

static bool verified(const struct story *s)
{
	return inc(s)->verified.at != 0;
}

static const char *check_state(const struct story *s, const char *name)
{
	const struct model_verify *v = model_verify(inc(s), "auth");
	for (size_t i = 0; v && i < v->checks.n; i++)
		if (strcmp(v->checks.v[i].name, name) == 0)
			return v->checks.v[i].state;
	return "not there";
}

/* The row asks for 20 in a minute; without them nothing that it shows is good. */
static void nobody_there_is_not_good(void **state)
{
	(void)state;
	struct story s;
	reverted(&s, "'auth'");
	run(&s, FIRED + 1, 200, 0, 0, 0);
	assert_string_equal(check_state(&s, "locked-out"), "cannot-tell");
	assert_false(verified(&s));
	run(&s, 201, 300, 20, 0.001, 0);
	assert_string_equal(check_state(&s, "locked-out"), "good");
	assert_true(verified(&s));
	story_release(&s);
}

/* A service that nothing was known of at the revert is reported after it: its report has to be answered. */
static void who_is_reported_late_counts(void **state)
{
	(void)state;
	struct story s;
	reverted(&s, "'auth','ledger'");
	run(&s, FIRED + 1, 120, 20, 0.001, 0);
	assert_true(verified(&s));
	assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'other','service':'ledger','note':'books are wrong'}"), STATUS_OK);
	assert_false(verified(&s));
	run(&s, 121, 300, 20, 0.001, 0);
	assert_false(verified(&s));
	assert_non_null(model_verify(inc(&s), "ledger"));
	assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'other','service':'ledger','gone':true}"), STATUS_OK);
	run(&s, 301, 340, 20, 0.001, 0);
	assert_true(verified(&s));
	story_release(&s);
}

/* The same for one that is let in with a report that stands on it. */
static void who_comes_in_late_counts(void **state)
{
	(void)state;
	struct story s;
	reverted(&s, "'auth'");
	assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'other','service':'ledger','note':'books are wrong'}"), STATUS_OK);
	run(&s, FIRED + 1, 120, 20, 0.001, 0);
	assert_true(verified(&s));
	assert_int_equal(story_ask(&s, "maya", "declare", "{'incident':'INC-1','services':['ledger']}"), STATUS_OK);
	assert_false(verified(&s));
	run(&s, 121, 200, 20, 0.001, 0);
	assert_false(verified(&s));
	story_release(&s);
}

/* Nor is it verified for the length of one event: what is not good is told first. */
static void what_passed_is_told_last(void **state)
{
	(void)state;
	struct story s;
	reverted(&s, "'auth','ledger'");
	run(&s, FIRED + 1, 120, 20, 0.001, 0);
	assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'other','service':'ledger','note':'books are wrong'}"), STATUS_OK);
	size_t from = s.kinds.n, told = 0;
	run(&s, 121, 140, 20, 0.001, 0);
	for (size_t i = from; i < s.kinds.n; i++)
		if (strcmp(s.kinds.v[i], "verify") == 0 && !told++)
			assert_non_null(strstr(s.bodies.v[i], "\"ledger\""));
	assert_true(told >= 2);
	story_release(&s);
}

/* Hours forth or back in the middle: what was measured after the revert counts, and nothing else. */
static void a_clock_that_is_set_moves_nothing(void **state)
{
	static const int steps[] = {0, -3600, 3600, -20, 20};
	(void)state;
	for (size_t k = 0; k < COUNT(steps); k++) {
		struct story s;
		reverted(&s, "'auth'");
		run(&s, FIRED + 1, FIRED + 3, 20, 0.001, 0);
		run(&s, FIRED + 4, 101, 20, 0.001, steps[k]);
		row_true(k, !verified(&s));
		run(&s, 102, 140, 20, 0.001, steps[k]);
		row_true(k, verified(&s));
		story_release(&s);
	}
}

/* Which version has to serve says what was done last, not what was asked for last. */
static void what_was_done_last_decides(void **state)
{
	(void)state;
	struct story s;
	reverted_beside(&s, "'auth'", adopted);
	run(&s, FIRED + 1, 140, 20, 0.001, 0);
	assert_string_equal(check_state(&s, "one version serves"), "good");
	assert_true(verified(&s));
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_there_is_not_good), cmocka_unit_test(who_is_reported_late_counts),
		cmocka_unit_test(who_comes_in_late_counts), cmocka_unit_test(what_passed_is_told_last), cmocka_unit_test(a_clock_that_is_set_moves_nothing),
		cmocka_unit_test(what_was_done_last_decides)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
