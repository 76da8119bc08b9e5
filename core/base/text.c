/* UTF-8, widths, and making strangers' text harmless. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

size_t utf8_next(const char *s, size_t len, uint32_t *out_cp)
{
	const unsigned char *p = (const unsigned char *)s;
	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*out_cp = p[0];
		return 1;
	}
	utf8proc_int32_t cp = -1;
	utf8proc_ssize_t n = utf8proc_iterate(p, (utf8proc_ssize_t)(len < 4 ? len : 4), &cp);
	if (n <= 0 || cp < 0)
		return 0;
	*out_cp = (uint32_t)cp;
	return (size_t)n;
}

bool utf8_valid(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_next(s + i, len - i, &cp);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

size_t utf8_put(uint32_t cp, char out[4])
{
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
	return n > 0 ? (size_t)n : 0;
}

static bool is_filler(uint32_t cp)
{
	return cp == 0x3164 || cp == 0x2800 || cp == 0x115f || cp == 0x1160 || cp == 0xffa0 || cp == 0x17b4 || cp == 0x17b5 ||
		cp == 0x034f || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef) ||
		(cp >= 0x180b && cp <= 0x180f) || (cp >= 0xe0000 && cp <= 0xe007f);
}

/* Vowels and finals of Hangul join the consonant before them, on every terminal that was tried. */
static bool is_joining_jamo(uint32_t cp)
{
	return (cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff);
}

int utf8_width(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	if (cp < 0xa0 || cp > 0x10ffff || cp == 0xad || is_filler(cp))
		return -1;
	switch ((int)utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CN: case UTF8PROC_CATEGORY_CC: case UTF8PROC_CATEGORY_CF: case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO: case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP:
		return -1;
	case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_ME:
		return 0;
	case UTF8PROC_CATEGORY_MC: /* it joins, and still takes a column */
		return 1;
	case UTF8PROC_CATEGORY_ZS:
		return cp == 0x3000 ? 2 : 1;
	}
	if (is_joining_jamo(cp))
		return 0;
	int w = utf8proc_charwidth((utf8proc_int32_t)cp);
	return w < 0 ? -1 : w > 2 ? 2 : w;
}

/* A writer that never passes cap and remembers where the last whole character ended. */
struct clean {
	char *out;
	size_t cap, len;
	int cols, max_cols;
	size_t cut_at; /* where max_cols - 1 columns end, for the ellipsis */
	int cut_cols;
	int marks;     /* combining marks on the present base */
	bool full;
};

static void clean_put(struct clean *c, const char *bytes, size_t n, int cols)
{
	if (c->full)
		return;
	if (c->len + n + 1 > c->cap || (c->max_cols && c->cols + cols > c->max_cols)) {
		c->full = true;
		return;
	}
	memcpy(c->out + c->len, bytes, n);
	c->len += n;
	c->cols += cols;
	if (!c->max_cols || c->cols < c->max_cols) {
		c->cut_at = c->len;
		c->cut_cols = c->cols;
	}
}

static void clean_cp(struct clean *c, uint32_t cp)
{
	char bytes[16];
	int w = utf8_width(cp);
	if (w == 0) { /* a combining mark: at most two on a base, the rest behind a mark of ours */
		if (c->marks == 3)
			return;
		bool over = ++c->marks == 3 || c->len == 0;
		clean_put(c, bytes, utf8_put(over ? 0xfffd : cp, bytes), over ? 1 : 0);
		return;
	}
	c->marks = 0;
	if (w > 0) {
		clean_put(c, bytes, utf8_put(cp, bytes), w);
	} else if (cp < 0x20) {
		clean_put(c, bytes, utf8_put(0x2400 + cp, bytes), 1);
	} else if (cp == 0x7f) {
		clean_put(c, bytes, utf8_put(0x2421, bytes), 1);
	} else {
		int n = snprintf(bytes, sizeof bytes, "<U+%04X>", (unsigned)cp);
		clean_put(c, bytes, (size_t)n, n);
	}
}

int text_clean(char *out, size_t cap, const char *in, size_t len, int max_cols)
{
	struct clean c = {.out = out, .cap = cap, .max_cols = max_cols};
	for (size_t i = 0; i < len && !c.full;) {
		uint32_t cp;
		size_t n = utf8_next(in + i, len - i, &cp);
		clean_cp(&c, n ? cp : 0xfffd);
		i += n ? n : 1;
	}
	if (c.full && max_cols > 0 && c.cut_at + 4 <= cap && c.cut_cols < max_cols) {
		c.len = c.cut_at;
		c.len += utf8_put(0x2026, out + c.len);
		c.cols = c.cut_cols + 1;
	}
	out[c.len] = '\0';
	return c.cols;
}

const char *text_safe(char *out, size_t cap, const char *in)
{
	text_clean(out, cap, in ? in : "", in ? strlen(in) : 0, 0);
	return out;
}

int text_cols(const char *s)
{
	int cols = 0;
	size_t len = strlen(s);
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_next(s + i, len - i, &cp);
		int w = n ? utf8_width(cp) : 1;
		cols += w > 0 ? w : 0;
		i += n ? n : 1;
	}
	return cols;
}

/* ---- alphabets ---- */
static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool text_is_version(const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n < 1 || n > 256)
		return false;
	for (; *s; s++)
		if (!is_alnum(*s) && !strchr("._:/@+-", *s))
			return false;
	return true;
}

bool text_is_kit_name(const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n < 1 || n > 40 || *s == '-')
		return false;
	for (; *s; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && *s != '-')
			return false;
	return true;
}

bool text_is_name(const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n < 1 || n > 64 || !is_alnum(*s))
		return false;
	for (; *s; s++)
		if (!is_alnum(*s) && !strchr("._-", *s))
			return false;
	return true;
}

/* Levenshtein with a cut-off, on names of at most 63 bytes. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[64], la = strlen(a), lb = strlen(b);
	if (la > 63 || lb > 63)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diag = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t subst = diag + (a[i - 1] != b[j - 1]);
			size_t best = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
			diag = row[j];
			row[j] = subst < best ? subst : best;
		}
	}
	return row[lb];
}

const char *text_nearest(const char *s, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t at = strlen(s) / 3 + 2; /* further away is another word */
	for (size_t i = 0; i < n; i++) {
		size_t d = edit_distance(s, names[i]);
		if (d < at) {
			at = d;
			best = names[i];
		}
	}
	return best;
}

bool text_copy(char *out, size_t cap, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	bool fits = n < cap;
	if (!fits) {
		n = cap - 1;
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--; /* cut at a whole character */
	}
	if (n)
		memmove(out, s, n);
	out[n] = '\0';
	return fits;
}
