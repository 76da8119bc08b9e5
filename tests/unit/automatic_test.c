/* By itself (contract 4): what has to hold, one row a thing that is missing; the countdown, its end, its veto. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "outage.h"

/* ---- the table ------------------------------------------------------------------------------------------ */

static const struct world worlds[] = {
	{.missing = NULL},
	{.kit_from = "[h]", .kit_to = "[other]", .missing = "automatic.on does not name this host (h)"},
	{.kit_from = "environment: production\n", .kit_to = "environment: production\narmed: false\n", .missing = "the kit is not armed"},
	{.kit_from = "auto-rollback", .kit_to = "rollback", .missing = "", .never_wants = true},
	{.kit_from = "timer: 1m}\n  - {name: inquiry", .kit_to = "timer: 1m, dry_run: true}\n  - {name: inquiry", .missing = "", .never_wants = true},
	{.kit_from = "at_least: \"20 in 1m\", ", .kit_to = "", .missing = "how much traffic is enough"},
	{.failed = true, .missing = "cannot be told just now"},
	{.after = "plugin {'backend':'web','plugin':'probe','state':'down','why':'gone'}", .missing = "its source web is not well: down"},
	{.event = "samples {'backend':'web','at':'2026-11-18T11:59:00Z','v':{},'bad':{'cart/fails':'failed'},'why':'refused'}", .missing = NULL},
	{.deploy_at = HOUR / 2, .missing = "no change of auth or of what it depends on went live within 60m"},
	/* the database is down: its own change would not be undone by going back here */
	{.deploy_at = HOUR / 2, .event = "deploy {'backend':'hosts','service':'pay','version':'7','previous':'41','at':'2026-11-18T13:05:00Z','share':1,'state':'live'}",
		.missing = "auth-rollback would not undo that"},
	{.deploy_at = HOUR / 2, .event = "change {'backend':'hosts','service':'auth','what':'config','name':'env','at':'2026-11-18T13:05:00Z'}",
		.missing = "auth-rollback would not undo that"},
	{.deploy_at = HOUR / 2, .event = "change {'backend':'hosts','service':'mail','what':'flag','name':'x','at':'2026-11-18T13:05:00Z'}", .missing = "no change of auth"},
	/* a change whose backend does not say when is no cause */
	{.deploy_at = HOUR / 2, .event = "deploy {'backend':'hosts','service':'auth','version':'43','previous':'42','share':1,'state':'live'}",
		.preflight = "{'ready':true,'effect':'s','from':'43','to':'42'}", .missing = "deploy auth was told without its time"},
	/* a change of its flags right before it turned bad: the deploy was half an hour earlier */
	{.event = "change {'backend':'hosts','service':'auth','what':'flag','name':'new-login','to':'on','at':'2026-11-18T13:06:00Z'}",
		.missing = "flag new-login is the likelier cause"},
	{.event = "deploy {'backend':'hosts','service':'pay','version':'7','previous':'41','at':'2026-11-18T13:06:00Z','share':1,'state':'live'}",
		.missing = "deploy pay is the likelier cause"},
	/* the same of a service that has nothing to do with it */
	{.event = "deploy {'backend':'hosts','service':'mail','version':'7','previous':'41','at':'2026-11-18T13:06:00Z','share':1,'state':'live'}", .missing = NULL},
	{.event = "pin {'service':'auth','version':'41','what':'set','by':'maya'}", .missing = "41 is pinned out"},
	/* somebody else's */
	{.deploy_at = HOUR / 2, .event = "deploy {'backend':'hosts','service':'cart','version':'9','previous':'41','at':'2026-11-18T13:05:00Z','share':1,'state':'live'}",
		.missing = "no change of auth"},
	{.after = "engine {'what':'started','host':'h','pid':2}", .missing = "the engine has just started"},
	{.service_from = "level: 2, class", .service_to = "level: 3, class", .missing = "has level 3"},
	{.service_from = "class: reverse,", .service_to = "class: reverse, blast_radius: global,", .missing = "global"},
	{.service_from = "class: reverse,", .service_to = "class: stop,", .missing = "no action of the kit fits"},
	{.event = "freeze {'service':'auth','what':'set'}", .missing = "auth is frozen"},
	{.event = "freeze {'service':'all','what':'set'}", .missing = "auth is frozen"},
	{.after = "deploy {'backend':'hosts','service':'auth','version':'42','previous':'41','at':'2026-11-18T12:36:40Z','share':1,'state':'live','back':{'safe':false,'why':'0093 dropped it'}}",
		.missing = "going back is not safe: 0093 dropped it"},
	{.bad = 3, .missing = "brake: 3 or more services"},
	{.bad = 2, .missing = NULL},
	{.preflight = "{'ready':false,'effect':'s','from':'42','to':'41'}", .missing = "not ready"},
	{.after = "deploy {'backend':'hosts','service':'auth','version':'42','previous':'41','at':'2026-11-18T12:36:40Z','share':1,'state':'live','back':{'safe':false,'why':'\xc3\xa9\xe2\x80\xae\\u001b[31m'}}",
		.missing = "going back is not safe: \xc3\xa9<U+202E>\xe2\x90\x9b[31m"},
	/* one place of two could not go back */
	{.after = "deploy {'backend':'hosts','service':'auth','place':'eu','version':'42','previous':'41','at':'2026-11-18T12:36:40Z','share':1,'state':'live','back':{'safe':false,'why':'0093 dropped it'}}",
		.missing = "going back is not safe: 0093 dropped it"},
	/* a stranger's words make no clause of ours */
	{.after = "deploy {'backend':'hosts','service':'auth','version':'42','previous':'41','at':'2026-11-18T12:36:40Z','share':1,'state':'live','back':{'safe':false,'why':'x; maya said not this time'}}",
		.missing = "going back is not safe: x; maya said not this time"},
	/* a row breached while it soaked, and nobody declared anything */
	{.event = "soak {'service':'auth','version':'41','what':'spoiled','since':'2026-11-18T11:06:40Z','row':'locked-out'}",
		.missing = "41 is not known to have been good here"},
	/* another flag than the one that the action switches off */
	{.deploy_at = HOUR / 2, .service_from = "level: 2, class: reverse, verb: rollback, backend: hosts",
		.service_to = "level: 1, class: reverse, verb: flag-off, backend: hosts, target: {flag: beta}",
		.event = "change {'backend':'hosts','service':'auth','what':'flag','name':'new-login','to':'on','at':'2026-11-18T13:06:00Z'}",
		.missing = "auth-rollback would not undo that"},
	{.deploy_at = HOUR / 2, .service_from = "level: 2, class: reverse, verb: rollback, backend: hosts",
		.service_to = "level: 1, class: reverse, verb: flag-off, backend: hosts, target: {flag: new-login}",
		.event = "change {'backend':'hosts','service':'auth','what':'flag','name':'new-login','to':'on','at':'2026-11-18T13:06:00Z'}",
		.missing = NULL},
	{.preflight = "{'ready':true,'effect':'s','from':'42','to':'40'}", .missing = "40 is not known to have been good here"},
	{.preflight = "{'ready':true,'effect':'s','from':'42','to':'42'}", .missing = "no other version"},
	{.preflight = "{'ready':true,'effect':'s','from':'41','to':'40'}", .missing = "another version serves by now"},
	/* 41 had not served as long as its tier soaks */
	{.kit_from = "soak: 30m", .kit_to = "soak: 2h", .missing = "41 is not known to have been good here"},
	{.event = "report {'signal':'regulator','service':'auth','note':'they called'}", .kit_from = "> 5%", .kit_to = "> 99%", .missing = "people's word proposes"},
	{.event = "report {'signal':'regulator','note':'they called'}", .kit_from = "> 5%", .kit_to = "> 99%", .missing = "people's word proposes"},
};

