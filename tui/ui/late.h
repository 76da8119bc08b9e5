/* An ask of a key that the engine leaves unanswered: from when on it is spoken
 * of, in which words, and when the console looks again.  An engine that is well
 * answers a look at once, however long a backend takes for what was asked.  Pure. */
#ifndef TUI_LATE_H
#define TUI_LATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

#define LATE_AFTER (US_SECOND * 9 / 10) /* within a second of the key, and not while the engine merely works */

const char *late_words(int64_t us, const char *verb, char *out, size_t cap);
/* Microseconds until there is something to do about an ask that has been late for so long (-1: there is none), no more
 * than `wait`, of which -1 is for ever.  *out_look: it is time to ask the engine whether it is there. */
int64_t late_wait(int64_t late, int64_t wait, bool *out_look);

#endif
