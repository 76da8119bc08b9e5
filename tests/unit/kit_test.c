/* The kit: what the example means once parsed, computed defaults, `defaults`,
 * limits against hostile files, the directory walk, and which kit is found. */
#include "config.h"

#include "cm.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "unit/kit_files.h"

/* ---- kits from a few lines ------------------------------------------------------------- */

#define TOP "kit: 1\nname: t\nenvironment: test\n"
#define PEOPLE "people: {ann: {name: Ann, login: ann, roles: [incident-commander]}, bob: {name: Bob, login: bob, roles: [on-call]}}\n"
#define TIERS "tiers: {one: {recovery: rollback, revert_target: 5m}, two: {recovery: replay, revert_target: 1h}}\n"
#define BACKENDS "backends: {m: {plugin: probe}, d: {plugin: releases}}\n"
#define BASE TOP PEOPLE TIERS BACKENDS
#define SERVICE(name) "service: " name "\ntier: one\nowner: ann\n"

struct parsed { struct kit *k; struct problems p; };

static struct parsed parse(const char *kit, const char *a, const char *b)
{
	struct parsed out = {0};
	struct kit_file files[] = {{"services/b.yaml", b, b ? strlen(b) : 0}, {"kit.yaml", kit, strlen(kit)}, {"services/a.yaml", a, a ? strlen(a) : 0}};
	size_t n = 0;
	for (size_t i = 0; i < 3; i++)
		if (files[i].text)
			files[n++] = files[i];
	kit_parse(files, n, &out.k, &out.p);
	return out;
}

static void release(struct parsed *x)
{
	kit_free(x->k);
	problems_release(&x->p);
}

static bool says(const struct parsed *x, enum problem_severity s, const char *what)
{
	for (size_t i = 0; i < x->p.n; i++)
		if (x->p.v[i].severity == s && strstr(x->p.v[i].what, what))
			return true;
	for (size_t i = 0; i < x->p.n; i++)
		print_error("%s:%d:%d: %s\n", x->p.v[i].file, x->p.v[i].line, x->p.v[i].column, x->p.v[i].what);
	return false;
}

/* ---- the example -------------------------------------------------------------------------- */

static void test_example(void **state)
{
	(void)state;
	struct kit_files fs;
	struct kit *k;
	struct problems p = {0};
	char digest[SHA_HEX];
	example_read(&fs);
	assert_int_equal(kit_parse(fs.v, fs.n, &k, &p), STATUS_OK);
	assert_int_equal(p.n, 0);
	assert_string_equal(k->name, "storefront");
	assert_true(k->armed && k->n_people == 4 && k->n_services == 2 && k->n_rows == 5 && k->n_backends == 9);
	assert_true(k->backfill == 2 * US_HOUR && k->keep_samples == 30 * US_DAY);
	assert_string_equal(kit_person(k, "maya")->contact, "{\"email\":\"maya@example.org\",\"slack\":\"@maya\"}");
	assert_true(kit_has_role(kit_person(k, "maya"), "on-call") && kit_person(k, "maya")->uid == UID_NOBODY);
	assert_true(k->tiers[0].recovery == RECOVERY_AUTO_ROLLBACK && k->tiers[1].veto == 30 * US_SECOND && k->tiers[4].revert_target == 8 * US_HOUR);
	assert_true(k->authority[RADIUS_BREAK_GLASS].reason_required && !k->authority[RADIUS_SHARED].reason_required);
	assert_true(k->authority[RADIUS_GLOBAL].given && !strcmp(k->authority[RADIUS_GLOBAL].acknowledge, "service-owner"));
	assert_true(k->automatic.per_kit.count == 3 && k->automatic.per_kit.in == US_HOUR && k->automatic.brake_services == 3);
	assert_string_equal(kit_backend(k, "flags")->acting_secrets, "{\"token\":{\"file\":\"~/.config/backout/unleash-write.token\"}}");
	assert_string_equal(kit_backend(k, "metrics")->secrets, "{}");
	assert_true(!kit_backend(k, "metrics")->acting_secrets && kit_backend(k, "metrics")->settle == 30 * US_SECOND);
	assert_true(k->n_anchors == 2 && k->anchors[0].file && !strcmp(k->anchors[1].backend, "chat"));
	assert_true(k->n_lists == 2 && k->lists[1].n == 1 && !strcmp(k->lists[1].v[0].to, "support@example.org"));
	assert_true(k->n_reports == 4 && !strcmp(k->reports[0].id, "other") && kit_report(k, "p1")->counts);
	kit_digest(fs.v, fs.n, digest);
	assert_string_equal(digest, k->digest);
	kit_free(k);
	problems_release(&p);
	kit_files_release(&fs);
}

