/* A recursion-free scanner: a stack of brackets and what may come next. */
#include "base/json_scan.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool scan_fail(struct scan *c, const char *why)
{
	if (!c->why)
		c->why = why;
	return false;
}

static int scan_peek(const struct scan *c)
{
	return c->i < c->len ? (unsigned char)c->s[c->i] : -1;
}

void scan_space(struct scan *c)
{
	for (; c->i < c->len; c->i++) {
		char ch = c->s[c->i];
		if (ch != ' ' && ch != '\t' && ch != '\n' && ch != '\r')
			return;
	}
}

static bool scan_hex4(struct scan *c, unsigned *out)
{
	unsigned v = 0;
	for (int k = 0; k < 4; k++, c->i++) {
		int ch = scan_peek(c);
		if (ch >= '0' && ch <= '9')
			v = v * 16 + (unsigned)(ch - '0');
		else if ((ch | 32) >= 'a' && (ch | 32) <= 'f')
			v = v * 16 + (unsigned)((ch | 32) - 'a' + 10);
		else
			return scan_fail(c, "bad \\u escape");
	}
	*out = v;
	return true;
}

static bool scan_unicode(struct scan *c)
{
	unsigned hi, lo;
	if (!scan_hex4(c, &hi))
		return false;
	if (hi == 0)
		return scan_fail(c, "\\u0000 is not allowed");
	if (hi >= 0xdc00 && hi <= 0xdfff)
		return scan_fail(c, "lone surrogate");
	if (hi < 0xd800 || hi > 0xdbff)
		return true;
	if (c->i + 1 >= c->len || c->s[c->i] != '\\' || c->s[c->i + 1] != 'u')
		return scan_fail(c, "lone surrogate");
	c->i += 2;
	if (!scan_hex4(c, &lo))
		return false;
	return (lo >= 0xdc00 && lo <= 0xdfff) || scan_fail(c, "lone surrogate");
}

