/* What a view asks for beyond the model: an event of the journal, and whether a
 * way back would work now.  One of each is kept, the latest. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tui/scene.h"

void ui_fetch(struct ui *u, const char *what, const char *verb, struct buf *params)
{
	struct fetched *f = &u->fetched;

	free(f->text);
	memset(f, 0, sizeof *f);
	text_copy(f->what, sizeof f->what, what);
	f->waiting = true;
	ui_ask(u, verb, params, TAG_FETCH);
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
	buf_init(&b, JSON_KIT_MAX);
	jw_init(&w, &b);
	jw_tree(&w, result);
	free(x->text);
	x->text = b.failed ? NULL : mem_str(buf_str(&b));
	buf_release(&b);
}