/* Times in the table are written for a story that begins at 11:06:40. */
static void test_each_thing_that_may_be_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
		const struct world *w = &worlds[i];
		struct story s;
		(void)outage(&s, w);
		bool began = begins(&s, w->preflight);
		bool said = w->missing && *w->missing ? missing(&s, w->missing) : false;
		if (began != !w->missing || (w->missing && *w->missing && !said) || (w->never_wants && s.m->holds.n)) {
			print_message("row %zu (%s): %s; said: %s\n", i, w->missing ? w->missing : "nothing missing", began ? "began" : "did not begin",
				s.m->holds.n ? s.m->holds.v[0].why : "nothing");
			fail();
		}
		assert_int_equal(story_count(&s, "action.fired"), 0);
		story_release(&s);
	}
}

/* ---- the countdown ------------------------------------------------------------------------------------------ */

static void zero(struct story *s, const char *key, const char *preflight)
{
	struct panel p;
	struct drafts ds = {0};
	story_panel(s, "engine", "auth", "auth-rollback", preflight ? preflight : PREFLIGHT, &p);
	decide_countdown(s->m, &s->now, key, &p, &ds);
	story_drafts(s, &ds);
	panel_release(&p);
}

static int counting(struct story *s)
{
	struct world w = {.missing = NULL};
	int t = outage(s, &w);
	assert_true(begins(s, NULL));
	return t - 10;
}

