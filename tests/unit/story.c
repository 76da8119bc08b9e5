/* The story's journal in memory, and the kit that the stories play under. */
#include "config.h"

#include "story.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char kit_yaml[] =
	"kit: 1\n"
	"name: shop\n"
	"environment: production\n"
	"people:\n"
	"  maya: {name: Maya, uid: 1001, roles: [incident-commander, on-call]}\n"
	"  ravi: {name: Ravi, uid: 1002, roles: [on-call]}\n"
	"  lena: {name: Lena, uid: 1003, roles: [incident-commander, service-owner], owns: [ledger]}\n"
	"  tomas: {name: Tomas, uid: 1004, roles: [policy-lead]}\n"
	"  olga: {name: Olga, login: olga, roles: [on-call]}\n"
	"tiers:\n"
	"  tier-1: {recovery: rollback, revert_target: 5m}\n"
	"  batch: {recovery: roll-forward, revert_target: 4h}\n"
	"authority:\n"
	"  service: {roles: [on-call, incident-commander]}\n"
	"  shared: {roles: [incident-commander]}\n"
	"  global: {roles: [incident-commander], acknowledge: service-owner}\n"
	"backends:\n"
	"  hosts: {plugin: releases, settle: 30s}\n"
	"  web: {plugin: probe}\n"
	"reports:\n"
	"  cannot_login: {ask: Users cannot log in}\n"
	"  p1: {ask: A P1 was opened, counts: true}\n"
	"rubric:\n"
	"  - {name: locked-out, signal: fails, when: \"> 5% for 20s\", at_least: \"20 in 1m\", action: reverse, owner: on-call, timer: 1m}\n"
	"  - {name: slow-pages, signal: latency, when: \"> 500ms for 10s\", action: slow, owner: on-call, timer: 1m}\n"
	"  - {name: people-say, signal: cannot_login, when: any, action: reverse, owner: on-call, timer: 2m}\n"
	"  - {name: p1-burst, signal: p1, when: \"> 3 in 1h\", action: stop, owner: incident-commander, timer: 2m}\n"
	"  - {name: burn, signal: errors, when: \"burn 99% > 10 in 60s and 120s\", action: reverse, owner: on-call, timer: 1m}\n"
	"  - {name: shadow, signal: errors, when: \"> 50% for 5s\", action: reverse, owner: on-call, timer: 1m, dry_run: true}\n";
static const char auth_yaml[] =
	"service: auth\n"
	"tier: tier-1\n"
	"owner: maya\n"
	"on_call: [ravi, maya]\n"
	"depends_on: [ledger]\n"
	"deploys: {backend: hosts, target: {dir: /srv/auth}}\n"
	"signals:\n"
	"  fails: {backend: web, query: q1, unit: ratio, every: 5s, window: 10s, traffic: logins}\n"
	"  logins: {backend: web, query: q2, unit: count, every: 5s, window: 10s}\n"
	"  latency: {backend: web, query: q3, unit: ms, every: 5s}\n"
	"  errors: {backend: web, query: q4, unit: ratio, every: 5s}\n"
	"actions:\n"
	"  - {name: auth-rollback, key: r, level: 2, class: reverse, verb: rollback, backend: hosts, confirmed: {time: 2m, on: 2026-11-16, where: staging, by: ravi}}\n"
	"  - {name: auth-forward, level: 2, class: forward, verb: redeploy, backend: hosts}\n"
	"  - {name: auth-slow, key: s, level: 2, verb: weight, backend: hosts, target: {pool: auth}}\n"
	"  - {name: auth-everywhere, level: 2, class: reverse, verb: rollback, backend: hosts, target: {dir: /srv/all}, blast_radius: global}\n"
	"  - {name: auth-data, level: 4, class: reverse, verb: revert, backend: hosts, target: {dir: /srv/data}}\n"
	"  - {name: auth-pause, level: 2, verb: pause, backend: hosts, target: {dir: /srv/pause}}\n"
	"verify:\n"
	"  good: [\"fails < 2% for 30s\"]\n"
	"  volume: \"logins > 10 for 10s\"\n"
	"  within: 5m\n";
static const char ledger_yaml[] =
	"service: ledger\n"
	"tier: batch\n"
	"owner: lena\n"
	"on_call: [lena]\n"
	"blast_radius: shared\n"
	"deploys: {backend: hosts, target: {dir: /srv/ledger}}\n"
	"signals:\n"
	"  errors: {backend: web, query: q5, unit: ratio, every: 5s}\n"
	"actions:\n"
	"  - {name: ledger-rollback, key: L, level: 2, class: reverse, verb: rollback, backend: hosts}\n";

