/* Choosing the screen, and the lines that more than one view draws. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/scene.h"

/* ---- which screen -------------------------------------------------------- */

/* The recovery action the clock follows now: one that runs or is unknown, else the last one that ended. */
static const struct model_action *action_now(const struct model_incident *i)
{
	const struct model_action *last = NULL;

	for (size_t k = 0; k < i->actions.n; k++) {
		const struct model_action *a = &i->actions.v[k];
		if (!action_over(a))
			return a;
		if (a->recovery || !last || !last->recovery)
			last = a;
	}
	return last;
}

static bool trouble(const struct model *m)
{
	for (size_t i = 0; i < m->rows.n; i++) {
		enum row_state s = m->rows.v[i].state;
		if (s == ROW_PENDING || s == ROW_BREACHED || s == ROW_OVERDUE || model_row_standing(&m->rows.v[i]))
			return true;
	}
	return false;
}

static enum screen screen_of(const struct scene *s)
{
	if (!s->m || !s->m->kit)
		return SCREEN_WAITING;
	if (!s->inc)
		return trouble(s->m) ? SCREEN_PENDING : SCREEN_QUIET;
	if (s->act && !action_over(s->act))
		return SCREEN_RUNNING;
	if (s->ph.at[PHASE_VERIFIED].at)
		return SCREEN_VERIFIED;
	return s->ph.at[PHASE_ACTED].at ? SCREEN_VERIFYING : SCREEN_DECIDING;
}

void scene_make(struct scene *s, const struct ui *ui, const struct sight *sight, int rows, int cols)
{
	memset(s, 0, sizeof *s);
	s->m = sight->m;
	s->ui = ui;
	s->link = sight->link;
	s->now = sight->now;
	s->stamp = stamp_of_now(&s->now);
	s->rows = rows;
	s->cols = cols;
	if (s->m)
		s->inc = ui_incident(ui, s->m);
	if (s->inc) {
		phases_of(s->m, s->inc, &s->ph);
		s->act = action_now(s->inc);
	}
	s->demo = ui->demo || (s->m && s->m->environment && !strncasecmp(s->m->environment, "demo", 4)) ||
		(s->inc && s->inc->kind != INCIDENT_REAL);
	s->screen = screen_of(s);
	s->side = cols >= 150 && s->screen != SCREEN_WAITING && ui->places[ui->depth].view == VIEW_MAIN;
}

bool may_ask(const struct scene *s)
{
	return !s->ui->read_only && *s->ui->person;
}

/* ---- times --------------------------------------------------------------- */

const char *when_clock(int64_t at, char out[WHEN_LEN])
{
	return instant_local(at, "%H:%M:%S", out, WHEN_LEN);
}

const char *when_short(const struct scene *s, int64_t at, char out[WHEN_LEN])
{
	char day[WHEN_LEN], today[WHEN_LEN];

	instant_local(at, "%F", day, sizeof day);
	instant_local(s->now.at, "%F", today, sizeof today);
	if (!strcmp(day, today))
		return instant_local(at, "%H:%M", out, WHEN_LEN);
	return instant_local(at, s->now.at - at < 6 * US_DAY ? "%a %H:%M" : "%e %b", out, WHEN_LEN);
}

const char *age_minutes(int64_t us, char out[WHEN_LEN])
{
	if (us < US_MINUTE)
		return text_copy(out, WHEN_LEN, "now") ? out : out;
	if (us >= US_DAY)
		snprintf(out, WHEN_LEN, "%lld d", (long long)(us / US_DAY));
	else if (us >= US_HOUR)
		snprintf(out, WHEN_LEN, "%lldh", (long long)(us / US_HOUR));
	else
		snprintf(out, WHEN_LEN, "%lldm", (long long)(us / US_MINUTE));
	return out;
}

const char *age_long(int64_t us, char out[WHEN_LEN])
{
	if (us < US_MINUTE)
		return text_copy(out, WHEN_LEN, "under 1m") ? out : out;
	return age_minutes(us, out);
}

const char *span_about(int64_t us, char out[WHEN_LEN])
{
	char d[DURATION_LEN];

	if (us < 0)
		text_copy(out, WHEN_LEN, "time not known");
	else if (us < US_SECOND)
		text_copy(out, WHEN_LEN, "under 1 s");
	else if (us < US_MINUTE)
		snprintf(out, WHEN_LEN, "about %lld s", (long long)(us / US_SECOND));
	else
		snprintf(out, WHEN_LEN, "about %s", duration_clock(us, d));
	return out;
}

/* ---- words --------------------------------------------------------------- */

const char *level_word(int level)
{
	static const char *const words[] = {"?", "flag", "deploy", "migration", "data"};

	return words[level >= 1 && level <= 4 ? level : 0];
}

