/* Stepping over values, bracket by bracket. */
#include "config.h"

#include "base/json_pick.h"

#include <stdint.h>
#include <string.h>

#include "base/json_tree.h"

static size_t space(const char *s, size_t len, size_t i)
{
	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r'))
		i++;
	return i;
}

/* Behind the quote that ends the string whose first quote is at i; len + 1 where it does not end. */
static size_t string_end(const char *s, size_t len, size_t i)
{
	for (i++; i < len; i++) {
		const char *quote = memchr(s + i, '"', len - i);
		size_t back = 0;
		if (!quote)
			break;
		while (quote - back > s + i && quote[-1 - (ptrdiff_t)back] == '\\')
			back++;
		i = (size_t)(quote - s);
		if (back % 2 == 0)
			return i + 1;
	}
	return len + 1;
}

/* Behind the value at i; len + 1 where it does not end. */
static size_t value_end(const char *s, size_t len, size_t i)
{
	size_t depth = 0;

	while (i < len) {
		char c = s[i];
		if (c == '"') {
			i = string_end(s, len, i);
			if (i > len || !depth)
				return i;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth && !--depth)
			return i + 1;
		else if (!depth && (c == ',' || c == '}' || c == ']'))
			return i;
		i++;
	}
	return depth ? len + 1 : len;
}

bool json_pick(struct json_text in, const char *key, struct json_text *out)
{
	const char *s = in.s;
	size_t len = in.len, n = strlen(key), i = space(s, len, 0);

	if (i >= len || s[i] != '{')
		return false;
	for (i = space(s, len, i + 1); i < len && s[i] == '"'; i = space(s, len, i + 1)) {
		size_t from = i + 1, end = string_end(s, len, i);
		if (end > len)
			return false;
		bool found = end - 1 - from == n && memcmp(s + from, key, n) == 0;
		i = space(s, len, end);
		if (i >= len || s[i] != ':')
			return false;
		i = space(s, len, i + 1);
		if (found) {
			*out = (struct json_text){s + i, len - i};
			return i < len;
		}
		i = space(s, len, value_end(s, len, i));
		if (i >= len || s[i] != ',')
			return false;
	}
	return false;
}

bool json_pick_num(struct json_text v, double *out)
{
	size_t n = 0;

	if (!v.len || (v.s[0] != '-' && (v.s[0] < '0' || v.s[0] > '9')))
		return false;
	while (n < v.len && n < 64 && v.s[n] != '\0' && strchr("+-.eE0123456789", v.s[n]))
		n++;
	if (n == 64)
		return false;
	*out = json_number(v.s, n);
	return true;
}

bool json_pick_str(struct json_text v, char *out, size_t cap)
{
	size_t end = v.len && v.s[0] == '"' ? string_end(v.s, v.len, 0) : v.len + 1;

	if (end > v.len || end - 2 >= cap || memchr(v.s, '\\', end))
		return false;
	memcpy(out, v.s + 1, end - 2);
	out[end - 2] = '\0';
	return true;
}
