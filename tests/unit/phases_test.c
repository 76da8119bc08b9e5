/* The clock's phases, row by row (contract 2, "Phases").  A story is words
 * "SECONDS:WHAT[=ARG]"; expected are onset detected declared decided fired
 * acted verified in seconds, - where not reached. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/private.h"
#include "story.h"

struct row { const char *story, *expect; };

/* b=ONSET breach of row a whose bad run began at ONSET; c clears it; b2, c2 a second row; s shadow row;
 * r report; d declare; D=T declare with onset T; e declare a second service's incident part (ledger);
 * q=KEY request a recovery action; Q=KEY request one of class slow; f=KEY fired; k=KEY done; x=KEY failed; u=KEY unknown;
 * n=KEY cancelled; p what was gone back from serves again; P it is gone again; v verify passed; w verify waiting; z verify failed; X closed; boot=AT reboot; step=BY wall clock jumps. */
static const struct row table[] = {
	/* declaring */
	{"10:d", "- 10 10 - - - -"},
	{"5:b=2 10:d", "2 5 10 - - - -"},
	{"5:b=5 10:d", "5 5 10 - - - -"},
	{"5:b=2 7:c 10:d", "- 10 10 - - - -"},
	{"5:b=2 7:c 8:b=7.5 10:d", "7.5 8 10 - - - -"},
	{"10:d 12:b=11", "11 10 10 - - - -"},
	{"10:d 12:b=8", "8 10 10 - - - -"},
	{"10:d 20:b=11 30:b2=5", "11 10 10 - - - -"},
	{"5:b=2 6:b2=1 10:d", "2 5 10 - - - -"},
	{"6:b2=1 7:b=2 10:d", "1 6 10 - - - -"},
	{"5:s=2 10:d", "- 10 10 - - - -"},
	{"10:d 12:s=11", "- 10 10 - - - -"},
	{"4:r 10:d", "- 4 10 - - - -"},
	{"4:r 5:b=3 10:d", "3 4 10 - - - -"},
	{"6:r 5:b=3 10:d", "3 5 10 - - - -"},
	{"10:d 12:r", "- 10 10 - - - -"},
	{"4:R 10:d", "- 4 10 - - - -"},
	{"4:r 6:g 10:d", "- 10 10 - - - -"},
	{"4:rl 10:d", "- 10 10 - - - -"},
	{"10:D=3", "3 10 10 - - - -"},
	{"5:b=2 10:D=1", "1 5 10 - - - -"},
	{"5:b=2 10:D=4", "4 5 10 - - - -"},
	{"10:d 11:D=3", "3 10 10 - - - -"},
	{"5:bl=2 10:d", "- 10 10 - - - -"},
	{"5:bl=2 10:d 12:e", "2 5 10 - - - -"},
	{"4:rl 10:d 12:e", "- 4 10 - - - -"},
	{"90000:b=10 90010:d", "3610 90000 90010 - - - -"},
	{"90000:b=3611 90010:d", "3611 90000 90010 - - - -"},
	{"90010:D=5", "3610 90010 90010 - - - -"},
	/* deciding and firing */
	{"10:d 20:q=1", "- 10 10 20 - - -"},
	{"10:d 20:q=1 20:f=1", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 25:f=1", "- 10 10 20 25 - -"},
	{"10:d 20:Q=1 20:f=1", "- 10 10 - - - -"},
	{"10:d 20:Q=1 20:f=1 22:k=1", "- 10 10 - - - -"},
	{"10:d 20:Q=1 20:f=1 22:k=1 30:q=2 31:f=2", "- 10 10 30 31 - -"},
	{"10:d 20:q=1 22:n=1", "- 10 10 20 - - -"},
	{"10:d 20:q=1 22:n=1 30:q=2 31:f=2", "- 10 10 20 31 - -"},
	{"10:d 10:q=1 10:f=1", "- 10 10 10 10 - -"},
	{"10:d 20:q=1 25:f=1 40:q=2 45:f=2", "- 10 10 20 25 - -"},
	/* acted */
	{"10:d 20:q=1 20:f=1 30:k=1", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:x=1", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:u=1", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:u=1 40:k=1", "- 10 10 20 20 40 -"},
	{"10:d 20:q=1 20:f=1 30:u=1 40:x=1", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:x=1 40:q=2 41:f=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:x=1 40:q=2 41:f=2 50:k=2", "- 10 10 20 20 50 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2 41:f=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2 41:f=2 50:k=2", "- 10 10 20 20 50 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2 41:f=2 50:x=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2 45:n=2", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 21:q=2 21:f=2 30:k=1", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 21:q=2 21:f=2 30:k=1 35:k=2", "- 10 10 20 20 35 -"},
	{"10:d 20:q=1 20:f=1 21:q=2 21:f=2 30:k=2 35:k=1", "- 10 10 20 20 35 -"},
	{"10:d 20:q=1 20:f=1 21:q=2 21:f=2 30:k=1 35:x=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 21:q=2 21:f=2 30:x=1 35:k=2", "- 10 10 20 20 35 -"},
	{"10:d 20:q=1 20:f=1 21:Q=2 21:f=2 30:k=1", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 21:Q=2 21:f=2 30:k=1 31:x=2", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 40:q=2 41:f=2 45:u=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 35:Q=2 35:f=2", "- 10 10 20 20 30 -"},
	/* verified */
	{"10:d 20:q=1 20:f=1 30:k=1 60:v", "- 10 10 20 20 30 60"},
	{"10:d 20:q=1 20:f=1 30:k=1 31:w 60:v", "- 10 10 20 20 30 60"},
	{"10:d 20:q=1 20:f=1 30:k=1 31:w", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:z", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:z 70:v", "- 10 10 20 20 30 70"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 62:v", "- 10 10 20 20 30 60"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 62:w", "- 10 10 20 20 30 -"},
	{"10:d 20:v", "- 10 10 - - - -"},
	{"10:d 20:q=1 20:f=1 22:v", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 22:v 30:k=1", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:q=2 70:f=2", "- 10 10 20 20 - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:q=2 70:f=2 80:k=2", "- 10 10 20 20 80 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:q=2 70:f=2 80:k=2 90:v", "- 10 10 20 20 80 90"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:Q=2 70:f=2", "- 10 10 20 20 30 60"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:r", "- 10 10 20 20 30 -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:rl", "- 10 10 20 20 30 60"},
	{"10:d 12:e 20:q=1 20:f=1 30:k=1 31:w 31:wl 60:v", "- 10 10 20 20 30 -"},
	{"10:d 12:e 20:q=1 20:f=1 30:k=1 31:w 31:wl 60:v 65:vl", "- 10 10 20 20 30 65"},
	{"10:d 12:e 20:q=1 20:f=1 30:k=1 31:w 31:wl 60:vl 65:v", "- 10 10 20 20 30 65"},
	/* breaches afterwards */
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=25", "2 5 10 20 20 30 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 50:c2", "2 5 10 20 20 50 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 50:c2 60:v", "2 5 10 20 20 50 60"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 50:c", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 40:v", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 40:q=2 40:f=2 45:k=2", "2 5 10 20 20 45 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v 70:b2=65", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v 70:b2=25", "2 5 10 20 20 30 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:c 60:v", "2 5 10 20 20 30 60"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:c 50:b=45", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:c 50:b=45 55:c", "2 5 10 20 20 55 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v 70:bl=65", "2 5 10 20 20 30 60"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v 70:s=65", "2 5 10 20 20 30 60"},
	{"5:b=2 10:d 12:b2=11 20:q=1 20:f=1 30:k=1", "2 5 10 20 20 30 -"},
	/* the bad version is brought back */
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:p", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:p 45:P", "2 5 10 20 20 45 -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:p 42:c 45:P 50:v", "2 5 10 20 20 45 50"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:p 42:c 45:v", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v 70:p", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 35:b2=31 40:p 45:P", "2 5 10 20 20 - -"},
	{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 40:p 45:q=2 45:f=2 50:k=2", "2 5 10 20 20 50 -"},
	{"5:b=2 10:d 12:p", "2 5 10 - - - -"},
	/* closing */
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:X", "- 10 10 20 20 30 60"},
	{"10:d 20:X", "- 10 10 - - - -"},
	{"10:d 20:X 30:b=25", "- 10 10 - - - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:X 80:b=75", "- 10 10 20 20 30 60"},
	{"10:d 20:q=1 20:f=1 30:k=1 60:v 70:X 80:r", "- 10 10 20 20 30 60"},
	/* the same, twice said */
	{"5:b=2 6:b=2 10:d", "2 5 10 - - - -"},
	{"10:d 20:q=1 20:f=1 30:k=1 31:k=1", "- 10 10 20 20 31 -"},
	{"10:d 12:d 14:d", "- 10 10 - - - -"},
	{"10:d 20:f=9 21:k=9", "- 10 10 - - - -"},
};

struct teller { struct story s; const char *incident; };

static void rubric(struct story *s, const char *row, const char *service, const char *state, double since, bool shadow)
{
	char at[INSTANT_LEN];
	int64_t us = (int64_t)(since * 1e6);
	story_eventf(s, "rubric", NULL, "engine", "{'row':'%s','service':'%s','signal':'x','state':'%s','value':1,'since':'%s','since_mono':%lld%s}",
		row, service, state, instant_print(STORY_BASE + us, at), (long long)(1000 * US_SECOND + us), shadow ? ",'would':'reverse'" : "");
}

static void request(struct story *s, const char *key, const char *cls)
{
	story_eventf(s, "action.requested", "INC-1", "ravi",
		"{'key':'INC-1/%s','op':'o%s','digest':'d','a':{'name':'x%s','service':'auth','class':'%s','level':2,'verb':'v','target':{},'from':'2','to':'1'},"
		"'backend':'hosts','by':'ravi','reason':'r','confirmed_s':60}", key, key, key, cls);
}

static void ended(struct story *s, const char *key, const char *outcome)
{
	story_eventf(s, "action.ended", "INC-1", "plugin:hosts", "{'key':'INC-1/%s','op':'o','outcome':'%s','changed':'full','detail':''}", key, outcome);
}

static void declare(struct story *s, const char *service, double onset)
{
	char at[INSTANT_LEN], more[64] = "";
	if (!isnan(onset))
		(void)snprintf(more, sizeof more, ",'onset':'%s'", instant_print(STORY_BASE + (int64_t)(onset * 1e6), at));
	story_eventf(s, "incident.declared", "INC-1", "ravi", "{'title':'t','services':['%s']%s}", service, more);
}

static void tell(struct story *s, const char *what, const char *arg)
{
	double t = arg ? strtod(arg, NULL) : NAN;
	static const struct { const char *word, *row, *service, *state; bool shadow; } rows[] = {
		{"b", "a", "auth", "breached", false}, {"c", "a", "auth", "clear", false}, {"b2", "b", "auth", "breached", false},
		{"c2", "b", "auth", "clear", false}, {"bl", "l", "ledger", "breached", false}, {"s", "s", "auth", "breached", true}};
	static const struct { const char *word, *service, *state; } verifies[] = {{"v", "auth", "passed"}, {"w", "auth", "waiting"},
		{"z", "auth", "failed"}, {"vl", "ledger", "passed"}, {"wl", "ledger", "waiting"}};
	static const struct { const char *word, *body; } reports[] = {{"r", "{'signal':'p','service':'auth','note':''}"},
		{"R", "{'signal':'p','note':''}"}, {"rl", "{'signal':'p','service':'ledger','note':''}"},
		{"g", "{'signal':'p','service':'auth','note':'','gone':true}"}};
	static const struct { const char *word, *outcome; } ends[] = {{"k", "done"}, {"x", "failed"}, {"u", "unknown"}, {"n", "cancelled"}};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(what, rows[i].word) == 0)
			rubric(s, rows[i].row, rows[i].service, rows[i].state, isnan(t) ? 0 : t, rows[i].shadow);
	for (size_t i = 0; i < COUNT(verifies); i++)
		if (strcmp(what, verifies[i].word) == 0)
			story_eventf(s, "verify", "INC-1", "engine", "{'service':'%s','state':'%s','checks':[]}", verifies[i].service, verifies[i].state);
	for (size_t i = 0; i < COUNT(reports); i++)
		if (strcmp(what, reports[i].word) == 0)
			story_event(s, "report", NULL, "ravi", reports[i].body);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (strcmp(what, ends[i].word) == 0)
			ended(s, arg, ends[i].outcome);
	if (strcmp(what, "d") == 0 || strcmp(what, "D") == 0)
		declare(s, "auth", t);
	if (strcmp(what, "e") == 0)
		declare(s, "ledger", NAN);
	if (strcmp(what, "q") == 0 || strcmp(what, "Q") == 0)
		request(s, arg, *what == 'q' ? "reverse" : "slow");
	if (strcmp(what, "f") == 0)
		story_eventf(s, "action.fired", "INC-1", "ravi", "{'key':'INC-1/%s','op':'o','digest':'d','deadline_s':60}", arg);
	if (strcmp(what, "p") == 0)
		story_event(s, "pin", NULL, "engine", "{'service':'auth','version':'2','what':'returned','returned_by':'ravi','reason':''}");
	if (strcmp(what, "P") == 0)
		story_event(s, "deploy", NULL, "plugin:hosts", "{'service':'auth','version':'1','state':'live','share':1}");
	if (strcmp(what, "X") == 0)
		story_event(s, "incident.closed", "INC-1", "ravi", "{'as':'reverted','reason':''}");
}

static void tell_all(struct story *s, const char *text)
{
	char copy[400], *save = NULL;
	text_copy(copy, sizeof copy, text);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *what = strchr(w, ':');
		*what++ = '\0';
		char *arg = strchr(what, '=');
		if (arg)
			*arg++ = '\0';
		story_at(s, strtod(w, NULL));
		tell(s, what, arg);
	}
}

static void print_phases(const struct phases *p, char *out, size_t cap)
{
	size_t n = 0;
	out[0] = '\0';
	for (int k = 0; k < PHASE_COUNT; k++) {
		if (p->at[k].at)
			n += (size_t)snprintf(out + n, cap - n, "%s%.9g", k ? " " : "", (double)(p->at[k].at - STORY_BASE) / 1e6);
		else
			n += (size_t)snprintf(out + n, cap - n, "%s-", k ? " " : "");
	}
}

static void phases_follow_the_contract(void **state)
{
	(void)state;
	assert_true(COUNT(table) >= 100);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct story s;
		struct phases p;
		char got[200];
		story_init(&s, false);
		tell_all(&s, table[i].story);
		assert_int_equal(s.m->incidents.n, 1);
		phases_of(s.m, &s.m->incidents.v[0], &p);
		print_phases(&p, got, sizeof got);
		if (strcmp(got, table[i].expect) != 0)
			fail_msg("row %zu: %s\n  expected %s\n  got      %s", i, table[i].story, table[i].expect, got);
		story_release(&s);
	}
}