/* A value that stands there is not one that cannot be told. */
static void test_too_little_traffic_has_its_own_word(void **state)
{
	(void)state;
	struct world w = {.missing = NULL};
	struct story s;
	(void)outage(&s, &w);
	story_event(&s, "rubric", NULL, "engine", "{'row':'locked-out','service':'auth','signal':'fails','state':'cannot-tell','why':'low-traffic','value':0.6}");
	story_tick(&s);
	assert_true(missing(&s, "fails cannot be judged just now: too little traffic"));
	assert_false(missing(&s, "cannot be told"));
	story_release(&s);
}

/* What was missing until now is not told beside a countdown. */
static void test_a_countdown_lacks_nothing(void **state)
{
	(void)state;
	struct world w = {.missing = NULL};
	struct story s;
	(void)outage(&s, &w);
	const struct model_row *r = NULL;
	vec_each(const struct model_row, x, &s.m->rows)
		r = r ? r : model_row_standing(x) ? x : NULL;
	assert_non_null(r);
	story_eventf(&s, "automatic", NULL, "engine", "{'row':'%s','service':'auth','action':'auth-rollback','preflight':false,'missing':['it is not well']}", r->row);
	assert_true(missing(&s, "not well"));
	assert_true(begins(&s, NULL));
	assert_non_null(model_countdown(s.m, "auth"));
	assert_false(missing(&s, "not well"));
	story_release(&s);
}

