/* What time alone asks of people while an action runs, and when an owner did
 * not decide.  A script is words: "A-B=V" a sample of auth every 5 s from A to
 * B, "A=V" one; V a number, x failed; "L:" before it ledger's, "H:" hits of
 * auth; "WORD@T" something at second T: fire, done, unknown, cancel, declare,
 * vacate.  Every second is looked at; expected are the questions as they were
 * recorded.  Each row is told once more by an engine that is started anew every
 * few seconds: it must record the same. */
#include "config.h"

#include "cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/timer.h"
#include "story.h"

#define STOP_AUTH "\"sig > 80% for 20s\""

struct row { const char *auth, *ledger, *more, *rubric, *script; int end; const char *expect; };

static const struct row table[] = {
	/* it holds while the action runs; it is over with the action */
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 done@60", 90, "stop:asked@25 stop:over@60"},
	{STOP_AUTH, "", "", "", "0-90=0.8 fire@0 done@60", 90, ""},
	{STOP_AUTH, "", "", "", "0-90=0.9", 90, ""},
	{"", "", "", "", "0-90=0.9 fire@0 done@60", 90, ""},
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 done@20", 90, ""},
	/* only what arrived after it was fired counts */
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@40 done@80", 90, "stop:asked@65 stop:over@80"},
	{STOP_AUTH, "", "", "", "0-40=0.9 45-90=0.1 fire@42 done@80", 90, ""},
	/* it cleared: the opposite held for max(D, 30s); then it is asked again where it holds again */
	{STOP_AUTH, "", "", "", "0-30=0.9 35-90=0.1 fire@0", 90, "stop:asked@25 stop:over@65"},
	{STOP_AUTH, "", "", "", "0-30=0.9 35=0.1 40-90=0.9 fire@0", 90, "stop:asked@25"},
	{STOP_AUTH, "", "", "", "0-30=0.9 35-70=0.1 75-110=0.9 fire@0", 110, "stop:asked@25 stop:over@65 stop:asked@95"},
	/* what cannot be told asks nothing, and takes no question away */
	{STOP_AUTH, "", "", "", "0-90=x fire@0", 90, ""},
	{STOP_AUTH, "", "", "", "0-15=0.9 20-25=x 30-60=0.1 fire@0", 60, ""},
	{STOP_AUTH, "", "", "", "0-30=0.9 35-100=x fire@0", 100, "stop:asked@25"},
	{STOP_AUTH, "", "", "", "0-30=0.9 fire@0", 100, "stop:asked@25"},
	{STOP_AUTH, "", "", "", "0-30=0.9 35-90=x fire@0 done@70", 90, "stop:asked@25 stop:over@70"},
	/* an unknown outcome is watched like one that runs; it is asked in other words, and again at its limit */
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 unknown@10 done@60", 90, "stop:asked@25 stop:over@60"},
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 unknown@40 done@60", 90, "stop:asked@25 stop:asked@40 stop:over@60"},
	{STOP_AUTH, "", "", "", "0-1300=0.9 fire@0 unknown@40", 1300, "stop:asked@25 stop:asked@40 stop:asked@340 stop:asked@940"},
	/* somebody asks it to stop: answered, and not asked again while it does */
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 cancel@40 done@80", 90, "stop:asked@25 stop:answered@40"},
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 cancel@10 done@80", 90, ""},
	{STOP_AUTH, "", "", "", "0-90=0.9 fire@0 cancel@40 unknown@60 done@80", 90, "stop:asked@25 stop:answered@40 stop:asked@60 stop:over@80"},
	/* several conditions, and services that the action covers */
	{STOP_AUTH ", \"sig > 50% for 40s\"", "", "", "", "0-90=0.9 fire@0 done@60", 90, "stop:asked@25 stop:asked@45 stop:over@60 stop:over@60"},
	{STOP_AUTH ", \"hits > 100 in 60s\"", "", "", "", "0-90=0.9 H:0-90=40 fire@0 done@60", 90,
		"stop:asked@15 stop:asked@25 stop:over@60 stop:over@60"},
	{"", "\"sig > 80% for 20s\"", ", covers: [auth, ledger]", "", "L:0-90=0.9 fire@0 done@60", 90, "stop:asked@25 stop:over@60"},
	{STOP_AUTH, "\"sig > 80% for 20s\"", ", covers: [auth, ledger]", "", "0-90=0.9 L:0-90=0.9 fire@0 cancel@40 done@60", 90,
		"stop:asked@25 stop:asked@25 stop:answered@40 stop:answered@40"},
	{"", "\"sig > 80% for 20s\"", "", "", "L:0-90=0.9 fire@0 done@60", 90, ""},
	/* it takes long: somebody is to be told, once, until it is over */
	{"", "", "escalate: {after: 30s, to: lena}", "", "fire@0 done@60", 90, "escalate:asked@31 escalate:over@60"},
	{"", "", "escalate: {after: 30s, to: lena}", "", "fire@0 done@20", 90, ""},
	{"", "", "escalate: {after: 30s, to: lena}", "", "fire@0 cancel@40 done@60", 90, "escalate:asked@31 escalate:over@60"},
	{"", "", "escalate: {after: 30s, to: lena}", "", "fire@0 unknown@10 done@60", 90, "escalate:asked@31 escalate:over@60"},
	{"", "", "escalate: {after: 30s, to: lena}", "", "fire@0 unknown@50", 400, "escalate:asked@31 escalate:asked@50 escalate:asked@350"},
	{"", "", "escalate: {after: 30s}", "", "fire@0", 90, ""},
	/* the owner did not decide: breached at 10 */
	{"", "", "", "timer: 20s", "0-90=0.9", 90, "overdue:asked@32"},
	{"", "", "", "timer: 20s", "0-40=0.9 45-90=0.1", 90, "overdue:asked@32 overdue:over@76"},
	{"", "", "", "timer: 60s", "0-25=0.9 30-90=0.1", 90, ""},
	{"", "", "", "timer: 20s", "0-90=0.9 fire@40", 90, "overdue:asked@32 overdue:answered@40"},
	{"", "", "", "timer: 20s", "0-90=0.9 fire@20", 90, ""},
	{"", "", "", "timer: 20s", "0-40=0.9 45-90=x", 90, "overdue:asked@32"},
	{"", "", "", "timer: 20s", "0-1300=0.9", 1300, "overdue:asked@32 overdue:asked@332 overdue:asked@932"},
	{"", "", "", "timer: 10m", "0-2000=0.9", 2000, "overdue:asked@612 overdue:asked@1212"},
	{"", "", "", "timer: 20s", "0-90=0.9 declare@50", 90, "overdue:asked@32 overdue:asked@50"},
	{"", "", "", "timer: 20s", "0-90=0.9 declare@20 vacate@60", 90, "overdue:asked@32 overdue:asked@60"},
	{"", "", "", "timer: 20s, on_timer: fire", "0-90=0.9", 90, "overdue:asked@32"},
	{"", "", "", "timer: 20s, on_timer: drop", "0-90=0.9", 90, ""},
	/* where the timer's end acts by itself people are asked once it is known what is missing for that */
	{"", "", "automatic", "timer: 20s, on_timer: fire", "0-90=0.9", 90, "overdue:asked@33"},
};

