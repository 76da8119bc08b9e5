/* What the monkey does, a row each: keys of every kind, pastes, replies of the
 * terminal, honest letters, windows, events, broken lines. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "monkey.h"

/* ---- what it does: one row each ----------------------------------------------------------------------- */

static void do_console_key(struct monkey *m)
{
	static const struct {
		const char *written, *bytes;
	} names[] = {{"Tab", "\t"}, {"Enter", "\r"}, {"Esc", "\033"}, {"Up", "\033[A"}, {"Down", "\033[B"}, {"Left", "\033[D"}, {"Right", "\033[C"},
		{"Shift-Tab", "\033[Z"}, {"Home", "\033[H"}, {"End", "\033[F"}, {"PageUp", "\033[5~"}, {"PageDown", "\033[6~"}, {"Backspace", "\x7f"}, {"Space", " "}};
	const char *w = m->ui.keys.shown[rng_below(&m->rng, COMMAND_NONE)];
	char bytes[80] = "";

	if (*w == ':' && w[1]) {
		monkey_say(m, "palette %s", w);
		monkey_type(m, w, 60000);
		monkey_type(m, "\r", 1);
		return;
	}
	if (!strncmp(w, "Ctrl-", 5))
		snprintf(bytes, sizeof bytes, "%c", w[5] & 0x1f);
	else if (strlen(w) == 1 || (strlen(w) == 3 && w[1] == ' '))
		snprintf(bytes, sizeof bytes, "%c%s", *w, w[1] ? w + 2 : "");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i].written, w))
			text_copy(bytes, sizeof bytes, names[i].bytes);
	monkey_say(m, "key %s", w);
	monkey_feed(m, *bytes ? bytes : w, *bytes ? strlen(bytes) : 1, FEED_TYPED);
}

static void do_palette(struct monkey *m)
{
	char name[60] = ":";

	if (!keymap_written((int)rng_below(&m->rng, COMMAND_NONE), "", name + 1, sizeof name - 1))
		return;
	if (rng_chance(&m->rng, 200))
		name[1 + rng_below(&m->rng, (uint32_t)strlen(name))] = 0;
	monkey_say(m, "palette %s", name);
	monkey_type(m, name, 60000);
	monkey_type(m, rng_chance(&m->rng, 200) ? "\t\r" : "\r", 1);
}

/* What could stand for a word of a command's arguments; mostly something that is there. */
static const char *argument(struct monkey *m, const char *kind, size_t n, char *out, size_t cap)
{
	static const struct {
		const char *kind, *words[4];
	} table[] = {{"OUTCOME", {"done", "failed", "unknown", "x"}}, {"PERSON", {"maya", "lena", "ravi", "nobody"}}, {"AS", {"reverted", "forward", "false-alarm", "duplicate"}},
		{"THEME", {"default", "light", "ascii", "nothing"}}, {"INCIDENT", {"INC-1", "INC-2", "INC-3", "INC-999"}}, {"ORDER", {"name", "age", "state", "x"}},
		{"TIME", {"-5m", "14:00", "-1s", "+30s"}}, {"REPORT", {"other", "p1", "cannot_login", "x"}}, {"SIGNAL", {"errors", "latency", "auth/errors", "x"}},
		{"KEY", {"INC-1/1", "INC-1/2", "INC-2/1", "INC-1/99"}}, {"VERSION", {"1", "2", "41", "8.14.0"}}};
	char service[72];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strncmp(kind, table[i].kind, n) && strlen(table[i].kind) == n)
			return table[i].words[rng_below(&m->rng, 4)];
	text_copy(service, sizeof service, m->w.m->kit->services[rng_below(&m->rng, m->w.m->kit->n_services < 3 ? 1 : 3)].name);
	if (n == 6 && !strncmp(kind, "ACTION", 6))
		snprintf(out, cap, "%s-%s", service, rng_chance(&m->rng, 700) ? "rollback" : "flag");
	else if (n == 4 && !strncmp(kind, "TEXT", 4))
		world_word(&m->w, out, cap);
	else
		text_copy(out, cap, service);
	return out;
}

