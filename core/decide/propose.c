/* One proposal, and what it will take. */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

int64_t expected_time(const struct model *m, const struct kit_action *a, const char **out_why)
{
	for (size_t k = m->incidents.n; k-- > 0;) {
		const struct model_incident *i = &m->incidents.v[k];
		for (size_t q = i->actions.n; q-- > 0;) {
			const struct model_action *x = &i->actions.v[q];
			if (x->outcome == OUTCOME_DONE && x->fired.at && strcmp(x->action, a->name) == 0 && strcmp(x->service, a->service->name) == 0 &&
				strcmp(x->changed ? x->changed : "", "full") == 0) {
				*out_why = i->kind == INCIDENT_DRILL ? "like its last drill here" : "like its last run here";
				return stamp_diff(&x->fired, &x->ended, NULL);
			}
		}
	}
	if (a->confirmed.given) {
		*out_why = "claimed in the kit";
		return a->confirmed.time;
	}
	*out_why = "not known";
	return -1;
}

static bool better(const struct model *m, const struct kit_action *a, const struct kit_action *b)
{
	const char *ignore;
	if (!b || a->level != b->level)
		return !b || a->level < b->level;
	int64_t ta = expected_time(m, a, &ignore), tb = expected_time(m, b, &ignore);
	return ta >= 0 && (tb < 0 || ta < tb); /* else file order: the first stays */
}

static const struct kit_action *best_of_class(const struct model *m, const char *service, enum row_class c)
{
	const struct kit_action *best = NULL;
	for (size_t s = 0; s < m->kit->n_services; s++)
		for (size_t k = 0; k < m->kit->services[s].n_actions; k++) {
			const struct kit_action *a = &m->kit->services[s].actions[k];
			if (a->cls == c && kit_action_covers(a, service) && better(m, a, best))
				best = a;
		}
	return best;
}

const struct kit_action *row_action(const struct model *m, const struct kit_row *r, const char *service)
{
	if (r->action == CLASS_TELL || r->dry_run)
		return NULL;
	const struct kit_action *named = r->fire ? kit_action(m->kit, service, r->fire) : NULL;
	return named ? named : best_of_class(m, service, r->action);
}

/* Standing rows of the incident's services; reverse before what only slows. */
static const struct kit_action *of_rows(const struct model *m, const struct model_incident *i, const char *service, char *why, size_t cap)
{
	const struct kit_action *best = NULL;
	vec_each(struct model_row, r, &m->rows) {
		const struct kit_row *k = model_row_standing(r) && !r->dropped && *r->service ? kit_row(m->kit, r->row) : NULL;
		bool ours = k && (i ? incident_has_service(i, r->service) : strcmp(r->service, service) == 0);
		const struct kit_action *a = ours ? row_action(m, k, r->service) : NULL;
		if (a && (!best || (a->cls == CLASS_REVERSE && best->cls != CLASS_REVERSE))) {
			best = a;
			(void)snprintf(why, cap, "%s breached on %s", r->row, r->service);
		}
	}
	return best;
}

static bool already_reverted(const struct model *m, const struct model_incident *i)
{
	struct phases p;
	phases_of(m, i, &p);
	vec_each(struct model_action, a, &i->actions)
		if (!action_over(a))
			return true;
	return p.at[PHASE_ACTED].at != 0;
}

const struct kit_action *propose(const struct model *m, const struct model_incident *i, const char *service, char *why, size_t cap)
{
	text_copy(why, cap, "no action of the kit fits");
	if (!m->kit || (i && already_reverted(m, i)))
		return NULL;
	const struct kit_action *a = of_rows(m, i, service ? service : "", why, cap);
	for (size_t k = 0; i && !a && k < i->services.n; k++) { /* declared on people's word: the tier's default */
		const struct kit_service *s = kit_service(m->kit, i->services.v[k].name);
		if (!s || (s->tier->recovery != RECOVERY_ROLLBACK && s->tier->recovery != RECOVERY_AUTO_ROLLBACK))
			continue;
		a = best_of_class(m, s->name, CLASS_REVERSE);
		if (a)
			(void)snprintf(why, cap, "what tier %s does by default", s->tier->id);
	}
	return a;
}
