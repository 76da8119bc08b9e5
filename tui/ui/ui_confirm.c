/* From an action's key to fire: arm, the panel, the challenge, fire; and what
 * the engine answers to any ask, in words. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/scene.h"

bool confirm_can_fire(const struct confirm *c)
{
	return c->may && c->ready && !c->versions_bad && *c->digest;
}

void confirm_open(struct ui *u, const struct sight *s, const struct kit_action *a, const char *to)
{
	const struct model_incident *i = ui_incident(u, s->m);
	struct confirm *c = &u->confirm;
	struct buf b;
	struct jw w;

	if (ui_back_refuses(u, PROMPT_NONE) || !ui_may_ask(u, s))
		return;
	if (u->rows < 12 || u->cols < 40) {
		ui_say(u, s, true, "the window is too small for a panel: 40x12 at least");
		return;
	}
	memset(c, 0, sizeof *c);
	c->state = CONFIRM_ASKING;
	c->asked = s->now.mono;
	text_copy(c->service, sizeof c->service, a->service->name);
	text_copy(c->action, sizeof c->action, a->name);
	text_copy(c->want, sizeof c->want, to ? to : "");
	if (i && incident_has_service(i, a->service->name))
		text_copy(c->incident, sizeof c->incident, i->name);
	snprintf(c->reason, sizeof c->reason, "%s", i ? i->title : "fired from the console");
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "action", c->action);
	jw_kstr(&w, "service", c->service);
	if (*c->want)
		jw_kstr(&w, "to", c->want);
	if (*c->incident)
		jw_kstr(&w, "incident", c->incident);
	jw_kstr(&w, "reason", c->reason);
	jw_obj_end(&w);
	ui_ask(u, "arm", &b, TAG_ARM);
}

void confirm_disarm(struct ui *u, const char *why)
{
	struct buf b;
	struct jw w;

	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "why", why);
	jw_obj_end(&w);
	ui_ask(u, "disarm", &b, TAG_QUIET);
}

void confirm_close(struct ui *u, const struct sight *s, const char *why, bool tell_engine)
{
	struct confirm *c = &u->confirm;

	if (c->state == CONFIRM_NONE)
		return;
	if (tell_engine)
		confirm_disarm(u, why ? why : "closed");
	ui_say(u, s, false, "%s: no (%s). Nothing was fired.", c->action, why ? why : "closed");
	c->state = CONFIRM_NONE;
}

static void fire(struct ui *u)
{
	struct confirm *c = &u->confirm;
	struct buf b;
	struct jw w;

	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "digest", c->digest);
	jw_kstr(&w, "reason", c->reason);
	if (*c->incident)
		jw_kstr(&w, "incident", c->incident);
	jw_kstr(&w, "service", c->service);
	jw_kstr(&w, "action", c->action);
	jw_obj_end(&w);
	c->state = CONFIRM_FIRING;
	ui_ask(u, "fire", &b, TAG_FIRE);
}

void confirm_key(struct ui *u, const struct sight *s, const struct key *k)
{
	struct confirm *c = &u->confirm;

	if (c->state == CONFIRM_FIRING || k->kind == KEY_PASTED)
		return; /* it is on its way; what is typed now means nothing */
	if (k->kind == KEY_CTRL && k->cp == 'l') {
		u->redraw = true;
		return;
	}
	if (c->state == CONFIRM_ASKING) {
		if (k->kind == KEY_ESC)
			confirm_close(u, s, "Esc", true);
		return;
	}
	if ((u->rows < 12 || u->cols < 40) && k->kind == KEY_ESC) { /* whoever cannot see it can still say no */
		confirm_close(u, s, "Esc", true);
		return;
	}
	if (u->rows < 12 || u->cols < 40)
		return;
	if (!confirm_can_fire(c)) {
		confirm_close(u, s, c->may ? "it was not ready" : c->may_why, true);
		return;
	}
	challenge_key(&c->ch, k);
	if (c->ch.state == CHALLENGE_NO)
		confirm_close(u, s, c->ch.why, true);
	else if (c->ch.state == CHALLENGE_FIRE)
		fire(u);
}

/* ---- the engine's panel --------------------------------------------------------------- */

static void list_join(const struct json *list, char *out, size_t cap)
{
	*out = 0;
	for (const struct json *v = json_first(list); v; v = json_next(v))
		snprintf(out + strlen(out), cap - strlen(out), "%s%s", *out ? "; " : "", json_str(v, ""));
}

