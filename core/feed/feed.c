/* Folding a store into a model. */
#include "feed/feed.h"

#include "journal/journal.h"

enum status feed_fold(const char *path, struct model **out_model, feed_each_fn each, void *ctx, struct fault *f)
{
	struct journal *j = NULL;
	struct journal_cursor *c = NULL;
	struct event e;
	*out_model = NULL;
	enum status s = journal_open_read(path, &j, f);
	if (s != STATUS_OK)
		return s;
	struct model *m = model_new();
	s = journal_from(j, 1, &c, f);
	while (s == STATUS_OK && (s = journal_step(c, &e, f)) == STATUS_OK) {
		model_reduce(m, &e);
		if (each)
			each(ctx, m, &e);
	}
	journal_cursor_free(c);
	journal_close(j);
	if (s == STATUS_NO) { /* the end */
		*out_model = m;
		return STATUS_OK;
	}
	model_free(m);
	return s;
}
