/* The commands that are one ask: their words and options are its parameters.
 * backout take, hand-over, close, cancel, veto, resolve, pin, unpin, unfreeze,
 * report. */
#include "config.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"

enum { WORDS_MAX = 2, OPTIONS_MAX = 3 };

struct ask_option {
	const char *name;        /* "--reason"; the parameter is called so without the dashes */
	bool required, flag;
};
/* One row a command; the ask bears the command's name. */
struct ask_row {
	const char *name, *words[WORDS_MAX];
	int min, max;            /* of the words */
	struct ask_option options[OPTIONS_MAX];
	const char *print;       /* the member of the answer that a person sees */
	enum status (*check)(const struct cli *c, struct fault *f);
};

static enum status is_outcome(const struct cli *c, struct fault *f)
{
	if (!strcmp(c->argv[2], "done") || !strcmp(c->argv[2], "failed"))
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "bad-words", "an outcome is done or failed, not %s", c->argv[2]);
	fault_mend(f, "it is called so: backout resolve KEY done|failed --reason T");
	return STATUS_USAGE;
}

static const struct ask_row rows[] = {
	{"take", {NULL}, 0, 0, {{NULL}}, "how", NULL},
	{"hand-over", {"person"}, 1, 1, {{NULL}}, NULL, NULL},
	{"close", {NULL}, 0, 0, {{"--as", .required = true}, {"--reason"}}, "incident", NULL},
	{"cancel", {"key"}, 1, 1, {{NULL}}, "said", NULL},
	{"veto", {"key"}, 0, 1, {{NULL}}, "said", NULL},
	{"resolve", {"key", "outcome"}, 2, 2, {{"--reason", .required = true}}, NULL, is_outcome},
	{"pin", {"service", "version"}, 2, 2, {{"--reason", .required = true}}, NULL, NULL},
	{"unpin", {"service", "version"}, 2, 2, {{"--reason", .required = true}}, NULL, NULL},
	{"unfreeze", {"service"}, 1, 1, {{"--reason"}}, NULL, NULL},
	{"report", {"signal"}, 1, 1, {{"--service"}, {"--note"}, {"--gone", .flag = true}}, NULL, NULL},
};

struct given {
	const char *value[OPTIONS_MAX];
	bool there[OPTIONS_MAX];
};

static void take_options(struct cli *c, const struct ask_row *row, struct given *out)
{
	for (size_t i = 0; i < OPTIONS_MAX && row->options[i].name; i++)
		out->there[i] = cli_option(c, row->options[i].name, row->options[i].flag ? NULL : &out->value[i]);
}

static enum status check(struct cli *c, const struct ask_row *row, const struct given *g)
{
	struct fault f;
	enum status s = cli_done(c, row->min, row->max);
	for (size_t i = 0; !s && i < OPTIONS_MAX; i++)
		if (row->options[i].required)
			s = need_option(c, row->options[i].name, g->value[i]);
	if (s || !row->check)
		return s;
	s = row->check(c, &f);
	return s ? cli_fail(c, s, &f) : STATUS_OK;
}

static void put_params(const struct cli *c, const struct ask_row *row, const struct given *g, struct jw *w)
{
	for (int i = 0; i < c->argc - 1; i++)
		jw_kstr(w, row->words[i], c->argv[i + 1]);
	for (size_t i = 0; i < OPTIONS_MAX; i++) {
		if (!g->there[i])
			continue;
		const char *param = row->options[i].name + strlen("--");
		if (row->options[i].flag)
			jw_kbool(w, param, true);
		else
			jw_kstr(w, param, g->value[i]);
	}
}

static const struct ask_row *row_of(const char *name)
{
	const struct ask_row *row = rows;
	while (strcmp(row->name, name) != 0)
		row++; /* commands.c sends only names that stand here */
	return row;
}

enum status cmd_ask(struct cli *c)
{
	struct asking a;
	struct given g = {{NULL}, {false}};
	const struct ask_row *row = row_of(c->argv[0]);
	take_options(c, row, &g);
	enum status s = check(c, row, &g);
	if (s)
		return s;
	asking_begin(&a, c);
	put_params(c, row, &g, &a.w);
	return asking_end(&a, row->name, row->print);
}
