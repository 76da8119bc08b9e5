/* The past, filled in: when a watcher begins, and after every gap, what its
 * backend has kept is asked for with `history`, a page at a time, the last
 * minutes first where all of it would take long.  A fill is bounded in time,
 * pages and values, and what it came to is on the record; live samples go on
 * meanwhile, and nothing here waits. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define FILL_US (60 * US_SECOND)    /* then a fill is over, whole or not */
#define ANSWER_US (30 * US_SECOND)  /* the protocol's time for `history` */
#define SILENT_US (10 * US_SECOND)
#define PAGES_MAX 1000
#define VALUES_MAX 1000000
#define INSTANTS_MAX 100000         /* each is an event of its own: an honest source measures many signals at one */
#define RECENT (20 * US_MINUTE)
#define AT_ONCE 60000               /* so few values are asked for in one go */
#define RECENT_VALUES 400000
#define OLDER_VALUES 300000
#define PAGE_BYTES 700000           /* an answer is to fit in a line, whoever prints it */
#define VALUE_BYTES 130             /* of a value, beside its names */
#define LEAST_GAP (5 * US_SECOND)
#define LOST_MAX 2                  /* after so many ends while it answered it is not asked any more */

enum fill_part { PART_TOLD, PART_RECENT, PART_OLDER, PART_OVER }; /* deploys and changes; signals; more of them */
struct fill {
	struct watch *w;
	struct timer *turn;
	int64_t from, to, end;      /* wall clock; end: mono */
	int64_t split;              /* the recent part begins here */
	VEC(uint32_t) items;        /* to be filled in, those that rows judge first, a service's together */
	enum fill_part part;
	size_t at, until;           /* of `items`: what is asked for now */
	int64_t step, steps;        /* so many of them are asked for at once */
	int64_t range_to, go_on;    /* the end of what they are asked for; the next page begins here, 0 it is done */
	const char *why;            /* it ends after this page */
	bool asked;
	int pages;
	int64_t samples, instants, deploys, changes;
	struct past_page page;
};

static void fill_next(struct fill *f);

static int64_t mono(void)
{
	struct now now;
	os_now(&now);
	return now.mono;
}

/* ---- what it came to ---------------------------------------------------------------- */

static void record(const struct fill *f, const char *why)
{
	struct drafts ds = {0};
	char actor[96];
	text_copy(actor, sizeof actor, "plugin:");
	text_copy(actor + 7, sizeof actor - 7, f->w->backend);
	struct jw j = draft_open(&ds, EVENT_BACKFILL, NULL, actor);
	jw_kstr(&j, "backend", f->w->backend);
	jw_ktime(&j, "from", f->from);
	jw_ktime(&j, "to", f->to);
	jw_kint(&j, "samples", f->samples);
	jw_kint(&j, "deploys", f->deploys);
	jw_kint(&j, "changes", f->changes);
	jw_kbool(&j, "complete", !why);
	if (why)
		jw_kstr(&j, "why", why);
	jw_obj_end(&j);
	engine_owe(f->w->e, &ds);
	drafts_release(&ds);
}

void backfill_stop(struct watch *w)
{
	struct fill *f = w->fill;
	w->fill = NULL;
	if (!f)
		return;
	timer_stop(&f->turn);
	past_page_release(&f->page);
	vec_release(&f->items);
	free(f);
}

/* Where nothing was missing, and nothing came, there is nothing to tell. */
static void fill_over(struct fill *f, const char *why)
{
	struct watch *w = f->w;
	const struct model_backend *b = model_backend(w->e->model, w->backend);
	bool news = why || f->items.n || f->deploys || f->changes || !b || !b->filled_at.at;
	if (!w->e->ending && news && (f->asked || why))
		record(f, why);
	backfill_stop(w);
}

/* ---- a page ------------------------------------------------------------------------- */

static void turn(void *ctx)
{
	struct fill *f = ctx;
	enum status s;
	timer_stop(&f->turn);
	int64_t seq = f->w->e->model->seq;
	f->samples += (int64_t)past_page_record(&f->page, &s);
	f->instants += f->w->e->model->seq - seq;
	if (s) {
		fill_over(f, "the store took nothing");
	} else if (!past_page_over(&f->page)) {
		f->turn = timer_new(&f->w->e->loop, 0, 0, turn, f);
	} else {
		past_page_release(&f->page);
		if (f->why)
			fill_over(f, f->why);
		else
			fill_next(f);
	}
}

static void take_page(struct fill *f, const struct json *result)
{
	f->page.w = f->w;
	past_page_read(&f->page, result);
	f->deploys += (int64_t)f->page.deploys;
	f->changes += (int64_t)f->page.changes;
	int64_t next = f->page.next && f->page.next <= f->page.to ? f->page.next : f->page.to + 1;
	if (next <= f->page.from)
		f->why = "its pages do not go on";
	else if (f->page.too_much)
		f->why = "it told more than fits in an answer";
	f->go_on = next <= f->page.to ? next : f->page.from + f->steps * f->step;
	if (f->go_on > f->range_to) {
		f->go_on = 0;
		f->at = f->until;
	}
	f->turn = timer_new(&f->w->e->loop, 0, 0, turn, f);
}

