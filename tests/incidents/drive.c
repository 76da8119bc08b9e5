/* The run of one incident. */
#include "config.h"

#include "drive.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acts.h"
#include "base/text.h"
#include "events.h"
#include "kit.h"
#include "people.h"
#include "self.h"

#define BASE INT64_C(1795000000000000)
#define PROGRAM "00"

/* ---- the clock ---- */
static void clock_to(struct drive *d, int64_t time)
{
	d->time = time;
	d->now.at = BASE + time + d->wall_off;
	d->now.mono = 1000 * US_SECOND + time + d->mono_off;
	text_copy(d->now.boot, sizeof d->now.boot, d->boot);
}

static void tick_by(struct drive *d, int64_t time)
{
	d->tick_due = time < d->tick_due ? time : d->tick_due;
}

static void tick(struct drive *d)
{
	struct drafts ds = {0};
	char random[65];
	(void)snprintf(random, sizeof random, "%032lld%032lld", (long long)d->seq, (long long)d->time);
	decide_tick(d->m, d->j, &d->now, random, &ds);
	bool decided = ds.n > 0;
	events_commit(d, &ds);
	self_look(d);
	int64_t next = decide_next(d->m, d->j, &d->now);
	int64_t due = next == INT64_MAX ? NEVER : d->time + (next - d->now.mono);
	if (model_open_incidents(d->m, NULL) && due > d->time + SEC(1))
		due = d->time + SEC(1);
	int64_t soonest = d->time + SEC(decided ? 0.1 : 0.02);
	d->tick_due = due > soonest ? due : soonest;
}

/* ---- asks ---- */
int drive_service(const struct drive *d, const char *name)
{
	for (int i = 0; name && i < d->t->n; i++)
		if (strcmp(d->t->services[i].name, name) == 0)
			return i;
	return -1;
}

const struct model_incident *drive_incident(const struct drive *d, int service)
{
	return model_incident_of_service(d->m, d->t->services[service].name);
}

bool drive_breached(const struct drive *d)
{
	vec_each(struct model_row, r, &d->m->rows)
		if (model_row_standing(r))
			return true;
	return false;
}

static enum status ask(struct drive *d, const char *person, const char *verb, const struct panel *p, const char *params)
{
	struct decision got;
	struct json *tree = NULL;
	char id[33], random[65];
	(void)snprintf(id, sizeof id, "%032lld", (long long)++d->asks);
	(void)snprintf(random, sizeof random, "%032lld%032lld", (long long)d->asks * 7, (long long)d->asks * 13);
	if (json_parse(params, strlen(params), JSON_LINE_MAX, &tree, NULL) != STATUS_OK)
		return STATUS_USAGE;
	struct ask a = {.id = id, .verb = verb, .params = tree, .person = person, .uid = 1001, .via = "key", .random = random, .panel = p};
	decision_init(&got);
	decide_ask(d->m, &d->now, &a, &got);
	enum status s = got.status;
	if (d->verbose)
		printf("%8.1f %s asks %s %s: %d %s\n", (double)d->time / 1e6, person, verb, params, (int)s, s ? got.fault.what : "");
	events_commit(d, &got.events);
	tick_by(d, d->time + SEC(0.1));
	decision_release(&got);
	json_free(tree);
	return s;
}

