/* One signal over time: what it is now in words, the curve, the rows that judge it. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

#define ROWS_MOST 250 /* of a page */
#define MARKS_MOST 48

static const struct gauge *gauge_find(const struct scene *s, const char *service, const char *signal)
{
	const struct vitals *v = health_of(s->health, service);

	for (size_t i = 0; v && i < v->n; i++)
		if (!strcmp(v->gauges[i].signal->name, signal))
			return &v->gauges[i];
	return NULL;
}

/* ---- words above it --------------------------------------------------------------- */

static void now_line(const struct scene *s, struct page *p, const struct gauge *g)
{
	char value[40] = "never seen", limit[80], words[80], age[40];
	int alarms = s->inc ? 0 : 1, col, right = p->g.cols - 1; /* without an incident the header has the red word */
	enum role role = gauge_words(s, g, words, sizeof words, &alarms);

	gauge_limit(g, limit, sizeof limit);
	if (g->ms && g->ms->ok_arrived.at) {
		unit_print(g->ms->value, g->signal->unit, value, sizeof value);
		gauge_age(s, g, age, sizeof age);
		right = page_right(p, right, ROLE_DIM, age) - 2;
	}
	col = page_put(p, 1, right - 1, ROLE_TITLE, "%s %s", g->service->name, g->signal->name) + 2;
	col = page_put(p, col, right - col, g->silent ? ROLE_DIM : ROLE_TITLE, "%s", value) + 2;
	if (col + text_cols(words) + 2 + text_cols(limit) <= right)
		col = page_put(p, col, right - col, ROLE_DIM, "%s", limit) + (*limit ? 2 : 0);
	page_put(p, col, right - col, role, "%s", words);
}

static void time_line(const struct scene *s, struct page *p, const struct gauge *g, const struct chart_window *w)
{
	const struct chart *c = &s->ui->chart;
	char a[WHEN_LEN], b[WHEN_LEN], owner[100];
	int right = p->g.cols - 1, col;

	if (c->waiting)
		right = page_right(p, right, ROLE_DIM, "reading ...") - 2;
	else if (*c->why)
		right = page_right(p, right, ROLE_SOON, "what is older could not be read") - 2;
	if (w->live)
		col = page_put(p, 1, right - 1, ROLE_TEXT, "the last %s", chart_span_words(c)) + 3;
	else
		col = page_put(p, 1, right - 1, ROLE_SOON, "not now: %s goes to now   %s to %s, %s", key_of(s->ui, COMMAND_NOW), when_short(s, w->from, a),
			when_short(s, w->to, b), chart_span_words(c)) + 3;
	snprintf(owner, sizeof owner, "owner %s", g->row ? g->row->owner : "");
	if (g->row && col + text_cols(owner) <= right)
		page_put(p, col, right - col, ROLE_DIM, "%s", owner);
}

/* ---- the curve -------------------------------------------------------------------- */

static const char *empty_words(const struct scene *s, size_t n)
{
	const struct chart *c = &s->ui->chart;

	if (n)
		return NULL;
	if (!s->link->up)
		return "the engine is not there: nothing can be read now";
	if (*c->why)
		return c->why;
	return c->waiting || !c->until ? "reading ..." : "no sample was recorded in this time";
}

/* Of the time before the first sample. */
static const char *before_words(const struct chart *c)
{
	if (!c->until)
		return c->waiting ? "reading ..." : "not read";
	return c->complete ? "not recorded" : c->waiting ? "reading ..." : "not read: too much";
}

static size_t within(const struct plot_point *v, size_t n, const struct chart_window *w)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += v[i].at >= w->from && v[i].at <= w->to;
	return found;
}

