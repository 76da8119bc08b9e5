/* Silences are changes: somebody decided not to hear of something, until then
 * and then.  What is in effect at the first look goes to the log and, through
 * `history`, into the past; from then on each beginning and end is told. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alertmanager/alertmanager.h"
#include "alertmanager/matcher.h"

#define EVERY (5 * US_SECOND)
#define WITHIN (20 * US_SECOND)
#define TEXT_MAX 400
#define SILENCES_MAX 5000 /* that are followed; those in effect first */
#define TELL_MAX 100      /* changes told of one look; of more only the number */

struct silence {
	char id[80], by[80], comment[160], service[72], name[TEXT_MAX];
	int64_t from, to;
	bool active;
};
struct list {
	struct silence *v;
	size_t n, cap;
};
/* What is known of one server. */
struct side {
	struct silences *all;
	const struct http_server *server;
	struct list known; /* sorted by id */
	bool looked, pending, many;
};
struct silences {
	struct am *a;
	struct side *v;
	struct sdk_timer *timer;
};

/* ---- reading ---- */

static void read_matchers(struct am *a, const struct json *list, struct silence *out)
{
	struct buf b;
	buf_init(&b, 65536);
	buf_adds(&b, "silence ");
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		const char *label = json_get_str(v, "name", ""), *value = json_get_str(v, "value", "");
		bool regex = json_get_bool(v, "isRegex", false), equal = json_get_bool(v, "isEqual", true);
		if (v != json_first(list))
			buf_addc(&b, ',');
		matcher_print(&b, label, regex ? equal ? MATCH_REGEX : MATCH_NOT_REGEX : equal ? MATCH_EQUAL : MATCH_NOT_EQUAL, value);
		if (!regex && equal && !strcmp(label, a->service_label))
			(void)text_copy(out->service, sizeof out->service, value);
	}
	(void)text_copy(out->name, sizeof out->name, buf_str(&b));
	buf_release(&b);
}

static bool read_one(struct am *a, const struct json *v, struct silence *out)
{
	const char *state = json_get_str(json_get(v, "status"), "state", "");
	*out = (struct silence){.from = json_get_time(v, "startsAt"), .to = json_get_time(v, "endsAt"), .active = !strcmp(state, "active")};
	(void)text_copy(out->by, sizeof out->by, json_get_str(v, "createdBy", ""));
	(void)text_copy(out->comment, sizeof out->comment, json_get_str(v, "comment", ""));
	read_matchers(a, json_get(v, "matchers"), out);
	return text_copy(out->id, sizeof out->id, json_get_str(v, "id", "")) && *out->id && out->from && out->to;
}

static void read_all(struct am *a, const struct json *list, struct list *out)
{
	struct silence s;
	*out = (struct list){0};
	for (const struct json *v = json_first(list); v; v = json_next(v))
		if (read_one(a, v, &s))
			*vec_push(out) = s;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct silence *)a)->id, ((const struct silence *)b)->id);
}

static const struct silence *known(const struct list *l, const struct silence *s)
{
	return l->n ? bsearch(s, l->v, l->n, sizeof *l->v, by_id) : NULL;
}

/* So many that looking through them would take longer than a ping may: those in effect are kept. */
static void bound(struct side *d, struct list *l)
{
	size_t kept = 0, all = l->n;
	for (size_t i = 0; i < l->n && l->n > SILENCES_MAX; i++)
		if (l->v[i].active) {
			struct silence s = l->v[i];
			l->v[i] = l->v[kept];
			l->v[kept++] = s;
		}
	if (l->n > SILENCES_MAX)
		l->n = SILENCES_MAX;
	if (all > SILENCES_MAX && !d->many)
		sdk_log(d->all->a->s, "warning", "there are %zu silences: %d of them are followed", all, SILENCES_MAX);
	d->many = all > SILENCES_MAX;
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_id);
}

/* ---- telling ---- */

