/* What the files of the linear front end share: what was said already, and who
 * says what.  Included by them alone; owns nothing itself. */
#ifndef TUI_LINEAR_PARTS_H
#define TUI_LINEAR_PARTS_H

#include "tui/linear/linear.h"
#include "tui/ui/sources.h"
#include "tui/views/views.h"

struct told_row { char row[72], service[72]; enum row_state state; bool standing; };
struct told_check { char service[72], name[160], state[24]; };
struct told_source { char backend[72]; enum source_is is; };

struct linear {
	struct spoken out;
	bool keys;               /* somebody can type */
	bool began;              /* the first paragraph was said */
	int64_t waits;           /* mono since when there is no model; -1: that was said */
	/* the model */
	int64_t seq;             /* events up to here were told */
	VEC(struct told_row) rows;
	VEC(struct told_check) checks;
	VEC(struct told_source) sources;
	enum screen screen;
	bool unknown;            /* an outcome was not known */
	char incident[72], proposal[SPOKEN_LEN];
	int64_t minutes;         /* of the clock, told last */
	int64_t holds;           /* when the newest was recorded of what does not act by itself, and was told */
	char soon[100];          /* the countdown of which it was told that it ends */
	int64_t past, past_at;   /* looking back: the event and the moment told last; 0 live */
	/* the line to the engine */
	int silent_step;         /* 0 it speaks; else how often its silence was told */
	int64_t silent_most;
	char standing[300];      /* what it said is wrong with it */
	/* the ui */
	struct place place;
	int depth;
	bool fetching;           /* the view waits for an answer */
	char message[600];
	int64_t message_until;
	enum prompt_kind prompt;
	char label[160], typed[400];
	enum confirm_state confirm;
	char letters[4];
	int n_letters;
	int64_t asking_told;
};

/* linear_news.c: rows, changes, what people and the engine did, checks, sources. */
void news_first(struct linear *l, const struct scene *s);   /* all of it counts as told, but for what stands */
void news_tell(struct linear *l, const struct scene *s);
/* One line of the timeline, said as of `at`. */
void news_line(struct linear *l, const char *before, const struct model_line *m, int64_t at);
void news_sources(struct linear *l, const struct scene *s); /* as they turn */
void news_checks(struct linear *l, const struct scene *s);  /* of a verification, as they turn */
/* linear_auto.c: what acts by itself. */
void auto_first(struct linear *l, const struct scene *s);
void auto_news(struct linear *l, const struct scene *s);
bool auto_begins(const struct scene *s, const struct model_line *m); /* a countdown, and not the one that the screen is about */
void auto_foreseen(const struct scene *s, const struct model_row *r, char *out, size_t cap); /* added to what is said of a row that pends */
void auto_words(struct linear *l, const struct scene *s);   /* of the screen of a countdown */
/* linear_read.c: what stands somewhere, as lines. */
void read_state(struct linear *l, const struct scene *s);   /* where things stand */
void read_place(struct linear *l, const struct scene *s);   /* the present view */
bool read_cursor(struct linear *l, const struct scene *s);  /* the line under the cursor; false: there is none */
void read_proposal(struct linear *l, const struct scene *s);/* where it is another one than before */
void read_keys(struct linear *l, const struct scene *s);    /* the keys that work here */
void read_panel(struct linear *l, const struct scene *s);
void read_clock(struct linear *l, const struct scene *s);

#endif