static void checks_take(struct confirm *c, const struct json *checks)
{
	c->n_checks = c->n_bad = 0;
	/* what is not well first: the room is small */
	for (int bad = 1; bad >= 0; bad--)
		for (const struct json *v = json_first(checks); v && c->n_checks < 5; v = json_next(v)) {
			bool ok = json_get_bool(v, "ok", false);
			if (ok == (bad == 1))
				continue;
			const char *detail = json_get_str(v, "detail", "");
			c->n_bad += bad;
			snprintf(c->checks[c->n_checks++], sizeof c->checks[0], "%s %s%s%s", ok ? "yes" : "NO ", json_get_str(v, "name", "?"),
				*detail ? ": " : "", detail);
		}
}

static void version_take(struct confirm *c, const struct json *panel, const char *key, char *out, size_t cap)
{
	const char *v = json_get_str(panel, key, "");

	*out = 0;
	if (*v && !text_is_version(v))
		c->versions_bad = true;
	else
		text_copy(out, cap, v);
}

static void back_take(struct confirm *c, const struct json *back)
{
	bool safe = json_get_bool(back, "safe", false);

	c->back_no = back && !safe && json_type(json_get(back, "safe")) == JSON_BOOL;
	text_copy(c->back, sizeof c->back, safe ? "" : json_get_str(back, "why", ""));
}

void confirm_take(struct confirm *c, const struct json *p)
{
	text_copy(c->digest, sizeof c->digest, json_get_str(p, "digest", ""));
	version_take(c, p, "from", c->from, sizeof c->from);
	version_take(c, p, "to", c->to, sizeof c->to);
	text_copy(c->may_why, sizeof c->may_why, json_get_str(p, "may_why", ""));
	text_copy(c->takes_why, sizeof c->takes_why, json_get_str(p, "takes_why", ""));
	text_copy(c->command, sizeof c->command, json_get_str(p, "command", ""));
	text_copy(c->effect, sizeof c->effect, json_get_str(p, "effect", ""));
	text_copy(c->managed_by, sizeof c->managed_by, json_get_str(p, "managed_by", ""));
	list_join(json_get(p, "not_undone"), c->not_undone, sizeof c->not_undone);
	list_join(json_get(p, "not_known"), c->not_known, sizeof c->not_known);
	checks_take(c, json_get(p, "checks"));
	back_take(c, json_get(p, "back"));
	c->ready = json_get_bool(p, "ready", false);
	c->may = json_get_bool(p, "may", false);
	c->to_bad = json_get_bool(p, "to_bad", false);
	c->takes_s = json_get(p, "takes_s") ? (double)json_get_span(p, "takes_s") / 1e6 : -1;
}

static void panel_open(struct ui *u, const struct sight *s, const struct json *result)
{
	struct confirm *c = &u->confirm;
	const struct kit_action *a = s->m && s->m->kit ? kit_action(s->m->kit, c->service, c->action) : NULL;

	if (json_get_bool(result, "already", false)) {
		c->state = CONFIRM_NONE;
		ui_say(u, s, false, "%s is %s already: nothing was fired twice", json_get_str(result, "key", "?"), c->action);
		return;
	}
	if (!a || strcmp(json_get_str(result, "action", ""), c->action) != 0 || strcmp(json_get_str(result, "service", ""), c->service) != 0) {
		confirm_close(u, s, "the engine answered for another one", true);
		return;
	}
	confirm_take(c, result);
	c->state = CONFIRM_OPEN;
	challenge_begin(&c->ch, a->key, c->service, json_get_bool(result, "needs_name", false), u->out.random, u->out.ctx, s->now.mono);
}

/* ---- answers --------------------------------------------------------------------------- */

/* What went wrong and what mends it; "nothing was fired" is what we say first. */
static const char *fault_words(const struct fault *f, char *out, size_t cap)
{
	static const char said[] = "nothing was fired; ";
	const char *mend = !f ? "" : strncmp(f->mend, said, sizeof said - 1) ? f->mend : f->mend + sizeof said - 1;

	snprintf(out, cap, "%s%s%s", f ? f->what : "it did not work", *mend ? "; " : "", mend);
	return out;
}

