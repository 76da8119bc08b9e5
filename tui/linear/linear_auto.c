/* What acts by itself, for the ear: a countdown once it begins and once more
 * before it ends; what is missing, each reason once. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/automatic.h"
#include "tui/linear/linear_parts.h"

#define SOON (10 * US_SECOND) /* left: said once more */
#define EACH 4                /* more rows than this that lack the same are told as one */

static bool is_shown(const struct scene *s, const struct model_line *m)
{
	char key[100];

	if (s->screen != SCREEN_COUNTDOWN)
		return false;
	snprintf(key, sizeof key, " %s ", s->down->key);
	return m->text && strstr(m->text, key);
}

bool auto_begins(const struct scene *s, const struct model_line *m)
{
	return m->text && !strncmp(m->text, "by itself in ", 13) && !is_shown(s, m);
}

void auto_foreseen(const struct scene *s, const struct model_row *r, char *out, size_t cap)
{
	struct automatic_foresight f;
	char d[DURATION_LEN];
	size_t n = strlen(out);

	if (automatic_foresee(s->m, &s->now, r, &f) && !f.n_missing)
		snprintf(out + n, cap - n, ", then by itself after %s more unless somebody says no", duration_clock(f.after, d));
}

void auto_words(struct linear *l, const struct scene *s)
{
	char line[3][240] = {"", "", ""}, now[120] = "";
	bool hurry = l->keys && countdown_now(s, now, sizeof now);

	header_words(s, line);
	spoken_line(&l->out, "%s: %s", line[0], line[1]);
	if (l->keys && may_ask(s))
		spoken_line(&l->out, "%s: not this time%s%s%s; press nothing: it happens", key_of(s->ui, COMMAND_VETO), hurry ? "; " : "", now, hurry ? ": now" : "");
	else
		spoken_line(&l->out, "who is in the kit may say not this time; else it happens");
	if (s->down->because && *s->down->because)
		spoken_line(&l->out, "it may, because: %s", s->down->because);
	if (*line[2])
		spoken_at(&l->out, s->now.at, "%s", line[2]);
}

/* ---- what is missing ------------------------------------------------------------------ */

/* Of the same first reason, recorded since the last look; how many. */
static size_t alike(const struct linear *l, const struct model *m, const char *reason)
{
	char text[240];
	size_t n = 0;

	vec_each(const struct model_hold, h, &m->holds)
		n += h->at.at > l->holds && hold_clause(h, 0, text, sizeof text) && !strcmp(text, reason);
	return n;
}

static void hold_tell(struct linear *l, const struct model_hold *h, const char *reason)
{
	size_t n = hold_clauses(h);
	char more[40] = "";

	if (n > 1)
		snprintf(more, sizeof more, ", and %zu more", n - 1);
	spoken_at(&l->out, h->at.at, "NOT BY ITSELF %s%s%s: %s%s", h->service, *h->service ? " " : "", h->row, reason, more);
}

static void holds_news(struct linear *l, const struct scene *s)
{
	char reason[240], told[240] = "";
	int64_t newest = l->holds;

	vec_each(const struct model_hold, h, &s->m->holds) {
		if (h->at.at <= l->holds || !hold_clause(h, 0, reason, sizeof reason))
			continue;
		newest = h->at.at > newest ? h->at.at : newest;
		if (!strcmp(reason, told) || (hold_clauses(h) == 1 && model_veto(s->m, h->service) && strstr(reason, "said not this time")))
			continue; /* said with others, or said by a person */
		size_t n = alike(l, s->m, reason);
		if (n <= EACH) {
			hold_tell(l, h, reason);
			continue;
		}
		spoken_at(&l->out, h->at.at, "NOT BY ITSELF %zu rows: %s", n, reason);
		text_copy(told, sizeof told, reason);
	}
	l->holds = newest;
}

/* ---- all of it -------------------------------------------------------------------------- */

void auto_first(struct linear *l, const struct scene *s)
{
	vec_each(const struct model_hold, h, &s->m->holds)
		l->holds = h->at.at > l->holds ? h->at.at : l->holds;
}

void auto_news(struct linear *l, const struct scene *s)
{
	const struct model_action *a = model_countdown(s->m, NULL);
	char left[DURATION_LEN], what[400];

	holds_news(l, s);
	if (!a || action_countdown_shown(a, &s->stamp) > SOON) {
		*l->soon = 0;
		return;
	}
	if (strcmp(l->soon, a->key) != 0)
		spoken_at(&l->out, s->now.at, "by itself in %s: %s", countdown_left(s, a, left), countdown_what(s, a, what, sizeof what));
	text_copy(l->soon, sizeof l->soon, a->key);
}
