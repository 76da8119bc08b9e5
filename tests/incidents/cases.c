/* How the truth of each class is drawn: the common part, and what is its own. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "truth.h"

static const struct { const char *name; } cases[] = {
#define X(id, name, weight, must, what) {name},
	CASES(X)
#undef X
};

const char *case_name(enum incident_case c)
{
	return cases[c].name;
}

static int64_t between(struct truth *t, int from, int to)
{
	return SEC(from) + (int64_t)truth_below(t, (uint32_t)(to - from) * 1000) * 1000;
}

static void draw_services(struct truth *t, int n)
{
	t->n = n;
	for (int i = 0; i < n; i++) {
		struct service *s = &t->services[i];
		(void)snprintf(s->name, sizeof s->name, "s%03d", i);
		text_copy(s->version, sizeof s->version, "41");
		text_copy(s->before, sizeof s->before, "40");
		s->automatic = truth_chance(t, 50);
		for (int k = (int)truth_below(t, 3); i > 2 && k > 0; k--) {
			int on = (int)truth_below(t, (uint32_t)i);
			if (!truth_depends(t, i, on) && s->n_deps < 3)
				s->deps[s->n_deps++] = on;
		}
	}
}

/* Changes of others within the hour before, that hurt nothing. */
static void draw_decoys(struct truth *t, int64_t until)
{
	for (int n = (int)truth_below(t, 5); n > 0 && t->n > 2; n--) {
		bool flag = truth_chance(t, 40);
		int service = flag ? (int)truth_below(t, (uint32_t)t->n) : 2 + (int)truth_below(t, (uint32_t)t->n - 2);
		int64_t at = SEC(5) + (int64_t)truth_below(t, (uint32_t)((until - SEC(5)) / 1000)) * 1000;
		*vec_push(&t->decoys) = (struct decoy){service, at, flag};
	}
}

static struct cause *add_cause(struct truth *t, int service, int64_t from, unsigned shows, enum mends mends)
{
	struct cause *c = &t->causes[t->n_causes++];
	*c = (struct cause){.service = service, .by_change = true, .from = from, .until = NEVER, .shows = shows, .mends = mends};
	return c;
}

/* What most have in common: a deploy of service 0 at `deployed`, whose harm begins a little later. */
static struct cause *draw_common(struct truth *t)
{
	static const int windows[] = {0, 10, 30, 60}, fors[] = {10, 20, 45};
	int64_t deployed = between(t, 130, 220);
	unsigned shows = truth_chance(t, 70) ? SHOWS(ERRORS) : SHOWS(LATENCY);
	draw_services(t, 2 + (int)truth_below(t, 5));
	t->every = SEC(5);
	t->window = SEC(windows[truth_below(t, 4)]);
	t->row_for = SEC(fors[truth_below(t, 3)]);
	t->volume = truth_chance(t, 50);
	t->side_signal = truth_chance(t, 50);
	t->side_row = t->side_signal && truth_chance(t, 50);
	t->traffic = 40 + truth_below(t, 100);
	t->web = t->ping = (struct source){.nan_after = -1, .silent_after = -1};
	for (int i = 0; i < 4; i++)
		t->bad_then[i] = NEVER;
	t->services[0].deployed = deployed;
	shows |= truth_chance(t, 30) ? SHOWS(LATENCY) : 0;
	struct cause *c = add_cause(t, 0, deployed + between(t, 2, 90), shows, MENDS_ALL);
	draw_decoys(t, c->from);
	t->declare_at = truth_chance(t, 50) ? between(t, 5, 90) : NEVER;
	t->fire_after = between(t, 5, 60);
	t->act_for = between(t, 4, 40);
	t->report_at = t->report_after = t->wrong_after = t->step_at = t->restart_at = NEVER;
	t->answers = true;
	t->own_words = truth_chance(t, 50);
	t->few_checks = truth_chance(t, 40);
	t->vetoes = truth_chance(t, 10);
	t->not_ready = truth_chance(t, 8);
	t->act_fails = truth_chance(t, 8);
	t->act_lost = !t->act_fails && truth_chance(t, 8);
	t->two_places = truth_chance(t, 20);
	t->web.jitter = truth_chance(t, 20) ? between(t, 0, 9) : 0;
	if (t->services[0].automatic && truth_chance(t, 60))
		t->fire_after = SEC(3600);
	t->end = c->from + SEC(900);
	return c;
}

