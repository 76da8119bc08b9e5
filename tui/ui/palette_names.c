/* Every name that a word of the palette may be, one function a kind. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tui/ui/palette_names.h"
#include "tui/screen/theme.h"

#define ALL_MOST 8192 /* names looked through for the nearest one */

static bool wanted(const struct gather *g, const char *name)
{
	size_t n = strlen(g->word);

	switch (g->match) {
	case MATCH_EXACT:
		return !strcmp(name, g->word);
	case MATCH_CASE:
		return !strcasecmp(name, g->word);
	case MATCH_PREFIX:
		return !strncasecmp(name, g->word, n);
	case MATCH_INSIDE:
		return strncasecmp(name, g->word, n) != 0 && strcasestr(name, g->word);
	case MATCH_ALL:
		return true;
	}
	return false;
}

void gather_offer(struct gather *g, const char *name)
{
	struct palette_choices *c = g->out;
	size_t most = g->match == MATCH_ALL ? ALL_MOST : PALETTE_CHOICES;

	if (!name || !*name || !wanted(g, name))
		return;
	for (size_t i = 0; i < c->n && c->n <= PALETTE_CHOICES; i++)
		if (!strcmp(c->v[i], name))
			return;
	if (c->n == most || strlen(name) >= PALETTE_NAME) {
		c->more++;
		return;
	}
	if (!(c->n & (c->n - 1)))
		c->v = mem_grow(c->v, c->n ? 2 * c->n : 1, sizeof *c->v);
	text_copy(c->v[c->n++], sizeof c->v[0], name);
}

/* ---- of the kit ------------------------------------------------------------------------- */

static void offer_services(const struct palette_scope *s, const struct palette_line *l, struct gather *g)
{
	const struct kit *k = s->m->kit;

	if (l->id == COMMAND_UNFREEZE) {
		for (size_t i = 0; i < s->m->freezes.n; i++)
			gather_offer(g, s->m->freezes.v[i].service);
		return;
	}
	if (l->id == COMMAND_UNPIN) {
		for (size_t i = 0; i < s->m->pins.n; i++)
			gather_offer(g, s->m->pins.v[i].service);
		return;
	}
	for (size_t i = 0; k && i < k->n_services; i++)
		gather_offer(g, k->services[i].name);
	if (l->id == COMMAND_FREEZE)
		gather_offer(g, "all");
}

static void offer_signals(const struct kit *k, struct gather *g)
{
	char name[PALETTE_NAME];

	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_signals; n++) {
			snprintf(name, sizeof name, "%s/%s", k->services[i].name, k->services[i].signals[n].name);
			gather_offer(g, name);
		}
}

/* By its name alone where no other service has one of that name. */
static void offer_actions(const struct kit *k, struct gather *g)
{
	char name[PALETTE_NAME];

	for (size_t i = 0; i < k->n_services; i++)
		for (size_t n = 0; n < k->services[i].n_actions; n++) {
			const struct kit_action *a = &k->services[i].actions[n];
			bool alone = kit_action(k, NULL, a->name) == a;
			snprintf(name, sizeof name, "%s%s%s", alone ? "" : a->service->name, alone ? "" : "/", a->name);
			gather_offer(g, name);
		}
}

static void offer_people(const struct palette_scope *s, struct gather *g)
{
	for (size_t i = 0; i < s->m->kit->n_people; i++)
		if (strcmp(s->m->kit->people[i].id, s->person) != 0)
			gather_offer(g, s->m->kit->people[i].id);
}

static void offer_reports(const struct kit *k, struct gather *g)
{
	for (size_t i = 0; i < k->n_reports; i++)
		gather_offer(g, k->reports[i].id);
}

/* ---- of the journal ------------------------------------------------------------------------ */

const struct kit_action *palette_action(const struct kit *k, const char *word)
{
	const char *slash = strchr(word, '/');
	char service[PALETTE_NAME];

	if (!slash)
		return kit_action(k, NULL, word);
	snprintf(service, sizeof service, "%.*s", (int)(slash - word), word);
	return kit_action(k, service, slash + 1);
}

