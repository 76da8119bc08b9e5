/* What stands on the screen for those who see it, as lines: the header, the
 * present view, the line under the cursor, the panel. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/linear/linear_parts.h"

#define VIEW_LINES 60 /* of one view at once; the cursor goes on from there */

/* ---- where things stand -------------------------------------------------------- */

/* "3:00 since bad, goal 10:00: 7:00 left". */
static void clock_words(const struct scene *s, char *out, size_t cap)
{
	bool running;
	int64_t t = phases_clock(&s->ph, &s->stamp, &running) / US_SECOND * US_SECOND, left = s->ph.target - t;
	char d[DURATION_LEN], goal[DURATION_LEN], rest[DURATION_LEN];

	snprintf(out, cap, "%s since \"bad\"", duration_clock(t > 0 ? t : 0, d));
	if (s->ph.target)
		snprintf(out + strlen(out), cap - strlen(out), ", goal %s: %s %s", duration_clock(s->ph.target, goal),
			duration_clock(left < 0 ? -left : left, rest), left < 0 ? "over" : "left");
}

void read_clock(struct linear *l, const struct scene *s)
{
	char words[200], more[300] = "";
	const struct model_action *a = s->act;

	clock_words(s, words, sizeof words);
	if (s->screen == SCREEN_RUNNING && a && a->progress && *a->progress)
		snprintf(more, sizeof more, ", %s so far: %s", a->key, a->progress);
	spoken_at(&l->out, s->now.at, "%s%s", words, more);
}

static void header_row(struct linear *l, const struct cells *c, int row)
{
	char words[SPOKEN_LEN];

	spoken_row(c, row, false, ", ", words);
	if (*words)
		spoken_line(&l->out, "%s", words);
}

void read_state(struct linear *l, const struct scene *s)
{
	char line[3][240] = {"", "", ""};
	struct cells c;

	cells_init(&c, LINEAR_ROWS, LINEAR_COLS);
	header_draw(s, &c);
	header_row(l, &c, 0);
	if (s->screen == SCREEN_WAITING)
		spoken_line(&l->out, "%s%s%s", s->link->ever ? "The engine is not there; trying again" : "Looking for the engine of this kit",
			*s->link->why ? ": " : "", s->link->why);
	else if (!s->inc)
		header_row(l, &c, 1);
	else
		header_words(s, line);
	cells_release(&c);
	for (int i = 0; i < 3; i++)
		if (*line[i])
			spoken_line(&l->out, "%s", line[i]);
	if (s->inc && s->screen != SCREEN_VERIFIED)
		read_clock(l, s);
}

void read_keys(struct linear *l, const struct scene *s)
{
	char words[SPOKEN_LEN];
	struct cells c;

	cells_init(&c, LINEAR_ROWS, LINEAR_COLS);
	footer_draw(s, &c);
	spoken_row(&c, LINEAR_ROWS - 1, false, ", ", words);
	cells_release(&c);
	if (l->keys && *words && s->ui->prompt.kind == PROMPT_NONE && !*s->ui->message)
		spoken_line(&l->out, "Keys: %s, comma where things stand", words);
}

/* ---- the present view ------------------------------------------------------------ */

static bool is_chosen(const struct page *p, int line)
{
	for (int i = 0; i < p->n_items; i++)
		if (p->items[i].line == line)
			return true;
	return false;
}

/* What happened first, when it did last: "02:18:07 auth fired" is "auth fired. 02:18:07". */
static void time_last(char words[SPOKEN_LEN])
{
	size_t n = strspn(words, "0123456789:"), skip;
	char when[16];

	if ((n != 5 && n != 8) || words[2] != ':' || (words[n] != ' ' && words[n] != ','))
		return;
	snprintf(when, sizeof when, "%.*s", (int)n, words);
	skip = n + strspn(words + n, ", ");
	memmove(words, words + skip, strlen(words + skip) + 1);
	n = strlen(words);
	snprintf(words + n, SPOKEN_LEN - n, "%s %s", n && strchr(".?!", words[n - 1]) ? "" : ".", when);
}

static void line_words(struct page *p, int line, char out[SPOKEN_LEN])
{
	int row = page_row(p, line);

	spoken_row(&p->g, row, true, ", ", out);
	if (!strncmp(out, "so far", 6)) /* the one bar there is */
		spoken_row(&p->g, row, false, ": ", out);
	time_last(out);
}

void read_place(struct linear *l, const struct scene *s)
{
	char words[SPOKEN_LEN];
	struct page p;
	int said = 0, i = 0;

	views_page(s, &p, LINEAR_COLS);
	const struct item *here = page_cursor_item(&p);
	for (; i < p.n && said < VIEW_LINES; i++) {
		line_words(&p, i, words);
		if (!*words)
			continue;
		spoken_line(&l->out, "%s%s", here && here->line == i ? "> " : "", words);
		said++;
	}
	if (i < p.n)
		spoken_line(&l->out, "%d more lines: %s goes from line to line, %s to the last", p.n - i,
			key_of(s->ui, COMMAND_DOWN), key_of(s->ui, COMMAND_LAST));
	page_release(&p);
}

