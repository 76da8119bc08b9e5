/* The journal beside its floors, interleaved in one run: append of one event
 * and of a hundred against raw SQLite (WAL, FULL, the same table, no guards, no
 * digests), verify against a bare read + SHA-256 loop.  Prints one line of
 * JSON a measurement with the ratio and the target of quality.md.
 *   bench_journal [DIR [EVENTS]] */
#include "config.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "journal/journal.h"


static const char body_fmt[] = "{\"seq\":%d,\"t\":1700000%06d,\"kind\":\"signal\",\"key\":\"svc-%03d/p99\",\"val\":%d.25,"
	"\"by\":\"console\",\"src\":\"prometheus\",\"note\":\"sample within budget, hold\"}";
static struct now now = {.at = 1700000000000000, .mono = 77, .boot = "0d4b1e3c-0000-4000-8000-000000000001"};

static double seconds(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_journal: %s\n", what);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

static void report(const char *name, double ours, double floor, const char *unit, double ratio, const char *target)
{
	printf("{\"name\":\"%s\",\"ours\":%.1f,\"floor\":%.1f,\"unit\":\"%s\",\"ratio\":%.2f,\"target\":\"%s\"}\n",
		name, ours, floor, unit, ratio, target);
	fflush(stdout);
}

/* ---- the floor of append ---- */
struct raw {
	sqlite3 *db;
	sqlite3_stmt *begin, *insert, *commit;
	int64_t seq;
};

static void raw_open(struct raw *r, const char *path)
{
	memset(r, 0, sizeof *r);
	if (sqlite3_open(path, &r->db) || sqlite3_exec(r->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
		"CREATE TABLE event(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, boot TEXT NOT NULL, mono INTEGER NOT NULL, incident TEXT,"
		"kind TEXT NOT NULL, actor TEXT NOT NULL, body TEXT, body_sha BLOB NOT NULL, chain BLOB NOT NULL) STRICT", 0, 0, 0))
		die(sqlite3_errmsg(r->db));
	sqlite3_prepare_v2(r->db, "BEGIN IMMEDIATE", -1, &r->begin, 0);
	sqlite3_prepare_v2(r->db, "INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?)", -1, &r->insert, 0);
	sqlite3_prepare_v2(r->db, "COMMIT", -1, &r->commit, 0);
}

static void raw_append(struct raw *r, const struct drafts *ds)
{
	static const char zero[32];
	sqlite3_step(r->begin);
	sqlite3_reset(r->begin);
	for (size_t i = 0; i < ds->n; i++) {
		sqlite3_bind_int64(r->insert, 1, ++r->seq);
		sqlite3_bind_int64(r->insert, 2, now.at);
		sqlite3_bind_text(r->insert, 3, now.boot, -1, SQLITE_STATIC);
		sqlite3_bind_int64(r->insert, 4, now.mono);
		sqlite3_bind_text(r->insert, 6, "rubric", -1, SQLITE_STATIC);
		sqlite3_bind_text(r->insert, 7, ds->v[i].actor, -1, SQLITE_STATIC);
		sqlite3_bind_text(r->insert, 8, ds->v[i].body.data, (int)ds->v[i].body.len, SQLITE_STATIC);
		sqlite3_bind_blob(r->insert, 9, zero, 32, SQLITE_STATIC);
		sqlite3_bind_blob(r->insert, 10, zero, 32, SQLITE_STATIC);
		if (sqlite3_step(r->insert) != SQLITE_DONE)
			die(sqlite3_errmsg(r->db));
		sqlite3_reset(r->insert);
	}
	if (sqlite3_step(r->commit) != SQLITE_DONE)
		die(sqlite3_errmsg(r->db));
	sqlite3_reset(r->commit);
}

static void make_drafts(struct drafts *ds, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(&drafts_add(ds, EVENT_RUBRIC, NULL, "plugin:shop")->body, body_fmt, i, i, i % 1000, i);
}

static void ours_append(struct journal *j, const struct drafts *ds)
{
	int64_t first;
	struct fault f;
	if (journal_append(j, ds->v, ds->n, &now, &first, &f) != STATUS_OK)
		die(f.what);
}

/* Medians of single calls, floor and ours in turn, so that a noisy neighbour hits both. */
static void bench_append(struct journal *j, struct raw *r, int group, int times, const char *name, const char *target)
{
	struct drafts ds = {0};
	double *a = malloc((size_t)times * sizeof *a), *b = malloc((size_t)times * sizeof *b);
	make_drafts(&ds, group);
	for (int i = 0; i < times; i++) {
		double t0 = seconds();
		if (i % 2)
			raw_append(r, &ds);
		else
			ours_append(j, &ds);
		double t1 = seconds();
		if (i % 2)
			ours_append(j, &ds);
		else
			raw_append(r, &ds);
		double t2 = seconds();
		a[i] = i % 2 ? t1 - t0 : t2 - t1;
		b[i] = i % 2 ? t2 - t1 : t1 - t0;
	}
	double floor = median(a, (size_t)times), ours = median(b, (size_t)times);
	if (group == 1)
		report(name, ours * 1e6, floor * 1e6, "us", ours / floor, target);
	else
		report(name, group / ours, group / floor, "events/s", floor / ours, target);
	drafts_release(&ds);
	free(a);
	free(b);
}

/* ---- the floor of verify ---- */
struct job {
	const char *path;
	int64_t lo, hi;
	bool same; /* all columns and as many digests and bytes as the format has; else body and chain, one digest */
};

/* The format's two digests over bytes of the same length, with nothing compared. */
static void same_bytes(sqlite3_stmt *st, EVP_MD_CTX *cx, EVP_MD *md, unsigned char *h)
{
	unsigned char pre[512];
	unsigned n = 32;
	size_t len = 16 + 32 + 40;
	EVP_DigestInit_ex2(cx, md, NULL);
	EVP_DigestUpdate(cx, sqlite3_column_blob(st, 7), (size_t)sqlite3_column_bytes(st, 7));
	EVP_DigestFinal_ex(cx, h, &n);
	for (int c = 2; c < 7; c++) {
		const void *p = c == 3 ? NULL : sqlite3_column_blob(st, c);
		size_t bytes = p ? (size_t)sqlite3_column_bytes(st, c) : 0;
		if (bytes)
			memcpy(pre + len, p, bytes);
		len += bytes + 4;
	}
	memcpy(pre, h, 32);
	EVP_DigestInit_ex2(cx, md, NULL);
	EVP_DigestUpdate(cx, pre, len + 32);
	EVP_DigestFinal_ex(cx, h, &n);
}

static void *bare_range(void *arg)
{
	struct job *job = arg;
	sqlite3 *db;
	sqlite3_stmt *st;
	unsigned char h[64] = {0};
	unsigned n = 32;
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
	EVP_MD_CTX *cx = EVP_MD_CTX_new();
	if (sqlite3_open_v2(job->path, &db, SQLITE_OPEN_READONLY, 0))
		die("open");
	sqlite3_prepare_v2(db, job->same ? "SELECT * FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq" :
		"SELECT body,chain FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq", -1, &st, 0);
	sqlite3_bind_int64(st, 1, job->lo);
	sqlite3_bind_int64(st, 2, job->hi);
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (job->same) {
			same_bytes(st, cx, md, h);
			continue;
		}
		EVP_DigestInit_ex2(cx, md, NULL);
		EVP_DigestUpdate(cx, h, 32);
		EVP_DigestUpdate(cx, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		EVP_DigestFinal_ex(cx, h, &n);
		memcpy(h, sqlite3_column_blob(st, 1), 32);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	EVP_MD_CTX_free(cx);
	EVP_MD_free(md);
	return NULL;
}

static double bare_verify(const char *path, int64_t events, bool same)
{
	struct job jobs[16];
	pthread_t th[16];
	int n = (int)sysconf(_SC_NPROCESSORS_ONLN);
	n = n > 16 ? 16 : n;
	double t = seconds();
	for (int i = 0; i < n; i++) {
		jobs[i] = (struct job){path, events * i / n + 1, events * (i + 1) / n, same};
		pthread_create(&th[i], NULL, bare_range, &jobs[i]);
	}
	for (int i = 0; i < n; i++)
		pthread_join(th[i], NULL);
	return seconds() - t;
}

static void bench_verify(const char *path, int64_t events)
{
	double a[7], b[7], same[7];
	struct verify_result r;
	struct fault f;
	for (int i = 0; i < 7; i++) {
		a[i] = bare_verify(path, events, false);
		same[i] = bare_verify(path, events, true);
		double t = seconds();
		if (journal_verify(path, NULL, &r, &f) != STATUS_OK)
			die(r.bad_what);
		b[i] = seconds() - t;
	}
	double floor = median(a, 7), ours = median(b, 7), equal = median(same, 7);
	report("verify_same_bytes", (double)events / ours, (double)events / equal, "events/s", equal / ours, ">= 0.8");
	report("verify_one_digest", (double)events / ours, (double)events / floor, "events/s", floor / ours, "(what our two digests and ten columns cost)");
}

int main(int argc, char **argv)
{
	char dir[300], path[400], floor[400];
	struct journal *j;
	struct raw r;
	struct fault f;
	(void)snprintf(dir, sizeof dir, "%s/bench-journal-XXXXXX", argc > 1 ? argv[1] : "/var/tmp");
	int64_t events = argc > 2 ? strtoll(argv[2], NULL, 10) : 500000;
	if (!mkdtemp(dir))
		die("no directory");
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	(void)snprintf(floor, sizeof floor, "%s/floor.db", dir);
	if (journal_create(path, "bench", "bench", "bench", &now, &j, &f) != STATUS_OK)
		die(f.what);
	raw_open(&r, floor);
	bench_append(j, &r, 1, 2000, "append_one", "<= 1.2");
	bench_append(j, &r, 100, 600, "append_hundred", ">= 0.8");
	struct drafts ds = {0};
	make_drafts(&ds, 1000);
	while (journal_head(j, NULL) < events)
		ours_append(j, &ds);
	drafts_release(&ds);
	journal_checkpoint(j);
	bench_verify(path, journal_head(j, NULL));
	journal_close(j);
	sqlite3_close_v2(r.db);
	static const char *const files[] = {"journal.db", "journal.db-wal", "journal.db-shm", "floor.db", "floor.db-wal", "floor.db-shm"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
	return 0;
}
