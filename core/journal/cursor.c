/* A cursor over the events of a store. */
#include "config.h"

#include <stdlib.h>

#include "journal/store.h"

struct journal_cursor {
	struct journal *j;
	sqlite3_stmt *st;
};

enum status journal_from(struct journal *j, int64_t from, struct journal_cursor **out, struct fault *f)
{
	*out = NULL;
	if (!j->db)
		return fault_set(f, STATUS_OUTSIDE, "unknown-commit", "%s is closed until it is known what became of the last commit", j->path);
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(j->db, "SELECT " STORE_COLUMNS " FROM event WHERE seq>=? ORDER BY seq", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return store_fault(f, STATUS_OUTSIDE, j->db, rc, "read", j->path);
	sqlite3_bind_int64(st, 1, from);
	struct journal_cursor *c = mem_new(sizeof *c);
	c->j = j;
	c->st = st;
	*out = c;
	return STATUS_OK;
}

enum status journal_step(struct journal_cursor *c, struct event *out, struct fault *f)
{
	const char *what = NULL;
	int rc = sqlite3_step(c->st);
	if (rc == SQLITE_DONE) {
		sqlite3_reset(c->st); /* a next step would begin again; the end also lets go of the snapshot */
		sqlite3_bind_int64(c->st, 1, INT64_MAX);
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
