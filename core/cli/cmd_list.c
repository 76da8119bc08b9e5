/* backout list: the incidents of the store, newest first. */
#include "config.h"

#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "report/report.h"

enum status cmd_list(struct cli *c)
{
	struct reading r;
	struct fault f;
	struct buf b;
	enum status s = cli_done(c, 0, 0);
	if (s != STATUS_OK)
		return s;
	s = reading_open(c, &r, &f);
	if (s != STATUS_OK)
		return cli_fail(c, s, &f);
	buf_init(&b, (size_t)1 << 28);
	if (c->json) {
		report_list_json(r.m, &r.now, &b);
		json_out(&b);
	} else {
		report_list_text(r.m, &r.now, &b);
		cli_out(&b);
	}
	buf_release(&b);
	reading_close(&r);
	return STATUS_OK;
}
