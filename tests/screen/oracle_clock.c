/* The clock on a frame, read back from its cells: it never goes back, never
 * runs ahead, and counts down to what it says. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "oracle.h"

static const char *const seven[10] = {
	" _ | ||_|", "     |  |", " _  _||_ ", " _  _| _|", "   |_|  |", " _ |_  _|", " _ |_ |_|", " _   |  |", " _ |_||_|", " _ |_| _|",
};

static char at(const struct cells *c, int row, int col)
{
	const struct cell *p = cells_at(c, row, col);

	return p && p->cp[0] < 0x7f ? (char)p->cp[0] : '?';
}

static bool is_clock(const struct cells *c, int row, int col)
{
	const struct cell *p = cells_at(c, row, col);

	return p && (p->role == ROLE_CLOCK || p->role == ROLE_CLOCK_OLD);
}

static int digit_at(const struct cells *c, int row, int col)
{
	char nine[10];

	for (int i = 0; i < 9; i++)
		nine[i] = at(c, row + i / 3, col + i % 3);
	nine[9] = 0;
	for (int d = 0; d < 10; d++)
		if (!strcmp(nine, seven[d]))
			return d;
	return -1;
}

/* The big digits that begin at row, col, as seconds; -1 where they are none. */
static int64_t big_digits(const struct cells *c, int row, int col)
{
	int64_t parts[4] = {0}, n = 0;
	bool any = false;
	while (col < c->cols) {
		int d = digit_at(c, row, col);
		if (at(c, row + 1, col) == '.' && at(c, row + 2, col) == '\'' && n < 2) {
			n++;
			col += 2;
		} else if (d >= 0 && is_clock(c, row, col)) {
			parts[n] = parts[n] * 10 + d;
			any = true;
			col += 4;
		} else {
			break;
		}
	}
	return !any ? -1 : n == 2 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : n == 1 ? parts[0] * 60 + parts[1] : -1;
}

static int64_t text_clock(const char *s)
{
	long a = 0, b = 0, c = 0;
	int n = sscanf(s, "%ld:%ld:%ld", &a, &b, &c);

	return n == 3 ? a * 3600 + b * 60 + c : n == 2 ? a * 60 + b : -2;
}

/* What the clock of this frame says; -1 there is none, -2 it cannot be read. */
static int64_t clock_read(const struct cells *c)
{
	for (int row = 0; row < c->rows && row < 6; row++)
		for (int col = 0; col < c->cols; col++)
			if (is_clock(c, row, col)) {
				char text[2000], *at_bad;
				oracle_row(c, row, text, sizeof text);
				at_bad = strstr(text, "since \"bad\" ");
				if (row == 0 && strrchr(text, ' ')) /* over a large panel in a low window: at the end of the first line */
					return text_clock(strrchr(text, ' ') + 1);
				if (at_bad && at_bad == text) /* in a small window it is a line of text */
					return c->cols > 20 ? text_clock(at_bad + 12) : -2;
				if (c->cols < 30)
					return -2;
				return big_digits(c, row, col) < 0 ? -2 : big_digits(c, row, col);
			}
	return -1;
}

/* Beside the time until it acts stands what happens then; the digits count down by the other clock than the wall's. */
static void check_countdown(struct oracle *o, const struct model_action *a, const struct now *now, const struct cells *c, int64_t clock)
{
	char text[2000];
	bool said = false;

	for (int row = 0; row < c->rows && row < 6 && !said; row++) {
		oracle_row(c, row, text, sizeof text);
		said = strstr(text, "BY ITSELF");
	}
	*o->clock_of = 0;
	if (!said && c->rows >= 12 && c->cols >= 40)
		oracle_no(o, "%s counts down and the screen does not say so", a->key);
	if (!now || clock < 0)
		return;
	int64_t left = (a->countdown_us - (now->mono - a->requested.mono)) / US_SECOND;
	left = left < 0 ? 0 : left;
	if (clock > left + 1 || clock < left - 1)
		oracle_no(o, "%s acts in %lld s and the screen says %lld", a->key, (long long)left, (long long)clock);
}

static const struct model_action *counts_down(const struct model_incident *i)
{
	const struct model_action *first = NULL;

	vec_each(const struct model_action, a, &i->actions)
		if (a->outcome == OUTCOME_COUNTDOWN && (!first || a->requested.at + a->countdown_us < first->requested.at + first->countdown_us))
			first = a;
	return first;
}

void oracle_clock(struct oracle *o, const struct model *m, const char *incident, const struct now *now, const struct cells *c)
{
	const struct model_incident *i = m && *incident ? model_incident(m, incident) : NULL;
	int64_t clock = clock_read(c), most;

	if (!i || !m->kit) {
		*o->clock_of = 0;
		return;
	}
	if (counts_down(i)) {
		check_countdown(o, counts_down(i), now, c, clock);
		return;
	}
	if (clock == -1 && c->rows >= 2)
		oracle_no(o, "%s is open and no clock is on the screen", incident);
	if (clock < 0)
		return;
	o->clocks_seen++;
	if (!now)
		return; /* looking back goes where it likes */
	if (!strcmp(o->clock_of, incident) && clock < o->clock)
		oracle_no(o, "the clock of %s went from %lld back to %lld", incident, (long long)o->clock, (long long)clock);
	most = (now->mono - i->declared.mono) / US_SECOND;
	if (clock > most + 1 && clock < 360000)
		oracle_no(o, "the clock of %s says %lld and only %lld s have passed", incident, (long long)clock, (long long)most);
	text_copy(o->clock_of, sizeof o->clock_of, incident);
	o->clock = clock;
}
