/* decide/aftermath: what health did after a change, in the words of the screen. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decide/aftermath.h"
#include "story.h"

static void run(struct story *s, int from, int to, double fails)
{
	for (int t = from; t <= to; t += 5) {
		story_at(s, t);
		story_sample(s, "auth/logins", 20);
		story_sample(s, "auth/fails", fails);
		story_sample(s, "auth/latency", 100);
		story_sample(s, "auth/errors", 0.001);
		story_tick(s);
	}
}

static void told(struct story *s, const char *service, const char *version)
{
	char t[INSTANT_LEN];
	story_eventf(s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','service':'%s','version':'%s','by':'ci','at':'%s','share':1,'state':'live'}", service,
		version, instant_print(s->now.at, t));
}

static void changed(struct story *s, const char *what, const char *name)
{
	char t[INSTANT_LEN];
	story_eventf(s, "change", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','what':'%s','name':'%s','to':'on','at':'%s'}", what, name,
		instant_print(s->now.at, t));
}

/* Of the newest change whose version or name this is. */
static void expect(const struct story *s, const char *of, const char *words)
{
	struct aftermath a;
	char got[AFTERMATH_LEN];
	for (size_t k = s->m->changes.n; k-- > 0;) {
		const struct model_change *c = &s->m->changes.v[k];
		if (strcmp(c->to ? c->to : "", of) != 0 && strcmp(c->name ? c->name : "", of) != 0)
			continue;
		aftermath_of(s->m, c, &s->now, &a);
		aftermath_words(&a, &s->now, false, got);
		if (strcmp(got, words) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", of, got, words);
		return;
	}
	fail_msg("no change %s", of);
}

static void in_words(void **state)
{
	(void)state;
	struct story s;
	setenv("TZ", "UTC", 1);
	story_init(&s, true);
	told(&s, "auth", "1");
	told(&s, "ledger", "7");
	changed(&s, "config", "env");
	run(&s, 0, 600, 0.001);
	told(&s, "auth", "2");
	run(&s, 605, 610, 0.001);
	expect(&s, "2", "clean 0m, 30m left");
	run(&s, 615, 600 + 11 * 60, 0.001);
	expect(&s, "2", "clean 11m, 19m left");
	expect(&s, "env", "clean 21m");
	expect(&s, "7", "cannot tell now"); /* nothing came of ledger */
	expect(&s, "1", "replaced 11:16");
	run(&s, 600 + 11 * 60 + 5, 600 + 40 * 60, 0.001);
	expect(&s, "2", "kept 11:46");
	told(&s, "auth", "3");
	run(&s, 3005, 3120, 0.001);
	changed(&s, "flag", "new-login");
	run(&s, 3125, 3240, 0.001);
	run(&s, 3245, 3400, 0.6); /* counts against what was newest when it began */
	expect(&s, "new-login", "breached fails 2m after");
	expect(&s, "3", "clean 4m");
	expect(&s, "2", "kept 11:46");
	told(&s, "auth", "4");
	run(&s, 3405, 3410, 0.6);
	expect(&s, "4", "was bad before");
	run(&s, 3415, 3500, 0.001);
	told(&s, "auth", "3"); /* nobody here fired it, and no incident is open */
	run(&s, 3505, 3600, 0.001);
	expect(&s, "3", "back, not by us");
	story_release(&s);
}

static void with_little_room(void **state)
{
	(void)state;
	struct aftermath a = {.what = AFTER_BREACHED, .signal = "error_rate", .later = 4 * US_MINUTE};
	struct now now = {.at = STORY_BASE};
	char got[AFTERMATH_LEN];
	assert_string_equal(aftermath_words(&a, &now, false, got), "breached error_rate 4m after");
	assert_string_equal(aftermath_words(&a, &now, true, got), "breached 4m after");
	a = (struct aftermath){.what = AFTER_SOAKING, .clean = 99 * US_MINUTE, .left = 29 * US_MINUTE};
	assert_true(strlen(aftermath_words(&a, &now, true, got)) <= 19);
}

static void without_a_kit(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, false);
	told(&s, "auth", "1");
	told(&s, "auth", "2");
	changed(&s, "schema", "0093");
	expect(&s, "2", "not measured");
	expect(&s, "0093", "not measured");
	story_release(&s);
}

static void ours_and_theirs(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, true);
	told(&s, "auth", "1");
	run(&s, 0, 100, 0.001);
	told(&s, "auth", "2");
	run(&s, 105, 200, 0.6);
	assert_int_equal(story_ask(&s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
	run(&s, 205, 210, 0.6);
	told(&s, "auth", "1");
	run(&s, 215, 220, 0.001);
	expect(&s, "1", "back, not by us");
	expect(&s, "2", "rolled back");
	told(&s, "auth", "2");
	run(&s, 225, 240, 0.001);
	expect(&s, "2", "back though pinned");
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_words), cmocka_unit_test(with_little_room), cmocka_unit_test(without_a_kit),
		cmocka_unit_test(ours_and_theirs)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
