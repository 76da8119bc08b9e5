/* What a terminal sends.  However it is cut into reads, the same bytes are the
 * same keys; none of them is a control character or more than a code point; and
 * between a paste's marks there is no key at all. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/keys/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct got {
	uint64_t hash;
	size_t n;
};

static void take(void *ctx, const struct key *k)
{
	struct got *g = ctx;

	if (k->kind == KEY_CHAR && (k->cp < 0x20 || k->cp == 0x7f || utf8_width(k->cp) < 0))
		abort();
	if (k->kind == KEY_CTRL && (k->cp < 'a' || k->cp > 'z'))
		abort();
	g->hash = (g->hash ^ ((uint64_t)k->kind << 32 | k->cp)) * UINT64_C(1099511628211);
	g->n++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys whole, bits;
	struct got a = {0, 0}, b = {0, 0};

	if (size > 4096)
		return 0;
	keys_init(&whole);
	keys_init(&bits);
	keys_feed(&whole, data, size, 1000, take, &a);
	for (size_t i = 0; i < size; i++)
		keys_feed(&bits, data + i, 1, 1000, take, &b);
	if (a.hash != b.hash || a.n != b.n || a.n > 2 * size)
		abort();
	keys_tick(&whole, 60 * 1000000, take, &a);
	if (keys_wait(&whole, 60 * 1000000) > 5 * 1000000)
		abort();
	return 0;
}