/* A command with the words that it takes, as far as somebody types them. */
static void do_words(struct monkey *m)
{
	const struct keymap_row *row = &keymap[rng_below(&m->rng, COMMAND_NONE)];
	char line[600] = ":", word[300];
	size_t n;

	if (!*row->args)
		row = &keymap[COMMAND_FIRE];
	keymap_name((int)row->id, line + 1);
	for (const char *p = row->args; *p && !rng_chance(&m->rng, 100); p += n + strspn(p + n, "[]. ")) {
		p += strspn(p, "[ ");
		n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		size_t at = strlen(line);
		snprintf(line + at, sizeof line - at, " %s", argument(m, p, n, word, sizeof word));
		if (!n)
			break;
	}
	if (rng_chance(&m->rng, 150))
		line[1 + rng_below(&m->rng, (uint32_t)strlen(line))] = 0;
	monkey_say(m, "command %s", line);
	monkey_type(m, line, 40000);
	monkey_type(m, rng_chance(&m->rng, 150) ? "\t\t\r" : rng_chance(&m->rng, 100) ? "\033[A\r" : "\r", 1);
	if (m->ui.prompt.kind != PROMPT_NONE && rng_chance(&m->rng, 700)) /* it asks for the reason */
		monkey_type(m, "because it is bad\r", 40000);
}

/* The wall clock is set anew, by a little or by hours; what counts is the other one. */
static void do_clock(struct monkey *m)
{
	int64_t by = ((int64_t)rng_below(&m->rng, rng_chance(&m->rng, 500) ? 7200000 : 5000) - 2000) * 1000 * (rng_chance(&m->rng, 500) ? 1 : -1);

	m->w.now.at += by;
	monkey_say(m, "the wall clock steps by %lld ms", (long long)(by / 1000));
	if (rng_chance(&m->rng, 700))
		monkey_draw(m);
}

static void do_kit_key(struct monkey *m)
{
	static const char keys[] = "rzLdefimsxy";
	char c[2] = {keys[rng_below(&m->rng, rng_chance(&m->rng, 800) ? 3 : sizeof keys - 1)], 0};

	monkey_say(m, "kit's key %s", c);
	monkey_feed(m, c, 1, FEED_TYPED);
}

static void do_move(struct monkey *m)
{
	static const char *const moves[] = {"\033[A", "\033[B", "\033[C", "\033[D", "\033[H", "\033[F", "\033OA", "\033OB", "\033[1;2A", "j", "k", "h", "l", "G", "gg", "\t",
		"\033[Z", "\033[5~", "\033[6~", "\r", "\r", "\r", "\x7f", "\033[3~"};
	const char *s = moves[rng_below(&m->rng, sizeof moves / sizeof *moves)];

	monkey_say(m, "move %s%s", *s == '\033' ? "ESC" : "", *s == '\033' ? s + 1 : *s < ' ' ? "Enter or Tab" : s);
	monkey_feed(m, s, strlen(s), FEED_TYPED);
}

static void do_esc(struct monkey *m)
{
	monkey_say(m, "Esc");
	monkey_feed(m, "\033", 1, FEED_TYPED);
	if (rng_chance(&m->rng, 800))
		monkey_pass(m, 60000);
}

static void do_any(struct monkey *m)
{
	char c[5];

	c[utf8_put(rng_chance(&m->rng, 970) ? 0x20 + rng_below(&m->rng, 0x5f) : 0xa0 + rng_below(&m->rng, 0x2ff00), c)] = 0;
	monkey_say(m, "type %s", c);
	monkey_feed(m, c, strlen(c), FEED_TYPED);
}

static void do_control(struct monkey *m)
{
	char c = (char)rng_below(&m->rng, 32);

	monkey_say(m, "Ctrl-%c", '@' + c);
	monkey_feed(m, &c, 1, c == 27 ? FEED_BROKEN : FEED_TYPED);
}

