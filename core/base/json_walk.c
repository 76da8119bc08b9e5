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

/* Between two tokens of our own printing there is nothing. */
static void pass_space(struct json_walk *w)
{
	if (w->at.i < w->at.len && (unsigned char)w->at.s[w->at.i] <= ' ')
		scan_space(&w->at);
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
	pass_space(w);
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
	pass_space(w);
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
		pass_space(w);
		return false;
	}
	if (fresh)
		return true;
	if (peek(w) != ',')
		return scan_fail(&w->at, "a comma is missing");
	w->at.i++;
	pass_space(w);
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
	pass_space(w);
	if (peek(w) != ':') {
		scan_fail(&w->at, "a colon is missing");
		return "";
	}
	w->at.i++;
	pass_space(w);
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
	size_t plain = scan_plain(w->at.s, from, w->at.len);
	const char *s = w->at.s + from;
	size_t len = plain - from;
	if (plain < w->at.len && w->at.s[plain] == '"') {
		w->at.i = plain + 1;
	} else {
		if (!scan_string(&w->at))
			return NULL;
		len = w->at.i - from - 1;
		if (memchr(s, '\\', len))
			s = with_escapes(w, s - 1, &len);
	}
	pass_space(w);
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
	pass_space(w);
	return v;
}

/* Nearly every number is a whole one of at most 16 digits, and then the digits are all there is to it. */
static bool whole_number(struct json_walk *w, int64_t *out)
{
	const char *s = w->at.s;
	size_t i = w->at.i, len = w->at.len;
	bool minus = i < len && s[i] == '-';
	size_t from = i += minus;
	int64_t v = 0;
	for (; i < len && s[i] >= '0' && s[i] <= '9' && i < from + 16; i++)
		v = v * 10 + (s[i] - '0');
	if (i == from || (s[from] == '0' && i > from + 1) || i == len || v >= INT64_C(9007199254740992))
		return false;
	if (s[i] != ',' && s[i] != ']' && s[i] != '}')
		return false;
	w->at.i = i;
	*out = minus ? -v : v;
	return true;
}

int64_t json_walk_int(struct json_walk *w, int64_t def)
{
	int64_t whole;
	if (!w->at.why && whole_number(w, &whole))
		return whole;
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
