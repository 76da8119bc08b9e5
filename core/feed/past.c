/* The model as it was: a fold that can go back. */
#include "config.h"

#include "feed/past.h"

#include <stdlib.h>
#include <string.h>

#include "feed/kept.h"
#include "model/phases.h"

#define SPOTS_MAX ((size_t)32 << 20)
#define EVENTS_MAX ((size_t)8 << 20)
#define STRIDE 2000
#define BODY_WEIGHT 512          /* bytes of a body that weigh as much as one event more */
#define DUMP_WEIGHT 200          /* bytes of a checkpoint that take a fifth of the time of one event's fold */

struct spot { int64_t seq; char *dump; size_t len; };
struct past {
	struct model *m;
	struct past_bounds bounds;
	struct kept kept;
	VEC(struct spot) spots;  /* by seq */
	size_t spot_bytes;
	int64_t weight;          /* folded since the last checkpoint */
	int64_t dear;            /* so much has to be folded before another one is worth its time */
	struct marks marks;
	uint64_t phase;          /* what phase_of said of event phase_seq */
	int64_t phase_seq;

	struct past_wish wish;
	int64_t head, began;     /* began: where the present fold started */
	int64_t target;          /* fold up to here ... */
	int64_t until;           /* ... or to the last event at or before this; 0 no such end */
	bool going, final;       /* final: arriving at the target fulfils the wish */
	enum past_found found;
};

struct past *past_new(const struct past_bounds *b)
{
	struct past *p = mem_new(sizeof *p);
	if (b)
		p->bounds = *b;
	if (!p->bounds.spots)
		p->bounds.spots = SPOTS_MAX;
	if (!p->bounds.events)
		p->bounds.events = EVENTS_MAX;
	if (!p->bounds.stride)
		p->bounds.stride = STRIDE;
	p->m = model_new();
	p->phase_seq = -1;
	marks_init(&p->marks, MARKS_MAX, MARKS_TIMES);
	return p;
}

void past_free(struct past *p)
{
	if (!p)
		return;
	vec_each(struct spot, s, &p->spots)
		free(s->dump);
	vec_release(&p->spots);
	kept_release(&p->kept);
	marks_release(&p->marks);
	model_free(p->m);
	free(p);
}

const struct model *past_model(const struct past *p)
{
	return p->m;
}

enum past_found past_found(const struct past *p)
{
	return p->found;
}

size_t past_bytes(const struct past *p)
{
	return p->spot_bytes + p->kept.bytes + p->marks.cap + p->marks.times.cap * sizeof *p->marks.times.v;
}

/* ---- marks ----------------------------------------------------------------------------- */

/* What stands for a decision, or comes of one.  The rest of what the timeline shows happened by itself. */
static bool is_decision(enum event_kind k)
{
	static const enum event_kind kinds[] = {EVENT_REPORT, EVENT_INCIDENT_DECLARED, EVENT_INCIDENT_CLOSED, EVENT_COMMANDER,
		EVENT_ACTION_ARMED, EVENT_ACTION_REQUESTED, EVENT_ACTION_ACKNOWLEDGED, EVENT_ACTION_REFUSED, EVENT_ACTION_VETOED,
		EVENT_ACTION_EXPIRED, EVENT_ACTION_FIRED, EVENT_ACTION_ENDED, EVENT_PIN, EVENT_FREEZE, EVENT_NOTE, EVENT_PLAN,
		EVENT_COMMS, EVENT_DATA_STEP, EVENT_PROMPT, EVENT_DRILL};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i] == k)
			return true;
	return false;
}

static void mix(uint64_t *h, uint64_t v)
{
	*h = (*h ^ v) * UINT64_C(0x100000001b3);
}

/* Before anybody declares: 0 quiet, 1 something pends, 2 something breached. */
static uint64_t trouble(const struct model *m)
{
	uint64_t worst = 0;
	vec_each(const struct model_row, r, &m->rows) {
		if (r->state == ROW_BREACHED || r->state == ROW_OVERDUE || model_row_standing(r))
			return 2;
		worst = r->state == ROW_PENDING ? 1 : worst;
	}
	return worst;
}

