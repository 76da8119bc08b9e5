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
	if (row->has_at_least && w->t.signal) {
		const char *by = w->t.signal->traffic;
		tracker_needs(&w->t, row->at_least, row->at_least_in, by ? kit_signal(s, by) : NULL);
	}
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
struct feeding {                           /* one event's samples on their way to those who watch them */
	struct judge *j;
	const struct model *m;
	const struct event *e;
	int64_t at, t;                     /* when they were measured; the judge's time for it */
	bool filled;
	feed_fn feed;
};

/* Those that are filled in are no proof that something is good again: what verifies waits for live ones. */
static void judge_sample(const struct feeding *g, const struct model_signal *s, enum sample_state state, double value, double n)
{
	const struct kit_service *service = g->m->kit ? kit_service(g->m->kit, s->service) : NULL;
	const struct kit_signal *k = service ? kit_signal(service, s->name) : NULL;
	if (!k || g->t <= 0)
		return;
	if ((!g->filled && g->e->at - g->at > k->stale_after) || g->at - g->e->at > AHEAD_AT_MOST)
		return; /* drawn, not judged */
	const struct sample one = {k, g->at, g->t, state, value, n};
	struct feed_list *f = fed_by(g->j, g->m, s);
	for (size_t i = 0; i < f->n; i++)
		g->feed(&g->j->rows.v[f->v[i]].t, &one);
	vec_each(struct verify_watch, w, &g->j->verifies)
		if (w->service == service && !g->filled)
			vec_each(struct check_watch, c, &w->checks)
				g->feed(&c->t, &one);
	vec_each(struct stop_watch, w, &g->j->stops)
		if (w->service == service && !g->filled)
			g->feed(&w->t, &one);
}

static const struct model_signal *signal_of(const struct model *m, const struct json *v)
{
	char key[160], *slash;
	text_copy(key, sizeof key, json_key(v));
	if (!(slash = strchr(key, '/')))
		return NULL;
	*slash = '\0';
	return model_signal(m, key, slash + 1);
}

/* The reducer just put the live values into the signals; here each is handed to who watches it. */
static void judge_live(const struct feeding *g, const struct json *body)
{
	static const char *const groups[] = {"v", "bad"};
	for (size_t k = 0; k < 2; k++)
		for (const struct json *v = json_first(json_get(body, groups[k])); v; v = json_next(v)) {
			const struct model_signal *s = signal_of(g->m, v);
			if (s)
				judge_sample(g, s, s->state, s->value, s->n);
		}
}

/* The signals may hold newer ones: these are taken as they were recorded, counts in the order of their values. */
static void judge_filled(const struct feeding *g, const struct json *body)
{
	const struct json *n = json_first(json_get(body, "n"));
	for (const struct json *v = json_first(json_get(body, "v")); v; v = json_next(v)) {
		const struct model_signal *s = signal_of(g->m, v);
		bool counted = n && strcmp(json_key(n), json_key(v)) == 0;
		if (s)
			judge_sample(g, s, SAMPLE_OK, json_num(v, NAN), counted ? json_num(n, NAN) : (double)NAN);
		n = counted ? json_next(n) : n;
	}
	for (const struct json *v = json_first(json_get(body, "bad")); v; v = json_next(v)) {
		const struct model_signal *s = signal_of(g->m, v);
		bool failed = strcmp(json_str(v, ""), "failed") == 0;
		if (s)
			judge_sample(g, s, failed ? SAMPLE_FAILED : SAMPLE_NO_DATA, NAN, NAN);
	}
}

static void judge_samples(struct judge *j, const struct model *m, const struct event *e)
{
	struct json *body = NULL;
	if (!e->body || json_parse(e->body, e->body_len, JSON_LINE_MAX, &body, NULL) != STATUS_OK)
		return;
	struct feeding g = {.j = j, .m = m, .e = e, .at = json_get_time(body, "at"), .t = j->t, .filled = json_get_bool(body, "filled", false)};
	if (g.filled && g.at < e->at)
		g.t = j->t - (e->at - g.at);
	for (int traffic = 1; traffic >= 0; traffic--) {
		g.feed = g.filled ? traffic ? tracker_fill_traffic : tracker_fill : traffic ? tracker_feed_traffic : tracker_feed;
		(g.filled ? judge_filled : judge_live)(&g, body);
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
