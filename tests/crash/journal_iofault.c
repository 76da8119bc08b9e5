/* Every write, sync, open, truncate and delete of a scenario failing once, in
 * every way, and the disk full for a while.  What must hold: an append that
 * said OK is there, one that said OUTSIDE is not, UNKNOWN is settled for good
 * by journal_recover, and the journal goes on without a restart. */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "journal/journal.h"
#include "tests/crash/shimvfs.h"

#define APPENDS 9
#define TRIES 40

static struct now now = {.at = 1700000000000000, .mono = 7, .boot = "boot"};
static char dir[200], path[240];
static int64_t ids[APPENDS * TRIES * 3]; /* "id" of each event that must be there, from seq 2 on */
static int64_t n_ids, next_id;
static int failures;
static long long unknowns, landed_count;
static bool with_reader;             /* somebody looks on all the time: the log is never removed by a close */
static struct journal *reader;

static void wrong(const char *what, const char *more)
{
	fprintf(stderr, "journal_iofault: call %lld, way %d: %s%s%s\n", (long long)shim.from, (int)shim.how, what, more ? ": " : "", more ? more : "");
	failures++;
}

static void copy_file(const char *suffix)
{
	char from[300], to[300], bytes[65536];
	(void)snprintf(from, sizeof from, "%s%s", path, suffix);
	(void)snprintf(to, sizeof to, "%s/copy.db%s", dir, suffix);
	(void)unlink(to);
	FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
	for (size_t n; out && (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
		(void)fwrite(bytes, 1, n, out);
	if (out)
		fclose(out);
	if (in)
		fclose(in);
}

/* The events of the store at p are event 1 and exactly ids. */
static void compare(const char *p, const char *when)
{
	struct journal *j;
	struct journal_cursor *c;
	struct event e;
	struct fault f;
	char got[64], want[64];
	int64_t n = 0;
	if (journal_open_read(p, &j, &f) != STATUS_OK) {
		wrong(when, f.what);
		return;
	}
	if (journal_from(j, 2, &c, &f) == STATUS_OK) {
		for (; journal_step(c, &e, &f) == STATUS_OK; n++) {
			(void)snprintf(want, sizeof want, "{\"id\":%lld}", n < n_ids ? (long long)ids[n] : -1LL);
			(void)snprintf(got, sizeof got, "%.60s", e.body);
			if (strcmp(got, want) != 0) {
				wrong(when, got);
				break;
			}
		}
		journal_cursor_free(c);
	}
	journal_close(j);
	if (n < n_ids)
		wrong(when, "an event is lost");
	struct verify_result r;
	if (journal_verify(p, NULL, &r, &f) != STATUS_OK)
		wrong(when, r.bad_what);
}

/* What a power cut right now would leave, if the disk has all that was written: the same events. */
static void compare_cut(void)
{
	char shm[300];
	(void)snprintf(shm, sizeof shm, "%s/copy.db-shm", dir);
	(void)unlink(shm);
	copy_file("");
	copy_file("-wal");
	(void)snprintf(shm, sizeof shm, "%s/copy.db", dir);
	compare(shm, "after an error, what became of it, and a power cut");
}

/* Faults pause while we look. */
static void look(void (*at)(void))
{
	struct shim keep = shim;
	shim_remove();
	at();
	shim_install();
	shim = keep;
}

static bool settle(struct journal *j)
{
	struct fault f;
	bool landed = false;
	unknowns++;
	for (int i = 0; i < TRIES; i++)
		if (journal_recover(j, &landed, &f) == STATUS_OK) {
			landed_count += landed;
			return landed;
		}
	wrong("recover never came back", f.what);
	return false;
}

/* Group of n events; again until it is in. */
static void append(struct journal *j, int n)
{
	struct fault f;
	for (int tries = 0; tries < TRIES; tries++) {
		struct drafts ds = {0};
		int64_t first, from = next_id;
		for (int i = 0; i < n; i++)
			buf_addf(&drafts_add(&ds, EVENT_RUBRIC, NULL, "engine")->body, "{\"id\":%lld}", (long long)next_id++);
		enum status s = journal_append(j, ds.v, ds.n, &now, &first, &f);
		bool in = s == STATUS_OK;
		if (s == STATUS_UNKNOWN)
			in = settle(j);
		else if (s != STATUS_OK && s != STATUS_OUTSIDE)
			wrong("append said something else", f.what);
		drafts_release(&ds);
		for (int64_t id = from; in && id < next_id; id++)
			ids[n_ids++] = id;
		if (s != STATUS_OK)
			look(compare_cut);
		if (in)
			return;
		if (!*f.what || strstr(f.what, "unknown error"))
			wrong("no cause is named", f.what);
	}
	wrong("the journal did not go on", f.what);
}

static struct journal *open_again(void)
{
	struct journal *j = NULL;
	struct fault f;
	for (int i = 0; i < TRIES; i++)
		if (journal_create(path, "kit", "production", "test", &now, &j, &f) == STATUS_OK)
			return j;
	wrong("the journal cannot be opened", f.what);
	return NULL;
}

static void open_reader(void)
{
	struct fault f;
	if (with_reader && journal_open_read(path, &reader, &f) != STATUS_OK)
		wrong("no reader", f.what);
}

static void remove_all(void)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db-journal", "copy.db", "copy.db-wal", "copy.db-shm"};
	char name[300];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(name, sizeof name, "%s/%s", dir, names[i]);
		(void)unlink(name);
	}
}

