/* backout-plugin-alertmanager: alerts as signals, silences as changes.  It
 * performs nothing.  docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>

#include "alertmanager/alertmanager.h"

static const char *const more_keys[] = {"service_label", "settle", NULL};

static bool read_config(struct am *a, const struct json *config, struct fault *f)
{
	double settle = json_get_num(config, "settle", 90);
	if (!http_servers_read(a->s, config, more_keys, &a->servers, f))
		return false;
	a->service_label = json_get_str(config, "service_label", "service");
	a->settle = (int64_t)(settle * 1e6);
	if (settle >= 0 && settle <= 3600)
		return true;
	http_servers_release(&a->servers);
	fault_set(f, STATUS_USAGE, "bad-config", "`settle` must be 0 to 3600 seconds");
	return false;
}

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct fault f;
	struct am *a = mem_new(sizeof *a);
	a->s = s;
	if (!read_config(a, start->config, &f)) {
		free(a);
		return sdk_error(SDK_BAD_PARAMS, "%s", f.what);
	}
	a->http = http_new(s);
	a->ill = mem_new(a->servers.n * sizeof *a->ill);
	a->silences = silences_new(a);
	sdk_set_state(s, a);
	return sdk_ready(s, &(struct sdk_provides){.signals = true, .history = true});
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct am *a = sdk_state(s);
	watch_free(a->watch);
	a->watch = watch_new(a, json_get(params, "signals"));
	if (json_count(json_get(params, "signals")))
		silences_look(a->silences);
	return sdk_ok();
}

static struct sdk_answer on_history(struct sdk *s, const struct json *params)
{
	return history_answer(sdk_state(s), params);
}

static void on_end(struct sdk *s)
{
	struct am *a = sdk_state(s);
	if (!a)
		return;
	watch_free(a->watch);
	silences_free(a->silences);
	http_free(a->http);
	http_servers_release(&a->servers);
	free(a->ill);
	free(a);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "alertmanager", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch, .history = on_history,
		.end = on_end,
	});
}