static void test_zero_fires_once_and_not_before(void **state)
{
	(void)state;
	struct story s;
	int t = counting(&s);
	run(&s, t + 1, t + 29, 1, 0.6);
	zero(&s, "INC-1/1", NULL);
	assert_int_equal(story_count(&s, "action.fired"), 0);
	run(&s, t + 30, t + 31, 1, 0.6);
	zero(&s, "INC-1/1", NULL);
	zero(&s, "INC-1/1", NULL);
	assert_int_equal(story_count(&s, "action.fired"), 1);
	assert_int_equal(story_count(&s, "incident.declared"), 1);
	assert_int_equal(model_action(s.m, "INC-1/1")->outcome, OUTCOME_RUNNING);
	assert_false(begins(&s, NULL));
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

/* What ends a countdown before its zero, by the clause it leaves. */
static void test_reasons_that_go_end_it(void **state)
{
	(void)state;
	static const struct { const char *event; int bad; double v; bool late; const char *words; } rows[] = {
		{"freeze {'service':'auth','what':'set'}", 1, 0.6, false, "auth is frozen"},
		{"plugin {'backend':'web','plugin':'probe','state':'failed','why':'hangs'}", 1, 0.6, false, "its source web"},
		{NULL, 3, 0.6, false, "brake"},
		{"deploy {'backend':'hosts','service':'auth','version':'43','previous':'42','at':'2026-11-18T13:07:00Z','share':1,'state':'live'}", 1, 0.6, false,
			"another version serves by now"},
		{NULL, 1, NAN, false, "cannot be told just now"},
		{NULL, 1, 0.001, true, "was good in its newest sample"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct story s;
		int t = counting(&s);
		story_at(&s, t + 1);
		say(&s, rows[i].event);
		run(&s, t + 1, rows[i].late ? t + 29 : t + 25, rows[i].bad, rows[i].late ? 0.6 : rows[i].v);
		if (rows[i].late) { /* one good sample is no end, but at zero it is */
			run(&s, t + 30, t + 30, 1, rows[i].v);
			assert_int_equal(story_count(&s, "action.expired"), 0);
			zero(&s, "INC-1/1", NULL);
		}
		size_t theirs = rows[i].event && !strncmp(rows[i].event, "deploy", 6); /* made elsewhere: adopted, and not fired here */
		assert_int_equal(story_count(&s, "action.fired"), theirs);
		assert_int_equal(story_count(&s, "action.expired"), 1);
		if (!strstr(story_body(&s, "action.expired"), rows[i].words)) {
			print_message("row %zu: %s\n", i, story_body(&s, "action.expired"));
			fail();
		}
		story_release(&s);
	}
}

static void test_another_program_or_version_at_zero(void **state)
{
	(void)state;
	struct story s;
	int t = counting(&s);
	run(&s, t + 1, t + 31, 1, 0.6);
	zero(&s, "INC-1/1", "{'ready':true,'effect':'s','from':'42','to':'40'}"); /* not what was counted down to */
	assert_int_equal(story_count(&s, "action.fired"), 0);
	assert_int_equal(story_count(&s, "action.expired"), 1);
	story_release(&s);
}

static void test_a_veto_holds_until_the_breach_or_the_version_ends(void **state)
{
	(void)state;
	struct story s;
	int t = counting(&s);
	assert_int_equal(story_ask(&s, "maya", "veto", "{'reason':'let me look'}"), STATUS_OK);
	run(&s, t + 1, t + 120, 1, 0.6);
	assert_true(missing(&s, "maya said not this time"));
	assert_false(begins(&s, NULL));
	assert_int_equal(story_ask(&s, "maya", "veto", "{}"), STATUS_NO);
	run(&s, t + 121, t + 200, 1, 0.001); /* clear */
	run(&s, t + 201, t + 240, 1, 0.6);   /* and bad again: it may be asked anew */
	assert_true(begins(&s, NULL));
	assert_int_equal(story_ask(&s, "maya", "veto", "{'key':'INC-1/2'}"), STATUS_OK);
	assert_non_null(model_veto(s.m, "auth"));
	story_deploy(&s, "auth", "43", "42");
	assert_null(model_veto(s.m, "auth"));
	story_release(&s);
}

static void test_a_person_who_fires_takes_its_place(void **state)
{
	(void)state;
	struct story s;
	struct panel p;
	char params[200];
	(void)counting(&s);
	story_panel(&s, "maya", "auth", "auth-rollback", PREFLIGHT, &p);
	(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'me'}", p.digest);
	assert_int_equal(story_ask_panel(&s, "maya", "fire", params, &p), STATUS_OK);
	assert_int_equal(model_action(s.m, "INC-1/1")->outcome, OUTCOME_EXPIRED);
	assert_int_equal(model_action(s.m, "INC-1/2")->outcome, OUTCOME_RUNNING);
	assert_string_equal(model_action(s.m, "INC-1/2")->by, "maya");
	panel_release(&p);
	story_release(&s);
}

static void test_cancel_is_a_veto_while_it_counts(void **state)
{
	(void)state;
	struct story s;
	(void)counting(&s);
	assert_int_equal(story_ask(&s, "maya", "cancel", "{'key':'INC-1/1'}"), STATUS_OK);
	assert_int_equal(model_action(s.m, "INC-1/1")->outcome, OUTCOME_VETOED);
	assert_non_null(model_veto(s.m, "auth"));
	story_release(&s);
}

static void test_an_engine_that_starts_anew_counts_anew(void **state)
{
	(void)state;
	struct story s;
	struct drafts ds = {0};
	(void)counting(&s);
	decide_restarted(s.m, &s.now, &ds);
	story_drafts(&s, &ds);
	assert_int_equal(model_action(s.m, "INC-1/1")->outcome, OUTCOME_EXPIRED);
	story_release(&s);
}

/* 41 is bad as well: it is not followed by 40. */
static void test_going_back_once_is_enough(void **state)
{
	(void)state;
	struct story s;
	struct drafts ds = {0};
	struct json *result = NULL;
	struct fault f;
	int t = counting(&s);
	run(&s, t + 1, t + 31, 1, 0.6);
	zero(&s, "INC-1/1", NULL);
	static const char done[] = "{\"outcome\":\"done\",\"changed\":\"full\",\"detail\":\"\"}";
	assert_int_equal(json_parse(done, sizeof done - 1, 1000, &result, &f), STATUS_OK);
	decide_outcome(s.m, &s.now, "INC-1/1", result, NULL, 0, false, &ds);
	story_drafts(&s, &ds);
	json_free(result);
	story_deploy(&s, "auth", "41", "42");
	run(&s, t + 32, t + 400, 1, 0.6);
	assert_true(missing(&s, "INC-1/1 went back already"));
	assert_true(missing(&s, "automatic.per_service"));
	assert_false(begins(&s, NULL));
	/* closed, clear, and bad anew after more than the limits' hour: going back was a cure and is no cause */
	assert_int_equal(story_ask(&s, "maya", "take", "{}"), STATUS_OK);
	assert_int_equal(story_ask(&s, "maya", "close", "{'as':'reverted'}"), STATUS_OK);
	run(&s, t + 401, t + 480, 1, 0.001);
	run(&s, t + 481, t + 540, 1, 0.6);
	assert_true(missing(&s, "no change of auth"));
	assert_false(begins(&s, NULL));
	story_release(&s);
}

static void test_the_timer_fires_where_the_row_says_so(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.kit_from = "auto-rollback", .kit_to = "rollback"};
	int t = outage(&s, &w);
	run(&s, t, t + 120, 1, 0.6); /* overdue, and the row says nothing of firing */
	assert_false(begins(&s, NULL));
	assert_non_null(model_prompt(s.m, "overdue:locked-out:auth"));
	story_release(&s);
	/* from the tier's line on to the row's: one text of the kit put in place of another */
	const char *from = strstr(kit_text, "auto-rollback"), *to = strstr(kit_text, "timer: 1m}");
	char *head = mem_strn(from, (size_t)(to - from) + strlen("timer: 1m}")), tail[1200];
	(void)snprintf(tail, sizeof tail, "rollback%.*stimer: 1m, on_timer: fire}", (int)(to - from - (int)strlen("auto-rollback")), from + strlen("auto-rollback"));
	w = (struct world){.kit_from = head, .kit_to = tail};
	t = outage(&s, &w);
	assert_false(begins(&s, NULL));
	run(&s, t, t + 40, 1, 0.6);
	assert_int_equal(model_row(s.m, "locked-out", "auth")->state, ROW_OVERDUE);
	assert_null(model_prompt(s.m, "overdue:locked-out:auth")); /* it is tried first */
	assert_true(begins(&s, NULL));
	run(&s, t + 41, t + 45, 1, 0.6);
	assert_null(model_prompt(s.m, "overdue:locked-out:auth"));
	assert_int_equal(story_ask(&s, "maya", "veto", "{}"), STATUS_OK);
	run(&s, t + 46, t + 50, 1, 0.6); /* anybody may say no: somebody must still decide */
	assert_non_null(model_prompt(s.m, "overdue:locked-out:auth"));
	story_release(&s);
	/* where nothing comes of it people are asked all the same */
	t = outage(&s, &w);
	run(&s, t, t + 120, 1, 0.6);
	assert_non_null(model_prompt(s.m, "overdue:locked-out:auth"));
	free(head);
	story_release(&s);
}

/* A row whose time is over and is dropped acts no more, though its tier would. */
static void test_a_dropped_row_does_not_act(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.kit_from = "timer: 1m}\n  - {name: inquiry", .kit_to = "timer: 1m, on_timer: drop}\n  - {name: inquiry",
		.after = "plugin {'backend':'web','plugin':'probe','state':'down','why':'gone'}"};
	int t = outage(&s, &w);
	assert_true(missing(&s, "its source web is not well"));
	run(&s, t, t + 60, 1, 0.6);
	assert_true(model_row(s.m, "locked-out", "auth")->dropped);
	story_event(&s, "plugin", NULL, "plugin:web", "{'backend':'web','plugin':'probe','version':'1','state':'ready'}");
	run(&s, t + 61, t + 80, 1, 0.6);
	assert_false(begins(&s, NULL));
	assert_false(missing(&s, ""));
	story_release(&s);
}

