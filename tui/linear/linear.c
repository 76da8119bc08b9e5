/* What is new since the last look, as lines: of the world, of the line to the
 * engine, and of what the person at the keys just did. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/linear/linear_parts.h"

#define SILENT (2 * US_SECOND)

struct linear *linear_new(struct ui *u)
{
	struct linear *l = mem_new(sizeof *l);

	spoken_init(&l->out);
	l->keys = true;
	u->rows = LINEAR_ROWS;
	u->cols = LINEAR_COLS;
	return l;
}

void linear_keyless(struct linear *l)
{
	l->keys = false;
}

void linear_free(struct linear *l)
{
	if (!l)
		return;
	spoken_release(&l->out);
	vec_release(&l->rows);
	vec_release(&l->checks);
	vec_release(&l->sources);
	free(l);
}

const char *linear_text(const struct linear *l)
{
	return buf_str(&l->out.text);
}

void linear_written(struct linear *l)
{
	buf_reset(&l->out.text);
}

/* ---- the world --------------------------------------------------------------------- */

static bool outcome_unknown(const struct scene *s)
{
	return s->act && s->act->outcome == OUTCOME_UNKNOWN;
}

/* What a screen is about that is another one than before. */
static void screen_words(struct linear *l, const struct scene *s)
{
	char line[3][240] = {"", "", ""};

	if (!s->inc && s->screen == SCREEN_QUIET)
		spoken_at(&l->out, s->now.at, "QUIET: nothing is bad, nothing pends");
	if (!s->inc)
		return;
	if (s->screen == SCREEN_COUNTDOWN) {
		auto_words(l, s);
		return;
	}
	if (s->screen == SCREEN_VERIFIED)
		spoken_line(&l->out, "VERIFIED %s: %s", s->inc->name, s->inc->title);
	header_words(s, line);
	if (s->screen == SCREEN_VERIFYING)
		text_copy(line[0], sizeof line[0], "REVERTED"); /* how, its outcome said */
	for (int i = 0; i < 3; i++)
		spoken_at(&l->out, i == 2 ? s->now.at : 0, "%s", line[i]);
}

static void screen_news(struct linear *l, const struct scene *s)
{
	const char *name = s->inc ? s->inc->name : "";
	bool turned = s->screen != l->screen || strcmp(name, l->incident) != 0 || outcome_unknown(s) != l->unknown, running;

	if (turned) {
		screen_words(l, s);
		l->minutes = s->inc ? phases_clock(&s->ph, &s->stamp, &running) / US_MINUTE : 0;
	}
	if (s->screen == SCREEN_DECIDING || s->screen == SCREEN_PENDING)
		read_proposal(l, s);
	else
		*l->proposal = 0;
	if (turned)
		read_keys(l, s);
	l->screen = s->screen;
	l->unknown = outcome_unknown(s);
	text_copy(l->incident, sizeof l->incident, name);
}

/* Every full minute while the clock runs. */
static void clock_news(struct linear *l, const struct scene *s)
{
	bool running = false;
	int64_t minutes = s->inc ? phases_clock(&s->ph, &s->stamp, &running) / US_MINUTE : 0;

	if (running && minutes > l->minutes)
		read_clock(l, s);
	l->minutes = minutes;
}

/* The engine is silent: after 2 s, 10 s, a minute, and when it speaks again. */
static void engine_news(struct linear *l, const struct scene *s)
{
	static const int64_t steps[] = {SILENT, 10 * US_SECOND, US_MINUTE, 10 * US_MINUTE};
	const struct link *k = s->link;
	int64_t age = k->beat_age < 0 ? 0 : k->beat_age;
	bool silent = !k->up || age >= SILENT;

	if (!k->ever)
		return;
	if (!silent && l->silent_step)
		spoken_at(&l->out, s->now.at, "the engine is back; it was silent for %lld s", (long long)(l->silent_most / US_SECOND));
	if (!silent) {
		l->silent_step = 0;
		l->silent_most = 0;
		return;
	}
	if (age > l->silent_most)
		l->silent_most = age;
	if (l->silent_step < 4 && (!l->silent_step || age >= steps[l->silent_step])) {
		spoken_at(&l->out, s->now.at, "%s, nothing heard for %lld s: what was said is old; what runs goes on%s%s", k->up ? "ENGINE SILENT" : "ENGINE GONE",
			(long long)(age / US_SECOND), *k->why ? "; " : "", k->why);
		while (l->silent_step < 4 && (!l->silent_step || age >= steps[l->silent_step]))
			l->silent_step++;
	}
}

