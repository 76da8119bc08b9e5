/* The engine of the monkey's world, and the line to it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "world.h"

#define BOOT "00000000-0000-0000-0000-000000000001"
#define LOST (60 * US_SECOND)

/* ---- events ------------------------------------------------------------------------ */

static void keep(struct world *w, const struct event *e)
{
	struct kept *k = vec_push(&w->journal);

	k->e = *e;
	k->e.incident = k->incident = mem_str(e->incident);
	k->e.kind = k->kind = mem_str(e->kind);
	k->e.actor = k->actor = mem_str(e->actor);
	k->e.body = k->body = mem_strn(e->body, e->body_len);
	k->e.boot = BOOT;
}

void world_play(struct world *w, const char *kind, const char *incident, const char *actor, const char *body, size_t len)
{
	unsigned char prev[SHA_LEN];
	struct event e = {.seq = ++w->seq, .at = w->now.at, .boot = w->now.boot, .mono = w->now.mono, .incident = incident, .kind = kind,
		.actor = actor, .body = body, .body_len = len};

	memcpy(prev, w->m->chain, SHA_LEN);
	sha256(body, len, e.body_sha);
	event_chain(prev, &e, e.chain);
	model_reduce(w->m, &e);
	judge_event(w->j, w->m, &e);
	keep(w, &e);
	if (w->shown && w->link.up) {
		w->calls.changing(w->calls.ctx, true);
		model_reduce(w->shown, &e);
		w->calls.changing(w->calls.ctx, false);
	}
}

void world_commit(struct world *w, struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		world_play(w, event_kind_name(ds->v[i].kind), ds->v[i].incident, ds->v[i].actor, buf_str(&ds->v[i].body), ds->v[i].body.len);
	drafts_release(ds);
}

struct jw body_begin(struct buf *b)
{
	struct jw j;

	buf_init(b, JSON_KIT_MAX);
	jw_init(&j, b);
	jw_obj(&j);
	return j;
}

void body_end(struct world *w, struct jw *j, const char *kind, const char *incident, const char *actor)
{
	jw_obj_end(j);
	world_play(w, kind, incident, actor, buf_str(j->b), j->b->len);
	buf_release(j->b);
}

void put_nasty(struct world *w, struct jw *j, const char *key, size_t cap)
{
	char text[1600];

	jw_kstr(j, key, hostile_text(w->rng, text, cap < sizeof text ? cap : sizeof text));
}

enum status world_decide(struct world *w, const char *verb, const char *params, const char *person, const struct panel *panel, struct decision *d)
{
	struct json *tree = NULL;
	char id[40], random[65];
	struct ask ask = {.id = id, .verb = verb, .person = person, .uid = 1002, .via = "key", .random = random, .panel = panel};

	snprintf(id, sizeof id, "%032lld", (long long)++w->asks);
	snprintf(random, sizeof random, "%032lld%032lld", (long long)w->asks * 7, (long long)w->asks * 13);
	decision_init(d);
	if (json_parse(params, strlen(params), JSON_LINE_MAX, &tree, &d->fault) != STATUS_OK)
		return d->status = STATUS_USAGE;
	ask.params = tree;
	decide_ask(w->m, &w->now, &ask, d);
	world_commit(w, &d->events);
	json_free(tree);
	return d->status;
}

void world_tick(struct world *w)
{
	struct drafts ds = {0};

	if (w->m->kit)
		decide_tick(w->m, w->j, &w->now, "00", &ds);
	world_commit(w, &ds);
}

/* ---- the console's asks -------------------------------------------------------------------- */

/* A socket keeps its order: what opens and closes panels is done one after the other. */
static void in_order(struct world *w, struct owed *o)
{
	if (strcmp(o->verb, "arm") != 0 && strcmp(o->verb, "disarm") != 0)
		return;
	o->due = o->due > w->panels_due ? o->due : w->panels_due + 1;
	w->panels_due = o->due;
}

void world_ask(struct world *w, const char *verb, const char *params, enum tag tag)
{
	struct owed *o = vec_push(&w->owed);

	o->due = w->now.mono + 2000 + (int64_t)rng_below(w->rng, rng_chance(w->rng, 50) ? 8000000 : 200000);
	o->tag = tag;
	text_copy(o->verb, sizeof o->verb, verb);
	o->params = mem_str(params);
	o->sent = w->link.up;
	in_order(w, o);
}

static void give(struct world *w, const struct owed *o, enum status s, const char *result, const struct fault *f)
{
	struct json *j = NULL;
	struct fault none = {0};

	if (s == STATUS_OK && json_parse(result, strlen(result), JSON_KIT_MAX, &j, &none) != STATUS_OK)
		abort();
	w->calls.answer(w->calls.ctx, o->tag, o->verb, s, s ? NULL : j, s ? f : NULL);
	json_free(j);
}

