/* The example kit as bytes in memory, for tests that parse changed copies of it.
 * Read from kits/example below $top_srcdir.  Included by the kit's tests alone. */
#ifndef TESTS_KIT_FILES_H
#define TESTS_KIT_FILES_H

#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kit/kit_read.h"

/* Not by kit_read: a source tree may belong to somebody else. */
static inline void example_read(struct kit_files *out)
{
	static const char *const paths[] = {"comms/customer-notice.md", "data/snapshot-orders.yaml", "kit.yaml", "releases/checkout-42.yaml",
		"services/checkout.yaml", "services/ledger.yaml"};
	const char *top = getenv("top_srcdir");
	*out = (struct kit_files){0};
	for (size_t i = 0; i < COUNT(paths); i++) {
		char full[4096], *text = mem_new(65536);
		(void)snprintf(full, sizeof full, "%s/kits/example/%s", top ? top : ".", paths[i]);
		FILE *in = fopen(full, "r");
		if (!in)
			fail_msg("the example kit cannot be read: %s", full);
		struct kit_file *f = vec_push(out);
		*f = (struct kit_file){mem_str(paths[i]), text, fread(text, 1, 65535, in)};
		fclose(in);
	}
}

static inline struct kit_file *example_file(struct kit_files *fs, const char *path)
{
	for (size_t i = 0; i < fs->n; i++)
		if (strcmp(fs->v[i].path, path) == 0)
			return &fs->v[i];
	fail_msg("the example kit has no %s", path);
	return NULL;
}

static inline int line_of(const char *text, const char *at)
{
	int line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* A copy of `text` with the first `find` replaced. */
static inline char *replaced(const char *text, const char *find, const char *with)
{
	const char *at = strstr(text, find);
	if (!at)
		fail_msg("nothing to replace: %s", find);
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	buf_add(&b, text, (size_t)(at - text));
	buf_adds(&b, with);
	buf_adds(&b, at + strlen(find));
	return buf_take(&b);
}

#endif
