/* Gauges and vitals.  What depends on the kit alone (which rows speak of which
 * signal) is worked out once a kit; what was found in the model is remembered
 * by its place there and checked by its name's pointer. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/ui/health.h"

struct link_row {                /* a row that speaks of a gauge, or of a service by people's word */
	const struct kit_row *row;
	size_t pos;              /* in the model's rows; SIZE_MAX not there */
};
struct known {                   /* of one gauge */
	size_t first_row, n_rows;
	size_t backend;          /* of the kit */
	size_t pos;              /* in the model's signals; SIZE_MAX not there */
};
struct health {
	const struct model *m;
	const struct kit *kit;
	char digest[SHA_HEX];
	int64_t kits;            /* of the model, when the kit was learned */
	int64_t seq, seen, until; /* mono: looked at then; something may be silent from then on */
	size_t rows_n, signals_n; /* of the model when places were looked for */
	size_t n, n_gauges;
	struct vitals *vitals;
	struct intake *feeds;      /* by backend of the kit */
	size_t n_feeds;
	size_t *first;           /* gauge of each service; n + 1 */
	struct gauge *gauges;    /* sorted by rank within a service */
	struct known *known;     /* by kit order, like the gauges before they are sorted */
	VEC(struct link_row) rows;
	size_t *said_first;      /* rows on people's word of each service; n + 1 */
	VEC(struct link_row) said;
	size_t *order;           /* services by rank */
	size_t count[RANKS];
};

struct health *health_new(void)
{
	return mem_new(sizeof(struct health));
}

void health_forget(struct health *h)
{
	free(h->vitals);
	free(h->feeds);
	free(h->first);
	free(h->gauges);
	free(h->known);
	free(h->said_first);
	free(h->order);
	vec_release(&h->rows);
	vec_release(&h->said);
	memset(h, 0, sizeof *h);
}

void health_free(struct health *h)
{
	if (h)
		health_forget(h);
	free(h);
}

/* ---- what the kit says ----------------------------------------------------- */

static void rows_of_signal(struct health *h, const struct kit *k, const struct kit_service *svc, size_t gauge)
{
	struct known *n = &h->known[gauge];

	n->first_row = h->rows.n;
	n->pos = SIZE_MAX;
	for (size_t i = 0; i < k->n_rows; i++)
		if (!k->rows[i].is_report && !strcmp(k->rows[i].signal, h->gauges[gauge].signal->name) && kit_row_covers(k, &k->rows[i], svc))
			*vec_push(&h->rows) = (struct link_row){&k->rows[i], SIZE_MAX};
	n->n_rows = h->rows.n - n->first_row;
}

static size_t backend_place(const struct kit *k, const char *id)
{
	size_t i = 0;

	while (i < k->n_backends && strcmp(k->backends[i].id, id) != 0)
		i++;
	return i;
}

static void service_learn(struct health *h, const struct kit *k, size_t i)
{
	const struct kit_service *svc = &k->services[i];
	size_t at = h->first[i];

	h->vitals[i].service = svc;
	for (size_t n = 0; n < svc->n_signals; n++, at++) {
		h->gauges[at].service = svc;
		h->gauges[at].signal = &svc->signals[n];
		h->gauges[at].order = (int)n;
		h->known[at].backend = backend_place(k, svc->signals[n].backend);
		rows_of_signal(h, k, svc, at);
	}
	h->first[i + 1] = at;
	h->said_first[i] = h->said.n;
	for (size_t n = 0; n < k->n_rows; n++)
		if (k->rows[n].is_report && kit_row_covers(k, &k->rows[n], svc))
			*vec_push(&h->said) = (struct link_row){&k->rows[n], SIZE_MAX};
	h->said_first[i + 1] = h->said.n;
}

static void learn(struct health *h, const struct model *m)
{
	const struct kit *k = m->kit;

	health_forget(h);
	h->kit = k;
	h->kits = m->kits;
	memcpy(h->digest, k->digest, sizeof h->digest);
	h->n = k->n_services;
	for (size_t i = 0; i < h->n; i++)
		h->n_gauges += k->services[i].n_signals;
	h->vitals = mem_new((h->n + 1) * sizeof *h->vitals);
	h->n_feeds = k->n_backends;
	h->feeds = mem_new((h->n_feeds + 1) * sizeof *h->feeds); /* one more: of no backend */
	h->first = mem_new((h->n + 1) * sizeof *h->first);
	h->said_first = mem_new((h->n + 1) * sizeof *h->said_first);
	h->order = mem_new((h->n + 1) * sizeof *h->order);
	h->gauges = mem_new((h->n_gauges + 1) * sizeof *h->gauges);
	h->known = mem_new((h->n_gauges + 1) * sizeof *h->known);
	for (size_t i = 0; i < h->n; i++)
		service_learn(h, k, i);
}

