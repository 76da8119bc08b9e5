/* Opening, creating and leaving a store. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/os.h"
#include "journal/store.h"

/* The file, 0600, there and known to its directory before SQLite sees it. */
static enum status make_file(const char *path, struct fault *f)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) {
		fault_set(f, STATUS_OUTSIDE, "cannot-create", "cannot create %s: %s", path, strerror(errno));
		fault_mend(f, "look at the permissions of its directory, or name another place with --store PATH");
		if (fd >= 0)
			close(fd);
		return STATUS_OUTSIDE;
	}
	bool ok = S_ISREG(st.st_mode) && ((st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0);
	if (ok && st.st_size == 0)
		ok = fsync(fd) == 0 && os_sync_dir_of(path);
	int why = errno;
	close(fd);
	if (ok)
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "cannot-create", "cannot create %s: %s", path,
		S_ISREG(st.st_mode) ? strerror(why) : "it is not a file");
	return STATUS_OUTSIDE;
}

static void store_event(struct event *e, struct buf *body, const char *kit, const char *environment, const char *tool,
	const struct now *now)
{
	char id[33];
	struct jw w;
	os_random_hex(id, 16);
	buf_init(body, JSON_LINE_MAX);
	jw_init(&w, body);
	jw_obj(&w);
	jw_kint(&w, "format", STORE_USER_VERSION);
	jw_kstr(&w, "id", id);
	jw_kstr(&w, "kit", kit);
	jw_kstr(&w, "environment", environment);
	jw_kstr(&w, "tool", tool);
	jw_obj_end(&w);
	*e = (struct event){.seq = 1, .at = now->at, .boot = now->boot, .mono = now->mono, .kind = event_kind_name(EVENT_STORE),
		.actor = "engine", .body = buf_str(body), .body_len = body->len};
	static const unsigned char zero[SHA_LEN];
	sha256(e->body, e->body_len, e->body_sha);
	event_chain(zero, e, e->chain);
}

/* Schema and event 1 in one commit: a store is whole or empty, whenever the power goes. */
static enum status fill_empty(sqlite3 *db, const char *path, const struct event *first, struct fault *f)
{
	static const char doing[] = "create";
	sqlite3_stmt *insert = NULL;
	enum status s = store_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;"
		"PRAGMA application_id=0x6261636b; PRAGMA user_version=1", doing, path, f);
	for (int i = 0; s == STATUS_OK && i < store_n_schema; i++)
		s = store_exec(db, store_schema[i].sql, doing, path, f);
	if (s == STATUS_OK) {
		int rc = sqlite3_prepare_v2(db, "INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?)", -1, &insert, NULL);
		if (rc == SQLITE_OK) {
			store_bind_now(insert, first->at, first->boot, first->mono);
			rc = store_insert(insert, first);
		}
		if (rc != SQLITE_DONE)
			s = store_fault(f, STATUS_OUTSIDE, db, rc, doing, path);
		sqlite3_finalize(insert);
	}
	if (s == STATUS_OK)
		s = store_exec(db, "COMMIT", doing, path, f);
	/* Into the main file at once, so that it says what it is without its -wal. */
	if (s == STATUS_OK)
		(void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return s;
}

static enum status create_if_empty(const char *path, const struct event *first, struct fault *f)
{
	sqlite3 *db = NULL;
	bool empty = false;
	enum status s = store_connect(path, true, &db, f);
	if (s != STATUS_OK)
		return s;
	s = store_check_header(db, path, &empty, f);
	if (s == STATUS_OK && empty)
		s = fill_empty(db, path, first, f);
	sqlite3_close(db);
	return s;
}

static enum status prepare(struct journal *j, struct fault *f)
{
	const struct {
		sqlite3_stmt **st;
		const char *sql;
	} all[] = {{&j->begin, "BEGIN IMMEDIATE"}, {&j->commit, "COMMIT"}, {&j->rollback, "ROLLBACK"}, {&j->newest, STORE_NEWEST},
		{&j->insert, "INSERT INTO event(" STORE_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?)"}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		int rc = sqlite3_prepare_v3(j->db, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT, all[i].st, NULL);
		if (rc != SQLITE_OK)
			return store_fault(f, STATUS_OUTSIDE, j->db, rc, "open", j->path);
	}
	return STATUS_OK;
}

