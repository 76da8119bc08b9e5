/* The state of one console: where a key goes, what a frame shows. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

#define SAY_FOR (12 * US_SECOND)
#define DEAF_FOR (300 * US_SECOND / 1000)

void ui_init(struct ui *u, const struct ui_out *out)
{
	memset(u, 0, sizeof *u);
	u->out = *out;
	u->health = health_new();
	u->rows = 24;
	u->cols = 80;
	bindings_default(&u->keys);
}

struct sight ui_sight(const struct model *live, const struct link *link, const struct now *real)
{
	return (struct sight){.m = live, .link = link, .now = *real, .live = live, .real = *real};
}

const char *key_of(const struct ui *u, enum command_id id)
{
	return u->keys.shown[id];
}

void ui_release(struct ui *u)
{
	health_free(u->health);
	ui_fetch_release(u);
	u->health = NULL;
}

void ui_model_gone(struct ui *u)
{
	health_forget(u->health);
}

struct place *ui_place(struct ui *u)
{
	return &u->places[u->depth];
}

void ui_go(struct ui *u, enum view_kind view, const char *service, const char *name)
{
	struct place to = {.view = view, .sort = u->sorts[view]}, *p = ui_place(u);

	text_copy(to.service, sizeof to.service, service ? service : "");
	text_copy(to.name, sizeof to.name, name ? name : "");
	if (p->view == view && !strcmp(p->service, to.service) && !strcmp(p->name, to.name))
		return; /* it is the view one is in */
	if (u->depth + 1 < PLACES)
		u->depth++;
	*ui_place(u) = to;
}

void ui_say(struct ui *u, const struct sight *s, bool bad, const char *fmt, ...)
{
	char text[sizeof u->message];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text_safe(u->message, sizeof u->message, text);
	u->message_bad = bad;
	u->attached = u->message_acts = u->message_busy = false;
	u->message_until = bad ? 0 : s->real.mono + SAY_FOR;
}

void ui_notice(struct ui *u, const char *text)
{
	for (size_t i = 0; i < sizeof u->notices / sizeof *u->notices && *text; i++)
		if (!*u->notices[i]) {
			text_copy(u->notices[i], sizeof u->notices[i], text);
			return;
		}
}

const char *ui_problems(const struct problems *p, const char *more, char *out, size_t cap)
{
	const struct problem *x = p->v;
	size_t n;

	*out = 0;
	if (!p->n)
		return out;
	snprintf(out, cap, "%s:%d:%d: %s%s%s", x->file, x->line, x->column, x->what, *x->mend ? "; " : "", x->mend);
	n = strlen(out);
	if (p->n > 1)
		snprintf(out + n, cap - n, " (%zu more%s%s)", p->n - 1, *more ? ": " : "", more);
	return out;
}

void ui_ask(struct ui *u, const char *verb, struct buf *params, enum tag tag)
{
	bool looks = tag == TAG_FETCH || tag == TAG_SERIES || tag == TAG_QUIET; /* reading, and closing what was only tried */

	if (!params->failed && (looks || !ui_looks_back(u))) { /* whatever else asks: not from the past */
		u->arms += tag == TAG_ARM;
		u->out.ask(u->out.ctx, verb, buf_str(params), tag);
	}
	buf_release(params);
}

/* The chosen one; else the one in which something is about to act by itself; else the newest. */
const struct model_incident *ui_incident(const struct ui *u, const struct model *m)
{
	const struct model_incident *newest = NULL;
	const struct model_action *down = m ? model_countdown(m, NULL) : NULL;

	for (size_t i = 0; m && i < m->incidents.n; i++) {
		const struct model_incident *x = &m->incidents.v[i];
		if (!x->open)
			continue;
		if (*u->incident && !strcmp(x->name, u->incident))
			return x;
		newest = x;
	}
	return down ? model_incident(m, down->incident) : newest;
}

/* ---- keys ------------------------------------------------------------------ */