/* From mono within one boot; from the wall across boots, never below 0 and then approximate. */
static void durations_survive_clocks(void **state)
{
	(void)state;
	static const struct { double at, mono; const char *boot; double took; bool approx; } ends[] = {
		{30, 30, "boot-1", 20, false}, {3630, 30, "boot-1", 20, false}, {-86400, 30, "boot-1", 20, false},
		{30, 2, "boot-2", 20, false}, {5, 2, "boot-2", 0, true}, {10, 9, "boot-1", 0, true}};
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct story s;
		struct phases p;
		story_init(&s, false);
		tell_all(&s, "10:d");
		s.now.at = STORY_BASE + (int64_t)(ends[i].at * 1e6);
		s.now.mono = 1000 * US_SECOND + (int64_t)(ends[i].mono * 1e6);
		text_copy(s.now.boot, sizeof s.now.boot, ends[i].boot);
		tell(&s, "q", "1");
		phases_of(s.m, &s.m->incidents.v[0], &p);
		row_true(i, fabs((double)p.decide / 1e6 - ends[i].took) < 1e-6);
		row_true(i, p.approximate == ends[i].approx);
		story_release(&s);
	}
}

static void promises_are_held_against_the_right_spans(void **state)
{
	(void)state;
	struct story s;
	struct phases p;
	story_init(&s, true);
	tell_all(&s, "5:b=2 10:d 40:q=1 40:f=1 60:k=1 90:v");
	phases_of(s.m, &s.m->incidents.v[0], &p);
	assert_int_equal(p.confirmed, 60 * US_SECOND);
	assert_int_equal(p.confirmed_kept, 1); /* decided 40 -> verified 90 */
	assert_int_equal(p.target, 300 * US_SECOND);
	assert_int_equal(p.target_kept, 1);
	assert_int_equal(p.kept, 1);
	assert_int_equal(p.bad_to_reverted, 80 * US_SECOND);
	assert_int_equal(p.onset_to_verified, 88 * US_SECOND);
	story_release(&s);
	story_init(&s, true);
	tell_all(&s, "10:d 40:q=1 40:f=1 60:k=1 101:v");
	phases_of(s.m, &s.m->incidents.v[0], &p);
	assert_int_equal(p.confirmed_kept, 0);
	assert_int_equal(p.target_kept, 1);
	assert_int_equal(p.kept, 0);
	story_release(&s);
}