/* ---- what each class has of its own ---- */
static void draw_shown(struct truth *t, struct cause *c)
{
	bool also = truth_chance(t, 60);
	switch ((int)t->what) {
	case CASE_UNDECLARED:
		t->side_signal = t->side_row = true;
		c->shows = SHOWS(SIDE) | (also ? SHOWS(ERRORS) | SHOWS(LATENCY) : 0);
		c->mends = truth_chance(t, 80) ? MENDS_CHECKED : MENDS_ALL;
		break;
	case CASE_UNSHOWN:
		t->side_signal = t->side_row = false;
		c->shows = SHOWS(SIDE) | (also ? SHOWS(ERRORS) | SHOWS(LATENCY) : 0);
		c->mends = truth_chance(t, 80) ? MENDS_CHECKED : MENDS_ALL;
		t->report_at = between(t, 10, 120);
		t->report_on = truth_chance(t, 70) ? 0 : -1;
		t->declare_at = between(t, 20, 150);
		break;
	case CASE_INVISIBLE:
		t->side_signal = t->side_row = false;
		c->shows = SHOWS(SIDE);
		c->mends = MENDS_NOTHING;
		t->declare_at = between(t, 20, 150);
		break;
	case CASE_COUNTED:
		t->fault_row = true;
		t->window = SEC(10);
		c->shows = SHOWS(FAULTS);
		c->mends = truth_chance(t, 50) ? MENDS_NOTHING : MENDS_ALL;
		t->web.silent_after = between(t, 0, 30);
		t->web.silent_for = between(t, 20, 300);
		break;
	case CASE_BURN:
		t->burn_row = true;
		c->shows = SHOWS(BURNT);
		c->mends = truth_chance(t, 50) ? MENDS_NOTHING : MENDS_ALL;
		break;
	}
}

static void draw_source(struct truth *t, struct cause *c)
{
	struct source *s = truth_chance(t, 50) ? &t->web : &t->ping;
	switch ((int)t->what) {
	case CASE_LOW_TRAFFIC:
		t->traffic = truth_below(t, 3);
		t->declare_at = truth_chance(t, 50) ? between(t, 20, 150) : NEVER;
		break;
	case CASE_TRAFFIC_GONE:
		c->shows = SHOWS(ERRORS);
		t->traffic_goes = true;
		break;
	case CASE_NAN:
		s->nan_after = between(t, -20, 60);
		s->nan_for = truth_chance(t, 50) ? between(t, 3, 90) : SEC(5000);
		c->mends = truth_chance(t, 60) ? MENDS_NOTHING : MENDS_ALL;
		break;
	case CASE_SILENT:
		s->silent_after = between(t, -20, 60);
		s->silent_for = truth_chance(t, 50) ? between(t, 3, 90) : SEC(5000);
		c->mends = truth_chance(t, 60) ? MENDS_NOTHING : MENDS_ALL;
		break;
	case CASE_LATE:
		t->web.late = between(t, 1, 13);
		t->ping.late = between(t, 0, 13);
		c->mends = truth_chance(t, 80) ? MENDS_ALL : MENDS_NOTHING;
		break;
	case CASE_SKEWED:
		t->web.skew = between(t, -20, 9);
		t->ping.skew = between(t, -9, 9);
		t->web.late = truth_chance(t, 30) ? between(t, 0, 6) : 0;
		c->mends = truth_chance(t, 60) ? MENDS_ALL : MENDS_NOTHING;
		break;
	case CASE_CLOCK_STEP:
		t->step_at = between(t, -60, 60);
		t->step_by = truth_chance(t, 50) ? between(t, 20, 4000) : -between(t, 20, 4000);
		break;
	case CASE_RESTART:
		t->restart_at = between(t, -90, 90);
		t->restart_gap = between(t, 1, 60);
		t->reboot = truth_chance(t, 50);
		break;
	}
}

static void draw_revert(struct truth *t, struct cause *c)
{
	switch ((int)t->what) {
	case CASE_OLD_WINDOW:
		t->window = SEC(60);
		t->sluggish = 0.7;
		c->shows = SHOWS(LATENCY);
		add_cause(t, 0, NEVER, SHOWS(ERRORS), MENDS_NOTHING)->by_change = false;
		t->bad_then[1] = between(t, -3, 3);
		break;
	case CASE_WRONG_VERSION:
		t->wrong_after = between(t, 0, 40);
		break;
	case CASE_STUCK:
		t->stuck = true;
		c->mends = truth_chance(t, 50) ? MENDS_ALL : MENDS_NOTHING; /* of what is measured */
		break;
	case CASE_AGAIN:
		t->closes = true;
		t->end += SEC(900);
		break;
	case CASE_USELESS:
		c->mends = MENDS_NOTHING;
		break;
	case CASE_FLAPS:
		c->good_for = between(t, 5, 80);
		c->bad_for = between(t, 5, 60);
		break;
	case CASE_SECOND_CAUSE:
		add_cause(t, 0, c->from + between(t, -30, 30), truth_chance(t, 50) ? SHOWS(LATENCY) : SHOWS(ERRORS) | SHOWS(SIDE), MENDS_NOTHING)->by_change = false;
		break;
	case CASE_TARGET_BAD:
		c->mends = MENDS_NOTHING;
		t->fires_again = truth_chance(t, 70);
		t->end += SEC(600);
		break;
	case CASE_INVISIBLE:
		break;
	}
}

