/* The parts of `backout fire`: in which order, what is shown, the challenge,
 * and following to the end.  For cmd_fire.c, and for freeze, which fires too. */
#ifndef CLI_FIRE_H
#define CLI_FIRE_H

#include "cli/session.h"

struct fire {
	struct cli *c;
	struct session s;
	const char *reason, *to, *service;
	bool yes, wait, dry_run, break_glass;
	char incident[72];           /* of the one fired before: the next ones belong to it, too */
	bool joins;                  /* the present one's service is in no open incident yet */
};

/* One action from panel to end, in f's open session (which follows). */
enum status fire_one(struct fire *f, const char *action);
/* Sort the actions' names into the plan's order: flags, consumers, what they depend on. */
void fire_order(const struct model *m, const char *service, char **actions, int n);
/* The panel as text; or with --json the panel itself. */
void fire_panel_print(const struct fire *f, const struct json *panel);
/* Ask for the letters on the terminal.  STATUS_OK typed right; NO: not (out_why says how it ended). */
enum status fire_challenge(struct fire *f, const struct json *panel, char *out_why, size_t cap);
/* Follow an action to its end, with --wait to verified; prints what becomes of it. */
enum status fire_follow(struct fire *f, const char *key);

#endif
