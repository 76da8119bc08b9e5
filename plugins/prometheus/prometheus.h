/* What the files of the prometheus plugin share: its state, a signal as it is
 * watched, and the three steps from signals to answers: plan (who is asked
 * together), round (one question over HTTP, halved where it fails) and answer
 * (what came back, never more than it says). */
#ifndef PROMETHEUS_PROMETHEUS_H
#define PROMETHEUS_PROMETHEUS_H

#include "http/http.h"

struct told;

struct prom {
	struct sdk *s;
	struct http *http;
	struct http_servers servers;
	struct told *told;     /* per server: what its log was told last */
	bool partial;          /* what is of a part only counts all the same */
	int64_t stale;         /* a sample older than this is told by its own time */
	struct watch *watch;
};

/* ---- a signal ---- */

struct signal {
	char *service, *name, *query;      /* the query without @NAME */
	const struct http_server *server;  /* NULL: the query is wrong */
	int64_t every;
	bool selector;                     /* a plain one: its samples' own time is asked for, too */
	/* from the plan; label NULL: it varies by nothing */
	char *label, *value, *template;
	/* what was learned of it */
	bool scalar;                       /* a number, which no batch can hold */
	int64_t alone_until, muted_until;  /* CLOCK_BOOTTIME */
	char *why;                         /* NULL, or why it failed */
	/* this round */
	size_t series;
	double v;
	int64_t at, sampled;               /* as of when; when the sample was taken, 0 not known */
	struct point *row;                 /* of a look back: one a step */
};
struct signals {
	struct signal *v;
	size_t n, cap;
};
void signals_read(struct prom *p, const struct json *list, struct signals *out);
void signals_release(struct signals *v);
void signal_failed(struct signal *g, const char *why);

/* ---- plan ---- */

/* Signals that one question asks for: of one server, as often, and alike but for one label's value
 * (label set, sorted by value), or merely beside one another (label NULL). */
struct group {
	struct signal **v;
	size_t n;
};
struct plan {
	struct group *v;
	size_t n, cap;
	struct signal **order;
};
#define PLAN_BATCH ((size_t)30)
void plan_make(struct signals *all, struct plan *out);
void plan_release(struct plan *p);

/* ---- round ---- */

struct span {
	int64_t from, to, step; /* microseconds; step 0: now */
};
struct round;
struct round_fns {
	void (*series)(void *ctx, struct signal *g, const struct json *series, bool scalar);
	void (*told)(void *ctx, struct signal **v, size_t n, const char *why); /* these are answered; why: none of them was */
	void (*done)(void *ctx);                                               /* all of it; the round is gone */
};
/* Ask for the n signals; whatever comes is told from the loop, never from within.
 * NULL where nobody is asked. */
struct round *round_start(struct prom *p, struct signal **v, size_t n, const struct span *span, const struct round_fns *fns, void *ctx);
void round_drop(struct round *r); /* NULL is fine; nothing of it is told any more */

/* ---- answers ---- */

struct answer {
	const char *type;          /* vector, matrix, scalar, string */
	const struct json *result;
	bool query_fault;          /* it is about this query, not about the server */
	bool syntax;               /* and will not go away by itself */
	bool partial;              /* some of the storage was not read */
	char why[320];             /* "" it is an answer */
	char warning[320];
};
/* *out_root is the caller's (json_free); NULL where there is no JSON. */
void answer_read(const struct http_got *got, struct answer *out, struct json **out_root);
/* Of [TIME, "VALUE"]: false and why where it is no finite number. */
bool answer_number(const struct json *pair, double *out, int64_t *out_at, const char **out_why);

/* Say it to the log once, not at every round. */
void told_answer(struct prom *p, const struct http_server *server, const char *ill, const char *warning);

/* ---- the two who ask ---- */

struct watch *watch_new(struct prom *p, const struct json *signals);
void watch_free(struct watch *w);
struct sdk_answer history_answer(struct prom *p, const struct json *params);

#endif
