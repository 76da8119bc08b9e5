/* backout freeze: the mark, and then the backend's own freeze. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/fire.h"
#include "cli/session.h"

/* The backend's own freeze, where the service has such an action: fired like any other, letters included. */
static enum status freeze_backend(struct fire *f, const struct json *result)
{
	const char *action = json_get_str(result, "action", NULL);
	char name[80];
	if (!action)
		return STATUS_OK;
	if (!f->yes && (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))) {
		fprintf(stderr, "the mark stands: nothing acts by itself on it.  The backend is frozen by\n"
			"  backout fire %s --reason T   (three letters on a terminal, or --yes)\n", text_safe(name, sizeof name, action));
		return STATUS_OK;
	}
	f->service = json_get_str(result, "service", NULL);
	return fire_one(f, action);
}

static enum status freeze(struct fire *f, const char *service)
{
	struct fault fault;
	struct json *result = NULL;
	struct buf b;
	struct jw w;
	enum status s = session_open(&f->s, f->c, true, &fault);
	buf_init(&b, 16384);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "service", service);
	jw_kstr(&w, "reason", f->reason ? f->reason : "");
	jw_obj_end(&w);
	if (!s)
		s = session_ask(&f->s, "freeze", buf_str(&b), &result, &fault);
	if (s)
		cli_fail(f->c, s, &fault);
	else
		s = freeze_backend(f, result);
	json_free(result);
	buf_release(&b);
	session_close(&f->s);
	return s;
}

enum status cmd_freeze(struct cli *c)
{
	struct fire f = {.c = c, .reason = "freeze"};
	cli_option(c, "--reason", &f.reason);
	f.yes = cli_option(c, "--yes", NULL);
	enum status s = cli_done(c, 1, 1);
	return s ? s : freeze(&f, c->argv[1]);
}
