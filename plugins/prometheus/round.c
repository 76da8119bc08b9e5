/* One question for many signals, and what to do where it fails: a question
 * that is at fault is halved until the one bad query stands alone, so that it
 * blinds no other; a server that is ill is not asked more than once. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/shape.h"

#define ANSWER_CAP ((size_t)8 << 20)
#define QUERY_CAP ((size_t)1 << 20)
#define MARK "bo_q" /* the label that tells the queries of a batch apart */
#define TIME_OF "bo_t" /* the label of what is no value but a sample's time */
#define ALONE_FOR (60 * US_SECOND)

struct piece {
	struct round *r;
	struct piece *next;
	struct signal **v;
	size_t n;
};

struct round {
	struct prom *p;
	struct signal **v; /* those that are asked; pieces point into it */
	struct span span;
	struct round_fns fns;
	void *ctx;
	struct piece *pieces;
};

static void answered(void *ctx, const struct http_got *got);

/* ---- the question ---- */

static bool merged(const struct piece *c)
{
	return c->n > 1 && c->v[0]->label && c->v[c->n - 1]->label;
}

static void add_merged(struct buf *b, const struct piece *c)
{
	const char **values = mem_new(c->n * sizeof *values);
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (!n || strcmp(values[n - 1], c->v[i]->value))
			values[n++] = c->v[i]->value;
	shape_fill(b, c->v[0]->template, c->v[0]->label, values, n);
	free(values);
}

/* Now, a series is answered for minutes after its last sample, at the time of the question: whether it is as old as
 * that only timestamp() says. */
static bool asks_time(const struct piece *c, size_t i)
{
	return c->v[i]->selector && !c->r->span.step;
}

static void add_beside(struct buf *b, const struct piece *c, size_t i)
{
	const char *query = c->v[i]->query;
	buf_addf(b, "%slabel_replace((%s),\"" MARK "\",\"%zu\",\"\",\"\")", i ? " or " : "", query, i);
	if (asks_time(c, i))
		buf_addf(b, " or label_replace(label_replace(timestamp(%s),\"" MARK "\",\"%zu\",\"\",\"\"),\"" TIME_OF "\",\"t\",\"\",\"\")",
			query, i);
}

static void add_query(struct buf *b, const struct piece *c)
{
	struct buf one;
	if (c->n > 1 && !merged(c)) {
		for (size_t i = 0; i < c->n; i++)
			add_beside(b, c, i);
		return;
	}
	buf_init(&one, QUERY_CAP / 2);
	if (merged(c))
		add_merged(&one, c);
	else
		buf_adds(&one, c->v[0]->query);
	buf_adds(b, buf_str(&one));
	if (asks_time(c, 0))
		buf_addf(b, " or label_replace(timestamp(%s),\"" TIME_OF "\",\"t\",\"\",\"\")", buf_str(&one));
	buf_release(&one);
}

static void add_time(struct buf *b, const char *key, int64_t us)
{
	buf_addf(b, "&%s=%lld.%03d", key, (long long)(us / US_SECOND), (int)(us % US_SECOND / 1000));
}

static void ask(struct piece *c)
{
	struct buf query, form;
	const struct http_server *server = c->v[0]->server;
	const struct span *t = &c->r->span;
	buf_init(&query, QUERY_CAP);
	buf_init(&form, 4 * QUERY_CAP);
	add_query(&query, c);
	buf_adds(&form, "query=");
	http_escape(&form, buf_str(&query));
	if (t->step) {
		add_time(&form, "start", t->from);
		add_time(&form, "end", t->to);
		add_time(&form, "step", t->step);
	}
	/* A little less than we wait, so that a slow query is told from a server that hangs. */
	buf_addf(&form, "&timeout=%lldms", (long long)(server->timeout * 9 / 10000));
	if (!c->r->p->partial && !t->step)
		buf_adds(&form, "&partial_response=false"); /* Thanos: an error then; others do not know the word */
	http_ask(c->r->p->http, &(struct http_question){.server = server, .path = t->step ? "/api/v1/query_range" : "/api/v1/query",
		.form = buf_str(&form), .cap = ANSWER_CAP, .fn = answered, .ctx = c});
	buf_release(&query);
	buf_release(&form);
}

static void piece_new(struct round *r, struct signal **v, size_t n)
{
	struct piece *c = mem_new(sizeof *c);
	*c = (struct piece){.r = r, .next = r->pieces, .v = v, .n = n};
	r->pieces = c;
	ask(c);
}

/* ---- the answer ---- */

static int by_value(const void *key, const void *at)
{
	return strcmp(key, (*(struct signal *const *)at)->value);
}

/* The first and the end of those whom a series is for. */
static void owners(const struct piece *c, const struct json *metric, size_t *out_from, size_t *out_end)
{
	*out_from = *out_end = 0;
	if (c->n == 1) {
		*out_end = 1;
	} else if (merged(c)) {
		const char *value = json_get_str(metric, c->v[0]->label, "");
		struct signal **hit = bsearch(value, c->v, c->n, sizeof *c->v, by_value);
		if (!hit)
			return;
		size_t i = (size_t)(hit - c->v);
		while (i && !strcmp(c->v[i - 1]->value, value))
			i--;
		for (*out_from = *out_end = i; *out_end < c->n && !strcmp(c->v[*out_end]->value, value); )
			++*out_end;
	} else {
		char *end;
		const char *mark = json_get_str(metric, MARK, "");
		unsigned long i = strtoul(mark, &end, 10);
		if (*mark < '0' || *mark > '9' || *end || i >= c->n)
			return;
		*out_from = i;
		*out_end = i + 1;
	}
}

