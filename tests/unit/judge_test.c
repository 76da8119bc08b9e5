/* What a row says over time, for samples that come as a table says (contract 4,
 * "Conditions").  A script is words: "A-B=V" a sample every 5 s from A to B,
 * "A=V" one; V a number, x failed, n no data; "L:" before it feeds the traffic
 * signal, "R:" a report, "G:" it is gone.  "P7:A-B=V" are filled in at second 7, one
 * event each, "Q7:" with so much traffic at 0.10, "K7:" the hits.  The row is looked at every second;
 * expected are the transitions that were recorded. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "story.h"

struct row { const char *when, *more, *script; int end; const char *expect; };

static const struct row table[] = {
	/* a comparison that must hold for a time */
	{"> 5% for 20s", "", "0-60=0.10", 60, "pending@0 breached@20"},
	{"> 5% for 20s", "", "0-60=0.01", 60, ""},
	{"> 5% for 20s", "", "0-60=0.05", 60, ""},
	{">= 5% for 20s", "", "0-60=0.05", 60, "pending@0 breached@20"},
	{"< 5% for 20s", "", "0-60=0.01", 60, "pending@0 breached@20"},
	{"<= 5% for 20s", "", "0-60=0.05", 60, "pending@0 breached@20"},
	{"> 5%", "", "0-10=0.01 15-30=0.10", 30, "breached@15"},
	{"> 5% for 20s", "", "10-60=0.01", 60, "cannot-tell@0 clear@10"},
	{"> 5% for 20s", "", "10-60=0.10", 60, "cannot-tell@0 pending@10 breached@30"},
	{"> 5% for 20s", "", "0-10=0.10 15-60=0.01", 60, "pending@0 clear@15"},
	{"> 5% for 20s", "", "0-15=0.10 20=0.01 25-60=0.10", 60, "pending@0 clear@20 pending@25 breached@45"},
	/* one that is not ok neither satisfies nor ends it: the time stands still */
	{"> 5% for 20s", "", "0-10=0.10 15=x 20-40=0.10", 40, "pending@0 cannot-tell@15 pending@20 breached@25"},
	{"> 5% for 20s", "", "0-10=0.10 15-25=x 30-60=0.10", 60, "pending@0 cannot-tell@15 pending@30 breached@35"},
	{"> 5% for 20s", "", "0-10=0.10 15-30=x 35-80=0.10", 80, "pending@0 cannot-tell@15 pending@35 breached@55"},
	{"> 5% for 20s", "", "0-10=0.10 15=n 20-40=0.10", 40, "pending@0 cannot-tell@15 pending@20 breached@25"},
	{"> 5% for 20s", "", "0-10=0.10 15=x 20-40=0.01", 40, "pending@0 cannot-tell@15 clear@20"},
	/* silence */
	{"> 5% for 20s", "", "0-10=0.10", 40, "pending@0 breached@20 cannot-tell@26"},
	{"> 5% for 40s", "", "0-10=0.10", 60, "pending@0 cannot-tell@26"},
	{"> 5% for 40s", "", "0-10=0.10 30-60=0.10", 60, "pending@0 cannot-tell@26 pending@30 breached@45"},
	{"> 5% for 40s", "", "0-10=0.10 45-99=0.10", 99, "pending@0 cannot-tell@26 pending@45 breached@85"},
	{"> 5% for 20s", "", "0-10=0.01", 40, "cannot-tell@26"},
	{"> 5% for 20s", "", "0-10=0.01 50-60=0.01", 60, "cannot-tell@26 clear@50"},
	/* clearing: the opposite for max(D, 30s) */
	{"> 5% for 20s", "", "0-30=0.10 35-80=0.01", 80, "pending@0 breached@20 clear@65"},
	{"> 5% for 40s", "", "0-50=0.10 55-99=0.01", 99, "pending@0 breached@40 clear@95"},
	{"> 5% for 20s", "", "0-30=0.10 35-50=0.01 55=0.10 60-99=0.01", 99, "pending@0 breached@20 clear@90"},
	{"> 5% for 20s", "", "0-30=0.10 35-50=0.01 55=x 60-99=0.01", 99, "pending@0 breached@20 cannot-tell@55 breached@60 clear@70"},
	{"> 5% for 20s", "", "0-20=0.10 60-120=0.01", 120, "pending@0 breached@20 cannot-tell@36 breached@60 clear@90"},
	{"> 5%", "", "0=0.10 5-50=0.01", 50, "breached@0 clear@35"},
	/* the owner's timer */
	{"> 5% for 20s", "timer: 30s", "0-90=0.10", 90, "pending@0 breached@20 overdue@51"},
	{"> 5% for 20s", "timer: 30s", "0-60=0.10 65-99=0.01", 99, "pending@0 breached@20 overdue@51 clear@95"},
	{"> 5% for 20s", "timer: immediate", "0-30=0.10", 30, "pending@0 breached@20 overdue@21"},
	/* policies: ask is the default; breach and ignore only where the kit says so */
	{"> 5% for 20s", "failed: breach", "0-5=0.01 10-60=x", 60, "pending@10 breached@30"},
	{"> 5% for 20s", "failed: ignore", "0-5=0.01 10-60=x", 60, ""},
	{"> 5% for 20s", "no_data: breach", "0-10=0.01", 60, "pending@26 breached@45"},
	{"> 5% for 20s", "no_data: ignore", "0-10=0.01", 60, ""},
	{"> 5% for 20s", "no_data: ignore", "0-30=0.10", 70, "pending@0 breached@20"},
	{"> 5% for 20s", "no_data: breach", "0-10=0.01", 24, ""},
	/* too little traffic to judge */
	{"> 5% for 20s", "at_least: \"20 in 1m\"", "L:0-60=20 0-60=0.10", 60, "cannot-tell@0 pending@5 breached@25"},
	{"> 5% for 20s", "at_least: \"20 in 1m\"", "L:0-60=1 0-60=0.10", 60, "cannot-tell@0"},
	{"> 5% for 20s", "at_least: \"20 in 1m\"", "0-60=0.10", 60, "cannot-tell@0"},
	{"> 5% for 20s", "at_least: \"20 in 1m\", too_little: ignore", "L:0-60=1 0-60=0.10", 60, ""},
	{"> 5% for 20s", "at_least: \"20 in 1m\", too_little: breach", "L:0-60=1 0-60=0.01", 60, "pending@0 breached@20"},
	/* counts of a count signal: value x min(1, time since the last sample / window 10 s) */
	{"> 100 in 60s", "signal: hits", "H:0-60=20", 60, "breached@50"},
	{"> 100 in 60s", "signal: hits", "H:0-60=18", 60, "breached@55"},
	{"> 100 in 60s", "signal: hits", "H:0-60=5", 60, ""},
	{">= 100 in 60s", "signal: hits", "H:0-60=20", 60, "breached@45"},
	/* what was not measured is no good time: it clears 30 s after it is told again */
	{"> 100 in 60s", "signal: hits", "H:0-60=20 H:65-200=0", 200, "breached@50 clear@100"},
	{"> 100 in 60s", "signal: hits", "H:0-60=20 H:160-220=0", 220, "breached@50 cannot-tell@76 breached@160 clear@190"},
	/* reports */
	{"any", "signal: said", "R:10", 20, "breached@10"},
	{"any", "signal: said", "R:10 G:15", 20, "breached@10 clear@15"},
	{"any", "signal: said", "", 20, ""},
	{"> 2 in 1m", "signal: p1", "R:1 R:2 R:3", 20, "breached@3"},
	{"> 2 in 1m", "signal: p1", "R:1 R:2", 20, ""},
	{">= 2 in 1m", "signal: p1", "R:1 R:2", 20, "breached@2"},
	{"> 2 in 10s", "signal: p1", "R:1 R:5 R:14", 20, ""},
	{"> 1 in 10s", "signal: p1", "R:1 R:5", 20, "breached@5 clear@12"},
	/* burn rates: the smaller of two windows decides; half the longer one must be covered */
	{"burn 99% > 10 in 60s and 120s", "", "0-200=0.20", 200, "cannot-tell@0 breached@60"},
	{"burn 99% > 10 in 60s and 120s", "", "0-200=0.05", 200, "cannot-tell@0 clear@60"},
	{"burn 99% > 10 in 60s and 120s", "", "0-150=0.01 155-199=0.30", 199, "cannot-tell@0 clear@60 breached@190"},
	{"burn 99% > 10 in 60s and 120s", "", "0-100=0.01 400-500=0.30", 500, "cannot-tell@0 clear@60 cannot-tell@116 breached@460"},
	{"burn 99% > 10 in 60s and 120s", "", "0-100=0.30 400-500=0.01", 500, "cannot-tell@0 breached@60 cannot-tell@116 breached@460 clear@490"},
	/* older than stale_after, or ahead: drawn, not judged */
	{"> 5% for 20s", "", "O:0-40=0.10", 40, "cannot-tell@0"},
	{"> 5% for 20s", "", "A:0-40=0.10", 40, "cannot-tell@0"},
	{"> 5% for 20s", "", "0-40=0.01 O:12-17=0.10", 40, ""},
	/* what is filled in is judged by its own time, before, between and after what came live */
	{"> 5% for 20s", "", "P1:-60--5=0.10 0-10=0.10", 10, "pending@0 breached@1"},
	{"> 5% for 20s", "", "P1:-60-0=0.10", 10, "cannot-tell@0 breached@1"},
	{"> 5% for 20s", "", "P1:-10-0=0.10", 20, "cannot-tell@0 pending@1 breached@10 cannot-tell@16"},
	{"> 5% for 20s", "", "P1:-60--20=0.10 10-60=0.01", 60, "cannot-tell@0 clear@10"},
	{"> 5% for 20s", "", "P1:-60--5=0.01 0-30=0.10", 30, "pending@0 breached@20"},
	{"> 5% for 20s", "", "P1:-60--10=0.10 P1:-5--5=0.01 0-30=0.10", 30, "pending@0 breached@20"},
	{"> 5% for 20s", "", "0-60=0.01 P7:2-2=0.10 P8:-60--5=0.10", 60, ""},
	{"> 5% for 20s", "", "0-60=0.10 P7:2-2=0.01 P8:-60--5=0.01", 60, "pending@0 breached@20"},
	{"> 5% for 60s", "", "0-10=0.10 60-90=0.10 P61:15-55=0.10", 90, "pending@0 cannot-tell@26 pending@60 breached@61"},
	{"> 5% for 60s", "", "0-10=0.10 60-90=0.10 P61:15-20=0.10 P62:55-55=0.10", 99, "pending@0 cannot-tell@26 pending@60"},
	{"> 5% for 60s", "", "0-10=0.10 60-90=0.10 P61:15-55=0.10 P62:40-40=0.01", 90, "pending@0 cannot-tell@26 pending@60 breached@61"},
	{"> 5% for 60s", "", "0-10=0.10 60-90=0.10 P61:15-35=0.10 P62:40-40=0.01 P63:45-55=0.10", 90, "pending@0 cannot-tell@26 pending@60"},
	/* it goes on from what was heard last, though more was filled in before that */
	{"> 5% for 60s", "", "P1:-60--5=0.01 0-10=0.01 P59:15-55=0.10 60-90=0.10", 90, "cannot-tell@26 pending@59 breached@75"},
	/* the last part first */
	{"> 5% for 100s", "", "P1:-60--5=0.10 P2:-200--65=0.10 0-30=0.10", 30, "pending@0 breached@2"},
	{"> 5% for 50s", "", "P1:-60--5=0.10 P2:-200--65=0.10 0-30=0.10", 30, "pending@0 breached@1 breached@2"},
	{"> 5% for 50s", "", "P1:-60--5=0.10 P2:-200--65=0.01 0-30=0.10", 30, "pending@0 breached@1"},
	/* no breach is cleared by it alone */
	{"> 5% for 20s", "", "0-20=0.10 P70:25-70=0.01", 80, "pending@0 breached@20 cannot-tell@36 breached@70"},
	{"> 5% for 20s", "", "0-20=0.10 P70:25-65=0.01 70-75=0.01", 75, "pending@0 breached@20 cannot-tell@36 clear@70"},
	/* failed ones and gaps as when they came live */
	{"> 5% for 20s", "", "P1:-60--25=0.10 P1:-20--10=x P1:-5--5=0.10 0-30=0.10", 30, "pending@0 breached@1"},
	{"> 5% for 60s", "", "P1:-60--35=0.10 P1:-30--10=x P1:-5--5=0.10 0-60=0.10", 60, "pending@0 breached@55"},
	{"> 5% for 20s", "at_least: \"20 in 1m\"", "Q1:-90-0=20 L:5-10=20 5-10=0.10", 10, "cannot-tell@0 breached@1"},
	{"> 5% for 20s", "at_least: \"20 in 1m\"", "Q1:-90-0=1 L:5-10=1 5-10=0.10", 10, "cannot-tell@0"},
	{"> 100 in 60s", "signal: hits", "K1:-60--5=20 H:0-10=20", 10, "breached@1"},
	{"> 100 in 60s", "signal: hits", "K1:-60--5=18 H:0-10=18", 10, "breached@1"},
	{"> 100 in 60s", "signal: hits", "K1:-60--5=5 H:0-10=5", 10, ""},
	{"> 100 in 60s", "signal: hits", "K1:-600--65=500 H:0-10=5", 10, ""},
	{"burn 99% > 10 in 60s and 120s", "", "P1:-200--5=0.20 0-10=0.20", 10, "cannot-tell@0 breached@1"},
	{"burn 99% > 10 in 60s and 120s", "", "P1:-200--5=0.05 0-10=0.05", 10, "cannot-tell@0 clear@1"},
	{"burn 99% > 10 in 60s and 120s", "", "P1:-30--5=0.20 0-40=0.20", 40, "cannot-tell@0 breached@30"},
	/* shadow rows are judged and recorded like others */
	{"> 5% for 20s", "dry_run: true", "0-60=0.10", 60, "pending@0 breached@20"},
};

