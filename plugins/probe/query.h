/* A signal's query, `KIND URL [OPTION=VALUE]…`, read into a struct, and what an
 * answer is held against.  Pure: no socket, no clock. */
#ifndef PROBE_QUERY_H
#define PROBE_QUERY_H

#include <regex.h>

#include "sdk/sdk.h"

/* One row per class of result: enum suffix, word. */
#define CLASSES(X) \
	X(OK, "ok") X(4XX, "4xx") X(5XX, "5xx") X(CONNECT, "connect") X(TIMEOUT, "timeout") X(MISMATCH, "mismatch")
enum class {
#define X(id, word) CLASS_##id,
	CLASSES(X)
#undef X
	CLASS_N
};
#define CLASSES_BAD (((1u << CLASS_N) - 1) & ~(1u << CLASS_OK))
#define CLASSES_ALL ((1u << CLASS_N) - 1)
const char *class_name(enum class c);

enum kind { KIND_ERRORS, KIND_QUANTILE, KIND_COUNT, KIND_VALUE, KIND_MATCH };

#define HEADERS_MAX 16
/* What is sent and what is expected; signals with an equal `key` share it. */
struct request {
	char *url, *method, *body, *header[HEADERS_MAX];
	size_t n_headers;
	char *expect_status, *expect_body, *expect_header;
	bool has_regex;
	regex_t expect_regex;
	long follow;
	int times;
	int64_t timeout;
	char *key;
};
struct query {
	enum kind kind;
	unsigned classes;
	double quantile;      /* 0..1 */
	char *path, *per;     /* of value: member, divisor; NULL */
	char *n_path;
	int64_t window;
	struct request *request;
};
bool query_parse(struct query *out, const char *text, struct fault *f);
void query_release(struct query *q);
void request_free(struct request *r);
bool request_needs_body(const struct request *r);

/* Of an answer: its class, and in why what does not fit. */
enum class request_judge(const struct request *r, long status, const char *body, bool header_seen, char *why, size_t cap);

/* A number at a path of members and indices; false and why where there is none. */
bool member_number(const struct json *root, const char *path, double *out, char *why, size_t cap);

#endif