static enum status attach_writable(struct journal *j, struct fault *f)
{
	/* The checkpoint is the engine's timer's; an append never pays for it.  The guards are for other programs: here
	 * every commit begins with a look at the newest event, which says more and costs once. */
	sqlite3_db_config(j->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	enum status s = store_exec(j->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
		"PRAGMA journal_size_limit=67108864", "open", j->path, f);
	return s == STATUS_OK ? prepare(j, f) : s;
}

enum status journal_attach(struct journal *j, struct fault *f)
{
	struct stat st;
	bool empty = false;
	enum status s = store_connect(j->path, j->writable, &j->db, f);
	if (s == STATUS_OK)
		s = store_check_header(j->db, j->path, &empty, f);
	if (s == STATUS_OK && empty) {
		s = fault_set(f, STATUS_USAGE, "not-a-store", "%s holds no journal yet", j->path);
		fault_mend(f, "start the engine of its kit once: backout engine KIT");
	}
	if (s == STATUS_OK)
		s = store_read_id(j->db, j->path, &j->id, f);
	if (s == STATUS_OK && j->writable)
		s = attach_writable(j, f);
	if (s == STATUS_OK)
		s = store_read_head(j->db, j->path, &j->head, j->chain, f);
	if (s == STATUS_OK && stat(j->path, &st) != 0)
		s = fault_set(f, STATUS_OUTSIDE, "store-gone", "%s is gone", j->path);
	if (s != STATUS_OK) {
		journal_detach(j);
		return s;
	}
	j->dev = st.st_dev;
	j->ino = st.st_ino;
	return STATUS_OK;
}

void journal_detach(struct journal *j)
{
	sqlite3_stmt **all[] = {&j->begin, &j->newest, &j->insert, &j->commit, &j->rollback};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		sqlite3_finalize(*all[i]);
		*all[i] = NULL;
	}
	/* v2: a cursor that somebody still holds keeps its connection and no more. */
	sqlite3_close_v2(j->db);
	j->db = NULL;
}

static enum status open_journal(const char *path, bool writable, struct journal **out, struct fault *f)
{
	struct journal *j = mem_new(sizeof *j);
	j->path = mem_str(path);
	j->writable = writable;
	enum status s = journal_attach(j, f);
	if (s == STATUS_OK)
		*out = j;
	else
		journal_close(j);
	return s;
}

enum status journal_create(const char *path, const char *kit, const char *environment, const char *tool,
	const struct now *now, struct journal **out, struct fault *f)
{
	struct event first;
	struct buf body;
	*out = NULL;
	enum status s = os_dirs_above(path, f);
	if (s == STATUS_OK)
		s = make_file(path, f);
	if (s != STATUS_OK)
		return s;
	store_event(&first, &body, kit, environment, tool, now);
	s = create_if_empty(path, &first, f);
	buf_release(&body);
	if (s == STATUS_OK)
		s = open_journal(path, true, out, f);
	if (s != STATUS_OK)
		return s;
	const struct store_id *id = &(*out)->id;
	if (strcmp(id->kit, kit) == 0 && strcmp(id->environment, environment) == 0)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "other-kit", "%s belongs to kit %s, environment %s, and not to kit %s, environment %s", path,
		id->kit, id->environment, kit, environment);
	fault_mend(f, "name another store with --store PATH, or the kit that this one belongs to");
	journal_close(*out);
	*out = NULL;
	return STATUS_USAGE;
}

enum status journal_open_read(const char *path, struct journal **out, struct fault *f)
{
	struct stat st;
	*out = NULL;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		fault_set(f, STATUS_USAGE, "no-store", "there is no journal at %s", path);
		fault_mend(f, "name it with --store PATH, or the kit with --kit DIR");
		return STATUS_USAGE;
	}
	return open_journal(path, false, out, f);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_detach(j);
	free(j->path);
	free(j);
}

const struct store_id *journal_store(const struct journal *j)
{
	return &j->id;
}

int64_t journal_head(const struct journal *j, unsigned char out_chain[SHA_LEN])
{
	if (out_chain)
		memcpy(out_chain, j->chain, SHA_LEN);
	return j->head;
}

bool journal_is_its_own(const struct journal *j)
{
	struct stat st;
	return stat(j->path, &st) == 0 && st.st_dev == j->dev && st.st_ino == j->ino;
}

void journal_checkpoint(struct journal *j)
{
	/* Passive: takes what no reader needs and waits for nobody. */
	if (j->db && j->writable && !j->unknown)
		(void)sqlite3_wal_checkpoint_v2(j->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}
