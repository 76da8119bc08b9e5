/* Lines from the engine: hello, snapshot, events into the model, replies,
 * notices, beats. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "client/wire.h"

static void ask_for_snapshot(struct client *c)
{
	static const char line[] = "{\"follow\":true}\n";
	wire_send(c, line, sizeof line - 1);
}

static void tell_problem(struct client *c, const char *text)
{
	struct buf b;
	struct jw w;
	struct json *j = NULL;
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "what", "problem");
	jw_kstr(&w, "topic", "journal");
	jw_kstr(&w, "text", text);
	jw_obj_end(&w);
	if (c->ev.tell && !json_parse(buf_str(&b), b.len, 4096, &j, NULL))
		c->ev.tell(c, c->ctx, j);
	json_free(j);
	buf_release(&b);
}

/* What we last saw of this store: in this life, or in an earlier client's. */
static bool last_seen(struct client *c, const char *store, int64_t *out_seq, char chain[SHA_HEX])
{
	if (strcmp(store, c->store) != 0) {
		text_copy(c->store, sizeof c->store, store);
		if (!heads_read(store, c->connecting_at, &c->seen_seq, c->seen_chain))
			c->seen_seq = 0;
		c->kept_seq = c->seen_seq;
	}
	*out_seq = c->seen_seq;
	text_copy(chain, SHA_HEX, c->seen_chain);
	return c->seen_seq > 0;
}

/* The journal of a store only grows: one that is shorter than what we saw was put back or cut. */
static void compare_heads(struct client *c)
{
	int64_t seq = json_get_int(c->hello, "seq", 0), seen;
	const char *chain = json_get_str(c->hello, "chain", "");
	char text[200], was[SHA_HEX];
	if (last_seen(c, json_get_str(c->hello, "store", ""), &seen, was)) { /* where it has grown since, the engine looks: say_hello */
		if (seq < seen)
			snprintf(text, sizeof text, "the journal has gone back: it ends at event %lld, and event %lld was seen before", (long long)seq, (long long)seen);
		else if (seq == seen && chain[0] && strcmp(chain, was) != 0)
			snprintf(text, sizeof text, "the journal was rewritten: its event %lld is not the one that was seen before", (long long)seq);
		else
			text[0] = '\0';
		if (text[0])
			tell_problem(c, text);
	}
	c->seen_seq = seq;
	text_copy(c->seen_chain, sizeof c->seen_chain, chain);
}

/* Our hello names the last event we know: only the engine can tell whether it still stands in a journal that has grown. */
static void say_hello(struct client *c)
{
	struct buf b;
	struct jw w;
	int64_t seen;
	char chain[SHA_HEX];
	buf_init(&b, 512);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "hello");
	jw_obj(&w);
	jw_kint(&w, "protocol", 1);
	jw_kstr(&w, "build", PACKAGE_VERSION);
	jw_kstr(&w, "role", c->role);
	if (last_seen(c, json_get_str(c->hello, "store", ""), &seen, chain)) {
		jw_kint(&w, "seen", seen);
		jw_kstr(&w, "chain", chain);
	}
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	wire_send(c, buf_str(&b), b.len);
	buf_release(&b);
}

static void greeted(struct client *c, struct json *line)
{
	struct now now;
	os_now(&now);
	c->beat = now.mono; /* one that says nothing more after this is silent, too */
	json_free(c->hello_line);
	c->hello_line = line;
	c->hello = json_get(line, "hello");
	if (json_get_int(c->hello, "protocol", 0) != 1) {
		wire_lost(c, "the engine speaks another protocol: `backout engine --replace` starts one of this build");
		return;
	}
	bool another = c->store[0] && strcmp(c->store, json_get_str(c->hello, "store", "")) != 0;
	c->up = true;
	c->backoff_ms = 0;
	say_hello(c);
	compare_heads(c);
	if (another)
		tell_problem(c, "this is another journal than a moment ago: the store was moved, deleted or replaced; what was open there is not in it");
	if (c->follow && c->up)
		ask_for_snapshot(c);
	if (c->up && c->ev.up)
		c->ev.up(c, c->ctx);
	if (c->up)
		asks_up(c);
}

