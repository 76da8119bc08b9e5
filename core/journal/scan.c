/* Checking a range of events. */
#include "config.h"

#include "journal/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* Only the first finding of a range counts. */
static bool bad(struct scan *s, int64_t seq, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool bad(struct scan *s, int64_t seq, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(s->bad_what, sizeof s->bad_what, fmt, ap);
	va_end(ap);
	s->bad_seq = seq;
	return false;
}

static void span_add(struct spans *list, int64_t a, int64_t b)
{
	if (list->n && list->v[list->n - 1].b + 1 == a) {
		list->v[list->n - 1].b = b;
		return;
	}
	struct span *p = vec_push(list);
	p->a = a;
	p->b = b;
}

/* What a `withheld` event names.  It can only name what lies before it. */
static void take_withheld(struct scan *s, const struct event *e)
{
	struct json *body = NULL;
	if (json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	for (const struct json *p = json_first(json_get(body, "seqs")); p; p = json_next(p)) {
		const struct json *first = json_first(p), *second = json_next(first);
		int64_t a = json_int(first, 0), b = json_int(second, 0);
		if (b >= e->seq)
			b = e->seq - 1;
		if (a >= 1 && a <= b) {
			struct span *n = vec_push(&s->named);
			n->a = a;
			n->b = b;
		}
	}
	json_free(body);
}

static bool check_body(struct scan *s, const struct event *e)
{
	unsigned char sha[SHA_LEN];
	if (!e->body) {
		if (!event_kind_salted(event_kind_of(e->kind)))
			return bad(s, e->seq, "its body is gone, and a body of this kind is never withheld");
		s->nulls++;
		span_add(&s->gone, e->seq, e->seq);
		return true;
	}
	sha256(e->body, e->body_len, sha);
	if (memcmp(sha, e->body_sha, SHA_LEN) != 0)
		return bad(s, e->seq, "its body is not the one that was recorded (body_sha does not match)");
	if (strcmp(e->kind, "withheld") == 0)
		take_withheld(s, e);
	if (!s->deep)
		return true;
	struct json *tree = NULL;
	struct fault why;
	if (json_parse(e->body, e->body_len, JSON_KIT_MAX, &tree, &why) != STATUS_OK)
		return bad(s, e->seq, "its body is no body: %.200s", why.what);
	json_free(tree);
	return true;
}

/* Event 1 says whose store it is; nothing else may say so again. */
static bool check_place(struct scan *s, const struct event *e, int64_t expected)
{
	if (e->seq < expected)
		return bad(s, e->seq, "an event numbered %lld stands before event 1", (long long)e->seq);
	if (e->seq > expected)
		return bad(s, expected, "it is missing: after %lld comes %lld", (long long)expected - 1, (long long)e->seq);
	if ((e->seq == 1) != (strcmp(e->kind, "store") == 0))
		return bad(s, e->seq, e->seq == 1 ? "event 1 is not of kind store" : "a second event of kind store");
	return true;
}

static bool check_event(struct scan *s, const struct event *e, int64_t expected, bool have_prev)
{
	unsigned char chain[SHA_LEN];
	if (!check_place(s, e, expected) || !check_body(s, e))
		return false;
	if (have_prev) {
		event_chain(s->chain, e, chain);
		if (memcmp(chain, e->chain, SHA_LEN) != 0)
			return bad(s, e->seq, "it does not follow from the event before it (chain does not match): "
				"it was changed, inserted or moved");
	}
	memcpy(s->chain, e->chain, SHA_LEN);
	s->at = e->at;
	s->events++;
	return true;
}

/* The stored chain before lo. False: not there, so the range that holds it names it. */
static bool load_prev(struct scan *s, int *out_rc)
{
	memset(s->chain, 0, SHA_LEN);
	*out_rc = SQLITE_OK;
	if (s->lo == 1)
		return true;
	sqlite3_stmt *st = NULL;
	bool have = false;
	int rc = sqlite3_prepare_v2(s->db, "SELECT chain FROM event WHERE seq=?", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, s->lo - 1);
		rc = sqlite3_step(st);
		have = rc == SQLITE_ROW && sqlite3_column_bytes(st, 0) == SHA_LEN;
		if (have)
			memcpy(s->chain, sqlite3_column_blob(st, 0), SHA_LEN);
	}
	sqlite3_finalize(st);
	*out_rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
	return have;
}

/* SQLite could not go on: damage of the file is a finding, the rest is a fault. */
static void stopped(struct scan *s, int rc, int64_t expected)
{
	int primary = rc & 0xff;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_TOOBIG || rc == SQLITE_IOERR_SHORT_READ)
		(void)bad(s, expected, "the database file is damaged here: %s", sqlite3_errmsg(s->db));
	else
		s->status = store_fault(&s->fault, STATUS_OUTSIDE, s->db, rc, "read", s->path);
}

static void scan_rows(struct scan *s, sqlite3_stmt *st, bool have_prev)
{
	int64_t expected = s->lo;
	struct event e;
	const char *what;
	int rc;
	sqlite3_bind_int64(st, 1, s->lo == 1 ? INT64_MIN : s->lo);
	sqlite3_bind_int64(st, 2, s->hi);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!store_row(st, &e, &what)) {
			(void)bad(s, e.seq > expected ? expected : e.seq, "%s", e.seq > expected ? "it is missing" : what);
			return;
		}
		if (!check_event(s, &e, expected, have_prev))
			return;
		have_prev = true;
		expected++;
	}
	if (rc != SQLITE_DONE)
		stopped(s, rc, expected);
	else if (expected <= s->hi && s->hi != INT64_MAX)
		(void)bad(s, expected, "it is missing");
}

void scan_run(struct scan *s)
{
	sqlite3 *own = NULL;
	sqlite3_stmt *st = NULL;
	if (!s->db) {
		s->status = store_connect(s->path, false, &own, &s->fault);
		if (s->status != STATUS_OK)
			return;
		s->db = own;
	}
	int rc;
	bool have_prev = load_prev(s, &rc);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(s->db, "SELECT " STORE_COLUMNS " FROM event NOT INDEXED WHERE seq>=? AND seq<=? ORDER BY seq", -1, &st, NULL);
	if (rc == SQLITE_OK)
		scan_rows(s, st, have_prev);
	else
		stopped(s, rc, s->lo);
	sqlite3_finalize(st);
	if (own) {
		sqlite3_close(own);
		s->db = NULL;
	}
}

void scan_release(struct scan *s)
{
	vec_release(&s->gone);
	vec_release(&s->named);
}