/* Nearly all of nearly every string is plain ASCII: pass it without a look at anything else. */
size_t scan_plain(const char *s, size_t i, size_t len)
{
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* Eight at a time; of what is marked the lowest is right, since a borrow only goes up. */
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	for (; len - i >= 8; i += 8) {
		uint64_t x;
		memcpy(&x, s + i, 8);
		uint64_t quote = x ^ (ones * '"'), back = x ^ (ones * '\\');
		uint64_t odd = (((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((back - ones) & ~back) | x) & high;
		if (odd)
			return i + (size_t)__builtin_ctzll(odd) / 8;
	}
#endif
	while (i < len && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

bool scan_string(struct scan *c)
{
	size_t from = c->i++;
	for (; (c->i = scan_plain(c->s, c->i, c->len)) < c->len;) {
		unsigned char ch = (unsigned char)c->s[c->i];
		if (ch == '"') {
			c->text += c->i++ - from; /* an escape is never shorter than what it stands for */
			return true;
		}
		if (ch < 0x20)
			return scan_fail(c, "control character in a string");
		if (ch == '\\') {
			int e = c->i + 1 < c->len ? c->s[c->i + 1] : 0;
			c->i += 2;
			if (e == 'u') {
				if (!scan_unicode(c))
					return false;
			} else if (!e || !strchr("\"\\/bfnrt", e)) {
				return scan_fail(c, "bad escape");
			}
		} else {
			uint32_t cp;
			size_t n = utf8_next(c->s + c->i, c->len - c->i, &cp);
			if (!n)
				return scan_fail(c, "invalid UTF-8");
			c->i += n;
		}
	}
	return scan_fail(c, "string does not end");
}

static bool scan_digits(struct scan *c)
{
	size_t from = c->i;
	while (c->i < c->len && c->s[c->i] >= '0' && c->s[c->i] <= '9')
		c->i++;
	return c->i > from || scan_fail(c, "bad number");
}

bool scan_number(struct scan *c)
{
	size_t from = c->i;
	if (scan_peek(c) == '-')
		c->i++;
	if (scan_peek(c) == '0')
		c->i++;
	else if (!scan_digits(c))
		return false;
	if (scan_peek(c) == '.') {
		c->i++;
		if (!scan_digits(c))
			return false;
	}
	if (scan_peek(c) == 'e' || scan_peek(c) == 'E') {
		c->i++;
		if (scan_peek(c) == '+' || scan_peek(c) == '-')
			c->i++;
		if (!scan_digits(c))
			return false;
		char text[64];
		size_t n = c->i - from;
		if (n >= sizeof text)
			return scan_fail(c, "number too long");
		memcpy(text, c->s + from, n);
		text[n] = '\0';
		if (!isfinite(strtod(text, NULL)))
			return scan_fail(c, "number out of range");
	}
	return c->i - from < 64 || scan_fail(c, "number too long");
}

static bool scan_word(struct scan *c, const char *word)
{
	size_t n = strlen(word);
	if (c->len - c->i < n || memcmp(c->s + c->i, word, n) != 0)
		return scan_fail(c, "not a JSON value");
	c->i += n;
	return true;
}

bool scan_scalar(struct scan *c)
{
	switch (scan_peek(c)) {
	case '"': return scan_string(c);
	case 't': return scan_word(c, "true");
	case 'f': return scan_word(c, "false");
	case 'n': return scan_word(c, "null");
	case -1: return scan_fail(c, "ends too early");
	}
	return scan_number(c);
}

/* "key" : within an object */
static bool scan_key(struct scan *c)
{
	scan_space(c);
	if (scan_peek(c) != '"')
		return scan_fail(c, "a key is missing");
	if (!scan_string(c))
		return false;
	scan_space(c);
	if (scan_peek(c) != ':')
		return scan_fail(c, "a colon is missing");
	c->i++;
	scan_space(c);
	return true;
}

/* After a value: close what ends here down to `floor`, or step over a comma.  *out_more: another value follows. */
static bool scan_after(struct scan *c, const char *stack, int floor, int *depth, bool *out_more)
{
	*out_more = false;
	while (*depth > floor) {
		scan_space(c);
		int ch = scan_peek(c);
		char close = stack[*depth - 1] == '{' ? '}' : ']';
		if (ch == close) {
			c->i++;
			(*depth)--;
			continue;
		}
		if (ch != ',')
			return scan_fail(c, ch < 0 ? "ends too early" : "a comma is missing");
		c->i++;
		scan_space(c);
		*out_more = true;
		return close == ']' || scan_key(c);
	}
	return true;
}

/* An opening bracket: *out_value false where it closed at once. */
static bool scan_open(struct scan *c, char *stack, int *depth, bool *out_value)
{
	char open = c->s[c->i];
	if (*depth == JSON_DEPTH)
		return scan_fail(c, "more than 64 levels");
	stack[(*depth)++] = open;
	c->i++;
	scan_space(c);
	if (scan_peek(c) == (open == '{' ? '}' : ']')) {
		c->i++;
		(*depth)--;
		*out_value = false;
		return true;
	}
	*out_value = true;
	return open == '[' || scan_key(c);
}

bool scan_value(struct scan *c, int depth)
{
	char stack[JSON_DEPTH];
	int floor = depth;
	bool more = true, ok = true;
	while (ok && more) {
		bool value = false;
		int ch = scan_peek(c);
		c->values++;
		if (ch == '{' || ch == '[')
			ok = scan_open(c, stack, &depth, &value);
		else
			ok = scan_scalar(c);
		if (ok && !value)
			ok = scan_after(c, stack, floor, &depth, &more);
	}
	return ok;
}

bool json_scan(const char *s, size_t len, struct json_scanned *out)
{
	struct scan c = {.s = s, .len = len};
	scan_space(&c);
	bool ok = scan_value(&c, 0);
	scan_space(&c);
	if (ok && c.i != len)
		ok = scan_fail(&c, "something follows the value");
	*out = (struct json_scanned){c.i, c.why, c.values, c.text};
	return ok;
}
