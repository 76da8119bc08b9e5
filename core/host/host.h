/* Starts, frames and supervises one plugin process, and speaks the protocol
 * (docs/protocol.md, contract 5) from the host's side.  Called by the engine
 * and by `plugin check`; knows nothing of the model or the journal.  All
 * callbacks run on the loop; none is called from within a call of this header.
 * SIGPIPE is set to be ignored.  Everything received is bounded and checked. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <uv.h>

#include "base/json.h"
#include "base/status.h"

enum plugin_state { PLUGIN_STARTING, PLUGIN_READY, PLUGIN_ENDING, PLUGIN_GONE };

struct host_plugin;

struct host_spec {
	const char *backend, *environment;
	const char *const *argv;     /* argv[0] an absolute path */
	const char *cwd;             /* the kit's directory */
	const char *const *pass_env; /* NAMES, NULL-terminated, or NULL */
	const char *config;          /* JSON object */
	const char *secrets;         /* resolved: JSON object {name: string}; wiped after initialize was sent */
	bool acting;                 /* mode act; else watch (dies with the engine) */
	const char *dir;             /* where stderr logs go: DIR/plugin-BACKEND.log, capped */
};

struct host_manifest {           /* the answer to initialize */
	char name[72], version[72];
	bool deploys, signals, history, discover, notify, idempotent;
	char **verbs; size_t n_verbs;
};

struct host_events {
	void (*ready)(struct host_plugin *p, void *ctx);                     /* initialize answered well */
	void (*notified)(struct host_plugin *p, void *ctx, const char *method, const struct json *params);
	/* Gone for good: everything of it has ended. why says how ("exited with 1", "killed: line over 1 MiB").
	 * Requests still open were answered with a fault before. The plugin may be freed in here. */
	void (*gone)(struct host_plugin *p, void *ctx, const char *why);
};

/* Start it; initialize is sent at once (10 s).  Nothing of spec and ev is kept; gone must be set. */
enum status host_plugin_new(uv_loop_t *loop, const struct host_spec *spec, const struct host_events *ev, void *ctx,
	struct host_plugin **out, struct fault *f);
void host_plugin_free(struct host_plugin *p); /* only after gone */

/* result set: answered. Else fault says why: error_code is the JSON-RPC code of an error reply, 0 for a
 * lost answer (crash, timeout, protocol fault). */
typedef void (*host_reply_fn)(void *ctx, const struct json *result, const struct fault *fault, int error_code);
/* params: a JSON object.  timeout in microseconds; its passing answers with a fault and leaves the plugin be. */
void host_request(struct host_plugin *p, const char *method, const char *params, size_t len, int64_t timeout,
	host_reply_fn reply, void *ctx);
void host_notify(struct host_plugin *p, const char *method, const char *params, size_t len); /* "cancel" */

/* End it: shutdown and close stdin, 2 s, TERM to everything of it, 2 s, KILL. performing: cancel and 5 s first. */
void host_plugin_end(struct host_plugin *p, bool performing);
/* Close our ends and let it live (SIGTERM of the engine with an action running).  `gone` follows; open requests
 * are answered with the fault code "plugin-left", which says nothing about their outcome. */
void host_plugin_leave(struct host_plugin *p);

enum plugin_state host_plugin_state(const struct host_plugin *p);
const struct host_manifest *host_plugin_manifest(const struct host_plugin *p);
pid_t host_plugin_pid(const struct host_plugin *p);
uint64_t host_plugin_start(const struct host_plugin *p); /* os_pid_start of it */
const char *host_plugin_tmpdir(const struct host_plugin *p); /* its private TMPDIR, by which os_kill_all knows its orphans */
const char *host_plugin_last_words(const struct host_plugin *p); /* newest line of stderr, clean, "" */

/* Remove the scratch directories that plugins of a killed engine left in DIR; those of `alive` stay.  Only for
 * who holds the engine's lock. */
void host_sweep(const char *dir, const pid_t *alive, size_t n);

/* Find `backout-plugin-NAME` in BACKOUT_PLUGIN_PATH, then beside this program (build tree), then the package's
 * folder; or resolve a command (a relative path with / is relative to the kit's directory). */
enum status host_find(const char *plugin, const char *const *command, const char *kit_dir,
	char **out_argv, size_t cap /* entries incl. NULL; each owned */, struct fault *f);
/* SHA-256 over the program's files (each word of argv that is a regular file), hex; cached by inode and mtime. */
enum status host_program_sha(const char *const *argv, char out[65], struct fault *f);
/* The same, with words that are no absolute path looked up in dir (the kit's directory, where the plugin runs). */
enum status host_program_sha_in(const char *const *argv, const char *dir, char out[65], struct fault *f);
/* Resolve {"name":{"file"|"command"|"env":…}} to {"name":"value"}. Files others can read are refused.
 * `command` runs at most 5 s, without a shell. */
enum status host_secrets(const char *spec, const char *kit_dir, char **out, struct fault *f);
void host_wipe(char *secrets); /* overwrite and free what host_secrets gave */

#endif
