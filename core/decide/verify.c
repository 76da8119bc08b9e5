/* Verified means: what was bad is good (contract 4, "Verified").  The watch is
 * set up in watch.c; here it is looked at, on every tick. */
#include "decide/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAY_EVERY (5 * US_SECOND)

/* ---- looking ---- */
enum check_state { CHECK_GOOD, CHECK_WAITING, CHECK_BAD, CHECK_CANNOT_TELL, CHECK_UNANSWERED };
static const char *const check_words[] = {"good", "waiting", "bad", "cannot-tell", "unanswered"};

struct look {                         /* a tick's look at one service */
	struct jw w;
	bool all_good, unmeasured;
	int measured;                 /* checks beyond the backend's version */
	char states[600];
	char first_bad[200];
};

static void put_check(struct look *l, const char *name, const char *from, enum check_state s, bool was_bad, int64_t held, int64_t need,
	double value, const char *detail)
{
	jw_obj(&l->w);
	jw_kstr(&l->w, "name", name);
	jw_kstr(&l->w, "from", from);
	jw_kstr(&l->w, "state", check_words[s]);
	jw_kbool(&l->w, "was_bad", was_bad);
	jw_knum(&l->w, "held_s", (double)held / 1e6);
	jw_knum(&l->w, "need_s", (double)need / 1e6);
	if (isfinite(value))
		jw_knum(&l->w, "value", value);
	if (detail)
		jw_kstr(&l->w, "detail", detail);
	jw_obj_end(&l->w);
	size_t n = strlen(l->states);
	if (n + 2 < sizeof l->states) {
		l->states[n] = check_words[s][0];
		l->states[n + 1] = '\0';
	}
	if (s == CHECK_GOOD)
		return;
	l->all_good = false;
	l->unmeasured = l->unmeasured || s == CHECK_CANNOT_TELL;
	if (!l->first_bad[0])
		(void)snprintf(l->first_bad, sizeof l->first_bad, "%.120s: %.60s", name, detail ? detail : check_words[s]);
}

static void look_condition(struct look *l, const struct model *m, const struct judge *j, const struct now *now, struct check_watch *c)
{
	struct finding f;
	int64_t t = judge_time(j, now);
	tracker_find(&c->t, m, t, now, &f);
	int64_t need = c->by_clear ? c->t.clear_us : f.need;
	int64_t held = c->by_clear ? f.clear_held : f.held;
	bool good = c->by_clear ? f.cleared : f.holds;
	bool draining = t < c->t.not_before_t + (c->t.signal ? c->t.signal->every : 0) && !c->t.bad.any;
	enum check_state s = good ? CHECK_GOOD : draining ? CHECK_WAITING : f.quality != QUALITY_OK ? CHECK_CANNOT_TELL :
		held >= 0 ? CHECK_WAITING : CHECK_BAD;
	const char *detail = draining ? "its window drains first" : NULL;
	if (s == CHECK_CANNOT_TELL)
		detail = c->t.bad.any ? "no fresh sample" : "no sample newer than the revert yet";
	l->measured++;
	put_check(l, c->name, c->from, s, c->was_bad, held > 0 ? (held < need ? held : need) : 0, need, f.value, detail);
}

/* The one that was done last, whenever it was asked for: what was made elsewhere meanwhile stands behind it in the list. */
static const struct model_action *last_deploying(const struct model_incident *i, const char *service)
{
	const struct model_action *last = NULL;
	vec_each(struct model_action, a, &i->actions)
		if (a->recovery && a->outcome == OUTCOME_DONE && a->to && strcmp(a->service, service) == 0 && a->level >= 2 &&
			(!last || stamp_cmp(&a->ended, &last->ended) >= 0))
			last = a;
	return last;
}

static bool told_since(const struct model *m, const struct model_deploy *d, const struct model_action *a)
{
	const struct model_backend *b = d->backend ? model_backend(m, d->backend) : NULL;
	return stamp_cmp(&d->learned, &a->fired) >= 0 && b && b->state && strcmp(b->state, "ready") == 0;
}

/* One place of the service.  What a backend left out is not taken for good. */
static enum check_state look_place(const struct model *m, const struct model_deploy *d, const struct model_action *a, char *detail, size_t cap)
{
	bool right = strcmp(d->version, a->to) == 0, whole = d->share >= 1 && d->instances_old <= 0;
	bool settled = d->state && (strcmp(d->state, "live") == 0 || strcmp(d->state, "rolled-back") == 0);
	bool named = d->place && *d->place;
	(void)snprintf(detail, cap, "%s%.40s%s%.60s serves %.0f %%", named ? "in " : "", named ? d->place : "", named ? " " : "", d->version, d->share * 100);
	if (right && whole && settled)
		return CHECK_GOOD;
	return !told_since(m, d, a) ? CHECK_CANNOT_TELL : right ? CHECK_WAITING : CHECK_BAD;
}

