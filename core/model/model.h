/* The model: what the journal says, folded.  model_reduce takes a model and an
 * event and nothing else: no clock, no I/O, no environment; it never evaluates
 * a condition and never refuses.  Live view, observer, review, export and
 * statistics read the same structs through this header; only core/model writes
 * them.  All strings are owned by the model (interned, or replaced with the
 * record); pointers stay valid until the next reduce of this model.
 * Instants are microseconds; at 0 means "never". */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "base/json.h"
#include "base/mem.h"
#include "kit/kit.h"

#define REDUCER_VERSION 6

/* ---- signals ---- */
enum sample_state { SAMPLE_NONE, SAMPLE_OK, SAMPLE_FAILED, SAMPLE_NO_DATA };
#define MODEL_CURVE 48            /* points kept a signal: 8 bytes each */
struct model_point { uint32_t s; float v; }; /* s: seconds of `at` modulo 2^32; v NaN = not ok */
struct model_signal {             /* one per service/signal ever seen */
	const char *service, *name, *backend;
	enum sample_state state;  /* of the newest sample; whether it is stale is a question of now */
	double value, n;          /* last ok value; n NaN where not sent */
	int64_t at;               /* when the newest was measured */
	struct stamp ok_arrived;  /* newest ok one; of one that was filled in: when it was measured */
	bool filled;              /* that one was filled in, and nothing came since */
	struct model_point *curve; /* MODEL_CURVE of them; NULL while curve_n is 0 */
	uint32_t curve_n, curve_next; /* ring */
	const char *why;          /* why the newest sample failed; NULL it did not, or nobody said */
	bool curve_unknown;       /* it stayed behind with the engine: ask for `curves` */
};

/* ---- deploys ---- */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };
struct model_deploy {             /* newest notification per service and place */
	const char *service, *place, *backend, *version, *previous, *by, *strategy, *state, *managed_by;
	double share;             /* 0..1 */
	int instances_old, instances_new; /* -1 not told */
	int64_t at;               /* went live, as the backend says */
	struct stamp learned;     /* of the newest notification */
	int64_t whole;            /* since when it alone serves there, wall clock; 0: it does not, or not yet */
	enum tri back_safe; const char *back_why; int64_t back_since;
};
enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_BAD };
struct model_version {            /* a version that ran here; newest 32 a service are kept */
	const char *service, *version, *by;
	int64_t first, last;      /* live since; last 0 while it serves */
	enum verdict verdict;     /* bad: rolled back from; good: kept after its soak */
	int64_t since;            /* went live this time, as the backend says */
	struct stamp learned;     /* and when that was told; at 0: it was only named as the one before */
	struct stamp kept;        /* kept after its soak, newest; at 0 never */
	struct stamp spoiled;     /* a row breached while it soaked, this time; at 0 none did */
};
struct model_change {             /* newest 128: deploys and changes of all services, as they were told, those of the past at their time */
	const char *service, *what, *name, *from, *to, *by, *backend; /* what: deploy flag config traffic schema other */
	int64_t at; struct stamp learned; int64_t seq;
	bool dated;               /* the backend said when; else `at` is when we learned of it */
	const char *breach; int64_t breached; /* signal of the first breach that counts against it, and since when it was bad; NULL, 0 */
	bool filled;              /* learned with the past, not when it happened */
};

/* ---- rows, reports ---- */
enum row_state { ROW_CLEAR, ROW_PENDING, ROW_BREACHED, ROW_OVERDUE, ROW_CANNOT_TELL };
const char *row_state_name(enum row_state s);
struct model_row {                /* one per row and service that a rubric event named */
	const char *row, *service; /* service "" for reports without one */
	enum row_state state;
	double value;             /* NaN none */
	struct stamp since;       /* begin of the state: of the bad run while pending or breached */
	struct stamp changed;     /* when the present state was recorded */
	struct stamp breached;    /* when the standing breach was recorded; at 0 none stands */
	struct stamp onset;       /* begin of the run behind the standing breach */
	int64_t last_onset;       /* the same of the newest breach, standing or not; 0 none was */
	int64_t until;            /* wall time at which it would breach, or the timer ends; 0 none */
	const char *would;        /* dry run: what it would have done; NULL */
	bool dropped;             /* the owner's timer of the standing breach ended, and its proposal with it (on_timer: drop) */
};
struct model_report {
	const char *signal, *service /* NULL */, *note, *by, *incident /* NULL */;
	struct stamp at; int64_t seq;
	bool gone;
};

