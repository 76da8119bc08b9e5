/* `backout help keys`: the console's keys as they are for this user. */
#include "config.h"

#include <stdio.h>

#include "tui/keyfile.h"
#include "tui/tui.h"

enum status tui_help_keys(struct cli *c, struct buf *out)
{
	struct keyfile own;
	struct problems p = {0};
	struct bindings b;
	enum status s = STATUS_OK;

	keyfile_load(&own, &p);
	keyfile_apply(&own, NULL, &b, &p);
	keyfile_print(&b, out);
	for (size_t i = 0; i < p.n; i++) {
		const struct problem *x = &p.v[i];
		struct fault f;
		fault_set(&f, STATUS_USAGE, "bad-keys", "%s%s", x->severity == PROBLEM_WARNING ? "warning: " : "", x->what);
		fault_mend(&f, "%s", x->mend);
		fault_where(&f, x->file, x->line, x->column);
		cli_fail(c, STATUS_USAGE, &f);
	}
	if (p.errors)
		s = STATUS_USAGE;
	problems_release(&p);
	return s;
}
