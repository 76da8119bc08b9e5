/* Questions to people that time alone brings up.  Every tick says which ones
 * should stand now (stop.c, overdue.c); here that is held against those that
 * do: a new one is asked, one with other words or a limit that passed is asked
 * again, one that is no longer wanted is over.  So a restart asks nothing twice,
 * and nothing is left standing. */
#include "decide/private.h"

#include <stdio.h>
#include <string.h>

#define LIMIT_LEAST (5 * US_MINUTE)
#define LIMIT_MOST US_HOUR

struct want *want_add(struct wants *w, const char *what, const char *service)
{
	struct want *x = vec_push(w);
	x->what = what;
	x->service = service;
	return x;
}

/* Two bodies must not share a salt: one may be withheld where the other is shown. */
static void put_salt(struct jw *w, const char *random, const char *id)
{
	unsigned char sha[SHA_LEN];
	char hex[SHA_HEX];
	struct piece p[] = {{random, strlen(random)}, {id, strlen(id)}};
	sha256_pieces(p, 2, sha);
	hex_print(sha, 16, hex);
	jw_kstr(w, "salt", hex);
}

static void put_optional(struct jw *w, const char *key, const char *s)
{
	if (s && *s)
		jw_kstr(w, key, s);
}

/* Nobody answered: it is asked again, each time later than the time before. */
static int64_t limit_of(const struct want *x, const struct model_prompt *was, bool passed)
{
	int64_t span = x->span > LIMIT_LEAST ? x->span : LIMIT_LEAST;
	if (passed && was->until > was->at.at)
		span = 2 * (was->until - was->at.at);
	return span < LIMIT_MOST ? span : LIMIT_MOST;
}

static void put_asked(const struct want *x, const struct model_prompt *was, bool passed, const struct now *now, const char *random, struct drafts *out)
{
	struct jw w = draft_open(out, EVENT_PROMPT, x->incident, "engine");
	jw_kstr(&w, "id", x->id);
	jw_kstr(&w, "what", x->what);
	jw_kstr(&w, "service", x->service);
	put_optional(&w, "incident", x->incident);
	put_optional(&w, "key", x->key);
	put_optional(&w, "row", x->row);
	put_optional(&w, "to", x->to);
	jw_kstr(&w, "text", x->text);
	jw_ktime(&w, "until", x->until ? x->until : now->at + limit_of(x, was, passed));
	jw_kstr(&w, "then", x->then);
	jw_kstr(&w, "state", "asked");
	put_salt(&w, random, x->id);
	draft_close(&w);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static void settle_want(const struct model *m, const struct want *x, const struct now *now, const char *random, struct drafts *out)
{
	const struct model_prompt *p = model_prompt(m, x->id);
	struct stamp n = stamp_of_now(now);
	bool passed = p && !x->until && stamp_diff(&p->at, &n, NULL) >= p->until - p->at.at;
	if (!p || passed || !same(p->text, x->text) || !same(p->to, x->to))
		put_asked(x, p, passed, now, random, out);
}

static bool wanted(const struct wants *w, const char *id)
{
	vec_each(struct want, x, w)
		if (strcmp(x->id, id) == 0)
			return true;
	return false;
}

static bool ours(const struct model_prompt *p)
{
	return same(p->what, "stop") || same(p->what, "escalate") || same(p->what, "overdue");
}

/* Why it no longer stands, and whether that is because somebody did something. */
static bool is_answered(const struct model *m, const struct model_prompt *p, char *why, size_t cap)
{
	const struct model_action *a = p->key ? model_action(m, p->key) : NULL;
	const struct model_row *r = p->row ? model_row(m, p->row, p->service) : NULL;
	if (p->key && (!a || action_over(a)))
		(void)snprintf(why, cap, "%s is %s", p->key, a ? outcome_name(a->outcome) : "not known any more");
	else if (p->key)
		(void)snprintf(why, cap, a->stopping ? "%s was asked to stop" : "%s goes on, and it no longer holds", p->key);
	else if (r && model_row_standing(r) && timer_decided(m, r))
		(void)snprintf(why, cap, "%s %s: somebody decided", p->service, p->row);
	else
		(void)snprintf(why, cap, "%s %s no longer waits for anybody", p->service, p->row ? p->row : "");
	return a ? !action_over(a) && a->stopping : r && model_row_standing(r) && timer_decided(m, r);
}

static void put_ended(const struct model_prompt *p, const char *state, const char *why, const char *random, struct drafts *out)
{
	struct jw w = draft_open(out, EVENT_PROMPT, p->incident, "engine");
	jw_kstr(&w, "id", p->id);
	jw_kstr(&w, "what", p->what);
	jw_kstr(&w, "service", p->service);
	put_optional(&w, "incident", p->incident);
	put_optional(&w, "key", p->key);
	put_optional(&w, "row", p->row);
	jw_kstr(&w, "text", why);
	jw_kstr(&w, "state", state);
	put_salt(&w, random, p->id);
	draft_close(&w);
}

void wants_settle(const struct model *m, const struct wants *w, const struct now *now, const char *random, struct drafts *out)
{
	char why[400];
	vec_each(struct want, x, w)
		settle_want(m, x, now, random, out);
	vec_each(struct model_prompt, p, &m->prompts)
		if (ours(p) && !wanted(w, p->id))
			put_ended(p, is_answered(m, p, why, sizeof why) ? "answered" : "over", why, random, out);
}

void answer_prompts(struct asking *q, const char *key)
{
	vec_each(struct model_prompt, p, &q->m->prompts) {
		if (!same(p->what, "stop") || !same(p->key, key))
			continue;
		struct jw w = draft_begin(q, EVENT_PROMPT, p->incident);
		jw_kstr(&w, "id", p->id);
		jw_kstr(&w, "what", p->what);
		jw_kstr(&w, "service", p->service);
		put_optional(&w, "incident", p->incident);
		jw_kstr(&w, "key", key);
		jw_kstr(&w, "text", "asked it to stop where it is");
		jw_kstr(&w, "state", "answered");
		draft_close(&w);
	}
}
