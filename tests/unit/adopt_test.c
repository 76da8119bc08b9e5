/* decide/adopt and decide/pins: what is made elsewhere, whose it is, when it counts, and that it is said once. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "story.h"

#define PREFLIGHT "{'ready':true,'effect':'switches','command':'ln -s','from':'2','to':'1','expect':'x','current':['1','2'],'checks':[],'not_undone':[]}"

static void run(struct story *s, int from, int to, double v)
{
	for (int t = from; t <= to; t++) {
		story_at(s, t);
		if (t % 5 == 0) {
			story_sample(s, "auth/logins", 20);
			story_sample(s, "auth/fails", v);
			story_sample(s, "auth/latency", 100);
			story_sample(s, "auth/errors", 0.001);
			story_sample(s, "ledger/errors", 0.001);
		}
		story_tick(s);
	}
}

/* Version 1 serves, then 2; logins fail from second 25 on; breached at 45, declared at 60. */
static void outage(struct story *s)
{
	story_init(s, true);
	story_deploy(s, "auth", "1", "0");
	run(s, 0, 20, 0.001);
	story_deploy(s, "auth", "2", "1");
	run(s, 21, 60, 0.6);
}

static void declare(struct story *s)
{
	assert_int_equal(story_ask(s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
}

/* A deploy as the backend tells it: it was done at `at` and is told now. */
static void told(struct story *s, const char *version, const char *by, double at, double share, const char *state)
{
	char t[INSTANT_LEN], who[80] = "";
	if (by)
		(void)snprintf(who, sizeof who, "'by':'%s',", by);
	story_eventf(s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','version':'%s','previous':'2',%s'at':'%s','share':%.2f,"
		"'state':'%s','managed_by':'kubectl'}", version, who, instant_print(STORY_BASE + (int64_t)(at * 1e6), t), share, state);
}

static const struct model_incident *inc(const struct story *s)
{
	return &s->m->incidents.v[0];
}

static double second(int64_t at)
{
	return (double)(at - STORY_BASE) / 1e6;
}

static void reverted_elsewhere(void **state)
{
	(void)state;
	struct story s;
	struct phases p;
	outage(&s);
	declare(&s);
	run(&s, 61, 69, 0.6);
	story_at(&s, 70);
	told(&s, "1", "ravi", 64, 1, "live");
	run(&s, 71, 72, 0.001);
	assert_int_equal(inc(&s)->actions.n, 1);
	const struct model_action *a = &inc(&s)->actions.v[0];
	assert_string_equal(a->key, "INC-1/1");
	assert_string_equal(a->by, "ravi");
	assert_string_equal(a->via, "external");
	assert_string_equal(a->through, "kubectl");
	assert_string_equal(a->from, "2");
	assert_string_equal(a->to, "1");
	assert_int_equal(a->level, 2);
	assert_int_equal(a->cls, CLASS_REVERSE);
	assert_int_equal(strlen(a->op), 32);
	assert_null(a->authority);
	assert_string_equal(a->reason, "made elsewhere: ravi via kubectl");
	phases_of(s.m, inc(&s), &p);
	assert_true(fabs(second(p.at[PHASE_DECIDED].at) - 64) < 0.01);
	assert_true(fabs(second(p.at[PHASE_FIRED].at) - 64) < 0.01); /* when it was done, not when it was told */
	assert_true(fabs(second(p.at[PHASE_ACTED].at) - 64) < 0.01);
	assert_int_equal(p.act, 0);
	assert_false(p.approximate);
	const struct model_pin *pin = model_pin(s.m, "auth", "2");
	assert_non_null(pin);
	assert_string_equal(pin->by, "ravi");
	assert_int_equal(model_version(s.m, "auth", "2")->verdict, VERDICT_BAD);
	run(&s, 73, 120, 0.001);
	assert_true(inc(&s)->verified.at != 0);
	assert_int_equal(inc(&s)->actions.n, 1);
	assert_int_equal(story_count(&s, "action.requested"), 1);
	struct model *again = story_again(&s); /* the record alone holds all of it: another engine adopts nothing twice */
	struct drafts ds = {0};
	struct judge *j = judge_new();
	decide_tick(again, j, &s.now, "00", &ds);
	for (size_t i = 0; i < ds.n; i++)
		assert_true(ds.v[i].kind != EVENT_ACTION_REQUESTED && ds.v[i].kind != EVENT_ALARM && ds.v[i].kind != EVENT_PIN);
	drafts_release(&ds);
	judge_free(j);
	model_free(again);
	story_release(&s);
}

/* Not before it is whole; shown until then, and from then on done when the last part was. */
static void a_rollout_is_adopted_when_whole(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	declare(&s);
	story_at(&s, 61);
	told(&s, "1", "ravi", 61, 0.3, "progressing");
	run(&s, 62, 65, 0.6);
	assert_int_equal(inc(&s)->actions.n, 0);
	told(&s, "1", "ravi", 61, 1, "progressing");
	run(&s, 66, 67, 0.6);
	assert_int_equal(inc(&s)->actions.n, 0);
	story_at(&s, 70);
	told(&s, "1", "ravi", 61, 1, "live");
	run(&s, 71, 72, 0.6);
	assert_int_equal(inc(&s)->actions.n, 1);
	assert_true(fabs(second(inc(&s)->actions.v[0].fired.at) - 61) < 0.01);
	assert_true(fabs(second(inc(&s)->actions.v[0].ended.at) - 70) < 0.01);
	story_release(&s);
}

/* One place of two is not the service. */
static void every_place_has_to_show_it(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	char t[INSTANT_LEN];
	story_eventf(&s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','place':'eu','version':'2','previous':'1','at':'%s','share':1,'state':'live'}",
		instant_print(STORY_BASE, t));
	declare(&s);
	run(&s, 61, 62, 0.6);
	told(&s, "1", "ravi", 62, 1, "live");
	run(&s, 63, 66, 0.6);
	assert_int_equal(inc(&s)->actions.n, 0);
	story_eventf(&s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','place':'eu','version':'1','previous':'2','at':'%s','share':1,'state':'live'}",
		instant_print(STORY_BASE + 66 * US_SECOND, t));
	run(&s, 67, 69, 0.6);
	assert_int_equal(inc(&s)->actions.n, 1);
	story_release(&s);
}

/* What counts from when on, and as what. */
static void when_it_counts(void **state)
{
	(void)state;
	static const struct { const char *name, *version; double at, learned; bool adopted; enum row_class cls; } rows[] = {
		{"back, after declared", "1", 63, 64, true, CLASS_REVERSE},
		{"back, between onset and declared", "1", 40, 41, true, CLASS_REVERSE},
		{"back, before onset", "1", 22, 23, false, CLASS_TELL},
		{"new, after declared", "3", 63, 64, true, CLASS_FORWARD},
		{"new, after detected", "3", 55, 56, true, CLASS_FORWARD},
		{"new, before anybody saw it: perhaps the cause", "3", 40, 41, false, CLASS_TELL},
		{"back, told late", "1", 40, 64, true, CLASS_REVERSE},
		{"new, told late", "3", 40, 64, false, CLASS_TELL}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		bool said = false;
		story_init(&s, true);
		story_deploy(&s, "auth", "1", "0");
		run(&s, 0, 20, 0.001);
		story_deploy(&s, "auth", "2", "1");
		for (int t = 21; t <= 66; t++) {
			run(&s, t, t, t < 25 ? 0.001 : 0.6);
			if (t == (int)rows[k].learned && (said = true))
				told(&s, rows[k].version, "ravi", rows[k].at, 1, "live");
			if (t == 60)
				declare(&s);
		}
		row_true(k, said);
		row_true(k, (inc(&s)->actions.n == 1) == rows[k].adopted);
		if (rows[k].adopted)
			row_true(k, inc(&s)->actions.v[0].cls == rows[k].cls);
		row_true(k, (model_pin(s.m, "auth", "2") != NULL) == (rows[k].adopted && rows[k].cls == CLASS_REVERSE));
		story_release(&s);
	}
}

static void fire(struct story *s)
{
	struct panel p;
	char params[300];
	story_panel(s, "maya", "auth", "auth-rollback", PREFLIGHT, &p);
	(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'logins fail'}", p.digest);
	assert_int_equal(story_ask_panel(s, "maya", "fire", params, &p), STATUS_OK);
	panel_release(&p);
}

static void outcome(struct story *s, const char *body)
{
	struct buf b;
	struct json *tree = NULL;
	struct drafts ds = {0};
	buf_init(&b, JSON_LINE_MAX);
	story_quote(body, &b);
	assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &tree, NULL), STATUS_OK);
	decide_outcome(s->m, &s->now, "INC-1/1", tree, NULL, 0, false, &ds);
	story_drafts(s, &ds);
	json_free(tree);
	buf_release(&b);
}

