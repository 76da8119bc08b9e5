/* The truth of one generated incident: which services there are, what really
 * harms them from when to when, what people and sources will do.  Made from a
 * seed and a class alone, before anything runs; the run only tells it what was
 * brought live.  The oracle asks it and never the model.  It knows nothing of
 * core/model or core/decide. */
#ifndef INCIDENTS_TRUTH_H
#define INCIDENTS_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/mem.h"

#define SERVICES_MOST 300
#define SEC(s) ((int64_t)((s) * 1e6))
#define NEVER INT64_MAX

/* One row per class: suffix, name, weight in a thousand, must it be verified in the end, what it is about. */
#define CASES(X) \
	X(PLAIN, "plain", 60, 1, "a deploy breaks its service, the revert mends it") \
	X(UNDECLARED, "undeclared", 80, 0, "the harm shows in a row, and in no declared check; the revert leaves it") \
	X(UNSHOWN, "unshown", 80, 0, "no row and no check shows it: people say so; the revert leaves it") \
	X(INVISIBLE, "invisible", 20, 0, "nothing shows it and nobody reports it") \
	X(LOW_TRAFFIC, "low-traffic", 40, 0, "too little traffic for the rows") \
	X(TRAFFIC_GONE, "traffic-gone", 40, 0, "after the revert nobody comes any more") \
	X(NAN, "nan", 50, 0, "after the revert nothing can be measured, for a while or for good") \
	X(SILENT, "silent", 50, 0, "after the revert the source is silent, for a while or for good") \
	X(LATE, "late", 40, 1, "samples arrive seconds after they were measured") \
	X(SKEWED, "skewed", 40, 0, "the source's clock goes ahead or behind") \
	X(CLOCK_STEP, "clock-step", 30, 1, "the engine's wall clock is set in the middle of it") \
	X(RESTART, "restart", 30, 1, "another engine folds the journal in the middle of it, after a reboot or not") \
	X(OLD_WINDOW, "old-window", 50, 0, "the signal looks back long, and what came live instead breaks another thing") \
	X(WRONG_VERSION, "wrong-version", 50, 0, "another version than the one asked for comes live") \
	X(STUCK, "stuck", 40, 0, "the revert stops half way: some instances, or a place, serve the bad version") \
	X(AGAIN, "again", 30, 1, "closed, and the bad version comes back") \
	X(USELESS, "useless", 40, 0, "the revert mends nothing") \
	X(FLAPS, "flaps", 40, 0, "good and bad in turn after the revert") \
	X(SECOND_CAUSE, "second-cause", 40, 0, "another cause is left after the revert") \
	X(TARGET_BAD, "target-bad", 30, 0, "the version that it goes back to is bad as well") \
	X(COUPLED, "coupled", 40, 1, "one service breaks those that depend on it") \
	X(TWO, "two", 30, 0, "two incidents at once") \
	X(LATE_BREACH, "late-breach", 40, 0, "another service of the incident turns bad after the revert") \
	X(LATE_REPORT, "late-report", 40, 0, "people report another service after the revert") \
	X(COUNTED, "counted", 30, 0, "a row that counts, and silence after the revert") \
	X(BURN, "burn", 20, 0, "a row of a burn rate") \
	X(NO_CAUSE, "no-cause", 40, 0, "the database is down: no change of anything") \
	X(OLD_DEPLOY, "old-deploy", 30, 0, "the last deploy is three weeks old") \
	X(MASS, "mass", 6, 0, "a source that turns three hundred services bad") \
	X(ILL_SOURCE, "ill-source", 20, 0, "a source that turns all its services bad right after a deploy")

enum incident_case {
#define X(id, name, weight, must, what) CASE_##id,
	CASES(X)
#undef X
	CASE_COUNT
};

/* What every service measures.  SIDE is watched by a row and by no check. */
#define SIGNALS(X) \
	X(ERRORS, "errors") X(LATENCY, "latency") X(HITS, "hits") X(SIDE, "side") X(FAULTS, "faults") X(BURNT, "burnt")
enum signal_id {
#define X(id, name) SIG_##id,
	SIGNALS(X)
#undef X
	SIG_COUNT
};
extern const char *const signal_names[SIG_COUNT];
#define SHOWS(id) (1u << (SIG_##id))

