/* A kit that went through a snapshot is the kit that was parsed, byte for byte
 * but for where things lie; and what is no kit is refused, whoever sent it. */
#include "config.h"

#include "cm.h"

#include "base/record.h"
#include "kit/kit_pack.h"
#include "unit/kit_files.h"

#define TEXT_MAX ((size_t)1 << 20)

static struct kit *example(void)
{
	struct kit_files fs;
	struct kit *k;
	struct problems p = {0};
	example_read(&fs);
	assert_int_equal(kit_parse(fs.v, fs.n, &k, &p), STATUS_OK);
	k->people[0].uid = 1234; /* as the engine found it */
	problems_release(&p);
	kit_files_release(&fs);
	return k;
}

static char *pack(const struct kit *k)
{
	struct buf b;
	struct jw w;
	buf_init(&b, TEXT_MAX);
	jw_init(&w, &b);
	kit_pack(k, &w);
	assert_false(b.failed);
	return buf_take(&b);
}

static struct kit *unpack(const char *s, size_t n)
{
	struct json_walk w;
	json_walk_init(&w, s, n);
	struct kit *k = kit_unpack(&w);
	bool good = json_walk_done(&w);
	json_walk_release(&w);
	if (good)
		return k;
	kit_free(k);
	return NULL;
}

/* ---- the same? ------------------------------------------------------------------------- */

struct list { char *v; size_t n; };

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && a != b && strcmp(a, b) == 0);
}

static bool same_names(const struct list *a, const struct list *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = same_text(((const char **)(void *)a->v)[i], ((const char **)(void *)b->v)[i]);
	return same;
}

static void compare(const struct table *t, const char *a, const char *b);

static void compare_field(const struct table *t, const struct field *f, const char *a, const char *b)
{
	const struct list *x = (const void *)a, *y = (const void *)b;
	bool same = true;
	if (f->type == F_NAME)
		same = same_text(*(char *const *)(const void *)a, *(char *const *)(const void *)b);
	else if (f->type == F_NAMES)
		same = same_names(x, y);
	else if (f->type == F_LIST)
		same = x->n == y->n;
	else if (f->type == F_OTHER && strcmp(f->key, "tier") == 0)
		same = strcmp((*(struct kit_tier *const *)(const void *)a)->id, (*(struct kit_tier *const *)(const void *)b)->id) == 0;
	else if (f->type != F_PART)
		same = memcmp(a, b, field_size(f)) == 0;
	if (!same)
		fail_msg("%s.%s came out as something else", t->name, f->key);
	if (f->type == F_PART)
		compare(f->sub, a, b);
	for (size_t i = 0; f->type == F_LIST && i < x->n; i++)
		compare(f->sub, x->v + i * f->sub->size, y->v + i * f->sub->size);
}

/* What no row of the table is for must be padding: nothing may stand there in one kit that is not in the other. */
static void compare(const struct table *t, const char *a, const char *b)
{
	static const struct { const char *table; size_t off; } elsewhere[] = {
		{"action", offsetof(struct kit_action, service)}, {"kit", offsetof(struct kit, arena)}};
	char covered[2048] = {0};
	assert_true(t->size <= sizeof covered);
	for (size_t k = 0; k < t->n; k++) {
		memset(covered + t->fields[k].off, 1, field_size(&t->fields[k]));
		compare_field(t, &t->fields[k], a + t->fields[k].off, b + t->fields[k].off);
	}
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (strcmp(t->name, elsewhere[i].table) == 0)
			memset(covered + elsewhere[i].off, 1, sizeof(void *));
	for (size_t i = 0, hole = 0; i < t->size; i++) {
		hole = covered[i] ? 0 : hole + 1;
		if (hole >= sizeof(void *) || (hole && a[i] != b[i]))
			fail_msg("byte %zu of a %s is in no row of its table", i, t->name);
	}
}

