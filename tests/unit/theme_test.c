/* tui/screen/theme, theme_fit and ascii: what a file of paints may say and what is said
 * of the rest of it, which of several files counts, and what is left of a theme
 * on a terminal with fewer colours or letters. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/screen/ascii.h"
#include "tui/screen/theme.h"

/* ---- lines --------------------------------------------------------------------------- */

static const struct {
	const char *text;
	int line, column, errors;
	const char *what, *mend; /* of the first problem; NULL none */
	enum role role;
	struct paint paint;      /* that it has then */
} files[] = {
	{"text = bright-red on 7 bold underline\n", 0, 0, 0, NULL, NULL, ROLE_TEXT, {9, 7, PAINT_BOLD | PAINT_UNDERLINE}},
	{"alarm=202", 0, 0, 0, NULL, NULL, ROLE_ALARM, {202, -1, 0}},
	{"  alarm\t=\treverse on 0 dim # words\r\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {-1, 0, PAINT_REVERSE | PAINT_DIM}},
	{"alarm = default on default\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {-1, -1, 0}},
	{"alarm =\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {-1, -1, 0}},
	{"alarm = red\nalarm = blue\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {4, -1, 0}},
	{"inherit = default\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {202, -1, PAINT_BOLD}},
	{"alarm = red\ninherit = default\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {1, -1, 0}},
	{"charset = utf-8 # no\ninherit = light # c\n", 0, 0, 0, NULL, NULL, ROLE_SOON, {94, -1, PAINT_BOLD}},
	{"charset = ascii\nalarm = 1\n", 0, 0, 0, NULL, NULL, ROLE_ALARM, {1, -1, 0}},
	/* warnings: the rest is used */
	{"alarms = red\nalarm = 3\n", 1, 1, 0, "there is no role \"alarms\"", "did you mean alarm?", ROLE_ALARM, {3, -1, 0}},
	{"\n# ü\n  clock_old = 3\nalarm = 3\n", 3, 3, 0, "there is no role \"clock_old\"", "did you mean clock-old?", ROLE_ALARM, {3, -1, 0}},
	{"Charset = ascii\nalarm = 3\n", 1, 1, 0, "there is no role \"Charset\"", "did you mean charset?", ROLE_ALARM, {3, -1, 0}},
	{"zzzzzzzz = 3\n", 1, 1, 0, "there is no role \"zzzzzzzz\"", "themes/default.theme has them all", ROLE_TEXT, {-1, -1, 0}},
	/* errors */
	{"text = 7 on 300\n", 1, 13, 1, "\"300\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = -1\n", 1, 8, 1, "\"-1\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = +7\n", 1, 8, 1, "\"+7\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = 7x\n", 1, 8, 1, "\"7x\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = 99999999999999999999\n", 1, 8, 1, "\"99999999999999999999\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = ü blod\n", 1, 8, 1, "\"ü\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = bolt\n", 1, 8, 1, "\"bolt\" is no colour and no attribute", "did you mean bold?", ROLE_TEXT, {-1, -1, 0}},
	{"text = brigth-red\n", 1, 8, 1, "\"brigth-red\" is no colour and no attribute", "did you mean bright-red?", ROLE_TEXT, {-1, -1, 0}},
	{"text = red blue\n", 1, 12, 1, "one colour more than there is place for", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = red on\n", 1, 14, 1, "a colour is missing after \"on\"", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = red on bold\n", 1, 15, 1, "\"bold\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text = on 1 on 2\n", 1, 13, 1, "\"on\" is no colour and no attribute", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"text red\nalarm = 3\n", 1, 1, 1, "this line is not understood", "write NAME = VALUE, or begin it with #", ROLE_ALARM, {3, -1, 0}},
	{"charset = latin-1\n", 1, 11, 1, "charset cannot be \"latin-1\"", "write ascii or utf-8", ROLE_TEXT, {-1, -1, 0}},
	{"inherit = defualt\n", 1, 11, 1, "there is no theme \"defualt\" to inherit", "did you mean default?", ROLE_TEXT, {-1, -1, 0}},
	{"inherit = light default\n", 1, 11, 1, "there is no theme \"light default\" to inherit", NULL, ROLE_TEXT, {-1, -1, 0}},
	{"charset = ascii utf-8\n", 1, 11, 1, "charset cannot be \"ascii utf-8\"", "write ascii or utf-8", ROLE_TEXT, {-1, -1, 0}},
	{"inherit =\n", 1, 10, 1, "there is no theme \"\" to inherit", NULL, ROLE_TEXT, {-1, -1, 0}},
};

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct theme t;
		struct problems p = {0};
		theme_parse("x", "x.theme", files[i].text, &t, &p);
		const struct problem *x = p.v;
		if (!files[i].what != !p.n || (p.n && (strcmp(x->what, files[i].what) != 0 || x->line != files[i].line || x->column != files[i].column ||
		    !*x->mend || strcmp(x->file, "x.theme") != 0 || (files[i].mend && strcmp(x->mend, files[i].mend) != 0))) || (int)p.errors != files[i].errors)
			fail_msg("row %zu: %zu problems, %d:%d %s; %s", i, p.n, p.n ? x->line : 0, p.n ? x->column : 0, p.n ? x->what : "", p.n ? x->mend : "");
		row_true(i, !memcmp(&t.paint[files[i].role], &files[i].paint, sizeof files[i].paint));
		row_true(i, t.ascii == !strncmp(files[i].text, "charset = ascii\n", 16));
		row_true(i, !strcmp(t.name, "x"));
		problems_release(&p);
	}
}

/* ---- which file -------------------------------------------------------------------------- */

static char home[64];

static void file(const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof path, "%s/backout/themes/%s", home, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	char path[100];

	(void)state;
	snprintf(home, sizeof home, "/tmp/bo-theme-XXXXXX");
	if (!mkdtemp(home))
		return -1;
	snprintf(path, sizeof path, "%s/backout", home);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/backout/themes", home);
	mkdir(path, 0700);
	return setenv("XDG_CONFIG_HOME", home, 1) || setenv("HOME", "/nonexistent", 1);
}

static int tear_down(void **state)
{
	char command[120];
	static const char *const names[] = {"default", "mine", "broken", "a", "b", "warns", "Z"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(command, sizeof command, "%s/backout/themes/%s.theme", home, names[i]);
		unlink(command);
	}
	static const char *const rest[] = {"backout/themes/no theme.theme", "backout/themes/x.txt", "backout/themes/dir.theme", "backout/themes",
		"backout", ""};
	for (size_t i = 0; i < COUNT(rest); i++) {
		snprintf(command, sizeof command, "%s/%s", home, rest[i]);
		remove(command);
	}
	return 0;
}

static enum status loaded(const char *name, struct theme *t, char *out_what, size_t cap)
{
	struct problems p = {0};
	struct fault f = {0};
	enum status s = theme_load(name, t, &p, &f);

	snprintf(out_what, cap, "%s", s == STATUS_USAGE ? f.mend : p.n ? p.v[0].what : "");
	problems_release(&p);
	return s;
}

static void users(void **state)
{
	struct theme_names all;
	struct theme t;
	char what[400], path[120];

	(void)state;
	assert_int_equal(loaded("mine", &t, what, sizeof what), STATUS_USAGE);
	assert_string_equal(what, "the themes are: default, light, high-contrast, no-colour, ascii");
	file("mine.theme", "inherit = light\nalarm = 5\n");
	file("default.theme", "inherit = default\nsoon = 6\n");
	file("broken.theme", "alarm = purpel\n");
	file("a.theme", "inherit = b\n");
	file("b.theme", "inherit = a\n");
	file("warns.theme", "alarum = 1\nalarm = 2\n");
	file("Z.theme", "inherit = ascii\n");
	file("no theme.theme", "");
	file("x.txt", "");
	snprintf(path, sizeof path, "%s/backout/themes/dir.theme", home);
	mkdir(path, 0700);
	theme_names(&all);
	static const char *const names[] = {"default", "light", "high-contrast", "no-colour", "ascii", "Z", "a", "b", "broken", "dir", "mine", "warns"};
	assert_int_equal(all.n, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++) {
		row_true(i, !strcmp(all.v[i], names[i]));
		row_true(i, !strcmp(theme_after(&all, names[i]), names[(i + 1) % COUNT(names)]));
	}
	assert_string_equal(theme_after(&all, "gone"), "default");

	assert_int_equal(loaded("mine", &t, what, sizeof what), STATUS_OK);
	assert_int_equal(t.paint[ROLE_ALARM].fg, 5);
	assert_int_equal(t.paint[ROLE_GOOD].fg, 23); /* of light */
	assert_int_equal(loaded("default", &t, what, sizeof what), STATUS_OK);
	assert_int_equal(t.paint[ROLE_SOON].fg, 6);
	assert_int_equal(t.paint[ROLE_ALARM].fg, 202); /* of ours */
	assert_int_equal(loaded("Z", &t, what, sizeof what), STATUS_OK);
	assert_true(t.ascii);
	assert_int_equal(t.paint[ROLE_SOON].fg, 6); /* ours inherits the default that is in use */
	assert_string_equal(t.name, "Z");
	assert_int_equal(loaded("warns", &t, what, sizeof what), STATUS_OK);
	assert_string_equal(what, "there is no role \"alarum\"");
	assert_int_equal(t.paint[ROLE_ALARM].fg, 2);

	assert_int_equal(loaded("broken", &t, what, sizeof what), STATUS_NO);
	assert_string_equal(what, "\"purpel\" is no colour and no attribute");
	assert_string_equal(t.name, "default");
	assert_int_equal(t.paint[ROLE_SOON].fg, 220); /* ours: the user's may be what is broken */
	assert_int_equal(loaded("a", &t, what, sizeof what), STATUS_NO);
	assert_string_equal(what, "these themes inherit each other in a circle");
	assert_int_equal(loaded("dir", &t, what, sizeof what), STATUS_NO);
	assert_string_equal(what, "it cannot be read: it is not a file");
	assert_int_equal(loaded("../themes/mine", &t, what, sizeof what), STATUS_USAGE);
	assert_int_equal(loaded("no theme", &t, what, sizeof what), STATUS_USAGE);
}

static const struct {
	const char *given, *env, *no_color, *term, *choice;
} choices[] = {
	{NULL, NULL, NULL, "xterm", "default"},
	{NULL, NULL, "1", "xterm", "no-colour"},
	{NULL, NULL, "", "xterm", "default"},
	{NULL, NULL, NULL, "dumb", "no-colour"},
	{NULL, "default", "1", "xterm", "default"},
	{"no-colour", "default", NULL, "xterm", "no-colour"},
};

static const char *const five[] = {"default", "light", "high-contrast", "no-colour", "ascii"};

/* A new role belongs into each file that inherits nothing. */
static void every_role(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[1200], text[8192] = "\n", line[60];
	FILE *f;

	snprintf(path, sizeof path, "%s/themes/%s.theme", top ? top : ".", name);
	f = fopen(path, "r");
	assert_non_null(f);
	text[1 + fread(text + 1, 1, sizeof text - 2, f)] = 0;
	fclose(f);
	for (int r = 0; r < ROLE_COUNT && !strstr(text, "\ninherit "); r++) {
		snprintf(line, sizeof line, "\n%s ", role_word((enum role)r));
		if (!strstr(text, line))
			fail_msg("%s says nothing of %s", name, role_word((enum role)r));
	}
}

/* Ours are understood whole, each on its own. */
static void ours(void **state)
{
	struct theme t;
	char what[400];

	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++)
		row_true(i, !strcmp(theme_choice(choices[i].given, choices[i].env, choices[i].no_color, choices[i].term), choices[i].choice));
	unsetenv("XDG_CONFIG_HOME");
	for (size_t i = 0; i < COUNT(five); i++) {
		row_true(i, loaded(five[i], &t, what, sizeof what) == STATUS_OK && !*what && !strcmp(t.name, five[i]));
		row_true(i, t.ascii == (i == 4));
		every_role(five[i]);
		for (int r = 0; i == 3 && r < ROLE_COUNT; r++) /* no colour means none */
			row_true(r, t.paint[r].fg == -1 && t.paint[r].bg == -1);
	}
	setenv("XDG_CONFIG_HOME", home, 1);
}

/* ---- fewer colours ----------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum role role;
	struct paint c16, c8, c0;
} fits[] = {
	{"alarm = 202 bold", ROLE_ALARM, {9, -1, PAINT_BOLD}, {1, -1, PAINT_BOLD}, {-1, -1, PAINT_BOLD | PAINT_REVERSE}},
	{"soon = 214", ROLE_SOON, {3, -1, 0}, {3, -1, 0}, {-1, -1, PAINT_BOLD}},
	{"good = 36", ROLE_GOOD, {2, -1, 0}, {2, -1, 0}, {-1, -1, 0}},
	{"unknown = 175", ROLE_UNKNOWN, {5, -1, 0}, {5, -1, 0}, {-1, -1, PAINT_UNDERLINE}},
	{"key = 81 bold", ROLE_KEY, {14, -1, PAINT_BOLD}, {6, -1, PAINT_BOLD}, {-1, -1, PAINT_BOLD}},
	{"dim = 246", ROLE_DIM, {-1, -1, PAINT_DIM}, {-1, -1, PAINT_DIM}, {-1, -1, 0}}, /* not a grey that the ground may be */
	{"dim = bright-black", ROLE_DIM, {8, -1, 0}, {-1, -1, PAINT_DIM}, {-1, -1, 0}},
	{"key = bright-blue", ROLE_KEY, {12, -1, 0}, {4, -1, 0}, {-1, -1, 0}},
	{"demo = 16 on 117 bold", ROLE_DEMO, {0, 14, PAINT_BOLD}, {0, 6, PAINT_BOLD}, {-1, -1, PAINT_BOLD | PAINT_REVERSE}},
	{"message = 247 on 222", ROLE_MESSAGE, {8, 11, 0}, {0, 3, 0}, {-1, -1, PAINT_REVERSE}},
	{"message = 220 on 221", ROLE_MESSAGE, {0, 11, 0}, {0, 3, 0}, {-1, -1, PAINT_REVERSE}}, /* the same for it: still legible */
	{"demo = 16 on 153", ROLE_DEMO, {0, 12, 0}, {7, 4, 0}, {-1, -1, PAINT_REVERSE}}, /* black on blue is no text */
	{"text = 231 on 16\ntitle = 231 on 16 bold", ROLE_TITLE, {15, 0, PAINT_BOLD}, {7, 0, PAINT_BOLD}, {-1, -1, PAINT_BOLD}},
	{"soon = 94", ROLE_SOON, {-1, -1, PAINT_BOLD}, {-1, -1, PAINT_BOLD}, {-1, -1, PAINT_BOLD}}, /* yellow would be gone on white */
	{"alarm = 52", ROLE_ALARM, {1, -1, 0}, {1, -1, 0}, {-1, -1, PAINT_BOLD | PAINT_REVERSE}}, /* bold is soon */
};

static void fewer(void **state)
{
	static const int colours[] = {256, 88, 16, 8, 2, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(fits); i++)
		for (size_t k = 0; k < COUNT(colours); k++) {
			struct theme t, fit;
			struct problems p = {0};
			theme_parse("x", "x.theme", fits[i].text, &t, &p);
			assert_int_equal(p.n, 0);
			theme_fit(&t, colours[k], &fit);
			const struct paint *is = &fit.paint[fits[i].role];
			const struct paint *want = k == 0 ? &t.paint[fits[i].role] : k < 3 ? &fits[i].c16 : k == 3 ? &fits[i].c8 : &fits[i].c0;
			if (memcmp(is, want, sizeof *is) != 0)
				fail_msg("row %zu, %d colours: %d on %d, %x", i, colours[k], is->fg, is->bg, is->attributes);
		}
}

/* Whatever a terminal has: alarm, soon, unknown and good are four things, and the first three are not text. */
static void distinct(void **state)
{
	static const enum role roles[] = {ROLE_ALARM, ROLE_SOON, ROLE_UNKNOWN, ROLE_GOOD, ROLE_TEXT};
	static const int colours[] = {256, 16, 8, 0};
	char what[400];
	struct theme t, fit;

	(void)state;
	for (size_t i = 0; i <= COUNT(five); i++)
		for (size_t c = 0; c < COUNT(colours); c++) {
			struct problems p = {0};
			if (i < COUNT(five))
				assert_int_equal(loaded(five[i], &t, what, sizeof what), STATUS_OK);
			else /* somebody's, who has 256 of them */
				theme_parse("x", "x.theme", "alarm = 160\nsoon = 161\nunknown = 162\ngood = 124\n", &t, &p);
			theme_fit(&t, colours[c], &fit);
			for (size_t a = 0; a < COUNT(roles); a++)
				for (size_t b = a + 1; b < COUNT(roles); b++)
					if (!(a == 3 && b == 4) && !memcmp(&fit.paint[roles[a]], &fit.paint[roles[b]], sizeof *fit.paint))
						fail_msg("%s, %d colours: %s is like %s", t.name, colours[c], role_word(roles[a]), role_word(roles[b]));
		}
}

/* ---- fewer letters ----------------------------------------------------------------------- */

static const struct {
	const char *in, *out;
} plain[] = {
	{"abc", "abc"}, {"日本x", "????x"}, {"ä e\xcc\x81", "? e"}, {"a…", "a~"}, {"\033[2J", "?[2J"}, {"“it’s”", "\"it's\""},
	{"⣿⠁▁▄█·", "#._~#."}, {"╌╌╌╌x", "- - x"}, {"┌─┐│├", "+-+|+"}, {"→ · …", "> . ~"}, {"\xff", "?"},
};

static void signs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plain); i++) {
		struct cells c, a = {0};
		struct buf b;
		cells_init(&c, 1, 12);
		cells_text(&c, 0, 0, 12, ROLE_ALARM, plain[i].in);
		cells_ascii(&c, &a);
		buf_init(&b, 4096);
		cells_print(&a, &b);
		if (strncmp(buf_str(&b), plain[i].out, strlen(plain[i].out)) != 0)
			fail_msg("row %zu: %s", i, buf_str(&b));
		assert_int_equal(cells_at(&a, 0, 0)->role, ROLE_ALARM);
		buf_release(&b);
		cells_release(&c);
		cells_release(&a);
	}
	for (uint32_t cp = 0; cp < 0x110000; cp++)
		if (ascii_of(cp) < 0x20 || ascii_of(cp) > 0x7e)
			fail_msg("U+%04X", cp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours), cmocka_unit_test(lines), cmocka_unit_test(fewer), cmocka_unit_test(distinct), cmocka_unit_test(signs),
		cmocka_unit_test(users), /* last: from then on there are files */
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