static void test_example_service(void **state)
{
	(void)state;
	struct kit_files fs;
	struct kit *k;
	struct problems p = {0};
	example_read(&fs);
	assert_int_equal(kit_parse(fs.v, fs.n, &k, &p), STATUS_OK);
	const struct kit_service *s = kit_service(k, "checkout"), *ledger = kit_service(k, "ledger");
	assert_true(s && ledger && !kit_service(k, "nope") && s->tier == &k->tiers[0]);
	assert_true(names_has(&s->on_call, "maya") && ledger->on_call.n == 1 && names_has(&ledger->on_call, "lena"));
	assert_true(kit_signal(s, "error_rate")->unit == UNIT_RATIO && kit_signal(s, "error_rate")->stale_after == 15 * US_SECOND);
	assert_true(kit_signal(s, "bad_writes")->unit == UNIT_NUMBER && !kit_signal(s, "bad_writes")->traffic);
	const struct kit_action *a = kit_action(k, NULL, "checkout-slow");
	assert_true(a && a->cls == CLASS_SLOW && a->key == 's' && a->radius == RADIUS_SERVICE && a->timeout == 2 * US_MINUTE && a->service == s);
	assert_string_equal(a->undo, "{\"target\":{\"backend\":\"checkout\",\"server\":\"canary\",\"weight\":10},\"verb\":\"weight\"}");
	a = kit_action(k, "checkout", "checkout-rollback");
	assert_true(a->timeout == 15 * US_MINUTE && a->confirmed.given && a->level == 2 && a->key == 'r');
	assert_string_equal(a->target, "{\"kind\":\"Deployment\",\"name\":\"checkout\",\"namespace\":\"shop\"}");
	assert_true(kit_action(k, "checkout", "checkout-read-only")->cls == CLASS_CONTAIN);
	assert_string_equal(kit_action(k, NULL, "checkout-migration-down")->target, "{}");
	assert_string_equal(kit_action(k, NULL, "checkout-migration-down")->to, "@v41");
	assert_true(kit_action(k, NULL, "ledger-rollback")->radius == RADIUS_SHARED && !kit_action(k, "checkout", "ledger-rollback"));
	assert_true(s->verify.has_volume && s->verify.good.n == 2 && s->verify.version && s->verify.caches_may_lag == 30 * US_SECOND);
	assert_true(s->verify.good.v[1].cond.number == 0.8 && !strcmp(s->verify.good.v[1].signal, "latency_p99"));
	assert_true(s->escalate_after == 10 * US_MINUTE && s->bleeding.n == 1 && s->bleeding.v[0].cond.for_us == 10 * US_SECOND);
	const struct kit_row *spike = kit_row(k, "error-spike"), *loss = kit_row(k, "data-loss");
	assert_true(spike->has_at_least && spike->at_least == 50 && spike->at_least_in == 2 * US_MINUTE && !spike->is_report);
	assert_true(kit_row_covers(k, spike, s) && kit_row_covers(k, spike, ledger) && spike->when.number == 0.05);
	assert_true(loss->is_report && loss->when.kind == COND_ANY && loss->timer == 0 && kit_row_covers(k, loss, ledger));
	kit_free(k);
	problems_release(&p);
	kit_files_release(&fs);
}

/* ---- computed defaults and rules ------------------------------------------------------------- */

