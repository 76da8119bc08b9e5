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

const char *timer_then(const struct model *m, const struct model_row *r, char out[TIMER_THEN])
{
	const struct kit_row *k = row_of(m, r);
	const struct model_incident *i = timer_incident(m, r);
	if (!k)
		return NULL;
	switch (k->on_timer) {
	case END_DROP:
		(void)snprintf(out, TIMER_THEN, "nothing is proposed any more");
		return out;
	case END_FIRE: /* what does not act by itself is asked */
	case END_ESCALATE:
		break;
	}
	if (i && i->commander)
		(void)snprintf(out, TIMER_THEN, "asks %s, who commands", i->commander);
	else
		(void)snprintf(out, TIMER_THEN, "asks whoever may command");
	return out;
}
