/* What goes out to the clients every second: the beat, by which they know that
 * the engine is there, and what it could not say while it stood still. */
#include "config.h"

#include <stdio.h>

#include "base/os.h"
#include "engine/parts.h"

/* A line that says nothing keeps no seat from others. */
static void drop_silent(struct engine *e, const struct now *now)
{
	for (struct peer *p = e->peers, *next; p; p = next) {
		next = p->next;
		if (!p->role[0] && now->mono - p->since > HELLO_US)
			peer_close(p);
	}
}

/* The store was slow: said when it is over, since nobody could say it meanwhile, and once a minute. */
static void tell_slow(struct engine *e, const struct now *now)
{
	char text[120];
	if (!e->slow_us)
		return;
	snprintf(text, sizeof text, "the store took %.1f s to write; meanwhile nothing was answered, and nothing is lost", (double)e->slow_us / (double)US_SECOND);
	e->slow_us = 0;
	if (e->slow_told && now->mono - e->slow_told < US_MINUTE)
		return;
	e->slow_told = now->mono;
	for (struct peer *p = e->peers, *next; p; p = next) {
		next = p->next;
		if (p->follow)
			peer_tell(p, "problem", "slow-store", text);
	}
}

void clients_beat(struct engine *e)
{
	struct buf b;
	struct jw w;
	struct now now;
	os_now(&now);
	drop_silent(e, &now);
	tell_slow(e, &now);
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "beat");
	jw_obj(&w);
	jw_kint(&w, "at", now.at);
	jw_kint(&w, "mono", now.mono);
	jw_kint(&w, "seq", e->model->seq);
	jw_kint(&w, "store_ms", e->store_us / 1000);
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	for (struct peer *p = e->peers, *next; p; p = next) {
		next = p->next;
		/* one that does not read gets no pile of beats */
		if (p->follow && !p->closing && !uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe))
			peer_send(p, &b);
	}
	buf_release(&b);
}
