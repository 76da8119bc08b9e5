/* A cursor over the events of a store. */
#include "config.h"

#include <stdlib.h>

#include "journal/store.h"

struct journal_cursor {
	struct journal *j;
	sqlite3_stmt *st;
	bool back;
};

static enum status begin(struct journal *j, const char *sql, struct journal_cursor **out, struct fault *f)
{
	sqlite3_stmt *st = NULL;
	*out = NULL;
	if (!j->db)
		return fault_set(f, STATUS_OUTSIDE, "unknown-commit", "%s is closed until it is known what became of the last commit", j->path);
	int rc = sqlite3_prepare_v2(j->db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return store_fault(f, STATUS_OUTSIDE, j->db, rc, "read", j->path);
	*out = mem_new(sizeof **out);
	**out = (struct journal_cursor){.j = j, .st = st};
	return STATUS_OK;
}

enum status journal_from(struct journal *j, int64_t from, struct journal_cursor **out, struct fault *f)
{
	enum status s = begin(j, "SELECT " STORE_COLUMNS " FROM event WHERE seq>=? ORDER BY seq", out, f);
	if (s == STATUS_OK)
		sqlite3_bind_int64((*out)->st, 1, from);
	return s;
}

enum status journal_back(struct journal *j, const char *kind, int64_t lo, int64_t hi, struct journal_cursor **out, struct fault *f)
{
	/* by seq: bodies of other kinds are not even read */
	enum status s = begin(j, "SELECT " STORE_COLUMNS " FROM event NOT INDEXED WHERE seq>=?2 AND seq<=?1 AND kind=?3 ORDER BY seq DESC", out, f);
	if (s != STATUS_OK)
		return s;
	(*out)->back = true;
	sqlite3_bind_int64((*out)->st, 1, hi);
	sqlite3_bind_int64((*out)->st, 2, lo);
	sqlite3_bind_text((*out)->st, 3, kind, -1, SQLITE_TRANSIENT);
	return STATUS_OK;
}

/* Halving: the clock of the machine may have been set back between two events, and then one of the two places is found. */
enum status journal_seek(struct journal *j, int64_t at, int64_t *out_seq, struct fault *f)
{
	sqlite3_stmt *st = NULL;
	int64_t lo = 1, hi = j->head + 1;
	int rc = j->db ? sqlite3_prepare_v2(j->db, "SELECT at FROM event WHERE seq=?", -1, &st, NULL) : SQLITE_MISUSE;
	while (rc == SQLITE_OK && lo < hi) {
		int64_t mid = lo + (hi - lo) / 2;
		sqlite3_bind_int64(st, 1, mid);
		int found = sqlite3_step(st);
		if (found != SQLITE_ROW) {
			rc = found == SQLITE_DONE ? SQLITE_CORRUPT : found;
			break;
		}
		if (sqlite3_column_int64(st, 0) < at)
			lo = mid + 1;
		else
			hi = mid;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	*out_seq = lo;
	return rc == SQLITE_OK ? STATUS_OK : store_fault(f, STATUS_OUTSIDE, j->db, rc, "read", j->path);
}

enum status journal_step(struct journal_cursor *c, struct event *out, struct fault *f)
{
	const char *what = NULL;
	int rc = sqlite3_step(c->st);
	if (rc == SQLITE_DONE) {
		sqlite3_reset(c->st); /* a next step would begin again; the end also lets go of the snapshot */
		sqlite3_bind_int64(c->st, 1, c->back ? 0 : INT64_MAX);
		return STATUS_NO;
	}
	if (rc != SQLITE_ROW)
		return store_fault(f, STATUS_OUTSIDE, sqlite3_db_handle(c->st), rc, "read", c->j->path);
	if (store_row(c->st, out, &what))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "damaged", "event %lld of %s is damaged: %s", (long long)out->seq, c->j->path, what);
	fault_mend(f, "backout verify %s", c->j->path);
	return STATUS_OUTSIDE;
}

void journal_cursor_free(struct journal_cursor *c)
{
	if (!c)
		return;
	sqlite3_finalize(c->st);
	free(c);
}
