/* The order in which several actions run. */
#include "config.h"

#include <string.h>

#include "cli/fire.h"

/* Does `from` depend on `on`, over any number of steps?  depth bounds a kit that goes in circles. */
static bool depends(const struct kit *k, const struct kit_service *from, const char *on, int depth)
{
	for (size_t i = 0; from && depth > 0 && i < from->depends_on.n; i++) {
		const char *name = from->depends_on.v[i];
		if (!strcmp(name, on) || depends(k, kit_service(k, name), on, depth - 1))
			return true;
	}
	return false;
}

static bool goes_before(const struct kit *k, const struct kit_action *a, const struct kit_action *b)
{
	if (!a || !b)
		return false;
	if ((a->level == 1) != (b->level == 1))
		return a->level == 1;
	return depends(k, a->service, b->service->name, 16);
}

void fire_order(const struct model *m, const char *service, char **actions, int n)
{
	const struct kit *k = m->kit;
	for (int i = 0; k && i < n; i++)
		for (int j = i + 1; j < n; j++) {
			if (!goes_before(k, kit_action(k, service, actions[j]), kit_action(k, service, actions[i])))
				continue;
			char *first = actions[j];
			memmove(&actions[i + 1], &actions[i], (size_t)(j - i) * sizeof *actions);
			actions[i] = first;
			j = i; /* the new first one is held against the rest again */
		}
}
