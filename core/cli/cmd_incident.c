/* backout take, hand-over, close, note: an incident's commander, end and words. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"

enum status cmd_take(struct cli *c)
{
	struct asking a;
	enum status s = cli_done(c, 0, 0);
	if (s)
		return s;
	asking_begin(&a, c);
	return asking_end(&a, "take", "how");
}

enum status cmd_hand_over(struct cli *c)
{
	struct asking a;
	enum status s = cli_done(c, 1, 1);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "person", c->argv[1]);
	return asking_end(&a, "hand-over", NULL);
}

enum status cmd_close(struct cli *c)
{
	struct asking a;
	const char *as = NULL, *reason = NULL;
	cli_option(c, "--as", &as);
	cli_option(c, "--reason", &reason);
	enum status s = cli_done(c, 0, 0);
	if (!s)
		s = need_option(c, "--as", as);
	if (s)
		return s;
	asking_begin(&a, c);
	jw_kstr(&a.w, "as", as);
	if (reason)
		jw_kstr(&a.w, "reason", reason);
	return asking_end(&a, "close", "incident");
}

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
