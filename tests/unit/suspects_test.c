/* decide/suspects: the sentences and the order in a table, and the rank of the
 * true cause over generated histories, beside the rule "latest deploy". */
#include "cm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "decide/suspects.h"

#define BOOT "00000000-0000-0000-0000-000000000001"
#define BASE (1790000000 * US_SECOND)
#define SERVICES 40

static const char top[] = "kit: 1\nname: big\nenvironment: test\narmed: true\n"
	"people:\n  tess: {name: Tess, uid: 70001, roles: [incident-commander, on-call]}\n"
	"tiers:\n  t1: {recovery: rollback, revert_target: 5m}\n"
	"authority:\n  service: {roles: [on-call]}\n"
	"backends:\n  feed: {plugin: probe, config: {}}\n";

struct world {
	struct model *m;
	uint64_t seed;
	int64_t seq;
	int deps[SERVICES][3], n_deps[SERVICES]; /* always on services of a lower number */
	char names[SERVICES][8];
};

static double chance(struct world *w)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(w->seed >> 11) / 9007199254740992.0;
}

static void event(struct world *w, const char *kind, int64_t at, const char *body)
{
	struct event e = {0};

	e.seq = ++w->seq;
	e.at = at;
	e.mono = at - BASE + US_DAY;
	e.boot = BOOT;
	e.kind = kind;
	e.actor = "engine";
	e.body = body;
	e.body_len = strlen(body);
	model_reduce(w->m, &e);
}

static void file(struct jw *w, const char *path, const char *text)
{
	jw_obj(w);
	jw_kstr(w, "path", path);
	jw_kstr(w, "text", text);
	jw_obj_end(w);
}

/* A kit of forty services; each leans on up to three that stand below it. */
static void world_make(struct world *w, uint64_t seed)
{
	struct buf b, s;
	struct jw j;

	memset(w, 0, sizeof *w);
	w->seed = seed;
	w->m = model_new();
	buf_init(&b, 1 << 20);
	jw_init(&j, &b);
	jw_obj(&j);
	jw_kstr(&j, "digest", "0000000000000000000000000000000000000000000000000000000000000000");
	jw_kbool(&j, "in_use", true);
	jw_key(&j, "files");
	jw_arr(&j);
	file(&j, "kit.yaml", top);
	for (int i = 0; i < SERVICES; i++) {
		char path[40];
		snprintf(w->names[i], sizeof w->names[i], "s%02d", i);
		snprintf(path, sizeof path, "services/%s.yaml", w->names[i]);
		buf_init(&s, 4096);
		buf_addf(&s, "service: %s\ntier: t1\nowner: tess\ndepends_on: [", w->names[i]);
		for (int n = i ? (int)(chance(w) * 3.5) : 0; n > 0 && w->n_deps[i] < 3; n--) {
			int on = (int)(chance(w) * i);
			bool twice = false;
			for (int k = 0; k < w->n_deps[i]; k++)
				twice = twice || w->deps[i][k] == on;
			if (twice)
				continue;
			buf_addf(&s, "%ss%02d", w->n_deps[i] ? ", " : "", on);
			w->deps[i][w->n_deps[i]++] = on;
		}
		buf_adds(&s, "]\nsignals:\n  e: {backend: feed, query: q, unit: ratio, every: 5s, window: 1m}\n");
		file(&j, path, buf_str(&s));
		buf_release(&s);
	}
	jw_arr_end(&j);
	jw_obj_end(&j);
	event(w, "kit.loaded", BASE, buf_str(&b));
	buf_release(&b);
	assert_non_null(w->m->kit);
	assert_int_equal(w->m->kit->n_services, SERVICES);
}