/* Every place of the service has to show it, and one of them after it was fired. */
static void look_version(struct look *l, const struct model *m, const struct model_incident *i, const struct kit_service *s)
{
	static const int worse[] = {[CHECK_GOOD] = 0, [CHECK_WAITING] = 1, [CHECK_CANNOT_TELL] = 2, [CHECK_BAD] = 3};
	const struct model_action *a = s->verify.version ? last_deploying(i, s->name) : NULL;
	char detail[200] = "", one[200];
	enum check_state worst = CHECK_GOOD;
	bool told = false;
	if (!a)
		return;
	vec_each(struct model_deploy, d, &m->deploys) {
		if (strcmp(d->service, s->name) != 0)
			continue;
		enum check_state c = look_place(m, d, a, one, sizeof one);
		told = told || told_since(m, d, a);
		if (!detail[0] || worse[c] > worse[worst])
			text_copy(detail, sizeof detail, one);
		worst = worse[c] > worse[worst] ? c : worst;
	}
	if (!told) {
		worst = CHECK_CANNOT_TELL;
		text_copy(detail, sizeof detail, "the backend has told nothing since it was fired");
	}
	put_check(l, "one version serves", "backend", worst, true, 0, 0, NAN, detail);
}

/* Reports of the incident on this service; those of no service are asked where the first service is looked at. */
static void look_reports(struct look *l, const struct model *m, const struct model_incident *i, const char *service, bool first)
{
	vec_each(struct model_report, p, &m->reports) {
		bool ours = p->service ? strcmp(p->service, service) == 0 : first;
		if (!ours || !i->reported.at || stamp_cmp(&p->at, &i->reported) < 0)
			continue;
		char name[160];
		(void)snprintf(name, sizeof name, "\"%.120s\"", p->note && *p->note ? p->note : p->signal);
		put_check(l, name, "report", p->gone ? CHECK_GOOD : CHECK_UNANSWERED, true, 0, 0, NAN, p->gone ? "answered: gone" : p->by);
		l->measured++;
	}
}

static enum verify_state state_of(const struct look *l, const struct verify_watch *w, int64_t t)
{
	if (!l->measured)
		return VERIFY_NONE;
	if (l->all_good)
		return VERIFY_PASSED;
	if (t - w->acted_t < w->service->verify.within)
		return VERIFY_WAITING;
	return l->unmeasured ? VERIFY_UNMEASURED : VERIFY_FAILED;
}

static void verify_why(const struct look *l, const struct verify_watch *w, enum verify_state s, int64_t t, struct jw *jw)
{
	switch (s) {
	case VERIFY_PASSED:
		return;
	case VERIFY_NONE:
		jw_kstr(jw, "why", "the kit names nothing to check, and nothing that was measured had been bad");
		return;
	case VERIFY_WAITING:
		if (t - w->acted_t > w->service->verify.caches_may_lag && l->first_bad[0] && strchr(l->states, 'b'))
			jw_kstr(jw, "why", l->first_bad);
		return;
	case VERIFY_FAILED: case VERIFY_UNMEASURED:
		jw_kstr(jw, "why", l->first_bad);
		return;
	}
}

/* passed: what has passed is told last, or an incident would be verified for as long as the rest is not told yet. */
static void look_at(const struct model *m, const struct judge *j, const struct now *now, struct verify_watch *w, bool first, struct drafts *out,
	struct drafts *passed)
{
	const struct model_incident *i = model_incident(m, w->incident);
	struct look l = {.all_good = true};
	struct buf checks;
	int64_t t = judge_time(j, now);
	buf_init(&checks, JSON_LINE_MAX / 2);
	jw_init(&l.w, &checks);
	jw_arr(&l.w);
	for (size_t c = 0; c < w->checks.n; c++)
		look_condition(&l, m, j, now, &w->checks.v[c]);
	look_version(&l, m, i, w->service);
	look_reports(&l, m, i, w->service->name, first);
	jw_arr_end(&l.w);
	enum verify_state s = state_of(&l, w, t);
	const struct model_verify *was = model_verify(i, w->service->name);
	bool due = t - w->said_t >= SAY_EVERY; /* values move though no state does */
	if (!was || was->state != s || strcmp(w->said, l.states) != 0 || due) {
		struct jw jw = draft_open(s == VERIFY_PASSED ? passed : out, EVENT_VERIFY, w->incident, "engine");
		jw_kstr(&jw, "service", w->service->name);
		jw_kstr(&jw, "state", verify_state_name(s));
		verify_why(&l, w, s, t, &jw);
		jw_key(&jw, "checks");
		jw_raw(&jw, buf_str(&checks), checks.len);
		draft_close(&jw);
		text_copy(w->said, sizeof w->said, l.states);
		w->said_t = t;
	}
	buf_release(&checks);
}

void tick_verify(const struct model *m, struct judge *j, const struct now *now, struct drafts *out)
{
	struct drafts passed = {0};
	for (size_t k = 0; k < j->verifies.n; k++) {
		struct verify_watch *w = &j->verifies.v[k];
		const struct model_incident *i = model_incident(m, w->incident);
		bool first = true;
		for (size_t q = 0; q < k; q++)
			first = first && strcmp(j->verifies.v[q].incident, w->incident) != 0;
		if (i && i->open && !i->verified.at)
			look_at(m, j, now, w, first, out, &passed);
	}
	drafts_move(out, &passed);
}
