/* What every command stands on: its options, how it prints and how it fails.
 * One row per command in commands.c.  Answers go to standard output, messages to standard error;
 * exit status is enum status.  main.c (tui) calls cli_run. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/status.h"

struct command;
struct cli;
struct cli_front {           /* what the console brings: this room does not reach as far */
	enum status (*console)(struct cli *c);
	enum status (*help_keys)(struct cli *c, struct buf *out);
	enum status (*help_themes)(struct cli *c, struct buf *out);
};
struct cli {                 /* the common options, taken out before the command sees its own */
	const char *kit, *store, *incident, *theme; /* NULL where not given */
	bool json;
	bool linear;             /* the demo's --linear, handed to the console */
	const struct command *commands; int n_commands; /* the table */
	const struct cli_front *front;
	int argc; char **argv;   /* what is left: argv[0] is the command's name, "backout" where there was none */
	/* kept by cli_option for cli_done: the options this command knows, and one that lacked its value */
	const char *known[32];
	int n_known;
	const char *lacking;
};

struct command {
	const char *name;
	const char *args;        /* as --help prints it: "SERVICE VERSION --reason T" */
	const char *summary;     /* one line */
	const char *help;        /* a paragraph or more, or NULL */
	enum status (*run)(struct cli *c); /* NULL: not built yet */
};
const struct command *cli_command(const struct cli *c, const char *name); /* NULL: there is none */

/* Run argv[1] as a command.  Where the first word is no command, or is one that opens a console
 * (demo watch observe), the front's console is called with what is left. */
enum status cli_run(int argc, char **argv, const struct cli_front *front);

/* Print a fault: "backout: FILE:LINE:COLUMN: what\n  mend", or the JSON error with --json. Returns its status. */
enum status cli_fail(const struct cli *c, enum status s, const struct fault *f);
/* Take an option ("--reason") with (value != NULL) or without a value out of c->argv; true where it was there.
 * Both "--reason T" and "--reason=T" are taken; nothing behind "--" is an option.  Call again for repeated ones. */
bool cli_option(struct cli *c, const char *name, const char **value);
/* (*value is left alone where the option is missing or lacks its value; cli_done says so.) */
/* Take n words out of c->argv. */
void cli_drop(struct cli *c, int i, int n);
/* After all options: error (USAGE, with the nearest name) where an unknown --option is left or words are out of range. */
enum status cli_done(struct cli *c, int min_words, int max_words);
/* Print bytes of ours that hold strangers' text cleaned with text_clean; flush; failing output is an error. */
void cli_out(const struct buf *b);
/* The ten lines of `brief` for the console, which does not reach as far as core/report. */
struct model;
struct model_incident;
struct now;
void cli_brief(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out);

#endif
