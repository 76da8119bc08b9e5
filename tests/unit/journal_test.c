/* The journal: what goes in comes out, guards, doors, every way of tampering
 * and the exact event that verify names, heads, and a live writer. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/store.h"

#define EVENTS 21 /* of the journal that is tampered with: see build */

static struct now now = {.at = 1700000000000000, .mono = 77, .boot = "0d4b1e3c-0000-4000-8000-000000000001"};
static char dir[200], path[240];

static void add(struct drafts *ds, enum event_kind kind, const char *incident, const char *body)
{
	buf_adds(&drafts_add(ds, kind, incident, "maya")->body, body);
}

static struct journal *create(void)
{
	struct journal *j;
	struct fault f;
	if (journal_create(path, "kit", "production", "test", &now, &j, &f) != STATUS_OK)
		fail_msg("%s", f.what);
	return j;
}

static enum status append(struct journal *j, enum event_kind kind, const char *body, struct fault *f)
{
	struct drafts ds = {0};
	int64_t first;
	add(&ds, kind, "INC-1", body);
	enum status s = journal_append(j, ds.v, ds.n, &now, &first, f);
	drafts_release(&ds);
	return s;
}

/* A fresh directory for each test. */
static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "%s/journal-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof path, "%s/kit/journal.db", dir);
	return 0;
}

static int teardown(void **state)
{
	char command[300];
	(void)state;
	static const char *const names[] = {"kit/journal.db", "kit/journal.db-wal", "kit/journal.db-shm", "kit/copy.db", "kit/copy.db-wal",
		"kit/copy.db-shm", "kit/anchors", "kit", ""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(command, sizeof command, "%s/%s", dir, names[i]);
		(void)remove(command);
	}
	return 0;
}

/* ---- going in and coming out ---- */

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

/* ---- tampering ---- */