bool read_cursor(struct linear *l, const struct scene *s)
{
	char words[SPOKEN_LEN];
	struct page p;

	views_page(s, &p, LINEAR_COLS);
	const struct item *here = page_cursor_item(&p);
	bool found = here != NULL;
	if (found) {
		line_words(&p, here->line, words);
		spoken_line(&l->out, "> %s", words);
	}
	page_release(&p);
	return found;
}

/* Where the proposal begins on the main view, and where what can be chosen next. */
static bool proposal_find(struct page *p, int *out_from, int *out_to)
{
	char words[SPOKEN_LEN];

	*out_from = -1;
	for (*out_to = 0; *out_to < p->n; ++*out_to) {
		line_words(p, *out_to, words);
		if (*out_from < 0 && !strncmp(words, "PROPOSED", 8))
			*out_from = *out_to;
		else if (*out_from >= 0 && (is_chosen(p, *out_to) || !*words || !strncmp(words, "OR,", 3)))
			return true;
	}
	return *out_from >= 0;
}

void read_proposal(struct linear *l, const struct scene *s)
{
	char words[SPOKEN_LEN];
	int from, to;
	struct page p;
	struct scene main = *s;
	struct ui *u = mem_new(sizeof *u); /* as if nobody had gone anywhere */

	*u = *s->ui;
	u->depth = 0;
	main.ui = u;
	views_page(&main, &p, LINEAR_COLS);
	if (proposal_find(&p, &from, &to)) {
		line_words(&p, from, words);
		bool another = strcmp(words, l->proposal) != 0;
		text_copy(l->proposal, sizeof l->proposal, words);
		for (int i = from; another && i < to; i++) {
			line_words(&p, i, words);
			spoken_line(&l->out, "%s", words);
		}
	} else {
		*l->proposal = 0;
	}
	page_release(&p);
	free(u);
}

/* ---- the panel --------------------------------------------------------------------- */

static void letters_line(struct linear *l, const struct confirm *c)
{
	const struct challenge *ch = &c->ch;

	if (ch->why)
		spoken_line(&l->out, "%s", ch->why);
	if (ch->line)
		spoken_line(&l->out, "type %s %c %c %c and Enter to run it; Esc: no", ch->name, ch->letters[0], ch->letters[1], ch->letters[2]);
	else
		spoken_line(&l->out, "type %c %c %c to run it; comma says them again; anything else, or 30 s: no", ch->letters[0], ch->letters[1], ch->letters[2]);
}

/* A row of the panel without a label goes on with the one above. */
static bool goes_on(const struct cells *c, int row)
{
	for (int col = 1; col < 10; col++)
		if (cells_at(c, row, col)->cp[0] != ' ')
			return false;
	return cells_at(c, row, 0)->cp[0] == 0x2502;
}

/* Drawn as for the eye, and read line by line: its upper part, what the backend says, and the letters last. */
static void panel_lines(struct linear *l, const struct scene *s)
{
	char words[SPOKEN_LEN], line[SPOKEN_LEN] = "";
	struct cells c;
	int borders = 0;

	cells_init(&c, LINEAR_ROWS, LINEAR_COLS);
	confirm_draw(s, &c);
	for (int i = 0; i < c.rows; i++) {
		borders += cells_at(&c, i, 0)->cp[0] == 0x251c;
		if (borders > 1 && confirm_can_fire(&s->ui->confirm))
			break;
		spoken_row(&c, i, false, ": ", words);
		if (*line && goes_on(&c, i)) {
			snprintf(line + strlen(line), sizeof line - strlen(line), " %s", words);
			continue;
		}
		if (*line)
			spoken_line(&l->out, "%s", line);
		text_copy(line, sizeof line, words);
	}
	if (*line)
		spoken_line(&l->out, "%s", line);
	cells_release(&c);
}

void read_panel(struct linear *l, const struct scene *s)
{
	const struct confirm *c = &s->ui->confirm;

	if (c->state != CONFIRM_OPEN) {
		if (c->state == CONFIRM_FIRING)
			spoken_line(&l->out, "confirmed: the engine puts it on disk, then it runs");
		else
			spoken_line(&l->out, "asking the backend whether %s could run now; nothing runs yet; Esc: no", c->action);
		return;
	}
	if (l->confirm != CONFIRM_OPEN || !*l->letters)
		panel_lines(l, s);
	if (confirm_can_fire(c))
		letters_line(l, c);
}
