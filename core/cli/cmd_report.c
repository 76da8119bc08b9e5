/* backout report SIGNAL: what only a person knows. */
#include "config.h"

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_report(struct cli *c)
{
	struct asking a;
	const char *service = NULL, *note = NULL;
	bool gone = cli_option(c, "--gone", NULL);
	cli_option(c, "--service", &service);
	cli_option(c, "--note", &note);
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "signal", c->argv[1]);
	if (service)
		jw_kstr(&a.w, "service", service);
	if (note)
		jw_kstr(&a.w, "note", note);
	if (gone)
		jw_kbool(&a.w, "gone", true);
	return asking_end(&a, "report", NULL);
}
