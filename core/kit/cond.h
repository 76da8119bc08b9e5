/* The condition grammar of the kit (contract 4, "Conditions"): parse and print.
 * Evaluating one over samples is decide's work.
 *
 *   COND = CMP ["for" D] | (">"|">=") INT "in" D
 *        | "burn" OBJECTIVE% ">" FACTOR "in" D "and" D | "any"
 *   CMP  = (>|>=|<|<=) NUMBER[%|ms|s]
 *
 * Rows leave the signal out; verify, bleeding and stop_conditions begin with it. */
#ifndef KIT_COND_H
#define KIT_COND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum unit { UNIT_NUMBER, UNIT_RATIO, UNIT_S, UNIT_MS, UNIT_COUNT };
const char *unit_name(enum unit u);
bool unit_of(const char *s, enum unit *out);

enum cond_kind { COND_CMP, COND_COUNT, COND_BURN, COND_ANY };
enum cmp_op { CMP_GT, CMP_GE, CMP_LT, CMP_LE };
struct cond {
	enum cond_kind kind;
	enum cmp_op op;
	double number;      /* in the signal's own unit: % divided by 100, ms/s converted */
	int64_t for_us;     /* CMP: 0 without "for" */
	int64_t in_us;      /* COUNT: the window; BURN: the first (shorter or equal) one */
	int64_t and_us;     /* BURN: the second */
	double objective;   /* BURN: 0.999 for 99.9% */
	double factor;      /* BURN */
};

/* Parse `s` for a signal of `unit`.  With out_signal (cap bytes) the condition
 * begins with a signal's name and it is put there.  `unit_of_signal` is called
 * for that name then (returns false: no such signal); may be NULL without.
 * On error fault.column is the position from 1 within `s`. */
enum status cond_parse(const char *s, enum unit unit, struct cond *out, struct fault *f);
typedef bool (*cond_unit_fn)(void *ctx, const char *signal, enum unit *out);
enum status cond_parse_signal(const char *s, cond_unit_fn unit_of_signal, void *ctx,
	char *out_signal, size_t cap, struct cond *out, struct fault *f);

/* Does the value satisfy CMP (or, for COUNT, the sum)? */
bool cond_satisfied(const struct cond *c, double value);
/* The opposite comparison (for clearing): > becomes <=, and so on. */
struct cond cond_opposite(const struct cond *c);
/* "limit 5 % for 2m" as a person reads it; returns out. */
const char *cond_print(const struct cond *c, enum unit unit, char *out, size_t cap);
/* A value in its unit: "7.1 %", "0.31 s", "84". */
const char *unit_print(double v, enum unit unit, char *out, size_t cap);

#endif
