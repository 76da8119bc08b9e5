/* The reducer: envelope first, then one handler per kind. */
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

static void reduce_nothing(struct reduction *r)
{
	(void)r; /* recorded for people and for later fields; the model needs nothing of it */
}

static void reduce_store(struct reduction *r)
{
	r->m->store_id = body_name(r, "id");
	r->m->kit_name = body_name(r, "kit");
	r->m->environment = body_name(r, "environment");
	r->m->tool = body_name(r, "tool");
}

/* A new engine knows no seats, panels or plugins of the old one. */
static void reduce_engine(struct reduction *r)
{
	struct model *m = r->m;
	const char *what = json_get_str(r->body, "what", "");
	m->engine_running = strcmp(what, "started") == 0;
	m->engine_at = r->at;
	m->engine_host = body_name(r, "host");
	vec_each(struct model_seat, s, &m->seats)
		s->count = 0;
	while (m->armed.n)
		vec_drop(&armed_table, &m->armed, m->armed.n - 1);
	vec_each(struct model_backend, b, &m->backends) {
		b->state = model_intern(m, "down");
		text_set(&b->why, m->engine_running ? "not started yet" : "the engine stopped");
	}
}

static void reduce_clock(struct reduction *r)
{
	if (strcmp(json_get_str(r->body, "what", ""), "step") == 0)
		return;
	vec_each(struct model_incident, i, &r->m->incidents)
		if (i->open) {
			struct model_gap *g = vec_push(&i->gaps);
			g->by_us = json_get_int(r->body, "by_us", 0);
			g->at = r->at;
		}
}

static void reduce_client(struct reduction *r)
{
	struct model *m = r->m;
	const char *person = body_name(r, "person"), *role = body_word(r, "role");
	int step = strcmp(json_get_str(r->body, "what", ""), "opened") == 0 ? 1 : -1;
	if (!person)
		person = model_intern(m, r->e->actor);
	struct model_seat *seat = NULL;
	vec_each(struct model_seat, s, &m->seats)
		if (s->person == person && s->role == role)
			seat = s;
	if (!seat) {
		seat = vec_push(&m->seats);
		seat->person = person;
		seat->role = role;
	}
	if (!seat->count && step > 0)
		seat->since = r->at;
	seat->count = seat->count + step > 0 ? seat->count + step : 0;
	seat->at = r->at;
}

static struct model_backend *backend_mut(struct model *m, const char *name)
{
	vec_each(struct model_backend, k, &m->backends)
		if (k->backend == name)
			return k;
	struct model_backend *b = vec_push(&m->backends);
	b->backend = name;
	return b;
}

static void reduce_plugin(struct reduction *r)
{
	struct model_backend *b = backend_mut(r->m, body_name(r, "backend"));
	b->plugin = body_name(r, "plugin");
	b->version = body_name(r, "version");
	b->state = body_name(r, "state");
	text_set(&b->why, json_get_str(r->body, "why", NULL));
	b->pid = json_get_int(r->body, "pid", 0);
	b->restarts = json_get_int(r->body, "restarts", 0);
	text_set(&b->trouble, NULL);
	b->trouble_at = (struct stamp){0};
	b->at = r->at;
}

void reduce_backfill(struct reduction *r)
{
	const char *name = body_name(r, "backend");
	if (!name)
		return;
	struct model_backend *b = backend_mut(r->m, name);
	b->filled_from = json_get_time(r->body, "from");
	b->filled_at = r->at;
	b->filled_whole = json_get_bool(r->body, "complete", false);
	text_set(&b->filled_why, json_get_str(r->body, "why", NULL));
}

