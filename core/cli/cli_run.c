/* The way from argv to a command, or to the console. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"

static const char *const console_words[] = {"demo", "watch", "observe"};

static bool opens_console(const char *name)
{
	for (size_t i = 0; i < sizeof console_words / sizeof *console_words; i++)
		if (!strcmp(console_words[i], name))
			return true;
	return false;
}

static void take_common(struct cli *c)
{
	cli_option(c, "--kit", &c->kit);
	cli_option(c, "--store", &c->store);
	cli_option(c, "--incident", &c->incident);
	cli_option(c, "--theme", &c->theme);
	c->json = cli_option(c, "--json", NULL);
	c->n_known = 0; /* cli_done adds the common ones itself */
}

/* A first word that is neither a command nor a directory was meant to be one of them. */
static enum status stranger(const struct cli *c, const char *word)
{
	struct fault f;
	const char *names[64];
	size_t n = 0;
	for (int i = 0; i < c->n_commands && n < 64; i++)
		names[n++] = c->commands[i].name;
	const char *near = text_nearest(word, names, n);
	fault_set(&f, STATUS_USAGE, "no-command", "%s is neither a command nor a kit's directory", word);
	fault_mend(&f, near ? "did you mean `backout %s`?" : "`backout help` lists the commands", near ? near : "");
	return cli_fail(c, STATUS_USAGE, &f);
}

static enum status not_built(const struct cli *c, const struct command *cmd)
{
	struct fault f;
	fault_set(&f, STATUS_USAGE, "not-built", "%s is not built yet", cmd->name);
	fault_mend(&f, "it will be: %s", cmd->summary);
	return cli_fail(c, STATUS_USAGE, &f);
}

static enum status help_of(const struct command *cmd)
{
	struct buf b;
	buf_init(&b, 65536);
	command_print_help(cmd, &b);
	cli_out(&b);
	buf_release(&b);
	return STATUS_OK;
}

static bool is_directory(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static enum status dispatch(struct cli *c)
{
	bool help = cli_option(c, "--help", NULL) || cli_option(c, "-h", NULL);
	const char *word = c->argc > 1 && c->argv[1][0] != '-' ? c->argv[1] : NULL;
	const struct command *cmd = word ? cli_command(c, word) : NULL;
	c->n_known = 0;
	if (!word && cli_option(c, "--version", NULL))
		cmd = cli_command(c, "version");
	else if (!word && help)
		cmd = cli_command(c, "help");
	if (word && cmd)
		cli_drop(c, 0, 1);
	else if (cmd)
		c->argv[0] = (char *)(uintptr_t)cmd->name;
	if (help && word && cmd)
		return help_of(cmd);
	if (cmd && !strcmp(cmd->name, "demo"))
		return cmd_demo(c, c->front->console);
	if (cmd && !opens_console(cmd->name))
		return cmd->run ? cmd->run(c) : not_built(c, cmd);
	if (word && !cmd && !is_directory(word) && !strchr(word, '/'))
		return stranger(c, word);
	return c->front->console(c);
}

enum status cli_run(int argc, char **argv, const struct cli_front *front)
{
	struct cli c = {.argc = argc > 0 ? argc : 1,
		.commands = cli_commands, .n_commands = cli_n_commands, .front = front};
	char **copy = mem_new(((size_t)c.argc + 1) * sizeof *copy);
	for (int i = 1; i < argc; i++)
		copy[i] = argv[i];
	copy[0] = (char *)(uintptr_t)"backout";
	c.argv = copy;
	take_common(&c);
	enum status s;
	struct fault f;
	if (c.lacking) {
		fault_set(&f, STATUS_USAGE, "bad-option", "%s needs a value", c.lacking);
		s = cli_fail(&c, STATUS_USAGE, &f);
	} else {
		s = dispatch(&c);
	}
	free(copy);
	return s;
}
