/* `history`: which version ran from when on, out of the file of what ran here.
 * A line of that file is written when the version was seen to run; where the
 * link is older than the line, the link says when it went live. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "releases/acts.h"

#define PAGE_BYTES ((size_t)900000)

/* A version that began to run. */
struct began {
	size_t place;
	int64_t at;
	char version[VERSION_LEN], previous[VERSION_LEN];
};
struct past {
	VEC(struct place) places;
	VEC(struct began) began;
};

static void read_place(struct past *v, size_t i)
{
	const struct place *p = &v->places.v[i];
	struct history h;
	struct link l;
	const struct ran *last = NULL;
	history_load(p, &h);
	link_read(p, &l);
	for (size_t k = 0; k < h.n; k++) {
		const struct ran *r = &h.v[k];
		if (r->left || (last && !strcmp(last->version, r->version)))
			continue;
		struct began *b = vec_push(&v->began);
		b->place = i;
		b->at = r->at;
		(void)text_copy(b->version, sizeof b->version, r->version);
		(void)text_copy(b->previous, sizeof b->previous, last ? last->version : "");
		last = r;
	}
	struct began *newest = last ? &v->began.v[v->began.n - 1] : NULL;
	if (newest && l.there && !strcmp(l.version, newest->version) && l.at < newest->at)
		newest->at = l.at;
	history_release(&h);
}

static int by_time(const void *a, const void *b)
{
	const struct began *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static void print(const struct past *v, const struct began *b, struct jw *w)
{
	const struct place *p = &v->places.v[b->place];
	struct release r;
	release_read(p, b->version, &r);
	jw_obj(w);
	sdk_deploy_print(w, &(struct sdk_deploy){.service = p->service, .version = b->version, .previous = b->previous, .by = r.by, .at = b->at,
		.strategy = "recreate", .state = "live", .share = 1, .old = -1, .new = -1});
	jw_obj_end(w);
}

static struct sdk_answer answer(const struct past *v, int64_t from, int64_t to)
{
	struct buf b;
	struct jw w;
	int64_t next = 0, last = from;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "samples");
	jw_arr(&w);
	jw_arr_end(&w);
	jw_key(&w, "deploys");
	jw_arr(&w);
	vec_each(const struct began, x, &v->began) {
		if (x->at < from || x->at > to || next)
			continue;
		if (b.len > PAGE_BYTES && x->at > last)
			next = x->at; /* those of one instant stay together, so that none is told twice */
		else
			print(v, x, &w);
		last = x->at;
	}
	jw_arr_end(&w);
	jw_key(&w, "changes");
	jw_arr(&w);
	jw_arr_end(&w);
	if (next)
		jw_ktime(&w, "next", next);
	jw_obj_end(&w);
	return sdk_result(&b);
}

struct sdk_answer past_answer(struct plugin *pl, const struct json *params)
{
	struct past v = {0};
	struct fault f;
	int64_t from = json_get_time(params, "from"), to = json_get_time(params, "to");
	if (!from || !to || to < from)
		return sdk_error(SDK_BAD_PARAMS, "`from` and `to` make no sense together");
	for (const struct json *d = json_first(json_get(params, "deploys")); d; d = json_next(d)) {
		struct sdk_action a = {.service = json_get_str(d, "service", ""), .target = json_get(d, "target"),
			.name = "", .verb = "", .environment = "", .from = "", .to = "", .by = "", .incident = "", .reason = ""};
		struct place p;
		if (place_init(&p, pl->config, &a, &f)) /* one that is wrong is told of where it is watched */
			*vec_push(&v.places) = p;
	}
	for (size_t i = 0; i < v.places.n; i++)
		read_place(&v, i);
	if (v.began.n)
		qsort(v.began.v, v.began.n, sizeof *v.began.v, by_time);
	struct sdk_answer out = answer(&v, from, to);
	vec_each(struct place, p, &v.places)
		place_release(p);
	vec_release(&v.places);
	vec_release(&v.began);
	return out;
}
