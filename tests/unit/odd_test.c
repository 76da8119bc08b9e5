/* A journal that a stranger wrote: every member of every body is something else
 * once, and whatever then stands in the model is dumped, loaded and drawn in
 * every view.  Nothing crashes; what it says is its writer's. */
#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "story.h"
#include "tui/views/views.h"

#define OF_A_KIND 2

static const char *const odd[] = {"null", "true", "-1", "1e300", "9007199254740993", "\"\"", "\"x\"", "\"\\u001b[2J\\u202e\"", "[]", "[1,\"x\",null,[]]",
	"{}", "{\"\":1,\"a/b\":[],\"auth/fails\":\"x\"}", "[{}]", "\"INC-1\"", "\"INC-1/1\"", "\"9999-12-31T23:59:59.999999Z\"", "\"0000-00-00\""};

static struct story st;
static struct ui ui;
static struct cells frame;
static long drawn;

static void ask(void *ctx, const char *verb, const char *params, enum tag tag)
{
	(void)ctx;
	(void)verb;
	(void)params;
	(void)tag;
}

static void tell(void)
{
	static const char preflight[] = "{'ready':true,'from':'2','to':'1'}", *const more[][2] = {
		{"client", "{'what':'opened','person':'maya','uid':1001,'role':'console'}"}, {"clock", "{'what':'step','by_us':5}"},
		{"plugin", "{'backend':'web','plugin':'probe','version':'1','state':'down','pid':1,'restarts':1,'verbs':['rollback'],'why':'x'}"},
		{"change", "{'backend':'web','service':'auth','what':'flag','name':'f','from':'a','to':'b','by':'maya','at':'2026-11-24T00:03:00Z'}"},
		{"samples", "{'backend':'web','at':'2026-11-24T00:03:00Z','v':{'auth/fails':0.5,'auth/logins':7},'n':{'auth/fails':9},'bad':{'ledger/errors':'failed'}}"},
		{"baseline", "{'service':'auth','signal':'fails','value':1}"}, {"withheld", "{'seqs':[[1,2]],'reason':'r','by':'maya'}"},
		{"action.armed", "{'action':'auth-rollback','service':'auth'}"}, {"action.disarmed", "{'action':'auth-rollback','service':'auth','why':'Esc'}"},
		{"action.progress", "{'key':'INC-1/1','share':0.5,'text':'half'}"}, {"action.vetoed", "{'key':'INC-1/1','by':'maya'}"},
		{"action.ended", "{'key':'INC-1/1','op':'00','outcome':'done','changed':'full','detail':'d','evidence':{'refs':[{'system':'s','id':'i','url':'u'}]}}"},
		{"verify", "{'state':'passed','why':'w','checks':[{'name':'n','from':'kit','state':'passed','was_bad':true}]}"},
		{"commander", "{'what':'offered','to':'lena','by':'maya'}"}, {"anchor", "{'to':'f','head':'h'}"}, {"drill", "{'what':'begun'}"},
	};
	struct panel p;
	char params[300];

	story_init(&st, true);
	story_deploy(&st, "auth", "1", "0");
	story_deploy(&st, "auth", "2", "1");
	story_event(&st, "rubric", NULL, "engine", "{'row':'locked-out','service':'auth','signal':'fails','state':'breached','value':0.5,"
		"'since':'2026-11-24T00:03:00Z','until':'2026-11-24T00:10:00Z'}");
	story_ask(&st, "maya", "declare", "{'title':'users cannot log in','services':['auth']}");
	story_ask(&st, "maya", "note", "{'text':'half of it'}");
	story_ask(&st, "maya", "report", "{'signal':'other','note':'it is slow','service':'auth'}");
	story_ask(&st, "maya", "pin", "{'service':'auth','version':'2','reason':'bad'}");
	story_ask(&st, "maya", "freeze", "{'service':'auth','reason':'wait'}");
	story_panel(&st, "maya", "auth", "auth-rollback", preflight, &p);
	(void)snprintf(params, sizeof params, "{'digest':'%s','reason':'logins fail'}", p.digest);
	assert_int_equal(story_ask_panel(&st, "maya", "fire", params, &p), STATUS_OK);
	panel_release(&p);
	for (size_t i = 0; i < COUNT(more); i++)
		story_event(&st, more[i][0], strchr("avc", *more[i][0]) ? "INC-1" : NULL, "plugin:web", more[i][1]);
	story_ask(&st, "maya", "close", "{'incident':'INC-1','as':'reverted'}");
}

