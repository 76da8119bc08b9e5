/* tui/keys/keymap and keyfile: the table holds together, a user's file changes what
 * it says and nothing else, and no line of it takes a key of the kit. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "tui/keys/keyfile.h"

/* Contract, section 6: what a kit may use for its actions. */
static const char kits_letters[] = "defimrsxyzIJKLMNUWYZ";

static void table(void **state)
{
	struct bindings b;
	char keys[200], name[COMMAND_NAME];

	(void)state;
	bindings_default(&b);
	for (int i = 0; i < COMMAND_NONE; i++) {
		row_true(i, !strcmp(bindings_written(&b, i, keys, sizeof keys), keymap[i].keys));
		row_true(i, keymap_named(keymap_name(i, name)) == (enum command_id)i);
		row_true(i, strlen(keymap[i].name) < COMMAND_NAME);
		for (int k = 0; k < b.of[i].n; k++) {
			struct chord c = b.of[i].v[k];
			row_true(i, c.first && (c.first > 0x7f || !strchr(kits_letters, (int)c.first)));
			for (int j = 0; j <= i; j++)
				for (int m = 0; m < b.of[j].n && (j < i || m < k); m++)
					row_true(i, !commands_clash((enum command_id)i, (enum command_id)j) || !chord_clash(c, b.of[j].v[m]));
		}
	}
}

static const struct {
	const char *word, *printed; /* NULL: no key */
	bool bindable;
} strokes[] = {
	{"D", "D", true}, {"ctrl-l", "Ctrl-L", true}, {"Ctrl-L", "Ctrl-L", true}, {"pageup", "PageUp", true}, {"Space", "Space", true},
	{"Comma", "Comma", true}, {"Hash", "Hash", true}, {"ü", "ü", true}, {"5", "5", false}, {"Enter", "Enter", false},
	{"Esc", "Esc", false}, {":", ":", false}, {"Ctrl-M", "Ctrl-M", false}, {"Ctrl-i", "Ctrl-I", false}, {"Ctrl-h", "Ctrl-H", false},
	{"F1", NULL, false}, {"Ctrl-1", NULL, false}, {"Ctrl-", NULL, false}, {"Ctrl", NULL, false}, {"", NULL, false},
	{"\xe2\x80\x8b", NULL, false}, {"\xcc\x81", NULL, false}, {"Alt-x", NULL, false},
};

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strokes); i++) {
		char out[CHORD_WRITTEN];
		const char *why = NULL;
		uint32_t s = stroke_named(strokes[i].word, &why);
		row_true(i, !s == !strokes[i].printed);
		row_true(i, !s || !strcmp(chord_print((struct chord){s, 0}, out), strokes[i].printed));
		row_true(i, !s || !why == strokes[i].bindable);
	}
}

static enum command_id press(const struct bindings *b, uint32_t *pending, enum key_kind kind, uint32_t cp)
{
	struct key k = {kind, cp, 0};

	return bindings_press(b, 0, pending, &k);
}

static const struct {
	enum key_kind kind;
	uint32_t cp;
	enum command_id live, past, chart, both;
} modes[] = {
	{KEY_LEFT, 0, COMMAND_OUT, COMMAND_EVENT_BEFORE, COMMAND_EARLIER, COMMAND_EARLIER},
	{KEY_CHAR, 'h', COMMAND_OUT, COMMAND_OUT, COMMAND_EARLIER, COMMAND_EARLIER},
	{KEY_CHAR, '+', COMMAND_FASTER, COMMAND_FASTER, COMMAND_ZOOM_IN, COMMAND_ZOOM_IN},
	{KEY_HOME, 0, COMMAND_FIRST, COMMAND_FIRST, COMMAND_NOW, COMMAND_NOW},
	{KEY_CHAR, '0', COMMAND_NONE, COMMAND_NONE, COMMAND_NOW, COMMAND_NOW},
	{KEY_CHAR, '*', COMMAND_NONE, COMMAND_NONE, COMMAND_INK, COMMAND_INK},
	{KEY_CHAR, 'G', COMMAND_LAST, COMMAND_LOOK_BACK, COMMAND_LAST, COMMAND_LOOK_BACK},
	{KEY_CHAR, 'D', COMMAND_DECLARE, COMMAND_DECLARE, COMMAND_DECLARE, COMMAND_DECLARE},
};

/* The same key, live and looking back, in a chart and not. */
static void where(void **state)
{
	struct bindings b;
	uint32_t before = 0;

	(void)state;
	bindings_default(&b);
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct key k = {modes[i].kind, modes[i].cp, 0};
		row_true(i, bindings_press(&b, 0, &before, &k) == modes[i].live);
		row_true(i, bindings_press(&b, IN_PAST, &before, &k) == modes[i].past);
		row_true(i, bindings_press(&b, IN_CHART, &before, &k) == modes[i].chart);
		row_true(i, bindings_press(&b, IN_CHART | IN_PAST, &before, &k) == modes[i].both);
	}
}

