/* The world's chance, its words and its kit. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "world.h"

uint32_t rng_next(struct rng *r)
{
	uint64_t x = r->s += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((x ^ (x >> 31)) >> 16);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return n ? rng_next(r) % n : 0;
}

bool rng_chance(struct rng *r, uint32_t of_1000)
{
	return rng_below(r, 1000) < of_1000;
}

/* ---- words ------------------------------------------------------------------------- */

static const char *const nasty[] = {
	"calm", "two words", "", " ", "\033[2J\033[H", "\033]0;owned\a", "\033]52;c;cm0=\a", "\033P$qm\033\\", "\xc2\x9b" "2J", "\xc2\x85", "\r", "\n\n\n\n", "\t", "\b\b\b",
	"\xe2\x80\xae" "evil", "\xe2\x81\xa6x\xe2\x81\xa9", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xf3\xa0\x80\x81", "\xef\xb8\x8f", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
	"\xe5\x85\xa8\xe8\xa7\x92", "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", "\xef\xb7\xbd", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "%s%n%x", "$(id)", "\",\"ok\":true,\"x\":\"",
	"\xe2\x94\x82     type   a  b  c   to run it", "type  auth abc  and Enter", "PRODUCTION", "> x", "\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80\xe2\x94\x98", "INC-1/1", "\xe2\x80\xa8", "\x7f",
};

const char *hostile_text(struct rng *r, char *out, size_t cap)
{
	size_t n = 0;
	int parts = 1 + (int)rng_below(r, 3) * (int)rng_below(r, 3);

	out[0] = 0;
	for (int i = 0; i < parts; i++) {
		char one[400];
		uint32_t cp;
		if (rng_chance(r, 700)) {
			text_copy(one, sizeof one, nasty[rng_below(r, sizeof nasty / sizeof *nasty)]);
		} else if (rng_chance(r, 300)) {
			size_t len = rng_below(r, sizeof one - 1);
			memset(one, 'x', len);
			one[len] = 0;
		} else {
			do
				cp = 1 + rng_below(r, rng_chance(r, 500) ? 0x3000 : 0x10fffe);
			while (cp >= 0xd800 && cp < 0xe000);
			one[utf8_put(cp, one)] = 0;
		}
		if (n + strlen(one) >= cap)
			break;
		text_copy(out + n, cap - n, one);
		n += strlen(one);
	}
	return out;
}

const char *world_one_of(struct world *w, const char *const *list, size_t n)
{
	return list[rng_below(w->rng, (uint32_t)n)];
}

const char *world_service(struct world *w)
{
	const struct kit *k = w->m->kit;
	size_t n = rng_chance(w->rng, 700) && k->n_services > 3 ? 3 : k->n_services;

	return k->services[rng_below(w->rng, (uint32_t)n)].name;
}

/* Some as long as a version may be. */
const char *world_version(struct world *w)
{
	static char longest[257];

	memset(longest, 'v', 256);
	if (rng_chance(w->rng, 20))
		return longest;
	return WORD(w, "1", "2", "8.14.0", "8.13.2", "v9+x@y:z/1", "41", "42", "43");
}

const char *world_word(struct world *w, char *out, size_t cap)
{
	static const char *const words[] = {"done it serves 41", "failed and that is sure", "reverted", "forward", "contained", "false-alarm", "duplicate", "maya", "lena",
		"ravi", "because", "users cannot log in", "it is gone", "auth", "help", "timeline", "incidents", "reload", "ways", "changes", "41"};

	if (w->m->kit && rng_chance(w->rng, 400))
		text_copy(out, cap, world_service(w));
	else
		text_copy(out, cap, words[rng_below(w->rng, sizeof words / sizeof *words)]);
	return out;
}

/* ---- the kit ------------------------------------------------------------------------- */

static void put_service(struct world *w, struct buf *b, const char *name, bool first)
{
	bool global = !first && rng_chance(w->rng, 150), shared = !first && rng_chance(w->rng, 100);

	buf_addf(b, "service: %s\ntier: %s\nowner: maya\non_call: [ravi, maya]\n%s", name, rng_chance(w->rng, 800) ? "tier-1" : "batch",
		global ? "blast_radius: global\n" : shared ? "blast_radius: shared\n" : "");
	buf_addf(b, "deploys: {backend: hosts, target: {dir: /srv/%s}}\nsignals:\n", name);
	buf_adds(b, "  errors: {backend: web, query: q, unit: ratio, every: 5s, window: 10s, traffic: logins}\n"
		"  logins: {backend: web, query: q, unit: count, every: 5s, window: 10s}\n"
		"  latency: {backend: web, query: q, unit: ms, every: 5s}\nactions:\n");
	buf_addf(b, "  - {name: %s-rollback, key: r, level: 2, class: reverse, verb: rollback, backend: hosts%s}\n", name,
		rng_chance(w->rng, 500) ? ", confirmed: {time: 2m, on: 2026-11-16, where: staging, by: ravi}" : "");
	buf_addf(b, "  - {name: %s-flag, key: z, level: 1, class: contain, verb: flag-off, backend: hosts, target: {flag: %s}}\n", name, name);
	if (rng_chance(w->rng, 500))
		buf_addf(b, "  - {name: %s-slow, key: L, level: 2, verb: weight, backend: hosts, target: {pool: %s, share: 20}}\n", name, name);
	if (rng_chance(w->rng, 300))
		buf_addf(b, "  - {name: %s-pause, level: 2, verb: pause, backend: hosts, target: {stop: %s}}\n", name, name);
	buf_adds(b, "verify: {good: [\"errors < 2% for 10s\"], volume: \"logins > 10 for 10s\", within: 5m}\n"
		"stop_conditions: [\"errors > 20% for 10s\", \"latency > 800ms\"]\nescalate: {after: 20s, to: on-call}\n");
}

