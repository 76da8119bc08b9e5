/* The challenge of a confirm panel: three fresh letters that only somebody who
 * has seen this drawing of this panel can type (contract, section 6).  A state
 * machine over keys and times; the panel owns one, tests drive thousands.
 * Never asks anybody anything and knows no action but its key and its name. */
#ifndef TUI_CHALLENGE_H
#define TUI_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/keys/keys.h"

#define CHALLENGE_ALPHABET "abcdefgmnprstuvwxyz"
#define CHALLENGE_BURST (15000)           /* three keys within 15 ms, in microseconds */
#define CHALLENGE_SILENCE (30000000)      /* 30 s without a key mean no */

typedef uint32_t (*challenge_random_fn)(void *ctx);

enum challenge_state { CHALLENGE_OPEN, CHALLENGE_FIRE, CHALLENGE_NO };
struct challenge {
	char own_key;            /* of the action, 0 none: never a letter, its repeat means nothing */
	char name[72];           /* of the target, for the line */
	challenge_random_fn random;
	void *random_ctx;

	enum challenge_state state;
	const char *why;         /* what happened last: new letters, or how it ended; NULL */
	int draws;               /* 1 the first letters; from 3 on (or where the name is needed) a line */
	bool line;               /* name and letters on one line, ended by Enter */
	char letters[4];
	int typed;               /* letters typed well so far */
	char text[160];          /* the line as typed */
	int n_text;
	int64_t drawn;           /* when these letters were on the terminal; 0 not yet */
	int64_t touched;         /* newest key or drawing */
	int64_t recent[2];       /* the two keys before */
	int64_t own_until;       /* repeats of own_key are still repeats until then */
};

void challenge_begin(struct challenge *c, char own_key, const char *name, bool needs_name, challenge_random_fn random,
	void *random_ctx, int64_t at);
/* The present letters have reached the terminal. */
void challenge_drawn(struct challenge *c, int64_t at);
void challenge_key(struct challenge *c, const struct key *k);
void challenge_resized(struct challenge *c, int64_t at);
void challenge_tick(struct challenge *c, int64_t at);

#endif