/* ---- incidents ---- */
enum incident_kind { INCIDENT_REAL, INCIDENT_DRILL, INCIDENT_DEMO, INCIDENT_RECONSTRUCTED };
enum incident_state { INCIDENT_DECLARED, INCIDENT_FIRED, INCIDENT_ACTED, INCIDENT_VERIFIED, INCIDENT_CLOSED };
const char *incident_kind_name(enum incident_kind k);
const char *incident_state_name(enum incident_state s);
struct model_name { const char *name; };
struct model_gap { int64_t by_us; struct stamp at; };
struct model_breach {             /* a breach of this incident; kept after it cleared */
	const char *row, *service, *signal, *action, *owner;
	double value; struct stamp at, onset; int64_t seq;
};
struct model_check {              /* one line of the newest `verify` of a service */
	const char *name, *from /* kit breach report backend volume */, *state /* good bad waiting cannot-tell unanswered */, *detail;
	bool was_bad; int64_t held_us, need_us; double value; /* NaN */
};
enum verify_state { VERIFY_WAITING, VERIFY_PASSED, VERIFY_FAILED, VERIFY_UNMEASURED, VERIFY_NONE };
const char *verify_state_name(enum verify_state v);
struct model_verify { const char *service; enum verify_state state; const char *why; struct stamp at; VEC(struct model_check) checks; };
enum outcome { OUTCOME_WAITING, OUTCOME_COUNTDOWN, OUTCOME_RUNNING, OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_UNKNOWN,
	OUTCOME_REFUSED, OUTCOME_VETOED, OUTCOME_EXPIRED, OUTCOME_CANCELLED };
const char *outcome_name(enum outcome o);
bool outcome_of(const char *s, enum outcome *out);
struct model_action {
	const char *key, *op, *digest, *incident, *ask;
	const char *action, *service, *backend, *verb, *from, *to, *target; /* target: canonical JSON */
	const char *a;            /* A as it was frozen, JSON */
	int level; enum row_class cls;
	const char *by, *via, *authority, *reason;
	enum outcome outcome; const char *changed, *detail, *resolved_by, *evidence;
	double share; const char *progress; /* share -1: not told */
	struct stamp requested, fired, ended, unknown_since;
	int64_t deadline_us;      /* from fired */
	int64_t confirmed_us;     /* the kit's confirmed time when fired; 0 none */
	int64_t pid, pid_start; /* acting process, for a successor */
	bool recovery;            /* class reverse or forward */
	int64_t countdown_us;     /* by itself: fires so long after `requested` unless somebody says no */
	const char *row, *because; /* by itself: the row behind it, and why it may; NULL */
	const char *through; int64_t change; /* via "external": what it was done with; seq of the change that showed it. NULL, 0 */
	bool stopping;            /* somebody asked it to stop where it is */
};
struct model_incident {
	const char *name, *title, *environment, *commander /* NULL vacant */, *resolution /* NULL */, *resolution_reason, *kit_digest;
	const char *offered_to, *asked_by; /* hand-over offered to, take asked by; NULL */
	struct stamp asked_at, offered_at;
	enum incident_kind kind; bool open;
	VEC(struct model_name) services;
	struct stamp declared, closed, onset_said; /* onset_said.at 0: nobody said */
	int64_t events;
	VEC(struct model_breach) breaches;
	VEC(struct model_action) actions;
	VEC(struct model_verify) verifies;
	VEC(struct model_gap) gaps; /* clock gaps while open */
	struct stamp reported;    /* earliest report of its services, counted or not */
	struct stamp verified;    /* at 0 while not */
	struct stamp reopened;    /* a breach whose bad run began after `acted`, or what was gone back from, stands since; at 0 none does */
	struct stamp settled;     /* when the last such breach cleared: acted is reached again from there */
};

/* ---- questions ---- */
struct model_prompt {             /* a question that stands: until somebody answers it or it is over */
	const char *id;           /* derived from what it is about: the same after a restart */
	const char *what;         /* stop escalate overdue */
	const char *service, *incident, *key, *row; /* NULL where it is not about one */
	const char *to;           /* person, role or list; NULL: whoever may */
	const char *text, *then;  /* what is asked; what happens where nobody answers in time */
	struct stamp at;          /* asked, or asked again */
	int64_t until;            /* wall time of its limit; 0 none */
};

