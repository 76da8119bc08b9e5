/* The window, and reading what it shows. */
#include "config.h"

#include "tui/ui/chart.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

#define OLDEST (31 * US_DAY)     /* as far back as one may go */
#define OLDERS 12                 /* so often the engine is asked to read on where its time was over */
#define AGAIN (5 * US_SECOND)    /* after a question that failed, and between two that go on */

static const struct {
	int64_t span;
	const char *words;
} zooms[CHART_ZOOMS] = {
	{5 * US_MINUTE, "5 min"}, {15 * US_MINUTE, "15 min"}, {US_HOUR, "1 h"}, {2 * US_HOUR, "2 h"}, {6 * US_HOUR, "6 h"}, {US_DAY, "24 h"},
};

/* ---- which time ---------------------------------------------------------------- */

void chart_open(struct chart *c, const char *service, const char *signal, int64_t onset, int64_t now)
{
	enum plot_ink ink = c->ink;

	if (strcmp(c->service, service) != 0 || strcmp(c->signal, signal) != 0) {
		int waiting = c->waiting;
		memset(c, 0, sizeof *c);
		c->waiting = waiting;
		text_copy(c->service, sizeof c->service, service);
		text_copy(c->signal, sizeof c->signal, signal);
	}
	c->ink = ink;
	c->to = 0;
	c->fresh = true;
	c->zoom = 1; /* with a fifth of it before the onset */
	while (onset && c->zoom + 1 < CHART_ZOOMS && now - onset > zooms[c->zoom].span / 5 * 4)
		c->zoom++;
}

struct chart_window chart_window(const struct chart *c, int64_t now)
{
	bool live = !c->to || c->to >= now;
	int64_t to = live ? now : c->to;

	return (struct chart_window){to - zooms[c->zoom].span, to, live};
}

const char *chart_span_words(const struct chart *c)
{
	return zooms[c->zoom].words;
}

static void end_at(struct chart *c, int64_t to, int64_t now)
{
	if (to < now - OLDEST)
		to = now - OLDEST;
	c->to = to >= now ? 0 : to;
}

/* The end stays where it is: now, or the moment one looks at. */
bool chart_zoom(struct chart *c, int by, int64_t now)
{
	struct chart_window w = chart_window(c, now);
	int to = c->zoom - by;

	c->fresh = false;
	if (to < 0 || to >= CHART_ZOOMS)
		return false;
	c->zoom = to;
	if (!w.live) /* around its middle */
		end_at(c, w.from + (w.to - w.from) / 2 + zooms[to].span / 2, now);
	return true;
}

void chart_pan(struct chart *c, int by, int64_t now)
{
	struct chart_window w = chart_window(c, now);

	c->fresh = false;
	if (by)
		end_at(c, w.to + by * (zooms[c->zoom].span / 2), now);
	else
		c->to = 0;
}

/* ---- what has to be read ------------------------------------------------------------ */

/* Two points a column, like the dots; whole seconds, so that zooming forth and back asks for the same. */
static int64_t each_of(const struct chart *c, int cols)
{
	int64_t points = cols < 20 ? 40 : cols > CHART_POINTS / 4 ? CHART_POINTS / 2 : 2 * cols;
	int64_t each = zooms[c->zoom].span / points;

	return each < US_SECOND ? US_SECOND : each - each % US_SECOND;
}

/* Of the newest there are the model's own points for a while: with them it is read again when they run out. */
static int64_t pace(const struct chart *c, int64_t every)
{
	int64_t most = every * (MODEL_CURVE - 8), want = zooms[c->zoom].span / 100;

	want = want > most ? most : want;
	return want < AGAIN ? AGAIN : want;
}

/* From a round moment, and so many points of exactly one length each: what is read later fits to it. */
static bool question(struct chart *c, enum chart_part part, int64_t from, int64_t until, const struct chart_need *need, struct buf *out)
{
	int64_t points = (until - from) / c->asked_each + 1;
	struct jw w;

	c->asked_part = part;
	c->asked_from = from;
	c->asked_end = from + points * c->asked_each - 1;
	c->asked_at = need->mono;
	c->olders = part == CHART_OLDER ? c->olders + 1 : part == CHART_WHOLE ? 0 : c->olders;
	c->waiting++;
	c->why[0] = 0;
	buf_init(out, 4096);
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "service", c->service);
	jw_kstr(&w, "signal", c->signal);
	jw_ktime(&w, "from", from);
	jw_ktime(&w, "to", c->asked_end);
	jw_kint(&w, "points", points);
	jw_obj_end(&w);
	return true;
}

static int64_t whole(int64_t t, int64_t each)
{
	return t - t % each;
}

/* Nearly as fine as it should be is good enough: a window that is pulled wider asks for nothing. */
static bool fits(int64_t each, int64_t wanted)
{
	return each && each < 2 * wanted && wanted < 2 * each;
}