/* What is wrong with it, while it speaks. */
static void standing_news(struct linear *l, const struct ui *u)
{
	const char *text = standing_text(&u->standing);

	if (text && strcmp(text, l->standing) != 0)
		spoken_line(&l->out, "ENGINE: %s", text);
	text_copy(l->standing, sizeof l->standing, text ? text : "");
}

/* That the engine is looked for is only news where it takes a while. */
static void waiting_news(struct linear *l, const struct scene *s)
{
	if (!l->waits)
		l->waits = s->now.mono;
	if (l->waits < 0 || s->now.mono - l->waits < SILENT)
		return;
	read_state(l, s);
	l->waits = -1;
}

/* ---- the person's own doing ---------------------------------------------------------- */

/* A message that was said again, after a key took it away, is said again. */
static void message_news(struct linear *l, const struct ui *u)
{
	if (*u->message && (strcmp(u->message, l->message) != 0 || u->message_until != l->message_until))
		spoken_line(&l->out, "%s", u->message);
	text_copy(l->message, sizeof l->message, u->message);
	l->message_until = u->message_until;
}

static bool marks_same(const struct mark *a, const struct mark *b)
{
	return a->kind == b->kind && a->seq == b->seq && !strcmp(a->name, b->name) && !strcmp(a->service, b->service);
}

/* What the view asked the engine for is there. */
static bool is_answered(const struct linear *l, const struct ui *u)
{
	return l->fetching && !u->fetched.waiting && !u->tried.waiting;
}

static void place_news(struct linear *l, const struct scene *s)
{
	const struct place *p = &s->ui->places[s->ui->depth];
	bool moved = s->ui->depth != l->depth || p->view != l->place.view || strcmp(p->service, l->place.service) != 0 || strcmp(p->name, l->place.name) != 0;
	bool filtered = strcmp(p->filter, l->place.filter) != 0 && s->ui->prompt.kind == PROMPT_NONE;

	if (moved && p->view == VIEW_MAIN) {
		spoken_line(&l->out, "back at the beginning");
	} else if (filtered && !moved && !*p->filter) {
		spoken_line(&l->out, "all lines again");
	} else if (moved || filtered) {
		if (*p->filter)
			spoken_line(&l->out, "only lines with \"%s\"", p->filter);
		read_place(l, s);
	} else if (p->cursor.kind != ITEM_NONE && !marks_same(&p->cursor, &l->place.cursor)) {
		read_cursor(l, s);
	}
	else if (is_answered(l, s->ui))
		read_place(l, s);
	l->fetching = s->ui->fetched.waiting || s->ui->tried.waiting;
	if (moved || filtered || s->ui->prompt.kind == PROMPT_NONE) {
		l->place = *p;
		l->depth = s->ui->depth;
	}
}

static void panel_news(struct linear *l, const struct scene *s)
{
	const struct confirm *c = &s->ui->confirm;
	const struct challenge *ch = &c->ch;
	bool fresh = c->state == CONFIRM_OPEN && strcmp(ch->letters, l->letters) != 0;
	int64_t asking = (s->now.mono - c->asked) / (5 * US_SECOND);

	if (c->state != CONFIRM_NONE && (c->state != l->confirm || (fresh && confirm_can_fire(c))))
		read_panel(l, s);
	else if (c->state == CONFIRM_ASKING && asking > l->asking_told)
		spoken_line(&l->out, "still asking the backend, since %lld s", (long long)(5 * asking));
	else if (c->state == CONFIRM_OPEN && !ch->line && ch->typed > l->n_letters)
		spoken_line(&l->out, "%d of 3", ch->typed);
	l->asking_told = c->state == CONFIRM_ASKING ? asking : 0;
	l->confirm = c->state;
	l->n_letters = c->state == CONFIRM_OPEN ? ch->typed : 0;
	text_copy(l->letters, sizeof l->letters, c->state == CONFIRM_OPEN ? ch->letters : "");
}

