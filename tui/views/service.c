/* A service: what serves, its signals, its rows, its ways back, its versions. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/gauge.h"
#include "tui/views/views.h"

static void rows_part(const struct scene *s, struct page *p, const struct kit_service *svc)
{
	for (size_t i = 0; i < s->m->kit->n_rows; i++)
		if (kit_row_covers(s->m->kit, &s->m->kit->rows[i], svc))
			view_row_line(s, p, &s->m->kit->rows[i], svc, false);
}

void view_service(const struct scene *s, struct page *p, const struct place *place)
{
	const struct kit_service *svc = kit_service(s->m->kit, place->service);
	const struct model_deploy *d = deploy_of(s, place->service);
	char text[300], t[WHEN_LEN];
	struct gauges g;
	int alarms = s->inc ? 0 : 1;

	if (!svc) {
		view_nothing(p, "this service is not in the kit");
		return;
	}
	snprintf(text, sizeof text, "%s   %s, owner %s", svc->name, svc->tier ? svc->tier->id : "no tier", svc->owner);
	view_title(p, text);
	page_line(p, DROP_NEVER);
	if (d)
		page_item(p, ITEM_VERSION, svc->name, d->version, 0);
	if (d)
		page_put(p, 1, p->g.cols - 2, ROLE_TEXT, "%s, %s %.0f %%, %s, since %s%s%s%s%s", d->version, d->strategy ? d->strategy : "",
			100 * d->share, d->state ? d->state : "", when_short(s, d->at, t), d->by ? ", ask " : "", d->by ? d->by : "",
			d->managed_by ? ", managed by " : "", d->managed_by ? d->managed_by : "");
	else
		page_put(p, 1, p->g.cols - 2, ROLE_DIM, "what serves is not known: no source has told");
	page_rule(p, DROP_NEVER, s->demo);
	gauges_make(&g, s, NULL, svc->name);
	for (size_t i = 0; i < g.n; i++) {
		page_line(p, DROP_NEVER);
		page_item(p, ITEM_SIGNAL, svc->name, g.v[i].signal->name, 0);
		gauge_draw(p, s, &g.v[i], false, &alarms);
	}
	gauges_release(&g);
	page_rule(p, DROP_NEVER, s->demo);
	rows_part(s, p, svc);
	view_hold_whole(s, p, svc->name, NULL);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	for (size_t k = 0; k < svc->n_actions; k++)
		view_way(s, p, &svc->actions[k]);
	page_rule(p, DROP_NEVER, s->demo);
	p->pane++;
	view_versions_of(s, p, svc->name);
}
