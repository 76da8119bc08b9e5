/* The panel over the lower part of the screen.  Its upper part is ours: action,
 * verb, service, target and environment from the kit, versions in their own
 * alphabet.  What the backend says stands below a heading, cleaned, at most six
 * lines; the letters stand below a rule of their own.  Nothing of the backend
 * can push a line out of either. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/late.h"
#include "tui/views/views.h"

#define SAYS_MAX 6 /* lines of the backend */
#define SAYS 5     /* parts of what it says */
#define LABEL 14

/* What goes first in a low window, the last one first; what must stand there is 0: title, action, versions, letters. */
enum { MUST, WHY, CAREFUL, DOUBTS, LONG_VERSION, SAYS_HEAD, SAYS_LINE, TAKES, RULE };
#define LINES_MAX 80

struct frame {
	struct cells *out;
	int top, row, cols, rows; /* rows: of the window */
	int need, needs[LINES_MAX]; /* of the lines to come, and of each */
	bool demo;
};

/* ---- the frame ------------------------------------------------------------------ */

static void line_done(struct frame *f)
{
	f->needs[f->row] = f->need;
	f->row += f->row + 1 < LINES_MAX;
}

static void border(struct frame *f, uint32_t left, uint32_t right, const char *heading)
{
	cells_fill(f->out, f->row, 0, 1, ROLE_PANEL, left);
	cells_fill(f->out, f->row, 1, f->cols - 2, ROLE_PANEL, f->demo ? 0x254c : 0x2500);
	cells_fill(f->out, f->row, f->cols - 1, 1, ROLE_PANEL, right);
	if (*heading)
		cells_textf(f->out, f->row, 2, f->cols - 4, ROLE_DIM, " %s ", heading);
	line_done(f);
}

static void line_begin(struct frame *f)
{
	cells_fill(f->out, f->row, 0, 1, ROLE_PANEL, 0x2502);
	cells_fill(f->out, f->row, 1, f->cols - 2, ROLE_TEXT, ' ');
	cells_fill(f->out, f->row, f->cols - 1, 1, ROLE_PANEL, 0x2502);
	line_done(f);
}

static int text_room(const struct frame *f)
{
	return f->cols - LABEL - 2;
}

/* Bytes of s that go on one line of `room` columns, cut at a blank where there is one; text is clean. */
static size_t line_cut(const char *s, int room)
{
	char part[1400];
	size_t n = 0, blank = 0, len;

	for (size_t i = 0; s[i]; i += len) {
		uint32_t cp;
		len = utf8_next(s + i, strlen(s + i), &cp);
		if (!len || i + len >= sizeof part)
			break;
		memcpy(part, s, i + len);
		part[i + len] = 0;
		if (text_cols(part) > room)
			return blank ? blank : n;
		n = i + len;
		if (s[i] == ' ')
			blank = n;
	}
	return strlen(s);
}

static int lines_needed(const struct frame *f, const char *s)
{
	int n = 0;

	while (*s) {
		s += line_cut(s, text_room(f));
		n++;
	}
	return n;
}

/* Label and text on at most `lines` lines; the last one is cut with an ellipsis where more follows. */
static void put(struct frame *f, enum role role, const char *label, const char *text, int lines)
{
	for (int i = 0; i < lines && (i == 0 || *text); i++) {
		char part[1400];
		size_t n = i == lines - 1 ? strlen(text) : line_cut(text, text_room(f));
		snprintf(part, sizeof part, "%.*s", (int)n, text);
		line_begin(f);
		if (i == 0)
			cells_text(f->out, f->row - 1, 2, LABEL - 3, ROLE_DIM, label);
		cells_text(f->out, f->row - 1, LABEL, text_room(f), role, part);
		text += n;
	}
}

/* ---- ours ------------------------------------------------------------------------- */

/* A version that is longer than a line: its first line must stand there. */
static void put_long(struct frame *f, const char *label, const char *text)
{
	int row = f->row;

	put(f, ROLE_TITLE, label, text, f->rows < 16 ? 1 : f->rows < 24 ? 4 : 6);
	while (++row < f->row)
		f->needs[row] = LONG_VERSION;
}

