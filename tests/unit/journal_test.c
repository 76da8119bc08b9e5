/* The journal: what goes in comes out, and what must not go in does not: doors,
 * guards, other kits, other programs, stores that are gone. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/store.h"
#include "tests/unit/journal_fixture.h"

static void test_round_trip(void **state)
{
	static const char *const bodies[] = {"{}", "{\"a\":1}", "{\"t\":\"caf\xc3\xa9 \\u0001\"}", "{\"big\":123456789012345678}"};
	struct journal *j = create();
	struct drafts ds = {0};
	struct fault f;
	struct journal_cursor *c;
	struct event e;
	int64_t first = 0;
	(void)state;
	for (size_t i = 0; i < 4; i++)
		add(&ds, i % 2 ? EVENT_NOTE : EVENT_DEPLOY, i == 2 ? "" : i % 2 ? "INC-1" : NULL, bodies[i]);
	assert_int_equal(journal_append(j, ds.v, ds.n, &now, &first, &f), STATUS_OK);
	assert_int_equal(first, 2);
	drafts_release(&ds);
	assert_int_equal(journal_from(j, 2, &c, &f), STATUS_OK);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(journal_step(c, &e, &f), STATUS_OK);
		assert_int_equal(e.seq, i + 2);
		assert_string_equal(e.body, bodies[i]);
		assert_int_equal(e.at, now.at);
		assert_int_equal(e.mono, now.mono);
		assert_string_equal(e.boot, now.boot);
		assert_string_equal(e.kind, i % 2 ? "note" : "deploy");
		assert_string_equal(e.actor, "maya");
		assert_true(i % 2 ? !strcmp(e.incident, "INC-1") : !e.incident);
	}
	assert_int_equal(journal_step(c, &e, &f), STATUS_NO);
	assert_int_equal(journal_step(c, &e, &f), STATUS_NO);
	journal_cursor_free(c);
	journal_close(j);
}

static void test_files_are_private(void **state)
{
	struct stat st;
	char name[300];
	struct journal *j = create();
	(void)state;
	struct fault f;
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	(void)snprintf(name, sizeof name, "%s-wal", path);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	(void)snprintf(name, sizeof name, "%s/kit", dir);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	journal_close(j);
}

static void test_other_kit_is_refused(void **state)
{
	struct journal *j = create(), *other = NULL;
	struct fault f;
	(void)state;
	char id[40];
	text_copy(id, sizeof id, journal_store(j)->id);
	assert_int_equal(strlen(id), 32);
	journal_close(j);
	assert_int_equal(journal_create(path, "other", "production", "test", &now, &other, &f), STATUS_USAGE);
	assert_non_null(strstr(f.mend, "--store"));
	assert_int_equal(journal_create(path, "kit", "staging", "test", &now, &other, &f), STATUS_USAGE);
	assert_null(other);
	j = create();
	assert_string_equal(journal_store(j)->id, id);
	assert_int_equal(journal_head(j, NULL), 1);
	journal_close(j);
}

static void test_what_is_no_store(void **state)
{
	struct journal *j = NULL;
	struct fault f;
	struct verify_result r;
	sqlite3 *db;
	(void)state;
	assert_int_equal(journal_open_read(path, &j, &f), STATUS_USAGE);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_USAGE);
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	FILE *out = fopen(path, "w");
	fputs("this is not a database, by far not: it is a longer line of text than a header has bytes, which is a hundred\n", out);
	fclose(out);
	assert_int_equal(journal_open_read(path, &j, &f), STATUS_USAGE);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_USAGE);
	assert_int_equal(journal_create(path, "kit", "production", "test", &now, &j, &f), STATUS_USAGE);
	remove(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE mine(x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(journal_create(path, "kit", "production", "test", &now, &j, &f), STATUS_USAGE);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_USAGE);
	assert_null(j);
	remove(path);
}

static void test_door(void **state)
{
	static const struct {
		const char *body;
		bool in;
	} rows[] = {
		{"{}", true}, {"{\"a\":[1,2.5,-0,1e3,true,null,\"x\"]}", true}, {" {\"a\" : 1 }\n", true}, {"{\"a\":{\"a\":1}}", true},
		{"{\"a\\\"b\":1,\"a\\\\\":2}", true}, {"{\"\\u0061\":1}", true},
		{"", false}, {"[]", false}, {"1", false}, {"{", false}, {"{}{}", false}, {"{\"a\":1,\"a\":2}", false},
		{"{\"a\":{\"b\":1,\"b\":1}}", false}, {"{\"a\":1,\"\\u0061\":2}", false}, {"{\"a\":\"\\u0000\"}", false}, {"{\"a\":NaN}", false},
		{"{\"a\":1e999}", false}, {"{\"a\":\"\xff\"}", false}, {"{\"a\":\"\\ud800\"}", false}, {"{\"a\":01}", false}, {"{\"a\":\"\n\"}", false},
		{"{a:1}", false}, {"{\"a\":1,}", false}, {"null", false},
	};
	struct journal *j = create();
	struct fault f;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t before = journal_head(j, NULL);
		enum status s = append(j, EVENT_DEPLOY, rows[i].body, &f);
		if ((s == STATUS_OK) != rows[i].in || journal_head(j, NULL) != before + rows[i].in)
			fail_msg("%s: %d", rows[i].body, (int)s);
	}
	journal_close(j);
}

static void test_door_sizes(void **state)
{
	struct journal *j = create();
	struct fault f;
	(void)state;
	for (int deep = 64; deep <= 65; deep++) {
		struct buf b;
		buf_init(&b, 1000);
		for (int i = 0; i < deep - 1; i++)
			buf_adds(&b, "{\"a\":");
		buf_adds(&b, "{}");
		for (int i = 0; i < deep - 1; i++)
			buf_adds(&b, "}");
		assert_int_equal(append(j, EVENT_DEPLOY, buf_str(&b), &f), deep == 64 ? STATUS_OK : STATUS_OUTSIDE);
		buf_release(&b);
	}
	char *big = mem_new(((size_t)1 << 20) + 64);
	memset(big, 'x', ((size_t)1 << 20) + 32);
	memcpy(big, "{\"a\":\"", 6);
	memcpy(big + ((size_t)1 << 20) - 2, "\"}", 3);
	assert_int_equal(append(j, EVENT_DEPLOY, big, &f), STATUS_OK);
	memcpy(big + ((size_t)1 << 20) - 2, "xx\"}", 5);
	assert_int_equal(append(j, EVENT_DEPLOY, big, &f), STATUS_OUTSIDE);
	assert_int_equal(append(j, EVENT_KIT_LOADED, big, &f), STATUS_OK);
	free(big);
	journal_close(j);
}

/* One bad body keeps the whole list out. */
static void test_all_or_nothing(void **state)
{
	struct journal *j = create();
	struct drafts ds = {0};
	struct fault f;
	int64_t first;
	(void)state;
	add(&ds, EVENT_NOTE, NULL, "{}");
	add(&ds, EVENT_NOTE, NULL, "{");
	assert_int_equal(journal_append(j, ds.v, ds.n, &now, &first, &f), STATUS_OUTSIDE);
	assert_int_equal(journal_head(j, NULL), 1);
	drafts_release(&ds);
	add(&ds, EVENT_KIND_UNKNOWN, NULL, "{}");
	assert_int_equal(journal_append(j, ds.v, ds.n, &now, &first, &f), STATUS_OUTSIDE);
	drafts_release(&ds);
	journal_close(j);
}

