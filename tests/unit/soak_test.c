/* decide/soak: which version is kept after its soak, which is not, and of which nothing is said. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"

#define SOAK 1800 /* the kit's tier says nothing: 30 minutes */

/* Samples each 5 s, a tick with them.  NaN: that signal fails. */
static void run(struct story *s, int from, int to, double fails, double errors)
{
	for (int t = from; t <= to; t += 5) {
		story_at(s, t);
		story_sample(s, "auth/logins", 20);
		story_sample(s, "auth/fails", fails);
		story_sample(s, "auth/latency", 100);
		story_sample(s, "auth/errors", errors);
		story_tick(s);
	}
}

static void told(struct story *s, const char *version, double share, const char *state)
{
	char t[INSTANT_LEN];
	story_eventf(s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','version':'%s','previous':'1','by':'ci','at':'%s','share':%.2f,'state':'%s'}",
		version, instant_print(s->now.at, t), share, state);
}

static const struct model_version *version(const struct story *s)
{
	const struct model_version *v = model_version(s->m, "auth", "2");
	assert_non_null(v);
	return v;
}

/* 1 serves, and from second 300 on 2. */
static void begin(struct story *s, double share, const char *state)
{
	story_init(s, true);
	story_deploy(s, "auth", "1", "0");
	run(s, 0, 295, 0.001, 0.001);
	told(s, "2", share, state);
}

static size_t soaks(const struct story *s, const char *what)
{
	size_t n = 0;
	char words[60];
	(void)snprintf(words, sizeof words, "\"version\":\"2\",\"what\":\"%s\"", what);
	for (size_t i = 0; i < s->kinds.n; i++)
		n += strcmp(s->kinds.v[i], "soak") == 0 && strstr(s->bodies.v[i], words) != NULL;
	return n;
}

static void kept_after_its_soak(void **state)
{
	(void)state;
	struct story s;
	begin(&s, 1, "live");
	run(&s, 300, 295 + SOAK - 5, 0.001, 0.001);
	assert_int_equal(soaks(&s, "kept"), 0);
	run(&s, 295 + SOAK, 295 + SOAK + 20, 0.001, 0.001);
	assert_int_equal(soaks(&s, "kept"), 1);
	assert_int_equal(version(&s)->verdict, VERDICT_GOOD);
	assert_int_equal((version(&s)->kept.at - STORY_BASE) / US_SECOND, 295 + SOAK);
	run(&s, 2200, 2400, 0.6, 0.001); /* a breach after it was kept takes nothing back */
	assert_int_equal(soaks(&s, "spoiled"), 0);
	assert_int_equal(version(&s)->verdict, VERDICT_GOOD);
	struct model *again = story_again(&s);
	struct buf a, b;
	buf_init(&a, 1 << 24);
	buf_init(&b, 1 << 24);
	model_dump(s.m, true, &a);
	model_dump(again, true, &b);
	assert_string_equal(buf_str(&a), buf_str(&b));
	buf_release(&a);
	buf_release(&b);
	model_free(again);
	story_release(&s);
}

/* From minute 10 to 15 something is otherwise; each row says what becomes of the version by minute 40 and by minute 60. */
static void what_spoils_or_holds_back(void **state)
{
	(void)state;
	static const struct { const char *name; double fails, errors, share; const char *state; int spoiled, kept_40, kept_60; } rows[] = {
		{"nothing", 0.001, 0.001, 1, "live", 0, 1, 1},
		{"a breach", 0.6, 0.001, 1, "live", 1, 0, 0},
		{"a canary that stays one", 0.001, 0.001, 0.2, "progressing", 0, 0, 0},
		{"paused", 0.001, 0.001, 1, "paused", 0, 0, 0},
		{"untold", 0.001, 0.001, 1, "", 0, 1, 1},
		{"a row that could not tell, beside one that could", NAN, 0.001, 1, "live", 0, 1, 1}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		begin(&s, rows[k].share, rows[k].state);
		run(&s, 300, 900, 0.001, 0.001);
		run(&s, 905, 1200, rows[k].fails, rows[k].errors);
		run(&s, 1205, 2695, 0.001, 0.001);
		row_true(k, (int)soaks(&s, "spoiled") == rows[k].spoiled);
		row_true(k, (int)soaks(&s, "kept") == rows[k].kept_40);
		run(&s, 2700, 3900, 0.001, 0.001);
		row_true(k, (int)soaks(&s, "kept") == rows[k].kept_60);
		row_true(k, (version(&s)->verdict == VERDICT_GOOD) == (rows[k].kept_60 == 1));
		story_release(&s);
	}
}