static const char *until(const struct silence *s, char out[TEXT_MAX])
{
	char text[INSTANT_LEN];
	(void)snprintf(out, TEXT_MAX, "silenced until %.19sZ%s%s", instant_print(s->to, text), *s->comment ? ": " : "", s->comment);
	return out;
}

static struct sdk_change change_of(struct am *a, const struct silence *s, bool begins, char room[TEXT_MAX])
{
	bool ours = *s->service && watch_has_service(a->watch, s->service);
	return (struct sdk_change){.service = ours ? s->service : NULL, .what = "other", .name = s->name, .by = begins ? s->by : NULL,
		.from = begins ? "not silenced" : "silenced", .to = begins ? until(s, room) : "not silenced", .at = begins ? s->from : s->to};
}

static void tell(struct am *a, const struct silence *s, bool begins)
{
	char room[TEXT_MAX];
	struct sdk_change c = change_of(a, s, begins, room);
	sdk_change(a->s, &c);
}

static void tell_first(struct side *d, const struct list *now)
{
	size_t n = 0;
	const struct silence *next = NULL;
	char text[INSTANT_LEN];
	vec_each(const struct silence, s, now) {
		n += s->active;
		if (s->active && (!next || s->to < next->to))
			next = s;
	}
	if (next)
		sdk_log(d->all->a->s, "info", "%zu silence%s in effect; the first to end is %s, at %.19sZ", n, n == 1 ? " is" : "s are",
			next->name, instant_print(next->to, text));
}

/* How many there would be; at most `most` of them are told. */
static size_t tell_differences(struct side *d, const struct list *now, size_t most)
{
	struct am *a = d->all->a;
	size_t n = 0;
	vec_each(const struct silence, s, now) {
		const struct silence *old = known(&d->known, s);
		bool was = old && old->active, begins = s->active && (!was || old->to != s->to);
		if ((begins || (!s->active && was)) && n++ < most)
			tell(a, s, begins);
	}
	vec_each(const struct silence, s, &d->known)
		if (s->active && !known(now, s) && n++ < most)
			tell(a, s, false);
	return n;
}

static void tell_changes(struct side *d, const struct list *now)
{
	size_t n = tell_differences(d, now, TELL_MAX);
	char text[80];
	if (n <= TELL_MAX)
		return;
	(void)snprintf(text, sizeof text, "%zu silences more began or ended at once", n - TELL_MAX);
	sdk_change(d->all->a->s, &(struct sdk_change){.what = "other", .name = text});
}

/* ---- looking ---- */

static void looked(void *ctx, const struct http_got *got)
{
	struct side *d = ctx;
	struct json *root;
	struct list now;
	char why[320];
	const struct json *list = am_read(got, JSON_ARRAY, &root, why, sizeof why);
	d->pending = false;
	if (list) {
		read_all(d->all->a, list, &now);
		bound(d, &now);
		if (d->looked)
			tell_changes(d, &now);
		else
			tell_first(d, &now);
		vec_release(&d->known);
		d->known = now;
		d->looked = true;
	} /* that it cannot be had is told with the alerts */
	json_free(root);
}

void silences_look(struct silences *v)
{
	for (size_t i = 0; i < v->a->servers.n; i++) {
		struct side *d = &v->v[i];
		if (d->pending)
			continue;
		d->pending = true;
		http_ask(v->a->http, &(struct http_question){.server = d->server, .path = "/api/v2/silences", .cap = ANSWER_CAP, .fn = looked, .ctx = d});
	}
	sdk_timer_set(v->timer, sdk_now() + EVERY);
}

static void look_again(void *ctx)
{
	silences_look(ctx);
}

struct silences *silences_new(struct am *a)
{
	struct silences *v = mem_new(sizeof *v);
	v->a = a;
	v->v = mem_new(a->servers.n * sizeof *v->v);
	for (size_t i = 0; i < a->servers.n; i++)
		v->v[i] = (struct side){.all = v, .server = &a->servers.v[i]};
	v->timer = sdk_timer_new(a->s, look_again, v);
	return v;
}