/* Keys right behind the one that closed a panel were meant for the panel. */
static bool deaf(struct ui *u, const struct key *k)
{
	if (k->at >= u->deaf_until)
		return false;
	u->deaf_until = k->at + DEAF_FOR;
	return true;
}

/* The user's keys beside those of another kit than before. */
static void keys_settle(struct ui *u, const struct sight *s)
{
	const char *kit = s->live && s->live->kit && s->live->kit_digest ? s->live->kit_digest : "";
	struct problems p = {0};
	char text[sizeof u->notices[0]];

	if (!u->keyfile || !strcmp(kit, u->keys_kit))
		return;
	text_copy(u->keys_kit, sizeof u->keys_kit, kit);
	keyfile_apply(u->keyfile, *kit ? s->live->kit : NULL, &u->keys, &p);
	if (*kit)
		ui_notice(u, ui_problems(&p, "`backout help keys`", text, sizeof text));
	problems_release(&p);
}

/* Without a cursor the one service that is in trouble has the focus; with several none has. */
static const char *only_trouble(const struct scene *s)
{
	const char *only = "";

	for (size_t i = 0; s->screen == SCREEN_PENDING && i < s->m->kit->n_services; i++) {
		if (service_rank(s, &s->m->kit->services[i]) > RANK_NEAR)
			continue;
		if (*only)
			return "";
		only = s->m->kit->services[i].name;
	}
	return only;
}

/* An action of the kit by its key: of the incident's services while one is open, else of the focused one. */
static const struct kit_action *action_of(struct ui *u, const struct sight *s, char key)
{
	const struct model_incident *inc = ui_incident(u, s->m);
	const struct kit *k = s->m->kit;
	char focus[72] = "";
	struct scene sc;
	struct page p;

	if (!inc) {
		scene_make(&sc, u, s, u->rows, u->cols);
		views_page(&sc, &p, u->cols);
		const struct item *it = page_cursor_item(&p);
		text_copy(focus, sizeof focus, *ui_place(u)->service ? ui_place(u)->service : it && ui_place(u)->cursor.kind != ITEM_NONE ? it->service : only_trouble(&sc));
		page_release(&p);
	}
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *svc = &k->services[i];
		if (inc ? !incident_has_service(inc, svc->name) : strcmp(svc->name, focus) != 0)
			continue;
		for (size_t n = 0; n < svc->n_actions; n++)
			if (svc->actions[n].key == key)
				return &svc->actions[n];
	}
	for (size_t i = 0; i < k->n_keys; i++)
		if (k->keys[i].key == key)
			return kit_action(k, NULL, k->keys[i].action);
	return NULL;
}

static bool known_key(const struct kit *k, char key)
{
	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_actions; n++)
			if (k->services[i].actions[n].key == key)
				return true;
	return false;
}

static void kit_key(struct ui *u, const struct sight *s, const struct key *k)
{
	const struct kit_action *a;

	if (!s->m || !s->m->kit || k->kind != KEY_CHAR || k->cp >= 0x7f)
		return;
	if (ui_looks_back(u)) {
		if (known_key(s->m->kit, (char)k->cp))
			ui_back_refuse(u);
		return;
	}
	a = action_of(u, s, (char)k->cp);
	if (a)
		confirm_open(u, s, a, NULL);
	else if (known_key(s->m->kit, (char)k->cp) && ui_incident(u, s->m))
		ui_say(u, s, false, "%c belongs to a service that is not in this incident", (char)k->cp);
	else if (known_key(s->m->kit, (char)k->cp))
		ui_say(u, s, false, "%c belongs to an action: move to its service first, or declare (%s)", (char)k->cp, key_of(u, COMMAND_DECLARE));
}

unsigned ui_modes(const struct ui *u)
{
	return (ui_looks_back(u) ? IN_PAST : 0) | (u->places[u->depth].view == VIEW_CHART ? IN_CHART : 0);
}