/* The phases that stand, in one number: another number, another phase. */
static uint64_t phase_of(const struct model *m)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t open = 0;
	vec_each(const struct model_incident, i, &m->incidents) {
		struct phases ph;
		if (!i->open)
			continue;
		open++;
		phases_of(m, i, &ph);
		for (const char *c = i->name; *c; c++)
			mix(&h, (unsigned char)*c);
		for (int k = 0; k < PHASE_COUNT; k++)
			mix(&h, ph.at[k].at != 0);
		mix(&h, (uint64_t)phases_state(i, &ph));
	}
	mix(&h, open ? 3 : trouble(m));
	return h;
}

/* Marks are made once, when an event is folded for the first time. */
static void mark_event(struct past *p, const struct event *e)
{
	enum event_kind k = event_kind_of(e->kind);
	unsigned bits = 0;
	if (e->seq != p->marks.n + 1)
		return;
	if (k != EVENT_SAMPLES) { /* which say nothing of phases */
		uint64_t phase = phase_of(p->m);
		if (p->m->lines.n && p->m->lines.v[p->m->lines.n - 1].seq == e->seq)
			bits |= MARK_EVENT | (is_decision(k) ? MARK_DECISION : 0);
		if (phase != p->phase)
			bits |= MARK_PHASE;
		p->phase = phase;
	}
	p->phase_seq = e->seq;
	marks_add(&p->marks, e->seq, bits, e->at);
}

/* ---- checkpoints ------------------------------------------------------------------------- */

/* The last checkpoint at or before seq; -1: only the empty model of the beginning. */
static int spot_before(const struct past *p, int64_t seq)
{
	int i = (int)p->spots.n - 1;
	while (i >= 0 && p->spots.v[i].seq > seq)
		i--;
	return i;
}

static void drop_spot(struct past *p, size_t i)
{
	p->spot_bytes -= p->spots.v[i].len;
	free(p->spots.v[i].dump);
	memmove(&p->spots.v[i], &p->spots.v[i + 1], (p->spots.n - i - 1) * sizeof *p->spots.v);
	p->spots.n--;
}

/* Too many: the one goes whose gap, seen from the newest, matters least.  So their distance doubles with their age,
 * and the last minutes, which people ask for, stay at hand. */
static void thin_spots(struct past *p)
{
	while (p->spot_bytes > p->bounds.spots && p->spots.n > 1) {
		int64_t newest = p->spots.v[p->spots.n - 1].seq;
		double least = 0;
		size_t which = 0;
		for (size_t i = 0; i + 1 < p->spots.n; i++) {
			int64_t before = i ? p->spots.v[i - 1].seq : 0;
			double gap = (double)(p->spots.v[i + 1].seq - before) / (double)(newest - before + 1);
			if (i == 0 || gap < least) {
				least = gap;
				which = i;
			}
		}
		drop_spot(p, which);
	}
}

static void put_spot(struct past *p)
{
	struct buf b;
	int at = spot_before(p, p->m->seq);
	p->weight = 0;
	if (at >= 0 && p->spots.v[at].seq == p->m->seq)
		return;
	buf_init(&b, p->bounds.spots);
	model_dump(p->m, true, &b);
	p->dear = (int64_t)(b.len / DUMP_WEIGHT);
	if (b.failed) { /* larger than all that may be kept: then there is none */
		buf_release(&b);
		return;
	}
	vec_push(&p->spots);
	memmove(&p->spots.v[at + 2], &p->spots.v[at + 1], (p->spots.n - (size_t)at - 2) * sizeof *p->spots.v);
	struct spot *s = &p->spots.v[at + 1];
	s->seq = p->m->seq;
	s->len = b.len;
	s->dump = mem_strn(buf_str(&b), b.len); /* its buffer is up to twice as large */
	p->spot_bytes += s->len;
	buf_release(&b);
	thin_spots(p);
}

static void load_spot(struct past *p, int at)
{
	struct model *m = NULL;
	if (at >= 0 && model_load(p->spots.v[at].dump, p->spots.v[at].len, &m, NULL))
		drop_spot(p, (size_t)at); /* our own bytes: it cannot be; then without */
	model_free(p->m);
	p->m = m ? m : model_new();
	p->weight = 0;
}

