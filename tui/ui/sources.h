/* How each source is: one that is gone, hangs, fails or is silent, and why, in
 * words.  A source that says that it is ready and tells nothing is none.
 * Called by the views and the linear front end; reads the scene. */
#ifndef TUI_SOURCES_H
#define TUI_SOURCES_H

#include "tui/ui/scene.h"

enum source_is { SOURCE_WELL, SOURCE_SILENT, SOURCE_FAILING, SOURCE_GONE, SOURCE_NONE /* only acts */ };
struct source {
	const struct kit_backend *kit;
	const struct model_backend *model; /* NULL never started */
	const struct intake *feed;
	enum source_is is;
	char why[320];           /* "" where it is well; clean */
};
void source_look(const struct scene *s, size_t backend, struct source *out);
/* How many of how many are well. */
size_t sources_well(const struct scene *s, size_t *out_of);

#endif
