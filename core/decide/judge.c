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
struct feeding {                           /* one event's samples on their way to those who watch them */
	struct judge *j;
	const struct model *m;
	const struct event *e;
	int64_t at, t;                     /* when they were measured; the judge's time for it */
	bool filled;
	feed_fn feed;
};

/* Those that are filled in are no proof that something is good again: what verifies waits for live ones. */
static void judge_sample(const struct feeding *g, const struct feed_list *f, enum sample_state state, double value, double n)
{
	if (g->t <= 0 || (!g->filled && g->e->at - g->at > f->signal->stale_after) || g->at - g->e->at > AHEAD_AT_MOST)
		return; /* drawn, not judged */
	const struct sample one = {f->signal, g->t, g->j->t - (g->e->at - g->at), state, value, n};
	for (size_t i = 0; i < f->n; i++)
		g->feed(&g->j->rows.v[f->v[i]].t, &one);
	if (g->filled)
		return;
	vec_each(struct verify_watch, w, &g->j->verifies)
		if (w->service == f->service)
			vec_each(struct check_watch, c, &w->checks)
				g->feed(&c->t, &one);
	vec_each(struct stop_watch, w, &g->j->stops)
		if (w->service == f->service)
			g->feed(&w->t, &one);
}

/* The reducer just put the live values into the signals; here each is handed to who watches it, what counts as
 * traffic before what is judged by it. */
static void judge_live(struct feeding *g)
{
	bool watched = g->j->verifies.n || g->j->stops.n;
	for (int traffic = 1; traffic >= 0; traffic--) {
		g->feed = traffic ? tracker_feed_traffic : tracker_feed;
		vec_each(const uint32_t, pos, &g->m->heard) {
			const struct feed_list *f = fed_by(g->j, g->m, *pos);
			const struct model_signal *s = &g->m->signals.v[*pos];
			if (f->signal && ((traffic ? f->counts : f->n > 0) || watched))
				judge_sample(g, f, s->state, s->value, s->n);
		}
	}
}

static const struct feed_list *feed_of(const struct feeding *g, const struct json *v)
{
	char key[160], *slash;
	text_copy(key, sizeof key, json_key(v));
	if (!(slash = strchr(key, '/')))
		return NULL;
	*slash = '\0';
	const struct model_signal *s = model_signal(g->m, key, slash + 1);
	const struct feed_list *f = s ? fed_by(g->j, g->m, (uint32_t)(s - g->m->signals.v)) : NULL;
	return f && f->signal ? f : NULL;
}

/* The signals may hold newer ones: these are taken as they were recorded, counts in the order of their values. */
static void judge_filled(const struct feeding *g, const struct json *body)
{
	const struct json *n = json_first(json_get(body, "n"));
	for (const struct json *v = json_first(json_get(body, "v")); v; v = json_next(v)) {
		const struct feed_list *f = feed_of(g, v);
		bool counted = n && strcmp(json_key(n), json_key(v)) == 0;
		if (f)
			judge_sample(g, f, SAMPLE_OK, json_num(v, NAN), counted ? json_num(n, NAN) : (double)NAN);
		n = counted ? json_next(n) : n;
	}
	for (const struct json *v = json_first(json_get(body, "bad")); v; v = json_next(v)) {
		const struct feed_list *f = feed_of(g, v);
		bool failed = strcmp(json_str(v, ""), "failed") == 0;
		if (f)
			judge_sample(g, f, failed ? SAMPLE_FAILED : SAMPLE_NO_DATA, NAN, NAN);
	}
}

static void judge_samples(struct judge *j, const struct model *m, const struct event *e)
{
	struct json *body = NULL;
	struct feeding g = {.j = j, .m = m, .e = e, .at = m->heard_at, .t = j->t, .filled = m->heard_filled};
	if (!g.filled) {
		judge_live(&g);
		return;
	}
	if (!e->body || json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	if (g.at < e->at)
		g.t = j->t - (e->at - g.at);
	for (int traffic = 1; traffic >= 0; traffic--) {
		g.feed = traffic ? tracker_fill_traffic : tracker_fill;
		judge_filled(&g, body);
	}
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
	if (k == EVENT_DEPLOY || k == EVENT_CLIENT || k == EVENT_PLUGIN || k == EVENT_BACKFILL)
		return;
	watches_sync(j, m);
	stops_sync(j, m);
}
