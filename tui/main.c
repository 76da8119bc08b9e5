/* The program: hands the words to the command line, or opens the console. */
#include "cli/cli.h"
#include "tui/tui.h"

int main(int argc, char **argv)
{
	return (int)cli_run(argc, argv, tui_console);
}
