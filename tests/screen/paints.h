/* What a theme paints, as a table that people review: one row a role, one column
 * a kind of terminal.  Called by headless; changes nothing. */
#ifndef TESTS_SCREEN_PAINTS_H
#define TESTS_SCREEN_PAINTS_H

#include "tui/screen/theme.h"

void paints_print(const struct theme *t);

#endif
