/* Matchers as Alertmanager and its tools spell them. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alertmanager/matcher.h"
#include "http/http.h"

static const char *const ops[] = {[MATCH_EQUAL] = "=", [MATCH_NOT_EQUAL] = "!=", [MATCH_REGEX] = "=~", [MATCH_NOT_REGEX] = "!~"};
static const struct { const char *word; enum which which; } states[] = {
	{"active", WHICH_ACTIVE}, {"suppressed", WHICH_SUPPRESSED}, {"any", WHICH_ANY},
};

static bool refuse(struct fault *f, const char *what, const char *at)
{
	fault_set(f, STATUS_USAGE, "bad-query", "the query: %s%s%.40s", what, *at ? " at " : "", at);
	return false;
}

/* ---- reading ---- */

static bool read_op(const char **at, enum match *out)
{
	static const enum match order[] = {MATCH_REGEX, MATCH_NOT_REGEX, MATCH_NOT_EQUAL, MATCH_EQUAL}; /* the longer first */
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (!strncmp(*at, ops[order[i]], strlen(ops[order[i]]))) {
			*at += strlen(ops[order[i]]);
			*out = order[i];
			return true;
		}
	return false;
}

static bool read_quoted(const char **at, struct buf *b)
{
	const char *p = *at + 1;
	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && strchr("\"\\n", p[1]) && p[1])
			buf_addc(b, *++p == 'n' ? '\n' : *p);
		else
			buf_addc(b, *p);
	}
	*at = p + 1;
	return *p == '"';
}

static bool read_value(const char **at, char **out)
{
	struct buf b;
	buf_init(&b, 8192);
	bool ok = true;
	if (**at == '"') {
		ok = read_quoted(at, &b);
	} else {
		size_t len = strcspn(*at, "=,{}\"' \t\r\n");
		ok = len > 0;
		buf_add(&b, *at, len);
		*at += len;
	}
	ok = ok && !b.failed;
	*out = buf_take(&b);
	return ok;
}

static const char *skip(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

static bool read_matcher(struct matchers *out, const char **at, struct fault *f)
{
	const char *start = *at, *p = start;
	if (out->n == MATCHERS_MAX)
		return refuse(f, "more than 32 matchers", "");
	while (isalnum((unsigned char)*p) || *p == '_' || *p == ':')
		p++;
	struct matcher *m = &out->v[out->n];
	size_t len = (size_t)(p - start);
	*m = (struct matcher){0};
	p = skip(p);
	if (!len || isdigit((unsigned char)*start) || !read_op(&p, &m->op))
		return refuse(f, "expected LABEL=\"VALUE\"", start);
	m->label = mem_strn(start, len);
	out->n++;
	p = skip(p);
	if (!read_value(&p, &m->value))
		return refuse(f, "a value does not end or is missing", start);
	out->regex = out->regex || m->op == MATCH_REGEX || m->op == MATCH_NOT_REGEX;
	*at = skip(p);
	return true;
}

static const char *read_state(const char *text, enum which *out)
{
	const char *p = skip(text);
	*out = WHICH_ACTIVE;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		size_t len = strlen(states[i].word);
		if (!strncmp(p, states[i].word, len) && strspn(p + len, " \t\r\n")) {
			const char *rest = skip(p + len);
			if (*rest == '=' || *rest == '!') /* a label of that name */
				return p;
			*out = states[i].which;
			return rest;
		}
	}
	return p;
}

bool matchers_parse(struct matchers *out, const char *text, struct fault *f)
{
	*out = (struct matchers){0};
	const char *p = read_state(text, &out->which);
	bool braces = *p == '{', ok = true;
	p = skip(p + braces);
	if (!*p)
		return refuse(f, "there is none: write matchers, or {} for every alert", "");
	while (ok && *p && *p != '}') {
		ok = read_matcher(out, &p, f);
		if (ok && *p == ',')
			p = skip(p + 1);
		else if (ok && *p && *p != '}')
			ok = refuse(f, "expected a comma", p);
	}
	if (ok && (braces ? *p != '}' || *skip(p + 1) : *p != '\0'))
		ok = refuse(f, "the braces do not match", p);
	if (!ok)
		matchers_release(out);
	return ok;
}

void matchers_release(struct matchers *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].label);
		free(m->v[i].value);
	}
	m->n = 0;
}

/* ---- matching ---- */

bool matchers_take(const struct matchers *m, const struct json *alert)
{
	const char *state = json_get_str(json_get(alert, "status"), "state", "");
	const struct json *labels = json_get(alert, "labels");
	bool active = !strcmp(state, "active"), suppressed = !strcmp(state, "suppressed");
	if (!(active && m->which != WHICH_SUPPRESSED) && !(suppressed && m->which != WHICH_ACTIVE))
		return false;
	for (size_t i = 0; i < m->n; i++) {
		bool equal = !strcmp(json_get_str(labels, m->v[i].label, ""), m->v[i].value);
		if ((m->v[i].op == MATCH_EQUAL && !equal) || (m->v[i].op == MATCH_NOT_EQUAL && equal))
			return false;
	}
	return true;
}

void matcher_print(struct buf *b, const char *label, enum match op, const char *value)
{
	buf_addf(b, "%s%s\"", label, ops[op]);
	for (const char *p = value; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(b, '\\');
		if (*p == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *p);
	}
	buf_addc(b, '"');
}

void matchers_filter(const struct matchers *m, struct buf *b)
{
	for (size_t i = 0; i < m->n; i++) {
		struct buf one;
		buf_init(&one, 65536);
		matcher_print(&one, m->v[i].label, m->v[i].op, m->v[i].value);
		buf_adds(b, "&filter=");
		http_escape(b, buf_str(&one));
		buf_release(&one);
	}
}
