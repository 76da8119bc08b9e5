/* The events of an intent: the declaration where no incident is open, the
 * request, and the durable intent itself.  Whoever decided it, a person's ask or
 * a countdown, it is written down the same way. */
#include <stdio.h>
#include <string.h>

#include "decide/private.h"

const char *breach_title(const struct model *m, const char *service, char *out, size_t cap)
{
	vec_each(struct model_row, r, &m->rows)
		if (model_row_standing(r) && strcmp(r->service, service) == 0) {
			(void)snprintf(out, cap, "%s: %s breached", service, r->row);
			return out;
		}
	return NULL;
}

void intent_place(struct asking *q, struct intent *n)
{
	const struct model_incident *i = n->incident;
	const char *service = n->panel->service;
	if (!i) {
		declare_events(q, n->title, &service, 1, NULL, n->name);
	} else {
		text_copy(n->name, sizeof n->name, i->name);
		if (!incident_has_service(i, service)) {
			struct jw w = draft_begin(q, EVENT_INCIDENT_DECLARED, n->name);
			jw_key(&w, "services");
			jw_arr(&w);
			jw_str(&w, service);
			jw_arr_end(&w);
			jw_kstr(&w, "title", i->title);
			draft_close(&w);
		}
	}
	(void)snprintf(n->key, sizeof n->key, "%s/%zu", n->name, i ? i->actions.n + 1 : (size_t)1);
	text_copy(n->op, sizeof n->op, q->a->random);
}

/* A again, now with incident and reason; the digest leaves both out. */
static void put_final_a(struct jw *w, const struct panel *p, const char *incident, const char *reason)
{
	static const char *const replaced[] = {"incident", "reason"};
	struct json *a = NULL;
	if (json_parse(buf_str(&p->a), p->a.len, JSON_LINE_MAX, &a, NULL) != STATUS_OK) {
		jw_null(w);
		return;
	}
	jw_obj(w);
	for (const struct json *c = json_first(a); c; c = json_next(c))
		if (strcmp(json_key(c), replaced[0]) != 0 && strcmp(json_key(c), replaced[1]) != 0) {
			jw_key(w, json_key(c));
			jw_tree(w, c);
		}
	jw_kstr(w, "incident", incident);
	jw_kstr(w, "reason", reason);
	jw_obj_end(w);
	json_free(a);
}

void intent_request(struct asking *q, const struct intent *n)
{
	const struct kit_action *k = n->action;
	struct jw w = draft_begin(q, EVENT_ACTION_REQUESTED, n->name);
	jw_kstr(&w, "key", n->key);
	jw_kstr(&w, "op", n->op);
	jw_kstr(&w, "digest", n->panel->digest);
	jw_key(&w, "a");
	put_final_a(&w, n->panel, n->name, n->reason);
	jw_kstr(&w, "authority", n->authority);
	jw_kstr(&w, "by", n->row ? "engine" : q->a->person);
	jw_kstr(&w, "via", q->a->via);
	jw_kstr(&w, "reason", n->reason);
	jw_kstr(&w, "backend", k->backend);
	if (k->confirmed.given)
		jw_knum(&w, "confirmed_s", (double)k->confirmed.time / 1e6);
	if (n->row) {
		jw_knum(&w, "countdown_s", (double)n->countdown / 1e6);
		jw_kstr(&w, "row", n->row);
		jw_kstr(&w, "because", n->because);
	}
	jw_key(&w, "waits_for");
	jw_arr(&w);
	if (n->row)
		jw_str(&w, "countdown");
	jw_arr_end(&w);
	draft_close(&w);
}

void intent_fire(struct asking *q, const struct intent *n)
{
	struct jw w = draft_begin(q, EVENT_ACTION_FIRED, n->name);
	jw_kstr(&w, "key", n->key);
	jw_kstr(&w, "op", n->op);
	jw_kstr(&w, "digest", n->panel->digest);
	jw_knum(&w, "deadline_s", (double)n->action->timeout / 1e6);
	jw_kint(&w, "pid", n->panel->pid);
	jw_kint(&w, "pid_start", n->panel->pid_start);
	draft_close(&w);
}