static void kit_of(const struct row *r, char *kit, size_t cap)
{
	const char *signal = strncmp(r->more, "signal: ", 8) == 0 ? r->more + 8 : "sig";
	const char *more = signal == r->more + 8 ? "" : r->more;
	bool timer = strstr(more, "timer:") != NULL;
	(void)snprintf(kit, cap,
		"kit: 1\nname: shop\nenvironment: production\n"
		"people:\n  maya: {uid: 1, roles: [incident-commander, on-call]}\n"
		"tiers:\n  t: {recovery: rollback, revert_target: 5m}\n"
		"backends:\n  web: {plugin: probe}\n"
		"reports:\n  said: {ask: Somebody said}\n  p1: {ask: A P1, counts: true}\n"
		"rubric:\n  - {name: row, signal: %s, when: \"%s\", action: tell, owner: maya%s%s%s}\n",
		signal, r->when, timer ? "" : ", timer: 10m", *more ? ", " : "", more);
}

static const char service_yaml[] =
	"service: auth\ntier: t\nowner: maya\n"
	"signals:\n"
	"  sig: {backend: web, query: q, unit: ratio, every: 5s, traffic: load}\n"
	"  load: {backend: web, query: q, unit: count, every: 5s, window: 10s}\n"
	"  hits: {backend: web, query: q, unit: count, every: 5s, window: 10s}\n";

