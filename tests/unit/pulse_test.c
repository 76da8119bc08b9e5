/* tui/screen/pulse: when the terminal is asked, and what its answers say of the line. */
#include "config.h"

#include "cm.h"

#include <string.h>

#include "tui/keys/keys.h"
#include "tui/screen/pulse.h"

#define MS INT64_C(1000)
#define SECOND (1000 * MS)

static void asked_and_answered(void **state)
{
	struct pulse p;
	int64_t t = 5 * SECOND;

	(void)state;
	pulse_init(&p);
	assert_int_equal(pulse_line(&p, t), -1);
	assert_true(pulse_due(&p, t));
	pulse_asked(&p, t);
	assert_false(pulse_due(&p, t + SECOND)); /* one at a time */
	assert_int_equal(pulse_line(&p, t + 2 * SECOND), -1); /* it may be one that never answers */
	pulse_answered(&p, t + 1800 * MS);
	assert_int_equal(pulse_line(&p, t + 2 * SECOND), 1800 * MS);
	assert_false(pulse_due(&p, t + 9 * SECOND)); /* and not often */
	assert_true(pulse_due(&p, t + 10 * SECOND));
	/* an answer that is late is counted while it is */
	pulse_asked(&p, t + 10 * SECOND);
	assert_int_equal(pulse_line(&p, t + 11 * SECOND), 1800 * MS);
	assert_int_equal(pulse_line(&p, t + 14 * SECOND), 4 * SECOND);
	pulse_answered(&p, t + 14 * SECOND + 100 * MS);
	assert_int_equal(pulse_line(&p, t + 20 * SECOND), 4100 * MS);
	/* what was measured long ago says nothing of now */
	assert_int_equal(pulse_line(&p, t + 100 * SECOND), -1);
}

static void one_that_never_answers(void **state)
{
	struct pulse p;
	int asked = 0;

	(void)state;
	pulse_init(&p);
	for (int64_t t = SECOND; t < 3600 * SECOND; t += 250 * MS) {
		assert_int_equal(pulse_line(&p, t), -1);
		if (pulse_due(&p, t)) {
			pulse_asked(&p, t);
			asked++;
		}
	}
	assert_int_equal(asked, 3);
	/* it answers after all: then it can */
	pulse_answered(&p, 3600 * SECOND);
	assert_int_equal(pulse_line(&p, 3600 * SECOND), -1);
	assert_true(pulse_due(&p, 3600 * SECOND));
	/* answers that nobody asked for measure nothing */
	pulse_answered(&p, 3601 * SECOND);
	assert_int_equal(pulse_line(&p, 3601 * SECOND), -1);
}

static void never(void *ctx, const struct key *k)
{
	(void)k;
	++*(int *)ctx;
}

/* The decoder counts answers and hands out none of them; whole, in pieces, of eight bits; in a paste it is none. */
static void answers_are_found_and_are_no_keys(void **state)
{
	static const struct {
		const char *bytes;
		unsigned answers;
	} table[] = {
		{"\033[0n", 1}, {"\033[0n\033[0n", 2}, {"\x9b" "0n", 1}, {"\033[3n", 0}, {"\033[0;0n", 0}, {"\033[n", 0}, {"\033[?0n", 0},
		{"\033[00n", 0}, {"\033]0n\a", 0}, {"\033[0R", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct keys k;
		int keys = 0;
		keys_init(&k);
		for (const char *b = table[i].bytes; *b; b++)
			keys_feed(&k, b, 1, SECOND, never, &keys);
		assert_int_equal(k.answers, table[i].answers);
		assert_int_equal(keys, 0);
	}
	struct keys k;
	int keys = 0;
	keys_init(&k);
	keys_feed(&k, "\033[200~\033[0n\033[201~", 16, SECOND, never, &keys);
	assert_int_equal(k.answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_and_answered), cmocka_unit_test(one_that_never_answers),
		cmocka_unit_test(answers_are_found_and_are_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
