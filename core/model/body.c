/* What a body names: an interned string, an instant, the action that it is
 * about.  Every handler of the reducer and every line of the timeline reads so. */
#include <string.h>

#include "model/private.h"

const char *body_name(struct reduction *r, const char *key)
{
	return model_intern(r->m, json_get_str(r->body, key, NULL));
}

const char *body_word(struct reduction *r, const char *key)
{
	return model_intern(r->m, json_get_str(r->body, key, ""));
}

struct stamp body_since(struct reduction *r)
{
	struct stamp s = {json_get_time(r->body, "since"), json_get_int(r->body, "since_mono", 0), NULL};
	s.boot = json_get(r->body, "since_mono") ? r->at.boot : NULL;
	return s;
}

struct model_action *action_mut(struct reduction *r)
{
	const char *key = json_get_str(r->body, "key", NULL);
	for (size_t k = r->m->incidents.n; key && k-- > 0;)
		vec_each(struct model_action, a, &r->m->incidents.v[k].actions)
			if (strcmp(a->key, key) == 0)
				return a;
	return NULL;
}