static void clocks_stop_where_it_is_over(void **state)
{
	(void)state;
	static const struct { const char *story; double clock, hurt; bool runs; } rows[] = {
		{"5:b=2 10:d", 90, 98, true}, {"5:b=2 10:d 20:q=1 20:f=1 30:k=1", 90, 98, true},
		{"5:b=2 10:d 20:q=1 20:f=1 30:k=1 60:v", 50, 58, false}, {"5:b=2 10:d 70:X", 60, 68, false}, {"10:d", 90, -1, true}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct story s;
		struct phases p;
		bool runs;
		story_init(&s, false);
		tell_all(&s, rows[i].story);
		story_at(&s, 100);
		struct stamp now = stamp_of_now(&s.now);
		phases_of(s.m, &s.m->incidents.v[0], &p);
		row_true(i, phases_clock(&p, &now, &runs) == (int64_t)(rows[i].clock * 1e6));
		row_true(i, runs == rows[i].runs);
		row_true(i, rows[i].hurt < 0 ? phases_hurt(&p, &now) == -1 : phases_hurt(&p, &now) == (int64_t)(rows[i].hurt * 1e6));
		story_release(&s);
	}
}

/* A snapshot taken anywhere, loaded and continued, ends where the whole story ends. */
static void a_snapshot_is_the_model(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i += 7) {
		struct story s;
		struct buf a, b;
		struct model *again = NULL;
		story_init(&s, true);
		tell_all(&s, table[i].story);
		buf_init(&a, JSON_KIT_MAX);
		buf_init(&b, JSON_KIT_MAX);
		model_dump(s.m, true, &a);
		row_true(i, model_load(a.data, a.len, &again, NULL) == STATUS_OK);
		model_dump(again, true, &b);
		row_true(i, a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
		row_true(i, again->kit != NULL);
		model_free(again);
		buf_release(&a);
		buf_release(&b);
		story_release(&s);
	}
}

