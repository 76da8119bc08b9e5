/* Asks that change nothing: status, plugins, fate, curves, stop (`read` is engine_pages.c's,
 * `samples` engine_series.c's); and the first line after attaching. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"
#include "model/standing.h"

static void read_status(struct peer *p, struct jw *w)
{
	struct now now;
	os_now(&now);
	struct stamp at = stamp_of_now(&now);
	standing_print(p->e->model, true, &at, w);
}

static void put_filled(const struct model_backend *b, struct jw *w)
{
	if (!b || !b->filled_at.at)
		return;
	jw_key(w, "filled");
	jw_obj(w);
	jw_ktime(w, "from", b->filled_from);
	jw_ktime(w, "at", b->filled_at.at);
	jw_kbool(w, "complete", b->filled_whole);
	if (b->filled_why)
		jw_kstr(w, "why", b->filled_why);
	jw_obj_end(w);
}

static void read_plugins(struct peer *p, struct jw *w)
{
	jw_arr(w);
	for (const struct watch *v = p->e->watches; v; v = v->next) {
		const struct host_manifest *man = v->p && host_plugin_state(v->p) == PLUGIN_READY ? host_plugin_manifest(v->p) : NULL;
		jw_obj(w);
		jw_kstr(w, "backend", v->backend);
		jw_kstr(w, "plugin", man ? man->name : v->plugin);
		jw_kstr(w, "version", man ? man->version : NULL);
		jw_kstr(w, "state", v->state);
		jw_kint(w, "pid", v->p ? host_plugin_pid(v->p) : 0);
		jw_kint(w, "restarts", v->restarts);
		jw_key(w, "verbs");
		jw_arr(w);
		for (size_t i = 0; man && i < man->n_verbs; i++)
			jw_str(w, man->verbs[i]);
		jw_arr_end(w);
		const struct model_backend *b = model_backend(p->e->model, v->backend);
		if (v->why[0])
			jw_kstr(w, "why", v->why);
		if (b && b->trouble)
			jw_kstr(w, "trouble", b->trouble);
		put_filled(b, w);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void read_fate(struct peer *p, const struct json *params, struct jw *w)
{
	const struct model *m = p->e->model;
	const char *of = json_get_str(params, "of", "");
	const struct model_ask *found = NULL;
	vec_each(const struct model_ask, a, &m->asks)
		if (!strcmp(a->ask, of))
			found = a;
	jw_obj(w);
	jw_kbool(w, "known", found != NULL);
	if (found && found->key)
		jw_kstr(w, "key", found->key);
	if (found && found->incident)
		jw_kstr(w, "incident", found->incident);
	const struct model_action *act = found && found->key ? model_action(m, found->key) : NULL;
	if (act) {
		jw_kstr(w, "action", act->action);
		jw_kstr(w, "op", act->op);
		jw_kstr(w, "outcome", outcome_name(act->outcome));
	}
	jw_obj_end(w);
}

static void stop(struct peer *p, int64_t id, const struct json *params)
{
	struct fault f;
	if (p->uid != (int64_t)getuid() && p->uid != 0) {
		fault_set(&f, STATUS_DENIED, "not-yours", "only the engine's own user may end it");
		reply_fault(p, id, STATUS_DENIED, &f);
		return;
	}
	reply_result(p, id, "{}", 2);
	engine_end(p->e, STATUS_OK, json_get_bool(params, "replace", false) ? "replaced" : "asked to end");
}

bool read_ask(struct peer *p, int64_t id, const char *verb, const struct json *params)
{
	struct buf b;
	struct jw w;
	if (!strcmp(verb, "stop")) {
		stop(p, id, params);
		return true;
	}
	if (!strcmp(verb, "read")) {
		pages_ask(p, id, params);
		return true;
	}
	if (!strcmp(verb, "samples")) {
		series_ask(p, id, params);
		return true;
	}
	buf_init(&b, (size_t)96 << 20);
	jw_init(&w, &b);
	if (!strcmp(verb, "status"))
		read_status(p, &w);
	else if (!strcmp(verb, "plugins"))
		read_plugins(p, &w);
	else if (!strcmp(verb, "fate"))
		read_fate(p, params, &w);
	else if (!strcmp(verb, "try")) {
		ways_now(p->e);
		jw_obj(&w);
		jw_obj_end(&w);
	} else if (!strcmp(verb, "curves"))
		model_curves_dump(p->e->model, json_get_str(params, "service", ""), &w);
	else {
		buf_release(&b);
		return false;
	}
	reply_result(p, id, buf_str(&b), b.len);
	buf_release(&b);
	return true;
}

/* ---- the first line after attaching ------------------------------------------------------ */

static void put_actions(const struct model *m, struct buf *b)
{
	vec_each(const struct model_incident, i, &m->incidents)
		vec_each(const struct model_action, a, &i->actions)
			if (i->open)
				buf_addf(b, "%s%s %s %s%s%s: %s", b->len ? "; " : "", a->key, a->action, a->from ? a->from : "", a->to ? " -> " : "",
					a->to ? a->to : "", outcome_name(a->outcome));
}

void read_attached(struct peer *p)
{
	struct engine *e = p->e;
	const char *person = peer_person(p);
	struct buf b;
	struct now now;
	char when[40];
	os_now(&now);
	buf_init(&b, 8192);
	vec_each(struct last_panel, l, &e->panels)
		if (person && !strcmp(l->person, person))
			buf_addf(&b, "your panel %s of %s, %s: %s", l->action, l->service,
				instant_local(now.at - (now.mono - l->mono), "%H:%M:%S", when, sizeof when), l->text);
	put_actions(e->model, &b);
	if (b.len)
		peer_tell(p, "attached", NULL, buf_str(&b));
	buf_release(&b);
}
