/* Printing: our own, so that the same value is always the same bytes. */
#include "base/json.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json_scan.h"
#include "base/mem.h"
#include "base/text.h"

void jw_init(struct jw *w, struct buf *b)
{
	w->b = b;
	w->comma = false;
}

static void jw_sep(struct jw *w)
{
	if (w->comma)
		buf_addc(w->b, ',');
	w->comma = true;
}

void jw_obj(struct jw *w)
{
	jw_sep(w);
	buf_addc(w->b, '{');
	w->comma = false;
}

void jw_obj_end(struct jw *w)
{
	buf_addc(w->b, '}');
	w->comma = true;
}

void jw_arr(struct jw *w)
{
	jw_sep(w);
	buf_addc(w->b, '[');
	w->comma = false;
}

void jw_arr_end(struct jw *w)
{
	buf_addc(w->b, ']');
	w->comma = true;
}

static void quote_special(struct buf *b, unsigned char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = strchr(plain, c);
	if (at && c)
		buf_add(b, (char[2]){'\\', letter[at - plain]}, 2);
	else
		buf_addf(b, "\\u%04x", c);
}

/* Nearly every one. */
static bool quote_plain(struct buf *b, const char *s, size_t len)
{
	if (scan_plain(s, 0, len) < len)
		return false;
	char *at = buf_more(b, len + 2);
	if (at) {
		at[0] = '"';
		if (len)
			memcpy(at + 1, s, len);
		at[len + 1] = '"';
	}
	return true;
}

static void quote(struct buf *b, const char *s, size_t len)
{
	if (quote_plain(b, s, len))
		return;
	buf_addc(b, '"');
	size_t from = 0;
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)s[i];
		uint32_t cp;
		size_t n = c < 0x80 ? 1 : utf8_next(s + i, len - i, &cp);
		if (n && c >= 0x20 && c != '"' && c != '\\') {
			i += n;
			continue;
		}
		buf_add(b, s + from, i - from);
		if (!n)
			buf_adds(b, "\xef\xbf\xbd");
		else if (c == 0)
			buf_adds(b, "\xe2\x90\x80"); /* \u0000 is refused at every door: its picture instead */
		else
			quote_special(b, c);
		from = ++i;
	}
	buf_add(b, s + from, len - from);
	buf_addc(b, '"');
}

void jw_key(struct jw *w, const char *key)
{
	jw_sep(w);
	quote(w->b, key, strlen(key));
	buf_addc(w->b, ':');
	w->comma = false;
}

void jw_strn(struct jw *w, const char *s, size_t len)
{
	jw_sep(w);
	quote(w->b, s, len);
}

void jw_str(struct jw *w, const char *s)
{
	if (s)
		jw_strn(w, s, strlen(s));
	else
		jw_null(w);
}

/* Digits with a point before the last `behind` of them. */
static void put_digits(struct buf *b, uint64_t v, int behind, bool minus)
{
	char text[32];
	size_t at = sizeof text;
	for (; !behind && v >= 100; v /= 100) { /* a division for two */
		text[--at] = (char)('0' + v % 10);
		text[--at] = (char)('0' + v / 10 % 10);
	}
	for (int i = 0; v || i <= behind; i++, v /= 10) {
		if (i && i == behind)
			text[--at] = '.';
		text[--at] = (char)('0' + v % 10);
	}
	if (minus)
		text[--at] = '-';
	buf_add(b, text + at, sizeof text - at);
}

void jw_int(struct jw *w, int64_t v)
{
	jw_sep(w);
	put_digits(w->b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 0, v < 0);
}

/* The C library writes the point of the locale. */
static void put_point(struct buf *b, const char *text)
{
	const char *point = localeconv()->decimal_point, *at = strstr(text, point);
	if (!at || !*point) {
		buf_adds(b, text);
		return;
	}
	buf_add(b, text, (size_t)(at - text));
	buf_addc(b, '.');
	buf_adds(b, at + strlen(point));
}

/* Few digits behind the point, as measured values have: the first count of them that reads back equal.
 * Both numbers of the division are doubles without an error, so it rounds as reading would. */
static bool put_decimal(struct jw *w, double v)
{
	static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
	double a = fabs(v);
	if (FLT_EVAL_METHOD != 0 || !(a >= 1e-4 && a < 1e9))
		return false; /* others are written with an exponent, or have no room for digits */
	for (int k = 1; k <= 12; k++) {
		double digits = nearbyint(a * tens[k]);
		if (digits >= 9007199254740992.0)
			return false;
		if (digits / tens[k] == a) {
			jw_sep(w);
			put_digits(w->b, (uint64_t)digits, k, v < 0);
			return true;
		}
	}
	return false;
}

