/* backout changes [SERVICE] [--since D]: what went live, newest first. */
#include "config.h"

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "report/report.h"

/* "2h" counts back from now; a time stands for itself; nothing is the last 24 hours. */
static enum status read_since(const char *word, const struct now *now, int64_t *out, struct fault *f)
{
	int64_t d = US_DAY;
	if (word && instant_parse(word, out))
		return STATUS_OK;
	if (!word || duration_parse(word, &d)) {
		*out = now->at - d;
		return STATUS_OK;
	}
	fault_set(f, STATUS_USAGE, "bad-since", "%s is neither a duration nor a time", word);
	fault_mend(f, "write --since 2h, or --since 2026-11-21T02:00:00Z");
	return STATUS_USAGE;
}

static enum status known_service(const struct model *m, const char *service, struct fault *f)
{
	if (!service || !m->kit || kit_service(m->kit, service))
		return STATUS_OK;
	const char *names[256];
	size_t n = 0;
	for (size_t k = 0; k < m->kit->n_services && n < 256; k++)
		names[n++] = m->kit->services[k].name;
	const char *near = text_nearest(service, names, n);
	fault_set(f, STATUS_USAGE, "no-service", "the kit has no service %s", service);
	if (near)
		fault_mend(f, "did you mean %s?", near);
	return STATUS_USAGE;
}

enum status cmd_changes(struct cli *c)
{
	struct reading r;
	struct fault f;
	struct buf b;
	const char *since = NULL, *service;
	int64_t from = 0;
	cli_option(c, "--since", &since);
	enum status s = cli_done(c, 0, 1);
	if (s != STATUS_OK)
		return s;
	service = c->argc > 1 ? c->argv[1] : NULL;
	s = reading_open(c, &r, &f);
	if (s != STATUS_OK)
		return cli_fail(c, s, &f);
	buf_init(&b, 1 << 24);
	s = read_since(since, &r.now, &from, &f);
	if (s == STATUS_OK)
		s = known_service(r.m, service, &f);
	if (s != STATUS_OK)
		cli_fail(c, s, &f);
	else
		report_changes(r.m, service, from, c->json, &r.now, &b);
	if (c->json)
		json_out(&b);
	else
		cli_out(&b);
	buf_release(&b);
	reading_close(&r);
	return s;
}