/* Where it would run is never cut off, whatever the service is called. */
static void title(const struct scene *s, struct frame *f, const struct kit_action *a)
{
	enum role role = s->demo ? ROLE_DEMO : ROLE_ENVIRONMENT;
	char words[160], env[80], where[120];
	int room, col;

	text_copy(env, sizeof env, s->m->environment ? s->m->environment : "?");
	for (char *p = env; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	verb_words(a, words, sizeof words);
	for (size_t i = 0; i + strlen(a->service->name) < strlen(words); i++)
		words[i] = (char)toupper((unsigned char)words[i]);
	border(f, 0x250c, 0x2510, "");
	snprintf(where, sizeof where, " in %s%s ", env, s->demo ? f->cols < 60 ? ", NOT REAL" : ", NOT PRODUCTION" : "");
	room = f->cols - 4 - text_cols(where);
	col = cells_textf(f->out, f->top, 2, room < 12 ? 12 : room, role, " %s", words);
	cells_text(f->out, f->top, col, f->cols - 2 - col, role, where);
}

/* What would run, and from which version to which: on one line, or where they are long, on as many as they need. */
static void head(const struct scene *s, struct frame *f, const struct kit_action *a)
{
	const struct confirm *c = &s->ui->confirm;
	char target[400], versions[560] = "";
	int col;
	bool apart;

	title(s, f, a);
	if (*c->from || *c->to)
		snprintf(versions, sizeof versions, "  %s -> %s", *c->from ? c->from : "?", *c->to ? c->to : "?");
	target_words(a->target, target, sizeof target);
	apart = text_cols(a->name) + text_cols(versions) > f->cols - 4;
	line_begin(f);
	col = cells_textf(f->out, f->row - 1, 2, f->cols - 4, ROLE_TITLE, "%s%s", a->name, apart ? "" : versions);
	cells_textf(f->out, f->row - 1, col + 3, f->cols - col - 5, ROLE_TEXT, "%s: %s", a->backend, target);
	if (!apart)
		return;
	put_long(f, "from", *c->from ? c->from : "?");
	put_long(f, "to", *c->to ? c->to : "?");
}

static void upper(const struct scene *s, struct frame *f, const struct confirm *c)
{
	const struct model_action *down = model_countdown(s->m, c->service);
	char about[WHEN_LEN], text[600], left[DURATION_LEN];

	snprintf(text, sizeof text, "%s%s%s", span_about(c->takes_s < 0 ? -1 : (int64_t)(c->takes_s * 1e6), about),
		c->takes_s >= 0 && *c->takes_why ? ", " : "", c->takes_s >= 0 ? c->takes_why : "");
	f->need = TAKES;
	put(f, ROLE_TEXT, "takes", text, 1);
	f->need = MUST;
	put(f, c->may ? ROLE_TEXT : ROLE_SOON, c->may ? "you may" : "YOU MAY NOT", c->may_why, 1);
	f->need = CAREFUL;
	if (c->to_bad)
		put(f, ROLE_SOON, "CAREFUL", "this version was rolled back from before", 1);
	if (c->versions_bad)
		put(f, ROLE_SOON, "CAREFUL", "the backend named a version in characters that no version has", 1);
	if (down) { /* no here is no no to that */
		snprintf(text, sizeof text, "in %s, %s; this takes its place. Esc leaves it counting, %s stops it then", countdown_left(s, down, left), down->key,
			key_of(s->ui, COMMAND_VETO));
		put(f, ROLE_SOON, "by itself", text, 2);
	}
	text_safe(text, sizeof text, *c->not_known ? c->not_known : "nothing was found to doubt");
	f->need = DOUBTS;
	put(f, ROLE_TEXT, "NOT known", text, f->rows < 20 ? 1 : 2);
}

/* ---- the backend's ------------------------------------------------------------------ */

struct says {
	const char *label;
	char text[1400];
	enum role role;
	int want, lines;
};

/* Only what is not well needs a line of the six. */
static void checks_text(const struct confirm *c, char *out, size_t cap)
{
	*out = 0;
	for (int i = 0; i < c->n_bad; i++)
		snprintf(out + strlen(out), cap - strlen(out), "%s%s", *out ? "; " : "", c->checks[i]);
}

static void careful_text(const struct confirm *c, char *out, size_t cap)
{
	*out = 0;
	if (c->back_no || *c->back)
		snprintf(out, cap, "%s%s%s", c->back_no ? "going back is NOT safe" : "going back", *c->back ? ": " : "", c->back);
	if (*c->managed_by)
		snprintf(out + strlen(out), cap - strlen(out), "%smanaged by %s, which may bring it back", *out ? "; " : "", c->managed_by);
}

/* Every part gets a line; what is left of the six goes to the command first, since it may have to be typed. */
static void backend_says(struct frame *f, const struct confirm *c, int room)
{
	static const int order[] = {4, 3, 1, 2, 0};
	struct says *says = calloc(SAYS, sizeof *says);
	char text[1400];
	int left = room < SAYS_MAX ? room : SAYS_MAX;

	if (!says)
		return;
	says[0] = (struct says){.label = c->ready ? "ready" : "NOT READY", .role = c->ready ? ROLE_BACKEND : ROLE_SOON};
	text_safe(says[0].text, sizeof says[0].text, c->effect);
	careful_text(c, text, sizeof text);
	says[1] = (struct says){.label = "CAREFUL", .role = ROLE_SOON};
	text_safe(says[1].text, sizeof says[1].text, text);
	checks_text(c, text, sizeof text);
	says[2] = (struct says){.label = "checked", .role = ROLE_SOON};
	text_safe(says[2].text, sizeof says[2].text, text);
	says[3] = (struct says){.label = "NOT undone", .role = ROLE_BACKEND};
	text_safe(says[3].text, sizeof says[3].text, *c->not_undone ? c->not_undone : "nothing that the backend names");
	says[4] = (struct says){.label = "by hand", .role = ROLE_BACKEND};
	text_safe(says[4].text, sizeof says[4].text, *c->command ? c->command : "the backend names no command");
	for (int i = 0; i < SAYS; i++) {
		says[i].want = lines_needed(f, says[i].text);
		says[i].lines = (says[i].want || i == 0) && left > 0 ? 1 : 0;
		left -= says[i].lines;
	}
	for (int i = 0; i < SAYS; i++)
		while (left > 0 && says[order[i]].lines < says[order[i]].want) {
			says[order[i]].lines++;
			left--;
		}
	snprintf(text, sizeof text, "the backend says%s", c->n_checks && !c->n_bad ? ", all its checks well" : "");
	f->need = SAYS_HEAD;
	border(f, 0x251c, 0x2524, text);
	f->need = SAYS_LINE;
	for (int i = 0; i < SAYS; i++)
		put(f, says[i].role, says[i].label, says[i].text, says[i].lines);
	free(says);
}

/* ---- the letters ------------------------------------------------------------------------ */

/* The end of a line that is typed, as far as there is room, and the cursor behind it. */
static void typed(struct frame *f, int col, const char *text)
{
	int room = f->cols - col - 3, n = (int)strlen(text);

	col = cells_text(f->out, f->row - 1, col, room, ROLE_TITLE, n > room ? text + n - room : text);
	cells_paint(f->out, f->row - 1, col, 1, ROLE_CURSOR);
}

/* Name and letters on one line.  What is typed stands on the next one where there is no room for it; where there is
 * none for the name either, it is asked for in words: the letters always stand there. */
static const char how[] = "  and Enter   (Esc: no)  > ";

static bool one_line(const struct frame *f, const struct challenge *ch)
{
	int name = text_cols(ch->name);

	return 6 + 6 + name + 4 + (int)sizeof how - 1 + name + 6 <= f->cols - 2;
}

static void line_asked(struct frame *f, const struct challenge *ch)
{
	int row = f->row - 1, name = text_cols(ch->name), col;
	bool wide = one_line(f, ch), fits = 6 + 6 + name + 4 + 11 <= f->cols - 2;

	if (fits) {
		col = cells_text(f->out, row, 6, 6, ROLE_TEXT, "type  ");
		col = cells_textf(f->out, row, col, f->cols - col - 2, ROLE_CHALLENGE, "%s %.3s", ch->name, ch->letters);
		col = cells_text(f->out, row, col, f->cols - col - 2, ROLE_TEXT, wide ? how : "  and Enter");
	} else {
		col = cells_text(f->out, row, 2, f->cols - 4, ROLE_TEXT, "type its name, ");
		col = cells_textf(f->out, row, col, 3, ROLE_CHALLENGE, "%.3s", ch->letters);
		col = cells_text(f->out, row, col, f->cols - col - 2, ROLE_TEXT, " and Enter");
	}
	if (!wide) {
		line_begin(f);
		col = cells_text(f->out, f->row - 1, 2, 2, ROLE_TEXT, "> ");
	}
	typed(f, col, ch->text);
}

static void letters(struct frame *f, const struct confirm *c)
{
	const struct challenge *ch = &c->ch;
	int row = f->row - 1, col;

	if (ch->line) {
		line_asked(f, ch);
		return;
	}
	col = cells_text(f->out, row, 6, 6, ROLE_TEXT, "type");
	for (int i = 0; i < 3; i++)
		cells_textf(f->out, row, col + 3 + 3 * i, 1, i < ch->typed ? ROLE_DIM : ROLE_CHALLENGE, "%c", ch->letters[i]);
	col = cells_text(f->out, row, col + 12, 14, ROLE_TEXT, "to run it");
	col += f->cols < 72 ? 1 : 8;
	cells_text(f->out, row, col, f->cols - col - 2, ROLE_TEXT,
		f->cols - col - 2 < 7 ? "" : f->cols - col - 2 < 24 ? "Esc: no" :
		f->cols - col - 2 < 30 ? "Esc or any other key: no" : "Esc, any other key or 30 s: no");
}

static void answer(struct frame *f, const struct confirm *c)
{
	char text[300] = "";

	f->need = RULE;
	border(f, 0x251c, 0x2524, "");
	f->need = MUST;
	line_begin(f);
	if (!c->may)
		cells_text(f->out, f->row - 1, 6, f->cols - 8, ROLE_SOON, "You may not fire this.   Any key closes.");
	else if (!confirm_can_fire(c))
		cells_text(f->out, f->row - 1, 6, f->cols - 8, ROLE_SOON, "It cannot run as it is: nothing to confirm.   Any key closes.");
	else
		letters(f, c);
	f->need = WHY;
	line_begin(f); /* kept free from the start, so that nothing jumps when the letters change */
	if (c->ch.why && confirm_can_fire(c))
		snprintf(text, sizeof text, "(%s)", c->ch.why);
	cells_text(f->out, f->row - 1, 6, f->cols - 8, ROLE_SOON, text);
	f->need = MUST;
}

static void waiting(const struct scene *s, struct frame *f)
{
	char d[40], late[200];

	if (s->ui->confirm.state == CONFIRM_FIRING) {
		put(f, ROLE_TITLE, "", "confirmed: the engine puts it on disk, then it runs", 1);
	} else {
		snprintf(d, sizeof d, "%lld s", (long long)((s->now.mono - s->ui->confirm.asked) / US_SECOND));
		put(f, ROLE_TEXT, "asking", "the backend says whether it could run now; nothing runs yet", 1);
		put(f, ROLE_DIM, "since", d, 1);
		put(f, ROLE_DIM, "Esc", "no", 1);
	}
	if (s->link->unanswered >= LATE_AFTER)
		put(f, ROLE_SOON, "", late_words(s->link->unanswered, s->link->unanswered_verb, late, sizeof late), 2);
}

static void panel_lines(const struct scene *s, struct frame *f, const struct kit_action *a, int height)
{
	const struct confirm *c = &s->ui->confirm;
	bool two = c->ch.line && confirm_can_fire(c) && !one_line(f, &c->ch);

	head(s, f, a);
	if (c->state == CONFIRM_OPEN) {
		upper(s, f, c);
		backend_says(f, c, height - 5 - two - f->row);
		answer(f, c);
	} else {
		waiting(s, f);
	}
	border(f, 0x2514, 0x2518, "");
}

/* Leave out what is least needed until it fits. */
static void fit(struct frame *f, int height)
{
	for (int worst = RULE; worst > MUST; worst--)
		for (int row = f->row; row-- > 0 && f->row > height;)
			if (f->needs[row] == worst) {
				if (worst == LONG_VERSION) /* what is left of it says that it goes on */
					cells_fill(f->out, row - 1, f->cols - 3, 1, ROLE_TITLE, 0x2026);
				f->row--;
				for (int i = row; i < f->row; i++) {
					cells_copy_row(f->out, i, f->out, i + 1);
					f->needs[i] = f->needs[i + 1];
				}
			}
}

/* Drawn aside to learn its height, then where it ends on the last line.  The first line stays: it says where this is. */
void confirm_draw(const struct scene *s, struct cells *out)
{
	const struct confirm *c = &s->ui->confirm;
	const struct kit_action *a = s->m && s->m->kit ? kit_action(s->m->kit, c->service, c->action) : NULL;
	int height = out->rows - header_rows(s);
	struct cells aside;
	struct frame f = {.out = &aside, .cols = out->cols, .rows = out->rows, .demo = s->demo};

	if (c->state == CONFIRM_NONE || !a)
		return;
	if (height < 14)
		height = out->rows - 1;
	cells_init(&aside, LINES_MAX, out->cols);
	panel_lines(s, &f, a, height);
	fit(&f, height);
	for (int i = 0; i < f.row; i++)
		cells_copy_row(out, out->rows - f.row + i, &aside, i);
	if (out->rows - f.row < header_rows(s) - 1)
		header_clock(s, out); /* the panel took the big one's place */
	cells_release(&aside);
}
