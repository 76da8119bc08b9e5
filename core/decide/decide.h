/* The one choke point.  An ask (a key, a command line) and a tick of the clock
 * are decided here against the model: they become drafts of events, or a
 * refusal in plain words.  Pure: no clock, no I/O; time, randomness and what
 * the backend said are handed in.  The engine commits the drafts, reduces them,
 * and only then acts upon them. */
#ifndef DECIDE_DECIDE_H
#define DECIDE_DECIDE_H

#include "base/draft.h"
#include "base/json.h"
#include "decide/judge.h"
#include "model/model.h"

/* Somebody asks.  verb: declare report note arm disarm fire cancel resolve veto
 * ack pin unpin freeze unfreeze take hand-over close reload. */
struct ask {
	const char *id;              /* 32 hex from the client */
	const char *verb;
	const struct json *params;   /* object, or NULL; see docs/events.md, "asks" */
	const char *person;          /* person of the kit, or NULL */
	int64_t uid;
	const char *via;             /* "key" or "command" */
	bool read_only;
	const char *random;          /* 64 hex of fresh randomness: op and salt come from it */
	const struct panel *panel;   /* fire: the panel this client has open; else NULL */
};
struct decision {
	enum status status;
	struct fault fault;          /* where status is not OK */
	struct drafts events;        /* one commit */
	struct buf result;           /* JSON object for the client, "{}" at least */
};
void decision_init(struct decision *d);
void decision_release(struct decision *d);
/* An ask whose id the model knows already is answered with what became of the
 * first (result {"again":true,"key"?,"incident"?}), with no events. */
void decide_ask(const struct model *m, const struct now *now, const struct ask *ask, struct decision *out);

/* ---- panels ---- */
/* What was found when a panel opened; frozen.  fire is bound to its digest. */
struct panel {
	char service[72], action[72], backend[72], person[72];
	struct buf a;                /* A, JSON with from, to, expect as frozen */
	char digest[SHA_HEX];
	bool ready;
	char from[260], to[260];
	struct buf preflight;        /* the result as received, JSON */
	struct fault fault;          /* where the preflight failed */
	struct now at;               /* when it was frozen */
	char kit_digest[SHA_HEX];    /* of the kit it was made under */
	bool to_said;                /* the operator named the version */
	bool break_glass;
	int64_t pid, pid_start;      /* acting process; the engine puts it here */
};
void panel_init(struct panel *p);
void panel_release(struct panel *p);
/* A for the preflight of an action, before from and to are known: {"name",…,"to"?}. */
enum status panel_begin(const struct model *m, const char *service, const char *action, const char *to,
	const char *by, const char *reason, struct panel *out, struct fault *f);
/* The backend's answer to preflight, checked (version alphabet, sizes) and frozen into A and digest.
 * program_sha: SHA-256 over the plugin's program files, hex. */
enum status panel_freeze(const struct model *m, struct panel *p, const struct json *preflight, const char *program_sha,
	const struct now *now, struct fault *f);
/* The panel as a client gets it: {"action","service","environment","digest","from","to","ready","target",
 * "level","class","verb","authority","may":bool,"may_why","needs_name":bool,"takes_s","takes_why","effect",
 * "command","not_undone":[…],"not_known":[…],"back":{"safe":true|false|null,"why"}?,"checks":[…],"current":[…],"managed_by"?,"key"?,"to_bad":bool,
 * "instead_of":{"key","action","left_s"}?} — the last: what counts down on the service, whose place a fire takes */
void panel_print(const struct model *m, const struct panel *p, const char *person, const struct now *now, struct buf *out);
/* SHA-256("backout/action/1" LF canonical A without by, incident, reason LF program_sha LF kit digest). */
void action_digest(const struct json *a, const char *program_sha, const char *kit_digest, char out[SHA_HEX]);

/* ---- what came back from the acting process ---- */
/* Result object of perform or reconcile, or NULL with a fault (lost answer, crash, passed deadline,
 * error reply: error_code the JSON-RPC code, else 0).  from_reconcile: rules of "not-started" hold. */
void decide_outcome(const struct model *m, const struct now *now, const char *key, const struct json *result,
	const struct fault *fault, int error_code, bool from_reconcile, struct drafts *out);
/* At engine start: every running action becomes unknown. */
void decide_restarted(const struct model *m, const struct now *now, struct drafts *out);
/* When is `key` to be reconciled next, counted in microseconds after the process was gone, for attempt
 * 0, 1, 2 …; -1: not any more. */
int64_t reconcile_after(const struct model *m, const char *key, int attempt, const struct now *gone, const struct now *now);

/* ---- by itself (contract 4) ---- */
/* What would act by itself, were its preflight green: the engine opens a panel for it that nobody sees. */
struct automatic_want { char service[72], action[72], row[72]; };
bool automatic_next(const struct model *m, const struct now *now, struct automatic_want *out);
/* Its panel is there (or p->fault says why not): the countdown begins, or what is missing is recorded.  random: 64 hex. */
void decide_automatic(const struct model *m, const struct now *now, const struct automatic_want *want, const struct panel *p,
	const char *random, struct drafts *out);
/* The countdown of `key` is over: everything is looked at once more; the intent, or that it expired and why. */
void decide_countdown(const struct model *m, const struct now *now, const char *key, const struct panel *p, struct drafts *out);
/* It counts down no more, for this reason. */
void decide_countdown_lost(const struct model *m, const char *key, const char *why, struct drafts *out);

/* ---- the clock ticks ---- */
/* Transitions of rows, timers, verification, expiries, questions to people, as events to record.
 * random: 64 hex of fresh randomness, as for an ask. */
void decide_tick(const struct model *m, struct judge *j, const struct now *now, const char *random, struct drafts *out);
/* Microseconds of `mono` at which a tick is due at the latest (INT64_MAX: none). */
int64_t decide_next(const struct model *m, const struct judge *j, const struct now *now);

/* ---- asking why (the console may, too) ---- */
/* May this person (NULL: unknown) fire it?  why gets the sentence: "on-call, one service, nobody else needed". */
enum status may_fire(const struct model *m, const struct kit_action *a, const struct model_incident *i, const char *person,
	char *why, size_t cap);
enum status may_command(const struct model *m, const char *person, char *why, size_t cap);
/* The action proposed for an incident or a breached row's service: NULL and `why` where none. */
const struct kit_action *propose(const struct model *m, const struct model_incident *i, const char *service,
	char *why, size_t cap);
/* Expected microseconds of an action: this store's last real run of it, else confirmed; *out_why
 * "like its last run here" | "claimed in the kit, by ravi, staging" | "not known". -1 not known. */
int64_t expected_time(const struct model *m, const struct kit_action *a, const char **out_why);

#endif
