/* Stories for the tests of the pure rooms: a journal in memory.  Events go in
 * with a clock of the story's own, are chained, reduced and judged just as the
 * engine does; asks and ticks go through decide.  Used by unit tests alone. */
#ifndef TESTS_STORY_H
#define TESTS_STORY_H

#include "decide/decide.h"
#include "decide/judge.h"
#include "model/model.h"
#include "model/phases.h"

#define STORY_BASE INT64_C(1795000000000000)

struct story_kept { char *incident, *actor; struct now now; };
struct story {
	struct model *m;
	struct judge *j;
	struct now now;
	int64_t seq, asks;
	struct decision last;       /* of the newest ask */
	struct drafts ticked;       /* unused between calls */
	VEC(char *) kinds;          /* "kind:incident" of every event, for counting */
	VEC(char *) bodies;
	VEC(struct story_kept) kept; /* the rest of each envelope */
};

/* With the kit of story.c loaded and its sources ready, or (kit false) only a store. */
void story_init(struct story *s, bool kit);
void story_init_files(struct story *s, const struct kit_file *files, size_t n); /* with another kit; its sources hosts and web are ready */
/* Another kit, taken in use now. */
void story_kit(struct story *s, const struct kit_file *files, size_t n);
void story_release(struct story *s);
void story_at(struct story *s, double seconds);    /* both clocks, from the story's begin */
void story_event(struct story *s, const char *kind, const char *incident, const char *actor, const char *body);
void story_eventf(struct story *s, const char *kind, const char *incident, const char *actor, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void story_drafts(struct story *s, struct drafts *ds); /* commit and release */
void story_tick(struct story *s);
/* A sample that arrives now, measured now; NaN: failed. */
void story_sample(struct story *s, const char *key, double v);
void story_deploy(struct story *s, const char *service, const char *version, const char *previous);
/* Ask; status of the answer; s->last holds the decision, its events are in. params: JSON with ' for ". */
enum status story_ask(struct story *s, const char *person, const char *verb, const char *params);
enum status story_ask_panel(struct story *s, const char *person, const char *verb, const char *params, const struct panel *p);
/* A panel of auth-rollback 2 -> 1 (or another action) as the backend would have answered; caller releases. */
void story_panel(struct story *s, const char *person, const char *service, const char *action, const char *preflight, struct panel *out);
size_t story_count(const struct story *s, const char *kind);
const char *story_body(const struct story *s, const char *kind); /* of the newest of that kind, or NULL */
/* The story's own journal folded again, into a fresh model (caller frees). */
struct model *story_again(const struct story *s);
/* As an engine that starts: model and judge anew, from the journal alone. */
void story_restart(struct story *s);
void story_quote(const char *single_quoted, struct buf *out);

extern const struct kit_file story_kit_files[];
extern const size_t story_n_kit_files;

#endif
