/* The console's own keys: one row per command, from which dispatch, the key
 * line, help, `backout help keys` and the manual are derived; and the bindings
 * in use, which a user's file may change (keyfile.h).  Pure: knows neither
 * screens nor files. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys/keys.h"

/* Where the keys of a row count. */
enum keymode { KEYMODE_ANY, KEYMODE_PAST, KEYMODE_CHART };
#define IN_PAST (1u << KEYMODE_PAST)
#define IN_CHART (1u << KEYMODE_CHART)

/* enum suffix, its keys as a file of keys has them ("k, Up"; "g g": one after the other), what the palette takes behind its
 * name (palette.h; "[X]" may be left out), group, help, and 1 where it asks the engine, 2 where its keys come first while
 * looking back, and behind all others while not, 3 where they count in a chart alone, and before all others. */
#define COMMANDS(X) \
	X(NEXT_PANE, "Tab", "", "move", "next part of the screen", 0) \
	X(PREVIOUS_PANE, "Shift-Tab", "", "move", "the part before", 0) \
	X(UP, "k, Up", "", "move", "up", 0) \
	X(DOWN, "j, Down", "", "move", "down", 0) \
	X(OUT, "h, Left", "", "move", "back", 0) \
	X(IN, "l, Right", "", "move", "open", 0) \
	X(FIRST, "g g, Home", "", "move", "first line", 0) \
	X(LAST, "G, End", "", "move", "last line", 0) \
	X(PAGE_UP, "PageUp", "", "move", "a screen up", 0) \
	X(PAGE_DOWN, "PageDown", "", "move", "a screen down", 0) \
	X(HALF_UP, "Ctrl-U", "", "move", "half a screen up", 0) \
	X(HALF_DOWN, "Ctrl-D", "", "move", "half a screen down", 0) \
	X(OPEN, "Enter", "", "move", "open what the cursor is on", 0) \
	X(BACK, "Esc, Backspace", "", "move", "back", 0) \
	X(PALETTE, ":", "", "move", "a command by its name", 0) \
	X(FILTER, "/", "[TEXT]", "look", "show only lines with this text", 0) \
	X(FIND, "Ctrl-F", "[TEXT]", "look", "to the next line with a text", 0) \
	X(HELP, "?", "", "look", "the keys", 0) \
	X(WAYS, "a", "[SERVICE]", "look", "ways back: every action, its price and its key", 0) \
	X(BRIEF, "b", "", "look", "ten lines to read out", 0) \
	X(TIMELINE, "t", "", "look", "what happened, newest first", 0) \
	X(CHANGES, "u", "", "look", "what changed", 0) \
	X(PINS, "P", "", "look", "versions kept out, and what is frozen", 0) \
	X(SERVICES, "E", "", "look", "every service, what is bad first", 0) \
	X(ROWS, "", "", "look", "the rubric: every row and how it is", 0) \
	X(SOURCES, "", "", "look", "who tells, and how old it is", 0) \
	X(WHO, "", "", "look", "everybody at a console", 0) \
	X(SERVICE, "", "SERVICE", "look", "a service: what serves, its signals, ways back, versions", 0) \
	X(CHART, "", "[SIGNAL]", "look", "a signal over time", 0) \
	X(INCIDENTS, "", "", "look", "every open incident, to look at another one", 0) \
	X(INCIDENT, "", "INCIDENT", "look", "look at another open incident", 0) \
	X(SORT, "S", "[ORDER]", "look", "the next order of this list", 0) \
	X(DECLARE, "D", "[SERVICE...]", "incident", "this deploy is bad: the clock starts", 1) \
	X(REPORT, "w", "[REPORT TEXT]", "incident", "say what only a person knows", 1) \
	X(NOTE, "n", "[TEXT]", "incident", "a note, on the record", 1) \
	X(FIRE, "", "ACTION [VERSION]", "incident", "open the panel of an action; its letters fire", 1) \
	X(CANCEL, "", "KEY", "incident", "stop an action where it is", 1) \
	X(VETO, "v", "[KEY]", "incident", "not this time", 1) \
	X(RESOLVE, "R", "[KEY OUTCOME TEXT]", "incident", "settle an outcome that is not known", 1) \
	X(FREEZE, "F", "[SERVICE]", "incident", "stop what runs where it is, else freeze the service", 1) \
	X(UNFREEZE, "", "SERVICE", "incident", "let a frozen service act again", 1) \
	X(PIN, "", "SERVICE VERSION", "incident", "keep a version out", 1) \
	X(UNPIN, "", "SERVICE VERSION", "incident", "let a version in again", 1) \
	X(TAKE, "C", "", "command", "take command, or accept it", 1) \
	X(HAND_OVER, "H", "[PERSON]", "command", "hand command over", 1) \
	X(CLOSE, "X", "[AS]", "command", "close the incident", 1) \
	X(BREAK_GLASS, "B", "", "command", "break-glass", 1) \
	X(ACKNOWLEDGE, "A", "", "command", "acknowledge", 1) \
	X(PHASE_BEFORE, "[", "", "past", "look back: to the begin of the phase, or of the one before", 2) \
	X(PHASE_AFTER, "]", "", "past", "to the next phase", 2) \
	X(DECISION_BEFORE, "{", "", "past", "look back: to the last decision before", 2) \
	X(DECISION_AFTER, "}", "", "past", "to the next decision", 2) \
	X(EVENT_BEFORE, "Left", "", "past", "one line of the timeline back (samples are passed over)", 2) \
	X(EVENT_AFTER, "Right", "", "past", "one line of the timeline on", 2) \
	X(LOOK_BACK, "G", "[TIME]", "past", "look back: to a time (02:14, 02:14:30, -5m)", 2) \
	X(PLAY, "Space", "", "past", "play as it was, or pause", 2) \
	X(SLOWER, "-", "", "past", "play slower", 2) \
	X(FASTER, "+", "", "past", "play faster", 2) \
	X(LIVE, "., End", "", "past", "to the present, from wherever", 2) \
	X(THEME, "T", "[THEME]", "console", "the next theme", 0) \
	X(COPY, "Ctrl-Y", "", "console", "copy what the cursor is on, or the brief; over ssh, too", 0) \
	X(BELL, "", "", "console", "the bell at a breach or an outcome, on or off", 0) \
	X(REDRAW, "Ctrl-L", "", "console", "draw the screen again", 0) \
	X(SUSPEND, "Ctrl-Z", "", "console", "to the shell; the engine goes on", 0) \
	X(LEAVE, "q", "", "console", "leave; nothing ends", 0) \
	X(RELOAD, "", "", "console", "take the changed kit in use", 1) \
	X(ZOOM_IN, "+, =", "", "chart", "zoom in: less time", 3) \
	X(ZOOM_OUT, "-", "", "chart", "zoom out: more time", 3) \
	X(EARLIER, "Left, h", "", "chart", "half a screen earlier", 3) \
	X(LATER, "Right, l", "", "chart", "half a screen later", 3) \
	X(NOW, "0, Home", "", "chart", "back to now", 3) \
	X(INK, "*", "", "chart", "draw in dots, blocks or letters", 3)

