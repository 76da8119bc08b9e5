/* Is it JSON that the door lets in?  The same answer as json_parse, without a
 * tree: the journal asks for every body it records. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_scan.h"

#define KEYS_MAX 64 /* keys of the objects that are open at once; more are left to json_parse */

struct key {
	const char *s;
	size_t len;
};
struct keys {
	struct key v[KEYS_MAX];
	int n;
	int base[JSON_DEPTH + 1]; /* where the keys of each open bracket begin */
	int depth;
};

enum key_answer { KEY_NEW, KEY_TWICE, KEY_CANNOT_TELL };

static enum key_answer key_take(struct keys *k, const char *s, size_t len)
{
	for (int i = k->base[k->depth]; i < k->n; i++)
		if (k->v[i].len == len && memcmp(k->v[i].s, s, len) == 0)
			return KEY_TWICE;
	if (k->n == KEYS_MAX || memchr(s, '\\', len))
		return KEY_CANNOT_TELL; /* an escape may spell another key */
	k->v[k->n++] = (struct key){s, len};
	return KEY_NEW;
}

/* Behind the closing quote of the string that opens at i; s is scanned already, so there is one. */
static size_t string_end(const char *s, size_t len, size_t i)
{
	for (;;) {
		const char *quote = memchr(s + i + 1, '"', len - i - 1);
		if (!quote)
			return len;
		size_t back = i = (size_t)(quote - s);
		while (s[back - 1] == '\\')
			back--;
		if ((i - back) % 2 == 0) /* an even number of backslashes escapes only themselves */
			return i + 1;
	}
}

static bool is_key(const char *s, size_t len, size_t i)
{
	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r'))
		i++;
	return i < len && s[i] == ':';
}

/* Only for bytes that json_scan found good. *out_key: the one that stands twice. */
static enum key_answer keys_check(const char *s, size_t len, struct key *out_key)
{
	struct keys k;
	enum key_answer a = KEY_NEW;
	k.n = k.depth = k.base[0] = 0;
	for (size_t i = 0; i < len && a == KEY_NEW;) {
		char c = s[i];
		if (c == '{' || c == '[') {
			k.base[++k.depth] = k.n;
		} else if (c == '}' || c == ']') {
			k.n = k.base[k.depth--];
		} else if (c == '"') {
			size_t end = string_end(s, len, i);
			*out_key = (struct key){s + i + 1, end - i - 2};
			if (is_key(s, len, end))
				a = key_take(&k, out_key->s, out_key->len);
			i = end;
			continue;
		}
		i++;
	}
	return a;
}

/* Of text that was scanned already, so a value stands behind the spaces; no NUL need follow it. */
static enum json_type type_of(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	switch (*s) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't': case 'f': return JSON_BOOL;
	case 'n': return JSON_NULL;
	}
	return JSON_NUMBER;
}

enum status json_check(const char *s, size_t len, size_t max, enum json_type *out_type, struct fault *f)
{
	struct json_scanned seen;
	struct key twice;
	struct json *tree;
	*out_type = JSON_NONE;
	if (len > max)
		return fault_set(f, STATUS_USAGE, "too-large", "JSON of %zu bytes; at most %zu are read", len, max);
	if (!json_scan(s, len, &seen))
		return fault_set(f, STATUS_USAGE, "bad-json", "JSON: %s at byte %zu", seen.why, seen.at + 1);
	enum status ok = STATUS_OK;
	switch (keys_check(s, len, &twice)) {
	case KEY_NEW:
		break;
	case KEY_TWICE:
		return fault_set(f, STATUS_USAGE, "bad-json", "JSON: the key \"%.*s\" stands twice", (int)(twice.len < 80 ? twice.len : 80), twice.s);
	case KEY_CANNOT_TELL:
		ok = json_parse(s, len, max, &tree, f);
		json_free(tree);
	}
	if (ok == STATUS_OK)
		*out_type = type_of(s);
	return ok;
}
