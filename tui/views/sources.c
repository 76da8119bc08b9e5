/* The sources: which plugins tell, how old what they told is, and why one is silent. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/sources.h"
#include "tui/views/views.h"

#define ILL_MOST 2 /* in an incident, where the room is needed */

static void feed_words(const struct scene *s, const struct source *x, char *out, size_t cap)
{
	const struct intake *f = x->feed;
	char t[WHEN_LEN];

	if (!f->n)
		snprintf(out, cap, "%s", x->is == SOURCE_NONE ? "only acts" : "tells of deploys");
	else if (!f->newest)
		snprintf(out, cap, "%zu signal%s, none measured yet", f->n, f->n == 1 ? "" : "s");
	else
		snprintf(out, cap, "%zu signal%s, newest %s old, %zu silent", f->n, f->n == 1 ? "" : "s", age_long(s->now.at - f->newest, t), f->silent);
}

/* The past that it had when it was asked last. */
static void filled_line(const struct scene *s, struct page *p, const struct model_backend *b)
{
	char from[WHEN_LEN], text[400];

	if (!b || !b->filled_at.at)
		return;
	snprintf(text, sizeof text, "the past is filled in from %s on%s%.200s", when_short(s, b->filled_from, from), b->filled_whole ? "" : ", not all of it: ",
		b->filled_whole ? "" : b->filled_why ? b->filled_why : "");
	page_wrapped(p, DROP_NEVER, 18, b->filled_whole ? ROLE_DIM : ROLE_SOON, text);
}

static void source_lines(const struct scene *s, struct page *p, size_t i)
{
	static const char *const words[] = {"ready", "silent", "failing", "", "ready"};
	struct source x;
	char t[WHEN_LEN], text[400];

	source_look(s, i, &x);
	const struct model_backend *b = x.model;
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_SOURCE, "", x.kit->id, 0);
	page_put(p, 1, 16, ROLE_TITLE, "%s", x.kit->id);
	page_put(p, 18, 12, *x.why ? ROLE_UNKNOWN : ROLE_GOOD, "%s", x.is == SOURCE_GONE || (x.is == SOURCE_NONE && b && b->state) ?
		b && b->state ? b->state : "not started" : words[x.is]);
	feed_words(s, &x, text, sizeof text);
	page_put(p, 31, p->g.cols - 32, x.feed->silent ? ROLE_UNKNOWN : ROLE_TEXT, "%s", text);
	snprintf(text, sizeof text, "%s%s%s%s%s", b && b->plugin ? b->plugin : x.kit->plugin ? x.kit->plugin : "own command", b && b->version ? " " : "",
		b && b->version ? b->version : "", b && b->at.at ? ", since " : "", b && b->at.at ? when_short(s, b->at.at, t) : "");
	if (b && b->restarts)
		snprintf(text + strlen(text), sizeof text - strlen(text), ", started %lld times more", (long long)b->restarts);
	page_wrapped(p, DROP_NEVER, 18, ROLE_DIM, text);
	filled_line(s, p, b);
	if (*x.why)
		page_wrapped(p, DROP_NEVER, 18, ROLE_SOON, x.why);
}

static bool feeds(const struct scene *s, const char *backend)
{
	for (size_t i = 0; i < s->inc->services.n; i++) {
		const struct kit_service *svc = kit_service(s->m->kit, s->inc->services.v[i].name);
		if (svc && svc->deploys_backend && !strcmp(svc->deploys_backend, backend))
			return true;
		for (size_t k = 0; svc && k < svc->n_signals; k++)
			if (!strcmp(svc->signals[k].backend, backend))
				return true;
	}
	return false;
}

void view_ill_sources(const struct scene *s, struct page *p, int drop)
{
	size_t n = 0;

	for (size_t i = 0; i < s->m->kit->n_backends; i++) {
		struct source x;
		source_look(s, i, &x);
		if (!*x.why || (s->inc && !feeds(s, x.kit->id)))
			continue;
		if (n++ >= ILL_MOST && s->inc)
			continue;
		page_line(p, drop);
		page_item(p, ITEM_SOURCE, "", x.kit->id, 0);
		page_put(p, 1, 12, ROLE_UNKNOWN, "SOURCE");
		page_put(p, s->inc ? 16 : 14, p->g.cols - (s->inc ? 17 : 15), ROLE_TEXT, "%s: %s", x.kit->id, x.why);
	}
	if (s->inc && n > ILL_MOST) {
		page_line(p, drop);
		page_put(p, 16, p->g.cols - 17, ROLE_TEXT, "and %zu more tell nothing (:sources)", n - ILL_MOST);
	}
}

void view_sources(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	view_title(p, "SOURCES   who tells, and how old it is");
	for (size_t i = 0; i < s->m->kit->n_backends; i++)
		if (page_wanted(p, s->m->kit->backends[i].id))
			source_lines(s, p, i);
}