/* Whose is a change while an action of ours runs, and after it? */
static void ours_or_theirs(void **state)
{
	(void)state;
	static const struct { const char *name, *version, *outcome; size_t actions, alarms; } rows[] = {
		{"ours, done", "1", "{'outcome':'done','changed':'full','detail':'','evidence':{}}", 1, 0},
		{"ours, failed after it had changed something", "1", "{'outcome':'failed','changed':'partial','detail':'','evidence':{}}", 1, 0},
		{"ours failed and changed nothing: somebody else", "1", "{'outcome':'failed','changed':'none','detail':'','evidence':{}}", 2, 0},
		{"to another version meanwhile", "3", "{'outcome':'failed','changed':'none','detail':'','evidence':{}}", 2, 1}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		outage(&s);
		declare(&s);
		fire(&s);
		run(&s, 61, 63, 0.6);
		told(&s, rows[k].version, NULL, 63, 1, "live");
		run(&s, 64, 66, 0.6);
		row_true(k, inc(&s)->actions.n == (rows[k].alarms ? 2 : 1)); /* while it runs to that version its outcome is waited for */
		outcome(&s, rows[k].outcome);
		run(&s, 67, 70, 0.6);
		row_true(k, inc(&s)->actions.n == rows[k].actions);
		row_true(k, story_count(&s, "alarm") == rows[k].alarms);
		if (rows[k].actions == 2)
			row_true(k, strstr(inc(&s)->actions.v[1].by, "does not name") != NULL);
		if (rows[k].alarms)
			row_true(k, strstr(story_body(&s, "alarm"), "INC-1/1") != NULL);
		story_release(&s);
	}
}

