/* What every command stands on: its options, how a fault and an answer are
 * printed.  Which command there is to run is cli_run.c's. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"

const struct command *cli_command(const struct cli *c, const char *name)
{
	for (int i = 0; i < c->n_commands; i++)
		if (!strcmp(c->commands[i].name, name))
			return &c->commands[i];
	return NULL;
}

/* ---- options ---------------------------------------------------------------- */

void cli_drop(struct cli *c, int i, int n)
{
	for (int k = i; k + n <= c->argc; k++)
		c->argv[k] = c->argv[k + n];
	c->argc -= n;
}

static void know(struct cli *c, const char *name)
{
	for (int i = 0; i < c->n_known; i++)
		if (!strcmp(c->known[i], name))
			return;
	if (c->n_known < (int)(sizeof c->known / sizeof *c->known))
		c->known[c->n_known++] = name;
}

bool cli_option(struct cli *c, const char *name, const char **value)
{
	size_t len = strlen(name);
	know(c, name);
	for (int i = 1; i < c->argc && strcmp(c->argv[i], "--") != 0; i++) {
		char *word = c->argv[i];
		if (strncmp(word, name, len) != 0 || (word[len] != '\0' && word[len] != '='))
			continue;
		if (!value) {
			if (word[len] == '=')
				continue;
			cli_drop(c, i, 1);
			return true;
		}
		if (word[len] == '=') {
			*value = word + len + 1;
			cli_drop(c, i, 1);
			return true;
		}
		if (i + 1 >= c->argc) {
			c->lacking = name;
			cli_drop(c, i, 1);
			return false;
		}
		*value = c->argv[i + 1];
		cli_drop(c, i, 2);
		return true;
	}
	return false;
}

static enum status usage(const struct cli *c, struct fault *f)
{
	const struct command *cmd = cli_command(c, c->argv[0]);
	if (cmd && !f->mend[0])
		fault_mend(f, "it is called so: backout %s%s%s", cmd->name, *cmd->args ? " " : "", cmd->args);
	return cli_fail(c, STATUS_USAGE, f);
}

static enum status unknown_option(const struct cli *c, const char *word)
{
	struct fault f;
	const char *const common[] = {"--kit", "--store", "--incident", "--json", "--theme", "--help"};
	const char *names[48];
	size_t n = 0;
	char name[64];
	for (int i = 0; i < c->n_known; i++)
		names[n++] = c->known[i];
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		names[n++] = common[i];
	text_copy(name, sizeof name, word);
	name[strcspn(name, "=")] = '\0';
	const char *near = text_nearest(name, names, n);
	fault_set(&f, STATUS_USAGE, "bad-option", "%s knows no option %s", c->argv[0], name);
	if (near)
		fault_mend(&f, "did you mean %s?", near);
	return usage(c, &f);
}

enum status cli_done(struct cli *c, int min_words, int max_words)
{
	struct fault f;
	if (c->lacking) {
		fault_set(&f, STATUS_USAGE, "bad-option", "%s needs a value", c->lacking);
		return usage(c, &f);
	}
	for (int i = 1; i < c->argc; i++) {
		if (!strcmp(c->argv[i], "--")) {
			cli_drop(c, i, 1);
			break;
		}
		if (c->argv[i][0] == '-' && c->argv[i][1])
			return unknown_option(c, c->argv[i]);
	}
	if (c->argc - 1 < min_words || c->argc - 1 > max_words) {
		fault_set(&f, STATUS_USAGE, "bad-words", c->argc - 1 < min_words ? "%s needs more than that" : "%s takes fewer words", c->argv[0]);
		return usage(c, &f);
	}
	return STATUS_OK;
}

/* ---- printing ----------------------------------------------------------------- */

/* A line of ours that may hold a stranger's text; line feeds and tabs are ours. */
static void clean_line(struct buf *out, const char *s, size_t len)
{
	size_t cap = len * 10 + 16;
	char *line = mem_new(cap);
	for (size_t at = 0; at <= len;) {
		size_t n = strcspn(s + at, "\t");
		if (n > len - at)
			n = len - at;
		text_clean(line, cap, s + at, n, 0);
		buf_adds(out, line);
		at += n;
		if (at < len)
			buf_addc(out, '\t');
		at++;
	}
	free(line);
}

static bool write_whole(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t w = write(fd, s, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		s += w;
		n -= (size_t)w;
	}
	return true;
}

void cli_out(const struct buf *b)
{
	struct buf out;
	buf_init(&out, (size_t)1 << 30);
	const char *s = buf_str(b);
	for (size_t at = 0; at < b->len;) {
		const char *nl = memchr(s + at, '\n', b->len - at);
		size_t n = nl ? (size_t)(nl - s) - at : b->len - at;
		clean_line(&out, s + at, n);
		if (nl)
			buf_addc(&out, '\n');
		at += n + (nl ? 1 : 0);
	}
	fflush(stdout);
	/* a reader that went away is its own business; a full disk must not look like success */
	if (!write_whole(STDOUT_FILENO, buf_str(&out), out.len) && errno != EPIPE) {
		fprintf(stderr, "backout: cannot write the answer: %s\n", strerror(errno));
		buf_release(&out);
		exit(STATUS_OUTSIDE);
	}
	buf_release(&out);
}

static void fail_json(const struct fault *f, struct buf *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	jw_key(&w, "error");
	jw_fault(&w, f);
	jw_obj_end(&w);
}

enum status cli_fail(const struct cli *c, enum status s, const struct fault *f)
{
	struct buf b, out;
	buf_init(&b, 16384);
	buf_init(&out, 65536);
	if (c->json) {
		fail_json(f, &b);
	} else {
		buf_adds(&b, "backout: ");
		if (f->where[0])
			buf_addf(&b, "%s:", f->where);
		if (f->where[0] && f->line)
			buf_addf(&b, "%d:%d:", f->line, f->column);
		buf_addf(&b, "%s%s", f->where[0] ? " " : "", f->what);
	}
	clean_line(&out, buf_str(&b), b.len);
	buf_addc(&out, '\n');
	if (!c->json && f->mend[0]) {
		buf_adds(&out, "  ");
		clean_line(&out, f->mend, strlen(f->mend));
		buf_addc(&out, '\n');
	}
	fflush(stderr);
	write_whole(STDERR_FILENO, buf_str(&out), out.len);
	buf_release(&b);
	buf_release(&out);
	return s;
}

void command_print_help(const struct command *cmd, struct buf *out)
{
	buf_addf(out, "backout %s%s%s\n  %s\n", cmd->name, *cmd->args ? " " : "", cmd->args, cmd->summary);
	if (cmd->help)
		buf_addf(out, "\n%s", cmd->help);
	buf_adds(out, "\nEverywhere: --kit DIR, --store PATH, --incident I, --json, --theme NAME.\n");
}
