/* A recogniser for the part of PromQL whose answers can be had for many label
 * values at once.  It walks the query and writes the template as it goes.
 *
 * Why it is the same: a vector's series keep L through selectors, functions of
 * one vector and arithmetic with numbers; an aggregation forgets L, so L is
 * added to its grouping.  Two vectors are joined by all their labels, so both
 * sides must have had L, or both must have lost it: then L on both sides joins
 * exactly what was joined before.  What makes something out of nothing
 * (vector(), absent(), scalar()) or says how to join (on, ignoring) is left
 * alone. */
#include "config.h"

#include "prometheus/shape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32

/* What an expression is, and whether it still has L in the query as it was written. */
enum kind { NOTHING, NUMBER, KEEPS, FORGETS };

struct walk {
	const char *at;
	const char *label;
	char value[256];   /* of L; "" none seen yet */
	struct buf out;
	int depth;
};

static enum kind expr(struct walk *w);

/* ---- letters ---- */

static void skip(struct walk *w)
{
	w->at += strspn(w->at, " \t\r\n");
}

static bool take(struct walk *w, const char *text)
{
	skip(w);
	size_t len = strlen(text);
	if (strncmp(w->at, text, len))
		return false;
	w->at += len;
	buf_adds(&w->out, text);
	return true;
}

static size_t ident_len(const char *s)
{
	size_t n = 0;
	while (isalpha((unsigned char)s[n]) || s[n] == '_' || s[n] == ':' || (n && isdigit((unsigned char)s[n])))
		n++;
	return n;
}

static bool is_word(const char *s, size_t len, const char *const *list)
{
	for (; *list; list++)
		if (strlen(*list) == len && !strncasecmp(s, *list, len))
			return true;
	return false;
}

/* The length of a string with its quotes, 0 where there is none or it does not end. */
static size_t string_len(const char *s)
{
	if (*s != '"' && *s != '\'' && *s != '`')
		return 0;
	for (size_t i = 1; s[i]; i++) {
		if (s[i] == *s)
			return i + 1;
		if (s[i] == '\n' && *s != '`')
			return 0;
		if (s[i] == '\\' && *s != '`' && !s[++i])
			return 0;
	}
	return 0;
}

static const char *const aggregators[] = {"sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile", NULL};
static const char *const functions[] = {
	"rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "avg_over_time", "min_over_time", "max_over_time",
	"sum_over_time", "count_over_time", "last_over_time", "stddev_over_time", "stdvar_over_time", "present_over_time",
	"quantile_over_time", "predict_linear", "histogram_quantile", "abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt",
	"round", "sgn", "timestamp", "clamp", "clamp_min", "clamp_max", NULL,
};
static const char *const reserved[] = {
	"by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "and", "or", "unless", "atan2", "inf", "nan",
	"start", "end", "topk", "bottomk", "count_values", "limitk", "limit_ratio", NULL,
};
static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "^", NULL};
static const char *const set_operators[] = {"and", "or", "unless", NULL};

/* ---- selectors ---- */

/* L's own matcher leaves a hole; every other is copied. */
static bool own_matcher(struct walk *w, const char *op, size_t op_len, const char *str, size_t len)
{
	if (op_len != 1 || *op != '=' || len < 3 || len - 2 >= sizeof w->value || memchr(str, '\\', len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)str[i]))
			return false;
	if (w->value[0] && (strlen(w->value) != len - 2 || strncmp(w->value, str + 1, len - 2)))
		return false;
	memcpy(w->value, str + 1, len - 2);
	w->value[len - 2] = '\0';
	return buf_addc(&w->out, SHAPE_HOLE);
}

static bool matcher(struct walk *w, bool *seen)
{
	skip(w);
	const char *name = w->at;
	size_t len = ident_len(name);
	w->at += len;
	skip(w);
	const char *op = w->at;
	size_t op_len = strspn(op, "=!~");
	w->at += op_len;
	skip(w);
	const char *str = w->at;
	size_t str_len = string_len(str);
	if (!len || memchr(name, ':', len) || !str_len || !op_len || op_len > 2)
		return false;
	w->at += str_len;
	if (strlen(w->label) == len && !strncmp(name, w->label, len)) {
		bool first = !*seen;
		*seen = true;
		return first && own_matcher(w, op, op_len, str, str_len);
	}
	buf_add(&w->out, name, len);
	buf_add(&w->out, op, op_len);
	return buf_add(&w->out, str, str_len);
}

static bool matchers(struct walk *w)
{
	bool seen = false;
	while (!take(w, "}"))
		if (!matcher(w, &seen) || (!take(w, ",") && (skip(w), *w->at != '}')))
			return false;
	return seen;
}

static bool duration(struct walk *w)
{
	skip(w);
	size_t n = strspn(w->at, "0123456789smhdwy");
	buf_add(&w->out, w->at, n);
	w->at += n;
	return n > 0;
}

