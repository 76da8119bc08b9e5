/* backout check [KIT] [--live] [--json]: every problem of every file, and how to mend it; with --live also what the
 * backends say of it. */
#include "config.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/check_live.h"
#include "cli/check_secrets.h"
#include "cli/commands.h"
#include "cli/json_safe.h"
#include "kit/kit_read.h"

struct checked {
	struct kit_files files;
	struct kit *kit;             /* NULL where there was an error */
	struct problems problems;
	bool live;
	struct live_counts asked;
};

static const char *severity_name(enum problem_severity s)
{
	return s == PROBLEM_ERROR ? "error" : "warning";
}

/* Everything that can be said about the kit; false only where there is none. */
static enum status look(const char *dir, struct checked *out, struct fault *f)
{
	enum status s = kit_read(dir, &out->files, &out->problems, f);
	if (s)
		return s;
	(void)kit_parse(out->files.v, out->files.n, &out->kit, &out->problems);
	if (out->kit) {
		kit_resolve_logins(out->kit, &out->problems);
		check_secrets(out->kit, dir, &out->problems);
	}
	return STATUS_OK;
}

/* Places as an editor or a person in this directory can open them. */
static void put_place(const char *dir, const struct problem *p, struct buf *out)
{
	char here[PATH_MAX];
	size_t n;
	const char *below = dir;
	if (getcwd(here, sizeof here) && (n = strlen(here)) > 0 && strncmp(dir, here, n) == 0 && (!dir[n] || dir[n] == '/'))
		below = dir[n] ? dir + n + 1 : "";
	buf_addf(out, "%s%s%s:%d:%d", below, *below ? "/" : "", p->file, p->line, p->column);
}

static void put_asked(const struct checked *c, struct buf *out)
{
	if (!c->live)
		return;
	buf_addf(out, "asked live: %zu backend%s, %zu signal%s, %zu action%s\n", c->asked.backends, c->asked.backends == 1 ? "" : "s",
		c->asked.signals, c->asked.signals == 1 ? "" : "s", c->asked.actions, c->asked.actions == 1 ? "" : "s");
}

static void put_text(const char *dir, const struct checked *c, struct buf *out)
{
	size_t warnings = 0, actions = 0;
	for (size_t i = 0; i < c->problems.n; i++) {
		const struct problem *p = &c->problems.v[i];
		warnings += p->severity == PROBLEM_WARNING;
		put_place(dir, p, out);
		buf_addf(out, ": %s: %s\n", severity_name(p->severity), p->what);
		if (p->mend[0])
			buf_addf(out, "  %s\n", p->mend);
	}
	if (!c->kit || c->problems.errors) {
		buf_addf(out, "%zu error%s, %zu warning%s\n", c->problems.errors, c->problems.errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
		put_asked(c, out);
		return;
	}
	for (size_t i = 0; i < c->kit->n_services; i++)
		actions += c->kit->services[i].n_actions;
	buf_addf(out, "%s (%s): no errors, %zu warning%s; %zu service%s, %zu action%s, %zu row%s%s\n", c->kit->name, c->kit->environment,
		warnings, warnings == 1 ? "" : "s", c->kit->n_services, c->kit->n_services == 1 ? "" : "s", actions, actions == 1 ? "" : "s",
		c->kit->n_rows, c->kit->n_rows == 1 ? "" : "s", c->kit->armed ? "" : "; not armed: nothing fires");
	put_asked(c, out);
}

static void put_json(const struct checked *c, struct buf *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	jw_kbool(&w, "ok", c->kit && !c->problems.errors);
	jw_key(&w, "problems");
	jw_arr(&w);
	for (size_t i = 0; i < c->problems.n; i++) {
		const struct problem *p = &c->problems.v[i];
		jw_obj(&w);
		jw_kstr(&w, "file", p->file);
		jw_kint(&w, "line", p->line);
		jw_kint(&w, "column", p->column);
		jw_kstr(&w, "severity", severity_name(p->severity));
		jw_kstr(&w, "what", p->what);
		jw_kstr(&w, "mend", p->mend);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	if (c->live) {
		jw_key(&w, "live");
		jw_obj(&w);
		jw_kint(&w, "backends", (int64_t)c->asked.backends);
		jw_kint(&w, "signals", (int64_t)c->asked.signals);
		jw_kint(&w, "actions", (int64_t)c->asked.actions);
		jw_obj_end(&w);
	}
	jw_obj_end(&w);
	buf_addc(out, '\n');
}

enum status cmd_check(struct cli *c)
{
	char dir[PATH_MAX];
	struct fault f = {0};
	bool live = cli_option(c, "--live", NULL);
	enum status s = cli_done(c, 0, 1);
	if (s)
		return s;
	struct checked all = {0};
	s = kit_find(c->argc > 1 ? c->argv[1] : c->kit, dir, sizeof dir, &f);
	if (!s)
		s = look(dir, &all, &f);
	all.live = !s && live && all.kit && !all.problems.errors; /* what is wrong in the files comes first */
	if (all.live)
		s = check_live(dir, &all.files, all.kit, &all.problems, &all.asked, &f);
	if (s)
		return cli_fail(c, s, &f);
	struct buf out;
	buf_init(&out, (size_t)8 << 20);
	if (c->json) {
		put_json(&all, &out);
		json_out(&out);
	} else {
		put_text(dir, &all, &out);
		cli_out(&out);
	}
	buf_release(&out);
	s = all.kit && !all.problems.errors ? STATUS_OK : STATUS_NO;
	kit_free(all.kit);
	problems_release(&all.problems);
	kit_files_release(&all.files);
	return s;
}
