/* What happens in the world by itself: measured, deployed, said, ended. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "world.h"

static void ev_samples(struct world *w)
{
	const struct kit *k = w->m->kit;
	bool bad = rng_chance(w->rng, 400);
	struct buf b;
	struct jw j = body_begin(&b);
	char name[200];

	jw_kstr(&j, "backend", "web");
	jw_ktime(&j, "at", w->now.at - (rng_chance(w->rng, 100) ? (int64_t)rng_below(w->rng, 90) * US_SECOND : 0));
	jw_key(&j, "v");
	jw_obj(&j);
	for (size_t i = 0; i < k->n_services && i < 40; i++) {
		if (!rng_chance(w->rng, 700))
			continue;
		snprintf(name, sizeof name, "%s/errors", k->services[i].name);
		jw_knum(&j, name, bad && i < 3 ? 0.05 + rng_below(w->rng, 100) / 100.0 : rng_below(w->rng, 20) / 1000.0);
		snprintf(name, sizeof name, "%s/logins", k->services[i].name);
		jw_knum(&j, name, rng_chance(w->rng, 20) ? 1e300 : rng_below(w->rng, 100));
		snprintf(name, sizeof name, "%s/latency", k->services[i].name);
		jw_knum(&j, name, rng_below(w->rng, bad ? 1000 : 300));
	}
	jw_obj_end(&j);
	jw_key(&j, "bad");
	jw_obj(&j);
	if (rng_chance(w->rng, 100)) {
		snprintf(name, sizeof name, "%s/latency", k->services[k->n_services - 1].name);
		jw_kstr(&j, name, k->n_services > 40 ? "failed" : "no-data");
	}
	jw_obj_end(&j);
	body_end(w, &j, "samples", NULL, "plugin:web");
}

static void ev_deploy(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "backend", "hosts");
	jw_kstr(&j, "service", world_service(w));
	if (rng_chance(w->rng, 200))
		put_nasty(w, &j, "place", 60);
	jw_kstr(&j, "version", world_version(w));
	jw_kstr(&j, "previous", world_version(w));
	put_nasty(w, &j, "by", 200);
	jw_ktime(&j, "at", w->now.at - (int64_t)rng_below(w->rng, 100000) * US_SECOND);
	put_nasty(w, &j, "strategy", 40);
	jw_knum(&j, "share", rng_below(w->rng, 11) / 10.0);
	jw_kstr(&j, "state", WORD(w, "live", "live", "progressing", "paused", "failed", "rolled-back"));
	jw_key(&j, "back");
	jw_obj(&j);
	jw_key(&j, "safe");
	if (rng_chance(w->rng, 500))
		jw_bool(&j, rng_chance(w->rng, 500));
	else
		jw_null(&j);
	put_nasty(w, &j, "why", 300);
	jw_obj_end(&j);
	put_nasty(w, &j, "managed_by", 200);
	body_end(w, &j, "deploy", NULL, "plugin:hosts");
}

static void ev_change(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "backend", "web");
	if (rng_chance(w->rng, 600))
		jw_kstr(&j, "service", world_service(w));
	jw_kstr(&j, "what", WORD(w, "flag", "config", "traffic", "schema", "other"));
	put_nasty(w, &j, "name", 400);
	put_nasty(w, &j, "from", 100);
	put_nasty(w, &j, "to", 100);
	put_nasty(w, &j, "by", 100);
	jw_ktime(&j, "at", w->now.at - (int64_t)rng_below(w->rng, 7200) * US_SECOND);
	body_end(w, &j, "change", NULL, "plugin:web");
}

static void ev_backend(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "backend", WORD(w, "hosts", "web"));
	jw_kstr(&j, "plugin", "releases");
	put_nasty(w, &j, "version", 60);
	jw_kstr(&j, "state", WORD(w, "ready", "ready", "down", "failed", "starting"));
	put_nasty(w, &j, "why", 300);
	jw_kint(&j, "restarts", rng_below(w->rng, 5));
	body_end(w, &j, "plugin", NULL, "engine");
}

static void ev_seat(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "what", WORD(w, "opened", "closed"));
	jw_kstr(&j, "person", rng_chance(w->rng, 200) ? NULL : WORD(w, "maya", "lena", "tomas", "ravi"));
	jw_kint(&j, "uid", 1001 + rng_below(w->rng, 6));
	jw_kstr(&j, "role", WORD(w, "console", "observer", "command"));
	body_end(w, &j, "client", NULL, "engine");
}

static void ev_clock(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "what", WORD(w, "step", "gap"));
	jw_kint(&j, "by_us", (int64_t)rng_below(w->rng, 1000000) * 1000 * (rng_chance(w->rng, 500) ? 1 : -1));
	body_end(w, &j, "clock", NULL, "engine");
}

/* Something counts down; decide looks at it with the next tick, and mostly finds that it may not. */
static void ev_countdown(struct world *w)
{
	const struct model_incident *i = NULL;
	const struct kit_service *svc;
	char key[96], incident[72];
	struct buf b;

	vec_each(const struct model_incident, x, &w->m->incidents)
		if (x->open && (!i || rng_chance(w->rng, 500)))
			i = x;
	svc = i && i->services.n ? kit_service(w->m->kit, i->services.v[rng_below(w->rng, (uint32_t)i->services.n)].name) : NULL;
	if (!svc || !svc->n_actions)
		return;
	const struct kit_action *a = &svc->actions[rng_below(w->rng, (uint32_t)svc->n_actions)];
	text_copy(incident, sizeof incident, i->name);
	snprintf(key, sizeof key, "%s/%zu", i->name, i->actions.n + 1);
	struct jw j = body_begin(&b);
	jw_kstr(&j, "key", key);
	jw_kstr(&j, "op", "00");
	jw_kstr(&j, "digest", "00");
	jw_key(&j, "a");
	jw_obj(&j);
	jw_kstr(&j, "name", a->name);
	jw_kstr(&j, "service", svc->name);
	jw_kint(&j, "level", a->level);
	jw_kstr(&j, "class", row_class_name(a->cls));
	jw_kstr(&j, "verb", a->verb);
	if (rng_chance(w->rng, 700)) {
		jw_kstr(&j, "from", world_version(w));
		jw_kstr(&j, "to", world_version(w));
	}
	jw_obj_end(&j);
	jw_kstr(&j, "via", "automatic");
	jw_kstr(&j, "by", "engine");
	jw_kstr(&j, "backend", a->backend);
	jw_kint(&j, "countdown_s", 2 + rng_below(w->rng, 40));
	jw_kstr(&j, "row", w->m->kit->n_rows ? w->m->kit->rows[0].name : "x");
	put_nasty(w, &j, "because", 500);
	body_end(w, &j, "action.requested", incident, "engine");
}

