/* The choke point: an incident from quiet to closed, and everything that is refused on the way. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "story.h"

#define PREFLIGHT "{'ready':true,'effect':'switches','command':'ln -s','from':'2','to':'1','expect':'x','current':['1','2'],'checks':[],'not_undone':[]}"

/* Seconds from a to b: traffic, failures at `v`, a tick each second. */
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

/* Version 1 serves, then 2, and logins fail from second 30 on; breached at about 50. */
static void outage(struct story *s)
{
	story_init(s, true);
	story_deploy(s, "auth", "1", "0");
	run(s, 0, 20, 0.001);
	story_deploy(s, "auth", "2", "1");
	run(s, 21, 60, 0.6);
}

static void perform(struct story *s, const char *key, const char *result)
{
	struct buf b;
	struct json *tree = NULL;
	struct drafts ds = {0};
	buf_init(&b, JSON_LINE_MAX);
	story_quote(result, &b);
	assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &tree, NULL), STATUS_OK);
	decide_outcome(s->m, &s->now, key, tree, NULL, 0, false, &ds);
	story_drafts(s, &ds);
	json_free(tree);
	buf_release(&b);
}

static enum status fire(struct story *s, const char *person, const char *action)
{
	struct panel p;
	char params[300];
	story_panel(s, person, strcmp(action, "ledger-rollback") == 0 ? "ledger" : "auth", action, PREFLIGHT, &p);
	(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'logins fail'}", p.digest);
	enum status st = story_ask_panel(s, person, "fire", params, &p);
	panel_release(&p);
	return st;
}

static const struct model_incident *inc(const struct story *s)
{
	return &s->m->incidents.v[0];
}

static void from_bad_to_verified(void **state)
{
	(void)state;
	struct story s;
	struct phases p;
	outage(&s);
	const struct model_row *r = model_row(s.m, "locked-out", "auth");
	assert_true(r && r->state == ROW_BREACHED);
	assert_int_equal(story_ask(&s, "maya", "declare", "{'title':'users cannot log in'}"), STATUS_OK);
	assert_int_equal(inc(&s)->services.n, 1); /* the breached one */
	assert_string_equal(inc(&s)->commander, "maya");
	char why[200];
	const struct kit_action *k = propose(s.m, inc(&s), NULL, why, sizeof why);
	assert_non_null(k);
	assert_string_equal(k->name, "auth-rollback");
	assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
	assert_int_equal(story_count(&s, "action.fired"), 1);
	phases_of(s.m, inc(&s), &p);
	assert_int_equal(phases_state(inc(&s), &p), INCIDENT_FIRED);
	run(&s, 61, 64, 0.6);
	perform(&s, "INC-1/1", "{'outcome':'done','changed':'full','detail':'answers 1','evidence':{}}");
	story_deploy(&s, "auth", "1", "2");
	assert_true(model_version(s.m, "auth", "2")->verdict == VERDICT_BAD);
	assert_non_null(model_pin(s.m, "auth", "2"));
	run(&s, 65, 104, 0.001);
	assert_int_equal(inc(&s)->verified.at, 0); /* window 10 s after 64, then 30 s */
	run(&s, 105, 110, 0.001);
	assert_true(inc(&s)->verified.at != 0);
	phases_of(s.m, inc(&s), &p);
	assert_int_equal(phases_state(inc(&s), &p), INCIDENT_VERIFIED);
	assert_int_equal((p.at[PHASE_ONSET].at - STORY_BASE) / US_SECOND, 25);
	assert_int_equal(story_ask(&s, "maya", "close", "{'as':'reverted'}"), STATUS_OK);
	assert_false(inc(&s)->open);
	story_release(&s);
}

