/* One loop, all backends beside each other; of each first the watching
 * process, which measures, then the acting one, which is asked about every
 * action.  The webhook and its like measure nothing, so no second listener is
 * started beside that of a running engine. */
#include "config.h"

#include "cli/check_live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/os.h"
#include "cli/check_place.h"
#include "decide/way.h"
#include "host/host.h"
#include "kit/problems.h"
#include "model/model.h"

#define WORDS_MAX 64
#define PREFLIGHT_US (15 * US_SECOND)
#define WATCH_US (10 * US_SECOND)
#define LOST_MAX 3                       /* answers in a row: what was not asked yet would hang as well */
#define LOOK_MS 100
#define BAD_STAYS_US (3 * US_SECOND)     /* so long may a first sample be bad before it counts */
#define SAMPLES_US (20 * US_SECOND)      /* and so long may it take to come at all */

enum told { TOLD_NOTHING, TOLD_WELL, TOLD_NO_DATA, TOLD_FAILED };
struct item {
	const char *service;
	const struct kit_signal *signal;
	enum told told;
	char why[300];
};

struct live;
struct source {
	struct live *l;
	const struct kit_backend *b;
	struct host_plugin *p;
	VEC(struct item) items;
	VEC(const struct kit_action *) actions;
	size_t action;           /* the one that is asked about */
	int lost;                /* answers in a row that did not come */
	bool acting, ending;
	int64_t began;           /* mono: when it was asked to watch; 0 not yet */
};
struct live {
	uv_loop_t loop;
	uv_timer_t look;
	const char *dir;
	const struct kit_files *files;
	struct problems *problems;
	struct model *m;         /* empty but for the kit: what a panel needs */
	struct source *v;
	size_t n, open;
};

static int64_t mono(void)
{
	struct now now;
	os_now(&now);
	return now.mono;
}

/* ---- what is wrong ------------------------------------------------------------------ */

static void blame_backend(struct source *s, const char *why)
{
	struct place at = {"kit.yaml", s->b->line, 1};
	mend_with(complain(s->l->problems, at, PROBLEM_ERROR, "backend %s%s: %s", s->b->id, s->acting ? ", acting" : "", why),
		"nothing of it can be measured or done while that is so");
}

static void blame_item(struct source *s, const struct item *i)
{
	struct place at = place_of(s->l->files, i->service, i->signal->name);
	if (i->told == TOLD_NO_DATA)
		mend_with(complain(s->l->problems, at, PROBLEM_WARNING, "signal %s of %s: %s has no data for it", i->signal->name, i->service, s->b->id),
			"where nothing is right now, that is well; else see the names in its `query`");
	else if (i->told == TOLD_FAILED)
		mend_with(complain(s->l->problems, at, PROBLEM_ERROR, "signal %s of %s: %s", i->signal->name, i->service, i->why),
			"a row that looks at it cannot tell");
	else if (i->told == TOLD_NOTHING)
		mend_with(complain(s->l->problems, at, PROBLEM_ERROR, "signal %s of %s: %s told nothing of it within %d s", i->signal->name, i->service,
			s->b->id, (int)(SAMPLES_US / US_SECOND)), "a row that looks at it cannot tell");
}

static void blame_action(struct source *s, const struct kit_action *a, const char *why)
{
	struct place at = place_of(s->l->files, a->service->name, a->name);
	mend_with(complain(s->l->problems, at, PROBLEM_ERROR, "action %s of %s would fail now: %s", a->name, a->service->name, why),
		"mend it before it is needed; `backout fire %s --service %s --dry-run` shows all of it", a->name, a->service->name);
}

static void blame_rest(struct source *s, const char *why)
{
	for (; s->acting && s->action < s->actions.n; s->action++)
		blame_action(s, s->actions.v[s->action], why);
}

/* ---- measuring ------------------------------------------------------------------------ */

static struct item *item_of(struct source *s, const char *service, const char *signal)
{
	vec_each(struct item, i, &s->items)
		if (!strcmp(i->signal->name, signal) && !strcmp(i->service, service))
			return i;
	return NULL;
}