static void changed(struct world *w, int64_t at, const char *service, const char *what, int number)
{
	char body[400], t[INSTANT_LEN];

	instant_print(at, t);
	if (!strcmp(what, "deploy"))
		snprintf(body, sizeof body, "{\"backend\":\"feed\",\"service\":\"%s\",\"version\":\"v%d\",\"previous\":\"v%d\",\"at\":\"%s\","
			"\"strategy\":\"rolling\",\"share\":1,\"state\":\"live\"}", service, number, number - 1, t);
	else
		snprintf(body, sizeof body, "{\"backend\":\"feed\",\"service\":\"%s\",\"what\":\"%s\",\"name\":\"n%d\",\"from\":\"0\",\"to\":\"%d\","
			"\"at\":\"%s\"}", service, what, number, number, t);
	event(w, !strcmp(what, "deploy") ? "deploy" : "change", at, body);
}

/* ---- the table ------------------------------------------------------------------- */

static void sentences(void **state)
{
	struct world w;
	const char *bad[] = {NULL};
	struct turn t = {bad, 1, BASE + 3600 * US_SECOND, 65 * US_SECOND};
	struct suspect s[SUSPECTS_MOST];
	int leaf = 0, base;
	size_t n;

	(void)state;
	world_make(&w, 11);
	for (int i = SERVICES - 1; i > 0; i--)
		if (w.n_deps[i])
			leaf = i;
	base = w.deps[leaf][0];
	bad[0] = w.names[leaf];
	changed(&w, t.at - 7200 * US_SECOND, w.names[leaf], "config", 1);
	changed(&w, t.at - 300 * US_SECOND, w.names[base], "deploy", 7);
	changed(&w, t.at - 40 * US_SECOND, w.names[leaf], "deploy", 80); /* replaced before the turn: it did not serve */
	changed(&w, t.at - 35 * US_SECOND, w.names[leaf], "deploy", 8);
	changed(&w, t.at - 2 * US_SECOND, w.names[SERVICES - 1 == leaf ? SERVICES - 2 : SERVICES - 1], "deploy", 9);
	changed(&w, t.at + 60 * US_SECOND, w.names[leaf], "deploy", 10); /* after the turn: explains nothing */
	n = suspects_find(w.m, &t, s, SUSPECTS_MOST);
	assert_int_equal(n, 4);
	assert_string_equal(s[0].change->to, "v8");
	assert_string_equal(s[0].why, "35s before, same service");
	assert_string_equal(s[1].change->to, "v7");
	assert_non_null(strstr(s[1].why, "5:00 before; "));
	assert_non_null(strstr(s[1].why, " depends on it"));
	assert_string_equal(s[2].change->what, "config");
	assert_non_null(strstr(s[3].why, "no link to "));
	n = suspects_find(w.m, &t, s, 2);
	assert_int_equal(n, 2);
	assert_string_equal(s[1].change->to, "v7");
	model_free(w.m);
}

/* A version that was kept once and came back is a poor suspect; that it was kept after this deploy acquits nobody of what comes late. */
static void kept_versions(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		struct world w;
		world_make(&w, 11);
		const char *bad[] = {w.names[3]};
		struct turn t = {bad, 1, BASE + 3 * US_HOUR, 65 * US_SECOND};
		struct suspect s[SUSPECTS_MOST];
		char kept[200];
		snprintf(kept, sizeof kept, "{\"service\":\"%s\",\"version\":\"v5\",\"what\":\"kept\",\"since\":null}", bad[0]);
		changed(&w, t.at - 9000 * US_SECOND, bad[0], "deploy", 5);
		if (before) {
			event(&w, "soak", t.at - 7000 * US_SECOND, kept);
			changed(&w, t.at - 6000 * US_SECOND, bad[0], "deploy", 6);
		}
		changed(&w, t.at - 3600 * US_SECOND, bad[0], "deploy", before ? 5 : 7);
		snprintf(kept, sizeof kept, "{\"service\":\"%s\",\"version\":\"v%d\",\"what\":\"kept\",\"since\":null}", bad[0], before ? 9 : 7);
		event(&w, "soak", t.at - 1700 * US_SECOND, kept);
		changed(&w, t.at - 3000 * US_SECOND, bad[0], "config", 1);
		assert_true(suspects_find(w.m, &t, s, SUSPECTS_MOST) >= 2);
		assert_string_equal(s[0].change->what, before ? "config" : "deploy");
		model_free(w.m);
	}
}

/* ---- generated histories ------------------------------------------------------------ */