/* The timer is the owner's time to decide: a decision stops it. */
static void a_decision_stops_the_owners_timer(void **state)
{
	(void)state;
	for (int fired = 0; fired < 2; fired++) {
		struct story s;
		outage(&s);
		assert_int_equal(story_ask(&s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
		if (fired)
			assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
		run(&s, 61, 150, 0.6);
		assert_int_equal(model_row(s.m, "locked-out", "auth")->state, fired ? ROW_BREACHED : ROW_OVERDUE);
		story_release(&s);
	}
}

/* Good samples of after the revert that were filled in prove nothing, whether a row breached or not: live ones do. */
static void what_is_filled_in_is_no_proof(void **state)
{
	static const char *const keys[] = {"auth/logins", "auth/fails", "auth/latency"};
	static const double values[] = {20, 0.001, 100};
	(void)state;
	for (int breached = 0; breached < 2; breached++) {
		struct story s;
		char at[INSTANT_LEN];
		story_init(&s, true);
		story_deploy(&s, "auth", "1", "0");
		story_deploy(&s, "auth", "2", "1");
		run(&s, 0, 60, breached ? 0.6 : 0.001);
		assert_int_equal(story_ask(&s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
		assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
		run(&s, 61, 64, breached ? 0.6 : 0.001);
		perform(&s, "INC-1/1", "{'outcome':'done','changed':'full','detail':'answers 1','evidence':{}}");
		story_deploy(&s, "auth", "1", "2");
		for (int t = 65; t < 200; t++) {
			story_at(&s, t);
			for (size_t i = 0; i < COUNT(keys) && t % 5 == 0; i++)
				story_eventf(&s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','filled':true,'v':{'%s':%g},'bad':{}}",
					instant_print(s.now.at, at), keys[i], values[i]);
			story_tick(&s);
			assert_int_equal(inc(&s)->verified.at, 0);
			assert_true(model_row_standing(model_row(s.m, "locked-out", "auth")) || !breached);
		}
		run(&s, 200, 240, 0.001);
		assert_true(inc(&s)->verified.at != 0);
		story_release(&s);
	}
}

/* What keeps "verified" from being said; each row alone must be enough. */
static void never_verified_without_proof(void **state)
{
	(void)state;
	static const struct { const char *name; double after; bool version, report, traffic; bool passes; } rows[] = {
		{"all good", 0.001, true, false, true, true},
		{"still failing", 0.3, true, false, true, false},
		{"between limits", 0.03, true, false, true, false},
		{"silent", NAN, true, false, true, false},
		{"another version", 0.001, false, false, true, false},
		{"a report stands", 0.001, true, true, true, false},
		{"no traffic", 0.001, true, false, false, false}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		outage(&s);
		assert_int_equal(story_ask(&s, "maya", "declare", "{'title':'x','services':['auth']}"), STATUS_OK);
		if (rows[k].report)
			assert_int_equal(story_ask(&s, "ravi", "report", "{'signal':'cannot_login','service':'auth','note':'me'}"), STATUS_OK);
		assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
		perform(&s, "INC-1/1", "{'outcome':'done','changed':'full','detail':'','evidence':{}}");
		story_deploy(&s, "auth", rows[k].version ? "1" : "2", rows[k].version ? "2" : "1"); /* a third one would be somebody's, and adopted */
		for (int t = 61; t <= 400; t++) {
			story_at(&s, t);
			if (t % 5 == 0) {
				story_sample(&s, "auth/logins", rows[k].traffic ? 20 : 0);
				story_sample(&s, "auth/fails", rows[k].after);
			}
			story_tick(&s);
		}
		row_true(k, (inc(&s)->verified.at != 0) == rows[k].passes);
		const struct model_verify *v = model_verify(inc(&s), "auth");
		row_true(k, v && (rows[k].passes ? v->state == VERIFY_PASSED : v->state == VERIFY_FAILED || v->state == VERIFY_UNMEASURED));
		story_release(&s);
	}
}

/* ---- refusals ---- */
enum stage { QUIET, OPEN, RUNNING, UNKNOWN_NOW, DONE, CLOSED };

static void set_stage(struct story *s, enum stage st)
{
	outage(s);
	if (st >= OPEN)
		assert_int_equal(story_ask(s, "maya", "declare", "{'title':'t','services':['auth']}"), STATUS_OK);
	if (st >= RUNNING)
		assert_int_equal(fire(s, "maya", "auth-rollback"), STATUS_OK);
	if (st == UNKNOWN_NOW) {
		struct drafts ds = {0};
		decide_restarted(s->m, &s->now, &ds);
		assert_int_equal(ds.n, 1);
		story_drafts(s, &ds);
	}
	if (st >= DONE)
		perform(s, "INC-1/1", "{'outcome':'done','changed':'full','detail':'','evidence':{}}");
	if (st >= CLOSED)
		assert_int_equal(story_ask(s, "maya", "close", "{'as':'reverted'}"), STATUS_OK);
}

static const struct { enum stage stage; const char *person, *verb, *params; enum status status; const char *code; } asks[] = {
	{QUIET, NULL, "declare", "{'title':'t'}", STATUS_DENIED, "unknown-person"},
	{QUIET, "maya", "dance", "{}", STATUS_USAGE, "unknown-ask"},
	{QUIET, "maya", "declare", "{}", STATUS_USAGE, "title"},
	{QUIET, "maya", "declare", "{'title':'t','services':['outh']}", STATUS_USAGE, "no-service"},
	{QUIET, "maya", "declare", "{'title':'t','onset':'yesterday'}", STATUS_USAGE, "bad-time"},
	{QUIET, "maya", "declare", "{'title':'t','onset':'2099-01-01T00:00:00Z'}", STATUS_USAGE, "bad-time"},
	{QUIET, "tomas", "declare", "{'title':'t'}", STATUS_OK, ""},
	{OPEN, "maya", "declare", "{'title':'t','services':['auth']}", STATUS_OK, ""},
	{OPEN, "maya", "declare", "{'title':'t','services':['auth','ledger']}", STATUS_USAGE, "held"},
	{OPEN, "maya", "declare", "{'title':'t','services':['ledger'],'incident':'INC-1'}", STATUS_OK, ""},
	{OPEN, "maya", "declare", "{'title':'t','services':['ledger'],'incident':'INC-9'}", STATUS_USAGE, "no-incident"},
	{OPEN, "maya", "declare", "{'title':'t','services':['ledger']}", STATUS_OK, ""},
	{CLOSED, "maya", "note", "{'text':'t','incident':'INC-1'}", STATUS_USAGE, "closed"},
	{QUIET, "maya", "report", "{'signal':'cannot_logon'}", STATUS_USAGE, "no-report"},
	{QUIET, "maya", "report", "{'signal':'other'}", STATUS_USAGE, "no-note"},
	{QUIET, "maya", "report", "{'signal':'other','note':'odd'}", STATUS_OK, ""},
	{QUIET, "tomas", "report", "{'signal':'cannot_login','service':'auth'}", STATUS_OK, ""},
	{QUIET, "maya", "report", "{'signal':'cannot_login','service':'nope'}", STATUS_USAGE, "no-service"},
	{QUIET, "maya", "report", "{'signal':'cannot_login','gone':true}", STATUS_NO, "not-reported"},
	{QUIET, "maya", "note", "{}", STATUS_USAGE, "no-text"},
	{QUIET, "maya", "note", "{'text':'hello'}", STATUS_OK, ""},
	{QUIET, "maya", "arm", "{'action':'auth-rolback'}", STATUS_USAGE, "no-action"},
	{QUIET, "maya", "arm", "{'action':'auth-rollback'}", STATUS_OK, ""},
	{QUIET, "maya", "arm", "{'action':'auth-rollback','to':'a b'}", STATUS_USAGE, "bad-version"},
	{QUIET, "maya", "arm", "{'action':'auth-rollback','break_glass':true}", STATUS_DENIED, "break-glass"},
	{RUNNING, "maya", "arm", "{'action':'auth-rollback'}", STATUS_OK, ""},
	{QUIET, "maya", "fire", "{'digest':'x'}", STATUS_NO, "no-panel"},
	{QUIET, "maya", "cancel", "{'key':'INC-1/1'}", STATUS_USAGE, "no-key"},
	{RUNNING, "maya", "cancel", "{'key':'INC-1/1'}", STATUS_OK, ""},
	{RUNNING, "tomas", "cancel", "{'key':'INC-1/1'}", STATUS_DENIED, "authority"},
	{DONE, "maya", "cancel", "{'key':'INC-1/1'}", STATUS_NO, "over"},
	{UNKNOWN_NOW, "maya", "cancel", "{'key':'INC-1/1'}", STATUS_NO, "unknown"},
	{RUNNING, "maya", "resolve", "{'key':'INC-1/1','outcome':'done','reason':'seen'}", STATUS_NO, "not-unknown"},
	{UNKNOWN_NOW, "maya", "resolve", "{'key':'INC-1/1','outcome':'maybe','reason':'seen'}", STATUS_USAGE, "bad-outcome"},
	{UNKNOWN_NOW, "maya", "resolve", "{'key':'INC-1/1','outcome':'done'}", STATUS_USAGE, "no-reason"},
	{UNKNOWN_NOW, "tomas", "resolve", "{'key':'INC-1/1','outcome':'done','reason':'seen'}", STATUS_DENIED, "authority"},
	{UNKNOWN_NOW, "maya", "resolve", "{'key':'INC-1/1','outcome':'done','reason':'seen'}", STATUS_OK, ""},
	{QUIET, "maya", "veto", "{}", STATUS_NO, "nothing"},
	{RUNNING, "maya", "veto", "{'key':'INC-1/1'}", STATUS_NO, "not-waiting"},
	{QUIET, "maya", "ack", "{}", STATUS_USAGE, "not-built"},
	{QUIET, "maya", "pin", "{'service':'auth','version':'2','reason':'bad'}", STATUS_OK, ""},
	{QUIET, "maya", "pin", "{'service':'auth','version':'2'}", STATUS_USAGE, "no-reason"},
	{QUIET, "maya", "pin", "{'service':'auth','version':'2;rm','reason':'bad'}", STATUS_USAGE, "bad-version"},
	{QUIET, "tomas", "pin", "{'service':'auth','version':'2','reason':'bad'}", STATUS_DENIED, "authority"},
	{DONE, "maya", "pin", "{'service':'auth','version':'2','reason':'bad'}", STATUS_NO, "pinned"},
	{DONE, "maya", "unpin", "{'service':'auth','version':'2','reason':'mended'}", STATUS_OK, ""},
	{QUIET, "maya", "unpin", "{'service':'auth','version':'2','reason':'x'}", STATUS_NO, "not-pinned"},
	{QUIET, "ravi", "freeze", "{'service':'auth'}", STATUS_OK, ""},
	{QUIET, "ravi", "freeze", "{'service':'all'}", STATUS_DENIED, "authority"},
	{QUIET, "maya", "freeze", "{'service':'all'}", STATUS_OK, ""},
	{QUIET, "maya", "unfreeze", "{'service':'auth'}", STATUS_NO, "not-frozen"},
	{QUIET, "maya", "take", "{}", STATUS_USAGE, "no-incident"},
	{OPEN, "maya", "take", "{}", STATUS_NO, "yours"},
	{OPEN, "ravi", "take", "{}", STATUS_DENIED, "authority"},
	{OPEN, "maya", "hand-over", "{'person':'ravi'}", STATUS_DENIED, "authority"},
	{OPEN, "maya", "hand-over", "{'person':'lena'}", STATUS_OK, ""},
	{OPEN, "maya", "hand-over", "{'person':'nobody'}", STATUS_USAGE, "no-person"},
	{OPEN, "maya", "hand-over", "{'person':'maya'}", STATUS_USAGE, "yours"},
	{OPEN, "lena", "hand-over", "{'person':'lena'}", STATUS_DENIED, "not-commander"},
	{QUIET, "maya", "close", "{'as':'reverted'}", STATUS_USAGE, "no-incident"},
	{OPEN, "maya", "close", "{'as':'fine'}", STATUS_USAGE, "bad-resolution"},
	{OPEN, "lena", "close", "{'as':'reverted'}", STATUS_DENIED, "not-commander"},
	{RUNNING, "maya", "close", "{'as':'reverted'}", STATUS_NO, "busy"},
	{UNKNOWN_NOW, "maya", "close", "{'as':'reverted'}", STATUS_NO, "busy"},
	{OPEN, "maya", "close", "{'as':'false-alarm'}", STATUS_OK, ""},
	{OPEN, "lena", "reload", "{}", STATUS_DENIED, "not-commander"},
	{OPEN, "maya", "reload", "{}", STATUS_OK, ""},
	{QUIET, "lena", "reload", "{}", STATUS_OK, ""},
};

static void asks_are_answered(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(asks); k++) {
		struct story s;
		set_stage(&s, asks[k].stage);
		int64_t before = s.seq;
		enum status st = story_ask(&s, asks[k].person, asks[k].verb, asks[k].params);
		if (st != asks[k].status || strcmp(s.last.fault.code, asks[k].code) != 0)
			fail_msg("row %zu: %s %s: status %d, code '%s' (%s)", k, asks[k].verb, asks[k].params, (int)st, s.last.fault.code, s.last.fault.what);
		row_true(k, st == STATUS_OK || s.seq == before); /* a refusal records nothing */
		story_release(&s);
	}
}

/* ---- who may fire what ---- */
static void authority_by_radius(void **state)
{
	(void)state;
	static const struct { enum stage stage; const char *person, *action; enum status status; const char *code; } rows[] = {
		{QUIET, "maya", "auth-rollback", STATUS_OK, ""}, {QUIET, "ravi", "auth-rollback", STATUS_OK, ""},
		{QUIET, "lena", "auth-rollback", STATUS_OK, ""}, {QUIET, "tomas", "auth-rollback", STATUS_DENIED, "authority"},
		{OPEN, "maya", "auth-rollback", STATUS_OK, ""}, {OPEN, "ravi", "auth-rollback", STATUS_OK, ""},
		{OPEN, "lena", "auth-rollback", STATUS_DENIED, "authority"}, /* not this incident's commander */
		{QUIET, "ravi", "ledger-rollback", STATUS_DENIED, "authority"}, {QUIET, "lena", "ledger-rollback", STATUS_OK, ""},
		{QUIET, "maya", "auth-everywhere", STATUS_DENIED, "authority"}, {QUIET, "maya", "auth-data", STATUS_DENIED, "bleeding"},
		{RUNNING, "maya", "auth-rollback", STATUS_OK, ""}, {RUNNING, "maya", "auth-forward", STATUS_NO, "busy"},
		{UNKNOWN_NOW, "maya", "auth-forward", STATUS_NO, "busy"}, {DONE, "maya", "auth-forward", STATUS_OK, ""}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		set_stage(&s, rows[k].stage);
		size_t fired = story_count(&s, "action.fired");
		enum status st = fire(&s, rows[k].person, rows[k].action);
		if (st != rows[k].status || strcmp(s.last.fault.code, rows[k].code) != 0)
			fail_msg("row %zu: status %d, code '%s' (%s)", k, (int)st, s.last.fault.code, s.last.fault.what);
		bool again = strstr(buf_str(&s.last.result), "\"already\":true") != NULL;
		row_true(k, story_count(&s, "action.fired") == fired + (st == STATUS_OK && !again));
		row_true(k, again == (rows[k].stage == RUNNING && st == STATUS_OK));
		story_release(&s);
	}
}

/* Fired is exactly what was shown, or nothing. */
static void a_panel_is_void_when_the_world_moved(void **state)
{
	(void)state;
	static const struct { const char *what; enum status status; const char *code; } rows[] = {
		{"nothing", STATUS_OK, ""}, {"digest", STATUS_NO, "changed"}, {"kit", STATUS_NO, "changed"}, {"deploy", STATUS_NO, "changed"},
		{"person", STATUS_DENIED, "another-person"}, {"not ready", STATUS_NO, "preflight"}, {"served", STATUS_OK, ""},
		{"bad target", STATUS_NO, "was-bad"}, {"unarmed", STATUS_DENIED, "unarmed"}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		struct panel p;
		char params[300];
		outage(&s);
		const char *w = rows[k].what;
		if (strcmp(w, "bad target") == 0) { /* 1 was rolled back from once */
			story_event(&s, "incident.declared", "INC-1", "maya", "{'title':'t','services':['auth']}");
			story_event(&s, "action.requested", "INC-1", "maya", "{'key':'INC-1/1','op':'o','a':{'name':'x','service':'auth','class':'reverse','from':'1','to':'0'},'backend':'b'}");
			story_event(&s, "action.ended", "INC-1", "maya", "{'key':'INC-1/1','outcome':'done','changed':'full'}");
			story_event(&s, "incident.closed", "INC-1", "maya", "{'as':'reverted'}");
		}
		story_panel(&s, "maya", "auth", "auth-rollback", strcmp(w, "not ready") == 0 ? "{'ready':false,'from':'2','to':'1'}" :
			strcmp(w, "served") == 0 ? "{'ready':true,'from':'2','to':'2'}" : PREFLIGHT, &p);
		(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'r'}", strcmp(w, "digest") == 0 ? "00" : p.digest);
		story_at(&s, 61);
		if (strcmp(w, "kit") == 0)
			s.m->kit_digest = "another";
		if (strcmp(w, "unarmed") == 0)
			s.m->kit->armed = false;
		if (strcmp(w, "deploy") == 0)
			story_deploy(&s, "auth", "3", "2");
		size_t fired = story_count(&s, "action.fired");
		enum status st = story_ask_panel(&s, strcmp(w, "person") == 0 ? "ravi" : "maya", "fire", params, &p);
		if (st != rows[k].status || strcmp(s.last.fault.code, rows[k].code) != 0)
			fail_msg("%s: status %d, code '%s' (%s)", w, (int)st, s.last.fault.code, s.last.fault.what);
		row_true(k, story_count(&s, "action.fired") - fired == (strcmp(w, "nothing") == 0));
		panel_release(&p);
		story_release(&s);
	}
}

/* What the backend says of the way back is not put among what we say. */
static void a_panel_keeps_strangers_apart(void **state)
{
	(void)state;
	static const struct { const char *back, *expected; } rows[] = {
		{"null", "(no brief)\"]"}, {"{'safe':null,'why':'WHY'}", "(no brief)\"]"},
		{"{'safe':null,'why':'WHY'}", "\"back\":{\"safe\":null,\"why\":\"WHY\"}"}, {"{'safe':false}", "\"back\":{\"safe\":false,\"why\":null}"},
		{"{'safe':false,'why':'WHY'}", "\"back\":{\"safe\":false,\"why\":\"WHY\"}"}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		struct panel p;
		struct buf b;
		outage(&s);
		story_eventf(&s, "deploy", NULL, "plugin:cluster",
			"{'backend':'cluster','service':'auth','version':'2','previous':'1','share':1,'state':'live','back':%s}", rows[k].back);
		story_panel(&s, "maya", "auth", "auth-rollback", PREFLIGHT, &p);
		buf_init(&b, JSON_LINE_MAX);
		panel_print(s.m, &p, "maya", &s.now, &b);
		if (!strstr(buf_str(&b), rows[k].expected))
			fail_msg("row %zu: no %s in %s", k, rows[k].expected, buf_str(&b));
		const char *ours = strstr(buf_str(&b), "\"not_known\""), *why = strstr(buf_str(&b), "WHY");
		row_true(k, !why || why > strchr(ours, ']'));
		buf_release(&b);
		panel_release(&p);
		story_release(&s);
	}
}

/* An ask that comes twice is answered with what became of the first. */
static void an_ask_is_done_once(void **state)
{
	(void)state;
	struct story s;
	outage(&s);
	assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
	int64_t before = s.seq;
	s.asks--;
	assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
	assert_int_equal(s.seq, before);
	assert_non_null(strstr(buf_str(&s.last.result), "\"again\":true"));
	assert_non_null(strstr(buf_str(&s.last.result), "INC-1/1"));
	story_release(&s);
}

/* The digest changes with everything that would run, and with nothing else. */
static void the_digest_binds_what_runs(void **state)
{
	(void)state;
	static const struct { const char *a, *program, *kit; bool same; } rows[] = {
		{"{'name':'x','to':'1','by':'maya','incident':'INC-1','reason':'r'}", "p", "k", true},
		{"{'to':'1','name':'x'}", "p", "k", true}, {"{'name':'x','to':'1','by':'ravi'}", "p", "k", true},
		{"{'name':'x','to':'2'}", "p", "k", false}, {"{'name':'y','to':'1'}", "p", "k", false},
		{"{'name':'x','to':'1','expect':''}", "p", "k", false}, {"{'name':'x','to':'1'}", "q", "k", false},
		{"{'name':'x','to':'1'}", "p", "l", false}, {"{'name':'x','to':'1'}", "p\nk", "", false}};
	char want[SHA_HEX], got[SHA_HEX];
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct buf b;
		struct json *a = NULL;
		buf_init(&b, JSON_LINE_MAX);
		story_quote(rows[k].a, &b);
		assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &a, NULL), STATUS_OK);
		action_digest(a, rows[k].program, rows[k].kit, k ? got : want);
		row_true(k, k == 0 || (strcmp(want, got) == 0) == rows[k].same);
		json_free(a);
		buf_release(&b);
	}
}

