/* The owner's timer of a row. */
#include <stdio.h>
#include <string.h>

#include "model/timer.h"

static const struct kit_row *row_of(const struct model *m, const struct model_row *r)
{
	const struct kit_row *k = m->kit ? kit_row(m->kit, r->row) : NULL;
	return k && k->action != CLASS_TELL && !k->dry_run ? k : NULL;
}

const struct model_incident *timer_incident(const struct model *m, const struct model_row *r)
{
	const struct model_incident *i = NULL;
	if (*r->service)
		return model_incident_of_service(m, r->service);
	(void)model_open_incidents(m, &i);
	return i;
}

bool timer_decided(const struct model *m, const struct model_row *r)
{
	const struct model_incident *i = timer_incident(m, r);
	for (size_t k = 0; i && k < i->actions.n; k++)
		if (i->actions.v[k].fired.at && stamp_cmp(&i->actions.v[k].requested, &r->breached) >= 0)
			return true;
	return false;
}

bool timer_runs(const struct model *m, const struct model_row *r, int64_t *out_until)
{
	const struct kit_row *k = row_of(m, r);
	if (!k || !model_row_standing(r) || r->state == ROW_OVERDUE || r->dropped || timer_decided(m, r))
		return false;
	*out_until = r->breached.at + k->timer;
	return true;
}

bool timer_acts(const struct model *m, const struct model_row *r)
{
	const struct kit_row *k = row_of(m, r);
	return k && k->on_timer == END_FIRE && m->kit->armed && names_has(&m->kit->automatic.on, m->engine_host ? m->engine_host : "");
}

const char *timer_then(const struct model *m, const struct model_row *r, char out[TIMER_THEN])
{
	const struct kit_row *k = row_of(m, r);
	const struct model_incident *i = timer_incident(m, r);
	const char *first = timer_acts(m, r) ? "acts by itself, or " : ""; /* what is missing for that is asked instead */
	if (!k)
		return NULL;
	switch (k->on_timer) {
	case END_DROP:
		(void)snprintf(out, TIMER_THEN, "nothing is proposed any more");
		break;
	case END_FIRE:
	case END_ESCALATE:
		if (i && i->commander)
			(void)snprintf(out, TIMER_THEN, "%sasks %s, who commands", first, i->commander);
		else
			(void)snprintf(out, TIMER_THEN, "%sasks whoever may command", first);
		break;
	}
	return out;
}
