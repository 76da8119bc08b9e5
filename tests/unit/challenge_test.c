/* tui/keys/challenge: what fires and, in thousands of generated runs, what does not. */
#include "config.h"

#include "cm.h"

#include <string.h>

#include "tui/keys/challenge.h"

#define MS INT64_C(1000)
#define SECOND (1000 * MS)

static uint32_t seed;
static uint32_t chance(void *ctx)
{
	(void)ctx;
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static void open_at(struct challenge *c, int64_t at)
{
	challenge_begin(c, 'r', "auth", false, chance, NULL, at);
	challenge_drawn(c, at + 5 * MS);
}

static void press(struct challenge *c, char ch, int64_t at)
{
	struct key k = {KEY_CHAR, (uint32_t)ch, at};

	if (ch == '\r')
		k = (struct key){KEY_ENTER, 0, at};
	if (ch == '\033')
		k = (struct key){KEY_ESC, 0, at};
	challenge_key(c, &k);
}

static void type(struct challenge *c, const char *text, int64_t at, int64_t every)
{
	for (; *text; text++, at += every)
		press(c, *text, at);
}

/* ---- tables -------------------------------------------------------------------- */

/* 1 2 3: the letters shown; r: the action's own key; every key 100 ms after the one before. */
static const struct {
	const char *keys;
	enum challenge_state end;
} rows[] = {
	{"123", CHALLENGE_FIRE},
	{"", CHALLENGE_OPEN},
	{"1", CHALLENGE_OPEN},
	{"12", CHALLENGE_OPEN},
	{"132", CHALLENGE_NO},
	{"213", CHALLENGE_NO},
	{"113", CHALLENGE_NO},
	{"12\r", CHALLENGE_NO},
	{"\r", CHALLENGE_NO},
	{"\033", CHALLENGE_NO},
	{"12\033", CHALLENGE_NO},
	{"!", CHALLENGE_NO},
	{"1 23", CHALLENGE_NO},
	{"rrrrrrrrrr", CHALLENGE_OPEN},   /* a held key repeats */
	{"rrrrrr123", CHALLENGE_FIRE},
	{"\033" "123", CHALLENGE_NO},
	{"9123", CHALLENGE_NO},
};

static void keys_of(const struct challenge *c, const char *spec, char *out)
{
	for (; *spec; spec++)
		*out++ = *spec >= '1' && *spec <= '3' ? c->letters[*spec - '1'] : *spec;
	*out = 0;
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct challenge c;
		char keys[40];
		seed = (uint32_t)i;
		open_at(&c, 0);
		keys_of(&c, rows[i].keys, keys);
		type(&c, keys, 500 * MS, 100 * MS);
		row_true(i, c.state == rows[i].end);
	}
}

static void letters_are_well(void **state)
{
	(void)state;
	seed = 1;
	for (int i = 0; i < 2000; i++) {
		struct challenge c;
		char before[4];
		open_at(&c, 0);
		for (int draw = 0; draw < 3; draw++) {
			assert_int_equal(strlen(c.letters), 3);
			assert_true(c.letters[0] != c.letters[1] && c.letters[1] != c.letters[2] && c.letters[0] != c.letters[2]);
			for (int k = 0; k < 3; k++)
				assert_true(strchr(CHALLENGE_ALPHABET, c.letters[k]) && c.letters[k] != 'r');
			memcpy(before, c.letters, 4);
			challenge_resized(&c, 0);
			assert_null(strpbrk(c.letters, before)); /* none was on the screen just before */
			challenge_drawn(&c, 1);
		}
	}
}

static void silence(void **state)
{
	struct challenge c;

	(void)state;
	open_at(&c, 0);
	challenge_tick(&c, 30 * SECOND);
	assert_int_equal(c.state, CHALLENGE_OPEN);
	press(&c, c.letters[0], 30 * SECOND);
	challenge_tick(&c, 59 * SECOND);
	assert_int_equal(c.state, CHALLENGE_OPEN);
	press(&c, c.letters[1], 60 * SECOND + 1);
	assert_int_equal(c.state, CHALLENGE_NO);
	assert_string_equal(c.why, "no key for 30 s");
}

static void burst_then_line(void **state)
{
	struct challenge c;
	char line[40];

	(void)state;
	open_at(&c, 0);
	type(&c, c.letters, SECOND, 0);
	assert_int_equal(c.state, CHALLENGE_OPEN);
	assert_int_equal(c.draws, 2);
	assert_non_null(c.why);
	challenge_drawn(&c, 2 * SECOND);
	type(&c, c.letters, 3 * SECOND, 4 * MS);
	assert_int_equal(c.state, CHALLENGE_OPEN);
	assert_int_equal(c.draws, 3);
	assert_true(c.line);
	challenge_drawn(&c, 4 * SECOND);
	snprintf(line, sizeof line, "auth %s\r", c.letters);
	type(&c, line, 5 * SECOND, 0);
	assert_int_equal(c.state, CHALLENGE_FIRE);
}

