/* The sources: which plugins tell, how old what they told is, and why one is silent. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* How many of its signals are silent, of how many. */
static void fed(const struct scene *s, const char *backend, size_t *out_n, size_t *out_silent, int64_t *out_newest)
{
	*out_n = *out_silent = 0;
	*out_newest = 0;
	for (size_t i = 0; i < health_services(s->health); i++) {
		const struct vitals *v = health_vitals(s->health, i);
		for (size_t k = 0; k < v->n; k++) {
			const struct gauge *g = &v->gauges[k];
			if (strcmp(g->signal->backend, backend) != 0)
				continue;
			++*out_n;
			*out_silent += g->silent;
			if (g->ms && g->ms->ok_arrived.at > *out_newest)
				*out_newest = g->ms->ok_arrived.at;
		}
	}
}

static void source_lines(const struct scene *s, struct page *p, const struct kit_backend *k)
{
	const struct model_backend *b = model_backend(s->m, k->id);
	bool ready = b && b->state && !strcmp(b->state, "ready");
	size_t n, silent;
	int64_t newest;
	char t[WHEN_LEN], text[400];

	fed(s, k->id, &n, &silent, &newest);
	page_line(p, DROP_NEVER);
	page_item(p, ITEM_SOURCE, "", k->id, 0);
	page_put(p, 1, 16, ROLE_TITLE, "%s", k->id);
	page_put(p, 18, 12, ready ? ROLE_GOOD : ROLE_UNKNOWN, "%s", b && b->state ? b->state : "not started");
	if (!n)
		snprintf(text, sizeof text, "%s", kit_is_source(s->m->kit, k->id) ? "tells of deploys" : "only acts");
	else if (!newest)
		snprintf(text, sizeof text, "%zu signal%s, none measured yet", n, n == 1 ? "" : "s");
	else
		snprintf(text, sizeof text, "%zu signal%s, newest %s old, %zu silent", n, n == 1 ? "" : "s",
			age_long(s->now.at - newest, t), silent);
	page_put(p, 31, p->g.cols - 32, silent ? ROLE_UNKNOWN : ROLE_TEXT, "%s", text);
	snprintf(text, sizeof text, "%s%s%s%s", b && b->plugin ? b->plugin : k->plugin ? k->plugin : "own command", b && b->version ? " " : "",
		b && b->version ? b->version : "", b && b->at.at ? ", since " : "");
	if (b && b->at.at)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s", when_short(s, b->at.at, t));
	if (b && b->restarts)
		snprintf(text + strlen(text), sizeof text - strlen(text), ", started %lld times more", (long long)b->restarts);
	if (b && b->why && *b->why)
		snprintf(text + strlen(text), sizeof text - strlen(text), ": %s", b->why);
	page_wrapped(p, DROP_NEVER, 18, ready ? ROLE_DIM : ROLE_SOON, text);
}

void view_sources(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	view_title(p, "SOURCES   who tells, and how old it is");
	for (size_t i = 0; i < s->m->kit->n_backends; i++)
		if (page_wanted(p, s->m->kit->backends[i].id))
			source_lines(s, p, &s->m->kit->backends[i]);
}