static void test_radius(void **state)
{
	(void)state;
	static const struct { const char *service, *action, *other; enum radius radius; } rows[] = {
		{"", "", "", RADIUS_SERVICE},
		{"blast_radius: shared\n", "", "", RADIUS_SHARED},
		{"", "blast_radius: global, ", "", RADIUS_GLOBAL},
		{"", "covers: [a, b], ", "", RADIUS_SHARED},
		{"", "covers: [a, b], blast_radius: global, ", "", RADIUS_GLOBAL},
		{"", "covers: [a, b], ", "blast_radius: global\n", RADIUS_GLOBAL},
		{"blast_radius: global\n", "covers: [a], ", "", RADIUS_GLOBAL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char a[400], b[200];
		(void)snprintf(a, sizeof a, SERVICE("a") "%sactions: [{name: x, level: 2, verb: rollback, %sbackend: d}]\n", rows[i].service, rows[i].action);
		(void)snprintf(b, sizeof b, SERVICE("b") "%s", rows[i].other);
		struct parsed x = parse(BASE, a, b);
		row_true(i, x.k && x.k->services[0].actions[0].radius == rows[i].radius);
		release(&x);
	}
}

static void test_class_by_verb(void **state)
{
	(void)state;
	static const struct { const char *verb; int cls; } rows[] = {
		{"flag-off", CLASS_REVERSE}, {"rollback", CLASS_REVERSE}, {"revert", CLASS_REVERSE}, {"swap", CLASS_REVERSE}, {"weight", CLASS_SLOW},
		{"drain", CLASS_SLOW}, {"pause", CLASS_STOP}, {"freeze", CLASS_STOP}, {"resume", -1}, {"flag-on", -1}, {"switch", -1},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char a[300];
		(void)snprintf(a, sizeof a, SERVICE("a") "actions: [{name: x, level: 2, verb: %s, backend: d}]\n", rows[i].verb);
		struct parsed x = parse(BASE, a, NULL);
		row_true(i, (x.k != NULL) == (rows[i].cls >= 0));
		row_true(i, !x.k || (int)x.k->services[0].actions[0].cls == rows[i].cls);
		release(&x);
	}
}

static void test_defaults(void **state)
{
	(void)state;
	static const char kit[] = BASE "defaults:\n"
		"  signals:\n    every: 2s\n    up: {backend: m, query: 'up {{service}} {{ service }}', unit: ratio}\n    mine: {backend: m, query: default, window: 1m}\n"
		"  actions:\n    - {name: '{{service}}-pause', level: 2, verb: pause, backend: d}\n    - {name: own, level: 2, verb: pause, backend: d, timeout: 9m}\n"
		"  verify: {good: ['up < 5% for 1m'], within: 7m}\n";
	static const char a[] = SERVICE("a") "deploys: {backend: d, target: {dir: /a}}\nsignals: {mine: {query: 'own {{service}}'}}\n"
		"actions: [{name: own, level: 3, verb: rollback, backend: d}]\nverify: {within: 3m}\n";
	struct parsed x = parse(kit, a, SERVICE("b"));
	if (!x.k) (void)says(&x, PROBLEM_ERROR, "nothing");
	assert_true(x.k && x.p.n == 0);
	const struct kit_service *sa = kit_service(x.k, "a"), *sb = kit_service(x.k, "b");
	assert_string_equal(kit_signal(sb, "up")->query, "up b b");
	assert_true(kit_signal(sb, "up")->every == 2 * US_SECOND && kit_signal(sa, "mine")->window == US_MINUTE);
	assert_string_equal(kit_signal(sa, "mine")->query, "own a");
	assert_string_equal(kit_signal(sb, "mine")->query, "default");
	assert_true(sa->n_actions == 2 && sb->n_actions == 2 && !strcmp(sa->actions[0].name, "own") && !strcmp(sa->actions[1].name, "a-pause"));
	assert_true(sa->actions[0].level == 3 && sa->actions[0].timeout == 9 * US_MINUTE && sa->actions[0].cls == CLASS_REVERSE);
	assert_string_equal(sa->actions[1].target, "{\"dir\":\"/a\"}");
	assert_string_equal(sb->actions[0].target, "{}");
	assert_true(sa->verify.within == 3 * US_MINUTE && sa->verify.good.n == 1 && sb->verify.within == 7 * US_MINUTE && sa->verify.version && !sb->verify.version);
	assert_null(kit_action(x.k, NULL, "own")); /* two services have one: ambiguous */
	assert_non_null(kit_action(x.k, "b", "own"));
	release(&x);
}

static void test_service_is_filled_in_without_defaults(void **state)
{
	(void)state;
	struct parsed x = parse(BASE, SERVICE("a") "signals: {up: {backend: m, query: 'up{job=\"{{ service }}\"}'}}\n", NULL);
	assert_true(x.k && x.p.n == 0);
	assert_string_equal(x.k->services[0].signals[0].query, "up{job=\"a\"}");
	release(&x);
}

static void test_keys_for_every_action(void **state)
{
	(void)state;
	struct parsed x = parse(BASE "defaults: {actions: {timeout: 30s}}\n",
		SERVICE("a") "actions: [{name: x, level: 2, verb: pause, backend: d}, {name: y, level: 2, verb: pause, backend: d, timeout: 1h}]\n", NULL);
	assert_true(x.k && x.k->services[0].actions[0].timeout == 30 * US_SECOND && x.k->services[0].actions[1].timeout == US_HOUR);
	release(&x);
}

static void test_rows_cover(void **state)
{
	(void)state;
	static const char kit[] = BASE "rubric:\n"
		"  - {name: r1, signal: up, when: '> 5', action: tell, owner: ann, timer: 5m, services: ['tier:one']}\n"
		"  - {name: r2, signal: up, when: '> 5', action: tell, owner: ann, timer: 5m, services: [b]}\n"
		"  - {name: r3, signal: up, when: '> 5', action: tell, owner: ann, timer: 5m, services: all}\n"
		"  - {name: r4, signal: said, when: any, action: tell, owner: on-call, timer: 5m}\n"
		"reports: {said: {ask: x, services: [a]}}\n";
	struct parsed x = parse(kit, SERVICE("a") "signals: {up: {backend: m, query: q}}\n",
		"service: b\ntier: two\nowner: ann\nsignals: {up: {backend: m, query: q}}\n");
	assert_true(x.k && x.p.n == 0);
	static const bool covers[4][2] = {{true, false}, {false, true}, {true, true}, {true, false}};
	for (size_t r = 0; r < 4; r++)
		for (size_t s = 0; s < 2; s++)
			row_true(r * 2 + s, kit_row_covers(x.k, &x.k->rows[r], &x.k->services[s]) == covers[r][s]);
	release(&x);
}

static void test_warnings(void **state)
{
	(void)state;
	static const struct { const char *kit, *a, *b, *what; } rows[] = {
		{BASE, SERVICE("a") "depends_on: [b]\n", SERVICE("b") "depends_on: [a]\n", "circle"},
		{TOP PEOPLE TIERS "backends: {m: {plugin: x, secrets: {token: {env: TOKEN}}}}\n", NULL, NULL, "from the environment"},
		{TOP PEOPLE TIERS "backends: {m: {plugin: x, config: {password: geheim}}}\n", NULL, NULL, "looks like a secret"},
		{TOP PEOPLE TIERS "backends: {m: {plugin: x, config: {version: 1.10}}}\n", NULL, NULL, "loses its spelling"},
		{BASE, SERVICE("a") "escalate: {after: 10m}\n", NULL, "both `after` and `to`"},
		{BASE "lists: {ops: []}\n", NULL, NULL, "has no members"},
		{BASE "rubric: [{name: r, signal: up, when: '> 5', action: tell, owner: ann, timer: 5m}]\n",
			SERVICE("a") "signals: {up: {backend: m, query: q, unit: ratio}}\n", NULL, "500%"},
		{BASE "automatic: {on: [h]}\nrubric: [{name: r, signal: up, when: '> 5%', action: reverse, owner: ann, timer: 5m, on_timer: fire}]\n",
			SERVICE("a") "signals: {up: {backend: m, query: q, unit: ratio}}\n", NULL, "never acts by itself"},
		{TOP PEOPLE BACKENDS "tiers: {one: {recovery: auto-rollback, revert_target: 5m}}\nautomatic: {on: [h]}\n"
			"rubric: [{name: r, signal: up, when: '> 5s for 1m', action: reverse, owner: ann, timer: 5m}]\n",
			SERVICE("a") "signals: {up: {backend: m, query: q, unit: s}}\n", NULL, "never acts by itself"},
		{BASE, SERVICE("a") "actions: [{name: x, level: 2, verb: pause, backend: d, covers: [b]}]\n", SERVICE("b"), "its own service"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsed x = parse(rows[i].kit, rows[i].a, rows[i].b);
		row_true(i, x.k && x.p.n == 1 && x.p.errors == 0);
		row_true(i, says(&x, PROBLEM_WARNING, rows[i].what));
		release(&x);
	}
}

static void test_two_units(void **state)
{
	(void)state;
	struct parsed x = parse(BASE "rubric: [{name: r, signal: up, when: '> 5', action: tell, owner: ann, timer: 5m}]\n",
		SERVICE("a") "signals: {up: {backend: m, query: q, unit: s}}\n", SERVICE("b") "signals: {up: {backend: m, query: q, unit: ms}}\n");
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "up is s in a and ms in b"));
	release(&x);
}

