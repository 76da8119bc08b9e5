/* The line above the palette: what the word being typed could become, or how the command is used. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

#define GAP 2

/* How it is written and what it does. */
static void usage_draw(struct cells *out, int row, enum command_id id)
{
	char usage[120];
	int col = cells_text(out, row, 1, out->cols - 2, ROLE_DIM, palette_usage(id, usage, sizeof usage)) + GAP;

	cells_text(out, row, col, out->cols - col - 1, ROLE_DIM, keymap[id].help);
}

/* The first one to draw, so that the picked one is seen. */
static size_t first_drawn(const struct palette_choices *c, int pick, int room)
{
	int used = 0;
	size_t first = pick > 0 ? (size_t)pick - 1 : 0;

	for (; pick > 0; first--) {
		used += text_cols(c->v[first]) + GAP;
		if (used > room)
			return first + 1 < (size_t)pick ? first + 1 : (size_t)pick - 1;
		if (!first)
			break;
	}
	return first;
}

static void list_draw(struct cells *out, int row, const struct palette_choices *c, int pick)
{
	int right = out->cols - 5, col = 1;
	size_t i = first_drawn(c, pick, right - 5);

	if (i)
		col = cells_text(out, row, col, 3, ROLE_DIM, "...") + GAP;
	for (size_t first = i; i < c->n && (i == first || col + text_cols(c->v[i]) <= right); i++)
		col = cells_text(out, row, col, right - col, (int)i + 1 == pick ? ROLE_CURSOR : ROLE_DIM, c->v[i]) + GAP;
	if (i < c->n || c->more)
		cells_text(out, row, col, 3, ROLE_DIM, "...");
}

void choices_draw(const struct scene *s, struct cells *out)
{
	const struct prompt *p = &s->ui->prompt;
	struct palette_scope scope;
	struct palette_choices c;
	int row = out->rows - 2;

	cells_fill(out, row, 0, out->cols, ROLE_TEXT, ' ');
	palette_scope_of(&scope, s->ui, s->m);
	palette_complete(&scope, p->pick ? p->typed : p->text, &c);
	if (c.id != COMMAND_NONE && !c.n)
		usage_draw(out, row, c.id);
	else if (c.kind == ARG_COMMAND && c.n == 1 && keymap_named(c.v[0]) != COMMAND_NONE)
		usage_draw(out, row, keymap_named(c.v[0]));
	else
		list_draw(out, row, &c, p->pick > (int)c.n ? 0 : p->pick); /* what could be chosen may be less by now */
	palette_choices_release(&c);
}
