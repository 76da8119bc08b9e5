/* Theme files.  Whatever they say: colours are of the 256, every problem has its
 * place and mend, and on any terminal what is due, unknown and alarming differ. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screen/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void paints_good(const struct theme *t, int colours)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		const struct paint *p = &t->paint[r];
		must(p->fg >= -1 && p->fg < (colours ? colours : 1) && p->bg >= -1 && p->bg < (colours ? colours : 1) && p->attributes < 16);
		must(colours || (p->fg == -1 && p->bg == -1));
	}
}

static bool same(const struct theme *t, enum role a, enum role b)
{
	const struct paint *x = &t->paint[a], *y = &t->paint[b];

	return x->fg == y->fg && x->bg == y->bg && x->attributes == y->attributes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int colours[] = {256, 16, 8, 0};
	char *text = malloc(size + 1);
	struct problems p = {0};
	struct theme t, fit;

	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	theme_parse("x", "x.theme", text, &t, &p);
	for (size_t i = 0; i < 4; i++) {
		theme_fit(&t, colours[i], &fit);
		paints_good(&fit, colours[i]);
		if (i)
			must(!same(&fit, ROLE_ALARM, ROLE_SOON) && !same(&fit, ROLE_ALARM, ROLE_UNKNOWN) && !same(&fit, ROLE_SOON, ROLE_UNKNOWN) &&
				!same(&fit, ROLE_ALARM, ROLE_GOOD) && !same(&fit, ROLE_ALARM, ROLE_TEXT));
	}
	for (size_t i = 0; i < p.n; i++)
		must(p.v[i].line > 0 && p.v[i].column > 0 && *p.v[i].what && *p.v[i].mend);
	problems_release(&p);
	free(text);
	return 0;
}
