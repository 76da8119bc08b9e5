/* The walk: the scanner's pieces, called in the order that the caller expects. */
#include "base/json_walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_tree.h"
#include "base/mem.h"

void json_walk_init(struct json_walk *w, const char *s, size_t len)
{
	memset(w, 0, sizeof *w);
	w->at.s = s;
	w->at.len = len;
	scan_space(&w->at);
}

void json_walk_release(struct json_walk *w)
{
	free(w->text);
	w->text = NULL;
}

void json_walk_refuse(struct json_walk *w, const char *why)
{
	scan_fail(&w->at, why);
}

bool json_walk_done(struct json_walk *w)
{
	if (!w->at.why && (w->depth || w->at.i != w->at.len))
		scan_fail(&w->at, "something follows the value");
	return !w->at.why;
}

/* What comes next, or NUL where nothing does. */
static char peek(const struct json_walk *w)
{
	return !w->at.why && w->at.i < w->at.len ? w->at.s[w->at.i] : '\0';
}

enum json_type json_walk_type(struct json_walk *w)
{
	switch (peek(w)) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't': case 'f': return JSON_BOOL;
	case 'n': return JSON_NULL;
	case '\0': scan_fail(&w->at, "ends too early"); return JSON_NONE;
	}
	return JSON_NUMBER;
}

void json_walk_skip(struct json_walk *w)
{
	if (json_walk_type(w) != JSON_NONE)
		scan_value(&w->at, w->depth);
	scan_space(&w->at);
}

bool json_walk_open(struct json_walk *w, enum json_type type)
{
	if (json_walk_type(w) != type) {
		json_walk_skip(w);
		return false;
	}
	if (w->depth == JSON_DEPTH)
		return scan_fail(&w->at, "more than 64 levels");
	w->stack[w->depth++] = w->at.s[w->at.i++];
	w->fresh = true;
	scan_space(&w->at);
	return true;
}

bool json_walk_more(struct json_walk *w)
{
	bool fresh = w->fresh;
	char close = w->depth && w->stack[w->depth - 1] == '{' ? '}' : ']';
	w->fresh = false;
	if (w->at.why || !w->depth)
		return false;
	if (peek(w) == close) {
		w->depth--;
		w->at.i++;
		scan_space(&w->at);
		return false;
	}
	if (fresh)
		return true;
	if (peek(w) != ',')
		return scan_fail(&w->at, "a comma is missing");
	w->at.i++;
	scan_space(&w->at);
	return true;
}

const char *json_walk_key(struct json_walk *w, size_t *out_len)
{
	size_t from = w->at.i + 1;
	*out_len = 0;
	if (peek(w) != '"' || !scan_string(&w->at)) {
		scan_fail(&w->at, "a key is missing");
		return "";
	}
	size_t len = w->at.i - from - 1;
	scan_space(&w->at);
	if (peek(w) != ':') {
		scan_fail(&w->at, "a colon is missing");
		return "";
	}
	w->at.i++;
	scan_space(&w->at);
	*out_len = len;
	return w->at.s + from;
}

/* ---- scalars ------------------------------------------------------------------- */

static const char *with_escapes(struct json_walk *w, const char *quote, size_t *len)
{
	if (w->room < *len + 1) {
		w->room = *len * 2 + 64;
		w->text = mem_grow(w->text, w->room, 1);
	}
	*len = json_string(quote, w->text);
	return w->text;
}

const char *json_walk_str(struct json_walk *w, size_t *out_len)
{
	size_t from = w->at.i + 1;
	*out_len = 0;
	if (peek(w) != '"') {
		json_walk_skip(w);
		return NULL;
	}
	if (!scan_string(&w->at))
		return NULL;
	const char *s = w->at.s + from;
	size_t len = w->at.i - from - 1;
	if (memchr(s, '\\', len))
		s = with_escapes(w, s - 1, &len);
	scan_space(&w->at);
	*out_len = len;
	return s;
}

double json_walk_num(struct json_walk *w, double def)
{
	size_t from = w->at.i;
	if (json_walk_type(w) != JSON_NUMBER) {
		json_walk_skip(w);
		return def;
	}
	if (!scan_number(&w->at))
		return def;
	double v = json_number(w->at.s + from, w->at.i - from);
	scan_space(&w->at);
	return v;
}

int64_t json_walk_int(struct json_walk *w, int64_t def)
{
	double v = json_walk_num(w, NAN);
	return v > -9007199254740992.0 && v < 9007199254740992.0 && v == floor(v) ? (int64_t)v : def;
}

bool json_walk_bool(struct json_walk *w, bool def)
{
	char c = peek(w);
	bool known = json_walk_type(w) == JSON_BOOL;
	json_walk_skip(w);
	return known && !w->at.why ? c == 't' : def;
}
