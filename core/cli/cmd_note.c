/* backout note TEXT|-: a line into the timeline. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_note(struct cli *c)
{
	struct asking a;
	char text[16384];
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	const char *words = c->argv[1];
	if (!strcmp(words, "-")) {
		size_t n = fread(text, 1, sizeof text - 1, stdin);
		while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			n--;
		text[n] = '\0';
		words = text;
	}
	asking_begin(&a, c);
	jw_kstr(&a.w, "text", words);
	return asking_end(&a, "note", NULL);
}