/* A backend's answer to preflight: mostly it could be fired, and its words are nobody's friend. */
static void preflight(struct world *w, struct buf *b)
{
	struct jw j;
	char text[900];

	buf_init(b, JSON_LINE_MAX);
	jw_init(&j, b);
	jw_obj(&j);
	jw_kbool(&j, "ready", rng_chance(w->rng, 900));
	jw_kstr(&j, "from", world_version(w));
	jw_kstr(&j, "to", w->panel.to_said ? w->panel.to : world_version(w));
	put_nasty(w, &j, "effect", 600);
	put_nasty(w, &j, "command", 800);
	put_nasty(w, &j, "managed_by", 300);
	jw_key(&j, "not_undone");
	jw_arr(&j);
	for (uint32_t i = rng_below(w->rng, 5); i > 0; i--)
		jw_str(&j, hostile_text(w->rng, text, sizeof text));
	jw_arr_end(&j);
	jw_key(&j, "checks");
	jw_arr(&j);
	for (uint32_t i = rng_below(w->rng, 9); i > 0; i--) {
		jw_obj(&j);
		put_nasty(w, &j, "name", 100);
		jw_kbool(&j, "ok", rng_chance(w->rng, 600));
		put_nasty(w, &j, "detail", 300);
		jw_obj_end(&j);
	}
	jw_arr_end(&j);
	jw_obj_end(&j);
}

/* "needs_name":false becomes true: the same length, with a blank. */
static void flip(struct buf *b, const char *key)
{
	char from[40];
	char *at;

	snprintf(from, sizeof from, "\"%s\":false", key);
	at = strstr(b->data, from);
	if (at)
		memcpy(at + strlen(key) + 3, "true ", 5);
}

static void arm_answered(struct world *w, const struct owed *o)
{
	struct json *said = NULL;
	struct buf b, out;
	struct fault f = {0};
	enum status s;

	preflight(w, &b);
	s = json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &said, &f);
	if (s == STATUS_OK && rng_chance(w->rng, 60))
		s = fault_set(&f, STATUS_OUTSIDE, "x", "%.200s", json_get_str(said, "effect", ""));
	if (s == STATUS_OK)
		s = panel_freeze(w->m, &w->panel, said, "00", &w->now, &f);
	buf_init(&out, JSON_LINE_MAX);
	if (s == STATUS_OK) {
		w->panel_open = true;
		panel_print(w->m, &w->panel, w->panel.person, &w->now, &out);
		if (rng_chance(w->rng, 150))
			flip(&out, "needs_name");
		if (rng_chance(w->rng, 300))
			flip(&out, "may"); /* the engine asks again when it is fired */
	}
	give(w, o, s, buf_str(&out), &f);
	buf_release(&out);
	buf_release(&b);
	json_free(said);
}

/* The engine's part of arm: may it be asked at all, and then the backend. */
static bool arm_began(struct world *w, struct owed *o)
{
	struct json *p = NULL;
	struct decision d;
	struct fault f;
	bool waits = false;

	if (json_parse(o->params, strlen(o->params), JSON_LINE_MAX, &p, NULL) != STATUS_OK)
		abort();
	w->panel_open = false;
	if (world_decide(w, "arm", o->params, *w->person ? w->person : NULL, NULL, &d) != STATUS_OK) {
		give(w, o, d.status, "", &d.fault);
	} else if (strstr(buf_str(&d.result), "\"already\"")) {
		give(w, o, STATUS_OK, buf_str(&d.result), NULL);
	} else {
		panel_release(&w->panel);
		panel_init(&w->panel);
		waits = panel_begin(w->m, json_get_str(p, "service", NULL), json_get_str(p, "action", ""), json_get_str(p, "to", NULL), w->person,
			json_get_str(p, "reason", ""), &w->panel, &f) == STATUS_OK;
		if (!waits)
			give(w, o, STATUS_USAGE, "", &f);
	}
	decision_release(&d);
	json_free(p);
	return waits;
}

static void read_out(struct world *w, const struct owed *o)
{
	struct json *p = NULL;
	struct fault f;
	struct buf b;
	int64_t seq;

	if (json_parse(o->params, strlen(o->params), JSON_LINE_MAX, &p, NULL) != STATUS_OK)
		abort();
	seq = json_get_int(p, "from", 0);
	json_free(p);
	buf_init(&b, JSON_KIT_MAX);
	buf_adds(&b, "{\"events\":[");
	if (seq > 0 && (size_t)seq <= w->journal.n)
		event_print(&w->journal.v[seq - 1].e, 1, &b);
	buf_adds(&b, "]}");
	fault_set(&f, STATUS_OUTSIDE, "x", "the journal could not be read");
	give(w, o, rng_chance(w->rng, 100) ? STATUS_OUTSIDE : STATUS_OK, buf_str(&b), &f);
	buf_release(&b);
}

