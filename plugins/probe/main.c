/* backout-plugin-probe: signals measured over HTTP.  It performs nothing.
 * docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>

#include "probe/probe.h"

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct probe *p = mem_new(sizeof *p);
	(void)start;
	p->s = s;
	sdk_set_state(s, p);
	return sdk_ready(s, &(struct sdk_provides){.signals = true});
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct probe *p = sdk_state(s);
	watch_free(p->watch);
	p->watch = watch_new(p, json_get(params, "signals"));
	return sdk_ok();
}

static void on_end(struct sdk *s)
{
	struct probe *p = sdk_state(s);
	if (!p)
		return;
	watch_free(p->watch);
	free(p);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "probe", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch, .end = on_end,
	});
}
