/* tui/ui/palette: a line taken apart, names made whole, and what a word could become. */
#include "cm.h"

#include <string.h>

#include "story.h"
#include "tui/ui/palette.h"

static struct story st;
static struct palette_scope scope;

static int setup(void **state)
{
	(void)state;
	story_init(&st, true);
	story_deploy(&st, "auth", "2", "1");
	story_deploy(&st, "auth", "3", "2");
	story_event(&st, "pin", NULL, "maya", "{\"service\":\"auth\",\"version\":\"2\",\"what\":\"set\",\"reason\":\"x\",\"by\":\"maya\"}");
	scope = (struct palette_scope){.m = st.m, .person = "", .asks = true, .view = VIEW_CHANGES};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	story_release(&st);
	return 0;
}

/* "auth|checkout", with "..." where some were left out */
static const char *joined(const struct palette_choices *c)
{
	static char text[8192];

	*text = 0;
	for (size_t i = 0; i < c->n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? "|" : "", c->v[i]);
	if (c->more)
		strncat(text, "...", sizeof text - strlen(text) - 1);
	return text;
}

static void test_args(void **state)
{
	static const struct {
		const char *written;
		int n, least;
		bool many;
		enum arg_kind last;
	} table[] = {
		{"", 0, 0, false, ARG_TEXT},
		{"SERVICE", 1, 1, false, ARG_SERVICE},
		{"[TEXT]", 1, 0, false, ARG_TEXT},
		{"[SERVICE...]", 1, 0, true, ARG_SERVICE},
		{"SERVICE VERSION", 2, 2, false, ARG_VERSION},
		{"ACTION [VERSION]", 2, 1, false, ARG_VERSION},
		{"[KEY OUTCOME TEXT]", 3, 0, false, ARG_TEXT},
	};
	struct palette_args a;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		palette_args(table[i].written, &a);
		row_true(i, a.n == table[i].n && a.least == table[i].least && a.many == table[i].many);
		row_true(i, !a.n || a.kind[a.n - 1] == table[i].last);
	}
	for (int i = 0; i < COMMAND_NONE; i++) { /* every word of the table of commands is one we know, and none is left over */
		int words = 0;
		for (const char *p = keymap[i].args; *p; words++) {
			p += strspn(p, " []");
			p += strcspn(p, " ");
		}
		palette_args(keymap[i].args, &a);
		row_true(i, a.n == words);
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *line;
		int id;              /* -1: no */
		const char *words;   /* settled, "|" between; or why not, its begin */
	} table[] = {
		{"service auth", COMMAND_SERVICE, "auth"},
		{"  service   auth  ", COMMAND_SERVICE, "auth"},
		{"SERVICE AUTH", COMMAND_SERVICE, "auth"},
		{"service au", COMMAND_SERVICE, "auth"},
		{"note  a  b ", COMMAND_NOTE, "a  b"},
		{"note", COMMAND_NOTE, ""},
		{"not x", COMMAND_NOTE, "x"},
		{"declare au, led", COMMAND_DECLARE, "auth ledger"},
		{"declare auth,ledger", COMMAND_DECLARE, "auth ledger"},
		{"pin auth 9.1", COMMAND_PIN, "auth|9.1"},
		{"pin au 3", COMMAND_PIN, "auth|3"},
		{"unpin auth 3", -1, "there is no version '3'"},
		{"pin auth b\xc3\xa4h", -1, "there is no version"},
		{"hand-over zoe", -1, "there is no person 'zoe'"},
		{"close fa", COMMAND_CLOSE, "false-alarm"},
		{"close f", -1, "'f' may be forward, false-alarm"},
		{"sort service", COMMAND_SORT, "service"},
		{"sort level", -1, "there is no order 'level'"},
		{"back 02:14 tuesday", COMMAND_LOOK_BACK, "02:14 tuesday"},
		{"look-back", COMMAND_LOOK_BACK, ""},
		{"incident INC-9", -1, "there is no open incident 'INC-9'"},
		{"fire auth-r", COMMAND_FIRE, "auth-rollback"},
		{"resolve x", -1, "there is no action that stands 'x', and none"},
		{"servise", -1, "there is no command 'servise': did you mean service?"},
		{"service outh", -1, "there is no service 'outh': did you mean auth?"},
		{"service a b", -1, "'b' is a word too many: :service SERVICE"},
		{"help me", -1, "'me' is a word too many: :help"},
		{"re", -1, "'re' may be "},
	};
	struct palette_line l;
	char why[300], got[1300];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		bool ok = palette_parse(&scope, table[i].line, &l, why, sizeof why) && palette_settle(&scope, &l, why, sizeof why);
		row_true(i, ok == (table[i].id >= 0));
		if (!ok) {
			row_true(i, !strncmp(why, table[i].words, strlen(table[i].words)));
			continue;
		}
		*got = 0;
		for (int k = 0; k < l.n; k++)
			snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k ? "|" : "", l.word[k]);
		row_true(i, (int)l.id == table[i].id && !strcmp(got, table[i].words));
	}
}

