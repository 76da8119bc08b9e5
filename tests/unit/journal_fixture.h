/* What the journal's unit tests share: a fresh directory and store for each
 * test, and the short form of an append.  Included by the tests of journal and
 * feed alone. */
#ifndef TESTS_JOURNAL_FIXTURE_H
#define TESTS_JOURNAL_FIXTURE_H

#include "journal/journal.h"
#include "tests/unit/cm.h"

extern struct now now;
extern char dir[200], path[240]; /* of this test; the store is not made yet */

void add(struct drafts *ds, enum event_kind kind, const char *incident, const char *body);
struct journal *create(void);
enum status append(struct journal *j, enum event_kind kind, const char *body, struct fault *f);
int setup(void **state);
int teardown(void **state);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