/* One broken file must not make what names it look wrong. */
static void test_broken_file_does_not_spread(void **state)
{
	(void)state;
	struct parsed x = parse(BASE, SERVICE("a") "depends_on: [b]\n", "service: [\n");
	assert_true(!x.k && x.p.errors == 1 && says(&x, PROBLEM_ERROR, "not YAML"));
	release(&x);
	x = parse("kit: [\n", SERVICE("a"), "service: b\ntier: one\nowner: ann\nteir: x\n");
	assert_true(!x.k && x.p.errors == 2 && says(&x, PROBLEM_ERROR, "no key `teir`"));
	release(&x);
	x = parse("", NULL, NULL);
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "the file is empty"));
	release(&x);
}

static void test_every_error_in_one_run(void **state)
{
	(void)state;
	struct parsed x = parse(TOP "armd: true\nkeep: {samples: x}\n", "service: a\ntier: nope\nowner: nobody\n", "service: b\nteir: x\n");
	assert_true(!x.k && x.p.errors == 7);
	for (size_t i = 1; i < x.p.n; i++) /* and in the order of the files */
		assert_true(strcmp(x.p.v[i - 1].file, x.p.v[i].file) <= 0);
	release(&x);
}

/* ---- hostile files -------------------------------------------------------------------------------- */

