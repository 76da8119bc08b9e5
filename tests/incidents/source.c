/* Sources: measuring, and how it is told. */
#include "config.h"

#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void source_init(struct source_run *s, struct truth *t)
{
	memset(s, 0, sizeof *s);
	s->t = t;
	s->next_web = SEC(1) + (int64_t)truth_below(t, 5000) * 1000;
	s->next_ping = SEC(1) + (int64_t)truth_below(t, 5000) * 1000;
	s->lists = mem_new((size_t)t->n * SIG_COUNT * sizeof *s->lists);
}

void source_release(struct source_run *s)
{
	vec_each(struct batch, b, &s->coming)
		vec_release(&b->values);
	vec_release(&s->coming);
	for (int i = 0; i < s->t->n * SIG_COUNT; i++)
		vec_release(&s->lists[i].all);
	free(s->lists);
}

int source_signals(const struct truth *t, bool ping, enum signal_id out[SIG_COUNT])
{
	int n = 0;
	if (ping) {
		out[n++] = SIG_LATENCY;
		if (t->side_signal)
			out[n++] = SIG_SIDE;
		return n;
	}
	out[n++] = SIG_ERRORS;
	out[n++] = SIG_HITS;
	if (t->fault_row)
		out[n++] = SIG_FAULTS;
	if (t->burn_row)
		out[n++] = SIG_BURNT;
	return n;
}

static bool within(const struct truth *t, int64_t now, int64_t after, int64_t for_us)
{
	int64_t from = t->first_revert + after;
	return after != -1 && t->first_revert && now >= from && now < from + for_us;
}

static void measure(struct source_run *s, bool ping, int64_t now, int64_t wall)
{
	struct truth *t = s->t;
	const struct source *how = ping ? &t->ping : &t->web;
	enum signal_id ids[SIG_COUNT];
	int n = source_signals(t, ping, ids);
	bool failing = within(t, now, how->nan_after, how->nan_for);
	if (within(t, now, how->silent_after, how->silent_for))
		return;
	struct batch *b = vec_push(&s->coming);
	b->ping = ping;
	b->polled = now;
	b->due = now + how->late + SEC(0.1) + (int64_t)(how->jitter ? truth_below(t, (uint32_t)(how->jitter / 1000)) : 0) * 1000;
	b->at = wall + how->skew;
	for (int i = 0; i < t->n; i++)
		for (int k = 0; k < n; k++) {
			struct told *v = vec_push(&b->values);
			v->polled = now;
			v->state = failing ? TOLD_FAILED : TOLD_OK;
			v->value = failing ? NAN : truth_value(t, i, ids[k], now);
			v->n = NAN;
		}
}

int64_t source_next_poll(const struct source_run *s)
{
	return s->next_web < s->next_ping ? s->next_web : s->next_ping;
}

int64_t source_next_due(const struct source_run *s)
{
	int64_t next = NEVER;
	vec_each(struct batch, b, &s->coming)
		next = b->due < next ? b->due : next;
	return next;
}

void source_poll(struct source_run *s, int64_t now, int64_t wall)
{
	if (now >= s->next_web) {
		measure(s, false, now, wall);
		s->next_web += s->t->every;
	}
	if (now >= s->next_ping) {
		measure(s, true, now, wall);
		s->next_ping += s->t->every;
	}
}

bool source_arrived(struct source_run *s, int64_t now, struct batch *out)
{
	for (size_t i = 0; i < s->coming.n; i++) {
		if (s->coming.v[i].due > now)
			continue;
		*out = s->coming.v[i];
		memmove(&s->coming.v[i], &s->coming.v[i + 1], (--s->coming.n - i) * sizeof *s->coming.v);
		return true;
	}
	return false;
}

void source_keep(struct source_run *s, const struct batch *b, int64_t arrived, int64_t wall)
{
	enum signal_id ids[SIG_COUNT];
	int n = source_signals(s->t, b->ping, ids);
	for (size_t i = 0; i < b->values.n; i++) {
		struct told *v = vec_push(&s->lists[(int)i / n * SIG_COUNT + (int)ids[(int)i % n]].all);
		*v = b->values.v[i];
		v->arrived = arrived;
		v->age = wall - b->at;
	}
}

const struct told_list *source_list(const struct source_run *s, int service, enum signal_id g)
{
	return &s->lists[service * SIG_COUNT + (int)g];
}
