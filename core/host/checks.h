/* The single checks of the conformance test, in three files: what every plugin
 * must do, what one that has a past, and what one that acts must do; and exam.c, on which they stand.
 * Called by conform.c alone. */
#ifndef HOST_CHECKS_H
#define HOST_CHECKS_H

#include "base/buf.h"
#include "host/conform.h"
#include "host/probe.h"

struct exam {
	const struct conform_spec *spec;
	struct probe_sins sins;
	struct probe probe;
	bool alive;                /* probe is started and usable */
	bool acting;               /* in mode act */
	struct host_manifest manifest;
	bool knows;                /* manifest is read */
	/* what preflight froze */
	bool froze;
	char from[260], to[260];
	char *expect;              /* JSON, or NULL */
	char op[33];
	char detail[300];          /* of the check that runs */
};

/* ---- exam.c ---- */
/* Verdict with words. */
enum conform_verdict exam_say(struct exam *e, enum conform_verdict v, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Ask; ANSWER: out is the caller's.  Otherwise FAILED is said already and the process is ended. */
bool exam_ask(struct exam *e, const char *method, const char *params, const char *extra, int64_t ms, struct message *out);
/* A fresh process, not initialized. */
bool exam_start(struct exam *e);
/* The same, initialized in the mode; false with FAILED said. */
bool exam_begin(struct exam *e, bool acting);
void exam_end(struct exam *e);
/* params of initialize for this protocol. */
void exam_initialize_params(const struct exam *e, bool acting, int protocol, struct buf *out);

enum check_mode { CHECK_FRESH, CHECK_WATCH, CHECK_ACT }; /* what process it wants */
struct check {
	const char *name;
	enum check_mode mode;
	enum conform_verdict (*run)(struct exam *e);
};
extern const struct check checks_all[];  /* ended by a row without a name */
extern const struct check checks_act[];
enum conform_verdict check_history(struct exam *e); /* checks_past.c; a row of checks_all */

#endif
