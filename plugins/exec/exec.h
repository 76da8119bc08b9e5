/* What the files of the exec plugin share: its config, how a command is run in
 * a scrubbed environment, and what its end means. */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include "exec/words.h"

struct plugin {
	struct sdk *s;
	const struct json *config, *allow;
	const char *cwd, *state;
	struct watch *watch;
};

/* The child's whole environment; owned, NULL-terminated. */
char **env_make(const struct plugin *pl, const struct sdk_action *a, const char *op, const char *key);
void env_free(char **env);

/* `key` of the target (which must be allowed) or of the config (which the kit's author wrote beside
 * `allow`): 1 and out filled, 0 where there is none, -1 and a fault. */
int command_of(const struct plugin *pl, const char *key, const struct sdk_action *a, struct words *out, struct fault *f);
/* Run and wait; false and a fault where it could not be started. */
struct running {
	const char *op, *key; /* "" where there is none */
	int64_t timeout;      /* microseconds */
	void (*started)(void *ctx, int64_t pid, uint64_t start);
	void *ctx;
};
bool command_run(struct plugin *pl, const struct words *w, const struct sdk_action *a, const struct running *how,
	struct sdk_ran *out, struct fault *f);
/* The running version as the `version` command prints it: 1, 0 where there is no such command, -1 and why. */
int version_ask(struct plugin *pl, const struct sdk_action *a, char *out, size_t cap, char *why, size_t why_cap);
/* First line of what it printed, if it is a version. */
bool version_read(const struct sdk_ran *r, char *out, size_t cap);

/* outcome.c: what an exit status means */
struct meaning {
	bool known, done;
	enum sdk_changed changed;
};
bool meaning_of(const struct plugin *pl, int exit, struct meaning *out, struct fault *f);
bool changed_of(const char *word, enum sdk_changed *out);

/* act.c */
SDK_USE struct sdk_answer act_preflight(struct plugin *pl, const struct sdk_action *a);
SDK_USE struct sdk_answer act_perform(struct plugin *pl, const struct sdk_op *op);
SDK_USE struct sdk_answer act_reconcile(struct plugin *pl, const struct sdk_op *op);

/* watch.c */
SDK_USE struct sdk_answer watch_set(struct plugin *pl, const struct json *params);
void watch_free(struct watch *w);

#endif