static const char *put(struct jw *w, const char *path, const char *text)
{
	jw_obj(w);
	jw_kstr(w, "path", path);
	jw_kstr(w, "text", text);
	jw_obj_end(w);
	return text;
}

static void load(struct story *s, const struct row *r)
{
	char kit[2000], auth[2000], ledger[1000];
	bool escalate = strncmp(r->more, "escalate", 8) == 0, automatic = strcmp(r->more, "automatic") == 0;
	struct buf b;
	struct jw w;
	(void)snprintf(kit, sizeof kit,
		"kit: 1\nname: shop\nenvironment: production\n"
		"people:\n  maya: {uid: 1, roles: [incident-commander, on-call]}\n  lena: {uid: 2, roles: [incident-commander]}\n  ravi: {uid: 3, roles: [on-call]}\n"
		"tiers:\n  t: {recovery: rollback, revert_target: 5m}\n"
		"authority:\n  service: {roles: [on-call, incident-commander]}\n  shared: {roles: [incident-commander, on-call]}\n"
		"backends:\n  web: {plugin: probe}\n  hosts: {plugin: releases}\n%s%s%s%s",
		automatic ? "automatic: {on: [h]}\n" : "",
		*r->rubric ? "rubric:\n  - {name: row, signal: sig, when: \"> 60% for 10s\", services: [auth], action: reverse, owner: on-call, " : "", r->rubric,
		*r->rubric ? "}\n" : "");
	(void)snprintf(auth, sizeof auth,
		"service: auth\ntier: t\nowner: maya\non_call: [maya, ravi]\ndeploys: {backend: hosts, target: {dir: /srv}}\n"
		"signals:\n  sig: {backend: web, query: q, unit: ratio, every: 5s}\n  hits: {backend: web, query: q, unit: count, every: 5s}\n"
		"actions:\n  - {name: back, level: 2, class: reverse, verb: rollback, backend: hosts, timeout: 30m%s}\n%s%sstop_conditions: [%s]\n",
		escalate || automatic ? "" : r->more, escalate ? r->more : "", escalate ? "\n" : "", r->auth);
	(void)snprintf(ledger, sizeof ledger,
		"service: ledger\ntier: t\nowner: lena\nsignals:\n  sig: {backend: web, query: q, unit: ratio, every: 5s}\nstop_conditions: [%s]\n", r->ledger);
	buf_init(&b, JSON_KIT_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "digest", "d1");
	jw_key(&w, "files");
	jw_arr(&w);
	put(&w, "kit.yaml", kit);
	put(&w, "services/auth.yaml", auth);
	put(&w, "services/ledger.yaml", ledger);
	jw_arr_end(&w);
	jw_obj_end(&w);
	story_event(s, "kit.loaded", NULL, "engine", buf_str(&b));
	buf_release(&b);
	if (!s->m->kit)
		fail_msg("the kit did not parse:\n%s\n%s\n%s", kit, auth, ledger);
}