struct trial { const char *bad[SERVICES]; size_t n; int64_t turn; int64_t cause_seq; };

static bool leans_on(const struct world *w, int a, int b)
{
	for (int i = 0; i < w->n_deps[a]; i++)
		if (w->deps[a][i] == b)
			return true;
	return false;
}

/* Hours of ordinary changes, one of which hurts its service or those that lean on it, at once or after a while. */
static void history(struct world *w, struct trial *t, int64_t from)
{
	static const char *const whats[] = {"deploy", "deploy", "deploy", "flag", "config", "schema"};
	int cause = (int)(chance(w) * SERVICES), n = 4 + (int)(chance(w) * 26);
	int64_t at = from + 4 * US_HOUR, delay;
	double r = chance(w);
	bool own;

	memset(t, 0, sizeof *t);
	delay = (int64_t)((r < 0.6 ? chance(w) * 60 : r < 0.85 ? 60 + chance(w) * 840 : 900 + chance(w) * 2700) * 1e6);
	t->turn = at + delay + (int64_t)(chance(w) * 60e6); /* a window of a minute hides the true turn */
	for (int i = 0; i < n; i++)
		changed(w, from + (int64_t)(chance(w) * (double)(t->turn - from)), w->names[(int)(chance(w) * SERVICES)], whats[(int)(chance(w) * 6)], 100 + i);
	if (chance(w) < 0.4) /* a train of deploys right around the cause */
		for (int i = 0; i < 10; i++) {
			int64_t when = at + (int64_t)((chance(w) - 0.6) * 600e6);
			changed(w, when < t->turn ? when : t->turn - 1, w->names[(int)(chance(w) * SERVICES)], "deploy", 200 + i);
		}
	changed(w, at, w->names[cause], whats[(int)(chance(w) * 6)], 99);
	t->cause_seq = w->seq;
	own = chance(w) < 0.7;
	for (int i = 0; i < SERVICES; i++)
		if ((i == cause && own) || (leans_on(w, i, cause) && chance(w) < 0.5))
			t->bad[t->n++] = w->names[i];
	if (!t->n)
		t->bad[t->n++] = w->names[cause];
}

/* The rule people use: the latest deploy before the turn, of what is bad if there is one. */
static int64_t latest_deploy(const struct world *w, const struct trial *t)
{
	const struct model_change *best = NULL;

	for (int own = 1; own >= 0 && !best; own--)
		for (size_t i = 0; i < w->m->changes.n; i++) {
			const struct model_change *c = &w->m->changes.v[i];
			bool bad = false;
			for (size_t k = 0; k < t->n; k++)
				bad = bad || !strcmp(c->service, t->bad[k]);
			if (strcmp(c->what, "deploy") != 0 || c->at > t->turn || (own && !bad))
				continue;
			if (!best || c->at > best->at)
				best = c;
		}
	return best ? best->seq : 0;
}

static void known_causes(void **state)
{
	int trials = 0, first = 0, third = 0, rule = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++)
		for (int k = 0; k < 25; k++) {
			struct world w;
			struct trial t;
			struct suspect s[SUSPECTS_MOST];
			world_make(&w, seed * 1000 + (uint64_t)k);
			history(&w, &t, BASE + US_HOUR);
			struct turn turn = {t.bad, t.n, t.turn, 65 * US_SECOND};
			size_t n = suspects_find(w.m, &turn, s, SUSPECTS_MOST);
			trials++;
			rule += latest_deploy(&w, &t) == t.cause_seq;
			for (size_t i = 0; i < n && i < 3; i++) {
				first += i == 0 && s[i].change->seq == t.cause_seq;
				third += s[i].change->seq == t.cause_seq;
			}
			model_free(w.m);
		}
	printf("the cause stands first in %d of %d histories, among three in %d; the latest deploy is it in %d\n", first, trials, third, rule);
	assert_true(first * 10 > trials * 7);
	assert_true(third * 10 > trials * 9);
	assert_true(first > rule + trials / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sentences), cmocka_unit_test(kept_versions), cmocka_unit_test(known_causes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
