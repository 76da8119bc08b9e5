/* A signal's query for Alertmanager, `[STATE] MATCHER[,MATCHER]…`, read into a
 * struct, and an alert's labels held against it.  Pure: no socket, no clock.
 * Expressions (=~ and !~) are RE2 and therefore matched by the server alone. */
#ifndef ALERTMANAGER_MATCHER_H
#define ALERTMANAGER_MATCHER_H

#include "sdk/sdk.h"

enum which { WHICH_ACTIVE, WHICH_SUPPRESSED, WHICH_ANY };
enum match { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };
struct matcher {
	char *label, *value;
	enum match op;
};
#define MATCHERS_MAX 32
struct matchers {
	enum which which;
	struct matcher v[MATCHERS_MAX];
	size_t n;
	bool regex; /* one of them is an expression */
};
bool matchers_parse(struct matchers *out, const char *text, struct fault *f);
void matchers_release(struct matchers *m);
/* Is this alert counted?  Expressions are taken to match: the server was asked with them. */
bool matchers_take(const struct matchers *m, const struct json *alert);
/* Append one filter=… for each, escaped. */
void matchers_filter(const struct matchers *m, struct buf *b);
/* `alertname="X",service!="y"`. */
void matcher_print(struct buf *b, const char *label, enum match op, const char *value);

#endif
