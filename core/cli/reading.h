/* What the commands share that only read: list show changes brief status.  The
 * store is found; a running engine is asked for its model, else the store is folded into one.
 * None of them ever starts an engine or writes. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "base/instant.h"
#include "base/json.h"
#include "cli/cli.h"
#include "client/client.h"

struct follower;          /* a line to a running engine, which has the model: ours, or one whose store we may not open */
struct reading {
	const struct model *m;
	struct model *own;    /* m, where it was folded from the store */
	struct follower *from;
	struct now now;
	bool engine;          /* one holds the store */
	struct buf path;      /* of the store */
};
/* The model of the engine that listens there; starts none.  As observer it is on the record, as command it is not. */
enum status follower_open(const struct client_paths *paths, const char *role, struct follower **out, struct fault *f);
/* What it answers to one question; the tree is the caller's. */
enum status follower_ask(const struct client_paths *paths, const char *role, const char *verb, struct json **out, struct fault *f);
const struct model *follower_model(const struct follower *from);
void follower_close(struct follower *from);
/* --store, BACKOUT_STORE, the kit's (--kit, BACKOUT_KIT, a parent directory), else the only store of this user.
 * Says on standard error where something is open or unknown and no engine runs. */
enum status reading_open(const struct cli *c, struct reading *out, struct fault *f);
void reading_close(struct reading *r);
/* The same store's `status`, as standing_print prints it: of a running engine without the model. */
enum status reading_status(const struct cli *c, struct json **out, struct fault *f);
/* Only which store is meant, as above, for those that read its events and fold nothing: log and verify.
 * out_paths: where its engine's things lie. */
enum status reading_store(const struct cli *c, struct buf *out_path, struct client_paths *out_paths, struct fault *f);

/* For a command whose one word names an incident: options done, store open, and the incident that is meant: the
 * word, else --incident, else the only open one; NULL where none is open and none was named.  Says what is wrong
 * itself; nothing is open where it does. */
enum status reading_begin(struct cli *c, struct reading *out, const struct model_incident **out_i);

#endif
