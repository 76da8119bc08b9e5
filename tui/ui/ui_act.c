/* What each of the console's own keys does.  One function a command, one table. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

#define LEAVE_TWICE (5 * US_SECOND)

/* ---- looking ------------------------------------------------------------------- */

static void back(struct ui *u)
{
	if (*ui_place(u)->filter)
		*ui_place(u)->filter = 0;
	else if (u->depth > 0)
		u->depth--;
	else if (u->back.state != BACK_OFF && !ui_place(u)->cursor.kind)
		ui_go_live(u);
	else
		ui_place(u)->cursor.kind = ITEM_NONE;
}

/* An event whole: its body is read from the journal, again each time. */
static void event_open(struct ui *u, int64_t seq)
{
	char name[32];

	snprintf(name, sizeof name, "%lld", (long long)seq);
	ui_go(u, VIEW_EVENT, "", name);
	if (!u->fetched.waiting)
		*u->fetched.what = 0;
	ui_fetch_tick(u);
}

static void change_open(struct ui *u, const struct sight *s, const struct item *it)
{
	for (size_t i = 0; i < s->m->changes.n; i++) {
		const struct model_change *c = &s->m->changes.v[i];
		if (c->seq != it->seq)
			continue;
		if (c->service && c->to && !strcmp(c->what, "deploy"))
			ui_go(u, VIEW_DEPLOY, c->service, c->to);
		else
			event_open(u, it->seq);
		return;
	}
}

/* What it is about is changed by asking the engine, and not by looking. */
static bool item_asks(enum item_kind kind)
{
	return kind == ITEM_PIN || kind == ITEM_FREEZE || kind == ITEM_REPORT || kind == ITEM_SAID;
}

static void open_item(struct ui *u, const struct sight *s)
{
	struct item it;
	const struct kit_action *a;

	if (!ui_item(u, s, &it)) { /* nothing is chosen yet: show where the cursor is, and do nothing */
		ui_move(u, s, COMMAND_FIRST);
		return;
	}
	if (item_asks(it.kind) && !ui_may_ask(u, s))
		return;
	switch (it.kind) {
	case ITEM_NONE:
		break;
	case ITEM_SOURCE:
		ui_go(u, VIEW_SOURCES, "", "");
		break;
	case ITEM_LINE:
		if (it.seq > 0 && ui_place(u)->view != VIEW_BRIEF && ui_place(u)->view != VIEW_HELP)
			event_open(u, it.seq);
		break;
	case ITEM_SIGNAL:
		ui_chart(u, s, it.service, it.name);
		break;
	case ITEM_SERVICE:
		if (*it.service && ui_place(u)->view != VIEW_SERVICE)
			ui_go(u, VIEW_SERVICE, it.service, "");
		break;
	case ITEM_CHANGE:
		change_open(u, s, &it);
		break;
	case ITEM_ACTION:
		ui_go(u, VIEW_ACTION, it.service, it.name);
		break;
	case ITEM_TRY:
		confirm_try(u, s, it.service, it.name);
		break;
	case ITEM_ROW:
		ui_go(u, VIEW_ROW, it.service, it.name);
		break;
	case ITEM_VERSION:
		a = ui_place(u)->view == VIEW_ACTION ? kit_action(s->m->kit, it.service, ui_place(u)->name) : NULL;
		if (a)
			confirm_open(u, s, a, it.name);
		else
			ui_go(u, VIEW_DEPLOY, it.service, it.name);
		break;
	case ITEM_PIN:
		ui_ask_text(u, PROMPT_UNPIN, it.service, it.name, "", "let %s %s in again, because:", it.service, it.name);
		break;
	case ITEM_FREEZE:
		ui_ask_text(u, PROMPT_UNFREEZE, it.service, "", "", "unfreeze %s, because:", it.service);
		break;
	case ITEM_REPORT:
		ui_ask_text(u, PROMPT_SAID, it.name, "", "", "%s, in their words:", it.name);
		break;
	case ITEM_SAID:
		ui_ask_text(u, PROMPT_GONE, it.name, it.service, "", "%s is gone, who says so:", it.name);
		break;
	case ITEM_INCIDENT:
		text_copy(u->incident, sizeof u->incident, it.name);
		u->depth = 0;
		break;
	}
}