static void pressing(void **state)
{
	struct bindings b;
	uint32_t before = 0;

	(void)state;
	bindings_default(&b);
	assert_int_equal(press(&b, &before, KEY_CHAR, 'D'), COMMAND_DECLARE);
	assert_int_equal(press(&b, &before, KEY_CHAR, 'd'), COMMAND_NONE);
	assert_int_equal(press(&b, &before, KEY_CTRL, 'l'), COMMAND_REDRAW);
	assert_int_equal(press(&b, &before, KEY_CHAR, 'l'), COMMAND_IN);
	assert_int_equal(press(&b, &before, KEY_UP, 0), COMMAND_UP);
	assert_int_equal(press(&b, &before, KEY_PASTED, 0), COMMAND_NONE);
	assert_int_equal(before, 0);
	assert_int_equal(press(&b, &before, KEY_CHAR, 'g'), COMMAND_NONE);
	assert_int_not_equal(before, 0);
	assert_int_equal(press(&b, &before, KEY_CHAR, 'g'), COMMAND_FIRST);
	assert_int_equal(before, 0);
	press(&b, &before, KEY_CHAR, 'g'); /* what follows and is not the second counts for itself */
	assert_int_equal(press(&b, &before, KEY_CHAR, 'q'), COMMAND_LEAVE);
	assert_int_equal(before, 0);
}

static const struct {
	const char *text;
	int line, column, errors;
	const char *what; /* of the first problem, NULL none */
	enum command_id id;
	const char *keys; /* that this command has then */
} files[] = {
	{"timeline = y\n", 0, 0, 0, NULL, COMMAND_TIMELINE, "y"},
	{"# c\n\n  timeline=y , Y # c\n", 0, 0, 0, NULL, COMMAND_TIMELINE, "y, Y"},
	{"hand-over = Ctrl-O\r\n", 0, 0, 0, NULL, COMMAND_HAND_OVER, "Ctrl-O"},
	{"FIRST = z z, Home", 0, 0, 0, NULL, COMMAND_FIRST, "z z, Home"},
	{"filter = Hash, Comma\n", 0, 0, 0, NULL, COMMAND_FILTER, "Hash, Comma"},
	{"open = y\n", 0, 0, 0, NULL, COMMAND_OPEN, "y, Enter"},
	{"open = Enter, y\n", 0, 0, 0, NULL, COMMAND_OPEN, "Enter, y"},
	{"back = Z\n", 0, 0, 0, NULL, COMMAND_BACK, "Z, Esc"},
	{"palette =\n", 0, 0, 0, NULL, COMMAND_PALETTE, ":"},
	{"changes =\n", 0, 0, 0, NULL, COMMAND_CHANGES, ""},
	{"changes = # none\n", 0, 0, 0, NULL, COMMAND_CHANGES, ""},
	{"note = t\ntimeline = n\n", 0, 0, 0, NULL, COMMAND_TIMELINE, "n"},
	{"reload = Ctrl-R\n", 0, 0, 0, NULL, COMMAND_RELOAD, "Ctrl-R"},
	/* a default that was given away */
	{"note = t\n", 1, 1, 0, "t was the key of timeline, which has none now", COMMAND_TIMELINE, ""},
	{"note = t\ntimeline =\n", 0, 0, 0, NULL, COMMAND_TIMELINE, ""},
	{"note = Home\n", 0, 0, 0, NULL, COMMAND_FIRST, "g g"},
	{"note = g\n", 0, 0, 0, NULL, COMMAND_FIRST, "Home"},
	{"note = g\n", 0, 0, 0, NULL, COMMAND_NOTE, "g"},
	/* errors; the rest of the file counts */
	{"timelime = y\n", 1, 1, 1, "there is no command \"timelime\"", COMMAND_TIMELINE, "t"},
	{"x\nnote = t\ntimeline = y\n", 1, 1, 1, "this line is not understood", COMMAND_TIMELINE, "y"},
	{"= t\n", 1, 1, 1, "this line is not understood", COMMAND_TIMELINE, "t"},
	{"time line = y\n", 1, 1, 1, "this line is not understood", COMMAND_TIMELINE, "t"},
	{"timeline = Ctl-L\n", 1, 12, 1, "no key is called \"Ctl-L\"", COMMAND_TIMELINE, "t"},
	{"timeline = y, ü, F1\n", 1, 18, 1, "no key is called \"F1\"", COMMAND_TIMELINE, "t"},
	{"timeline = 5\n", 1, 12, 1, "5 cannot be bound: digits are kept free", COMMAND_TIMELINE, "t"},
	{"timeline = Enter\n", 1, 12, 1, "Enter cannot be bound: Enter always opens", COMMAND_TIMELINE, "t"},
	{"timeline = Esc\n", 1, 12, 1, "Esc cannot be bound: Esc always goes back", COMMAND_TIMELINE, "t"},
	{"timeline = :\n", 1, 12, 1, ": cannot be bound: it always opens the palette", COMMAND_TIMELINE, "t"},
	{"back = Esc Esc\n", 1, 8, 1, "this key cannot be one of two", COMMAND_BACK, "Esc, Backspace"},
	{"timeline = Ctrl-J\n", 1, 12, 1, "Ctrl-J cannot be bound: terminals send Enter for it", COMMAND_TIMELINE, "t"},
	{"timeline = y,\n", 1, 14, 1, "a key is missing", COMMAND_TIMELINE, "t"},
	{"timeline = y, #\n", 1, 15, 1, "a key is missing", COMMAND_TIMELINE, "t"},
	{"timeline = , y\n", 1, 12, 1, "a key is missing", COMMAND_TIMELINE, "t"},
	{"timeline = a b c\n", 1, 16, 1, "at most two keys can follow each other", COMMAND_TIMELINE, "t"},
	{"timeline = I, J, K, L, M\n", 1, 24, 1, "more than four keys", COMMAND_TIMELINE, "t"},
	{"timeline = y\nTimeline = z\n", 2, 1, 1, "Timeline has its keys on line 1 already", COMMAND_TIMELINE, "y"},
	{"timeline = y\nchanges = y\n", 2, 11, 1, "y does timeline already, line 1", COMMAND_CHANGES, "u"},
	{"timeline = y\nchanges = Z, y\n", 2, 14, 1, "y does timeline already, line 1", COMMAND_CHANGES, "Z"},
	{"timeline = y y\nchanges = y\n", 2, 11, 1, "y does timeline already, line 1", COMMAND_CHANGES, "u"},
	{"timeline = y, y\n", 1, 15, 1, "y does timeline already, line 1", COMMAND_TIMELINE, "y"},
};

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct keyfile *k = malloc(sizeof *k);
		struct bindings b;
		struct problems p = {0};
		char keys[200];
		assert_non_null(k);
		keyfile_parse("keys", files[i].text, k, &p);
		keyfile_apply(k, NULL, &b, &p);
		if (!files[i].what != !p.n || (p.n && (strcmp(p.v[0].what, files[i].what) != 0 || p.v[0].line != files[i].line ||
		    p.v[0].column != files[i].column || !*p.v[0].mend || strcmp(p.v[0].file, "keys") != 0)) || (int)p.errors != files[i].errors)
			fail_msg("row %zu: %zu problems, %d:%d %s", i, p.n, p.n ? p.v[0].line : 0, p.n ? p.v[0].column : 0, p.n ? p.v[0].what : "");
		if (strcmp(bindings_written(&b, (int)files[i].id, keys, sizeof keys), files[i].keys) != 0)
			fail_msg("row %zu: %s", i, keys);
		problems_release(&p);
		free(k);
	}
}