/* Who somebody is may change while the kit stays: who comes afterwards knows. */
static void a_snapshot_has_the_kit_in_use(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, true);
	for (int i = 0; i < 3; i++) {
		struct buf b;
		struct model *again;
		story_eventf(&s, "kit.loaded", NULL, "engine", "{'digest':'%s','files':[],'uids':{'maya':%d}}", s.m->kit_digest, 4242 + i);
		buf_init(&b, JSON_KIT_MAX);
		model_dump(s.m, true, &b);
		assert_int_equal(model_load(b.data, b.len, &again, NULL), STATUS_OK);
		const struct kit_person *p = kit_person_by_uid(again->kit, 4242 + i);
		row_true(i, p && !strcmp(p->id, "maya"));
		row_true(i, strcmp(again->kit->digest, s.m->kit->digest) == 0);
		model_free(again);
		buf_release(&b);
	}
	story_release(&s);
}

/* A snapshot without curves says which are unknown, once; with what `curves` answers it is the whole model. */
static void curves_come_afterwards(void **state)
{
	(void)state;
	struct story s;
	struct buf thin, curves, whole, b;
	struct json *more = NULL;
	struct model *again = NULL;
	struct jw w;
	story_init(&s, true);
	story_sample(&s, "auth/errors", 0.25);
	story_sample(&s, "auth/errors", NAN);
	buf_init(&thin, JSON_KIT_MAX);
	buf_init(&whole, JSON_KIT_MAX);
	buf_init(&curves, JSON_KIT_MAX);
	buf_init(&b, JSON_KIT_MAX);
	assert_true(s.m->signals.n > 0 && s.m->signals.v[0].curve_n > 0);
	const char *service = s.m->signals.v[0].service;
	model_dump(s.m, false, &thin);
	model_dump(s.m, true, &whole);
	jw_init(&w, &curves);
	model_curves_dump(s.m, service, &w);
	assert_int_equal(json_parse(curves.data, curves.len, JSON_KIT_MAX, &more, NULL), STATUS_OK);
	assert_int_equal(model_load(thin.data, thin.len, &again, NULL), STATUS_OK);
	assert_int_equal(again->signals.v[0].curve_n, 0);
	assert_true(model_curves_ask(again, service));
	assert_false(model_curves_ask(again, service));
	assert_false(model_curves_ask(again, "nobody"));
	model_curves_load(again, more);
	assert_int_equal(again->signals.v[0].curve_n, s.m->signals.v[0].curve_n);
	model_dump(again, true, &b);
	assert_true(b.len == whole.len && memcmp(b.data, whole.data, b.len) == 0);
	json_free(more);
	model_free(again);
	buf_release(&thin);
	buf_release(&whole);
	buf_release(&curves);
	buf_release(&b);
	story_release(&s);
}

