/* Three letters between a key and a fire. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "tui/keys/challenge.h"

#define OWN_REPEAT 700000 /* a held key repeats at least this often */

/* Three different letters, none of them the action's key, none shown just before. */
static void letters_draw(struct challenge *c)
{
	char pool[sizeof CHALLENGE_ALPHABET], next[4] = "";
	size_t n = 0;

	for (const char *p = CHALLENGE_ALPHABET; *p; p++)
		if (*p != c->own_key && !strchr(c->letters, *p))
			pool[n++] = *p;
	for (int i = 0; i < 3; i++) {
		size_t at = c->random(c->random_ctx) % n;
		next[i] = pool[at];
		pool[at] = pool[--n];
	}
	memcpy(c->letters, next, sizeof next);
	c->typed = 0;
	c->n_text = 0;
	c->text[0] = 0;
	c->drawn = 0;
	c->recent[0] = c->recent[1] = INT64_MIN / 2;
}

void challenge_begin(struct challenge *c, char own_key, const char *name, bool needs_name, challenge_random_fn random,
	void *random_ctx, int64_t at)
{
	memset(c, 0, sizeof *c);
	c->own_key = own_key;
	text_copy(c->name, sizeof c->name, name);
	c->random = random;
	c->random_ctx = random_ctx;
	c->draws = 1;
	c->line = needs_name;
	c->touched = at;
	letters_draw(c);
}

void challenge_drawn(struct challenge *c, int64_t at)
{
	if (c->drawn)
		return;
	c->drawn = at;
	c->touched = at;
	if (c->draws == 1)
		c->own_until = at + OWN_REPEAT;
}

static void again(struct challenge *c, const char *why, int64_t at)
{
	c->draws++;
	c->why = why;
	c->touched = at;
	if (c->draws >= 3)
		c->line = true;
	letters_draw(c);
}

static void end(struct challenge *c, enum challenge_state state, const char *why)
{
	c->state = state;
	c->why = why;
}

/* "NAME abc" or "NAME a b c", blanks between do not matter. */
static bool line_matches(const struct challenge *c)
{
	const char *p = c->text;
	size_t n = strlen(c->name);

	p += strspn(p, " ");
	if (strncmp(p, c->name, n) != 0 || p[n] != ' ')
		return false;
	p += n;
	for (int i = 0; i < 3; i++) {
		p += strspn(p, " ");
		if (*p++ != c->letters[i])
			return false;
	}
	p += strspn(p, " ");
	return !*p;
}

static void line_key(struct challenge *c, const struct key *k)
{
	if (k->kind == KEY_ENTER && c->n_text == 0) {
		end(c, CHALLENGE_NO, "Enter");
	} else if (k->kind == KEY_ENTER) {
		if (line_matches(c))
			end(c, CHALLENGE_FIRE, NULL);
		else
			end(c, CHALLENGE_NO, "the line did not match");
	} else if (k->kind == KEY_BACKSPACE) {
		if (c->n_text > 0)
			c->text[--c->n_text] = 0;
	} else if (k->kind == KEY_CHAR && k->cp >= ' ' && k->cp < 0x7f) {
		if (c->n_text < (int)sizeof c->text - 1) {
			c->text[c->n_text++] = (char)k->cp;
			c->text[c->n_text] = 0;
		}
	}
}

static void letter_key(struct challenge *c, const struct key *k)
{
	bool own = k->kind == KEY_CHAR && c->own_key && k->cp == (uint32_t)c->own_key;

	if (own && k->at < c->own_until) {
		c->own_until = k->at + OWN_REPEAT; /* the key is still held down */
		return;
	}
	if (k->kind == KEY_ENTER)
		end(c, CHALLENGE_NO, "Enter");
	else if (k->kind != KEY_CHAR || k->cp != (uint32_t)c->letters[c->typed])
		end(c, CHALLENGE_NO, "another key");
	else if (++c->typed == 3)
		end(c, CHALLENGE_FIRE, NULL);
}

/* Is this the third key within 15 ms?  Nobody types like that: a line that
 * stalled has delivered what was typed at another drawing, or nobody knows. */
static bool burst(struct challenge *c, int64_t at)
{
	int64_t third = c->recent[0];

	c->recent[0] = c->recent[1];
	c->recent[1] = at;
	return at - third < CHALLENGE_BURST;
}

void challenge_key(struct challenge *c, const struct key *k)
{
	bool many;

	if (c->state != CHALLENGE_OPEN)
		return;
	challenge_tick(c, k->at);
	if (c->state != CHALLENGE_OPEN || k->kind == KEY_PASTED)
		return;
	if (!c->drawn || k->at <= c->drawn)
		return; /* typed before anybody could have seen these letters */
	c->touched = k->at;
	if (k->kind == KEY_ESC) {
		end(c, CHALLENGE_NO, "Esc");
		return;
	}
	if (c->line) {
		line_key(c, k);
		return;
	}
	many = burst(c, k->at);
	letter_key(c, k);
	if (many && c->state == CHALLENGE_FIRE) {
		c->state = CHALLENGE_OPEN;
		again(c, "your keys came in one burst, the line stalled: these letters are new", k->at);
	}
}

void challenge_resized(struct challenge *c, int64_t at)
{
	if (c->state == CHALLENGE_OPEN)
		again(c, "the window changed its size: these letters are new", at);
}

void challenge_tick(struct challenge *c, int64_t at)
{
	if (c->state == CHALLENGE_OPEN && at - c->touched >= CHALLENGE_SILENCE)
		end(c, CHALLENGE_NO, "no key for 30 s");
}
