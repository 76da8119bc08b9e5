/* The palette's line: which command or view it names, the words behind it, and
 * what the word being typed could become.  Pure, over the table of commands,
 * the views and the model (a user's themes are looked up): it runs nothing (ui_palette.c does) and edits
 * nothing (ui_prompt.c does). */
#ifndef TUI_PALETTE_H
#define TUI_PALETTE_H

#include "base/mem.h"
#include "model/model.h"
#include "tui/keys/keymap.h"
#include "tui/ui/view.h"

/* The kinds of words behind a command's name, as `args` in the table of commands has them; what one is called in a message. */
#define ARGS(X) \
	X(TEXT, "text") \
	X(SERVICE, "service") \
	X(SIGNAL, "signal") \
	X(REPORT, "report") \
	X(ACTION, "action") \
	X(VERSION, "version") \
	X(PERSON, "person") \
	X(THEME, "theme") \
	X(INCIDENT, "open incident") \
	X(KEY, "action that stands") \
	X(OUTCOME, "outcome") \
	X(AS, "way to close") \
	X(ORDER, "order") \
	X(TIME, "time")

enum arg_kind {
#define X(id, word) ARG_##id,
	ARGS(X)
#undef X
	ARG_COMMAND,             /* the name of a command or view itself */
	ARG_NONE
};

#define PALETTE_LINE 400 /* bytes, with the NUL */
#define PALETTE_NAME 264
#define PALETTE_WORDS 3
#define PALETTE_CHOICES 64

struct palette_args {            /* "SERVICE VERSION", "[TEXT]", "SERVICE..." */
	enum arg_kind kind[PALETTE_WORDS];
	int n, least;            /* how many there are; how many cannot be left out */
	bool many;               /* the last may come several times */
};
void palette_args(const char *written, struct palette_args *out);

struct palette_scope {           /* the names that there are */
	const struct model *m;   /* NULL before the first snapshot */
	const struct model_incident *inc; /* the one looked at, or NULL */
	const char *person;      /* "" nobody the kit knows */
	bool asks;               /* commands that ask the engine are offered */
	enum view_kind view;     /* at hand: its orders */
};

struct palette_line {
	char name[PALETTE_LINE]; /* as typed */
	enum command_id id;      /* COMMAND_NONE: a view, or nothing */
	enum view_kind view;     /* VIEW_COUNT none */
	int n;                   /* words behind it */
	char word[PALETTE_WORDS][PALETTE_LINE]; /* text and lists are one word, blanks and all */
};
/* Take a line apart.  False, and why in words, where it names no command or has a word too many. */
bool palette_parse(const struct palette_scope *s, const char *text, struct palette_line *out, char *why, size_t cap);
/* Make whole names of the words, each of which may be as much of one as can mean only one.  False, and why, where one cannot. */
bool palette_settle(const struct palette_scope *s, struct palette_line *l, char *why, size_t cap);

struct palette_choices {         /* what the last word of a line could become */
	enum arg_kind kind;      /* of that word; ARG_NONE: no word belongs there */
	enum command_id id;      /* of the command it stands behind, or COMMAND_NONE */
	size_t from;             /* where it begins */
	bool goes_on;            /* words may follow the only one */
	size_t n, more;          /* those kept, those left out */
	char (*v)[PALETTE_NAME];
};
/* Those that begin like it stand before those that contain it. */
void palette_complete(const struct palette_scope *s, const char *text, struct palette_choices *out);
void palette_choices_release(struct palette_choices *c);
/* "auth-rollback", or "auth/auth-rollback" where several services have one of that name; NULL none. */
const struct kit_action *palette_action(const struct kit *k, const char *word);
/* ":pin SERVICE VERSION" */
const char *palette_usage(enum command_id id, char *out, size_t cap);

/* What was typed before in this session, newest first. */
#define PALETTE_PAST 32
struct palette_past { char v[PALETTE_PAST][PALETTE_LINE]; int n; };
void palette_remember(struct palette_past *p, const char *text);

#endif
