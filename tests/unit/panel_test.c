/* tui/ui/ui_confirm: which answer belongs to which panel and to which event; the ui alone, its asks counted. */
#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "story.h"
#include "tui/ui/scene.h"

static struct story st;
static struct ui ui;
static struct sight sight;
static const struct link on_line = {.up = true, .ever = true};
static char asked[4096]; /* "arm disarm ", oldest first */

static void ask(void *ctx, const char *verb, const char *params, enum tag tag)
{
	size_t n = strlen(asked);

	(void)ctx;
	(void)params;
	(void)tag;
	snprintf(asked + n, sizeof asked - n, "%s ", verb);
}

static uint32_t chance(void *ctx)
{
	(void)ctx;
	return 4;
}

static int setup(void **state)
{
	struct ui_out out = {.ask = ask, .random = chance};

	(void)state;
	story_init(&st, true);
	story_deploy(&st, "auth", "2", "1");
	story_deploy(&st, "auth", "3", "2");
	ui_init(&ui, &out);
	snprintf(ui.person, sizeof ui.person, "maya");
	sight = ui_sight(st.m, &on_line, &st.now);
	*asked = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ui_release(&ui);
	story_release(&st);
	return 0;
}

static const struct kit_action *action(void)
{
	const struct kit_action *a = kit_action(st.m->kit, "auth", "auth-rollback");

	assert_non_null(a);
	return a;
}

static void open_panel(const char *to)
{
	confirm_open(&ui, &sight, action(), to);
	assert_int_equal(ui.confirm.state, CONFIRM_ASKING);
}

static void press(enum key_kind kind)
{
	struct key k = {kind, 0, st.now.mono};

	ui_key(&ui, &sight, &k);
}

/* text: JSON with ' for ". */
static void answer(enum tag tag, const char *verb, enum status s, const char *text)
{
	struct fault f = {.what = "the panel was closed before it opened"};
	struct json *j = NULL;
	struct buf b;

	buf_init(&b, 4096);
	story_quote(text, &b);
	assert_int_equal(json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &j, NULL), STATUS_OK);
	ui_answer(&ui, &sight, tag, verb, s, s ? NULL : j, s ? &f : NULL);
	json_free(j);
	buf_release(&b);
}

#define PANEL(to) "{'action':'auth-rollback','service':'auth','digest':'d" to "','from':'3','to':'" to "','ready':true,'may':true}"

/* Esc, and the key again: the first panel's answer, good or bad, is not the second one's. */
static void an_older_answer(void **state)
{
	static const enum status olds[] = {STATUS_NO, STATUS_OK};

	(void)state;
	for (size_t i = 0; i < COUNT(olds); i++) {
		open_panel("1");
		press(KEY_ESC);
		assert_int_equal(ui.confirm.state, CONFIRM_NONE);
		open_panel("2");
		answer(TAG_ARM, "arm", olds[i], PANEL("1"));
		row_true(i, ui.confirm.state == CONFIRM_ASKING);
		row_true(i, !strstr(ui.message, "before it opened"));
		answer(TAG_ARM, "arm", STATUS_OK, PANEL("2"));
		row_true(i, ui.confirm.state == CONFIRM_OPEN && !strcmp(ui.confirm.to, "2") && !strcmp(ui.confirm.digest, "d2"));
		confirm_close(&ui, &sight, "seen", true);
	}
	assert_string_equal(asked, "arm disarm arm disarm arm disarm arm disarm ");
}

/* The line was lost over a panel, and its ask was sent again: nobody sees what it opened. */
static void a_panel_that_nobody_sees(void **state)
{
	(void)state;
	open_panel("1");
	ui_down(&ui, &sight, "the engine went away");
	assert_int_equal(ui.confirm.state, CONFIRM_NONE);
	answer(TAG_ARM, "arm", STATUS_OK, PANEL("1"));
	assert_int_equal(ui.confirm.state, CONFIRM_NONE);
	assert_string_equal(asked, "arm disarm ");
}

/* What runs already opens no panel, and leaves nobody waiting for one. */
static void it_runs_already(void **state)
{
	(void)state;
	open_panel("1");
	answer(TAG_ARM, "arm", STATUS_OK, "{'already':true,'key':'INC-1/1','incident':'INC-1','op':'00'}");
	assert_int_equal(ui.confirm.state, CONFIRM_NONE);
	assert_non_null(strstr(ui.message, "INC-1/1"));
	confirm_try(&ui, &sight, "auth", "auth-rollback");
	answer(TAG_TRY, "arm", STATUS_OK, "{'already':true,'key':'INC-1/1','incident':'INC-1','op':'00'}");
	assert_non_null(strstr(ui.tried.why, "INC-1/1"));
	assert_string_equal(asked, "arm arm ");
}

