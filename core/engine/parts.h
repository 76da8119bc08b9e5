/* What the files of the engine share: the engine itself and the calls between
 * its parts.  Only core/engine includes it.  Everything runs on one loop; no
 * part blocks on a backend, a person or a socket. */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include <sys/types.h>
#include <uv.h>

#include "base/draft.h"
#include "base/json.h"
#include "base/mem.h"
#include "decide/decide.h"
#include "engine/engine.h"
#include "host/host.h"
#include "journal/journal.h"
#include "kit/kit_read.h"
#include "model/model.h"

#define PEERS_MAX 200
#define PEERS_OF_ONE 100                 /* of one uid, and of all whom the kit does not know */
#define HELLO_US (10 * US_SECOND)        /* who has not said hello by then is let go */
#define ASK_MAX ((size_t)64 << 10)       /* a line from a client */
#define UNSENT_MAX ((size_t)1 << 20)     /* above it a client gets a new snapshot instead of events */
#define CURVES_AT_ONCE 256              /* signals; of more a snapshot has no curves, and clients ask for those they draw */
#define SNAPSHOT_MAX ((size_t)256 << 20)
#define PANEL_IDLE_MS (90 * 1000)
#define PREFLIGHT_US (15 * US_SECOND)
#define RECONCILE_US (15 * US_SECOND)
#define TICK_MS 100
#define LEAVE_AFTER_US (60 * US_SECOND)

/* ---- timers: on the heap, so that their owner may go at once ---- */
struct timer;
typedef void (*timer_fn)(void *ctx);
struct timer *timer_new(uv_loop_t *loop, uint64_t ms, uint64_t repeat_ms, timer_fn fn, void *ctx);
void timer_stop(struct timer **t); /* NULL is fine */

/* ---- who is connected ---- */
struct act;
struct series_job;
struct peer {
	struct engine *e;
	struct peer *next;
	uv_pipe_t pipe;
	int64_t uid;
	char role[16];             /* console observer command; "" before hello */
	bool follow, lagging, closing, paused;
	bool seated;               /* `client opened` was recorded */
	char person[72];           /* as whom; a kit that changes meanwhile makes nobody else of them */
	bool counts;               /* the engine stays for it: a console, or whoever asked something */
	int64_t since;             /* mono: when it connected */
	struct buf in;
	size_t limit;              /* unsent bytes at which it lags */
	struct act *panel;         /* the one panel it has open, or NULL */
	struct series_job *series; /* what it waits for from the journal, or NULL */
};
struct last_panel {                /* what became of a person's newest panel, for the first line after attaching */
	char person[72], action[72], service[72], text[200];
	int64_t mono;
};

/* ---- plugins ---- */
struct launch;                     /* a plugin that is being started: secrets first, off the loop */
typedef void (*launch_fn)(void *ctx, struct host_plugin *p, const char *sha, const struct fault *fault);

struct watched {
	char *key, *service;       /* "SERVICE/SIGNAL" */
	int64_t group;
	char *why, *told;          /* why its samples fail, and what of that is on the record; NULL they do not */
	int64_t known, filled;     /* nothing is filled in up to here; up to where it has been, of what is asked for now */
};
struct fill;
struct sample { uint32_t item; int state; double value, n; };     /* state: enum sample_state */
struct sample_group { int64_t at, id; VEC(struct sample) values; };
struct heard_deploy { char *id; char *body; int64_t mono; };
struct watch {
	struct engine *e;
	struct watch *next;
	char backend[72], plugin[72];
	char *spec;                /* what it was started from; another spec means another process */
	char *request;             /* params of `watch` */
	struct launch *launch;
	struct host_plugin *p;
	struct timer *again;
	int64_t pause_ms, ready_mono, restarts;
	bool dying;                /* no longer in the kit, or the engine ends */
	const char *state;         /* starting ready failed down */
	char why[200];
	struct timer *pulse;       /* looks whether it is still there */
	int64_t felt;              /* mono: when anything came from it */
	int asked;                 /* `watch`es that are not answered yet */
	bool pinged, hung;         /* it owes an answer; it did not give one */
	VEC(struct watched) items; /* sorted by key */
	VEC(char *) services;      /* whose deploys it tells */
	VEC(struct sample_group) groups;
	VEC(struct heard_deploy) heard;
	size_t pending;
	int64_t next_group;
	uint64_t dropped;
	struct fill *fill;         /* the past that is being filled in, or NULL */
	bool fill_open;            /* a `history` is not answered yet */
	int fill_lost;             /* so many times it was lost while it should answer one */
};

