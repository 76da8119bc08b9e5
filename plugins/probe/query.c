#include "config.h"

#include "probe/query.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *class_name(enum class c)
{
	static const char *const names[] = {
#define X(id, word) word,
		CLASSES(X)
#undef X
	};
	return c < CLASS_N ? names[c] : "?";
}

/* ---- words: parted by blanks, "…" with \" and \\ ---- */

/* 1: a word; 0: no more; -1: an open quote or too long. */
static int word_next(const char **at, char *out, size_t cap)
{
	const char *s = *at + strspn(*at, " \t\n");
	bool quoted = false;
	size_t n = 0;
	if (!*s)
		return 0;
	for (; *s && (quoted || !strchr(" \t\n", *s)); s++) {
		if (*s == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (n + 1 >= cap)
			return -1;
		out[n++] = *s;
	}
	out[n] = '\0';
	*at = s;
	return quoted ? -1 : 1;
}

/* ---- the kind ---- */

static bool read_classes(const char *list, unsigned *out)
{
	*out = 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		unsigned bit = 0;
		for (unsigned c = 0; c < CLASS_N; c++)
			if (strlen(class_name((enum class)c)) == len && !strncmp(class_name((enum class)c), list, len))
				bit = 1u << c;
		if (!bit)
			return false;
		*out |= bit;
		list += len + (list[len] == ',');
	}
	return *out != 0;
}

static bool read_value_kind(struct query *q, const char *arg)
{
	q->kind = KIND_VALUE;
	const char *slash = arg ? strchr(arg, '/') : NULL;
	if (!arg)
		return true;
	q->path = slash ? mem_strn(arg, (size_t)(slash - arg)) : mem_str(arg);
	q->per = slash ? mem_str(slash + 1) : NULL;
	return *q->path && !(q->per && !*q->per);
}

static bool read_kind(struct query *q, char *word)
{
	char *arg = strchr(word, ':'), *end;
	if (arg)
		*arg++ = '\0';
	if (!strcmp(word, "errors") || !strcmp(word, "count")) {
		q->kind = *word == 'e' ? KIND_ERRORS : KIND_COUNT;
		q->classes = *word == 'e' ? CLASSES_BAD : CLASSES_ALL;
		return !arg || read_classes(arg, &q->classes);
	}
	if (!strcmp(word, "value"))
		return read_value_kind(q, arg);
	if (!strcmp(word, "match") && !arg) {
		q->kind = KIND_MATCH;
		return true;
	}
	if (*word == 'p' && isdigit((unsigned char)word[1]) && !arg) {
		q->kind = KIND_QUANTILE;
		q->quantile = strtod(word + 1, &end) / 100;
		return !*end && q->quantile > 0 && q->quantile <= 1;
	}
	return false;
}

/* ---- the options ---- */

static bool whole(const char *s, long least, long most, long *out)
{
	char *end;
	*out = strtol(s, &end, 10);
	return *s && !*end && *out >= least && *out <= most;
}

static bool opt_window(struct query *q, const char *v)
{
	return duration_parse(v, &q->window) && q->window >= US_SECOND / 10 && q->window <= US_DAY;
}

static bool opt_timeout(struct query *q, const char *v)
{
	return duration_parse(v, &q->request->timeout) && q->request->timeout >= 10000 && q->request->timeout <= US_MINUTE;
}

