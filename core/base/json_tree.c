/* Building: no allocation but the one, no recursion, and nothing is checked a
 * second time. */
#include "base/json_tree.h"

#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct build {
	const char *s;
	size_t len, i;
	struct json *v;  /* next value */
	char *text;      /* next string */
};

/* ---- numbers ---- */

/* By the C library, which reads with the point of the locale. */
static double number_slow(const char *s, size_t n)
{
	char text[80];
	size_t len = 0;
	const char *point = localeconv()->decimal_point;
	for (size_t i = 0; i < n && len + 8 < sizeof text; i++) {
		if (s[i] != '.') {
			text[len++] = s[i];
			continue;
		}
		size_t wide = strnlen(point, 7);
		memcpy(text + len, point, wide);
		len += wide;
	}
	text[len] = '\0';
	return strtod(text, NULL);
}

/* Nearly every number has at most 15 digits: they and their power of ten are
 * doubles without an error, so that one division rounds as it should. */
double json_number(const char *s, size_t n)
{
	static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	bool minus = n && s[0] == '-';
	uint64_t digits = 0;
	size_t i = minus, behind = 0;
	for (; i < n && s[i] >= '0' && s[i] <= '9' && i < 18; i++)
		digits = digits * 10 + (uint64_t)(s[i] - '0');
	if (i < n && s[i] == '.')
		for (i++; i < n && s[i] >= '0' && s[i] <= '9' && i < 18; i++, behind++)
			digits = digits * 10 + (uint64_t)(s[i] - '0');
	if (i < n || FLT_EVAL_METHOD != 0 || behind > 15 || digits >= (uint64_t)1 << 53)
		return number_slow(s, n);
	double v = (double)digits / tens[behind];
	return minus ? -v : v;
}

static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+' || c == 'e' || c == 'E';
}

static void take_number(struct build *b, struct json *v)
{
	size_t from = b->i;
	while (b->i < b->len && is_of_number(b->s[b->i]))
		b->i++;
	v->type = JSON_NUMBER;
	v->u.num = json_number(b->s + from, b->i - from);
}

/* ---- strings ---- */

static uint32_t hex4(const char *s)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		uint32_t c = (unsigned char)s[i];
		v = v * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

/* Behind a backslash. */
static void take_escape(struct build *b)
{
	static const char letter[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char c = b->s[b->i++];
	if (c != 'u') {
		*b->text++ = meant[strchr(letter, c) - letter];
		return;
	}
	uint32_t cp = hex4(b->s + b->i);
	b->i += 4;
	if (cp >= 0xd800 && cp < 0xdc00) {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (hex4(b->s + b->i + 2) - 0xdc00);
		b->i += 6;
	}
	b->text += utf8_put(cp, b->text);
}

static const char *take_string(struct build *b)
{
	char *out = b->text;
	for (b->i++; b->s[b->i] != '"';) {
		size_t from = b->i;
		while (b->s[b->i] != '"' && b->s[b->i] != '\\')
			b->i++;
		memcpy(b->text, b->s + from, b->i - from);
		b->text += b->i - from;
		if (b->s[b->i] == '\\') {
			b->i++;
			take_escape(b);
		}
	}
	b->i++;
	*b->text++ = '\0';
	return out;
}

size_t json_string(const char *s, char *out)
{
	struct build b = {.s = s, .text = out};
	take_string(&b);
	return (size_t)(b.text - out) - 1;
}

/* ---- the tree ---- */

static void pass_space(struct build *b)
{
	while (b->i < b->len && (b->s[b->i] == ' ' || b->s[b->i] == '\t' || b->s[b->i] == '\n' || b->s[b->i] == '\r'))
		b->i++;
}

static void take_word(struct build *b, struct json *v)
{
	char c = b->s[b->i];
	v->type = c == 'n' ? JSON_NULL : JSON_BOOL;
	v->u.yes = c == 't';
	b->i += c == 'f' ? 5 : 4;
}

static void take_scalar(struct build *b, struct json *v)
{
	switch (b->s[b->i]) {
	case '"':
		v->type = JSON_STRING;
		v->u.str = take_string(b);
		return;
	case 't': case 'f': case 'n':
		take_word(b, v);
		return;
	}
	take_number(b, v);
}

static const char *take_key(struct build *b)
{
	const char *key = take_string(b);
	pass_space(b);
	b->i++; /* the colon */
	pass_space(b);
	return key;
}

struct level {
	struct json *open;
	const struct json **tail; /* where the next child is hung */
};

/* One value at b->i, hung into the innermost open bracket.  True where it is a bracket that is open now. */
static bool take_value(struct build *b, const struct level *in)
{
	struct json *v = b->v++;
	memset(v, 0, sizeof *v);
	if (in->open) {
		v->key = in->open->type == JSON_OBJECT ? take_key(b) : NULL;
		*in->tail = v;
	}
	char c = b->s[b->i];
	if (c != '{' && c != '[') {
		take_scalar(b, v);
		return false;
	}
	v->type = c == '{' ? JSON_OBJECT : JSON_ARRAY;
	b->i++;
	return true;
}

struct json *json_tree(const char *s, size_t len, const struct json_scanned *seen)
{
	struct level stack[JSON_DEPTH + 1] = {{NULL, NULL}};
	struct json *root = mem_grow(NULL, seen->values * sizeof *root + seen->text, 1);
	struct build b = {.s = s, .len = len, .v = root, .text = (char *)(root + seen->values)};
	int depth = 0;
	for (pass_space(&b); b.i < len; pass_space(&b)) {
		char c = s[b.i];
		if (c == ',') {
			b.i++;
		} else if (c == '}' || c == ']') {
			b.i++;
			depth--;
		} else {
			struct json *v = b.v;
			bool open = take_value(&b, &stack[depth]);
			stack[depth].tail = &v->next;
			if (open)
				stack[++depth] = (struct level){v, &v->u.child};
		}
	}
	return root;
}
