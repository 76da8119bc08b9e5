/* verify: every way of tampering at every event and the exact one that it must
 * name, the store itself, heads that left the box, and a live writer. */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "base/text.h"
#include "journal/store.h"
#include "tests/unit/journal_fixture.h"

#define EVENTS 21 /* of the journal that is tampered with: see build */

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

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_tampering), T(test_store_itself), T(test_heads), T(test_live)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