const char *verb_words(const struct kit_action *a, char *out, size_t cap)
{
	static const struct {
		const char *verb, *words;
	} table[] = {
		{"rollback", "roll back"}, {"flag-off", "switch off a flag of"}, {"flag-on", "switch on a flag of"},
		{"revert", "revert"}, {"weight", "shift traffic of"}, {"drain", "drain"}, {"pause", "pause"},
		{"resume", "resume"}, {"freeze", "freeze"}, {"swap", "swap"},
	};
	const char *words = a->verb;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(a->verb, table[i].verb))
			words = table[i].words;
	snprintf(out, cap, "%s %s", words, a->service->name);
	return out;
}

const struct model_deploy *deploy_of(const struct scene *s, const char *service)
{
	return model_deploy(s->m, service);
}

const char *goal_version(const struct scene *s, const struct kit_action *a)
{
	const struct model_version *v;

	if (a->to)
		return a->to;
	if (a->level != 2 || a->cls != CLASS_REVERSE)
		return NULL;
	v = model_last_good(s->m, a->service->name);
	return v ? v->version : NULL;
}

/* ---- gauges -------------------------------------------------------------- */

static int row_rank(const struct model_row *r)
{
	if (!r)
		return 3;
	if (model_row_standing(r) || r->state == ROW_BREACHED || r->state == ROW_OVERDUE)
		return 0;
	return r->state == ROW_PENDING ? 1 : r->state == ROW_CANNOT_TELL ? 2 : 3;
}

static void gauge_of(struct gauge *g, const struct scene *s, const struct kit_service *svc, const struct kit_signal *sig,
	const struct model_signal *before)
{
	const struct kit *k = s->m->kit;
	int64_t age;

	g->service = svc;
	g->signal = sig;
	g->ms = model_signal_after(s->m, before, svc->name, sig->name);
	g->rank = 4;
	for (size_t i = 0; i < k->n_rows; i++) {
		const struct kit_row *r = &k->rows[i];
		if (r->is_report || strcmp(r->signal, sig->name) != 0 || !kit_row_covers(k, r, svc))
			continue;
		const struct model_row *mr = model_row(s->m, r->name, svc->name);
		if (!g->row || row_rank(mr) < g->rank) {
			g->row = r;
			g->mr = mr;
			g->rank = row_rank(mr);
		}
	}
	age = g->ms && g->ms->ok_arrived.at ? stamp_diff(&g->ms->ok_arrived, &s->stamp, NULL) : INT64_MAX;
	g->silent = age > sig->stale_after;
	if (g->silent && g->rank > 2)
		g->rank = 2;
}

static int gauge_compare(const void *a, const void *b)
{
	const struct gauge *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank - y->rank;
	return x->order - y->order;
}

/* *at: the signal that was found last. */
static void gauges_add(struct gauges *g, const struct scene *s, const struct kit_service *svc, int worst, const struct model_signal **at)
{
	for (size_t i = 0; i < svc->n_signals; i++) {
		struct gauge one = {0};
		gauge_of(&one, s, svc, &svc->signals[i], *at);
		one.order = (int)g->n;
		*at = one.ms ? one.ms : *at;
		if (one.rank <= worst)
			*vec_push(g) = one;
	}
}

void gauges_make(struct gauges *g, const struct scene *s, const struct model_incident *i, const char *service)
{
	const struct kit *k = s->m->kit;
	const struct kit_service *one = service ? kit_service(k, service) : NULL;
	const struct model_signal *at = NULL;

	memset(g, 0, sizeof *g);
	if (one)
		gauges_add(g, s, one, 9, &at);
	for (size_t n = 0; !service && n < k->n_services; n++)
		if (!i || incident_has_service(i, k->services[n].name))
			gauges_add(g, s, &k->services[n], i ? 9 : 2, &at);
	if (g->n)
		qsort(g->v, g->n, sizeof *g->v, gauge_compare);
}

void gauges_release(struct gauges *g)
{
	vec_release(g);
}

int service_rank(const struct scene *s, const struct kit_service *svc)
{
	struct gauges g;
	int rank = 3;

	gauges_make(&g, s, NULL, svc->name);
	for (size_t i = 0; i < g.n; i++)
		if (g.v[i].rank < rank)
			rank = g.v[i].rank;
	gauges_release(&g);
	return rank;
}

/* A breach stands for a while after its signal is back: then it is no longer what the red word says. */
static bool back_again(const struct gauge *g)
{
	const struct cond *c = &g->row->when;

	return c->kind == COND_CMP && g->ms && g->ms->state == SAMPLE_OK && !cond_satisfied(c, g->ms->value);
}

/* What the row says of it, in words. */
static enum role gauge_words(const struct scene *s, const struct gauge *g, char *out, size_t cap, int *alarms)
{
	char t[WHEN_LEN], d[DURATION_LEN];
	const struct model_row *r = g->mr;

