/* tui/ui/health: what is kept between frames is of the kit and the model that there are. */
#include "cm.h"

#include <string.h>

#include "tui/ui/health.h"

/* A -> B -> A while the terminal took nothing and no frame was made: the second A lies where the first one lay, and
 * what it holds lies elsewhere. */
static void a_kit_that_came_back(void **state)
{
	struct kit_service before[] = {{.name = "auth"}}, after[] = {{.name = "auth"}};
	struct kit kit = {.services = before, .n_services = 1, .digest = "aa"};
	struct model *m = model_new();
	struct health *h = health_new();
	struct now now = {.at = US_DAY, .mono = US_DAY};

	(void)state;
	m->kit = &kit;
	m->kits = 1;
	health_look(h, m, &now);
	assert_ptr_equal(health_vitals(h, 0)->service, before);
	kit.services = after;
	m->kits += 2;
	health_look(h, m, &now);
	assert_ptr_equal(health_vitals(h, 0)->service, after);
	m->kit = NULL;
	health_free(h);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kit_that_came_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
