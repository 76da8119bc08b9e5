/* What only core/model's files share: writing the model.  Names are interned
 * (they recur), texts are owned by their record and replaced with it, so that
 * memory follows what there is now and not how much was recorded. */
#ifndef MODEL_PRIVATE_H
#define MODEL_PRIVATE_H

#include "base/record.h"
#include "model/model.h"

/* ---- names and indexes ---- */
struct index {                    /* open addressing from a key of two strings to a position in a vector */
	struct { uint64_t hash; uint32_t pos_1; } *v;
	size_t cap, n;
};
struct service_places { const char *service; uint32_t deploy_1, version_1; }; /* positions, from 1; 0: none */
struct by_service {               /* by_service.c */
	struct service_places *v; /* NULL: to be made */
	uint32_t *next;           /* the service's version behind each, likewise */
	size_t cap, n_deploys;
};
struct model_private {
	struct arena *names;
	struct index interned;    /* positions in `all` */
	VEC(const char *) all;
	struct index signals, rows;
	struct by_service by_service;
	size_t failing;           /* a signal that failed when it was looked at last: looked at first */
	struct buf kit_packed;    /* the kit as dumps carry it, where one was asked for since it was loaded */
	const char *boot;         /* of the dump that is loaded: where a stamp names none */
};
const char *model_intern(struct model *m, const char *s); /* NULL stays NULL */
const char *model_intern_n(struct model *m, const char *s, size_t n);
const char *model_name(const struct model *m, const char *s); /* the interned one, or NULL: no record bears it */
void index_release(struct index *x);
/* Position of the record whose two keys are a and b, or -1. */
typedef bool (*index_same_fn)(const struct model *m, size_t pos, const char *a, const char *b);
int64_t index_find(const struct index *x, const struct model *m, const char *a, const char *b, index_same_fn same);
void index_add(struct index *x, const char *a, const char *b, size_t pos);
void by_service_moved(struct by_service *x);   /* versions were added, taken away or put elsewhere */
/* The versions of a service, oldest first: `before` NULL, then the one that was answered. */
const struct model_version *service_version(const struct model *m, const char *service, const struct model_version *before);

/* ---- records by table (base/record.h) ---- */
extern const struct table model_table, signal_table, deploy_table, version_table, change_table, row_table, report_table,
	incident_table, action_table, prompt_table, breach_table, verify_table, check_table, pin_table, freeze_table, hold_table, veto_table, way_table, round_table, backend_table,
	seat_table, armed_table, line_table, ask_table, name_table, gap_table, file_table, uid_table;
struct dump { const char *boot; bool curves; }; /* the context of a record_out; that of a record_in is the model */
extern const struct field_how stamp_how, curve_how;
void curve_dump(const struct model_signal *s, struct jw *w);
void curve_load(struct model_signal *s, const struct json *v);
void curve_add(struct model_signal *s, uint32_t at_s, float v);
void curve_put(struct model_signal *s, uint32_t at_s, float v); /* the same, in the order of time */
/* Keep the newest `max` records. */
#define vec_bound(t, a, max) while ((a)->n > (max)) vec_drop((t), (a), 0)

/* ---- reducing: what every handler gets ---- */
struct reduction {
	struct model *m;
	const struct event *e;
	const struct json *body;
	struct stamp at;              /* boot interned */
	struct model_incident *i;     /* of the envelope, or NULL */
};
typedef void (*reduce_fn)(struct reduction *r);
void reduce_deploy(struct reduction *r);
void reduce_change(struct reduction *r);
void reduce_samples(struct reduction *r);
void reduce_report(struct reduction *r);
void reduce_rubric(struct reduction *r);
void reduce_declared(struct reduction *r);
void reduce_closed(struct reduction *r);
void reduce_commander(struct reduction *r);
void reduce_verify(struct reduction *r);
void reduce_armed(struct reduction *r);
void reduce_disarmed(struct reduction *r);
void reduce_requested(struct reduction *r);
void reduce_refused(struct reduction *r);
void reduce_vetoed(struct reduction *r);
void reduce_expired(struct reduction *r);
void reduce_fired(struct reduction *r);
void reduce_progress(struct reduction *r);
void reduce_ended(struct reduction *r);
void reduce_prompt(struct reduction *r);
void reduce_pin(struct reduction *r);
void reduce_freeze(struct reduction *r);
void reduce_alarm(struct reduction *r);
void reduce_soak(struct reduction *r);
void change_breached(struct reduction *r, const char *service, int64_t onset);
void change_breached_earlier(struct reduction *r, const char *service, int64_t was, int64_t onset);
void reduce_ways(struct reduction *r);
void reduce_automatic(struct reduction *r);
void veto_add(struct reduction *r, const struct model_action *a);       /* reduce_automatic.c */
void hold_dropped(struct model *m, const char *row, const char *service); /* nothing is missing any more: it counts down */
void standing_dropped(struct model *m, const struct model_row *row);    /* the breach is over: holds and vetoes of it, too */
void vetoes_dropped(struct model *m, const char *service, const char *version); /* it serves; a veto on the same one stays */
void reduce_backfill(struct reduction *r);
void reduce_kit(struct reduction *r);
void model_add_line(struct reduction *r);
const char *body_name(struct reduction *r, const char *key); /* interned string of the body, or NULL */
const char *body_word(struct reduction *r, const char *key); /* the same of what every record has: "" where a stranger left it out */
struct stamp body_since(struct reduction *r);  /* "since" and "since_mono" as a stamp */
struct model_incident *incident_mut(struct model *m, const char *name);
struct model_action *action_mut(struct reduction *r);         /* by the body's key */
void incident_add_breach(struct reduction *r, struct model_incident *i, const struct model_row *row);
void incident_onset_moved(struct model_incident *i, const struct model_row *row);
void incident_eased(struct reduction *r, struct model_incident *i);     /* a row of it is clear, or what came back is gone */
void incidents_eased(struct reduction *r);
void incident_unverify(struct model_incident *i);
/* Does the incident hold what is said of this service?  NULL or "": of no service, so of every incident. */
bool incident_concerns(const struct model_incident *i, const char *service);

#endif