/* As a walk over all of them finds it. */
static const struct model_version *last_good(const struct model *m, const char *service)
{
	const struct model_version *best = NULL;
	vec_each(struct model_version, v, &m->versions)
		if (strcmp(v->service, service) == 0 && v->last && v->verdict != VERDICT_BAD && (!best || v->last >= best->last))
			best = v;
	return best;
}

static const struct model_deploy *deploy(const struct model *m, const char *service)
{
	vec_each(struct model_deploy, d, &m->deploys)
		if (strcmp(d->service, service) == 0)
			return d;
	return NULL;
}

/* What is a service's is found at once, whatever came, moved or was dropped since it was asked for last. */
static void a_service_finds_its_versions(void **state)
{
	(void)state;
	struct story s;
	char service[16], version[16], previous[16];
	story_init(&s, false);
	for (int i = 0; i < 400; i++) {
		story_at(&s, i);
		snprintf(service, sizeof service, "s%d", i * i % 7);
		snprintf(version, sizeof version, "%d", i * 5 % 83); /* some come back, and a service keeps 32 */
		snprintf(previous, sizeof previous, "%d", (i + 9) * 5 % 83);
		story_deploy(&s, service, version, previous);
		for (int k = 0; k < 9; k++) {
			snprintf(service, sizeof service, "s%d", k);
			row_true(i, model_deploy(s.m, service) == deploy(s.m, service));
			row_true(i, model_last_good(s.m, service) == last_good(s.m, service));
			const struct model_version *v = model_version(s.m, service, version);
			row_true(i, !v || (!strcmp(v->service, service) && !strcmp(v->version, version)));
		}
		row_true(i, model_version(s.m, s.m->deploys.v[0].service, s.m->deploys.v[0].version) != NULL);
	}
	assert_null(model_version(s.m, "s1", "never"));
	assert_null(model_deploy(s.m, "nobody"));
	story_release(&s);
}