/* What help prints is a file of keys that changes nothing. */
static void printed(void **state)
{
	struct bindings b, again;
	struct keyfile *k = malloc(sizeof *k);
	struct problems p = {0};
	struct buf out;

	(void)state;
	assert_non_null(k);
	bindings_default(&b);
	buf_init(&out, 65536);
	keyfile_print(&b, &out);
	keyfile_parse("keys", buf_str(&out), k, &p);
	assert_int_equal(k->n, COMMAND_NONE);
	keyfile_apply(k, NULL, &again, &p);
	if (p.n)
		fail_msg("%s", p.v[0].what);
	for (size_t i = 0; i < COMMAND_NONE; i++)
		row_true(i, !memcmp(&b.of[i], &again.of[i], sizeof b.of[i]) && !strcmp(b.shown[i], again.shown[i]));
	buf_release(&out);
	problems_release(&p);
	free(k);
}

/* The kit's action keys stay the kit's; what wanted them keeps its own. */
static void beside_kit(void **state)
{
	struct kit_action actions[] = {{.name = "auth-rollback", .key = 'r'}, {.name = "logins-off", .key = 'z'}, {.name = "without"}};
	struct kit_service service = {.name = "auth", .actions = actions, .n_actions = COUNT(actions)};
	struct kit kit = {.services = &service, .n_services = 1};
	struct keyfile *k = malloc(sizeof *k);
	struct bindings b;
	struct problems p = {0};

	(void)state;
	assert_non_null(k);
	keyfile_parse("keys", "timeline = r\nnote = z z, Z\nfirst = g z\nchanges = t\n", k, &p);
	keyfile_apply(k, NULL, &b, &p);
	assert_int_equal(p.n, 0);
	assert_string_equal(b.shown[COMMAND_TIMELINE], "r");
	keyfile_apply(k, &kit, &b, &p);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.errors, 0);
	assert_string_equal(p.v[0].what, "r is the key of auth-rollback in this kit: timeline stays :timeline"); /* t is that of changes */
	assert_int_equal(p.v[0].line, 1);
	assert_int_equal(p.v[0].column, 12);
	assert_string_equal(p.v[1].what, "z z is the key of logins-off in this kit: note stays Z");
	assert_string_equal(b.shown[COMMAND_NOTE], "Z");
	assert_string_equal(b.shown[COMMAND_CHANGES], "t");
	assert_string_equal(b.shown[COMMAND_FIRST], "g z"); /* behind a g it is no action's key */
	problems_release(&p);
	free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table), cmocka_unit_test(names), cmocka_unit_test(where), cmocka_unit_test(pressing), cmocka_unit_test(lines),
		cmocka_unit_test(printed), cmocka_unit_test(beside_kit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
