/* One process and its three pipes on the loop: starts it, cuts its output into
 * lines, bounds what waits for it, logs what it says, and ends it with all of
 * its kin.  Called by host_plugin, to which it speaks through child_events;
 * knows nothing of what the lines mean. */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <stdbool.h>
#include <uv.h>

#include "base/os.h"
#include "base/status.h"
#include "host/lines.h"
#include "host/log.h"
#include "host/rate.h"

/* Where a child is on its way out; the order matters, it never goes back. */
enum child_stage {
	CHILD_RUNS,
	CHILD_ASKED,   /* to cancel or to leave: it has some seconds */
	CHILD_DRAINS,  /* exited; what lies in its pipes is still read */
	CHILD_TERM,
	CHILD_KILL,
	CHILD_CLOSING,
	CHILD_GONE,
};

struct child;
struct child_events { /* all from the loop */
	void (*line)(void *ctx, const char *line, size_t len);
	void (*trouble)(void *ctx, const char *why); /* it broke a bound; the caller decides how it ends */
	void (*exited)(void *ctx);                   /* by itself or asked to; every line it wrote was told */
	void (*gone)(void *ctx);                     /* all of it has ended, every handle is closed */
};

struct child_spec {
	const char *const *argv;
	const char *cwd;
	const char *const *pass_env;
	bool dies_with_parent;
	const char *log_dir, *log_name;
};

struct child {
	const struct child_events *ev;
	void *ctx;
	struct os_child os;
	char *tmpdir;
	enum child_stage stage;
	bool in_open, out_eof, err_eof, exited, left, read_paused, err_paused, discard;
	int code;                /* exit code, or minus the signal */
	int turns;               /* of the loop while it drains */
	int survivors;           /* that even KILL did not end */
	uint64_t since;          /* ms of the loop: when the stage began */
	unsigned n_open;         /* handles not closed yet */
	char trouble[160];       /* to be told from the loop */
	uv_pipe_t in, out, err;
	uint64_t died_ns;        /* when SIGCHLD came last */
	uv_timer_t timer, pace, reap;
	uv_signal_t chld;
	uv_idle_t more;
	struct lines lines;
	struct rate err_rate;
	size_t discarded;
	struct log log;
	char err_piece[16 * 1024];
};

/* c's memory must live until gone; where starting fails and c->stage is not
 * CHILD_GONE, `gone` is still called, from the loop. */
enum status child_start(struct child *c, uv_loop_t *loop, const struct child_spec *spec, const struct child_events *ev,
	void *ctx, struct fault *f);
void child_release(struct child *c); /* after gone */

/* Queue bytes for its standard input.  secret: our copy is wiped once it is written. */
void child_send(struct child *c, const char *data, size_t len, bool secret);
/* Too much of something that only the caller can count. */
void child_trouble(struct child *c, const char *why);
/* Read nothing more until the next second (the caller's own rate says so). */
void child_pause(struct child *c);
void child_discard(struct child *c); /* what it still says is thrown away */
/* Give it `ms` to leave by itself, then TERM.  close_in: end of input once all is written. */
void child_ask(struct child *c, uint64_t ms, bool close_in);
void child_term(struct child *c);  /* TERM now, 2 s, KILL */
void child_leave(struct child *c); /* close our ends; it lives on */
/* "exited with 1", "was ended by signal 9 (Killed)"; "" while it runs. */
const char *child_how(const struct child *c, char *out, size_t cap);

#endif
