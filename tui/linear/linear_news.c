/* What happened since it was last told, each thing once and in the order of
 * the journal: rows, changes, what people and the engine did; checks and
 * sources when they turn. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/linear/linear_parts.h"

#define ALIKE 4 /* more rows than this that turn the same way at once are told as one */

/* ---- rows ------------------------------------------------------------------------ */

enum turn { TURN_NONE, TURN_BREACH, TURN_OVERDUE, TURN_PENDING, TURN_CANNOT_TELL, TURN_CLEARED, TURN_BACK };
static const char *const turn_words[] = {"", "BREACH", "OVERDUE", "PENDING", "CANNOT TELL", "CLEARED", "good again"};

static enum turn turn_of(const struct told_row *was, const struct model_row *r)
{
	bool standing = model_row_standing(r);

	if (standing && !was->standing)
		return TURN_BREACH;
	if (was->standing && !standing)
		return TURN_CLEARED;
	if (r->state == was->state)
		return TURN_NONE;
	switch (r->state) {
	case ROW_OVERDUE:
		return TURN_OVERDUE;
	case ROW_PENDING:
		return standing ? TURN_NONE : TURN_PENDING;
	case ROW_CANNOT_TELL:
		return TURN_CANNOT_TELL;
	case ROW_CLEAR:
		return TURN_BACK;
	case ROW_BREACHED:
		return TURN_NONE; /* it stands, and that was told */
	}
	return TURN_NONE;
}

/* The rows keep their places between two snapshots: looked for only where this one moved. */
static struct told_row *told_row(struct linear *l, const struct model_row *r, size_t at)
{
	struct told_row *t;

	if (at < l->rows.n && !strcmp(l->rows.v[at].row, r->row) && !strcmp(l->rows.v[at].service, r->service))
		return &l->rows.v[at];
	for (size_t i = 0; i < l->rows.n; i++)
		if (!strcmp(l->rows.v[i].row, r->row) && !strcmp(l->rows.v[i].service, r->service))
			return &l->rows.v[i];
	t = vec_push(&l->rows);
	text_copy(t->row, sizeof t->row, r->row);
	text_copy(t->service, sizeof t->service, r->service);
	t->state = ROW_CLEAR;
	return t;
}

/* "auth login_failures 61 %, limit 5 % for 2m". */
static void row_words(const struct scene *s, const struct model_row *r, char *out, size_t cap)
{
	const struct kit_row *row = kit_row(s->m->kit, r->row);
	const struct kit_service *svc = kit_service(s->m->kit, r->service);
	const struct kit_signal *sig = svc && row && !row->is_report ? kit_signal(svc, row->signal) : NULL;
	char text[120];

	snprintf(out, cap, "%s%s%s", r->service, *r->service ? " " : "", row ? row->signal : r->row);
	if (sig && isfinite(r->value))
		snprintf(out + strlen(out), cap - strlen(out), " %s", unit_print(r->value, sig->unit, text, sizeof text));
	if (sig)
		snprintf(out + strlen(out), cap - strlen(out), ", %s", cond_print(&row->when, sig->unit, text, sizeof text));
}

static void row_tell(struct linear *l, const struct scene *s, const struct model_row *r, enum turn turn)
{
	const struct kit_row *row = kit_row(s->m->kit, r->row);
	char words[400], d[DURATION_LEN], more[400] = "", timer[360] = "";
	const char *owner = row ? row->owner : "?";
	int64_t left = r->until - s->now.at;

	bool runs = timer_words(s, r, timer, sizeof timer);
	row_words(s, r, words, sizeof words);
	if (turn == TURN_PENDING && r->until)
		snprintf(more, sizeof more, ", breach in %s", duration_clock(left > 0 ? left : 0, d));
	if (turn == TURN_PENDING)
		auto_foreseen(s, r, more, sizeof more);
	else if (turn == TURN_BREACH)
		snprintf(more, sizeof more, ", %s%s", runs ? "" : "owner ", runs ? timer : owner);
	else if (turn == TURN_OVERDUE)
		snprintf(more, sizeof more, ", %s has not decided in time", owner);
	else if (turn == TURN_CANNOT_TELL)
		snprintf(more, sizeof more, ", no sample that can be judged");
	spoken_at(&l->out, turn == TURN_BREACH ? r->breached.at : r->changed.at, "%s %s%s", turn_words[turn], words, more);
}

