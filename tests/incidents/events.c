/* Events. */
#include "config.h"

#include "events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "notes.h"

static void fold(struct drive *d, const struct kept_event *k, int64_t seq, bool again)
{
	struct event e = {.seq = seq, .at = k->now.at, .boot = k->now.boot, .mono = k->now.mono, .incident = k->incident, .kind = k->kind,
		.actor = k->actor, .body = k->body, .body_len = k->len};
	model_reduce(d->m, &e);
	judge_event(d->j, d->m, &e);
	if (!again)
		notes_take(d, &e);
}

static void say(const struct drive *d, const struct kept_event *k)
{
	char at[INSTANT_LEN];
	if (strcmp(k->kind, "kit.loaded") != 0)
		printf("%8.1f %s %-8s %-18s %-12s %.1200s\n", (double)d->time / 1e6, instant_print(k->now.at, at), k->incident ? k->incident : "-", k->kind,
			k->actor, k->body);
}

void events_add(struct drive *d, const char *kind, const char *incident, const char *actor, const char *body, size_t len)
{
	struct kept_event *k = vec_push(&d->journal);
	k->kind = event_kind_name(event_kind_of(kind));
	k->incident = mem_str(incident);
	k->actor = mem_str(actor);
	k->body = mem_strn(body, len);
	k->len = len;
	k->now = d->now;
	if (d->verbose)
		say(d, k);
	fold(d, k, ++d->seq, false);
}

void events_addf(struct drive *d, const char *kind, const char *incident, const char *actor, const char *fmt, ...)
{
	char body[2048];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(body, sizeof body, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof body)
		events_add(d, kind, incident, actor, body, (size_t)n);
}

void events_commit(struct drive *d, struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		events_add(d, event_kind_name(ds->v[i].kind), ds->v[i].incident, ds->v[i].actor, buf_str(&ds->v[i].body), ds->v[i].body.len);
	drafts_release(ds);
}

void events_again(struct drive *d)
{
	struct buf before, after;
	buf_init(&before, JSON_KIT_MAX);
	buf_init(&after, JSON_KIT_MAX);
	model_dump(d->m, true, &before);
	judge_free(d->j);
	model_free(d->m);
	d->m = model_new();
	d->j = judge_new();
	for (size_t i = 0; i < d->journal.n; i++)
		fold(d, &d->journal.v[i], (int64_t)i + 1, true);
	model_dump(d->m, true, &after);
	d->folded_otherwise = before.len != after.len || memcmp(before.data, after.data, before.len) != 0;
	buf_release(&before);
	buf_release(&after);
}

void events_release(struct drive *d)
{
	vec_each(struct kept_event, k, &d->journal) {
		free(k->incident);
		free(k->actor);
		free(k->body);
	}
	vec_release(&d->journal);
}
