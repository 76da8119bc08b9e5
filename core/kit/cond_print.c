/* Conditions, values and units as a person reads them. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "kit/cond.h"

static const char *const unit_names[] = {
	[UNIT_NUMBER] = "number", [UNIT_RATIO] = "ratio", [UNIT_S] = "s", [UNIT_MS] = "ms", [UNIT_COUNT] = "count"};

const char *unit_name(enum unit u)
{
	return unit_names[u];
}

bool unit_of(const char *s, enum unit *out)
{
	for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++) {
		if (strcmp(unit_names[i], s) == 0) {
			*out = (enum unit)i;
			return true;
		}
	}
	return false;
}

/* A duration as somebody would have written it: the largest unit that divides it. */
static const char *whole_duration(int64_t us, char out[DURATION_LEN])
{
	static const struct { int64_t us; const char *suffix; } units[] = {
		{US_DAY, "d"}, {US_HOUR, "h"}, {US_MINUTE, "m"}, {US_SECOND, "s"}, {1000, "ms"}};
	if (us > US_SECOND && us < US_MINUTE && us % US_SECOND) { /* 1600ms is read as 1.6s */
		(void)snprintf(out, DURATION_LEN, "%.6gs", (double)us / 1e6);
		return out;
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (us % units[i].us == 0 && us >= units[i].us) {
			(void)snprintf(out, DURATION_LEN, "%" PRId64 "%s", us / units[i].us, units[i].suffix);
			return out;
		}
	}
	(void)snprintf(out, DURATION_LEN, "0s");
	return out;
}

/* The limit as it was written: no digits that nobody typed. */
static const char *limit_print(double v, enum unit unit, char *out, size_t cap)
{
	switch (unit) {
	case UNIT_RATIO: (void)snprintf(out, cap, "%.6g %%", v * 100); break;
	case UNIT_S: (void)snprintf(out, cap, "%.6g s", v); break;
	case UNIT_MS: (void)snprintf(out, cap, "%.6g ms", v); break;
	case UNIT_COUNT:
	case UNIT_NUMBER: (void)snprintf(out, cap, "%.10g", v); break;
	}
	return out;
}

static const char *cmp_print(const struct cond *c, enum unit unit, char *out, size_t cap)
{
	static const char *const words[] = {[CMP_GT] = "limit", [CMP_GE] = "limit", [CMP_LT] = "at least", [CMP_LE] = "more than"};
	char limit[48], span[DURATION_LEN];
	limit_print(c->number, unit, limit, sizeof limit);
	if (c->for_us)
		(void)snprintf(out, cap, "%s %s for %s", words[c->op], limit, whole_duration(c->for_us, span));
	else
		(void)snprintf(out, cap, "%s %s", words[c->op], limit);
	return out;
}

const char *cond_print(const struct cond *c, enum unit unit, char *out, size_t cap)
{
	char a[DURATION_LEN], b[DURATION_LEN];
	switch (c->kind) {
	case COND_CMP:
		return cmp_print(c, unit, out, cap);
	case COND_COUNT:
		(void)snprintf(out, cap, "limit %.0f%s in %s", c->number, c->op == CMP_GE ? " reached" : "", whole_duration(c->in_us, a));
		return out;
	case COND_BURN:
		(void)snprintf(out, cap, "burn limit %.6g x of %.8g %% in %s and %s", c->factor, c->objective * 100,
			whole_duration(c->in_us, a), whole_duration(c->and_us, b));
		return out;
	case COND_ANY:
		(void)snprintf(out, cap, "any");
		return out;
	}
	return out;
}

static const char *plain_print(double v, char *out, size_t cap)
{
	double size = fabs(v);
	if (v == floor(v) && size < 1e15)
		(void)snprintf(out, cap, "%.0f", v);
	else
		(void)snprintf(out, cap, size >= 1000 ? "%.0f" : "%.3g", v);
	return out;
}

const char *unit_print(double v, enum unit unit, char *out, size_t cap)
{
	if (!isfinite(v)) {
		(void)snprintf(out, cap, "-");
		return out;
	}
	switch (unit) {
	case UNIT_RATIO: (void)snprintf(out, cap, "%.1f %%", v * 100); break;
	case UNIT_S: /* a page takes milliseconds, a job seconds: never 0.00 */
		if (fabs(v) >= 0.0995)
			(void)snprintf(out, cap, "%.2f s", v);
		else
			(void)snprintf(out, cap, fabs(v) >= 0.00995 ? "%.0f ms" : "%.1f ms", v * 1000);
		break;
	case UNIT_MS: (void)snprintf(out, cap, "%.0f ms", v); break;
	case UNIT_COUNT: (void)snprintf(out, cap, "%.0f", v); break;
	case UNIT_NUMBER: plain_print(v, out, cap); break;
	}
	return out;
}
