/* Prints the parts of the manual that are derived: the console's keys and
 * commands, and the views by name, as roff.  manual.sh holds docs/backout.1
 * against it, so that table, help and manual say the same. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tui/ui/palette.h"

static const struct {
	const char *name, *shows;
} views[] = {
#define X(id, fn, name, enter, shows) {name, shows},
	VIEWS(X)
#undef X
};

static void roff(const char *s)
{
	for (; *s; s++) {
		if (*s == '-' || *s == '\\' || *s == '\'' || *s == '`')
			fputs(*s == '-' ? "\\-" : *s == '\\' ? "\\e" : *s == '\'' ? "\\(aq" : "\\(ga", stdout);
		else
			putchar(*s);
	}
}

static void strong(const char *s)
{
	fputs("\\fB", stdout);
	roff(s);
	fputs("\\fR", stdout);
}

static void row(const struct bindings *b, int i)
{
	char keys[200], name[COMMAND_NAME], usage[120];
	bool named = keymap_written(i, "", name, sizeof name);

	printf(".TP\n");
	if (*bindings_written(b, i, keys, sizeof keys))
		strong(keys);
	if (*keys && named)
		printf(" or ");
	if (named)
		strong(palette_usage((enum command_id)i, usage, sizeof usage));
	printf("\n");
	roff(keymap[i].help);
	printf("\n");
}

int main(void)
{
	struct bindings b;
	const char *group = "";

	bindings_default(&b);
	printf(".PD 0\n");
	for (int i = 0; i < COMMAND_NONE; i++) {
		if (strcmp(group, keymap[i].group) != 0)
			printf(".SS %s\n", group = keymap[i].group);
		row(&b, i);
	}
	printf(".SS views by their names\n");
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		if (!*views[i].name)
			continue;
		printf(".TP\n\\fB:");
		roff(views[i].name);
		printf("\\fR\n");
		roff(views[i].shows);
		printf("\n");
	}
	printf(".PD\n");
	return 0;
}