/* ---- what came back ---- */
static void outcomes_are_believed_with_care(void **state)
{
	(void)state;
	static const struct { const char *result; int code; bool reconcile; double later; enum outcome want; const char *changed; } rows[] = {
		{"{'outcome':'done','changed':'full'}", 0, false, 1, OUTCOME_DONE, "full"},
		{"{'outcome':'done','changed':'none'}", 0, false, 1, OUTCOME_DONE, "none"},
		{"{'outcome':'failed','changed':'partial'}", 0, false, 1, OUTCOME_FAILED, "partial"},
		{"{'outcome':'failed'}", 0, false, 1, OUTCOME_FAILED, "unknown"},
		{"{'outcome':'splendid'}", 0, false, 1, OUTCOME_UNKNOWN, "unknown"}, {"{}", 0, false, 1, OUTCOME_UNKNOWN, "unknown"},
		{NULL, 0, false, 1, OUTCOME_UNKNOWN, "unknown"}, {NULL, -32003, false, 1, OUTCOME_FAILED, "none"},
		{NULL, -32001, false, 1, OUTCOME_FAILED, "none"}, {NULL, -32603, false, 1, OUTCOME_UNKNOWN, "unknown"},
		{NULL, -32004, false, 1, OUTCOME_UNKNOWN, "unknown"},
		{"{'outcome':'not-started','changed':'none'}", 0, true, 1, OUTCOME_RUNNING, "none"},
		{"{'outcome':'not-started','changed':'none'}", 0, true, 389, OUTCOME_RUNNING, "none"},
		{"{'outcome':'not-started','changed':'none'}", 0, true, 391, OUTCOME_FAILED, "none"},
		{"{'outcome':'not-started','changed':'none'}", 0, false, 391, OUTCOME_UNKNOWN, "unknown"},
		{"{'outcome':'running'}", 0, true, 1, OUTCOME_RUNNING, "none"}, {"{'outcome':'done','changed':'full'}", 0, true, 1, OUTCOME_DONE, "full"},
		{NULL, -32001, true, 1, OUTCOME_UNKNOWN, "unknown"}};
	for (size_t k = 0; k < COUNT(rows); k++) {
		struct story s;
		struct drafts ds = {0};
		struct json *tree = NULL;
		struct fault f;
		struct buf b;
		outage(&s);
		assert_int_equal(fire(&s, "maya", "auth-rollback"), STATUS_OK);
		story_at(&s, 60 + rows[k].later);
		fault_set(&f, STATUS_OUTSIDE, "x", "it broke");
		buf_init(&b, JSON_LINE_MAX);
		if (rows[k].result) {
			story_quote(rows[k].result, &b);
			assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &tree, NULL), STATUS_OK);
		}
		decide_outcome(s.m, &s.now, "INC-1/1", tree, tree ? NULL : &f, rows[k].code, rows[k].reconcile, &ds);
		story_drafts(&s, &ds);
		const struct model_action *a = model_action(s.m, "INC-1/1");
		row_true(k, a->outcome == rows[k].want);
		row_true(k, strcmp(a->changed, rows[k].changed) == 0);
		json_free(tree);
		buf_release(&b);
		story_release(&s);
	}
}

