/* One answer to `history`: read as a stranger's, put in the order of time, and
 * recorded a part at a time, so that the loop never stands still for it.  What
 * is of another time than was asked for, of a signal that is not watched, known
 * already, or told twice, is passed over. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define VALUES_MAX 20000    /* of one answer: a line of 1 MiB holds fewer */
#define TOLD_MAX 500        /* deploys and changes of one answer */
#define PART_VALUES 2000    /* of one commit, and of one event */
#define PART_EVENTS 200

/* ---- reading ----------------------------------------------------------------------- */

static void read_value(struct past_page *p, int64_t at, const struct json *v)
{
	const struct json *value = json_get(v, "value");
	const struct watched *item = watch_item(p->w, json_get_str(v, "service", ""), json_get_str(v, "signal", ""));
	bool number = json_type(value) == JSON_NUMBER;
	if (!item || (!number && json_type(value) != JSON_NULL))
		return;
	if (p->values.n >= VALUES_MAX) {
		p->too_much = true;
		return;
	}
	*vec_push(&p->values) = (struct told_past){.at = at, .item = (uint32_t)(item - p->w->items.v), .value = json_num(value, NAN),
		.n = json_get_num(v, "n", NAN), .state = number ? SAMPLE_OK : json_get_str(v, "error", NULL) ? SAMPLE_FAILED : SAMPLE_NO_DATA};
}

static int by_time(const void *a, const void *b)
{
	const struct told_past *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* Each signal's values go on from what is known and from what was filled in: a second one of the same time is none. */
static void only_new(struct past_page *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->values.n; i++) {
		struct told_past *v = &p->values.v[i];
		struct watched *item = &p->w->items.v[v->item];
		if (v->at <= item->known || v->at <= item->filled)
			continue;
		item->filled = v->at;
		p->values.v[n++] = *v;
	}
	p->values.n = n;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Known to the model already: another start, the same answer. */
static bool is_known(const struct model *m, enum event_kind kind, const struct json *v, int64_t at)
{
	bool deploy = kind == EVENT_DEPLOY;
	const char *service = json_get_str(v, "service", NULL), *to = json_get_str(v, deploy ? "version" : "to", NULL);
	const char *what = deploy ? "deploy" : json_get_str(v, "what", ""), *name = deploy ? service : json_get_str(v, "name", "");
	vec_each(const struct model_change, c, &m->changes)
		if (c->at == at && !strcmp(c->what, what) && same_text(c->service, service) && same_text(c->name, name) && same_text(c->to, to))
			return true;
	return false;
}

static void read_told(struct past_page *p, enum event_kind kind, const struct json *list)
{
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		int64_t at = json_get_time(v, "at");
		if (at < p->from || at > p->to || is_known(p->w->e->model, kind, v, at))
			continue;
		if (p->told.n >= TOLD_MAX) {
			p->too_much = true;
			return;
		}
		if (told_draft(p->w, kind, v, true, &p->told))
			*(kind == EVENT_DEPLOY ? &p->deploys : &p->changes) += 1;
	}
}

void past_page_read(struct past_page *p, const struct json *result)
{
	for (const struct json *s = json_first(json_get(result, "samples")); s; s = json_next(s)) {
		int64_t at = json_get_time(s, "at");
		if (at < p->from || at > p->to)
			continue;
		for (const struct json *v = json_first(json_get(s, "values")); v; v = json_next(v))
			read_value(p, at, v);
	}
	if (p->values.n)
		qsort(p->values.v, p->values.n, sizeof *p->values.v, by_time);
	only_new(p);
	read_told(p, EVENT_DEPLOY, json_get(result, "deploys"));
	read_told(p, EVENT_CHANGE, json_get(result, "changes"));
	p->next = json_get_time(result, "next");
}

/* ---- recording --------------------------------------------------------------------- */

/* The values of one instant, as one event. */
static void draft_instant(struct past_page *p, size_t most, struct drafts *ds)
{
	struct sample_group g = {.at = p->values.v[p->done].at};
	for (; p->done < p->values.n && p->values.v[p->done].at == g.at && g.values.n < most; p->done++) {
		const struct told_past *v = &p->values.v[p->done];
		*vec_push(&g.values) = (struct sample){v->item, v->state, v->value, v->n};
	}
	samples_draft(p->w, &g, true, ds);
	vec_release(&g.values);
}

size_t past_page_record(struct past_page *p, enum status *out)
{
	struct drafts ds = {0};
	struct now now;
	size_t begun = p->done;
	drafts_move(&ds, &p->told);
	memset(&p->told, 0, sizeof p->told);
	while (p->done < p->values.n && p->done - begun < PART_VALUES && ds.n < PART_EVENTS)
		draft_instant(p, PART_VALUES - (p->done - begun), &ds);
	os_now(&now);
	*out = engine_commit(p->w->e, &ds, &now, NULL);
	drafts_release(&ds);
	return p->done - begun;
}

bool past_page_over(const struct past_page *p)
{
	return p->done >= p->values.n && !p->told.n;
}

void past_page_release(struct past_page *p)
{
	vec_release(&p->values);
	drafts_release(&p->told);
	memset(&p->told, 0, sizeof p->told);
	p->done = p->deploys = p->changes = 0;
	p->too_much = false;
	p->next = 0;
}
