/* backout plugin list | check COMMAND...: the plugins of the running engine,
 * and the conformance test of any program. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/session.h"
#include "client/client.h"
#include "host/conform.h"
#include "host/host.h"

/* ---- check --------------------------------------------------------------------------------- */

struct checking {
	const struct cli *c;
	struct buf all;   /* with --json: the answer as it grows */
	struct jw w;
	int failed, passed, skipped;
};

static void on_check(void *ctx, const char *name, enum conform_verdict v, const char *detail)
{
	static const char *const words[] = { [CONFORM_OK] = "ok", [CONFORM_FAILED] = "FAILED", [CONFORM_SKIPPED] = "skipped" };
	struct checking *k = ctx;
	struct buf line;

	*(v == CONFORM_OK ? &k->passed : v == CONFORM_FAILED ? &k->failed : &k->skipped) += 1;
	if (k->c->json) {
		jw_obj(&k->w);
		jw_kstr(&k->w, "name", name);
		jw_kstr(&k->w, "verdict", v == CONFORM_FAILED ? "failed" : words[v]);
		jw_kstr(&k->w, "detail", detail);
		jw_obj_end(&k->w);
		return;
	}
	buf_init(&line, 4096);
	buf_addf(&line, "%-7s  %s%s%s\n", words[v], name, *detail ? ": " : "", detail);
	cli_out(&line);
	buf_release(&line);
}

static void check_summary(struct checking *k)
{
	struct buf line;

	if (k->c->json) {
		jw_arr_end(&k->w);
		jw_kbool(&k->w, "ok", !k->failed);
		jw_obj_end(&k->w);
		buf_addc(&k->all, '\n');
		json_out(&k->all);
		return;
	}
	buf_init(&line, 4096);
	buf_addf(&line, "%d ok, %d failed, %d skipped\n", k->passed, k->failed, k->skipped);
	cli_out(&line);
	buf_release(&line);
}

/* A word with a / is a path from here; one without is a program of PATH or the name of a plugin. */
static enum status check_argv(struct cli *c, const char *cwd, char **argv, struct fault *f)
{
	const char *const *words = (const char *const *)(uintptr_t)(c->argv + 2);
	struct fault other;
	enum status s = host_find(NULL, words, cwd, argv, 64, f);

	if (s != STATUS_OK && c->argc == 3 && !strchr(words[0], '/') && host_find(words[0], NULL, cwd, argv, 64, &other) == STATUS_OK)
		return STATUS_OK;
	return s;
}

static enum status check(struct cli *c, struct conform_spec *spec)
{
	struct checking k = { .c = c };
	char cwd[PATH_MAX], *argv[64] = { NULL };
	struct fault f;

	if (!getcwd(cwd, sizeof cwd))
		cwd[0] = '/', cwd[1] = '\0';
	enum status s = check_argv(c, cwd, argv, &f);
	if (s != STATUS_OK)
		return cli_fail(c, STATUS_USAGE, &f);
	spec->argv = (const char *const *)(uintptr_t)argv;
	spec->cwd = cwd;
	buf_init(&k.all, 1 << 20);
	jw_init(&k.w, &k.all);
	jw_obj(&k.w);
	jw_key(&k.w, "checks");
	jw_arr(&k.w);
	s = host_conform(spec, on_check, &k, &f);
	if (s == STATUS_OK || s == STATUS_NO)
		check_summary(&k);
	else
		s = cli_fail(c, STATUS_USAGE, &f);
	buf_release(&k.all);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	return s;
}

static enum status check_command(struct cli *c)
{
	struct conform_spec spec = { 0 };

	cli_option(c, "--config", &spec.config);
	cli_option(c, "--secrets", &spec.secrets);
	cli_option(c, "--watch", &spec.watch);
	cli_option(c, "--action", &spec.action);
	spec.perform = cli_option(c, "--perform", NULL);
	enum status s = cli_done(c, 2, 60);
	return s == STATUS_OK ? check(c, &spec) : s;
}

