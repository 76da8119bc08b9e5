/* backout show INCIDENT: one incident, whole. */
#include "config.h"

#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "report/report.h"

static enum status nothing_to_show(const struct reading *r, struct fault *f)
{
	if (r->m->incidents.n)
		fault_set(f, STATUS_USAGE, "which-incident", "no incident is open and none was named");
	else
		fault_set(f, STATUS_USAGE, "no-incident", "this store has no incident yet");
	fault_mend(f, "`backout list` names what there is");
	return STATUS_USAGE;
}

static void print(const struct cli *c, const struct reading *r, const struct model_incident *i)
{
	struct buf b;
	buf_init(&b, (size_t)1 << 24);
	if (c->json) {
		report_incident_json(r->m, i, true, &r->now, &b);
		json_out(&b);
	} else {
		report_incident_text(r->m, i, &r->now, &b);
		cli_out(&b);
	}
	buf_release(&b);
}

enum status cmd_show(struct cli *c)
{
	struct reading r;
	struct fault f;
	const struct model_incident *i;
	enum status s = reading_begin(c, &r, &i);
	if (s)
		return s;
	if (i)
		print(c, &r, i);
	else
		s = cli_fail(c, nothing_to_show(&r, &f), &f);
	reading_close(&r);
	return s;
}
