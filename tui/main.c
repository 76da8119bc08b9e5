/* The program: hands the words to the command line, or opens the console. */
#include "base/mem.h"
#include "cli/cli.h"
#include "tui/tui.h"

int main(int argc, char **argv)
{
	static const struct cli_front front = {tui_console, tui_help_keys, tui_help_themes};

	mem_frugal();
	return (int)cli_run(argc, argv, &front);
}
