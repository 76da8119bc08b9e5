/* tui/ui/cues: what is new is said once, ten times in ten minutes at most, and
 * whatever was not said for itself is counted. */
#include "cm.h"

#include <stdio.h>
#include <string.h>

#include "tui/ui/cues.h"

#define BOOT "00000000-0000-0000-0000-000000000001"
#define BEGIN (1790000000 * US_SECOND)

struct scene_of_cues {
	struct model *m;
	struct cues c;
	struct now now;
	int64_t seq;
	int rings;
};

static void begin(struct scene_of_cues *s)
{
	memset(s, 0, sizeof *s);
	s->m = model_new();
	s->now.at = BEGIN;
	s->now.mono = 1000 * US_SECOND;
	snprintf(s->now.boot, sizeof s->now.boot, BOOT);
}

static void pass(struct scene_of_cues *s, int64_t us)
{
	s->now.at += us;
	s->now.mono += us;
}

static void event(struct scene_of_cues *s, const char *kind, const char *body)
{
	struct event e = {0};

	e.seq = ++s->seq;
	e.at = s->now.at;
	e.mono = s->now.mono;
	e.boot = BOOT;
	e.kind = kind;
	e.actor = "engine";
	e.body = body;
	e.body_len = strlen(body);
	model_reduce(s->m, &e);
}

static void breach(struct scene_of_cues *s, int service)
{
	char body[300];

	snprintf(body, sizeof body, "{\"row\":\"spike\",\"service\":\"s%d\",\"signal\":\"e\",\"state\":\"breached\",\"value\":1,"
		"\"since\":\"2026-09-21T13:00:00Z\"}", service);
	event(s, "rubric", body);
}

static void look(struct scene_of_cues *s)
{
	cues_look(&s->c, s->m, &s->now);
	s->rings += s->c.ring;
	s->c.ring = false;
}

static void what_stood_is_no_news(void **state)
{
	struct scene_of_cues s;

	(void)state;
	begin(&s);
	breach(&s, 1);
	look(&s);
	pass(&s, US_SECOND);
	look(&s);
	assert_int_equal(s.rings, 0);
	assert_string_equal(s.c.text, "");
	pass(&s, US_SECOND);
	breach(&s, 2);
	look(&s);
	look(&s);
	assert_int_equal(s.rings, 1);
	assert_string_equal(s.c.text, "BREACH s2 spike");
	pass(&s, 31 * US_SECOND);
	look(&s);
	assert_string_equal(s.c.text, "");
	model_free(s.m);
}

static void a_storm_is_one(void **state)
{
	struct scene_of_cues s;

	(void)state;
	begin(&s);
	look(&s);
	pass(&s, US_SECOND);
	for (int i = 0; i < 300; i++)
		breach(&s, i);
	look(&s);
	assert_int_equal(s.rings, 1);
	assert_string_equal(s.c.text, "BREACH s0 spike; BREACH s1 spike; BREACH s2 spike; and 297 more");
	model_free(s.m);
}

/* One every 20 s for ten minutes: ten are said, twenty are counted, and none is lost. */
static void ten_in_ten_minutes(void **state)
{
	struct scene_of_cues s;
	size_t counted = 0;

	(void)state;
	begin(&s);
	look(&s);
	for (int i = 0; i < 30; i++) {
		pass(&s, 20 * US_SECOND - (i ? 0 : 1));
		breach(&s, i);
		look(&s);
	}
	assert_int_equal(s.rings, 10);
	counted = s.c.held;
	assert_int_equal(counted, 20);
	pass(&s, 20 * US_SECOND);
	look(&s);
	assert_int_equal(s.rings, 11);
	assert_string_equal(s.c.text, "20 more happened: the timeline has them");
	assert_int_equal(s.c.held, 0);
	model_free(s.m);
}

static void countdown(struct scene_of_cues *s, int n)
{
	struct event e = {0};
	char body[400];

	snprintf(body, sizeof body, "{\"key\":\"INC-1/%d\",\"op\":\"0\",\"digest\":\"0\",\"a\":{\"name\":\"r\",\"service\":\"s%d\",\"level\":2,\"class\":\"reverse\","
		"\"verb\":\"rollback\",\"from\":\"42\",\"to\":\"41\"},\"via\":\"automatic\",\"backend\":\"b\",\"countdown_s\":30,\"row\":\"spike\"}", n, n);
	e.seq = ++s->seq;
	e.at = s->now.at;
	e.mono = s->now.mono;
	e.boot = BOOT;
	e.kind = "action.requested";
	e.actor = "engine";
	e.incident = "INC-1";
	e.body = body;
	e.body_len = strlen(body);
	model_reduce(s->m, &e);
}

static void declared(struct scene_of_cues *s)
{
	struct event e = {.seq = ++s->seq, .at = s->now.at, .mono = s->now.mono, .boot = BOOT, .kind = "incident.declared", .actor = "engine", .incident = "INC-1",
		.body = "{\"services\":[\"s1\"],\"title\":\"x\",\"kind\":\"real\",\"environment\":\"e\"}"};

	e.body_len = strlen(e.body);
	model_reduce(s->m, &e);
}

/* That something will act by itself comes first, and waits for no turn. */
static void a_countdown_rings_whatever_rang_before(void **state)
{
	struct scene_of_cues s;

	(void)state;
	begin(&s);
	look(&s);
	for (int i = 0; i < 20; i++) {
		pass(&s, US_SECOND);
		breach(&s, i);
		look(&s);
	}
	assert_int_equal(s.rings, 10);
	pass(&s, US_SECOND);
	breach(&s, 21);
	declared(&s);
	countdown(&s, 21);
	look(&s);
	assert_int_equal(s.rings, 11);
	assert_int_equal(strncmp(s.c.text, "BY ITSELF, unless somebody says no: s21 42 -> 41; BREACH s21 spike", 66), 0);
	assert_true(s.c.breach);
	pass(&s, US_SECOND);
	look(&s);
	assert_int_equal(s.rings, 11);
	model_free(s.m);
}

/* A snapshot of an engine that began anew: what stands there is no news either. */
static void another_store(void **state)
{
	struct scene_of_cues s;
	struct model *old;

	(void)state;
	begin(&s);
	for (int i = 0; i < 5; i++)
		event(&s, "note", "{\"text\":\"x\",\"salt\":\"00\"}");
	look(&s);
	old = s.m;
	s.m = model_new();
	s.seq = 0;
	pass(&s, US_SECOND);
	breach(&s, 1);
	look(&s);
	assert_int_equal(s.rings, 0);
	model_free(old);
	model_free(s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_stood_is_no_news), cmocka_unit_test(a_storm_is_one),
		cmocka_unit_test(ten_in_ten_minutes), cmocka_unit_test(a_countdown_rings_whatever_rang_before),
		cmocka_unit_test(another_store)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
