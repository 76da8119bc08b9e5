/* The engine of an incident, without anything around it: a virtual clock, a
 * journal in memory, and the pure rooms.  Turns a truth into events in the order
 * in which an engine records them, folds them, and writes down what was decided.
 * It never judges: that is the oracle's. */
#ifndef INCIDENTS_DRIVE_H
#define INCIDENTS_DRIVE_H

#include "decide/decide.h"
#include "decide/judge.h"
#include "decide/suspects.h"
#include "model/phases.h"
#include "source.h"

struct kept_event { char *incident, *actor, *body; size_t len; const char *kind; struct now now; };
struct acting {                  /* a revert that was fired */
	char key[96], to[12], from[12];
	int service;
	int64_t fired, done;     /* the truth's time */
	bool told, over, failed, live, automatic;
};
struct held_panel { struct automatic_want want; struct panel panel; char key[96]; int64_t due; };
/* ---- what is written down for the oracle ---- */
struct noted_verified {
	int64_t at;              /* the truth's time */
	int64_t acted;           /* when the last revert that counts had been done */
	int64_t declared;
	char incident[24];
	bool services[SERVICES_MOST]; /* of the incident */
	bool was_bad;            /* a check that had been bad was among those that passed */
	int64_t lost;            /* when it was taken back; NEVER */
};
struct noted_breach { char incident[24], row[24]; int service; int64_t at, onset; bool first; };
struct noted_suspect { bool known, first, third, latest; };
struct noted_automatic { int service; int64_t at, onset; char to[12]; };
struct noted_report { int service; int64_t at, gone; char incident[24]; }; /* service -1: none; gone NEVER while it stands */

struct drive {
	struct truth *t;
	struct source_run source;
	struct model *m;
	struct judge *j;
	int64_t time, seq, asks, tick_due, second;
	int64_t wall_off, mono_off;
	char boot[40];
	struct now now;
	VEC(struct kept_event) journal;
	VEC(struct acting) acts;
	VEC(struct held_panel) panels;
	int64_t tried;
	/* people */
	int64_t seen, next_fire;
	int fires;
	bool declared, vetoed, closed, back, reported, reported_after, added, stepped, restarted;
	int64_t gone_from;
	/* for the oracle */
	VEC(struct noted_verified) verified;
	VEC(struct noted_breach) breaches;
	VEC(struct noted_automatic) automatic;
	VEC(struct noted_report) reports;
	VEC(struct noted_suspect) suspects;
	VEC(char *) held;        /* reasons why nothing acted by itself, as recorded */
	int64_t joined[SERVICES_MOST]; /* when a service came into an incident; 0 never */
	long events, countdowns;
	bool verbose, folded_otherwise;
};

void drive_run(struct drive *d, struct truth *t, bool verbose);
void drive_release(struct drive *d);

/* For people.c. */
enum status drive_ask(struct drive *d, const char *person, const char *verb, const struct panel *p, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Panel, preflight and fire of the service's rollback by a person; to NULL: the one before. */
enum status drive_fire(struct drive *d, const char *person, int service, const char *to);
const struct model_incident *drive_incident(const struct drive *d, int service);
bool drive_breached(const struct drive *d);  /* does any row stand breached? */
int drive_service(const struct drive *d, const char *name); /* -1: none */

#endif