static void curve(const struct scene *s, struct page *p, const struct gauge *g, const struct chart_window *w, int rows)
{
	static struct plot_point points[CHART_POINTS + MODEL_CURVE];
	struct plot_mark marks[MARKS_MOST];
	const struct chart *c = &s->ui->chart;
	const struct cond *when = g->row && g->row->when.kind == COND_CMP ? &g->row->when : NULL;
	char limit[80];

	if (g->ms && g->ms->curve_unknown)
		p->curves_of = g->service->name; /* what is newer than what was read comes with it */
	int64_t miss = 3 * g->signal->every;
	struct plot plot = {.from = w->from, .to = w->to, .now = s->now.at, .points = points, .unit = g->signal->unit, .limit = NAN,
		.stale = g->signal->stale_after, .ink = s->ui->ascii ? PLOT_ASCII : c->ink, .marks = marks, .limit_text = limit,
		.before = before_words(c)};

	plot.n = chart_points(c, g->ms, s->now.at, points);
	plot.join = (miss < plot.stale ? miss : plot.stale) + (c->until ? c->each : 0);
	plot.n_marks = view_marks(s, g->service->name, g->signal->name, marks, MARKS_MOST);
	plot.focus = g->mr && g->mr->onset.at ? g->mr->onset.at : s->inc && s->ph.at[PHASE_ONSET].at ? s->ph.at[PHASE_ONSET].at : w->to;
	plot.empty = empty_words(s, within(points, plot.n, w));
	gauge_limit(g, limit, sizeof limit);
	if (when) {
		plot.limit = when->number;
		plot.bad_below = when->op == CMP_LT || when->op == CMP_LE;
	}
	page_line(p, DROP_NEVER);
	int top = p->row;
	for (int i = 1; i < rows; i++)
		page_line(p, DROP_NEVER);
	plot_draw(&plot, &p->g, top, 1, rows, p->g.cols - 2);
}

/* ---- below it ------------------------------------------------------------------------ */

static bool judges(const struct scene *s, const struct kit_row *r, const struct gauge *g)
{
	return !r->is_report && !strcmp(r->signal, g->signal->name) && kit_row_covers(s->m->kit, r, g->service);
}

static int count_rows(const struct scene *s, const struct gauge *g)
{
	int n = 0;

	for (size_t i = 0; i < s->m->kit->n_rows; i++)
		n += judges(s, &s->m->kit->rows[i], g);
	return n;
}

/* The signal stands above: the limit, and how the row is. */
static void row_line(const struct scene *s, struct page *p, const struct kit_row *r, const struct gauge *g)
{
	const struct model_row *mr = model_row(s->m, r->name, g->service->name);
	char text[160] = "clear";

	if (mr)
		view_row_words(s, mr, text, sizeof text);
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_ROW, g->service->name, r->name, 0);
	page_put(p, 1, 16, ROLE_TEXT, "%s", r->name);
	page_put(p, 18, 18, ROLE_DIM, "%s", r->when_text);
	page_put(p, 37, p->g.cols - 38, mr ? view_row_role(mr) : ROLE_DIM, "%s", text);
}

static void rows_part(const struct scene *s, struct page *p, const struct gauge *g, int most)
{
	page_rule(p, DROP_NEVER, s->demo);
	for (size_t i = 0; i < s->m->kit->n_rows && most > 0; i++)
		if (judges(s, &s->m->kit->rows[i], g)) {
			row_line(s, p, &s->m->kit->rows[i], g);
			most--;
		}
}

void view_chart(const struct scene *s, struct page *p, const struct place *place)
{
	const struct gauge *g = gauge_find(s, place->service, place->name);
	struct chart_window w = chart_window(&s->ui->chart, s->now.at);
	int height = s->rows - header_rows(s) - 2, rows, most;

	if (!g) {
		view_nothing(p, "this signal is not in the kit");
		return;
	}
	rows = count_rows(s, g);
	most = height / 6;
	rows = rows > most ? most : rows;
	page_line(p, DROP_NEVER);
	now_line(s, p, g);
	page_line(p, DROP_NEVER);
	time_line(s, p, g, &w);
	height -= 2 + (rows ? rows + 1 : 0);
	curve(s, p, g, &w, height < PLOT_ROWS_MIN ? PLOT_ROWS_MIN : height > ROWS_MOST ? ROWS_MOST : height);
	if (rows)
		rows_part(s, p, g, rows);
}