/* Something does not act by itself, for reasons of anybody's words. */
static void ev_hold(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);
	char text[300];

	jw_kstr(&j, "row", w->m->kit->n_rows ? w->m->kit->rows[rng_below(w->rng, (uint32_t)w->m->kit->n_rows)].name : "x");
	jw_kstr(&j, "service", world_service(w));
	jw_kbool(&j, "preflight", rng_chance(w->rng, 300));
	jw_key(&j, "missing");
	jw_arr(&j);
	for (uint32_t i = rng_below(w->rng, 4); i > 0; i--)
		jw_str(&j, rng_chance(w->rng, 300) ? "brake: 3 or more services turn bad together" : hostile_text(w->rng, text, sizeof text));
	jw_arr_end(&j);
	body_end(w, &j, "automatic", NULL, "engine");
}

/* It ends without anybody: fired, or not. */
static void countdown_over(struct world *w, const struct model_action *a)
{
	struct drafts ds = {0};
	char key[96], incident[72], text[300];
	struct buf b;

	text_copy(key, sizeof key, a->key);
	text_copy(incident, sizeof incident, a->incident);
	if (rng_chance(w->rng, 500)) {
		decide_countdown_lost(w->m, key, hostile_text(w->rng, text, sizeof text), &ds);
		world_commit(w, &ds);
		return;
	}
	struct jw j = body_begin(&b);
	jw_kstr(&j, "key", key);
	jw_kstr(&j, "op", "00");
	jw_kstr(&j, "digest", "00");
	jw_knum(&j, "deadline_s", 60);
	body_end(w, &j, "action.fired", incident, "engine");
}