static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct watch *w = ctx;
	struct fill *f = w->fill;
	w->asked--;
	w->fill_open = false;
	if (result || code)
		pulse_felt(w);
	w->fill_lost = result || code ? 0 : w->fill_lost + 1;
	if (!f)
		return;
	if (w->fill_lost && host_plugin_state(w->p) == PLUGIN_READY && mono() - w->felt > SILENT_US)
		host_plugin_end(w->p, false); /* it hangs over it: without the question it may watch again */
	if (!f->asked)
		fill_next(f); /* this one was of a fill that is no more */
	else if (result)
		take_page(f, result);
	else
		fill_over(f, fault->what);
}

/* ---- what is asked for -------------------------------------------------------------- */

static const struct kit_signal *signal_of(const struct watch *w, const struct watched *item)
{
	const struct kit_service *s = kit_service(w->e->model->kit, item->service);
	return s ? kit_signal(s, item->key + strlen(item->service) + 1) : NULL;
}

static void ask(struct fill *f)
{
	const struct watch *w = f->w;
	struct buf b;
	struct jw j;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&j, &b);
	jw_obj(&j);
	jw_key(&j, "signals");
	jw_arr(&j);
	for (size_t i = f->at; i < f->until; i++) {
		const struct watched *item = &w->items.v[f->items.v[i]];
		const struct kit_signal *g = signal_of(w, item);
		if (g)
			request_signal(item->service, g, &j);
	}
	jw_arr_end(&j);
	if (f->part == PART_TOLD) {
		request_deploys(w->e->model->kit, w->backend, &j);
	} else {
		jw_key(&j, "deploys");
		jw_arr(&j);
		jw_arr_end(&j);
	}
	jw_ktime(&j, "from", f->page.from);
	jw_ktime(&j, "to", f->page.to);
	jw_knum(&j, "step", (double)f->step / (double)US_SECOND);
	jw_obj_end(&j);
	f->asked = true;
	f->pages++;
	f->w->asked++;
	f->w->fill_open = true;
	int64_t left = f->end - mono();
	host_request(w->p, "history", buf_str(&b), b.len, left < ANSWER_US ? left : ANSWER_US, answered, f->w);
	buf_release(&b);
}

/* A step that keeps runs whole where it can, and values bounded; whole seconds above one. */
static int64_t step_of(const struct fill *f, int64_t every, int64_t stale, int64_t span)
{
	bool recent = f->part == PART_RECENT;
	int64_t step = (int64_t)f->items.n * (span / US_SECOND) / (recent ? RECENT_VALUES : OLDER_VALUES) * US_SECOND;
	if (recent && step > stale)
		step = stale;
	return step > every ? step : every;
}

/* From `at` on so many signals as fit into an answer with all their steps; a service stays together. */
static void batch(struct fill *f, int64_t from, int64_t to)
{
	const struct watch *w = f->w;
	int64_t every = INT64_MAX, stale = INT64_MAX, known = INT64_MAX, bytes = 0;
	const char *service = NULL;
	f->step = 15 * US_SECOND;
	for (f->until = f->at; f->until < f->items.n; f->until++) {
		struct watched *item = &w->items.v[f->items.v[f->until]];
		const struct kit_signal *g = signal_of(w, item);
		int64_t steps = (to - from) / f->step + 1;
		if (service && strcmp(service, item->service) != 0 && bytes * steps > PAGE_BYTES)
			break;
		service = item->service;
		item->filled = 0;
		bytes += VALUE_BYTES + (int64_t)strlen(item->key);
		if (!g)
			continue;
		every = g->every < every ? g->every : every;
		stale = g->stale_after < stale ? g->stale_after : stale;
		known = item->known < known ? item->known : known;
		f->step = step_of(f, every, stale, to - from);
	}
	from = known != INT64_MAX && known > from ? known : from;
	f->steps = bytes && bytes < PAGE_BYTES ? PAGE_BYTES / bytes : 1;
	f->range_to = to;
	f->go_on = to > from ? to - (to - from) / f->step * f->step : to; /* the last step is the end */
}

/* The part that is under way has nothing more to ask for: which one has?  False: none, all is done. */
static bool next_part(struct fill *f)
{
	f->at = f->until = 0;
	f->part++;
	if (f->part == PART_OLDER && f->split <= f->from)
		f->part++;
	return f->part < PART_OVER && f->items.n;
}

