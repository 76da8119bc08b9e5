/* Gauges as lines. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/screen/curve.h"
#include "tui/ui/gauge.h"

#define ON_ITS_WAY 1.25

/* ---- which ones ----------------------------------------------------------- */

static void gauges_add(struct gauges *g, const struct vitals *v, enum rank worst)
{
	for (size_t i = 0; i < v->n && v->gauges[i].rank <= worst; i++)
		*vec_push(g) = v->gauges[i];
}

/* Worst first over several services, each of which is sorted: a pass a rank. */
static void gauges_sort(struct gauges *g)
{
	struct gauges sorted = {0};

	for (int r = RANK_BAD; r <= RANK_PLAIN; r++)
		for (size_t i = 0; i < g->n; i++)
			if ((int)g->v[i].rank == r)
				*vec_push(&sorted) = g->v[i];
	vec_release(g);
	*g = sorted;
}

void gauges_make(struct gauges *g, const struct scene *s, const struct model_incident *i, const char *service)
{
	memset(g, 0, sizeof *g);
	if (service) {
		const struct vitals *v = health_of(s->health, service);
		if (v)
			gauges_add(g, v, RANK_PLAIN);
		return;
	}
	for (size_t n = 0; i && n < i->services.n; n++) {
		const struct vitals *v = health_of(s->health, i->services.v[n].name);
		if (v)
			gauges_add(g, v, RANK_PLAIN);
	}
	for (size_t n = 0; !i && n < health_services(s->health); n++) {
		const struct vitals *v = health_worst(s->health, n);
		if (v->rank >= RANK_GOOD)
			break;
		gauges_add(g, v, RANK_UNKNOWN);
	}
	gauges_sort(g);
}

void gauges_release(struct gauges *g)
{
	vec_release(g);
}

/* ---- one as a line ----------------------------------------------------------- */

/* A breach stands for a while after its signal is back: then it is no longer what the red word says. */
static bool back_again(const struct gauge *g)
{
	const struct cond *c = &g->row->when;

	return c->kind == COND_CMP && g->ms && g->ms->state == SAMPLE_OK && !cond_satisfied(c, g->ms->value);
}

/* What the row says of it, in words. */
enum role gauge_words(const struct scene *s, const struct gauge *g, char *out, size_t cap, int *alarms)
{
	char t[WHEN_LEN], d[DURATION_LEN];
	const struct model_row *r = g->mr;

	*out = 0;
	if (g->rank == RANK_BAD) {
		/* overdue: nobody has decided in time; once it is declared somebody has */
		bool late = r->state == ROW_OVERDUE && !s->inc;
		snprintf(out, cap, "%s since %s", late ? "OVERDUE" : "BREACH", when_short(s, late ? r->changed.at : r->breached.at, t));
		if (r->state == ROW_CANNOT_TELL || g->silent)
			snprintf(out, cap, g->silent ? "BREACH, now silent" : "BREACH, cannot tell");
		else if (back_again(g)) {
			snprintf(out, cap, "good, clearing");
			return ROLE_TITLE;
		}
		return (*alarms)++ ? ROLE_TITLE : ROLE_ALARM;
	}
	if (g->silent) {
		snprintf(out, cap, "%s", g->ms && g->ms->state == SAMPLE_FAILED ? "cannot measure" : "unknown: silent");
		return ROLE_UNKNOWN;
	}
	if (g->rank == RANK_NEAR) {
		int64_t left = r->until ? r->until - s->now.at : 0;
		if (r->until)
			snprintf(out, cap, "breach in %s", duration_clock(left > 0 ? left : 0, d));
		else
			snprintf(out, cap, "limit crossed");
		return ROLE_SOON;
	}
	if (g->rank == RANK_UNKNOWN) {
		snprintf(out, cap, "cannot tell");
		return ROLE_UNKNOWN;
	}
	snprintf(out, cap, "%s", g->row ? "good" : "");
	return ROLE_TEXT;
}

/* Its columns; *top grows to the highest of them.  The last one is still on its way: it counts once it is well above. */
static int curve_of(const struct scene *s, const struct gauge *g, int width, float *out, double *top)
{
	int64_t span = curve_span(g->signal->every, width);
	int n = curve_columns(g->ms, span, g->silent ? s->now.at / US_SECOND : 0, width, out);

	for (int i = 0; i < n; i++) {
		double high = isnan(out[i]) ? 0 : (double)out[i];
		if (high > (i == n - 1 ? ON_ITS_WAY * *top : *top))
			*top = curve_top(high);
	}
	return n;
}

