/* One cursor over events wherever they come from: a store read directly (same
 * uid, read-only) today, bundles later.  Folding a store into a model is the
 * one thing every offline command needs. */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "base/status.h"
#include "model/model.h"

/* Fold the whole store at `path`; *out_model is the caller's.  each (may be NULL) sees every event after its reduce. */
typedef void (*feed_each_fn)(void *ctx, const struct model *m, const struct event *e);
enum status feed_fold(const char *path, struct model **out_model, feed_each_fn each, void *ctx, struct fault *f);

#endif
