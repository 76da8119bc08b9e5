/* Is a store whole and unchanged?  Readers partition it by seq, one per
 * processor; what they cannot see alone (the schema, bodies that were withheld,
 * heads that left the box) is held against their findings here. */
#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "journal/scan.h"

#define READERS_MAX 32
#define EVENTS_EACH 8192 /* fewer are not worth a thread */

struct verify {
	const char *path;
	const struct verify_options *o;
	sqlite3 *db;
	struct store_id id;
	int64_t head;            /* newest seq when we began */
	struct scan scans[READERS_MAX + 1]; /* the last takes what came meanwhile */
	int n;
};

static void *reader(void *arg)
{
	scan_run(arg);
	return NULL;
}

static int readers_for(int64_t events)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t n = events / EVENTS_EACH;
	if (n > cores)
		n = cores;
	return n < 1 ? 1 : n > READERS_MAX ? READERS_MAX : (int)n;
}

/* Threads live here and nowhere else in the core: they share nothing but the path. */
static void read_ranges(struct verify *v)
{
	pthread_t threads[READERS_MAX];
	bool started[READERS_MAX] = {false};
	int n = readers_for(v->head);
	int64_t each = v->head / n;
	for (int i = 0; i < n; i++) {
		v->scans[i] = (struct scan){.path = v->path, .deep = v->o->deep, .lo = i * each + 1,
			.hi = i == n - 1 ? v->head : (i + 1) * each};
		started[i] = i > 0 && pthread_create(&threads[i], NULL, reader, &v->scans[i]) == 0;
	}
	for (int i = 0; i < n; i++)
		if (!started[i])
			scan_run(&v->scans[i]);
	for (int i = 0; i < n; i++)
		if (started[i])
			(void)pthread_join(threads[i], NULL);
	v->n = n;
}

/* A writer may go on while we read: take what came since in one snapshot that is newer than all the others, so
 * that a body withheld meanwhile finds the event that names it. */
static void read_tail(struct verify *v)
{
	struct scan *s = &v->scans[v->n++];
	*s = (struct scan){.path = v->path, .db = v->db, .deep = v->o->deep, .lo = v->head + 1, .hi = INT64_MAX};
	scan_run(s);
}

static void found(struct verify_result *r, int64_t seq, const char *what)
{
	if (!r->ok && r->bad_seq && (seq == 0 || r->bad_seq <= seq))
		return;
	r->ok = false;
	r->bad_seq = seq;
	text_copy(r->bad_what, sizeof r->bad_what, what);
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return x->a < y->a ? -1 : x->a > y->a;
}

/* All that withheld events name, sorted and without overlaps. */
static struct spans named_spans(const struct verify *v)
{
	struct spans all = {0};
	for (int i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->scans[i].named.n; k++)
			*vec_push(&all) = v->scans[i].named.v[k];
	if (!all.n)
		return all;
	qsort(all.v, all.n, sizeof *all.v, by_start);
	size_t n = 0;
	for (size_t i = 1; i < all.n; i++) {
		if (all.v[i].a > all.v[n].b + 1)
			all.v[++n] = all.v[i];
		else if (all.v[i].b > all.v[n].b)
			all.v[n].b = all.v[i].b;
	}
	all.n = n + 1;
	return all;
}

/* First null body that no later withheld event names; 0: all are named. */
static int64_t first_unnamed(const struct verify *v, const struct spans *named)
{
	size_t k = 0;
	for (int i = 0; i < v->n; i++)
		for (size_t g = 0; g < v->scans[i].gone.n; g++) {
			const struct span *gone = &v->scans[i].gone.v[g];
			while (k < named->n && named->v[k].b < gone->a)
				k++;
			if (k == named->n || named->v[k].a > gone->a)
				return gone->a;
			if (named->v[k].b < gone->b)
				return named->v[k].b + 1;
		}
	return 0;
}

static enum status gather(const struct verify *v, struct verify_result *out, struct fault *f)
{
	for (int i = 0; i < v->n; i++) {
		const struct scan *s = &v->scans[i];
		if (s->status != STATUS_OK) {
			*f = s->fault;
			return s->status;
		}
		out->events += s->events;
		out->withheld += s->nulls;
		if (*s->bad_what)
			found(out, s->bad_seq, s->bad_what);
	}
	/* Where something else is bad, it may be the event that would have named the body. */
	if (!out->ok || !out->withheld)
		return STATUS_OK;
	struct spans named = named_spans(v);
	int64_t unnamed = first_unnamed(v, &named);
	vec_release(&named);
	if (unnamed)
		found(out, unnamed, "its body is gone, and no later withheld event names it");
	return STATUS_OK;
}