void ui_key(struct ui *u, const struct sight *s, const struct key *k)
{
	enum command_id id;

	keys_settle(u, s);
	if (u->confirm.state != CONFIRM_NONE) {
		confirm_key(u, s, k);
		if (u->confirm.state == CONFIRM_NONE && k->kind != KEY_ESC)
			u->deaf_until = k->at + DEAF_FOR;
		return;
	}
	if (deaf(u, k) || k->kind == KEY_PASTED) {
		if (k->kind == KEY_PASTED)
			ui_say(u, s, false, "a paste was ignored: nothing is pasted into this console");
		return;
	}
	if (u->prompt.kind != PROMPT_NONE) {
		prompt_key(u, s, k);
		return;
	}
	if (*u->message)
		*u->message = 0;
	id = bindings_press(&u->keys, ui_modes(u), &u->pending, k);
	if (id != COMMAND_NONE)
		ui_command(u, s, id);
	else if (!u->pending)
		kit_key(u, s, k);
}

/* ---- what comes from outside -------------------------------------------------- */

void ui_resized(struct ui *u, const struct sight *s, int rows, int cols)
{
	u->rows = rows;
	u->cols = cols;
	u->redraw = true;
	if (u->confirm.state == CONFIRM_OPEN) /* where there is no room for it the panel waits: its letters are not drawn, so no key means them */
		challenge_resized(&u->confirm.ch, s->now.mono);
}

static bool something_runs(const struct model *m)
{
	for (size_t i = 0; m && i < m->incidents.n; i++)
		for (size_t k = 0; k < m->incidents.v[i].actions.n; k++)
			if (m->incidents.v[i].open && !action_over(&m->incidents.v[i].actions.v[k]))
				return true;
	return false;
}

/* A message goes with its time, or when what it says is no longer so. */
static void message_tick(struct ui *u, const struct sight *s)
{
	bool runs = u->message_acts && something_runs(s->live);

	if ((u->message_until && s->real.mono >= u->message_until) || (u->message_busy && !runs))
		*u->message = 0;
	u->message_busy = runs;
	if (*u->notices[0] && !*u->message) {
		ui_say(u, s, true, "%s", u->notices[0]);
		memmove(u->notices[0], u->notices[1], sizeof u->notices - sizeof u->notices[0]);
		*u->notices[sizeof u->notices / sizeof *u->notices - 1] = 0;
	}
}

/* A panel of an action that the kit no longer has cannot be drawn: it is closed, not left there unseen. */
static void panel_tick(struct ui *u, const struct sight *s)
{
	const struct confirm *c = &u->confirm;

	if (c->state != CONFIRM_NONE && c->state != CONFIRM_FIRING && s->live && s->live->kit && !kit_action(s->live->kit, c->service, c->action))
		confirm_close(u, s, "the kit is another one and no longer has it", true);
	if (c->state != CONFIRM_OPEN)
		return;
	challenge_tick(&u->confirm.ch, s->now.mono);
	if (c->ch.state == CHALLENGE_NO)
		confirm_close(u, s, c->ch.why, true);
}

void ui_tick(struct ui *u, const struct sight *s)
{
	keys_settle(u, s);
	message_tick(u, s);
	if (s->live && s->live->kit)
		cues_look(&u->cues, s->live, &s->real);
	ui_back_tick(u, s);
	ui_chart_tick(u, s);
	ui_fetch_tick(u);
	panel_tick(u, s);
}

/* What stands over the keys needs no message: it would hide the line that stays. */
static void problem(struct ui *u, const struct sight *s, const char *topic, const char *text)
{
	bool stood = standing_text(&u->standing) != NULL;

	if (standing_told(&u->standing, topic, text)) {
		if (stood && !standing_text(&u->standing))
			ui_say(u, s, false, "%s", standing_over(topic));
	} else if (*text) {
		ui_say(u, s, true, "%s", text);
	}
}

