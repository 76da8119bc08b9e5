/* A client of the engine: finds or starts it, follows its events into a model,
 * asks.  Used by the console and by every command that talks to the engine.
 * The wire is one JSON object a line (docs/events.md, "the socket"):
 *
 *   engine -> client   {"hello":{"protocol":1,"build","reducer","store","kit","environment","person","uid","store_path",
 *                               "kit_dir","pid","seq","chain"}}
 *                      {"snapshot":MODEL}            after "follow"
 *                      {"event":{seq,at,boot,mono,incident,kind,actor,body,chain}}
 *                      {"reply":{"id":N,"status":0-5,"result":{…}|"error":{code,what,mend,where?}}}
 *                      {"tell":{"what":"panel-closed"|"ended"|…}}
 *                      {"beat":{"at","mono","seq","store_ms"}}   every second
 *   client -> engine   {"hello":{"protocol":1,"build","role":"console|observer|command"}}
 *                      {"follow":true}
 *                      {"id":N,"ask":"32 hex","do":VERB,"via":"key|command","params":{…}}
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <uv.h>

#include "base/json.h"
#include "base/status.h"
#include "model/model.h"

struct client;

struct client_paths {            /* where an engine's things lie */
	char store[4096], dir[4096], lock[4096], socket[4096], log[4096];
	bool demo;                   /* an engine started there leaves 60 s after its last client whatever is open */
};
/* --store, BACKOUT_STORE, else $XDG_STATE_HOME/backout/KIT/journal.db; socket beside it, or the kit's engine.socket. */
enum status client_paths_of(const char *store, const char *kit_name, const char *kit_socket, struct client_paths *out, struct fault *f);

/* The paths of a living engine of this user, found through the lock files under the state directory: the one
 * whose kit is `kit_dir`, or where that is NULL the only one that runs.  out_kit (cap bytes) gets its kit's
 * directory.  STATUS_NO: none, or several. */
enum status client_paths_running(const char *kit_dir, struct client_paths *out, char *out_kit, size_t cap, struct fault *f);
/* The paths of a living engine of this kit whose store lies in `store` beside the kit, as in the demo's world:
 * whoever names that kit means that engine, and not a second one on the same processes.  STATUS_NO: none. */
enum status client_paths_beside(const char *kit_dir, struct client_paths *out, struct fault *f);
/* The paths of the one store under the state directory whose last engine used this kit, alive or not: the way to
 * it while the kit itself cannot be read.  STATUS_NO: none, or several. */
enum status client_paths_last(const char *kit_dir, struct client_paths *out, struct fault *f);
/* Does an engine listen there?  STATUS_USAGE where the directory is another store's. */
enum status client_engine_runs(const struct client_paths *p, bool *out_runs, struct fault *f);

struct client_events {
	void (*up)(struct client *c, void *ctx);          /* hello received (again, after a loss) */
	void (*snapshot)(struct client *c, void *ctx);    /* client_model is new */
	void (*event)(struct client *c, void *ctx, const struct event *e); /* already reduced into client_model; its body_sha is not worked out */
	void (*tell)(struct client *c, void *ctx, const struct json *what);
	void (*beat)(struct client *c, void *ctx);
	void (*down)(struct client *c, void *ctx, const struct fault *why); /* it reconnects by itself */
};
struct client_spec {
	const struct client_paths *paths;
	const char *kit_dir;         /* to start an engine with; NULL: never start one */
	const char *role;            /* console observer command */
	bool follow;
};
enum status client_new(uv_loop_t *loop, const struct client_spec *spec, const struct client_events *ev, void *ctx,
	struct client **out, struct fault *f);
void client_free(struct client *c);

const struct model *client_model(const struct client *c);  /* NULL before the snapshot */
const char *client_person(const struct client *c);         /* NULL: the kit does not know us */
int64_t client_beat_age(const struct client *c, const struct now *now); /* microseconds since the last beat; -1 never */
bool client_is_up(const struct client *c);

typedef void (*client_reply_fn)(void *ctx, enum status s, const struct json *result, const struct fault *fault);
/* Ask.  ask_id: 32 hex, or NULL for a fresh one.  A `fire` is never sent twice: when the line breaks after
 * it was sent, the fate of its ask is asked for instead, and that is the answer. */
void client_ask(struct client *c, const char *verb, const char *via, const char *params, const char *ask_id, client_reply_fn reply, void *ctx);

/* For how long nothing at all came from a connected engine since the oldest ask of a key that it has not answered
 * (microseconds, and its verb); -1: there is none.  An ask that waits for a backend is answered late by an engine that
 * is well: client_look asks it for something that it answers at once. */
int64_t client_unanswered(const struct client *c, const struct now *now, const char **out_verb);
void client_look(struct client *c);

/* A snapshot of many signals has no curves: ask for those of a service, where they are not here and were not
 * asked for since the snapshot.  Once they are here `snapshot` is called again. */
void client_want_curves(struct client *c, const char *service);

/* For commands that wait for an answer: run the loop until `done` is true or `us` microseconds are over. */
bool client_wait(struct client *c, const bool *done, int64_t us);

/* For commands: run a private loop until the answer.  Starts an engine where kit_dir is given. */
enum status client_call(const struct client_spec *spec, const char *verb, const char *params, char **out_result, struct fault *f);

/* Start an engine for the kit (setsid, cwd /, SIGHUP ignored, umask 077, log capped). */
enum status client_start_engine(const char *kit_dir, const struct client_paths *p, struct fault *f);

#endif
