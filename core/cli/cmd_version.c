/* backout version */
#include "config.h"

#include "base/json.h"
#include "cli/commands.h"
#include "model/model.h"

enum status cmd_version(struct cli *c)
{
	enum status s = cli_done(c, 0, 0);
	if (s)
		return s;
	struct buf b;
	buf_init(&b, 4096);
	if (c->json) {
		struct jw w;
		jw_init(&w, &b);
		jw_obj(&w);
		jw_kstr(&w, "version", PACKAGE_VERSION);
		jw_kint(&w, "journal", 1);
		jw_kint(&w, "plugin_protocol", 1);
		jw_kint(&w, "reducer", REDUCER_VERSION);
		jw_obj_end(&w);
		buf_addc(&b, '\n');
	} else {
		buf_addf(&b, "backout %s (journal 1, plugin protocol 1, reducer %d)\n", PACKAGE_VERSION, REDUCER_VERSION);
	}
	cli_out(&b);
	buf_release(&b);
	return STATUS_OK;
}