static void do_word(struct monkey *m)
{
	char text[200];

	const char *fit = m->ui.prompt.kind == PROMPT_RESOLVE ? "done it serves 41" : m->ui.prompt.kind == PROMPT_CLOSE ? "false-alarm" :
		m->ui.prompt.kind == PROMPT_HAND_OVER ? "lena" : NULL;

	world_word(&m->w, text, sizeof text);
	if (fit && rng_chance(&m->rng, 500))
		text_copy(text, sizeof text, fit);
	monkey_say(m, "word '%s' and Enter", text);
	monkey_type(m, text, 50000);
	monkey_feed(m, "\r", 1, FEED_TYPED);
}

static void do_paste(struct monkey *m)
{
	static const char *const ends[] = {"\033[201~", "\033[201~", "\033[201~", "", "\033[20", ("\x9b" "201~")};
	char bytes[600];
	int n = snprintf(bytes, sizeof bytes, "\033[200~%s\r%s%s", m->o.shown ? m->o.letters : "qDX\r", m->o.shown ? m->o.letters : "r",
		ends[rng_below(&m->rng, sizeof ends / sizeof *ends)]);

	monkey_say(m, "paste");
	monkey_feed(m, bytes, (size_t)n, FEED_PASTE);
}

static void do_reply(struct monkey *m)
{
	static const char *const replies[] = {"\033[?62;1;6c", "\033[24;80R", "\033[0n", "\033]11;rgb:%s/%s\a", "\033P>|%s\033\\", "\033[I", "\033[O", "\033[M !!",
		"\033[<0;3;4M", "\033_G%s\033\\", "\033[?2026;2$y", "\033X%s\033\\", "\033]52;c;%s\a", "\033[?997;1n", "\033[8;24;80t", "\033]10;?\033\\"};
	const char *r = replies[rng_below(&m->rng, sizeof replies / sizeof *replies)], *l = m->o.shown ? m->o.letters : "rqX";
	char bytes[200];
	size_t n = 0;

	for (; *r && n + 8 < sizeof bytes; r++)
		if (r[0] == '%' && r[1] == 's') {
			n += (size_t)snprintf(bytes + n, sizeof bytes - n, "%s", l);
			r++;
		} else {
			bytes[n++] = *r;
		}
	monkey_say(m, "a reply of the terminal, %zu bytes", n);
	if (rng_chance(&m->rng, 300)) { /* over a slow line */
		bool strings = bytes[1] != '[' && bytes[1] != ']'; /* behind a lone ESC their first letter would be a key */
		size_t half = 1 + rng_below(&m->rng, (uint32_t)n - 1);
		half += strings && half == 1 && n > 2;
		monkey_feed(m, bytes, half, FEED_REPLY);
		monkey_pass(m, 1 + (int64_t)rng_below(&m->rng, strings ? 40000 : 300000));
		m->feed = FEED_REPLY;
		keys_feed(&m->keys, bytes + half, n - half, m->w.now.mono, monkey_key, m);
		m->feed = FEED_BROKEN;
	} else {
		monkey_feed(m, bytes, n, FEED_REPLY);
	}
}

static void do_broken(struct monkey *m)
{
	static const char pool[] = "\033\033[]OP_^X?;~0123456789abcrR\r\x9b\x9d\x90\xc2\xe2\x80\xff\x1b[200~\x01\x7f";
	char bytes[40];
	size_t n = 1 + rng_below(&m->rng, sizeof bytes - 1);

	for (size_t i = 0; i < n; i++)
		bytes[i] = pool[rng_below(&m->rng, sizeof pool - 1)];
	monkey_say(m, "%zu broken bytes", n);
	monkey_feed(m, bytes, n, FEED_BROKEN);
}