void jw_num(struct jw *w, double v)
{
	if (!isfinite(v)) {
		jw_null(w);
		return;
	}
	if (v == floor(v) && fabs(v) < 9007199254740992.0) {
		jw_int(w, (int64_t)v);
		return;
	}
	if (put_decimal(w, v))
		return;
	char text[40];
	for (int digits = 6; digits <= 17; digits++) { /* the shortest that reads back equal */
		(void)snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	jw_sep(w);
	put_point(w->b, text);
}

/* As a double a float has up to seventeen digits, of which nine matter; few digits are also printed faster. */
void jw_float(struct jw *w, float v)
{
	static const double tens[] = {1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
	for (size_t k = 0; isfinite(v) && fabsf(v) < 1e6f && k < sizeof tens / sizeof *tens; k++) {
		double d = nearbyint((double)v * tens[k]) / tens[k];
		if ((float)d == v) {
			jw_num(w, d);
			return;
		}
	}
	jw_num(w, (double)v);
}

void jw_bool(struct jw *w, bool v)
{
	jw_sep(w);
	buf_adds(w->b, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
	jw_sep(w);
	buf_adds(w->b, "null");
}

void jw_raw(struct jw *w, const char *json, size_t len)
{
	jw_sep(w);
	buf_add(w->b, json, len);
}

static int child_order(const void *a, const void *b)
{
	return strcmp(json_key(*(const struct json *const *)a), json_key(*(const struct json *const *)b));
}

/* Children of an object: in their own order, or sorted by key. */
static const struct json **children_of(const struct json *v, bool sorted, size_t *out_n)
{
	size_t n = json_count(v), i = 0;
	const struct json **list = mem_grow(NULL, n, sizeof *list);
	for (const struct json *c = json_first(v); c; c = json_next(c))
		list[i++] = c;
	if (sorted)
		qsort(list, n, sizeof *list, child_order);
	*out_n = n;
	return list;
}

static bool is_among(const char *key, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, list[i]) == 0)
			return true;
	return false;
}

/* Recursive, but no tree is deeper than json_parse let in. */
static void put_tree(struct jw *w, const struct json *v, bool sorted, const char *const *without, size_t n_without)
{
	enum json_type t = json_type(v);
	switch (t) {
	case JSON_NONE: case JSON_NULL: jw_null(w); return;
	case JSON_BOOL: jw_bool(w, json_bool(v, false)); return;
	case JSON_NUMBER: jw_num(w, json_num(v, 0)); return;
	case JSON_STRING: jw_str(w, json_str(v, "")); return;
	case JSON_ARRAY:
		jw_arr(w);
		for (const struct json *c = json_first(v); c; c = json_next(c))
			put_tree(w, c, sorted, NULL, 0);
		jw_arr_end(w);
		return;
	case JSON_OBJECT:
		break;
	}
	size_t n;
	const struct json **list = children_of(v, sorted, &n);
	jw_obj(w);
	for (size_t i = 0; i < n; i++) {
		if (is_among(json_key(list[i]), without, n_without))
			continue;
		jw_key(w, json_key(list[i]));
		put_tree(w, list[i], sorted, NULL, 0);
	}
	jw_obj_end(w);
	free(list);
}

void jw_tree(struct jw *w, const struct json *v)
{
	put_tree(w, v, false, NULL, 0);
}

void jw_canon(struct jw *w, const struct json *v, const char *const *without, size_t n_without)
{
	put_tree(w, v, true, without, n_without);
}

void jw_kstr(struct jw *w, const char *key, const char *s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void jw_kint(struct jw *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_int(w, v);
}

void jw_knum(struct jw *w, const char *key, double v)
{
	jw_key(w, key);
	jw_num(w, v);
}

void jw_kbool(struct jw *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

void jw_ktime(struct jw *w, const char *key, int64_t at_us)
{
	char text[INSTANT_LEN];
	jw_key(w, key);
	if (at_us)
		jw_str(w, instant_print(at_us, text));
	else
		jw_null(w);
}

void jw_fault(struct jw *w, const struct fault *f)
{
	jw_obj(w);
	jw_kstr(w, "code", f->code);
	jw_kstr(w, "what", f->what);
	jw_kstr(w, "mend", f->mend);
	if (f->where[0])
		jw_kstr(w, "where", f->where);
	jw_obj_end(w);
}