/* {"snapshot":DUMP} */
static void took_snapshot(struct client *c, const char *s, size_t n)
{
	struct model *m = NULL;
	struct fault f;
	if (model_load(s, n, &m, &f)) {
		wire_lost(c, strcmp(f.code, "other-build") ? f.what : "the engine is of another build: `backout engine --replace` starts one of this build");
		return;
	}
	model_free(c->model);
	c->model = m;
	c->seen_seq = m->seq;
	hex_print(m->chain, SHA_LEN, c->seen_chain);
	if (c->ev.snapshot)
		c->ev.snapshot(c, c->ctx);
}

/* The engine prints the body last and as recorded, so that it is reduced from the very bytes of the journal. */
static bool read_event(const char *s, size_t n, struct json **out_envelope, struct event *ev)
{
	static const char mark[] = ",\"body\":";
	const char *at = memmem(s, n, mark, sizeof mark - 1);
	if (!at || n < 2 || s[n - 1] != '}' || s[n - 2] != '}')
		return false;
	struct buf b;
	buf_init(&b, 65536);
	buf_add(&b, s, (size_t)(at - s));
	buf_adds(&b, "}}");
	enum status bad = json_parse(buf_str(&b), b.len, 65536, out_envelope, NULL);
	buf_release(&b);
	const struct json *e = bad ? NULL : json_get(*out_envelope, "event");
	if (!e)
		return false;
	const char *body = at + sizeof mark - 1;
	size_t len = (size_t)(s + n - 2 - body);
	bool null = len == 4 && !memcmp(body, "null", 4);
	*ev = (struct event){.seq = json_get_int(e, "seq", 0), .at = json_get_int(e, "at", 0), .boot = json_get_str(e, "boot", ""),
		.mono = json_get_int(e, "mono", 0), .incident = json_get_str(e, "incident", NULL), .kind = json_get_str(e, "kind", ""),
		.actor = json_get_str(e, "actor", ""), .body = null ? NULL : body, .body_len = null ? 0 : len};
	return hex_parse(json_get_str(e, "chain", ""), ev->chain, SHA_LEN);
}

static void took_event(struct client *c, const char *s, size_t n)
{
	struct json *envelope = NULL;
	struct event ev;
	bool good = read_event(s, n, &envelope, &ev);
	if (good && c->model && ev.seq == c->model->seq + 1) {
		model_reduce(c->model, &ev);
		c->seen_seq = ev.seq;
		hex_print(ev.chain, SHA_LEN, c->seen_chain);
		if (c->ev.event)
			c->ev.event(c, c->ctx, &ev);
	} else if (!good || (c->model && ev.seq > c->model->seq)) {
		ask_for_snapshot(c); /* something was missed: from the beginning */
	}
	json_free(envelope);
}

static void took_beat(struct client *c)
{
	struct now now;
	os_now(&now);
	c->beat = now.mono;
	if (c->ev.beat)
		c->ev.beat(c, c->ctx);
}

static bool begins(const char *s, size_t n, const char *with)
{
	size_t k = strlen(with);
	return n >= k && !memcmp(s, with, k);
}

void fold_line(struct client *c, const char *s, size_t n)
{
	struct json *j = NULL;
	struct fault f;
	if (begins(s, n, "{\"event\":")) {
		took_event(c, s, n);
		return;
	}
	static const char snapshot[] = "{\"snapshot\":";
	if (begins(s, n, snapshot) && s[n - 1] == '}') {
		took_snapshot(c, s + sizeof snapshot - 1, n - sizeof snapshot);
		return;
	}
	if (json_parse(s, n, LINE_MAX_IN, &j, &f)) {
		wire_lost(c, "the engine sent a line that is not understood");
		return;
	}
	if (json_get(j, "hello")) {
		greeted(c, j);
		return;
	}
	if (json_get(j, "reply"))
		asks_reply(c, json_get(j, "reply"));
	else if (json_get(j, "tell") && c->ev.tell)
		c->ev.tell(c, c->ctx, json_get(j, "tell"));
	else if (json_get(j, "beat"))
		took_beat(c);
	json_free(j);
}
