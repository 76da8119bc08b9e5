/* The C skin over the plugin protocol (docs/protocol.md).  A plugin is a table
 * of handlers and a main of one line; the SDK reads lines, answers what the
 * table does not know, keeps JSON bounded and never lets a handler forget or
 * double its answer: a handler returns a struct sdk_answer, which only the
 * finishing functions below make.  SIGPIPE is ignored; end of input is
 * shutdown, after a running perform has finished.  The SDK never decides
 * anything, never writes to standard output but whole protocol lines, and has
 * one loop: a handler that must wait calls sdk_wait and is told of `cancel`. */
#ifndef SDK_SDK_H
#define SDK_SDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a plugin may use of base comes with this header; it includes nothing else of core. */
#include "base/buf.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

/* A handler that can end without an answer does not compile. */
#pragma GCC diagnostic error "-Wreturn-type"
#define SDK_USE __attribute__((warn_unused_result))
#define SDK_FMT(a, b) __attribute__((format(printf, a, b)))

struct sdk;

/* ---- answers ---- */

/* Made by the functions of this part only, given away by `return`. */
struct sdk_answer {
	char *made;
};

/* An error reply to `perform` asserts that nothing was changed, except
 * SDK_DEADLINE and SDK_UNSURE, which say that nobody knows. */
enum sdk_code {
	SDK_BAD_REQUEST = -32600,
	SDK_NO_METHOD = -32601,
	SDK_BAD_PARAMS = -32602,
	SDK_UNSURE = -32603,
	SDK_UNAVAILABLE = -32000,
	SDK_DENIED = -32001,
	SDK_NOT_FOUND = -32002,
	SDK_CONFLICT = -32003,
	SDK_DEADLINE = -32004,
};
enum sdk_changed { SDK_NONE, SDK_PARTIAL, SDK_FULL, SDK_CHANGED_UNKNOWN };
enum sdk_fate { SDK_FATE_DONE, SDK_FATE_FAILED, SDK_FATE_RUNNING, SDK_FATE_NOT_STARTED, SDK_FATE_UNKNOWN };

/* {} */
SDK_USE struct sdk_answer sdk_ok(void);
/* A JSON object of one's own; the buffer is released. */
SDK_USE struct sdk_answer sdk_result(struct buf *json);
SDK_USE struct sdk_answer sdk_error(enum sdk_code code, const char *fmt, ...) SDK_FMT(2, 3);
/* perform: evidence is a JSON object or NULL; the text is the detail. */
SDK_USE struct sdk_answer sdk_done(enum sdk_changed changed, const char *evidence, const char *fmt, ...) SDK_FMT(3, 4);
SDK_USE struct sdk_answer sdk_failed(enum sdk_changed changed, const char *evidence, const char *fmt, ...) SDK_FMT(3, 4);
/* reconcile */
SDK_USE struct sdk_answer sdk_fate(enum sdk_fate fate, enum sdk_changed changed, const char *fmt, ...) SDK_FMT(3, 4);

/* initialize */
struct sdk_provides {
	bool deploys, signals, history, discover, notify, idempotent;
	const char *const *verbs; /* NULL-terminated, or NULL */
};
SDK_USE struct sdk_answer sdk_ready(struct sdk *s, const struct sdk_provides *p);

/* preflight: fill, then end.  `ready` starts true and any failed check makes it false. */
struct sdk_preflight {
	bool ready;
	const char *from, *to, *expect, *managed_by; /* NULL: not said */
	struct buf effect, command, checks, current, not_undone;
};
void sdk_preflight_init(struct sdk_preflight *p);
void sdk_check(struct sdk_preflight *p, const char *name, bool ok, const char *fmt, ...) SDK_FMT(4, 5);
void sdk_ran_here(struct sdk_preflight *p, const char *version);
void sdk_not_undone(struct sdk_preflight *p, const char *fmt, ...) SDK_FMT(2, 3);
/* Releases p.  Strings it points to must still live. */
SDK_USE struct sdk_answer sdk_preflight_end(struct sdk_preflight *p);

/* ---- what a plugin is ---- */

struct sdk_start {
	bool acting;
	const char *backend, *environment;
	const struct json *config; /* lives as long as the plugin */
};
/* An action as it was frozen; strings are "" where they were not sent. */
struct sdk_action {
	const char *name, *service, *cls, *verb, *environment, *from, *to, *expect, *by, *incident, *reason;
	int level;
	const struct json *target;
};
struct sdk_op {
	const char *op, *key;
	struct sdk_action action;
	double seconds;   /* until the deadline, as sent; 0 in reconcile */
	int64_t deadline; /* CLOCK_BOOTTIME, microseconds; 0 in reconcile */
};

