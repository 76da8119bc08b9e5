/* Requests by libcurl's multi interface, driven by the SDK's loop: nothing
 * blocks, not even the look-up of a name.  Only fetch.c knows libcurl. */
#ifndef PROBE_FETCH_H
#define PROBE_FETCH_H

#include "probe/query.h"

#define BODY_MAX ((size_t)1 << 20)

struct fetched {
	enum class class;
	bool answered;       /* a whole answer came, whatever it said */
	double seconds;
	long status;
	const char *body;    /* "" where none was wanted */
	size_t len;
	char why[200];       /* of a class other than ok */
};
struct fetcher;
struct fetcher *fetcher_new(struct sdk *s);
void fetcher_free(struct fetcher *f);  /* drops what runs, without a call */
size_t fetcher_running(const struct fetcher *f);
/* fn is called once, from the loop, or at once where nothing can be sent.  The request must live until then. */
void fetch(struct fetcher *f, const struct request *r, bool want_body, void (*fn)(void *ctx, const struct fetched *got), void *ctx);

#endif
