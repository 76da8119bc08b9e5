/* backout help [COMMAND|kit|keys] */
#include "config.h"

#include <string.h>

#include "cli/commands.h"
#include "kit/kit.h"

static const char keys_text[] =
	"The console's keys\n\n"
	"  an action's key      open its panel; type the three letters shown to fire, anything else means no\n"
	"  Tab                  next pane            arrows, hjkl, g g, G  move\n"
	"  Enter                open                 Esc  back\n"
	"  /                    filter               :    palette          ?  help\n"
	"  D  this deploy is bad (declare)           a  ways back          p  plan\n"
	"  w  report what only people know           n  note               b  brief\n"
	"  o  owed              c  comms             t  timeline           u  what changed, suspects\n"
	"  v  not this time (veto)                   A  acknowledge        R  resolve an unknown\n"
	"  B  break-glass       F  freeze, or stop what runs               P  pins\n"
	"  C  take command      H  hand over         X  close\n"
	"  T  theme             q  leave: nothing ends\n";

static void all_commands(const struct cli *c, struct buf *b)
{
	buf_adds(b, "backout [KIT]            the console; starts or finds the kit's engine\n");
	for (int i = 0; i < c->n_commands; i++) {
		const struct command *cmd = &c->commands[i];
		buf_addf(b, "backout %-16s %s\n", cmd->name, cmd->summary);
	}
	buf_adds(b, "\n`backout help COMMAND`, `backout help kit` and `backout help keys` say more.\n");
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
	if (!strcmp(word, "keys")) {
		buf_adds(b, keys_text);
		return STATUS_OK;
	}
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
