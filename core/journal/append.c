/* Recording: one list of drafts, one durable commit; and finding out what
 * became of a commit that failed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "journal/store.h"

#define ENVELOPE_MAX 256 /* bytes of an incident's or actor's name */

static bool name_ok(const char *s)
{
	size_t n = strlen(s);
	return n && n <= ENVELOPE_MAX && utf8_valid(s, n);
}

/* What may go in: contract 3, "refused at the door". */
static enum status check_draft(const struct draft *d, struct fault *f)
{
	enum json_type type;
	const char *kind = event_kind_name(d->kind);
	if (d->kind >= EVENT_KIND_UNKNOWN || !d->actor || !name_ok(d->actor) || (d->incident && *d->incident && !name_ok(d->incident)))
		return fault_set(f, STATUS_OUTSIDE, "bad-event", "an event with a bad kind, actor or incident was not recorded");
	if (d->body.failed)
		return fault_set(f, STATUS_OUTSIDE, "bad-body", "the body of %s is too large and was not recorded", kind);
	size_t max = d->kind == EVENT_KIT_LOADED ? JSON_KIT_MAX : JSON_LINE_MAX;
	struct fault why = {{0}};
	if (json_check(buf_str(&d->body), d->body.len, max, &type, &why) != STATUS_OK)
		return fault_set(f, STATUS_OUTSIDE, "bad-body", "the body of %s was not recorded: %s", kind, why.what);
	if (type == JSON_OBJECT)
		return STATUS_OK;
	return fault_set(f, STATUS_OUTSIDE, "bad-body", "the body of %s is not an object and was not recorded", kind);
}

static enum status check_ready(const struct journal *j, struct fault *f)
{
	if (j->unknown || !j->db) {
		fault_set(f, STATUS_OUTSIDE, "unknown-commit", "nothing is recorded in %s before it is known what became of the last commit", j->path);
		fault_mend(f, "the engine looks again by itself; if this stays, see why the store fails");
		return STATUS_OUTSIDE;
	}
	if (!j->writable)
		return fault_set(f, STATUS_OUTSIDE, "read-only", "%s is open for reading", j->path);
	if (journal_is_its_own(j))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "store-gone", "%s was removed or replaced", j->path);
	fault_mend(f, "put the journal back, then start the engine again");
	return STATUS_OUTSIDE;
}

/* Under the write lock: is the newest event the one we know? */
static int check_newest(struct journal *j)
{
	int rc = sqlite3_step(j->newest);
	bool same = rc == SQLITE_ROW && sqlite3_column_int64(j->newest, 0) == j->head && sqlite3_column_bytes(j->newest, 1) == SHA_LEN &&
		memcmp(sqlite3_column_blob(j->newest, 1), j->chain, SHA_LEN) == 0;
	int again = sqlite3_reset(j->newest);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return again;
	return same ? SQLITE_DONE : SQLITE_CONSTRAINT;
}

/* Digest, chain and insert one after the other; the head moves in *at only. */
static int insert_all(struct journal *j, const struct draft *d, size_t n, const struct now *now)
{
	j->tried = j->head;
	memcpy(j->tried_chain, j->chain, SHA_LEN);
	store_bind_now(j->insert, now->at, now->boot, now->mono);
	for (size_t i = 0; i < n; i++) {
		const char *incident = d[i].incident && *d[i].incident ? d[i].incident : NULL;
		struct event e = {.seq = j->tried + 1, .at = now->at, .boot = now->boot, .mono = now->mono, .incident = incident,
			.kind = event_kind_name(d[i].kind), .actor = d[i].actor, .body = buf_str(&d[i].body), .body_len = d[i].body.len};
		sha256(e.body, e.body_len, e.body_sha);
		event_chain(j->tried_chain, &e, e.chain);
		int rc = store_insert(j->insert, &e);
		if (rc != SQLITE_DONE)
			return rc;
		j->tried = e.seq;
		memcpy(j->tried_chain, e.chain, SHA_LEN);
	}
	return SQLITE_DONE;
}

static int run(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	int again = sqlite3_reset(st);
	return rc == SQLITE_DONE ? rc : again;
}

/* Before COMMIT was asked for nothing can have become durable; but a connection that cannot even roll back
 * is not trusted with the next one. */
