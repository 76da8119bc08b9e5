/* The engine's own figures as Prometheus text (mission M5): rows, incidents and
 * their phases, outcomes, ways back, the age of every source.  Pure: a model and
 * a time in, text out; engine_figures.c writes it where the kit says. */
#ifndef ENGINE_FIGURES_H
#define ENGINE_FIGURES_H

#include "base/buf.h"
#include "model/model.h"

/* Every figure has HELP and TYPE and the unit in its name; labels are names of the kit. */
void figures_print(const struct model *m, const struct now *now, struct buf *out);

#endif
