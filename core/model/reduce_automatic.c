/* What acts by itself: what is missing for it, and who said "not this time". */
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

/* ---- what is missing ---- */

static char *missing_text(const struct json *missing)
{
	struct buf b;
	buf_init(&b, 4096);
	for (const struct json *v = json_first(missing); v; v = json_next(v)) {
		if (b.len)
			buf_addc(&b, HOLD_BREAK);
		buf_adds(&b, json_str(v, ""));
	}
	return buf_take(&b);
}

void reduce_automatic(struct reduction *r)
{
	struct model *m = r->m;
	const char *row = body_name(r, "row"), *service = body_word(r, "service");
	const struct json *missing = json_get(r->body, "missing");
	struct model_hold *h = NULL;
	if (!row)
		return;
	vec_each(struct model_hold, x, &m->holds)
		if (x->row == row && x->service == service)
			h = x;
	if (!json_first(missing)) {
		if (h)
			vec_drop(&hold_table, &m->holds, (size_t)(h - m->holds.v));
		return;
	}
	if (!h) {
		h = vec_push(&m->holds);
		*h = (struct model_hold){.service = service, .row = row};
	}
	h->action = body_name(r, "action");
	h->preflight = json_get_bool(r->body, "preflight", false);
	h->at = r->at;
	char *why = missing_text(missing);
	text_set(&h->why, why);
	free(why);
}

/* ---- not this time ---- */

static const char *version_serving(const struct model *m, const char *service)
{
	const struct model_deploy *d = model_deploy(m, service);
	return d ? d->version : NULL;
}

void veto_add(struct reduction *r, const struct model_action *a)
{
	struct model *m = r->m;
	for (size_t k = m->vetoes.n; k-- > 0;)
		if (m->vetoes.v[k].service == a->service)
			vec_drop(&veto_table, &m->vetoes, k);
	struct model_veto *v = vec_push(&m->vetoes);
	v->service = a->service;
	v->row = a->row ? a->row : model_intern(m, "");
	v->version = version_serving(m, a->service);
	v->by = json_get(r->body, "by") ? body_name(r, "by") : model_intern(m, r->e->actor);
	v->reason = mem_str(json_get_str(r->body, "reason", ""));
	v->at = r->at;
}

void vetoes_dropped(struct model *m, const char *service, const char *version)
{
	for (size_t k = m->vetoes.n; k-- > 0;)
		if (m->vetoes.v[k].service == service && m->vetoes.v[k].version != version)
			vec_drop(&veto_table, &m->vetoes, k);
}

void hold_dropped(struct model *m, const char *row, const char *service)
{
	for (size_t k = m->holds.n; k-- > 0;)
		if (m->holds.v[k].row == row && m->holds.v[k].service == service)
			vec_drop(&hold_table, &m->holds, k);
}

void standing_dropped(struct model *m, const struct model_row *row)
{
	hold_dropped(m, row->row, row->service);
	for (size_t k = m->vetoes.n; k-- > 0;)
		if (m->vetoes.v[k].row == row->row && m->vetoes.v[k].service == row->service)
			vec_drop(&veto_table, &m->vetoes, k);
}