static void do_burst(struct monkey *m)
{
	char bytes[64];
	size_t n = 2 + rng_below(&m->rng, 20);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)('a' + rng_below(&m->rng, 26));
	if (m->o.shown && rng_chance(&m->rng, 700)) {
		n = (size_t)snprintf(bytes, sizeof bytes, "%s%s", m->o.letters, rng_chance(&m->rng, 300) ? m->o.letters : "");
	} else if (rng_chance(&m->rng, 300)) {
		bytes[0] = 'r';
	}
	monkey_say(m, "burst %.*s", (int)n, bytes);
	monkey_feed(m, bytes, n, FEED_BURST);
}

/* Somebody who reads the letters and types them, as a person does: that fires, or nothing would be proven by the rest. */
static void do_honest(struct monkey *m)
{
	char line[100];
	long before = m->r->fires;
	bool held = true;

	if (!m->o.shown || m->o.n_typed || m->o.n_text || m->o.poisoned || m->keys.state != KEYS_GROUND || m->keys.pasting || m->keys.need_utf8)
		return;
	if (m->o.line)
		snprintf(line, sizeof line, "%s %s\r", m->o.name, m->o.letters);
	else
		snprintf(line, sizeof line, "%s", m->o.letters);
	monkey_say(m, "the letters '%s' as they are shown", line);
	monkey_pass(m, 1000);
	for (const char *p = line; *p && held; p++) {
		held = m->o.shown && strstr(line, m->o.letters) && m->r->fires == before;
		if (held)
			monkey_feed(m, p, 1, FEED_TYPED);
		if (p[1])
			monkey_pass(m, 20000 + (int64_t)rng_below(&m->rng, 200000));
	}
	m->r->honest += held && m->r->fires > before;
	if (held && m->r->fires == before) {
		m->r->not_fired++;
		oracle_no(&m->o, "the letters %s were typed as they were shown and nothing fired", line);
	}
}

static void do_resize(struct monkey *m)
{
	static const int common[][2] = {{24, 80}, {23, 80}, {40, 120}, {12, 40}, {50, 200}, {24, 40}, {13, 60}};

	if (rng_chance(&m->rng, 600)) {
		const int *c = common[rng_below(&m->rng, sizeof common / sizeof *common)];
		m->rows = c[0];
		m->cols = c[1];
	} else if (rng_chance(&m->rng, 300)) {
		m->rows = 1 + (int)rng_below(&m->rng, 15);
		m->cols = 1 + (int)rng_below(&m->rng, 60);
	} else {
		m->rows = 1 + (int)rng_below(&m->rng, 120);
		m->cols = 1 + (int)rng_below(&m->rng, 300);
	}
	m->r->resizes++;
	monkey_say(m, "the window is %dx%d", m->cols, m->rows);
	if (rng_chance(&m->rng, 800))
		monkey_draw(m);
}

static void do_event(struct monkey *m)
{
	world_event(&m->w);
	m->r->events++;
	monkey_say(m, "event: %s", m->w.op);
	if (rng_chance(&m->rng, 300))
		monkey_draw(m);
}

static void do_story(struct monkey *m)
{
	for (int i = 0; i < 12 && !*m->o.why; i++) {
		do_event(m);
		monkey_pass(m, 500000 + (int64_t)rng_below(&m->rng, 3000000));
	}
}

static void do_line(struct monkey *m)
{
	bool up = !m->w.link.up;

	monkey_say(m, "the engine is %s", up ? "back" : "gone");
	m->r->downs += !up;
	world_line(&m->w, up);
	*m->o.clock_of = 0; /* what it missed may be that the clock has stopped long since */
	if (up)
		text_copy(m->ui.person, sizeof m->ui.person, m->w.person);
	monkey_draw(m);
}

static void do_beat(struct monkey *m)
{
	if (m->w.link.up)
		m->w.link.beat_age = rng_chance(&m->rng, 800) ? rng_below(&m->rng, 900000) : rng_below(&m->rng, 90000000);
	monkey_say(m, "the engine spoke %lld ms ago", (long long)(m->w.link.beat_age / 1000));
	monkey_draw(m);
}