/* The table and its guards, to the letter, and nothing else that acts by itself. */
static void check_schema(struct verify *v, struct verify_result *out)
{
	char what[320];
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(v->db, "SELECT sql FROM sqlite_schema WHERE name=?", -1, &st, NULL);
	for (int i = 0; rc == SQLITE_OK && i < store_n_schema; i++) {
		sqlite3_bind_text(st, 1, store_schema[i].name, -1, SQLITE_STATIC);
		const char *sql = sqlite3_step(st) == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
		if (!sql || strcmp(sql, store_schema[i].sql) != 0) {
			(void)snprintf(what, sizeof what, "the store itself: %s %s is %s", i ? "the guard" : "the table", store_schema[i].name,
				sql ? "not the one that was made" : "gone");
			found(out, 0, what);
		}
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	int64_t more = store_int(v->db, "SELECT count(*) FROM sqlite_schema WHERE type='trigger' OR type='view'", 0, NULL);
	if (more > store_n_schema - 1)
		found(out, 0, "the store itself: it holds a trigger or view that is not ours");
}

static void check_pragmas(struct verify *v, struct verify_result *out)
{
	sqlite3_stmt *st = NULL;
	if (store_int(v->db, "PRAGMA application_id", 0, NULL) != STORE_APPLICATION_ID)
		found(out, 0, "the store itself: its application_id is not backout's");
	else if (store_int(v->db, "PRAGMA user_version", 0, NULL) != STORE_USER_VERSION)
		found(out, 0, "the store itself: its user_version is not 1");
	/* a copy that is read where nothing may be written says no mode */
	if (sqlite3_uri_boolean(sqlite3_db_filename(v->db, "main"), "immutable", 0))
		return;
	int rc = sqlite3_prepare_v2(v->db, "PRAGMA journal_mode", -1, &st, NULL);
	if (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "wal") != 0)
		found(out, 0, "the store itself: it is not in WAL mode");
	sqlite3_finalize(st);
}

/* Is it a store at all?  A journal whose header was changed is damaged, a file without our table is no journal. */
static enum status open_store(struct verify *v, struct fault *f)
{
	struct stat st;
	if (stat(v->path, &st) != 0 || !S_ISREG(st.st_mode)) {
		fault_set(f, STATUS_USAGE, "no-store", "there is no journal at %s", v->path);
		fault_mend(f, "name it: backout verify PATH");
		return STATUS_USAGE;
	}
	enum status s = store_connect(v->path, false, &v->db, f);
	if (s != STATUS_OK)
		return STATUS_USAGE;
	int rc = SQLITE_OK;
	v->head = store_int(v->db, "SELECT max(seq) FROM event", 0, &rc);
	if (v->head < 0)
		v->head = 0; /* nothing but events before the first: the scan from 1 names them */
	if (v->head == INT64_MAX)
		v->head--; /* there is always a seq behind the head */
	if (rc == SQLITE_ROW || (rc & 0xff) == SQLITE_CORRUPT)
		return STATUS_OK;
	(void)store_fault(f, STATUS_USAGE, v->db, rc, "read", v->path);
	return STATUS_USAGE;
}

static void print_head(struct verify *v, struct verify_result *out)
{
	const struct scan *s = &v->scans[v->n - 1];
	int64_t seq = v->head + s->events;
	if (!s->events && v->n > 1)
		s--;
	head_print(v->id.id, seq, s->chain, s->at, out->head);
}

static enum status judge(struct verify *v, struct verify_result *out, struct fault *f)
{
	if (v->head > 0)
		read_ranges(v);
	read_tail(v);
	enum status s = gather(v, out, f);
	if (s != STATUS_OK)
		return s;
	check_pragmas(v, out);
	check_schema(v, out);
	if (out->events == 0 && out->ok)
		found(out, 1, "it is missing: the journal is empty");
	if (store_read_id(v->db, v->path, &v->id, NULL) != STATUS_OK)
		found(out, 1, "it does not say whose store it is");
	if (out->ok)
		print_head(v, out);
	return anchors_check(v->db, v->path, &v->id, v->head + v->scans[v->n - 1].events, v->o, out, f);
}

enum status journal_verify(const char *path, const struct verify_options *o, struct verify_result *out, struct fault *f)
{
	static const struct verify_options none;
	struct fault unused;
	struct verify *v = mem_new(sizeof *v);
	v->path = path;
	v->o = o ? o : &none;
	memset(out, 0, sizeof *out);
	out->ok = true;
	enum status s = open_store(v, f ? f : &unused);
	if (s == STATUS_OK)
		s = judge(v, out, f ? f : &unused);
	for (int i = 0; i < v->n; i++)
		scan_release(&v->scans[i]);
	sqlite3_close(v->db);
	free(v);
	if (s != STATUS_OK)
		return s;
	return out->ok ? STATUS_OK : STATUS_NO;
}