struct act;
struct act_owner {                 /* whom an acting process was started for: a person's panel, or nobody's */
	void (*opened)(struct act *a);                                           /* its panel is frozen */
	void (*failed)(struct act *a, enum status s, const struct fault *f);     /* there is none; the process is ended by who calls */
	void (*closed)(struct act *a, const char *why);                          /* it was open, and its process is gone */
};
enum act_state { ACT_STARTING, ACT_PREFLIGHT, ACT_OPEN, ACT_PERFORMING, ACT_ENDING };
struct act {                       /* an acting process and the panel it was started for */
	struct engine *e;
	struct act *next;
	enum act_state state;
	const struct act_owner *owner;
	struct automatic_want want; /* of what acts by itself */
	struct peer *peer;         /* whose panel; NULL once fired or left */
	int64_t arm_id;            /* id of the ask that waits for the panel; -1 none */
	struct panel panel;
	char person[72];
	char sha[SHA_HEX];
	struct launch *launch;
	struct host_plugin *p;
	struct timer *idle;
	char *key, *op;            /* once fired */
	int64_t progress_mono;
	bool in_doubt;             /* its intent may be on disk: nothing may be performed */
	bool asked_again;          /* at zero, for its preflight */
};
struct ways;
struct recon {                     /* an action whose outcome is unknown */
	struct engine *e;
	struct recon *next;
	char *key;
	int attempt;
	struct now gone;           /* when the acting process was gone */
	pid_t pid; uint64_t start; /* an acting process of an earlier engine; 0 none */
	bool termed;
	int64_t killed_mono;
	struct timer *timer;
	struct launch *launch;
	struct host_plugin *p;
	bool asked;
};

/* ---- the engine ---- */
struct problem_told { const char *topic; char text[400]; };
struct engine {
	const struct engine_options *o;
	uv_loop_t loop;
	char dir[4096], store[4096], lock[4096], socket[128], kit_dir[4096], host[256];
	int lock_fd;
	dev_t socket_dev; ino_t socket_ino;
	uv_pipe_t *listener;                         /* NULL while there is none */
	uv_signal_t sigterm, sigint;

	struct journal *journal;
	struct model *model;
	struct judge *judge;
	struct drafts doubt; struct now doubt_now;   /* a commit that may have happened */
	struct drafts owed;                          /* must not be lost though the store fails */
	struct timer *heal;
	bool lost;                                   /* lock or store gone: fire nothing more */
	bool committing;

	struct peer *peers; size_t n_peers;
	VEC(struct last_panel) panels;
	VEC(struct problem_told) problems;
	struct watch *watches;
	struct act *acts;
	struct recon *recons;
	struct ways *ways;
	struct series_job *series; size_t series_runs; /* in the order in which they were asked for */
	struct page_ask *pages; struct timer *pager; /* in the order in which they were asked for */
	size_t living;                               /* plugin processes and launches that are not gone yet */

	struct timer *tick, *flush, *beat, *self, *end;
	int64_t tick_due;                            /* mono; INT64_MAX none */
	struct now checked;                          /* of the last look at the clocks */
	int64_t alone_since;                         /* mono since there is no client; 0 while there is */
	int64_t store_us;                            /* how long the last commit took */
	int64_t slow_us, slow_told;                  /* one that took too long and is to be told of; mono when one was */
	uint64_t kit_mark; int64_t kit_looked; bool kit_again;
	unsigned looks;
	char kit_bad[SHA_HEX];                       /* digest of a changed kit that was noticed already */

	int64_t anchored; bool anchoring, anchor_due;
	int64_t auto_tried;                          /* mono: something that acts by itself was begun last */
	int64_t figured; bool figuring;            /* mono: the figures were written last; a thread has them */

	bool ending;
	enum status exit;
	struct fault why;
};

/* engine.c */
void engine_end(struct engine *e, enum status s, const char *reason);
void engine_tick_by(struct engine *e, int64_t ms);    void engine_gone(struct engine *e);                   /* one plugin process less; the last one lets the engine end */

/* engine_lock.c */
enum status lock_take(struct engine *e, bool *out_held, struct fault *f);
bool lock_is_ours(const struct engine *e);

/* engine_clients.c */
enum status clients_listen(struct engine *e, struct fault *f);
void clients_unlisten(struct engine *e);              /* close the listening socket, leave its file */
void clients_unseat(struct engine *e);
void clients_close(struct engine *e);
bool clients_socket_is_ours(const struct engine *e);
void peer_send(struct peer *p, const struct buf *line);
void peer_close(struct peer *p);
const char *peer_person(const struct peer *p);        /* NULL: the kit does not know it */
void peer_tell(struct peer *p, const char *what, const char *topic, const char *text);
void clients_event(struct engine *e, const struct event *ev);
void clients_problem(struct engine *e, const char *topic, const char *text); /* text NULL: it is over */
void peer_snapshot(struct peer *p);

/* engine_beat.c */
void clients_beat(struct engine *e);

/* engine_asks.c */
void ask_line(struct peer *p, const struct json *line);
void reply_result(struct peer *p, int64_t id, const char *json, size_t len);
void reply_fault(struct peer *p, int64_t id, enum status s, const struct fault *f);

/* engine_read.c: asks that change nothing */
bool read_ask(struct peer *p, int64_t id, const char *verb, const struct json *params);
void read_attached(struct peer *p);

/* engine_series.c: `samples`, read beside the loop */
void series_ask(struct peer *p, int64_t id, const struct json *params);
void series_leave(struct peer *p);                   /* it is gone */
void series_end(struct engine *e);

/* engine_pages.c: `read`, a page a turn of the loop */
void pages_ask(struct peer *p, int64_t id, const struct json *params);
void pages_leave(struct peer *p);                    /* it is gone */
void pages_end(struct engine *e);

