/* base: buffers that have an end, arrays, arenas, faults, digests, and the chain of events. */
#include "config.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/draft.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/status.h"

static void test_buf_has_an_end(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_adds(&b, "abc"));
	assert_true(buf_adds(&b, NULL));
	assert_true(buf_addc(&b, 'd'));
	assert_false(buf_adds(&b, "ef"));  /* would pass the end: nothing of it is added */
	assert_string_equal(buf_str(&b), "abcd");
	assert_false(buf_addc(&b, 'e'));   /* and it stays failed, though this would fit */
	assert_true(b.failed);
	buf_reset(&b);
	assert_true(buf_addf(&b, "%d-%s", 42, "xy"));
	assert_string_equal(buf_str(&b), "42-xy");
	buf_cut(&b, 3);
	assert_string_equal(buf_str(&b), "xy");
	buf_cut(&b, 99);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void test_buf_long_format(void **state)
{
	char long_text[3000];
	struct buf b;

	(void)state;
	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	buf_init(&b, 4096);
	assert_true(buf_addf(&b, "<%s>", long_text));
	assert_int_equal(b.len, sizeof long_text + 1);
	assert_int_equal(buf_str(&b)[b.len - 1], '>');
	assert_false(buf_addf(&b, "<%s>", long_text));
	char *taken = buf_take(&b);
	assert_int_equal(strlen(taken), sizeof long_text + 1);
	free(taken);
	buf_release(&b);
}

static void test_vec_and_arena(void **state)
{
	VEC(int) v = {0};
	struct arena *a = arena_new();
	int sum = 0;

	(void)state;
	for (int i = 1; i <= 1000; i++)
		*vec_push(&v) = i;
	vec_each(int, it, &v)
		sum += *it;
	assert_int_equal(sum, 500500);
	vec_release(&v);
	assert_int_equal(v.n, 0);
	for (size_t n = 1; n < 100000; n = n * 3 + 1) {
		unsigned char *p = arena_alloc(a, n);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_int_equal(p[0] | p[n - 1], 0);
		memset(p, 0xff, n);
	}
	assert_string_equal(arena_str(a, "abc"), "abc");
	assert_string_equal(arena_strn(a, "abc", 2), "ab");
	arena_free(a);
	arena_free(NULL);
}

static void test_faults(void **state)
{
	struct fault f;

	(void)state;
	assert_int_equal(fault_set(NULL, STATUS_DENIED, "x", "y"), STATUS_DENIED);
	assert_int_equal(fault_set(&f, STATUS_USAGE, "bad-kit", "no %s", "name"), STATUS_USAGE);
	fault_mend(&f, "add %d", 1);
	fault_where(&f, "kit.yaml", 3, 7);
	assert_string_equal(f.code, "bad-kit");
	assert_string_equal(f.what, "no name");
	assert_string_equal(f.mend, "add 1");
	assert_int_equal(f.line * 100 + f.column, 307);
	fault_set(&f, STATUS_NO, "again", "was: %s", f.what); /* its own words as argument */
	assert_string_equal(f.what, "was: no name");
	assert_string_equal(f.mend, "");
}

static void test_digests(void **state)
{
	static const struct {
		const char *in, *hex;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	};
	unsigned char sha[SHA_LEN], back[SHA_LEN];
	char hex[SHA_HEX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		sha256(rows[i].in, strlen(rows[i].in), sha);
		hex_print(sha, sizeof sha, hex);
		assert_string_equal(hex, rows[i].hex);
		row_true(i, hex_parse(hex, back, sizeof back) && memcmp(sha, back, sizeof sha) == 0);
	}
	const struct piece pieces[] = {{"a", 1}, {"", 0}, {"bc", 2}};
	sha256_pieces(pieces, COUNT(pieces), back);
	assert_memory_equal(sha, back, sizeof sha);
	assert_false(hex_parse("zz", back, 1));
	assert_false(hex_parse("a", back, 1));
	assert_false(hex_parse("aabb", back, 1));
}

/* Worked out by hand from the contract's words, in Python:
 * sha256(b"backout/event/1\n" + 32 zero bytes + netstrings + sha256(body)). */
static void test_chain(void **state)
{
	static const unsigned char zero[SHA_LEN];
	struct event e = {.seq = 1, .at = INT64_C(1795227269204117), .boot = "b-1", .mono = 42, .incident = NULL, .kind = "store", .actor = "engine"};
	unsigned char chain[SHA_LEN], other[SHA_LEN];
	char hex[SHA_HEX];

	(void)state;
	sha256("{}", 2, e.body_sha);
	event_chain(zero, &e, chain);
	hex_print(chain, sizeof chain, hex);
	assert_string_equal(hex, "0943c27f68a515065d1898fb4a6362c76ee0b878dd9dbb3505aeaf478a0b4e82");
	e.incident = "INC-1";
	event_chain(zero, &e, other);
	assert_memory_not_equal(chain, other, sizeof chain);
	event_chain(chain, &e, e.chain); /* another before it: another chain */
	assert_memory_not_equal(e.chain, other, sizeof other);
}

static void test_kinds(void **state)
{
	(void)state;
	for (enum event_kind k = 0; k < EVENT_KIND_UNKNOWN; k++) {
		assert_int_equal(event_kind_of(event_kind_name(k)), k);
		assert_non_null(event_kind_name(k));
	}
	assert_int_equal(event_kind_of("nothing of ours"), EVENT_KIND_UNKNOWN);
	assert_true(event_kind_salted(EVENT_NOTE));
	assert_false(event_kind_salted(EVENT_ACTION_FIRED));
}

static void test_drafts_move(void **state)
{
	struct drafts a = {0}, b = {0};

	(void)state;
	buf_adds(&drafts_add(&a, EVENT_NOTE, "INC-1", "maya")->body, "{}");
	drafts_add(&b, EVENT_PIN, NULL, "engine");
	drafts_add(&b, EVENT_CLOCK, NULL, "engine");
	drafts_move(&a, &b);
	assert_int_equal(a.n, 3);
	assert_int_equal(b.n, 0);
	assert_int_equal(a.v[2].kind, EVENT_CLOCK);
	assert_string_equal(a.v[0].incident, "INC-1");
	assert_null(a.v[1].incident);
	drafts_release(&a);
	drafts_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_has_an_end), cmocka_unit_test(test_buf_long_format), cmocka_unit_test(test_vec_and_arena),
		cmocka_unit_test(test_faults), cmocka_unit_test(test_digests), cmocka_unit_test(test_chain), cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_drafts_move),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