/* ---- list ---------------------------------------------------------------------------------- */

static void list_reason(const struct json *p, const char *key, const char *words, struct buf *out)
{
	char why[400];
	if (json_get_str(p, key, NULL))
		buf_addf(out, "    %s%s\n", words, text_safe(why, sizeof why, json_get_str(p, key, "")));
}

static void list_row(const struct json *p, struct buf *out)
{
	struct buf verbs;
	char pid[24] = "-", words[200];

	buf_init(&verbs, 8192);
	for (const struct json *v = json_first(json_get(p, "verbs")); v; v = json_next(v))
		buf_addf(&verbs, "%s%s", verbs.len ? " " : "", json_str(v, ""));
	if (json_get_int(p, "pid", 0) > 0)
		snprintf(pid, sizeof pid, "%lld", (long long)json_get_int(p, "pid", 0));
	text_safe(words, sizeof words, buf_str(&verbs));
	buf_addf(out, "%-16.40s  %-20.40s  %-10.20s  %-10.20s  %7s  %8lld  %s\n", json_get_str(p, "backend", ""), json_get_str(p, "plugin", ""),
		json_get_str(p, "version", ""), json_get_str(p, "state", ""), pid, (long long)json_get_int(p, "restarts", 0), words);
	buf_release(&verbs);
	list_reason(p, "why", "", out);
	list_reason(p, "trouble", "cannot measure: ", out);
}

static enum status list_print(const struct cli *c, const char *answer, struct fault *f)
{
	struct json *root;
	struct buf out;
	enum status s = json_parse(answer, strlen(answer), JSON_KIT_MAX, &root, f);

	if (s != STATUS_OK)
		return s;
	const struct json *rows = json_type(root) == JSON_ARRAY ? root : json_get(root, "plugins");
	buf_init(&out, (size_t)4 << 20);
	if (c->json) {
		struct jw w;
		jw_init(&w, &out);
		jw_tree(&w, rows);
		buf_addc(&out, '\n');
		json_out(&out);
	} else {
		buf_addf(&out, "%-16s  %-20s  %-10s  %-10s  %7s  %8s  %s\n", "BACKEND", "PLUGIN", "VERSION", "STATE", "PID", "RESTARTS", "VERBS");
		for (const struct json *p = json_first(rows); p; p = json_next(p))
			list_row(p, &out);
		cli_out(&out);
	}
	buf_release(&out);
	json_free(root);
	return STATUS_OK;
}

/* The plugins are the engine's: one that does not run is not started to say that it has none. */
static enum status list_ask(struct cli *c, struct fault *f)
{
	struct client_paths *paths = mem_new(sizeof *paths);
	struct client_spec spec = { .paths = paths, .role = "command" };
	char *answer = NULL, dir[PATH_MAX];
	enum status s = session_place(c, NULL, paths, dir, sizeof dir, f);

	if (s == STATUS_OK)
		s = client_call(&spec, "plugins", "{}", &answer, f);
	if (s == STATUS_OK)
		s = list_print(c, answer, f);
	free(answer);
	free(paths);
	return s;
}

static enum status list_command(struct cli *c)
{
	struct fault f;
	enum status s = cli_done(c, 1, 1);

	if (s != STATUS_OK)
		return s;
	s = list_ask(c, &f);
	return s == STATUS_OK ? s : cli_fail(c, s, &f);
}

enum status cmd_plugin(struct cli *c)
{
	struct fault f;

	if (c->argc > 1 && strcmp(c->argv[1], "list") == 0)
		return list_command(c);
	if (c->argc > 1 && strcmp(c->argv[1], "check") == 0)
		return check_command(c);
	fault_set(&f, STATUS_USAGE, "bad-words", "plugin is followed by list or check");
	fault_mend(&f, "backout plugin list, or backout plugin check COMMAND...");
	return cli_fail(c, STATUS_USAGE, &f);
}
