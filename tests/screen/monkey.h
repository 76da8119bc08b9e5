/* The monkey's seat at a console in one process: the ui, its keyboard, its
 * screen and its world.  monkey_seat.c is what console.c is for people, with
 * the oracle looking on; monkey_steps.c is what it does there; monkey.c counts,
 * and makes what failed small. */
#ifndef TESTS_MONKEY_H
#define TESTS_MONKEY_H

#include "oracle.h"
#include "report/report.h"
#include "tui/views/views.h"
#include "world.h"

#define VERBS 24

/* What the parent sees of the child that plays, also when it dies. */
struct report {
	long episode, step;
	long keys, swallowed, frames, asks, fires, honest, letters, clocks, arms, panels, quits, suspends, resizes, downs, events, not_fired, copies, looks_back, in_past;
	long views[32], screens[16], at_depth[PLACES];
	struct { char verb[24]; long n; } verbs[VERBS];
	long in_panel;
	char why[600];
	char frame[200000];
};
struct monkey {
	struct world w;
	struct ui ui;
	struct keys keys;
	struct cells frame, again;
	struct past *past;
	bool was_back;
	struct oracle o;
	struct rng rng;
	struct report *r;
	int rows, cols;              /* of the terminal; the frame follows when it is drawn */
	enum fed feed;
	bool decoder_was_free, says;
	enum cause cause;
	const struct key *key;
	int asks_of_key;
	long fired_before;
	int64_t leave_at;
	struct place place;
};

/* A line of the log, where one was asked for. */
void monkey_say(const struct monkey *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct sight monkey_sight(struct monkey *m);
/* A frame, as console.c draws it; every rule is looked at. */
void monkey_draw(struct monkey *m);
void monkey_keep_frame(struct monkey *m);
/* Time passes; what is due by itself on the way happens in its order. */
void monkey_pass(struct monkey *m, int64_t us);
/* Bytes from the terminal, read at once. */
void monkey_feed(struct monkey *m, const char *bytes, size_t n, enum fed what);
/* One after the other, as a person types: at most so many microseconds between. */
void monkey_type(struct monkey *m, const char *s, int64_t most);
/* Whatever comes to its mind. */
void monkey_step(struct monkey *m);
/* What the ui and the world call. */
void monkey_asks(void *ctx, const char *verb, const char *params, enum tag tag);
uint32_t monkey_random(void *ctx);
const char *monkey_copies(void *ctx, const char *text);
void monkey_answered(void *ctx, enum tag tag, const char *verb, enum status st, const struct json *result, const struct fault *f);
void monkey_told(void *ctx, const struct json *what);
void monkey_down(void *ctx, const char *why);
void monkey_changing(void *ctx, bool before);
void monkey_key(void *ctx, const struct key *k);

#endif
