/* A tick's look at the rows: which transitions are to be recorded. */
#include "decide/private.h"

#include <math.h>
#include <string.h>

/* What the row should read, before its breach's own rules. */
struct verdict_of_row {
	enum row_state state;
	int64_t since;            /* judge time; 0: now */
	int64_t until;            /* judge time; 0 none */
	bool drop;                /* the timer ended, and the proposal with it */
	bool filled;              /* nothing new, but that it began earlier */
};

static enum row_policy policy_of(const struct kit_row *r, enum quality q)
{
	switch (q) {
	case QUALITY_OK: break;
	case QUALITY_FAILED: return r->failed;
	case QUALITY_NO_DATA: return r->no_data;
	case QUALITY_LOW_TRAFFIC: return r->too_little;
	case QUALITY_TOO_EARLY: return POLICY_ASK;
	}
	return POLICY_ASK;
}

static const char *quality_word(enum quality q)
{
	switch (q) {
	case QUALITY_OK: return "ok";
	case QUALITY_FAILED: return "failed";
	case QUALITY_NO_DATA: return "no-data";
	case QUALITY_LOW_TRAFFIC: return "low-traffic";
	case QUALITY_TOO_EARLY: return "too-early";
	}
	return "";
}

static struct verdict_of_row row_unsure(const struct row_watch *w, const struct finding *f, bool standing, int64_t t)
{
	struct verdict_of_row v = {.state = ROW_CANNOT_TELL};
	struct run newest;
	tracker_run(&w->t, true, &newest);
	int64_t since = w->t.signal ? run_not_ok_since(&newest, t, w->t.signal->stale_after) : 0;
	switch (policy_of(w->row, f->quality)) {
	case POLICY_ASK:
		v.since = since;
		break;
	case POLICY_BREACH: /* what cannot be seen counts as bad, for as long as the row asks */
		v.since = since;
		v.state = t - (since ? since : t) >= f->need ? ROW_BREACHED : ROW_PENDING;
		v.until = v.state == ROW_PENDING ? since + f->need : 0;
		break;
	case POLICY_IGNORE:
		v.state = standing ? ROW_BREACHED : ROW_CLEAR;
		break;
	}
	return v;
}

static struct verdict_of_row row_sure(const struct finding *f, bool standing, int64_t t)
{
	struct verdict_of_row v = {.state = ROW_CLEAR};
	if (standing && !f->cleared) {
		v.state = ROW_BREACHED;
	} else if (f->holds) {
		v.state = ROW_BREACHED;
		v.since = f->since;
	} else if (f->active && f->need) {
		v.state = ROW_PENDING;
		v.since = f->since;
		v.until = t + (f->need - f->held);
	}
	return v;
}

/* The wall clock's and this boot's reading of a judge time. */
static void put_since(struct jw *w, const struct judge *j, const struct now *now, int64_t since)
{
	int64_t t = judge_time(j, now), back = since && since <= t ? t - since : 0;
	jw_ktime(w, "since", now->at - back);
	jw_kint(w, "since_mono", now->mono - back);
}

static void record_row(const struct judge *j, const struct now *now, const struct row_watch *w,
	const struct finding *f, const struct verdict_of_row *v, const struct model_row *was, struct drafts *out)
{
	const struct kit_row *r = w->row;
	int64_t t = judge_time(j, now), until = v->until ? now->at + (v->until - t) : 0;
	struct jw jw = draft_open(out, EVENT_RUBRIC, NULL, "engine");
	jw_kstr(&jw, "row", r->name);
	jw_kstr(&jw, "service", w->t.service ? w->t.service->name : "");
	jw_kstr(&jw, "signal", r->signal);
	jw_kstr(&jw, "state", row_state_name(v->state));
	jw_knum(&jw, "value", f->value);
	put_since(&jw, j, now, v->since);
	if (v->state == ROW_BREACHED && !(was && model_row_standing(was)))
		until = now->at + r->timer;
	else if (v->state == ROW_BREACHED || v->state == ROW_OVERDUE)
		until = v->drop || was->dropped ? 0 : was->breached.at + r->timer;
	if (until)
		jw_ktime(&jw, "until", until);
	if (v->state == ROW_CANNOT_TELL)
		jw_kstr(&jw, "why", quality_word(f->quality));
	if (v->drop)
		jw_kbool(&jw, "dropped", true);
	jw_kstr(&jw, "action", row_class_name(r->action));
	jw_kstr(&jw, "owner", r->owner);
	if (r->dry_run)
		jw_kstr(&jw, "would", row_class_name(r->action));
	if (v->filled)
		jw_kbool(&jw, "filled", true); /* nothing new but since when */
	draft_close(&jw);
}

/* The timer is the owner's time to decide: a decision since the breach has stopped it. */
static bool is_late(const struct model *m, const struct kit_row *r, const struct model_row *was, const struct now *now)
{
	if (!was || !model_row_standing(was) || r->action == CLASS_TELL || was->dropped)
		return false;
	if (was->state != ROW_OVERDUE && timer_decided(m, was))
		return false;
	struct stamp n = stamp_of_now(now);
	return stamp_diff(&was->breached, &n, NULL) > r->timer;
}

/* What was filled in shows that the bad run behind a standing breach began earlier than was known. */
static bool began_earlier(const struct finding *f, const struct model_row *was, const struct now *now, int64_t t)
{
	struct stamp n = stamp_of_now(now);
	return was && was->onset.at && f->reached && f->since && f->since + US_SECOND < t - stamp_diff(&was->onset, &n, NULL);
}

static void tick_row(const struct model *m, struct judge *j, const struct now *now, struct row_watch *w, struct drafts *out)
{
	struct finding f;
	int64_t t = judge_time(j, now);
	const struct model_row *was = model_row(m, w->row->name, w->t.service ? w->t.service->name : "");
	bool standing = was && model_row_standing(was);
	tracker_find(&w->t, m, t, now, &f);
	struct verdict_of_row v = f.quality == QUALITY_OK ? row_sure(&f, standing, t) : row_unsure(w, &f, standing, t);
	bool late = v.state == ROW_BREACHED && standing && is_late(m, w->row, was, now);
	v.drop = late && w->row->on_timer == END_DROP;
	if (late && !v.drop)
		v.state = ROW_OVERDUE; /* who is asked then: overdue.c */
	enum row_state before = was ? was->state : ROW_CLEAR;
	v.filled = v.state == before && !v.drop && standing && v.state != ROW_CANNOT_TELL && began_earlier(&f, was, now, t);
	if (v.state == before && !v.drop && !v.filled)
		return;
	if (v.filled)
		v.since = f.since;
	record_row(j, now, w, &f, &v, was, out);
}

void tick_rows(const struct model *m, struct judge *j, const struct now *now, struct drafts *out)
{
	vec_each(struct row_watch, w, &j->rows)
		tick_row(m, j, now, w, out);
}

int64_t rows_next(const struct judge *j, int64_t t)
{
	int64_t next = INT64_MAX;
	vec_each(struct row_watch, w, &j->rows) {
		struct run bad;
		if (!w->t.signal || w->t.cond.kind != COND_CMP)
			continue;
		tracker_run(&w->t, true, &bad);
		int64_t stale = w->t.signal->stale_after, held = bad.any ? run_held(&bad, t, stale) : -1;
		int64_t due = held >= 0 && held < w->t.cond.for_us ? t + w->t.cond.for_us - held : INT64_MAX;
		next = due < next ? due : next;
	}
	return next;
}
