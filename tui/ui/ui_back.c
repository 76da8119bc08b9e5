/* Keys while looking back, and into it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/scene.h"

bool ui_looks_back(const struct ui *u)
{
	return u->back.state == BACK_ON;
}

/* It stays until a key. */
void ui_back_refuse(struct ui *u)
{
	static const struct sight whenever;
	char t[WHEN_LEN];

	ui_say(u, &whenever, false, "you look at %s, not at now: %s goes to live", when_clock(u->back.at, t), key_of(u, COMMAND_LIVE));
	u->message_until = 0;
}

bool ui_back_refuses(struct ui *u, enum prompt_kind kind)
{
	bool looks = kind == PROMPT_FILTER || kind == PROMPT_FIND || kind == PROMPT_PALETTE || kind == PROMPT_LOOK_BACK;

	if (!looks && u->back.state == BACK_READING)
		back_live(&u->back); /* somebody does something: the past can wait */
	if (!looks && ui_looks_back(u))
		ui_back_refuse(u);
	return !looks && ui_looks_back(u);
}

void ui_go_live(struct ui *u)
{
	back_live(&u->back);
	u->message[0] = 0;
	ui_model_gone(u);
}

/* ---- commands ---------------------------------------------------------------------------- */

static const struct {
	enum command_id id;
	int dir;
	unsigned marks;
} steps[] = {
	{COMMAND_EVENT_BEFORE, -1, MARK_EVENT}, {COMMAND_EVENT_AFTER, 1, MARK_EVENT}, {COMMAND_PHASE_BEFORE, -1, MARK_PHASE},
	{COMMAND_PHASE_AFTER, 1, MARK_PHASE}, {COMMAND_DECISION_BEFORE, -1, MARK_DECISION}, {COMMAND_DECISION_AFTER, 1, MARK_DECISION},
};

static bool step(struct ui *u, const struct sight *s, enum command_id id)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (steps[i].id != id)
			continue;
		if (ui_looks_back(u) || steps[i].dir < 0)
			back_step(&u->back, s->live, s->m, &s->real, steps[i].dir, steps[i].marks);
		else
			ui_say(u, s, false, "this is live, there is nothing later: %s and %s look back", key_of(u, COMMAND_PHASE_BEFORE),
				key_of(u, COMMAND_DECISION_BEFORE));
		return true;
	}
	return false;
}

static void faster(struct ui *u, const struct sight *s, int by)
{
	back_faster(&u->back, by);
	ui_say(u, s, false, "%d times as fast as it was", back_speed(&u->back));
}

static void in_the_past(struct ui *u, const struct sight *s, enum command_id id)
{
	if (id == COMMAND_PLAY)
		back_play(&u->back, &s->real);
	else
		faster(u, s, id == COMMAND_FASTER ? 1 : -1);
}

void ui_back_go(struct ui *u, const struct sight *s, const char *text)
{
	int64_t at;

	if (!*text)
		ui_ask_text(u, PROMPT_LOOK_BACK, "", "", "", "look back to (02:14, 02:14:30, -5m):");
	else if (!back_parse(text, s->now.at, s->real.at, &at))
		ui_say(u, s, true, "\"%s\" is no time: write 02:14, 02:14:30, 2026-11-24 02:14, -5m or +30s", text);
	else if (at >= s->real.at)
		ui_say(u, s, false, "that is still to come");
	else if (s->live)
		back_time(&u->back, s->live, &s->real, at);
}

bool ui_back_command(struct ui *u, const struct sight *s, enum command_id id)
{
	if (keymap[id].mode != KEYMODE_PAST || !s->live)
		return keymap[id].mode == KEYMODE_PAST;
	if (id == COMMAND_LIVE && u->back.state != BACK_OFF)
		ui_go_live(u);
	else if (id == COMMAND_LIVE)
		ui_say(u, s, false, "this is live");
	else if (id == COMMAND_LOOK_BACK)
		ui_back_go(u, s, "");
	else if (!step(u, s, id) && ui_looks_back(u))
		in_the_past(u, s, id);
	else if (!ui_looks_back(u) && u->back.state == BACK_OFF)
		ui_say(u, s, false, "this is live: %s and %s look back", key_of(u, COMMAND_PHASE_BEFORE), key_of(u, COMMAND_DECISION_BEFORE));
	return true;
}

/* ---- what the front end reports -------------------------------------------------------------- */

void ui_back_moved(struct ui *u, const struct sight *s, const struct past *p, bool there, const char *why)
{
	enum back_state before = u->back.state;
	enum back_move move = back_moved(&u->back, p, there, why);

	ui_model_gone(u); /* the fold may have begun anew in another place */
	switch (move) {
	case BACK_GOES_ON:
		return;
	case BACK_NOTHING_EARLIER:
		ui_say(u, s, false, u->back.wish.how == PAST_TIME ? "the journal begins here" : "there is nothing of that kind earlier");
		return;
	case BACK_NOTHING_LATER:
		ui_say(u, s, false, "nothing of that kind later: %s goes to live", key_of(u, COMMAND_LIVE));
		return;
	case BACK_ARRIVED:
		break;
	}
	if (before == BACK_READING)
		u->message[0] = 0;
}

void ui_back_tick(struct ui *u, const struct sight *s)
{
	if (s->live)
		back_hear(&u->back, s->live);
	if (ui_looks_back(u) && s->live && s->live->store_id && s->m->store_id && strcmp(s->live->store_id, s->m->store_id) != 0) {
		ui_go_live(u);
		ui_say(u, s, true, "the engine keeps another journal now: this is live, and of that one");
		return;
	}
	if (!back_tick(&u->back, &s->real))
		return;
	ui_go_live(u);
	ui_say(u, s, false, "caught up: this is live");
}

void ui_sight_back(const struct ui *u, const struct past *p, struct sight *s)
{
	if (!ui_looks_back(u) || !p)
		return;
	s->m = past_model(p);
	back_now(&u->back, s->m, &s->now);
}

int64_t ui_back_wait(const struct ui *u, const struct sight *s)
{
	int64_t each = US_SECOND / (u->back.playing ? back_speed(&u->back) : 1), least = US_SECOND / 10;

	return u->back.playing ? (each > least ? each / 2 : least) : US_SECOND - s->real.at % US_SECOND;
}
