/* Lists of events to be. */
#include "base/draft.h"

#include <stdlib.h>

#include "base/mem.h"

struct draft *drafts_add(struct drafts *ds, enum event_kind kind, const char *incident, const char *actor)
{
	struct draft *d = vec_push(ds);
	d->kind = kind;
	d->incident = incident && *incident ? mem_str(incident) : NULL;
	d->actor = mem_str(actor);
	buf_init(&d->body, kind == EVENT_KIT_LOADED ? JSON_KIT_MAX : JSON_LINE_MAX);
	return d;
}

void drafts_release(struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++) {
		free(ds->v[i].incident);
		free(ds->v[i].actor);
		buf_release(&ds->v[i].body);
	}
	vec_release(ds);
}

void drafts_move(struct drafts *to, struct drafts *from)
{
	for (size_t i = 0; i < from->n; i++)
		*vec_push(to) = from->v[i];
	vec_release(from);
}

struct jw draft_open(struct drafts *ds, enum event_kind kind, const char *incident, const char *actor)
{
	struct draft *d = drafts_add(ds, kind, incident, actor);
	struct jw w;
	jw_init(&w, &d->body);
	jw_obj(&w);
	return w;
}

void draft_close(struct jw *w)
{
	jw_obj_end(w);
}
