/* What is filled in, in the model: curves and values keep their time, deploys of
 * the past become history and never what serves, and nothing is told twice. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "story.h"

static void sample(struct story *s, const char *key, double v, double at_s, bool filled)
{
	char at[INSTANT_LEN];
	story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s',%s'v':{'%s':%g},'n':{'%s':5},'bad':{}}",
		instant_print(STORY_BASE + (int64_t)(at_s * 1e6), at), filled ? "'filled':true," : "", key, v, key);
}

static void deploy(struct story *s, const char *version, double at_s, const char *by, bool filled)
{
	char at[INSTANT_LEN];
	story_eventf(s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts',%s'service':'auth','version':'%s','by':'%s','at':'%s','state':'live'}",
		filled ? "'filled':true," : "", version, by, instant_print(STORY_BASE + (int64_t)(at_s * 1e6), at));
}

/* "41@-50 by ci<40" the changes, oldest first. */
static void changes_are(const struct story *s, const char *want)
{
	char got[600] = "";
	for (size_t i = 0; i < s->m->changes.n; i++) {
		const struct model_change *c = &s->m->changes.v[i];
		(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s@%lld by %s<%s", i ? " | " : "", c->to,
			(long long)((c->at - STORY_BASE) / US_SECOND), c->by ? c->by : "-", c->from ? c->from : "-");
	}
	assert_string_equal(got, want);
}