enum mends { MENDS_ALL, MENDS_CHECKED, MENDS_NOTHING };  /* what a revert of the cause does to the harm */
struct cause {
	int service;             /* -1: none of the kit's */
	bool by_change;          /* a deploy of that service is the cause */
	int64_t from, until;     /* harm; until NEVER while it lasts */
	unsigned shows;          /* signals, by SHOWS */
	unsigned mended;         /* those that a revert has mended */
	int64_t mended_at;
	enum mends mends;
	int64_t stagger;         /* service N is hit so much later, N times */
	bool spreads, everybody; /* to those that depend on it; to all services */
	int64_t good_for, bad_for; /* after the revert in turn; 0: not */
};
struct service {
	char name[12];
	int deps[3], n_deps;
	bool automatic;          /* its tier acts by itself */
	char version[12], before[12], wanted[12]; /* serves, served before that, was asked for last; wanted "" nothing was */
	int64_t deployed, reverted; /* when the change of this incident came live; when a revert was done, 0 not */
};
struct source {                  /* how a backend tells what it measures */
	int64_t late, skew, jitter; /* jitter: later by up to this, so that samples overtake each other */
	int64_t nan_after, nan_for, silent_after, silent_for; /* counted from the first revert; -1 not */
};
struct live { int service; char version[12], wanted[12]; int64_t at; }; /* what came live; wanted: what had been asked for */
struct decoy { int service; int64_t at; bool flag; };   /* changes that hurt nothing */

struct truth {
	uint64_t seed, rng;
	enum incident_case what;
	int n;                   /* services */
	struct service services[SERVICES_MOST];
	struct cause causes[4];
	int n_causes;
	VEC(struct decoy) decoys;
	VEC(struct live) lives;
	struct source web, ping; /* errors hits faults burnt; latency side */
	int64_t every, window;   /* of errors, faults and burnt */
	int64_t row_for;         /* the rows' "for" */
	bool volume, side_row, side_signal, fault_row, burn_row;
	double traffic;          /* hits in a window of ten seconds */
	bool traffic_goes;       /* after the first revert */
	double sluggish;         /* a windowed signal shows it when more than this share of its window was bad */
	int64_t bad_then[4];     /* causes that begin so long after the first revert (before it, if negative); NEVER */
	int64_t end;
	int64_t first_revert;    /* 0 not yet */
	/* what people do */
	int64_t declare_at;      /* after the harm began; NEVER: firing declares */
	int64_t fire_after;      /* after they saw it; NEVER */
	int fire_first;          /* the service they roll back; then the true one, if it was another */
	bool incident_of_two;    /* declared with the services of the first two causes */
	int64_t report_at, report_after; /* after the harm began; after the first revert; NEVER */
	int report_on, report_after_on;  /* -1: of no service */
	bool answers;            /* gone is said once it is true */
	bool own_words;          /* reports are `other`, upon which no row looks */
	bool vetoes;             /* what counts down, once */
	bool few_checks;         /* the kit declares one check only */
	bool not_ready;          /* the backend says so when it is asked */
	bool fires_again;        /* to version 40, when it did not help */
	bool adds_late;          /* service 1 is added to the incident after the revert */
	int64_t wrong_after;     /* another version comes live so long after the revert; NEVER */
	int64_t step_at, step_by;    /* after the first revert; NEVER */
	int64_t restart_at, restart_gap; bool reboot;
	int64_t act_for;         /* a revert takes so long */
	bool act_fails, act_lost;    /* the first one fails; its answer is lost, and found out 20 s later */
	bool two_places, stuck;  /* service 0 runs in two; the revert reaches one, or half, of them */
	bool closes;             /* the incident, once it is verified; the bad version comes back after that */
};

uint32_t truth_below(struct truth *t, uint32_t n);          /* 0..n-1 */
bool truth_chance(struct truth *t, int percent);
void truth_make(struct truth *t, enum incident_case what, uint64_t seed);
void truth_release(struct truth *t);
const char *case_name(enum incident_case c);

/* Is a signal of a service harmed at this instant?  And any of it, shown or not? */
bool truth_bad(const struct truth *t, int service, enum signal_id g, int64_t at);
bool truth_harmed(const struct truth *t, int service, int64_t at);
/* What an honest measurement at this instant says: the mean over the signal's window. */
double truth_value(const struct truth *t, int service, enum signal_id g, int64_t at);
double truth_traffic(const struct truth *t, int service, int64_t at);
int64_t truth_window(const struct truth *t, enum signal_id g);
bool truth_depends(const struct truth *t, int service, int on);
/* The harm's first instant; blips before it do not count. */
int64_t truth_begin(const struct truth *t);
/* The first revert was fired, and will be done then. */
void truth_fired(struct truth *t, int64_t now, int64_t done);
void truth_live(struct truth *t, int service, const char *version, int64_t at);
/* What came live is bad as well. */
void truth_worse(struct truth *t, int service, int64_t at);
/* Did the version serve that had been asked for last?  True where nothing was asked for. */
bool truth_served(const struct truth *t, int service, int64_t at);

#endif
