/* What journal.c, append.c, verify.c and cursor.c share: the opened store and
 * the words for what SQLite said.  Only files of this room include it, and only
 * this room includes sqlite3.h. */
#ifndef JOURNAL_STORE_H
#define JOURNAL_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "journal/journal.h"

#define STORE_APPLICATION_ID 0x6261636b /* "back" */
#define STORE_USER_VERSION 1
#define STORE_COLUMNS "seq,at,boot,mono,incident,kind,actor,body,body_sha,chain"

struct journal {
	sqlite3 *db;             /* NULL after a recover that could not reopen */
	char *path;
	bool writable;
	dev_t dev;
	ino_t ino;
	struct store_id id;
	int64_t head;
	unsigned char chain[SHA_LEN];
	sqlite3_stmt *begin, *newest, *insert, *commit, *rollback;
	bool unknown;            /* a commit failed: nothing goes in before journal_recover */
	int64_t tried;           /* head as it is if the last append landed */
	unsigned char tried_chain[SHA_LEN];
};

/* One row of the schema: what `verify` compares and creation runs. */
struct store_object {
	const char *name, *sql;
};
extern const struct store_object store_schema[];
extern const int store_n_schema;

/* Connect and set what every connection of ours has; *out_db is set only on STATUS_OK. */
enum status store_connect(const char *path, bool writable, sqlite3 **out_db, struct fault *f);
/* Put SQLite's answer rc into words: "cannot DOING PATH: the disk is full". Returns s. */
enum status store_fault(struct fault *f, enum status s, sqlite3 *db, int rc, const char *doing, const char *path);
/* Run sql that answers nothing. */
enum status store_exec(sqlite3 *db, const char *sql, const char *doing, const char *path, struct fault *f);
/* First column of the first row; def where there is none or SQLite refuses. */
int64_t store_int(sqlite3 *db, const char *sql, int64_t def, int *out_rc);

/* application_id and user_version are ours, the table is there: OK. *out_empty: nothing in it yet. */
enum status store_check_header(sqlite3 *db, const char *path, bool *out_empty, struct fault *f);
/* The store's identity from event 1. */
enum status store_read_id(sqlite3 *db, const char *path, struct store_id *out, struct fault *f);
#define STORE_NEWEST "SELECT seq,chain FROM event ORDER BY seq DESC LIMIT 1"
/* Newest seq and chain; seq 0 and zeros where there is no event. */
enum status store_read_head(sqlite3 *db, const char *path, int64_t *out_seq, unsigned char out_chain[SHA_LEN], struct fault *f);

/* The row under a statement over STORE_COLUMNS; pointers live until its next step.
 * False where a column is not what it must be: *out_what says which. */
bool store_row(sqlite3_stmt *st, struct event *out, const char **out_what);
/* What all events of a commit share; boot must live until the last of them is in. */
void store_bind_now(sqlite3_stmt *insert, int64_t at, const char *boot, int64_t mono);
/* Insert one event that has seq, digest and chain, at the moment that is bound. Returns SQLite's answer. */
int store_insert(sqlite3_stmt *insert, const struct event *e);

/* The store for writing, empty stores refused: connect, check, pragmas, statements, head. */
enum status journal_attach(struct journal *j, struct fault *f);
void journal_detach(struct journal *j);
/* Bytes in the write-ahead log of the store; 0 where there is none. */
off_t store_wal_size(const char *path);

#endif
