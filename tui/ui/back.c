/* Where a look back stands. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tui/ui/back.h"

#define SLOW_AFTER (300 * 1000)

static const int speeds[] = {1, 2, 5, 10, 30, 60, 300};

/* ---- where to --------------------------------------------------------------------------- */

static void wish(struct back *b, const struct model *live, const struct now *real, struct past_wish w)
{
	if (b->state == BACK_OFF) {
		b->state = BACK_READING;
		b->told = live->seq;
		b->news[0] = '\0';
		b->n_news = 0;
		b->speed = 0;
	}
	b->wish = w;
	b->wished = b->waits = true;
	b->waits_since = real->mono;
	b->percent = 0;
	b->why[0] = '\0';
}

void back_step(struct back *b, const struct model *live, const struct model *shown, const struct now *real, int dir, unsigned marks)
{
	int64_t from = b->state == BACK_ON ? shown->seq : live->seq + 1;

	if (b->waits)
		return; /* a key that is held down goes as fast as the screen does */
	b->playing = false;
	wish(b, live, real, (struct past_wish){.how = PAST_STEP, .dir = dir, .marks = marks, .from = from});
}

void back_time(struct back *b, const struct model *live, const struct now *real, int64_t at)
{
	wish(b, live, real, (struct past_wish){.how = PAST_TIME, .at = at});
}

void back_live(struct back *b)
{
	memset(b, 0, sizeof *b);
	b->stop = true;
}

enum back_move back_moved(struct back *b, const struct past *p, bool there, const char *why)
{
	bool entering = b->state == BACK_READING;
	const struct model *shown = past_model(p);

	text_copy(b->why, sizeof b->why, why);
	b->percent = past_percent(p);
	if (!b->waits || b->wished || b->state == BACK_OFF)
		return BACK_GOES_ON;
	if (!there) {
		if (!entering && !b->playing)
			b->at = shown->now.at; /* what is folded meanwhile is shown with its own time */
		return BACK_GOES_ON;
	}
	b->waits = false;
	if (entering && b->wish.how == PAST_STEP && past_found(p) != PAST_FOUND) {
		back_live(b);
		return BACK_NOTHING_EARLIER;
	}
	b->state = BACK_ON;
	b->at = b->wish.how == PAST_TIME && b->wish.at > shown->now.at ? b->wish.at : shown->now.at;
	switch (past_found(p)) {
	case PAST_FOUND:
		break;
	case PAST_NO_EARLIER:
		return BACK_NOTHING_EARLIER;
	case PAST_NO_LATER:
		return BACK_NOTHING_LATER;
	}
	return BACK_ARRIVED;
}

/* ---- playing ------------------------------------------------------------------------------ */

int back_speed(const struct back *b)
{
	return speeds[b->speed];
}

void back_faster(struct back *b, int by)
{
	int to = b->speed + by;

	if (to >= 0 && to < (int)(sizeof speeds / sizeof *speeds))
		b->speed = to;
}

void back_play(struct back *b, const struct now *real)
{
	b->playing = !b->playing;
	b->ticked = real->mono;
}

bool back_tick(struct back *b, const struct now *real)
{
	int64_t passed = real->mono - b->ticked;

	if (b->state != BACK_ON || !b->playing)
		return false;
	b->ticked = real->mono;
	if (b->waits || passed <= 0)
		return false; /* the clock stands while the journal is read */
	b->at += passed * back_speed(b);
	if (b->at >= real->at)
		return true;
	b->wish = (struct past_wish){.how = PAST_TIME, .at = b->at};
	b->wished = b->waits = true;
	b->waits_since = real->mono;
	return false;
}

void back_now(const struct back *b, const struct model *shown, struct now *out)
{
	out->at = b->at > shown->now.at ? b->at : shown->now.at;
	out->mono = shown->now.mono + out->at - shown->now.at;
	text_copy(out->boot, sizeof out->boot, shown->now.boot ? shown->now.boot : "");
}

bool back_slow(const struct back *b, const struct now *real)
{
	return b->waits && (b->state == BACK_READING || real->mono - b->waits_since > SLOW_AFTER);
}

