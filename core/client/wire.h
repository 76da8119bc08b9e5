/* What the files of the client share: the client itself and the calls between
 * its parts.  Only core/client includes it. */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include "base/mem.h"
#include "client/client.h"

#define LINE_MAX_IN ((size_t)256 << 20)  /* a snapshot is one line */
#define START_US (5 * US_SECOND)         /* how long an engine may take to start */
#define LOST_US (8 * US_SECOND)          /* without an engine for that long an ask is answered by us */

struct pending {
	int64_t id;
	char ask[33];
	char *verb, *via, *params;
	client_reply_fn reply;
	void *ctx;
	bool sent;               /* on some connection, at least once */
	bool fate;               /* what was sent last asks for the fate of `ask` */
	int64_t since;           /* mono when it was asked */
};

struct client {
	uv_loop_t *loop;
	struct client_paths paths;
	char *kit_dir, role[16];
	bool follow;
	struct client_events ev;
	void *ctx;

	const struct wire_user *user; /* who hears of lines and of the loss of the line */
	uv_pipe_t *pipe;         /* NULL while there is no connection and none is tried */
	bool connected, up, freed;
	struct buf in;
	size_t scanned;
	uv_timer_t *retry;
	int64_t backoff_ms, down_since, started; /* mono */
	int64_t connecting_at;   /* wall time of the newest try to connect */

	struct json *hello_line;
	const struct json *hello;
	struct model *model;
	char store[40];          /* of the engine we knew */
	int64_t seen_seq;        /* newest of it that we saw, and its chain */
	char seen_chain[SHA_HEX];
	int64_t kept_seq;        /* what the file of heads says */
	int64_t beat;            /* mono of the last beat; 0 never */
	int64_t heard;           /* mono of the last bytes */
	bool looking;            /* it was asked whether it is there, and did not answer yet */
	VEC(struct pending) pending;
	int64_t next_id;
};

/* client_wire.c: the line knows its user by these two alone */
struct wire_user {
	void (*line)(struct client *c, const char *s, size_t n);
	void (*lost)(struct client *c);        /* not called once the client is freed */
};
void wire_connect(struct client *c);
void wire_send(struct client *c, const char *s, size_t n);
void wire_lost(struct client *c, const char *why);

/* client_fold.c */
void fold_line(struct client *c, const char *s, size_t n);

/* client_heads.c */
/* before: wall time, microseconds; what was written later than that is not read: another client saw more than this
 * one can have been told. */
bool heads_read(const char *store, int64_t before, int64_t *out_seq, char out_chain[SHA_HEX]);
void heads_write(const char *store, int64_t seq, const char *chain);

/* client_asks.c */
void asks_up(struct client *c);                        /* hello was received: send what waits */
void asks_reply(struct client *c, const struct json *reply);
void asks_expire(struct client *c);                    /* called while there is no engine */
void asks_release(struct client *c);

#endif