/* Clocks on the wall lie: what was heard of long before cannot have gone live just before. */
static void test_an_old_deploy_with_a_young_time_is_no_cause(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.missing = NULL};
	begin(&s, &w);
	story_deploy(&s, "auth", "41", "40");
	run(&s, 0, 40, 0, 0);
	story_at(&s, HOUR / 4);
	story_event(&s, "deploy", NULL, "plugin:hosts",
		"{'backend':'hosts','service':'auth','version':'42','previous':'41','at':'2026-11-18T13:05:40Z','share':1,'state':'live'}");
	run(&s, 2 * HOUR - 60, 2 * HOUR - 1, 0, 0);
	run(&s, 2 * HOUR, 2 * HOUR + 40, 1, 0.6);
	assert_true(missing(&s, "no change of auth"));
	assert_false(begins(&s, NULL));
	story_release(&s);
}

/* A fix that names the time of its build: what was learned of long after the breach did not make it. */
static void test_a_deploy_told_after_the_breach_is_no_cause(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.deploy_at = HOUR / 2};
	int t = outage(&s, &w);
	run(&s, t, t + 120, 1, 0.6);
	story_event(&s, "deploy", NULL, "plugin:hosts",
		"{'backend':'hosts','service':'auth','version':'43','previous':'42','at':'2026-11-18T13:06:00Z','share':1,'state':'live'}");
	run(&s, t + 121, t + 125, 1, 0.6);
	assert_true(missing(&s, "no change of auth"));
	assert_false(begins(&s, "{'ready':true,'effect':'s','from':'43','to':'41'}"));
	story_release(&s);
}