/* An action that is under way gets on, ends, or is lost. */
static void ev_action(struct world *w)
{
	const struct model_action *a = NULL;
	struct drafts ds = {0};
	struct json *j = NULL;
	char text[2048], nasty_text[400];
	struct buf b;

	for (size_t i = 0; i < w->m->incidents.n; i++)
		vec_each(struct model_action, x, &w->m->incidents.v[i].actions)
			if (!action_over(x) && (!a || rng_chance(w->rng, 500)))
				a = x;
	if (!a)
		return;
	if (a->outcome == OUTCOME_COUNTDOWN) {
		countdown_over(w, a);
		return;
	}
	if (rng_chance(w->rng, 400)) {
		struct jw o = body_begin(&b);
		char incident[72];
		text_copy(incident, sizeof incident, a->incident);
		jw_kstr(&o, "key", a->key);
		jw_knum(&o, "share", rng_below(w->rng, 101) / 100.0);
		put_nasty(w, &o, "text", 300);
		body_end(w, &o, "action.progress", incident, "plugin:hosts");
		return;
	}
	buf_init(&b, 8192);
	struct jw o;
	jw_init(&o, &b);
	jw_obj(&o);
	jw_kstr(&o, "outcome", WORD(w, "done", "done", "failed", "unknown"));
	jw_kstr(&o, "changed", WORD(w, "full", "none", "partial"));
	jw_kstr(&o, "detail", hostile_text(w->rng, nasty_text, sizeof nasty_text));
	jw_obj_end(&o);
	struct fault f;
	fault_set(&f, STATUS_OUTSIDE, "lost", "%.300s", nasty_text);
	text_copy(text, sizeof text, a->key);
	if (json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &j, NULL) == STATUS_OK) {
		bool lost = rng_chance(w->rng, 200);
		decide_outcome(w->m, &w->now, text, lost ? NULL : j, lost ? &f : NULL, 0, rng_chance(w->rng, 300), &ds);
		world_commit(w, &ds);
	}
	json_free(j);
	buf_release(&b);
}

/* Somebody else, at another console. */
static void ev_other(struct world *w)
{
	char text[300], b[2000], safe[1400];
	const char *svc = world_service(w), *inc = NULL, *who = WORD(w, "maya", "lena", "tomas");
	struct decision d;
	struct buf q;
	struct jw j;

	vec_each(struct model_incident, i, &w->m->incidents)
		if (i->open && (!inc || rng_chance(w->rng, 500)))
			inc = i->name;
	buf_init(&q, sizeof safe);
	jw_init(&j, &q);
	jw_str(&j, hostile_text(w->rng, text, sizeof text));
	text_copy(safe, sizeof safe, buf_str(&q));
	buf_release(&q);
	const char *verb = WORD(w, "declare", "report", "note", "pin", "unpin", "freeze", "unfreeze", "take", "hand-over", "close", "veto", "note", "report", "declare");
	snprintf(b, sizeof b, "{\"service\":\"%s\",\"services\":[\"%s\"],\"signal\":\"%s\",\"version\":\"%s\",\"person\":\"%s\",\"as\":\"%s\",\"gone\":%s,%s%s%s"
		"\"title\":%s,\"note\":%s,\"text\":%s,\"reason\":%s}", svc, svc, WORD(w, "other", "cannot_login", "p1"), world_version(w), WORD(w, "ravi", "maya", "lena"),
		WORD(w, "reverted", "false-alarm", "contained"), rng_chance(w->rng, 400) ? "true" : "false", inc ? "\"incident\":\"" : "", inc ? inc : "", inc ? "\"," : "", safe, safe, safe, safe);
	world_decide(w, verb, b, who, NULL, &d);
	decision_release(&d);
}

