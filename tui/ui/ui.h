/* What the person at this console is doing: where they look, what they type,
 * the panel they opened.  Keys, answers and time come in; asks and frames go
 * out; nothing here talks to a terminal or a socket, so a test program is as
 * good a front end as curses.  The incident itself is never kept here, only
 * the model has it. */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "base/json.h"
#include "base/mem.h"
#include "model/model.h"
#include "tui/ui/back.h"
#include "tui/keys/challenge.h"
#include "tui/ui/chart.h"
#include "tui/keys/keyfile.h"
#include "tui/ui/cues.h"
#include "tui/screen/page.h"
#include "tui/ui/standing.h"
#include "tui/ui/palette.h"
#include "tui/ui/view.h"

struct place {
	enum view_kind view;
	char service[72], name[72];
	struct mark cursor;
	char filter[64];
	int sort;                /* which of the view's orders; 0 its own */
};
#define PLACES 8

/* One row per question asked on the bottom line. */
enum prompt_kind { PROMPT_NONE, PROMPT_FILTER, PROMPT_FIND, PROMPT_PALETTE, PROMPT_TITLE, PROMPT_SERVICES, PROMPT_NOTE, PROMPT_SAID,
	PROMPT_GONE, PROMPT_RESOLVE, PROMPT_CANCEL, PROMPT_FREEZE, PROMPT_UNFREEZE, PROMPT_PIN, PROMPT_UNPIN, PROMPT_VETO, PROMPT_HAND_OVER,
	PROMPT_CLOSE, PROMPT_LOOK_BACK };
struct prompt {
	enum prompt_kind kind;
	char label[160];
	char text[PALETTE_LINE];
	size_t n, at;            /* bytes; the cursor */
	int pick, recalled;      /* of the palette: which choice, which line of before stands there, from 1; 0 none */
	char typed[PALETTE_LINE]; /* what stood there before */
	bool ready;              /* the text is our proposal: the first letter typed replaces it */
	char a[200], b[400];     /* what it is about */
};

enum confirm_state { CONFIRM_NONE, CONFIRM_ASKING, CONFIRM_OPEN, CONFIRM_FIRING };
struct confirm {             /* the panel; what the backend says is kept as it came and cleaned when drawn */
	enum confirm_state state;
	struct challenge ch;
	char service[72], action[72], incident[72];
	char want[260];          /* version that was chosen, "" the last good one */
	char digest[SHA_HEX], from[260], to[260];
	char may_why[200], takes_why[160], command[600], effect[400], managed_by[160], reason[300];
	char not_undone[600], not_known[600];
	char back[300];          /* why the backend doubts the way back */
	char checks[6][240];
	int n_checks, n_bad;     /* those that are not well stand first */
	bool ready, may, to_bad, versions_bad, back_no;
	double takes_s;
	int64_t asked;           /* mono */
};

/* What a backend answered when a way back was tried without a panel; the latest one. */
struct tried {
	struct confirm panel;    /* service and action say which */
	bool waiting;
	char why[300];           /* why it could not be tried; "" it could */
	int64_t at;              /* mono of the answer; 0 none yet */
};

/* What a view asked the engine for; the latest one. */
struct fetched {
	char what[96];           /* "event 4711" */
	bool waiting;
	char why[300];           /* why it failed */
	struct json *answer;     /* NULL none */
};

struct link {                /* how the line to the engine is */
	bool up, ever;
	int64_t beat_age;        /* microseconds, -1 never */
	int64_t unanswered;      /* microseconds that an ask of a key has waited without a word from the engine; -1 none */
	const char *unanswered_verb;
	int64_t line;            /* microseconds to the person's terminal and back; -1 not known */
	char why[320];
};

/* What an answer is for. */
enum tag { TAG_SAY, TAG_ARM, TAG_FIRE, TAG_QUIET, TAG_TRY, TAG_FETCH, TAG_SERIES };
struct ui;
struct ui_out {              /* how asks leave */
	void (*ask)(void *ctx, const char *verb, const char *params, enum tag tag);
	uint32_t (*random)(void *ctx);
	/* The ten lines; a document of core/report, handed in because views do not reach that far. */
	void (*brief)(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out);
	/* Hand text to the person's clipboard: how sure it is that it gets there, in words; NULL where there is no way. */
	const char *(*copy)(void *ctx, const char *text);
	void *ctx;
};

