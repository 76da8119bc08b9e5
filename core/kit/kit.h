/* A kit as checked, immutable structs: everything a team decided before the
 * incident (contract, section 4).  Made from bytes by kit_parse; kit_read
 * (kit_read.h) alone walks a directory.  Everything lives in the kit's arena
 * and is freed with it.  Strings are never NULL where the contract gives a
 * default; optional ones are NULL and say so.  Durations are microseconds,
 * ratios are 0..1.  Who reads it: model, decide, engine, report, tui. */
#ifndef KIT_KIT_H
#define KIT_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/status.h"
#include "kit/cond.h"

#define UID_NOBODY ((int64_t)-1)

struct kit_names {           /* a list of names */
	const char **v;
	size_t n;
};

struct kit_person {
	const char *id, *name, *login; /* login NULL where uid was given */
	int64_t uid;                   /* UID_NOBODY until resolved (kit_resolve_logins) */
	struct kit_names roles, owns;
	const char *contact;           /* canonical JSON object, or NULL */
	const char *ssh_key;           /* NULL */
	int line;                      /* in kit.yaml */
};

enum recovery { RECOVERY_AUTO_ROLLBACK, RECOVERY_ROLLBACK, RECOVERY_ROLL_FORWARD, RECOVERY_REPLAY };
struct kit_tier {
	const char *id;
	enum recovery recovery;
	int64_t veto, soak, revert_target; /* revert_target 0: none promised */
	struct kit_names invest;
};

enum radius { RADIUS_SERVICE, RADIUS_SHARED, RADIUS_GLOBAL, RADIUS_BREAK_GLASS };
struct kit_authority {
	bool given;
	struct kit_names roles;
	const char *acknowledge; /* role, or NULL */
	bool reason_required;
	int64_t review_within;   /* 0: none */
};

struct kit_limit { int count; int64_t in; };  /* "1 in 1h" */
struct kit_automatic {
	struct kit_names on;
	int64_t within;
	struct kit_limit per_service, per_kit;
	int brake_services;
	int64_t brake_within;
};

struct kit_backend {
	const char *id;
	const char *plugin;          /* NAME, or NULL where `command` is given */
	struct kit_names command;    /* argv */
	const char *config;          /* JSON object, "{}" by default */
	const char *secrets;         /* JSON object of {name: {file|command|env: ...}}, "{}" */
	const char *acting_secrets;  /* the same, or NULL: use secrets */
	struct kit_names pass_env;
	int64_t settle;
	int line;                    /* in kit.yaml */
};

struct kit_report { const char *id, *ask; bool counts; struct kit_names services; bool all_services; };

enum row_class { CLASS_CONTAIN, CLASS_SLOW, CLASS_STOP, CLASS_REVERSE, CLASS_FORWARD, CLASS_TELL };
const char *row_class_name(enum row_class c); /* "contain" ... */
enum row_policy { POLICY_ASK, POLICY_BREACH, POLICY_IGNORE };
enum row_end { END_ESCALATE, END_FIRE, END_DROP };
struct kit_row {
	const char *name, *signal, *when_text;
	struct cond when;
	enum row_class action;
	const char *owner;
	int64_t timer;
	struct kit_names notify;
	bool all_services;           /* else names and "tier:T" in services */
	struct kit_names services;
	const char *fire;            /* action, or NULL */
	bool dry_run;
	bool has_at_least; double at_least; int64_t at_least_in;
	enum row_policy no_data, failed, too_little;
	enum row_end on_timer;
	bool is_report;              /* signal names a report, not a measured signal */
};

struct kit_signal {
	const char *name, *backend, *query;
	enum unit unit;
	int64_t every, stale_after;
	int64_t window;              /* 0: none */
	const char *traffic;         /* signal of the same service, or NULL */
};

struct kit_confirmed { bool given; int64_t time; const char *on, *where, *by; };
struct kit_service;
struct kit_action {
	const char *name;
	const struct kit_service *service;
	char key;                    /* 0: none */
	int level;                   /* 1 flag, 2 deploy, 3 migration, 4 data */
	enum row_class cls;
	const char *verb, *backend;
	const char *target;          /* canonical JSON object */
	const char *to;              /* NULL: the plugin's last good one */
	struct kit_names covers;
	int64_t timeout;
	enum radius radius;          /* effective: action and service together */
	struct kit_names requires;
	const char *degraded, *fallback; /* NULL */
	const char *undo;            /* canonical JSON object {verb,target,...}, or NULL */
	struct kit_confirmed confirmed;
};

