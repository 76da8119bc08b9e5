/* The envelope of everything that was recorded, the kinds there are, and the
 * chain that binds them (contract, section 3).  Pure: nothing here opens,
 * reads a clock or knows what a body means. */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/instant.h"

/* One row per kind: enum suffix, name on disk, 1 where the body may be withheld
 * later (such a body carries a random "salt"). */
#define EVENT_KINDS(X) \
	X(STORE, "store", 0) \
	X(ENGINE, "engine", 0) \
	X(CLOCK, "clock", 0) \
	X(CLIENT, "client", 0) \
	X(KIT_LOADED, "kit.loaded", 0) \
	X(PLUGIN, "plugin", 0) \
	X(DEPLOY, "deploy", 0) \
	X(CHANGE, "change", 0) \
	X(SAMPLES, "samples", 1) \
	X(REPORT, "report", 1) \
	X(RUBRIC, "rubric", 0) \
	X(BACKFILL, "backfill", 0) \
	X(BASELINE, "baseline", 0) \
	X(INCIDENT_DECLARED, "incident.declared", 0) \
	X(INCIDENT_CLOSED, "incident.closed", 0) \
	X(COMMANDER, "commander", 0) \
	X(ACTION_ARMED, "action.armed", 0) \
	X(ACTION_DISARMED, "action.disarmed", 0) \
	X(ACTION_REQUESTED, "action.requested", 0) \
	X(ACTION_ACKNOWLEDGED, "action.acknowledged", 0) \
	X(ACTION_REFUSED, "action.refused", 0) \
	X(ACTION_VETOED, "action.vetoed", 0) \
	X(ACTION_EXPIRED, "action.expired", 0) \
	X(ACTION_FIRED, "action.fired", 0) \
	X(ACTION_PROGRESS, "action.progress", 0) \
	X(ACTION_ENDED, "action.ended", 0) \
	X(VERIFY, "verify", 0) \
	X(PIN, "pin", 0) \
	X(FREEZE, "freeze", 0) \
	X(ALARM, "alarm", 0) \
	X(SOAK, "soak", 0) \
	X(WAYS, "ways", 0) \
	X(AUTOMATIC, "automatic", 0) \
	X(NOTE, "note", 1) \
	X(WITHHELD, "withheld", 0) \
	X(ANCHOR, "anchor", 0) \
	X(PLAN, "plan", 0) \
	X(COMMS, "comms", 1) \
	X(DATA_STEP, "data.step", 1) \
	X(PROMPT, "prompt", 1) \
	X(DRILL, "drill", 0)

enum event_kind {
#define X(id, name, salted) EVENT_##id,
	EVENT_KINDS(X)
#undef X
	EVENT_KIND_UNKNOWN
};

const char *event_kind_name(enum event_kind k);
enum event_kind event_kind_of(const char *name); /* EVENT_KIND_UNKNOWN where we do not know it */
int event_kind_salted(enum event_kind k);

/* A recorded event.  Strings and body belong to whoever made the struct. */
struct event {
	int64_t seq;          /* 1, 2, 3 ... */
	int64_t at;           /* microseconds since 1970 UTC */
	const char *boot;
	int64_t mono;         /* CLOCK_BOOTTIME, microseconds */
	const char *incident; /* NULL where it is not of one incident alone */
	const char *kind;
	const char *actor;    /* person of the kit, "engine", "plugin:BACKEND", "uid:N" */
	const char *body;     /* NULL where withheld */
	size_t body_len;
	unsigned char body_sha[SHA_LEN];
	unsigned char chain[SHA_LEN];
};

/* chain of `e` after `prev` (32 zero bytes before the first), from e's envelope and body_sha. */
void event_chain(const unsigned char prev[SHA_LEN], const struct event *e, unsigned char out[SHA_LEN]);
/* "backout/head/1 STORE-ID SEQ CHAIN-HEX RFC3339" */
#define HEAD_LEN 192
const char *head_print(const char *store_id, int64_t seq, const unsigned char chain[SHA_LEN], int64_t at, char out[HEAD_LEN]);

/* One line of `log`: {"seq",...,"body":{…},"body_sha","chain"} and with raw also "raw", with raw 2 "raw" and no
 * "body"; no LF. */
void event_print(const struct event *e, int raw, struct buf *out);

#endif