/* What is NULL is answered with -32601.  Trees handed in live until the handler returns. */
struct sdk_plugin {
	const char *name, *version;
	struct sdk_answer (*initialize)(struct sdk *s, const struct sdk_start *start);
	struct sdk_answer (*watch)(struct sdk *s, const struct json *params);
	struct sdk_answer (*history)(struct sdk *s, const struct json *params);
	struct sdk_answer (*preflight)(struct sdk *s, const struct sdk_action *a);
	struct sdk_answer (*perform)(struct sdk *s, const struct sdk_op *op);
	struct sdk_answer (*reconcile)(struct sdk *s, const struct sdk_op *op);
	struct sdk_answer (*notify)(struct sdk *s, const struct json *params);
	void (*end)(struct sdk *s); /* before the process ends; frees what sdk_state holds */
};
/* The whole of main: returns its exit status. */
int sdk_main(const struct sdk_plugin *p);

void sdk_set_state(struct sdk *s, void *state);
void *sdk_state(const struct sdk *s);
/* A secret of initialize, or NULL.  Never put it into a message. */
const char *sdk_secret(const struct sdk *s, const char *name);

/* ---- notifications ---- */

enum sdk_safe { SDK_SAFE_UNKNOWN, SDK_SAFE_NO, SDK_SAFE_YES };
struct sdk_deploy {
	const char *service, *place, *version, *previous, *by, *strategy, *state, *managed_by; /* NULL: left out */
	int64_t at;       /* wall clock, microseconds; 0: left out */
	double share;
	int old, new;     /* instances; -1: left out */
	bool back;        /* is anything said about going back? */
	enum sdk_safe safe;
	const char *why;
	int64_t since;
};
void sdk_deploy(struct sdk *s, const struct sdk_deploy *d);
void sdk_deploy_print(struct jw *w, const struct sdk_deploy *d); /* the members alone, for an answer to `history` */
struct sdk_change {
	const char *service, *what, *name, *from, *to, *by;
	int64_t at;
};
void sdk_change(struct sdk *s, const struct sdk_change *c);
/* So much is unread that the next notification would be dropped: do not promise that it was told. */
bool sdk_behind(const struct sdk *s);

/* One `samples` line: begin, any number of values, send. */
struct sdk_samples {
	struct buf b;
	size_t n;
};
void sdk_samples_begin(struct sdk_samples *m, int64_t at);
/* n < 0: not said.  A value that is not finite is sent as failed, never as a number. */
void sdk_sample(struct sdk_samples *m, const char *service, const char *signal, double value, double n);
void sdk_sample_none(struct sdk_samples *m, const char *service, const char *signal);
void sdk_sample_failed(struct sdk_samples *m, const char *service, const char *signal, const char *fmt, ...) SDK_FMT(4, 5);
/* Sends where there is something to send, and releases. */
void sdk_samples_send(struct sdk *s, struct sdk_samples *m);

/* Of the running perform; share < 0: not said. */
void sdk_progress(struct sdk *s, double share, const char *fmt, ...) SDK_FMT(3, 4);
void sdk_log(struct sdk *s, const char *level, const char *fmt, ...) SDK_FMT(3, 4);

/* ---- time and waiting ---- */

int64_t sdk_now(void);  /* CLOCK_BOOTTIME, microseconds */
int64_t sdk_wall(void); /* microseconds since 1970 */
/* Run the loop until *done (may be NULL) or the instant `until`, or until the running
 * perform is cancelled: then false.  For handlers only, never from a callback. */
bool sdk_wait(struct sdk *s, const bool *done, int64_t until);
bool sdk_cancelled(const struct sdk *s);

struct sdk_timer;
struct sdk_timer *sdk_timer_new(struct sdk *s, void (*fn)(void *ctx), void *ctx);
void sdk_timer_set(struct sdk_timer *t, int64_t due); /* CLOCK_BOOTTIME; fires once */
void sdk_timer_stop(struct sdk_timer *t);
void sdk_timer_free(struct sdk_timer *t); /* NULL is fine; allowed from within fn */

struct sdk_fd;
struct sdk_fd *sdk_fd_new(struct sdk *s, int fd, short events, void (*fn)(void *ctx, short revents), void *ctx);
void sdk_fd_set(struct sdk_fd *w, short events);
void sdk_fd_free(struct sdk_fd *w); /* NULL is fine; does not close */

/* ---- children (run.c) ---- */