static void sample(struct story *s, const char *key, const char *v)
{
	char at[INSTANT_LEN];
	instant_print(s->now.at, at);
	if (*v == 'x')
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{},'bad':{'%s':'failed'}}", at, key);
	else
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{'%s':%s},'bad':{}}", at, key, v);
}

static void declare(struct story *s)
{
	if (!s->m->incidents.n)
		assert_int_equal(story_ask(s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
}

static void fire(struct story *s)
{
	declare(s);
	story_event(s, "action.requested", "INC-1", "maya",
		"{'key':'INC-1/1','op':'01','digest':'d','a':{'name':'back','service':'auth','level':2,'class':'reverse','verb':'rollback',"
		"'target':{'dir':'/srv'},'from':'2','to':'1'},'authority':'service','by':'maya','via':'key','reason':'r','backend':'hosts','waits_for':[]}");
	story_event(s, "action.fired", "INC-1", "maya", "{'key':'INC-1/1','op':'01','digest':'d','deadline_s':1800}");
}

static void ended(struct story *s, const char *outcome)
{
	story_eventf(s, "action.ended", "INC-1", "plugin:hosts", "{'key':'INC-1/1','op':'01','outcome':'%s','changed':'full','detail':''}", outcome);
}

static void happens(struct story *s, const char *what)
{
	if (strncmp(what, "fire@", 5) == 0)
		fire(s);
	else if (strncmp(what, "declare@", 8) == 0)
		declare(s);
	else if (strncmp(what, "vacate@", 7) == 0)
		story_event(s, "commander", "INC-1", "engine", "{'person':null,'from':'maya','how':'vacant'}");
	else if (strncmp(what, "cancel@", 7) == 0)
		assert_int_equal(story_ask(s, "ravi", "cancel", "{'key':'INC-1/1'}"), STATUS_OK);
	else
		ended(s, strncmp(what, "done@", 5) == 0 ? "done" : "unknown");
}

/* Does this word of the script say something at second t? */
static void word_at(struct story *s, const char *w, int t)
{
	const char *at = strchr(w, '@'), *p = w[1] == ':' ? w + 2 : w;
	char *end;
	if (at) {
		if (strtol(at + 1, NULL, 10) == t)
			happens(s, w);
		return;
	}
	long a = strtol(p, &end, 10), b = a;
	if (*end == '-')
		b = strtol(end + 1, &end, 10);
	if (t >= a && t <= b && (t - a) % 5 == 0)
		sample(s, *w == 'L' ? "ledger/sig" : *w == 'H' ? "auth/hits" : "auth/sig", end + 1);
}

static void play_second(struct story *s, const struct row *r, int t)
{
	char copy[200], *save = NULL;
	story_at(s, t);
	text_copy(copy, sizeof copy, r->script);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		word_at(s, w, t);
	story_tick(s);
}

static void run_row(size_t k, const struct row *r, int restart_every)
{
	struct story s;
	char got[600] = "";
	size_t n = 0, seen = 0;
	story_init(&s, false);
	load(&s, r);
	for (int t = 0; t <= r->end; t++) {
		play_second(&s, r, t);
		for (; seen < s.kinds.n; seen++) {
			struct json *b = NULL;
			if (strcmp(s.kinds.v[seen], "prompt") != 0)
				continue;
			assert_int_equal(json_parse(s.bodies.v[seen], strlen(s.bodies.v[seen]), JSON_LINE_MAX, &b, NULL), STATUS_OK);
			n += (size_t)snprintf(got + n, sizeof got - n, "%s%s:%s@%d", n ? " " : "", json_get_str(b, "what", ""), json_get_str(b, "state", ""), t);
			assert_true(strlen(json_get_str(b, "salt", "")) == 32);
			assert_true(strcmp(json_get_str(b, "state", ""), "asked") != 0 || (json_get_time(b, "until") > s.now.at && *json_get_str(b, "then", "")));
			json_free(b);
		}
		if (restart_every && t % restart_every == 0)
			story_restart(&s);
	}
	if (strcmp(got, r->expect) != 0)
		fail_msg("row %zu: [%s] [%s] %s %s | %s%s\n  expected %s\n  got      %s", k, r->auth, r->ledger, r->more, r->rubric, r->script,
			restart_every ? ", restarted" : "", r->expect, got);
	story_release(&s);
}

static void questions_stand_as_long_as_what_they_are_about(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(table); k++)
		run_row(k, &table[k], 0);
}

static void a_restart_asks_nothing_twice(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(table); k++)
		if (table[k].end < 500)
			run_row(k, &table[k], 7);
}

