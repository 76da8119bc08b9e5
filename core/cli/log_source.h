/* Where `log` takes events from: the store itself, or, where it is another
 * user's, their engine's socket (contract 1).  Used by cmd_log.c alone; starts
 * no engine and writes nothing. */
#ifndef CLI_LOG_SOURCE_H
#define CLI_LOG_SOURCE_H

#include "base/event.h"
#include "client/client.h"

struct log_source;
enum status log_source_open(const char *store, const struct client_paths *paths, struct log_source **out, struct fault *f);
void log_source_close(struct log_source *s);

typedef void (*log_each_fn)(void *ctx, const struct event *e);
/* Every event from *next to the end, in order; *next moves behind the last. */
enum status log_source_read(struct log_source *s, int64_t *next, log_each_fn each, void *ctx, struct fault *f);

#endif
