/* The loop: poll() over descriptors and timers on CLOCK_BOOTTIME.  Callbacks
 * may add and free watches, also their own, so freed ones are only marked while
 * a round runs and swept after it. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "sdk/inside.h"

struct sdk_timer {
	struct sdk *s;
	void (*fn)(void *ctx);
	void *ctx;
	int64_t due; /* 0: stopped */
	bool dead;
};

struct sdk_fd {
	struct sdk *s;
	int fd;
	short events;
	void (*fn)(void *ctx, short revents);
	void *ctx;
	bool dead;
};

static int64_t clock_us(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t sdk_now(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

int64_t sdk_wall(void)
{
	return clock_us(CLOCK_REALTIME);
}

struct sdk_timer *sdk_timer_new(struct sdk *s, void (*fn)(void *ctx), void *ctx)
{
	struct sdk_timer *t = mem_new(sizeof *t);
	*t = (struct sdk_timer){.s = s, .fn = fn, .ctx = ctx};
	*vec_push(&s->timers) = t;
	return t;
}

void sdk_timer_set(struct sdk_timer *t, int64_t due)
{
	t->due = due > 0 ? due : 1;
}

void sdk_timer_stop(struct sdk_timer *t)
{
	t->due = 0;
}

void sdk_timer_free(struct sdk_timer *t)
{
	if (t) {
		t->dead = true;
		t->due = 0;
	}
}

struct sdk_fd *sdk_fd_new(struct sdk *s, int fd, short events, void (*fn)(void *ctx, short revents), void *ctx)
{
	struct sdk_fd *w = mem_new(sizeof *w);
	*w = (struct sdk_fd){.s = s, .fd = fd, .events = events, .fn = fn, .ctx = ctx};
	*vec_push(&s->fds) = w;
	return w;
}

void sdk_fd_set(struct sdk_fd *w, short events)
{
	w->events = events;
}

void sdk_fd_free(struct sdk_fd *w)
{
	if (w)
		w->dead = true;
}

static int64_t next_due(const struct sdk *s, int64_t until)
{
	for (size_t i = 0; i < s->timers.n; i++) {
		const struct sdk_timer *t = s->timers.v[i];
		if (t->due && t->due < until)
			until = t->due;
	}
	return until;
}

static int poll_ms(int64_t until)
{
	if (until == INT64_MAX)
		return -1;
	int64_t left = until - sdk_now();
	if (left <= 0)
		return 0;
	/* Rounded up, so that a timer is due when poll returns; a minute at most,
	 * since poll's clock stands still while the machine sleeps. */
	left = (left + 999) / 1000;
	return left > 60000 ? 60000 : (int)left;
}

static void sweep(struct sdk *s)
{
	size_t k = 0;
	for (size_t i = 0; i < s->fds.n; i++) {
		if (s->fds.v[i]->dead)
			free(s->fds.v[i]);
		else
			s->fds.v[k++] = s->fds.v[i];
	}
	s->fds.n = k;
	k = 0;
	for (size_t i = 0; i < s->timers.n; i++) {
		if (s->timers.v[i]->dead)
			free(s->timers.v[i]);
		else
			s->timers.v[k++] = s->timers.v[i];
	}
	s->timers.n = k;
}

static void run_timers(struct sdk *s)
{
	int64_t now = sdk_now();
	size_t n = s->timers.n; /* those added meanwhile wait for the next round */
	for (size_t i = 0; i < n; i++) {
		struct sdk_timer *t = s->timers.v[i];
		if (t->dead || !t->due || t->due > now)
			continue;
		t->due = 0;
		t->fn(t->ctx);
	}
}

static void run_fds(struct sdk *s, const struct pollfd *p, size_t n)
{
	/* Watches are only appended while a round runs, so p and the list agree on the first n. */
	for (size_t i = 0; i < n; i++) {
		struct sdk_fd *w = s->fds.v[i];
		if (!p[i].revents || w->dead)
			continue;
		w->fn(w->ctx, p[i].revents);
	}
}

void sdk_turn(struct sdk *s, int64_t until)
{
	if (s->turning)
		abort(); /* sdk_wait from a callback: only handlers may wait */
	s->turning = true;
	sweep(s);
	size_t n = s->fds.n;
	struct pollfd *p = mem_new((n + 1) * sizeof *p);
	for (size_t i = 0; i < n; i++) {
		struct sdk_fd *w = s->fds.v[i];
		p[i] = (struct pollfd){.fd = w->events ? w->fd : -1, .events = w->events};
	}
	int got = poll(p, n, poll_ms(next_due(s, until)));
	if (got > 0)
		run_fds(s, p, n);
	free(p);
	run_timers(s);
	s->turning = false;
}

bool sdk_wait(struct sdk *s, const bool *done, int64_t until)
{
	while (!(done && *done)) {
		if (sdk_cancelled(s))
			return false;
		if (sdk_now() >= until)
			return true;
		sdk_turn(s, until);
	}
	return true;
}

void sdk_loop_release(struct sdk *s)
{
	for (size_t i = 0; i < s->fds.n; i++)
		free(s->fds.v[i]);
	for (size_t i = 0; i < s->timers.n; i++)
		free(s->timers.v[i]);
	vec_release(&s->fds);
	vec_release(&s->timers);
}