static void reconcile_is_asked_in_growing_pauses(void **state)
{
	(void)state;
	static const int64_t want[] = {0, 2, 5, 10, 20, 50, 80, 110, 140, 170, 200, 230, 260, 290, 320, 350, 380, 410, 710, 1010};
	struct story s;
	set_stage(&s, UNKNOWN_NOW); /* timeout 6 m, settle 30 s */
	for (size_t k = 0; k < COUNT(want); k++)
		row_true(k, reconcile_after(s.m, "INC-1/1", (int)k, &s.now, &s.now) == want[k] * US_SECOND);
	perform(&s, "INC-1/1", "{'outcome':'failed','changed':'none'}");
	assert_int_equal(reconcile_after(s.m, "INC-1/1", 0, &s.now, &s.now), -1);
	story_release(&s);
}

/* ---- command ---- */
static void command_changes_hands_in_steps(void **state)
{
	(void)state;
	struct story s;
	set_stage(&s, OPEN);
	story_event(&s, "client", NULL, "maya", "{'what':'opened','person':'maya','uid':1001,'role':'console'}");
	assert_int_equal(story_ask(&s, "lena", "take", "{}"), STATUS_OK); /* maya has a console: she is asked */
	assert_string_equal(inc(&s)->commander, "maya");
	assert_int_equal(story_ask(&s, "maya", "veto", "{}"), STATUS_OK);
	assert_null(inc(&s)->asked_by);
	assert_int_equal(story_ask(&s, "lena", "take", "{}"), STATUS_OK);
	story_at(&s, 89);
	story_tick(&s);
	assert_string_equal(inc(&s)->commander, "maya");
	story_at(&s, 91);
	story_tick(&s);
	assert_string_equal(inc(&s)->commander, "lena");
	assert_int_equal(story_ask(&s, "lena", "hand-over", "{'person':'maya'}"), STATUS_OK);
	assert_string_equal(inc(&s)->commander, "lena"); /* until it is accepted */
	assert_int_equal(story_ask(&s, "maya", "take", "{}"), STATUS_OK);
	assert_string_equal(inc(&s)->commander, "maya");
	story_event(&s, "client", NULL, "maya", "{'what':'closed','person':'maya','uid':1001,'role':'console'}");
	story_at(&s, 91 + 121);
	assert_int_equal(story_ask(&s, "lena", "take", "{}"), STATUS_OK); /* gone for two minutes: at once */
	assert_string_equal(inc(&s)->commander, "lena");
	story_release(&s);
}