/* What is typed stands on a line that is only added to; where it changed otherwise it is said anew. */
static void typed_news(struct linear *l, const char *label, const char *text)
{
	size_t n = strlen(l->typed);

	if (!l->out.open || strcmp(label, l->label) != 0) {
		spoken_begin(&l->out, label);
		spoken_more(&l->out, " ");
		spoken_more(&l->out, text);
	} else if (!strncmp(text, l->typed, n)) {
		spoken_more(&l->out, text + n);
	} else {
		spoken_begin(&l->out, "now: ");
		spoken_more(&l->out, text);
	}
	text_copy(l->label, sizeof l->label, label);
	text_copy(l->typed, sizeof l->typed, text);
}

static void prompt_news(struct linear *l, const struct ui *u)
{
	const struct challenge *ch = &u->confirm.ch;

	if (u->confirm.state == CONFIRM_OPEN && ch->line && confirm_can_fire(&u->confirm)) {
		if (*ch->text || l->out.open)
			typed_news(l, "typed:", ch->text);
	} else if (u->prompt.kind != PROMPT_NONE) {
		typed_news(l, u->prompt.label, u->prompt.text);
	} else {
		spoken_end(&l->out);
		*l->label = *l->typed = 0;
	}
}

/* ---- all of it ----------------------------------------------------------------------- */

static void begin(struct linear *l, const struct scene *s)
{
	read_state(l, s);
	news_first(l, s);
	if (s->screen == SCREEN_DECIDING || s->screen == SCREEN_PENDING)
		read_proposal(l, s);
	if (s->screen == SCREEN_COUNTDOWN)
		auto_words(l, s);
	if (l->keys)
		spoken_line(&l->out, "%s lists the keys, comma says where things stand, %s reads all of it", key_of(s->ui, COMMAND_HELP),
			key_of(s->ui, COMMAND_REDRAW));
	else
		spoken_line(&l->out, "no keys are read: standard input is no terminal");
	l->began = true;
	l->screen = s->screen;
	l->unknown = outcome_unknown(s);
	text_copy(l->incident, sizeof l->incident, s->inc ? s->inc->name : "");
	bool running;
	l->minutes = s->inc ? phases_clock(&s->ph, &s->stamp, &running) / US_MINUTE : 0;
}

static void world_news(struct linear *l, const struct scene *s)
{
	if (l->past_at)
		spoken_at(&l->out, s->now.at, "back to live");
	l->past = l->past_at = 0;
	engine_news(l, s);
	if (s->screen == SCREEN_WAITING) {
		waiting_news(l, s);
	} else if (!l->began) {
		begin(l, s);
	} else {
		news_tell(l, s);
		news_sources(l, s);
		screen_news(l, s);
		news_checks(l, s);
		clock_news(l, s);
	}
}

/* While one looks back: what happens now is told all the same, and of the past the newest line of the moment shown. */
static void past_news(struct linear *l, const struct scene *s, const struct sight *sight)
{
	struct scene live = *s;
	const struct model_line *line = s->m->lines.n ? &s->m->lines.v[s->m->lines.n - 1] : NULL;

	live.m = sight->live;
	live.now = sight->real;
	live.inc = NULL;
	engine_news(l, &live);
	news_tell(l, &live);
	if (s->ui->back.waits || (line ? line->seq : 0) == l->past || (!s->ui->back.playing && s->ui->back.at == l->past_at))
		return;
	if (line)
		news_line(l, "PAST: ", line, s->ui->back.at);
	else
		spoken_at(&l->out, s->ui->back.at, "PAST: nothing had happened yet");
	l->past = line ? line->seq : 0;
	l->past_at = s->ui->back.at;
}