const struct kit_file story_kit_files[] = {
	{"kit.yaml", kit_yaml, sizeof kit_yaml - 1},
	{"services/auth.yaml", auth_yaml, sizeof auth_yaml - 1},
	{"services/ledger.yaml", ledger_yaml, sizeof ledger_yaml - 1},
};
const size_t story_n_kit_files = sizeof story_kit_files / sizeof *story_kit_files;

void story_at(struct story *s, double seconds)
{
	int64_t us = (int64_t)(seconds * 1e6 + 0.5);
	s->now.at = STORY_BASE + us;
	s->now.mono = 1000 * US_SECOND + us;
}

static void play(struct story *s, const char *kind, const char *incident, const char *actor, const char *body, size_t len)
{
	unsigned char prev[SHA_LEN];
	struct event e = {.seq = ++s->seq, .at = s->now.at, .boot = s->now.boot, .mono = s->now.mono, .incident = incident, .kind = kind,
		.actor = actor, .body = body, .body_len = len};
	memcpy(prev, s->m->chain, SHA_LEN);
	sha256(body, len, e.body_sha);
	event_chain(prev, &e, e.chain);
	model_reduce(s->m, &e);
	judge_event(s->j, s->m, &e);
	*vec_push(&s->kinds) = mem_str(kind);
	*vec_push(&s->bodies) = mem_strn(body, len);
	*vec_push(&s->kept) = (struct story_kept){mem_str(incident), mem_str(actor), s->now};
}

static void fold(const struct story *s, struct model *m, struct judge *j)
{
	for (size_t i = 0; i < s->kinds.n; i++) {
		const struct story_kept *k = &s->kept.v[i];
		unsigned char prev[SHA_LEN];
		struct event e = {.seq = (int64_t)i + 1, .at = k->now.at, .boot = k->now.boot, .mono = k->now.mono, .incident = k->incident,
			.kind = s->kinds.v[i], .actor = k->actor, .body = s->bodies.v[i], .body_len = strlen(s->bodies.v[i])};
		memcpy(prev, m->chain, SHA_LEN);
		sha256(e.body, e.body_len, e.body_sha);
		event_chain(prev, &e, e.chain);
		model_reduce(m, &e);
		if (j)
			judge_event(j, m, &e);
	}
}

struct model *story_again(const struct story *s)
{
	struct model *m = model_new();
	fold(s, m, NULL);
	return m;
}

void story_restart(struct story *s)
{
	judge_free(s->j);
	model_free(s->m);
	s->m = model_new();
	s->j = judge_new();
	fold(s, s->m, s->j);
}

void story_event(struct story *s, const char *kind, const char *incident, const char *actor, const char *body)
{
	struct buf b;
	buf_init(&b, JSON_LINE_MAX);
	story_quote(body, &b);
	play(s, kind, incident, actor, buf_str(&b), b.len);
	buf_release(&b);
}

void story_eventf(struct story *s, const char *kind, const char *incident, const char *actor, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	story_event(s, kind, incident, actor, text);
}

void story_quote(const char *text, struct buf *out)
{
	for (; *text; text++)
		buf_addc(out, *text == '\'' ? '"' : *text);
}