static void test_guards(void **state)
{
	static const struct {
		const char *sql;
		bool passes;
	} rows[] = {
		{"DELETE FROM event WHERE seq=2", false}, {"DELETE FROM event", false}, {"UPDATE event SET at=at+1 WHERE seq=2", false},
		{"UPDATE event SET body='{}' WHERE seq=2", false}, {"UPDATE event SET body=NULL, at=1 WHERE seq=2", false},
		{"UPDATE event SET seq=seq+100", false}, {"UPDATE OR REPLACE event SET seq=3 WHERE seq=2", false},
		{"INSERT INTO event SELECT 9,at,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=2", false},
		{"REPLACE INTO event SELECT 2,7,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=3", false},
		{"INSERT OR REPLACE INTO event SELECT 1,7,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=3", false},
		{"INSERT INTO event SELECT NULL,7,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=3", false},
		{"INSERT INTO event VALUES(5,'x',1,1,1,1,1,1,1,1)", false},
		{"UPDATE event SET body=NULL WHERE seq=2", true},
		{"INSERT INTO event SELECT 5,at,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=2", true},
	};
	struct journal *j = create();
	struct fault f;
	sqlite3 *db;
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL) == SQLITE_OK) != rows[i].passes)
			fail_msg("%s", rows[i].sql);
	sqlite3_close(db);
	/* another program has written: this writer notices before it does */
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OUTSIDE);
	assert_string_equal(f.code, "store-changed");
	journal_close(j);
}

static void test_store_gone(void **state)
{
	struct journal *j = create();
	struct fault f;
	char other[260];
	(void)state;
	assert_true(journal_is_its_own(j));
	(void)snprintf(other, sizeof other, "%s/kit/copy.db", dir);
	assert_int_equal(rename(path, other), 0);
	assert_false(journal_is_its_own(j));
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OUTSIDE);
	assert_string_equal(f.code, "store-gone");
	FILE *out = fopen(path, "w");
	fclose(out);
	assert_false(journal_is_its_own(j));
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OUTSIDE);
	journal_close(j);
}

static void test_locked_by_another(void **state)
{
	struct journal *j = create();
	struct fault f;
	sqlite3 *db;
	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OUTSIDE);
	assert_string_equal(f.code, "busy");
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(append(j, EVENT_NOTE, "{}", &f), STATUS_OK);
	journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trip), T(test_files_are_private), T(test_other_kit_is_refused), T(test_what_is_no_store), T(test_door),
		T(test_door_sizes), T(test_all_or_nothing), T(test_guards), T(test_store_gone), T(test_locked_by_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