/* The backend's clock is behind ours: by its time it was done before it was fired. */
static void ours_by_a_clock_that_is_behind(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	declare(&s);
	run(&s, 61, 80, 0.6);
	fire(&s);
	run(&s, 81, 83, 0.6);
	told(&s, "1", "deployer", 63, 1, "live"); /* 20 s behind: after onset, and before the fire */
	run(&s, 84, 85, 0.6);
	outcome(&s, "{'outcome':'done','changed':'full','detail':'','evidence':{}}");
	run(&s, 86, 90, 0.6);
	assert_int_equal(inc(&s)->actions.n, 1);
	story_release(&s);
}

/* It found the work done: somebody was there right before. */
static void theirs_that_ours_found_done(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	declare(&s);
	run(&s, 61, 80, 0.6);
	fire(&s);
	run(&s, 81, 83, 0.6);
	told(&s, "1", "ravi", 63, 1, "live");
	run(&s, 84, 85, 0.6);
	outcome(&s, "{'outcome':'done','changed':'none','detail':'','evidence':{}}");
	run(&s, 86, 90, 0.6);
	assert_int_equal(inc(&s)->actions.n, 2);
	assert_string_equal(inc(&s)->actions.v[1].by, "ravi");
	story_release(&s);
}

/* Back, away and back again within a minute of ours: the second time is somebody's. */
static void ours_is_one_change(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	declare(&s);
	fire(&s);
	run(&s, 61, 62, 0.6);
	outcome(&s, "{'outcome':'done','changed':'full','detail':'','evidence':{}}");
	told(&s, "1", NULL, 62, 1, "live");
	run(&s, 63, 65, 0.6);
	told(&s, "2", "ci", 65, 1, "live");
	run(&s, 66, 68, 0.6);
	assert_int_equal(inc(&s)->actions.n, 1); /* kept out: an alarm, and no cure */
	assert_true(model_pin(s.m, "auth", "2")->returned);
	told(&s, "1", "ravi", 68, 1, "live");
	run(&s, 69, 72, 0.6);
	assert_int_equal(inc(&s)->actions.n, 2);
	assert_string_equal(inc(&s)->actions.v[1].by, "ravi");
	assert_int_equal(inc(&s)->actions.v[1].cls, CLASS_REVERSE);
	story_release(&s);
}