static void scenario(void)
{
	n_ids = next_id = 0;
	remove_all();
	struct journal *j = open_again();
	look(open_reader);
	for (int i = 0; j && i < APPENDS; i++) {
		append(j, i % 3 == 2 ? 60 : 1);
		if (i == 3 || i == 6)
			journal_checkpoint(j);
		if (i == 4) {
			journal_close(j);
			j = open_again();
		}
	}
	journal_close(j);
	shim_remove();
	journal_close(reader);
	reader = NULL;
	compare(path, "at the end");
	shim_install();
}

/* The n-th call and the next count-1 fail, for every n there is. */
static int64_t loop(enum shim_fault how, int64_t count, int64_t step)
{
	int64_t n = 1;
	for (; failures < 10; n += step) {
		memset(&shim, 0, sizeof shim);
		shim.from = n;
		shim.count = count;
		shim.how = how;
		scenario();
		if (!shim.failed)
			break;
	}
	return n;
}

/* A real full disk, where we may mount one. */
static void full_disk(void)
{
	struct fault f;
	struct journal *j;
	int64_t first;
	char ballast[240];
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("none", dir, "tmpfs", 0, "size=400k") != 0) {
		printf("journal_iofault: no full disk (it takes root)\n");
		return;
	}
	n_ids = next_id = 0;
	(void)snprintf(ballast, sizeof ballast, "%s/ballast", dir);
	j = open_again();
	append(j, 1);
	FILE *out = fopen(ballast, "wb");
	char bytes[4096] = {1};
	while (out && fwrite(bytes, 1, sizeof bytes, out) == sizeof bytes && fflush(out) == 0)
		;
	if (out)
		fclose(out);
	bool full = false;
	for (int i = 0; i < 200 && !full; i++) {
		struct drafts ds = {0};
		buf_addf(&drafts_add(&ds, EVENT_RUBRIC, NULL, "engine")->body, "{\"id\":%lld}", (long long)next_id);
		enum status s = journal_append(j, ds.v, 1, &now, &first, &f);
		bool landed = s == STATUS_OK;
		drafts_release(&ds);
		full = s != STATUS_OK;
		if (full && !strstr(f.what, "disk is full"))
			wrong("the cause is not named", f.what);
		if (s == STATUS_UNKNOWN && journal_recover(j, &landed, &f) != STATUS_OK) {
			(void)unlink(ballast);
			landed = settle(j);
		}
		if (landed)
			ids[n_ids++] = next_id;
		next_id++;
	}
	(void)unlink(ballast);
	if (!full)
		wrong("the disk was never full", NULL);
	append(j, 20);
	journal_close(j);
	compare(path, "after the full disk");
	(void)umount(dir);
}

int main(void)
{
	const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	int64_t calls = 0;
	(void)snprintf(dir, sizeof dir, "%s/journal-iofault-XXXXXX", tmp);
	if (!mkdtemp(dir))
		return 77;
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	shim_install();
	for (int how = 0; how < 2 * SHIM_FAULTS; how++) {
		with_reader = how >= SHIM_FAULTS;
		calls = loop((enum shim_fault)(how % SHIM_FAULTS), 1, 1);
	}
	for (int how = 0; how < 2 * SHIM_FAULTS; how++) { /* a disk that stays ill, or full, for a while */
		with_reader = how >= SHIM_FAULTS;
		(void)loop((enum shim_fault)(how % SHIM_FAULTS), 7, 3);
	}
	memset(&shim, 0, sizeof shim);
	shim_remove();
	remove_all();
	full_disk();
	remove_all();
	(void)rmdir(dir);
	printf("journal_iofault: %lld calls, each failed in %d ways; %lld commits unknown, %lld of them had landed; %d failures\n",
		(long long)calls - 1, SHIM_FAULTS, unknowns, landed_count, failures);
	return failures != 0;
}
