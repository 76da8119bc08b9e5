/* A preflight without anybody behind it. */
#include "decide/way.h"

#include <stdio.h>

static bool begin(const struct model *m, const struct kit_action *a, const char *by, struct panel *p, struct fault *f)
{
	return panel_begin(m, a->service->name, a->name, NULL, by, "tried, and not done", p, f) == STATUS_OK;
}

void way_question(const struct model *m, const struct kit_action *a, const char *by, struct buf *out)
{
	struct panel p;
	struct fault f;
	struct jw w;
	panel_init(&p);
	jw_init(&w, out);
	jw_obj(&w);
	if (begin(m, a, by, &p, &f)) {
		jw_key(&w, "action");
		jw_raw(&w, buf_str(&p.a), p.a.len);
	}
	jw_obj_end(&w);
	panel_release(&p);
}

/* The first check that is not well, in the backend's words. */
static const char *check_lost(const struct json *result, char *out, size_t cap)
{
	for (const struct json *c = json_first(json_get(result, "checks")); c; c = json_next(c)) {
		if (json_get_bool(c, "ok", true))
			continue;
		const char *detail = json_get_str(c, "detail", "");
		(void)snprintf(out, cap, "%s%s%s", json_get_str(c, "name", "a check"), *detail ? ": " : "", detail);
		return out;
	}
	(void)snprintf(out, cap, "%s", json_get_str(result, "effect", "the backend says that it is not ready"));
	return out;
}

/* What is ready for the backend has to be one for the panel, too: versions that are named and well formed. */
const char *way_lost(const struct model *m, const struct kit_action *a, const struct json *result, const struct fault *fault,
	char *out, size_t cap)
{
	static const struct now never;
	struct panel p;
	struct fault f;
	if (!result) {
		(void)snprintf(out, cap, "%s", fault ? fault->what : "no answer");
		return out;
	}
	if (json_type(json_get(result, "ready")) == JSON_BOOL && !json_get_bool(result, "ready", false))
		return check_lost(result, out, cap);
	panel_init(&p);
	bool good = begin(m, a, "engine", &p, &f) && panel_freeze(m, &p, result, "", &never, &f) == STATUS_OK;
	panel_release(&p);
	if (good)
		return NULL;
	(void)snprintf(out, cap, "%s", f.what);
	return out;
}