static enum status give_up(struct journal *j, int rc, struct fault *f)
{
	store_fault(f, STATUS_OUTSIDE, j->db, rc, "record in", j->path);
	if (!sqlite3_get_autocommit(j->db))
		(void)run(j->rollback);
	if (sqlite3_get_autocommit(j->db))
		return STATUS_OUTSIDE;
	j->unknown = true;
	return STATUS_UNKNOWN;
}

enum status journal_append(struct journal *j, const struct draft *d, size_t n, const struct now *now,
	int64_t *out_first, struct fault *f)
{
	enum status s = check_ready(j, f);
	for (size_t i = 0; s == STATUS_OK && i < n; i++)
		s = check_draft(&d[i], f);
	if (s != STATUS_OK)
		return s;
	*out_first = j->head + 1;
	if (!n)
		return STATUS_OK;
	int rc = run(j->begin);
	if (rc == SQLITE_DONE)
		rc = check_newest(j);
	if (rc == SQLITE_DONE)
		rc = insert_all(j, d, n, now);
	if (rc != SQLITE_DONE)
		return give_up(j, rc, f);
	rc = run(j->commit);
	if (rc != SQLITE_DONE) {
		store_fault(f, STATUS_UNKNOWN, j->db, rc, "record in", j->path);
		j->unknown = true;
		return STATUS_UNKNOWN;
	}
	j->head = j->tried;
	memcpy(j->chain, j->tried_chain, SHA_LEN);
	return STATUS_OK;
}

/* A commit that was seen may still be in the page cache alone, after an fsync that failed: the checkpoint writes
 * its pages again, into the main file, and syncs them. */
static enum status settle_landed(struct journal *j, struct fault *f)
{
	sqlite3_busy_timeout(j->db, 1000);
	int rc = sqlite3_wal_checkpoint_v2(j->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_BUSY) /* a reader needs the log: its pages are in the main file all the same */
		rc = sqlite3_wal_checkpoint_v2(j->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	sqlite3_busy_timeout(j->db, 250);
	return rc == SQLITE_OK ? STATUS_OK : store_fault(f, STATUS_UNKNOWN, j->db, rc, "settle", j->path);
}

/* A commit that was not seen may lie whole at the end of the log, and a recovery after a power cut would find it.
 * One durable write of nothing takes its place. */
static enum status settle_absent(struct journal *j, struct fault *f)
{
	if (store_wal_size(j->path) == 0)
		return STATUS_OK;
	int rc = sqlite3_exec(j->db, "PRAGMA user_version=1", NULL, NULL, NULL);
	return rc == SQLITE_OK ? STATUS_OK : store_fault(f, STATUS_UNKNOWN, j->db, rc, "settle", j->path);
}

/* Which of the two heads is it? */
static enum status look(const struct journal *j, const struct journal *seen, bool *out_landed, struct fault *f)
{
	if (seen->dev == j->dev && seen->ino == j->ino && strcmp(seen->id.id, j->id.id) == 0) {
		*out_landed = j->tried > j->head && seen->head == j->tried && memcmp(seen->chain, j->tried_chain, SHA_LEN) == 0;
		if (*out_landed || (seen->head == j->head && memcmp(seen->chain, j->chain, SHA_LEN) == 0))
			return STATUS_OK;
	}
	fault_set(f, STATUS_UNKNOWN, "store-gone", "%s is not as this engine left it", j->path);
	fault_mend(f, "backout verify PATH; put the journal back, then start the engine again");
	return STATUS_UNKNOWN;
}

enum status journal_recover(struct journal *j, bool *out_landed, struct fault *f)
{
	*out_landed = false;
	if (!j->unknown && j->db)
		return STATUS_OK;
	struct journal seen = {.path = j->path, .writable = true};
	journal_detach(j);
	enum status s = journal_attach(&seen, f);
	if (s != STATUS_OK)
		return STATUS_UNKNOWN; /* the fault says why it cannot be opened */
	bool landed = false;
	s = look(j, &seen, &landed, f);
	if (s == STATUS_OK)
		s = landed ? settle_landed(&seen, f) : settle_absent(&seen, f);
	/* Whatever log the last close removed must not come back. */
	if (s == STATUS_OK && !os_sync_dir_of(j->path))
		s = fault_set(f, STATUS_UNKNOWN, "io-error", "cannot settle %s: the disk did not confirm its directory", j->path);
	if (s != STATUS_OK) {
		journal_detach(&seen);
		return STATUS_UNKNOWN;
	}
	*out_landed = landed;
	*j = seen;
	return STATUS_OK;
}
