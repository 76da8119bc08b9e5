/* Rows of a journal as a stranger may have written them: any type in any
 * column, any bytes, and heads.  Nothing crashes; what reads back as an event
 * prints as a JSON line, and what the scan calls whole has a right chain.
 * Input: rows of ten columns, each a type byte, a length byte and its bytes;
 * with the first byte odd, digests and chain are made right afterwards. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "journal/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sqlite3 *db;
static sqlite3_stmt *insert, *clear, *all, *fix;

static sqlite3_stmt *prepare(const char *sql)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		abort();
	return st;
}

static void set_up(void)
{
	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		sqlite3_exec(db, "CREATE TABLE event(seq INTEGER PRIMARY KEY,at,boot,mono,incident,kind,actor,body,body_sha,chain)", 0, 0, 0) != SQLITE_OK)
		abort();
	insert = prepare("INSERT OR IGNORE INTO event VALUES(?,?,?,?,?,?,?,?,?,?)");
	clear = prepare("DELETE FROM event");
	all = prepare("SELECT " STORE_COLUMNS " FROM event ORDER BY seq");
	fix = prepare("UPDATE event SET body_sha=?2, chain=?3 WHERE seq=?1");
}

struct input {
	const uint8_t *p;
	size_t left;
};

static unsigned next(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

static void bind_column(struct input *in, int column, int64_t seq)
{
	unsigned type = next(in) % 6;
	size_t len = next(in);
	len = len > in->left ? in->left : len;
	const char *bytes = (const char *)in->p;
	in->p += len;
	in->left -= len;
	if (column == 1)
		sqlite3_bind_int64(insert, 1, type == 0 ? (int64_t)len - 3 : seq);
	else if (type == 0)
		sqlite3_bind_null(insert, column);
	else if (type == 1)
		sqlite3_bind_int64(insert, column, (int64_t)len * INT64_C(72057594037927936));
	else if (type == 2)
		sqlite3_bind_double(insert, column, (double)len / 3);
	else if (type == 3)
		sqlite3_bind_blob(insert, column, bytes, (int)len, SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(insert, column, bytes, (int)len, SQLITE_TRANSIENT);
}

static void rechain(void)
{
	unsigned char prev[SHA_LEN] = {0};
	struct event e;
	const char *what;
	for (sqlite3_reset(all); sqlite3_step(all) == SQLITE_ROW;) {
		(void)store_row(all, &e, &what);
		if (!e.boot || !e.kind || !e.actor)
			break;
		sha256(e.body ? e.body : "", e.body_len, e.body_sha);
		event_chain(prev, &e, prev);
		sqlite3_reset(fix);
		sqlite3_bind_int64(fix, 1, e.seq);
		sqlite3_bind_blob(fix, 2, e.body_sha, SHA_LEN, SQLITE_TRANSIENT);
		sqlite3_bind_blob(fix, 3, prev, SHA_LEN, SQLITE_TRANSIENT);
		sqlite3_step(fix);
		sqlite3_reset(fix);
	}
	sqlite3_reset(all);
}

static void print_all(void)
{
	struct event e;
	const char *what;
	struct buf line;
	struct json *v = NULL;
	for (sqlite3_reset(all); sqlite3_step(all) == SQLITE_ROW;) {
		enum json_type type;
		if (!store_row(all, &e, &what))
			continue;
		if (e.body && json_check(e.body, e.body_len, JSON_LINE_MAX, &type, NULL) != STATUS_OK)
			e.body = NULL;
		buf_init(&line, 8 * JSON_LINE_MAX);
		event_print(&e, 1, &line);
		if (json_parse(buf_str(&line), line.len, 8 * JSON_LINE_MAX, &v, NULL) != STATUS_OK)
			abort();
		json_free(v);
		buf_release(&line);
	}
	sqlite3_reset(all);
}

static void try_head(const uint8_t *data, size_t size)
{
	struct head h;
	bool torn;
	char *line = mem_strn((const char *)data, size);
	if (head_parse(line, &h, &torn) && (torn || h.seq < 1 || strlen(h.id) != 32))
		abort();
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	if (!db)
		set_up();
	try_head(data, size);
	bool right = next(&in) & 1;
	for (int64_t seq = 1; in.left && seq <= 8; seq++) {
		for (int c = 1; c <= 10; c++)
			bind_column(&in, c, seq);
		sqlite3_step(insert);
		sqlite3_reset(insert);
	}
	if (right)
		rechain();
	struct scan s = {.path = "fuzz", .db = db, .lo = 1, .hi = INT64_MAX, .deep = true};
	scan_run(&s);
	scan_release(&s);
	print_all();
	sqlite3_step(clear);
	sqlite3_reset(clear);
	return 0;
}