/* Nobody knows yet what ours did, and what it was to leave is there again: no cure, and the good one is not kept out. */
static void the_bad_one_returns_while_nobody_knows(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	declare(&s);
	fire(&s);
	run(&s, 61, 62, 0.6);
	outcome(&s, "{'outcome':'perhaps'}");
	assert_int_equal(inc(&s)->actions.v[0].outcome, OUTCOME_UNKNOWN);
	told(&s, "1", NULL, 62, 1, "live");
	run(&s, 63, 65, 0.6);
	told(&s, "2", "ci", 65, 1, "live");
	run(&s, 66, 70, 0.6);
	assert_int_equal(inc(&s)->actions.n, 1);
	assert_null(model_pin(s.m, "auth", "1"));
	story_release(&s);
}

static void returned_says_who_each_time(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	assert_int_equal(story_ask(&s, "maya", "pin", "{'service':'auth','version':'2','reason':'bad'}"), STATUS_OK);
	run(&s, 61, 62, 0.6);
	told(&s, "2", "ci", 20, 1, "live"); /* told of again: it never went */
	run(&s, 63, 64, 0.6);
	assert_int_equal(story_count(&s, "pin"), 1);
	told(&s, "1", "ci", 64, 1, "live");
	run(&s, 65, 66, 0.6);
	told(&s, "2", "kubectl-edit lena@bastion", 66, 1, "live");
	run(&s, 67, 70, 0.6);
	assert_int_equal(story_count(&s, "pin"), 2);
	assert_string_equal(model_pin(s.m, "auth", "2")->returned_by, "kubectl-edit lena@bastion (kubectl)");
	told(&s, "1", "ci", 70, 1, "live");
	run(&s, 71, 72, 0.6);
	assert_false(model_pin(s.m, "auth", "2")->returned);
	told(&s, "2", NULL, 72, 1, "live");
	run(&s, 73, 76, 0.6);
	assert_int_equal(story_count(&s, "pin"), 3);
	assert_string_equal(model_pin(s.m, "auth", "2")->returned_by, "somebody the backend does not name (kubectl)");
	story_release(&s);
}

static void a_freeze_is_broken_once(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	assert_int_equal(story_ask(&s, "maya", "freeze", "{'service':'auth','reason':'r'}"), STATUS_OK);
	assert_int_equal(story_ask(&s, "maya", "freeze", "{'service':'all','reason':'r'}"), STATUS_OK);
	run(&s, 61, 63, 0.6);
	assert_int_equal(story_count(&s, "alarm"), 0); /* what was there before is none */
	told(&s, "3", "ci", 63, 0.2, "progressing");
	run(&s, 64, 70, 0.6);
	assert_int_equal(story_count(&s, "alarm"), 1);
	assert_string_equal(s.m->freezes.v[0].broken_by, "ci (kubectl)");
	assert_string_equal(s.m->freezes.v[1].broken, "3");
	declare(&s); /* and what is fired here was meant */
	fire(&s);
	told(&s, "1", NULL, 71, 1, "live");
	run(&s, 71, 75, 0.6);
	assert_int_equal(story_count(&s, "alarm"), 1);
	story_release(&s);
}