/* What is unknown wants to be settled, and what runs may be stopped. */
static void do_settle(struct monkey *m)
{
	const struct model_action *a = NULL;

	for (size_t i = 0; m->w.shown && i < m->w.shown->incidents.n; i++)
		vec_each(struct model_action, x, &m->w.shown->incidents.v[i].actions)
			if (!action_over(x))
				a = x;
	if (!a)
		return;
	bool unknown = a->outcome == OUTCOME_UNKNOWN;
	monkey_say(m, unknown ? "settle it" : "stop it");
	monkey_type(m, !unknown ? "F\r" : rng_chance(&m->rng, 500) ? "Rdone it serves 41\r" : "Rfailed it is not there\r", 60000);
}

/* What is frozen is let go again. */
static void do_thaw(struct monkey *m)
{
	if (!m->w.shown || !m->w.shown->freezes.n)
		return;
	monkey_say(m, "thaw");
	monkey_type(m, "\033", 60000);
	monkey_pass(m, 60000);
	monkey_type(m, "P", 60000);
	for (uint32_t n = 1 + rng_below(&m->rng, 4); n > 0; n--)
		monkey_type(m, "j", 60000);
	monkey_type(m, "\rit is over\r", 60000);
}

static void do_look_only(struct monkey *m)
{
	if (m->ui.confirm.state != CONFIRM_NONE || m->ui.prompt.kind != PROMPT_NONE)
		return;
	m->ui.read_only = !m->ui.read_only && rng_chance(&m->rng, 300);
	monkey_say(m, "read only: %d", m->ui.read_only);
}

static const struct {
	void (*fn)(struct monkey *m);
	uint32_t weight, in_panel; /* how often, and how often while a panel stands */
} steps[] = {
	{do_console_key, 150, 20}, {do_kit_key, 120, 40}, {do_move, 160, 10}, {do_esc, 60, 15}, {do_any, 60, 20}, {do_control, 15, 5}, {do_word, 30, 3},
	{do_palette, 30, 1}, {do_words, 60, 0}, {do_clock, 2, 1}, {do_paste, 15, 30}, {do_reply, 20, 60}, {do_broken, 12, 8}, {do_burst, 15, 50}, {do_honest, 0, 120}, {do_resize, 15, 15},
	{do_event, 120, 60}, {do_story, 4, 2}, {do_line, 8, 3}, {do_beat, 8, 3}, {do_look_only, 4, 0}, {do_settle, 20, 0}, {do_thaw, 10, 0},
};

static void gap(struct monkey *m)
{
	uint32_t r = rng_below(&m->rng, 1000);

	if (r < 80)
		return; /* at once */
	if (r < 200)
		monkey_pass(m, 1 + (int64_t)rng_below(&m->rng, 15000));
	else if (r < 900)
		monkey_pass(m, 20000 + (int64_t)rng_below(&m->rng, 300000));
	else if (r < 985)
		monkey_pass(m, (int64_t)rng_below(&m->rng, 4000000));
	else if (r < 998)
		monkey_pass(m, (int64_t)rng_below(&m->rng, 60) * US_SECOND);
	else
		monkey_pass(m, (int64_t)rng_below(&m->rng, 5000) * US_SECOND);
}

void monkey_step(struct monkey *m)
{
	bool panel = m->o.shown || m->ui.confirm.state != CONFIRM_NONE;
	uint32_t total = 0, at;

	gap(m);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		total += panel ? steps[i].in_panel : steps[i].weight;
	at = rng_below(&m->rng, total);
	for (size_t i = 0; i < sizeof steps / sizeof *steps && !*m->o.why; i++) {
		uint32_t weight = panel ? steps[i].in_panel : steps[i].weight;
		if (at < weight) {
			steps[i].fn(m);
			return;
		}
		at -= weight;
	}
}
