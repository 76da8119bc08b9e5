/* tui/ui/back: where a look back stands, what it wishes for, and the times that
 * people type. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/ui/back.h"

static struct now real_at(int64_t at)
{
	struct now n = {.at = at, .mono = at - INT64_C(1790000000) * US_SECOND, .boot = "b"};

	return n;
}

static int64_t instant(const char *s)
{
	int64_t at = 0;

	assert_true(instant_parse(s, &at));
	return at;
}

/* Shown is 02:14:29 on 24 November in UTC+1, now is 02:16:00. */
static const struct {
	const char *text, *is; /* NULL: no time */
} times[] = {
	{"02:14", "2026-11-24T01:14:00Z"}, {"02:14:30", "2026-11-24T01:14:30Z"}, {"2:14", "2026-11-24T01:14:00Z"},
	{"00:00", "2026-11-23T23:00:00Z"}, {"02:16", "2026-11-24T01:16:00Z"}, {"02:16:01", "2026-11-23T01:16:01Z"},
	{"23:59:59", "2026-11-23T22:59:59Z"}, {"11-20 14:00", "2026-11-20T13:00:00Z"}, {"2026-11-20 14:00", "2026-11-20T13:00:00Z"},
	{"2025-12-31 23:59:59", "2025-12-31T22:59:59Z"}, {"2026-11-20T14:00", "2026-11-20T13:00:00Z"},
	{"2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"}, {"2026-07-01 12:00", "2026-07-01T11:00:00Z"},
	{"-5m", "2026-11-24T01:09:29Z"}, {"-2h", "2026-11-23T23:14:29Z"}, {"+30s", "2026-11-24T01:14:59Z"}, {"-1d", "2026-11-23T01:14:29Z"},
	{"", NULL}, {"x", NULL}, {"02", NULL}, {"02:", NULL}, {"24:00", NULL}, {"02:60", NULL}, {"02:14:", NULL}, {"02:14x", NULL},
	{"02:14:30:1", NULL}, {"-", NULL}, {"-5", NULL}, {"-5x", NULL}, {"13-01 02:14", NULL}, {"11-32 02:14", NULL}, {"2026-11-24", NULL},
	{"2026-11-24 ", NULL}, {"2026-13-24 02:14", NULL}, {"11-24", NULL}, {"0x2:14", NULL}, {" 02:14", NULL}, {"002:14", NULL},
};

static void times_as_typed(void **state)
{
	int64_t shown = instant("2026-11-24T01:14:29Z"), now = instant("2026-11-24T01:16:00Z");

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		int64_t at = 0;
		bool good = back_parse(times[i].text, shown, now, &at);
		row_true(i, good == (times[i].is != NULL));
		row_true(i, !good || at == instant(times[i].is));
	}
	int64_t at = 0;
	/* another day is shown: a time of day is of that day */
	assert_true(back_parse("03:00", instant("2026-11-20T08:00:00Z"), now, &at));
	assert_int_equal(at, instant("2026-11-20T02:00:00Z"));
}

/* A journal of four notes, one every ten seconds, as the front end feeds it. */
struct scene_ {
	struct past *p;
	struct model *live;
	struct back b;
	int64_t t0;
};

static struct event note(int64_t seq, int64_t at)
{
	static const char body[] = "{\"text\":\"x\"}";

	return (struct event){.seq = seq, .at = at, .boot = "b", .mono = at - INT64_C(1790000000) * US_SECOND, .kind = "note", .actor = "ravi",
		.body = body, .body_len = sizeof body - 1};
}

static void begin(struct scene_ *s)
{
	memset(s, 0, sizeof *s);
	s->p = past_new(NULL);
	s->live = model_new();
	s->t0 = instant("2026-11-24T01:00:00Z");
	for (int64_t k = 1; k <= 4; k++) {
		struct event e = note(k, s->t0 + (k - 1) * 10 * US_SECOND);
		model_reduce(s->live, &e);
	}
}

