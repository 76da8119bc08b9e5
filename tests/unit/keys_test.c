/* tui/keys: which bytes are keys, and which must never be. */
#include "config.h"

#include "cm.h"

#include <string.h>

#include "base/text.h"
#include "tui/keys/keys.h"

#define MS INT64_C(1000)

struct got {
	char text[400];
};

/* One character a key, the named ones in brackets. */
static void take(void *ctx, const struct key *k)
{
	static const char *const names[] = {[KEY_ENTER] = "<Enter>", [KEY_ESC] = "<Esc>", [KEY_TAB] = "<Tab>", [KEY_BACKTAB] = "<BackTab>",
		[KEY_BACKSPACE] = "<BS>", [KEY_DELETE] = "<Del>", [KEY_UP] = "<Up>", [KEY_DOWN] = "<Down>", [KEY_LEFT] = "<Left>",
		[KEY_RIGHT] = "<Right>", [KEY_HOME] = "<Home>", [KEY_END] = "<End>", [KEY_PAGE_UP] = "<PgUp>", [KEY_PAGE_DOWN] = "<PgDn>",
		[KEY_PASTED] = "<Paste>"};
	struct got *g = ctx;
	size_t n = strlen(g->text);
	char utf8[5] = "";

	if (k->kind == KEY_CHAR) {
		utf8[utf8_put(k->cp, utf8)] = 0;
		snprintf(g->text + n, sizeof g->text - n, "%s", utf8);
	} else if (k->kind == KEY_CTRL) {
		snprintf(g->text + n, sizeof g->text - n, "^%c", (char)k->cp);
	} else {
		snprintf(g->text + n, sizeof g->text - n, "%s", names[k->kind]);
	}
}

static const struct {
	const char *in, *keys;
} whole[] = {
	{"abc", "abc"},
	{"\r", "<Enter>"},
	{"\n", "<Enter>"},
	{"\t", "<Tab>"},
	{"\x7f", "<BS>"},
	{"\x08", "<BS>"},
	{"\x0c", "^l"},
	{"\x1a", "^z"},
	{"\033", "<Esc>"},
	{"\033[A\033[B\033[C\033[D", "<Up><Down><Right><Left>"},
	{"\033OA\033OB\033OC\033OD", "<Up><Down><Right><Left>"},
	{"\033OM", "<Enter>"},
	{"\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "<Home><End><Home><End><Home><End>"},
	{"\033[3~\033[5~\033[6~", "<Del><PgUp><PgDn>"},
	{"\033[Z", "<BackTab>"},
	{"\033[1;5A", "<Up>"},
	{"\xc3\xa4", "\xc3\xa4"},
	{"\xe6\x97\xa5x", "\xe6\x97\xa5x"},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	/* replies of a terminal are no keys */
	{"\033[?62;1;6c", ""},
	{"\033[>41;354;0c", ""},
	{"\033[24;80R", ""},
	{"\033[1R", ""},
	{"\033[0n", ""},
	{"\033[?2004;1$y", ""},
	{"\033[8;24;80t", ""},
	{"\033]11;rgb:0000/0000/0000\033\\", ""},
	{"\033]10;rgb:ffff/ffff/ffff\a", ""},
	{"\033]52;c;Zndw\a", ""},
	{"\033P1$r0m\033\\", ""},
	{"\033P>|xterm(379)\033\\", ""},
	{"\033_Gi=1;OK\033\\", ""},
	{"\033^fwp\033\\", ""},
	{"\033Xfwp\033\\", ""},
	{"\033[I\033[O", ""},
	{"\033[<0;10;10M\033[<0;10;10m", ""},
	{"\033[M fw", ""},
	{"\033[97;5u", ""},
	{"\033[?1u", ""},
	{"\033(B", ""},
	{"\033 F", ""},
	{"\x9b" "24;80R", ""},
	{"\x9d" "11;fwp\a", ""},
	{"\x90" "fwp\x9c", ""},
	{"\033[12345678901234567890123456789012345678901234567890A", ""},
	{"\033[\033[A", "<Up>"},
	{"\033]0;abc\x18" "d", "d"},
	/* pastes are swallowed whole */
	{"\033[200~fwp\r\033[201~", "<Paste>"},
	{"a\033[200~fwp\r\033[A\033[201~b", "a<Paste>b"},
	{"\033[200~x\033[200~y\033[201~z", "<Paste>z"},
	{"\033[201~a", "a"},
	{"\033[200~\033]0;x\033[201~b", "<Paste>b"},          /* a string that was pasted does not outlive it */
	{"\033[200~\033P\033[20\033[201\033[201~b", "<Paste>b"},
	{"\033[200~\033\033[201~\033[A", "<Paste><Up>"},
	{"\033[200~\033[M\033[201~b", "<Paste>b"},
	{"\033[200~\xc3\033[201~b", "<Paste>b"},
	/* what is not UTF-8, or would not be drawn */
	{"\xff\xfe" "a", "a"},
	{"\xc3" "a", "a"},
	{"\x80\xbf" "a", "a"},
	{"\xc2\x9b" "a", "a"},
	{"\xe2\x80\xae" "a", "a"},
	{"\xe2\x80\x8b" "a", "a"},
	{"\xed\xa0\x80" "a", "a"},
	{"\xf4\x90\x80\x80" "a", "a"},
};

static void at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		struct keys k;
		struct got g = {""};
		keys_init(&k);
		keys_feed(&k, whole[i].in, strlen(whole[i].in), 1000 * MS, take, &g);
		keys_tick(&k, 1060 * MS, take, &g);
		if (strcmp(g.text, whole[i].keys) != 0)
			fail_msg("row %zu: got \"%s\", not \"%s\"", i, g.text, whole[i].keys);
	}
}

