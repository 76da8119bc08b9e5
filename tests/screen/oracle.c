/* The rules, each in its own words. */
#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "oracle.h"

#define BURST 15000
#define REPEAT 700000
#define SILENCE (30 * US_SECOND)

void oracle_no(struct oracle *o, const char *fmt, ...)
{
	va_list ap;

	if (*o->why)
		return; /* the first thing is what counts */
	va_start(ap, fmt);
	vsnprintf(o->why, sizeof o->why, fmt, ap);
	va_end(ap);
}

void oracle_init(struct oracle *o)
{
	memset(o, 0, sizeof *o);
	o->known = mem_new(0x110000 / 8);
	o->clock = -1;
}

void oracle_release(struct oracle *o)
{
	free(o->known);
	vec_release(&o->answers);
}

void oracle_fresh(struct oracle *o)
{
	o->shown = false;
	o->answers.n = 0;
	o->clock = -1;
	*o->clock_of = 0;
}

/* ---- keys ---------------------------------------------------------------------------- */

static void fresh_letters(struct oracle *o, int64_t at)
{
	o->shown_at = o->touched = at;
	o->n_typed = 0;
	o->n_text = 0;
	o->poisoned = o->entered = false;
}

/* From here on these letters must not come again in this panel. */
static void letters_over(struct oracle *o)
{
	if (o->shown)
		text_copy(o->over, sizeof o->over, o->letters);
}

static void line_key(struct oracle *o, const struct key *k)
{
	if (k->kind == KEY_ENTER)
		o->entered = true;
	else if (k->kind == KEY_BACKSPACE && o->n_text)
		o->n_text--;
	else if (k->kind == KEY_CHAR && k->cp >= 0x20 && k->cp < 0x7f && o->n_text + 1 < sizeof o->text)
		o->text[o->n_text++] = (char)k->cp;
}

static void letter_key(struct oracle *o, const struct key *k)
{
	if (k->kind == KEY_CHAR && o->own_key && k->cp == (uint32_t)o->own_key && k->at < o->own_until) {
		o->own_until = k->at + REPEAT; /* held down since the panel opened */
		return;
	}
	if (k->kind != KEY_CHAR || k->cp > 'z' || o->n_typed == 3) {
		o->poisoned = true;
		return;
	}
	o->typed_at[o->n_typed] = k->at;
	o->typed[o->n_typed++] = (char)k->cp;
	if (o->typed[o->n_typed - 1] != o->letters[o->n_typed - 1])
		o->poisoned = true;
	else if (o->n_typed == 3 && !o->poisoned && k->at - o->typed_at[0] < BURST)
		letters_over(o);
}

void oracle_key(struct oracle *o, const struct key *k, enum fed feed, bool decoder_was_free)
{
	if (decoder_was_free && k->kind != KEY_PASTED && (feed == FEED_PASTE || feed == FEED_REPLY))
		oracle_no(o, "a %s became the key %d %x", feed == FEED_PASTE ? "paste" : "reply of the terminal", (int)k->kind, (unsigned)k->cp);
	if (!o->shown || k->kind == KEY_PASTED || k->at <= o->shown_at)
		return;
	if (k->at - o->touched >= SILENCE || k->kind == KEY_ESC || (feed != FEED_TYPED && feed != FEED_BURST && decoder_was_free))
		o->poisoned = true;
	o->touched = k->at;
	if (k->kind == KEY_CTRL && k->cp == 'l')
		return;
	if (o->line)
		line_key(o, k);
	else
		letter_key(o, k);
}

void oracle_armed(struct oracle *o, const struct model *m, const struct json *panel, int64_t at)
{
	struct answer *a = vec_push(&o->answers);
	const struct kit_action *k;

	text_copy(a->action, sizeof a->action, json_get_str(panel, "action", ""));
	text_copy(a->service, sizeof a->service, json_get_str(panel, "service", ""));
	text_copy(a->digest, sizeof a->digest, json_get_str(panel, "digest", ""));
	text_copy(a->from, sizeof a->from, json_get_str(panel, "from", ""));
	text_copy(a->to, sizeof a->to, json_get_str(panel, "to", ""));
	a->fires = json_get_bool(panel, "may", false) && json_get_bool(panel, "ready", false);
	a->at = at;
	k = m && m->kit ? kit_action(m->kit, a->service, a->action) : NULL;
	o->own_key = k ? k->key : 0;
	o->first_letters = true;
	*o->over = 0;
	o->own_until = 0;
	o->shown = false; /* what stands there now is of another panel */
}