static bool opt_method(struct query *q, const char *v)
{
	mem_set(&q->request->method, v);
	return *v && strlen(v) <= 16 && strspn(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(v);
}

static bool opt_body(struct query *q, const char *v)
{
	mem_set(&q->request->body, v);
	return true;
}

static bool opt_header(struct query *q, const char *v)
{
	struct request *r = q->request;
	const char *colon = strchr(v, ':');
	if (!colon || colon == v || strpbrk(v, "\r\n") || r->n_headers == HEADERS_MAX)
		return false;
	r->header[r->n_headers++] = mem_str(v);
	return true;
}

static bool opt_status(struct query *q, const char *v)
{
	mem_set(&q->request->expect_status, v);
	for (; *v; v += v[3] == ',' ? 4 : 3) {
		if (v[0] < '1' || v[0] > '5' || !((isdigit((unsigned char)v[1]) && isdigit((unsigned char)v[2])) || (v[1] == 'x' && v[2] == 'x')))
			return false;
		if (v[3] && (v[3] != ',' || !v[4]))
			return false;
	}
	return q->request->expect_status[0] != '\0';
}

static bool opt_expect_body(struct query *q, const char *v)
{
	mem_set(&q->request->expect_body, v);
	return *v != '\0';
}

static bool opt_regex(struct query *q, const char *v)
{
	struct request *r = q->request;
	/* A back-reference makes the time to match exponential; nothing here needs one. */
	for (const char *p = v; (p = strchr(p, '\\')); p += p[1] ? 2 : 1)
		if (isdigit((unsigned char)p[1]))
			return false;
	if (r->has_regex)
		regfree(&r->expect_regex);
	r->has_regex = *v && !regcomp(&r->expect_regex, v, REG_EXTENDED | REG_NOSUB);
	return r->has_regex;
}

static bool opt_expect_header(struct query *q, const char *v)
{
	mem_set(&q->request->expect_header, v);
	return strchr(v, ':') && *v != ':';
}

static bool opt_follow(struct query *q, const char *v)
{
	return whole(v, 0, 10, &q->request->follow);
}

static bool opt_times(struct query *q, const char *v)
{
	long n;
	bool ok = whole(v, 1, 20, &n);
	q->request->times = (int)n;
	return ok;
}

static bool opt_n(struct query *q, const char *v)
{
	mem_set(&q->n_path, v);
	return *v != '\0';
}

static const struct option {
	const char *name;
	bool (*read)(struct query *q, const char *v);
	bool own; /* of the signal alone: does not keep it from sharing requests */
} options[] = {
	{"window", opt_window, true},     {"n", opt_n, true},
	{"timeout", opt_timeout, false},  {"method", opt_method, false},           {"body", opt_body, false},
	{"header", opt_header, false},    {"expect_status", opt_status, false},    {"expect_body", opt_expect_body, false},
	{"expect_regex", opt_regex, false}, {"expect_header", opt_expect_header, false}, {"follow", opt_follow, false},
	{"times", opt_times, false},
};

static bool read_option(struct query *q, char *word, struct buf *key, struct fault *f)
{
	char *eq = strchr(word, '=');
	size_t len = eq ? (size_t)(eq - word) : strlen(word);
	for (size_t i = 0; eq && i < sizeof options / sizeof *options; i++) {
		const struct option *o = &options[i];
		if (strlen(o->name) != len || strncmp(o->name, word, len))
			continue;
		if (!o->read(q, eq + 1)) {
			fault_set(f, STATUS_USAGE, "bad-query", "`%s` does not take %.80s", o->name, eq + 1);
			return false;
		}
		if (!o->own)
			buf_addf(key, "\n%s", word);
		return true;
	}
	fault_set(f, STATUS_USAGE, "bad-query", "%.60s is no option", word);
	return false;
}

static bool is_url(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return (!strncmp(s, "http://", 7) && s[7]) || (!strncmp(s, "https://", 8) && s[8]);
}

static bool parse(struct query *q, const char *text, char *word, size_t cap, struct buf *key, struct fault *f)
{
	if (word_next(&text, word, cap) != 1 || !read_kind(q, word)) {
		fault_set(f, STATUS_USAGE, "bad-query", "a query begins with errors[:CLASSES], pNN, count[:CLASSES], value[:PATH[/PATH]] or match");
		return false;
	}
	if (word_next(&text, word, cap) != 1 || !is_url(word)) {
		fault_set(f, STATUS_USAGE, "bad-query", "the second word of a query is an http:// or https:// URL");
		return false;
	}
	q->request->url = mem_str(word);
	buf_adds(key, word);
	int got;
	while ((got = word_next(&text, word, cap)) == 1)
		if (!read_option(q, word, key, f))
			return false;
	if (got < 0)
		fault_set(f, STATUS_USAGE, "bad-query", "a quote in the query does not end, or a word is longer than 8 KiB");
	return got == 0;
}

bool query_parse(struct query *out, const char *text, struct fault *f)
{
	enum { CAP = 8192 };
	char *word = mem_new(CAP);
	struct buf key;
	buf_init(&key, JSON_LINE_MAX);
	*out = (struct query){.window = US_MINUTE, .request = mem_new(sizeof *out->request)};
	out->request->timeout = 5 * US_SECOND;
	out->request->times = 1;
	bool ok = parse(out, text, word, CAP, &key, f);
	out->request->key = buf_take(&key);
	free(word);
	if (!ok)
		query_release(out);
	return ok;
}

void request_free(struct request *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_headers; i++)
		free(r->header[i]);
	if (r->has_regex)
		regfree(&r->expect_regex);
	free(r->url);
	free(r->method);
	free(r->body);
	free(r->expect_status);
	free(r->expect_body);
	free(r->expect_header);
	free(r->key);
	free(r);
}

void query_release(struct query *q)
{
	request_free(q->request);
	free(q->path);
	free(q->per);
	free(q->n_path);
	*q = (struct query){0};
}

/* ---- judging ---- */

bool request_needs_body(const struct request *r)
{
	return r->expect_body || r->has_regex;
}

static bool status_fits(const char *list, long status)
{
	if (!list)
		return status < 400;
	for (; *list; list += list[3] == ',' ? 4 : 3) {
		if (list[0] - '0' != status / 100)
			continue;
		if (list[1] == 'x' || strtol(list + 1, NULL, 10) == status % 100)
			return true;
	}
	return false;
}

enum class request_judge(const struct request *r, long status, const char *body, bool header_seen, char *why, size_t cap)
{
	if (!status_fits(r->expect_status, status)) {
		(void)snprintf(why, cap, "status %ld", status);
		return status >= 500 ? CLASS_5XX : status >= 400 ? CLASS_4XX : CLASS_MISMATCH;
	}
	if (r->expect_header && !header_seen)
		(void)snprintf(why, cap, "the header is not as expected");
	else if ((r->expect_body && !strstr(body, r->expect_body)) || (r->has_regex && regexec(&r->expect_regex, body, 0, NULL, 0)))
		(void)snprintf(why, cap, "the body is not as expected");
	else
		return CLASS_OK;
	return CLASS_MISMATCH;
}

static const struct json *step(const struct json *v, const char *key)
{
	if (json_type(v) == JSON_OBJECT)
		return json_get(v, key);
	char *end;
	unsigned long i = strtoul(key, &end, 10);
	if (json_type(v) != JSON_ARRAY || !isdigit((unsigned char)*key) || *end)
		return NULL;
	for (v = json_first(v); v && i; i--)
		v = json_next(v);
	return v;
}

bool member_number(const struct json *root, const char *path, double *out, char *why, size_t cap)
{
	char key[256];
	const struct json *v = root;
	for (const char *at = path; *at && v; ) {
		size_t len = strcspn(at, ".");
		(void)snprintf(key, sizeof key, "%.*s", (int)(len < 255 ? len : 255), at);
		v = step(v, key);
		at += len + (at[len] == '.');
	}
	*out = json_num(v, NAN);
	if (json_type(v) == JSON_NUMBER && isfinite(*out))
		return true;
	(void)snprintf(why, cap, "the answer has no number at %.80s", path);
	return false;
}
