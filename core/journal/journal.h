/* The journal: the one SQLite store of an engine (contract, section 3).  The
 * engine alone writes it, under its lock; readers of the same uid open it
 * read-only.  Knows envelopes and chains, never what a body means. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/draft.h"
#include "base/status.h"

struct journal;

struct store_id { char id[40]; char kit[48]; char environment[72]; char tool[72]; int format; };

/* Create the directory (0700) and file (0600) where missing, write event 1, sync file and directory.
 * An existing store is opened instead; one of another kit or environment is refused (USAGE, the mend). */
enum status journal_create(const char *path, const char *kit, const char *environment, const char *tool,
	const struct now *now, struct journal **out, struct fault *f);
enum status journal_open_read(const char *path, struct journal **out, struct fault *f);
void journal_close(struct journal *j);
const struct store_id *journal_store(const struct journal *j);

/* Record the drafts in one durable transaction (WAL, FULL).  On return STATUS_OK they are on disk and
 * *out_first is the seq of the first.  STATUS_OUTSIDE: nothing was recorded (refused at the door: a bad
 * body, or rolled back for sure).  STATUS_UNKNOWN: the commit failed and may have happened; the journal
 * takes nothing more until journal_recover said which. */
enum status journal_append(struct journal *j, const struct draft *d, size_t n, const struct now *now,
	int64_t *out_first, struct fault *f);
/* After UNKNOWN: reopen and look.  *out_landed says whether the last append is there. STATUS_OK: usable again. */
enum status journal_recover(struct journal *j, bool *out_landed, struct fault *f);

/* Newest seq and chain. */
int64_t journal_head(const struct journal *j, unsigned char out_chain[SHA_LEN]);
/* Are path, inode and device still the ones that were opened? */
bool journal_is_its_own(const struct journal *j);
/* Cheap WAL checkpoint, off the decision path (a timer of the engine). */
void journal_checkpoint(struct journal *j);

/* A cursor over seq >= from; the event is valid until the next step. */
struct journal_cursor;
enum status journal_from(struct journal *j, int64_t from, struct journal_cursor **out, struct fault *f);
/* Events of one kind with lo <= seq <= hi, the newest first. */
enum status journal_back(struct journal *j, const char *kind, int64_t lo, int64_t hi, struct journal_cursor **out, struct fault *f);
/* The first seq that was recorded at or after `at` (wall clock); one above the newest where none was. */
enum status journal_seek(struct journal *j, int64_t at, int64_t *out_seq, struct fault *f);
/* STATUS_OK with an event, STATUS_NO at the end. */
enum status journal_step(struct journal_cursor *c, struct event *out, struct fault *f);
void journal_cursor_free(struct journal_cursor *c);

/* ---- verify ---- */
struct verify_options { const char *head; const char *anchors; bool deep; };
struct verify_result {
	bool ok;
	int64_t events, withheld;
	char head[HEAD_LEN];
	int64_t bad_seq;             /* 0: none */
	char bad_what[320];
	int anchors_checked, anchors_behind, anchors_missing;
};
/* STATUS_OK whole, NO damaged, USAGE not a store or not readable. */
enum status journal_verify(const char *path, const struct verify_options *o, struct verify_result *out, struct fault *f);

#endif
