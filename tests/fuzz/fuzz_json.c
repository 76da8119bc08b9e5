/* JSON lines as they come from plugins, clients and the journal.  Whatever is
 * accepted must print, parse again, and print the same bytes; so must its
 * canonical form, which digests are made of; json_check must take the same. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct json *v, bool canonical, struct buf *out)
{
	struct jw w;

	buf_init(out, 8 * JSON_LINE_MAX);
	jw_init(&w, out);
	if (canonical)
		jw_canon(&w, v, NULL, 0);
	else
		jw_tree(&w, v);
	if (out->failed)
		abort();
}

static void round_trip(const struct json *v, bool canonical)
{
	struct buf first, second;
	struct json *again = NULL;
	struct fault f;

	print(v, canonical, &first);
	if (json_parse(buf_str(&first), first.len, 8 * JSON_LINE_MAX, &again, &f) != STATUS_OK)
		abort();
	print(again, canonical, &second);
	if (first.len != second.len || memcmp(buf_str(&first), buf_str(&second), first.len))
		abort();
	json_free(again);
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json *v = NULL;
	struct fault f;

	enum json_type type;
	enum status s = json_parse((const char *)data, size, JSON_LINE_MAX, &v, &f);
	/* the journal's door asks without a tree: it must say the same */
	if (json_check((const char *)data, size, JSON_LINE_MAX, &type, NULL) != s || type != json_type(v))
		abort();
	if (s != STATUS_OK)
		return 0;
	round_trip(v, false);
	round_trip(v, true);
	json_free(v);
	return 0;
}
