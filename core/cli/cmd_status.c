/* backout status: one line for a prompt or tmux.  Starts no engine. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "report/report.h"

static enum status read_format(const struct cli *c, const char **format, struct fault *f)
{
	if (c->json)
		*format = "json";
	if (!strcmp(*format, "line") || !strcmp(*format, "tmux") || !strcmp(*format, "json"))
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "bad-format", "status knows no format %s", *format);
	fault_mend(f, "it knows line, tmux and json");
	return STATUS_USAGE;
}

/* A status line shows what is printed and nothing else: what is wrong is printed there, too. */
static enum status no_status(const struct cli *c, const char *format, enum status s, const struct fault *f)
{
	struct buf b;
	if (!strcmp(format, "tmux")) {
		buf_init(&b, 4096);
		buf_adds(&b, "backout: ");
		report_tmux(f->what, &b);
		buf_addc(&b, '\n');
		cli_out(&b);
		buf_release(&b);
	}
	return cli_fail(c, s, f);
}

enum status cmd_status(struct cli *c)
{
	struct json *status = NULL;
	struct fault f;
	struct buf b;
	const char *format = "line";
	cli_option(c, "--format", &format);
	enum status s = cli_done(c, 0, 0);
	if (s != STATUS_OK)
		return s;
	s = read_format(c, &format, &f);
	if (s == STATUS_OK)
		s = reading_status(c, &status, &f);
	if (s != STATUS_OK)
		return no_status(c, format, s, &f);
	if (!strcmp(format, "tmux") && getenv("NO_COLOR") && *getenv("NO_COLOR"))
		format = "tmux-plain";
	buf_init(&b, (size_t)32 << 20);
	report_status(status, format, &b);
	if (!strcmp(format, "json"))
		json_out(&b);
	else
		cli_out(&b);
	buf_release(&b);
	json_free(status);
	return STATUS_OK;
}
