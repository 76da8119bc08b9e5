/* The palette in use: completing the line, what was typed before, and running
 * it.  Most commands answer a question of their key's prompt in advance. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/scene.h"

void palette_scope_of(struct palette_scope *out, const struct ui *u, const struct model *m)
{
	memset(out, 0, sizeof *out);
	out->m = m;
	out->inc = m ? ui_incident(u, m) : NULL;
	out->person = u->person;
	out->asks = !u->read_only && *u->person && !ui_looks_back(u);
	out->view = u->places[u->depth].view;
}

/* ---- editing ---------------------------------------------------------------------- */

static void put(struct prompt *p, const char *text)
{
	text_copy(p->text, sizeof p->text, text);
	p->n = p->at = strlen(p->text);
}

void palette_tab(struct ui *u, const struct sight *s, bool back)
{
	struct prompt *p = &u->prompt;
	struct palette_scope scope;
	struct palette_choices c;
	char line[PALETTE_LINE + PALETTE_NAME];

	if (!p->pick)
		text_copy(p->typed, sizeof p->typed, p->text);
	palette_scope_of(&scope, u, s->m);
	palette_complete(&scope, p->typed, &c);
	if (c.n) {
		int n = (int)c.n, at = p->pick ? p->pick - 1 + (back ? n - 1 : 1) : back ? n - 1 : 0;
		bool only = c.n == 1 && !c.more;
		snprintf(line, sizeof line, "%.*s%s%s", (int)c.from, p->typed, c.v[at % n], only && c.goes_on ? " " : "");
		p->pick = only ? 0 : at % n + 1;
		if (strlen(line) < sizeof p->text)
			put(p, line);
	}
	palette_choices_release(&c);
}

void palette_recall(struct ui *u, bool older)
{
	struct prompt *p = &u->prompt;

	if (!p->recalled)
		text_copy(p->typed, sizeof p->typed, p->text);
	if (older && p->recalled < u->past.n)
		p->recalled++;
	else if (!older && p->recalled)
		p->recalled--;
	else
		return;
	p->pick = 0;
	put(p, p->recalled ? u->past.v[p->recalled - 1] : p->typed);
}

/* ---- running ------------------------------------------------------------------------ */

/* The answer to a prompt that nobody had to see. */
static void answer(struct ui *u, const struct sight *s, enum prompt_kind kind, const char *a, const char *text)
{
	ui_ask_text(u, kind, a, "", text, "%s", "");
	prompt_done(u, s);
}

static void run_report(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	if (l->n > 1)
		answer(u, s, PROMPT_SAID, l->word[0], l->word[1]);
	else
		ui_ask_text(u, PROMPT_SAID, l->word[0], "", "", "%s, in their words:", l->word[0]);
}

static void run_resolve(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	char text[PALETTE_LINE];

	snprintf(text, sizeof text, "%s%s%.*s", l->word[1], l->n > 1 ? " " : "", PALETTE_LINE - 20, l->word[2]);
	if (l->n > 2) {
		answer(u, s, PROMPT_RESOLVE, l->word[0], text);
		return;
	}
	ui_ask_text(u, PROMPT_RESOLVE, l->word[0], "", text, "%s, after you looked: done or failed, and why:", l->word[0]);
	u->prompt.ready = false; /* the reason goes behind the outcome */
}

static void run_fire(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	const struct kit_action *a = palette_action(s->m->kit, l->word[0]);

	if (a)
		confirm_open(u, s, a, l->n > 1 ? l->word[1] : NULL);
}

/* With an incident open: what is said is about it. */
static void run_in_incident(struct ui *u, const struct sight *s, enum prompt_kind kind, const char *text)
{
	const struct model_incident *i = ui_incident(u, s->m);

	if (i)
		answer(u, s, kind, i->name, text);
	else
		ui_say(u, s, false, "no incident is open");
}

static void run_sort(struct ui *u, const struct palette_line *l)
{
	enum view_kind view = ui_place(u)->view;

	for (int i = 0; i < view_sorts(view); i++)
		if (!strcmp(view_sort(view, i)->name, l->word[0]))
			ui_place(u)->sort = u->sorts[view] = i;
}

