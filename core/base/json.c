/* Reading: the strict scan, then the tree, then duplicate keys. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json_scan.h"
#include "base/json_tree.h"
#include "base/mem.h"

#define SPAN_MOST 3e9 /* seconds */

/* ---- keys that stand twice ---- */

static int key_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *twice_sorted(const struct json *obj, size_t n)
{
	const char **keys = mem_grow(NULL, n, sizeof *keys);
	const char *found = NULL;
	size_t i = 0;
	for (const struct json *c = obj->u.child; c; c = c->next)
		keys[i++] = c->key;
	qsort(keys, n, sizeof *keys, key_order);
	for (i = 1; i < n && !found; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			found = keys[i];
	free(keys);
	return found;
}

static size_t key_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* *out_full: the keys were chosen so that they crowd, and whoever chose them gets the slow way. */
static const char *twice_hashed(const struct json *obj, size_t n, bool *out_full)
{
	size_t cap = 32, probes = 0;
	while (cap < 2 * n)
		cap *= 2;
	const char **table = mem_new(cap * sizeof *table), *found = NULL;
	for (const struct json *c = obj->u.child; c && !found && probes < 16 * n; c = c->next) {
		size_t i = key_hash(c->key) & (cap - 1);
		for (; table[i] && !found; i = (i + 1) & (cap - 1), probes++)
			if (strcmp(table[i], c->key) == 0)
				found = c->key;
		table[i] = c->key;
	}
	free(table);
	*out_full = !found && probes >= 16 * n;
	return found;
}

static const char *twice_of_few(const struct json *obj)
{
	for (const struct json *c = obj->u.child; c; c = c->next)
		for (const struct json *d = c->next; d; d = d->next)
			if (strcmp(c->key, d->key) == 0)
				return d->key;
	return NULL;
}

static const char *twice_in(const struct json *obj)
{
	size_t n = 0;
	bool rising = true, full = false;
	for (const struct json *c = obj->u.child; c; c = c->next, n++)
		rising = rising && (!c->next || strcmp(c->key, c->next->key) < 0);
	if (rising)
		return NULL;
	if (n <= 12)
		return twice_of_few(obj);
	const char *found = twice_hashed(obj, n, &full);
	return full ? twice_sorted(obj, n) : found;
}

/* The tree is one row of values in the order of the text. */
static const char *duplicate_key(const struct json *root, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *found = root[i].type == JSON_OBJECT ? twice_in(&root[i]) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

enum status json_parse(const char *s, size_t len, size_t max, struct json **out, struct fault *f)
{
	struct json_scanned seen;
	*out = NULL;
	if (len > max)
		return fault_set(f, STATUS_USAGE, "too-large", "JSON of %zu bytes; at most %zu are read", len, max);
	if (!json_scan(s, len, &seen))
		return fault_set(f, STATUS_USAGE, "bad-json", "JSON: %s at byte %zu", seen.why, seen.at + 1);
	struct json *root = json_tree(s, len, &seen);
	const char *twice = duplicate_key(root, seen.values);
	if (twice) {
		fault_set(f, STATUS_USAGE, "bad-json", "JSON: the key \"%.80s\" stands twice", twice);
		json_free(root);
		return STATUS_USAGE;
	}
	*out = root;
	return STATUS_OK;
}

void json_free(struct json *root)
{
	free(root);
}

/* ---- looking ---- */

enum json_type json_type(const struct json *v)
{
	return v ? v->type : JSON_NONE;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	const struct json *c = json_type(obj) == JSON_OBJECT ? obj->u.child : NULL;
	while (c && strcmp(c->key, key) != 0)
		c = c->next;
	return c;
}

const char *json_str(const struct json *v, const char *def)
{
	return json_type(v) == JSON_STRING ? v->u.str : def;
}

double json_num(const struct json *v, double def)
{
	return json_type(v) == JSON_NUMBER ? v->u.num : def;
}

int64_t json_int(const struct json *v, int64_t def)
{
	double d = json_num(v, NAN);
	/* 2^53 itself is left out: 2^53 + 1 reads as the same double */
	return d > -9007199254740992.0 && d < 9007199254740992.0 && d == floor(d) ? (int64_t)d : def;
}

bool json_bool(const struct json *v, bool def)
{
	return json_type(v) == JSON_BOOL ? v->u.yes : def;
}

const char *json_get_str(const struct json *obj, const char *key, const char *def)
{
	return json_str(json_get(obj, key), def);
}

double json_get_num(const struct json *obj, const char *key, double def)
{
	return json_num(json_get(obj, key), def);
}

int64_t json_get_int(const struct json *obj, const char *key, int64_t def)
{
	return json_int(json_get(obj, key), def);
}

bool json_get_bool(const struct json *obj, const char *key, bool def)
{
	return json_bool(json_get(obj, key), def);
}

int64_t json_get_time(const struct json *obj, const char *key)
{
	int64_t us;
	return instant_parse(json_get_str(obj, key, NULL), &us) ? us : 0;
}

int64_t json_get_span(const struct json *obj, const char *key)
{
	double s = json_get_num(obj, key, 0);
	return s > -SPAN_MOST && s < SPAN_MOST ? (int64_t)(s * 1e6) : 0;
}

/* Recursive, but no tree is deeper than json_parse let in. */
int json_depth(const struct json *v)
{
	int most = 0;
	for (const struct json *c = json_first(v); c; c = json_next(c)) {
		int d = json_depth(c);
		most = d > most ? d : most;
	}
	return v ? most + 1 : 0;
}

size_t json_count(const struct json *v)
{
	size_t n = 0;
	for (const struct json *c = json_first(v); c; c = json_next(c))
		n++;
	return n;
}

const struct json *json_first(const struct json *v)
{
	enum json_type t = json_type(v);
	return t == JSON_ARRAY || t == JSON_OBJECT ? v->u.child : NULL;
}

const struct json *json_next(const struct json *child)
{
	return child ? child->next : NULL;
}

const char *json_key(const struct json *child)
{
	return child && child->key ? child->key : "";
}