static void failed(struct ui *u, const struct sight *s, const char *verb, enum status status, const struct fault *f)
{
	bool fires = !strcmp(verb, "fire") || !strcmp(verb, "arm");
	char words[600];

	fault_words(f, words, sizeof words);
	if (status == STATUS_UNKNOWN)
		ui_say(u, s, true, "NOT KNOWN whether it happened: %s. Look before you do it again.", words);
	else
		ui_say(u, s, true, "%s%s%s", fires ? "Nothing was fired: " : verb, fires ? "" : ": no. ", words);
}

/* Every ask is answered, the older one first: what comes before the last answer is of a panel that was closed since,
 * be it of the same action. */
void confirm_armed(struct ui *u, const struct sight *s, enum status status, const struct json *result, const struct fault *f)
{
	u->arms -= u->arms > 0;
	if (u->arms)
		return;
	if (u->confirm.state == CONFIRM_ASKING && status == STATUS_OK) {
		panel_open(u, s, result);
	} else if (u->confirm.state == CONFIRM_ASKING) {
		u->confirm.state = CONFIRM_NONE;
		failed(u, s, "arm", status, f);
	} else if (u->confirm.state == CONFIRM_NONE && status == STATUS_OK && !u->tried.waiting) {
		confirm_disarm(u, "nobody waits for it any more"); /* the line was lost when it was closed */
	}
}

/* What is said when an ask went well; %s is the incident or key in its result. */
static const struct {
	const char *verb, *words;
} done[] = {
	{"declare", "%s is declared: the clock runs"},
	{"report", "said, on the record %s"},
	{"note", "noted %s"},
	{"cancel", "asked to stop %s"},
	{"resolve", "settled, on the record %s"},
	{"veto", "not this time: on the record %s"},
	{"freeze", "frozen %s"},
	{"unfreeze", "no longer frozen %s"},
	{"pin", "kept out from now on %s"},
	{"unpin", "let in again %s"},
	{"take", "command: on the record %s"},
	{"hand-over", "offered for 5 min; it changes hands when they accept %s"},
	{"close", "%s is closed"},
	{"reload", "the changed kit is in use %s"},
	{"fire", "%s is fired: its intent is on disk"},
};

static void said(struct ui *u, const struct sight *s, const char *verb, const struct json *result)
{
	const char *what = json_get_str(result, "key", json_get_str(result, "incident", ""));

	if (!strcmp(verb, "take") && *json_get_str(result, "how", ""))
		what = json_get_str(result, "how", "");
	if (!strcmp(verb, "declare") && json_get_bool(result, "again", false)) {
		ui_say(u, s, false, "%s is open already for it; nothing was declared twice", what);
		return;
	}
	for (size_t i = 0; i < sizeof done / sizeof *done; i++)
		if (!strcmp(done[i].verb, verb))
			ui_say(u, s, false, done[i].words, what);
}

/* The mark stands; the backend's own freeze, where there is one, has a panel as everything that fires. */
static void frozen(struct ui *u, const struct sight *s, const struct json *result)
{
	const char *action = json_get_str(result, "action", NULL);
	const struct kit_action *a = action && s->m && s->m->kit ? kit_action(s->m->kit, json_get_str(result, "service", NULL), action) : NULL;

	if (a && u->confirm.state == CONFIRM_NONE)
		confirm_open(u, s, a, NULL);
}

void ui_answer(struct ui *u, const struct sight *s, enum tag tag, const char *verb, enum status status,
	const struct json *result, const struct fault *f)
{
	if (tag == TAG_SERIES) {
		chart_answer(&u->chart, status == STATUS_OK ? result : NULL, f);
		return;
	}
	if (tag == TAG_TRY || tag == TAG_FETCH) {
		ui_fetched(u, s, tag, status, result, f);
		return;
	}
	if (tag == TAG_ARM) {
		confirm_armed(u, s, status, result, f);
		return;
	}
	if (tag == TAG_FIRE)
		u->confirm.state = CONFIRM_NONE;
	if (tag == TAG_QUIET)
		return;
	if (status != STATUS_OK) {
		failed(u, s, verb, status, f);
		return;
	}
	said(u, s, verb, result);
	u->message_acts = tag == TAG_FIRE;
	if (tag == TAG_FIRE || !strcmp(verb, "declare"))
		u->depth = 0;
	if (!strcmp(verb, "freeze"))
		frozen(u, s, result);
}
