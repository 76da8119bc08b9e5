/* Reading: the strict scan, then the library, then duplicate keys. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json_scan.h"
#include "base/mem.h"

/* A struct json is the library's node under another name, so that nobody else sees it. */
static const cJSON *node(const struct json *v)
{
	return (const cJSON *)(const void *)v;
}

static const struct json *wrap(const cJSON *n)
{
	return (const struct json *)(const void *)n;
}

static int key_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *duplicate_sorted(const cJSON *obj, size_t n)
{
	const char **keys = mem_grow(NULL, n, sizeof *keys);
	const char *found = NULL;
	size_t i = 0;
	for (const cJSON *c = obj->child; c; c = c->next)
		keys[i++] = c->string;
	qsort(keys, n, sizeof *keys, key_order);
	for (i = 1; i < n && !found; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			found = keys[i];
	free(keys);
	return found;
}

static const char *duplicate_in(const cJSON *obj)
{
	size_t n = 0;
	for (const cJSON *c = obj->child; c; c = c->next)
		n++;
	if (n > 12)
		return duplicate_sorted(obj, n);
	for (const cJSON *c = obj->child; c; c = c->next)
		for (const cJSON *d = c->next; d; d = d->next)
			if (strcmp(c->string, d->string) == 0)
				return d->string;
	return NULL;
}

/* Walk all objects; the depth is bounded by the scan. */
static const char *duplicate_key(const cJSON *root)
{
	const cJSON *stack[JSON_DEPTH + 1];
	int depth = 0;
	const cJSON *c = root;
	while (c) {
		const char *found = cJSON_IsObject(c) ? duplicate_in(c) : NULL;
		if (found)
			return found;
		if (c->child) {
			stack[depth++] = c;
			c = c->child;
			continue;
		}
		while (c && (c == root || !c->next))
			c = depth ? stack[--depth] : NULL;
		c = c && c != root ? c->next : NULL;
	}
	return NULL;
}

enum status json_parse(const char *s, size_t len, size_t max, struct json **out, struct fault *f)
{
	*out = NULL;
	if (len > max)
		return fault_set(f, STATUS_USAGE, "too-large", "JSON of %zu bytes; at most %zu are read", len, max);
	size_t at;
	const char *why;
	if (!json_scan(s, len, &at, &why))
		return fault_set(f, STATUS_USAGE, "bad-json", "JSON: %s at byte %zu", why, at + 1);
	cJSON *root = cJSON_ParseWithLength(s, len);
	if (!root)
		return fault_set(f, STATUS_USAGE, "bad-json", "JSON that the library does not read");
	const char *twice = duplicate_key(root);
	if (twice) {
		fault_set(f, STATUS_USAGE, "bad-json", "JSON: the key \"%.80s\" stands twice", twice);
		cJSON_Delete(root);
		return STATUS_USAGE;
	}
	*out = (struct json *)(void *)root;
	return STATUS_OK;
}

void json_free(struct json *root)
{
	cJSON_Delete((cJSON *)(void *)root);
}

enum json_type json_type(const struct json *v)
{
	const cJSON *n = node(v);
	if (!n)
		return JSON_NONE;
	switch (n->type & 0xff) {
	case cJSON_False: case cJSON_True: return JSON_BOOL;
	case cJSON_NULL: return JSON_NULL;
	case cJSON_Number: return JSON_NUMBER;
	case cJSON_String: return JSON_STRING;
	case cJSON_Array: return JSON_ARRAY;
	case cJSON_Object: return JSON_OBJECT;
	}
	return JSON_NONE;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	return json_type(obj) == JSON_OBJECT ? wrap(cJSON_GetObjectItemCaseSensitive(node(obj), key)) : NULL;
}

const char *json_str(const struct json *v, const char *def)
{
	return json_type(v) == JSON_STRING ? node(v)->valuestring : def;
}

double json_num(const struct json *v, double def)
{
	return json_type(v) == JSON_NUMBER ? node(v)->valuedouble : def;
}

int64_t json_int(const struct json *v, int64_t def)
{
	double d = json_num(v, NAN);
	/* 2^53 itself is left out: 2^53 + 1 reads as the same double */
	return d > -9007199254740992.0 && d < 9007199254740992.0 && d == floor(d) ? (int64_t)d : def;
}

bool json_bool(const struct json *v, bool def)
{
	return json_type(v) == JSON_BOOL ? (node(v)->type & 0xff) == cJSON_True : def;
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
	return t == JSON_ARRAY || t == JSON_OBJECT ? wrap(node(v)->child) : NULL;
}

const struct json *json_next(const struct json *child)
{
	return child ? wrap(node(child)->next) : NULL;
}

const char *json_key(const struct json *child)
{
	return child ? node(child)->string : NULL;
}