void oracle_resized(struct oracle *o)
{
	letters_over(o);
	o->shown = false; /* letters drawn before a resize count no more */
}

/* ---- asks ---------------------------------------------------------------------------- */

static bool line_says(const struct oracle *o)
{
	const char *p = o->text, *end = o->text + o->n_text;
	size_t n = strlen(o->name);

	while (p < end && *p == ' ')
		p++;
	if ((size_t)(end - p) < n || strncmp(p, o->name, n) != 0)
		return false;
	p += n;
	if (p == end || *p != ' ')
		return false;
	for (int i = 0; i < 3; i++) {
		while (p < end && *p == ' ')
			p++;
		if (p == end || *p++ != o->letters[i])
			return false;
	}
	while (p < end && *p == ' ')
		p++;
	return p == end;
}

static bool head_says(const char *head, const char *want);

static void fire_asked(struct oracle *o, const char *params)
{
	struct json *j = NULL;
	struct answer *a = NULL;

	if (json_parse(params, strlen(params), JSON_LINE_MAX, &j, NULL) != STATUS_OK)
		return;
	vec_each(struct answer, x, &o->answers)
		if (!strcmp(x->digest, json_get_str(j, "digest", "?")))
			a = x;
	if (!o->shown)
		oracle_no(o, "it fired and no letters stood on the screen");
	else if (o->poisoned)
		oracle_no(o, "it fired after a key that means no (letters %s, typed %.*s)", o->letters, o->n_typed, o->typed);
	else if (!o->line && (o->n_typed != 3 || strncmp(o->typed, o->letters, 3) != 0))
		oracle_no(o, "it fired and not the letters %s were typed but %.*s", o->letters, o->n_typed, o->typed);
	else if (!o->line && o->typed_at[2] - o->typed_at[0] < BURST)
		oracle_no(o, "it fired by a burst");
	else if (o->line && (!o->entered || !line_says(o)))
		oracle_no(o, "it fired and the line was '%.*s', not '%s %s'", (int)o->n_text, o->text, o->name, o->letters);
	else if (!a || a->at > o->shown_at)
		oracle_no(o, "the digest that fires is of no panel that was shown");
	else if (a->used)
		oracle_no(o, "one panel fired twice");
	else if (!a->fires)
		oracle_no(o, "a panel fired that was not ready, or not this person's to fire");
	else if (strcmp(a->action, json_get_str(j, "action", "")) != 0 || strcmp(a->service, json_get_str(j, "service", "")) != 0)
		oracle_no(o, "it fired %s and the panel was of %s", json_get_str(j, "action", ""), a->action);
	else {
		char want[700];
		snprintf(want, sizeof want, "%s  %s -> %s", a->action, *a->from ? a->from : "?", *a->to ? a->to : "?");
		if (!head_says(o->head, want))
			oracle_no(o, "it fired '%s' and the panel showed '%s'", want, o->head);
		a->used = true;
	}
	o->shown = false;
	json_free(j);
}

bool oracle_only_looks(const char *verb)
{
	return !strcmp(verb, "read") || !strcmp(verb, "samples");
}

