/* The SQLite side: connections, schema, header, rows, and words for errors. */
#include "config.h"

#include "journal/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

/* A guard's condition is what is refused.  NEW.seq is -1 where an INSERT leaves
 * it to SQLite; REPLACE is refused by the INSERT guard, since it passes DELETE's. */
const struct store_object store_schema[] = {
	{"event",
		"CREATE TABLE event(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, boot TEXT NOT NULL, mono INTEGER NOT NULL, "
		"incident TEXT, kind TEXT NOT NULL, actor TEXT NOT NULL, body TEXT, body_sha BLOB NOT NULL, chain BLOB NOT NULL) STRICT"},
	{"event_append_only",
		"CREATE TRIGGER event_append_only BEFORE INSERT ON event "
		"WHEN NEW.seq IS NOT (SELECT coalesce(max(seq),0)+1 FROM event) "
		"BEGIN SELECT RAISE(ABORT,'the journal takes only the next seq'); END"},
	{"event_no_delete",
		"CREATE TRIGGER event_no_delete BEFORE DELETE ON event "
		"BEGIN SELECT RAISE(ABORT,'the journal forgets nothing'); END"},
	{"event_no_update",
		"CREATE TRIGGER event_no_update BEFORE UPDATE ON event "
		"WHEN NEW.body IS NOT NULL OR NEW.seq IS NOT OLD.seq OR NEW.at IS NOT OLD.at OR NEW.boot IS NOT OLD.boot "
		"OR NEW.mono IS NOT OLD.mono OR NEW.incident IS NOT OLD.incident OR NEW.kind IS NOT OLD.kind "
		"OR NEW.actor IS NOT OLD.actor OR NEW.body_sha IS NOT OLD.body_sha OR NEW.chain IS NOT OLD.chain "
		"BEGIN SELECT RAISE(ABORT,'the journal changes nothing'); END"},
};
const int store_n_schema = (int)(sizeof store_schema / sizeof *store_schema);

/* What SQLite's codes mean to a person; the first row that fits. */
static const struct {
	int rc;          /* extended, or primary (fits all of it) */
	const char *code, *what, *mend;
} causes[] = {
	{SQLITE_FULL, "disk-full", "the disk is full", "free space on its file system; nothing else is needed"},
	{SQLITE_IOERR_FSYNC, "io-error", "the disk did not confirm what was written (fsync)", "look at the disk and the kernel's log (dmesg)"},
	{SQLITE_IOERR_DIR_FSYNC, "io-error", "the disk did not confirm a new file (fsync of the directory)", "look at the disk and the kernel's log (dmesg)"},
	{SQLITE_IOERR_WRITE, "io-error", "input/output error while writing", "look at the disk and the kernel's log (dmesg)"},
	{SQLITE_IOERR_READ, "io-error", "input/output error while reading", "look at the disk and the kernel's log (dmesg)"},
	{SQLITE_IOERR_SHORT_READ, "io-error", "the file is shorter than it must be", "compare it with a copy: backout verify PATH --anchors FILE"},
	{SQLITE_IOERR_NOMEM, "no-memory", "no memory", "free memory"},
	{SQLITE_IOERR, "io-error", "input/output error", "look at the disk and the kernel's log (dmesg)"},
	{SQLITE_READONLY, "read-only", "the store is read-only", "mount its file system writable, or look at the permissions of file and directory"},
	{SQLITE_CANTOPEN, "cannot-open", "it cannot be opened", "look at the permissions of file and directory"},
	{SQLITE_PERM, "cannot-open", "it may not be opened", "look at the permissions of file and directory"},
	{SQLITE_AUTH, "cannot-open", "it may not be opened", "look at the permissions of file and directory"},
	{SQLITE_NOTADB, "not-a-store", "it is not a journal", "name the journal.db of a kit"},
	{SQLITE_CORRUPT, "damaged", "the database file is damaged", "keep a copy of it as it is, then: backout verify PATH"},
	{SQLITE_BUSY, "busy", "another program holds it", "end the other program (fuser PATH names it)"},
	{SQLITE_LOCKED, "busy", "another program holds it", "end the other program (fuser PATH names it)"},
	{SQLITE_TOOBIG, "too-big", "a value is larger than a journal may hold", "backout verify PATH names the event"},
	{SQLITE_NOMEM, "no-memory", "no memory", "free memory"},
	{SQLITE_CONSTRAINT, "store-changed", "another program wrote into it", "end that program, then: backout verify PATH; start the engine again"},
	{SQLITE_ERROR, "not-a-store", "it is not a journal of backout", "name the journal.db of a kit"},
};

