/* backout fire ACTION...: panel, challenge, fire, follow, one action after the other. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fire.h"

static void params_begin(struct buf *b, struct jw *w, const struct fire *f)
{
	buf_init(b, 60000);
	jw_init(w, b);
	jw_obj(w);
	if (f->c->incident)
		jw_kstr(w, "incident", f->c->incident);
	else if (f->joins && f->incident[0])
		jw_kstr(w, "incident", f->incident);
	if (f->reason)
		jw_kstr(w, "reason", f->reason);
	if (f->break_glass)
		jw_kbool(w, "break_glass", true);
}

static enum status arm(struct fire *f, const char *action, struct json **out_panel, struct fault *fault)
{
	struct buf b;
	struct jw w;
	params_begin(&b, &w, f);
	jw_kstr(&w, "action", action);
	if (f->service)
		jw_kstr(&w, "service", f->service);
	if (f->to)
		jw_kstr(&w, "to", f->to);
	jw_obj_end(&w);
	enum status s = session_ask(&f->s, "arm", buf_str(&b), out_panel, fault);
	buf_release(&b);
	return s;
}

static void disarm(struct fire *f, const char *why)
{
	struct buf b;
	struct jw w;
	struct fault fault;
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "why", why);
	jw_obj_end(&w);
	session_ask(&f->s, "disarm", buf_str(&b), NULL, &fault); /* a panel that stays open closes with the line */
	buf_release(&b);
}

static enum status confirm(struct fire *f, const struct json *panel)
{
	struct fault fault;
	char why[200];
	if (f->yes)
		return STATUS_OK;
	if (fire_challenge(f, panel, why, sizeof why) == STATUS_OK)
		return STATUS_OK;
	disarm(f, why);
	fault_set(&fault, STATUS_NO, "not-confirmed", "nothing was fired: %s", why);
	return cli_fail(f->c, STATUS_NO, &fault);
}

static enum status fire_it(struct fire *f, const struct json *panel)
{
	struct buf b;
	struct jw w;
	struct fault fault;
	struct json *result = NULL;
	char key[128];
	params_begin(&b, &w, f);
	jw_kstr(&w, "digest", json_get_str(panel, "digest", ""));
	jw_kstr(&w, "service", json_get_str(panel, "service", ""));
	jw_kstr(&w, "action", json_get_str(panel, "action", ""));
	jw_obj_end(&w);
	enum status s = session_ask(&f->s, "fire", buf_str(&b), &result, &fault);
	buf_release(&b);
	if (s)
		return cli_fail(f->c, s, &fault);
	text_copy(key, sizeof key, json_get_str(result, "key", ""));
	text_copy(f->incident, sizeof f->incident, json_get_str(result, "incident", ""));
	json_free(result);
	return key[0] ? fire_follow(f, key) : STATUS_OK;
}

/* Contract: firing to the version that serves already says so and is well. */
static bool serves_already(const struct fire *f, const struct json *panel)
{
	const char *from = json_get_str(panel, "from", ""), *to = json_get_str(panel, "to", "");
	char a[80], b[300];
	if (!from[0] || strcmp(from, to))
		return false;
	if (f->c->json)
		fire_panel_print(f, panel);
	else
		printf("%s serves %s already: nothing to do\n", text_safe(a, sizeof a, json_get_str(panel, "service", "")), text_safe(b, sizeof b, to));
	return true;
}

static enum status with_panel(struct fire *f, const struct json *panel)
{
	if (f->dry_run || (!f->yes && !f->c->json))
		fire_panel_print(f, panel);
	if (serves_already(f, panel) && !f->dry_run) {
		disarm(f, "it serves that version already");
		return STATUS_OK;
	}
	if (f->dry_run) {
		disarm(f, "dry run");
		return json_get_bool(panel, "ready", false) && json_get_bool(panel, "may", false) ? STATUS_OK : STATUS_NO;
	}
	enum status s = confirm(f, panel);
	return s ? s : fire_it(f, panel);
}

/* Firing what already runs attaches to it. */
static const struct model_action *running(const struct fire *f, const char *action)
{
	const struct model *m = client_model(f->s.client);
	const struct kit_action *k = m->kit ? kit_action(m->kit, f->service, action) : NULL;
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions)
			if (k && a->outcome == OUTCOME_RUNNING && !strcmp(a->action, k->name) && !strcmp(a->service, k->service->name))
				return a;
	return NULL;
}

enum status fire_one(struct fire *f, const char *action)
{
	struct json *panel = NULL;
	struct fault fault;
	const struct model_action *a = f->dry_run ? NULL : running(f, action);
	if (a) {
		char key[128];
		text_copy(key, sizeof key, a->key);
		fprintf(stderr, "%s runs already: following it\n", key);
		return fire_follow(f, key);
	}
	const struct model *m = client_model(f->s.client);
	const struct kit_action *k = m->kit ? kit_action(m->kit, f->service, action) : NULL;
	f->joins = k && !model_incident_of_service(m, k->service->name);
	enum status s = arm(f, action, &panel, &fault);
	if (s)
		return cli_fail(f->c, s, &fault);
	s = with_panel(f, panel);
	json_free(panel);
	return s;
}

static enum status check_words(struct fire *f)
{
	struct fault fault;
	enum status s = cli_done(f->c, 1, 64);
	if (!s && !f->dry_run)
		s = need_option(f->c, "--reason", f->reason);
	if (s || f->dry_run || f->yes || (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)))
		return s;
	fault_set(&fault, STATUS_USAGE, "no-terminal", "the three letters are asked for on a terminal, and there is none");
	fault_mend(&fault, "--yes fires without them; authority and preflight stay as they are");
	return cli_fail(f->c, STATUS_USAGE, &fault);
}

enum status cmd_fire(struct cli *c)
{
	struct fire f = {.c = c};
	struct fault fault;
	cli_option(c, "--reason", &f.reason);
	cli_option(c, "--to", &f.to);
	cli_option(c, "--service", &f.service);
	f.yes = cli_option(c, "--yes", NULL);
	f.wait = cli_option(c, "--wait", NULL);
	f.dry_run = cli_option(c, "--dry-run", NULL);
	f.break_glass = cli_option(c, "--break-glass", NULL);
	enum status s = check_words(&f);
	if (s)
		return s;
	s = session_open(&f.s, c, true, &fault);
	if (s) {
		cli_fail(c, s, &fault);
		session_close(&f.s);
		return s;
	}
	fire_order(client_model(f.s.client), f.service, c->argv + 1, c->argc - 1);
	for (int i = 1; i < c->argc && !s; i++)
		s = fire_one(&f, c->argv[i]);
	session_close(&f.s);
	return s;
}