/* What may make the console ask for what.  A new verb has to be written down here. */
enum { BY_KEY = 1, BY_TICK = 2, BY_RESIZE = 4, BY_ANSWER = 8 };
static const struct {
	const char *verb;
	unsigned by;
	const char *keys;    /* characters that may do it; Enter may do all but fire by letters */
} may[] = {
	{"arm", BY_KEY | BY_ANSWER, NULL}, {"disarm", BY_KEY | BY_TICK | BY_RESIZE | BY_ANSWER, NULL}, {"fire", BY_KEY, NULL},
	{"declare", BY_KEY, ""}, {"report", BY_KEY, ""}, {"note", BY_KEY, ""}, {"cancel", BY_KEY, ""}, {"resolve", BY_KEY, ""},
	{"veto", BY_KEY, "v"}, {"freeze", BY_KEY, ""}, {"unfreeze", BY_KEY, ""}, {"unpin", BY_KEY, ""}, {"pin", BY_KEY, ""}, {"take", BY_KEY, "C"},
	{"hand-over", BY_KEY, ""}, {"close", BY_KEY, ""}, {"reload", BY_KEY, ""}, {"read", BY_KEY | BY_TICK | BY_RESIZE | BY_ANSWER, NULL},
	{"samples", BY_KEY | BY_TICK | BY_RESIZE | BY_ANSWER, NULL},
};

void oracle_ask(struct oracle *o, const char *verb, const char *params, enum cause cause, const struct key *k, enum fed feed, bool may_ask, bool up)
{
	static const unsigned bit[] = {[CAUSE_NONE] = 0, [CAUSE_KEY] = BY_KEY, [CAUSE_TICK] = BY_TICK, [CAUSE_RESIZE] = BY_RESIZE,
		[CAUSE_ANSWER] = BY_ANSWER, [CAUSE_TELL] = 0, [CAUSE_DOWN] = 0};
	size_t i = 0;

	while (i < sizeof may / sizeof *may && strcmp(may[i].verb, verb) != 0)
		i++;
	if (i == sizeof may / sizeof *may) {
		oracle_no(o, "an ask that this test does not know: %s (write down what may cause it)", verb);
		return;
	}
	if (!(may[i].by & bit[cause]))
		oracle_no(o, "%s was asked and no key did it (cause %d)", verb, (int)cause);
	if (!may_ask && strcmp(verb, "disarm") != 0 && !oracle_only_looks(verb))
		oracle_no(o, "%s was asked by a console that only looks on", verb);
	if (cause == CAUSE_KEY && (feed == FEED_PASTE || feed == FEED_REPLY) && strcmp(verb, "disarm") != 0 && !oracle_only_looks(verb))
		oracle_no(o, "%s was asked by a paste or a reply of the terminal", verb);
	if (cause == CAUSE_KEY && may[i].keys && k->kind != KEY_ENTER && !(k->kind == KEY_CHAR && k->cp < 0x7f && k->cp && strchr(may[i].keys, (int)k->cp)))
		oracle_no(o, "%s was asked by the key %d %x", verb, (int)k->kind, (unsigned)k->cp);
	if (!strcmp(verb, "fire")) {
		if (!up)
			oracle_no(o, "fire was asked while there is no engine");
		fire_asked(o, params);
	}
}

/* ---- frames: every cell ------------------------------------------------------------------ */

/* Our own list of what must never be drawn, beside text_clean's. */
static bool never(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
		(cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp == 0x61c || cp == 0xad || cp == 0x34f || cp == 0x115f || cp == 0x1160 ||
		cp == 0x3164 || cp == 0xffa0 || cp == 0x180e || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0000 && cp <= 0xe0fff) ||
		(cp >= 0xd800 && cp <= 0xf8ff) || (cp & 0xfffe) == 0xfffe || cp > 0x10ffff || (cp >= 0xfff9 && cp <= 0xfffb);
}

static bool is_stable(const uint32_t *cp, size_t n)
{
	char raw[4 * (1 + CELL_MARKS) + 1], clean[128];
	size_t len = 0;

	for (size_t i = 0; i < n && cp[i]; i++)
		len += utf8_put(cp[i], raw + len);
	raw[len] = 0;
	text_clean(clean, sizeof clean, raw, len, 0);
	return !strcmp(raw, clean);
}

static bool known_clean(struct oracle *o, uint32_t cp)
{
	if (cp > 0x10ffff)
		return false;
	if (o->known[cp / 32] & (1u << cp % 32))
		return true;
	if (never(cp) || utf8_width(cp) <= 0 || !is_stable(&cp, 1))
		return false;
	o->known[cp / 32] |= 1u << cp % 32;
	return true;
}