/* A chart's points: as many as it likes, some of them odd. */
static void samples_out(struct world *w, const struct owed *o)
{
	struct json *p = NULL;
	struct fault f;
	struct buf b;
	struct jw j;
	int64_t at;

	if (json_parse(o->params, strlen(o->params), JSON_LINE_MAX, &p, NULL) != STATUS_OK)
		abort();
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&j, &b);
	jw_obj(&j);
	jw_kstr(&j, "service", json_get_str(p, "service", ""));
	jw_kstr(&j, "signal", json_get_str(p, "signal", ""));
	at = json_get_time(p, "from") / US_SECOND;
	jw_ktime(&j, "measured_from", at * US_SECOND);
	jw_kbool(&j, "complete", rng_chance(w->rng, 800));
	jw_key(&j, "points");
	jw_arr(&j);
	for (uint32_t n = rng_below(w->rng, 400); n > 0; n--, at += rng_below(w->rng, 8)) {
		jw_arr(&j);
		jw_int(&j, at);
		for (int k = 0; k < 3; k++)
			jw_num(&j, rng_chance(w->rng, 5) ? 1e300 : rng_below(w->rng, 1000) / 1000.0);
		jw_int(&j, rng_below(w->rng, 2));
		jw_arr_end(&j);
	}
	jw_arr_end(&j);
	jw_obj_end(&j);
	fault_set(&f, STATUS_OUTSIDE, "x", "the journal could not be read");
	give(w, o, rng_chance(w->rng, 100) ? STATUS_OUTSIDE : STATUS_OK, buf_str(&b), &f);
	buf_release(&b);
	json_free(p);
}

static void asked(struct world *w, const struct owed *o)
{
	struct decision d;
	bool fire = !strcmp(o->verb, "fire");
	int64_t before = w->m->seq;

	if (rng_chance(w->rng, 30)) { /* the store fails */
		struct fault f;
		fault_set(&f, fire ? STATUS_UNKNOWN : STATUS_OUTSIDE, "store", "the disk is full");
		give(w, o, fire ? STATUS_UNKNOWN : STATUS_OUTSIDE, "", &f);
		return;
	}
	world_decide(w, o->verb, o->params, *w->person ? w->person : NULL, w->panel_open ? &w->panel : NULL, &d);
	if (fire && d.status == STATUS_OK && w->m->seq > before && strstr(buf_str(&d.result), "\"incident\"")) {
		w->fires++;
		w->panel_open = false;
	}
	if (!strcmp(o->verb, "disarm"))
		w->panel_open = false;
	give(w, o, d.status, buf_str(&d.result), &d.fault);
	decision_release(&d);
}

int64_t world_due(const struct world *w)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < w->owed.n; i++) {
		int64_t at = w->link.up ? w->owed.v[i].due : w->down_since + LOST;
		due = at < due ? at : due;
	}
	return due;
}

static struct owed take(struct world *w, size_t i)
{
	struct owed o = w->owed.v[i];

	w->owed.n--;
	for (; i < w->owed.n; i++)
		w->owed.v[i] = w->owed.v[i + 1];
	return o;
}

static void expire(struct world *w, struct owed *o)
{
	struct fault f;
	bool may = o->sent && !strcmp(o->verb, "fire");

	fault_set(&f, may ? STATUS_UNKNOWN : STATUS_OUTSIDE, "no-engine", "no engine answers");
	give(w, o, may ? STATUS_UNKNOWN : STATUS_OUTSIDE, "", &f);
}

/* An older panel that is still being asked for is closed, and whoever asked is told. */
static void close_asked(struct world *w)
{
	struct fault f;

	fault_set(&f, STATUS_NO, "panel-closed", "the panel was closed before it opened");
	for (size_t i = 0; i < w->owed.n; i++)
		if (w->owed.v[i].preflight) {
			struct owed o = take(w, i);
			give(w, &o, STATUS_NO, "", &f);
			free(o.params);
			return; /* there is never more than one */
		}
}

/* What goes on is still as old as it is. */
static void put_back(struct world *w, size_t i, const struct owed *o)
{
	vec_push(&w->owed);
	memmove(&w->owed.v[i + 1], &w->owed.v[i], (w->owed.n - 1 - i) * sizeof *o);
	w->owed.v[i] = *o;
}