/* engine_commit.c */
enum status engine_commit(struct engine *e, struct drafts *d, const struct now *now, struct fault *f);
void engine_owe(struct engine *e, struct drafts *d);
void engine_apply(struct engine *e, const struct event *ev);

/* engine_launch.c.  done is called from the loop, never before launch_new returned. */
struct launch *launch_new(struct engine *e, const char *backend, bool acting, const struct host_events *ev, launch_fn done, void *ctx);
void launch_drop(struct launch **l);
bool launch_program_is(struct engine *e, const char *backend, const char *sha); /* still, on disk */

/* engine_watch.c */
void watches_apply(struct engine *e);                 /* start, change and end watchers as the kit in use says */
void watches_end(struct engine *e);

/* engine_request.c */
char *request_spec(const struct kit_backend *b);      /* everything a watcher is started from: where it changed, the process has to */
char *request_watch(const struct kit *k, const char *backend);
void request_deploys(const struct kit *k, const char *backend, struct jw *w);
void request_signal(const char *service, const struct kit_signal *g, struct jw *w);

/* engine_backfill.c: the past, asked for with `history` */
void backfill_mark(struct watch *w);                  /* before it watches: what is known up to now */
void backfill_begin(struct watch *w);                 /* it watches */
void backfill_gap(struct engine *e, int64_t since);   /* nobody looked since then (wall clock) */
void backfill_stop(struct watch *w);

/* engine_past.c: an answer to `history`, checked and put on the record */
struct told_past { int64_t at; uint32_t item; int state; double value, n; };
struct past_page {
	struct watch *w;
	int64_t from, to;          /* what was asked for: nothing else is taken */
	VEC(struct told_past) values; /* in the order of their time */
	size_t done;               /* of them on the record */
	struct drafts told;        /* deploys and changes, first to be recorded */
	size_t deploys, changes;
	bool too_much;             /* more than is taken at once */
	int64_t next;              /* go on from here; 0 there is no more */
};
void past_page_read(struct past_page *p, const struct json *result);
size_t past_page_record(struct past_page *p, enum status *out); /* a part of it; how many values */
bool past_page_over(const struct past_page *p);
void past_page_release(struct past_page *p);

/* engine_pulse.c */
void pulse_start(struct watch *w);                    /* it is ready */
void pulse_stop(struct watch *w);
void pulse_felt(struct watch *w);                     /* something came from it */
void watch_record(struct watch *w, const char *state, const char *why); /* engine_watch.c: what became of it */

/* engine_samples.c */
struct watched *watch_item(struct watch *w, const char *service, const char *signal);
void samples_draft(struct watch *w, const struct sample_group *g, bool filled, struct drafts *ds);
bool told_draft(struct watch *w, enum event_kind kind, const struct json *params, bool filled, struct drafts *ds);
void watch_heard(struct watch *w, const char *method, const struct json *params);
void engine_heard(struct engine *e, const char *backend, const char *method, const struct json *params);
void samples_flush(struct engine *e);
void watch_forget(struct watch *w);

/* engine_act.c */
void act_arm(struct peer *p, int64_t id, struct panel *panel /* moved */);
struct act *act_new(struct engine *e, struct panel *panel /* moved */, const struct act_owner *owner);
void act_end(struct act *a);                          /* an unfired one: its process goes, nothing is recorded */
void act_close(struct act *a, const char *why, bool tell); /* close an unfired panel */
void act_perform(struct act *a, const char *key);
void act_not_performed(struct engine *e, const char *key);
void act_cancel(struct engine *e, const char *key);
void acts_close_panels(struct engine *e, const char *why);
void acts_leave(struct engine *e);
void panel_became(struct engine *e, const struct act *a, const char *text);

/* engine_auto.c: what acts by itself */
void auto_look(struct engine *e);                     /* after every tick */

/* engine_reconcile.c */
void reconcile_begin(struct engine *e, const char *key, const struct now *gone, pid_t pid, uint64_t start);
void reconcile_all(struct engine *e);                 /* at start: every unknown one */
void reconcile_end(struct engine *e);

/* engine_ways.c: every action's preflight, all day */
void ways_look(struct engine *e);                     /* every second */
void ways_now(struct engine *e);                      /* somebody asks for a round */
void ways_end(struct engine *e);
void ways_free(struct engine *e);

/* engine_kit.c */
enum status kit_at_start(struct engine *e, const struct kit_files *files, const struct kit *kit, struct drafts *out, struct fault *f);
void kit_look(struct engine *e);
enum status kit_reload(struct engine *e, struct drafts *out, struct buf *result, struct fault *f);
enum status kit_load(const char *dir, struct kit_files *out_files, struct kit **out_kit, struct fault *f);

/* engine_anchor.c */
void anchors_write(struct engine *e, bool due);
/* The kit's `engine: {metrics: PATH}`, every 15 s. */
void figures_write(struct engine *e);

/* engine_self.c */
void self_check(struct engine *e);
void self_start_drafts(struct engine *e, const struct now *now, struct drafts *out);

#endif