void story_kit(struct story *s, const struct kit_file *files, size_t n)
{
	struct buf b;
	struct jw w;
	char digest[SHA_HEX];
	buf_init(&b, JSON_KIT_MAX);
	jw_init(&w, &b);
	kit_digest(files, n, digest);
	jw_obj(&w);
	jw_kstr(&w, "digest", digest);
	jw_key(&w, "files");
	jw_arr(&w);
	for (size_t i = 0; i < n; i++) {
		jw_obj(&w);
		jw_kstr(&w, "path", files[i].path);
		jw_kstr(&w, "text", files[i].text);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	play(s, "kit.loaded", NULL, "engine", buf_str(&b), b.len);
	buf_release(&b);
}

void story_init(struct story *s, bool kit)
{
	story_init_files(s, story_kit_files, kit ? story_n_kit_files : 0);
}

void story_init_files(struct story *s, const struct kit_file *files, size_t n)
{
	memset(s, 0, sizeof *s);
	s->m = model_new();
	s->j = judge_new();
	decision_init(&s->last);
	text_copy(s->now.boot, sizeof s->now.boot, "boot-1");
	story_at(s, 0);
	story_event(s, "store", NULL, "engine", "{'format':1,'id':'00','kit':'shop','environment':'production','tool':'t'}");
	story_event(s, "engine", NULL, "engine", "{'what':'started','host':'h','pid':1,'version':'0','reducer':1}");
	if (!n)
		return;
	story_kit(s, files, n);
	story_event(s, "plugin", NULL, "plugin:hosts", "{'backend':'hosts','plugin':'releases','version':'1','state':'ready'}");
	story_event(s, "plugin", NULL, "plugin:web", "{'backend':'web','plugin':'probe','version':'1','state':'ready'}");
}

void story_release(struct story *s)
{
	for (size_t i = 0; i < s->kinds.n; i++) {
		free(s->kinds.v[i]);
		free(s->bodies.v[i]);
		free(s->kept.v[i].incident);
		free(s->kept.v[i].actor);
	}
	vec_release(&s->kinds);
	vec_release(&s->bodies);
	vec_release(&s->kept);
	decision_release(&s->last);
	judge_free(s->j);
	model_free(s->m);
}

void story_drafts(struct story *s, struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		play(s, event_kind_name(ds->v[i].kind), ds->v[i].incident, ds->v[i].actor, buf_str(&ds->v[i].body), ds->v[i].body.len);
	drafts_release(ds);
}

void story_tick(struct story *s)
{
	struct drafts ds = {0};
	char random[65];
	(void)snprintf(random, sizeof random, "%064lld", (long long)s->seq);
	decide_tick(s->m, s->j, &s->now, random, &ds);
	story_drafts(s, &ds);
}

void story_sample(struct story *s, const char *key, double v)
{
	char at[INSTANT_LEN];
	instant_print(s->now.at, at);
	if (isnan(v))
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{},'bad':{'%s':'failed'}}", at, key);
	else
		story_eventf(s, "samples", NULL, "plugin:web", "{'backend':'web','at':'%s','v':{'%s':%.17g},'bad':{}}", at, key, v);
}

void story_deploy(struct story *s, const char *service, const char *version, const char *previous)
{
	char at[INSTANT_LEN];
	story_eventf(s, "deploy", NULL, "plugin:hosts",
		"{'backend':'hosts','service':'%s','version':'%s','previous':'%s','by':'ci','at':'%s','strategy':'recreate','share':1,'state':'live'}",
		service, version, previous, instant_print(s->now.at, at));
}

enum status story_ask_panel(struct story *s, const char *person, const char *verb, const char *params, const struct panel *p)
{
	struct buf b;
	struct json *tree = NULL;
	char id[33], random[65];
	(void)snprintf(id, sizeof id, "%032lld", (long long)++s->asks);
	(void)snprintf(random, sizeof random, "%032lld%032lld", (long long)s->asks * 7, (long long)s->asks * 13);
	buf_init(&b, JSON_LINE_MAX);
	story_quote(params, &b);
	if (json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &tree, NULL) != STATUS_OK)
		abort();
	struct ask ask = {.id = id, .verb = verb, .params = tree, .person = person, .uid = 1000, .via = "command", .random = random,
		.panel = p};
	decision_release(&s->last);
	decision_init(&s->last);
	decide_ask(s->m, &s->now, &ask, &s->last);
	story_drafts(s, &s->last.events);
	json_free(tree);
	buf_release(&b);
	return s->last.status;
}

enum status story_ask(struct story *s, const char *person, const char *verb, const char *params)
{
	return story_ask_panel(s, person, verb, params, NULL);
}

void story_panel(struct story *s, const char *person, const char *service, const char *action, const char *preflight, struct panel *out)
{
	struct buf b;
	struct json *tree = NULL;
	struct fault f;
	buf_init(&b, JSON_LINE_MAX);
	story_quote(preflight, &b);
	panel_init(out);
	if (panel_begin(s->m, service, action, NULL, person, "", out, &f) != STATUS_OK ||
		json_parse(buf_str(&b), b.len, JSON_LINE_MAX, &tree, NULL) != STATUS_OK ||
		panel_freeze(s->m, out, tree, "00", &s->now, &f) != STATUS_OK)
		abort();
	json_free(tree);
	buf_release(&b);
}

size_t story_count(const struct story *s, const char *kind)
{
	size_t n = 0;
	for (size_t i = 0; i < s->kinds.n; i++)
		n += strcmp(s->kinds.v[i], kind) == 0;
	return n;
}

const char *story_body(const struct story *s, const char *kind)
{
	for (size_t i = s->kinds.n; i-- > 0;)
		if (strcmp(s->kinds.v[i], kind) == 0)
			return s->bodies.v[i];
	return NULL;
}
