/* What the files of the SDK share and a plugin never sees: the one struct, and
 * how lines get in and out.  Nothing outside plugins/sdk includes this. */
#ifndef SDK_INSIDE_H
#define SDK_INSIDE_H

#include "base/mem.h"
#include "sdk/sdk.h"

struct sdk_request { /* a parsed line that waits for its turn */
	struct json *root;
	struct sdk_request *next;
};

struct sdk {
	const struct sdk_plugin *plugin;
	void *state;

	/* lines in */
	struct buf in;
	bool skipping; /* the rest of a line that was too long */
	bool eof;
	struct sdk_request *first, *last;
	size_t queued;

	/* lines out */
	struct buf out;
	bool out_dead; /* nobody reads any more */
	struct sdk_fd *in_fd, *out_fd;
	uint64_t dropped;

	/* the loop */
	struct { struct sdk_fd **v; size_t n, cap; } fds;
	struct { struct sdk_timer **v; size_t n, cap; } timers;
	struct sdk_child *children;
	bool turning;

	/* the conversation */
	struct json *init; /* the initialize request: config and secrets point into it */
	const struct json *secrets;
	bool ready, ending, acting;
	char op[40];        /* of the running perform, "" where none runs */
	char cancelled[40]; /* the newest op that was cancelled */
};

#define SDK_NOTES_MAX ((size_t)1 << 20) /* unread bytes beyond which notifications are dropped */
#define SDK_QUEUE_MAX 256

/* in.c */
void sdk_in_init(struct sdk *s);
void sdk_in_release(struct sdk *s);
struct json *sdk_take_request(struct sdk *s); /* the caller's, NULL where none waits */

/* out.c */
void sdk_out_init(struct sdk *s);
void sdk_no_wait(int fd);
void sdk_put_line(struct sdk *s, const struct buf *line, bool may_drop); /* line without LF */
void sdk_flush(struct sdk *s, int64_t until);
void sdk_reply(struct sdk *s, const struct json *id, struct sdk_answer a);
void sdk_refuse_line(struct sdk *s, int code, const char *why);

/* self.c */
bool sdk_is_op(const char *s);
void sdk_heard_cancel(struct sdk *s, const struct json *params);

/* loop.c */
void sdk_turn(struct sdk *s, int64_t until); /* one round: wait until then at most, run what is due */
void sdk_loop_release(struct sdk *s);

/* run.c */
void sdk_children_release(struct sdk *s);

/* answer.c */
char *sdk_answer_take(struct sdk_answer a); /* `"result":{…}` or `"error":{…}`, never NULL, the caller's */

#endif