struct health;
struct ui {
	struct ui_out out;
	struct health *health;   /* kept between frames */
	struct place places[PLACES];
	int sorts[VIEW_COUNT];   /* the order last chosen in each view */
	int depth;               /* index of the present place */
	struct prompt prompt;
	struct palette_past past;
	struct confirm confirm;
	int arms;                /* panels asked for and not answered yet: the last one is the present one's */
	struct tried tried;
	struct fetched fetched;
	struct back back;        /* whether the past is shown */
	struct chart chart;
	char incident[72];       /* the one looked at; "" the newest open one */
	char find[64];           /* what was looked for last */
	char message[600];
	bool message_bad;
	bool attached;           /* the message is the first line after attaching: it stays until a key */
	bool message_acts;       /* the message speaks of what runs: it goes when that has ended */
	bool message_busy;       /* and something ran when it was last looked at */
	int64_t message_until;   /* mono; 0 until a key */
	int64_t deaf_until;      /* keys after a closed panel belong to it */
	int64_t leave_asked;
	struct bindings keys;    /* which key does what */
	uint32_t pending;        /* the first of two keys was typed; 0 none */
	const struct keyfile *keyfile; /* this user's own keys; NULL none */
	char keys_kit[SHA_HEX];  /* the kit beside which they were found to be free */
	char notices[3][600];    /* said one after the other, each when no other message stands there */
	bool ascii;              /* what cannot be written in ASCII is not shown: charts are drawn in letters */
	bool read_only, demo;
	char person[72];         /* "" the kit does not know us */
	char seat[72];           /* then the engine lists us as this: "uid:1000" */
	char theme_want[40];     /* with theme_changed: the one asked for, "" the next */
	bool theme_changed, redraw, suspend, quit;
	char curves_of[72];      /* the last frame drew signals of this service without their curves; "" none */
	struct cues cues;
	struct standing standing; /* what is wrong with the engine, until it is over */
	bool bell_off;           /* :bell */
	bool shows_letters;      /* the last frame had the present letters on it */
	int rows, cols;
};

/* Everything a key or a frame is made from, besides the ui.  While looking back m and now are the past's, live and
 * real what is: a frame is a function of both. */
struct sight {
	const struct model *m;   /* the one shown; NULL before the first snapshot */
	const struct link *link;
	struct now now;          /* the instant shown */
	const struct model *live;
	struct now real;         /* the instant it is */
};
/* The sight of what is; ui_sight_back makes one of the past of it, where one looks back. */
struct sight ui_sight(const struct model *live, const struct link *link, const struct now *real);

void ui_init(struct ui *u, const struct ui_out *out);
void ui_release(struct ui *u);
/* The model that was looked at is gone, though another may lie where it lay. */
void ui_model_gone(struct ui *u);
void ui_key(struct ui *u, const struct sight *s, const struct key *k);
void ui_resized(struct ui *u, const struct sight *s, int rows, int cols);
void ui_tick(struct ui *u, const struct sight *s);
/* The answer to an ask.  result NULL where it failed. */
void ui_answer(struct ui *u, const struct sight *s, enum tag tag, const char *verb, enum status status,
	const struct json *result, const struct fault *f);
void ui_tell(struct ui *u, const struct sight *s, const struct json *tell);
void ui_down(struct ui *u, const struct sight *s, const char *why);
/* The frame was put on the terminal. */
void ui_shown(struct ui *u, int64_t at);
/* Draw; out is sized already. */
void ui_draw(struct ui *u, const struct sight *s, struct cells *out);
/* Microseconds until the frame changes by time alone; -1 not at all. */
int64_t ui_wait(const struct ui *u, const struct sight *s);
/* Does nothing on it move by the second? */
bool ui_by_minutes(const struct ui *u, const struct sight *s);

/* Which keys count before others now: for bindings_press. */
unsigned ui_modes(const struct ui *u);
/* How the key of a command is written: "D", "g g", or ":close" where it has none. */
const char *key_of(const struct ui *u, enum command_id id);