static void load(struct story *s, const struct row *r)
{
	char kit[2000];
	kit_of(r, kit, sizeof kit);
	/* overdue is only for rows that ask for an action */
	char *tell = strstr(kit, "action: tell");
	if (strstr(r->more, "timer:"))
		memcpy(tell, "action: stop", 12);
	struct buf b;
	struct jw w;
	buf_init(&b, JSON_KIT_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "digest", r->when);
	jw_key(&w, "files");
	jw_arr(&w);
	const char *files[][2] = {{"kit.yaml", kit}, {"services/auth.yaml", service_yaml}};
	for (size_t i = 0; i < 2; i++) {
		jw_obj(&w);
		jw_kstr(&w, "path", files[i][0]);
		jw_kstr(&w, "text", files[i][1]);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	story_event(s, "kit.loaded", NULL, "engine", buf_str(&b));
	buf_release(&b);
}

static void sample(struct story *s, const char *signal, const char *v, int64_t shift)
{
	char at[INSTANT_LEN];
	instant_print(s->now.at + shift, at);
	if (*v == 'x' || *v == 'n')
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{},'bad':{'auth/%s':'%s'}}", at, signal,
			*v == 'x' ? "failed" : "no-data");
	else
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{'auth/%s':%s},'bad':{}}", at, signal, v);
}