/* The body with its member number `which`, counted into objects and lists, replaced; false where there is none. */
static bool put_odd(struct jw *w, const struct json *v, int *which, const char *value)
{
	bool done = false;

	for (const struct json *c = json_first(v); c; c = json_next(c)) {
		bool list = json_type(v) == JSON_ARRAY, nested = json_type(c) == JSON_OBJECT || json_type(c) == JSON_ARRAY;
		if (!list)
			jw_key(w, json_key(c));
		if ((*which)-- == 0) {
			jw_raw(w, value, strlen(value));
			done = true;
		} else if (nested && *which >= 0) {
			if (json_type(c) == JSON_OBJECT)
				jw_obj(w);
			else
				jw_arr(w);
			done = put_odd(w, c, which, value) || done;
			if (json_type(c) == JSON_OBJECT)
				jw_obj_end(w);
			else
				jw_arr_end(w);
		} else {
			jw_tree(w, c);
		}
	}
	return done;
}

static void draw_all(void)
{
	static const struct link line = {.up = true, .ever = true};
	struct sight s = ui_sight(st.m, &line, &st.now);

	ui_model_gone(&ui);
	for (int v = 0; v < VIEW_COUNT; v++) {
		ui.depth = 0;
		ui_go(&ui, (enum view_kind)v, v % 2 ? "auth" : "", v == VIEW_EVENT ? "3" : v == VIEW_ACTION ? "auth-rollback" : "locked-out");
		ui_tick(&ui, &s);
		ui_draw(&ui, &s, &frame);
		drawn++;
	}
}

static void dump_and_load(void)
{
	struct model *m = NULL;
	struct buf b;

	buf_init(&b, (size_t)64 << 20);
	model_dump(st.m, true, &b);
	(void)model_load(buf_str(&b), b.len, &m, NULL); /* a name that is none may be refused */
	model_free(m);
	buf_release(&b);
}

/* Every member of this event's body is everything odd once; false where it has no such member. */
static bool event_is_odd(size_t i, int which)
{
	struct json *body = NULL;
	const char *kind = st.kinds.v[i], *incident = st.kept.v[i].incident;

	assert_int_equal(json_parse(st.bodies.v[i], strlen(st.bodies.v[i]), JSON_KIT_MAX, &body, NULL), STATUS_OK);
	bool any = false;
	for (size_t k = 0; k < COUNT(odd); k++) {
		int n = which;
		struct buf b;
		struct jw w;
		buf_init(&b, JSON_KIT_MAX);
		jw_init(&w, &b);
		jw_obj(&w);
		any = put_odd(&w, body, &n, odd[k]);
		jw_obj_end(&w);
		if (any)
			story_event(&st, kind, incident, "plugin:web", buf_str(&b));
		buf_release(&b);
	}
	json_free(body);
	return any;
}

static void every_body(void **state)
{
	struct ui_out out = {.ask = ask};
	size_t n_kinds = 0;

	(void)state;
	tell();
	n_kinds = st.kinds.n;
	story_release(&st);
	cells_init(&frame, 40, 160);
	for (size_t i = 0; i < n_kinds; i++) {
		tell();
		size_t same = 0;
		for (size_t k = 0; k < i; k++)
			same += !strcmp(st.kinds.v[k], st.kinds.v[i]);
		ui_init(&ui, &out);
		for (int which = 0; same < OF_A_KIND && which < 40 && event_is_odd(i, which); which++)
			draw_all();
		dump_and_load();
		ui_release(&ui);
		story_release(&st);
	}
	assert_true(drawn > 1000);
	cells_release(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
