/* A way back that is tried and not gone: the question to its backend, and
 * whether the answer would do if somebody pressed now.  Used by the engine's
 * rounds and by `check --live`; changes nothing and knows no process. */
#ifndef DECIDE_WAY_H
#define DECIDE_WAY_H

#include "decide/decide.h"

/* Append {"action":A}, the params of a preflight; "{}" where the kit in use does not have it. */
void way_question(const struct model *m, const struct kit_action *a, const char *by, struct buf *out);
/* NULL: it would go.  Else why not: what the backend says, or why its answer (result NULL: fault) would be refused
 * by the panel. */
const char *way_lost(const struct model *m, const struct kit_action *a, const struct json *result, const struct fault *fault,
	char *out, size_t cap);

#endif