/* ---- asking the engine ------------------------------------------------------------ */

static bool ask_begin(struct ui *u, const struct model_incident *i, struct buf *b, struct jw *w)
{
	(void)u;
	buf_init(b, 65536);
	jw_init(w, b);
	jw_obj(w);
	if (i)
		jw_kstr(w, "incident", i->name);
	return true;
}

static void ask_plain(struct ui *u, const struct model_incident *i, const char *verb)
{
	struct buf b;
	struct jw w;

	ask_begin(u, i, &b, &w);
	jw_obj_end(&w);
	ui_ask(u, verb, &b, TAG_SAY);
}

/* Is it one of these words?  auth is no part of auth-api. */
static bool among(const char *words, const char *name)
{
	size_t len = strlen(name), n;

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == len && !strncmp(words, name, n))
			return true;
	}
	return false;
}

/* A title that can stand as it is: what is bad, where. */
static void declare(struct ui *u, const struct sight *s)
{
	char title[200] = "", services[400] = "", why[80];
	struct gauges g;
	struct scene sc;
	struct item it;

	scene_make(&sc, u, s, u->rows, u->cols);
	gauges_make(&g, &sc, NULL, NULL);
	for (size_t i = 0; i < g.n && g.v[i].rank <= RANK_NEAR; i++) {
		const char *name = g.v[i].service->name;
		if (!*title)
			snprintf(title, sizeof title, "%s: %s", name, cond_print(&g.v[i].row->when, g.v[i].signal->unit, why, sizeof why) ? g.v[i].signal->name : "");
		if (!among(services, name) && strlen(services) + strlen(name) + 2 < sizeof services)
			snprintf(services + strlen(services), sizeof services - strlen(services), "%s%s", *services ? " " : "", name);
	}
	gauges_release(&g);
	if (!*services && *ui_place(u)->service)
		text_copy(services, sizeof services, ui_place(u)->service);
	else if (!*services && ui_item(u, s, &it) && *it.service)
		text_copy(services, sizeof services, it.service);
	else if (!*services && s->m->kit->n_services == 1)
		text_copy(services, sizeof services, s->m->kit->services[0].name);
	if (!*title && *services)
		snprintf(title, sizeof title, "%s: this deploy is bad", services);
	if (*services)
		ui_ask_text(u, PROMPT_TITLE, services, "", title, "Enter starts the clock. Title:");
	else
		ui_ask_text(u, PROMPT_SERVICES, "", "", "", "which service is bad:");
}

static void freeze_or_stop(struct ui *u, const struct model_incident *i)
{
	const char *service;

	for (size_t n = 0; i && n < i->actions.n; n++)
		if (i->actions.v[n].outcome == OUTCOME_RUNNING || i->actions.v[n].outcome == OUTCOME_WAITING) {
			ui_ask_text(u, PROMPT_CANCEL, i->actions.v[n].key, "", "", "stop %s where it is? Enter: yes   Esc: no", i->actions.v[n].key);
			return;
		}
	service = *ui_place(u)->service ? ui_place(u)->service : i && i->services.n ? i->services.v[0].name : "";
	if (*service)
		ui_ask_text(u, PROMPT_FREEZE, service, "", i ? i->title : "", "freeze %s, because:", service);
}

static void resolve(struct ui *u, const struct sight *s, const struct model_incident *i)
{
	for (size_t n = 0; i && n < i->actions.n; n++)
		if (i->actions.v[n].outcome == OUTCOME_UNKNOWN) {
			ui_ask_text(u, PROMPT_RESOLVE, i->actions.v[n].key, "", "", "%s, after you looked: done or failed, and why:", i->actions.v[n].key);
			return;
		}
	ui_say(u, s, false, "no outcome is unknown: there is nothing to settle");
}

static void close_incident(struct ui *u, const struct sight *s, const struct model_incident *i)
{
	struct scene sc;

	scene_make(&sc, u, s, u->rows, u->cols);
	if (!i)
		ui_say(u, s, false, "no incident is open");
	else
		ui_ask_text(u, PROMPT_CLOSE, i->name, "", sc.ph.at[PHASE_VERIFIED].at ? "reverted" : "",
			"close %s as reverted, forward, contained, false-alarm, duplicate:", i->name);
}

