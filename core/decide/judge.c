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
static void watch_row(struct judge *j, const struct kit_row *row, const struct kit_service *s)
{
	struct row_watch *w = vec_push(&j->rows);
	w->row = row;
	tracker_init(&w->t, row->is_report ? NULL : s, row->signal, &row->when);
	w->t.service = s;
	if (row->is_report)
		w->t.report = row->signal;
	tracker_needs_of(&w->t, row);
}

static void judge_take_kit(struct judge *j, const struct model *m)
{
	judge_clear(j);
	text_copy(j->kit_digest, sizeof j->kit_digest, m->kit_digest ? m->kit_digest : "");
	for (size_t r = 0; m->kit && r < m->kit->n_rows; r++) {
		const struct kit_row *row = &m->kit->rows[r];
		for (size_t s = 0; s < m->kit->n_services; s++)
			if (kit_row_covers(m->kit, row, &m->kit->services[s]))
				watch_row(j, row, &m->kit->services[s]);
		if (row->is_report)
			watch_row(j, row, NULL); /* reports without a service make a row without one */
	}
}

/* ---- samples ---- */
static struct feed_list *fed_by(struct judge *j, const struct model *m, const struct model_signal *s)
{
	size_t pos = (size_t)(s - m->signals.v);
	while (j->by_signal.n <= pos)
		(void)vec_push(&j->by_signal);
	struct feed_list *f = &j->by_signal.v[pos];
	if (f->known)
		return f;
	f->known = true;
	for (size_t i = 0; i < j->rows.n; i++) {
		const struct tracker *t = &j->rows.v[i].t;
		bool same = t->service && t->signal && strcmp(t->service->name, s->service) == 0 &&
			(strcmp(t->signal->name, s->name) == 0 || (t->traffic_signal && strcmp(t->traffic_signal->name, s->name) == 0));
		if (same)
			*vec_push(f) = (uint32_t)i;
	}
	return f;
}

typedef void (*feed_fn)(struct tracker *t, const struct sample *s);

static void judge_sample(struct judge *j, const struct model *m, const struct event *e, const struct model_signal *s, int64_t at, feed_fn feed)
{
	const struct kit_service *service = m->kit ? kit_service(m->kit, s->service) : NULL;
	const struct kit_signal *k = service ? kit_signal(service, s->name) : NULL;
	if (!k)
		return;
	if (e->at - at > k->stale_after || at - e->at > AHEAD_AT_MOST)
		return; /* drawn, not judged */
	const struct sample one = {k, j->t, j->t - (e->at - at), s->state, s->value, s->n};
	struct feed_list *f = fed_by(j, m, s);
	for (size_t i = 0; i < f->n; i++)
		feed(&j->rows.v[f->v[i]].t, &one);
	vec_each(struct verify_watch, w, &j->verifies)
		if (w->service == service)
			vec_each(struct check_watch, c, &w->checks)
				feed(&c->t, &one);
	vec_each(struct stop_watch, w, &j->stops)
		if (w->service == service)
			feed(&w->t, &one);
}

/* The reducer just put the values into the signals; here each is handed to who watches it. */
static void judge_each(struct judge *j, const struct model *m, const struct event *e, const struct json *body, feed_fn feed)
{
	static const char *const groups[] = {"v", "bad"};
	int64_t at = json_get_time(body, "at");
	for (size_t g = 0; g < 2; g++)
		for (const struct json *v = json_first(json_get(body, groups[g])); v; v = json_next(v)) {
			char key[160], *slash;
			text_copy(key, sizeof key, json_key(v));
			if (!(slash = strchr(key, '/')))
				continue;
			*slash = '\0';
			const struct model_signal *s = model_signal(m, key, slash + 1);
			if (s)
				judge_sample(j, m, e, s, at, feed);
		}
}

static void judge_samples(struct judge *j, const struct model *m, const struct event *e)
{
	struct json *body = NULL;
	if (!e->body || json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	judge_each(j, m, e, body, tracker_feed_traffic);
	judge_each(j, m, e, body, tracker_feed);
	json_free(body);
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