enum status drive_ask(struct drive *d, const char *person, const char *verb, const struct panel *p, const char *fmt, ...)
{
	char params[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(params, sizeof params, fmt, ap);
	va_end(ap);
	return ask(d, person, verb, p, params);
}

enum status drive_fire(struct drive *d, const char *person, int service, const char *to)
{
	const char *name = d->t->services[service].name;
	struct panel p;
	struct fault f;
	struct buf pre;
	struct json *tree = NULL;
	enum status s;
	buf_init(&pre, 4096);
	panel_init(&p);
	acts_preflight(d, service, to, &pre);
	s = panel_begin(d->m, name, "rollback", to, person, "", &p, &f);
	if (s == STATUS_OK)
		s = json_parse(buf_str(&pre), pre.len, JSON_LINE_MAX, &tree, &f);
	if (s == STATUS_OK)
		s = panel_freeze(d->m, &p, tree, PROGRAM, &d->now, &f);
	if (s == STATUS_OK)
		s = drive_ask(d, person, "arm", NULL, "{\"action\":\"rollback\",\"service\":\"%s\"}", name);
	if (s == STATUS_OK)
		s = drive_ask(d, person, "fire", &p, "{\"digest\":\"%s\",\"reason\":\"it is bad\",\"service\":\"%s\",\"action\":\"rollback\"}", p.digest, name);
	json_free(tree);
	panel_release(&p);
	buf_release(&pre);
	return s;
}

/* ---- what happens of itself ---- */
static void put_batch(struct drive *d, const struct batch *b, struct jw *w, bool good)
{
	enum signal_id ids[SIG_COUNT];
	int n = source_signals(d->t, b->ping, ids);
	char key[64];
	for (size_t i = 0; i < b->values.n; i++) {
		const struct told *v = &b->values.v[i];
		if ((v->state == TOLD_OK) != good)
			continue;
		(void)snprintf(key, sizeof key, "%s/%s", d->t->services[(int)i / n].name, signal_names[ids[(int)i % n]]);
		if (good)
			jw_knum(w, key, v->value);
		else
			jw_kstr(w, key, "failed");
	}
}

static void record_batch(struct drive *d, const struct batch *b)
{
	struct buf body;
	struct jw w;
	const char *backend = b->ping ? "ping" : "web";
	buf_init(&body, JSON_LINE_MAX);
	jw_init(&w, &body);
	jw_obj(&w);
	jw_kstr(&w, "backend", backend);
	jw_ktime(&w, "at", b->at);
	jw_key(&w, "v");
	jw_obj(&w);
	put_batch(d, b, &w, true);
	jw_obj_end(&w);
	jw_key(&w, "bad");
	jw_obj(&w);
	put_batch(d, b, &w, false);
	jw_obj_end(&w);
	jw_obj_end(&w);
	source_keep(&d->source, b, d->time, d->now.at);
	events_add(d, "samples", NULL, b->ping ? "plugin:ping" : "plugin:web", buf_str(&body), body.len);
	buf_release(&body);
}

static void take_samples(struct drive *d)
{
	struct batch b;
	source_poll(&d->source, d->time, BASE + d->time + d->wall_off);
	while (source_arrived(&d->source, d->time, &b)) {
		record_batch(d, &b);
		vec_release(&b.values);
		tick_by(d, d->time);
	}
}

/* Deploys of the story and of others, at their time. */
static void changes_from_to(struct drive *d, int64_t after, int64_t until)
{
	char at[INSTANT_LEN];
	for (int i = 0; i < d->t->n; i++)
		if (d->t->services[i].deployed > after && d->t->services[i].deployed <= until) {
			truth_live(d->t, i, "42", d->time);
			acts_tell(d, i, "42", "41", 1, "live", d->now.at);
		}
	vec_each(struct decoy, x, &d->t->decoys) {
		if (x->at <= after || x->at > until)
			continue;
		if (x->flag)
			events_addf(d, "change", NULL, "plugin:hosts", "{\"backend\":\"hosts\",\"service\":\"%s\",\"what\":\"flag\",\"name\":\"f\",\"from\":\"off\","
				"\"to\":\"on\",\"by\":\"ci\",\"at\":\"%s\"}", d->t->services[x->service].name, instant_print(d->now.at, at));
		else if (d->t->services[x->service].deployed == 0) {
			truth_live(d->t, x->service, "42", d->time);
			acts_tell(d, x->service, "42", "41", 1, "live", d->now.at);
		}
	}
}

static void step_clock(struct drive *d)
{
	const struct truth *t = d->t;
	if (d->stepped || t->step_at == NEVER || !t->first_revert || d->time < t->first_revert + t->step_at)
		return;
	d->stepped = true;
	d->wall_off += t->step_by;
	clock_to(d, d->time);
	events_addf(d, "clock", NULL, "engine", "{\"what\":\"step\",\"by_us\":%lld}", (long long)t->step_by);
}

static void sources_ready(struct drive *d)
{
	static const char *const backends[] = {"hosts", "web", "ping"};
	for (size_t i = 0; i < 3; i++)
		events_addf(d, "plugin", NULL, "engine", "{\"backend\":\"%s\",\"plugin\":\"p\",\"version\":\"1\",\"state\":\"ready\"}", backends[i]);
}

static void drop_arrived(struct drive *d)
{
	struct batch b;
	source_poll(&d->source, d->time, BASE + d->time + d->wall_off);
	while (source_arrived(&d->source, d->time, &b))
		vec_release(&b.values);
}

/* The engine is gone for a while; another one folds what is recorded. */
static void restart(struct drive *d)
{
	const struct truth *t = d->t;
	struct drafts ds = {0};
	if (d->restarted || t->restart_at == NEVER || !t->first_revert || d->time < t->first_revert + t->restart_at)
		return;
	d->restarted = true;
	for (int64_t until = d->time + t->restart_gap; d->time < until;) {
		clock_to(d, d->time + SEC(0.5));
		drop_arrived(d);
	}
	if (t->reboot) {
		d->mono_off = -d->time - 940 * US_SECOND;
		text_copy(d->boot, sizeof d->boot, "boot-2");
	}
	clock_to(d, d->time);
	events_again(d);
	events_addf(d, "clock", NULL, "engine", "{\"what\":\"%s\",\"by_us\":%lld}", t->reboot ? "boot" : "gap", (long long)t->restart_gap);
	events_addf(d, "engine", NULL, "engine", "{\"what\":\"started\",\"host\":\"h\",\"pid\":2,\"version\":\"0\",\"reducer\":2}");
	decide_restarted(d->m, &d->now, &ds);
	events_commit(d, &ds);
	self_lost(d);
	sources_ready(d);
	for (int i = 0; i < d->t->n; i++) /* a watcher that starts tells what it finds */
		acts_tell(d, i, d->t->services[i].version, d->t->services[i].before, 1, "live", BASE);
	tick_by(d, d->time);
}

/* ---- the run ---- */
static void begin(struct drive *d)
{
	struct buf body;
	events_addf(d, "store", NULL, "engine", "{\"format\":1,\"id\":\"00\",\"kit\":\"proof\",\"environment\":\"production\",\"tool\":\"t\"}");
	events_addf(d, "engine", NULL, "engine", "{\"what\":\"started\",\"host\":\"h\",\"pid\":1,\"version\":\"0\",\"reducer\":2}");
	buf_init(&body, JSON_KIT_MAX);
	kit_body(d->t, &body);
	events_add(d, "kit.loaded", NULL, "engine", buf_str(&body), body.len);
	buf_release(&body);
	sources_ready(d);
	for (int i = 0; i < d->t->n; i++) {
		bool old = d->t->services[i].deployed < 0;
		if (old)
			truth_live(d->t, i, "42", 0);
		acts_tell(d, i, old ? "41" : "40", old ? "40" : "39", 1, "live", BASE - 50 * US_DAY);
		acts_tell(d, i, old ? "42" : "41", old ? "41" : "40", 1, "live", BASE - 21 * US_DAY);
	}
}

static int64_t next_time(const struct drive *d)
{
	int64_t next = source_next_poll(&d->source), due = source_next_due(&d->source), act = acts_next(d);
	next = due < next ? due : next;
	next = act < next ? act : next;
	next = d->tick_due < next ? d->tick_due : next;
	next = d->second < next ? d->second : next;
	return next > d->time ? next : d->time + 1;
}

/* Nothing of interest comes any more. */
static bool over(const struct drive *d)
{
	bool good = false;
	vec_each(struct noted_verified, v, &d->verified)
		good = v->lost == NEVER && d->time > v->at + SEC(100);
	bool all = (d->t->what != CASE_TWO || d->fires > 1) && (!d->t->closes || d->back);
	return d->time >= d->t->end || (good && all && !truth_harmed(d->t, 0, d->time));
}

void drive_run(struct drive *d, struct truth *t, bool verbose)
{
	memset(d, 0, sizeof *d);
	d->t = t;
	d->verbose = verbose;
	d->m = model_new();
	d->j = judge_new();
	d->tick_due = SEC(1);
	text_copy(d->boot, sizeof d->boot, "boot-1");
	clock_to(d, 0);
	source_init(&d->source, t);
	begin(d);
	if (!d->m->kit)
		return;
	while (!over(d)) {
		int64_t before = d->time;
		clock_to(d, next_time(d));
		changes_from_to(d, before, d->time);
		step_clock(d);
		restart(d);
		acts_go_on(d);
		take_samples(d);
		if (d->time >= d->second) {
			people_act(d);
			d->second = d->time + SEC(1);
		}
		if (d->time >= d->tick_due)
			tick(d);
		acts_begin(d);
	}
}

void drive_release(struct drive *d)
{
	self_release(d);
	source_release(&d->source);
	events_release(d);
	judge_free(d->j);
	model_free(d->m);
	vec_release(&d->acts);
	vec_release(&d->verified);
	vec_release(&d->breaches);
	vec_release(&d->automatic);
	vec_release(&d->reports);
	vec_release(&d->suspects);
	vec_each(char *, s, &d->held)
		free(*s);
	vec_release(&d->held);
}
