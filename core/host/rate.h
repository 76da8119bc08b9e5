/* Counts what a plugin sends per second and says when it is too much: at once
 * (read no further this second) and for good (five such seconds in a row,
 * contract 5).  Pure: the time is handed in. */
#ifndef HOST_RATE_H
#define HOST_RATE_H

#include <stddef.h>
#include <stdint.h>

struct rate {
	size_t limit;      /* more than this in a second is too much */
	size_t pause;      /* from here on nothing more is read this second */
	uint64_t second;   /* the second that is being counted */
	size_t count;
	unsigned over;     /* seconds in a row that were too much, before this one */
};
enum rate_says { RATE_WELL, RATE_PAUSE, RATE_TOO_MUCH };
enum { RATE_SECONDS = 5 };

void rate_init(struct rate *r, size_t limit, size_t pause);
enum rate_says rate_add(struct rate *r, uint64_t now_ms, size_t n);

#endif