void linear_say(struct linear *l, struct ui *u, const struct sight *sight)
{
	struct scene s;

	scene_make(&s, u, sight, LINEAR_ROWS, LINEAR_COLS);
	u->shows_letters = false;
	if (sight->m == sight->live)
		world_news(l, &s);
	else
		past_news(l, &s, sight);
	if (u->redraw && u->confirm.state != CONFIRM_NONE) {
		*l->letters = 0;
	} else if (u->redraw) {
		read_state(l, &s);
		read_place(l, &s);
	}
	u->redraw = false;
	standing_news(l, u);
	message_news(l, u);
	place_news(l, &s);
	panel_news(l, &s);
	prompt_news(l, u);
	u->shows_letters = u->confirm.state == CONFIRM_OPEN && confirm_can_fire(&u->confirm);
}

/* A panel takes longer to hear than to see: this key says its letters again, and is a key. */
static void panel_again(struct linear *l, struct ui *u, const struct sight *sight, const struct key *k)
{
	struct scene s;

	scene_make(&s, u, sight, LINEAR_ROWS, LINEAR_COLS);
	read_panel(l, &s);
	if (u->confirm.state == CONFIRM_OPEN && u->confirm.ch.drawn && k->at > u->confirm.ch.drawn)
		u->confirm.ch.touched = k->at;
}

static bool is_comma(const struct key *k)
{
	return k->kind == KEY_CHAR && k->cp == ',';
}

static bool is_move(enum command_id id)
{
	return id != COMMAND_NONE && !strcmp(keymap[id].group, "move") && id != COMMAND_FILTER && id != COMMAND_PALETTE && id != COMMAND_BACK;
}

/* Nothing was said: the key said what it does, or that it does nothing. */
static void key_words(struct linear *l, const struct ui *u, const struct sight *sight, const struct key *k, enum command_id id)
{
	struct scene s;

	scene_make(&s, u, sight, LINEAR_ROWS, LINEAR_COLS);
	if (is_move(id) && s.screen != SCREEN_WAITING) {
		if (!read_cursor(l, &s))
			spoken_line(&l->out, "there is no line to go to");
	} else if (id != COMMAND_NONE && keymap[id].asks) {
		spoken_line(&l->out, "%s: asked", keymap[id].help);
	} else if (id == COMMAND_NONE && k->kind == KEY_CHAR && k->cp > ' ' && k->cp < 0x7f) {
		spoken_line(&l->out, "%c does nothing here; %s lists the keys", (char)k->cp, key_of(u, COMMAND_HELP));
	} else if (id == COMMAND_BACK) {
		spoken_line(&l->out, "this is the beginning");
	} else if (id != COMMAND_NONE && (!strcmp(keymap[id].group, "look") || !strcmp(keymap[id].group, "chart"))) {
		read_place(l, &s); /* the key of the view one is in, or one that changed what it shows */
	}
}

void linear_key(struct linear *l, struct ui *u, const struct sight *sight, const struct key *k)
{
	bool plain = u->confirm.state == CONFIRM_NONE && u->prompt.kind == PROMPT_NONE, deaf = k->at < u->deaf_until;
	bool asked = u->prompt.kind != PROMPT_NONE;
	uint32_t pending = u->pending;
	enum command_id id = bindings_press(&u->keys, ui_modes(u), &pending, k);
	size_t before;
	struct scene s;

	if (is_comma(k) && u->confirm.state != CONFIRM_NONE && !u->confirm.ch.line) {
		panel_again(l, u, sight, k);
		return;
	}
	if (is_comma(k) && plain && !deaf && id == COMMAND_NONE && !pending) {
		scene_make(&s, u, sight, LINEAR_ROWS, LINEAR_COLS);
		read_state(l, &s);
		return;
	}
	linear_say(l, u, sight); /* what came before the key comes before its answer */
	before = l->out.text.len;
	if (plain)
		*l->message = 0;
	ui_key(u, sight, k);
	if (u->theme_changed) {
		u->theme_changed = false;
		spoken_line(&l->out, "there are no colours in this mode");
	}
	linear_say(l, u, sight);
	if (asked && k->kind == KEY_ESC)
		spoken_line(&l->out, "left: nothing was done");
	if (plain && !deaf && !pending && !u->quit && !u->suspend && l->out.text.len == before)
		key_words(l, u, sight, k, id);
}
