/* JSON lines as they come from plugins, clients and the journal.  Whatever is
 * accepted must print, parse again, and print the same bytes; so must its
 * canonical form, which digests are made of; json_check must take the same, and
 * who walks it must meet what is in the tree. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_walk.h"

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

/* One value, walked; v: the same one in a tree, or NULL where there is none to hold it against. */
static void walk(struct json_walk *w, const struct json *v)
{
	enum json_type t = json_walk_type(w);
	const struct json *c = json_first(v);
	const char *s;
	size_t n;
	bool same = !v || json_type(v) == t, yes;
	double num;

	switch (t) {
	case JSON_NONE:
		break;
	case JSON_NULL:
		json_walk_skip(w);
		break;
	case JSON_BOOL:
		yes = json_walk_bool(w, false);
		same = same && (!v || yes == json_bool(v, false));
		break;
	case JSON_NUMBER:
		num = json_walk_num(w, 0);
		same = same && (!v || num == json_num(v, 0));
		break;
	case JSON_STRING:
		s = json_walk_str(w, &n);
		same = same && (!v || (s && n == strlen(json_str(v, "")) && !memcmp(s, json_str(v, ""), n)));
		break;
	case JSON_ARRAY: case JSON_OBJECT:
		for (bool more = json_walk_open(w, t); more && json_walk_more(w); c = json_next(c)) {
			if (t == JSON_OBJECT)
				json_walk_key(w, &n);
			same = same && (!v || c);
			walk(w, v ? c : NULL);
		}
		same = same && !c;
	}
	if (!same)
		abort();
}

/* The walk lets in what the tree lets in, but for a key that stands twice; stepped over as a whole it is no other. */
static void walk_both(const char *data, size_t size, const struct json *v, bool twice)
{
	struct json_walk w;
	bool good[2];
	for (int i = 0; i < 2; i++) {
		json_walk_init(&w, data, size);
		if (i)
			json_walk_skip(&w);
		else
			walk(&w, v);
		good[i] = json_walk_done(&w);
		json_walk_release(&w);
	}
	if (good[0] != good[1] || good[0] != (v || twice))
		abort();
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
	if (size <= JSON_LINE_MAX)
		walk_both((const char *)data, size, v, s != STATUS_OK && strstr(f.what, "stands twice"));
	if (s != STATUS_OK)
		return 0;
	round_trip(v, false);
	round_trip(v, true);
	json_free(v);
	return 0;
}