static void check_cell(struct oracle *o, const struct cells *c, int i)
{
	const struct cell *p = &c->v[i];
	int col = i % c->cols;

	if (p->role >= ROLE_COUNT)
		oracle_no(o, "row %d column %d: no such role %d", i / c->cols, col, p->role);
	if (p->width == 0) {
		if (!col || c->v[i - 1].width != 2 || p->cp[0])
			oracle_no(o, "row %d column %d: the right half of nothing", i / c->cols, col);
		return;
	}
	if (p->width > 2 || (p->width == 2 && (col + 1 == c->cols || c->v[i + 1].width != 0)))
		oracle_no(o, "row %d column %d: a wide character without its right half", i / c->cols, col);
	if (p->width == 1 && p->cp[0] >= ' ' && p->cp[0] < 0x7f && !p->cp[1])
		return;
	if (!known_clean(o, p->cp[0]) || utf8_width(p->cp[0]) != p->width)
		oracle_no(o, "row %d column %d: U+%04X is drawn", i / c->cols, col, (unsigned)p->cp[0]);
	for (int k = 1; k <= CELL_MARKS && p->cp[k]; k++)
		if (never(p->cp[k]) || utf8_width(p->cp[k]) != 0 || !is_stable(p->cp, 1 + CELL_MARKS))
			oracle_no(o, "row %d column %d: the mark U+%04X is drawn", i / c->cols, col, (unsigned)p->cp[k]);
}