/* ---- going ------------------------------------------------------------------------------- */

static void fold_to(struct past *p, int64_t target, int64_t until, bool final)
{
	int64_t from = until ? marks_near(&p->marks, until) : target;
	p->target = target;
	p->until = until;
	p->final = final;
	p->going = true;
	if (until && !from)
		from = 1;
	int at = spot_before(p, from);
	int64_t spot = at >= 0 ? p->spots.v[at].seq : 0;
	bool beyond = until ? p->m->now.at > until : p->m->seq > target;
	if (beyond || p->m->seq < spot)
		load_spot(p, at);
	p->began = p->m->seq;
}

static void arrive(struct past *p, enum past_found found)
{
	p->found = found;
	p->going = false;
}

/* What is to be folded next so that the wish can be fulfilled; called again on each arrival. */
static void resolve_step(struct past *p)
{
	const struct past_wish *w = &p->wish;
	int64_t known = w->from - 1 < p->head ? w->from - 1 : p->head;
	int64_t here = w->from <= p->head ? w->from : p->head;
	int64_t to = marks_find(&p->marks, w->from, w->dir, w->marks);
	if (w->dir < 0 && p->marks.n < known)
		fold_to(p, known, 0, false);
	else if (w->dir > 0 && !to && p->marks.n < p->head)
		fold_to(p, p->head, 0, false);
	else {
		p->found = to ? PAST_FOUND : w->dir < 0 ? PAST_NO_EARLIER : PAST_NO_LATER;
		fold_to(p, to ? to : here, 0, true);
	}
}

static void resolve(struct past *p)
{
	if (p->wish.how == PAST_STEP) {
		resolve_step(p);
		return;
	}
	p->found = PAST_FOUND;
	fold_to(p, p->head, p->wish.at, true);
}

void past_go(struct past *p, const struct past_wish *w, int64_t head)
{
	p->wish = *w;
	p->head = head;
	resolve(p);
}

static void fold(struct past *p, const struct event *e)
{
	if (e->seq == p->marks.n + 1 && p->phase_seq != e->seq - 1)
		p->phase = phase_of(p->m);
	model_reduce(p->m, e);
	mark_event(p, e);
	p->weight += 1 + (int64_t)(e->body_len / BODY_WEIGHT);
	if (p->weight >= p->bounds.stride && p->weight >= p->dear)
		put_spot(p);
}

/* The next event is later than the moment that was asked for; the very first one is shown whatever is asked. */
static bool is_over(const struct past *p, const struct event *e)
{
	return p->until && e && e->at > p->until && p->m->seq > 0;
}

enum past_turn past_turn(struct past *p)
{
	if (!p->going)
		return PAST_THERE;
	const struct event *e = p->m->seq < p->target ? kept_find(&p->kept, p->m->seq + 1) : NULL;
	if (p->m->seq < p->target && !e)
		return PAST_NEEDS;
	if (e && !is_over(p, e)) {
		fold(p, e);
		return PAST_MORE;
	}
	if (p->until && p->m->now.at > p->until)
		p->found = PAST_NO_EARLIER;
	if (p->final)
		arrive(p, p->found);
	else
		resolve(p);
	return p->going ? PAST_MORE : PAST_THERE;
}

int64_t past_needs(const struct past *p)
{
	return p->going && p->m->seq < p->target && !kept_find(&p->kept, p->m->seq + 1) ? p->m->seq + 1 : 0;
}

int64_t past_ahead(const struct past *p)
{
	int64_t next = kept_end(&p->kept);
	return p->going && kept_find(&p->kept, p->m->seq + 1) && next <= p->target ? next : 0;
}

void past_take(struct past *p, const struct event *e)
{
	kept_add(&p->kept, e, p->bounds.events);
}

int past_percent(const struct past *p)
{
	if (!p->going || p->target <= p->began)
		return 100;
	return (int)((p->m->seq - p->began) * 100 / (p->target - p->began));
}