static void play(struct story *s, const struct row *r, int from, int to)
{
	for (int t = from; t <= to; t++)
		play_second(s, r, t);
}

/* What is read, by whom, and until when; gone from the model when it is over. */
static void a_question_says_what_happens_at_its_end(void **state)
{
	(void)state;
	static const struct row r = {STOP_AUTH, "", "escalate: {after: 30s, to: lena}", "timer: 20s", "0-90=0.9 declare@5 fire@40 unknown@80", 90, ""};
	struct story s;
	story_init(&s, false);
	load(&s, &r);
	play(&s, &r, 0, 32);
	const struct model_prompt *p = model_prompt(s.m, "overdue:row:auth");
	assert_non_null(p);
	assert_string_equal(p->text, "auth row stands, and on-call did not decide in 0:20: maya decides.");
	assert_string_equal(p->to, "maya");
	assert_string_equal(p->incident, "INC-1");
	assert_string_equal(p->then, "asks again");
	assert_int_equal(p->until, STORY_BASE + (32 + 300) * US_SECOND);
	play(&s, &r, 33, 79);
	assert_null(model_prompt(s.m, "overdue:row:auth"));
	p = model_prompt(s.m, "stop:INC-1/1:auth:sig > 80% for 20s");
	assert_non_null(p);
	assert_string_equal(p->text, "auth: sig > 80% for 20s holds while INC-1/1 runs: stop it where it is?");
	assert_string_equal(p->key, "INC-1/1");
	assert_null(p->to);
	assert_int_equal(p->until, STORY_BASE + (40 + 1800) * US_SECOND);
	assert_non_null(strstr(p->then, "unknown"));
	p = model_prompt(s.m, "escalate:INC-1/1");
	assert_non_null(p);
	assert_string_equal(p->text, "INC-1/1 back runs longer than 0:30: tell lena.");
	assert_string_equal(p->to, "lena");
	play(&s, &r, 80, 80);
	assert_string_equal(model_prompt(s.m, "escalate:INC-1/1")->text, "INC-1/1 back has no known outcome after 0:30: tell lena.");
	p = model_prompt(s.m, "stop:INC-1/1:auth:sig > 80% for 20s");
	assert_string_equal(p->text, "auth: sig > 80% for 20s holds, and the outcome of INC-1/1 is unknown: look at auth itself.");
	assert_int_equal(p->until, STORY_BASE + (80 + 300) * US_SECOND);
	story_event(&s, "action.ended", "INC-1", "maya", "{'key':'INC-1/1','op':'01','outcome':'failed','changed':'none','detail':'','resolved':true,'by':'maya'}");
	story_tick(&s);
	assert_int_equal(s.m->prompts.n, 0);
	story_release(&s);
}