static void test_alias_bomb(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_adds(&b, TOP "environments:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++)
		buf_addf(&b, "  a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	struct parsed x = parse(buf_str(&b), NULL, NULL);
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "the aliases expand"));
	release(&x);
	buf_release(&b);
	x = parse(TOP "tiers: {a: &t {recovery: replay, revert_target: 1h}, b: *t}\n", NULL, NULL);
	assert_true(x.k && x.k->n_tiers == 2 && x.k->tiers[1].revert_target == US_HOUR);
	release(&x);
}

static void test_depth(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_adds(&b, TOP "environments: ");
	for (int i = 0; i < 5000; i++)
		buf_addc(&b, '[');
	struct parsed x = parse(buf_str(&b), NULL, NULL);
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "nested more than 32"));
	release(&x);
	buf_release(&b);
}

static void test_sizes(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	buf_adds(&b, TOP "#");
	while (b.len < ((size_t)16 << 20))
		buf_adds(&b, " a comment that goes on and on and on and on and on");
	struct parsed x = parse(buf_str(&b), NULL, NULL);
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "larger than 16 MiB"));
	release(&x);
	buf_reset(&b);
	buf_adds(&b, TOP "reports:\n");
	for (int i = 0; i < 5001; i++)
		buf_addf(&b, "  r%d: {ask: x}\n", i);
	x = parse(buf_str(&b), NULL, NULL);
	assert_true(!x.k && says(&x, PROBLEM_ERROR, "more than 5000"));
	release(&x);
	buf_reset(&b);
	for (int i = 0; i < 300000; i++)
		buf_adds(&b, "a:\n");
	x = parse(buf_str(&b), NULL, NULL);
	assert_true(!x.k && x.p.n <= 1000 && says(&x, PROBLEM_ERROR, "too many problems"));
	release(&x);
	buf_release(&b);
}

/* Nothing that a stranger wrote reaches a terminal raw. */
static void test_cleaned(void **state)
{
	(void)state;
	struct parsed x = parse(TOP "\"\\e[2Jarmd\\u202e\": true\n", NULL, NULL);
	assert_true(!x.k && x.p.n == 1);
	for (const char *s = x.p.v[0].what; *s; s++)
		assert_true((unsigned char)*s >= 0x20 && (unsigned char)*s != 0x7f);
	assert_null(strstr(x.p.v[0].what, "\xe2\x80\xae"));
	release(&x);
}

