/* Who is asked together.  Each query is seen in every way it can vary by a
 * label; it joins the way that most others share, and what shares none is put
 * beside others in batches. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/shape.h"

#define MERGE_MAX ((size_t)2000)
#define MERGE_BYTES ((size_t)64 << 10)
#define BATCH_BYTES ((size_t)16 << 10)

/* One signal seen one way. */
struct view {
	struct signal *g;
	struct shape shape;
	size_t alike;
};
struct views {
	struct view *v;
	size_t n, cap;
};

static int by_pointer(const void *a, const void *b)
{
	return (a > b) - (a < b);
}

static int by_asking(const struct signal *a, const struct signal *b)
{
	int c = by_pointer(a->server, b->server);
	return c ? c : (a->every > b->every) - (a->every < b->every);
}

static int view_kind(const struct view *a, const struct view *b)
{
	int c = by_asking(a->g, b->g);
	if (!c)
		c = strcmp(a->shape.label, b->shape.label);
	return c ? c : strcmp(a->shape.template, b->shape.template);
}

static int by_kind(const void *a, const void *b)
{
	int c = view_kind(a, b);
	return c ? c : by_pointer(((const struct view *)a)->g, ((const struct view *)b)->g);
}

static int by_signal(const void *a, const void *b)
{
	const struct view *x = a, *y = b;
	int c = by_pointer(x->g, y->g);
	if (!c)
		c = (x->alike < y->alike) - (x->alike > y->alike); /* what most share comes first */
	return c ? c : strcmp(x->shape.label, y->shape.label);
}

static void see_all(struct signals *all, struct views *out)
{
	vec_each(struct signal, g, all) {
		struct shapes s;
		if (!g->server)
			continue;
		shapes_of(g->query, &s);
		for (size_t i = 0; i < s.n; i++)
			*vec_push(out) = (struct view){.g = g, .shape = s.v[i]};
	}
}

static void count_alike(struct views *all)
{
	for (size_t i = 0, end; i < all->n; i = end) {
		for (end = i + 1; end < all->n && !view_kind(&all->v[i], &all->v[end]); )
			end++;
		for (size_t k = i; k < end; k++)
			all->v[k].alike = end - i;
	}
}

static void choose(struct signals *all)
{
	struct views views = {0};
	see_all(all, &views);
	if (views.n)
		qsort(views.v, views.n, sizeof *views.v, by_kind);
	count_alike(&views);
	if (views.n)
		qsort(views.v, views.n, sizeof *views.v, by_signal);
	vec_each(struct view, w, &views) {
		struct signal *g = w->g;
		if (w->alike > 1 && !g->label) {
			g->label = w->shape.label;
			g->value = w->shape.value;
			g->template = w->shape.template;
		} else {
			shapes_release(&(struct shapes){.n = 1, .v = {w->shape}});
		}
	}
	vec_release(&views);
}

static int text_order(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Same server and pace, then alike, then by value, then as in the kit. */
static int by_group(const void *a, const void *b)
{
	const struct signal *x = *(struct signal *const *)a, *y = *(struct signal *const *)b;
	int c = by_asking(x, y);
	if (!c)
		c = text_order(x->label, y->label);
	if (!c)
		c = text_order(x->template, y->template);
	if (!c)
		c = text_order(x->value, y->value);
	return c ? c : by_pointer(x, y);
}

static bool fits(const struct signal *first, const struct signal *g, size_t n, size_t bytes)
{
	if (by_asking(first, g) || text_order(first->label, g->label) || text_order(first->template, g->template))
		return false;
	if (first->label)
		return n < MERGE_MAX && bytes + strlen(g->value) < MERGE_BYTES;
	return n < PLAN_BATCH && bytes + strlen(g->query) < BATCH_BYTES && shape_stands_alone(first->query) && shape_stands_alone(g->query);
}

void plan_make(struct signals *all, struct plan *out)
{
	size_t n = 0;
	*out = (struct plan){.order = mem_new((all->n + 1) * sizeof *out->order)};
	choose(all);
	vec_each(struct signal, g, all)
		if (g->server)
			out->order[n++] = g;
	qsort(out->order, n, sizeof *out->order, by_group);
	for (size_t i = 0, end; i < n; i = end) {
		struct signal *first = out->order[i];
		size_t bytes = 0;
		for (end = i; end < n && (end == i || fits(first, out->order[end], end - i, bytes)); end++)
			bytes += strlen(first->label ? out->order[end]->value : out->order[end]->query) + 1;
		*vec_push(out) = (struct group){.v = out->order + i, .n = end - i};
	}
}

void plan_release(struct plan *p)
{
	vec_release(p);
	free(p->order);
	p->order = NULL;
}