/* 21 events: the store, notes and deploys; 11 withholds the note 4 and names 12 ahead of time, 20 withholds 16 to 18. */
static void build(void)
{
	static const char *const withheld[] = {"{\"seqs\":[[4,4],[12,12]],\"reason\":\"r\",\"by\":\"maya\",\"salt\":\"x\"}",
		"{\"seqs\":[[16,18]],\"reason\":\"r\",\"by\":\"maya\"}"};
	struct journal *j = create();
	struct fault f;
	char body[64];
	sqlite3 *db;
	for (int seq = 2; seq <= EVENTS; seq++) {
		now.at += 1000;
		(void)snprintf(body, sizeof body, "{\"n\":%d}", seq);
		enum event_kind kind = seq == 11 || seq == 20 ? EVENT_WITHHELD : seq == 14 ? EVENT_ACTION_FIRED : EVENT_NOTE;
		assert_int_equal(append(j, kind, seq == 11 ? withheld[0] : seq == 20 ? withheld[1] : body, &f), STATUS_OK);
	}
	journal_close(j);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE event SET body=NULL WHERE seq IN (4,16,17,18)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

#define RENUMBER_UP "UPDATE event SET seq=-seq WHERE seq>?1; UPDATE event SET seq=1-seq WHERE seq<0;"
#define COPY "at,boot,mono,incident,kind,actor,body,body_sha,chain FROM event"

/* ?1 is the event that is tampered with; the bad one is ?1 + shift. From and to: for which events it is tried. */
static const struct {
	const char *name, *sql;
	int shift, from, to;
} tampers[] = {
	{"at", "UPDATE event SET at=at+1 WHERE seq=?1", 0, 1, EVENTS},
	{"mono", "UPDATE event SET mono=mono-1 WHERE seq=?1", 0, 1, EVENTS},
	{"boot", "UPDATE event SET boot=boot||'0' WHERE seq=?1", 0, 1, EVENTS},
	{"boot moved into incident", "UPDATE event SET boot='', incident=boot WHERE seq=?1", 0, 1, EVENTS},
	{"text behind a NUL", "UPDATE event SET actor=actor||char(0)||'evil' WHERE seq=?1", 0, 1, EVENTS},
	{"incident", "UPDATE event SET incident='INC-2' WHERE seq=?1", 0, 1, EVENTS},
	{"incident taken off", "UPDATE event SET incident=NULL WHERE seq=?1", 0, 2, EVENTS},
	{"incident empty", "UPDATE event SET incident='' WHERE seq=?1", 0, 1, EVENTS},
	{"kind", "UPDATE event SET kind='report' WHERE seq=?1", 0, 1, EVENTS},
	{"withheld no more", "UPDATE event SET kind='note' WHERE seq=?1", 0, 11, 11},
	{"kind of our own", "UPDATE event SET kind='store' WHERE seq=?1", 0, 2, EVENTS},
	{"actor", "UPDATE event SET actor='ravi' WHERE seq=?1", 0, 1, EVENTS},
	{"body, one byte more", "UPDATE event SET body=body||' ' WHERE seq=?1", 0, 5, 15},
	{"body cut", "UPDATE event SET body=substr(body,1,4) WHERE seq=?1", 0, 5, 15},
	{"body put back, another", "UPDATE event SET body='{}' WHERE seq=?1", 0, 16, 18},
	{"body taken, nobody says so", "UPDATE event SET body=NULL WHERE seq=?1", 0, 2, 3},
	{"body taken, nobody says so", "UPDATE event SET body=NULL WHERE seq=?1", 0, 21, 21},
	{"body taken, named before it was", "UPDATE event SET body=NULL WHERE seq=?1", 0, 12, 12},
	{"body of an intent taken", "UPDATE event SET body=NULL WHERE seq=?1", 0, 14, 14},
	{"body of event 1 taken", "UPDATE event SET body=NULL WHERE seq=?1", 0, 1, 1},
	{"the withheld event taken", "UPDATE event SET body=NULL WHERE seq=?1", 0, 11, 11},
	{"body_sha", "UPDATE event SET body_sha=randomblob(32) WHERE seq=?1", 0, 1, EVENTS},
	{"body_sha short", "UPDATE event SET body_sha=x'00' WHERE seq=?1", 0, 1, EVENTS},
	{"chain", "UPDATE event SET chain=randomblob(32) WHERE seq=?1", 0, 1, EVENTS},
	{"chain empty", "UPDATE event SET chain=x'' WHERE seq=?1", 0, 1, EVENTS},
	{"removed", "DELETE FROM event WHERE seq=?1", 0, 1, EVENTS - 1},
	{"two removed", "DELETE FROM event WHERE seq=?1 OR seq=?1+2", 0, 1, EVENTS - 3},
	{"all before removed", "DELETE FROM event WHERE seq<?1", -100, 2, EVENTS},
	{"removed and closed up", "DELETE FROM event WHERE seq=?1; UPDATE event SET seq=-seq WHERE seq>?1; UPDATE event SET seq=-seq-1 WHERE seq<0",
		0, 1, EVENTS - 1},
	{"doubled", RENUMBER_UP "INSERT INTO event SELECT ?1+1," COPY " WHERE seq=?1", 1, 1, EVENTS},
	{"an old one again at the end", "INSERT INTO event SELECT 22," COPY " WHERE seq=?1", 22, 1, EVENTS},
	{"overwritten by a neighbour", "DELETE FROM event WHERE seq=?1; INSERT INTO event SELECT ?1," COPY " WHERE seq=?1+1", 0, 1, EVENTS - 1},
	{"swapped", "UPDATE event SET seq=-1 WHERE seq=?1; UPDATE event SET seq=?1 WHERE seq=?1+1; UPDATE event SET seq=?1+1 WHERE seq=-1",
		0, 1, EVENTS - 1},
	{"moved to the end", "UPDATE event SET seq=99 WHERE seq=?1; UPDATE event SET seq=-seq WHERE seq>?1; UPDATE event SET seq=-seq-1 WHERE seq<0;"
		"UPDATE event SET seq=21 WHERE seq=98", 0, 1, EVENTS - 1},
	{"inserted", RENUMBER_UP "INSERT INTO event SELECT ?1+1,at,boot,mono,incident,'note','eve','{}',randomblob(32),randomblob(32) FROM event WHERE seq=?1",
		1, 1, EVENTS},
	{"before the first", "INSERT INTO event SELECT 0," COPY " WHERE seq=?1", -200, 1, EVENTS},
	{"far behind the last", "INSERT INTO event SELECT 9223372036854775807," COPY " WHERE seq=?1", 22, 1, EVENTS},
};

/* sqlite3_exec with ?1 everywhere. */
static void tamper(sqlite3 *db, const char *sql, int k)
{
	while (*sql) {
		sqlite3_stmt *st = NULL;
		if (sqlite3_prepare_v2(db, sql, -1, &st, &sql) != SQLITE_OK)
			fail_msg("%s", sqlite3_errmsg(db));
		if (!st)
			break;
		if (sqlite3_bind_parameter_count(st))
			sqlite3_bind_int(st, 1, k);
		if (sqlite3_step(st) != SQLITE_DONE)
			fail_msg("%s: %s", sqlite3_sql(st), sqlite3_errmsg(db));
		sqlite3_finalize(st);
		while (*sql == ' ' || *sql == ';')
			sql++;
	}
}

static void copy_store(const char *to)
{
	char command[600];
	sqlite3 *db;
	(void)remove(to);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)snprintf(command, sizeof command, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(sqlite3_exec(db, command, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	FILE *in = fopen(path, "rb"), *out = fopen(to, "wb");
	char bytes[65536];
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	fclose(out);
}

static sqlite3 *open_unguarded(const char *p)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(p, &db), SQLITE_OK);
	/* guards off for this connection alone: the schema stays what it is */
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return db;
}

static void test_tampering(void **state)
{
	char copy[260];
	struct verify_result r;
	struct fault f;
	(void)state;
	build();
	(void)snprintf(copy, sizeof copy, "%s/kit/copy.db", dir);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_OK);
	assert_int_equal(r.events, EVENTS);
	assert_int_equal(r.withheld, 4);
	for (size_t t = 0; t < sizeof tampers / sizeof *tampers; t++)
		for (int k = tampers[t].from; k <= tampers[t].to; k++) {
			int64_t want = tampers[t].shift == 22 ? 22 : tampers[t].shift == -100 ? 1 : tampers[t].shift == -200 ? 0 : k + tampers[t].shift;
			copy_store(copy);
			sqlite3 *db = open_unguarded(copy);
			tamper(db, tampers[t].sql, k);
			sqlite3_close(db);
			enum status s = journal_verify(copy, NULL, &r, &f);
			if (s != STATUS_NO || r.ok || r.bad_seq != want)
				fail_msg("%s at %d: status %d, event %lld (%s), and %lld is the bad one", tampers[t].name, k, (int)s,
					(long long)r.bad_seq, r.bad_what, (long long)want);
		}
}