/* The story's kit with a flag of auth's. */
static void kit_with_flag(struct story *s)
{
	struct buf text, b;
	struct jw w;
	buf_init(&text, 1 << 16);
	buf_init(&b, 1 << 20);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "digest", "1111111111111111111111111111111111111111111111111111111111111111");
	jw_key(&w, "files");
	jw_arr(&w);
	for (size_t i = 0; i < story_n_kit_files; i++) {
		const char *t = story_kit_files[i].text, *at = strstr(t, "actions:\n");
		bool here = strstr(story_kit_files[i].path, "auth") && at;
		buf_reset(&text);
		buf_add(&text, t, here ? (size_t)(at - t) + 9 : strlen(t));
		if (here) {
			buf_adds(&text, "  - {name: login-off, level: 1, verb: flag-off, backend: hosts, target: {flags: [{name: new-login}]}}\n");
			buf_adds(&text, at + 9);
		}
		jw_obj(&w);
		jw_kstr(&w, "path", story_kit_files[i].path);
		jw_kstr(&w, "text", buf_str(&text));
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	story_event(s, "kit.loaded", NULL, "engine", buf_str(&b));
	assert_non_null(s->m->kit);
	assert_non_null(kit_action(s->m->kit, "auth", "login-off"));
	buf_release(&text);
	buf_release(&b);
}

static void flag(struct story *s, const char *service, const char *name, const char *to, double at)
{
	char t[INSTANT_LEN], of[60] = "";
	if (service)
		(void)snprintf(of, sizeof of, "'service':'%s',", service);
	story_eventf(s, "change", NULL, "plugin:hosts", "{'backend':'hosts',%s'what':'flag','name':'%s','from':'on','to':'%s','by':'lena','at':'%s'}", of, name, to,
		instant_print(STORY_BASE + (int64_t)(at * 1e6), t));
}

static void flags(void **state)
{
	(void)state;
	static const struct { const char *name, *service, *flag, *to, *then; double at; bool adopted; } rows[] = {
		{"off", "auth", "new-login", "off", NULL, 62, true},
		{"false, of no service", NULL, "new-login", "false", NULL, 62, true},
		{"on", "auth", "new-login", "on", NULL, 62, false},
		{"a part of the name", "auth", "new", "off", NULL, 62, false},
		{"another service's", "ledger", "new-login", "off", NULL, 62, false},
		{"off before onset", "auth", "new-login", "off", NULL, 10, false},
		{"off and on again", "auth", "new-login", "off", "on", 62, false}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		outage(&s);
		kit_with_flag(&s);
		declare(&s);
		run(&s, 61, 62, 0.6);
		flag(&s, rows[k].service, rows[k].flag, rows[k].to, rows[k].at);
		if (rows[k].then)
			flag(&s, rows[k].service, rows[k].flag, rows[k].then, 62.5);
		run(&s, 63, 66, 0.001);
		row_true(k, (inc(&s)->actions.n == 1) == rows[k].adopted);
		if (rows[k].adopted) {
			const struct model_action *a = &inc(&s)->actions.v[0];
			row_true(k, a->level == 1 && a->cls == CLASS_REVERSE && strcmp(a->verb, "flag-off") == 0 && strcmp(a->by, "lena") == 0);
			row_true(k, s.m->pins.n == 0);
			run(&s, 67, 120, 0.001);
			row_true(k, inc(&s)->verified.at != 0); /* 2 serves on: that is no matter of a flag */
		}
		story_release(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reverted_elsewhere), cmocka_unit_test(a_rollout_is_adopted_when_whole),
		cmocka_unit_test(every_place_has_to_show_it), cmocka_unit_test(when_it_counts), cmocka_unit_test(ours_or_theirs),
		cmocka_unit_test(ours_by_a_clock_that_is_behind), cmocka_unit_test(theirs_that_ours_found_done),
		cmocka_unit_test(ours_is_one_change), cmocka_unit_test(the_bad_one_returns_while_nobody_knows), cmocka_unit_test(returned_says_who_each_time), cmocka_unit_test(a_freeze_is_broken_once),
		cmocka_unit_test(flags)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