static void test_secret_is_not_repeated(void **state)
{
	(void)state;
	struct parsed x = parse(TOP "backends: {m: {plugin: x, secrets: {token: hunter2}}}\n", NULL, NULL);
	assert_true(!x.k && x.p.n == 1 && !strstr(x.p.v[0].what, "hunter2") && !strstr(x.p.v[0].mend, "hunter2"));
	release(&x);
}

static void test_digest(void **state)
{
	(void)state;
	struct kit_file one[] = {{"kit.yaml", "a", 1}, {"services/x.yaml", "b", 1}}, two[] = {{"services/x.yaml", "b", 1}, {"kit.yaml", "a", 1}};
	struct kit_file moved[] = {{"kit.yaml", "a", 1}, {"services/y.yaml", "b", 1}}, changed[] = {{"kit.yaml", "a", 1}, {"services/x.yaml", "c", 1}};
	char a[SHA_HEX], b[SHA_HEX], c[SHA_HEX], d[SHA_HEX];
	kit_digest(one, 2, a);
	kit_digest(two, 2, b);
	kit_digest(moved, 2, c);
	kit_digest(changed, 2, d);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_not_equal(a, d);
}

static void test_help(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	kit_help(&b);
	static const char *const words[] = {"kit.yaml", "people.ID", "login", "revert_target*", "break-glass", "max(3 x every, 15s)", "rubric[]",
		"contain|slow|stop|reverse|tell", "services/NAME.yaml", "signals.ID", "actions[]", "confirmed", "verify", "escalate", "defaults",
		"gate", "drills", "releases/*.yaml", "data/*.yaml", "comms/*.md", "automatic.brake"};
	for (size_t i = 0; i < COUNT(words); i++)
		row_true(i, strstr(buf_str(&b), words[i]));
	assert_false(b.failed);
	buf_release(&b);
}

/* ---- the directory ------------------------------------------------------------------------------- */

static char dir[] = "/tmp/backout-kit-XXXXXX";

static void put_file(const char *name, const char *text, mode_t mode)
{
	char path[300];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	close(fd);
}

static void in_dir(const char *name, char out[300])
{
	(void)snprintf(out, 300, "%s/%s", dir, name);
}

static struct problems read_again(struct kit_files *fs)
{
	struct problems p = {0};
	struct fault f;
	assert_int_equal(kit_read(dir, fs, &p, &f), STATUS_OK);
	return p;
}

static void expect_problem(const char *file, enum problem_severity s, const char *what)
{
	struct kit_files fs;
	struct problems p = read_again(&fs);
	bool found = false;
	for (size_t i = 0; i < p.n; i++)
		found |= p.v[i].severity == s && !strcmp(p.v[i].file, file) && strstr(p.v[i].what, what);
	if (!found)
		fail_msg("%s should say %s", file, what);
	problems_release(&p);
	kit_files_release(&fs);
}

