/* The fixture of the journal's unit tests. */
#include "config.h"

#include "tests/unit/journal_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct now now = {.at = 1700000000000000, .mono = 77, .boot = "0d4b1e3c-0000-4000-8000-000000000001"};
char dir[200], path[240];

void add(struct drafts *ds, enum event_kind kind, const char *incident, const char *body)
{
	buf_adds(&drafts_add(ds, kind, incident, "maya")->body, body);
}

struct journal *create(void)
{
	struct journal *j;
	struct fault f;
	if (journal_create(path, "kit", "production", "test", &now, &j, &f) != STATUS_OK)
		fail_msg("%s", f.what);
	return j;
}

enum status append(struct journal *j, enum event_kind kind, const char *body, struct fault *f)
{
	struct drafts ds = {0};
	int64_t first;
	add(&ds, kind, "INC-1", body);
	enum status s = journal_append(j, ds.v, ds.n, &now, &first, f);
	drafts_release(&ds);
	return s;
}

/* A fresh directory for each test. */
int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "%s/journal-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof path, "%s/kit/journal.db", dir);
	return 0;
}

int teardown(void **state)
{
	char command[300];
	(void)state;
	static const char *const names[] = {"kit/journal.db", "kit/journal.db-wal", "kit/journal.db-shm", "kit/copy.db", "kit/copy.db-wal",
		"kit/copy.db-shm", "kit/anchors", "kit", ""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(command, sizeof command, "%s/%s", dir, names[i]);
		(void)remove(command);
	}
	return 0;
}
