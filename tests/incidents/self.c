/* Countdowns, as core/engine/engine_auto.c keeps them. */
#include "config.h"

#include "self.h"

#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "base/text.h"
#include "drive.h"
#include "events.h"

#define TRY_AGAIN SEC(5)

static const struct model_action *counting(const struct drive *d, const struct held_panel *h)
{
	const struct model_action *x = h->key[0] ? model_action(d->m, h->key) : NULL;
	return x && x->outcome == OUTCOME_COUNTDOWN ? x : NULL;
}

static void drop(struct drive *d, size_t at)
{
	panel_release(&d->panels.v[at].panel);
	d->panels.v[at] = d->panels.v[--d->panels.n];
}

static void zero(struct drive *d, struct held_panel *h)
{
	struct drafts ds = {0};
	decide_countdown(d->m, &d->now, h->key, &h->panel, &ds);
	events_commit(d, &ds);
}

/* The panel is there: does a countdown begin? */
static bool opened(struct drive *d, struct held_panel *h)
{
	struct drafts ds = {0};
	char random[65];
	d->asks++;
	(void)snprintf(random, sizeof random, "%032lld%032lld", (long long)d->asks * 7, (long long)d->asks * 13);
	decide_automatic(d->m, &d->now, &h->want, &h->panel, random, &ds);
	for (size_t i = 0; i < ds.n; i++) {
		struct json *body = NULL;
		if (ds.v[i].kind == EVENT_ACTION_REQUESTED && !json_parse(buf_str(&ds.v[i].body), ds.v[i].body.len, JSON_LINE_MAX, &body, NULL))
			text_copy(h->key, sizeof h->key, json_get_str(body, "key", ""));
		json_free(body);
	}
	events_commit(d, &ds);
	return counting(d, h) != NULL;
}

static void answer(struct drive *d, struct held_panel *h)
{
	struct buf pre;
	struct json *tree = NULL;
	struct fault f;
	buf_init(&pre, 4096);
	acts_preflight(d, drive_service(d, h->want.service), NULL, &pre);
	if (json_parse(buf_str(&pre), pre.len, JSON_LINE_MAX, &tree, &f) != STATUS_OK || panel_freeze(d->m, &h->panel, tree, "00", &d->now, &f) != STATUS_OK)
		h->panel.fault = f;
	json_free(tree);
	buf_release(&pre);
}

static void try_next(struct drive *d)
{
	struct automatic_want want;
	struct fault f;
	if (d->tried && d->time - d->tried < TRY_AGAIN)
		return;
	if (!automatic_next(d->m, &d->now, &want))
		return;
	d->tried = d->time;
	struct held_panel *h = vec_push(&d->panels);
	h->want = want;
	h->due = d->time + SEC(1); /* a preflight takes its time */
	panel_init(&h->panel);
	if (panel_begin(d->m, want.service, want.action, NULL, "engine", "by itself", &h->panel, &f) != STATUS_OK)
		drop(d, d->panels.n - 1);
}

void self_look(struct drive *d)
{
	bool preparing = false;
	for (size_t i = d->panels.n; i-- > 0;) {
		struct held_panel *h = &d->panels.v[i];
		struct stamp n = stamp_of_now(&d->now);
		const struct model_action *x = counting(d, h);
		if (!h->key[0] && d->time < h->due) {
			preparing = true;
		} else if (!h->key[0]) {
			answer(d, h);
			if (!opened(d, h))
				drop(d, i);
		} else if (!x) {
			drop(d, i);
		} else if (action_countdown_left(x, &n) <= 0) {
			zero(d, h);
			drop(d, i);
		}
	}
	if (!preparing)
		try_next(d);
}

void self_lost(struct drive *d)
{
	struct drafts ds = {0};
	self_release(d);
	vec_each(struct model_incident, i, &d->m->incidents)
		vec_each(struct model_action, a, &i->actions)
			decide_countdown_lost(d->m, a->key, "its acting process is gone: nothing was done", &ds);
	events_commit(d, &ds);
}

void self_release(struct drive *d)
{
	while (d->panels.n)
		drop(d, d->panels.n - 1);
	vec_release(&d->panels);
}
