/* What of a console is this user's own: the theme and the keys.  Reads their
 * files, and says through the ui what of them is not understood; only a theme
 * named on the command line has to be there, no file keeps a console from
 * starting.  Called by the console's loop. */
#ifndef TUI_OWN_H
#define TUI_OWN_H

#include "tui/screen/theme.h"
#include "tui/ui/ui.h"

struct own {
	struct keyfile keys;
	struct theme theme;
	char asked[THEME_NAME];  /* its name, or of one that is not understood and shown as the default */
};
/* given: the theme of the command line, or NULL. */
enum status own_load(struct own *o, struct ui *u, const char *given, struct fault *f);
/* T: the next one; `:theme NAME`: that one.  One that is not understood is passed over by the T after it. */
void own_theme_change(struct own *o, struct ui *u, const struct sight *s);

#endif
