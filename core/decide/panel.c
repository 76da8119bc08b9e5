/* Panels: what will run, frozen before anybody is asked for three letters. */
#include "decide/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT_MAX 4096

void panel_init(struct panel *p)
{
	memset(p, 0, sizeof *p);
	buf_init(&p->a, JSON_LINE_MAX / 4);
	buf_init(&p->preflight, JSON_LINE_MAX / 2);
}

void panel_release(struct panel *p)
{
	buf_release(&p->a);
	buf_release(&p->preflight);
}

void action_digest(const struct json *a, const char *program_sha, const char *kit_digest, char out[SHA_HEX])
{
	static const char *const without[] = {"by", "incident", "reason"};
	struct buf canon;
	struct jw w;
	unsigned char sha[SHA_LEN];
	buf_init(&canon, JSON_LINE_MAX);
	jw_init(&w, &canon);
	jw_canon(&w, a, without, 3);
	const struct piece pieces[] = {{"backout/action/1\n", 17}, {canon.data, canon.len}, {"\n", 1}, {program_sha, strlen(program_sha)},
		{"\n", 1}, {kit_digest, strlen(kit_digest)}};
	sha256_pieces(pieces, 6, sha);
	hex_print(sha, SHA_LEN, out);
	buf_release(&canon);
}

/* A as plugins get it; from and to may still be NULL. */
static void put_a(struct buf *b, const struct model *m, const struct kit_action *k, const char *from, const char *to, const char *expect,
	const char *by, const char *incident, const char *reason)
{
	struct jw w;
	buf_reset(b);
	jw_init(&w, b);
	jw_obj(&w);
	jw_kstr(&w, "name", k->name);
	jw_kstr(&w, "service", k->service->name);
	jw_kint(&w, "level", k->level);
	jw_kstr(&w, "class", row_class_name(k->cls));
	jw_kstr(&w, "verb", k->verb);
	jw_key(&w, "target");
	jw_raw(&w, k->target, strlen(k->target));
	jw_kstr(&w, "environment", m->environment);
	if (from)
		jw_kstr(&w, "from", from);
	if (to)
		jw_kstr(&w, "to", to);
	if (expect)
		jw_kstr(&w, "expect", expect);
	jw_kstr(&w, "by", by);
	jw_kstr(&w, "incident", incident);
	jw_kstr(&w, "reason", reason ? reason : "");
	jw_obj_end(&w);
}

enum status panel_begin(const struct model *m, const char *service, const char *action, const char *to, const char *by, const char *reason,
	struct panel *out, struct fault *f)
{
	const struct kit_action *k = m->kit ? kit_action(m->kit, service, action) : NULL;
	if (!k)
		return fault_set(f, STATUS_USAGE, "no-action", "the kit has no action %s for %s", action, service ? service : "any service");
	if (to && !text_is_version(to))
		return fault_set(f, STATUS_USAGE, "bad-version", "a version has 1 to 256 characters of A-Za-z0-9._:/@+-");
	const struct model_incident *i = model_incident_of_service(m, k->service->name);
	text_copy(out->service, sizeof out->service, k->service->name);
	text_copy(out->action, sizeof out->action, k->name);
	text_copy(out->backend, sizeof out->backend, k->backend);
	text_copy(out->person, sizeof out->person, by);
	text_copy(out->to, sizeof out->to, to ? to : k->to);
	out->to_said = to != NULL;
	put_a(&out->a, m, k, NULL, out->to[0] ? out->to : NULL, NULL, by, i ? i->name : NULL, reason);
	return STATUS_OK;
}

static enum status check_versions(const struct kit_action *k, const char *from, const char *to, const struct panel *p, struct fault *f)
{
	if (k->cls == CLASS_REVERSE && (!from || !to))
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s did not say from which version to which", k->backend);
	if ((from && !text_is_version(from)) || (to && !text_is_version(to)))
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s named a version with other characters than A-Za-z0-9._:/@+-", k->backend);
	if (p->to_said && to && strcmp(p->to, to) != 0)
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s would go to another version than was asked for", k->backend);
	return STATUS_OK;
}

