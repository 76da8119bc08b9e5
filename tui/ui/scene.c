/* Choosing the screen, and the lines that more than one view draws. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/ui/scene.h"

/* ---- which screen -------------------------------------------------------- */

/* The recovery action the clock follows now: one that runs or is unknown, else the last one that ended. */
static const struct model_action *action_now(const struct model_incident *i)
{
	const struct model_action *last = NULL;

	for (size_t k = 0; k < i->actions.n; k++) {
		const struct model_action *a = &i->actions.v[k];
		if (a->outcome == OUTCOME_COUNTDOWN)
			continue; /* it has a screen of its own */
		if (!action_over(a))
			return a;
		if (a->recovery || !last || !last->recovery)
			last = a;
	}
	return last;
}

/* Something pends or breached; a row of a service that has left the kit counts, too. */
static bool trouble(const struct scene *s)
{
	if (health_count(s->health, RANK_BAD) + health_count(s->health, RANK_NEAR))
		return true;
	for (size_t i = 0; i < s->m->rows.n; i++)
		if (model_row_standing(&s->m->rows.v[i]))
			return true;
	return false;
}

/* What counts down here and ends first, else anywhere. */
static const struct model_action *countdown_of(const struct model *m, const struct model_incident *i)
{
	const struct model_action *first = NULL;

	for (size_t k = 0; i && k < i->actions.n; k++) {
		const struct model_action *a = &i->actions.v[k];
		if (i->open && a->outcome == OUTCOME_COUNTDOWN && (!first || a->requested.at + a->countdown_us < first->requested.at + first->countdown_us))
			first = a;
	}
	return first ? first : model_countdown(m, NULL);
}

static enum screen screen_of(const struct scene *s)
{
	if (!s->m || !s->m->kit)
		return SCREEN_WAITING;
	if (!s->inc)
		return trouble(s) ? SCREEN_PENDING : SCREEN_QUIET;
	if (s->down && !strcmp(s->down->incident, s->inc->name))
		return SCREEN_COUNTDOWN; /* whatever else runs goes on without anybody */
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
	s->real = sight->real;
	s->stamp = stamp_of_now(&s->now);
	s->rows = rows;
	s->cols = cols;
	s->health = ui->health;
	if (s->m)
		s->inc = ui_incident(ui, s->m);
	s->down = s->m ? countdown_of(s->m, s->inc) : NULL;
	if (s->m && s->m->kit)
		health_look(ui->health, s->m, &s->now);
	if (s->inc) {
		phases_of(s->m, s->inc, &s->ph);
		s->act = action_now(s->inc);
	}
	s->demo = ui->demo || (s->m && s->m->environment && !strncasecmp(s->m->environment, "demo", 4)) ||
		(s->inc && s->inc->kind != INCIDENT_REAL);
	s->screen = screen_of(s);
	s->side = cols >= 150 && s->screen != SCREEN_WAITING && ui->places[ui->depth].view == VIEW_MAIN;
}

static int change_compare(const void *a, const void *b)
{
	const struct model_change *x = *(const struct model_change *const *)a, *y = *(const struct model_change *const *)b;

	return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : (x->seq < y->seq) - (x->seq > y->seq);
}

/* They were learned in another order than they happened: a source that starts tells of what was there. */
size_t changes_newest(const struct model *m, const struct model_change *out[CHANGES_MOST])
{
	size_t n = 0;

	for (size_t i = m->changes.n; i-- > 0 && n < CHANGES_MOST;)
		out[n++] = &m->changes.v[i];
	qsort(out, n, sizeof *out, change_compare);
	return n;
}

bool may_ask(const struct scene *s)
{
	return !s->ui->read_only && *s->ui->person && !ui_looks_back(s->ui);
}

const char *when_short(const struct scene *s, int64_t at, char out[WHEN_LEN])
{
	return when_day(s->now.at, at, out);
}

enum rank service_rank(const struct scene *s, const struct kit_service *svc)
{
	return health_of(s->health, svc->name)->rank;
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