static void test_views(void **state)
{
	struct palette_line l;
	char why[300];

	(void)state;
	assert_true(palette_parse(&scope, "main", &l, why, sizeof why));
	assert_int_equal(l.view, VIEW_MAIN);
	assert_int_equal(l.id, COMMAND_NONE);
	assert_false(palette_parse(&scope, "main x", &l, why, sizeof why));
	assert_true(palette_parse(&scope, "timeline", &l, why, sizeof why)); /* its command comes first */
	assert_int_equal(l.id, COMMAND_TIMELINE);
}

static void test_complete(void **state)
{
	static const struct {
		const char *line, *choices;
		size_t from;
		bool goes_on;
	} table[] = {
		{"serv", "services|service", 0, false},
		{" tim", "timeline", 1, false},
		{"unfr", "unfreeze", 0, true},
		{"service ", "auth|ledger", 8, false},
		{"service l", "ledger", 8, false},
		{"service dge", "ledger", 8, false},
		{"service zz", "", 8, false},
		{"service auth ", "", 13, false},
		{"declare auth l", "ledger", 13, true},
		{"declare auth,l", "ledger", 13, true},
		{"declare auth ", "auth|ledger", 13, true},
		{"pin auth ", "3|2|1", 9, false},
		{"pin au ", "3|2|1", 7, false},
		{"unpin ", "auth", 6, true},
		{"unpin auth ", "2", 11, false},
		{"note auth", "", 5, false},
		{"close ", "reverted|forward|contained|false-alarm|duplicate", 6, false},
		{"sort ", "newest|service", 5, false},
		{"nonsense au", "", 11, false},
		{"timeline x", "", 10, false},
		{"freeze a", "auth|all", 7, false},
	};
	struct palette_choices c;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		palette_complete(&scope, table[i].line, &c);
		if (strcmp(joined(&c), table[i].choices) != 0)
			fail_msg("row %zu: '%s' may become %s", i, table[i].line, joined(&c));
		row_true(i, !c.n || c.from == table[i].from);
		row_true(i, c.goes_on == table[i].goes_on);
		palette_choices_release(&c);
	}
}

/* Whoever only looks on is not offered what the engine would not take. */
static void test_scope(void **state)
{
	struct palette_scope s = scope;
	struct palette_choices c;

	(void)state;
	s.asks = false;
	palette_complete(&s, "d", &c);
	assert_string_equal(joined(&c), "find|incidents|incident|redraw|suspend");
	palette_choices_release(&c);
	s.m = NULL;
	palette_complete(&s, "service ", &c);
	assert_string_equal(joined(&c), "");
	palette_choices_release(&c);
}

static void test_many(void **state)
{
	struct palette_choices c;
	char body[200];

	(void)state;
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < 2; k++) { /* a version twice is one choice */
			snprintf(body, sizeof body, "{\"service\":\"s%02d\",\"version\":\"1\",\"what\":\"set\",\"reason\":\"x\",\"by\":\"maya\"}", i);
			story_event(&st, "pin", NULL, "maya", body);
		}
	for (int i = 0; i < 40; i++) {
		snprintf(body, sizeof body, "{\"service\":\"t%02d\",\"version\":\"1\",\"what\":\"set\",\"reason\":\"x\",\"by\":\"maya\"}", i);
		story_event(&st, "pin", NULL, "maya", body);
	}
	palette_complete(&scope, "unpin ", &c);
	assert_int_equal(c.n, PALETTE_CHOICES);
	assert_int_equal(c.more, 1 + 80 - PALETTE_CHOICES);
	palette_choices_release(&c);
	palette_complete(&scope, "unpin t3", &c);
	assert_int_equal(c.n, 10);
	palette_choices_release(&c);
}

static void test_past(void **state)
{
	static struct palette_past p;
	char text[8];

	(void)state;
	palette_remember(&p, "");
	assert_int_equal(p.n, 0);
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < 2; k++) {
			snprintf(text, sizeof text, "%d", i);
			palette_remember(&p, text);
		}
	assert_int_equal(p.n, PALETTE_PAST);
	assert_string_equal(p.v[0], "39");
	assert_string_equal(p.v[31], "8");
}

static void test_sorts(void **state)
{
	(void)state;
	assert_int_equal(view_sorts(VIEW_HELP), 0);
	assert_null(view_sort(VIEW_HELP, 0));
	assert_int_equal(view_sorts(VIEW_WAYS), 3);
	assert_string_equal(view_sort(VIEW_WAYS, 1)->name, "level");
	assert_string_equal(view_sort(VIEW_WAYS, 3)->name, "service");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_args),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