/* ---- the rest ---- */
struct model_pin { const char *service, *version, *by, *reason; struct stamp at; bool returned; const char *returned_by; };
struct model_way {                /* a way back that would fail if it were pressed now, as its backend said last */
	const char *service, *action, *backend, *why;
	struct stamp since;       /* when it was found first */
};
struct model_round { const char *backend; int64_t tried, ready; struct stamp at; }; /* the newest round of trying a backend's ways */
#define HOLD_BREAK '\n'         /* between two clauses: what is cleaned holds none */
struct model_hold {               /* a breach upon which something would act by itself, and what is missing for it */
	const char *service /* "" none */, *row, *action /* NULL: none fits */, *why; /* what is missing, one clause after the other */
	bool preflight;           /* it is the way back that was not green when it was tried */
	struct stamp at;
};
struct model_veto { const char *service, *row, *version /* that served; NULL */, *by, *reason; struct stamp at; }; /* not this time */
struct model_freeze { const char *service /* "all" */, *by, *reason; struct stamp at;
	const char *broken_by, *broken; int64_t broken_seq; }; /* who deployed what meanwhile, seq of that change: the newest; NULL, 0 */
struct model_backend { const char *backend, *plugin, *version, *state /* starting ready failed down */, *why; int64_t pid, restarts; struct stamp at, last_heard;
	const char *trouble; struct stamp trouble_at; /* why its samples fail, since when; NULL they do not */
	int64_t filled_from; struct stamp filled_at; bool filled_whole; const char *filled_why; }; /* the past it filled in last; at 0 none */
struct model_seat { const char *person /* or uid:N */, *role; int count; struct stamp at /* last opened or closed */, since; /* first opened of those there */ };
struct model_armed { const char *action, *service, *person; struct stamp at; };
struct model_line { int64_t seq; struct stamp at; const char *kind, *incident, *actor, *text; }; /* newest 256, for the timeline */
struct model_file { const char *path; };
struct model_uid { const char *person; int64_t uid; };
struct model_ask { const char *ask, *key /* NULL */, *incident; int64_t seq; };    /* newest 512 */

struct model {
	/* store */
	const char *store_id, *kit_name, *environment, *tool;
	int64_t seq; struct stamp now;          /* of the newest event */
	unsigned char chain[SHA_LEN];
	/* kit in use: parsed from kit.loaded; NULL before */
	struct kit *kit; const char *kit_digest;
	int64_t kits;                           /* taken in use so far: another one may lie where one lay before; not dumped */
	const char *kit_changed;                /* digest of a changed kit that is not in use, or NULL */
	const char *kit_dir;                    /* where the engine read it */
	VEC(struct model_file) kit_files;       /* those of the kit in use */
	VEC(struct model_uid) kit_uids;         /* logins as the engine resolved them */
	VEC(struct model_signal) signals;
	int64_t heard_at; bool heard_filled;    /* when they were measured; they came from the past */
	VEC(uint32_t) heard;                    /* positions in signals that the newest `samples` told, in its order; not dumped */
	VEC(struct model_deploy) deploys;
	VEC(struct model_version) versions;
	VEC(struct model_change) changes;
	VEC(struct model_row) rows;
	VEC(struct model_report) reports;       /* gone ones are dropped when no open incident holds them */
	VEC(struct model_incident) incidents;   /* oldest first */
	VEC(struct model_prompt) prompts;       /* those that stand, oldest first */
	VEC(struct model_pin) pins;
	VEC(struct model_freeze) freezes;
	VEC(struct model_hold) holds;
	VEC(struct model_veto) vetoes;
	VEC(struct model_way) ways;             /* those that are not ready */
	VEC(struct model_round) rounds;
	VEC(struct model_backend) backends;
	VEC(struct model_seat) seats;
	VEC(struct model_armed) armed;
	VEC(struct model_line) lines;
	VEC(struct model_ask) asks;
	int64_t next_incident;                  /* number of the next INC-N */
	int64_t next_drill;
	const char *engine_host; bool engine_running; struct stamp engine_at;
	struct model_private *private_;
};

struct model *model_new(void);
void model_free(struct model *m);
/* Fold one event in.  Kinds and fields it does not know are passed over. */
void model_reduce(struct model *m, const struct event *e);
/* The whole model as one JSON object (equal models print equal bytes); without the curves it is the snapshot for clients. */
void model_dump(const struct model *m, bool curves, struct buf *out);
/* The curves of a service's signals, and taking them: {"service","curves":{"SIGNAL":[s,v,…]}}. */
void model_curves_dump(const struct model *m, const char *service, struct jw *w);
void model_curves_load(struct model *m, const struct json *curves);
/* Is one of them unknown?  Said once: whoever asks is expected to fetch them. */
bool model_curves_ask(struct model *m, const char *service);
/* A model from a dump, which is read as a stranger's.  Caller frees. */
enum status model_load(const char *dump, size_t len, struct model **out, struct fault *f);