/* Many at once are one line: the names of some, and how many more. */
static void rows_tell(struct linear *l, const struct scene *s, enum turn turn, const struct model_row *const *v, size_t n)
{
	char names[300] = "";

	for (size_t i = 0; n <= ALIKE && i < n; i++)
		row_tell(l, s, v[i], turn);
	if (n <= ALIKE)
		return;
	for (size_t i = 0; i < ALIKE; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s %s", i ? ", " : "", v[i]->service, v[i]->row);
	spoken_at(&l->out, v[0]->changed.at, "%s %zu rows: %s and %zu more", turn_words[turn], n, names, n - ALIKE);
}

static void rows_news(struct linear *l, const struct scene *s)
{
	static const enum turn order[] = {TURN_BREACH, TURN_OVERDUE, TURN_PENDING, TURN_CANNOT_TELL, TURN_CLEARED, TURN_BACK};
	VEC(const struct model_row *) turned[sizeof turn_words / sizeof *turn_words] = {{0}};

	for (size_t i = 0; i < s->m->rows.n; i++) {
		const struct model_row *r = &s->m->rows.v[i];
		struct told_row *t = told_row(l, r, i);
		enum turn turn = turn_of(t, r);
		if (turn != TURN_NONE)
			*vec_push(&turned[turn]) = r;
		t->state = r->state;
		t->standing = model_row_standing(r);
	}
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		rows_tell(l, s, order[i], turned[order[i]].v, turned[order[i]].n);
	for (size_t i = 0; i < sizeof turned / sizeof *turned; i++)
		vec_release(&turned[i]);
}

/* ---- the journal's own sentences ------------------------------------------------------ */

/* The kinds that are told otherwise, or say nothing to who does it. */
enum besides { BESIDES_ALWAYS = 1, BESIDES_CONFIRMED, BESIDES_MINE, BESIDES_FIRING, BESIDES_DECLARED, BESIDES_PASSED };
static const unsigned char besides[EVENT_KIND_UNKNOWN + 1] = {
	[EVENT_RUBRIC] = BESIDES_ALWAYS,           /* rows_news */
	[EVENT_PLUGIN] = BESIDES_ALWAYS,           /* news_sources */
	[EVENT_DEPLOY] = BESIDES_ALWAYS,           /* change_tell */
	[EVENT_CHANGE] = BESIDES_ALWAYS,
	[EVENT_AUTOMATIC] = BESIDES_ALWAYS,        /* auto_news */
	[EVENT_ACTION_REQUESTED] = BESIDES_CONFIRMED, /* fired says so; a countdown is told */
	[EVENT_ACTION_ARMED] = BESIDES_MINE,
	[EVENT_ACTION_DISARMED] = BESIDES_MINE,
	[EVENT_ACTION_FIRED] = BESIDES_FIRING,     /* the answer says it */
	[EVENT_COMMANDER] = BESIDES_DECLARED,      /* who declares commands */
	[EVENT_VERIFY] = BESIDES_PASSED,           /* the screen that follows says it */
};

static bool is_told_besides(const struct linear *l, const struct scene *s, const struct model_line *m)
{
	bool mine = *s->ui->person && !strcmp(m->actor, s->ui->person);
	const char *text = m->text ? m->text : "";

	switch ((int)besides[event_kind_of(m->kind)]) {
	case BESIDES_ALWAYS:
		return true;
	case BESIDES_CONFIRMED:
		return !auto_begins(s, m);
	case BESIDES_MINE:
		return mine;
	case BESIDES_FIRING:
		return mine && l->confirm == CONFIRM_FIRING;
	case BESIDES_DECLARED:
		return strstr(text, "(declared)");
	case BESIDES_PASSED:
		return strstr(text, "passed") && s->inc && s->inc->services.n < 2;
	}
	return false;
}

void news_line(struct linear *l, const char *before, const struct model_line *m, int64_t at)
{
	const char *text = m->text && *m->text ? m->text : m->kind;
	bool person = strcmp(m->actor, "engine") != 0 && strncmp(m->actor, "plugin:", 7) != 0 && strncmp(text, m->actor, strlen(m->actor)) != 0;

	spoken_at(&l->out, at, "%s%s%s%s%s", before, person ? m->actor : "", person && !strcmp(m->kind, "note") ? ":" : "", person ? " " : "", text);
}

static void change_tell(struct linear *l, const struct scene *s, const struct model_change *c)
{
	bool deploy = !strcmp(c->what, "deploy");
	const struct model_deploy *d = deploy && c->service ? deploy_of(s, c->service) : NULL;
	char share[80] = "";

	if (model_change_action(s->m, c))
		return; /* ours: what we did was told */
	if (d && d->share < 1 && d->share >= 0 && c->to && d->version && !strcmp(d->version, c->to))
		snprintf(share, sizeof share, ", %s %.0f %%", d->strategy ? d->strategy : "on", 100 * d->share);
	spoken_at(&l->out, c->learned.at, "%s %s%s%s %s%s%s%s%s%s", c->what, c->service ? c->service : "", deploy || !c->name ? "" : " ",
		deploy || !c->name ? "" : c->name, c->from ? c->from : "", c->from ? " -> " : "", c->to ? c->to : "", share,
		c->by ? ", ask " : "", c->by ? c->by : "");
}

/* The one that was learned next after event `seq`, or NULL.  What was filled in of long ago is no news. */
static const struct model_change *change_after(const struct model *m, int64_t seq)
{
	const struct model_change *next = NULL;

	for (size_t i = 0; i < m->changes.n; i++) {
		const struct model_change *c = &m->changes.v[i];
		if (c->seq > seq && !c->filled && (!next || c->seq < next->seq))
			next = c;
	}
	return next;
}

/* Lines are in the order of seq; changes in that in which they happened. */
static void journal_news(struct linear *l, const struct scene *s)
{
	const struct model *m = s->m;
	const struct model_change *c = change_after(m, l->seq);
	size_t a = 0;

	while (a < m->lines.n && m->lines.v[a].seq <= l->seq)
		a++;
	while (a < m->lines.n || c) {
		if (c && (a >= m->lines.n || c->seq <= m->lines.v[a].seq)) {
			change_tell(l, s, c);
			c = change_after(m, c->seq);
		} else {
			if (!is_told_besides(l, s, &m->lines.v[a]))
				news_line(l, "", &m->lines.v[a], m->lines.v[a].at.at);
			a++;
		}
	}
	l->seq = m->seq;
}

/* ---- checks and sources ------------------------------------------------------------------ */

static struct told_check *told_check(struct linear *l, const char *service, const char *name, bool *out_new)
{
	struct told_check *t;

	for (size_t i = 0; i < l->checks.n; i++)
		if (!strcmp(l->checks.v[i].service, service) && !strncmp(l->checks.v[i].name, name, sizeof l->checks.v[i].name - 1)) {
			*out_new = false;
			return &l->checks.v[i];
		}
	t = vec_push(&l->checks);
	text_copy(t->service, sizeof t->service, service);
	text_copy(t->name, sizeof t->name, name);
	*out_new = true;
	return t;
}

/* What it waits for is told once; after that what turned well or bad. */
static void check_tell(struct linear *l, const struct scene *s, const char *service, const struct model_check *c, const char *was)
{
	char d[DURATION_LEN], need[60] = "";
	const char *where = s->inc->services.n > 1 ? service : "";
	bool good = !strcmp(c->state, "good");

	if (c->need_us > c->held_us && good)
		snprintf(need, sizeof need, ", must stay so for %s", duration_clock(c->need_us, d));
	if (!strcmp(was, "good") && !good)
		spoken_at(&l->out, s->now.at, "SETBACK %s%s%s: %s", where, *where ? " " : "", c->name, c->state);
	else if (strcmp(c->state, "waiting") != 0)
		spoken_at(&l->out, s->now.at, "check %s%s%s: %s%s%s%s", where, *where ? " " : "", c->name, c->state, need,
			c->detail && *c->detail ? ", " : "", c->detail ? c->detail : "");
}

/* The names of the checks of a verification that has only begun. */
static void checks_begin(struct linear *l, const struct scene *s, const struct model_verify *v)
{
	char names[SPOKEN_LEN - 100] = "";

	for (size_t k = 0; k < v->checks.n; k++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", k ? "; " : "", v->checks.v[k].name);
	spoken_at(&l->out, s->now.at, "%s%s%zu checks: %s", s->inc->services.n > 1 ? v->service : "", s->inc->services.n > 1 ? ", " : "", v->checks.n, names);
}

void news_checks(struct linear *l, const struct scene *s)
{
	if (s->screen != SCREEN_VERIFYING) {
		vec_release(&l->checks);
		return;
	}
	for (size_t i = 0; i < s->inc->verifies.n; i++) {
		const struct model_verify *v = &s->inc->verifies.v[i];
		bool begun = false, fresh;
		for (size_t k = 0; k < v->checks.n; k++) {
			const struct model_check *c = &v->checks.v[k];
			struct told_check *t = told_check(l, v->service, c->name, &fresh);
			if (fresh && !begun)
				checks_begin(l, s, v);
			begun = begun || fresh;
			if (!strcmp(t->state, c->state))
				continue;
			check_tell(l, s, v->service, c, t->state);
			text_copy(t->state, sizeof t->state, c->state);
		}
	}
}

static struct told_source *told_source(struct linear *l, const char *backend)
{
	struct told_source *t;

	for (size_t i = 0; i < l->sources.n; i++)
		if (!strcmp(l->sources.v[i].backend, backend))
			return &l->sources.v[i];
	t = vec_push(&l->sources);
	text_copy(t->backend, sizeof t->backend, backend);
	t->is = SOURCE_WELL;
	return t;
}

/* What became of a source; that it starts is no news. */
void news_sources(struct linear *l, const struct scene *s)
{
	for (size_t i = 0; i < s->m->kit->n_backends; i++) {
		struct source x;
		source_look(s, i, &x);
		struct told_source *t = told_source(l, x.kit->id);
		bool starts = x.is == SOURCE_GONE && (!x.model || !x.model->state || !strcmp(x.model->state, "starting"));
		if (x.is == t->is || x.is == SOURCE_NONE || starts)
			continue;
		if (x.is == SOURCE_WELL)
			spoken_at(&l->out, s->now.at, "SOURCE %s is back", x.kit->id);
		else
			spoken_at(&l->out, s->now.at, "SOURCE %s: %s", x.kit->id, x.why);
		t->is = x.is;
	}
}

/* ---- all of it ---------------------------------------------------------------------------- */

void news_first(struct linear *l, const struct scene *s)
{
	news_sources(l, s);
	rows_news(l, s);
	auto_first(l, s);
	news_checks(l, s);
	l->seq = s->m->seq;
}

void news_tell(struct linear *l, const struct scene *s)
{
	rows_news(l, s);
	auto_news(l, s);
	journal_news(l, s);
}
