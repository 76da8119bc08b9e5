/* People, after their part in the truth. */
#include "config.h"

#include "people.h"

#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "base/text.h"
#include "drive.h"

static const char *name_of(const struct drive *d, int service)
{
	return d->t->services[service].name;
}

static const char *words(const struct drive *d)
{
	return d->t->own_words ? "other" : "cannot_login";
}

static void people_report(struct drive *d, int service)
{
	const struct model_incident *i = NULL;
	enum status s;
	(void)model_open_incidents(d->m, &i);
	char where[80] = "", what[80] = "";
	if (service >= 0)
		(void)snprintf(what, sizeof what, ",\"service\":\"%s\"", name_of(d, service));
	if (i && d->t->first_revert && service >= 0)
		(void)snprintf(where, sizeof where, ",\"incident\":\"%s\"", i->name);
	s = drive_ask(d, "ravi", "report", NULL, "{\"signal\":\"%s\",\"note\":\"they cannot log in\"%s%s}", words(d), what, where);
	if (s != STATUS_OK)
		return;
	struct noted_report *r = vec_push(&d->reports);
	const struct model_incident *held = service >= 0 ? drive_incident(d, service) : i;
	*r = (struct noted_report){.service = service, .at = d->time, .gone = NEVER};
	if (held)
		(void)snprintf(r->incident, sizeof r->incident, "%s", held->name);
}

static bool still_true(const struct drive *d, const struct noted_report *r)
{
	if (r->service >= 0)
		return truth_harmed(d->t, r->service, d->time);
	for (int i = 0; i < d->t->n; i++)
		if (truth_harmed(d->t, i, d->time))
			return true;
	return false;
}

/* Gone is said by honest people, who looked for twenty seconds. */
static void people_answer(struct drive *d)
{
	bool any = false, quiet = true;
	vec_each(struct noted_report, r, &d->reports) {
		any = any || r->gone == NEVER;
		quiet = quiet && (r->gone != NEVER || !still_true(d, r));
	}
	if (!any || !quiet || !d->t->answers) {
		d->gone_from = d->time;
		return;
	}
	if (d->time - d->gone_from < SEC(20))
		return;
	vec_each(struct noted_report, r, &d->reports) {
		char what[80] = "";
		if (r->gone != NEVER)
			continue;
		if (r->service >= 0)
			(void)snprintf(what, sizeof what, ",\"service\":\"%s\"", name_of(d, r->service));
		if (drive_ask(d, "ravi", "report", NULL, "{\"signal\":\"%s\",\"gone\":true%s}", words(d), what) == STATUS_OK)
			r->gone = d->time;
	}
}

static void people_declare(struct drive *d)
{
	const struct truth *t = d->t;
	int64_t since = d->time - truth_begin(t);
	if (!d->declared && t->declare_at != NEVER && since >= t->declare_at) {
		char also[40] = "";
		if (t->incident_of_two)
			(void)snprintf(also, sizeof also, ",\"%s\"", name_of(d, 1));
		else if (t->what == CASE_COUPLED)
			(void)snprintf(also, sizeof also, ",\"%s\"", name_of(d, 1));
		enum status s = drive_ask(d, "maya", "declare", NULL, "{\"title\":\"this deploy is bad\",\"services\":[\"%s\"%s]}", name_of(d, 0), also);
		const struct model_incident *i = drive_incident(d, 0);
		if (s == STATUS_USAGE && i) /* firing declared it: the other comes in */
			s = drive_ask(d, "maya", "declare", NULL, "{\"incident\":\"%s\",\"services\":[\"%s\"]}", i->name, name_of(d, 1));
		d->declared = s == STATUS_OK;
	}
	if (t->adds_late && !d->added && t->first_revert && d->time > t->first_revert + SEC(20)) {
		const struct model_incident *i = drive_incident(d, 0);
		if (i)
			d->added = drive_ask(d, "maya", "declare", NULL, "{\"incident\":\"%s\",\"services\":[\"%s\"]}", i->name, name_of(d, 1)) == STATUS_OK;
	}
}

/* Which service they roll back next; -1: none any more. */
static int next_target(const struct drive *d)
{
	const struct truth *t = d->t;
	if (d->fires == 0)
		return t->what == CASE_COUPLED ? t->fire_first : 0;
	if (t->what == CASE_COUPLED && d->fires == 1 && t->fire_first != 1)
		return 1;
	if (t->what == CASE_TWO && d->fires == 1)
		return 1;
	return -1;
}

static void people_fire(struct drive *d)
{
	const struct truth *t = d->t;
	if (!d->seen && (drive_breached(d) || d->declared)) {
		d->seen = d->time;
		d->next_fire = t->fire_after == NEVER ? NEVER : d->time + t->fire_after;
	}
	if (!d->seen || d->time < d->next_fire)
		return;
	int target = next_target(d);
	const char *to = NULL;
	if (target < 0 && t->fires_again && d->fires == 1 && truth_harmed(t, 0, d->time)) {
		target = 0;
		to = "40";
	}
	if (target < 0)
		return;
	if (t->what == CASE_TWO && target == 1 && d->time < t->causes[1].from + SEC(60))
		return;
	bool fails = d->t->act_fails;
	enum status s = drive_fire(d, "maya", target, to);
	d->fires += s == STATUS_OK && !fails; /* what failed is tried again */
	d->next_fire = d->time + (s == STATUS_OK ? SEC(120) : SEC(30));
}

/* Verified and closed; and half a minute later the pipeline brings the bad version again. */
static void people_close(struct drive *d)
{
	const struct model_incident *i = drive_incident(d, 0);
	const struct noted_verified *v = d->verified.n ? &d->verified.v[d->verified.n - 1] : NULL;
	if (!d->t->closes || d->closed || !v || v->lost != NEVER || d->time < v->at + SEC(10))
		return;
	if (!i || drive_ask(d, "maya", "close", NULL, "{\"as\":\"reverted\",\"incident\":\"%s\"}", i->name) != STATUS_OK)
		return;
	d->closed = true;
	d->gone_from = d->time;
}

static void pipeline_again(struct drive *d)
{
	struct truth *t = d->t;
	if (!d->closed || d->back || d->time < d->gone_from + SEC(30))
		return;
	d->back = true;
	d->declared = false;
	d->seen = 0;
	d->fires = 0;
	text_copy(t->services[0].wanted, sizeof t->services[0].wanted, "");
	t->services[0].deployed = d->time;
	truth_live(t, 0, "42", d->time);
	t->fire_after = t->fire_after > SEC(600) ? SEC(40) : t->fire_after;
	acts_tell(d, 0, "42", "41", 1, "live", d->now.at);
}

void people_act(struct drive *d)
{
	const struct truth *t = d->t;
	int64_t since = d->time - truth_begin(t);
	if (!d->reported && t->report_at != NEVER && since >= t->report_at) {
		d->reported = true;
		people_report(d, t->report_on);
	}
	if (!d->reported_after && t->report_after != NEVER && t->first_revert && d->time >= t->first_revert + t->report_after) {
		d->reported_after = true;
		people_report(d, t->report_after_on);
	}
	if (!d->vetoed && t->vetoes && model_countdown(d->m, NULL))
		d->vetoed = drive_ask(d, "ravi", "veto", NULL, "{}") == STATUS_OK;
	people_close(d);
	pipeline_again(d);
	people_answer(d);
	people_declare(d);
	people_fire(d);
}