/* Twice for a moment, and another version for hours between them: that is no soak. */
static void test_two_moments_are_no_soak(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.missing = NULL};
	begin(&s, &w);
	story_deploy(&s, "auth", "41", "39");
	run(&s, 0, 10, 0, 0);
	story_deploy(&s, "auth", "40", "41");
	story_at(&s, HOUR + HOUR / 2 - 60);
	story_deploy(&s, "auth", "41", "40");
	story_at(&s, HOUR + HOUR / 2);
	story_deploy(&s, "auth", "42", "41");
	run(&s, 2 * HOUR - 60, 2 * HOUR - 1, 0, 0);
	run(&s, 2 * HOUR, 2 * HOUR + 40, 1, 0.6);
	assert_false(begins(&s, NULL));
	assert_true(missing(&s, "41 is not known to have been good here"));
	assert_true(begins(&s, "{'ready':true,'effect':'s','from':'42','to':'40'}") || model_hold(s.m, "locked-out", "auth")->preflight);
	story_release(&s);
}

/* The same version at one place more is no other version. */
static void test_a_veto_outlasts_another_place(void **state)
{
	(void)state;
	struct story s;
	int t = counting(&s);
	assert_int_equal(story_ask(&s, "maya", "veto", "{}"), STATUS_OK);
	story_event(&s, "deploy", NULL, "plugin:hosts",
		"{'backend':'hosts','service':'auth','place':'eu','version':'42','previous':'41','at':'2026-11-18T13:07:00Z','share':1,'state':'live'}");
	assert_non_null(model_veto(s.m, "auth"));
	run(&s, t + 1, t + 20, 1, 0.6);
	assert_false(begins(&s, NULL));
	story_event(&s, "deploy", NULL, "plugin:hosts",
		"{'backend':'hosts','service':'auth','place':'eu','version':'43','previous':'42','at':'2026-11-18T13:07:30Z','share':1,'state':'live'}");
	assert_null(model_veto(s.m, "auth"));
	story_release(&s);
}

