/* Events from the store, or through the socket in pages. */
#include "config.h"

#include "cli/log_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/journal.h"

struct log_source {
	struct journal *j;                /* NULL: through the socket */
	const struct client_paths *paths;
};

enum status log_source_open(const char *store, const struct client_paths *paths, struct log_source **out, struct fault *f)
{
	struct log_source *s = mem_new(sizeof *s);
	enum status status = STATUS_OK;
	s->paths = paths;
	if (access(store, R_OK) == 0 || errno != EACCES)
		status = journal_open_read(store, &s->j, f);
	if (status == STATUS_OK)
		*out = s;
	else
		free(s);
	return status;
}

void log_source_close(struct log_source *s)
{
	if (!s)
		return;
	journal_close(s->j);
	free(s);
}

static enum status read_store(struct journal *j, int64_t *next, log_each_fn each, void *ctx, struct fault *f)
{
	struct journal_cursor *c = NULL;
	struct event e;
	if (!journal_is_its_own(j)) {
		fault_set(f, STATUS_OUTSIDE, "store-gone", "the journal was removed or replaced");
		fault_mend(f, "see what became of it, then call log again");
		return STATUS_OUTSIDE;
	}
	enum status s = journal_from(j, *next, &c, f);
	while (s == STATUS_OK && (s = journal_step(c, &e, f)) == STATUS_OK) {
		*next = e.seq + 1;
		each(ctx, &e);
	}
	journal_cursor_free(c);
	return s == STATUS_NO ? STATUS_OK : s;
}

/* One event as the engine's `read` prints it. The digests stay what they are: whoever doubts them checks them. */
static bool event_of(const struct json *v, struct event *out)
{
	*out = (struct event){.seq = json_get_int(v, "seq", 0), .at = json_get_int(v, "at", 0), .boot = json_get_str(v, "boot", ""),
		.mono = json_get_int(v, "mono", 0), .incident = json_get_str(v, "incident", NULL), .kind = json_get_str(v, "kind", ""),
		.actor = json_get_str(v, "actor", ""), .body = json_get_str(v, "raw", NULL)};
	out->body_len = out->body ? strlen(out->body) : 0;
	return out->seq > 0 && hex_parse(json_get_str(v, "body_sha", ""), out->body_sha, SHA_LEN) &&
		hex_parse(json_get_str(v, "chain", ""), out->chain, SHA_LEN);
}

static enum status read_page(const struct client_spec *spec, int64_t *next, bool *out_more, log_each_fn each, void *ctx, struct fault *f)
{
	char params[64], *answer = NULL;
	struct json *page = NULL;
	struct event e;
	(void)snprintf(params, sizeof params, "{\"from\":%lld,\"limit\":1000}", (long long)(*next < 1 ? 1 : *next));
	enum status s = client_call(spec, "read", params, &answer, f);
	if (s == STATUS_OK)
		s = json_parse(answer, strlen(answer), (size_t)256 << 20, &page, f);
	if (s == STATUS_OK)
		for (const struct json *v = json_first(json_get(page, "events")); v; v = json_next(v))
			if (event_of(v, &e)) {
				each(ctx, &e);
				*next = e.seq + 1;
			}
	*out_more = s == STATUS_OK && json_get(page, "next") != NULL;
	json_free(page);
	free(answer);
	return s;
}

enum status log_source_read(struct log_source *src, int64_t *next, log_each_fn each, void *ctx, struct fault *f)
{
	const struct client_spec spec = {.paths = src->paths, .role = "command"};
	enum status s = STATUS_OK;
	bool more = true;
	if (src->j)
		return read_store(src->j, next, each, ctx, f);
	while (s == STATUS_OK && more)
		s = read_page(&spec, next, &more, each, ctx, f);
	return s;
}
