/* Cues: what happened since this person looked, said once on the rule over the
 * keys and with a bell.  People stop reading alarms that come too often
 * (EEMUA 191, ISA-18.2: ten in ten minutes is the most anybody can take), so at
 * most ten new ones come in ten minutes and the rest are one line that counts
 * them; nothing is dropped from the record or from the lists.  Only that something
 * will act by itself waits for no turn: it is too late when it has.  Owned by the ui;
 * reads the model, changes nothing. */
#ifndef TUI_CUES_H
#define TUI_CUES_H

#include "model/model.h"

#define CUES_MOST 10                          /* in CUES_TIME */
#define CUES_TIME (10 * US_MINUTE)

struct cues {
	bool began;                           /* what stood when this console came is no news */
	int64_t seq;                          /* of the model, looked at last */
	struct stamp last;                    /* newest thing that was cued or counted */
	char boot[40];
	int64_t rung[CUES_MOST];              /* mono of the newest cues, a ring */
	int n_rung;
	size_t held;                          /* not said for themselves since the last cue */
	char text[240];                       /* the line; "" none */
	bool breach, source;                  /* it speaks of such a thing */
	char service[72];                     /* the only one it is about, or "" */
	int64_t until;                        /* mono: it goes then */
	bool ring;                            /* the bell is due */
};
/* Look what is new.  True where the line changed. */
bool cues_look(struct cues *c, const struct model *m, const struct now *now);

#endif
