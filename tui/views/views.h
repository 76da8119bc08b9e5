/* The views' drawing functions, and the lines that several of them share.  A
 * view reads the scene and fills a page; it changes nothing and asks nobody. */
#ifndef TUI_VIEWS_VIEWS_H
#define TUI_VIEWS_VIEWS_H

#include "decide/aftermath.h"
#include "tui/ui/scene.h"

struct view {
	const char *name, *enter, *shows;
	void (*draw)(const struct scene *s, struct page *p, const struct place *place);
};
extern const struct view views[VIEW_COUNT]; /* by enum view_kind */

#define X(id, fn, name, enter, shows) void view_##fn(const struct scene *s, struct page *p, const struct place *place);
VIEWS(X)
#undef X

/* Parts. */
void view_title(struct page *p, const char *text);
void view_nothing(struct page *p, const char *text);      /* what stands where there is nothing to list */
void view_text(struct page *p, const char *text, int64_t number); /* running text that the cursor can pass over */
void view_way(const struct scene *s, struct page *p, const struct kit_action *a);
void view_fact(struct page *p, const char *label, enum role role, const char *text); /* label at the left, text wrapped */
/* A label, text behind it on as many lines as it takes, and what the cursor on it is about (NULL nothing). */
void view_labelled(struct page *p, int drop, const char *label, enum role role, const struct item *about, const char *text);
/* What does not act by itself and why, each reason once: of a service, or (NULL) of the incident, else of all; how many lines. */
int view_not_by_itself(const struct scene *s, struct page *p, const char *service);
int view_foreseen(const struct scene *s, struct page *p, const char *service); /* what its pending rows will do; NULL: the first one of any */
void view_hold_whole(const struct scene *s, struct page *p, const char *service, const char *row); /* every reason; row NULL: of all */
/* How a row is: "pending since 02:00, breach in 0:25". */
void view_row_words(const struct scene *s, const struct model_row *r, char *out, size_t cap);
enum role view_row_role(const struct model_row *r);
void view_row_line(const struct scene *s, struct page *p, const struct kit_row *r, const struct kit_service *svc, bool with_service);
void view_service_line(struct page *p, int drop, const struct vitals *v);
const char *view_state(const struct scene *s, const struct vitals *v, enum role *out_role, char *out, size_t cap); /* "breach in 0:25" */
/* Deploys, breaches and decisions that concern a signal, oldest first; how many. */
size_t view_marks(const struct scene *s, const char *service, const char *signal, struct plot_mark *out, size_t cap);
void view_unknown(const struct scene *s, struct page *p);
void view_ways_summary(const struct scene *s, struct page *p); /* could we go back now? */
size_t view_versions_of(const struct scene *s, struct page *p, const char *service); /* how many */
/* A change with whom to ask and what health did since, on the page's present line: a draw function of page_promise. */
void view_change(struct page *p, const void *scene, const void *change);
/* The timeline's newest `most` lines. */
void view_lines(const struct scene *s, struct page *p, int most, int drop);
void view_proposal(const struct scene *s, struct page *p, const char *service);
void view_command(const struct scene *s, struct page *p);   /* a change of command that waits for somebody */
void view_cause(const struct scene *s, struct page *p);     /* of the incident */
void view_cause_of(const struct scene *s, struct page *p, const struct vitals *v); /* of a service */
/* Sources that tell nothing, and why; in an incident those that its services depend on. */
void view_ill_sources(const struct scene *s, struct page *p, int drop);
/* Questions that stand, with what answers them and what happens when nobody does; how many. */
int view_asked(const struct scene *s, struct page *p);
void view_stops(const struct scene *s, struct page *p);     /* the limits at which the running action is questioned */
void view_timers(const struct scene *s, struct page *p, const char *service); /* of owners; NULL: of the incident */
/* "on-call has 4:12, then: asks lena, who commands", and in a list ", 4:12, then asks lena"; false where no timer runs. */
bool timer_words(const struct scene *s, const struct model_row *r, char *out, size_t cap);
bool timer_short(const struct scene *s, const struct model_row *r, char *out, size_t cap);
void view_with_you(const struct scene *s, struct page *p, int drop);
void view_said(const struct scene *s, struct page *p);

/* The main view, by the screen that the incident asks for. */
void screen_quiet(const struct scene *s, struct page *p);
void screen_pending(const struct scene *s, struct page *p);
void screen_countdown(const struct scene *s, struct page *p);
void screen_deciding(const struct scene *s, struct page *p);
void screen_running(const struct scene *s, struct page *p);
void screen_verifying(const struct scene *s, struct page *p);
void screen_verified(const struct scene *s, struct page *p);

/* A countdown: what happens at zero, how long until then, both in one line; beside the clock; the key that fires it at once. */
const char *countdown_what(const struct scene *s, const struct model_action *a, char *out, size_t cap);
const char *countdown_left(const struct scene *s, const struct model_action *a, char out[DURATION_LEN]);
void countdown_line(const struct scene *s, char *out, size_t cap);
void countdown_words(const struct scene *s, int room, char out_line[3][240]);
bool countdown_now(const struct scene *s, char *out, size_t cap);

/* Around every view. */
void header_draw(const struct scene *s, struct cells *out);
int header_rows(const struct scene *s);
void header_clock(const struct scene *s, struct cells *out); /* in the first line, where the big one is covered */
/* The three lines beside the clock of an incident; some may be empty. */
void header_words(const struct scene *s, char out_line[3][240]);
/* The keys that can work in a view now, with a word each, what is needed most first. */
typedef void (*hint_fn)(void *ctx, const char *key, const char *word);
void footer_hints(const struct scene *s, enum view_kind view, hint_fn put, void *ctx);
void footer_draw(const struct scene *s, struct cells *out);
/* The first line behind the environment while looking back; silent: what is wrong with the engine, or "". */
void past_line_draw(const struct scene *s, struct cells *out, int col, const char *silent);
/* What has to be said on the line above the keys: how far the reading is, what happened live. */
void past_news_draw(const struct scene *s, struct cells *out);
void choices_draw(const struct scene *s, struct cells *out); /* above the palette's line */
void confirm_draw(const struct scene *s, struct cells *out);

/* The page of the place that is looked at. */
void views_page(const struct scene *s, struct page *p, int cols);

#endif
