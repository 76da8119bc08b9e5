/* Heads that left the box, held against a store: what a chain alone cannot
 * show, a cut tail, a rewritten whole, an older copy. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/scan.h"

#define LINE_MAX_BYTES 65536

bool head_parse(const char *line, struct head *out, bool *out_torn)
{
	static const char mark[] = "backout/head/1 ";
	char hex[SHA_HEX];
	int64_t at;
	const char *p = strstr(line, mark);
	memset(out, 0, sizeof *out);
	*out_torn = p != NULL;
	if (!p || sscanf(p + sizeof mark - 1, "%32[0-9a-f] %18" SCNd64 " %64[0-9a-f] %32[0-9TZ:.+-]", out->id, &out->seq, hex, out->when) != 4)
		return false;
	bool ok = strlen(out->id) == 32 && out->seq >= 1 && hex_parse(hex, out->chain, SHA_LEN) && instant_parse(out->when, &at);
	*out_torn = !ok;
	return ok;
}

/* One pass over the heads: what held last, and the first that did not. */
struct pass {
	sqlite3_stmt *st;        /* chain of a seq */
	const struct store_id *id;
	int64_t last;
	int64_t good;            /* largest seq whose head holds */
	struct head cut, other;  /* smallest seq beyond the end; smallest that is another event; seq 0: none */
	int foreign;             /* heads of other stores */
	struct verify_result *out;
};

static void hold(struct pass *p, const struct head *h)
{
	if (strcmp(h->id, p->id->id) != 0) {
		p->foreign++;
		return;
	}
	p->out->anchors_checked++;
	if (h->seq > p->last) {
		p->out->anchors_behind++;
		if (!p->cut.seq || h->seq < p->cut.seq)
			p->cut = *h;
		return;
	}
	sqlite3_reset(p->st);
	sqlite3_bind_int64(p->st, 1, h->seq);
	bool same = sqlite3_step(p->st) == SQLITE_ROW && sqlite3_column_bytes(p->st, 0) == SHA_LEN &&
		memcmp(sqlite3_column_blob(p->st, 0), h->chain, SHA_LEN) == 0;
	sqlite3_reset(p->st);
	if (same) {
		p->good = h->seq > p->good ? h->seq : p->good;
		return;
	}
	p->out->anchors_missing++;
	if (!p->other.seq || h->seq < p->other.seq)
		p->other = *h;
}

static enum status hold_file(struct pass *p, const char *path, struct fault *f)
{
	FILE *in = fopen(path, "re");
	if (!in) {
		fault_set(f, STATUS_USAGE, "no-anchors", "cannot read the anchors %s: %s", path, strerror(errno));
		fault_mend(f, "name a file with one head a line");
		return STATUS_USAGE;
	}
	char *line = mem_new(LINE_MAX_BYTES);
	enum status s = STATUS_OK;
	int number = 0, found = 0;
	while (s == STATUS_OK && fgets(line, LINE_MAX_BYTES, in)) {
		struct head h;
		bool torn;
		number++;
		if (head_parse(line, &h, &torn)) {
			found++;
			hold(p, &h);
		} else if (torn) {
			s = fault_set(f, STATUS_USAGE, "bad-anchor", "a head that is not whole: backout/head/1 STORE-ID SEQ CHAIN-HEX RFC3339");
			fault_mend(f, "take the line out, or copy it again from where it came");
			fault_where(f, path, number, 1);
		}
	}
	if (s == STATUS_OK && (ferror(in) || !found)) {
		s = fault_set(f, STATUS_USAGE, "no-anchors", "%s holds no head", path);
		fault_mend(f, "a head reads: backout/head/1 STORE-ID SEQ CHAIN-HEX RFC3339");
	}
	free(line);
	(void)fclose(in);
	return s;
}

static enum status hold_all(struct pass *p, const struct verify_options *o, struct fault *f)
{
	struct head h;
	bool torn;
	if (o->head && !head_parse(o->head, &h, &torn)) {
		fault_set(f, STATUS_USAGE, "bad-head", "--head is not a head");
		fault_mend(f, "a head reads: backout/head/1 STORE-ID SEQ CHAIN-HEX RFC3339");
		return STATUS_USAGE;
	}
	if (o->head)
		hold(p, &h);
	return o->anchors ? hold_file(p, o->anchors, f) : STATUS_OK;
}

/* Put the finding into the result, unless an earlier event is bad already. */
static void conclude(const struct pass *p, const struct verify_options *o)
{
	struct verify_result *r = p->out;
	int64_t seq = 0;
	char what[sizeof r->bad_what] = "";
	if (p->other.seq) {
		seq = p->other.seq;
		(void)snprintf(what, sizeof what, "it is not the event that was anchored at %s: after event %" PRId64
			" the journal was rewritten, or another copy went on", p->other.when, p->good);
	} else if (p->cut.seq) {
		seq = p->last + 1;
		(void)snprintf(what, sizeof what, "it is missing: the journal ends at %" PRId64 ", and event %" PRId64
			" was anchored at %s: its tail was cut, or this is an older copy", p->last, p->cut.seq, p->cut.when);
	} else if (p->foreign && !r->anchors_checked) {
		(void)snprintf(what, sizeof what, "%s another store's: this one is %s",
			o->head && !o->anchors ? "the head is" : "all the anchors are", p->id->id);
	}
	if (!*what || (!r->ok && r->bad_seq && r->bad_seq <= seq))
		return;
	if (!r->ok && !seq)
		return;
	r->ok = false;
	r->bad_seq = seq;
	text_copy(r->bad_what, sizeof r->bad_what, what);
}

enum status anchors_check(sqlite3 *db, const char *path, const struct store_id *id, int64_t last,
	const struct verify_options *o, struct verify_result *out, struct fault *f)
{
	if (!o->head && !o->anchors)
		return STATUS_OK;
	struct pass p = {.id = id, .last = last, .out = out};
	int rc = sqlite3_prepare_v2(db, "SELECT chain FROM event WHERE seq=?", -1, &p.st, NULL);
	if (rc != SQLITE_OK)
		return store_fault(f, STATUS_OUTSIDE, db, rc, "read", path);
	enum status s = hold_all(&p, o, f);
	sqlite3_finalize(p.st);
	if (s == STATUS_OK)
		conclude(&p, o);
	return s;
}
