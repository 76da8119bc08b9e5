/* Rows whose owner did not decide in time: the commander is asked, and asked
 * again, until somebody decides or the breach ends. */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

#define ACTS_WITHIN US_MINUTE

/* The commander, or where nobody commands: "whoever may take command (maya, lena)". */
static void put_who(const struct model *m, const char *commander, char *out, size_t cap)
{
	size_t n = 0, first;
	if (commander) {
		text_copy(out, cap, commander);
		return;
	}
	n = first = (size_t)snprintf(out, cap, "whoever may take command");
	for (size_t p = 0; p < m->kit->n_people; p++)
		if (kit_has_role(&m->kit->people[p], "incident-commander") && n + strlen(m->kit->people[p].id) + 4 < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s", n == first ? " (" : ", ", m->kit->people[p].id);
	if (n > first)
		text_copy(out + n, cap - n, ")");
}

static void want_decision(const struct model *m, const struct model_row *r, const struct kit_row *k, const char *id, struct wants *w)
{
	const struct model_incident *i = timer_incident(m, r);
	char d[DURATION_LEN], who[260];
	struct want *x = want_add(w, "overdue", r->service);
	text_copy(x->id, sizeof x->id, id);
	x->incident = i ? i->name : NULL;
	x->row = r->row;
	x->to = i ? i->commander : NULL;
	x->span = k->timer;
	x->then = "asks again";
	put_who(m, x->to, who, sizeof who);
	(void)snprintf(x->text, sizeof x->text, "%s%s%s stands, and %s did not decide in %s: %s decides.", r->service, *r->service ? " " : "", r->row,
		k->owner, duration_clock(k->timer, d), who);
}

/* Where its end acts by itself that is tried first: people are asked once it says what is missing, or says nothing for
 * too long. */
static bool acts_first(const struct model *m, const struct model_row *r, const struct now *now)
{
	struct stamp n = stamp_of_now(now);
	if (*r->service && model_countdown(m, r->service))
		return true;
	return timer_acts(m, r) && !model_hold(m, r->row, r->service) && stamp_diff(&r->changed, &n, NULL) < ACTS_WITHIN;
}

void want_overdue(const struct model *m, const struct now *now, struct wants *w)
{
	vec_each(struct model_row, r, &m->rows) {
		const struct kit_row *k = model_row_standing(r) ? kit_row(m->kit, r->row) : NULL;
		char id[WANT_ID];
		if (!k || k->dry_run || r->dropped || timer_decided(m, r) || acts_first(m, r, now))
			continue;
		(void)snprintf(id, sizeof id, "overdue:%s:%s", r->row, r->service);
		/* what cannot be told for a while does not take the question away */
		if (r->state == ROW_OVERDUE || (r->state == ROW_CANNOT_TELL && model_prompt(m, id)))
			want_decision(m, r, k, id, w);
	}
}
