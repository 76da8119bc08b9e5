/* What only core/decide's files share: the judge and its watches, and the
 * helpers with which asks become drafts.  Nothing here keeps state but the judge. */
#ifndef DECIDE_PRIVATE_H
#define DECIDE_PRIVATE_H

#include "base/text.h"
#include "decide/decide.h"
#include "decide/tracker.h"
#include "model/phases.h"
#include "model/timer.h"

/* ---- the judge ---- */
struct row_watch { const struct kit_row *row; struct tracker t; };
struct check_watch { const char *name, *from; bool was_bad; bool by_clear; struct tracker t; };
struct verify_watch {
	char incident[72];
	const struct kit_service *service;
	struct stamp acted;
	char boot[40];
	int64_t acted_t;
	VEC(struct check_watch) checks;
	char said[600];                    /* states of the checks as last recorded */
	int64_t said_t;                    /* and when */
};
struct stop_watch { char key[96]; const struct kit_service *service; const struct kit_cond *cond; struct tracker t; };
struct row_list { uint32_t *v; size_t n, cap; };                 /* positions in rows */
struct feed_list {                                               /* the same, of what one signal feeds */
	uint32_t *v;
	size_t n, cap;
	bool known, counts;                /* counts: some of them take it for traffic */
	const struct kit_service *service; /* NULL: not of the kit */
	const struct kit_signal *signal;
};
struct judge {
	char kit_digest[SHA_HEX];
	VEC(struct row_watch) rows;
	VEC(struct verify_watch) verifies;
	VEC(struct stop_watch) stops;      /* of every action under way */
	VEC(struct feed_list) by_signal;   /* by position in model->signals: row watches fed by it */
	VEC(struct row_list) by_service;   /* by position in the kit's services: row watches over its signals */
	char boot[40];
	int64_t offset, t, at;             /* judge time = mono + offset */
};
/* The judge's clock: mono within a boot, carried over reboots by the wall clock, never backwards. */
void judge_clock(struct judge *j, const struct event *e);
int64_t judge_time(const struct judge *j, const struct now *now);
void tick_rows(const struct model *m, struct judge *j, const struct now *now, struct drafts *out);
void tick_verify(const struct model *m, struct judge *j, const struct now *now, struct drafts *out);
/* Set up, keep up and end the watches of incidents whose harm was reverted. */
void watches_sync(struct judge *j, const struct model *m);
void watch_release(struct verify_watch *w);
/* The same for the stop conditions of actions that run or are unknown. */
void stops_sync(struct judge *j, const struct model *m);
void stop_release(struct stop_watch *w);
int64_t rows_next(const struct judge *j, int64_t t);

/* ---- questions that time brings up: prompt.c, and those who want them ---- */
#define WANT_ID 320
struct want {                              /* one that should stand now */
	char id[WANT_ID], text[480];
	const char *what, *service, *incident, *key, *row, *to, *then;
	int64_t until;                     /* wall time of its limit; 0: it has one of its own, `span`, and is asked again then */
	int64_t span;
};
struct wants { struct want *v; size_t n, cap; };
struct want *want_add(struct wants *w, const char *what, const char *service);
void want_stops(const struct model *m, struct judge *j, const struct now *now, struct wants *w);
void want_escalations(const struct model *m, const struct now *now, struct wants *w);
void want_overdue(const struct model *m, const struct now *now, struct wants *w);
/* What is to be recorded so that those stand, and no others of these kinds. */
void wants_settle(const struct model *m, const struct wants *w, const struct now *now, const char *random, struct drafts *out);

/* ---- asks: asked.c, and the handlers in ask_*.c ---- */
struct asking {                            /* everything an ask's handler needs */
	const struct model *m;
	const struct now *now;
	const struct ask *a;
	struct decision *d;
};
enum status deny(struct asking *q, enum status s, const char *code, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
const char *param(const struct asking *q, const char *key); /* string parameter or NULL */
/* A draft whose body object is open and already holds "ask"; end it with draft_end. */
struct jw draft_begin(struct asking *q, enum event_kind kind, const char *incident);
/* Open the result object (it is "{}" before); end with jw_obj_end. */
struct jw result_begin(struct asking *q);
/* The incident that is meant (contract 1, "Which incident"); service may be NULL. *out NULL with OK: none open and
 * none named. */
enum status which_incident(struct asking *q, const char *service, const struct model_incident **out);
enum status need_incident(struct asking *q, const char *service, const struct model_incident **out);
/* The events of a declaration; out_name gets INC-N. */
void declare_events(struct asking *q, const char *title, const char *const *services, size_t n, const char *onset, char out_name[72]);
/* Somebody asked the action to stop: what asked for that is answered. */
void answer_prompts(struct asking *q, const char *key);
bool holds_command(const struct model_incident *i, const char *person);
enum status may_touch(const struct model *m, const char *service, const char *person, char *why, size_t cap);

/* An intent on its way into the record: intent.c.  name, key and op are filled in by intent_place. */
struct intent {
	const struct panel *panel;
	const struct kit_action *action;
	const struct model_incident *incident; /* NULL: none is open, one is declared */
	const char *reason, *title, *authority;
	const char *row, *because;             /* by itself; else NULL */
	int64_t countdown;
	char name[72], key[96], op[33];
};
void intent_place(struct asking *q, struct intent *n); /* declares, or lets the service in */
void intent_request(struct asking *q, const struct intent *n);
void intent_fire(struct asking *q, const struct intent *n);
const char *breach_title(const struct model *m, const char *service, char *out, size_t cap); /* NULL: nothing breached */
/* countdown.c: what counts down on this service or target ends, since a person fires `key`. */
void countdown_give_way(struct asking *q, const struct kit_action *k, const char *key);
void tick_automatic(const struct model *m, const struct now *now, struct drafts *out);
int64_t countdown_next(const struct model *m, const struct now *now); /* mono at which the next one is over; INT64_MAX none */
/* ask_command.c: this waiting or counting action, not this time. */
enum status veto_action(struct asking *q, const struct model_action *a);
/* propose.c: the action that a row is for on a service, or NULL. */
const struct kit_action *row_action(const struct model *m, const struct kit_row *r, const char *service);

enum status ask_declare(struct asking *q);
enum status ask_report(struct asking *q);
enum status ask_note(struct asking *q);
enum status ask_arm(struct asking *q);
enum status ask_disarm(struct asking *q);
enum status ask_fire(struct asking *q);
enum status ask_cancel(struct asking *q);
enum status ask_resolve(struct asking *q);
enum status ask_veto(struct asking *q);
enum status ask_pin(struct asking *q);
enum status ask_unpin(struct asking *q);
enum status ask_freeze(struct asking *q);
enum status ask_unfreeze(struct asking *q);
enum status ask_take(struct asking *q);
enum status ask_hand_over(struct asking *q);
enum status ask_close(struct asking *q);
enum status ask_reload(struct asking *q);
enum status ask_ack(struct asking *q);

#endif
