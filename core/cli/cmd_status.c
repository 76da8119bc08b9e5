/* backout status: one line for a prompt or tmux.  Starts no engine. */
#include "config.h"

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
		return cli_fail(c, s, &f);
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