void world_run(struct world *w)
{
	for (size_t i = 0; i < w->owed.n;) {
		struct owed o = w->owed.v[i];
		if ((w->link.up ? o.due : w->down_since + LOST) > w->now.mono) {
			i++;
			continue;
		}
		o = take(w, i);
		if (w->link.up && !o.preflight && (!strcmp(o.verb, "arm") || !strcmp(o.verb, "disarm"))) {
			close_asked(w);
			i = 0;
		}
		if (!w->link.up) {
			expire(w, &o);
		} else if (!strcmp(o.verb, "arm") && !o.preflight) {
			if (arm_began(w, &o)) {
				o.preflight = true;
				o.due = w->now.mono + 1000 + (int64_t)rng_below(w->rng, rng_chance(w->rng, 50) ? 14000000 : 400000);
				put_back(w, i, &o);
				continue;
			}
		} else if (!strcmp(o.verb, "arm")) {
			arm_answered(w, &o);
		} else if (!strcmp(o.verb, "read")) {
			read_out(w, &o);
		} else if (!strcmp(o.verb, "samples")) {
			samples_out(w, &o);
		} else {
			asked(w, &o);
		}
		free(o.params);
	}
}

/* ---- the line to the engine ------------------------------------------------------------------ */

static void snapshot(struct world *w)
{
	struct buf b;
	struct fault f;

	buf_init(&b, (size_t)256 << 20);
	model_dump(w->m, w->m->signals.n <= 256, &b);
	w->calls.changing(w->calls.ctx, true);
	model_free(w->shown);
	if (b.failed || model_load(buf_str(&b), b.len, &w->shown, &f) != STATUS_OK)
		abort();
	w->replaced = true;
	w->calls.changing(w->calls.ctx, false);
	buf_release(&b);
}

void world_line(struct world *w, bool up)
{
	if (w->link.up == up)
		return;
	w->link.up = up;
	if (!up) {
		w->down_since = w->now.mono;
		w->link.beat_age = -1;
		w->panel_open = false;
		for (size_t i = 0; i < w->owed.n; i++)
			w->owed.v[i].preflight = false; /* it will be asked again */
		w->calls.down(w->calls.ctx, rng_chance(w->rng, 500) ? "the engine went away" : "");
		return;
	}
	w->link.ever = true;
	w->link.beat_age = 100000;
	w->panels_due = 0;
	snapshot(w);
	for (size_t i = 0; i < w->owed.n; i++) {
		struct owed *o = &w->owed.v[i];
		o->due = w->now.mono + (int64_t)rng_below(w->rng, 100000);
		in_order(w, o);
		o->sent = true;
	}
	world_say(w, "attached", "nothing of yours runs");
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static void begin(struct world *w)
{
	struct buf b;
	struct jw j = body_begin(&b);

	jw_kint(&j, "format", 1);
	jw_kstr(&j, "id", "00");
	jw_kstr(&j, "kit", "shop");
	jw_kstr(&j, "environment", WORD(w, "production", "production", "staging", "demo"));
	jw_kstr(&j, "tool", "monkey");
	body_end(w, &j, "store", NULL, "engine");
	j = body_begin(&b);
	jw_kstr(&j, "what", "started");
	jw_kstr(&j, "host", "bastion");
	jw_kint(&j, "pid", 1);
	jw_kint(&j, "reducer", 1);
	body_end(w, &j, "engine", NULL, "engine");
}

void world_init(struct world *w, struct rng *rng, const struct world_calls *calls)
{
	memset(w, 0, sizeof *w);
	w->rng = rng;
	w->calls = *calls;
	w->m = model_new();
	w->j = judge_new();
	panel_init(&w->panel);
	w->now.at = INT64_C(1795000000000000) + (int64_t)rng_below(rng, 86400) * US_SECOND + rng_below(rng, 1000000);
	w->now.mono = 1000 * US_SECOND + rng_below(rng, 1000000);
	text_copy(w->now.boot, sizeof w->now.boot, BOOT);
	w->link.beat_age = -1;
	text_copy(w->person, sizeof w->person, rng_chance(rng, 850) ? "ravi" : rng_chance(rng, 700) ? "tomas" : "");
	begin(w);
	world_load_kit(w, true);
	if (!w->m->kit)
		abort();
}

void world_release(struct world *w)
{
	for (size_t i = 0; i < w->owed.n; i++)
		free(w->owed.v[i].params);
	vec_release(&w->owed);
	vec_each(struct kept, k, &w->journal) {
		free(k->incident);
		free(k->kind);
		free(k->actor);
		free(k->body);
	}
	vec_release(&w->journal);
	panel_release(&w->panel);
	judge_free(w->j);
	model_free(w->m);
	model_free(w->shown);
}
