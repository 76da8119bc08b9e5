/* A monkey at the console: keys of every kind at any time, in windows of any
 * size, while the world around it happens, breaks and comes back.  After every
 * key and frame the oracle's rules must hold: above all, nothing fires but by
 * letters that were typed after they were shown.
 *
 *   MONKEY_KEYS=1000000   how many keys (100,000; sanitized 20,000)
 *   MONKEY_SEED=7         another run
 *   MONKEY_SAYS=1         every step, as it is done
 *
 * A run is episodes, each a fresh world; every step is a function of (seed,
 * episode, number), so that any part of an episode can be played alone.  A
 * failing episode is played again in children of its own with ever fewer
 * steps, and what is left is printed with its last frame. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "monkey.h"
#include "tui/screen/theme.h"

/* ---- an episode ---------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t seed, long episode, long number)
{
	struct rng r = {seed * UINT64_C(0xd1342543de82ef95) + (uint64_t)episode * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)number * UINT64_C(0xbf58476d1ce4e5b9)};

	return (uint64_t)rng_next(&r) << 32 | rng_next(&r);
}

static long steps_of(uint64_t seed, long episode)
{
	struct rng r = {mix(seed, episode, -2)};

	return rng_chance(&r, 50) ? 12000 : 200 + (long)rng_below(&r, 2200);
}

static void episode_begin(struct monkey *m, uint64_t seed, long episode, struct report *r)
{
	struct ui_out out = {.ask = monkey_asks, .random = monkey_random, .brief = report_brief, .copy = monkey_copies, .ctx = m};
	struct world_calls calls = {monkey_answered, monkey_told, monkey_down, monkey_changing, m};

	memset(m, 0, sizeof *m);
	m->r = r;
	r->episode = episode;
	r->step = -1;
	m->rng.s = mix(seed, episode, -1);
	m->leave_at = INT64_MIN / 2;
	ui_init(&m->ui, &out);
	keys_init(&m->keys);
	oracle_init(&m->o);
	m->past = past_new(NULL);
	world_init(&m->w, &m->rng, &calls);
	m->ui.demo = rng_chance(&m->rng, 60);
	m->ui.read_only = rng_chance(&m->rng, 60);
	m->rows = 24;
	m->cols = 80;
	cells_init(&m->frame, 24, 80);
	monkey_draw(m);
	world_line(&m->w, rng_chance(&m->rng, 950));
	text_copy(m->ui.person, sizeof m->ui.person, m->w.person);
}

/* The steps whose numbers are in `list` (or all), each with a chance of its own. */
static bool episode_play(uint64_t seed, long episode, const long *list, long n, bool says, struct report *r)
{
	static struct monkey m;

	episode_begin(&m, seed, episode, r);
	m.says = says;
	for (long i = 0; i < n && !*m.o.why; i++) {
		r->step = list ? list[i] : i;
		m.rng.s = mix(seed, episode, r->step);
		monkey_step(&m);
		if (m.r->fires < m.w.fires)
			oracle_no(&m.o, "the engine has %ld intents and %ld fires were asked", m.w.fires, m.r->fires);
	}
	r->letters += m.o.letters_seen;
	r->clocks += m.o.clocks_seen;
	text_copy(r->why, sizeof r->why, m.o.why);
	if (*r->why)
		monkey_keep_frame(&m);
	bool good = !*m.o.why;
	ui_release(&m.ui);
	past_free(m.past);
	world_release(&m.w);
	oracle_release(&m.o);
	cells_release(&m.frame);
	return good;
}

/* ---- a failing episode, made small ------------------------------------------------------------------------ */

/* Played by a child; its words, or how it died. */
static bool fails(uint64_t seed, long episode, const long *list, long n, bool says, struct report *r)
{
	int status;
	pid_t pid;

	memset(r, 0, sizeof *r);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!says)
			(void)(freopen("/dev/null", "w", stderr) == NULL);
		bool good = episode_play(seed, episode, list, n, says, r);
		fflush(stdout);
		_exit(good ? 0 : 3);
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3))
		snprintf(r->why, sizeof r->why, "it died of %s %d", WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return *r->why;
}

static void shrink(uint64_t seed, long episode, long n, struct report *r)
{
	long *list = mem_grow(NULL, (size_t)n, sizeof *list), *less = mem_grow(NULL, (size_t)n, sizeof *less);
	long tries = 0;

	for (long i = 0; i < n; i++)
		list[i] = i;
	for (long keep = 8; keep < n; keep *= 4) /* the tail alone? */
		if (fails(seed, episode, list + n - keep, keep, false, r)) {
			memmove(list, list + n - keep, (size_t)keep * sizeof *list);
			n = keep;
		}
	for (long chunk = n / 2; chunk >= 1; chunk /= 2)
		for (long at = 0; at < n && tries < 1500;) {
			long m = chunk < n - at ? chunk : n - at;
			memcpy(less, list, (size_t)at * sizeof *list);
			memcpy(less + at, list + at + m, (size_t)(n - at - m) * sizeof *list);
			tries++;
			if (n - m > 0 && fails(seed, episode, less, n - m, false, r)) {
				n -= m;
				memcpy(list, less, (size_t)n * sizeof *list);
			} else {
				at += m;
			}
		}
	printf("the %ld steps that are needed:\n", n);
	fails(seed, episode, list, n, true, r);
	printf("%s\nthe last frame:\n%s", r->why, r->frame);
	free(list);
	free(less);
}

