/* The kit under which an incident is played, made from its truth: the texts of
 * its files and the body of their `kit.loaded`.  Used by drive.c alone. */
#ifndef INCIDENTS_KIT_H
#define INCIDENTS_KIT_H

#include "base/buf.h"
#include "truth.h"

/* The body of kit.loaded. */
void kit_body(const struct truth *t, struct buf *out);

#endif
