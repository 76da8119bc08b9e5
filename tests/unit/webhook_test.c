/* plugins/webhook/sign: published signatures, and a table of what was taken that
 * neither grows without end nor forgets what could come again. */
#include "config.h"

#include "cm.h"

#include <stdio.h>
#include <string.h>

#include "webhook/sign.h"

#define T0 INT64_C(1795482000000000)
#define SKEW (5 * US_MINUTE)

/* RFC 4231, cases 2 and 6 (a key longer than a block) */
static void published(void **state)
{
	char out[SDK_HMAC_LEN], key[132];
	const char *two = "what do ya want for nothing?", *six = "Test Using Larger Than Block-Size Key - Hash Key First";
	(void)state;
	sdk_hmac("Jefe", &(struct sdk_part){two, strlen(two)}, 1, out);
	assert_string_equal(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	const struct sdk_part parts[] = {{two, 5}, {two, 0}, {two + 5, strlen(two) - 5}};
	sdk_hmac("Jefe", parts, 3, out);
	assert_string_equal(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	key[131] = '\0';
	sdk_hmac(key, &(struct sdk_part){six, strlen(six)}, 1, out);
	assert_string_equal(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void every_digit(void **state)
{
	char a[SIGN_LEN], b[SIGN_LEN];
	(void)state;
	sign("key", "t", "POST", "/change", "{}", 2, a);
	for (size_t i = 0; i < SIGN_LEN - 1; i++) {
		memcpy(b, a, sizeof b);
		assert_true(sign_equal(a, b));
		b[i] ^= 1;
		row_true(i, !sign_equal(a, b));
	}
	sign("key", "t", "POST", "/deploy", "{}", 2, b);
	assert_false(sign_equal(a, b));
}

static void number(char out[SIGN_LEN], int i)
{
	memset(out, 0, SIGN_LEN);
	(void)snprintf(out, SIGN_LEN, "%d", i);
}

static void full(void **state)
{
	struct seen s;
	char sig[SIGN_LEN];
	(void)state;
	seen_init(&s, SKEW, 0, 100, T0);
	for (int i = 0; i < 100; i++) {
		assert_false(seen_full(&s, T0 + i));
		number(sig, i);
		seen_add(&s, T0 + i * US_SECOND, sig);
	}
	assert_true(seen_full(&s, T0 + 100 * US_SECOND)); /* all are fresh: none may go */
	assert_int_equal(s.n, 100);
	assert_true(seen_full(&s, T0 + SKEW));
	assert_false(seen_full(&s, T0 + SKEW + 50 * US_SECOND));
	assert_int_equal(s.n, 50);
	for (int i = 0; i < 100; i++) {
		number(sig, i);
		row_true(i, seen_has(&s, sig) == (i >= 50));
	}
	seen_release(&s);
}

/* What was dropped is refused by its time, also where the clock is set back afterwards. */
static void clock_back(void **state)
{
	struct seen s;
	char sig[SIGN_LEN];
	(void)state;
	seen_init(&s, SKEW, 2, 1, T0 + 1);
	assert_int_equal(s.since, T0 + 3);
	number(sig, 1);
	seen_add(&s, T0 + US_SECOND, sig);
	assert_false(seen_full(&s, T0 + SKEW + 2 * US_SECOND));
	assert_false(seen_has(&s, sig));
	assert_true(T0 + US_SECOND < s.since);
	assert_true(T0 + US_SECOND + 1 >= s.since);
	seen_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published), cmocka_unit_test(every_digit), cmocka_unit_test(full), cmocka_unit_test(clock_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
