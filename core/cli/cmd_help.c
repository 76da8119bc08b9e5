/* backout help [COMMAND|kit|keys|themes] */
#include "config.h"

#include <string.h>

#include "cli/commands.h"
#include "kit/kit.h"

static void all_commands(const struct cli *c, struct buf *b)
{
	buf_adds(b, "backout [KIT]            the console; starts or finds the kit's engine\n");
	for (int i = 0; i < c->n_commands; i++) {
		const struct command *cmd = &c->commands[i];
		buf_addf(b, "backout %-16s %s\n", cmd->name, cmd->summary);
	}
	buf_adds(b, "\n`backout help COMMAND`, `backout help kit`, `backout help keys` and `backout help themes`\nsay more.\n");
}

static enum status one(struct cli *c, const char *word, struct buf *b)
{
	const struct command *cmd = cli_command(c, word);
	if (cmd) {
		command_print_help(cmd, b);
		return STATUS_OK;
	}
	if (!strcmp(word, "kit")) {
		kit_help(b);
		return STATUS_OK;
	}
	if (!strcmp(word, "keys"))
		return c->front->help_keys(c, b);
	if (!strcmp(word, "themes"))
		return c->front->help_themes(c, b);
	struct fault f;
	fault_set(&f, STATUS_USAGE, "no-command", "there is no command %s", word);
	fault_mend(&f, "`backout help` lists them");
	return cli_fail(c, STATUS_USAGE, &f);
}

enum status cmd_help(struct cli *c)
{
	enum status s = cli_done(c, 0, 1);
	if (s)
		return s;
	struct buf b;
	buf_init(&b, 1 << 20);
	if (c->argc > 1)
		s = one(c, c->argv[1], &b);
	else
		all_commands(c, &b);
	cli_out(&b);
	buf_release(&b);
	return s;
}