static void take_value(struct source *s, const struct json *v)
{
	struct item *i = item_of(s, json_get_str(v, "service", ""), json_get_str(v, "signal", ""));
	const char *error = json_get_str(v, "error", NULL);
	if (!i)
		return;
	i->told = json_type(json_get(v, "value")) == JSON_NUMBER ? TOLD_WELL : error ? TOLD_FAILED : TOLD_NO_DATA;
	(void)snprintf(i->why, sizeof i->why, "%.290s", error ? error : "");
}

static void end(struct source *s)
{
	s->ending = true;
	if (s->p && host_plugin_state(s->p) == PLUGIN_READY)
		host_plugin_end(s->p, false);
}

/* Enough was heard: all is well, or what is not had its time to become so. */
static void judge_watch(struct source *s)
{
	int64_t since = mono() - s->began;
	enum told worst = TOLD_WELL;
	bool all = true;
	if (s->acting || s->ending || !s->began)
		return;
	vec_each(const struct item, i, &s->items) {
		all = all && i->told != TOLD_NOTHING;
		worst = i->told != TOLD_WELL ? i->told : worst;
	}
	if ((all && worst == TOLD_WELL) || (all && since > BAD_STAYS_US) || since > SAMPLES_US) {
		vec_each(const struct item, i, &s->items)
			blame_item(s, i);
		end(s);
	}
}

static void watching(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct source *s = ctx;
	(void)code;
	if (result) {
		s->began = mono();
		return;
	}
	if (!s->ending)
		blame_backend(s, fault->what);
	end(s);
}

static void ask_to_watch(struct source *s)
{
	struct buf b;
	struct jw w;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "deploys");
	jw_arr(&w);
	jw_arr_end(&w);
	jw_key(&w, "signals");
	jw_arr(&w);
	vec_each(const struct item, i, &s->items) {
		jw_obj(&w);
		jw_kstr(&w, "service", i->service);
		jw_kstr(&w, "signal", i->signal->name);
		jw_kstr(&w, "query", i->signal->query);
		jw_knum(&w, "every", (double)i->signal->every / (double)US_SECOND);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	host_request(s->p, "watch", buf_str(&b), b.len, WATCH_US, watching, s);
	buf_release(&b);
}

/* ---- asking about actions ----------------------------------------------------------------- */

static void answered(void *ctx, const struct json *result, const struct fault *fault, int code);

static void ask_next(struct source *s)
{
	struct buf b;
	if (host_plugin_state(s->p) != PLUGIN_READY)
		return; /* gone follows */
	if (s->action >= s->actions.n) {
		end(s);
		return;
	}
	buf_init(&b, JSON_LINE_MAX);
	way_question(s->l->m, s->actions.v[s->action], "check", &b);
	host_request(s->p, "preflight", buf_str(&b), b.len, PREFLIGHT_US, answered, s);
	buf_release(&b);
}

static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct source *s = ctx;
	const struct kit_action *a = s->actions.v[s->action];
	char room[300];
	const char *why = way_lost(s->l->m, a, result, fault, room, sizeof room);
	s->lost = result || code ? 0 : s->lost + 1;
	if (why)
		blame_action(s, a, why);
	s->action++;
	if (s->lost >= LOST_MAX)
		blame_rest(s, "the backend did not answer for the last three");
	ask_next(s);
}

/* ---- the two processes of a backend ---------------------------------------------------------- */

static void ready(struct host_plugin *p, void *ctx)
{
	struct source *s = ctx;
	(void)p;
	if (s->acting)
		ask_next(s);
	else
		ask_to_watch(s);
}

static void notified(struct host_plugin *p, void *ctx, const char *method, const struct json *params)
{
	struct source *s = ctx;
	(void)p;
	if (!strcmp(method, "samples") && !s->acting)
		for (const struct json *v = json_first(json_get(params, "values")); v; v = json_next(v))
			take_value(s, v);
	judge_watch(s);
}

static void start(struct source *s, bool acting);

/* The acting process follows the watching one; what was not asked of one that died would fail as well. */
static void over(struct source *s, const char *why)
{
	if (why) {
		blame_backend(s, why);
		blame_rest(s, "the backend cannot be asked");
	}
	if (!s->acting && s->actions.n)
		start(s, true);
	else
		s->l->open--;
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct source *s = ctx;
	char text[300];
	const char *words = host_plugin_last_words(p);
	(void)snprintf(text, sizeof text, "%.140s%s%.140s", why, words[0] ? ": " : "", words);
	host_plugin_free(p);
	s->p = NULL;
	over(s, s->ending ? NULL : text);
}