/* The versions that the command can be about: those that ran there, newest first. */
static void offer_versions(const struct palette_scope *s, const struct palette_line *l, struct gather *g)
{
	const struct kit_action *a = l->id == COMMAND_FIRE && s->m->kit ? palette_action(s->m->kit, l->word[0]) : NULL;
	const char *service = a ? a->service->name : l->word[0];

	for (size_t i = 0; l->id == COMMAND_UNPIN && i < s->m->pins.n; i++)
		if (!strcmp(s->m->pins.v[i].service, service))
			gather_offer(g, s->m->pins.v[i].version);
	for (size_t i = s->m->versions.n; l->id != COMMAND_UNPIN && i-- > 0;)
		if (!strcmp(s->m->versions.v[i].service, service))
			gather_offer(g, s->m->versions.v[i].version);
}

static void offer_incidents(const struct palette_scope *s, struct gather *g)
{
	for (size_t i = s->m->incidents.n; i-- > 0;)
		if (s->m->incidents.v[i].open)
			gather_offer(g, s->m->incidents.v[i].name);
}

/* Actions by their keys: those whose outcome is not known can be settled, those that are not over stopped. */
static void offer_keys(const struct palette_scope *s, const struct palette_line *l, struct gather *g)
{
	for (size_t i = s->m->incidents.n; i-- > 0;) {
		const struct model_incident *x = &s->m->incidents.v[i];
		for (size_t k = 0; x->open && k < x->actions.n; k++) {
			const struct model_action *a = &x->actions.v[k];
			if (l->id == COMMAND_RESOLVE ? a->outcome == OUTCOME_UNKNOWN : !action_over(a))
				gather_offer(g, a->key);
		}
	}
}

/* ---- our own ---------------------------------------------------------------------------------- */

static void offer_list(const char *const *v, size_t n, struct gather *g)
{
	for (size_t i = 0; i < n; i++)
		gather_offer(g, v[i]);
}

static void offer_themes(struct gather *g)
{
	struct theme_names all;

	theme_names(&all);
	for (size_t i = 0; i < all.n; i++)
		gather_offer(g, all.v[i]);
}

static void offer_orders(const struct palette_scope *s, struct gather *g)
{
	for (int i = 0; i < SORT_COUNT; i++)
		if (sorts[i].view == s->view)
			gather_offer(g, sorts[i].name);
}

void palette_names(const struct palette_scope *s, const struct palette_line *l, enum arg_kind kind, struct gather *g)
{
	static const char *const outcomes[] = {"done", "failed"};
	static const char *const ends[] = {"reverted", "forward", "contained", "false-alarm", "duplicate"};
	bool model = s->m, kit = model && s->m->kit;

	switch (kind) {
	case ARG_SERVICE:
		if (model)
			offer_services(s, l, g);
		break;
	case ARG_SIGNAL:
		if (kit)
			offer_signals(s->m->kit, g);
		break;
	case ARG_REPORT:
		if (kit)
			offer_reports(s->m->kit, g);
		break;
	case ARG_ACTION:
		if (kit)
			offer_actions(s->m->kit, g);
		break;
	case ARG_VERSION:
		if (model)
			offer_versions(s, l, g);
		break;
	case ARG_PERSON:
		if (kit)
			offer_people(s, g);
		break;
	case ARG_INCIDENT:
		if (model)
			offer_incidents(s, g);
		break;
	case ARG_KEY:
		if (model)
			offer_keys(s, l, g);
		break;
	case ARG_THEME:
		offer_themes(g);
		break;
	case ARG_OUTCOME:
		offer_list(outcomes, sizeof outcomes / sizeof *outcomes, g);
		break;
	case ARG_AS:
		offer_list(ends, sizeof ends / sizeof *ends, g);
		break;
	case ARG_ORDER:
		offer_orders(s, g);
		break;
	case ARG_TEXT:
	case ARG_TIME:
	case ARG_COMMAND:
	case ARG_NONE:
		break;
	}
}