static void hand_over(struct ui *u, const struct sight *s, const struct model_incident *i)
{
	char names[120] = "";

	for (size_t n = 0; i && n < s->m->kit->n_people && strlen(names) < 80; n++) {
		const struct kit_person *x = &s->m->kit->people[n];
		if (kit_has_role(x, "incident-commander") && strcmp(x->id, u->person) != 0)
			snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", *names ? ", " : "", x->id);
	}
	if (!i)
		ui_say(u, s, false, "no incident is open");
	else
		ui_ask_text(u, PROMPT_HAND_OVER, i->name, "", "", "hand over to%s%s%s:", *names ? " (" : "", names, *names ? ")" : "");
}

/* What is offered is accepted after its brief: the first C shows it, the second takes. */
static void take(struct ui *u, const struct sight *s, const struct model_incident *i)
{
	bool offered = i && i->offered_to && !strcmp(i->offered_to, u->person);

	if (!i)
		ui_say(u, s, false, "no incident is open");
	else if (offered && ui_place(u)->view != VIEW_BRIEF) {
		ui_go(u, VIEW_BRIEF, "", "");
		ui_say(u, s, false, "%s is offered to you. Read this; then %s once more accepts, Esc leaves it as it is.", i->name,
			key_of(u, COMMAND_TAKE));
	} else
		ask_plain(u, i, "take");
}

static void leave(struct ui *u, const struct sight *s, const struct model_incident *i)
{
	bool commands = i && i->commander && !u->read_only && !strcmp(i->commander, u->person);

	if (!commands || (u->leave_asked && s->real.mono - u->leave_asked < LEAVE_TWICE)) {
		u->quit = true;
		return;
	}
	u->leave_asked = s->real.mono;
	ui_say(u, s, false, "You command %s. %s once more leaves; nothing ends, the clock runs on. %s hands over.", i->name,
		key_of(u, COMMAND_LEAVE), key_of(u, COMMAND_HAND_OVER));
}

/* What is shown, by its key: what came meanwhile is another matter.  Without a countdown: a take of command. */
static void veto(struct ui *u, const struct sight *s)
{
	struct scene sc;
	struct buf b;
	struct jw w;

	scene_make(&sc, u, s, u->rows, u->cols);
	ask_begin(u, NULL, &b, &w);
	if (sc.down)
		jw_kstr(&w, "key", sc.down->key);
	jw_obj_end(&w);
	ui_ask(u, "veto", &b, TAG_SAY);
}

static void ask_command(struct ui *u, const struct sight *s, enum command_id id)
{
	const struct model_incident *i = ui_incident(u, s->m);

	switch ((int)id) {
	case COMMAND_DECLARE:
		declare(u, s);
		break;
	case COMMAND_REPORT:
		ui_go(u, VIEW_REPORTS, "", "");
		break;
	case COMMAND_NOTE:
		ui_ask_text(u, PROMPT_NOTE, i ? i->name : "", "", "", "note:");
		break;
	case COMMAND_VETO:
		veto(u, s);
		break;
	case COMMAND_RESOLVE:
		resolve(u, s, i);
		break;
	case COMMAND_FREEZE:
		freeze_or_stop(u, i);
		break;
	case COMMAND_TAKE:
		take(u, s, i);
		break;
	case COMMAND_HAND_OVER:
		hand_over(u, s, i);
		break;
	case COMMAND_CLOSE:
		close_incident(u, s, i);
		break;
	case COMMAND_BREAK_GLASS:
	case COMMAND_ACKNOWLEDGE:
		ui_say(u, s, false, "%s is not there yet", id == COMMAND_BREAK_GLASS ? "break-glass" : "acknowledging");
		break;
	case COMMAND_RELOAD:
		ask_plain(u, NULL, "reload");
		break;
	}
}

static void sort(struct ui *u, const struct sight *s)
{
	struct place *p = ui_place(u);
	int n = view_sorts(p->view);

	if (n)
		p->sort = u->sorts[p->view] = (p->sort + 1) % n;
	else
		ui_say(u, s, false, "there is one order here");
}