/* What needs no engine's leave. */
static bool run_look(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	switch ((int)l->id) {
	case COMMAND_FILTER:
		text_copy(ui_place(u)->filter, sizeof ui_place(u)->filter, l->word[0]);
		return true;
	case COMMAND_FIND:
		ui_find(u, s, l->word[0]);
		return true;
	case COMMAND_THEME:
		text_copy(u->theme_want, sizeof u->theme_want, l->word[0]);
		u->theme_changed = true;
		return true;
	case COMMAND_SORT:
		run_sort(u, l);
		return true;
	case COMMAND_SERVICE:
		ui_go(u, VIEW_SERVICE, l->word[0], "");
		return true;
	case COMMAND_CHART:
		ui_chart_named(u, s, l->word[0]);
		return true;
	case COMMAND_WAYS:
		ui_go(u, VIEW_WAYS, l->word[0], "");
		return true;
	case COMMAND_LOOK_BACK:
		ui_back_go(u, s, l->word[0]);
		return true;
	case COMMAND_INCIDENT:
		text_copy(u->incident, sizeof u->incident, l->word[0]);
		u->depth = 0;
		return true;
	default:
		return false;
	}
}

static void run_ask(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	const char *a = l->word[0], *b = l->word[1];

	switch ((int)l->id) {
	case COMMAND_DECLARE:
		answer(u, s, PROMPT_SERVICES, "", a);
		break;
	case COMMAND_NOTE:
		answer(u, s, PROMPT_NOTE, "", a);
		break;
	case COMMAND_REPORT:
		run_report(u, s, l);
		break;
	case COMMAND_FIRE:
		run_fire(u, s, l);
		break;
	case COMMAND_VETO:
		answer(u, s, PROMPT_VETO, a, "");
		break;
	case COMMAND_CANCEL:
		ui_ask_text(u, PROMPT_CANCEL, a, "", "", "stop %s where it is? Enter: yes   Esc: no", a);
		break;
	case COMMAND_RESOLVE:
		run_resolve(u, s, l);
		break;
	case COMMAND_FREEZE:
		ui_ask_text(u, PROMPT_FREEZE, a, "", "", "freeze %s, because:", a);
		break;
	case COMMAND_UNFREEZE:
		ui_ask_text(u, PROMPT_UNFREEZE, a, "", "", "unfreeze %s, because:", a);
		break;
	case COMMAND_PIN:
		ui_ask_text(u, PROMPT_PIN, a, b, "", "keep %s %s out, because:", a, b);
		break;
	case COMMAND_UNPIN:
		ui_ask_text(u, PROMPT_UNPIN, a, b, "", "let %s %s in again, because:", a, b);
		break;
	case COMMAND_HAND_OVER:
		run_in_incident(u, s, PROMPT_HAND_OVER, a);
		break;
	case COMMAND_CLOSE:
		run_in_incident(u, s, PROMPT_CLOSE, a);
		break;
	default:
		break;
	}
}

static void run(struct ui *u, const struct sight *s, const struct palette_line *l)
{
	struct palette_args args;

	if (l->view == VIEW_MAIN) {
		u->depth = 0;
		return;
	}
	if (l->view != VIEW_COUNT) {
		if (s->m && s->m->kit)
			ui_go(u, l->view, "", "");
		return;
	}
	palette_args(keymap[l->id].args, &args);
	if (!l->n || l->n < args.least)
		ui_command(u, s, l->id);
	else if (!run_look(u, s, l) && ui_may_ask(u, s))
		run_ask(u, s, l);
}

void palette_run(struct ui *u, const struct sight *s, const char *text)
{
	struct palette_scope scope;
	struct palette_line l;
	char why[300];

	palette_remember(&u->past, text);
	palette_scope_of(&scope, u, s->m);
	if (!*text)
		return;
	if (palette_parse(&scope, text, &l, why, sizeof why) && palette_settle(&scope, &l, why, sizeof why))
		run(u, s, &l);
	else
		ui_say(u, s, false, "%s", why);
}
