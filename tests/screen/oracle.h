/* What must hold of a console, told anew and from outside: it sees the keys,
 * the frames and the asks, never how the console came to them.  Fires only
 * through letters that stood on the screen before they were typed; frames that
 * are clean; a clock that never goes back.  Called by the monkey. */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include "model/model.h"
#include "tui/screen/cells.h"
#include "tui/keys/keys.h"

enum fed { FEED_TYPED, FEED_BURST, FEED_BROKEN, FEED_PASTE, FEED_REPLY }; /* what a key's bytes were meant to be */
enum cause { CAUSE_NONE, CAUSE_KEY, CAUSE_TICK, CAUSE_RESIZE, CAUSE_ANSWER, CAUSE_TELL, CAUSE_DOWN };

struct answer {              /* to an arm */
	char action[72], service[72], digest[72], from[260], to[260];
	bool fires, used;
	int64_t at;
};
struct oracle {
	char why[600];       /* what does not hold; "" so far all does */

	/* the letters on the screen */
	bool shown, line, first_letters;
	char letters[4], over[4], name[80], head[1400];
	int64_t shown_at, touched;
	char own_key;        /* of the panel's action */
	int64_t own_until;
	char typed[4];       /* letters since */
	int n_typed;
	int64_t typed_at[3];
	bool poisoned;       /* a key came that means no */
	char text[200];      /* of the line */
	size_t n_text;
	bool entered;

	VEC(struct answer) answers;
	/* the frame before */
	char clock_of[72];
	int64_t clock;
	long frames, letters_seen, clocks_seen;
	uint32_t *known;     /* bitmap of code points that were found clean */
};

void oracle_init(struct oracle *o);
void oracle_release(struct oracle *o);
void oracle_fresh(struct oracle *o);   /* another console: nothing is on its screen yet */
void oracle_key(struct oracle *o, const struct key *k, enum fed feed, bool decoder_was_free);
void oracle_armed(struct oracle *o, const struct model *m, const struct json *panel, int64_t at);
void oracle_resized(struct oracle *o);
bool oracle_only_looks(const char *verb); /* changes nothing, and an observer may ask it */
/* An ask leaves; k: the key that caused it, where one did. */
void oracle_ask(struct oracle *o, const char *verb, const char *params, enum cause cause, const struct key *k, enum fed feed, bool may_ask, bool up);
/* A frame of `now` (NULL: of the past) reached the terminal at `at`. */
void oracle_frame(struct oracle *o, const struct model *m, const char *incident, const struct now *now, const struct cells *c, int64_t at);
/* For the files of the oracle alone. */
void oracle_clock(struct oracle *o, const struct model *m, const char *incident, const struct now *now, const struct cells *c);
void oracle_row(const struct cells *c, int row, char *out, size_t cap);
void oracle_no(struct oracle *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
