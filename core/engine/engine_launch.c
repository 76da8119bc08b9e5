/* Starting a plugin: the program is found, its secrets are fetched on a thread
 * of the pool (a password store may take seconds), then it is started. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

#define ARGV_MAX 64

struct launch {
	struct engine *e;
	uv_work_t work;
	struct timer *soon; /* nothing to fetch: still not before launch_new has returned */
	char *backend, *environment, *config, *spec, *secrets;
	char *argv[ARGV_MAX];
	char **pass_env;
	char sha[SHA_HEX];
	bool acting, dropped;
	const struct host_events *ev; /* static: the plugin keeps it longer than the launch lives */
	launch_fn done;
	void *ctx;
	enum status status;
	struct fault fault;
};

static void launch_free(struct launch *l)
{
	for (size_t i = 0; i < ARGV_MAX; i++)
		free(l->argv[i]);
	for (char **v = l->pass_env; v && *v; v++)
		free(*v);
	free(l->pass_env);
	free(l->backend);
	free(l->environment);
	free(l->config);
	free(l->spec);
	host_wipe(l->secrets);
	free(l);
}

static const char **names_of(const struct kit_names *l)
{
	const char **v = mem_new((l->n + 1) * sizeof *v);
	for (size_t i = 0; i < l->n; i++)
		v[i] = l->v[i];
	return v;
}

static enum status find(struct launch *l, const struct kit_backend *b)
{
	const char **command = b->plugin ? NULL : names_of(&b->command);
	enum status s = host_find(b->plugin, command, l->e->kit_dir, l->argv, ARGV_MAX, &l->fault);
	free(command);
	if (!s)
		s = host_program_sha_in((const char *const *)l->argv, l->e->kit_dir, l->sha, &l->fault);
	return s;
}

static void start(struct launch *l)
{
	struct host_plugin *p = NULL;
	struct host_spec spec = {.backend = l->backend, .environment = l->environment, .argv = (const char *const *)l->argv,
		.cwd = l->e->kit_dir, .pass_env = (const char *const *)l->pass_env, .config = l->config, .secrets = l->secrets,
		.acting = l->acting, .dir = l->e->dir};
	if (!l->status)
		l->status = host_plugin_new(&l->e->loop, &spec, l->ev, l->ctx, &p, &l->fault);
	if (l->status || !p)
		engine_gone(l->e);
	l->done(l->ctx, l->status ? NULL : p, l->sha, l->status ? &l->fault : NULL);
}

static void fetch(uv_work_t *w)
{
	struct launch *l = w->data;
	l->status = host_secrets(l->spec, l->e->kit_dir, &l->secrets, &l->fault);
}

static void finish(struct launch *l)
{
	if (l->dropped)
		engine_gone(l->e);
	else
		start(l);
	launch_free(l);
}

static void fetched(uv_work_t *w, int status)
{
	struct launch *l = w->data;
	if (status && !l->status)
		l->status = fault_set(&l->fault, STATUS_OUTSIDE, "secrets", "the secrets could not be fetched");
	finish(l);
}

static void now_then(void *ctx)
{
	struct launch *l = ctx;
	timer_stop(&l->soon);
	finish(l);
}

static void describe(struct launch *l, const struct kit_backend *b)
{
	const struct kit_names *pass = &b->pass_env;
	l->environment = mem_str(l->e->model->environment);
	l->config = mem_str(b->config);
	l->spec = mem_str(l->acting && b->acting_secrets ? b->acting_secrets : b->secrets);
	l->pass_env = mem_new((pass->n + 1) * sizeof *l->pass_env);
	for (size_t i = 0; i < pass->n; i++)
		l->pass_env[i] = mem_str(pass->v[i]);
}

struct launch *launch_new(struct engine *e, const char *backend, bool acting, const struct host_events *ev, launch_fn done, void *ctx)
{
	struct launch *l = mem_new(sizeof *l);
	const struct kit_backend *b = e->model->kit ? kit_backend(e->model->kit, backend) : NULL;
	*l = (struct launch){.e = e, .backend = mem_str(backend), .acting = acting, .ev = ev, .done = done, .ctx = ctx};
	l->work.data = l;
	e->living++;
	if (!b) {
		l->status = fault_set(&l->fault, STATUS_NO, "no-backend", "the kit in use has no backend %s", backend);
	} else {
		describe(l, b);
		l->status = find(l, b);
		if (!l->status && strcmp(l->spec, "{}") != 0 && !uv_queue_work(&e->loop, &l->work, fetch, fetched))
			return l;
		if (!l->status && strcmp(l->spec, "{}") != 0)
			l->status = fault_set(&l->fault, STATUS_OUTSIDE, "secrets", "the secrets could not be fetched");
		l->secrets = mem_str("{}");
	}
	l->soon = timer_new(&e->loop, 0, 0, now_then, l);
	return l;
}

bool launch_program_is(struct engine *e, const char *backend, const char *sha)
{
	struct launch l = {.e = e};
	const struct kit_backend *b = e->model->kit ? kit_backend(e->model->kit, backend) : NULL;
	bool same = b && !find(&l, b) && !strcmp(l.sha, sha);
	for (size_t i = 0; i < ARGV_MAX; i++)
		free(l.argv[i]);
	return same;
}

void launch_drop(struct launch **l)
{
	if (*l)
		(*l)->dropped = true; /* it is freed when its thread or timer comes back */
	*l = NULL;
}
