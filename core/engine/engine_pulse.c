/* Is a watcher still there?  One that tells nothing for a while is asked for
 * nothing in particular (ping): a process that stands still answers not even
 * that, and is named; one that goes on standing is started anew. */
#include "config.h"

#include <stdio.h>

#include "base/os.h"
#include "engine/parts.h"

#define LOOK_MS 2500
#define QUIET_US (5 * US_SECOND)   /* told nothing for so long: asked */
#define ANSWER_US (5 * US_SECOND)  /* the protocol's time for a ping */
#define PATIENCE_US (60 * US_SECOND)

static int64_t mono(void)
{
	struct now now;
	os_now(&now);
	return now.mono;
}

void pulse_felt(struct watch *w)
{
	w->felt = mono();
	if (!w->hung)
		return;
	w->hung = false;
	if (w->p && host_plugin_state(w->p) == PLUGIN_READY)
		watch_record(w, "ready", NULL);
}

/* An error is an answer, too. */
static void answered(void *ctx, const struct json *result, const struct fault *fault, int code)
{
	struct watch *w = ctx;
	(void)fault;
	w->pinged = false;
	if (w->dying || !w->p)
		return;
	if (result || code) {
		pulse_felt(w);
		return;
	}
	if (host_plugin_state(w->p) != PLUGIN_READY)
		return;
	if (!w->hung)
		watch_record(w, "failed", "it hangs: not even a ping was answered for 5 s");
	w->hung = true;
}

static void look(void *ctx)
{
	struct watch *w = ctx;
	if (w->dying || !w->p || host_plugin_state(w->p) != PLUGIN_READY)
		return;
	int64_t quiet = mono() - w->felt;
	if (w->hung && quiet > PATIENCE_US) {
		host_plugin_end(w->p, false); /* `gone` starts it anew */
		return;
	}
	if (w->pinged || w->asked || quiet < QUIET_US)
		return;
	w->pinged = true;
	host_request(w->p, "ping", "{}", 2, ANSWER_US, answered, w);
}

void pulse_start(struct watch *w)
{
	w->felt = mono();
	w->hung = w->pinged = false;
	timer_stop(&w->pulse);
	w->pulse = timer_new(&w->e->loop, LOOK_MS, LOOK_MS, look, w);
}

void pulse_stop(struct watch *w)
{
	timer_stop(&w->pulse);
}