static void put_kit(struct world *w, struct buf *b, bool armed)
{
	buf_addf(b, "kit: 1\nname: shop\nenvironment: %s\narmed: %s\n", WORD(w, "production", "production", "staging", "demo"), armed ? "true" : "false");
	buf_adds(b, "people:\n"
		"  maya: {name: Maya, uid: 1001, roles: [incident-commander, on-call]}\n"
		"  ravi: {name: Ravi, uid: 1002, roles: [on-call, incident-commander]}\n"
		"  lena: {name: Lena, uid: 1003, roles: [incident-commander, service-owner]}\n"
		"  tomas: {name: Tomas, uid: 1004, roles: [policy-lead]}\n"
		"tiers:\n  tier-1: {recovery: rollback, revert_target: 5m}\n  batch: {recovery: roll-forward, revert_target: 4h}\n"
		"authority:\n  service: {roles: [on-call, incident-commander]}\n  shared: {roles: [incident-commander]}\n"
		"  global: {roles: [incident-commander], acknowledge: service-owner}\n"
		"backends:\n  hosts: {plugin: releases, settle: 30s}\n  web: {plugin: probe}\n"
		"reports:\n  cannot_login: {ask: Users cannot log in}\n  p1: {ask: A P1 was opened, counts: true}\n"
		"rubric:\n"
		"  - {name: failing, signal: errors, when: \"> 5% for 20s\", action: reverse, owner: on-call, timer: 1m}\n"
		"  - {name: slow-pages, signal: latency, when: \"> 500ms for 10s\", action: slow, owner: on-call, timer: 1m}\n"
		"  - {name: people-say, signal: cannot_login, when: any, action: reverse, owner: on-call, timer: 2m}\n"
		"  - {name: shadow, signal: errors, when: \"> 50% for 5s\", action: reverse, owner: on-call, timer: 1m, dry_run: true}\n");
}

static void service_name(struct world *w, size_t i, char *out, size_t cap)
{
	static const char *const first[] = {"auth", "checkout", "ledger"};

	if (i < 3)
		text_copy(out, cap, first[i]);
	else if (i == 3 && rng_chance(w->rng, 300)) /* as long as a name may be for its actions to have one, too */
		text_copy(out, cap, "a-service-of-a-name-that-is-nearly-as-long-as-it-may-be");
	else
		snprintf(out, cap, "svc-%03zu", i);
}

void world_load_kit(struct world *w, bool in_use)
{
	size_t n = 1 + (rng_chance(w->rng, 60) ? 300 : rng_below(w->rng, 12));
	size_t from = w->m->kit && rng_chance(w->rng, 300) ? 4 : 0; /* another kit may have none of what the one before had */
	struct buf kit, one, b;
	struct jw j = body_begin(&b);
	VEC(struct kit_file) files = {0};
	char digest[SHA_HEX];

	buf_init(&kit, 65536);
	put_kit(w, &kit, rng_chance(w->rng, 900));
	*vec_push(&files) = (struct kit_file){mem_str("kit.yaml"), buf_str(&kit), kit.len};
	for (size_t i = 0; i < n; i++) {
		char name[72], path[100];
		service_name(w, from + i, name, sizeof name);
		snprintf(path, sizeof path, "services/%s.yaml", name);
		buf_init(&one, 65536);
		put_service(w, &one, name, i == 0);
		size_t len = one.len;
		*vec_push(&files) = (struct kit_file){mem_str(path), buf_take(&one), len};
	}
	kit_digest(files.v, files.n, digest);
	jw_kstr(&j, "digest", digest);
	jw_kbool(&j, "in_use", in_use);
	jw_key(&j, "files");
	jw_arr(&j);
	vec_each(struct kit_file, f, &files) {
		jw_obj(&j);
		jw_kstr(&j, "path", f->path);
		jw_key(&j, "text");
		jw_strn(&j, f->text, f->len);
		jw_obj_end(&j);
	}
	jw_arr_end(&j);
	body_end(w, &j, "kit.loaded", NULL, "engine");
	for (size_t i = 0; i < files.n; i++) {
		free((char *)(uintptr_t)files.v[i].path);
		if (i)
			free((char *)(uintptr_t)files.v[i].text);
	}
	vec_release(&files);
	buf_release(&kit);
}
