/* The table of keys. */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tui/keymap.h"

const struct keymap_row keymap[COMMAND_NONE] = {
#define X(id, kind, cp, written, group, help, asks) {COMMAND_##id, #id, kind, cp, written, group, help, asks},
	COMMANDS(X)
#undef X
};

/* Keys that stand for another key's row. */
static const struct {
	enum key_kind kind;
	enum command_id id;
} also[] = {
	{KEY_UP, COMMAND_UP}, {KEY_DOWN, COMMAND_DOWN}, {KEY_LEFT, COMMAND_OUT}, {KEY_RIGHT, COMMAND_IN},
	{KEY_HOME, COMMAND_FIRST}, {KEY_END, COMMAND_LAST}, {KEY_BACKSPACE, COMMAND_BACK},
};

enum command_id keymap_command(const struct key *k)
{
	for (int i = 0; i < COMMAND_NONE; i++)
		if (keymap[i].kind == k->kind && (k->kind != KEY_CHAR || keymap[i].cp) &&
		    ((k->kind != KEY_CHAR && k->kind != KEY_CTRL) || keymap[i].cp == k->cp))
			return keymap[i].id;
	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (also[i].kind == k->kind)
			return also[i].id;
	return COMMAND_NONE;
}

/* "hand-over" is HAND_OVER. */
static bool same(const char *id, const char *name)
{
	for (; *id && *name; id++, name++)
		if (tolower((unsigned char)*id) != (*name == '-' ? '_' : tolower((unsigned char)*name)))
			return false;
	return !*id && !*name;
}

bool keymap_written(int id, const char *begin, char *out, size_t cap)
{
	size_t n = 0;

	if (!strcmp(keymap[id].group, "move"))
		return false;
	for (; keymap[id].name[n] && n + 1 < cap; n++)
		out[n] = (char)(keymap[id].name[n] == '_' ? '-' : tolower((unsigned char)keymap[id].name[n]));
	out[n] = 0;
	return !strncasecmp(out, begin, strlen(begin));
}

enum command_id keymap_named(const char *name)
{
	for (int i = 0; i < COMMAND_NONE; i++)
		if (same(keymap[i].name, name))
			return keymap[i].id;
	return COMMAND_NONE;
}
