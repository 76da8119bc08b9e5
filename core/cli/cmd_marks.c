/* backout pin, unpin, freeze, unfreeze: marks on a service. */
#include "config.h"

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_pin(struct cli *c)
{
	struct asking a;
	const char *reason = NULL;
	cli_option(c, "--reason", &reason);
	enum status s = cli_done(c, 2, 2);
	if (!s)
		s = need_option(c, "--reason", reason);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "service", c->argv[1]);
	jw_kstr(&a.w, "version", c->argv[2]);
	jw_kstr(&a.w, "reason", reason);
	return asking_end(&a, c->argv[0], NULL);
}

enum status cmd_freeze(struct cli *c)
{
	struct asking a;
	const char *reason = NULL;
	cli_option(c, "--reason", &reason);
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "service", c->argv[1]);
	jw_kstr(&a.w, "reason", reason ? reason : "");
	return asking_end(&a, c->argv[0], "key");
}