/* Asked one after the other, and a row that breaches with its first bad sample: the others were not heard of yet. */
static void test_the_brake_waits_for_the_others(void **state)
{
	(void)state;
	struct story s;
	const char *from = strstr(kit_text, "30s"), *to = strstr(kit_text, " for 20s");
	char *head = mem_strn(from, (size_t)(to - from) + strlen(" for 20s")), tail[1200];
	(void)snprintf(tail, sizeof tail, "immediate%.*s", (int)(to - from - 3), from + 3);
	struct world w = {.kit_from = head, .kit_to = tail};
	begin(&s, &w);
	free(head);
	for (int i = 0; i < SERVICES; i++)
		story_deploy(&s, names[i], "41", "40");
	run(&s, 0, 40, 0, 0);
	story_at(&s, HOUR + HOUR / 2);
	for (int i = 0; i < SERVICES; i++)
		story_deploy(&s, names[i], "42", "41");
	run(&s, 2 * HOUR - 60, 2 * HOUR, 0, 0);
	for (int t = 2 * HOUR + 1; t <= 2 * HOUR + 5; t++) {
		char key[40];
		story_at(&s, t);
		(void)snprintf(key, sizeof key, "%s/fails", names[t - 2 * HOUR - 1]);
		story_sample(&s, key, 0.6);
		story_tick(&s);
		assert_false(begins(&s, NULL));
	}
	run(&s, 2 * HOUR + 6, 2 * HOUR + 12, SERVICES, 0.6);
	assert_false(begins(&s, NULL));
	assert_true(missing(&s, "brake: 3 or more services"));
	story_release(&s);
}

/* What counts down counts for the kit's limit. */
static void test_the_kits_limit_holds_the_second(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.kit_from = "3 in 1h", .kit_to = "1 in 1h", .bad = 2};
	struct automatic_want want;
	int t = outage(&s, &w);
	assert_true(begins(&s, NULL));
	run(&s, t, t + 5, 2, 0.6);
	assert_false(automatic_next(s.m, &s.now, &want));
	assert_non_null(model_hold(s.m, "locked-out", "cart"));
	assert_non_null(strstr(model_hold(s.m, "locked-out", "cart")->why, "automatic.per_kit"));
	story_release(&s);
}

/* What says nothing new is not recorded again, tick after tick. */
static void test_the_same_hold_is_recorded_once(void **state)
{
	(void)state;
	struct story s;
	struct world w = {.kit_from = "[h]", .kit_to = "[other]"};
	int t = outage(&s, &w);
	run(&s, t, t + 300, 1, 0.6);
	assert_int_equal(story_count(&s, "automatic"), 1);
	run(&s, t + 301, t + 400, 1, 0.001);
	assert_int_equal(s.m->holds.n, 0);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_thing_that_may_be_missing),
		cmocka_unit_test(test_too_little_traffic_has_its_own_word), cmocka_unit_test(test_a_countdown_lacks_nothing), cmocka_unit_test(test_zero_fires_once_and_not_before),
		cmocka_unit_test(test_reasons_that_go_end_it),
		cmocka_unit_test(test_another_program_or_version_at_zero),
		cmocka_unit_test(test_a_veto_holds_until_the_breach_or_the_version_ends),
		cmocka_unit_test(test_a_person_who_fires_takes_its_place),
		cmocka_unit_test(test_cancel_is_a_veto_while_it_counts),
		cmocka_unit_test(test_an_engine_that_starts_anew_counts_anew),
		cmocka_unit_test(test_going_back_once_is_enough),
		cmocka_unit_test(test_the_timer_fires_where_the_row_says_so),
		cmocka_unit_test(test_a_dropped_row_does_not_act),
		cmocka_unit_test(test_an_old_deploy_with_a_young_time_is_no_cause),
		cmocka_unit_test(test_a_deploy_told_after_the_breach_is_no_cause),
		cmocka_unit_test(test_two_moments_are_no_soak),
		cmocka_unit_test(test_a_veto_outlasts_another_place),
		cmocka_unit_test(test_the_brake_waits_for_the_others),
		cmocka_unit_test(test_the_kits_limit_holds_the_second),
		cmocka_unit_test(test_the_same_hold_is_recorded_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