/* An action that was asked to stop by nobody who may is not answered. */
static void who_may_not_act_answers_nothing(void **state)
{
	(void)state;
	static const struct row r = {STOP_AUTH, "", "", "", "0-90=0.9 fire@0", 30, ""};
	struct story s;
	story_init(&s, false);
	load(&s, &r);
	play(&s, &r, 0, 30);
	assert_int_equal(s.m->prompts.n, 1);
	assert_int_equal(story_ask(&s, NULL, "cancel", "{'key':'INC-1/1'}"), STATUS_DENIED);
	assert_int_equal(s.m->prompts.n, 1);
	assert_int_equal(story_ask(&s, "maya", "cancel", "{'key':'INC-1/1'}"), STATUS_OK);
	assert_int_equal(s.m->prompts.n, 0);
	assert_true(model_action(s.m, "INC-1/1")->stopping);
	story_release(&s);
}

/* on_timer: drop.  The breach stands and is shown; its proposal is gone, until the row breaches anew. */
static void a_dropped_row_proposes_nothing(void **state)
{
	(void)state;
	static const struct row r = {"", "", "", "timer: 20s, on_timer: drop", "0-100=0.9 105-150=0.1 155-200=0.9", 200, ""};
	struct story s;
	char why[240], then[TIMER_THEN];
	int64_t until;
	story_init(&s, false);
	load(&s, &r);
	play(&s, &r, 0, 30);
	const struct model_row *w = model_row(s.m, "row", "auth");
	assert_true(w && w->state == ROW_BREACHED && !w->dropped);
	assert_non_null(propose(s.m, NULL, "auth", why, sizeof why));
	assert_true(timer_runs(s.m, w, &until));
	assert_int_equal(until, STORY_BASE + 30 * US_SECOND);
	assert_string_equal(timer_then(s.m, w, then), "nothing is proposed any more");
	for (int restart = 0; restart < 2; restart++) {
		play(&s, &r, restart ? 61 : 31, restart ? 100 : 60);
		w = model_row(s.m, "row", "auth");
		assert_true(w && w->state == ROW_BREACHED && w->dropped && model_row_standing(w));
		assert_false(timer_runs(s.m, w, &until));
		assert_null(propose(s.m, NULL, "auth", why, sizeof why));
		assert_int_equal(s.m->prompts.n, 0);
		story_restart(&s);
	}
	assert_int_equal(story_count(&s, "rubric"), 3); /* pending, breached, dropped: said once */
	assert_non_null(strstr(story_body(&s, "rubric"), "\"dropped\":true"));
	play(&s, &r, 101, 175);
	w = model_row(s.m, "row", "auth");
	assert_true(w->state == ROW_BREACHED && !w->dropped);
	assert_non_null(propose(s.m, NULL, "auth", why, sizeof why));
	story_release(&s);
}

