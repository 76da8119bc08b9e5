/* What the kit asks of a backend, in the protocol's words: what its process is
 * started from, the set that it watches, and one signal of it. */
#include "config.h"

#include <string.h>

#include "engine/parts.h"

/* Everything a watcher is started from: where it changed, the process has to. */
char *request_spec(const struct kit_backend *b)
{
	struct buf o;
	struct jw w;
	buf_init(&o, JSON_LINE_MAX);
	jw_init(&w, &o);
	jw_arr(&w);
	jw_str(&w, b->plugin);
	for (size_t i = 0; i < b->command.n; i++)
		jw_str(&w, b->command.v[i]);
	jw_str(&w, b->config);
	jw_str(&w, b->secrets);
	for (size_t i = 0; i < b->pass_env.n; i++)
		jw_str(&w, b->pass_env.v[i]);
	jw_arr_end(&w);
	return buf_take(&o);
}

void request_deploys(const struct kit *k, const char *backend, struct jw *w)
{
	jw_key(w, "deploys");
	jw_arr(w);
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *s = &k->services[i];
		if (!s->deploys_backend || strcmp(s->deploys_backend, backend) != 0)
			continue;
		jw_obj(w);
		jw_kstr(w, "service", s->name);
		jw_key(w, "target");
		jw_raw(w, s->deploys_target, strlen(s->deploys_target));
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

void request_signal(const char *service, const struct kit_signal *g, struct jw *w)
{
	jw_obj(w);
	jw_kstr(w, "service", service);
	jw_kstr(w, "signal", g->name);
	jw_kstr(w, "query", g->query);
	jw_knum(w, "every", (double)g->every / (double)US_SECOND);
	jw_obj_end(w);
}

static void put_signals(const struct kit *k, const char *backend, struct jw *w)
{
	jw_key(w, "signals");
	jw_arr(w);
	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_signals; n++) {
			const struct kit_signal *g = &k->services[i].signals[n];
			if (strcmp(g->backend, backend) != 0)
				continue;
			request_signal(k->services[i].name, g, w);
		}
	jw_arr_end(w);
}

/* To one that measures nothing: whose changes are heard, so that it can refuse those of others. */
static void put_services(const struct kit *k, const char *backend, struct jw *w)
{
	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_signals; n++)
			if (!strcmp(k->services[i].signals[n].backend, backend))
				return;
	jw_key(w, "services");
	jw_arr(w);
	for (size_t i = 0; i < k->n_services; i++)
		jw_str(w, k->services[i].name);
	jw_arr_end(w);
}

char *request_watch(const struct kit *k, const char *backend)
{
	struct buf o;
	struct jw w;
	buf_init(&o, JSON_LINE_MAX);
	jw_init(&w, &o);
	jw_obj(&w);
	request_deploys(k, backend, &w);
	put_signals(k, backend, &w);
	put_services(k, backend, &w);
	jw_obj_end(&w);
	return buf_take(&o);
}
