/* What a view asks for beyond the model: an event of the journal, and whether a
 * way back would work now.  One of each is kept, the latest. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/ui/scene.h"

#define ANSWER_MAX ((size_t)64 << 20) /* the event of a large kit: its text, and its bytes */

void ui_fetch_release(struct ui *u)
{
	json_free(u->fetched.answer);
	memset(&u->fetched, 0, sizeof u->fetched);
}

/* One at a time, so that an answer is never taken for another one's; and whatever view one comes back to. */
void ui_fetch_tick(struct ui *u)
{
	const struct place *p = ui_place(u);
	char what[sizeof u->fetched.what];
	struct buf b;
	struct jw w;

	snprintf(what, sizeof what, "event %.20s", p->name);
	if (p->view != VIEW_EVENT || u->fetched.waiting || !strcmp(u->fetched.what, what))
		return;
	ui_fetch_release(u);
	text_copy(u->fetched.what, sizeof u->fetched.what, what);
	u->fetched.waiting = true;
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kint(&w, "from", strtoll(p->name, NULL, 10));
	jw_kint(&w, "limit", 1);
	jw_obj_end(&w);
	ui_ask(u, "read", &b, TAG_FETCH);
}

/* Asking is arming: who may not fire may not arm either, and the record says who looked. */
void confirm_try(struct ui *u, const struct sight *s, const char *service, const char *action)
{
	struct tried *t = &u->tried;
	struct buf b;
	struct jw w;

	if (ui_back_refuses(u, PROMPT_NONE) || !ui_may_ask(u, s) || t->waiting)
		return;
	memset(t, 0, sizeof *t);
	text_copy(t->panel.service, sizeof t->panel.service, service);
	text_copy(t->panel.action, sizeof t->panel.action, action);
	t->waiting = true;
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "action", action);
	jw_kstr(&w, "service", service);
	jw_kstr(&w, "reason", "tried from the console");
	jw_obj_end(&w);
	ui_ask(u, "arm", &b, TAG_TRY);
}

/* The panel that was armed for it is closed again, unless the person has opened a real one meanwhile. */
static void tried_take(struct ui *u, const struct sight *s, enum status status, const struct json *result, const struct fault *f)
{
	struct tried *t = &u->tried;

	t->waiting = false;
	t->at = s->real.mono;
	if (status != STATUS_OK) {
		snprintf(t->why, sizeof t->why, "%s", f ? f->what : "it could not be asked");
		return;
	}
	if (json_get_bool(result, "already", false)) {
		snprintf(t->why, sizeof t->why, "%s is it already", json_get_str(result, "key", "?"));
		return;
	}
	confirm_take(&t->panel, result);
	if (u->confirm.state == CONFIRM_NONE)
		confirm_disarm(u, "only tried");
}

void ui_fetched(struct ui *u, const struct sight *s, enum tag tag, enum status status, const struct json *result, const struct fault *f)
{
	struct fetched *x = &u->fetched;
	struct buf b;
	struct jw w;

	if (tag == TAG_TRY) {
		tried_take(u, s, status, result, f);
		return;
	}
	x->waiting = false;
	if (status != STATUS_OK) {
		snprintf(x->why, sizeof x->why, "%s", f ? f->what : "the engine did not answer");
		return;
	}
	buf_init(&b, ANSWER_MAX);
	jw_init(&w, &b);
	jw_tree(&w, result);
	if (b.failed || json_parse(buf_str(&b), b.len, ANSWER_MAX, &x->answer, NULL) != STATUS_OK)
		snprintf(x->why, sizeof x->why, "it is too large to be shown; `backout log --raw` prints it");
	buf_release(&b);
}
