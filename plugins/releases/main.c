/* backout-plugin-releases: directories of releases with a `current` link.
 * docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "releases/acts.h"

static const struct verb {
	const char *name;
	struct sdk_answer (*preflight)(struct plugin *pl, struct place *p, const struct sdk_action *a);
	struct sdk_answer (*perform)(struct plugin *pl, struct place *p, const struct sdk_op *op);
	struct sdk_answer (*reconcile)(struct plugin *pl, struct place *p, const struct sdk_op *op);
} verbs[] = {
	{"rollback", look_preflight, switch_perform, switch_reconcile}, {"switch", look_preflight, switch_perform, switch_reconcile},
	{"freeze", freeze_preflight, freeze_perform, freeze_reconcile}, {"pause", freeze_preflight, freeze_perform, freeze_reconcile},
	{"resume", freeze_preflight, freeze_perform, freeze_reconcile},
};
static const char *const verb_names[] = {"rollback", "switch", "freeze", "pause", "resume", NULL};

static const struct verb *verb_of(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct plugin *pl = mem_new(sizeof *pl);
	pl->s = s;
	pl->config = start->config;
	sdk_set_state(s, pl);
	return sdk_ready(s, &(struct sdk_provides){.deploys = true, .history = true, .idempotent = true, .verbs = verb_names});
}

static struct sdk_answer on_history(struct sdk *s, const struct json *params)
{
	return past_answer(sdk_state(s), params);
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	return watch_set(sdk_state(s), params);
}

/* The verb and the place of an action, or the answer that says what is wrong with them. */
static const struct verb *begin(struct plugin *pl, const struct sdk_action *a, struct place *out_place, struct sdk_answer *out)
{
	struct fault f;
	const struct verb *v = verb_of(a->verb);
	if (!v)
		*out = sdk_error(SDK_BAD_PARAMS, "%.60s is no verb of releases: rollback switch freeze pause resume", a->verb);
	else if (!place_init(out_place, pl->config, a, &f))
		*out = sdk_error(SDK_BAD_PARAMS, "%s", f.what);
	else
		return v;
	return NULL;
}

static struct sdk_answer on_preflight(struct sdk *s, const struct sdk_action *a)
{
	struct place p;
	struct sdk_answer answer;
	const struct verb *v = begin(sdk_state(s), a, &p, &answer);
	if (!v)
		return answer;
	answer = v->preflight(sdk_state(s), &p, a);
	place_release(&p);
	return answer;
}

static struct sdk_answer on_perform(struct sdk *s, const struct sdk_op *op)
{
	struct place p;
	struct sdk_answer answer;
	const struct verb *v = begin(sdk_state(s), &op->action, &p, &answer);
	if (!v)
		return answer;
	answer = v->perform(sdk_state(s), &p, op);
	place_release(&p);
	return answer;
}

static struct sdk_answer on_reconcile(struct sdk *s, const struct sdk_op *op)
{
	struct place p;
	struct sdk_answer answer;
	const struct verb *v = begin(sdk_state(s), &op->action, &p, &answer);
	if (!v)
		return answer;
	answer = v->reconcile(sdk_state(s), &p, op);
	place_release(&p);
	return answer;
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
		.name = "releases", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch, .history = on_history,
		.preflight = on_preflight, .perform = on_perform, .reconcile = on_reconcile, .end = on_end,
	});
}
