/* The oracle.  Rules are the contract's words, applied to samples as they were
 * told and to the truth, in the plainest way. */
#include "config.h"

#include "oracle.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STALE SEC(15)
#define AHEAD SEC(5)
#define SLACK SEC(1.5)

void ruling_release(struct ruling *v)
{
	vec_release(&v->onset_errors);
}

static void wrong(struct ruling *out, int *count, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void wrong(struct ruling *out, int *count, const char *fmt, ...)
{
	va_list ap;
	++*count;
	if (out->why[0])
		return;
	va_start(ap, fmt);
	(void)vsnprintf(out->why, sizeof out->why, fmt, ap);
	va_end(ap);
}

/* ---- conditions over what was told ---- */
struct rule { const char *row; enum signal_id g; double limit; bool below; int64_t need; };

static bool meets(const struct rule *r, double v)
{
	return r->below ? v < r->limit : v > r->limit;
}

static bool judged(const struct told *x)
{
	return x->age <= STALE && x->age >= -AHEAD;
}

/* Do the samples measured and arrived after `from` meet the rule for its whole time, up to now? */
static bool held(const struct told_list *l, const struct rule *r, int64_t from, int64_t now)
{
	const struct told *newer = NULL;
	for (size_t i = l->all.n; i-- > 0;) {
		const struct told *x = &l->all.v[i];
		if (x->arrived > now || !judged(x) || x->state != TOLD_OK || (x->arrived >= from && x->arrived - x->age < from))
			continue;
		bool edge = x->arrived - x->age < from + 2 * SLACK; /* `from` itself is not meant to the second */
		if (x->arrived < from || (!edge && !meets(r, x->value)))
			break;
		if (!meets(r, x->value))
			continue;
		if (newer ? newer->arrived - x->arrived > 2 * STALE + SLACK : now - x->arrived > STALE)
			break;
		newer = x;
		if (now - x->arrived >= r->need)
			return true;
	}
	return newer && now - newer->arrived >= r->need;
}

/* Did the row breach beyond doubt: an unbroken run of judged samples, as long as it asks, that was not over long before `from`? */
static bool breached(const struct told_list *l, const struct rule *r, int64_t from, int64_t now)
{
	int64_t start = 0, last = 0;
	for (size_t i = 0; i < l->all.n && l->all.v[i].arrived <= now; i++) {
		const struct told *x = &l->all.v[i];
		if (!judged(x))
			continue;
		if (x->state != TOLD_OK || !meets(r, x->value) || (last && x->arrived - last > STALE)) {
			start = 0;
		} else if (!start) {
			start = x->arrived;
		} else if (x->arrived - start >= r->need && x->arrived < now - SLACK && x->arrived > from - SEC(20)) {
			return true;
		}
		last = x->arrived;
	}
	return false;
}

static int rows_of(const struct truth *t, struct rule out[8])
{
	int n = 0;
	out[n++] = (struct rule){"errors-high", SIG_ERRORS, 0.05, false, t->row_for};
	out[n++] = (struct rule){"slow-pages", SIG_LATENCY, 500, false, SEC(20)};
	if (t->side_row)
		out[n++] = (struct rule){"side-high", SIG_SIDE, 0.2, false, SEC(15)};
	if (t->fault_row)
		out[n++] = (struct rule){"many-faults", SIG_FAULTS, 20, false, SEC(60)};
	if (t->burn_row)
		out[n++] = (struct rule){"burns", SIG_BURNT, 0.2, false, SEC(180)};
	return n;
}

static int checks_of(const struct truth *t, struct rule out[4])
{
	int n = 0;
	if (!t->few_checks)
		out[n++] = (struct rule){"errors < 2%", SIG_ERRORS, 0.02, true, SEC(30)};
	out[n++] = (struct rule){"latency < 500ms", SIG_LATENCY, 500, true, SEC(20)};
	if (t->volume)
		out[n++] = (struct rule){"hits > 10", SIG_HITS, 10, false, SEC(10)};
	return n;
}

static bool required(const struct drive *d, int s, const struct rule *r, int64_t from, int64_t now)
{
	if (r->g == SIG_ERRORS && d->t->traffic < 4)
		return false; /* too little to judge by */
	return breached(source_list(&d->source, s, r->g), r, from, now);
}

/* ---- verified ---- */
static bool acted_upon(const struct drive *d, int s, int64_t now)
{
	vec_each(struct acting, a, &d->acts)
		if (a->over && a->service == s && a->done <= now)
			return true;
	return false;
}

static const struct noted_report *unanswered(const struct drive *d, const struct noted_verified *v, int s)
{
	vec_each(struct noted_report, r, &d->reports)
		if (r->service == s && r->at < v->at && r->gone > v->at)
			return r;
	return NULL;
}

static bool bad_all_along(const struct truth *t, int s, enum signal_id g, int64_t now)
{
	int64_t late = t->web.late > t->ping.late ? t->web.late : t->ping.late;
	for (int64_t at = now - truth_window(t, g) - t->every - late - STALE - SLACK; at <= now; at += US_SECOND)
		if (!truth_bad(t, s, g, at))
			return false;
	return true;
}

/* Rows are good when the opposite held for 30 s or their own time, counted from `acted` and the window. */
static bool cleared(const struct drive *d, int s, const struct rule *r, const struct noted_verified *v)
{
	struct rule o = *r;
	bool plain = r->g != SIG_FAULTS && r->g != SIG_BURNT; /* of the others: that it was measured all that time */
	o.below = true;
	o.limit = plain ? r->limit : INFINITY;
	o.need = (plain && r->need > SEC(30) ? r->need : SEC(30)) - SLACK;
	return held(source_list(&d->source, s, r->g), &o, v->acted + truth_window(d->t, r->g) - SLACK, v->at);
}

static void judge_checks(const struct drive *d, const struct noted_verified *v, int s, struct ruling *out)
{
	struct rule rows[8], checks[4];
	const char *name = d->t->services[s].name;
	int n = rows_of(d->t, rows), k = checks_of(d->t, checks);
	bool part = acted_upon(d, s, v->at) || unanswered(d, v, s);
	int64_t since = d->joined[s] > v->declared ? d->joined[s] : v->declared;
	for (int i = 0; i < n; i++) {
		if (!required(d, s, &rows[i], since, v->at))
			continue;
		part = true;
		if (rows[i].g == SIG_ERRORS && truth_traffic(d->t, s, v->at) <= 0)
			wrong(out, &out->false_verified, "%.1f s: verified, and no traffic came back to %s", (double)v->at / 1e6, name);
		if (!cleared(d, s, &rows[i], v))
			wrong(out, &out->false_verified, "%.1f s: verified, and %s of %s has not cleared", (double)v->at / 1e6, rows[i].row, name);
		if (bad_all_along(d->t, s, rows[i].g, v->at))
			wrong(out, &out->false_verified, "%.1f s: verified, and %s of %s is bad", (double)v->at / 1e6, signal_names[rows[i].g], name);
	}
	for (int i = 0; i < k && part; i++) {
		checks[i].need -= SLACK;
		if (!held(source_list(&d->source, s, checks[i].g), &checks[i], v->acted + truth_window(d->t, checks[i].g) - SLACK, v->at))
			wrong(out, &out->false_verified, "%.1f s: verified, and \"%s\" of %s does not hold", (double)v->at / 1e6, checks[i].row, name);
	}
}

static void judge_verified(const struct drive *d, const struct noted_verified *v, struct ruling *out)
{
	out->verified++;
	out->taken_back += v->lost != NEVER;
	if (!v->acted)
		wrong(out, &out->false_verified, "%.1f s: verified, and nothing was reverted", (double)v->at / 1e6);
	for (int s = 0; s < d->t->n; s++) {
		const struct service *x = &d->t->services[s];
		if (!v->services[s])
			continue;
		if (acted_upon(d, s, v->at) && !truth_served(d->t, s, v->at))
			wrong(out, &out->false_verified, "%.1f s: verified, and another version than the wanted one of %s serves", (double)v->at / 1e6, x->name);
		if (unanswered(d, v, s))
			wrong(out, &out->false_verified, "%.1f s: verified, and a report on %s is not answered", (double)v->at / 1e6, x->name);
		judge_checks(d, v, s, out);
	}
	if (unanswered(d, v, -1))
		wrong(out, &out->false_verified, "%.1f s: verified, and a report is not answered", (double)v->at / 1e6);
}

/* ---- was it refused rightly? ---- */
static bool long_good(const struct drive *d)
{
	int64_t from = d->time - SEC(200);
	if (!d->t->first_revert || d->t->first_revert > from)
		return false;
	if (d->t->traffic_goes || d->t->traffic < (d->t->volume ? 11 : 4))
		return false; /* nobody there to be good for */
	for (int s = 0; s < d->t->n; s++) {
		const struct service *x = &d->t->services[s];
		for (int64_t at = from; at <= d->time; at += SEC(2))
			if (truth_harmed(d->t, s, at))
				return false;
		if (x->wanted[0] && strcmp(x->wanted, x->version) != 0)
			return false;
	}
	vec_each(struct noted_report, r, &d->reports)
		if (r->gone > from)
			return false;
	return true;
}

static bool stands_verified(const struct drive *d)
{
	vec_each(struct noted_verified, v, &d->verified)
		if (v->lost == NEVER)
			return true;
	return false;
}

static void judge_end(const struct drive *d, struct ruling *out)
{
	static const bool must[] = {
#define X(id, name, weight, must, what) must,
		CASES(X)
#undef X
	};
	bool good = long_good(d);
	out->rightly = stands_verified(d) && !out->false_verified;
	out->refused = !stands_verified(d) && !good;
	out->slow = !stands_verified(d) && good;
	vec_each(struct noted_verified, v, &d->verified)
		out->unproven = out->unproven || !v->was_bad;
	if (out->slow && must[d->t->what] && !out->why[0])
		(void)snprintf(out->why, sizeof out->why, "all has been good for long, and it is not verified");
}

/* ---- onset ---- */
static void judge_onset(const struct drive *d, const struct noted_breach *b, struct ruling *out)
{
	struct rule rows[8], *r = NULL;
	int n = rows_of(d->t, rows);
	for (int i = 0; i < n; i++)
		if (strcmp(rows[i].row, b->row) == 0)
			r = &rows[i];
	if (!r || b->service < 0 || r->g == SIG_FAULTS || r->g == SIG_BURNT)
		return;
	const struct told_list *l = source_list(&d->source, b->service, r->g);
	const struct told *first = NULL;
	int64_t last = 0;
	for (size_t i = 0; i < l->all.n && l->all.v[i].arrived <= b->at; i++) {
		const struct told *x = &l->all.v[i];
		if (!judged(x) || x->state != TOLD_OK)
			continue;
		if (!meets(r, x->value))
			first = NULL;
		else if (!first || x->arrived - last > 2 * STALE)
			first = x;
		last = x->arrived;
	}
	double off = first ? (double)(b->onset - first->arrived) / 1e6 : INFINITY;
	if (fabs(off) > (double)d->t->every / 1e6) {
		wrong(out, &out->onsets_off, "%.1f s: the onset of %s lies %.1f s off the first sample that shows it", (double)b->at / 1e6, b->row, off);
		return;
	}
	int64_t shown = first->polled; /* when the truth began to show */
	while (shown > first->polled - SEC(120) && meets(r, truth_value(d->t, b->service, r->g, shown - SEC(0.25))))
		shown -= SEC(0.25);
	*vec_push(&out->onset_errors) = (double)(b->onset - shown) / 1e6;
	int64_t late = r->g == SIG_ERRORS ? d->t->web.late : d->t->ping.late;
	/* where samples overtake each other, an older good one that comes after ends a run: time is arrival */
	bool steady = !(r->g == SIG_ERRORS && d->t->web.jitter) && d->t->what != CASE_RESTART && d->t->what != CASE_NAN && d->t->what != CASE_SILENT && d->t->what != CASE_SKEWED;
	if (steady && b->onset - shown > d->t->every + late + SEC(0.6))
		wrong(out, &out->onsets_off, "%.1f s: the onset of %s lies %.1f s after the truth", (double)b->at / 1e6, b->row, (double)(b->onset - shown) / 1e6);
}

/* ---- by itself ---- */
static bool changed_before(const struct drive *d, int s, int64_t onset)
{
	const struct truth *t = d->t;
	for (int i = 0; i < t->n; i++) {
		bool near = i == s || truth_depends(t, s, i);
		if (near && t->services[i].deployed && t->services[i].deployed <= onset + AHEAD && t->services[i].deployed > onset - US_HOUR)
			return true;
		vec_each(struct decoy, x, &t->decoys)
			if (near && x->service == i && x->at <= onset + AHEAD)
				return true;
	}
	return false;
}

/* Three services were bad for long enough to be seen. */
static bool storm(const struct truth *t, int64_t at)
{
	int64_t seen = at - t->every - truth_window(t, SIG_ERRORS) - SLACK;
	int n = 0;
	for (int s = 0; s < t->n; s++)
		n += truth_bad(t, s, SIG_ERRORS, seen) || truth_bad(t, s, SIG_LATENCY, seen - SEC(3));
	return n >= 3 && t->what != CASE_COUPLED;
}

static void judge_automatic(const struct drive *d, const struct noted_automatic *a, struct ruling *out)
{
	const struct truth *t = d->t;
	out->automatic++;
	out->automatic_hit += a->service == t->causes[0].service && t->causes[0].by_change;
	if (a->service < 0 || !changed_before(d, a->service, a->onset))
		wrong(out, &out->without_cause, "%.1f s: it acted by itself without a change", (double)a->at / 1e6);
	else if (storm(t, a->at) || t->what == CASE_LOW_TRAFFIC || t->what == CASE_MASS)
		wrong(out, &out->without_cause, "%.1f s: it acted by itself in spite of %s", (double)a->at / 1e6, case_name(t->what));
	else if (!t->services[a->service].automatic)
		wrong(out, &out->without_cause, "%.1f s: it acted by itself on a service of people", (double)a->at / 1e6);
}

void oracle_judge(const struct drive *d, struct ruling *out)
{
	memset(out, 0, sizeof *out);
	vec_each(struct noted_verified, v, &d->verified)
		judge_verified(d, v, out);
	vec_each(struct noted_breach, b, &d->breaches)
		judge_onset(d, b, out);
	vec_each(struct noted_automatic, a, &d->automatic)
		judge_automatic(d, a, out);
	judge_end(d, out);
	if (d->folded_otherwise && !out->why[0])
		(void)snprintf(out->why, sizeof out->why, "another engine folded the same journal into another model");
}
