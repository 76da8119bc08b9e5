/* The world around a console, in one process: a kit, an engine that decides
 * every ask as the real one does (core/decide), a backend of hostile words,
 * other people, and a line that breaks.  The monkey drives it; events reach a
 * second model, the console's, only while the line is up. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "decide/decide.h"
#include "decide/judge.h"
#include "tui/ui/ui.h"

struct rng { uint64_t s; };
uint32_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);     /* 0..n-1 */
bool rng_chance(struct rng *r, uint32_t of_1000);
/* Words that a stranger may send: valid UTF-8, and nothing else about them is good. */
const char *hostile_text(struct rng *r, char *out, size_t cap);

struct world;
struct world_calls {
	void (*answer)(void *ctx, enum tag tag, const char *verb, enum status s, const struct json *result, const struct fault *f);
	void (*tell)(void *ctx, const struct json *what);
	void (*down)(void *ctx, const char *why);
	void (*changing)(void *ctx, bool before); /* around every change of what the console knows */
	void *ctx;
};
struct owed {                /* an ask on its way */
	int64_t due;         /* mono */
	enum tag tag;
	bool sent, preflight;
	char verb[24];
	char *params;
};
struct kept {                /* an event as the journal has it */
	struct event e;
	char *incident, *kind, *actor, *body;
};
struct world {
	struct model *m;     /* the engine's */
	struct model *shown; /* the console's; NULL before the first snapshot */
	struct judge *j;
	struct now now;
	struct link link;
	int64_t down_since, panels_due;
	char person[72];
	struct rng *rng;     /* of the step that is being done */
	struct world_calls calls;
	VEC(struct owed) owed;
	struct panel panel;
	bool panel_open, replaced; /* replaced: `shown` is another model than before */
	int64_t seq, asks;
	long fires;          /* intents on record that this console asked for */
	VEC(struct kept) journal; /* event N at N - 1 */
	char op[64];         /* what the newest random event was, for the log */
};

void world_init(struct world *w, struct rng *rng, const struct world_calls *calls);
void world_release(struct world *w);
void world_ask(struct world *w, const char *verb, const char *params, enum tag tag);
int64_t world_due(const struct world *w);   /* mono of the next thing that comes by itself */
void world_run(struct world *w);            /* whatever is due now */
void world_tick(struct world *w);           /* the engine's own clock */
void world_event(struct world *w);          /* something happens, no matter what */
void world_line(struct world *w, bool up);
/* A name or word that a person could type here. */
const char *world_word(struct world *w, char *out, size_t cap);

/* For the files of the world alone. */
const char *world_one_of(struct world *w, const char *const *list, size_t n);
#define WORD(w, ...) world_one_of(w, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
const char *world_service(struct world *w);
const char *world_version(struct world *w);
void world_load_kit(struct world *w, bool in_use);
void world_play(struct world *w, const char *kind, const char *incident, const char *actor, const char *body, size_t len);
void world_commit(struct world *w, struct drafts *ds);
struct jw body_begin(struct buf *b);
void body_end(struct world *w, struct jw *j, const char *kind, const char *incident, const char *actor);
void put_nasty(struct world *w, struct jw *j, const char *key, size_t cap);
enum status world_decide(struct world *w, const char *verb, const char *params, const char *person, const struct panel *panel, struct decision *d);
void world_say(struct world *w, const char *what, const char *text);

#endif