/* The same byte by byte, as a slow line delivers it. */
static void byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		struct keys k;
		struct got g = {""};
		int64_t at = 1000 * MS;
		keys_init(&k);
		for (const char *p = whole[i].in; *p; p++)
			keys_feed(&k, p, 1, at += 20 * MS, take, &g);
		keys_tick(&k, at + 60 * MS, take, &g);
		if (strcmp(g.text, whole[i].keys) != 0)
			fail_msg("row %zu: got \"%s\", not \"%s\"", i, g.text, whole[i].keys);
	}
}

/* A reply whose ESC came alone long before its rest is still no text. */
static void torn_reply(void **state)
{
	struct keys k;
	struct got g = {""};

	(void)state;
	keys_init(&k);
	keys_feed(&k, "\033", 1, 0, take, &g);
	keys_tick(&k, 60 * MS, take, &g);
	keys_feed(&k, "[?62;1;6c", 9, 300 * MS, take, &g);
	assert_string_equal(g.text, "<Esc>");
	keys_feed(&k, "a", 1, 400 * MS, take, &g);
	assert_string_equal(g.text, "<Esc>a");
}

/* Esc, and then a key that looks back: it counts, and so does the next one. */
static void a_bracket_behind_esc(void **state)
{
	static const char *const rows[][2] = {{"[", "<Esc>[D"}, {"]", "<Esc>]D"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct keys k;
		struct got g = {""};
		keys_init(&k);
		keys_feed(&k, "\033", 1, 0, take, &g);
		keys_tick(&k, 60 * MS, take, &g);
		keys_feed(&k, rows[i][0], 1, 200 * MS, take, &g);
		assert_int_equal(keys_wait(&k, 200 * MS), 50 * MS);
		keys_tick(&k, 250 * MS, take, &g);
		keys_feed(&k, "D", 1, 400 * MS, take, &g);
		row_true(i, !strcmp(g.text, rows[i][1]));
	}
}

static void lost_ends(void **state)
{
	struct keys k;
	struct got g = {""};

	(void)state;
	keys_init(&k);
	keys_feed(&k, "\033[200~abc", 9, 0, take, &g);
	keys_feed(&k, "def", 3, 4900 * MS, take, &g);
	assert_string_equal(g.text, "<Paste>");
	keys_feed(&k, "g", 1, 9950 * MS, take, &g);
	assert_string_equal(g.text, "<Paste>g");
	keys_feed(&k, "\033]0;never ended", 15, 10000 * MS, take, &g);
	assert_int_equal(keys_wait(&k, 10000 * MS), 5000 * MS);
	keys_tick(&k, 15001 * MS, take, &g);
	keys_feed(&k, "h", 1, 15002 * MS, take, &g);
	assert_string_equal(g.text, "<Paste>gh");
	assert_int_equal(keys_wait(&k, 15002 * MS), -1);
}

/* Somebody hammers on Esc since nothing happens: that must not keep it so. */
static void typing_does_not_keep_it_deaf(void **state)
{
	static const struct { const char *in; int64_t most; } rows[] = {{"\033]0;never ended", 5100 * MS}, {"\033P", 5100 * MS},
		{"\033[200~never ended", 20100 * MS}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct keys k;
		struct got g = {""};
		int64_t at = 1000 * MS;
		keys_init(&k);
		keys_feed(&k, rows[i].in, strlen(rows[i].in), at, take, &g);
		g.text[0] = 0;
		while (!g.text[0] && at < 1000 * MS + rows[i].most)
			keys_feed(&k, "x", 1, at += 100 * MS, take, &g);
		if (strcmp(g.text, "x") != 0)
			fail_msg("row %zu: still deaf after %lld ms", i, (long long)(at / MS - 1000));
	}
}

/* Time stamps are those of the read. */
static void stamp(void *ctx, const struct key *k)
{
	*(int64_t *)ctx = k->at;
}

static void stamped(void **state)
{
	struct keys k;
	int64_t at = 0;

	(void)state;
	keys_init(&k);
	keys_feed(&k, "a", 1, 1234, stamp, &at);
	assert_int_equal(at, 1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once), cmocka_unit_test(byte_by_byte), cmocka_unit_test(torn_reply), cmocka_unit_test(a_bracket_behind_esc), cmocka_unit_test(lost_ends),
		cmocka_unit_test(stamped), cmocka_unit_test(typing_does_not_keep_it_deaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
