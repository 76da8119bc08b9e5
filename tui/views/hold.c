/* What would act by itself and does not: what is missing for it, who said not
 * this time, why a countdown came to nothing; and of what pends, what it will
 * do.  Each thing is said once, however many rows it holds for. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/automatic.h"
#include "tui/views/views.h"

#define REASONS 3                         /* that differ, on a main screen */
#define EXPIRED_FOR (15 * US_MINUTE)

/* ---- which ones ------------------------------------------------------------------ */

/* Of one service, of the incident's, or (both NULL) of any. */
static bool concerns(const char *service, const struct model_incident *i, const char *which)
{
	return service ? !strcmp(which, service) : !i || !*which || incident_has_service(i, which);
}

/* It lacks nothing but what somebody said, which has a line of its own. */
static bool only_vetoed(const struct scene *s, const struct model_hold *h)
{
	char clause[240];

	return model_veto(s->m, h->service) && hold_clauses(h) == 1 && hold_clause(h, 0, clause, sizeof clause) && strstr(clause, "said not this time");
}

/* The reason that is said of it: the brake where that is one, since it is about all of them, else the first. */
static void reason_of(const struct model_hold *h, char *out, size_t cap)
{
	for (size_t n = 0; hold_clause(h, n, out, cap); n++)
		if (!strncmp(out, "brake: ", 7))
			return;
	if (!hold_clause(h, 0, out, cap))
		*out = 0;
}

/* ---- lines --------------------------------------------------------------------------- */

static void say(struct page *p, int drop, const char *row, const char *service, const char *text)
{
	struct item it = {.kind = ITEM_ROW, .service = service, .name = row};

	view_labelled(p, drop, "NOT BY ITSELF", ROLE_TITLE, row && *row ? &it : NULL, text);
}

static int veto_lines(const struct scene *s, struct page *p, const char *service, const struct model_incident *i)
{
	char text[500], t[WHEN_LEN];
	int n = 0;

	vec_each(const struct model_veto, v, &s->m->vetoes) {
		if (!concerns(service, i, v->service) || n >= REASONS)
			continue;
		snprintf(text, sizeof text, "%s said not this time %s: nothing by itself on %s until this breach ends or another version serves%s%s",
			v->by ? v->by : "somebody", when_short(s, v->at.at, t), v->service, v->reason && *v->reason ? ": " : "", v->reason ? v->reason : "");
		say(p, 1, v->row, v->service, text);
		n++;
	}
	return n;
}

struct reason { char text[240]; const struct model_hold *first; size_t rows, more; };

/* What is missing, each reason once, with how many rows it holds for. */
static size_t reasons_of(const struct scene *s, const char *service, const struct model_incident *i, struct reason *out, size_t cap, size_t *out_left)
{
	char text[240];
	size_t n = 0, k;

	*out_left = 0;
	vec_each(const struct model_hold, h, &s->m->holds) {
		if (!concerns(service, i, h->service) || only_vetoed(s, h))
			continue;
		reason_of(h, text, sizeof text);
		for (k = 0; k < n && strcmp(out[k].text, text) != 0; k++)
			;
		if (k == n && n == cap) {
			++*out_left;
			continue;
		}
		if (k == n) {
			out[n] = (struct reason){.first = h, .more = hold_clauses(h) - 1};
			text_copy(out[n++].text, sizeof out[k].text, text);
		}
		out[k].rows++;
	}
	return n;
}

static int hold_lines(const struct scene *s, struct page *p, const char *service, const struct model_incident *i)
{
	struct reason r[REASONS];
	char text[600], more[80];
	size_t left, n = reasons_of(s, service, i, r, REASONS, &left);

	for (size_t k = 0; k < n; k++) {
		const struct model_hold *h = r[k].first;
		*more = 0;
		if (r[k].rows > 1)
			snprintf(more, sizeof more, "  (%zu rows)", r[k].rows);
		else if (r[k].more)
			snprintf(more, sizeof more, "  +%zu more", r[k].more);
		bool names = r[k].rows == 1 && n > 1;
		snprintf(text, sizeof text, "%s%s%s%s%s%s", names ? h->service : "", names && *h->service ? " " : "", names ? h->row : "", names ? ": " : "",
			r[k].text, more);
		say(p, k ? 3 : 1, h->row, h->service, text);
	}
	if (left) {
		page_line(p, 4);
		page_put(p, 16, p->g.cols - 17, ROLE_DIM, "and %zu rows more, for other reasons", left);
	}
	return (int)n;
}