static void it_comes_out_as_it_went_in(void **state)
{
	(void)state;
	struct kit *k = example();
	char *text = pack(k);
	struct kit *again = unpack(text, strlen(text));
	assert_non_null(again);
	compare(&kit_pack_table, (const char *)k, (const char *)again);
	for (size_t s = 0; s < again->n_services; s++)
		for (size_t a = 0; a < again->services[s].n_actions; a++)
			assert_ptr_equal(again->services[s].actions[a].service, &again->services[s]);
	assert_ptr_equal(kit_service(again, "checkout")->tier, &again->tiers[0]);
	char *twice = pack(again);
	assert_string_equal(text, twice);
	kit_free(k);
	kit_free(again);
	free(text);
	free(twice);
}

static void none_is_none(void **state)
{
	(void)state;
	char *text = pack(NULL);
	struct json_walk w;
	assert_string_equal(text, "null");
	json_walk_init(&w, text, 4);
	assert_null(kit_unpack(&w));
	assert_true(json_walk_done(&w));
	free(text);
}

/* ---- from strangers, and from another build ---------------------------------------------- */

static bool changed_loads(const char *text, const char *find, const char *with)
{
	char *other = replaced(text, find, with);
	struct kit *k = unpack(other, strlen(other));
	kit_free(k);
	free(other);
	return k != NULL;
}

static void what_is_no_kit_is_refused(void **state)
{
	(void)state;
	static const struct { const char *find, *with; } rows[] = {
		{"[[\"checkout\",0,", "[[\"checkout\",77,"},         /* a tier that there is not */
		{"[[\"checkout\",0,", "[[\"checkout\",-1,"},
		{"[[\"checkout\",0,", "[[\"zebra\",0,"},             /* not sorted: it would not be found */
		{"[[\"checkout\",0,", "[[null,0,"},
		{"[[\"checkout\",0,", "[[{},0,"},
		{"[\"tier-1\",0,", "[\"tier-1\",4,"},               /* no word of an enum */
		{"[\"tier-1\",0,", "[\"tier-1\",-1,"},
		{"[\"ravi\",\"maya\"]", "[\"ravi\",7]"},
		{"\"tier\":[\"id\",", "\"tier\":[\"id\",\"id\","},  /* a column twice */
		{"\"tier\":[\"id\",", "\"tier\":[7,"},
		{"\"person\":[\"id\",", "\"person\":[\"di\","},     /* so that nobody has one */
		{"\"tier\":[", "\"cond\":[\"kind\"],\"tier\":["},     /* a table twice */
		{"\"kit\":[\"storefront\"", "\"kat\":[\"storefront\""},
		{"\"columns\":", "\"columns\" "},
	};
	struct kit *k = example();
	char *text = pack(k);
	for (size_t i = 0; i < COUNT(rows); i++)
		row_true(i, !changed_loads(text, rows[i].find, rows[i].with));
	assert_true(changed_loads(text, "[[\"checkout\",0,", "[[\"checkout\",1,"));
	assert_false(changed_loads(text, k->digest, "0"));
	for (size_t n = 0; n < strlen(text); n++) {
		char *exact = malloc(n ? n : 1); /* a sanitizer sees the first byte past it */
		memcpy(exact, text, n);
		row_true(n, !unpack(exact, n));
		free(exact);
	}
	kit_free(k);
	free(text);
}

/* A column that this build does not know is passed over; one that the other build did not have is empty. */
static void another_build_is_understood(void **state)
{
	(void)state;
	struct kit *k = example(), *again;
	char *text = pack(k);
	char *more = replaced(text, "\"confirmed\":[\"given\",", "\"confirmed\":[\"colour\",\"given\",");
	char *coloured = replaced(more, "[true,180000000,\"2026-11-12\"", "[[{\"red\":1}],true,180000000,\"2026-11-12\"");
	again = unpack(coloured, strlen(coloured));
	assert_true(again && kit_action(again, NULL, "new-checkout-off")->confirmed.time == 180000000);
	kit_free(again);
	free(coloured);
	char *known = replaced(text, "\"escalate_to\"]", "\"escalated_to\"]");
	again = unpack(known, strlen(known));
	assert_true(again && kit_service(k, "checkout")->escalate_to && !kit_service(again, "checkout")->escalate_to);
	kit_free(again);
	kit_free(k);
	free(known);
	free(more);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_out_as_it_went_in), cmocka_unit_test(none_is_none), cmocka_unit_test(what_is_no_kit_is_refused),
		cmocka_unit_test(another_build_is_understood)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