static void a_version_that_returns_is_an_alarm(void **state)
{
	(void)state;
	struct story s;
	set_stage(&s, DONE);
	story_deploy(&s, "auth", "1", "2");
	run(&s, 61, 70, 0.001);
	assert_false(model_pin(s.m, "auth", "2")->returned);
	story_deploy(&s, "auth", "2", "1");
	story_tick(&s);
	const struct model_pin *p = model_pin(s.m, "auth", "2");
	assert_true(p->returned);
	assert_string_equal(p->returned_by, "ci");
	story_release(&s);
}

/* Who is who is resolved anew whenever the kit is loaded, though the kit itself is the same. */
static void logins_follow_the_newest_load(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, true);
	assert_non_null(kit_person_by_uid(s.m->kit, 1001));
	story_eventf(&s, "kit.loaded", NULL, "engine", "{'digest':'%s','files':[{'path':'kit.yaml','sha':''}],'uids':{'maya':4242}}", s.m->kit_digest);
	const struct kit_person *p = kit_person_by_uid(s.m->kit, 4242);
	assert_true(p && strcmp(p->id, "maya") == 0);
	assert_null(kit_person_by_uid(s.m->kit, 1001));
	assert_null(kit_person_by_uid(s.m->kit, 77));
	story_eventf(&s, "kit.loaded", NULL, "engine", "{'digest':'%s','files':[],'uids':{'olga':77}}", s.m->kit_digest);
	assert_non_null(kit_person_by_uid(s.m->kit, 77));
	story_eventf(&s, "kit.loaded", NULL, "engine", "{'digest':'%s','files':[],'uids':{}}", s.m->kit_digest);
	assert_null(kit_person_by_uid(s.m->kit, 77)); /* a login that is gone gives nobody its rights */
	story_release(&s);
}