static void draw_several(struct truth *t, struct cause *c)
{
	switch ((int)t->what) {
	case CASE_COUPLED:
		draw_services(t, 3 + (int)truth_below(t, 4));
		c->service = 1;
		c->spreads = true;
		for (int i = 0; i < t->n; i++)
			if (i != 1 && (i == 0 || truth_chance(t, 50))) {
				t->services[i].deps[0] = 1;
				t->services[i].n_deps = 1;
			}
		t->services[1].deployed = t->services[0].deployed;
		t->services[0].deployed = 0;
		t->fire_first = truth_chance(t, 30) ? 0 : 1;
		break;
	case CASE_TWO:
		add_cause(t, 1, c->from + between(t, 20, 200), SHOWS(ERRORS), truth_chance(t, 50) ? MENDS_ALL : MENDS_NOTHING);
		t->services[1].deployed = t->causes[1].from - SEC(20);
		t->declare_at = NEVER;
		break;
	case CASE_LATE_BREACH:
		add_cause(t, 1, NEVER, truth_chance(t, 70) ? SHOWS(ERRORS) : SHOWS(LATENCY), MENDS_NOTHING)->by_change = false;
		t->bad_then[1] = between(t, -30, 60);
		t->declare_at = between(t, 5, 60);
		t->incident_of_two = truth_chance(t, 70);
		t->adds_late = !t->incident_of_two;
		break;
	case CASE_LATE_REPORT:
		add_cause(t, 1, NEVER, 0, MENDS_NOTHING)->by_change = false;
		t->bad_then[1] = between(t, -30, 10);
		t->declare_at = between(t, 5, 60);
		t->report_after = between(t, 2, 60);
		t->report_after_on = truth_chance(t, 80) ? 1 : -1;
		t->incident_of_two = truth_chance(t, 60);
		break;
	case CASE_NO_CAUSE:
		c->by_change = false;
		if (truth_chance(t, 70)) /* else somebody deployed right before, and that was not it */
			t->services[0].deployed = 0;
		t->fire_after = truth_chance(t, 50) ? t->fire_after : NEVER;
		break;
	case CASE_OLD_DEPLOY:
		c->by_change = false;
		t->services[0].deployed = -21 * US_DAY;
		t->fire_after = truth_chance(t, 50) ? t->fire_after : NEVER;
		break;
	case CASE_MASS:
		draw_services(t, truth_chance(t, 30) ? SERVICES_MOST : 20 + (int)truth_below(t, 100));
		t->end = c->from + SEC(150);
		c->by_change = false;
		c->everybody = true;
		c->shows = SHOWS(ERRORS);
		for (int i = 0; i < t->n; i += 1 + (int)truth_below(t, 30)) /* and somebody always deploys */
			t->services[i].deployed = c->from - between(t, 5, 60);
		t->fire_after = NEVER;
		t->declare_at = NEVER;
		break;
	case CASE_ILL_SOURCE:
		draw_services(t, 4 + (int)truth_below(t, 8));
		c->by_change = false;
		c->everybody = true;
		c->shows = truth_chance(t, 70) ? SHOWS(ERRORS) : SHOWS(LATENCY) | SHOWS(SIDE);
		c->stagger = truth_chance(t, 50) ? between(t, 0, 15) : 0;
		t->fire_after = NEVER;
		break;
	}
}

void truth_make(struct truth *t, enum incident_case what, uint64_t seed)
{
	memset(t, 0, sizeof *t);
	t->what = what;
	t->seed = seed;
	t->rng = seed * UINT64_C(2654435761) + (uint64_t)what * 97;
	struct cause *c = draw_common(t);
	draw_shown(t, c);
	draw_source(t, c);
	draw_revert(t, c);
	draw_several(t, c);
	if (t->n_causes < 3 && what != CASE_MASS && truth_chance(t, 25)) { /* a blip, over before it means anything */
		struct cause *blip = add_cause(t, c->service, c->from - between(t, 20, 60), c->shows, MENDS_NOTHING);
		blip->by_change = false;
		blip->until = blip->from + between(t, 1, 7);
	}
}
