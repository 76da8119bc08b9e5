/* An ask: decided against the model, committed, answered.  Asks that only read
 * are answered in engine_read.c; arm, fire and cancel also have an acting
 * process to deal with. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

/* ---- answers -------------------------------------------------------------------- */

/* An answer that did not fit would leave who asked waiting for ever: there is room for all of it. */
static void reply_begin(struct buf *b, struct jw *w, int64_t id, enum status s, size_t len)
{
	buf_init(b, len + 65536);
	jw_init(w, b);
	jw_obj(w);
	jw_key(w, "reply");
	jw_obj(w);
	jw_kint(w, "id", id);
	jw_kint(w, "status", (int)s);
}

static void reply_end(struct peer *p, struct buf *b, struct jw *w)
{
	jw_obj_end(w);
	jw_obj_end(w);
	buf_addc(b, '\n');
	peer_send(p, b);
	buf_release(b);
}

void reply_result(struct peer *p, int64_t id, const char *json, size_t len)
{
	struct buf b;
	struct jw w;
	reply_begin(&b, &w, id, STATUS_OK, len);
	jw_key(&w, "result");
	if (len)
		jw_raw(&w, json, len);
	else
		jw_raw(&w, "{}", 2);
	reply_end(p, &b, &w);
}

void reply_fault(struct peer *p, int64_t id, enum status s, const struct fault *f)
{
	struct buf b;
	struct jw w;
	reply_begin(&b, &w, id, s, 0);
	jw_key(&w, "error");
	jw_fault(&w, f);
	reply_end(p, &b, &w);
}

/* ---- from decision to commit --------------------------------------------------------- */

struct asked {
	struct peer *p;
	int64_t id;
	struct ask ask;
	char random[65], person[72];
	struct now now;
};

static bool fires(const struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		if (ds->v[i].kind == EVENT_ACTION_FIRED)
			return true;
	return false;
}

static void key_of_result(const struct buf *result, char *out, size_t cap)
{
	struct json *j = NULL;
	out[0] = '\0';
	if (!json_parse(buf_str(result), result->len, JSON_LINE_MAX, &j, NULL))
		text_copy(out, cap, json_get_str(j, "key", ""));
	json_free(j);
}

/* STATUS_UNKNOWN only where an intent may be on disk; the words say what that means. */
static void reply_failed(struct asked *a, enum status s, struct fault *f, bool fire)
{
	if (s == STATUS_UNKNOWN) {
		char what[300];
		text_copy(what, sizeof what, f->what);
		fault_set(f, s, "store-unknown", "the store failed while this was recorded, and it may be recorded: %.200s", what);
		fault_mend(f, fire ? "nothing was sent to the backend; look at the journal before anything is done again" : "look before doing it again");
	} else if (!f->mend[0]) {
		fault_mend(f, "nothing was done; it is safe to do it again");
	}
	reply_fault(a->p, a->id, s, f);
}

static void fire_committed(struct asked *a, struct act *act, const struct decision *d)
{
	char key[128];
	key_of_result(&d->result, key, sizeof key);
	a->p->panel = NULL;
	act->peer = NULL;
	panel_became(a->p->e, act, "fired");
	act_perform(act, key);
}

/* The panel that may fire, or NULL: a kit or a program that was changed under it closes it. */
static struct act *panel_of(struct asked *a)
{
	struct engine *e = a->p->e;
	if (a->p->panel && !model_open_incidents(e->model, NULL))
		kit_look(e); /* with an incident open the kit in use governs, whatever lies on disk */
	struct act *act = a->p->panel && a->p->panel->state == ACT_OPEN ? a->p->panel : NULL;
	if (!act || launch_program_is(e, act->panel.backend, act->sha))
		return act;
	act_close(act, "the program of its plugin changed", true);
	return NULL;
}

static void do_fire(struct asked *a)
{
	struct engine *e = a->p->e;
	struct act *act = panel_of(a);
	struct decision d;
	struct fault f;
	decision_init(&d);
	if (act) { /* the intent names the process that will act, so that a successor can wait for it */
		act->panel.pid = host_plugin_pid(act->p);
		act->panel.pid_start = (int64_t)host_plugin_start(act->p);
	}
	a->ask.panel = act ? &act->panel : NULL;
	decide_ask(e->model, &a->now, &a->ask, &d);
	bool fire = fires(&d.events);
	if (d.status) {
		reply_fault(a->p, a->id, d.status, &d.fault);
	} else if (fire && !act) {
		fault_set(&f, STATUS_USAGE, "no-panel", "no panel is open");
		reply_fault(a->p, a->id, STATUS_USAGE, &f);
	} else {
		enum status s = engine_commit(e, &d.events, &a->now, &f);
		if (s == STATUS_UNKNOWN && fire) {
			act->in_doubt = true;
			act_close(act, "the store failed", false);
		}
		if (s)
			reply_failed(a, s, &f, fire);
		else if (fire)
			fire_committed(a, act, &d);
		if (!s)
			reply_result(a->p, a->id, buf_str(&d.result), d.result.len);
	}
	decision_release(&d);
}

