/* The input decoder: raw bytes of a terminal, with the time at which they were
 * read, become keys.  An ECMA-48 state machine, so that what a terminal
 * replies (DA, CPR, OSC, DCS, mouse, focus) is never a key, and what is pasted
 * is swallowed whole.  Pure; called by the front ends. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum key_kind {
	KEY_CHAR, /* cp */
	KEY_ENTER,
	KEY_ESC,
	KEY_TAB,
	KEY_BACKTAB,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_CTRL,   /* cp: the letter, 'a'..'z' */
	KEY_PASTED, /* a paste began; its text is gone */
};
struct key {
	enum key_kind kind;
	uint32_t cp;
	int64_t at; /* microseconds of mono at which its last byte was read */
};

enum keys_state {
	KEYS_GROUND,
	KEYS_ESC,       /* an ESC, and nothing yet */
	KEYS_ESC_LONE,  /* it was given out as the key; the rest of a sequence may still come */
	KEYS_ESC_MORE,  /* ESC and intermediate bytes */
	KEYS_CSI,
	KEYS_SS3,
	KEYS_STRING,    /* OSC, DCS, SOS, PM, APC: until ST */
	KEYS_STRING_ESC,
	KEYS_MOUSE,     /* three bytes after CSI M */
};
struct keys {
	enum keys_state state;
	char par[40];      /* parameter bytes of a CSI */
	size_t n_par;
	unsigned char lone; /* a '[' or ']' behind an ESC that was given out, and nothing yet */
	int left;          /* KEYS_MOUSE: bytes to come */
	int pasting;
	size_t n_end;      /* bytes of the paste's end marker that have come */
	char utf8[4];
	size_t n_utf8, need_utf8;
	int64_t last;      /* time of the newest byte */
	int64_t began;     /* of the paste or string that runs */
	unsigned answers;  /* of the terminal to "how are you" (CSI 0 n): they are no keys, but their time is worth something */
};
typedef void (*keys_fn)(void *ctx, const struct key *k);

void keys_init(struct keys *k);
void keys_feed(struct keys *k, const void *bytes, size_t n, int64_t at, keys_fn out, void *ctx);
/* Time passed: an ESC that stands alone for 50 ms is the key; a paste or a
 * string whose end got lost is over after 5 s, and typing on does not keep a
 * string open, nor a paste beyond 20 s: nobody is left with a dead keyboard. */
void keys_tick(struct keys *k, int64_t at, keys_fn out, void *ctx);
/* Microseconds until keys_tick has something to do; -1 nothing. */
int64_t keys_wait(const struct keys *k, int64_t at);

#endif