/* Looking back.  After each key and tick the front end takes u->back.wish and goes there; it reports each step of the
 * way with ui_back_moved (s: of what is). */
bool ui_looks_back(const struct ui *u);
void ui_sight_back(const struct ui *u, const struct past *p, struct sight *s);
void ui_back_moved(struct ui *u, const struct sight *s, const struct past *p, bool there, const char *why);
void ui_go_live(struct ui *u);

/* For the files of the ui alone. */
bool ui_back_command(struct ui *u, const struct sight *s, enum command_id id); /* false: it is another one's */
void ui_back_go(struct ui *u, const struct sight *s, const char *text);        /* to a time as it was typed */
void ui_back_tick(struct ui *u, const struct sight *s);
int64_t ui_back_wait(const struct ui *u, const struct sight *s);
void ui_back_refuse(struct ui *u); /* says why not */
bool ui_back_refuses(struct ui *u, enum prompt_kind kind); /* likewise; PROMPT_NONE: a panel */
struct place *ui_place(struct ui *u);
void ui_go(struct ui *u, enum view_kind view, const char *service, const char *name);
void ui_say(struct ui *u, const struct sight *s, bool bad, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void ui_notice(struct ui *u, const char *text);
/* The first problem, its place and mend, and where the rest can be read. */
const char *ui_problems(const struct problems *p, const char *more, char *out, size_t cap);
/* The item under the cursor; false where it stands on none.  Its names live as long as the model stands still. */
bool ui_item(struct ui *u, const struct sight *s, struct item *out);
void ui_move(struct ui *u, const struct sight *s, enum command_id id);
void ui_find(struct ui *u, const struct sight *s, const char *text); /* the next item whose line holds it */
void ui_copy(struct ui *u, const struct sight *s);
void ui_ask(struct ui *u, const char *verb, struct buf *params, enum tag tag);
const struct model_incident *ui_incident(const struct ui *u, const struct model *m);
void ui_command(struct ui *u, const struct sight *s, enum command_id id);
void ui_ask_text(struct ui *u, enum prompt_kind kind, const char *a, const char *b, const char *text, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* Does the engine take what this person asks?  Says why not. */
bool ui_may_ask(struct ui *u, const struct sight *s);
void palette_scope_of(struct palette_scope *out, const struct ui *u, const struct model *m);
void palette_tab(struct ui *u, const struct sight *s, bool back);
void palette_recall(struct ui *u, bool older);
void palette_run(struct ui *u, const struct sight *s, const char *text);
void prompt_key(struct ui *u, const struct sight *s, const struct key *k);
void prompt_done(struct ui *u, const struct sight *s);
/* Ask the engine for the event that the present view shows, where it is not there; the answer lies in u->fetched. */
void ui_fetch_tick(struct ui *u);
void ui_fetch_release(struct ui *u);
/* The chart of a signal; its own keys; and, before each frame, what it has to ask. */
void ui_chart(struct ui *u, const struct sight *s, const char *service, const char *signal);
void ui_chart_named(struct ui *u, const struct sight *s, const char *name); /* "auth/error_rate"; "" the one under the cursor */
void ui_chart_key(struct ui *u, const struct sight *s, enum command_id id);
void ui_chart_tick(struct ui *u, const struct sight *s);
/* Ask the backend whether an action would work, without a panel. */
void confirm_try(struct ui *u, const struct sight *s, const char *service, const char *action);
void confirm_open(struct ui *u, const struct sight *s, const struct kit_action *a, const char *to);
void confirm_key(struct ui *u, const struct sight *s, const struct key *k);
/* The answer to an ask for a panel. */
void confirm_armed(struct ui *u, const struct sight *s, enum status status, const struct json *result, const struct fault *f);
/* Let go of the panel that the engine holds for this console. */
void confirm_disarm(struct ui *u, const char *why);
void confirm_close(struct ui *u, const struct sight *s, const char *why, bool tell_engine);
void confirm_take(struct confirm *c, const struct json *panel); /* the engine's panel */
void ui_fetched(struct ui *u, const struct sight *s, enum tag tag, enum status status, const struct json *result, const struct fault *f);
bool confirm_can_fire(const struct confirm *c);

#endif
