/* What `status` answers, counted from the model: the one object that the engine
 * tells who asks, that `status --json` prints, and that the line for a prompt is
 * made of.  Pure, as all of this room is. */
#ifndef MODEL_STANDING_H
#define MODEL_STANDING_H

#include "model/model.h"

/* engine: one holds the store, and so the rows are watched. */
void standing_print(const struct model *m, bool engine, const struct stamp *now, struct jw *w);
/* "holds": what does not act by itself, and what is missing for it; of an incident's services, or (NULL) all. */
void standing_holds(const struct model *m, const struct model_incident *i, struct jw *w);

/* The questions that stand, as an array: of an incident, or (NULL) all. */
void standing_asked(const struct model *m, const struct model_incident *of, struct jw *w);

#endif