enum status store_fault(struct fault *f, enum status s, sqlite3 *db, int rc, const char *doing, const char *path)
{
	/* errno says something only where SQLite asked the system */
	int os = db && ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN) ? sqlite3_system_errno(db) : 0;
	bool full = (os == ENOSPC || os == EDQUOT);
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
		if (full ? i > 0 : causes[i].rc != rc && causes[i].rc != (rc & 0xff))
			continue;
		const char *more = os && !full ? strerror(os) : "";
		fault_set(f, s, causes[i].code, "cannot %s %s: %s%s%s%s", doing, path, causes[i].what,
			*more ? " (" : "", more, *more ? ")" : "");
		fault_mend(f, "%s", causes[i].mend);
		return s;
	}
	return fault_set(f, s, "store", "cannot %s %s: %s", doing, path, sqlite3_errstr(rc));
}

enum status store_exec(sqlite3 *db, const char *sql, const char *doing, const char *path, struct fault *f)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? STATUS_OK : store_fault(f, STATUS_OUTSIDE, db, rc, doing, path);
}

int64_t store_int(sqlite3 *db, const char *sql, int64_t def, int *out_rc)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	int64_t v = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : def;
	sqlite3_finalize(st);
	if (out_rc)
		*out_rc = rc;
	return v;
}

off_t store_wal_size(const char *path)
{
	struct stat st;
	struct buf name;
	buf_init(&name, 8192);
	buf_addf(&name, "%s-wal", path);
	off_t size = stat(buf_str(&name), &st) == 0 ? st.st_size : 0;
	buf_release(&name);
	return size;
}

/* A copy in a place where nothing may be written, an auditor's: with no log beside it the file is all there is. */
static int open_immutable(const char *path, sqlite3 **out_db)
{
	struct buf uri;
	buf_init(&uri, 16384);
	buf_adds(&uri, "file:");
	for (const char *p = path; *p; p++)
		buf_addf(&uri, strchr("?#%", *p) ? "%%%02x" : "%c", (unsigned char)*p);
	buf_adds(&uri, "?immutable=1");
	sqlite3_close(*out_db);
	*out_db = NULL;
	int rc = sqlite3_open_v2(buf_str(&uri), out_db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	buf_release(&uri);
	return rc;
}

static int open_file(const char *path, bool writable, sqlite3 **out_db)
{
	int rc = sqlite3_open_v2(path, out_db, SQLITE_OPEN_NOMUTEX | (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY), NULL);
	if (rc != SQLITE_OK || writable)
		return rc;
	/* a reader, too, needs the index of the log, and may not be able to make it */
	rc = sqlite3_exec(*out_db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
	if (((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY) && store_wal_size(path) == 0)
		return open_immutable(path, out_db);
	return SQLITE_OK; /* what else is wrong shows, and is named, where it is read */
}

enum status store_connect(const char *path, bool writable, sqlite3 **out_db, struct fault *f)
{
	sqlite3 *db = NULL;
	int rc = open_file(path, writable, &db);
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(db, 1);
		/* The file may come from a stranger: no schema of its own making runs here. */
		sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)JSON_KIT_MAX + (1 << 20));
		sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
		sqlite3_busy_timeout(db, writable ? 250 : 2000);
		rc = sqlite3_exec(db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
	}
	if (rc != SQLITE_OK) {
		store_fault(f, STATUS_OUTSIDE, db, rc, "open", path);
		sqlite3_close(db);
		return STATUS_OUTSIDE;
	}
	*out_db = db;
	return STATUS_OK;
}

static enum status not_ours(const char *path, struct fault *f)
{
	fault_set(f, STATUS_USAGE, "not-a-store", "%s is not a journal of backout", path);
	fault_mend(f, "name the journal.db of a kit");
	return STATUS_USAGE;
}

enum status store_check_header(sqlite3 *db, const char *path, bool *out_empty, struct fault *f)
{
	int rc = SQLITE_OK;
	int64_t objects = store_int(db, "SELECT count(*) FROM sqlite_schema", 0, &rc);
	if (rc == SQLITE_NOTADB)
		return not_ours(path, f);
	if (rc != SQLITE_ROW)
		return store_fault(f, STATUS_OUTSIDE, db, rc, "read", path);
	int64_t app = store_int(db, "PRAGMA application_id", 0, NULL);
	int64_t version = store_int(db, "PRAGMA user_version", 0, NULL);
	*out_empty = objects == 0 && app == 0;
	if (*out_empty)
		return STATUS_OK;
	if (app != STORE_APPLICATION_ID)
		return not_ours(path, f);
	if (version == STORE_USER_VERSION)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "version", "%s has the journal format %lld, and this backout reads %d", path,
		(long long)version, STORE_USER_VERSION);
	fault_mend(f, "use the backout that wrote it, or a newer one");
	return STATUS_USAGE;
}

static void id_from(const struct json *body, struct store_id *out)
{
	memset(out, 0, sizeof *out);
	text_copy(out->id, sizeof out->id, json_get_str(body, "id", ""));
	text_copy(out->kit, sizeof out->kit, json_get_str(body, "kit", ""));
	text_copy(out->environment, sizeof out->environment, json_get_str(body, "environment", ""));
	text_copy(out->tool, sizeof out->tool, json_get_str(body, "tool", ""));
	out->format = (int)json_get_int(body, "format", 0);
}

