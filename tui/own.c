/* This user's theme and keys. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/own.h"

static enum status theme_pick(struct own *o, struct ui *u, const char *given, struct fault *f)
{
	const char *name = theme_choice(given, getenv("BACKOUT_THEME"), getenv("NO_COLOR"), getenv("TERM"));
	struct problems p = {0};
	char text[560], why[500];
	enum status s = theme_load(name, &o->theme, &p, f);

	text_copy(o->asked, sizeof o->asked, name);
	if (s == STATUS_USAGE && !given) {
		snprintf(text, sizeof text, "%s: %s", f->what, f->mend);
		ui_notice(u, text);
		s = theme_load("default", &o->theme, &p, f);
	}
	ui_problems(&p, "", why, sizeof why);
	snprintf(text, sizeof text, "%s%s", s == STATUS_NO ? "this is the default theme, since " : "", why);
	ui_notice(u, text);
	problems_release(&p);
	return s == STATUS_NO ? STATUS_OK : s;
}

enum status own_load(struct own *o, struct ui *u, const char *given, struct fault *f)
{
	struct problems p = {0};
	char text[600];

	keyfile_load(&o->keys, &p);
	keyfile_apply(&o->keys, NULL, &u->keys, &p);
	u->keyfile = &o->keys;
	ui_notice(u, ui_problems(&p, "`backout help keys`", text, sizeof text));
	problems_release(&p);
	return theme_pick(o, u, given, f);
}

void own_theme_change(struct own *o, struct ui *u, const struct sight *s)
{
	struct theme_names all;
	struct theme t;
	struct problems p = {0};
	struct fault f = {0};
	char text[500];
	enum status st;

	theme_names(&all);
	if (!*u->theme_want)
		text_copy(u->theme_want, sizeof u->theme_want, theme_after(&all, o->asked));
	st = theme_load(u->theme_want, &t, &p, &f);
	if (st == STATUS_USAGE) {
		ui_say(u, s, false, "%s: %s", f.what, f.mend);
	} else {
		text_copy(o->asked, sizeof o->asked, u->theme_want);
		o->theme = t;
		ui_problems(&p, "", text, sizeof text);
		ui_say(u, s, p.n, "theme %s%s%s", t.name, !p.n ? "" : st == STATUS_NO ? ", since " : "; ", text);
	}
	problems_release(&p);
	*u->theme_want = 0;
	u->theme_changed = false;
}
