/* Instants, durations and their spelling. */
#include "base/instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t stamp_diff(const struct stamp *a, const struct stamp *b, bool *out_approx)
{
	bool same_boot = a->boot && b->boot && strcmp(a->boot, b->boot) == 0;
	int64_t d = same_boot ? b->mono - a->mono : b->at - a->at;
	if (d >= 0)
		return d;
	if (out_approx)
		*out_approx = true;
	return 0;
}

int stamp_cmp(const struct stamp *a, const struct stamp *b)
{
	bool same_boot = a->boot && b->boot && strcmp(a->boot, b->boot) == 0;
	int64_t d = same_boot ? a->mono - b->mono : a->at - b->at;
	return d < 0 ? -1 : d > 0;
}

struct stamp stamp_of_now(const struct now *n)
{
	struct stamp s = {n->at, n->mono, n->boot};
	return s;
}

/* ---- the civil calendar, proleptic Gregorian ---- */
static int64_t days_of_civil(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_of_days(int64_t z, int64_t *y, int64_t *m, int64_t *d)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp + (mp < 10 ? 3 : -9);
	*y = yoe + era * 400 + (*m <= 2);
}

static bool digits(const char **s, int n, int *out)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		char c = (*s)[i];
		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	*s += n;
	*out = v;
	return true;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool parse_fraction(const char **s, int64_t *us)
{
	*us = 0;
	if (!take(s, '.'))
		return true;
	int64_t unit = 100000;
	int n = 0;
	for (; **s >= '0' && **s <= '9'; (*s)++, n++, unit /= 10)
		*us += (**s - '0') * unit;
	return n >= 1 && n <= 9;
}

static bool parse_offset(const char **s, int64_t *seconds)
{
	*seconds = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	int sign = **s == '-' ? -1 : 1;
	int h, m;
	if (**s != '+' && **s != '-')
		return false;
	(*s)++;
	if (!digits(s, 2, &h) || !take(s, ':') || !digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*seconds = sign * (h * 3600 + m * 60);
	return true;
}

static int month_days(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m == 2 && leap ? 29 : days[m - 1];
}

bool instant_parse(const char *s, int64_t *out_us)
{
	int y, mo, d, h, mi, sec;
	int64_t us, off;
	if (!s || !digits(&s, 4, &y) || !take(&s, '-') || !digits(&s, 2, &mo) || !take(&s, '-') || !digits(&s, 2, &d))
		return false;
	if (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' '))
		return false;
	if (!digits(&s, 2, &h) || !take(&s, ':') || !digits(&s, 2, &mi) || !take(&s, ':') || !digits(&s, 2, &sec))
		return false;
	if (!parse_fraction(&s, &us) || !parse_offset(&s, &off) || *s)
		return false;
	if (mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 || mi > 59 || sec > 60)
		return false;
	*out_us = (days_of_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - off) * US_SECOND + us;
	return true;
}

const char *instant_print(int64_t us, char out[INSTANT_LEN])
{
	int64_t days = us / US_DAY, rest = us % US_DAY;
	if (rest < 0) {
		rest += US_DAY;
		days--;
	}
	int64_t y, m, d;
	civil_of_days(days, &y, &m, &d);
	int64_t s = rest / US_SECOND;
	(void)snprintf(out, INSTANT_LEN, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", (int)y, (int)m, (int)d,
		(int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60), (int)(rest % US_SECOND));
	return out;
}

const char *instant_local(int64_t us, const char *strftime_format, char *out, size_t cap)
{
	time_t t = (time_t)(us / US_SECOND - (us % US_SECOND < 0));
	struct tm tm;
	if (!localtime_r(&t, &tm) || strftime(out, cap, strftime_format, &tm) == 0)
		out[0] = '\0';
	return out;
}

/* ---- durations ---- */
static const struct {
	const char *suffix;
	int64_t us;
} duration_units[] = {{"ms", 1000}, {"s", US_SECOND}, {"m", US_MINUTE}, {"h", US_HOUR}, {"d", US_DAY}};

bool duration_parse(const char *s, int64_t *out_us)
{
	if (!s)
		return false;
	if (strcmp(s, "immediate") == 0) {
		*out_us = 0;
		return true;
	}
	int64_t n = 0;
	int count = 0;
	for (; *s >= '0' && *s <= '9'; s++, count++) {
		if (count == 9)
			return false; /* longer than any promise */
		n = n * 10 + (*s - '0');
	}
	for (size_t i = 0; count && i < sizeof duration_units / sizeof *duration_units; i++) {
		if (strcmp(s, duration_units[i].suffix) != 0)
			continue;
		return !__builtin_mul_overflow(n, duration_units[i].us, out_us);
	}
	return false;
}

const char *duration_clock(int64_t us, char out[DURATION_LEN])
{
	const char *sign = us < 0 ? "-" : "";
	int64_t s = (us < 0 ? -us : us) / US_SECOND;
	if (s >= 3600)
		(void)snprintf(out, DURATION_LEN, "%s%" PRId64 ":%02d:%02d", sign, s / 3600, (int)(s / 60 % 60), (int)(s % 60));
	else
		(void)snprintf(out, DURATION_LEN, "%s%d:%02d", sign, (int)(s / 60), (int)(s % 60));
	return out;
}

const char *duration_short(int64_t us, char out[DURATION_LEN])
{
	static const struct {
		int64_t from, us;
		char suffix;
	} steps[] = {{2 * US_DAY, US_DAY, 'd'}, {2 * US_HOUR, US_HOUR, 'h'}, {US_MINUTE, US_MINUTE, 'm'}, {INT64_MIN, US_SECOND, 's'}};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (us < steps[i].from)
			continue;
		(void)snprintf(out, DURATION_LEN, "%" PRId64 "%c", us / steps[i].us, steps[i].suffix);
		break;
	}
	return out;
}
