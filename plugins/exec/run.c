/* How a command is started: its words, its environment, and nothing else. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"

#define KEEP 65536

static void env_add(char **env, size_t *n, const char *name, const char *value)
{
	struct buf b;
	if (!value || !*value)
		return;
	buf_init(&b, 65536);
	buf_addf(&b, "%s=%s", name, value);
	env[(*n)++] = buf_take(&b);
}

static bool env_name(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	return *s && !(*s >= '0' && *s <= '9') && !s[strspn(s, letters)];
}

char **env_make(const struct plugin *pl, const struct sdk_action *a, const char *op, const char *key)
{
	static const char *const kept[] = {"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"};
	const struct { const char *name, *value; } facts[] = {
		{"BACKOUT_OP", op}, {"BACKOUT_KEY", key}, {"BACKOUT_SERVICE", a->service}, {"BACKOUT_ACTION", a->name},
		{"BACKOUT_FROM", a->from}, {"BACKOUT_TO", a->to}, {"BACKOUT_BY", a->by}, {"BACKOUT_INCIDENT", a->incident},
		{"BACKOUT_REASON", a->reason}, {"BACKOUT_ENVIRONMENT", a->environment},
	};
	const struct json *more = json_get(pl->config, "env");
	size_t n = 0;
	char **env = mem_new((sizeof kept / sizeof *kept + sizeof facts / sizeof *facts + json_count(more) + 1) * sizeof *env);
	/* What the kit sets comes first: of two equal names most programs take the first. */
	for (const struct json *v = json_first(more); v; v = json_next(v))
		if (env_name(json_key(v)))
			env_add(env, &n, json_key(v), json_str(v, NULL));
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (json_type(json_get(more, kept[i])) == JSON_NONE)
			env_add(env, &n, kept[i], getenv(kept[i]));
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (json_type(json_get(more, facts[i].name)) == JSON_NONE)
			env_add(env, &n, facts[i].name, facts[i].value);
	return env;
}

void env_free(char **env)
{
	for (size_t i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}

int command_of(const struct plugin *pl, const char *key, const struct sdk_action *a, struct words *out, struct fault *f)
{
	const struct json *own = json_get(a->target, key), *kits = json_get(pl->config, key);
	if (!strcmp(key, "command"))
		kits = words_only(pl->allow);
	if (json_type(own) != JSON_NONE) {
		if (!words_fill(out, own, a, f))
			return -1;
		if (words_allowed(out, pl->allow, a, f))
			return 1;
		words_release(out);
		return -1;
	}
	if (json_type(kits) == JSON_NONE)
		return 0;
	return words_fill(out, kits, a, f) ? 1 : -1;
}

bool command_run(struct plugin *pl, const struct words *w, const struct sdk_action *a, const struct running *how,
	struct sdk_ran *out, struct fault *f)
{
	char **env = env_make(pl, a, how->op, how->key);
	struct sdk_command c = {.argv = (const char *const *)w->v, .env = (const char *const *)env, .cwd = pl->cwd,
		.timeout = how->timeout, .keep = KEEP,
		.started = how->started, .started_ctx = how->ctx};
	bool ok = sdk_run_wait(pl->s, &c, out, f);
	env_free(env);
	return ok;
}

bool version_read(const struct sdk_ran *r, char *out, size_t cap)
{
	size_t len = r->out.len ? strcspn(r->out.data, "\r\n") : 0;
	if (!len || len >= cap)
		return false;
	memcpy(out, r->out.data, len);
	out[len] = '\0';
	return text_is_version(out);
}

int version_ask(struct plugin *pl, const struct sdk_action *a, char *out, size_t cap, char *why, size_t why_cap)
{
	struct words w;
	struct fault f;
	struct sdk_ran r;
	char how[64];
	int got = command_of(pl, "version", a, &w, &f);
	if (got <= 0) {
		(void)snprintf(why, why_cap, "%s", got ? f.what : "no `version` command is given");
		return got;
	}
	bool ok = command_run(pl, &w, a, &(struct running){.op = "", .key = "", .timeout = 10000000}, &r, &f);
	if (!ok) {
		(void)snprintf(why, why_cap, "%s", f.what);
	} else {
		ok = !r.timed_out && r.exit == 0 && version_read(&r, out, cap);
		(void)snprintf(why, why_cap, "%s %s%s", w.v[0], sdk_ran_words(&r, how, sizeof how), ok ? "" : " and printed no version");
		sdk_ran_release(&r);
	}
	words_release(&w);
	return ok ? 1 : -1;
}