static const struct host_events events = {ready, notified, gone};

static const char **names_of(const struct kit_names *l)
{
	const char **v = mem_new((l->n + 1) * sizeof *v);
	for (size_t i = 0; i < l->n; i++)
		v[i] = l->v[i];
	return v;
}

static enum status launch(struct source *s, char **argv, struct fault *f)
{
	const struct kit_backend *b = s->b;
	const char **command = b->plugin ? NULL : names_of(&b->command), **pass = names_of(&b->pass_env);
	char *secrets = NULL;
	enum status st = host_find(b->plugin, command, s->l->dir, argv, WORDS_MAX, f);
	if (!st)
		st = host_secrets(s->acting && b->acting_secrets ? b->acting_secrets : b->secrets, s->l->dir, &secrets, f);
	struct host_spec spec = {.backend = b->id, .environment = s->l->m->environment, .argv = (const char *const *)argv, .cwd = s->l->dir,
		.pass_env = pass, .config = b->config, .secrets = secrets, .acting = s->acting};
	if (!st)
		st = host_plugin_new(&s->l->loop, &spec, &events, s, &s->p, f);
	host_wipe(secrets);
	free(command);
	free(pass);
	return st;
}

static void start(struct source *s, bool acting)
{
	char *argv[WORDS_MAX] = {NULL};
	struct fault f;
	s->acting = acting;
	s->ending = false;
	enum status st = launch(s, argv, &f);
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(argv[i]);
	if (st)
		over(s, f.what);
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void gather(struct source *s, const struct kit *k)
{
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *x = &k->services[i];
		for (size_t n = 0; n < x->n_signals; n++)
			if (!strcmp(x->signals[n].backend, s->b->id))
				*vec_push(&s->items) = (struct item){.service = x->name, .signal = &x->signals[n]};
		for (size_t n = 0; n < x->n_actions; n++)
			if (!strcmp(x->actions[n].backend, s->b->id))
				*vec_push(&s->actions) = &x->actions[n];
	}
}

static void look(uv_timer_t *t)
{
	struct live *l = t->data;
	for (size_t i = 0; i < l->n; i++)
		judge_watch(&l->v[i]);
}

static void run(struct live *l, const struct kit *k, struct live_counts *out)
{
	l->n = l->open = k->n_backends;
	l->v = mem_new((l->n + 1) * sizeof *l->v);
	for (size_t i = 0; i < l->n; i++) {
		struct source *s = &l->v[i];
		*s = (struct source){.l = l, .b = &k->backends[i]};
		gather(s, k);
		out->signals += s->items.n;
		out->actions += s->actions.n;
		out->backends++;
		start(s, !s->items.n);
	}
	while (l->open)
		uv_run(&l->loop, UV_RUN_ONCE);
	for (size_t i = 0; i < l->n; i++) {
		vec_release(&l->v[i].items);
		vec_release(&l->v[i].actions);
	}
	free(l->v);
}

enum status check_live(const char *dir, const struct kit_files *files, struct kit *k, struct problems *p, struct live_counts *out,
	struct fault *f)
{
	struct live l = {.dir = dir, .files = files, .problems = p, .m = model_new()};
	if (uv_loop_init(&l.loop)) {
		model_free(l.m);
		return fault_set(f, STATUS_OUTSIDE, "loop", "no event loop can be had");
	}
	uv_timer_init(&l.loop, &l.look);
	l.look.data = &l;
	uv_timer_start(&l.look, look, LOOK_MS, LOOK_MS);
	l.m->kit = k;
	l.m->environment = k->environment;
	l.m->kit_digest = k->digest;
	run(&l, k, out);
	uv_close((uv_handle_t *)&l.look, NULL);
	while (uv_loop_close(&l.loop) == UV_EBUSY)
		uv_run(&l.loop, UV_RUN_ONCE);
	l.m->kit = NULL; /* lent */
	l.m->environment = l.m->kit_digest = NULL;
	model_free(l.m);
	problems_sort(p);
	return STATUS_OK;
}
