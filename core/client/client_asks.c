/* Asks and what became of them.  An ask lives over lost connections: it is
 * sent again under its own id, which the engine answers once; a `fire` is
 * never sent again, its fate is asked for. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "client/wire.h"

static void pending_free(struct pending *p)
{
	free(p->verb);
	free(p->via);
	free(p->params);
}

static struct pending take(struct client *c, size_t i)
{
	struct pending p = c->pending.v[i];
	c->pending.n--;
	for (size_t k = i; k < c->pending.n; k++)
		c->pending.v[k] = c->pending.v[k + 1];
	return p;
}

static void send_one(struct client *c, struct pending *p)
{
	struct buf b;
	struct jw w;
	char fresh[33];
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kint(&w, "id", p->id);
	if (p->sent && !strcmp(p->verb, "fire")) {
		os_random_hex(fresh, 16);
		p->fate = true;
		jw_kstr(&w, "ask", fresh);
		jw_kstr(&w, "do", "fate");
		jw_kstr(&w, "via", p->via);
		jw_key(&w, "params");
		jw_obj(&w);
		jw_kstr(&w, "of", p->ask);
		jw_obj_end(&w);
	} else {
		jw_kstr(&w, "ask", p->ask);
		jw_kstr(&w, "do", p->verb);
		jw_kstr(&w, "via", p->via);
		jw_key(&w, "params");
		jw_raw(&w, p->params, strlen(p->params));
	}
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	p->sent = true;
	wire_send(c, buf_str(&b), b.len);
	buf_release(&b);
}

void client_ask(struct client *c, const char *verb, const char *via, const char *params, const char *ask_id, client_reply_fn reply, void *ctx)
{
	struct now now;
	os_now(&now);
	struct pending *p = vec_push(&c->pending);
	p->id = ++c->next_id;
	p->verb = mem_str(verb);
	p->via = mem_str(via);
	p->params = mem_str(params && params[0] ? params : "{}");
	p->reply = reply;
	p->ctx = ctx;
	p->since = now.mono;
	if (ask_id)
		text_copy(p->ask, sizeof p->ask, ask_id);
	else
		os_random_hex(p->ask, 16);
	if (c->up)
		send_one(c, p);
}

void asks_up(struct client *c)
{
	for (size_t i = 0; i < c->pending.n && c->up; i++)
		send_one(c, &c->pending.v[i]);
}

static void read_fault(const struct json *error, enum status s, struct fault *f)
{
	fault_set(f, s, json_get_str(error, "code", "error"), "%s", json_get_str(error, "what", "the engine said no"));
	fault_mend(f, "%s", json_get_str(error, "mend", ""));
	if (json_get_str(error, "where", NULL))
		fault_where(f, json_get_str(error, "where", ""), 0, 0);
}

/* The fate of a fire whose answer was lost: it counts as the answer. */
static enum status fate(const struct json *result, struct fault *f)
{
	if (json_get_bool(result, "known", false))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "not-arrived", "the line to the engine broke before it heard of this: nothing was fired");
	fault_mend(f, "it is safe to fire again");
	return STATUS_OUTSIDE;
}

void asks_reply(struct client *c, const struct json *reply)
{
	int64_t id = json_get_int(reply, "id", 0);
	for (size_t i = 0; i < c->pending.n; i++) {
		if (c->pending.v[i].id != id)
			continue;
		struct pending p = take(c, i);
		int64_t code = json_get_int(reply, "status", STATUS_UNKNOWN);
		enum status s = code >= STATUS_OK && code <= STATUS_UNKNOWN ? (enum status)code : STATUS_UNKNOWN;
		const struct json *result = json_get(reply, "result");
		struct fault f;
		fault_set(&f, s, "", "%s", "");
		if (s)
			read_fault(json_get(reply, "error"), s, &f);
		else if (p.fate)
			s = fate(result, &f);
		p.reply(p.ctx, s, s ? NULL : result, s ? &f : NULL);
		pending_free(&p);
		return;
	}
}

/* Without an engine for long an ask is answered by us: what was sent may have happened. */
void asks_expire(struct client *c)
{
	struct now now;
	os_now(&now);
	while (c->pending.n && !c->up) {
		struct fault f;
		int64_t since = c->down_since > c->pending.v[0].since ? c->down_since : c->pending.v[0].since;
		if (now.mono - since < (c->kit_dir ? LOST_US : US_SECOND))
			return;
		struct pending p = take(c, 0);
		bool may = p.sent && !strcmp(p.verb, "fire");
		enum status s = may ? STATUS_UNKNOWN : STATUS_OUTSIDE;
		fault_set(&f, s, "no-engine", may ? "the engine was lost after this was sent, and none answers: it may have been fired" : "no engine answers");
		fault_mend(&f, may ? "look at `backout list` and at the backend before anything is done again" :
			c->kit_dir ? "%.200s says why it does not start" : "start one: `backout engine`%s", c->kit_dir ? c->paths.log : "");
		p.reply(p.ctx, s, NULL, &f);
		pending_free(&p);
	}
}

static const struct pending *oldest_key(const struct client *c)
{
	for (size_t i = 0; i < c->pending.n; i++)
		if (c->pending.v[i].sent && !strcmp(c->pending.v[i].via, "key"))
			return &c->pending.v[i];
	return NULL;
}

int64_t client_unanswered(const struct client *c, const struct now *now, const char **out_verb)
{
	const struct pending *p = c->up ? oldest_key(c) : NULL;
	int64_t since;
	if (!p)
		return -1;
	since = p->since > c->heard ? p->since : c->heard;
	*out_verb = p->verb;
	return now->mono > since ? now->mono - since : 0;
}

static void looked(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct client *c = ctx;
	(void)s;
	(void)result;
	(void)fault;
	c->looking = false;
}

void client_look(struct client *c)
{
	const struct pending *p = c->up ? oldest_key(c) : NULL;
	char params[64];
	if (!p || c->looking)
		return;
	c->looking = true;
	snprintf(params, sizeof params, "{\"of\":\"%s\"}", p->ask);
	client_ask(c, "fate", "command", params, NULL, looked, c);
}

void asks_release(struct client *c)
{
	for (size_t i = 0; i < c->pending.n; i++)
		pending_free(&c->pending.v[i]);
	vec_release(&c->pending);
}

/* ---- curves ------------------------------------------------------------------------------ */

static void curves_came(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct client *c = ctx;
	(void)fault;
	if (s || !c->model)
		return; /* without them little is lost, and the next snapshot asks again */
	model_curves_load(c->model, result);
	if (c->ev.snapshot)
		c->ev.snapshot(c, c->ctx);
}

void client_want_curves(struct client *c, const char *service)
{
	bool wanted = c->model && model_curves_ask(c->model, service);
	struct buf b;
	struct jw w;
	if (!wanted)
		return;
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "service", service);
	jw_obj_end(&w);
	client_ask(c, "curves", "command", buf_str(&b), NULL, curves_came, c);
	buf_release(&b);
}
