/* The kit and the course of an outage; see the header. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "outage.h"

const char kit_text[] =
	"kit: 1\n"
	"name: shop\n"
	"environment: production\n"
	"people:\n"
	"  maya: {name: Maya, uid: 1001, roles: [incident-commander, on-call, service-owner]}\n"
	"tiers:\n"
	"  tier-1: {recovery: auto-rollback, veto: 30s, soak: 30m, revert_target: 5m}\n"
	"automatic: {on: [h], within: 60m, per_service: \"1 in 1h\", per_kit: \"3 in 1h\", brake: {services: 3, within: 5m}}\n"
	"backends:\n"
	"  hosts: {plugin: releases, settle: 30s}\n"
	"  web: {plugin: probe}\n"
	"reports:\n"
	"  regulator: {ask: A regulator called}\n"
	"rubric:\n"
	"  - {name: locked-out, signal: fails, when: \"> 5% for 20s\", at_least: \"20 in 1m\", action: reverse, owner: on-call, timer: 1m}\n"
	"  - {name: inquiry, signal: regulator, when: any, action: reverse, owner: on-call, timer: 1m}\n";
const char *const names[SERVICES] = {"auth", "cart", "mail", "pay", "shop"};

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = from ? strstr(text, from) : NULL;
	struct buf b;
	assert_true(!from || at);
	buf_init(&b, 1 << 20);
	buf_add(&b, text, from ? (size_t)(at - text) : strlen(text));
	if (from)
		buf_addf(&b, "%s%s", to, at + strlen(from));
	return buf_take(&b);
}

void begin(struct story *s, const struct world *w)
{
	struct kit_file files[SERVICES + 1];
	char *texts[SERVICES + 1], paths[SERVICES][40], service[1200];
	texts[0] = replaced(kit_text, w->kit_from, w->kit_to);
	files[0] = (struct kit_file){"kit.yaml", texts[0], strlen(texts[0])};
	for (int i = 0; i < SERVICES; i++) {
		(void)snprintf(paths[i], sizeof paths[i], "services/%s.yaml", names[i]);
		(void)snprintf(service, sizeof service,
			"service: %s\ntier: tier-1\nowner: maya\non_call: [maya]\n%s"
			"deploys: {backend: hosts, target: {dir: /srv/%s}}\n"
			"signals:\n"
			"  fails: {backend: web, query: q, unit: ratio, every: 5s, traffic: hits}\n"
			"  hits: {backend: web, query: q, unit: count, every: 5s, window: 5s}\n"
			"actions:\n"
			"  - {name: %s-rollback, level: 2, class: reverse, verb: rollback, backend: hosts}\n"
			"verify: {good: [\"fails < 2%% for 30s\"]}\n", names[i], i == 0 ? "depends_on: [pay]\n" : "", names[i], names[i]);
		texts[i + 1] = replaced(service, i == 0 ? w->service_from : NULL, w->service_to);
		files[i + 1] = (struct kit_file){paths[i], texts[i + 1], strlen(texts[i + 1])};
	}
	story_init_files(s, files, SERVICES + 1);
	assert_non_null(s->m->kit);
	for (int i = 0; i <= SERVICES; i++)
		free(texts[i]);
}

void sample(struct story *s, int bad, double v)
{
	for (int i = 0; i < SERVICES; i++) {
		char key[40];
		(void)snprintf(key, sizeof key, "%s/hits", names[i]);
		story_sample(s, key, 20);
		(void)snprintf(key, sizeof key, "%s/fails", names[i]);
		story_sample(s, key, i < bad ? v : 0.001);
	}
}

void run(struct story *s, int from, int to, int bad, double v)
{
	for (int t = from; t <= to; t++) {
		story_at(s, t);
		if (t % 5 == 0)
			sample(s, bad, v);
		story_tick(s);
	}
}

void say(struct story *s, const char *event)
{
	char kind[40];
	const char *body = event ? strchr(event, ' ') : NULL;
	if (!body)
		return;
	text_copy(kind, (size_t)(body - event) + 1 < sizeof kind ? (size_t)(body - event) + 1 : sizeof kind, event);
	story_event(s, kind, NULL, "plugin:hosts", body + 1);
}

/* Breached and looked at: at 2 h 0:40.  The seconds at which it stands. */
int outage(struct story *s, const struct world *w)
{
	int deploy = w->deploy_at ? w->deploy_at : HOUR + HOUR / 2, turn = 2 * HOUR, bad = w->bad ? w->bad : 1;
	begin(s, w);
	for (int i = 0; i < SERVICES; i++)
		story_deploy(s, names[i], "41", "40");
	run(s, 0, 40, 0, 0);
	story_at(s, deploy);
	for (int i = 0; i < (bad > 1 ? bad : 1); i++)
		story_deploy(s, names[i], "42", "41");
	story_at(s, turn - 60);
	say(s, w->event);
	run(s, turn - 55, turn - 1, 0, 0);
	run(s, turn, turn + 40, bad, 0.6);
	if (w->after) {
		say(s, w->after);
		run(s, turn + 41, turn + 42, bad, 0.6);
	}
	if (w->failed)
		run(s, turn + 43, turn + 50, bad, NAN);
	if (w->end > 0)
		run(s, turn + 43, turn + 45, bad, w->end);
	return turn + 50;
}

bool begins(struct story *s, const char *preflight)
{
	struct automatic_want want;
	struct panel p;
	struct drafts ds = {0};
	char random[65];
	if (!automatic_next(s->m, &s->now, &want))
		return false;
	memset(random, 'a', 64);
	random[64] = '\0';
	story_panel(s, "engine", want.service, want.action, preflight ? preflight : PREFLIGHT, &p);
	decide_automatic(s->m, &s->now, &want, &p, random, &ds);
	story_drafts(s, &ds);
	panel_release(&p);
	return model_countdown(s->m, want.service) != NULL;
}

bool missing(const struct story *s, const char *words)
{
	vec_each(const struct model_hold, h, &s->m->holds)
		if (!strcmp(h->service, "auth") || !*h->service)
			if (h->why && strstr(h->why, words))
				return true;
	return false;
}