struct sdk_command {
	const char *const *argv; /* argv[0] is looked up in PATH of env where it has no slash */
	const char *const *env;  /* NULL: this process' own */
	const char *cwd;         /* NULL: here */
	const char *input;       /* NULL: none */
	int64_t timeout;         /* microseconds; its passing kills the whole group */
	size_t keep;             /* bytes of each stream that are kept; the rest is counted */
	void (*started)(void *ctx, int64_t pid, uint64_t start); /* NULL, or told once it runs */
	void *started_ctx;
};
struct sdk_ran {
	bool timed_out;
	int exit, signal; /* exit -1 where a signal ended it */
	struct buf out, err;
	uint64_t out_total, err_total;
};
struct sdk_child;
/* NULL and a fault where it could not be started.  fn is called once, from the loop, and then the child is no more. */
struct sdk_child *sdk_run(struct sdk *s, const struct sdk_command *c, void (*fn)(void *ctx, const struct sdk_ran *r), void *ctx,
	struct fault *f);
void sdk_child_signal(struct sdk_child *c, int sig);
/* Where a program lies, as sdk_run would find it (env may be NULL). */
bool sdk_program(const char *name, const char *const *env, char *out, size_t cap, struct fault *f);
/* Forget it and kill it: fn will not be called. */
void sdk_child_drop(struct sdk_child *c);

/* Start, wait and hand back, for handlers; false and a fault where it did not start.
 * `cancel` sends TERM, after 5 s KILL.  Release with sdk_ran_release. */
bool sdk_run_wait(struct sdk *s, const struct sdk_command *c, struct sdk_ran *out, struct fault *f);
void sdk_ran_release(struct sdk_ran *r);
/* How it ended in words: "exited with 3", "was ended by signal 9", "took longer than 5 s". */
const char *sdk_ran_words(const struct sdk_ran *r, char *out, size_t cap);

/* ---- one plain HTTP GET (get.c) ---- */

struct sdk_got {
	int status;        /* 0 where there was no answer */
	const char *error; /* NULL: answered */
	const char *body;
	size_t len;
};
struct sdk_get;
/* url: http://HOST[:PORT]/PATH or unix:SOCKET:/PATH.  Calls fn once, from the loop, never from within. */
struct sdk_get *sdk_get_new(struct sdk *s, const char *url, int64_t timeout, void (*fn)(void *ctx, const struct sdk_got *g), void *ctx);
void sdk_get_free(struct sdk_get *g); /* drops it without a call; only before fn was called */

/* ---- {{words}} (expand.c) ---- */

/* Answers the value of a name, or NULL where there is none. */
typedef const char *(*sdk_lookup_fn)(const void *ctx, const char *name, char *room, size_t cap);
/* Append tmpl with {{name}} filled in.  False and a fault for an unknown name. */
bool sdk_expand(struct buf *out, const char *tmpl, sdk_lookup_fn look, const void *ctx, struct fault *f);
/* service name verb environment from to by incident reason op and target.KEY; ctx is a struct sdk_action. */
const char *sdk_action_word(const void *ctx, const char *name, char *room, size_t cap);
/* Append a word as a person would type it for a shell. */
void sdk_quote(struct buf *out, const char *word);

/* ---- signatures (hmac.c) ---- */

struct sdk_part {
	const void *data;
	size_t len;
};
#define SDK_HMAC_LEN 65 /* lower-case hexadecimal and the NUL */
/* HMAC-SHA256 of the parts (16 at most) one after the other. */
void sdk_hmac(const char *key, const struct sdk_part *parts, size_t n, char out[SDK_HMAC_LEN]);

/* ---- what an action has come to (mark.c) ---- */

/* When a process was started, in clock ticks since boot; 0 where it is gone.  With its number
 * this names a process for good within one boot. */
uint64_t sdk_pid_start(int64_t pid);

/* Kept in DIR/.backout-op-OP: written durably before anything is touched and
 * after each step, read by reconcile.  It is how a successor tells "never
 * began" from "died in the middle". */
enum sdk_step { SDK_STEP_BEGUN, SDK_STEP_SWITCHED, SDK_STEP_TOLD, SDK_STEP_ENDED };
struct sdk_mark {
	char op[40], boot[40];
	int64_t pid, child;           /* the plugin; a program that it runs, 0 none */
	uint64_t start, child_start;  /* of them: sdk_pid_start */
	int64_t at;                   /* of the last step, wall clock */
	int64_t patience;             /* microseconds after the last step within which an effect may still land */
	enum sdk_step step;
	bool done;                    /* of SDK_STEP_ENDED */
	enum sdk_changed changed;
	char detail[1024];
};
void sdk_mark_begin(struct sdk_mark *m, const char *op, int64_t patience);
int sdk_mark_write(const char *dir, struct sdk_mark *m, enum sdk_step step); /* 0 or errno */
bool sdk_mark_read(const char *dir, const char *op, struct sdk_mark *out);
bool sdk_mark_alive(const struct sdk_mark *m); /* does anything of it still live? */
void sdk_mark_prune(const char *dir);          /* forget those older than 30 days */
/* Replace DIR/name durably: written beside, synced, renamed, directory synced.  0 or errno. */
int sdk_write_file(const char *dir, const char *name, const char *text);

#endif
