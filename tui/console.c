/* The console's way in. */
#include "config.h"

#include "tui/tui.h"

enum status tui_console(struct cli *c)
{
	struct fault f;

	fault_set(&f, STATUS_USAGE, "not-built", "the console is not built yet");
	fault_mend(&f, "use the commands: backout help");
	return cli_fail(c, STATUS_USAGE, &f);
}