void oracle_row(const struct cells *c, int row, char *out, size_t cap)
{
	size_t n = 0;

	for (int col = 0; col < c->cols; col++) {
		const struct cell *p = &c->v[row * c->cols + col];
		for (int i = 0; i <= CELL_MARKS && p->cp[i] && n + 5 < cap; i++)
			n += utf8_put(p->cp[i], out + n);
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
}

/* ---- frames: where and when ---------------------------------------------------------------- */

/* As much of it as fits. */
static bool says(const char *row, const char *word, int cols)
{
	int n = (int)strlen(word) < cols - 2 ? (int)strlen(word) : cols - 3;

	return n < 1 || strstr(row, word) || !strncmp(row + 1, word, (size_t)n);
}

static void check_environment(struct oracle *o, const struct model *m, const struct cells *c)
{
	const char *env = m && m->environment && *m->environment ? m->environment : "NO ENVIRONMENT";
	char row[2000], want[100];

	text_copy(want, sizeof want, env);
	for (char *p = want; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	oracle_row(c, 0, row, sizeof row);
	if (!says(row, want, c->cols) && !says(row, "DEMO", c->cols) && !says(row, "DRILL", c->cols))
		oracle_no(o, "the first line does not say where this is: '%s'", row);
}

/* ---- frames: the letters ---------------------------------------------------------------------- */

static int challenge_row(struct oracle *o, const struct cells *c)
{
	int found = -1;

	for (int i = 0; i < c->rows * c->cols; i++)
		if (c->v[i].role == ROLE_CHALLENGE) {
			if (found >= 0 && found != i / c->cols)
				oracle_no(o, "letters stand in rows %d and %d", found, i / c->cols);
			found = i / c->cols;
		}
	return found;
}

/* "name abc" as the cells of the challenge say it, or three letters with blanks between. */
static bool letters_read(const struct cells *c, int row, char letters[4], char *name, size_t cap, bool *out_line)
{
	char text[2000], painted[300];
	size_t n = 0;
	const char *p;

	oracle_row(c, row, text, sizeof text);
	*out_line = strstr(text, "Enter") != NULL;
	*name = 0;
	if (!*out_line) {
		p = strstr(text, "type ");
		for (int i = 0; p && i < 3; i++) {
			p = strchr(p, ' ');
			p += p ? strspn(p, " ") : 0;
			if (!p || !islower((unsigned char)*p) || p[1] != ' ')
				return false;
			letters[i] = *p;
		}
		letters[3] = 0;
		return p != NULL;
	}
	for (int col = 0; col < c->cols && n + 5 < sizeof painted; col++)
		if (c->v[row * c->cols + col].role == ROLE_CHALLENGE && c->v[row * c->cols + col].width)
			n += utf8_put(c->v[row * c->cols + col].cp[0], painted + n);
	painted[n] = 0;
	if (n > 4 && n - 4 < cap && painted[n - 4] == ' ') {
		text_copy(name, cap, painted);
		name[n - 4] = 0;
	} else if (n != 3) { /* three: the name did not fit and is asked for in words */
		return false;
	}
	memcpy(letters, painted + n - 3, 4);
	return islower((unsigned char)letters[0]) && islower((unsigned char)letters[1]) && islower((unsigned char)letters[2]);
}

/* A line of the panel without its borders. */
static void panel_line(const struct cells *c, int row, char *out, size_t cap)
{
	char text[2000];
	size_t n;

	oracle_row(c, row, text, sizeof text);
	text_copy(out, cap, strlen(text) > 4 ? text + 4 : ""); /* a border is three bytes long */
	n = strlen(out);
	while (n && (out[n - 1] == ' ' || !strcmp(out + n - (n > 2 ? 3 : n), "\xe2\x94\x82")))
		n -= out[n - 1] == ' ' ? 1 : 3;
	out[n] = 0;
}

/* What would run, from which version to which: one line, or where they are long one for each, and more. */
static void panel_head(const struct cells *c, int below, char *out, size_t cap)
{
	char line[2000];
	int row = below;
	size_t n;

	*out = 0;
	while (row >= 0 && (c->v[row * c->cols].cp[0] != 0x250c || c->v[row * c->cols].role != ROLE_PANEL))
		row--;
	if (row < 0)
		return;
	panel_line(c, row + 1, out, cap);
	panel_line(c, row + 2, line, sizeof line);
	if (strncmp(line, "from  ", 6) != 0)
		return;
	n = strcspn(out, " ");
	snprintf(out + n, cap - n, "  ");
	for (row += 2; row < below; row++) {
		panel_line(c, row, line, sizeof line);
		bool to = !strncmp(line, "to  ", 4);
		if (!to && strncmp(line, "from  ", 6) != 0 && *line != ' ')
			return;
		n = strlen(out);
		snprintf(out + n, cap - n, "%s%s", to ? " -> " : "", strlen(line) > 12 ? line + 12 : "");
	}
}

/* Does the panel's head say so, as far as it is not cut off with an ellipsis? */
static bool head_says(const char *head, const char *want)
{
	while (*head && *want) {
		if (!strncmp(head, "\xe2\x80\xa6", 3)) { /* the rest of this part is cut: go on behind the arrow, where one follows */
			const char *h = strstr(head, " -> "), *w = strstr(want, " -> ");
			if (!h || !w)
				return true;
			head = h;
			want = w;
			continue;
		}
		if (*head++ != *want++)
			return false;
	}
	return !*want;
}

static void check_letters(struct oracle *o, const struct cells *c, int64_t at)
{
	char letters[4], name[80];
	bool line = false;
	int row = challenge_row(o, c);

	if (row < 0 || !letters_read(c, row, letters, name, sizeof name, &line)) {
		o->shown = false;
		return;
	}
	if (o->shown && line == o->line && !strcmp(letters, o->letters))
		return;
	if (*o->over && !strcmp(letters, o->over))
		oracle_no(o, "the letters %s are shown again", letters);
	if (o->answers.n == 0)
		oracle_no(o, "letters are shown and no panel was answered");
	fresh_letters(o, at);
	if (line && !*name && o->answers.n)
		text_copy(name, sizeof name, o->answers.v[o->answers.n - 1].service);
	o->shown = true;
	o->line = line;
	if (o->first_letters)
		o->own_until = at + REPEAT;
	o->first_letters = false;
	text_copy(o->letters, sizeof o->letters, letters);
	text_copy(o->name, sizeof o->name, name);
	panel_head(c, row, o->head, sizeof o->head);
	o->letters_seen++;
}

void oracle_frame(struct oracle *o, const struct model *m, const char *incident, const struct now *now, const struct cells *c, int64_t at)
{
	o->frames++;
	for (int i = 0; i < c->rows * c->cols && !*o->why; i++)
		check_cell(o, c, i);
	if (c->rows && c->cols) {
		check_environment(o, m, c);
		oracle_clock(o, m, incident, now, c);
		check_letters(o, c, at);
	}
}