enum status panel_freeze(const struct model *m, struct panel *p, const struct json *preflight, const char *program_sha, const struct now *now,
	struct fault *f)
{
	const struct kit_action *k = m->kit ? kit_action(m->kit, p->service, p->action) : NULL;
	const char *from = json_get_str(preflight, "from", NULL), *to = json_get_str(preflight, "to", NULL);
	const char *expect = json_get_str(preflight, "expect", NULL);
	if (!k)
		return fault_set(f, STATUS_OUTSIDE, "kit-changed", "the kit no longer has the action %s", p->action);
	if (json_type(preflight) != JSON_OBJECT || json_type(json_get(preflight, "ready")) != JSON_BOOL)
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s answered preflight without \"ready\"", k->backend);
	if (expect && strlen(expect) > EXPECT_MAX)
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s answered an \"expect\" above 4 KiB", k->backend);
	enum status s = check_versions(k, from, to, p, f);
	if (s != STATUS_OK)
		return s;
	struct json *before = NULL, *a = NULL;
	if (json_parse(p->a.data, p->a.len, JSON_LINE_MAX, &before, f) != STATUS_OK)
		return STATUS_OUTSIDE;
	char *by = mem_str(json_get_str(before, "by", "")), *inc = mem_str(json_get_str(before, "incident", NULL));
	char *reason = mem_str(json_get_str(before, "reason", ""));
	put_a(&p->a, m, k, from, to, expect, by, inc, reason);
	free(by);
	free(inc);
	free(reason);
	json_free(before);
	s = json_parse(p->a.data, p->a.len, JSON_LINE_MAX, &a, f);
	if (s != STATUS_OK)
		return s;
	text_copy(p->from, sizeof p->from, from);
	text_copy(p->to, sizeof p->to, to);
	text_copy(p->kit_digest, sizeof p->kit_digest, m->kit_digest);
	action_digest(a, program_sha, p->kit_digest, p->digest);
	json_free(a);
	struct jw w;
	buf_reset(&p->preflight);
	jw_init(&w, &p->preflight);
	jw_tree(&w, preflight);
	if (p->preflight.failed)
		return fault_set(f, STATUS_OUTSIDE, "bad-preflight", "backend %s answered preflight with more than 512 KiB", k->backend);
	p->ready = json_get_bool(preflight, "ready", false);
	p->at = *now;
	return STATUS_OK;
}

/* ---- as a client gets it ---- */
static void put_text(struct jw *w, const struct json *preflight, const char *key)
{
	const char *s = json_get_str(preflight, key, NULL);
	if (s)
		jw_kstr(w, key, s);
}

/* Of what a stranger nested into each other only the texts that belong there. */
static void put_texts(struct jw *w, const struct json *preflight, const char *key)
{
	const struct json *list = json_get(preflight, key);
	if (json_type(list) != JSON_ARRAY)
		return;
	jw_key(w, key);
	jw_arr(w);
	for (const struct json *v = json_first(list); v; v = json_next(v))
		if (json_type(v) == JSON_STRING)
			jw_str(w, json_str(v, ""));
	jw_arr_end(w);
}