/* Behind the metric's name; a selector without L could answer for every value, so it is left alone. */
static enum kind selector(struct walk *w)
{
	if (!take(w, "{") || !matchers(w))
		return NOTHING;
	if (take(w, "[") && (!duration(w) || !take(w, "]")))
		return NOTHING;
	skip(w);
	if (ident_len(w->at) == 6 && !strncasecmp(w->at, "offset", 6)) {
		buf_adds(&w->out, " offset ");
		w->at += 6;
		(void)take(w, "-");
		if (!duration(w))
			return NOTHING;
	}
	skip(w);
	return *w->at == '@' || *w->at == '[' ? NOTHING : KEEPS;
}

/* ---- functions and aggregations ---- */

/* One vector among numbers. */
static enum kind arguments(struct walk *w)
{
	enum kind vector = NOTHING;
	if (!take(w, "("))
		return NOTHING;
	for (int n = 0; n < 4; n++) {
		enum kind k = expr(w);
		if (k == NOTHING || (k != NUMBER && vector != NOTHING))
			return NOTHING;
		vector = k == NUMBER ? vector : k;
		if (take(w, ")"))
			return vector;
		if (!take(w, ","))
			return NOTHING;
	}
	return NOTHING;
}

/* `by (a, b)` as written, without its last bracket; does it hold L? */
static bool labels(struct walk *w, bool *out_has, bool *out_any)
{
	*out_has = *out_any = false;
	if (!take(w, "("))
		return false;
	for (;;) {
		skip(w);
		if (*w->at == ')')
			return w->at++, true;
		size_t len = ident_len(w->at);
		if (!len)
			return false;
		if (*out_any)
			buf_addc(&w->out, ',');
		*out_any = true;
		*out_has = *out_has || (strlen(w->label) == len && !strncmp(w->at, w->label, len));
		buf_add(&w->out, w->at, len);
		w->at += len;
		skip(w);
		if (*w->at == ',')
			w->at++;
		else if (*w->at != ')')
			return false;
	}
}

enum grouping { GROUP_NONE, GROUP_KEEPS, GROUP_FORGETS, GROUP_INHERITS, GROUP_STRANGE };

static enum grouping grouping(struct walk *w)
{
	bool has, any;
	skip(w);
	size_t len = ident_len(w->at);
	bool by = len == 2 && !strncasecmp(w->at, "by", 2), without = len == 7 && !strncasecmp(w->at, "without", 7);
	if (!by && !without)
		return GROUP_NONE;
	buf_adds(&w->out, by ? " by " : " without ");
	w->at += len;
	if (!labels(w, &has, &any) || (without && has))
		return GROUP_STRANGE;
	if (by && !has)
		buf_addf(&w->out, "%s%s", any ? "," : "", w->label);
	buf_addc(&w->out, ')');
	return without ? GROUP_INHERITS : has ? GROUP_KEEPS : GROUP_FORGETS;
}

static enum kind aggregation(struct walk *w)
{
	enum grouping g = grouping(w);
	enum kind k = g == GROUP_STRANGE ? NOTHING : arguments(w);
	if (k == NOTHING)
		return NOTHING;
	if (g == GROUP_NONE) {
		g = grouping(w);
		if (g == GROUP_NONE) {
			buf_addf(&w->out, " by (%s)", w->label);
			g = GROUP_FORGETS;
		}
	}
	switch (g) {
	case GROUP_KEEPS:
		return k; /* grouped by an L that the inside has lost: there it was empty */
	case GROUP_INHERITS:
		return k;
	case GROUP_FORGETS:
		return FORGETS;
	case GROUP_NONE:
	case GROUP_STRANGE:
		return NOTHING;
	}
	return NOTHING;
}

/* ---- expressions ---- */

static bool number(struct walk *w)
{
	char *end;
	if (!isdigit((unsigned char)*w->at) && *w->at != '.')
		return false;
	(void)strtod(w->at, &end);
	if (end == w->at || isalpha((unsigned char)*end) || *end == '_')
		return false;
	buf_add(&w->out, w->at, (size_t)(end - w->at));
	w->at = end;
	return true;
}

static enum kind named(struct walk *w, size_t len)
{
	const char *name = w->at;
	if (is_word(name, len, reserved))
		return NOTHING;
	buf_add(&w->out, name, len);
	w->at += len;
	skip(w);
	if (is_word(name, len, aggregators))
		return aggregation(w);
	if (*w->at != '(')
		return selector(w);
	return is_word(name, len, functions) ? arguments(w) : NOTHING;
}

static enum kind term(struct walk *w)
{
	skip(w);
	size_t len = ident_len(w->at);
	if (len)
		return named(w, len);
	if (take(w, "-") || take(w, "+"))
		return term(w);
	if (take(w, "(")) {
		enum kind k = expr(w);
		return take(w, ")") ? k : NOTHING;
	}
	if (*w->at == '{')
		return selector(w);
	return number(w) ? NUMBER : NOTHING;
}