/* ---- what the model says ------------------------------------------------------ */

/* Records are only ever added to the model's lists, and a name there is one pointer. */
static const struct model_row *row_at(struct health *h, struct link_row *l, const char *service, bool look)
{
	const struct model_row *r;

	if (l->pos == SIZE_MAX && !look)
		return NULL;
	if (l->pos < h->m->rows.n) {
		r = &h->m->rows.v[l->pos];
		if (!strcmp(r->row, l->row->name) && r->service && !strcmp(r->service, service))
			return r;
	}
	r = model_row(h->m, l->row->name, service);
	l->pos = r ? (size_t)(r - h->m->rows.v) : SIZE_MAX;
	return r;
}

static const struct model_signal *signal_at(struct health *h, struct known *n, const struct gauge *g, const struct model_signal *before, bool look)
{
	const struct model_signal *s;

	if (n->pos == SIZE_MAX && !look)
		return NULL;
	if (n->pos < h->m->signals.n) {
		s = &h->m->signals.v[n->pos];
		if (!strcmp(s->name, g->signal->name) && !strcmp(s->service, g->service->name))
			return s;
	}
	s = model_signal_after(h->m, before, g->service->name, g->signal->name);
	n->pos = s ? (size_t)(s - h->m->signals.v) : SIZE_MAX;
	return s;
}

static enum rank row_rank(const struct model_row *r)
{
	if (!r)
		return RANK_GOOD;
	if (model_row_standing(r) || r->state == ROW_BREACHED || r->state == ROW_OVERDUE)
		return RANK_BAD;
	return r->state == ROW_PENDING ? RANK_NEAR : r->state == ROW_CANNOT_TELL ? RANK_UNKNOWN : RANK_GOOD;
}

/* Worst row first: it is the one that the gauge speaks of. */
static void gauge_rows(struct health *h, struct gauge *g, const struct known *n, bool look)
{
	g->row = NULL;
	g->mr = NULL;
	g->rank = RANK_PLAIN;
	for (size_t i = 0; i < n->n_rows; i++) {
		struct link_row *l = &h->rows.v[n->first_row + i];
		const struct model_row *r = row_at(h, l, g->service->name, look);
		if (!g->row || row_rank(r) < g->rank) {
			g->row = l->row;
			g->mr = r;
			g->rank = row_rank(r);
		}
	}
}

static void gauge_age(struct health *h, struct gauge *g, const struct stamp *now)
{
	int64_t age = g->ms && g->ms->ok_arrived.at ? stamp_diff(&g->ms->ok_arrived, now, NULL) : INT64_MAX;

	g->silent = age > g->signal->stale_after;
	if (g->silent && g->rank > RANK_UNKNOWN)
		g->rank = RANK_UNKNOWN;
	if (!g->silent && h->seen + g->signal->stale_after - age < h->until)
		h->until = h->seen + g->signal->stale_after - age;
}

static void feed_add(struct intake *f, const struct gauge *g)
{
	f->n++;
	f->silent += g->silent;
	f->failed += g->ms && g->ms->state == SAMPLE_FAILED;
	if (g->ms && g->ms->ok_arrived.at > f->newest)
		f->newest = g->ms->ok_arrived.at;
}

static int gauge_compare(const void *a, const void *b)
{
	const struct gauge *x = a, *y = b;

	return x->rank != y->rank ? (int)x->rank - (int)y->rank : x->order - y->order;
}

static void said(struct health *h, struct vitals *v, size_t i, bool look)
{
	v->said = NULL;
	for (size_t n = h->said_first[i]; n < h->said_first[i + 1]; n++) {
		const struct model_row *r = row_at(h, &h->said.v[n], v->service->name, look);
		if (row_rank(r) == RANK_BAD)
			v->said = r;
	}
}

