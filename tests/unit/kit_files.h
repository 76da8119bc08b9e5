/* The example kit as bytes in memory, for tests that parse changed copies of it.
 * Read from kits/example below $top_srcdir.  Included by the kit's tests alone. */
#ifndef TESTS_KIT_FILES_H
#define TESTS_KIT_FILES_H

#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kit/kit_read.h"

static inline void example_read(struct kit_files *out)
{
	char dir[4096];
	struct problems p = {0};
	struct fault f = {0};
	const char *top = getenv("top_srcdir");
	(void)snprintf(dir, sizeof dir, "%s/kits/example", top ? top : ".");
	if (kit_read(dir, out, &p, &f) != STATUS_OK || p.n || out->n != 6)
		fail_msg("the example kit cannot be read from %s: %s", dir, p.n ? p.v[0].what : f.what);
	problems_release(&p);
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