	*out = 0;
	if (g->rank == 0) {
		/* overdue: nobody has decided in time; once it is declared somebody has */
		bool late = r->state == ROW_OVERDUE && !s->inc;
		snprintf(out, cap, "%s since %s", late ? "OVERDUE" : "BREACH", when_short(s, late ? r->changed.at : r->breached.at, t));
		if (r->state == ROW_CANNOT_TELL || g->silent)
			snprintf(out, cap, "BREACH, now silent");
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
	if (g->rank == 1) {
		int64_t left = r->until ? r->until - s->now.at : 0;
		if (r->until)
			snprintf(out, cap, "breach in %s", duration_clock(left > 0 ? left : 0, d));
		else
			snprintf(out, cap, "limit crossed");
		return ROLE_SOON;
	}
	if (g->rank == 2) {
		snprintf(out, cap, "cannot tell");
		return ROLE_UNKNOWN;
	}
	snprintf(out, cap, "%s", g->row ? "good" : "");
	return ROLE_TEXT;
}

static int curve_of(const struct model_signal *ms, float out[MODEL_CURVE], double *top)
{
	int n = 0;

	for (uint32_t i = 0; ms && i < ms->curve_n; i++) {
		uint32_t at = (ms->curve_next + MODEL_CURVE - ms->curve_n + i) % MODEL_CURVE;
		out[n++] = ms->curve[at].v;
		if (!isnan(ms->curve[at].v) && (double)ms->curve[at].v > *top)
			*top = (double)ms->curve[at].v;
	}
	return n;
}

static void gauge_age(const struct scene *s, const struct gauge *g, char *out, size_t cap)
{
	char d[WHEN_LEN];
	int64_t age;

	if (!g->ms || !g->ms->ok_arrived.at) {
		snprintf(out, cap, "never seen");
		return;
	}
	age = stamp_diff(&g->ms->ok_arrived, &s->stamp, NULL);
	if (age < US_MINUTE)
		snprintf(out, cap, "%lld s old", (long long)(age / US_SECOND));
	else
		snprintf(out, cap, "%s old", age_minutes(age, d));
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
	int n = curve_of(g->ms, curve, &top), col = 1, right = p->g.cols - 1;
	struct widths w = widths_of(p->g.cols, with_service);
	enum role role = gauge_words(s, g, words, sizeof words, alarms);

	if (g->ms && g->ms->curve_unknown)
		p->curves_of = g->service->name;

	snprintf(text, sizeof text, "%s%s%s", with_service ? g->service->name : "", with_service ? " " : "", g->signal->name);
	if (g->ms && g->ms->ok_arrived.at)
		unit_print(g->ms->value, g->signal->unit, value, sizeof value);
	if (g->row) {
		cond_print(&g->row->when, g->signal->unit, limit, sizeof limit);
		if (g->row->when.kind == COND_CMP && g->row->when.number > top)
			top = g->row->when.number;
	}
	gauge_age(s, g, age, sizeof age);
	page_put(p, col, w.name, g->rank <= 1 ? ROLE_TITLE : ROLE_TEXT, "%s", text);
	page_put(p, col += w.name + 1, VALUE - 1, g->silent ? ROLE_DIM : g->rank == 0 ? ROLE_TITLE : ROLE_TEXT, "%s", value);
	col += VALUE;
	if (w.limit) {
		page_put(p, col, w.limit, ROLE_DIM, "%s", text_cols(limit) > w.limit && !strncmp(limit, "limit ", 6) ? limit + 6 : limit);
		col += w.limit + 1;
	}
	if (w.curve) {
		spark_draw(&p->g, p->n - 1, col, w.curve, ROLE_TEXT, curve, n, top);
		col += w.curve + 1;
	}
	if (w.age)
		right = page_right(p, right, ROLE_DIM, age) - 1;
	page_put(p, col, right - col, role, "%s", words);
}

/* ---- which page ------------------------------------------------------------ */

void scene_page(const struct scene *s, struct page *p, int cols)
{
	const struct place *place = &s->ui->places[s->ui->depth];

	page_init(p, cols, place->cursor, place->filter);
	if (s->screen == SCREEN_WAITING)
		return;
	if (place->view != VIEW_MAIN) {
		view_place(s, p, place);
		return;
	}
	switch (s->screen) {
	case SCREEN_WAITING:
		break;
	case SCREEN_QUIET:
		view_quiet(s, p);
		break;
	case SCREEN_PENDING:
		view_pending(s, p);
		break;
	case SCREEN_DECIDING:
		view_deciding(s, p);
		break;
	case SCREEN_RUNNING:
		view_running(s, p);
		break;
	case SCREEN_VERIFYING:
		view_verifying(s, p);
		break;
	case SCREEN_VERIFIED:
		view_verified(s, p);
		break;
	}
}