/* While a row cannot tell nobody is kept, be the rest as clear as it may. */
static void one_that_cannot_tell_holds_back(void **state)
{
	(void)state;
	struct story s;
	begin(&s, 1, "live");
	run(&s, 300, 2000, 0.001, 0.001);
	run(&s, 2005, 2300, NAN, 0.001);
	assert_int_equal(soaks(&s, "kept"), 0);
	run(&s, 2305, 2400, 0.001, 0.001);
	assert_int_equal(soaks(&s, "kept"), 1);
	story_release(&s);
}

/* What a row in shadow, or people, say spoils nothing. */
static void others_do_not_spoil(void **state)
{
	(void)state;
	struct story s;
	begin(&s, 1, "live");
	run(&s, 300, 600, 0.001, 0.001);
	story_event(&s, "rubric", NULL, "engine", "{'row':'shadow','service':'auth','signal':'errors','state':'breached','value':0.6,'would':'reverse','action':'reverse'}");
	assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'cannot_login','service':'auth'}"), STATUS_OK);
	run(&s, 605, 700, 0.001, 0.001);
	assert_int_equal(model_row(s.m, "people-say", "auth")->state, ROW_BREACHED);
	run(&s, 705, 295 + SOAK, 0.001, 0.001);
	assert_int_equal(soaks(&s, "spoiled"), 0);
	assert_int_equal(soaks(&s, "kept"), 1);
	story_release(&s);
}

/* Nothing measured, nothing said: not of a service without rows, nor where every sample fails. */
static void not_measured(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, true);
	story_deploy(&s, "auth", "1", "0");
	for (int t = 0; t < 4000; t += 5) {
		story_at(&s, t);
		story_tick(&s);
	}
	assert_int_equal(story_count(&s, "soak"), 0);
	story_release(&s);
}

/* A breach that was there before the version came is not its own, and yet nobody is kept while it stands. */
static void bad_before(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, true);
	story_deploy(&s, "auth", "1", "0");
	run(&s, 0, 295, 0.6, 0.001);
	told(&s, "2", 1, "live");
	run(&s, 300, 2200, 0.6, 0.001);
	assert_int_equal(soaks(&s, "spoiled") + soaks(&s, "kept"), 0);
	run(&s, 2205, 2300, 0.001, 0.001);
	assert_int_equal(soaks(&s, "kept"), 1); /* other rows were clear for all of its soak */
	story_release(&s);
}

/* Spoiled, replaced, and here again: a new soak.  Rolled back from: bad for good. */
static void again_and_bad(void **state)
{
	(void)state;
	struct story s;
	begin(&s, 1, "live");
	run(&s, 300, 500, 0.6, 0.001);
	assert_int_equal(soaks(&s, "spoiled"), 1);
	told(&s, "1", 1, "live");
	run(&s, 505, 800, 0.001, 0.001);
	told(&s, "2", 1, "live");
	run(&s, 805, 805 + SOAK, 0.001, 0.001);
	assert_int_equal(soaks(&s, "kept"), 1);
	story_event(&s, "incident.declared", "INC-1", "maya", "{'services':['auth'],'title':'t'}");
	story_event(&s, "action.requested", "INC-1", "maya", "{'key':'INC-1/1','op':'0','a':{'name':'auth-rollback','service':'auth','level':2,'class':'reverse',"
		"'verb':'rollback','target':{},'from':'2','to':'1'},'by':'maya','via':'key','backend':'hosts'}");
	story_event(&s, "action.fired", "INC-1", "maya", "{'key':'INC-1/1','op':'0','deadline_s':60}");
	story_event(&s, "action.ended", "INC-1", "plugin:hosts", "{'key':'INC-1/1','op':'0','outcome':'done','changed':'full','detail':''}");
	assert_int_equal(version(&s)->verdict, VERDICT_BAD);
	story_event(&s, "soak", NULL, "engine", "{'service':'auth','version':'2','what':'kept','since':'2026-11-16T10:00:00Z'}");
	assert_int_equal(version(&s)->verdict, VERDICT_BAD);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(kept_after_its_soak), cmocka_unit_test(what_spoils_or_holds_back),
		cmocka_unit_test(one_that_cannot_tell_holds_back), cmocka_unit_test(others_do_not_spoil), cmocka_unit_test(not_measured), cmocka_unit_test(bad_before),
		cmocka_unit_test(again_and_bad)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