void silences_free(struct silences *v)
{
	for (size_t i = 0; i < v->a->servers.n; i++) {
		http_drop(v->a->http, &v->v[i]);
		vec_release(&v->v[i].known);
	}
	sdk_timer_free(v->timer);
	free(v->v);
	free(v);
}

/* ---- the past ---- */

struct past {
	struct am *a;
	const struct http_server *server;
	struct past *first;
	struct list got;
	size_t pending; /* of the first: all of them */
	bool over;
	char why[320];
};

static void got_past(void *ctx, const struct http_got *got)
{
	struct past *p = ctx;
	struct json *root;
	const struct json *list = am_read(got, JSON_ARRAY, &root, p->why, sizeof p->why);
	if (list) {
		p->why[0] = '\0';
		read_all(p->a, list, &p->got);
	}
	json_free(root);
	p->first->over = --p->first->pending == 0;
}

static void add_change(struct jw *w, const struct sdk_change *c)
{
	jw_obj(w);
	if (c->service)
		jw_kstr(w, "service", c->service);
	jw_kstr(w, "what", c->what);
	jw_kstr(w, "name", c->name);
	jw_kstr(w, "from", c->from);
	jw_kstr(w, "to", c->to);
	if (c->by)
		jw_kstr(w, "by", c->by);
	jw_ktime(w, "at", c->at);
	jw_obj_end(w);
}

/* A line holds 1 MiB; more than this many changes are nobody's past. */
#define CHANGES_MAX 500

static void add_past(struct past *p, struct jw *w, int64_t from, int64_t to, size_t *n)
{
	char room[TEXT_MAX];
	vec_each(struct silence, s, &p->got)
		for (int begins = 1; begins >= 0 && *n < CHANGES_MAX; begins--) {
			struct sdk_change c = change_of(p->a, s, begins, room);
			if (c.at < from || c.at > to || (!begins && s->active))
				continue;
			add_change(w, &c);
			++*n;
		}
}

static struct sdk_answer past_answer(struct past *v, size_t n, int64_t from, int64_t to)
{
	struct buf b;
	struct jw w;
	size_t changes = 0, failed = 0;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	buf_adds(&b, "{\"samples\":[],\"deploys\":[],\"changes\":");
	jw_arr(&w);
	for (size_t i = 0; i < n; i++) {
		failed += v[i].why[0] != '\0';
		add_past(&v[i], &w, from, to, &changes);
	}
	jw_arr_end(&w);
	buf_addc(&b, '}');
	if (failed < n || !n)
		return sdk_result(&b);
	buf_release(&b);
	return sdk_error(SDK_UNAVAILABLE, "the past cannot be had: %s", v[0].why);
}

/* Of alerts there is no past to be had; of silences there is. */
struct sdk_answer history_answer(struct am *a, const struct json *params)
{
	int64_t from = json_get_time(params, "from"), to = json_get_time(params, "to");
	if (!from || !to || to < from)
		return sdk_error(SDK_BAD_PARAMS, "`from` and `to` make no sense together");
	size_t n = json_count(json_get(params, "signals")) ? a->servers.n : 0; /* nobody is watched: nothing is asked */
	struct past *v = mem_new((n + 1) * sizeof *v);
	v->pending = n;
	v->over = n == 0;
	for (size_t i = 0; i < n; i++) {
		v[i].a = a;
		v[i].first = v;
		(void)snprintf(v[i].why, sizeof v[i].why, "no answer in time");
		http_ask(a->http, &(struct http_question){.server = &a->servers.v[i], .path = "/api/v2/silences", .cap = ANSWER_CAP, .fn = got_past, .ctx = &v[i]});
	}
	(void)sdk_wait(a->s, &v->over, sdk_now() + WITHIN);
	struct sdk_answer answer = past_answer(v, n, from, to);
	for (size_t i = 0; i < n; i++) {
		http_drop(a->http, &v[i]);
		vec_release(&v[i].got);
	}
	free(v);
	return answer;
}
