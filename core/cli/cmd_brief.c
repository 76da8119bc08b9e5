/* backout brief [INCIDENT]: ten lines to read out or to paste. */
#include "config.h"

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "report/report.h"

/* The same lines as an array of strings. */
static void print_json(const struct buf *text)
{
	struct buf b;
	struct jw w;
	buf_init(&b, 1 << 16);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "lines");
	jw_arr(&w);
	for (const char *s = buf_str(text), *end = s + text->len; s < end;) {
		const char *nl = s;
		while (nl < end && *nl != '\n')
			nl++;
		jw_strn(&w, s, (size_t)(nl - s));
		s = nl + 1;
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	json_out(&b);
	buf_release(&b);
}

enum status cmd_brief(struct cli *c)
{
	struct reading r;
	struct buf b;
	const struct model_incident *i;
	enum status s = reading_begin(c, &r, &i);
	if (s)
		return s;
	buf_init(&b, 1 << 16);
	report_brief(r.m, i, &r.now, &b);
	if (c->json)
		print_json(&b);
	else
		cli_out(&b);
	buf_release(&b);
	reading_close(&r);
	return STATUS_OK;
}

void cli_brief(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out)
{
	report_brief(m, i, now, out);
}