/* Tried, and meanwhile a real panel: the try neither closes it nor is waited for. */
static void a_try_and_a_panel(void **state)
{
	(void)state;
	confirm_try(&ui, &sight, "auth", "auth-rollback");
	open_panel("1");
	answer(TAG_TRY, "arm", STATUS_OK, PANEL("2"));
	answer(TAG_ARM, "arm", STATUS_OK, PANEL("1"));
	assert_int_equal(ui.confirm.state, CONFIRM_OPEN);
	assert_string_equal(ui.confirm.to, "1");
	assert_string_equal(asked, "arm arm ");
	confirm_close(&ui, &sight, "seen", true);
	confirm_try(&ui, &sight, "auth", "auth-rollback");
	answer(TAG_TRY, "arm", STATUS_NO, "{}");
	assert_false(ui.tried.waiting);
}

/* The event that is shown is the one that is read, whichever way one came to it: none is "reading" for ever. */
static void events_in_any_order(void **state)
{
	(void)state;
	ui_go(&ui, VIEW_EVENT, "", "5");
	ui_tick(&ui, &sight);
	ui_go(&ui, VIEW_EVENT, "", "6");
	ui_tick(&ui, &sight);
	assert_string_equal(asked, "read ");
	answer(TAG_FETCH, "read", STATUS_OK, "{'events':[{'seq':5}]}");
	ui_tick(&ui, &sight);
	assert_string_equal(asked, "read read ");
	assert_string_equal(ui.fetched.what, "event 6");
	assert_null(ui.fetched.answer); /* that of event 5 is none */
	answer(TAG_FETCH, "read", STATUS_OK, "{'events':[{'seq':6}]}");
	ui_tick(&ui, &sight);
	assert_string_equal(asked, "read read ");
	ui.depth--;
	ui_tick(&ui, &sight);
	assert_string_equal(ui.fetched.what, "event 5");
	assert_string_equal(asked, "read read read ");
}

/* auth-api is bad, and so is auth: both are declared, though one name contains the other. */
static void names_within_names(void **state)
{
	static const char kit[] = "{'digest':'bb','files':[{'path':'kit.yaml','text':'kit: 1\\nname: shop\\nenvironment: production\\n"
		"people:\\n  maya: {name: Maya, uid: 1001, roles: [incident-commander, on-call]}\\n"
		"tiers:\\n  t: {recovery: rollback, revert_target: 5m}\\nbackends:\\n  web: {plugin: probe}\\n"
		"rubric:\\n  - {name: bad, signal: fails, when: \\\">= 20%\\\", action: reverse, owner: on-call, timer: 1m}\\n'},"
		"{'path':'services/auth.yaml','text':'service: auth\\ntier: t\\nowner: maya\\non_call: [maya]\\n"
		"signals:\\n  fails: {backend: web, query: q, unit: ratio, every: 5s}\\n'},"
		"{'path':'services/api-auth-api.yaml','text':'service: api-auth-api\\ntier: t\\nowner: maya\\non_call: [maya]\\n"
		"signals:\\n  fails: {backend: web, query: q, unit: ratio, every: 5s}\\n'}]}";
	static const char *const services[] = {"auth", "api-auth-api"};
	struct key k = {KEY_CHAR, 'D', st.now.mono};

	(void)state;
	story_event(&st, "kit.loaded", NULL, "engine", kit);
	assert_non_null(st.m->kit);
	for (size_t i = 0; i < COUNT(services); i++)
		story_eventf(&st, "rubric", NULL, "engine", "{'row':'bad','service':'%s','signal':'fails','state':'breached','value':0.5,"
			"'since':'2026-11-24T00:03:00Z','until':'2026-11-24T00:10:00Z'}", services[i]);
	ui_key(&ui, &sight, &k);
	assert_int_equal(ui.prompt.kind, PROMPT_TITLE);
	assert_string_equal(ui.prompt.a, "api-auth-api auth");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_older_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_panel_that_nobody_sees, setup, teardown),
		cmocka_unit_test_setup_teardown(it_runs_already, setup, teardown),
		cmocka_unit_test_setup_teardown(a_try_and_a_panel, setup, teardown),
		cmocka_unit_test_setup_teardown(events_in_any_order, setup, teardown),
		cmocka_unit_test_setup_teardown(names_within_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