/* A timer that is shown says who is asked at its end. */
static void a_timer_names_who_is_asked(void **state)
{
	(void)state;
	static const struct row r = {"", "", "", "timer: 20s", "0-90=0.9 declare@15 vacate@18", 90, ""};
	struct story s;
	char then[TIMER_THEN];
	int64_t until;
	story_init(&s, false);
	load(&s, &r);
	play(&s, &r, 0, 12);
	assert_true(timer_runs(s.m, model_row(s.m, "row", "auth"), &until));
	assert_string_equal(timer_then(s.m, model_row(s.m, "row", "auth"), then), "asks whoever may command");
	play(&s, &r, 13, 16);
	assert_string_equal(timer_then(s.m, model_row(s.m, "row", "auth"), then), "asks maya, who commands");
	play(&s, &r, 17, 32);
	assert_false(timer_runs(s.m, model_row(s.m, "row", "auth"), &until));
	assert_string_equal(model_prompt(s.m, "overdue:row:auth")->text,
		"auth row stands, and on-call did not decide in 0:20: whoever may take command (maya, lena) decides.");
	story_release(&s);
}

/* An offer of command ends, a question for it is done: each by itself, and neither takes the other with it. */
static void command_waits_no_longer_than_it_says(void **state)
{
	(void)state;
	static const struct row r = {"", "", "", "", "declare@0", 0, ""};
	for (int asked = 0; asked < 2; asked++) {
		struct story s;
		story_init(&s, false);
		load(&s, &r);
		story_event(&s, "client", NULL, "engine", "{'what':'opened','person':'maya','uid':1,'role':'console'}");
		play(&s, &r, 0, 0);
		const struct model_incident *i = &s.m->incidents.v[0];
		assert_int_equal(story_ask(&s, "maya", "hand-over", "{'person':'lena'}"), STATUS_OK);
		play(&s, &r, 1, 280);
		if (asked)
			story_event(&s, "commander", "INC-1", "lena", "{'person':'maya','how':'asked','to':'lena'}");
		play(&s, &r, 281, 299);
		assert_string_equal(i->offered_to, "lena");
		play(&s, &r, 300, 305);
		assert_null(i->offered_to);
		assert_string_equal(i->commander, "maya");
		assert_true(!i->asked_by == !asked);
		assert_int_equal(story_count(&s, "commander"), 3 + asked);
		play(&s, &r, 306, 312);
		assert_string_equal(i->commander, asked ? "lena" : "maya");
		story_release(&s);
	}
}

/* A snapshot carries what is asked; without the bodies, which may be withheld, nothing is asked and nothing breaks. */
static void a_snapshot_carries_them(void **state)
{
	(void)state;
	static const struct row r = {STOP_AUTH, "", "", "", "0-90=0.9 fire@0", 30, ""};
	struct story s;
	struct model *copy;
	struct buf b;
	story_init(&s, false);
	load(&s, &r);
	play(&s, &r, 0, 30);
	buf_init(&b, (size_t)16 << 20);
	model_dump(s.m, true, &b);
	assert_int_equal(model_load(buf_str(&b), b.len, &copy, NULL), STATUS_OK);
	const struct model_prompt *p = model_prompt(copy, "stop:INC-1/1:auth:sig > 80% for 20s"), *q = &s.m->prompts.v[0];
	assert_non_null(p);
	assert_string_equal(p->text, q->text);
	assert_string_equal(p->then, q->then);
	assert_true(p->until == q->until && p->at.mono == q->at.mono);
	assert_string_equal(s.m->lines.v[s.m->lines.n - 1].text, "asks: auth: sig > 80% for 20s holds while INC-1/1 runs: stop it where it is?");
	model_free(copy);
	buf_release(&b);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(questions_stand_as_long_as_what_they_are_about),
		cmocka_unit_test(a_restart_asks_nothing_twice), cmocka_unit_test(a_question_says_what_happens_at_its_end),
		cmocka_unit_test(who_may_not_act_answers_nothing), cmocka_unit_test(a_dropped_row_proposes_nothing),
		cmocka_unit_test(a_timer_names_who_is_asked), cmocka_unit_test(a_snapshot_carries_them),
		cmocka_unit_test(command_waits_no_longer_than_it_says)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
