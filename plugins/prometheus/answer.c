/* What Prometheus answered, read with distrust: whatever is not exactly an
 * answer is a reason in words. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"

#define ANSWER_BYTES ((size_t)16 << 20)

static void first_of(const struct json *list, char *out, size_t cap)
{
	size_t n = json_count(list);
	out[0] = '\0';
	if (json_type(list) == JSON_ARRAY && n)
		(void)snprintf(out, cap, "%.240s%s", json_str(json_first(list), "?"), n > 1 ? " (and more)" : "");
}

/* Its own words for what went wrong: errorType is more than the status says. */
static void read_error(const struct http_got *got, const struct json *root, struct answer *out)
{
	const char *type = json_get_str(root, "errorType", ""), *said = json_get_str(root, "error", "");
	char text[220];
	if (!*said && !root)
		said = got->body; /* a proxy's or a web server's page */
	(void)snprintf(text, sizeof text, "%.40s%s%.160s", type, *type && *said ? ": " : "", said);
	text[strcspn(text, "\r\n")] = '\0';
	http_status_words(got->status, text, out->why, sizeof out->why);
	/* A proxy's 400 is about something else: what is at fault for Prometheus it says in its own words. */
	out->syntax = got->status == 400 && !strcmp(type, "bad_data");
	out->query_fault = out->syntax || (*type && (got->status == 400 || got->status == 422)) ||
		(got->status == 503 && !strcmp(type, "timeout")) || got->status == 413 || got->status == 414;
}

static const char *result_fault(const struct json *data, const char *type)
{
	static const struct { const char *type; enum json_type is; } rows[] = {
		{"vector", JSON_ARRAY}, {"matrix", JSON_ARRAY}, {"scalar", JSON_ARRAY}, {"string", JSON_ARRAY},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(type, rows[i].type))
			return json_type(json_get(data, "result")) == rows[i].is ? NULL : "the answer has no result";
	return "the answer is of no kind that Prometheus has";
}

/* A vector or a matrix is of series, and of nothing else: what is not one would be passed over as "no data". */
static bool all_series(const struct json *result, const char *type)
{
	if (strcmp(type, "vector") != 0 && strcmp(type, "matrix") != 0)
		return true;
	for (const struct json *v = json_first(result); v; v = json_next(v))
		if (json_type(v) != JSON_OBJECT || json_type(json_get(v, "metric")) != JSON_OBJECT)
			return false;
	return true;
}

/* Storage that did not answer, not a remark about the query: the values are of a part. */
static bool is_partial(const struct json *warnings)
{
	for (const struct json *v = json_type(warnings) == JSON_ARRAY ? json_first(warnings) : NULL; v; v = json_next(v))
		if (strncmp(json_str(v, ""), "PromQL ", 7) != 0)
			return true;
	return false;
}

static void read_success(const struct json *root, struct answer *out)
{
	const struct json *data = json_get(root, "data");
	out->type = json_get_str(data, "resultType", "");
	out->result = json_get(data, "result");
	const char *fault = result_fault(data, out->type);
	if (!fault && !all_series(out->result, out->type))
		fault = "the answer has a series that is none";
	if (fault)
		(void)snprintf(out->why, sizeof out->why, "%s", fault);
	first_of(json_get(root, "warnings"), out->warning, sizeof out->warning);
	out->partial = is_partial(json_get(root, "warnings"));
}

void answer_read(const struct http_got *got, struct answer *out, struct json **out_root)
{
	struct fault f = {.what = ""};
	*out = (struct answer){.type = ""};
	*out_root = NULL;
	if (got->error) {
		(void)snprintf(out->why, sizeof out->why, "%.300s", got->error);
		out->query_fault = got->too_long;
		return;
	}
	bool good = json_parse(got->body, got->len, ANSWER_BYTES, out_root, &f) == STATUS_OK;
	const char *status = json_get_str(*out_root, "status", "");
	if (got->status < 200 || got->status > 299 || !strcmp(status, "error"))
		read_error(got, *out_root, out);
	else if (!good)
		(void)snprintf(out->why, sizeof out->why, "the answer is not JSON: %.200s", f.what);
	else if (strcmp(status, "success"))
		(void)snprintf(out->why, sizeof out->why, "the answer is not Prometheus's: see `url`");
	else
		read_success(*out_root, out);
}

bool answer_number(const struct json *pair, double *out, int64_t *out_at, const char **out_why)
{
	const struct json *at = json_first(pair), *text = json_next(at);
	const char *s = json_str(text, "");
	double t = json_num(at, NAN);
	char *end;
	*out_why = "the answer has a value that is none";
	if (json_type(pair) != JSON_ARRAY || json_count(pair) != 2 || json_type(at) != JSON_NUMBER || !(t > 0 && t < 1e11) || !*s)
		return false;
	*out_at = (int64_t)(t * 1000 + 0.5) * 1000;
	*out = strtod(s, &end);
	if (*end || *s == ' ' || strpbrk(s, "xX"))
		return false;
	*out_why = isnan(*out) ? "not a number: NaN (such as 0 divided by 0)" :
		*out > 0 ? "not a number: +Inf (such as a division by 0)" : "not a number: -Inf (such as a division by 0)";
	return isfinite(*out);
}