static void filled(struct story *s, const char *signal, const char *v, long at_s)
{
	char at[INSTANT_LEN];
	instant_print(STORY_BASE + at_s * US_SECOND, at);
	if (!signal)
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','filled':true,'v':{'auth/sig':0.1,'auth/load':%s},'bad':{}}", at, v);
	else if (*v == 'x')
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','filled':true,'v':{},'bad':{'auth/%s':'failed'}}", at, signal);
	else
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','filled':true,'v':{'auth/%s':%s},'bad':{}}", at, signal, v);
}

/* Does this word of the script say something at second t? */
static void word_at(struct story *s, const struct row *r, const char *w, int t)
{
	char kind;
	const char *p = w[1] == ':' ? w + 2 : w;
	char *end;
	long a, b, due = 0;
	if (strchr("PQK", kind = w[0]) && w[0]) {
		due = strtol(w + 1, &end, 10);
		p = end + 1;
	} else {
		kind = w[1] == ':' ? w[0] : 'S';
	}
	a = b = strtol(p, &end, 10);
	if (*end == '-')
		b = strtol(end + 1, &end, 10);
	const char *v = *end == '=' ? end + 1 : "";
	if (strchr("PQK", kind)) {
		for (long x = a; t == due && x <= b; x += 5)
			filled(s, kind == 'P' ? "sig" : kind == 'Q' ? NULL : "hits", v, x);
		return;
	}
	if (t < a || t > b || (t - a) % 5 != 0)
		return;
	const char *said = strstr(r->more, "p1") ? "p1" : "said";
	switch (kind) {
	case 'S': sample(s, "sig", v, 0); break;
	case 'L': sample(s, "load", v, 0); break;
	case 'H': sample(s, "hits", v, 0); break;
	case 'O': sample(s, "sig", v, -16 * US_SECOND); break;
	case 'A': sample(s, "sig", v, 6 * US_SECOND); break;
	case 'R': story_eventf(s, "report", NULL, "maya", "{'signal':'%s','service':'auth','note':''}", said); break;
	case 'G': story_eventf(s, "report", NULL, "maya", "{'signal':'%s','service':'auth','note':'','gone':true}", said); break;
	}
}