static void test_directory(void **state)
{
	(void)state;
	char path[300];
	struct kit_files fs;
	struct fault f;
	struct problems p = {0};
	assert_non_null(mkdtemp(dir));
	assert_int_equal(kit_read(dir, &fs, &p, &f), STATUS_USAGE); /* no kit.yaml */
	assert_true(fs.n == 0 && f.mend[0]);
	put_file("kit.yaml", TOP, 0644);
	in_dir("services", path);
	assert_int_equal(mkdir(path, 0755), 0);
	put_file("services/a.yaml", SERVICE("a"), 0644);
	put_file("services/.hidden.yaml", "x", 0644);
	put_file("services/notes.txt", "x", 0644);
	put_file("README", "x", 0644);
	p = read_again(&fs);
	assert_true(p.n == 0 && fs.n == 2 && !strcmp(fs.v[0].path, "kit.yaml") && !strcmp(fs.v[1].path, "services/a.yaml"));
	kit_files_release(&fs);

	put_file("services/b.yml", "x", 0644);
	expect_problem("services/b.yml", PROBLEM_WARNING, "end in .yaml");
	put_file("services/w.yaml", "x", 0646);
	expect_problem("services/w.yaml", PROBLEM_ERROR, "everybody may write");
	in_dir("services/out.yaml", path);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	expect_problem("services/out.yaml", PROBLEM_WARNING, "leads out");
	in_dir("services/fifo.yaml", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_problem("services/fifo.yaml", PROBLEM_ERROR, "no file");
	in_dir("services/in.yaml", path);
	assert_int_equal(symlink("a.yaml", path), 0);
	p = read_again(&fs); /* a link within the kit is a file like any other */
	assert_true(fs.n == 3 && !strcmp(fs.v[2].path, "services/in.yaml"));
	problems_release(&p);
	kit_files_release(&fs);
	if (geteuid() == 0) {
		in_dir("services/a.yaml", path);
		assert_int_equal(chown(path, 12345, 12345), 0);
		expect_problem("services/a.yaml", PROBLEM_ERROR, "neither root nor");
	}
}

static void test_find(void **state)
{
	(void)state;
	char out[4096], deep[300], was[4096];
	struct fault f;
	unsetenv("BACKOUT_KIT");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	in_dir("services", deep);
	assert_non_null(getcwd(was, sizeof was));
	assert_int_equal(kit_find(dir, out, sizeof out, &f), STATUS_OK);
	assert_string_equal(out, dir);
	assert_int_equal(kit_find(deep, out, sizeof out, &f), STATUS_USAGE); /* named, so nothing above is tried */
	assert_int_equal(kit_find("/nonexistent", out, sizeof out, &f), STATUS_USAGE);
	assert_int_equal(chdir(deep), 0);
	assert_int_equal(kit_find(NULL, out, sizeof out, &f), STATUS_OK);
	assert_string_equal(out, dir);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(kit_find(NULL, out, sizeof out, &f), STATUS_USAGE);
	setenv("BACKOUT_KIT", dir, 1);
	assert_int_equal(kit_find(NULL, out, sizeof out, &f), STATUS_OK);
	assert_string_equal(out, dir);
	setenv("BACKOUT_KIT", "/nonexistent", 1);
	assert_int_equal(kit_find(NULL, out, sizeof out, &f), STATUS_USAGE);
	assert_int_equal(chdir(was), 0);
}

static void test_logins(void **state)
{
	(void)state;
	struct parsed x = parse(TOP "people: {a: {name: A, login: root, roles: [x]}, b: {name: B, uid: 0}, C: {login: nobody-at-all}}\n", NULL, NULL);
	assert_non_null(x.k);
	assert_string_equal(kit_person(x.k, "C")->name, "C");
	kit_resolve_logins(x.k, &x.p);
	assert_true(says(&x, PROBLEM_ERROR, "a and b are one user") && says(&x, PROBLEM_WARNING, "no login nobody-at-all"));
	assert_true(x.p.errors == 1 && kit_person(x.k, "a")->uid == 0 && kit_person(x.k, "C")->uid == UID_NOBODY);
	assert_true(kit_person_by_uid(x.k, 0) && !kit_person_by_uid(x.k, UID_NOBODY) && !kit_person_by_uid(x.k, 4711));
	release(&x);
}

static int clean_up(void **state)
{
	char command[100];
	(void)state;
	(void)snprintf(command, sizeof command, "%s", dir);
	static const char *const names[] = {"services/a.yaml", "services/.hidden.yaml", "services/notes.txt", "README", "services/b.yml", "services/w.yaml",
		"services/out.yaml", "services/fifo.yaml", "services/in.yaml", "kit.yaml"};
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[300];
		in_dir(names[i], path);
		(void)unlink(path);
	}
	char path[300];
	in_dir("services", path);
	(void)rmdir(path);
	(void)rmdir(command);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example), cmocka_unit_test(test_example_service), cmocka_unit_test(test_radius), cmocka_unit_test(test_class_by_verb),
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_service_is_filled_in_without_defaults), cmocka_unit_test(test_keys_for_every_action), cmocka_unit_test(test_rows_cover),
		cmocka_unit_test(test_warnings), cmocka_unit_test(test_two_units), cmocka_unit_test(test_broken_file_does_not_spread),
		cmocka_unit_test(test_every_error_in_one_run), cmocka_unit_test(test_alias_bomb), cmocka_unit_test(test_depth), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_cleaned), cmocka_unit_test(test_secret_is_not_repeated), cmocka_unit_test(test_digest), cmocka_unit_test(test_help),
		cmocka_unit_test(test_directory), cmocka_unit_test(test_find), cmocka_unit_test(test_logins),
	};
	return cmocka_run_group_tests(tests, NULL, clean_up);
}