/* "41:-50..0" the versions, oldest first; nothing behind the dots: it serves. */
static void versions_are(const struct story *s, const char *want)
{
	char got[600] = "";
	for (size_t i = 0; i < s->m->versions.n; i++) {
		const struct model_version *v = &s->m->versions.v[i];
		(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s:%lld..", i ? " " : "", v->version, (long long)((v->first - STORY_BASE) / US_SECOND));
		if (v->last)
			(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%lld", (long long)((v->last - STORY_BASE) / US_SECOND));
	}
	assert_string_equal(got, want);
}

static void values_keep_their_time(void **state)
{
	struct story s;
	(void)state;
	story_init(&s, true);
	story_at(&s, 0);
	sample(&s, "auth/errors", 0.5, 0, false);
	for (int t = -1000; t < 0; t += 5)
		sample(&s, "auth/errors", 0.01, t, true);
	const struct model_signal *g = model_signal(s.m, "auth", "errors");
	assert_true(fabs(g->value - 0.5) < 1e-9 && g->at == STORY_BASE && g->ok_arrived.at == STORY_BASE);
	assert_int_equal(g->curve_n, MODEL_CURVE);
	for (uint32_t i = 0; i < g->curve_n; i++) {
		const struct model_point *p = &g->curve[(g->curve_next + MODEL_CURVE - g->curve_n + i) % MODEL_CURVE];
		assert_int_equal((int64_t)p->s - STORY_BASE / US_SECOND, -5 * (int64_t)(MODEL_CURVE - 1 - i));
	}
	/* an older part after it, and a second time: nothing changes */
	struct buf before, after;
	buf_init(&before, JSON_LINE_MAX);
	buf_init(&after, JSON_LINE_MAX);
	struct jw w;
	jw_init(&w, &before);
	model_curves_dump(s.m, "auth", &w);
	for (int t = -2000; t < 0; t += 5)
		sample(&s, "auth/errors", 0.9, t, true);
	jw_init(&w, &after);
	model_curves_dump(s.m, "auth", &w);
	assert_string_equal(buf_str(&before), buf_str(&after));
	buf_release(&before);
	buf_release(&after);
	/* the first of a signal: its value, as old as it is */
	sample(&s, "ledger/errors", 0.25, -600, true);
	g = model_signal(s.m, "ledger", "errors");
	assert_true(fabs(g->value - 0.25) < 1e-9 && g->at == STORY_BASE - 600 * US_SECOND && g->ok_arrived.at == g->at);
	story_release(&s);
}

static void deploys_become_history(void **state)
{
	struct story s;
	(void)state;
	story_init(&s, true);
	story_at(&s, 0);
	deploy(&s, "42", -10, "test", false);
	deploy(&s, "40", -500, "ravi", true);
	deploy(&s, "41", -300, "ravi", true);
	deploy(&s, "42", -20, "lena", true);
	assert_string_equal(model_deploy(s.m, "auth")->version, "42");
	changes_are(&s, "40@-500 by ravi<- | 41@-300 by ravi<40 | 42@-20 by lena<41");
	versions_are(&s, "40:-500..-300 41:-300..-20 42:-20..");
	assert_string_equal(model_last_good(s.m, "auth")->version, "41");
	/* told again, and of a time between two that are known: no news */
	deploy(&s, "41", -300, "ravi", true);
	deploy(&s, "41", -100, "ravi", true);
	changes_are(&s, "40@-500 by ravi<- | 41@-300 by ravi<40 | 42@-20 by lena<41");
	/* of no time, or of one that has not been */
	story_eventf(&s, "deploy", NULL, "plugin:hosts", "{'backend':'hosts','filled':true,'service':'auth','version':'9'}");
	deploy(&s, "9", 60, "ravi", true);
	assert_null(model_version(s.m, "auth", "9"));
	/* however late, it is not what serves */
	deploy(&s, "43", -1, "ravi", true);
	assert_string_equal(model_deploy(s.m, "auth")->version, "42");
	assert_true(model_version(s.m, "auth", "43")->last && !model_version(s.m, "auth", "42")->last);
	story_release(&s);
}

static void the_past_may_come_first(void **state)
{
	struct story s;
	(void)state;
	story_init(&s, true);
	story_at(&s, 0);
	deploy(&s, "41", -300, "ravi", true);
	deploy(&s, "42", -20, "lena", true);
	assert_null(model_deploy(s.m, "auth"));
	versions_are(&s, "41:-300..-20 42:-20..");
	deploy(&s, "42", -10, "test", false);
	changes_are(&s, "41@-300 by ravi<- | 42@-20 by lena<41");
	story_at(&s, 10);
	deploy(&s, "43", 10, "mo", false);
	changes_are(&s, "41@-300 by ravi<- | 42@-20 by lena<41 | 43@10 by mo<42");
	versions_are(&s, "41:-300..-20 42:-20..10 43:10..");
	const struct model_change *c = &s.m->changes.v[1];
	assert_true(c->filled && c->learned.at == STORY_BASE && model_change_next(s.m, c) == c + 1);
	story_release(&s);
}

static void changes_are_told_once(void **state)
{
	struct story s;
	char at[INSTANT_LEN];
	(void)state;
	story_init(&s, true);
	story_at(&s, 0);
	size_t lines = s.m->lines.n;
	for (int i = 0; i < 2; i++)
		story_eventf(&s, "change", NULL, "plugin:hosts", "{'backend':'hosts','filled':true,'service':'auth','what':'flag','name':'f','from':'off','to':'on','at':'%s'}",
			instant_print(STORY_BASE - 60 * US_SECOND, at));
	assert_int_equal(s.m->changes.n, 1);
	assert_int_equal(s.m->lines.n, lines);
	story_eventf(&s, "backfill", NULL, "plugin:hosts", "{'backend':'hosts','from':'%s','to':'2026-11-18T00:00:00Z','samples':1204,'deploys':3,'changes':1,'complete':false,'why':'slow'}",
		instant_print(STORY_BASE - 7200 * US_SECOND, at));
	const struct model_backend *b = model_backend(s.m, "hosts");
	assert_true(b->filled_at.at == STORY_BASE && !b->filled_whole && b->filled_from == STORY_BASE - 7200 * US_SECOND);
	assert_string_equal(b->filled_why, "slow");
	assert_non_null(strstr(s.m->lines.v[s.m->lines.n - 1].text, "filled in from hosts: 1,204 values, 3 deploys, 1 change; not all of it: slow"));
	story_release(&s);
}

/* A freeze is not broken by what was deployed before it, whenever that is learned. */
static void a_freeze_looks_at_when_it_was_done(void **state)
{
	struct story s;
	(void)state;
	story_init(&s, true);
	story_at(&s, 10);
	story_event(&s, "freeze", NULL, "maya", "{'service':'auth','what':'set','by':'maya','reason':'r'}");
	story_at(&s, 20);
	deploy(&s, "41", -50, "ravi", true);
	deploy(&s, "42", 5, "ravi", true);
	story_tick(&s);
	assert_int_equal(story_count(&s, "alarm"), 0);
	deploy(&s, "43", 15, "ravi", true);
	story_tick(&s);
	assert_int_equal(story_count(&s, "alarm"), 1);
	story_release(&s);
}

/* A breach counts against the newest change before it began, though that change, or the begin, is learned later. */
static void a_breach_counts_against_what_was_before_it(void **state)
{
	struct story s;
	char at[INSTANT_LEN];
	(void)state;
	story_init(&s, true);
	story_at(&s, 0);
	deploy(&s, "41", -3000, "ravi", true);
	story_eventf(&s, "rubric", NULL, "engine", "{'row':'slow-pages','service':'auth','signal':'latency','state':'breached','value':1,'since':'%s','since_mono':%lld}",
		instant_print(STORY_BASE - 60 * US_SECOND, at), (long long)(940 * US_SECOND));
	assert_non_null(s.m->changes.v[0].breach);
	deploy(&s, "42", -500, "ravi", true);
	assert_true(!s.m->changes.v[0].breach && s.m->changes.v[1].breached == STORY_BASE - 60 * US_SECOND);
	story_eventf(&s, "rubric", NULL, "engine", "{'row':'slow-pages','service':'auth','signal':'latency','state':'breached','filled':true,'value':1,'since':'%s','since_mono':%lld}",
		instant_print(STORY_BASE - 900 * US_SECOND, at), (long long)(100 * US_SECOND));
	assert_true(!s.m->changes.v[1].breach && s.m->changes.v[0].breached == STORY_BASE - 900 * US_SECOND);
	const struct model_row *r = model_row(s.m, "slow-pages", "auth");
	assert_true(r->onset.at == STORY_BASE - 900 * US_SECOND && r->last_onset == r->onset.at && r->breached.at == STORY_BASE);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(values_keep_their_time), cmocka_unit_test(deploys_become_history),
		cmocka_unit_test(the_past_may_come_first), cmocka_unit_test(changes_are_told_once),
		cmocka_unit_test(a_freeze_looks_at_when_it_was_done), cmocka_unit_test(a_breach_counts_against_what_was_before_it)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
