/* The judge: which conditions are watched, and what each sample does to them. */
#include "decide/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_AT_MOST (5 * US_SECOND)

struct judge *judge_new(void)
{
	return mem_new(sizeof(struct judge));
}

static void judge_clear(struct judge *j)
{
	vec_each(struct verify_watch, w, &j->verifies)
		watch_release(w);
	vec_each(struct stop_watch, s, &j->stops)
		stop_release(s);
	vec_each(struct row_watch, r, &j->rows)
		tracker_release(&r->t);
	vec_each(struct feed_list, f, &j->by_signal)
		vec_release(f);
	vec_each(struct row_list, l, &j->by_service)
		vec_release(l);
	vec_release(&j->by_service);
	vec_release(&j->rows);
	vec_release(&j->verifies);
	vec_release(&j->stops);
	vec_release(&j->by_signal);
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	judge_clear(j);
	free(j);
}

/* ---- the set of watched rows, from the kit in use ---- */
static void watch_row(struct judge *j, const struct model *m, const struct kit_row *row, const struct kit_service *s)
{
	struct row_watch *w = vec_push(&j->rows);
	w->row = row;
	tracker_init(&w->t, row->is_report ? NULL : s, row->signal, &row->when);
	w->t.service = s;
	if (row->is_report)
		w->t.report = row->signal;
	tracker_needs_of(&w->t, row);
	if (w->t.signal)
		*vec_push(&j->by_service.v[s - m->kit->services]) = (uint32_t)(j->rows.n - 1);
}

static void judge_take_kit(struct judge *j, const struct model *m)
{
	judge_clear(j);
	text_copy(j->kit_digest, sizeof j->kit_digest, m->kit_digest ? m->kit_digest : "");
	for (size_t s = 0; m->kit && s < m->kit->n_services; s++)
		(void)vec_push(&j->by_service);
	for (size_t r = 0; m->kit && r < m->kit->n_rows; r++) {
		const struct kit_row *row = &m->kit->rows[r];
		for (size_t s = 0; s < m->kit->n_services; s++)
			if (kit_row_covers(m->kit, row, &m->kit->services[s]))
				watch_row(j, m, row, &m->kit->services[s]);
		if (row->is_report)
			watch_row(j, m, row, NULL); /* reports without a service make a row without one */
	}
}

/* ---- samples ---- */

/* What the kit says of a signal of the model, and which rows it feeds: looked up once. */
static const struct feed_list *fed_by(struct judge *j, const struct model *m, uint32_t pos)
{
	while (j->by_signal.n <= pos)
		(void)vec_push(&j->by_signal);
	struct feed_list *f = &j->by_signal.v[pos];
	const struct model_signal *s = &m->signals.v[pos];
	if (f->known)
		return f;
	f->known = true;
	f->service = m->kit ? kit_service(m->kit, s->service) : NULL;
	f->signal = f->service ? kit_signal(f->service, s->name) : NULL;
	if (!f->signal)
		return f;
	const struct row_list *rows = &j->by_service.v[f->service - m->kit->services];
	for (size_t i = 0; i < rows->n; i++) {
		const struct tracker *t = &j->rows.v[rows->v[i]].t;
		if (t->signal == f->signal || (t->signal && t->traffic_signal == f->signal))
			*vec_push(f) = rows->v[i];
		f->counts = f->counts || (t->traffic && (t->traffic_signal ? t->traffic_signal : t->signal) == f->signal);
	}
	return f;
}

typedef void (*feed_fn)(struct tracker *t, const struct sample *s);

static void judge_sample(struct judge *j, const struct event *e, const struct model_signal *s, const struct feed_list *f, feed_fn feed)
{
	if (e->at - s->at > f->signal->stale_after || s->at - e->at > AHEAD_AT_MOST)
		return; /* drawn, not judged */
	const struct sample one = {f->signal, j->t, j->t - (e->at - s->at), s->state, s->value, s->n};
	for (size_t i = 0; i < f->n; i++)
		feed(&j->rows.v[f->v[i]].t, &one);
	vec_each(struct verify_watch, w, &j->verifies)
		if (w->service == f->service)
			vec_each(struct check_watch, c, &w->checks)
				feed(&c->t, &one);
	vec_each(struct stop_watch, w, &j->stops)
		if (w->service == f->service)
			feed(&w->t, &one);
}

/* The reducer just put the values into the signals; here each is handed to who watches it, what counts as traffic
 * before what is judged by it. */
static void judge_samples(struct judge *j, const struct model *m, const struct event *e)
{
	bool watched = j->verifies.n || j->stops.n;
	vec_each(const uint32_t, pos, &m->heard) {
		const struct feed_list *f = fed_by(j, m, *pos);
		if (f->signal && (f->counts || watched))
			judge_sample(j, e, &m->signals.v[*pos], f, tracker_feed_traffic);
	}
	vec_each(const uint32_t, pos, &m->heard) {
		const struct feed_list *f = fed_by(j, m, *pos);
		if (f->signal && (f->n || watched))
			judge_sample(j, e, &m->signals.v[*pos], f, tracker_feed);
	}
}

void judge_event(struct judge *j, const struct model *m, const struct event *e)
{
	judge_clock(j, e);
	enum event_kind k = event_kind_of(e->kind);
	if (k == EVENT_SAMPLES) {
		judge_samples(j, m, e);
		return;
	}
	if (k == EVENT_KIT_LOADED && m->kit_digest && strcmp(m->kit_digest, j->kit_digest) != 0)
		judge_take_kit(j, m);
	if (k == EVENT_DEPLOY || k == EVENT_CLIENT || k == EVENT_PLUGIN)
		return;
	watches_sync(j, m);
	stops_sync(j, m);
}
