/* What a plugin must do that says it has a past: answer `history` for the set of
 * --watch with times that were asked for, signals and services that were asked
 * for, and pages that go on. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "host/checks.h"

enum { HISTORY_MS = 30000, PAGES = 5, STEP_S = 15 };
#define BACK (10 * US_MINUTE)

struct past_exam {
	struct exam *e;
	const struct json *watch;  /* what was asked for; NULL nothing */
	int64_t from, to;
	size_t samples, deploys, changes;
	char wrong[200];           /* the first thing that was; "" nothing */
};

static void wrong(struct past_exam *x, const char *what, const char *which)
{
	if (!x->wrong[0])
		(void)snprintf(x->wrong, sizeof x->wrong, "%s%s%.80s", what, *which ? ": " : "", which);
}

static bool asked_for(const struct past_exam *x, const char *list, const struct json *v)
{
	const char *service = json_get_str(v, "service", ""), *signal = json_get_str(v, "signal", NULL);
	for (const struct json *a = json_first(json_get(x->watch, list)); a; a = json_next(a))
		if (!strcmp(json_get_str(a, "service", ""), service) && (!signal || !strcmp(json_get_str(a, "signal", ""), signal)))
			return true;
	return false;
}

static bool in_time(struct past_exam *x, const char *what, const struct json *v)
{
	int64_t at = json_get_time(v, "at");
	if (!at)
		wrong(x, what, "without a time `at`");
	else if (at < x->from || at > x->to)
		wrong(x, what, "of a time that was not asked for");
	return at != 0;
}

static void look_value(struct past_exam *x, const struct json *v)
{
	enum json_type t = json_type(json_get(v, "value"));
	if (!asked_for(x, "signals", v))
		wrong(x, "a sample of a signal that was not asked for", json_get_str(v, "signal", "without a name"));
	else if (t != JSON_NUMBER && t != JSON_NULL)
		wrong(x, "a sample whose value is no number and not null", json_get_str(v, "signal", ""));
	x->samples++;
}

static void look_samples(struct past_exam *x, const struct json *list)
{
	for (const struct json *s = json_first(list); s; s = json_next(s)) {
		(void)in_time(x, "samples", s);
		for (const struct json *v = json_first(json_get(s, "values")); v; v = json_next(v))
			look_value(x, v);
	}
}

static void look_told(struct past_exam *x, const struct json *result)
{
	for (const struct json *d = json_first(json_get(result, "deploys")); d; d = json_next(d)) {
		(void)in_time(x, "a deploy", d);
		if (!asked_for(x, "deploys", d))
			wrong(x, "a deploy of a service that was not asked for", json_get_str(d, "service", "without a name"));
		if (!text_is_version(json_get_str(d, "version", "")))
			wrong(x, "a deploy whose version is none", json_get_str(d, "version", ""));
		x->deploys++;
	}
	for (const struct json *c = json_first(json_get(result, "changes")); c; c = json_next(c)) {
		(void)in_time(x, "a change", c);
		if (!json_get_str(c, "what", NULL) || !json_get_str(c, "name", NULL))
			wrong(x, "a change without `what` or `name`", "");
		x->changes++;
	}
}

static void request(const struct past_exam *x, struct buf *out)
{
	static const char *const lists[] = {"signals", "deploys"};
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	for (size_t i = 0; i < 2; i++) {
		const struct json *v = json_get(x->watch, lists[i]);
		jw_key(&w, lists[i]);
		if (json_type(v) == JSON_ARRAY)
			jw_tree(&w, v);
		else
			jw_raw(&w, "[]", 2);
	}
	jw_ktime(&w, "from", x->from);
	jw_ktime(&w, "to", x->to);
	jw_kint(&w, "step", STEP_S);
	jw_obj_end(&w);
}

/* One page; false where it is the last one, or the last one that is looked at. */
static bool page(struct past_exam *x, enum conform_verdict *v)
{
	static const char *const lists[] = {"samples", "deploys", "changes"};
	struct message m;
	struct buf b;
	buf_init(&b, JSON_LINE_MAX);
	request(x, &b);
	bool answered = exam_ask(x->e, "history", buf_str(&b), NULL, HISTORY_MS, &m);
	buf_release(&b);
	*v = CONFORM_FAILED;
	if (!answered)
		return false;
	if (!m.result)
		exam_say(x->e, CONFORM_FAILED, "history was refused (%d): %.200s", m.error_code, m.error_message);
	for (size_t i = 0; m.result && i < 3; i++)
		if (json_type(json_get(m.result, lists[i])) != JSON_ARRAY)
			wrong(x, "no list", lists[i]);
	look_samples(x, json_get(m.result, "samples"));
	look_told(x, m.result);
	int64_t next = json_get_time(m.result, "next");
	if (next && next <= x->from)
		wrong(x, "`next` does not go on", "");
	*v = m.result && !x->wrong[0] ? CONFORM_OK : CONFORM_FAILED;
	message_release(&m);
	bool more = *v == CONFORM_OK && next && next <= x->to;
	x->from = more ? next : x->from;
	return more;
}

enum conform_verdict check_history(struct exam *e)
{
	struct past_exam x = {.e = e};
	struct json *watch = NULL;
	struct now now;
	enum conform_verdict v = CONFORM_OK;
	if (!e->manifest.history)
		return exam_say(e, CONFORM_SKIPPED, "it provides no history");
	os_now(&now);
	x.from = now.at - BACK;
	x.to = now.at;
	if (e->spec->watch && json_parse(e->spec->watch, strlen(e->spec->watch), JSON_LINE_MAX, &watch, NULL) == STATUS_OK)
		x.watch = watch;
	for (int n = 0; n < PAGES && page(&x, &v); n++)
		;
	json_free(watch);
	if (x.wrong[0])
		return exam_say(e, CONFORM_FAILED, "%s", x.wrong);
	return v == CONFORM_OK ? exam_say(e, v, "%zu values, %zu deploys and %zu changes of the last 10 minutes", x.samples, x.deploys, x.changes) : v;
}
