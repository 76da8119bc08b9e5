/* Times, levels and verbs in the words of the screen.  Called by every view and
 * by the console's messages; knows the kit's structs and no model. */
#ifndef TUI_WORDS_H
#define TUI_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kit/kit.h"

/* Times as people read them; instants and spans in microseconds. */
#define WHEN_LEN 48
const char *when_clock(int64_t at, char out[WHEN_LEN]);                  /* 02:13:52 */
const char *when_day(int64_t now, int64_t at, char out[WHEN_LEN]);       /* 13:51, Fri 17:40, 3 Nov */
const char *age_minutes(int64_t us, char out[WHEN_LEN]);                 /* "now" "4m" "3h" "9 d": never seconds */
const char *age_long(int64_t us, char out[WHEN_LEN]);                    /* the same, "under 1m" for "now" */
const char *span_about(int64_t us, char out[WHEN_LEN]);                  /* "about 3:40" */

const char *level_word(int level);               /* flag deploy migration data */
const char *verb_words(const struct kit_action *a, char *out, size_t cap); /* "roll back auth" */
/* An action's target, {"dir":"/srv/auth"}, as "dir /srv/auth". */
void target_words(const char *target, char *out, size_t cap);

#endif
