/* A snapshot from an engine that nobody need trust.  Whatever is let in can be
 * looked at and printed, and what is printed is let in again and prints the
 * same bytes. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/phases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct model *m, struct buf *out)
{
	buf_init(out, (size_t)256 << 20);
	model_dump(m, true, out);
	if (out->failed)
		abort();
}

/* What a console does first. */
static void look(const struct model *m)
{
	vec_each(const struct model_row, r, &m->rows)
		if (!row_state_name(r->state) || model_row(m, r->row, r->service) == NULL)
			abort();
	vec_each(const struct model_signal, s, &m->signals)
		if (model_signal(m, s->service, s->name) == NULL)
			abort();
	vec_each(const struct model_incident, i, &m->incidents) {
		struct phases p;
		phases_of(m, i, &p);
		if (!incident_kind_name(i->kind) || !incident_state_name(phases_state(i, &p)))
			abort();
		vec_each(const struct model_action, a, &i->actions)
			if (!outcome_name(a->outcome) || !row_class_name(a->cls))
				abort();
	}
	for (size_t i = 0; m->kit && i < m->kit->n_services; i++)
		if (kit_service(m->kit, m->kit->services[i].name) != &m->kit->services[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model *m = NULL, *again = NULL;
	struct buf first, second;
	struct fault f;
	enum status s = model_load((const char *)data, size, &m, &f);
	if ((s == STATUS_OK) != (m != NULL))
		abort();
	if (!m)
		return 0;
	look(m);
	print(m, &first);
	if (model_load(buf_str(&first), first.len, &again, &f))
		abort();
	print(again, &second);
	if (first.len != second.len || memcmp(buf_str(&first), buf_str(&second), first.len))
		abort();
	model_free(m);
	model_free(again);
	buf_release(&first);
	buf_release(&second);
	return 0;
}
