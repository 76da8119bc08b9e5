/* Instants and durations as plain microseconds, their spelling, and the
 * difference of two instants that survives a reboot.  Nobody here reads a
 * clock: `struct now` is handed in (os_now makes one). */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_SECOND INT64_C(1000000)
#define US_MINUTE (60 * US_SECOND)
#define US_HOUR (60 * US_MINUTE)
#define US_DAY (24 * US_HOUR)

/* What time it is, all of it.  at: microseconds since 1970 UTC (wall clock).
 * mono: CLOCK_BOOTTIME in microseconds.  boot: the kernel's boot id. */
struct now {
	int64_t at;
	int64_t mono;
	char boot[40];
};

/* The same as it is kept: boot is interned or owned by whoever keeps it; at 0 = never. */
struct stamp {
	int64_t at;
	int64_t mono;
	const char *boot;
};

/* b - a in microseconds: from mono within one boot, else from at, never below 0
 * and then *out_approx (may be NULL) is set true; it is never set false. */
int64_t stamp_diff(const struct stamp *a, const struct stamp *b, bool *out_approx);
/* Order in time: by mono within one boot, else by at.  <0, 0, >0. */
int stamp_cmp(const struct stamp *a, const struct stamp *b);
struct stamp stamp_of_now(const struct now *n); /* boot points into n */

bool instant_parse(const char *s, int64_t *out_us);  /* RFC 3339, any offset, 0-9 digits */
#define INSTANT_LEN 32
const char *instant_print(int64_t us, char out[INSTANT_LEN]); /* 2026-11-21T02:14:29.204117Z */
const char *instant_local(int64_t us, const char *strftime_format, char *out, size_t cap);

bool duration_parse(const char *s, int64_t *out_us); /* 90s 5m 2h 7d 250ms immediate (0) */
#define DURATION_LEN 24
const char *duration_clock(int64_t us, char out[DURATION_LEN]); /* 0:07 8:53 1:02:11, negative with - */
const char *duration_short(int64_t us, char out[DURATION_LEN]); /* 3s 12m 2h 9d: one unit, rounded down */

#endif
