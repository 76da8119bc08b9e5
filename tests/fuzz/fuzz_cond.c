/* Conditions.  The first byte chooses the unit and whether a signal's name
 * comes first; whatever is accepted prints, and its opposite's opposite is it. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kit/cond.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_signal(void *ctx, const char *signal, enum unit *out)
{
	*out = *(const enum unit *)ctx;
	return signal[0] != 'x';
}

static void look_at(const struct cond *c, enum unit unit)
{
	char text[100];
	if (c->for_us < 0 || c->in_us < 0 || c->and_us < 0 || !isfinite(c->number))
		abort();
	if (c->kind == COND_BURN && !(c->in_us > 0 && c->in_us <= c->and_us && c->objective > 0 && c->objective < 1))
		abort();
	cond_print(c, unit, text, sizeof text);
	struct cond o = cond_opposite(c);
	if (c->kind == COND_CMP && cond_satisfied(c, c->number) == cond_satisfied(&o, c->number))
		abort();
	if (cond_opposite(&o).op != c->op)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cond c;
	struct fault f = {0};
	char signal[72];
	if (size < 1 || size > 4096)
		return 0;
	enum unit unit = (enum unit)(data[0] % 5);
	char *text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	enum status s = data[0] & 0x80 ? cond_parse_signal(text, any_signal, &unit, signal, sizeof signal, &c, &f) : cond_parse(text, unit, &c, &f);
	if (s == STATUS_OK)
		look_at(&c, unit);
	else if (f.column < 1 || (size_t)f.column > size || !f.what[0] || !f.mend[0])
		abort();
	free(text);
	return 0;
}