/* As the engine says how far verifying is, in any state. */
static void verify_of(struct world *w, const char *incident, const char *service, const char *state)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kstr(&j, "service", service);
	jw_kstr(&j, "state", state);
	put_nasty(w, &j, "why", 200);
	jw_key(&j, "checks");
	jw_arr(&j);
	for (uint32_t n = rng_below(w->rng, 8); n > 0; n--) {
		jw_obj(&j);
		put_nasty(w, &j, "name", 100);
		jw_kstr(&j, "from", WORD(w, "kit", "breach", "report", "backend", "volume"));
		jw_kstr(&j, "state", WORD(w, "good", "bad", "waiting", "cannot-tell", "unanswered"));
		jw_kbool(&j, "was_bad", rng_chance(w->rng, 500));
		jw_kint(&j, "held_s", rng_below(w->rng, 100));
		jw_kint(&j, "need_s", rng_below(w->rng, 100));
		jw_knum(&j, "value", rng_below(w->rng, 100) / 100.0);
		put_nasty(w, &j, "detail", 300);
		jw_obj_end(&j);
	}
	jw_arr_end(&j);
	body_end(w, &j, "verify", incident, "engine");
}

static void ev_verify(struct world *w)
{
	const char *state = WORD(w, "waiting", "passed", "passed", "failed", "unmeasured");
	char incident[72] = "", names[4][72];
	size_t n = 0;

	vec_each(struct model_incident, i, &w->m->incidents)
		if (i->open && i->actions.n) {
			text_copy(incident, sizeof incident, i->name);
			for (n = 0; n < i->services.n && n < 4; n++)
				text_copy(names[n], sizeof names[n], i->services.v[n].name);
		}
	for (size_t i = 0; i < n; i++)
		verify_of(w, incident, names[i], state);
}

static const struct {
	const char *name;
	void (*fn)(struct world *w);
	uint32_t weight;
} happenings[] = {
	{"samples", ev_samples, 50}, {"deploy", ev_deploy, 10}, {"change", ev_change, 6}, {"backend", ev_backend, 4}, {"seat", ev_seat, 3},
	{"clock", ev_clock, 1}, {"action", ev_action, 14}, {"verify", ev_verify, 8}, {"countdown", ev_countdown, 4}, {"hold", ev_hold, 3},
	{"somebody", ev_other, 10},
};

void world_say(struct world *w, const char *what, const char *text)
{
	struct json *j = NULL;
	struct buf b;
	struct jw o = body_begin(&b);

	jw_kstr(&o, "what", what);
	jw_kstr(&o, "text", text);
	jw_kstr(&o, "why", text);
	jw_obj_end(&o);
	if (json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &j, NULL) == STATUS_OK)
		w->calls.tell(w->calls.ctx, j);
	json_free(j);
	buf_release(&b);
}

void world_event(struct world *w)
{
	uint32_t total = 0, at;
	char text[300];

	if (!w->m->kit)
		return;
	if (rng_chance(w->rng, 6) && w->link.up) {
		bool closes = rng_chance(w->rng, 500);
		text_copy(w->op, sizeof w->op, closes ? "panel-closed" : "tell");
		if (closes)
			w->panel_open = false;
		world_say(w, closes ? "panel-closed" : WORD(w, "problem", "attached"), hostile_text(w->rng, text, sizeof text));
		return;
	}
	if (rng_chance(w->rng, w->panel_open ? 100 : 3)) { /* under an open panel, above all */
		text_copy(w->op, sizeof w->op, "kit");
		world_load_kit(w, !model_open_incidents(w->m, NULL) || rng_chance(w->rng, 300)); /* somebody reloads it */
		return;
	}
	for (size_t i = 0; i < sizeof happenings / sizeof *happenings; i++)
		total += happenings[i].weight;
	at = rng_below(w->rng, total);
	for (size_t i = 0; i < sizeof happenings / sizeof *happenings; i++) {
		if (at < happenings[i].weight) {
			text_copy(w->op, sizeof w->op, happenings[i].name);
			happenings[i].fn(w);
			return;
		}
		at -= happenings[i].weight;
	}
}
