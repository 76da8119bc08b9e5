/* A plugin under examination: one process driven step by step, without a loop,
 * that is listened to more strictly than the host does.  Called by the
 * conformance checks only; every sin is kept until it is asked for. */
#ifndef HOST_PROBE_H
#define HOST_PROBE_H

#include "base/buf.h"
#include "base/os.h"
#include "host/lines.h"
#include "host/message.h"

#define PROBE_SINS(X) \
	X(STDOUT, "stdout-is-protocol", "every line was a message") \
	X(JSONRPC, "jsonrpc-2.0", "every message says \"jsonrpc\":\"2.0\"") \
	X(TWICE, "answers-once", "every request was answered once, with its own id") \
	X(NOTIFY, "notifications", "all were well formed") \
	X(AFTER, "nothing-after-shutdown", "it was silent") \
	X(LEFT, "leaves-nothing", "no process of it was left")

enum probe_sin {
#define X(id, name, well) SIN_##id,
	PROBE_SINS(X)
#undef X
	N_SINS
};
struct probe_sins { /* outlives the processes */
	char first[N_SINS][200]; /* how it sinned first; "" where it did not */
};

struct probe {
	struct os_child child;
	char *tmpdir;
	struct probe_sins *sins;
	struct lines lines;
	struct buf to_send;
	int64_t last_id;
	bool eof, err_eof, shut; /* shut: it answered shutdown */
	size_t n_lines;
	char last_words[200];
};
enum probe_heard { PROBE_ANSWER, PROBE_LATE, PROBE_DEAD };

enum status probe_start(struct probe *p, const char *const *argv, const char *cwd, struct probe_sins *sins, struct fault *f);
/* Send a request and listen until it is answered; out is the caller's to release after PROBE_ANSWER.
 * extra: members beside the usual ones (`,"x":1`), or NULL. */
enum probe_heard probe_ask(struct probe *p, const char *method, const char *params, const char *extra, int64_t ms, struct message *out);
/* Only listen; PROBE_DEAD at the end of its output, else PROBE_LATE. */
enum probe_heard probe_listen(struct probe *p, int64_t ms);
void probe_close_in(struct probe *p);
/* Wait for its exit; false where it still lives. */
bool probe_exits(struct probe *p, int64_t ms, int *out_code);
/* End what is left of it: processes, pipes, TMPDIR. */
void probe_end(struct probe *p);

#endif
