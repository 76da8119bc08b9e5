/* What the world does by itself, as the files of decide that look for it share
 * it: adopt.c (made elsewhere), pins.c (kept out or frozen, and yet there) and
 * soak.c (kept).  Private to decide; called by tick.c. */
#ifndef DECIDE_WORLD_H
#define DECIDE_WORLD_H

#include "base/draft.h"
#include "model/model.h"

void tick_adopt(const struct model *m, struct drafts *out);
bool target_names_flag(const char *target, const char *flag); /* does the flag's name stand in an action's target? */
void tick_pins(const struct model *m, struct drafts *out);
void tick_freezes(const struct model *m, struct drafts *out);
void tick_soak(const struct model *m, const struct now *now, struct drafts *out);

/* What is known of the rows of a service that are measured (no reports, no dry runs). */
struct measured {
	bool any;                 /* there are some */
	bool clear;               /* all of them are, now */
	bool blind;               /* one cannot tell */
	bool pending;             /* one is on its way to a breach */
	const struct model_row *standing; /* the one that breached first of those that stand, or NULL */
	int64_t clear_for;        /* as long as the longest clear one is known to be; -1 none is measured and clear; INT64_MAX always was */
};
void measured_of(const struct model *m, const struct kit_service *s, const struct now *now, struct measured *out);
/* What is left of the version's soak; 0 where it is over (it may be held back by what cannot tell). */
int64_t soak_left(const struct kit_service *s, const struct model_version *v, const struct measured *r, const struct now *now);
/* The newest deploy of a service that was seen, or NULL. */
const struct model_change *change_latest(const struct model *m, const char *service);
/* Does the deploy go to a version that ran here before?  One that was rolled back from is none to go back to. */
bool change_goes_back(const struct model *m, const struct model_change *c);
/* The key of the incident's next action, behind those that `out` requests already. */
void key_next(const struct model_incident *i, const struct drafts *out, char *key, size_t cap);
/* A version that was rolled back from is kept in mind, so that its return is an alarm. */
void pin_rolled_back(const struct model *m, const char *incident, const char *service, const char *version, const char *by, struct drafts *out);
/* what: "frozen", or "acted-upon" with the key of the action that ran. */
void alarm_put(struct drafts *out, const char *incident, const char *what, const struct model_change *c, const char *by, const char *key);

#endif