void ui_tell(struct ui *u, const struct sight *s, const struct json *tell)
{
	const char *what = json_get_str(tell, "what", ""), *text = json_get_str(tell, "text", "");

	if (!strcmp(what, "panel-closed") && u->confirm.state != CONFIRM_NONE) {
		confirm_close(u, s, json_get_str(tell, "why", "the engine closed it"), false);
	} else if (!strcmp(what, "attached") && *text) {
		ui_say(u, s, false, "%s", text);
		u->attached = u->message_acts = true;
		u->message_until = 0;
	} else if (!strcmp(what, "problem")) {
		problem(u, s, json_get_str(tell, "topic", ""), text);
	}
}

void ui_down(struct ui *u, const struct sight *s, const char *why)
{
	u->standing.n = 0; /* the next engine says what is wrong with it */
	if (u->confirm.state == CONFIRM_FIRING)
		ui_say(u, s, true, "the engine went away right after you confirmed: whether it runs is asked as soon as it is back");
	else if (u->confirm.state != CONFIRM_NONE)
		confirm_close(u, s, *why ? why : "the engine went away", false);
}

/* ---- frames ---------------------------------------------------------------------- */

static bool letters_due(const struct ui *u)
{
	return u->confirm.state == CONFIRM_OPEN && confirm_can_fire(&u->confirm);
}

/* Below 40x12: the clock, the worst row, and why there is no more. */
static void draw_small(const struct scene *s, struct cells *out)
{
	struct gauges g = {0};
	int alarms = 0, row = 1;
	char d[DURATION_LEN], what[400];

	header_draw(s, out);
	if (out->rows == 1)
		header_clock(s, out);
	if (!s->inc && s->screen != SCREEN_WAITING)
		row = 2; /* quiet or not stands in the second line already */
	for (int i = row; i < out->rows; i++)
		cells_fill(out, i, 0, out->cols, ROLE_TEXT, ' ');
	if (s->inc) {
		bool running, down = s->screen == SCREEN_COUNTDOWN;
		int64_t t = down ? action_countdown_shown(s->down, &s->stamp) : phases_clock(&s->ph, &s->stamp, &running);
		duration_clock(t, d);
		if (out->rows >= (down ? 7 : 6) && out->cols >= 20) {
			digits_draw(out, 1, out->cols - 1, ROLE_CLOCK, d);
			row = 4;
		} else if (!down) {
			cells_textf(out, row++, 0, out->cols, ROLE_CLOCK, "since \"bad\" %s", d);
		}
		if (down)
			cells_textf(out, row++, 0, out->cols, ROLE_ALARM, "BY ITSELF %s: %s", d, countdown_what(s, s->down, what, sizeof what));
	}
	if (s->m && s->m->kit)
		gauges_make(&g, s, s->inc, NULL);
	if (g.n) {
		struct page p;
		page_init(&p, out->cols > 24 ? out->cols : 24, NULL, "");
		page_line(&p, 0);
		gauge_draw(&p, s, &g.v[0], true, &alarms);
		cells_copy_row(out, row, &p.g, 0);
		page_release(&p);
	}
	gauges_release(&g);
	if (out->rows > row && s->ui->confirm.state != CONFIRM_NONE)
		cells_textf(out, out->rows - 1, 0, out->cols, ROLE_SOON, "a panel waits for 40x12; Esc: no");
	else if (out->rows > row) /* where and for how long come first */
		cells_textf(out, out->rows - 1, 0, out->cols, ROLE_SOON, "too small: %dx%d, needs 40x12", out->cols, out->rows);
}