static void play_second(struct story *s, const struct row *r, int t)
{
	char copy[200], *save = NULL;
	story_at(s, t);
	text_copy(copy, sizeof copy, r->script);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		word_at(s, r, w, t);
	story_tick(s);
}

static void run_row(size_t k, const struct row *r, int restart_at)
{
	struct story s;
	char got[300] = "";
	size_t n = 0, seen = 0;
	story_init(&s, false);
	load(&s, r);
	assert_non_null(s.m->kit);
	for (int t = 0; t <= r->end; t++) {
		play_second(&s, r, t);
		for (; seen < s.kinds.n; seen++) {
			struct json *b = NULL;
			if (strcmp(s.kinds.v[seen], "rubric") != 0)
				continue;
			assert_int_equal(json_parse(s.bodies.v[seen], strlen(s.bodies.v[seen]), JSON_LINE_MAX, &b, NULL), STATUS_OK);
			if (*json_get_str(b, "service", ""))
				n += (size_t)snprintf(got + n, sizeof got - n, "%s%s@%d", n ? " " : "", json_get_str(b, "state", ""), t);
			json_free(b);
		}
		(void)restart_at;
	}
	if (strcmp(got, r->expect) != 0)
		fail_msg("row %zu: %s %s | %s\n  expected %s\n  got      %s", k, r->when, r->more, r->script, r->expect, got);
	story_release(&s);
}

static void rows_follow_the_contract(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(table); k++)
		run_row(k, &table[k], 0);
}

/* A wall clock that jumps, either way, moves nothing: time is arrival, measured by the boot's own clock. */
static void steps_of_the_wall_clock_move_nothing(void **state)
{
	(void)state;
	static const int64_t steps[] = {3600, -3600, 365 * 86400, -365 * 86400};
	for (size_t k = 0; k < COUNT(steps); k++) {
		struct story s;
		story_init(&s, false);
		load(&s, &table[0]);
		for (int t = 0; t <= 25; t++) {
			story_at(&s, t);
			if (t >= 8)
				s.now.at += steps[k] * US_SECOND;
			if (t % 5 == 0)
				sample(&s, "sig", "0.1", 0);
			story_tick(&s);
			const struct model_row *r = model_row(s.m, "row", "auth");
			row_true(k, r && (r->state == ROW_BREACHED) == (t >= 20));
		}
		story_release(&s);
	}
}

/* The onset of a breach is the begin of its bad run, on both clocks. */
static void onset_is_where_the_run_began(void **state)
{
	(void)state;
	struct story s;
	story_init(&s, false);
	load(&s, &table[0]);
	for (int t = 0; t <= 40; t++) {
		story_at(&s, t);
		if (t % 5 == 0)
			sample(&s, "sig", t < 10 ? "0.01" : "0.1", 0);
		story_tick(&s);
	}
	const struct model_row *r = model_row(s.m, "row", "auth");
	assert_non_null(r);
	assert_int_equal(r->onset.at, STORY_BASE + 10 * US_SECOND);
	assert_int_equal(r->onset.mono, 1010 * US_SECOND);
	assert_int_equal(r->breached.at, STORY_BASE + 30 * US_SECOND);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows_follow_the_contract),
		cmocka_unit_test(steps_of_the_wall_clock_move_nothing), cmocka_unit_test(onset_is_where_the_run_began)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