static enum status load_incidents(int n, struct fault *f)
{
	struct buf b;
	struct model *m;
	buf_init(&b, JSON_KIT_MAX);
	buf_addf(&b, "{\"reducer\":%d,\"chain\":\"%064d\",\"columns\":{\"incident\":[\"name\"]},\"model\":{\"incidents\":[[\"\"]", REDUCER_VERSION, 0);
	for (int i = 1; i < n; i++)
		buf_adds(&b, ",[\"\"]");
	buf_adds(&b, "]},\"kit\":null}");
	enum status s = model_load(buf_str(&b), b.len, &m, f);
	assert_true(s ? !m : m->incidents.n == (size_t)n);
	model_free(m);
	buf_release(&b);
	return s;
}

/* A few bytes that would take many are refused, however whole they look. */
static void memory_follows_what_was_sent(void **state)
{
	(void)state;
	struct fault f;
	assert_int_equal(load_incidents(10, &f), STATUS_OK);
	assert_int_equal(load_incidents(20000, &f), STATUS_USAGE);
	assert_non_null(strstr(f.what, "more records"));
}

/* A field that the tables leave out would be missing from every snapshot: no hole wider than padding. */
static void the_tables_know_every_field(void **state)
{
	(void)state;
	static const struct table *const tables[] = {&deploy_table, &version_table, &change_table, &row_table, &report_table, &incident_table,
		&action_table, &breach_table, &verify_table, &check_table, &pin_table, &freeze_table, &backend_table, &seat_table, &armed_table,
		&line_table, &ask_table, &gap_table, &file_table, &uid_table};
	for (size_t k = 0; k < COUNT(tables); k++) {
		unsigned char covered[2048] = {0};
		size_t hole = 0;
		assert_true(tables[k]->size <= sizeof covered);
		for (size_t f = 0; f < tables[k]->n; f++)
			memset(covered + tables[k]->fields[f].off, 1, field_size(&tables[k]->fields[f]));
		for (size_t b = 0; b < tables[k]->size; b++) {
			hole = covered[b] ? 0 : hole + 1;
			row_true(k, hole < 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_follow_the_contract), cmocka_unit_test(durations_survive_clocks),
		cmocka_unit_test(promises_are_held_against_the_right_spans), cmocka_unit_test(clocks_stop_where_it_is_over),
		cmocka_unit_test(a_snapshot_is_the_model), cmocka_unit_test(a_snapshot_has_the_kit_in_use), cmocka_unit_test(curves_come_afterwards),
		cmocka_unit_test(a_service_finds_its_versions), cmocka_unit_test(memory_follows_what_was_sent), cmocka_unit_test(the_tables_know_every_field)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