static void put_checks(struct jw *w, const struct json *preflight)
{
	const struct json *list = json_get(preflight, "checks");
	if (json_type(list) != JSON_ARRAY)
		return;
	jw_key(w, "checks");
	jw_arr(w);
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		if (json_type(v) != JSON_OBJECT)
			continue;
		jw_obj(w);
		jw_kstr(w, "name", json_get_str(v, "name", "?"));
		jw_kbool(w, "ok", json_get_bool(v, "ok", false));
		jw_kstr(w, "detail", json_get_str(v, "detail", ""));
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void put_not_known(struct jw *w, const struct model *m, const struct panel *p, const struct kit_action *k)
{
	const struct model_deploy *d = model_deploy(m, p->service);
	jw_key(w, "not_known");
	jw_arr(w);
	if (k->cls == CLASS_REVERSE && k->level >= 2 && (!d || d->back_safe == TRI_UNKNOWN))
		jw_str(w, "whether the older version reads what the newer one wrote (no brief)");
	if (!k->confirmed.given)
		jw_str(w, "how long it takes: it was never rehearsed");
	jw_arr_end(w);
}

/* What the backend said about the way back, kept apart from what we say: its words are a stranger's. */
static void put_back(struct jw *w, const struct model *m, const struct panel *p, const struct kit_action *k)
{
	const struct model_deploy *d = model_deploy(m, p->service);
	if (k->cls != CLASS_REVERSE || k->level < 2 || !d || (d->back_safe != TRI_NO && !d->back_why))
		return;
	jw_key(w, "back");
	jw_obj(w);
	jw_key(w, "safe");
	if (d->back_safe == TRI_UNKNOWN)
		jw_null(w);
	else
		jw_bool(w, d->back_safe == TRI_YES);
	jw_kstr(w, "why", d->back_why);
	jw_obj_end(w);
}

static void put_takes(struct jw *w, const struct model *m, const struct kit_action *k)
{
	const char *why;
	char text[200];
	int64_t t = expected_time(m, k, &why);
	if (t >= 0)
		jw_knum(w, "takes_s", (double)t / 1e6);
	(void)snprintf(text, sizeof text, "%s", why);
	if (k->confirmed.given && strcmp(why, "claimed in the kit") == 0)
		(void)snprintf(text, sizeof text, "claimed by %.40s, %.40s %.20s", k->confirmed.by, k->confirmed.where, k->confirmed.on);
	jw_kstr(w, "takes_why", text);
}

static void put_may(struct jw *w, const struct model *m, const struct kit_action *k, const char *person)
{
	char why[240];
	const struct model_incident *i = model_incident_of_service(m, k->service->name);
	bool may = may_fire(m, k, i, person, why, sizeof why) == STATUS_OK;
	if (may && !m->kit->armed) {
		may = false;
		text_copy(why, sizeof why, "the kit is not armed: nothing fires until kit.yaml says armed: true");
	}
	jw_kbool(w, "may", may);
	jw_kstr(w, "may_why", why);
	jw_kstr(w, "authority", radius_name(k->radius));
	jw_kbool(w, "needs_name", k->radius == RADIUS_GLOBAL);
}

/* What counts down on the service makes room for a fire. */
static void put_instead(struct jw *w, const struct model *m, const struct panel *p, const struct now *now)
{
	const struct model_action *a = model_countdown(m, p->service);
	struct stamp n = stamp_of_now(now);
	if (!a)
		return;
	jw_key(w, "instead_of");
	jw_obj(w);
	jw_kstr(w, "key", a->key);
	jw_kstr(w, "action", a->action);
	jw_knum(w, "left_s", (double)action_countdown_shown(a, &n) / 1e6);
	jw_obj_end(w);
}

void panel_print(const struct model *m, const struct panel *p, const char *person, const struct now *now, struct buf *out)
{
	const struct kit_action *k = m->kit ? kit_action(m->kit, p->service, p->action) : NULL;
	struct json *pre = NULL;
	struct jw w;
	char key[2] = {k ? k->key : '\0', '\0'};
	(void)json_parse(buf_str(&p->preflight), p->preflight.len, JSON_LINE_MAX, &pre, NULL);
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "action", p->action);
	jw_kstr(&w, "service", p->service);
	jw_kstr(&w, "environment", m->environment);
	jw_kstr(&w, "backend", p->backend);
	jw_kstr(&w, "digest", p->digest);
	jw_kstr(&w, "from", p->from[0] ? p->from : NULL);
	jw_kstr(&w, "to", p->to[0] ? p->to : NULL);
	jw_kbool(&w, "ready", p->ready);
	if (k) {
		const struct model_version *v = model_version(m, p->service, p->to);
		jw_kint(&w, "level", k->level);
		jw_kstr(&w, "class", row_class_name(k->cls));
		jw_kstr(&w, "verb", k->verb);
		jw_key(&w, "target");
		jw_raw(&w, k->target, strlen(k->target));
		if (key[0])
			jw_kstr(&w, "key", key);
		jw_kbool(&w, "to_bad", v && v->verdict == VERDICT_BAD);
		put_may(&w, m, k, person);
		put_takes(&w, m, k);
		put_not_known(&w, m, p, k);
		put_back(&w, m, p, k);
	}
	put_instead(&w, m, p, now);
	put_text(&w, pre, "effect");
	put_text(&w, pre, "command");
	put_texts(&w, pre, "not_undone");
	put_checks(&w, pre);
	put_texts(&w, pre, "current");
	put_text(&w, pre, "managed_by");
	jw_obj_end(&w);
	json_free(pre);
}
