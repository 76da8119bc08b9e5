/* What the views share: the scene (everything a frame is a function of), the
 * choice of the screen, and the sentences and figures that several of them
 * draw.  Reads the model, changes nothing. */
#ifndef TUI_SCENE_H
#define TUI_SCENE_H

#include "model/phases.h"
#include "tui/ui/health.h"
#include "tui/ui/ui.h"
#include "tui/ui/words.h"

enum screen { SCREEN_WAITING, SCREEN_QUIET, SCREEN_PENDING, SCREEN_COUNTDOWN, SCREEN_DECIDING, SCREEN_RUNNING, SCREEN_VERIFYING, SCREEN_VERIFIED };
struct scene {
	const struct model *m;
	const struct health *health; /* of m and now */
	const struct ui *ui;
	const struct link *link;
	struct now now;
	struct stamp stamp;      /* now */
	struct now real;         /* the same, or while looking back the instant it is */
	int rows, cols;
	bool demo;               /* demo or drill: not production */
	bool side;               /* the timeline has a column of its own */
	enum screen screen;
	const struct model_incident *inc;
	struct phases ph;
	const struct model_action *act; /* the recovery action that matters now, or NULL */
	const struct model_action *down; /* what counts down in it and ends first, else in any, or NULL */
};
void scene_make(struct scene *s, const struct ui *ui, const struct sight *sight, int rows, int cols);

const char *when_short(const struct scene *s, int64_t at, char out[WHEN_LEN]); /* 13:51, Fri 17:40, 3 Nov */
const struct model_deploy *deploy_of(const struct scene *s, const char *service);
/* The version an action would go to by itself, or NULL. */
const char *goal_version(const struct scene *s, const struct kit_action *a);
/* Worst state of a service. */
enum rank service_rank(const struct scene *s, const struct kit_service *svc);
/* The changes, newest first by when they happened; room for CHANGES_MOST.  How many. */
#define CHANGES_MOST 128
size_t changes_newest(const struct model *m, const struct model_change *out[CHANGES_MOST]);
bool may_ask(const struct scene *s);             /* known to the kit, not an observer */

#endif