static void after_ask(struct asked *a)
{
	const char *verb = a->ask.verb;
	if (!strcmp(verb, "cancel"))
		act_cancel(a->p->e, json_get_str(a->ask.params, "key", ""));
	else if (!strcmp(verb, "disarm") && a->p->panel)
		act_close(a->p->panel, NULL, false);
}

static void do_decided(struct asked *a)
{
	struct engine *e = a->p->e;
	struct decision d;
	struct fault f;
	decision_init(&d);
	a->ask.panel = a->p->panel ? &a->p->panel->panel : NULL; /* disarm says which one closed */
	decide_ask(e->model, &a->now, &a->ask, &d);
	if (!d.status && !strcmp(a->ask.verb, "reload"))
		d.status = kit_reload(e, &d.events, &d.result, &d.fault);
	if (d.status) {
		reply_fault(a->p, a->id, d.status, &d.fault);
	} else {
		enum status s = engine_commit(e, &d.events, &a->now, &f);
		if (s)
			reply_failed(a, s, &f, false);
		else
			after_ask(a);
		if (!s)
			reply_result(a->p, a->id, buf_str(&d.result), d.result.len);
	}
	decision_release(&d);
}

/* A panel: on the record first, then a process of its own, its preflight, and only then the answer. */
static void do_arm(struct asked *a)
{
	struct engine *e = a->p->e;
	struct decision d;
	struct panel panel;
	const struct json *q = a->ask.params;
	if (a->p->panel)
		act_close(a->p->panel, "another panel was opened", false);
	decision_init(&d);
	panel_init(&panel);
	decide_ask(e->model, &a->now, &a->ask, &d);
	bool panel_wanted = d.events.n > 0; /* else it runs already, or was asked before: answered as it is */
	if (!d.status && panel_wanted)
		d.status = panel_begin(e->model, json_get_str(q, "service", NULL), json_get_str(q, "action", ""), json_get_str(q, "to", NULL),
			a->ask.person, json_get_str(q, "reason", NULL), &panel, &d.fault);
	if (!d.status)
		d.status = engine_commit(e, &d.events, &a->now, &d.fault);
	if (d.status) {
		reply_fault(a->p, a->id, d.status, &d.fault);
		panel_release(&panel);
	} else if (!panel_wanted) {
		reply_result(a->p, a->id, buf_str(&d.result), d.result.len);
		panel_release(&panel);
	} else {
		text_copy(panel.person, sizeof panel.person, a->ask.person ? a->ask.person : "");
		act_arm(a->p, a->id, &panel);
	}
	decision_release(&d);
}

/* ---- the line ---------------------------------------------------------------------- */

static bool is_ask_id(const char *s)
{
	return strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

static const char *const verbs[] = {"declare", "report", "note", "arm", "disarm", "fire", "cancel", "resolve", "veto", "ack",
	"pin", "unpin", "freeze", "unfreeze", "take", "hand-over", "close", "reload"};

static bool is_verb(const char *verb)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i], verb))
			return true;
	return false;
}

static void bad_ask(struct peer *p, int64_t id, const char *what)
{
	struct fault f;
	fault_set(&f, STATUS_USAGE, "bad-ask", "%s", what);
	reply_fault(p, id, STATUS_USAGE, &f);
}

static bool gone_store(struct asked *a)
{
	struct fault f;
	if (!a->p->e->lost && !a->p->e->ending)
		return false;
	fault_set(&f, STATUS_OUTSIDE, "engine-ends", a->p->e->lost ?
		"the store or its lock was deleted or replaced: nothing fires any more" : "this engine is ending");
	fault_mend(&f, "nothing was done; try again in a moment, an engine is started where none runs");
	reply_fault(a->p, a->id, STATUS_OUTSIDE, &f);
	return true;
}

void ask_line(struct peer *p, const struct json *line)
{
	struct asked a = {.p = p, .id = json_get_int(line, "id", 0)};
	const struct json *params = json_get(line, "params");
	const char *verb = json_get_str(line, "do", ""), *via = json_get_str(line, "via", "command");
	if (params && json_type(params) != JSON_OBJECT) {
		bad_ask(p, a.id, "params is an object");
		return;
	}
	if (read_ask(p, a.id, verb, params))
		return;
	a.ask = (struct ask){.id = json_get_str(line, "ask", ""), .verb = verb, .params = params, .uid = p->uid,
		.via = via, .read_only = !strcmp(p->role, "observer"), .random = a.random};
	const char *person = peer_person(p);
	text_copy(a.person, sizeof a.person, person ? person : "");
	a.ask.person = person ? a.person : NULL;
	os_random_hex(a.random, 32);
	os_now(&a.now);
	if (!is_verb(verb) || !is_ask_id(a.ask.id) || (strcmp(via, "key") && strcmp(via, "command")))
		bad_ask(p, a.id, is_verb(verb) ? "an ask carries 32 hex digits in \"ask\", and \"via\" is key or command" : "the engine knows no such ask");
	else if (gone_store(&a))
		return;
	else if (!strcmp(verb, "arm"))
		do_arm(&a);
	else if (!strcmp(verb, "fire"))
		do_fire(&a);
	else
		do_decided(&a);
}