/* ---- what happens live meanwhile -------------------------------------------------------------- */

static bool breached_now(const struct model *m, const struct model_line *l)
{
	vec_each(const struct model_row, r, &m->rows)
		if (r->changed.at == l->at.at && r->changed.mono == l->at.mono && (r->state == ROW_BREACHED || r->state == ROW_OVERDUE))
			return true;
	return false;
}

/* Kinds whose every line needs somebody; of the rubric only what breached. */
static bool is_news(const struct model *m, const struct model_line *l)
{
	static const enum event_kind kinds[] = {EVENT_INCIDENT_DECLARED, EVENT_INCIDENT_CLOSED, EVENT_COMMANDER,
		EVENT_ACTION_REFUSED, EVENT_ACTION_VETOED, EVENT_ACTION_EXPIRED, EVENT_ACTION_FIRED, EVENT_ACTION_ENDED, EVENT_VERIFY,
		EVENT_REPORT};
	enum event_kind k = event_kind_of(l->kind);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (k == kinds[i])
			return true;
	return k == EVENT_RUBRIC && breached_now(m, l);
}

void back_hear(struct back *b, const struct model *live)
{
	if (b->state == BACK_OFF || live->seq <= b->told)
		return;
	vec_each(const struct model_line, l, &live->lines) {
		bool named = l->incident && l->text && strstr(l->text, l->incident);
		if (l->seq <= b->told || !is_news(live, l))
			continue;
		snprintf(b->news, sizeof b->news, "%s%s%s", l->incident && !named ? l->incident : "", l->incident && !named ? " " : "",
			l->text ? l->text : l->kind);
		b->news_at = l->at.at;
		b->n_news++;
	}
	b->told = live->seq;
}

/* ---- times as people type them ------------------------------------------------------------------ */

/* Digits up to `most`, at *at. */
static bool number(const char **at, int most, int *out)
{
	int n = 0;

	*out = 0;
	for (; **at >= '0' && **at <= '9' && n < most; n++)
		*out = *out * 10 + *(*at)++ - '0';
	return n > 0;
}

static bool sign(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* [[YYYY-]MM-DD ]HH:MM[:SS]; parts that are left out stay as they are in *t. */
static bool local(const char *s, struct tm *t, bool *out_day)
{
	int a, b, c;
	const char *at = s;

	*out_day = false;
	if (number(&at, 4, &a) && sign(&at, '-')) {
		if (!number(&at, 2, &b))
			return false;
		c = b;
		if (sign(&at, '-')) {
			if (!number(&at, 2, &c))
				return false;
			t->tm_year = a - 1900;
			a = b;
		}
		t->tm_mon = a - 1;
		t->tm_mday = c;
		*out_day = true;
		if (a < 1 || a > 12 || c < 1 || c > 31 || (*at != ' ' && *at != 'T'))
			return false;
		s = at + 1;
	}
	at = s;
	t->tm_sec = 0;
	if (!number(&at, 2, &t->tm_hour) || !sign(&at, ':') || !number(&at, 2, &t->tm_min) || (sign(&at, ':') && !number(&at, 2, &t->tm_sec)))
		return false;
	return !*at && t->tm_hour < 24 && t->tm_min < 60 && t->tm_sec < 61;
}

bool back_parse(const char *text, int64_t shown, int64_t now, int64_t *out)
{
	int64_t span;
	time_t seconds = (time_t)(shown / US_SECOND), made;
	struct tm t;
	bool day;

	if (*text == '-' || *text == '+') {
		if (!duration_parse(text + 1, &span))
			return false;
		*out = *text == '-' ? shown - span : shown + span;
		return true;
	}
	if (instant_parse(text, out))
		return true;
	if (!localtime_r(&seconds, &t) || !local(text, &t, &day))
		return false;
	t.tm_isdst = -1;
	made = mktime(&t);
	if (!day && (int64_t)made * US_SECOND > now) { /* it is still to come: yesterday's is meant */
		t.tm_mday--;
		t.tm_isdst = -1;
		made = mktime(&t);
	}
	*out = (int64_t)made * US_SECOND;
	return made != (time_t)-1;
}