bool chart_wants(struct chart *c, const struct chart_need *need, struct buf *out_params)
{
	struct chart_window w = chart_window(c, need->now);
	int64_t wanted = each_of(c, need->cols), each = fits(c->asked_each, wanted) ? c->asked_each : fits(c->each, wanted) ? c->each : wanted;
	int64_t from = whole(w.from, each) - each, slack = w.live ? pace(c, need->every) : 0;
	bool here = c->until && c->each == each && c->from <= from + each;
	bool asked = c->asked_at && c->asked_each == each && c->asked_whole <= from + each && c->asked_until > from; /* but for the end, perhaps */
	int64_t rest = !c->asked_at ? INT64_MAX : need->mono - c->asked_at, ahead = need->real - need->now;

	if (here && c->until + slack >= w.to) {
		bool all = c->complete || c->measured_from <= c->from || c->olders == OLDERS;
		return !all && !c->waiting && !*c->why && question(c, CHART_OLDER, c->from, c->measured_from, need, out_params);
	}
	if ((asked && c->waiting) || (asked && c->asked_until + slack >= w.to && rest < AGAIN) || (rest < AGAIN && *c->why))
		return false;
	/* the past that plays on needs what follows soon */
	ahead = !w.live || ahead < AGAIN ? 0 : ahead > zooms[c->zoom].span / 2 ? zooms[c->zoom].span / 2 : ahead;
	bool more = here && c->until > from && !c->waiting;
	c->asked_each = each;
	c->asked_whole = more ? c->from : from;
	c->asked_until = w.to + ahead;
	/* one that goes on begins two points before the last one: samples come late */
	return question(c, more ? CHART_MORE : CHART_WHOLE, more ? whole(c->until, each) - 2 * each : from, c->asked_until, need, out_params);
}

/* ---- what came ------------------------------------------------------------------------ */

/* The oldest make room; what is left begins later. */
static void drop_first(struct chart *c, size_t n)
{
	memmove(c->points, c->points + n, (c->n - n) * sizeof *c->points);
	c->n -= n;
	c->from = c->points[0].at;
}

static float figure(const struct json *v)
{
	return json_type(v) == JSON_NUMBER ? (float)json_num(v, 0) : NAN;
}

/* [second, min, max, last, bad] */
static void take_point(struct chart *c, const struct json *v)
{
	const struct json *second = json_first(v), *min = json_next(second), *max = json_next(min), *last = json_next(max);
	int64_t at = json_int(second, 0) * US_SECOND;

	if (at <= 0 || (c->n && at <= c->points[c->n - 1].at))
		return;
	if (c->n == CHART_POINTS)
		drop_first(c, CHART_POINTS / 10);
	c->points[c->n++] = (struct plot_point){at, figure(min), figure(max), figure(last)};
}

static void take_points(struct chart *c, const struct json *result)
{
	for (const struct json *v = json_first(json_get(result, "points")); v; v = json_next(v))
		take_point(c, v);
}

/* How far back all was read. */
static void take_begin(struct chart *c, const struct json *result)
{
	c->measured_from = json_get_time(result, "measured_from");
	c->complete = json_get_bool(result, "complete", true);
}

/* anew: nothing that was here before fits to it. */
static void take_newer(struct chart *c, const struct json *result, bool anew)
{
	while (c->n && (anew || c->points[c->n - 1].at >= c->asked_from)) /* what is here of that time is read again */
		c->n--;
	if (anew) {
		c->from = c->asked_from;
		take_begin(c, result);
		/* all there is of a young journal would stand in the last columns */
		if (c->fresh && c->complete && c->zoom == 1 && c->measured_from > c->asked_until - zooms[0].span)
			c->zoom = 0;
		c->fresh = false;
	}
	c->each = c->asked_each;
	c->until = c->asked_until;
	take_points(c, result);
}

static void take_older(struct chart *c, const struct json *result)
{
	static struct plot_point newer[CHART_POINTS];
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->points[i].at > c->asked_end)
			newer[n++] = c->points[i];
	c->n = 0;
	take_begin(c, result);
	take_points(c, result);
	if (c->n + n > CHART_POINTS)
		c->n = CHART_POINTS - n; /* as many as fit; never, as long as a window has half of them */
	memcpy(c->points + c->n, newer, n * sizeof *newer);
	c->n += n;
}

/* Each question has one answer, in their order; all but the newest are of no interest any more. */
void chart_answer(struct chart *c, const struct json *result, const struct fault *f)
{
	if (c->waiting)
		c->waiting--;
	if (c->waiting)
		return;
	if (!result) {
		text_copy(c->why, sizeof c->why, f && *f->what ? f->what : "the engine did not answer");
		return;
	}
	c->why[0] = 0;
	if (strcmp(json_get_str(result, "service", ""), c->service) != 0 || strcmp(json_get_str(result, "signal", ""), c->signal) != 0)
		return;
	bool complete = json_get_bool(result, "complete", true);
	if (c->asked_part == CHART_OLDER)
		take_older(c, result);
	else
		take_newer(c, result, c->asked_part == CHART_WHOLE || !complete);
}

/* ---- all that is known ------------------------------------------------------------------- */

size_t chart_points(const struct chart *c, const struct model_signal *ms, int64_t now, struct plot_point *out)
{
	size_t n = 0;
	int64_t last;

	for (size_t i = 0; i < c->n && c->points[i].at <= now; i++)
		out[n++] = c->points[i];
	last = n ? out[n - 1].at : c->until ? c->from : 0;
	for (uint32_t i = 0; ms && i < ms->curve_n; i++) {
		const struct model_point *p = &ms->curve[(ms->curve_next + MODEL_CURVE - ms->curve_n + i) % MODEL_CURVE];
		int64_t at = now / US_SECOND - (int64_t)(uint32_t)((uint32_t)(now / US_SECOND) - p->s); /* it has 32 bits of it */
		if (at * US_SECOND <= last || at * US_SECOND > now)
			continue;
		last = at * US_SECOND;
		out[n++] = (struct plot_point){last, p->v, p->v, p->v};
	}
	return n;
}
