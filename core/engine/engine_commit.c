/* The one place where something becomes true: drafts -> journal -> model ->
 * judge -> everybody who follows.  Callers act only after STATUS_OK.  A commit
 * that failed is "unknown" until the journal was opened again and looked at. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define OWED_MAX 1000
#define SLOW_US (500 * 1000) /* a commit that took longer is told of */

void engine_apply(struct engine *e, const struct event *ev)
{
	model_reduce(e->model, ev);
	judge_event(e->judge, e->model, ev);
}

/* What is on disk goes into the model and to the clients, in the journal's order. */
static void landed(struct engine *e, const struct drafts *ds, const struct now *now)
{
	int64_t seq = e->model->seq;
	for (size_t i = 0; i < ds->n; i++) {
		const struct draft *d = &ds->v[i];
		struct event ev = {.seq = ++seq, .at = now->at, .boot = now->boot, .mono = now->mono, .incident = d->incident,
			.kind = event_kind_name(d->kind), .actor = d->actor, .body = buf_str(&d->body), .body_len = d->body.len};
		unsigned char prev[SHA_LEN];
		memcpy(prev, e->model->chain, SHA_LEN);
		sha256(ev.body, ev.body_len, ev.body_sha);
		event_chain(prev, &ev, ev.chain);
		engine_apply(e, &ev);
		clients_event(e, &ev);
		if (d->kind == EVENT_INCIDENT_CLOSED || d->kind == EVENT_KIT_LOADED)
			e->kit_again = true;
		if (d->kind == EVENT_ACTION_FIRED)
			e->anchor_due = true;
	}
	engine_tick_by(e, TICK_MS);
}

/* Intents that turned out to be on disk after their asker was told "unknown": nothing was sent, nothing will be. */
static void late(struct engine *e, const struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++) {
		struct json *body = NULL;
		if (ds->v[i].kind != EVENT_ACTION_FIRED)
			continue;
		if (!json_parse(buf_str(&ds->v[i].body), ds->v[i].body.len, JSON_LINE_MAX, &body, NULL))
			act_not_performed(e, json_get_str(body, "key", ""));
		json_free(body);
	}
}

static void heal(void *ctx);

/* The cause alone: behind the store's path it would not fit on a screen. */
static const char *cause_of(const struct engine *e, const struct fault *f)
{
	const char *at = strstr(f->what, e->store), *cause = at ? at + strlen(e->store) : f->what;
	return at && at != f->what ? strncmp(cause, ": ", 2) || !cause[2] ? f->what : cause + 2 : cause;
}

static void trouble(struct engine *e, const struct fault *f)
{
	char text[400];
	struct buf b;
	buf_init(&b, sizeof text);
	buf_addf(&b, "the store takes nothing: %s%.300s; nothing fires meanwhile", strncmp(f->what, e->store, strlen(e->store)) ? "" : "it", cause_of(e, f));
	text_copy(text, sizeof text, buf_str(&b));
	buf_release(&b);
	clients_problem(e, "store", text);
	if (!e->heal && !e->ending)
		e->heal = timer_new(&e->loop, 1000, 1000, heal, e);
}

/* Is the journal sure again of what it holds? */
static enum status settle(struct engine *e, struct fault *f)
{
	bool there = false;
	if (!e->doubt.n)
		return STATUS_OK;
	if (journal_recover(e->journal, &there, f))
		return STATUS_UNKNOWN;
	struct drafts ds = e->doubt;
	memset(&e->doubt, 0, sizeof e->doubt);
	if (there) {
		landed(e, &ds, &e->doubt_now);
		late(e, &ds);
	}
	drafts_release(&ds);
	return STATUS_OK;
}

static enum status append(struct engine *e, struct drafts *d, const struct now *now, struct fault *f)
{
	int64_t first = 0;
	bool there = false;
	struct now before, after;
	os_now(&before);
	enum status s = journal_append(e->journal, d->v, d->n, now, &first, f);
	os_now(&after);
	e->store_us = after.mono - before.mono;
	if (e->store_us > SLOW_US)
		e->slow_us = e->store_us; /* told with the next beat: what this commit is about is told first */
	if (s != STATUS_UNKNOWN)
		return s;
	struct fault again;
	if (!journal_recover(e->journal, &there, &again))
		return there ? STATUS_OK : STATUS_OUTSIDE;
	return STATUS_UNKNOWN;
}

enum status engine_commit(struct engine *e, struct drafts *d, const struct now *now, struct fault *f)
{
	struct fault own;
	f = f ? f : &own;
	if (!d->n)
		return STATUS_OK;
	if (e->lost)
		return fault_set(f, STATUS_OUTSIDE, "store-gone", "the store or its lock was deleted or replaced: nothing is recorded, nothing fires");
	e->committing = true;
	enum status s = settle(e, f) ? STATUS_OUTSIDE : append(e, d, now, f);
	switch (s) {
	case STATUS_OK:
		landed(e, d, now);
		clients_problem(e, "store", NULL);
		break;
	case STATUS_UNKNOWN:
		e->doubt_now = *now;
		drafts_move(&e->doubt, d);
		trouble(e, f);
		break;
	case STATUS_NO:
	case STATUS_USAGE:
	case STATUS_DENIED:
	case STATUS_OUTSIDE:
		s = STATUS_OUTSIDE;
		trouble(e, f);
		break;
	}
	e->committing = false;
	return s;
}

/* What happened outside must not be lost though the store fails just now, nor
 * may it slip into the middle of another commit that is being told. */
void engine_owe(struct engine *e, struct drafts *d)
{
	struct now now;
	os_now(&now);
	if (!e->owed.n && !e->committing && engine_commit(e, d, &now, NULL) != STATUS_OUTSIDE)
		return;
	if (e->owed.n < OWED_MAX)
		drafts_move(&e->owed, d);
	if (!e->heal && !e->ending)
		e->heal = timer_new(&e->loop, e->committing ? 0 : 1000, 1000, heal, e);
}

static void heal(void *ctx)
{
	struct engine *e = ctx;
	struct now now;
	struct fault f;
	os_now(&now);
	if (settle(e, &f))
		return;
	if (e->owed.n) {
		if (engine_commit(e, &e->owed, &now, &f) == STATUS_OUTSIDE)
			return;
		drafts_release(&e->owed);
		memset(&e->owed, 0, sizeof e->owed);
	}
	if (!e->doubt.n && !e->owed.n) {
		timer_stop(&e->heal);
		engine_tick_by(e, 0);
	}
}
