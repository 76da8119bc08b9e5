/* Rows of the rubric, and what only people know. */
#include <math.h>
#include <string.h>

#include "model/private.h"

static struct model_row *row_at(struct model *m, const char *row, const char *service)
{
	const struct model_row *found = model_row(m, row, service);
	if (found)
		return &m->rows.v[found - m->rows.v];
	struct model_row *k = vec_push(&m->rows);
	k->row = row;
	k->service = service;
	k->value = NAN;
	index_add(&m->private_->rows, row, service, m->rows.n - 1);
	return k;
}

static bool row_state_of(const char *s, enum row_state *out)
{
	for (int k = ROW_CLEAR; s && k <= ROW_CANNOT_TELL; k++)
		if (strcmp(row_state_name((enum row_state)k), s) == 0) {
			*out = (enum row_state)k;
			return true;
		}
	return false;
}

/* The state stays; the bad run behind the breach began earlier than was known. */
static void onset_moved(struct reduction *r, struct model_row *k)
{
	struct stamp since = body_since(r);
	if (!model_row_standing(k) || stamp_cmp(&since, &k->onset) >= 0)
		return;
	if (!k->would && *k->service)
		change_breached_earlier(r, k->service, k->last_onset, since.at);
	k->onset = k->since = since;
	k->last_onset = since.at;
	vec_each(struct model_incident, i, &r->m->incidents)
		if (i->open && incident_concerns(i, k->service) && !k->would)
			incident_onset_moved(i, k);
}

void reduce_rubric(struct reduction *r)
{
	struct model *m = r->m;
	enum row_state state;
	const char *row = body_name(r, "row"), *service = body_name(r, "service");
	if (!row || !row_state_of(json_get_str(r->body, "state", NULL), &state))
		return;
	struct model_row *k = row_at(m, row, service ? service : model_intern(m, ""));
	if (json_get_bool(r->body, "filled", false)) {
		onset_moved(r, k);
		return;
	}
	k->state = state;
	k->value = json_get_num(r->body, "value", NAN);
	k->since = body_since(r);
	k->changed = r->at;
	k->until = json_get_time(r->body, "until");
	text_set(&k->would, json_get_str(r->body, "would", NULL));
	bool was = k->breached.at != 0;
	if (state == ROW_BREACHED && !was) {
		k->breached = r->at;
		k->onset = k->since;
		k->last_onset = k->since.at ? k->since.at : r->at.at;
		if (!k->would && *k->service)
			change_breached(r, k->service, k->last_onset);
	} else if (state == ROW_CLEAR || state == ROW_PENDING) {
		k->breached = k->onset = (struct stamp){0};
		standing_dropped(m, k);
	}
	k->dropped = k->breached.at && (k->dropped || json_get_bool(r->body, "dropped", false));
	vec_each(struct model_incident, i, &m->incidents) {
		if (!i->open || !incident_concerns(i, k->service) || k->would)
			continue;
		if (!was && k->breached.at)
			incident_add_breach(r, i, k);
		else if (was && !k->breached.at)
			incident_eased(r, i);
	}
}

static void reports_forget(struct model *m)
{
	for (size_t k = m->reports.n; k-- > 0;) {
		const struct model_report *p = &m->reports.v[k];
		bool held = false;
		vec_each(struct model_incident, i, &m->incidents)
			held = held || (i->open && incident_concerns(i, p->service));
		if (p->gone && !held)
			vec_drop(&report_table, &m->reports, k);
	}
	vec_bound(&report_table, &m->reports, 1000);
}

static void report_gone(struct reduction *r, const char *signal, const char *service)
{
	vec_each(struct model_report, p, &r->m->reports)
		if (p->signal == signal && (!service || p->service == service) && !p->gone)
			p->gone = true;
	reports_forget(r->m);
}

void reduce_report(struct reduction *r)
{
	struct model *m = r->m;
	const char *signal = body_name(r, "signal"), *service = body_name(r, "service");
	if (!signal)
		return;
	if (json_get_bool(r->body, "gone", false)) {
		report_gone(r, signal, service);
		return;
	}
	struct model_report *p = vec_push(&m->reports);
	p->signal = signal;
	p->service = service;
	p->note = mem_str(json_get_str(r->body, "note", ""));
	p->by = model_intern(m, r->e->actor);
	p->incident = model_intern(m, r->e->incident);
	p->at = r->at;
	p->seq = r->e->seq;
	vec_each(struct model_incident, i, &m->incidents)
		if (i->open && incident_concerns(i, service)) {
			if (!i->reported.at)
				i->reported = r->at;
			incident_unverify(i); /* said again after verified: it is not */
		}
	reports_forget(m);
}