/* ---- the run ------------------------------------------------------------------------------------------------ */

static long number(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtol(s, NULL, 10) : otherwise;
}

static void play_all(uint64_t seed, long keys, struct report *r)
{
	bool says = getenv("MONKEY_SAYS") != NULL;
	long only = number("MONKEY_EPISODE", -1);

	for (long e = only >= 0 ? only : 0; r->keys < keys; e++) {
		if (!episode_play(seed, e, NULL, steps_of(seed, e), says, r))
			_exit(3);
		if (only >= 0)
			break;
	}
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	printf("at most %ld MiB\n", u.ru_maxrss / 1024);
	exit(0); /* and nothing may have leaked */
}

static const char *const view_names[VIEW_COUNT] = {
#define X(id, fn, name, enter, shows) #fn,
	VIEWS(X)
#undef X
};

static void print_counts(const struct report *r)
{
	printf("%ld keys in %ld episodes (%ld reads of bytes that were no key), %ld frames, %ld events, %ld resizes, the engine gone %ld times, %ld quits, %ld suspends, %ld copies; %ld looks back, %ld frames of the past\n",
		r->keys, r->episode + 1, r->swallowed, r->frames, r->events, r->resizes, r->downs, r->quits, r->suspends, r->copies, r->looks_back, r->in_past);
	printf("%ld panels asked for, %ld opened, letters shown %ld times, %ld frames with a panel, %ld fires, %ld of them as shown by who read them; %ld clocks read\nasks:",
		r->arms, r->panels, r->letters, r->in_panel, r->fires, r->honest, r->clocks);
	for (size_t i = 0; i < VERBS && *r->verbs[i].verb; i++)
		printf(" %s %ld", r->verbs[i].verb, r->verbs[i].n);
	printf("\nframes by view:");
	for (int i = 0; i < 32; i++)
		if (r->views[i])
			printf(" %s %ld", i < VIEW_COUNT ? view_names[i] : "?", r->views[i]);
	printf("; by screen:");
	for (int i = 0; i < 16; i++)
		if (r->screens[i])
			printf(" %d: %ld", i, r->screens[i]);
	printf("; by depth:");
	for (int i = 0; i < PLACES; i++)
		printf(" %ld", r->at_depth[i]);
	putchar('\n');
}

/* A monkey that never gets anywhere proves nothing. */
static bool went_everywhere(const struct report *r, long keys)
{
	static const struct {
		const char *verb;
		long keys; /* so many are enough to come across it */
	} verbs[] = {{"arm", 0}, {"disarm", 0}, {"fire", 0}, {"declare", 50000}, {"report", 50000}, {"note", 0}, {"cancel", 50000}, {"veto", 0}, {"freeze", 50000},
		{"take", 50000}, {"hand-over", 50000}, {"close", 50000}, {"reload", 50000}, {"read", 0}, {"samples", 0}, {"resolve", 400000}, {"unfreeze", 400000},
		{"unpin", 400000}, {"pin", 400000}};
	bool good = r->honest * 1000 >= keys && r->letters * 400 >= keys && r->clocks * 20 >= keys && r->in_past * 20 >= keys && r->copies > 0;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		bool seen = keys < verbs[i].keys;
		for (size_t k = 0; k < VERBS; k++)
			seen = seen || !strcmp(r->verbs[k].verb, verbs[i].verb);
		if (!seen)
			printf("never asked: %s\n", verbs[i].verb);
		good = good && seen;
	}
	for (int i = 0; i < VIEW_COUNT; i++)
		if (!r->views[i]) {
			printf("never seen: view %s\n", view_names[i]);
			good = false;
		}
	for (int i = 0; i <= SCREEN_VERIFIED && keys >= 50000; i++)
		if (!r->screens[i]) {
			printf("never seen: screen %d\n", i);
			good = false;
		}
	return good;
}

static void themes_have_every_role(void)
{
	struct theme_names all;
	struct theme t;
	struct problems p = {0};
	struct fault f;

	theme_names(&all);
	for (size_t i = 0; i < all.n; i++)
		if (theme_load(all.v[i], &t, &p, &f) != STATUS_OK || p.n) {
			printf("FAIL: theme %s: %s\n", all.v[i], p.n ? p.v[0].what : f.what);
			exit(1);
		}
	problems_release(&p);
}

int main(void)
{
	struct report *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t seed = (uint64_t)number("MONKEY_SEED", 7);
	long keys = number("MONKEY_KEYS", number("BACKOUT_TEST_SLOW", 1) > 1 ? 20000 : 100000);
	struct timespec a, b;
	int status;
	pid_t pid;

	if (r == MAP_FAILED)
		return 99;
	setenv("TZ", "CET-1", 1);
	tzset();
	setbuf(stderr, NULL);
	themes_have_every_role();
	clock_gettime(CLOCK_MONOTONIC, &a);
	fflush(stdout);
	pid = fork();
	if (!pid)
		play_all(seed, keys, r);
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	print_counts(r);
	printf("%.1f s\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return getenv("MONKEY_EPISODE") || went_everywhere(r, keys) ? 0 : 1;
	long episode = r->episode, n = r->step + 1;
	printf("FAIL: %s\nMONKEY_SEED=%llu MONKEY_EPISODE=%ld, at step %ld\n", *r->why ? r->why : "it died", (unsigned long long)seed, episode, r->step);
	shrink(seed, episode, n > 0 ? n : 1, r);
	return 1;
}