static void range(struct fill *f)
{
	switch (f->part) {
	case PART_TOLD:
		f->go_on = f->to - f->w->e->model->kit->backfill;
		f->range_to = f->to;
		f->step = 15 * US_SECOND;
		f->steps = f->w->e->model->kit->backfill / f->step + 1;
		break;
	case PART_RECENT:
		batch(f, f->split, f->to);
		break;
	case PART_OLDER:
		batch(f, f->from, f->split - 1);
		break;
	case PART_OVER:
		break;
	}
}

static const char *bound(const struct fill *f)
{
	if (mono() >= f->end - US_SECOND)
		return "it took more than a minute";
	if (f->pages >= PAGES_MAX)
		return "it has more pages than are taken";
	if (f->instants >= INSTANTS_MAX)
		return "it has more instants than are taken";
	return f->samples >= VALUES_MAX ? "it has more values than are taken" : NULL;
}

static void fill_next(struct fill *f)
{
	const char *why = bound(f);
	if (!f->w->p || host_plugin_state(f->w->p) != PLUGIN_READY) {
		fill_over(f, "its process ended");
		return;
	}
	if (f->w->fill_open)
		return; /* the answer to an older question goes on from here */
	bool first = f->part == PART_TOLD && !f->asked && (f->w->services.n || !f->w->items.n);
	bool more = f->go_on || first || (f->part != PART_TOLD && f->at < f->items.n) || next_part(f);
	if (!more || why) {
		fill_over(f, more ? why : NULL);
		return;
	}
	if (!f->go_on)
		range(f);
	int64_t end = f->go_on + (f->steps - 1) * f->step;
	f->page.from = f->go_on;
	f->page.to = end < f->range_to ? end : f->range_to;
	ask(f);
}

/* ---- which signals lack their past ---------------------------------------------------- */

/* Does a row of the service look at the signal, or count its traffic? */
static bool is_judged(const struct kit *k, const struct kit_service *s, const char *signal)
{
	for (size_t r = 0; r < k->n_rows; r++) {
		const struct kit_row *row = &k->rows[r];
		if (row->is_report || !kit_row_covers(k, row, s))
			continue;
		const struct kit_signal *g = kit_signal(s, row->signal);
		if (g && (!strcmp(g->name, signal) || (g->traffic && !strcmp(g->traffic, signal))))
			return true;
	}
	return false;
}

static void choose(struct fill *f, bool judged)
{
	const struct watch *w = f->w;
	const struct kit *k = w->e->model->kit;
	for (size_t i = 0; i < w->items.n; i++) {
		const struct watched *item = &w->items.v[i];
		const struct kit_signal *g = signal_of(w, item);
		int64_t gap = f->to - item->known;
		if (g && gap > LEAST_GAP && gap > 3 * g->every && is_judged(k, kit_service(k, item->service), g->name) == judged)
			*vec_push(&f->items) = (uint32_t)i;
	}
}

static void begin_range(struct fill *f, int64_t backfill)
{
	const struct watch *w = f->w;
	int64_t known = INT64_MAX, n = 0;
	for (size_t i = 0; i < f->items.n; i++) {
		const struct watched *item = &w->items.v[f->items.v[i]];
		known = item->known < known ? item->known : known;
	}
	f->from = f->items.n && known > f->to - backfill ? known : f->to - backfill;
	for (size_t i = 0; i < f->items.n; i++)
		n += (f->to - f->from) / signal_of(w, &w->items.v[f->items.v[i]])->every;
	f->split = n <= AT_ONCE || f->from > f->to - RECENT ? f->from : f->to - RECENT;
}

void backfill_begin(struct watch *w)
{
	const struct kit *k = w->e->model->kit;
	struct now now;
	if (w->dying || w->e->ending || w->e->lost || !w->p || host_plugin_state(w->p) != PLUGIN_READY)
		return;
	if (!host_plugin_manifest(w->p)->history || !k->backfill || w->fill_lost >= LOST_MAX)
		return;
	backfill_stop(w);
	os_now(&now);
	struct fill *f = mem_new(sizeof *f);
	f->w = w;
	f->to = now.at;
	f->end = now.mono + FILL_US;
	choose(f, true);
	choose(f, false);
	begin_range(f, k->backfill);
	w->fill = f;
	fill_next(f);
}

/* A clock that was ahead when something was recorded hides no gap for ever. */
void backfill_mark(struct watch *w)
{
	struct now now;
	const struct model_signal *s = NULL;
	os_now(&now);
	vec_each(struct watched, item, &w->items) {
		const struct model_signal *found = model_signal_after(w->e->model, s, item->service, item->key + strlen(item->service) + 1);
		s = found ? found : s;
		item->known = found && found->at <= now.at ? found->at : 0;
	}
}

void backfill_gap(struct engine *e, int64_t since)
{
	for (struct watch *w = e->watches; w; w = w->next) {
		backfill_mark(w);
		vec_each(struct watched, item, &w->items)
			item->known = item->known < since ? item->known : since;
		backfill_begin(w);
	}
}
