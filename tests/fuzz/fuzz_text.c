/* Text from strangers on its way to a screen.  What text_clean lets through is
 * valid UTF-8 without control characters, as wide as it says, within the limits
 * it was given, and does not change when it is cleaned again. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean_once(const char *in, size_t len, size_t cap, int max_cols)
{
	char *out = malloc(cap), again[16384];
	int cols = text_clean(out, cap, in, len, max_cols);

	if (strlen(out) >= cap || !utf8_valid(out, strlen(out)) || cols != text_cols(out))
		abort();
	if (max_cols > 0 && cols > max_cols)
		abort();
	for (const char *p = out; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			abort();
	if (text_clean(again, sizeof again, out, strlen(out), 0) != cols || strcmp(again, out) != 0)
		abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char word[128];
	int64_t us;

	if (size < 2 || size > 2048)
		return 0;
	clean_once((const char *)data + 2, size - 2, 8192, 0);
	clean_once((const char *)data + 2, size - 2, 1 + data[0], data[1]);
	size_t n = size - 2 < sizeof word - 1 ? size - 2 : sizeof word - 1;
	memcpy(word, data + 2, n);
	word[n] = '\0';
	instant_parse(word, &us);
	duration_parse(word, &us);
	text_is_version(word);
	text_is_name(word);
	text_is_kit_name(word);
	return 0;
}
