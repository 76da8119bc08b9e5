/* backout declare: "this deploy is bad"; the clock starts. */
#include "config.h"

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_declare(struct cli *c)
{
	struct asking a;
	const char *title = NULL, *onset = NULL, *service;
	asking_begin(&a, c);
	cli_option(c, "--title", &title);
	cli_option(c, "--onset", &onset);
	jw_key(&a.w, "services");
	jw_arr(&a.w);
	while (cli_option(c, "--service", &service))
		jw_str(&a.w, service);
	jw_arr_end(&a.w);
	jw_kstr(&a.w, "title", title);
	if (onset)
		jw_kstr(&a.w, "onset", onset);
	enum status s = cli_done(c, 0, 0);
	if (!s && !c->incident)
		s = need_option(c, "--title", title);
	if (s) {
		buf_release(&a.params);
		return s;
	}
	return asking_end(&a, "declare", "incident");
}
