/* The chart that is open: which time it shows, and the samples that were read
 * for it from the journal.  Owned by the ui, which tells it of keys, time and
 * answers; it asks the engine through the ui, keeps one window of points and
 * never draws (tui/views/chart.c does). */
#ifndef TUI_CHART_H
#define TUI_CHART_H

#include "base/json.h"
#include "model/model.h"
#include "tui/screen/plot.h"

#define CHART_POINTS 1000        /* kept */
#define CHART_ZOOMS 6

struct chart {
	char service[72], signal[72]; /* "" none was open yet */
	int zoom;                /* 0: 5 min ... */
	bool fresh;              /* nobody has chosen yet what time it shows */
	int64_t to;              /* the end of the time it shows; 0 now, whenever that is */
	enum plot_ink ink;
	struct plot_point points[CHART_POINTS]; /* oldest first */
	size_t n;
	int64_t from, until;     /* the time that was read, microseconds; until 0: nothing yet */
	int64_t each;            /* what a point stands for */
	int64_t measured_from;   /* of what was read; 0 nothing was recorded */
	bool complete;
	int waiting;             /* questions without an answer */
	int64_t asked_from, asked_end, asked_each; /* the newest question */
	int64_t asked_until;     /* up to when all is here once it is answered */
	int64_t asked_whole;     /* from when on all is here once it is answered */
	enum chart_part { CHART_WHOLE, CHART_MORE, CHART_OLDER } asked_part; /* MORE goes on from what is here; OLDER is what did not fit in one answer */
	int olders;              /* how many were asked for since the last whole one */
	int64_t asked_at;        /* mono; 0 none yet */
	char why[300];           /* why it could not be read; "" it could */
};
struct chart_window { int64_t from, to; bool live; };

/* Show this signal, from a little before `onset` (0: 15 min, or less where less was recorded) to now; what was read of
 * it stays. */
void chart_open(struct chart *c, const char *service, const char *signal, int64_t onset, int64_t now);
struct chart_window chart_window(const struct chart *c, int64_t now);
const char *chart_span_words(const struct chart *c); /* "15 min" */
/* by < 0: more time, > 0: less.  False: there is no more. */
bool chart_zoom(struct chart *c, int by, int64_t now);
/* by < 0: half a window earlier; > 0 later; 0 back to now. */
void chart_pan(struct chart *c, int by, int64_t now);

/* What has to be asked now, as params of `samples`; false: nothing. */
struct chart_need {
	int64_t now, real;       /* the instant shown, and the one it is: behind it while looking back */
	int64_t mono, every;
	int cols;
};
bool chart_wants(struct chart *c, const struct chart_need *need, struct buf *out_params);
/* result NULL: it could not be read. */
void chart_answer(struct chart *c, const struct json *result, const struct fault *f);
/* The points up to now, with what the model knows beyond what was read; room for CHART_POINTS + MODEL_CURVE.  How many. */
size_t chart_points(const struct chart *c, const struct model_signal *ms, int64_t now, struct plot_point *out);

#endif
