/* Words for an engine that does not answer, and looks at it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tui/ui/late.h"

#define LOOK_AFTER (US_SECOND / 2)

const char *late_words(int64_t us, const char *verb, char *out, size_t cap)
{
	int seconds = (int)((us + US_SECOND / 2) / US_SECOND);

	if (!strcmp(verb, "fire"))
		snprintf(out, cap, "the engine has not answered for %d s: your `fire` was sent once, nothing is sent again", seconds);
	else
		snprintf(out, cap, "the engine has not answered for %d s: what you asked waits, and is done once", seconds);
	return out;
}

int64_t late_wait(int64_t late, int64_t wait, bool *out_look)
{
	int64_t next = late < LOOK_AFTER ? LOOK_AFTER - late : late < LATE_AFTER ? LATE_AFTER - late : US_SECOND;

	*out_look = late >= LOOK_AFTER;
	if (late < 0)
		return wait;
	return wait < 0 || next < wait ? next : wait;
}
