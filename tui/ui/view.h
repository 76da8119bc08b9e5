/* The views: one row each, from which the palette, the key line, help and the
 * drawing derive.  Pure data; the drawing functions live in tui/views. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

/* enum suffix and function, name in the palette ("" only opened from another view), what Enter does ("" nothing), what it shows */
#define VIEWS(X) \
	X(MAIN, main, "main", "open", "what matters now") \
	X(SERVICE, service, "", "open", "a service: what serves, its signals, rows, ways back and versions") \
	X(WAYS, ways, "ways", "choose", "every action, its price and its key") \
	X(SERVICES, services, "services", "open", "every service: version, age, state, what is bad first") \
	X(DEPLOY, deploy, "", "open", "a deploy: since when, the way back, what health did since") \
	X(ACTION, action, "", "choose", "an action: would it work now, by hand, its last runs, its versions") \
	X(ROWS, rows, "rows", "open", "the rubric: what pends and breached, then every row") \
	X(ROW, row, "", "open", "a row of the rubric: what it says, how it is, what it did") \
	X(EVENT, event, "", "", "an event of the journal, whole") \
	X(SOURCES, sources, "sources", "", "who tells, how old it is, and why one is silent") \
	X(REPORTS, reports, "reports", "say", "what only people know") \
	X(CHART, chart, "", "open", "a signal over time, its limit, and what happened meanwhile") \
	X(BRIEF, brief, "brief", "", "ten lines to read out") \
	X(TIMELINE, timeline, "timeline", "open", "what happened, newest first") \
	X(CHANGES, changes, "changes", "open", "what changed, newest first") \
	X(PINS, pins, "pins", "release", "versions kept out, and what is frozen") \
	X(WHO, who, "who", "", "everybody at a console: commands, looks on, since when") \
	X(HELP, help, "help", "", "the keys") \
	X(INCIDENTS, incidents, "incidents", "open", "every open incident")

enum view_kind {
#define X(id, fn, name, enter, shows) VIEW_##id,
	VIEWS(X)
#undef X
	VIEW_COUNT
};

/* The orders of the views that can be sorted: the view, the order's name, and as the title says it.  The first of a view is
 * the one it has by itself; struct place counts from there. */
#define SORTS(X) \
	X(SERVICES, "state", "by state") \
	X(SERVICES, "name", "by name") \
	X(SERVICES, "tier", "by tier") \
	X(SERVICES, "change", "by latest change") \
	X(CHANGES, "newest", "newest first") \
	X(CHANGES, "service", "by service") \
	X(WAYS, "service", "by service") \
	X(WAYS, "level", "by level") \
	X(WAYS, "time", "by time")
#define X(view, name, words) +1
enum { SORT_COUNT = 0 SORTS(X) };
#undef X

struct sort_row {
	enum view_kind view;
	const char *name, *words;
};
extern const struct sort_row sorts[SORT_COUNT];
/* Order n of a view, around; NULL where it has none. */
const struct sort_row *view_sort(enum view_kind view, int n);
int view_sorts(enum view_kind view); /* how many it has */

#endif
