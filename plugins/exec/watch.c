/* Watching by commands: each signal and each deploy is one program, run every
 * so often, at most a few at a time. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"

#define AT_ONCE 16
#define LATER 50000

struct item {
	struct watch *set;
	char *service, *signal; /* signal NULL: a deploy */
	struct words words;
	char **env;
	char *wrong; /* why it cannot be asked at all, or NULL */
	int64_t every;
	struct sdk_timer *timer;
	struct sdk_child *child;
	char last[300], before[300];
};

struct watch {
	struct plugin *pl;
	VEC(struct item *) items;
	size_t running;
};

/* ---- a signal ---- */

/* A number, {"value": N, "n": N}, or nothing. */
static void read_value(struct sdk_samples *m, const struct item *it, const struct sdk_ran *r)
{
	char text[64], *end;
	size_t len = r->out.len;
	const char *s = buf_str(&r->out);
	while (len && (*s == ' ' || *s == '\n' || *s == '\t'))
		s++, len--;
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	if (!len) {
		sdk_sample_none(m, it->service, it->signal);
		return;
	}
	struct json *v = NULL;
	if (*s == '{' && json_parse(s, len, 65536, &v, NULL) == STATUS_OK) {
		if (json_type(json_get(v, "value")) == JSON_NULL)
			sdk_sample_none(m, it->service, it->signal);
		else
			sdk_sample(m, it->service, it->signal, json_get_num(v, "value", NAN), json_get_num(v, "n", -1));
		json_free(v);
		return;
	}
	(void)snprintf(text, sizeof text, "%.*s", (int)(len < 63 ? len : 63), s);
	double d = strtod(text, &end);
	if (*end || len > 63 || !isfinite(d))
		sdk_sample_failed(m, it->service, it->signal, "%s printed no number: %.40s", it->words.v[0], text);
	else
		sdk_sample(m, it->service, it->signal, d, -1);
}

static void tell_signal(const struct item *it, const struct sdk_ran *r)
{
	struct sdk_samples m;
	char how[64];
	sdk_samples_begin(&m, sdk_wall());
	if (r->timed_out || r->exit != 0)
		sdk_sample_failed(&m, it->service, it->signal, "%s %s", it->words.v[0], sdk_ran_words(r, how, sizeof how));
	else
		read_value(&m, it, r);
	sdk_samples_send(it->set->pl->s, &m);
}

/* ---- a deploy ---- */

static void tell_deploy(struct item *it, const struct sdk_ran *r)
{
	char version[300];
	if (r->timed_out || r->exit != 0 || !version_read(r, version, sizeof version) || !strcmp(version, it->last))
		return;
	(void)snprintf(it->before, sizeof it->before, "%s", it->last);
	(void)snprintf(it->last, sizeof it->last, "%s", version);
	/* When it went live is not known: the first answer may be of any age, later ones are of now. */
	sdk_deploy(it->set->pl->s, &(struct sdk_deploy){.service = it->service, .version = version, .previous = it->before,
		.at = it->before[0] ? sdk_wall() : 0, .strategy = "recreate", .state = "live", .share = 1, .old = 0, .new = 1});
}

/* ---- both ---- */

static void ended(void *ctx, const struct sdk_ran *r)
{
	struct item *it = ctx;
	it->child = NULL;
	it->set->running--;
	if (it->signal)
		tell_signal(it, r);
	else
		tell_deploy(it, r);
	sdk_timer_set(it->timer, sdk_now() + it->every);
}

static void cannot(struct item *it, const char *why)
{
	struct sdk_samples m;
	if (it->signal) {
		sdk_samples_begin(&m, sdk_wall());
		sdk_sample_failed(&m, it->service, it->signal, "%s", why);
		sdk_samples_send(it->set->pl->s, &m);
	}
	sdk_timer_set(it->timer, sdk_now() + it->every);
}

static void start(void *ctx)
{
	struct item *it = ctx;
	struct watch *set = it->set;
	struct fault f;
	if (it->wrong) {
		cannot(it, it->wrong);
		return;
	}
	if (set->running >= AT_ONCE) {
		sdk_timer_set(it->timer, sdk_now() + LATER);
		return;
	}
	struct sdk_command c = {.argv = (const char *const *)it->words.v, .env = (const char *const *)it->env, .cwd = set->pl->cwd,
		.timeout = it->every < 2000000 ? 2000000 : it->every > 30000000 ? 30000000 : it->every, .keep = 4096};
	it->child = sdk_run(set->pl->s, &c, ended, it, &f);
	if (it->child)
		set->running++;
	else
		cannot(it, f.what);
}

static void item_free(struct item *it)
{
	sdk_child_drop(it->child);
	sdk_timer_free(it->timer);
	words_release(&it->words);
	env_free(it->env);
	free(it->service);
	free(it->signal);
	free(it->wrong);
	free(it);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	vec_each(struct item *, it, &w->items)
		item_free(*it);
	vec_release(&w->items);
	free(w);
}

static void item_add(struct watch *set, const struct sdk_action *a, const char *signal, struct words *words, double every)
{
	struct item *it = mem_new(sizeof *it);
	it->set = set;
	it->service = mem_str(a->service);
	it->signal = mem_str(signal);
	it->words = *words;
	it->env = env_make(set->pl, a, "", "");
	it->every = (int64_t)((every >= 0.2 && every < 86400 ? every : 15) * 1e6);
	it->timer = sdk_timer_new(set->pl->s, start, it);
	*vec_push(&set->items) = it;
}

static struct sdk_action bare_action(const struct json *v, const struct json *target)
{
	return (struct sdk_action){.service = json_get_str(v, "service", ""), .target = target, .name = "", .verb = "",
		.environment = "", .from = "", .to = "", .by = "", .incident = "", .reason = "", .cls = "", .expect = ""};
}

static void add_deploy(struct watch *set, const struct json *v)
{
	struct words w;
	struct fault f;
	struct sdk_action a = bare_action(v, json_get(v, "target"));
	int got = command_of(set->pl, "version", &a, &w, &f);
	if (got > 0)
		item_add(set, &a, NULL, &w, json_get_num(set->pl->config, "every", 15));
	else if (got < 0) /* one that is wrong must not blind the others */
		sdk_log(set->pl->s, "error", "%.80s is not watched: %s", a.service, f.what);
}

static void add_signal(struct watch *set, const struct json *v)
{
	struct words w = {0};
	struct fault f;
	struct sdk_action a = bare_action(v, NULL);
	const char *name = json_get_str(v, "signal", "");
	bool ok = words_of_query(&w, json_get_str(v, "query", ""), &a, &f);
	if (ok && !words_allowed(&w, set->pl->allow, &a, &f)) {
		words_release(&w);
		ok = false;
	}
	item_add(set, &a, name, &w, json_get_num(v, "every", 15));
	if (!ok) /* told as a failed sample, at the signal's own pace */
		set->items.v[set->items.n - 1]->wrong = mem_str(f.what);
}

struct sdk_answer watch_set(struct plugin *pl, const struct json *params)
{
	struct watch *set = mem_new(sizeof *set);
	set->pl = pl;
	for (const struct json *v = json_first(json_get(params, "deploys")); v; v = json_next(v))
		add_deploy(set, v);
	for (const struct json *v = json_first(json_get(params, "signals")); v; v = json_next(v))
		add_signal(set, v);
	watch_free(pl->watch);
	pl->watch = set;
	for (size_t i = 0; i < set->items.n; i++)
		sdk_timer_set(set->items.v[i]->timer, sdk_now() + (set->items.n > AT_ONCE ? (int64_t)i * 20000 : 0));
	return sdk_ok();
}