struct kit_cond { const char *text; struct cond cond; const char *signal; }; /* begins with a signal */
struct kit_conds { struct kit_cond *v; size_t n; };
struct kit_verify {
	struct kit_conds good;
	bool has_volume; struct kit_cond volume;
	int64_t within, caches_may_lag;
	bool version;
};

struct kit_service {
	const char *name;
	const struct kit_tier *tier;
	const char *owner;
	struct kit_names on_call, depends_on;
	enum radius radius;
	const char *deploys_backend; /* NULL: none */
	const char *deploys_target;  /* canonical JSON object */
	struct kit_signal *signals; size_t n_signals;
	struct kit_action *actions; size_t n_actions;
	struct kit_verify verify;
	struct kit_conds bleeding, stop_conditions;
	int64_t escalate_after;      /* 0: none */
	const char *escalate_to;     /* NULL */
};

struct kit_key { char key; const char *action; };
struct kit_anchor { const char *backend, *to, *file; };
struct kit_list { const char *id; struct { const char *backend, *to; } *v; size_t n; };

struct kit {
	const char *name, *environment;
	bool armed;
	struct kit_person *people; size_t n_people;
	struct kit_tier *tiers; size_t n_tiers;
	struct kit_authority authority[4];        /* by enum radius */
	struct kit_automatic automatic;
	const char *engine_socket, *engine_group, *engine_metrics; /* NULL */
	int64_t keep_samples, backfill;
	struct kit_anchor *anchors; size_t n_anchors;
	struct kit_backend *backends; size_t n_backends;
	struct kit_list *lists; size_t n_lists;
	struct kit_report *reports; size_t n_reports; /* "other" is always among them, first */
	struct kit_row *rows; size_t n_rows;
	struct kit_key *keys; size_t n_keys;
	struct kit_service *services; size_t n_services; /* sorted by name */
	char digest[SHA_HEX];                     /* over the sorted (path, sha) of all files */
	void *arena;                              /* private */
};

/* A file of the kit, as `kit.loaded` carries it. */
struct kit_file {
	const char *path;  /* relative: "kit.yaml", "services/auth.yaml", "comms/x.md" */
	const char *text;
	size_t len;
};

enum problem_severity { PROBLEM_ERROR, PROBLEM_WARNING };
struct problem {
	char file[200];
	int line, column;  /* from 1 */
	enum problem_severity severity;
	char what[400], mend[300];
};
struct problems { struct problem *v; size_t n, cap; size_t errors; };
void problems_release(struct problems *p);

/* Parse and check all files; every error of every file lands in *out_problems
 * (caller releases).  *out is NULL where there was an error.  Pure. */
enum status kit_parse(const struct kit_file *files, size_t n, struct kit **out, struct problems *out_problems);
void kit_free(struct kit *k);
/* digest over files, as kit_parse computes it. */
void kit_digest(const struct kit_file *files, size_t n, char out[SHA_HEX]);

const struct kit_person *kit_person(const struct kit *k, const char *id);
const struct kit_person *kit_person_by_uid(const struct kit *k, int64_t uid);
const struct kit_service *kit_service(const struct kit *k, const char *name);
const struct kit_signal *kit_signal(const struct kit_service *s, const char *name);
const struct kit_backend *kit_backend(const struct kit *k, const char *id);
const struct kit_report *kit_report(const struct kit *k, const char *id);
const struct kit_row *kit_row(const struct kit *k, const char *name);
/* The action of that name; where several services have one, the one of `service` (may be NULL).
 * NULL where none or ambiguous. */
const struct kit_action *kit_action(const struct kit *k, const char *service, const char *name);
/* Does the row exist for this service?  (contract: "A row exists once per service it covers".) */
bool kit_row_covers(const struct kit *k, const struct kit_row *r, const struct kit_service *s);
/* Is this backend a source, that is: do deploys or signals of a service come from it, or can it only be there for changes? */
bool kit_is_source(const struct kit *k, const char *backend);
bool kit_action_covers(const struct kit_action *a, const char *service);
bool kit_has_role(const struct kit_person *p, const char *role);
bool names_has(const struct kit_names *l, const char *name);
const char *radius_name(enum radius r);

/* The contract's key table as text, from the parser's own rows (`help kit`). */
void kit_help(struct buf *out);

#endif
