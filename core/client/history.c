/* The past, fetched from the engine as it is needed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "client/history.h"

#define SLICE_US 5000            /* of folding a turn of the loop */
#define PAGE_EVENTS 256
#define PAGE_BYTES (256 << 10)
#define AGAIN_MS 1000            /* after a page that did not come */
#define KEEP_MS (10 * 60 * 1000) /* after a look back, for the next one; then its memory is given back */

struct history {
	uv_loop_t *loop;
	struct client *client;
	struct past *past;
	char store[40];          /* the events in `past` are of this one */
	uv_idle_t *work;         /* runs while there is something to fold */
	uv_timer_t *again;
	struct fetch *fetch;     /* the page that is under way, or NULL */
	bool there;
	char why[300];
	void (*moved)(void *ctx);
	void *ctx;
};
/* An ask cannot be taken back: what is asked outlives who asked. */
struct fetch { struct history *h; int64_t from; };

static void work(uv_idle_t *idle);
static void try_again(uv_timer_t *t);
static void forget(uv_timer_t *t);

struct history *history_new(uv_loop_t *loop, struct client *c, void (*moved)(void *ctx), void *ctx)
{
	struct history *h = mem_new(sizeof *h);
	h->loop = loop;
	h->client = c;
	h->moved = moved;
	h->ctx = ctx;
	h->there = true;
	h->past = past_new(NULL);
	h->work = mem_new(sizeof *h->work);
	h->again = mem_new(sizeof *h->again);
	uv_idle_init(loop, h->work);
	uv_timer_init(loop, h->again);
	h->work->data = h->again->data = h;
	return h;
}

static void freed(uv_handle_t *handle)
{
	free(handle);
}

static void forget_fetch(struct history *h)
{
	if (h->fetch)
		h->fetch->h = NULL;
	h->fetch = NULL;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	forget_fetch(h);
	uv_idle_stop(h->work);
	uv_timer_stop(h->again);
	uv_close((uv_handle_t *)h->work, freed);
	uv_close((uv_handle_t *)h->again, freed);
	past_free(h->past);
	free(h);
}

const struct past *history_past(const struct history *h)
{
	return h->past;
}

bool history_there(const struct history *h)
{
	return h->there;
}

const char *history_why(const struct history *h)
{
	return h->why;
}

/* ---- pages ------------------------------------------------------------------------------- */

/* One event as the engine's `read` prints it. */
static bool event_of(const struct json *v, struct event *out)
{
	*out = (struct event){.seq = json_get_int(v, "seq", 0), .at = json_get_int(v, "at", 0), .boot = json_get_str(v, "boot", ""),
		.mono = json_get_int(v, "mono", 0), .incident = json_get_str(v, "incident", NULL), .kind = json_get_str(v, "kind", ""),
		.actor = json_get_str(v, "actor", ""), .body = json_get_str(v, "raw", NULL)};
	out->body_len = out->body ? strlen(out->body) : 0;
	return hex_parse(json_get_str(v, "body_sha", ""), out->body_sha, SHA_LEN) && hex_parse(json_get_str(v, "chain", ""), out->chain, SHA_LEN);
}

/* Not now; the engine may be back in a moment. */
static void put_off(struct history *h, const char *why)
{
	text_copy(h->why, sizeof h->why, why);
	uv_timer_start(h->again, try_again, AGAIN_MS, 0);
	h->moved(h->ctx);
}

static void page_came(void *ctx, enum status s, const struct json *result, const struct fault *fault);

static void fetch_page(struct history *h, int64_t from)
{
	char params[120];
	if (h->fetch || !from)
		return;
	h->fetch = mem_new(sizeof *h->fetch);
	*h->fetch = (struct fetch){h, from};
	(void)snprintf(params, sizeof params, "{\"from\":%lld,\"limit\":%d,\"bytes\":%d,\"bare\":true}", (long long)from, PAGE_EVENTS, PAGE_BYTES);
	client_ask(h->client, "read", "key", params, NULL, page_came, h->fetch);
}

static void page_came(void *ctx, enum status s, const struct json *result, const struct fault *fault)
{
	struct fetch *fetch = ctx;
	struct history *h = fetch->h;
	int64_t from = fetch->from;
	struct event e;
	free(fetch);
	if (!h)
		return;
	h->fetch = NULL;
	if (s && h->there)
		return; /* nobody waits for it any more */
	if (s) {
		put_off(h, fault->what);
		return;
	}
	/* one may have turned elsewhere since it was asked for */
	bool wanted = past_needs(h->past) == from || past_ahead(h->past) == from;
	for (const struct json *v = json_first(json_get(result, "events")); v && wanted; v = json_next(v))
		if (event_of(v, &e))
			past_take(h->past, &e);
	if (wanted && past_needs(h->past) == from) {
		put_off(h, "the engine has no such event: its journal was replaced");
		return;
	}
	h->why[0] = '\0';
	if (h->there)
		return;
	fetch_page(h, past_ahead(h->past)); /* it comes while this one is folded */
	uv_idle_start(h->work, work);
}

/* ---- folding ------------------------------------------------------------------------------ */

static void work(uv_idle_t *idle)
{
	struct history *h = idle->data;
	enum past_turn t;
	struct now now;
	os_now(&now);
	int64_t end = now.mono + SLICE_US;
	while ((t = past_turn(h->past)) == PAST_MORE) {
		os_now(&now);
		if (now.mono >= end)
			break;
	}
	if (t != PAST_MORE)
		uv_idle_stop(h->work);
	fetch_page(h, t == PAST_NEEDS ? past_needs(h->past) : 0);
	h->there = t == PAST_THERE;
	h->moved(h->ctx);
}

static void try_again(uv_timer_t *t)
{
	struct history *h = t->data;
	uv_idle_start(h->work, work);
}

static void rest(struct history *h)
{
	uv_idle_stop(h->work);
	uv_timer_stop(h->again);
	h->there = true;
	h->why[0] = '\0';
}

void history_stop(struct history *h)
{
	rest(h);
	uv_timer_start(h->again, forget, KEEP_MS, 0);
}

/* Nobody has looked back for long. */
static void forget(uv_timer_t *t)
{
	struct history *h = t->data;
	past_free(h->past);
	h->past = past_new(NULL);
}

void history_go(struct history *h, const struct past_wish *w)
{
	const struct model *live = client_model(h->client);
	const char *store = live->store_id ? live->store_id : "";
	rest(h);
	if (strcmp(store, h->store) != 0) {
		forget_fetch(h);
		text_copy(h->store, sizeof h->store, store);
		past_free(h->past);
		h->past = past_new(NULL);
	}
	h->there = false;
	past_go(h->past, w, live->seq);
	uv_idle_start(h->work, work);
}
