/* What a PromQL query looks like, as far as it matters for asking many at
 * once: pure, no socket, no clock.  A query "varies by" a label L where every
 * selector in it has the one matcher L="v", and where it is provable from the
 * query alone that asking with L=~"v|w" answers for both, told apart by L.
 * Whatever is not understood is left alone; nothing here judges a query wrong. */
#ifndef PROMETHEUS_SHAPE_H
#define PROMETHEUS_SHAPE_H

#include "sdk/sdk.h"

#define SHAPES_MAX 8

/* One way to see a query: by `label`, whose value here is `value`. */
struct shape {
	char *label, *value;
	char *template;     /* the query over all values; SHAPE_HOLE where L's matcher goes */
};
#define SHAPE_HOLE '\1'

struct shapes {
	struct shape v[SHAPES_MAX];
	size_t n;
};
void shapes_of(const char *query, struct shapes *out);
void shapes_release(struct shapes *s);

/* May it stand in brackets beside others?  Strings end, brackets match, nothing is left open. */
bool shape_stands_alone(const char *query);

/* Is it one plain selector, whose samples have a time of their own to be asked for? */
bool shape_is_selector(const char *query);

/* Append the template with L=~"v|w|…" in its holes. */
void shape_fill(struct buf *b, const char *template, const char *label, const char *const *values, size_t n);

#endif
