/* The verbs of the plugin and the watch, as main.c puts them into its table. */
#ifndef RELEASES_ACTS_H
#define RELEASES_ACTS_H

#include "releases/ask.h"
#include "releases/disk.h"

struct plugin {
	struct sdk *s;
	const struct json *config;
	struct watch *watch;
};

/* switch.c: rollback and switch */
SDK_USE struct sdk_answer switch_perform(struct plugin *pl, struct place *p, const struct sdk_op *op);
SDK_USE struct sdk_answer switch_reconcile(struct plugin *pl, struct place *p, const struct sdk_op *op);

/* look.c: their preflight, and what both see of the world */
struct world {
	struct link link;
	struct running run;
	char from[VERSION_LEN]; /* what runs as far as is known, "" where nothing is */
	char expect[512];
};
void world_look(struct sdk *s, const struct place *p, int64_t timeout, struct world *out);
/* Can the process be told?  why says how, or what is missing. */
bool can_tell(const struct place *p, char *why, size_t cap);
/* What a person would type. */
void hand_command(const struct place *p, const char *to, struct buf *out);
SDK_USE struct sdk_answer look_preflight(struct plugin *pl, struct place *p, const struct sdk_action *a);

/* freeze.c */
SDK_USE struct sdk_answer freeze_preflight(struct plugin *pl, struct place *p, const struct sdk_action *a);
SDK_USE struct sdk_answer freeze_perform(struct plugin *pl, struct place *p, const struct sdk_op *op);
SDK_USE struct sdk_answer freeze_reconcile(struct plugin *pl, struct place *p, const struct sdk_op *op);
bool is_frozen(const struct place *p);

/* past.c */
SDK_USE struct sdk_answer past_answer(struct plugin *pl, const struct json *params);

/* watch.c */
SDK_USE struct sdk_answer watch_set(struct plugin *pl, const struct json *params);
void watch_free(struct watch *w);

#endif