enum status store_read_id(sqlite3 *db, const char *path, struct store_id *out, struct fault *f)
{
	sqlite3_stmt *st = NULL;
	struct json *body = NULL;
	enum status s = STATUS_OK;
	int rc = sqlite3_prepare_v2(db, "SELECT body FROM event WHERE seq=1 AND kind='store'", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
	if (text)
		(void)json_parse(text, (size_t)sqlite3_column_bytes(st, 0), JSON_LINE_MAX, &body, NULL);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		s = store_fault(f, STATUS_OUTSIDE, db, rc, "read", path);
	} else if (!body) {
		s = fault_set(f, STATUS_NO, "damaged", "event 1 of %s does not say whose store it is", path);
		fault_mend(f, "backout verify PATH names what was changed");
	} else {
		id_from(body, out);
	}
	json_free(body);
	sqlite3_finalize(st);
	return s;
}

enum status store_read_head(sqlite3 *db, const char *path, int64_t *out_seq, unsigned char out_chain[SHA_LEN], struct fault *f)
{
	sqlite3_stmt *st = NULL;
	enum status s = STATUS_OK;
	*out_seq = 0;
	memset(out_chain, 0, SHA_LEN);
	int rc = sqlite3_prepare_v2(db, STORE_NEWEST, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(st, 1) == SHA_LEN) {
		*out_seq = sqlite3_column_int64(st, 0);
		memcpy(out_chain, sqlite3_column_blob(st, 1), SHA_LEN);
	} else if (rc == SQLITE_ROW) {
		s = fault_set(f, STATUS_NO, "damaged", "the last event of %s has no chain", path);
	} else if (rc != SQLITE_DONE) {
		s = store_fault(f, STATUS_OUTSIDE, db, rc, "read", path);
	}
	sqlite3_finalize(st);
	return s;
}

/* A text column, or NULL where it is null or holds a NUL (the chain would not see what follows it).  Types are not
 * asked for: STRICT keeps them, verify compares the table's own text, and this runs once an event and column. */
static const char *row_text(sqlite3_stmt *st, int column, size_t *out_len)
{
	const char *s = (const char *)sqlite3_column_text(st, column);
	if (!s)
		return NULL;
	size_t len = strlen(s);
	if (len != (size_t)sqlite3_column_bytes(st, column))
		return NULL;
	*out_len = len;
	return s;
}

static bool row_null(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL;
}

static bool row_sha(sqlite3_stmt *st, int column, unsigned char out[SHA_LEN])
{
	const void *p = sqlite3_column_blob(st, column);
	if (!p || sqlite3_column_bytes(st, column) != SHA_LEN)
		return false;
	memcpy(out, p, SHA_LEN);
	return true;
}

bool store_row(sqlite3_stmt *st, struct event *out, const char **out_what)
{
	size_t n = 0;
	const char *bad = NULL;
	out->seq = sqlite3_column_int64(st, 0);
	out->at = sqlite3_column_int64(st, 1);
	out->mono = sqlite3_column_int64(st, 3);
	out->boot = out->incident = out->kind = out->actor = out->body = NULL;
	out->body_len = 0;
	if (!(out->boot = row_text(st, 2, &n)))
		bad = "its boot is not text";
	else if (!(out->incident = row_text(st, 4, &n)) ? !row_null(st, 4) : !n)
		bad = "its incident is neither null nor text";
	else if (!(out->kind = row_text(st, 5, &n)))
		bad = "its kind is not text";
	else if (!(out->actor = row_text(st, 6, &n)))
		bad = "its actor is not text";
	else if (!(out->body = row_text(st, 7, &out->body_len)) && !row_null(st, 7))
		bad = "its body is not text";
	else if (!row_sha(st, 8, out->body_sha))
		bad = "its body_sha is not 32 bytes";
	else if (!row_sha(st, 9, out->chain))
		bad = "its chain is not 32 bytes";
	*out_what = bad;
	return !bad;
}

void store_bind_now(sqlite3_stmt *insert, int64_t at, const char *boot, int64_t mono)
{
	sqlite3_bind_int64(insert, 2, at);
	sqlite3_bind_text(insert, 3, boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 4, mono);
}

int store_insert(sqlite3_stmt *st, const struct event *e)
{
	sqlite3_bind_int64(st, 1, e->seq);
	sqlite3_bind_text(st, 5, e->incident, -1, SQLITE_STATIC); /* NULL binds null */
	sqlite3_bind_text(st, 6, e->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, e->actor, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 8, e->body, (int)e->body_len, SQLITE_STATIC);
	sqlite3_bind_blob(st, 9, e->body_sha, SHA_LEN, SQLITE_STATIC);
	sqlite3_bind_blob(st, 10, e->chain, SHA_LEN, SQLITE_STATIC);
	int rc = sqlite3_step(st);
	int again = sqlite3_reset(st);
	return rc == SQLITE_DONE ? rc : again;
}
