/* The commands' run functions, one file each.  commands.c holds the table
 * that names them; nobody but that table and cli_run calls these. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command cli_commands[];
extern const int cli_n_commands;

enum status cmd_ask(struct cli *c);      /* every command that is one ask */
enum status cmd_brief(struct cli *c);
enum status cmd_changes(struct cli *c);
enum status cmd_check(struct cli *c);
enum status cmd_declare(struct cli *c);
enum status cmd_demo(struct cli *c, enum status (*console)(struct cli *c)); /* cli_run calls it: it opens a console */
enum status cmd_engine(struct cli *c);
enum status cmd_fire(struct cli *c);
enum status cmd_freeze(struct cli *c);
enum status cmd_help(struct cli *c);
enum status cmd_init(struct cli *c);
enum status cmd_list(struct cli *c);
enum status cmd_log(struct cli *c);
enum status cmd_note(struct cli *c);
enum status cmd_plugin(struct cli *c);
enum status cmd_show(struct cli *c);
enum status cmd_status(struct cli *c);
enum status cmd_verify(struct cli *c);
enum status cmd_version(struct cli *c);

/* What --help says of one command. */
void command_print_help(const struct command *cmd, struct buf *out);

#endif
