/* Ready is what a process says of itself; well is a source that tells. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/sources.h"

#define SETTLE (15 * US_SECOND) /* a source that was ready no longer than this is not expected to have told yet */

static bool is_ready(const struct model_backend *b)
{
	return b && b->state && !strcmp(b->state, "ready");
}

static enum source_is judge(const struct scene *s, const struct source *x)
{
	const struct intake *f = x->feed;

	if (!kit_is_source(s->m->kit, x->kit->id))
		return SOURCE_NONE;
	if (!is_ready(x->model))
		return SOURCE_GONE;
	if (f->n && f->failed == f->n)
		return SOURCE_FAILING;
	if (f->n && f->silent == f->n && stamp_diff(&x->model->at, &s->stamp, NULL) > SETTLE)
		return SOURCE_SILENT;
	return SOURCE_WELL;
}

/* "nothing since 13:51", "nothing measured yet". */
static void since_words(const struct scene *s, const struct intake *f, char *out, size_t cap)
{
	char t[WHEN_LEN];

	if (f->newest)
		snprintf(out, cap, "nothing since %s", when_short(s, f->newest, t));
	else
		snprintf(out, cap, f->n ? "nothing measured yet" : "");
}

/* The reason first: where there is little room the end of it goes. */
static void why_words(const struct scene *s, struct source *x)
{
	const struct model_backend *b = x->model;
	const char *reason = !b ? "" : x->is == SOURCE_GONE ? b->why : b->trouble;
	const struct stamp *from = !b ? NULL : x->is == SOURCE_GONE ? &b->at : &b->trouble_at;
	char text[sizeof x->why], since[WHEN_LEN + 40], t[WHEN_LEN];

	since_words(s, x->feed, since, sizeof since);
	if (x->is == SOURCE_SILENT)
		snprintf(text, sizeof text, "silent: %s, and no reason was told", since);
	else
		snprintf(text, sizeof text, "%s%s%s%s%s%s%s", x->is == SOURCE_FAILING ? "cannot measure" : b && b->state ? b->state : "not started",
			reason && *reason ? ": " : "", reason ? reason : "", from && from->at ? ", since " : "", from && from->at ? when_short(s, from->at, t) : "",
			*since ? "; " : "", since);
	text_safe(x->why, sizeof x->why, text);
}

void source_look(const struct scene *s, size_t backend, struct source *out)
{
	memset(out, 0, sizeof *out);
	out->kit = &s->m->kit->backends[backend];
	out->model = model_backend(s->m, out->kit->id);
	out->feed = health_intake(s->health, backend);
	out->is = judge(s, out);
	if (out->is != SOURCE_WELL && out->is != SOURCE_NONE)
		why_words(s, out);
}

size_t sources_well(const struct scene *s, size_t *out_of)
{
	size_t well = 0;
	struct source x;

	*out_of = 0;
	for (size_t i = 0; i < s->m->kit->n_backends; i++) {
		memset(&x, 0, sizeof x);
		x.kit = &s->m->kit->backends[i];
		x.model = model_backend(s->m, x.kit->id);
		x.feed = health_intake(s->health, i);
		x.is = judge(s, &x);
		*out_of += x.is != SOURCE_NONE;
		well += x.is == SOURCE_WELL;
	}
	return well;
}
