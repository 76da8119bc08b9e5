/* `changes`: what went live or was switched, newest first, and what health did since. */
#include "config.h"

#include <string.h>

#include "report/parts.h"

/* What the service's rows did from the change on, until another deploy took its place. */
static const char *since_word(const struct model *m, const struct model_change *c)
{
	const struct kit_service *s = m->kit && c->service ? kit_service(m->kit, c->service) : NULL;
	const struct model_change *next = !strcmp(c->what, "deploy") ? model_change_next(m, c) : NULL;
	int64_t until = next ? next->at : INT64_MAX;
	bool measured = false, bad = false, blind = false;
	for (size_t k = 0; s && k < m->kit->n_rows; k++)
		measured |= !m->kit->rows[k].is_report && kit_row_covers(m->kit, &m->kit->rows[k], s);
	vec_each(struct model_row, r, &m->rows) {
		if (!c->service || strcmp(r->service, c->service) != 0)
			continue;
		bad |= (model_row_standing(r) && !next) || (r->breached.at >= c->at && r->breached.at && r->breached.at < until);
		blind |= r->state == ROW_CANNOT_TELL && !next;
	}
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_breach, b, &i->breaches)
			bad |= c->service && !strcmp(b->service, c->service) && b->at.at >= c->at && b->at.at < until;
	return bad ? "breached" : !measured ? "not-measured" : blind ? "cannot-tell" : "clean";
}

/* The version that a deploy brought was rolled back from. */
static bool was_undone(const struct model *m, const struct model_change *c)
{
	const struct model_version *v = c->service && c->to && !strcmp(c->what, "deploy") ? model_version(m, c->service, c->to) : NULL;
	return v && v->verdict == VERDICT_BAD;
}

static void print_json(struct jw *w, const struct model *m, const struct model_change *c)
{
	jw_obj(w);
	jw_ktime(w, "at", c->at);
	jw_kstr(w, "service", c->service);
	jw_kstr(w, "what", c->what);
	jw_kstr(w, "name", c->name);
	jw_kstr(w, "from", c->from);
	jw_kstr(w, "to", c->to);
	jw_kstr(w, "by", c->by);
	jw_kstr(w, "backend", c->backend);
	jw_kstr(w, "since", since_word(m, c));
	jw_kbool(w, "rolled_back", was_undone(m, c));
	jw_obj_end(w);
}

static void print_text(struct buf *out, const struct model *m, const struct model_change *c, const struct now *now)
{
	char day[CLOCK_LEN], age[DURATION_LEN], step[160], by[200];
	const char *since = since_word(m, c);
	part_say(out, "%s %-7s %-12s ", instant_local(c->at, "%m-%d %H:%M:%S", day, sizeof day), c->what, c->service ? c->service : "-");
	if (c->name && (!c->service || strcmp(c->name, c->service) != 0))
		part_say(out, "%s ", c->name);
	buf_adds(out, part_step(c, step, sizeof step));
	const struct model_action *ours = model_change_action(m, c);
	if (ours)
		part_say(out, "  %s, by %s", ours->key, part_by(ours, by, sizeof by));
	else if (c->by)
		part_say(out, "  ask %s", c->by);
	part_say(out, "  %s", !strcmp(since, "not-measured") ? "not measured" : !strcmp(since, "cannot-tell") ? "cannot tell" : since);
	if (!strcmp(since, "clean"))
		part_say(out, " %s", duration_short(now->at > c->at ? now->at - c->at : 0, age));
	buf_adds(out, was_undone(m, c) ? ", rolled back\n" : "\n");
}

static bool wanted(const struct model_change *c, const char *service, int64_t since)
{
	return (!service || (c->service && !strcmp(c->service, service))) && c->at >= since;
}

void report_changes(const struct model *m, const char *service, int64_t since, bool json, const struct now *now, struct buf *out)
{
	struct jw w;
	int n = 0;
	jw_init(&w, out);
	if (json)
		jw_arr(&w);
	for (size_t k = m->changes.n; k-- > 0;) {
		const struct model_change *c = &m->changes.v[k];
		if (!wanted(c, service, since))
			continue;
		n++;
		if (json)
			print_json(&w, m, c);
		else
			print_text(out, m, c, now);
	}
	if (json)
		jw_arr_end(&w);
	if (json)
		buf_addc(out, '\n');
	else if (!n)
		buf_adds(out, "no change is known of that time\n");
}