static void look_command(struct ui *u, const struct sight *s, enum command_id id)
{
	const char *service = ui_place(u)->view == VIEW_SERVICE ? ui_place(u)->service : "";

	switch ((int)id) {
	case COMMAND_OPEN:
	case COMMAND_IN:
		open_item(u, s);
		break;
	case COMMAND_WAYS:
		ui_go(u, VIEW_WAYS, service, "");
		break;
	case COMMAND_BRIEF:
		ui_go(u, VIEW_BRIEF, "", "");
		break;
	case COMMAND_TIMELINE:
		ui_go(u, VIEW_TIMELINE, "", "");
		break;
	case COMMAND_CHANGES:
		ui_go(u, VIEW_CHANGES, "", "");
		break;
	case COMMAND_PINS:
		ui_go(u, VIEW_PINS, "", "");
		break;
	case COMMAND_HELP:
		ui_go(u, VIEW_HELP, "", "");
		break;
	case COMMAND_COPY:
		ui_copy(u, s);
		break;
	case COMMAND_INCIDENTS:
		ui_go(u, VIEW_INCIDENTS, "", "");
		break;
	case COMMAND_SERVICES:
		ui_go(u, VIEW_SERVICES, "", "");
		break;
	case COMMAND_ROWS:
		ui_go(u, VIEW_ROWS, "", "");
		break;
	case COMMAND_SOURCES:
		ui_go(u, VIEW_SOURCES, "", "");
		break;
	case COMMAND_WHO:
		ui_go(u, VIEW_WHO, "", "");
		break;
	case COMMAND_SORT:
		sort(u, s);
		break;
	case COMMAND_CHART:
		ui_chart_named(u, s, "");
		break;
	default:
		ui_move(u, s, id);
		break;
	}
}

/* What works without a model, too. */
static bool console_command(struct ui *u, const struct sight *s, enum command_id id)
{
	switch ((int)id) {
	case COMMAND_BACK:
	case COMMAND_OUT:
		back(u);
		return true;
	case COMMAND_FILTER:
		ui_ask_text(u, PROMPT_FILTER, "", "", ui_place(u)->filter, "/");
		return true;
	case COMMAND_PALETTE:
		ui_ask_text(u, PROMPT_PALETTE, "", "", "", ":");
		return true;
	case COMMAND_THEME:
		u->theme_changed = true;
		return true;
	case COMMAND_FIND:
		ui_ask_text(u, PROMPT_FIND, "", "", u->find, "find:");
		return true;
	case COMMAND_BELL:
		u->bell_off = !u->bell_off;
		ui_say(u, s, false, "the bell is %s", u->bell_off ? "off" : "on: at most ten times in ten minutes");
		return true;
	case COMMAND_REDRAW:
		u->redraw = true;
		return true;
	case COMMAND_SUSPEND:
		u->suspend = true;
		return true;
	case COMMAND_LEAVE:
		leave(u, s, s->live ? ui_incident(u, s->live) : NULL);
		return true;
	default:
		return false;
	}
}

bool ui_may_ask(struct ui *u, const struct sight *s)
{
	bool known = s->m && s->m->kit;

	if (ui_looks_back(u))
		ui_back_refuse(u);
	else if (u->read_only)
		ui_say(u, s, false, "this console only looks on (observe)");
	else if (known && !*u->person)
		ui_say(u, s, false, "the kit does not know you: this console only looks on");
	return known && !ui_looks_back(u) && !u->read_only && *u->person;
}

/* A command that does nothing without a word behind it: the palette asks for it. */
static bool palette_asks(struct ui *u, enum command_id id)
{
	struct palette_args args;
	char name[COMMAND_NAME], text[COMMAND_NAME + 1];

	palette_args(keymap[id].args, &args);
	if (!args.least)
		return false;
	snprintf(text, sizeof text, "%s ", keymap_name((int)id, name));
	ui_ask_text(u, PROMPT_PALETTE, "", "", text, ":");
	u->prompt.ready = false;
	return true;
}

void ui_command(struct ui *u, const struct sight *s, enum command_id id)
{
	if ((!keymap[id].asks || ui_may_ask(u, s)) && palette_asks(u, id))
		return;
	if (ui_back_command(u, s, id) || console_command(u, s, id) || !s->m || !s->m->kit)
		return;
	if (keymap[id].mode == KEYMODE_CHART) {
		ui_chart_key(u, s, id);
		return;
	}
	if (!keymap[id].asks) {
		look_command(u, s, id);
		return;
	}
	if (ui_may_ask(u, s))
		ask_command(u, s, id);
}
