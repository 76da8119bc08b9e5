/* Who has a console open: the WITH YOU line, and everybody. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* Consoles and observers; commands come and go. */
static bool is_here(const struct model_seat *x)
{
	return x->count > 0 && !(x->role && !strcmp(x->role, "command"));
}

static bool is_observer(const struct model_seat *x)
{
	return x->role && !strcmp(x->role, "observer");
}

/* Is this where we sit ourselves? */
static bool is_mine(const struct scene *s, const struct model_seat *x)
{
	return !strcmp(x->person, *s->ui->person ? s->ui->person : s->ui->seat);
}

/* How many of a seat are somebody else's console than this one. */
static int others_of(const struct scene *s, const struct model_seat *x)
{
	return x->count - (is_mine(s, x) && is_observer(x) == s->ui->read_only);
}

/* The seats of one person, whatever they do there; 0 where they were counted at an earlier seat. */
static int person_count(const struct scene *s, size_t at)
{
	int n = 0;

	for (size_t i = 0; i < s->m->seats.n; i++) {
		const struct model_seat *x = &s->m->seats.v[i];
		if (!is_here(x) || strcmp(x->person, s->m->seats.v[at].person) != 0)
			continue;
		if (i < at)
			return 0;
		n += others_of(s, x);
	}
	return n;
}

/* Who is named first: people of the kit, then others, then one's own other consoles. */
static int turn_of(const struct scene *s, const struct model_seat *x)
{
	return is_mine(s, x) ? 2 : kit_person(s->m->kit, x->person) ? 0 : 1;
}

static bool name_add(const struct scene *s, const struct model_seat *x, int n, int more, char *out, size_t cap, int room)
{
	char name[160], times[24] = "";

	if (n > 1)
		snprintf(times, sizeof times, " x%d", n);
	snprintf(name, sizeof name, "%s%s%s%s", *out ? ", " : "", x->person, is_mine(s, x) ? " (you)" : "", times);
	if (text_cols(out) + text_cols(name) + (more ? 13 : 0) > room)
		return false;
	snprintf(out + strlen(out), cap - strlen(out), "%s", name);
	return true;
}

/* "support-1, tomas and 48 more": as many names as there is room for. */
static void with_you_words(const struct scene *s, char *out, size_t cap, int room)
{
	int left = 0;
	bool full = false;

	*out = 0;
	for (size_t i = 0; i < s->m->seats.n; i++)
		left += is_here(&s->m->seats.v[i]) ? person_count(s, i) : 0;
	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < s->m->seats.n && !full; i++) {
			const struct model_seat *x = &s->m->seats.v[i];
			int n = is_here(x) && turn_of(s, x) == turn ? person_count(s, i) : 0;
			if (n <= 0)
				continue;
			full = !name_add(s, x, n, left - n, out, cap, room);
			left -= full ? 0 : n;
		}
	if (left > 0)
		snprintf(out + strlen(out), cap - strlen(out), "%s%d more", *out ? " and " : "", left);
}

void view_with_you(const struct scene *s, struct page *p, int drop)
{
	char text[400];

	with_you_words(s, text, sizeof text, p->g.cols - 30);
	page_line(p, drop);
	page_put(p, 1, 9, ROLE_DIM, "WITH YOU");
	page_put(p, 11, p->g.cols - 30, ROLE_DIM, "%s", *text ? text : "nobody else has a console open");
	if (s->m->engine_host) {
		snprintf(text, sizeof text, "engine on %s", s->m->engine_host);
		page_right(p, p->g.cols - 1, ROLE_DIM, text);
	}
}

/* ---- everybody ---------------------------------------------------------------------- */

static void seat_line(const struct scene *s, struct page *p, const struct model_seat *x)
{
	const struct kit_person *who = kit_person(s->m->kit, x->person);
	bool commands = s->inc && s->inc->commander && !strcmp(s->inc->commander, x->person);
	const char *does = is_observer(x) ? "observes" : commands ? "commands" : who ? "console" : "not in the kit: looks on";
	char t[WHEN_LEN], d[WHEN_LEN], name[200];

	snprintf(name, sizeof name, "%s%s%s%s", x->person, who && who->name ? ", " : "", who && who->name ? who->name : "",
		others_of(s, x) < x->count ? " (you)" : "");
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_LINE, x->person, x->role, 0);
	page_put(p, 1, 30, ROLE_TEXT, "%s", name);
	page_put(p, 32, 24, commands && !is_observer(x) ? ROLE_TITLE : ROLE_TEXT, "%s", does);
	if (x->count > 1)
		page_put(p, 32 + text_cols(does) + 1, 20, ROLE_TEXT, "x%d", x->count);
	if (x->since.at)
		page_put(p, 56, p->g.cols - 57, ROLE_DIM, "%ssince %s%s%s", x->count > 1 ? "first " : "", when_short(s, x->since.at, t),
			x->count > 1 ? "" : ", ", x->count > 1 ? "" : age_long(s->now.at - x->since.at, d));
}

void view_who(const struct scene *s, struct page *p, const struct place *place)
{
	char text[160];
	int consoles = 0, observers = 0;

	(void)place;
	for (size_t i = 0; i < s->m->seats.n; i++) {
		const struct model_seat *x = &s->m->seats.v[i];
		observers += is_here(x) && is_observer(x) ? x->count : 0;
		consoles += is_here(x) && !is_observer(x) ? x->count : 0;
	}
	snprintf(text, sizeof text, "WHO IS HERE   %d console%s, %d observer%s", consoles, consoles == 1 ? "" : "s", observers, observers == 1 ? "" : "s");
	view_title(p, text);
	for (size_t i = 0; i < s->m->seats.n; i++)
		if (is_here(&s->m->seats.v[i]) && page_wanted(p, s->m->seats.v[i].person))
			seat_line(s, p, &s->m->seats.v[i]);
}