static void end(struct scene_ *s)
{
	past_free(s->p);
	model_free(s->live);
}

static enum back_move serve(struct scene_ *s)
{
	enum past_turn t;

	assert_true(s->b.wished);
	s->b.wished = false;
	past_go(s->p, &s->b.wish, s->live->seq);
	while ((t = past_turn(s->p)) != PAST_THERE) {
		assert_int_equal(back_moved(&s->b, s->p, false, ""), BACK_GOES_ON);
		if (t == PAST_NEEDS) {
			struct event e = note(past_needs(s->p), s->t0 + (past_needs(s->p) - 1) * 10 * US_SECOND);
			past_take(s->p, &e);
		}
	}
	return back_moved(&s->b, s->p, true, "");
}

static void in_and_out(void **state)
{
	struct scene_ s;
	struct now now, shown;

	(void)state;
	begin(&s);
	now = real_at(s.t0 + 60 * US_SECOND);
	back_step(&s.b, s.live, s.live, &now, -1, MARK_EVENT);
	assert_int_equal(s.b.state, BACK_READING); /* live until it is there */
	back_step(&s.b, s.live, s.live, &now, -1, MARK_EVENT);
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(s.b.state, BACK_ON);
	assert_int_equal(past_model(s.p)->seq, 4); /* the second key came while it was read: one step, not two */
	back_now(&s.b, past_model(s.p), &shown);
	assert_int_equal(shown.at, s.t0 + 30 * US_SECOND);
	assert_int_equal(shown.mono, real_at(shown.at).mono);
	back_step(&s.b, s.live, past_model(s.p), &now, -1, MARK_EVENT);
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(past_model(s.p)->seq, 3);
	back_step(&s.b, s.live, past_model(s.p), &now, 1, MARK_DECISION);
	assert_int_equal(serve(&s), BACK_ARRIVED);
	back_step(&s.b, s.live, past_model(s.p), &now, 1, MARK_DECISION);
	assert_int_equal(serve(&s), BACK_NOTHING_LATER);
	assert_int_equal(s.b.state, BACK_ON);
	back_live(&s.b);
	assert_int_equal(s.b.state, BACK_OFF);
	assert_true(s.b.stop);
	back_step(&s.b, s.live, s.live, &now, -1, MARK_PHASE); /* there never was one */
	assert_int_equal(serve(&s), BACK_NOTHING_EARLIER);
	assert_int_equal(s.b.state, BACK_OFF);
	end(&s);
}

/* What is reported of a wish that was taken back changes nothing. */
static void live_stays_live(void **state)
{
	struct scene_ s;
	struct now now;

	(void)state;
	begin(&s);
	now = real_at(s.t0 + 60 * US_SECOND);
	back_step(&s.b, s.live, s.live, &now, -1, MARK_EVENT);
	past_go(s.p, &s.b.wish, s.live->seq);
	back_live(&s.b);
	assert_int_equal(back_moved(&s.b, s.p, true, ""), BACK_GOES_ON);
	assert_int_equal(s.b.state, BACK_OFF);
	assert_false(back_tick(&s.b, &now));
	end(&s);
}

