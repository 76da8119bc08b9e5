/* The conformance test: which check gets which process, and the verdicts. */
#include "config.h"

#include "host/conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/os.h"
#include "host/checks.h"

struct tally {
	conform_report_fn report;
	void *ctx;
	bool failed;
};

static void tell(struct tally *t, const char *name, enum conform_verdict v, const char *detail)
{
	t->failed |= v == CONFORM_FAILED;
	t->report(t->ctx, name, v, detail);
}

/* The process a check wants: a fresh one, or one that is initialized in its mode. */
static bool process_for(struct exam *e, const struct check *c)
{
	if (c->mode == CHECK_FRESH)
		return exam_start(e);
	if (e->alive && !e->probe.shut && !e->probe.eof && e->knows && e->acting == (c->mode == CHECK_ACT))
		return true;
	return exam_begin(e, c->mode == CHECK_ACT);
}

static void run(struct exam *e, struct tally *t, const struct check *c)
{
	for (; c->name; c++) {
		e->detail[0] = '\0';
		enum conform_verdict v;
		if (!process_for(e, c))
			v = CONFORM_FAILED;
		else
			v = c->run(e);
		if (c->mode == CHECK_FRESH)
			exam_end(e);
		tell(t, c->name, v, e->detail);
	}
}

static void skip(struct tally *t, const struct check *c, const char *why)
{
	for (; c->name; c++)
		tell(t, c->name, CONFORM_SKIPPED, why);
}

static void tell_sins(const struct exam *e, struct tally *t)
{
	static const struct { const char *name, *well; } sins[] = {
#define X(id, name, well) { name, well },
		PROBE_SINS(X)
#undef X
	};

	for (int i = 0; i < N_SINS; i++) {
		if (e->sins.first[i][0])
			tell(t, sins[i].name, CONFORM_FAILED, e->sins.first[i]);
		else if (e->knows)
			tell(t, sins[i].name, CONFORM_OK, sins[i].well);
		else
			tell(t, sins[i].name, CONFORM_SKIPPED, "initialize failed");
	}
}

static enum status spec_well(const char *what, const char *json, struct fault *f)
{
	struct json *root;
	struct fault why;

	if (!json)
		return STATUS_OK;
	if (json_parse(json, strlen(json), JSON_LINE_MAX / 2, &root, &why) != STATUS_OK) {
		fault_set(f, STATUS_USAGE, "bad-json", "%s is no JSON: %s", what, why.what);
		return STATUS_USAGE;
	}
	bool object = json_type(root) == JSON_OBJECT;
	json_free(root);
	return object ? STATUS_OK : fault_set(f, STATUS_USAGE, "bad-json", "%s is no JSON object", what);
}

enum status host_conform(const struct conform_spec *spec, conform_report_fn report, void *ctx, struct fault *f)
{
	struct exam e = { .spec = spec };
	struct tally t = { report, ctx, false };
	const char *const what[] = { "--config", "--secrets", "--watch", "--action" }, *const json[] = { spec->config, spec->secrets, spec->watch, spec->action };
	enum status s = STATUS_OK;

	for (size_t i = 0; i < 4 && s == STATUS_OK; i++)
		s = spec_well(what[i], json[i], f);
	if (s == STATUS_OK)
		s = probe_start(&e.probe, spec->argv, spec->cwd, &e.sins, f);
	if (s != STATUS_OK)
		return s;
	e.alive = true;
	os_subreaper(); /* orphans of the plugin come to us and are seen */
	os_random_hex(e.op, 16);
	bool begun = exam_begin(&e, false);
	char began[sizeof e.detail];
	snprintf(began, sizeof began, "%s", begun ? "answered with a manifest of protocol 1" : e.detail);
	tell(&t, "initialize", begun ? CONFORM_OK : CONFORM_FAILED, began);
	if (begun) {
		run(&e, &t, checks_all);
		if (e.manifest.n_verbs)
			run(&e, &t, checks_act);
		else
			skip(&t, checks_act, "it has no verbs");
	} else {
		skip(&t, checks_all, "initialize failed");
		skip(&t, checks_act, "initialize failed");
	}
	exam_end(&e);
	tell_sins(&e, &t);
	manifest_release(&e.manifest);
	free(e.expect);
	return t.failed ? STATUS_NO : STATUS_OK;
}