/* One row per kind: who folds it, and whether the timeline of an incident shows it. */
static const struct { reduce_fn fn; bool line; } handlers[] = {
	[EVENT_STORE] = {reduce_store, false},
	[EVENT_ENGINE] = {reduce_engine, true},
	[EVENT_CLOCK] = {reduce_clock, true},
	[EVENT_CLIENT] = {reduce_client, false},
	[EVENT_KIT_LOADED] = {reduce_kit, true},
	[EVENT_PLUGIN] = {reduce_plugin, true},
	[EVENT_DEPLOY] = {reduce_deploy, false},
	[EVENT_CHANGE] = {reduce_change, true},
	[EVENT_SAMPLES] = {reduce_samples, false},
	[EVENT_REPORT] = {reduce_report, true},
	[EVENT_RUBRIC] = {reduce_rubric, true},
	[EVENT_BACKFILL] = {reduce_backfill, true},
	[EVENT_BASELINE] = {reduce_nothing, false},
	[EVENT_INCIDENT_DECLARED] = {reduce_declared, true},
	[EVENT_INCIDENT_CLOSED] = {reduce_closed, true},
	[EVENT_COMMANDER] = {reduce_commander, true},
	[EVENT_ACTION_ARMED] = {reduce_armed, true},
	[EVENT_ACTION_DISARMED] = {reduce_disarmed, true},
	[EVENT_ACTION_REQUESTED] = {reduce_requested, true},
	[EVENT_ACTION_ACKNOWLEDGED] = {reduce_nothing, true},
	[EVENT_ACTION_REFUSED] = {reduce_refused, true},
	[EVENT_ACTION_VETOED] = {reduce_vetoed, true},
	[EVENT_ACTION_EXPIRED] = {reduce_expired, true},
	[EVENT_ACTION_FIRED] = {reduce_fired, true},
	[EVENT_ACTION_PROGRESS] = {reduce_progress, false},
	[EVENT_ACTION_ENDED] = {reduce_ended, true},
	[EVENT_VERIFY] = {reduce_verify, true},
	[EVENT_PIN] = {reduce_pin, true},
	[EVENT_FREEZE] = {reduce_freeze, true}, [EVENT_ALARM] = {reduce_alarm, true},
	[EVENT_SOAK] = {reduce_soak, true}, [EVENT_WAYS] = {reduce_ways, false},
	[EVENT_AUTOMATIC] = {reduce_automatic, true},
	[EVENT_NOTE] = {reduce_nothing, true},
	[EVENT_WITHHELD] = {reduce_nothing, false},
	[EVENT_ANCHOR] = {reduce_nothing, false},
	[EVENT_PLAN] = {reduce_nothing, true},
	[EVENT_COMMS] = {reduce_nothing, true},
	[EVENT_DATA_STEP] = {reduce_nothing, true},
	[EVENT_PROMPT] = {reduce_prompt, true},
	[EVENT_DRILL] = {reduce_nothing, true},
};

static void remember_ask(struct reduction *r)
{
	const char *ask = json_get_str(r->body, "ask", NULL);
	if (!ask || strncmp(r->e->actor, "plugin:", 7) == 0)
		return; /* a plugin asks for nothing, whatever it writes into what it tells */
	struct model *m = r->m;
	struct model_ask *a = m->asks.n ? &m->asks.v[m->asks.n - 1] : NULL;
	if (!a || strcmp(a->ask, ask) != 0) {
		a = vec_push(&m->asks);
		a->ask = mem_str(ask);
		a->seq = r->e->seq;
	}
	if (json_get(r->body, "key"))
		a->key = body_name(r, "key");
	if (r->e->incident)
		a->incident = model_intern(m, r->e->incident);
	vec_bound(&ask_table, &m->asks, 512);
}

static void count_event(struct reduction *r)
{
	if (r->i)
		r->i->events++;
}

void model_reduce(struct model *m, const struct event *e)
{
	struct json *body = NULL;
	m->seq = e->seq;
	m->heard.n = 0; /* of this event, though its body was withheld */
	m->heard_filled = false;
	m->now = (struct stamp){e->at, e->mono, model_intern(m, e->boot)};
	memcpy(m->chain, e->chain, SHA_LEN);
	enum event_kind kind = event_kind_of(e->kind);
	if (kind == EVENT_KIND_UNKNOWN || !e->body || json_parse(e->body, e->body_len, JSON_KIT_MAX, &body, NULL) != STATUS_OK)
		return;
	struct reduction r = {.m = m, .e = e, .body = body, .at = m->now, .i = incident_mut(m, e->incident)};
	handlers[kind].fn(&r);
	r.i = incident_mut(m, e->incident); /* it may have been made just now, or moved */
	count_event(&r);
	remember_ask(&r);
	if (handlers[kind].line)
		model_add_line(&r);
	json_free(body);
}
