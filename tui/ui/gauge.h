/* A gauge as a line: name, value, limit, curve, what the row says in words, age.
 * Called by every view that shows signals; what is bad stands in tui/ui/health. */
#ifndef TUI_GAUGE_H
#define TUI_GAUGE_H

#include "tui/screen/page.h"
#include "tui/ui/scene.h"

struct gauges { struct gauge *v; size_t n, cap; };
/* Of the incident's services, or of `service`, or (both NULL) of all that have trouble; worst first. */
void gauges_make(struct gauges *g, const struct scene *s, const struct model_incident *i, const char *service);
void gauges_release(struct gauges *g);
/* Draw one on the newest line.  *alarms counts red things: only the first is red. */
void gauge_draw(struct page *p, const struct scene *s, const struct gauge *g, bool with_service, int *alarms);
/* What its row says of it, in words ("breach in 0:25"), and the role they are drawn in. */
enum role gauge_words(const struct scene *s, const struct gauge *g, char *out, size_t cap, int *alarms);
/* "3 s old", "never seen". */
void gauge_age(const struct scene *s, const struct gauge *g, char *out, size_t cap);
/* Its limit in words: "limit 5 % for 2m"; "" without one. */
void gauge_limit(const struct gauge *g, char *out, size_t cap);

#endif
