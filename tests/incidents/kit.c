/* The kit of an incident. */
#include "config.h"

#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "kit/kit.h"

static void put_top(const struct truth *t, struct buf *b)
{
	buf_adds(b, "kit: 1\nname: proof\nenvironment: production\n"
		"people:\n"
		"  maya: {name: Maya, uid: 1001, roles: [incident-commander, on-call]}\n"
		"  ravi: {name: Ravi, uid: 1002, roles: [incident-commander, on-call]}\n"
		"tiers:\n"
		"  self: {recovery: auto-rollback, veto: 20s, soak: 10m, revert_target: 5m}\n"
		"  hand: {recovery: rollback, revert_target: 5m}\n"
		"authority:\n  service: {roles: [on-call, incident-commander]}\n"
		"automatic: {on: [h]}\n"
		"backends:\n  hosts: {plugin: releases, settle: 30s}\n  web: {plugin: probe}\n  ping: {plugin: probe}\n"
		"reports:\n  cannot_login: {ask: Users cannot log in}\n"
		"rubric:\n");
	buf_addf(b, "  - {name: errors-high, signal: errors, when: \"> 5%% for %ds\", at_least: \"20 in 1m\", action: reverse, owner: on-call, timer: 2m}\n",
		(int)(t->row_for / US_SECOND));
	buf_adds(b, "  - {name: slow-pages, signal: latency, when: \"> 500ms for 20s\", action: reverse, owner: on-call, timer: 2m}\n");
	if (t->side_row)
		buf_adds(b, "  - {name: side-high, signal: side, when: \"> 20% for 15s\", action: reverse, owner: on-call, timer: 2m}\n");
	if (t->fault_row)
		buf_adds(b, "  - {name: many-faults, signal: faults, when: \"> 60 in 2m\", action: reverse, owner: on-call, timer: 2m}\n");
	if (t->burn_row)
		buf_adds(b, "  - {name: burns, signal: burnt, when: \"burn 99% > 5 in 60s and 180s\", action: reverse, owner: on-call, timer: 2m}\n");
	buf_adds(b, "  - {name: people-say, signal: cannot_login, when: any, action: reverse, owner: on-call, timer: 2m}\n");
}

static void put_signals(const struct truth *t, struct buf *b)
{
	int w = (int)(t->window / US_SECOND);
	char window[24] = "";
	if (w)
		(void)snprintf(window, sizeof window, ", window: %ds", w);
	buf_addf(b, "signals:\n  errors: {backend: web, query: q, unit: ratio, every: 5s, traffic: hits%s}\n", window);
	buf_adds(b, "  hits: {backend: web, query: q, unit: count, every: 5s, window: 10s}\n"
		"  latency: {backend: ping, query: q, unit: ms, every: 5s}\n");
	if (t->side_signal)
		buf_adds(b, "  side: {backend: ping, query: q, unit: ratio, every: 5s}\n");
	if (t->fault_row)
		buf_addf(b, "  faults: {backend: web, query: q, unit: count, every: 5s%s}\n", window);
	if (t->burn_row)
		buf_addf(b, "  burnt: {backend: web, query: q, unit: ratio, every: 5s%s}\n", window);
}

static void put_service(const struct truth *t, const struct service *s, struct buf *b)
{
	buf_addf(b, "service: %s\ntier: %s\nowner: maya\non_call: [ravi, maya]\ndepends_on: [", s->name, s->automatic ? "self" : "hand");
	for (int i = 0; i < s->n_deps; i++)
		buf_addf(b, "%s%s", i ? ", " : "", t->services[s->deps[i]].name);
	buf_addf(b, "]\ndeploys: {backend: hosts, target: {dir: /srv/%s}}\n", s->name);
	put_signals(t, b);
	buf_adds(b, "actions:\n  - {name: rollback, level: 2, class: reverse, verb: rollback, backend: hosts, "
		"confirmed: {time: 2m, on: 2026-11-16, where: staging, by: ravi}}\n");
	buf_addf(b, "verify:\n  good: [%s\"latency < 500ms for 20s\"]\n%s  within: 5m\n", t->few_checks ? "" : "\"errors < 2% for 30s\", ",
		t->volume ? "  volume: \"hits > 10 for 10s\"\n" : "");
}

static void put_file(struct jw *w, const char *path, const struct buf *text)
{
	jw_obj(w);
	jw_kstr(w, "path", path);
	jw_kstr(w, "text", buf_str(text));
	jw_obj_end(w);
}

void kit_body(const struct truth *t, struct buf *out)
{
	struct buf text;
	struct jw w;
	char digest[SHA_HEX], path[40];
	unsigned char sha[SHA_LEN];
	jw_init(&w, out);
	jw_obj(&w);
	jw_key(&w, "files");
	jw_arr(&w);
	buf_init(&text, 1 << 16);
	put_top(t, &text);
	put_file(&w, "kit.yaml", &text);
	for (int i = 0; i < t->n; i++) {
		buf_reset(&text);
		put_service(t, &t->services[i], &text);
		(void)snprintf(path, sizeof path, "services/%s.yaml", t->services[i].name);
		put_file(&w, path, &text);
	}
	buf_release(&text);
	jw_arr_end(&w);
	sha256(out->data, out->len, sha);
	hex_print(sha, SHA_LEN, digest);
	jw_kstr(&w, "digest", digest);
	jw_kbool(&w, "in_use", true);
	jw_obj_end(&w);
}
