/* incidents: generated incidents with a known truth, run through decide and
 * reduce at full speed, judged by an oracle; figures a class.
 *
 *   incidents [--count N] [--from SEED] [--class NAME] [--seed N [-v]] [--json]
 * Exit 1 where a "verified" was false, something acted without a cause, an onset
 * lay off, or what was good for long was not verified.  A line FAULT names class
 * and seed: `incidents --class NAME --seed N -v` plays it again, word for word. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drive.h"
#include "oracle.h"

struct sums {
	long incidents, events, verified, taken_back, rightly, refused, slow, unproven, false_verified, without_cause, onsets_off, automatic, automatic_hit, held;
	long suspects, first, third, latest;
	double seconds;
	VEC(double) onsets;
	VEC(struct reason) reasons;  /* why nothing acted by itself */
};
struct reason { char text[80]; long n; };
struct row { const char *name, *what; int weight; bool must; };
static const struct row table[] = {
#define X(id, name, weight, must, what) {name, what, weight, must},
	CASES(X)
#undef X
};

static double clock_s(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The class of the incident with this number: as the weights say, and the same ever after. */
static enum incident_case case_of(uint64_t seed)
{
	struct truth dice = {.rng = seed};
	int sum = 0, at;
	for (int c = 0; c < CASE_COUNT; c++)
		sum += table[c].weight;
	at = (int)truth_below(&dice, (uint32_t)sum);
	for (int c = 0; c < CASE_COUNT; c++)
		if ((at -= table[c].weight) < 0)
			return (enum incident_case)c;
	return CASE_PLAIN;
}

/* The clause without what is of one incident alone. */
static void add_reason(struct sums *s, const char *why)
{
	char text[80];
	size_t n = 0;
	for (const char *p = why; *p && n + 1 < sizeof text; p++) {
		bool digit = *p >= '0' && *p <= '9';
		if (!digit)
			text[n++] = *p;
		else if (!n || text[n - 1] != '#')
			text[n++] = '#';
	}
	text[n] = '\0';
	vec_each(struct reason, r, &s->reasons)
		if (strcmp(r->text, text) == 0) {
			r->n++;
			return;
		}
	struct reason *r = vec_push(&s->reasons);
	memcpy(r->text, text, sizeof text);
	r->n = 1;
}

static void add(struct sums *s, const struct drive *d, const struct ruling *v, double seconds)
{
	s->incidents++;
	s->events += d->events;
	s->seconds += seconds;
	s->verified += v->verified;
	s->taken_back += v->taken_back;
	s->rightly += v->rightly;
	s->refused += v->refused;
	s->slow += v->slow;
	s->unproven += v->unproven;
	s->false_verified += v->false_verified;
	s->without_cause += v->without_cause;
	s->onsets_off += v->onsets_off;
	s->automatic += v->automatic;
	s->automatic_hit += v->automatic_hit;
	s->held += (long)d->held.n;
	vec_each(char *, why, &d->held)
		add_reason(s, *why);
	for (size_t i = 0; i < v->onset_errors.n; i++)
		*vec_push(&s->onsets) = v->onset_errors.v[i];
	for (size_t i = 0; i < d->suspects.n; i++) {
		s->suspects += d->suspects.v[i].known;
		s->first += d->suspects.v[i].first;
		s->third += d->suspects.v[i].third;
		s->latest += d->suspects.v[i].latest;
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void print(const char *name, struct sums *s)
{
	double p50 = 0, most = 0;
	if (s->onsets.n) {
		qsort(s->onsets.v, s->onsets.n, sizeof *s->onsets.v, by_size);
		p50 = s->onsets.v[s->onsets.n / 2];
		most = s->onsets.v[s->onsets.n - 1];
	}
	printf("%-14s %6ld %8.0f  %6ld %6ld %5ld %5ld %5ld %5ld  %5ld %5ld %5ld %5ld  %5.1f %5.1f %4ld  %4ld/%-4ld %4ld\n", name, s->incidents,
		s->seconds > 0 ? (double)s->events / s->seconds : 0, s->rightly, s->refused, s->slow, s->taken_back, s->unproven, s->false_verified,
		s->automatic, s->automatic_hit, s->held, s->without_cause, p50, most, s->onsets_off, s->first, s->suspects, s->latest);
}

static int by_count(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	return x->n < y->n ? 1 : x->n > y->n ? -1 : strcmp(x->text, y->text);
}

static void print_reasons(struct sums *s)
{
	printf("\nwhy nothing acted by itself\n");
	if (s->reasons.n)
		qsort(s->reasons.v, s->reasons.n, sizeof *s->reasons.v, by_count);
	for (size_t i = 0; i < s->reasons.n && i < 20; i++)
		printf("%7ld  %s\n", s->reasons.v[i].n, s->reasons.v[i].text);
}

static bool one(enum incident_case c, uint64_t seed, bool verbose, struct sums *s, struct sums *all)
{
	struct truth t;
	struct drive d;
	struct ruling v;
	double before = clock_s();
	truth_make(&t, c, seed);
	drive_run(&d, &t, verbose);
	double took = clock_s() - before;
	oracle_judge(&d, &v);
	bool fault = v.why[0] || !d.m->kit;
	if (fault)
		printf("FAULT --class %s --seed %llu: %s\n", case_name(c), (unsigned long long)seed, d.m->kit ? v.why : "the kit is not one");
	add(s, &d, &v, took);
	add(all, &d, &v, took);
	ruling_release(&v);
	drive_release(&d);
	truth_release(&t);
	return !fault;
}

struct options { long count; uint64_t from, seed; int only; bool verbose, json; };

static bool read_options(int argc, char **argv, struct options *o)
{
	const char *slow = getenv("BACKOUT_TEST_SLOW"); /* sanitized: what matters then is not how many */
	*o = (struct options){.count = slow && strtol(slow, NULL, 10) > 1 ? 300 : 1000, .from = 1, .only = -1};
	for (int i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(argv[i], "-v")) {
			o->verbose = true;
			continue;
		}
		if (!strcmp(argv[i], "--json")) {
			o->json = true;
			continue;
		}
		if (!strcmp(argv[i], "--count"))
			o->count = strtol(next, NULL, 10);
		else if (!strcmp(argv[i], "--from"))
			o->from = strtoull(next, NULL, 10);
		else if (!strcmp(argv[i], "--seed"))
			o->seed = strtoull(next, NULL, 10);
		else if (strcmp(argv[i], "--class") != 0)
			return false;
		for (int c = 0; !strcmp(argv[i], "--class") && c < CASE_COUNT; c++)
			o->only = !strcmp(table[c].name, next) ? c : o->only;
		i++;
	}
	return true;
}

static void print_json(const struct sums *s)
{
	printf("{\"incidents\":%ld,\"events\":%ld,\"seconds\":%.3f,\"rightly\":%ld,\"refused\":%ld,\"slow\":%ld,\"false_verified\":%ld,\"without_cause\":%ld,"
		"\"automatic\":%ld,\"onsets_off\":%ld,\"first\":%ld,\"suspects\":%ld,\"latest\":%ld}\n", s->incidents, s->events, s->seconds, s->rightly, s->refused,
		s->slow, s->false_verified, s->without_cause, s->automatic, s->onsets_off, s->first, s->suspects, s->latest);
}

int main(int argc, char **argv)
{
	struct sums sums[CASE_COUNT + 1] = {0};
	struct options o;
	bool good = true;
	if (!read_options(argc, argv, &o)) {
		fprintf(stderr, "incidents [--count N] [--from SEED] [--class NAME] [--seed N [-v]] [--json]\n");
		return 2;
	}
	uint64_t from = o.seed ? o.seed : o.from, until = o.seed ? o.seed + 1 : o.from + (uint64_t)o.count;
	for (uint64_t seed = from; seed < until; seed++) {
		enum incident_case c = o.only >= 0 ? (enum incident_case)o.only : case_of(seed);
		good = one(c, seed, o.verbose, &sums[c], &sums[CASE_COUNT]) && good;
	}
	if (o.json) {
		print_json(&sums[CASE_COUNT]);
	} else {
		printf("%-14s %6s %8s  %6s %6s %5s %5s %5s %5s  %5s %5s %5s %5s  %5s %5s %4s  %9s %4s\n", "class", "run", "events/s", "right", "refuse", "untold", "back", "weak",
			"FALSE", "auto", "hit", "held", "CAUSE", "p50", "max", "OFF", "suspect 1", "rule");
		for (int c = 0; c <= CASE_COUNT; c++)
			if (sums[c].incidents)
				print(c < CASE_COUNT ? table[c].name : "all", &sums[c]);
		print_reasons(&sums[CASE_COUNT]);
	}
	for (int c = 0; c <= CASE_COUNT; c++) {
		vec_release(&sums[c].onsets);
		vec_release(&sums[c].reasons);
	}
	return !good;
}
