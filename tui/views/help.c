/* Help: what the view at hand shows and takes, then every key there is. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

struct help {
	const struct scene *s;
	struct page *p;
	const struct place *at;  /* the view at hand */
	int64_t n;               /* lines so far */
};

#define KEY_COLS 14

static bool line(struct help *h, const char *text)
{
	if (!page_wanted(h->p, text))
		return false;
	page_line(h->p, DROP_NEVER);
	page_item(h->p, ITEM_LINE, "", "", h->n++);
	return true;
}

static void say(struct help *h, enum role role, const char *text)
{
	if (line(h, text))
		page_put(h->p, 1, h->p->g.cols - 2, role, "%s", text);
}

static void say_key(void *ctx, const char *key, const char *word)
{
	struct help *h = ctx;
	char text[300];
	int cols = h->p->g.cols, col;

	snprintf(text, sizeof text, "%s %s", key, word);
	if (!line(h, text))
		return;
	col = page_put(h->p, 3, cols - 4, ROLE_KEY, "%s", key) + 1;
	col = col > 3 + KEY_COLS + 1 ? col : 3 + KEY_COLS + 1;
	page_put(h->p, col, cols - col - 1, ROLE_TEXT, "%s", word);
}

/* The orders of a list, the present one first. */
static void say_orders(struct help *h)
{
	const struct place *at = h->at;
	char text[300] = "";
	int n = view_sorts(at->view);

	for (int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i == 0 ? "now " : i == 1 ? "; " : ", ",
			view_sort(at->view, at->sort + i)->words);
	if (n)
		say_key(h, "", text);
}

/* Does the row's mode hold in this view, so that its keys come before others? */
static bool mode_here(const struct help *h, const struct keymap_row *row)
{
	return (row->mode == KEYMODE_CHART && h->at->view == VIEW_CHART) || (row->mode == KEYMODE_PAST && ui_looks_back(h->s->ui));
}

static bool taken_here(const struct help *h, int id, struct chord c)
{
	for (int i = 0; i < COMMAND_NONE; i++)
		for (int k = 0; i != id && mode_here(h, &keymap[i]) && k < h->s->ui->keys.of[i].n; k++)
			if (chord_clash(h->s->ui->keys.of[i].v[k], c))
				return true;
	return false;
}

/* Its keys, but for those that mean something else here. */
static void keys_here(const struct help *h, int id, char *out, size_t cap)
{
	const struct binding *b = &h->s->ui->keys.of[id];
	char one[CHORD_WRITTEN];

	*out = 0;
	for (int k = 0; k < b->n; k++)
		if (mode_here(h, &keymap[id]) || !taken_here(h, id, b->v[k]))
			snprintf(out + strlen(out), cap - strlen(out), "%s%s", *out ? ", " : "", chord_print(b->v[k], one));
}

static void say_command(struct help *h, int id)
{
	char keys[200];
	bool bound = h->s->ui->keys.of[id].n;

	if (keymap[id].asks && !may_ask(h->s))
		return;
	if (bound)
		keys_here(h, id, keys, sizeof keys);
	else
		palette_usage((enum command_id)id, keys, sizeof keys);
	if (*keys)
		say_key(h, keys, keymap[id].help);
}

/* The groups in which `wanted` finds rows, each under its name. */
static void say_groups(struct help *h, bool (*wanted)(const struct help *h, const struct keymap_row *row))
{
	const char *group = "";

	for (int i = 0; i < COMMAND_NONE; i++) {
		if (!wanted(h, &keymap[i]))
			continue;
		if (strcmp(group, keymap[i].group) != 0) {
			group = keymap[i].group;
			say(h, ROLE_TITLE, group);
		}
		say_command(h, i);
	}
}

static bool moves(const struct help *h, const struct keymap_row *row)
{
	return !strcmp(row->group, "move") && !mode_here(h, row);
}

static bool does_else(const struct help *h, const struct keymap_row *row)
{
	return strcmp(row->group, "move") != 0 && !mode_here(h, row);
}

static void say_actions(struct help *h)
{
	char text[300], words[120], key[2] = "";
	const struct kit *k = h->s->m->kit;

	say(h, ROLE_TITLE, "of the kit: while an incident is open its services', else the focused service's");
	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_actions; n++) {
			const struct kit_action *a = &k->services[i].actions[n];
			if (!a->key)
				continue;
			key[0] = a->key;
			snprintf(text, sizeof text, "%s: %s", a->name, verb_words(a, words, sizeof words));
			say_key(h, key, text);
		}
}

void view_help(const struct scene *s, struct page *p, const struct place *place)
{
	const struct place *at = s->ui->depth > 0 ? place - 1 : place;
	struct help h = {s, p, at, 0};
	char text[200];

	snprintf(text, sizeof text, "HERE   %s", views[at->view].shows);
	view_title(p, text);
	footer_hints(s, at->view, say_key, &h);
	say_orders(&h);
	say_groups(&h, mode_here);
	say_groups(&h, moves);
	say_groups(&h, does_else);
	say_actions(&h);
	say(&h, ROLE_TITLE, "firing");
	say(&h, ROLE_TEXT, "  an action's key opens its panel; the three letters it shows, typed, fire it");
	say(&h, ROLE_TEXT, "  any other key, Esc, Enter or 30 s without a key mean no: nothing happened");
	say(&h, ROLE_TEXT, "opening this console commands nothing; leaving it ends nothing");
}
