/* backout-plugin-prometheus: signals measured by Prometheus, or by what speaks
 * its API.  It performs nothing.  docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/told.h"

static const char *const more_keys[] = {"stale", "partial", NULL};

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct fault f;
	struct prom *p = mem_new(sizeof *p);
	if (!http_servers_read(s, start->config, more_keys, &p->servers, &f)) {
		free(p);
		return sdk_error(SDK_BAD_PARAMS, "%s", f.what);
	}
	const char *partial = json_get_str(start->config, "partial", "fail");
	double stale = json_get_num(start->config, "stale", 90);
	bool good_stale = stale >= 1 && stale <= 86400;
	if (!good_stale || (strcmp(partial, "fail") != 0 && strcmp(partial, "count") != 0)) {
		http_servers_release(&p->servers);
		free(p);
		return sdk_error(SDK_BAD_PARAMS, "%s", good_stale ? "`partial` must be fail or count" : "`stale` must be 1 to 86400 seconds");
	}
	p->partial = !strcmp(partial, "count");
	p->stale = (int64_t)(stale * 1e6);
	p->s = s;
	p->http = http_new(s);
	p->told = told_new(&p->servers);
	sdk_set_state(s, p);
	return sdk_ready(s, &(struct sdk_provides){.signals = true, .history = true});
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct prom *p = sdk_state(s);
	watch_free(p->watch);
	p->watch = watch_new(p, json_get(params, "signals"));
	return sdk_ok();
}

static struct sdk_answer on_history(struct sdk *s, const struct json *params)
{
	return history_answer(sdk_state(s), params);
}

static void on_end(struct sdk *s)
{
	struct prom *p = sdk_state(s);
	if (!p)
		return;
	watch_free(p->watch);
	http_free(p->http);
	http_servers_release(&p->servers);
	free(p->told);
	free(p);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "prometheus", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch, .history = on_history,
		.end = on_end,
	});
}
