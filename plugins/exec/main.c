/* backout-plugin-exec: programs of one's own, by argument lists that the kit
 * allows.  docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exec/exec.h"

static const char *const usual_verbs[] = {
	"rollback", "pause", "resume", "freeze", "weight", "drain", "swap", "flag-off", "flag-on", "revert",
};
#define N_VERBS (sizeof usual_verbs / sizeof *usual_verbs)

static bool has_verb(const struct plugin *pl, const char *verb)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (!strcmp(usual_verbs[i], verb))
			return true;
	for (const struct json *v = json_first(json_get(pl->config, "verbs")); v; v = json_next(v))
		if (!strcmp(json_str(v, ""), verb))
			return true;
	return false;
}

/* Everything of the config that can be wrong is found now and not in an incident. */
static bool config_ok(const struct plugin *pl, const char **out_why)
{
	struct meaning m;
	static struct fault f;
	for (const struct json *p = json_first(pl->allow); p; p = json_next(p))
		if (json_type(p) != JSON_ARRAY || !json_count(p))
			return *out_why = "`allow` is a list of lists of words", false;
	for (const struct json *v = json_first(json_get(pl->config, "exit")); v; v = json_next(v))
		if (strcmp(json_key(v), "*") ? !meaning_of(pl, (int)strtol(json_key(v), NULL, 10), &m, &f) : !meaning_of(pl, 254, &m, &f))
			return *out_why = f.what, false;
	struct stat st;
	if (pl->state && (stat(pl->state, &st) || !S_ISDIR(st.st_mode)))
		return *out_why = "`state` names no directory", false;
	return true;
}

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct plugin *pl = mem_new(sizeof *pl);
	const char *why = NULL;
	pl->s = s;
	pl->config = start->config;
	pl->allow = json_get(start->config, "allow");
	pl->cwd = json_get_str(start->config, "cwd", NULL);
	pl->state = json_get_str(start->config, "state", NULL);
	if (!config_ok(pl, &why)) {
		free(pl);
		return sdk_error(SDK_BAD_PARAMS, "%s", why);
	}
	sdk_set_state(s, pl);
	const struct json *more = json_get(start->config, "verbs");
	const char **verbs = mem_new((N_VERBS + json_count(more) + 1) * sizeof *verbs);
	size_t n = 0;
	while (n < N_VERBS)
		verbs[n] = usual_verbs[n], n++;
	for (const struct json *v = json_first(more); v; v = json_next(v))
		verbs[n++] = json_str(v, "");
	struct sdk_answer a = sdk_ready(s, &(struct sdk_provides){.deploys = true, .signals = true, .verbs = verbs});
	free(verbs);
	return a;
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	return watch_set(sdk_state(s), params);
}

static struct sdk_answer on_preflight(struct sdk *s, const struct sdk_action *a)
{
	if (!has_verb(sdk_state(s), a->verb))
		return sdk_error(SDK_BAD_PARAMS, "%.60s is no verb of this backend: name it in `verbs`", a->verb);
	return act_preflight(sdk_state(s), a);
}

static struct sdk_answer on_perform(struct sdk *s, const struct sdk_op *op)
{
	if (!has_verb(sdk_state(s), op->action.verb))
		return sdk_error(SDK_BAD_PARAMS, "%.60s is no verb of this backend: name it in `verbs`", op->action.verb);
	return act_perform(sdk_state(s), op);
}

static struct sdk_answer on_reconcile(struct sdk *s, const struct sdk_op *op)
{
	return act_reconcile(sdk_state(s), op);
}

static void on_end(struct sdk *s)
{
	struct plugin *pl = sdk_state(s);
	if (!pl)
		return;
	watch_free(pl->watch);
	free(pl);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "exec", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch,
		.preflight = on_preflight, .perform = on_perform, .reconcile = on_reconcile, .end = on_end,
	});
}