static void draw_waiting(const struct scene *s, struct cells *out)
{
	const char *why = s->link->why;

	if (ui_looks_back(s->ui)) {
		cells_text(out, 4, 1, out->cols - 2, ROLE_TITLE, "The journal begins here: no kit was known yet.");
		return;
	}
	cells_text(out, 4, 1, out->cols - 2, ROLE_TITLE, s->link->ever ? "The engine is not there; trying again." : "Looking for the engine of this kit ...");
	for (int i = 0; i < 4 && *why; i++) { /* broken at blanks, not cleverly */
		char part[320];
		size_t n = strlen(why), room = (size_t)out->cols - 2;
		if (n > room)
			for (n = room; n > room / 2 && why[n] != ' '; n--)
				;
		snprintf(part, sizeof part, "%.*s", (int)n, why);
		cells_text(out, 6 + i, 1, out->cols - 2, ROLE_TEXT, part);
		why += n;
	}
	if (s->link->ever)
		cells_text(out, 11, 1, out->cols - 2, ROLE_TEXT, "Nothing is fired by a console that has no engine. What ran goes on without it.");
}

/* On a wide terminal the whole timeline stands in a second column. */
static void draw_side(const struct scene *s, struct cells *out, int top, int height, int left)
{
	struct page p;

	page_init(&p, out->cols - left, NULL, "");
	p.ctx = s;
	page_line(&p, DROP_NEVER);
	page_put(&p, 1, 40, ROLE_TITLE, "WHAT HAPPENED, newest first");
	view_lines(s, &p, height - 1, DROP_NEVER);
	page_fit(&p, height);
	page_show(&p, out, top, height, left, out->cols - left);
	for (int i = 0; i < height; i++)
		cells_fill(out, top + i, left - 1, 1, ROLE_RULE, 0x2502);
	page_release(&p);
}

static void draw_body(const struct scene *s, struct cells *out, char *out_curves_of, size_t cap)
{
	int top = header_rows(s), height = out->rows - top - 2, cols = out->cols;
	struct page p;

	if (s->side)
		cols -= 70;
	views_page(s, &p, cols);
	page_fit(&p, height);
	text_copy(out_curves_of, cap, p.curves_of ? p.curves_of : "");
	page_show(&p, out, top, height, 0, cols);
	page_release(&p);
	if (s->side)
		draw_side(s, out, top, height, cols + 1);
}

void ui_draw(struct ui *u, const struct sight *sight, struct cells *out)
{
	struct scene s;

	cells_clear(out);
	u->shows_letters = false;
	u->curves_of[0] = 0;
	scene_make(&s, u, sight, out->rows, out->cols);
	if (out->rows < 12 || out->cols < 40) {
		draw_small(&s, out);
		return;
	}
	header_draw(&s, out);
	if (s.screen == SCREEN_WAITING)
		draw_waiting(&s, out);
	else
		draw_body(&s, out, u->curves_of, sizeof u->curves_of);
	footer_draw(&s, out);
	if (u->confirm.state != CONFIRM_NONE) {
		confirm_draw(&s, out);
		u->shows_letters = letters_due(u);
	}
}

void ui_shown(struct ui *u, int64_t at)
{
	if (u->shows_letters && letters_due(u))
		challenge_drawn(&u->confirm.ch, at);
}

bool ui_by_minutes(const struct ui *u, const struct sight *s)
{
	struct scene sc;
	enum view_kind view = ui_place((struct ui *)(uintptr_t)u)->view;

	scene_make(&sc, u, s, u->rows, u->cols);
	if (u->confirm.state != CONFIRM_NONE || (*u->message && u->message_until) || *u->cues.text || u->cues.held)
		return false;
	if (sc.screen != SCREEN_QUIET || !s->link->up || s->link->beat_age > 2 * US_SECOND)
		return sc.screen == SCREEN_VERIFIED && s->link->up && !sc.down;
	return view != VIEW_SERVICE && view != VIEW_CHART;
}

int64_t ui_wait(const struct ui *u, const struct sight *s)
{
	int64_t each;

	if (ui_looks_back(u))
		return ui_back_wait(u, s);
	each = ui_by_minutes(u, s) ? US_MINUTE : US_SECOND;
	return each - s->now.at % each;
}