static void test_store_itself(void **state)
{
	static const char *const rows[] = {"DROP TRIGGER event_no_delete", "DROP TRIGGER event_no_update", "DROP TRIGGER event_append_only",
		"DROP TRIGGER event_no_delete; CREATE TRIGGER event_no_delete BEFORE DELETE ON event WHEN 0 BEGIN SELECT 1; END",
		"CREATE TRIGGER mine AFTER INSERT ON event BEGIN SELECT 1; END", "PRAGMA application_id=7", "PRAGMA user_version=2", "PRAGMA journal_mode=DELETE",
		"CREATE TABLE t AS SELECT * FROM event; DROP TABLE event; ALTER TABLE t RENAME TO event"};
	char copy[260];
	struct verify_result r;
	struct fault f;
	(void)state;
	build();
	(void)snprintf(copy, sizeof copy, "%s/kit/copy.db", dir);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		copy_store(copy);
		sqlite3 *db = open_unguarded(copy);
		assert_int_equal(sqlite3_exec(db, rows[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		enum status s = journal_verify(copy, NULL, &r, &f);
		if (s != STATUS_NO || r.bad_seq != 0 || !*r.bad_what)
			fail_msg("%s: %d, %lld %s", rows[i], (int)s, (long long)r.bad_seq, r.bad_what);
	}
}

/* ---- heads ---- */

static void head_at(int64_t seq, char out[HEAD_LEN])
{
	struct journal *j;
	struct journal_cursor *c;
	struct event e;
	struct fault f;
	assert_int_equal(journal_open_read(path, &j, &f), STATUS_OK);
	assert_int_equal(journal_from(j, seq, &c, &f), STATUS_OK);
	assert_int_equal(journal_step(c, &e, &f), STATUS_OK);
	head_print(journal_store(j)->id, e.seq, e.chain, e.at, out);
	journal_cursor_free(c);
	journal_close(j);
}

static enum status verify_head(const char *head, struct verify_result *r)
{
	struct verify_options o = {.head = head};
	struct fault f;
	return journal_verify(path, &o, r, &f);
}

static void test_heads(void **state)
{
	char at5[HEAD_LEN], at21[HEAD_LEN], at9[HEAD_LEN], other[HEAD_LEN], torn[40];
	struct verify_result r;
	struct fault f;
	(void)state;
	build();
	head_at(5, at5);
	head_at(9, at9);
	head_at(21, at21);
	assert_int_equal(verify_head(at5, &r), STATUS_OK);
	assert_int_equal(r.anchors_checked, 1);
	assert_int_equal(verify_head(at21, &r), STATUS_OK);
	assert_string_equal(r.head, at21);
	text_copy(torn, sizeof torn, at5);
	assert_int_equal(verify_head(torn, &r), STATUS_USAGE);
	text_copy(other, sizeof other, at5);
	other[16] = other[16] == '0' ? '1' : '0'; /* of the store's id */
	assert_int_equal(verify_head(other, &r), STATUS_NO);

	/* anchors among other things, one of another store */
	char anchors[260];
	(void)snprintf(anchors, sizeof anchors, "%s/kit/anchors", dir);
	FILE *out = fopen(anchors, "w");
	fprintf(out, "[12:01] <bot> INC-1 declared | %s | cheers\n\n%s\n%s\nnothing\n%s\n", at5, other, at9, at21);
	fclose(out);
	struct verify_options o = {.anchors = anchors};
	assert_int_equal(journal_verify(path, &o, &r, &f), STATUS_OK);
	assert_int_equal(r.anchors_checked, 3);

	/* a cut tail */
	sqlite3 *db = open_unguarded(path);
	tamper(db, "DELETE FROM event WHERE seq>?1", 19);
	tamper(db, "UPDATE event SET body='{\"n\":16}' WHERE seq=16; UPDATE event SET body='{\"n\":17}' WHERE seq=17; UPDATE event SET body='{\"n\":18}' WHERE seq=18", 0);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_OK);
	assert_int_equal(journal_verify(path, &o, &r, &f), STATUS_NO);
	assert_int_equal(r.bad_seq, 20);
	assert_int_equal(r.anchors_behind, 1);
	assert_int_equal(r.anchors_missing, 0);
	/* and written on, as another */
	sqlite3_close(db);
	struct journal *j = create();
	for (int i = 0; i < 4; i++)
		assert_int_equal(append(j, EVENT_NOTE, "{\"forged\":true}", &f), STATUS_OK);
	journal_close(j);
	assert_int_equal(journal_verify(path, NULL, &r, &f), STATUS_OK);
	assert_int_equal(journal_verify(path, &o, &r, &f), STATUS_NO);
	assert_int_equal(r.bad_seq, 21);
	assert_int_equal(r.anchors_missing, 1);
	assert_non_null(strstr(r.bad_what, "after event 9"));
}

/* ---- a live writer ---- */

struct live {
	struct journal *j;
	bool stop;
};

static void *write_on(void *arg)
{
	struct live *l = arg;
	struct fault f;
	for (int i = 0; !__atomic_load_n(&l->stop, __ATOMIC_SEQ_CST); i++) {
		if (append(l->j, EVENT_SAMPLES, "{\"values\":[]}", &f) != STATUS_OK)
			return (void *)(uintptr_t)1;
		if (i % 50 == 49)
			journal_checkpoint(l->j);
	}
	sha256_thread_end();
	return NULL;
}

static void test_live(void **state)
{
	struct live l = {.j = create()};
	struct verify_result r;
	struct fault f;
	pthread_t writer;
	void *failed;
	int64_t last = 0;
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct drafts ds = {0};
		int64_t first;
		for (int k = 0; k < 100; k++)
			add(&ds, EVENT_NOTE, NULL, "{\"text\":\"so that several readers share the work\"}");
		assert_int_equal(journal_append(l.j, ds.v, ds.n, &now, &first, &f), STATUS_OK);
		drafts_release(&ds);
	}
	assert_int_equal(pthread_create(&writer, NULL, write_on, &l), 0);
	for (int i = 0; i < 40; i++) {
		if (journal_verify(path, NULL, &r, &f) != STATUS_OK)
			fail_msg("%lld: %s", (long long)r.bad_seq, r.bad_what);
		assert_true(r.events >= last);
		last = r.events;
	}
	__atomic_store_n(&l.stop, true, __ATOMIC_SEQ_CST);
	pthread_join(writer, &failed);
	assert_null(failed);
	assert_true(last > 20001);
	journal_close(l.j);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trip), T(test_files_are_private), T(test_other_kit_is_refused), T(test_what_is_no_store), T(test_door),
		T(test_door_sizes), T(test_all_or_nothing), T(test_guards), T(test_store_gone), T(test_locked_by_another),
		T(test_tampering), T(test_store_itself), T(test_heads), T(test_live),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
