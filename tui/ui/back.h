/* Looking back: whether this console shows the present or an earlier moment,
 * which one, whether it plays, and what happened live meanwhile.  Owned by the
 * ui.  Says where to go; the front end takes the wish, lets core/client's
 * history (or, without a terminal, feed/past) go there, and reports.  Pure: the
 * instant it is and both models are handed in. */
#ifndef TUI_BACK_H
#define TUI_BACK_H

#include "feed/past.h"
#include "model/model.h"

enum back_state {
	BACK_OFF,     /* live */
	BACK_READING, /* live still; the journal is being read */
	BACK_ON,      /* the past is shown */
};
struct back {
	enum back_state state;
	struct past_wish wish;
	bool wished;             /* for the front end to take */
	bool stop;               /* likewise: whatever is under way is not wanted any more */
	bool waits;              /* a wish is under way */
	int64_t waits_since;     /* mono of now */
	int percent;
	char why[300];           /* why the journal cannot be read at the moment, or "" */
	int64_t at;              /* the moment shown: wall time, at or behind the newest event of the model */
	bool playing;
	int speed;               /* index */
	int64_t ticked;          /* mono of now at which `at` was moved last */
	int64_t told;            /* live, up to this event */
	char news[300];          /* what happened live, or "" */
	int64_t news_at;
	int n_news;
};

/* What back_moved makes of what the front end reports. */
enum back_move { BACK_GOES_ON, BACK_ARRIVED, BACK_NOTHING_EARLIER, BACK_NOTHING_LATER };

/* Go from the present (or from event `from` of the past) to the nearest marked event; to a wall time. */
void back_step(struct back *b, const struct model *live, const struct model *shown, const struct now *real, int dir, unsigned marks);
void back_time(struct back *b, const struct model *live, const struct now *real, int64_t at);
void back_live(struct back *b);
/* The front end's report: shown is the model as far as it is, there: nothing is under way. */
enum back_move back_moved(struct back *b, const struct past *p, bool there, const char *why);
/* Time passed; true where it has caught up with the present. */
bool back_tick(struct back *b, const struct now *real);
/* Notes what of the live model's new lines a person has to know. */
void back_hear(struct back *b, const struct model *live);
/* The instant the frame shows. */
void back_now(const struct back *b, const struct model *shown, struct now *out);
int back_speed(const struct back *b);            /* 1, 2, 5 ... times */
void back_faster(struct back *b, int by);        /* 1 or -1 */
void back_play(struct back *b, const struct now *real);
/* Shown long enough that a person should see how far it is. */
bool back_slow(const struct back *b, const struct now *real);
/* "02:14" "02:14:30" "11-24 02:14" "2026-11-24 02:14" RFC 3339, "-5m" "+30s" from the moment shown; false where it
 * is none of them.  A time of day is that of the day shown, or of the day before where it is still to come. */
bool back_parse(const char *text, int64_t shown, int64_t now, int64_t *out);

#endif