static void plays_as_it_was(void **state)
{
	struct scene_ s;
	struct now now, shown;

	(void)state;
	begin(&s);
	now = real_at(s.t0 + 60 * US_SECOND);
	back_time(&s.b, s.live, &now, s.t0 + 5 * US_SECOND);
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(past_model(s.p)->seq, 1);
	assert_int_equal(s.b.at, s.t0 + 5 * US_SECOND);
	back_play(&s.b, &now);
	now = real_at(now.at + 4 * US_SECOND);
	assert_false(back_tick(&s.b, &now));
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(s.b.at, s.t0 + 9 * US_SECOND); /* between two events time goes on */
	assert_int_equal(past_model(s.p)->seq, 1);
	back_faster(&s.b, 1);
	now = real_at(now.at + 1 * US_SECOND);
	assert_false(back_tick(&s.b, &now));
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(s.b.at, s.t0 + 11 * US_SECOND);
	assert_int_equal(past_model(s.p)->seq, 2);
	now = real_at(now.at + 1 * US_SECOND);
	assert_false(back_tick(&s.b, &now));
	now = real_at(now.at + 100 * US_SECOND); /* the journal is slow: the clock stands meanwhile */
	assert_false(back_tick(&s.b, &now));
	assert_int_equal(serve(&s), BACK_ARRIVED);
	assert_int_equal(s.b.at, s.t0 + 13 * US_SECOND);
	back_play(&s.b, &now);
	now = real_at(now.at + 3 * US_SECOND);
	assert_false(back_tick(&s.b, &now)); /* paused */
	back_now(&s.b, past_model(s.p), &shown);
	assert_int_equal(shown.at, s.t0 + 13 * US_SECOND);
	for (int i = 0; i < 20; i++)
		back_faster(&s.b, 1);
	assert_int_equal(back_speed(&s.b), 300);
	back_play(&s.b, &now);
	now = real_at(now.at + US_SECOND);
	assert_true(back_tick(&s.b, &now)); /* it has caught up */
	end(&s);
}

static void tell(struct scene_ *s, const char *kind, const char *incident, const char *body)
{
	struct event e = note(s->live->seq + 1, s->t0 + 100 * US_SECOND);

	e.kind = kind;
	e.incident = incident;
	e.body = body;
	e.body_len = strlen(body);
	model_reduce(s->live, &e);
	back_hear(&s->b, s->live);
}

static void hears_what_needs_a_person(void **state)
{
	struct scene_ s;
	struct now now;

	(void)state;
	begin(&s);
	now = real_at(s.t0 + 60 * US_SECOND);
	tell(&s, "incident.declared", "INC-1", "{\"title\":\"a\",\"services\":[\"auth\"]}");
	assert_string_equal(s.b.news, ""); /* live everybody sees it */
	back_time(&s.b, s.live, &now, s.t0);
	assert_int_equal(serve(&s), BACK_ARRIVED);
	back_hear(&s.b, s.live);
	assert_string_equal(s.b.news, "");
	tell(&s, "note", "INC-1", "{\"text\":\"tea\"}");
	tell(&s, "rubric", NULL, "{\"row\":\"r\",\"service\":\"auth\",\"state\":\"pending\",\"value\":1,\"since\":\"2026-11-24T01:00:00Z\"}");
	tell(&s, "verify", "INC-1", "{\"service\":\"auth\",\"state\":\"waiting\",\"checks\":[]}");
	assert_string_equal(s.b.news, "");
	tell(&s, "rubric", NULL, "{\"row\":\"r\",\"service\":\"auth\",\"state\":\"breached\",\"value\":1,\"since\":\"2026-11-24T01:00:00Z\"}");
	assert_string_equal(s.b.news, "auth r breached at 1");
	tell(&s, "verify", "INC-1", "{\"service\":\"auth\",\"state\":\"passed\",\"checks\":[]}");
	assert_string_equal(s.b.news, "INC-1 auth verification passed");
	assert_int_equal(s.b.n_news, 2);
	assert_int_equal(s.b.news_at, s.t0 + 100 * US_SECOND);
	tell(&s, "incident.declared", "INC-2", "{\"title\":\"b\",\"services\":[\"ledger\"]}");
	assert_string_equal(s.b.news, "declared INC-2: b");
	back_live(&s.b);
	assert_string_equal(s.b.news, "");
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_as_typed),  cmocka_unit_test(in_and_out), cmocka_unit_test(live_stays_live),
		cmocka_unit_test(plays_as_it_was), cmocka_unit_test(hears_what_needs_a_person),
	};

	setenv("TZ", "CET-1", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
