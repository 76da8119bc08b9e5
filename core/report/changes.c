/* `changes`: what went live or was switched, newest first, and what health did since. */
#include "config.h"

#include <string.h>

#include "decide/aftermath.h"
#include "report/parts.h"

/* The version that a deploy brought was rolled back from. */
static bool was_undone(const struct model *m, const struct model_change *c)
{
	const struct model_version *v = c->service && c->to && !strcmp(c->what, "deploy") ? model_version(m, c->service, c->to) : NULL;
	return v && v->verdict == VERDICT_BAD;
}

static void print_json(struct jw *w, const struct model *m, const struct model_change *c, const struct now *now)
{
	struct aftermath after;
	char words[AFTERMATH_LEN];
	aftermath_of(m, c, now, &after);
	jw_obj(w);
	jw_ktime(w, "at", c->at);
	jw_kstr(w, "service", c->service);
	jw_kstr(w, "what", c->what);
	jw_kstr(w, "name", c->name);
	jw_kstr(w, "from", c->from);
	jw_kstr(w, "to", c->to);
	jw_kstr(w, "by", c->by);
	jw_kstr(w, "backend", c->backend);
	jw_kstr(w, "since", aftermath_name(&after));
	jw_kstr(w, "health", aftermath_words(&after, now, false, words));
	if (c->breach) {
		jw_kstr(w, "breached", c->breach);
		part_seconds(w, "breached_after_s", after.later);
	}
	if (after.what == AFTER_SOAKING)
		part_seconds(w, "soak_left_s", after.left);
	if (after.what == AFTER_KEPT)
		jw_ktime(w, "kept", after.at);
	jw_kbool(w, "rolled_back", was_undone(m, c));
	jw_obj_end(w);
}

static void print_text(struct buf *out, const struct model *m, const struct model_change *c, const struct now *now)
{
	char day[CLOCK_LEN], words[AFTERMATH_LEN], step[160], by[200];
	struct aftermath after;
	aftermath_of(m, c, now, &after);
	part_say(out, "%s %-7s %-12s ", instant_local(c->at, "%m-%d %H:%M:%S", day, sizeof day), c->what, c->service ? c->service : "-");
	if (c->name && (!c->service || strcmp(c->name, c->service) != 0))
		part_say(out, "%s ", c->name);
	buf_adds(out, part_step(c, step, sizeof step));
	const struct model_action *ours = model_change_action(m, c);
	if (ours)
		part_say(out, "  %s, by %s", ours->key, part_by(ours, by, sizeof by));
	else if (c->by)
		part_say(out, "  ask %s", c->by);
	part_say(out, "  %s\n", aftermath_words(&after, now, false, words));
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
			print_json(&w, m, c, now);
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
