/* The power goes after any write, sync, truncate or delete of a journal's life.
 * What was synced is on the disk; of the rest each 512-byte sector is there, is
 * missing or is torn.  What must hold in every such state: the store opens, it
 * is whole, and no acknowledged event is missing.  With synchronous=NORMAL it
 * must not hold: the test says so of itself.
 *   journal_powercut [STATES [SEED]] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/store.h"
#include "tests/crash/shimvfs.h"

#define SECTOR 512
#define FILES 4
#define FILE_MAX ((size_t)1 << 20)

static struct now now = {.at = 1700000000000000, .mono = 7, .boot = "boot"};
static char dir[200], path[240];
static unsigned long long rng;

static unsigned rnd(unsigned below)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(rng >> 33) % below;
}

/* ---- a life that is recorded ------------------------------------------------ */

static void die(const char *what)
{
	fprintf(stderr, "journal_powercut: %s\n", what);
	exit(1);
}

static void remove_files(const char *prefix)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char name[300];
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof name, "%s%s", prefix, suffixes[i]);
		(void)unlink(name);
	}
}

static struct journal *open_store(bool normal)
{
	struct journal *j;
	struct fault f;
	if (journal_create(path, "kit", "production", "test", &now, &j, &f) != STATUS_OK)
		die(f.what);
	if (normal)
		sqlite3_exec(j->db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
	shim_mark(journal_head(j, NULL));
	return j;
}

static void append(struct journal *j, unsigned n)
{
	struct drafts ds = {0};
	struct fault f;
	int64_t first;
	for (unsigned i = 0; i < n; i++)
		buf_addf(&drafts_add(&ds, EVENT_RUBRIC, "INC-1", "engine")->body, "{\"text\":\"%0*u\"}", 1 + (int)rnd(900), rnd(1000));
	if (journal_append(j, ds.v, ds.n, &now, &first, &f) != STATUS_OK)
		die(f.what);
	drafts_release(&ds);
	shim_mark(journal_head(j, NULL));
}

/* Appends, checkpoints under way, a restart, a log that begins anew. */
static void live(bool normal)
{
	remove_files(path);
	shim_forget();
	memset(&shim, 0, sizeof shim);
	shim.record = true;
	shim_install();
	struct journal *j = open_store(normal);
	for (int i = 0; i < 40; i++) {
		append(j, i % 5 == 4 ? 12 : 1);
		if (i % 9 == 7)
			journal_checkpoint(j);
		if (i % 15 == 13) {
			journal_close(j);
			j = open_store(normal);
		}
	}
	journal_close(j);
	shim_remove();
	shim.record = false;
}

/* ---- the disk after the cut --------------------------------------------------- */

struct image {
	char name[32];
	bool there;
	unsigned char *bytes;
	size_t len;
	size_t synced;         /* ops before this index are on the disk */
};

static struct image images[FILES];

static struct image *image_of(const char *name)
{
	for (int i = 0; i < FILES; i++)
		if (!*images[i].name || strcmp(images[i].name, name) == 0) {
			memcpy(images[i].name, name, sizeof images[i].name);
			return &images[i];
		}
	die("more files than expected");
	return NULL;
}

static void put(struct image *m, size_t at, const unsigned char *data, size_t len)
{
	if (at + len > FILE_MAX)
		die("a file grew too large");
	if (at > m->len)
		memset(m->bytes + m->len, 0, at - m->len);
	memcpy(m->bytes + at, data, len);
	if (at + len > m->len)
		m->len = at + len;
}

/* A write that no sync settled: sector by sector there, not there, or torn. keep: of 8. */
static void put_torn(struct image *m, const struct shim_op *op, unsigned keep)
{
	unsigned char torn[SECTOR];
	for (size_t at = 0; at < op->len;) {
		size_t n = SECTOR - ((size_t)op->offset + at) % SECTOR;
		n = n > op->len - at ? op->len - at : n;
		if (rnd(8) < keep) {
			put(m, (size_t)op->offset + at, op->data + at, n);
		} else if (rnd(16) == 0) {
			for (size_t i = 0; i < n; i++)
				torn[i] = (unsigned char)rnd(256);
			put(m, (size_t)op->offset + at, torn, n);
		}
		at += n;
	}
}

static void truncate_image(struct image *m, size_t len)
{
	if (len > m->len)
		memset(m->bytes + m->len, 0, len - m->len);
	m->len = len;
}

/* Where each file's last sync before the cut stands. A delete or a sync of any file settles deletes before it. */
static void find_syncs(size_t cut)
{
	for (int i = 0; i < FILES; i++) {
		images[i].there = false;
		images[i].len = images[i].synced = 0;
		memset(images[i].name, 0, sizeof images[i].name);
	}
	for (size_t i = 0; i < cut; i++)
		if (shim.ops[i].kind == SHIM_SYNC)
			image_of(shim.ops[i].name)->synced = i;
}

static size_t last_sync(void)
{
	size_t last = 0;
	for (int i = 0; i < FILES; i++)
		last = images[i].synced > last ? images[i].synced : last;
	return last;
}

static void apply(size_t i, unsigned keep, size_t settled)
{
	const struct shim_op *op = &shim.ops[i];
	if (op->kind == SHIM_MARK || op->kind == SHIM_SYNC)
		return;
	struct image *m = image_of(op->name);
	bool sure = i < m->synced;
	if (op->kind == SHIM_DELETE) {
		if (i < settled || rnd(2)) {
			m->there = false;
			m->len = 0;
		}
		return;
	}
	m->there = true;
	if (op->kind == SHIM_TRUNCATE) {
		if (sure || rnd(2))
			truncate_image(m, (size_t)op->offset);
	} else if (sure) {
		put(m, (size_t)op->offset, op->data, op->len);
	} else {
		put_torn(m, op, keep);
	}
}

/* Lay the state after ops [0, cut) out as files; returns the newest acknowledged seq. */
static int64_t lay_out(size_t cut, const char *prefix)
{
	static const unsigned keeps[] = {0, 4, 7, 8};
	unsigned keep = keeps[rnd(4)];
	int64_t acked = 0;
	char name[300];
	find_syncs(cut);
	size_t settled = last_sync();
	for (size_t i = 0; i < cut; i++) {
		apply(i, keep, settled);
		if (shim.ops[i].kind == SHIM_MARK)
			acked = shim.ops[i].offset;
	}
	remove_files(prefix);
	for (int i = 0; i < FILES; i++) {
		if (!images[i].there)
			continue;
		(void)snprintf(name, sizeof name, "%s%s", prefix, images[i].name + strlen("journal.db"));
		FILE *out = fopen(name, "wb");
		if (!out || fwrite(images[i].bytes, 1, images[i].len, out) != images[i].len || fclose(out) != 0)
			die("cannot write a state");
	}
	return acked;
}

/* ---- does it hold? -------------------------------------------------------------- */

struct tally {
	long states, lost, damaged, closed;
};

static void judge(size_t cut, struct tally *t)
{
	char state[240], what[600] = "";
	struct journal *j;
	struct fault f;
	struct verify_result r;
	(void)snprintf(state, sizeof state, "%s/state.db", dir);
	int64_t acked = lay_out(cut, state);
	t->states++;
	if (journal_create(state, "kit", "production", "test", &now, &j, &f) != STATUS_OK) {
		t->closed++;
		(void)snprintf(what, sizeof what, "it does not open: %s", f.what);
	} else {
		int64_t head = journal_head(j, NULL);
		journal_close(j);
		if (journal_verify(state, NULL, &r, &f) != STATUS_OK) {
			t->damaged++;
			(void)snprintf(what, sizeof what, "damaged: %s", r.bad_what);
		} else if (head < acked) {
			t->lost++;
			(void)snprintf(what, sizeof what, "%lld was acknowledged, %lld is there", (long long)acked, (long long)head);
		}
	}
	if (*what && getenv("VERBOSE"))
		fprintf(stderr, "cut %zu: %s\n", cut, what);
}

static struct tally run(bool normal, long states)
{
	struct tally t = {0};
	live(normal);
	/* every point at least once, then some at random */
	for (size_t cut = 1; cut <= shim.n_ops && t.states < states; cut++)
		judge(cut, &t);
	while (t.states < states)
		judge(1 + rnd((unsigned)shim.n_ops), &t);
	printf("journal_powercut: synchronous=%s, %zu calls, %ld states: %ld lost, %ld damaged, %ld not to be opened\n",
		normal ? "NORMAL" : "FULL", shim.n_ops, t.states, t.lost, t.damaged, t.closed);
	return t;
}

int main(int argc, char **argv)
{
	const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	long states = argc > 1 ? strtol(argv[1], NULL, 10) : getenv("BACKOUT_MUTANT") ? 1000 : 3000;
	rng = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	(void)snprintf(dir, sizeof dir, "%s/journal-powercut-XXXXXX", tmp);
	if (!mkdtemp(dir))
		return 77;
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	for (int i = 0; i < FILES; i++)
		images[i].bytes = mem_new(FILE_MAX);
	struct tally full = run(false, states), normal = run(true, states / 4);
	bool ok = !full.lost && !full.damaged && !full.closed;
	if (!normal.lost) {
		printf("journal_powercut: NORMAL lost nothing, so this test shows nothing\n");
		ok = false;
	}
	shim_forget();
	for (int i = 0; i < FILES; i++)
		free(images[i].bytes);
	remove_files(path);
	(void)snprintf(path, sizeof path, "%s/state.db", dir);
	remove_files(path);
	(void)rmdir(dir);
	return !ok;
}
