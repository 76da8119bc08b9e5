/* What the views share: the scene (everything a frame is a function of), the
 * choice of the screen, and the sentences and figures that several of them
 * draw.  Reads the model, changes nothing. */
#ifndef TUI_SCENE_H
#define TUI_SCENE_H

#include "model/phases.h"
#include "tui/ui.h"

enum screen { SCREEN_WAITING, SCREEN_QUIET, SCREEN_PENDING, SCREEN_DECIDING, SCREEN_RUNNING, SCREEN_VERIFYING, SCREEN_VERIFIED };
struct scene {
	const struct model *m;
	const struct ui *ui;
	const struct link *link;
	struct now now;
	struct stamp stamp;      /* now */
	int rows, cols;
	bool demo;               /* demo or drill: not production */
	bool side;               /* the timeline has a column of its own */
	enum screen screen;
	const struct model_incident *inc;
	struct phases ph;
	const struct model_action *act; /* the recovery action that matters now, or NULL */
};
void scene_make(struct scene *s, const struct ui *ui, const struct sight *sight, int rows, int cols);

/* One signal of a service with the row that speaks of it. */
struct gauge {
	const struct kit_service *service;
	const struct kit_signal *signal;
	const struct model_signal *ms;   /* NULL never seen */
	const struct kit_row *row;       /* NULL none has a limit */
	const struct model_row *mr;
	bool silent;                     /* no sample for stale_after, or never */
	int rank;                        /* 0 breached 1 pending 2 cannot tell 3 has a limit 4 has none */
	int order;
};
struct gauges { struct gauge *v; size_t n, cap; };
/* Of the incident's services, or of `service`, or (both NULL) of all that have trouble; worst first. */
void gauges_make(struct gauges *g, const struct scene *s, const struct model_incident *i, const char *service);
void gauges_release(struct gauges *g);
/* Draw one on the newest line.  *alarms counts red things: only the first is red. */
void gauge_draw(struct page *p, const struct scene *s, const struct gauge *g, bool with_service, int *alarms);

/* Times as people read them. */
#define WHEN_LEN 48
const char *when_clock(int64_t at, char out[WHEN_LEN]);                     /* 02:13:52 */
const char *when_short(const struct scene *s, int64_t at, char out[WHEN_LEN]); /* 13:51, Fri 17:40, 3 Nov */
const char *age_minutes(int64_t us, char out[WHEN_LEN]);                    /* "now" "4m" "3h" "9 d": never seconds */
const char *age_long(int64_t us, char out[WHEN_LEN]);                       /* the same, "under 1m" for "now" */
const char *span_about(int64_t us, char out[WHEN_LEN]);                     /* "about 3:40" */

const char *level_word(int level);               /* flag deploy migration data */
const char *verb_words(const struct kit_action *a, char *out, size_t cap); /* "roll back auth" */
const struct model_deploy *deploy_of(const struct scene *s, const char *service);
/* The version an action would go to by itself, or NULL. */
const char *goal_version(const struct scene *s, const struct kit_action *a);
/* Worst state of a service: 0 bad 1 pending 2 unknown 3 good. */
int service_rank(const struct scene *s, const struct kit_service *svc);
bool may_ask(const struct scene *s);             /* known to the kit, not an observer */

/* The views.  Each fills a page, or draws. */
void header_draw(const struct scene *s, struct cells *out);
int header_rows(const struct scene *s);
void footer_draw(const struct scene *s, struct cells *out);
void view_quiet(const struct scene *s, struct page *p);
void view_pending(const struct scene *s, struct page *p);
void view_deciding(const struct scene *s, struct page *p);
void view_running(const struct scene *s, struct page *p);
void view_verifying(const struct scene *s, struct page *p);
void view_verified(const struct scene *s, struct page *p);
void view_place(const struct scene *s, struct page *p, const struct place *place); /* every other view */
void view_timeline(const struct scene *s, struct page *p, int most, int drop);
void view_proposal(const struct scene *s, struct page *p, const char *service);
void view_command(const struct scene *s, struct page *p);   /* a change of command that waits for somebody */
void view_cause(const struct scene *s, struct page *p);
void view_with_you(const struct scene *s, struct page *p, int drop);
void view_said(const struct scene *s, struct page *p);
void confirm_draw(const struct scene *s, struct cells *out);
/* A page of the present place, made for this scene. */
void scene_page(const struct scene *s, struct page *p, int cols);

#endif