/* The journal folded again is the model that was live: nothing was kept beside it. */
static void replay_is_live(void **state)
{
	(void)state;
	struct story s;
	struct buf a, b;
	set_stage(&s, DONE);
	story_deploy(&s, "auth", "1", "2");
	run(&s, 61, 130, 0.001);
	struct model *again = story_again(&s);
	buf_init(&a, JSON_KIT_MAX);
	buf_init(&b, JSON_KIT_MAX);
	model_dump(s.m, true, &a);
	model_dump(again, true, &b);
	assert_true(a.len > 1000 && a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
	buf_release(&a);
	buf_release(&b);
	model_free(again);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_bad_to_verified), cmocka_unit_test(a_decision_stops_the_owners_timer), cmocka_unit_test(what_is_filled_in_is_no_proof), cmocka_unit_test(never_verified_without_proof), cmocka_unit_test(asks_are_answered),
		cmocka_unit_test(authority_by_radius), cmocka_unit_test(a_panel_is_void_when_the_world_moved),
		cmocka_unit_test(a_panel_keeps_strangers_apart), cmocka_unit_test(an_ask_is_done_once),
		cmocka_unit_test(the_digest_binds_what_runs), cmocka_unit_test(outcomes_are_believed_with_care),
		cmocka_unit_test(reconcile_is_asked_in_growing_pauses), cmocka_unit_test(command_changes_hands_in_steps),
		cmocka_unit_test(a_version_that_returns_is_an_alarm), cmocka_unit_test(logins_follow_the_newest_load), cmocka_unit_test(replay_is_live)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
