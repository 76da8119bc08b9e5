/* Running text: the brief, and the keys. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* ---- brief, help ------------------------------------------------------------------------- */

/* Read out, so never cut: what is longer than the screen goes on below, behind its label. */
static void brief_line(struct page *p, const char *text, int64_t number)
{
	size_t fits = text_cols(text) > p->g.cols - 2 ? (size_t)p->g.cols - 2 : strlen(text);

	if (!page_wanted(p, text))
		return;
	while (fits < strlen(text) && fits > 20 && text[fits] != ' ')
		fits--;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, "", "", number);
	page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%.*s", (int)fits, text);
	page_wrapped(p, DROP_NEVER, 12, ROLE_TEXT, text[fits] == ' ' ? text + fits + 1 : text + fits);
}

void view_brief(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	struct buf b;
	const char *line;
	int64_t n = 0;

	buf_init(&b, 65536);
	view_title(p, "BRIEF   read it out, or paste it");
	if (s->ui->out.brief)
		s->ui->out.brief(s->m, s->inc, &s->now, &b);
	for (line = buf_str(&b); *line; n++) {
		char text[1024];
		size_t len = strcspn(line, "\n");
		snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
		brief_line(p, text, n);
		line += len + (line[len] == '\n');
	}
	buf_release(&b);
}

static void help_actions(const struct scene *s, struct page *p, int64_t *n)
{
	char text[300], words[120];

	view_text(p, "of the kit: while an incident is open its services', else the focused service's", (*n)++);
	for (size_t i = 0; i < s->m->kit->n_services; i++)
		for (size_t k = 0; k < s->m->kit->services[i].n_actions; k++) {
			const struct kit_action *a = &s->m->kit->services[i].actions[k];
			if (!a->key)
				continue;
			snprintf(text, sizeof text, "  %-14c %s: %s", a->key, a->name, verb_words(a, words, sizeof words));
			view_text(p, text, (*n)++);
		}
}

void view_help(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	char text[300], keys[120];
	const char *group = "";
	int64_t n = 0;

	view_title(p, "KEYS   opening this console commands nothing; leaving it ends nothing");
	for (int i = 0; i < COMMAND_NONE; i++) {
		if (strcmp(group, keymap[i].group) != 0) {
			group = keymap[i].group;
			view_text(p, group, n++);
		}
		bindings_written(&s->ui->keys, i, keys, sizeof keys);
		snprintf(text, sizeof text, "  %-14s %s", *keys ? keys : key_of(s->ui, (enum command_id)i), keymap[i].help);
		if (!keymap[i].asks || may_ask(s))
			view_text(p, text, n++);
	}
	help_actions(s, p, &n);
	view_text(p, "firing", n++);
	view_text(p, "  an action's key opens its panel; the three letters it shows, typed, fire it", n++);
	view_text(p, "  any other key, Esc, Enter or 30 s without a key mean no: nothing happened", n++);
}