void gauge_age(const struct scene *s, const struct gauge *g, char *out, size_t cap)
{
	char d[WHEN_LEN];
	int64_t age;

	if (!g->ms || !g->ms->ok_arrived.at) {
		snprintf(out, cap, "never seen");
		return;
	}
	age = stamp_diff(&g->ms->ok_arrived, &s->stamp, NULL);
	if (age < US_MINUTE)
		snprintf(out, cap, "%lld s old", (long long)(age < US_SECOND ? 1 : age / US_SECOND)); /* not now 0, now 1, with every sample */
	else
		snprintf(out, cap, "%s old", age_minutes(age, d));
}

void gauge_limit(const struct gauge *g, char *out, size_t cap)
{
	*out = 0;
	if (g->row)
		cond_print(&g->row->when, g->signal->unit, out, cap);
}

struct widths {              /* of a gauge's parts; 0: left out */
	int name, limit, curve, age;
};

#define VALUE 8
#define WORDS 19 /* "BREACH since 02:00": the one part that is never given up */

/* Wider terminals show longer curves and names; on narrower ones curve, age and limit go, in this order. */
static struct widths widths_of(int cols, bool with_service)
{
	int extra = cols > 80 ? cols - 80 : 0;
	struct widths w = {14 + (extra > 8 ? 8 : extra), extra >= 20 ? 22 : 16, 10 + extra / 2 - 4, 8};

	w.curve -= w.limit - 16;
	w.curve = w.curve < 10 ? 10 : w.curve > MODEL_CURVE ? MODEL_CURVE : w.curve;
	if (with_service && w.name < 20)
		w.name = 20;
	int over = 1 + w.name + 1 + VALUE + w.limit + 1 + w.curve + 1 + WORDS + w.age - cols;
	if (over > 1) {
		int less = over < 6 ? over : w.curve + 1;
		over -= less;
		w.curve -= less > w.curve ? w.curve : less;
	}
	if (over > 1) {
		over -= w.age;
		w.age = 0;
	}
	if (over > 1)
		w.limit = 0;
	return w;
}

void gauge_draw(struct page *p, const struct scene *s, const struct gauge *g, bool with_service, int *alarms)
{
	float curve[MODEL_CURVE];
	char text[200], value[40] = "", limit[80] = "", words[80], age[40];
	double top = 0;
	struct widths w = widths_of(p->g.cols, with_service);
	int n = curve_of(s, g, w.curve, curve, &top), col = 1, right = p->g.cols - 1;
	enum role role = gauge_words(s, g, words, sizeof words, alarms);

	if (g->ms && g->ms->curve_unknown)
		p->curves_of = g->service->name;

	snprintf(text, sizeof text, "%s%s%s", with_service ? g->service->name : "", with_service ? " " : "", g->signal->name);
	if (g->ms && g->ms->ok_arrived.at)
		unit_print(g->ms->value, g->signal->unit, value, sizeof value);
	if (g->row) {
		gauge_limit(g, limit, sizeof limit);
		if (g->row->when.kind == COND_CMP && g->row->when.number > top)
			top = g->row->when.number;
	}
	gauge_age(s, g, age, sizeof age);
	page_put(p, col, w.name, g->rank <= RANK_NEAR ? ROLE_TITLE : ROLE_TEXT, "%s", text);
	page_put(p, col += w.name + 1, VALUE - 1, g->silent ? ROLE_DIM : g->rank == RANK_BAD ? ROLE_TITLE : ROLE_TEXT, "%s", value);
	col += VALUE;
	if (w.limit) {
		page_put(p, col, w.limit, ROLE_DIM, "%s", text_cols(limit) > w.limit && !strncmp(limit, "limit ", 6) ? limit + 6 : limit);
		col += w.limit + 1;
	}
	if (w.curve) {
		spark_draw(&p->g, p->row, col, w.curve, ROLE_TEXT, curve, n, top);
		col += w.curve + 1;
	}
	if (w.age)
		right = page_right(p, right, ROLE_DIM, age) - 1;
	page_put(p, col, right - col, role, "%s", words);
}
