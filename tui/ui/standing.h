/* What the engine says is wrong, for as long as it is: a store that takes
 * nothing, a socket that cannot be bound.  A message goes with the next key;
 * these stand over the keys until the engine says that it is over, or is gone
 * itself.  Owned by the ui; pure. */
#ifndef TUI_STANDING_H
#define TUI_STANDING_H

#include <stdbool.h>

#define STANDING_MOST 4
struct standing {
	struct {
		char topic[24], text[300];
	} v[STANDING_MOST];
	int n;
};
/* The engine told it; text "": it is over.  True where the topic is one that stands. */
bool standing_told(struct standing *st, const char *topic, const char *text);
/* That it is over, in words; "" where the topic is none that stands. */
const char *standing_over(const char *topic);
/* The one that matters most, or NULL. */
const char *standing_text(const struct standing *st);

#endif
