/* `backout help keys` and `backout help themes`: what this user has, and what is wrong with files of their own. */
#include "config.h"

#include <stdio.h>

#include "tui/keys/keyfile.h"
#include "tui/screen/theme.h"
#include "tui/tui.h"

/* The bindings of this user. */
static void keys_load(struct bindings *out, struct problems *p)
{
	struct keyfile own;

	keyfile_load(&own, p);
	keyfile_apply(&own, NULL, out, p);
}

/* To standard error; USAGE where one of them is an error.  Releases them. */
static enum status tell(const struct cli *c, const char *code, struct problems *p)
{
	enum status s = p->errors ? STATUS_USAGE : STATUS_OK;

	for (size_t i = 0; i < p->n; i++) {
		const struct problem *x = &p->v[i];
		struct fault f;
		fault_set(&f, STATUS_USAGE, code, "%s%s", x->severity == PROBLEM_WARNING ? "warning: " : "", x->what);
		fault_mend(&f, "%s", x->mend);
		fault_where(&f, x->file, x->line, x->column);
		cli_fail(c, STATUS_USAGE, &f);
	}
	problems_release(p);
	return s;
}

enum status tui_help_keys(struct cli *c, struct buf *out)
{
	struct problems p = {0};
	struct bindings b;

	keys_load(&b, &p);
	keyfile_print(&b, out);
	return tell(c, "bad-keys", &p);
}

enum status tui_help_themes(struct cli *c, struct buf *out)
{
	struct theme_names all;
	struct problems p = {0}, of_keys = {0};
	struct bindings b;
	struct theme t;
	struct fault f;
	char where[200];

	keys_load(&b, &of_keys);
	problems_release(&of_keys);
	buf_addf(out, "# The themes; --theme NAME, BACKOUT_THEME, %s and `:theme NAME` choose one.\n\n", b.shown[COMMAND_THEME]);
	theme_names(&all);
	for (size_t i = 0; i < all.n; i++) {
		theme_load(all.v[i], &t, &p, &f);
		buf_addf(out, "%-15s %s\n", all.v[i], theme_where(all.v[i], where, sizeof where));
	}
	buf_adds(out, "\n# One of your own is a file ~/.config/backout/themes/NAME.theme of lines\n"
		"#   ROLE = [COLOUR] [on COLOUR] [bold] [dim] [reverse] [underline]\n"
		"#   inherit = NAME    begin with that theme\n"
		"#   charset = ascii   show nothing but plain ASCII\n"
		"# COLOUR: default, black red green yellow blue magenta cyan white, bright-red ..., or 0 to 255.  ROLE:");
	for (int r = 0; r < ROLE_COUNT; r++)
		buf_addf(out, "%s%s", r % 8 ? " " : "\n#   ", role_word((enum role)r));
	buf_addc(out, '\n');
	return tell(c, "bad-theme", &p);
}