/* A countdown that came to nothing a while ago, and not because a person fired in its place. */
static int expired_lines(const struct scene *s, struct page *p)
{
	const struct model_action *a = s->inc && s->inc->actions.n ? &s->inc->actions.v[s->inc->actions.n - 1] : NULL;
	char text[700], t[WHEN_LEN];

	if (!a || a->outcome != OUTCOME_EXPIRED || !action_by_itself(a) || stamp_diff(&a->ended, &s->stamp, NULL) > EXPIRED_FOR)
		return 0;
	snprintf(text, sizeof text, "%s %s did not %s by itself: %s", when_clock(a->ended.at, t), a->service, a->cls == CLASS_REVERSE ? "go back" : "act",
		a->detail && *a->detail ? a->detail : "the reason was not told");
	say(p, 1, a->row, a->service, text);
	return 1;
}

int view_not_by_itself(const struct scene *s, struct page *p, const char *service)
{
	const struct model_incident *i = service ? NULL : s->inc;
	int n = service ? 0 : expired_lines(s, p);

	n += veto_lines(s, p, service, i);
	return n + hold_lines(s, p, service, i);
}

/* "breach in 0:25, then after 0:30 more: roll back auth to 41, unless somebody says no (v)" */
static void foreseen_words(const struct scene *s, const struct model_row *r, const struct automatic_foresight *f, char *out, size_t cap)
{
	char in[DURATION_LEN], after[DURATION_LEN], words[160];
	int64_t left = r->until > s->now.at ? r->until - s->now.at : 0;
	const char *to = f->action ? goal_version(s, f->action) : NULL;

	if (f->action)
		verb_words(f->action, words, sizeof words);
	snprintf(out, cap, "breach in %s, then after %s more: %s%s%s, unless somebody says no (%s)", duration_clock(left, in),
		duration_clock(f->after, after), f->action ? words : "nothing", to ? " to " : "", to ? to : "", key_of(s->ui, COMMAND_VETO));
}

int view_foreseen(const struct scene *s, struct page *p, const char *service)
{
	struct automatic_foresight f;
	char text[500], more[40] = "";
	int n = 0;

	vec_each(const struct model_row, r, &s->m->rows) {
		if ((service ? strcmp(r->service, service) != 0 : n > 0) || !automatic_foresee(s->m, &s->now, r, &f))
			continue;
		if (f.n_missing > 1)
			snprintf(more, sizeof more, "  +%zu more", f.n_missing - 1);
		if (f.n_missing)
			snprintf(text, sizeof text, "after %s breach: %s%s", service ? "its" : "their", f.missing, more);
		else
			foreseen_words(s, r, &f, text, sizeof text);
		struct item it = {.kind = ITEM_ROW, .service = r->service, .name = r->row};
		view_labelled(p, 1, f.n_missing ? "NOT BY ITSELF" : "BY ITSELF", f.n_missing ? ROLE_TITLE : ROLE_SOON, &it, text);
		n++;
	}
	return n;
}

void view_hold_whole(const struct scene *s, struct page *p, const char *service, const char *row)
{
	char text[500], clause[240], t[WHEN_LEN];

	vec_each(const struct model_hold, h, &s->m->holds) {
		if (strcmp(h->service, service) != 0 || (row && strcmp(h->row, row) != 0))
			continue;
		snprintf(text, sizeof text, "%s%s%s%s, looked at %s; what is missing:", row ? "" : h->row, row ? "" : ": ", h->action ? h->action : "no action fits",
			h->preflight ? ", tried" : "", when_short(s, h->at.at, t));
		struct item it = {.kind = ITEM_ROW, .service = h->service, .name = h->row};
		view_labelled(p, DROP_NEVER, "NOT BY ITSELF", ROLE_TITLE, row ? NULL : &it, text);
		for (size_t n = 0; hold_clause(h, n, clause, sizeof clause); n++) {
			snprintf(text, sizeof text, "- %s", clause);
			page_wrapped(p, DROP_NEVER, 16, ROLE_TEXT, text);
		}
	}
	veto_lines(s, p, service, NULL);
	if (!row)
		view_foreseen(s, p, service);
}
