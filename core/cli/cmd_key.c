/* backout cancel, resolve, veto: what is done to an action that has a key. */
#include "config.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_cancel(struct cli *c)
{
	struct asking a;
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "key", c->argv[1]);
	return asking_end(&a, "cancel", NULL);
}

enum status cmd_veto(struct cli *c)
{
	struct asking a;
	enum status s = cli_done(c, 0, 1);
	if (s)
		return s;
	asking_begin(&a, c);
	if (c->argc > 1)
		jw_kstr(&a.w, "key", c->argv[1]);
	return asking_end(&a, "veto", NULL);
}

enum status cmd_resolve(struct cli *c)
{
	struct asking a;
	struct fault f;
	const char *reason = NULL;
	cli_option(c, "--reason", &reason);
	enum status s = cli_done(c, 2, 2);
	if (!s)
		s = need_option(c, "--reason", reason);
	if (s)
		return s;
	if (strcmp(c->argv[2], "done") && strcmp(c->argv[2], "failed")) {
		fault_set(&f, STATUS_USAGE, "bad-words", "an outcome is done or failed, not %s", c->argv[2]);
		fault_mend(&f, "it is called so: backout resolve KEY done|failed --reason T");
		return cli_fail(c, STATUS_USAGE, &f);
	}
	asking_begin(&a, c);
	jw_kstr(&a.w, "key", c->argv[1]);
	jw_kstr(&a.w, "outcome", c->argv[2]);
	jw_kstr(&a.w, "reason", reason);
	return asking_end(&a, "resolve", NULL);
}
