/* The names that a word of the palette's line may be: of services, signals,
 * actions and the rest, out of the model.  Called by palette.c alone. */
#ifndef TUI_PALETTE_NAMES_H
#define TUI_PALETTE_NAMES_H

#include "tui/ui/palette.h"

/* Which of the names offered are kept; EXACT and CASE mind and do not mind capitals. */
enum match { MATCH_EXACT, MATCH_CASE, MATCH_PREFIX, MATCH_INSIDE, MATCH_ALL };
struct gather {
	enum match match;
	const char *word;
	struct palette_choices *out;
};
void gather_offer(struct gather *g, const char *name);
/* Offer every name that the word behind the l->n words of the line may be. */
void palette_names(const struct palette_scope *s, const struct palette_line *l, enum arg_kind kind, struct gather *g);

#endif