/* How long a question about command waits: a take that is not refused is done then, an offer that nobody takes is over. */
#define TAKE_AFTER (30 * US_SECOND)
#define OFFER_FOR (5 * US_MINUTE)

/* ---- queries (all may return NULL) ---- */
const struct model_signal *model_signal(const struct model *m, const char *service, const char *name);
/* The same, a step faster for who goes through thousands in the order in which they came: `before` is the one found last. */
const struct model_signal *model_signal_after(const struct model *m, const struct model_signal *before, const char *service, const char *name);
const struct model_deploy *model_deploy(const struct model *m, const char *service);
const struct model_row *model_row(const struct model *m, const char *row, const char *service);
const struct model_incident *model_incident(const struct model *m, const char *name);
const struct model_incident *model_incident_of_service(const struct model *m, const char *service); /* open one */
size_t model_open_incidents(const struct model *m, const struct model_incident **out_only); /* count; *out_only set where 1 */
const struct model_action *model_action(const struct model *m, const char *key);
const struct model_action *model_action_busy(const struct model *m, const char *backend, const char *target); /* waiting, countdown, running or unknown */
const struct model_prompt *model_prompt(const struct model *m, const char *id);
bool action_under_way(const struct model_action *a); /* fired, and running or unknown */
const struct model_verify *model_verify(const struct model_incident *i, const char *service);
const struct model_backend *model_backend(const struct model *m, const char *backend);
const struct model_pin *model_pin(const struct model *m, const char *service, const char *version);
bool model_frozen(const struct model *m, const char *service);
const struct model_veto *model_veto(const struct model *m, const char *service); /* one that stands */
const struct model_hold *model_hold(const struct model *m, const char *row, const char *service);
/* What counts down on a service (NULL: on any): the one that ends first. */
const struct model_action *model_countdown(const struct model *m, const char *service);
int64_t action_countdown_left(const struct model_action *a, const struct stamp *now); /* microseconds, never below 0 */
/* When it fires on the wall, and how long that is from now in whole seconds: what is shown adds up. */
int64_t action_countdown_at(const struct model_action *a, const struct stamp *now);
int64_t action_countdown_shown(const struct model_action *a, const struct stamp *now);
size_t model_countdowns(const struct model *m);    /* how many there are */
bool action_by_itself(const struct model_action *a);
const char *action_who(const struct model_action *a); /* behind "by": a person, itself, nobody */
/* What a hold lacks, one clause at a time; false behind the last one. */
bool hold_clause(const struct model_hold *h, size_t n, char *out, size_t cap);
size_t hold_clauses(const struct model_hold *h);
const struct model_version *model_version(const struct model *m, const char *service, const char *version);
/* The version to go back to: the newest one that ran here before the present, not rolled back from. */
const struct model_version *model_last_good(const struct model *m, const char *service);
bool incident_has_service(const struct model_incident *i, const char *service);
bool action_over(const struct model_action *a);    /* done failed refused vetoed expired cancelled */
bool model_row_standing(const struct model_row *r);/* a breach stands (also while cannot-tell) */
/* The action of ours that brought this deploy, or NULL. */
const struct model_action *model_change_action(const struct model *m, const struct model_change *c);
/* Did the action bring it?  That is: was it the first to the action's version since the action ran, while it did or right after. */
bool model_change_of(const struct model *m, const struct model_change *c, const struct model_action *a);
bool action_external(const struct model_action *a); /* made elsewhere, and adopted */
#define CLOCK_SKEW (10 * US_SECOND) /* between the clock of who deploys and ours */
/* Does x stand behind c among the changes? */
bool model_change_later(const struct model *m, const struct model_change *x, const struct model_change *c);
/* The next deploy of the same service, as they happened, or NULL while this one is the latest. */
const struct model_change *model_change_next(const struct model *m, const struct model_change *c);
/* Latest deploy of the incident's services before its onset: the "latest deploy" of the cause line. */
const struct model_change *model_latest_deploy(const struct model *m, const struct model_incident *i);

#endif
