/* A tracker watches one condition over one signal: it is fed samples and says,
 * at any time, whether the condition holds for its whole time, is only satisfied,
 * has cleared, or cannot be told.  Rows and verification each keep some.  Times
 * are the judge's own (microseconds that never jump).  Pure. */
#ifndef DECIDE_TRACKER_H
#define DECIDE_TRACKER_H

#include "decide/stretch.h"
#include "model/model.h"

enum quality { QUALITY_OK, QUALITY_FAILED, QUALITY_NO_DATA, QUALITY_LOW_TRAFFIC, QUALITY_TOO_EARLY };
/* Counts as they were at the time of the samples that are filled in just now, in order of that time.  Kept for a while
 * after them, by trackers that need counts. */
struct lookback {
	struct slide *count, *burn_a, *burn_b, *traffic; /* owned; those that the tracker has */
	int64_t last_t, last_traffic_t;
	int64_t true_since;                /* since when the condition is true; 0 it is not */
	int quiet;                         /* live samples since the last filled one */
};
/* One condition watched over one signal of one service. */
struct tracker {
	const struct kit_service *service;
	const struct kit_signal *signal;   /* NULL: a report */
	const char *report;
	struct cond cond;
	int64_t clear_us;                  /* max(D, 30s) */
	struct run bad, good;              /* runs of the condition, and of its opposite, over live samples */
	int64_t live_first;                /* the first of the live ones that hang together; before them: */
	struct stretches past;
	struct lookback *back;             /* owned; NULL while nothing is filled in */
	struct slide *count, *burn_a, *burn_b; /* owned; NULL where the condition needs none */
	int64_t last_t;                    /* arrival of the newest judged sample */
	int64_t heard_t;                   /* arrival of the newest one of any kind */
	enum quality heard;                /* and what it was */
	/* enough traffic? */
	double at_least;                   /* NaN: not asked for */
	struct slide *traffic;             /* owned; NULL where not asked for */
	const struct kit_signal *traffic_signal; /* NULL: the samples' n */
	int64_t last_traffic_t;
	int64_t live_from, traffic_from;   /* since when live samples are counted without a silence */
	/* for what cannot be counted in runs: since when the condition is true or false; 0 not known */
	int64_t true_since, false_since;
	int64_t unsure_since;              /* since when it cannot be told: time stands still */
	/* verification: only samples measured and arrived after this */
	int64_t not_before_t;
};
/* What the tracker says at t. */
struct finding {
	enum quality quality;
	bool holds;                        /* the condition holds for its whole time */
	bool active;                       /* satisfied now, time not yet full */
	bool cleared;                      /* the opposite held for clear_us; never by filled samples alone */
	bool reached;                      /* `since` lies before what was heard live */
	int64_t since;                     /* judge time at which the run began; 0 none */
	int64_t held, need;
	int64_t clear_held;
	double value;                      /* NaN none */
};
void tracker_init(struct tracker *t, const struct kit_service *s, const char *signal, const struct cond *c);
/* A sample of one signal, as traffic (first) or as what is judged. */
struct sample {
	const struct kit_signal *signal;
	int64_t t, measured_t;             /* arrival, and by its age then when it was measured: a clock that is set changes neither */
	enum sample_state state;
	double value, n;
};
void tracker_release(struct tracker *t);
/* Judge only where `n` within `window` came in, as `by` counts them (NULL: the samples' n). */
void tracker_needs(struct tracker *t, double n, int64_t window, const struct kit_signal *by);
/* As the row says (at_least): a service without it is judged with any traffic. */
void tracker_needs_of(struct tracker *t, const struct kit_row *row);
void tracker_feed_traffic(struct tracker *t, const struct sample *s);
void tracker_feed(struct tracker *t, const struct sample *s);
/* The same for samples that were measured earlier and told now; t is the judge's time when they were measured. */
void tracker_fill_traffic(struct tracker *t, const struct sample *s);
void tracker_fill(struct tracker *t, const struct sample *s);
/* The present run, live or not, led back as far as it goes.  True where that is beyond what was heard live. */
bool tracker_run(const struct tracker *t, bool bad, struct run *out);
void tracker_find(struct tracker *t, const struct model *m, int64_t t_now, const struct now *now, struct finding *out);

#endif