static bool operator(struct walk *w)
{
	for (const char *const *op = operators; *op; op++)
		if (take(w, *op)) {
			skip(w);
			if (ident_len(w->at) == 4 && !strncasecmp(w->at, "bool", 4)) {
				buf_adds(&w->out, " bool ");
				w->at += 4;
			}
			return true;
		}
	skip(w);
	size_t len = ident_len(w->at);
	if (!len || !is_word(w->at, len, set_operators))
		return false;
	buf_addf(&w->out, " %.*s ", (int)len, w->at);
	w->at += len;
	return true;
}

static enum kind expr(struct walk *w)
{
	if (++w->depth > DEPTH_MAX)
		return NOTHING;
	enum kind all = term(w);
	while (all != NOTHING && operator(w)) {
		enum kind k = term(w);
		if (k == NOTHING || (k != NUMBER && all != NUMBER && k != all))
			all = NOTHING;
		else if (all == NUMBER)
			all = k;
	}
	w->depth--;
	return all;
}

/* ---- the whole ---- */

static bool see(const char *query, const char *label, struct shape *out)
{
	struct walk w = {.at = query, .label = label};
	buf_init(&w.out, 65536);
	enum kind k = expr(&w);
	skip(&w);
	bool ok = (k == KEEPS || k == FORGETS) && !*w.at && w.value[0] && !w.out.failed;
	char *template = buf_take(&w.out);
	if (!ok) {
		free(template);
		return false;
	}
	*out = (struct shape){.label = mem_str(label), .value = mem_str(w.value), .template = template};
	return true;
}

/* The names before `="`, each once.  `le` says where in a histogram, so it is no one's name. */
static bool candidate(const char *query, const char **at, char *out, size_t cap)
{
	for (const char *p = *at; *p; ) {
		size_t str = string_len(p), len = ident_len(p);
		const char *name = p;
		p += str ? str : len ? len : 1;
		const char *q = p + strspn(p, " \t\r\n");
		if (!len || len >= cap || *q != '=' || string_len(q + 1 + strspn(q + 1, " \t\r\n")) < 3)
			continue;
		(void)snprintf(out, cap, "%.*s", (int)len, name);
		*at = p;
		return strcmp(out, "le") && strncmp(out, "__", 2) ? true : candidate(query, at, out, cap);
	}
	return false;
}

void shapes_of(const char *query, struct shapes *out)
{
	char label[65];
	out->n = 0;
	if (strlen(query) > 8192 || strchr(query, '#') || strchr(query, SHAPE_HOLE))
		return;
	for (const char *at = query; out->n < SHAPES_MAX && candidate(query, &at, label, sizeof label); ) {
		bool had = false;
		for (size_t i = 0; i < out->n; i++)
			had = had || !strcmp(out->v[i].label, label);
		if (!had && see(query, label, &out->v[out->n]))
			out->n++;
	}
}

void shapes_release(struct shapes *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].label);
		free(s->v[i].value);
		free(s->v[i].template);
	}
	s->n = 0;
}

bool shape_stands_alone(const char *query)
{
	char open[64];
	size_t n = 0;
	for (const char *p = query; *p; p++) {
		const char *pair = strchr("(){}[]", *p);
		size_t str = string_len(p);
		if (str)
			p += str - 1;
		else if (*p == '#' || strchr("\"'`", *p)) /* a comment could hide what is put behind it */
			return false;
		else if (pair && strchr("({[", *p)) {
			if (n == sizeof open)
				return false;
			open[n++] = pair[1];
		} else if (pair && (!n || open[--n] != *p))
			return false;
	}
	return n == 0 && query[strspn(query, " \t\r\n")];
}

bool shape_is_selector(const char *query)
{
	const char *p = query + strspn(query, " \t\r\n");
	size_t len = ident_len(p);
	if (strchr(query, '#') || is_word(p, len, reserved))
		return false;
	p += len;
	p += strspn(p, " \t\r\n");
	if (*p != '{')
		return len && !*p;
	while (*++p && *p != '}')
		if (string_len(p))
			p += string_len(p) - 1;
	return *p && !p[1 + strspn(p + 1, " \t\r\n")];
}

static void add_value(struct buf *b, const char *value)
{
	for (const char *p = value; *p; p++) {
		if (strchr("\\.+*?()|[]{}^$", *p))
			buf_adds(b, "\\\\"); /* a backslash of the expression within a string */
		else if (*p == '"')
			buf_addc(b, '\\');
		buf_addc(b, *p);
	}
}

void shape_fill(struct buf *b, const char *template, const char *label, const char *const *values, size_t n)
{
	for (const char *p = template; *p; p++) {
		if (*p != SHAPE_HOLE) {
			buf_addc(b, *p);
			continue;
		}
		buf_addf(b, "%s=~\"", label);
		for (size_t i = 0; i < n; i++) {
			if (i)
				buf_addc(b, '|');
			add_value(b, values[i]);
		}
		buf_addc(b, '"');
	}
}
