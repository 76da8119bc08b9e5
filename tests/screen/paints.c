/* A theme on terminals with 256, 16, 8 and no colours. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/screen/paints.h"

static void paint(const struct paint *p)
{
	static const char letters[] = "bdru"; /* bold dim reverse underline */
	char fg[8] = "own", bg[12] = "", attributes[8] = "";

	if (p->fg >= 0)
		snprintf(fg, sizeof fg, "%d", p->fg);
	if (p->bg >= 0)
		snprintf(bg, sizeof bg, " on %d", p->bg);
	for (size_t i = 0; i < 4; i++)
		snprintf(attributes + strlen(attributes), sizeof attributes - strlen(attributes), "%.*s", p->attributes >> i & 1, letters + i);
	printf("  %-3s%-7s %-2s", fg, bg, attributes);
}

void paints_print(const struct theme *t)
{
	static const int colours[] = {256, 16, 8, 0};
	struct theme fit[4];

	printf("== paints %s%s: 256, 16, 8 and no colours\n", t->name, t->ascii ? ", ascii" : "");
	for (size_t i = 0; i < 4; i++)
		theme_fit(t, colours[i], &fit[i]);
	for (int r = 0; r < ROLE_COUNT; r++) {
		printf("%-12s", role_word((enum role)r));
		for (size_t i = 0; i < 4; i++)
			paint(&fit[i].paint[r]);
		putchar('\n');
	}
}