static int64_t trouble_since(const struct vitals *v)
{
	int64_t since = v->said ? v->said->breached.at : 0;

	for (size_t i = 0; i < v->n && v->gauges[i].rank <= RANK_NEAR; i++) {
		const struct model_row *r = v->gauges[i].mr;
		int64_t at = r->breached.at ? r->breached.at : r->since.at;
		since = !since || at < since ? at : since;
	}
	return since;
}

static void service_look(struct health *h, size_t i, const struct stamp *now, bool rows, bool signals)
{
	struct vitals *v = &h->vitals[i];
	const struct model_signal *before = NULL;
	size_t first = h->first[i], n = h->first[i + 1] - first;
	struct gauge *g = &h->gauges[first];
	bool sorted = true;

	v->gauges = g;
	v->n = n;
	for (size_t k = 0; k < n; k++) {
		struct known *known = &h->known[first + (size_t)g[k].order]; /* sorting moves the gauge, not what is known of it */
		g[k].ms = signal_at(h, known, &g[k], before, signals);
		before = g[k].ms ? g[k].ms : before;
		gauge_rows(h, &g[k], known, rows);
		gauge_age(h, &g[k], now);
		feed_add(&h->feeds[known->backend], &g[k]);
		sorted = sorted && (!k || gauge_compare(&g[k - 1], &g[k]) < 0);
	}
	if (!sorted)
		qsort(g, n, sizeof *g, gauge_compare);
	said(h, v, i, rows);
	v->rank = v->said ? RANK_BAD : n && g[0].rank < RANK_GOOD ? g[0].rank : RANK_GOOD;
	v->since = trouble_since(v);
}

/* Stable by the kit's order, which is that of the names. */
static void sort_services(struct health *h)
{
	size_t at[RANKS], sum = 0;

	memset(h->count, 0, sizeof h->count);
	for (size_t i = 0; i < h->n; i++)
		h->count[h->vitals[i].rank]++;
	for (int r = 0; r < RANKS; r++) {
		at[r] = sum;
		sum += h->count[r];
	}
	for (size_t i = 0; i < h->n; i++)
		h->order[at[h->vitals[i].rank]++] = i;
}

/* The very kit that was learned: one that came back, while nothing was drawn, may lie where it lay. */
static bool kit_is_known(const struct health *h, const struct model *m)
{
	return h->kit == m->kit && h->kits == m->kits && !memcmp(h->digest, m->kit->digest, sizeof h->digest);
}

static bool fresh(const struct health *h, const struct model *m, const struct now *now)
{
	return h->m == m && h->seq == m->seq && now->mono >= h->seen && now->mono < h->until && kit_is_known(h, m);
}

void health_look(struct health *h, const struct model *m, const struct now *now)
{
	struct stamp stamp = stamp_of_now(now);
	bool rows, signals;

	if (!m->kit || fresh(h, m, now))
		return;
	if (!kit_is_known(h, m))
		learn(h, m);
	rows = h->m != m || h->rows_n != m->rows.n;
	signals = h->m != m || h->signals_n != m->signals.n;
	h->m = m;
	h->rows_n = m->rows.n;
	h->signals_n = m->signals.n;
	h->seq = m->seq;
	h->seen = now->mono;
	h->until = INT64_MAX;
	memset(h->feeds, 0, (h->n_feeds + 1) * sizeof *h->feeds);
	for (size_t i = 0; i < h->n; i++)
		service_look(h, i, &stamp, rows, signals);
	sort_services(h);
}

/* ---- reading it ------------------------------------------------------------------ */

size_t health_services(const struct health *h)
{
	return h->n;
}

const struct vitals *health_vitals(const struct health *h, size_t service)
{
	return &h->vitals[service];
}

const struct vitals *health_worst(const struct health *h, size_t place)
{
	return &h->vitals[h->order[place]];
}

const struct vitals *health_of(const struct health *h, const char *service)
{
	const struct kit_service *s = h->kit ? kit_service(h->kit, service) : NULL;

	return s ? &h->vitals[s - h->kit->services] : NULL;
}

size_t health_count(const struct health *h, enum rank rank)
{
	return h->count[rank];
}

const struct intake *health_intake(const struct health *h, size_t backend)
{
	return &h->feeds[backend < h->n_feeds ? backend : h->n_feeds];
}