static void line_refuses(void **state)
{
	static const char *const lines[] = {"auth\r", "%\r", "auth%\r", "auth %x\r", "Auth %\r", "autho %\r", "\r", "auth %\033", "% auth\r"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct challenge c;
		challenge_begin(&c, 'r', "auth", true, chance, NULL, 0);
		challenge_drawn(&c, 1);
		for (const char *p = lines[i]; *p; p++)
			if (*p == '%')
				type(&c, c.letters, SECOND, 0);
			else
				press(&c, *p, SECOND);
		row_true(i, c.state == CHALLENGE_NO);
	}
}

static void slow_enough_is_no_burst(void **state)
{
	struct challenge c;

	(void)state;
	open_at(&c, 0);
	type(&c, c.letters, SECOND, 8 * MS); /* 16 ms from first to third */
	assert_int_equal(c.state, CHALLENGE_FIRE);
}

/* ---- generated -------------------------------------------------------------------- */

static char any_letter(void)
{
	return CHALLENGE_ALPHABET[chance(NULL) % (sizeof CHALLENGE_ALPHABET - 1)];
}

/* Keys typed before these letters stood on the screen: an old panel's, and the very right ones by luck. */
static void stale_never_fires(void **state)
{
	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct challenge c, old;
		seed = (uint32_t)i * 7919u;
		open_at(&old, 0);
		challenge_begin(&c, 'r', "auth", false, chance, NULL, SECOND);
		type(&c, i % 2 ? old.letters : c.letters, SECOND + chance(NULL) % 1000, chance(NULL) % 100);
		assert_int_equal(c.state, CHALLENGE_OPEN);
		challenge_drawn(&c, 2 * SECOND);
		/* those that were read before the drawing, delivered after it with their old time */
		type(&c, c.letters, 2 * SECOND - chance(NULL) % 1000, 0);
		assert_int_equal(c.state, CHALLENGE_OPEN);
	}
}

/* A line that stalls delivers what was typed at the drawing before. */
static void late_never_fires(void **state)
{
	int closed = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct challenge c;
		char was[4];
		seed = (uint32_t)i * 104729u;
		open_at(&c, 0);
		memcpy(was, c.letters, 4);
		if (chance(NULL) % 2)
			challenge_resized(&c, SECOND);
		else
			type(&c, was, SECOND, 0);
		challenge_drawn(&c, SECOND + 10 * MS);
		type(&c, was, SECOND + 20 * MS + chance(NULL) % (int)(5 * SECOND), chance(NULL) % 200000);
		assert_int_not_equal(c.state, CHALLENGE_FIRE);
		closed += c.state == CHALLENGE_NO;
	}
	assert_true(closed > 3000);
}

/* Floods of letters, in bursts and with pauses: the chance of three right ones must be all there is. */
static void guessing(void **state)
{
	int fired = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct challenge c;
		int64_t at = SECOND;
		seed = (uint32_t)i * 15485863u;
		open_at(&c, 0);
		for (int k = 0; k < 3 && c.state == CHALLENGE_OPEN; k++)
			press(&c, any_letter(), at += 40 * MS);
		fired += c.state == CHALLENGE_FIRE;
	}
	assert_true(fired <= 12); /* 20000 / (19 * 19 * 19) is 3 */
}

/* A held key, whichever it is, and a paste. */
static void repeats_and_pastes(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct challenge c;
		char held = i % 4 ? any_letter() : 'r';
		seed = (uint32_t)i;
		open_at(&c, 0);
		for (int k = 0; k < 40; k++)
			press(&c, held, 300 * MS + k * 33 * MS);
		assert_int_not_equal(c.state, CHALLENGE_FIRE);
		open_at(&c, 0);
		challenge_key(&c, &(struct key){KEY_PASTED, 0, SECOND});
		assert_int_equal(c.state, CHALLENGE_OPEN);
	}
}

/* An honest operator on a line that delays by 0.9 s and stalls for 3 s: reads what is shown, types it. */
static void honest_succeeds(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct challenge c;
		int64_t at = 0, stall;
		seed = (uint32_t)i * 2654435761u;
		challenge_begin(&c, 'r', "auth", false, chance, NULL, 0);
		while (c.state == CHALLENGE_OPEN && c.draws <= 3) {
			char text[40];
			bool stalls = chance(NULL) % 3;
			challenge_drawn(&c, at += 5 * MS);
			snprintf(text, sizeof text, c.line ? "auth %s\r" : "%s", c.letters);
			at += 900 * MS + SECOND; /* the drawing travels, the eye reads */
			stall = at + 3 * SECOND;
			for (const char *p = text; *p; p++) {
				at += 180 * MS;
				press(&c, *p, stalls && at < stall ? stall : at + 900 * MS);
			}
			at = stall > at ? stall : at + 900 * MS;
		}
		assert_int_equal(c.state, CHALLENGE_FIRE);
		assert_true(c.draws <= 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table), cmocka_unit_test(letters_are_well), cmocka_unit_test(silence), cmocka_unit_test(burst_then_line),
		cmocka_unit_test(line_refuses), cmocka_unit_test(slow_enough_is_no_burst), cmocka_unit_test(stale_never_fires),
		cmocka_unit_test(late_never_fires), cmocka_unit_test(guessing), cmocka_unit_test(repeats_and_pastes),
		cmocka_unit_test(honest_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