static void take_time(struct signal *g, const struct json *pair)
{
	double seconds;
	int64_t at;
	const char *why;
	if (answer_number(pair, &seconds, &at, &why) && seconds > 0 && seconds < 1e11)
		g->sampled = (int64_t)(seconds * 1000 + 0.5) * 1000;
}

static void take_result(struct piece *c, const struct answer *a)
{
	struct round *r = c->r;
	size_t from, end;
	for (const struct json *s = json_first(a->result); s; s = json_next(s)) {
		const struct json *metric = json_get(s, "metric");
		owners(c, metric, &from, &end);
		for (size_t i = from; i < end; i++) {
			if (asks_time(c, i) && json_get(metric, TIME_OF))
				take_time(c->v[i], json_get(s, "value"));
			else
				r->fns.series(r->ctx, c->v[i], s, false);
		}
	}
}

/* What it answers is not what was asked for: NULL where it is. */
static const char *wrong_type(const struct piece *c, const struct answer *a)
{
	const char *want = c->r->span.step ? "matrix" : "vector";
	if (!strcmp(a->type, want) || (c->n == 1 && !c->r->span.step && !strcmp(a->type, "scalar")))
		return NULL;
	if (!strcmp(a->type, "matrix"))
		return "it gives a range: take a function of it, such as rate(…)";
	return !strcmp(a->type, "string") ? "it gives a text" : "the answer is of another kind than was asked for";
}

static void learn(struct piece *c, const struct answer *a, const char *why)
{
	struct signal *g = c->v[0];
	if (c->n > 1)
		return;
	g->scalar = !why && !strcmp(a->type, "scalar");
	if (!a->query_fault)
		return;
	*(a->syntax ? &g->muted_until : &g->alone_until) = sdk_now() + ALONE_FOR;
}

static void piece_free(struct piece *c)
{
	for (struct piece **at = &c->r->pieces; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	free(c);
}

static void piece_over(struct piece *c)
{
	struct round *r = c->r;
	piece_free(c);
	if (r->pieces)
		return;
	void (*done)(void *) = r->fns.done;
	void *ctx = r->ctx;
	free(r->v);
	free(r);
	done(ctx);
}

static void halve(struct piece *c)
{
	piece_new(c->r, c->v, c->n / 2);
	piece_new(c->r, c->v + c->n / 2, c->n - c->n / 2);
	piece_free(c);
}

/* A sum over half the storage is no sum, and a series that is missing there no "no data". */
static const char *of_a_part(const struct piece *c, const struct answer *a, char *out, size_t cap)
{
	if (!a->partial || c->r->p->partial || c->r->span.step)
		return NULL;
	(void)snprintf(out, cap, "only part of it was read: %.160s (`partial: count` in `config` takes it all the same)", a->warning);
	return out;
}

static void answered(void *ctx, const struct http_got *got)
{
	struct piece *c = ctx;
	struct round *r = c->r;
	struct answer a;
	struct json *root;
	answer_read(got, &a, &root);
	char part[320];
	const char *why = *a.why ? a.why : wrong_type(c, &a);
	if (!why)
		why = of_a_part(c, &a, part, sizeof part);
	told_answer(r->p, c->v[0]->server, why && !a.query_fault && *a.why ? why : NULL, a.warning);
	if (a.query_fault && c->n > 1) {
		halve(c);
		json_free(root);
		return;
	}
	learn(c, &a, why);
	if (!why && !strcmp(a.type, "scalar"))
		r->fns.series(r->ctx, c->v[0], a.result, true);
	else if (!why)
		take_result(c, &a);
	r->fns.told(r->ctx, c->v, c->n, why);
	json_free(root);
	piece_over(c);
}

/* ---- the round ---- */

/* Those that stand alone are moved to the end, each asked by itself. */
struct round *round_start(struct prom *p, struct signal **v, size_t n, const struct span *span, const struct round_fns *fns, void *ctx)
{
	struct round *r = mem_new(sizeof *r);
	size_t together = 0, alone = n;
	int64_t now = sdk_now();
	*r = (struct round){.p = p, .v = mem_new((n + 1) * sizeof *r->v), .span = *span, .fns = *fns, .ctx = ctx};
	for (size_t i = 0; i < n; i++) {
		v[i]->series = 0;
		v[i]->sampled = 0;
		if ((v[i]->scalar && !span->step) || v[i]->alone_until > now)
			r->v[--alone] = v[i];
		else
			r->v[together++] = v[i];
	}
	if (!n) {
		free(r->v);
		free(r);
		return NULL;
	}
	if (together)
		piece_new(r, r->v, together);
	for (; alone < n; alone++)
		piece_new(r, r->v + alone, 1);
	return r;
}

void round_drop(struct round *r)
{
	if (!r)
		return;
	while (r->pieces) {
		http_drop(r->p->http, r->pieces);
		piece_free(r->pieces);
	}
	free(r->v);
	free(r);
}