enum command_id {
#define X(id, keys, args, group, help, use) COMMAND_##id,
	COMMANDS(X)
#undef X
	COMMAND_NONE
};
#define COMMAND_NAME 24
struct keymap_row {
	enum command_id id;
	const char *name; /* HAND_OVER; people read and type hand-over */
	const char *keys, *args, *group, *help;
	bool asks;
	enum keymode mode;
};
extern const struct keymap_row keymap[COMMAND_NONE];

/* By name; COMMAND_NONE where there is none. */
enum command_id keymap_named(const char *name);
const char *keymap_name(int id, char out[COMMAND_NAME]); /* "hand-over" */
/* The name of command `id` as the palette takes it; false where it does not begin with `begin`, or only moves
 * the cursor or the moment. */
bool keymap_written(int id, const char *begin, char *out, size_t cap);

/* ---- keys as people write them --------------------------------------------------- */

/* One or two strokes, one after the other; a stroke is a kind of key and its character in one number, 0 none. */
struct chord { uint32_t first, second; };
#define CHORD_WRITTEN 40
uint32_t stroke_of(const struct key *k);
/* "D", "Ctrl-L", "PageUp", "Comma": 0 where no key is called that.  *out_why (may be NULL): why it may not be bound, or NULL. */
uint32_t stroke_named(const char *word, const char **out_why);
const char *stroke_nearest(const char *word); /* the name of a key that was meant, or NULL */
const char *chord_print(struct chord c, char out[CHORD_WRITTEN]);
/* The same keys, or one begins the other: both cannot be told apart. */
bool chord_clash(struct chord a, struct chord b);
/* Do two commands want keys at the same time?  Those of another mode do not: one of both comes first. */
bool commands_clash(enum command_id a, enum command_id b);

/* ---- the bindings in use ----------------------------------------------------------- */

#define COMMAND_KEYS 4
struct binding { int n; struct chord v[COMMAND_KEYS]; };
struct bindings {
	struct binding of[COMMAND_NONE];
	char shown[COMMAND_NONE][CHORD_WRITTEN]; /* its first key; ":name" where it has none */
};
void bindings_default(struct bindings *b);
/* After `of` was changed. */
void bindings_changed(struct bindings *b);
/* What a key means behind *pending, the stroke before it (0 none).  COMMAND_NONE with *pending set: it begins two.
 * where: IN_PAST one looks back, IN_CHART at a chart. */
enum command_id bindings_press(const struct bindings *b, unsigned where, uint32_t *pending, const struct key *k);
/* Every key of a command: "k, Up"; "" where it has none. */
const char *bindings_written(const struct bindings *b, int id, char *out, size_t cap);
/* Is this one of the defaults of the command? */
bool binding_is_default(enum command_id id, struct chord c);

#endif
