/* The console's own keys: one row per key, from which dispatch, the key line,
 * help and the check against the kit's keys are derived.  Pure data. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"

/* enum suffix, key kind, character, how it is written, group, help, 1 where it asks the engine */
#define COMMANDS(X) \
	X(NEXT_PANE, KEY_TAB, 0, "Tab", "move", "next part of the screen", 0) \
	X(PREVIOUS_PANE, KEY_BACKTAB, 0, "Shift-Tab", "move", "the part before", 0) \
	X(UP, KEY_CHAR, 'k', "k, up", "move", "up", 0) \
	X(DOWN, KEY_CHAR, 'j', "j, down", "move", "down", 0) \
	X(OUT, KEY_CHAR, 'h', "h, left", "move", "back", 0) \
	X(IN, KEY_CHAR, 'l', "l, right", "move", "open", 0) \
	X(FIRST, KEY_CHAR, 'g', "g g", "move", "first line", 0) \
	X(LAST, KEY_CHAR, 'G', "G", "move", "last line", 0) \
	X(OPEN, KEY_ENTER, 0, "Enter", "move", "open what the cursor is on", 0) \
	X(BACK, KEY_ESC, 0, "Esc", "move", "back", 0) \
	X(FILTER, KEY_CHAR, '/', "/", "move", "show only lines with this text", 0) \
	X(PALETTE, KEY_CHAR, ':', ":", "move", "a command by its name", 0) \
	X(HELP, KEY_CHAR, '?', "?", "look", "the keys", 0) \
	X(WAYS, KEY_CHAR, 'a', "a", "look", "ways back: every action, its price and its key", 0) \
	X(BRIEF, KEY_CHAR, 'b', "b", "look", "ten lines to read out", 0) \
	X(TIMELINE, KEY_CHAR, 't', "t", "look", "what happened, newest first", 0) \
	X(CHANGES, KEY_CHAR, 'u', "u", "look", "what changed", 0) \
	X(PINS, KEY_CHAR, 'P', "P", "look", "versions kept out, and what is frozen", 0) \
	X(INCIDENTS, KEY_CHAR, 0, ":incidents", "look", "every open incident, to look at another one", 0) \
	X(DECLARE, KEY_CHAR, 'D', "D", "incident", "this deploy is bad: the clock starts", 1) \
	X(REPORT, KEY_CHAR, 'w', "w", "incident", "say what only a person knows", 1) \
	X(NOTE, KEY_CHAR, 'n', "n", "incident", "a note, on the record", 1) \
	X(VETO, KEY_CHAR, 'v', "v", "incident", "not this time", 1) \
	X(RESOLVE, KEY_CHAR, 'R', "R", "incident", "settle an outcome that is not known", 1) \
	X(FREEZE, KEY_CHAR, 'F', "F", "incident", "stop what runs where it is, else freeze the service", 1) \
	X(TAKE, KEY_CHAR, 'C', "C", "command", "take command, or accept it", 1) \
	X(HAND_OVER, KEY_CHAR, 'H', "H", "command", "hand command over", 1) \
	X(CLOSE, KEY_CHAR, 'X', "X", "command", "close the incident", 1) \
	X(BREAK_GLASS, KEY_CHAR, 'B', "B", "command", "break-glass", 1) \
	X(ACKNOWLEDGE, KEY_CHAR, 'A', "A", "command", "acknowledge", 1) \
	X(THEME, KEY_CHAR, 'T', "T", "console", "the next theme", 0) \
	X(REDRAW, KEY_CTRL, 'l', "Ctrl-L", "console", "draw the screen again", 0) \
	X(SUSPEND, KEY_CTRL, 'z', "Ctrl-Z", "console", "to the shell; the engine goes on", 0) \
	X(LEAVE, KEY_CHAR, 'q', "q", "console", "leave; nothing ends", 0) \
	X(RELOAD, KEY_CHAR, 0, ":reload", "console", "take the changed kit in use", 1)

enum command_id {
#define X(id, kind, cp, written, group, help, asks) COMMAND_##id,
	COMMANDS(X)
#undef X
	COMMAND_NONE
};
struct keymap_row {
	enum command_id id;
	const char *name; /* as the palette takes it: "declare", "hand-over" */
	enum key_kind kind;
	uint32_t cp;
	const char *written, *group, *help;
	bool asks;
};
extern const struct keymap_row keymap[COMMAND_NONE];

enum command_id keymap_command(const struct key *k);
/* By name; COMMAND_NONE where there is none. */
enum command_id keymap_named(const char *name);
/* The name of command `id` as the palette takes it; false where it does not begin with `begin`, or only moves the cursor. */
bool keymap_written(int id, const char *begin, char *out, size_t cap);

#endif
